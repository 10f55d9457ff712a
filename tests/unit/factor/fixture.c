/* See fixture.h. */
#include "config.h"

#include "tests/unit/factor/fixture.h"

#include <string.h>

#include "tests/unit/unit.h"

#define CHECKSUM 4

static uint32_t
mix(uint32_t sum, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ at[i]) * UINT32_C(16777619);
	return sum;
}

static uint32_t
aad_sum(uint32_t key_id, const struct keyring_aad *aad)
{
	uint32_t sum = mix(UINT32_C(2166136261), &key_id, sizeof(key_id));

	sum = mix(sum, aad->table, strlen(aad->table) + 1);
	sum = mix(sum, &aad->account_id, sizeof(aad->account_id));
	return mix(sum, aad->label, strlen(aad->label));
}

wf_status
keyring_open(const struct keyring *keys, uint32_t key_id, const struct keyring_aad *aad,
	const uint8_t *sealed, size_t len, struct wf_secret *plain_r)
{
	uint8_t plain[CREDENTIAL_SECRET_MAX];
	uint32_t sum = aad_sum(key_id, aad);

	if (keys->broken || key_id != keys->key_id)
		return WF_NOT_FOUND;
	if (len < CHECKSUM || memcmp(sealed, &sum, CHECKSUM) != 0)
		return WF_CORRUPT;
	for (size_t i = CHECKSUM; i < len; i++)
		plain[i - CHECKSUM] = sealed[i] ^ 0x5a;
	return wf_secret_set(plain_r, plain, len - CHECKSUM);
}

wf_status
keyring_mac(const struct keyring *keys, const char *purpose, const char *context, const void *bytes,
	size_t len, uint8_t mac_r[32])
{
	uint32_t sum = mix(UINT32_C(2166136261), purpose, strlen(purpose) + 1);

	if (keys->broken)
		return WF_CRYPTO;
	sum = mix(sum, context, strlen(context) + 1);
	for (uint32_t i = 0; i < 8; i++) {
		uint32_t word = mix(mix(sum, &i, sizeof(i)), bytes, len);

		memcpy(mac_r + 4 * (size_t)i, &word, sizeof(word));
	}
	return WF_OK;
}

void
fixture_seal(
	const struct keyring *keys, struct credential *credential, const void *secret, size_t len)
{
	struct keyring_aad aad = {"credential", credential->account_id, credential->label};
	uint32_t sum = aad_sum(keys->key_id, &aad);
	const uint8_t *plain = secret;

	credential->key_id = keys->key_id;
	credential->secret_len = len + CHECKSUM;
	memcpy(credential->secret, &sum, CHECKSUM);
	for (size_t i = 0; i < len; i++)
		credential->secret[CHECKSUM + i] = plain[i] ^ 0x5a;
}

static struct credential
credential_of(enum factor_id factor)
{
	return (struct credential){
		.id = 70 + (int64_t)factor,
		.account_id = 7,
		.factor = factor,
		.state = CREDENTIAL_ACTIVE,
		.label = "token",
		.counter = factor == FACTOR_TOTP ? -1 : 0,
	};
}

struct credential
fixture_otp(const struct keyring *keys, enum factor_id factor, enum otp_algorithm algorithm,
	uint32_t digits, const char *secret)
{
	struct credential credential = credential_of(factor);

	credential.algorithm = algorithm;
	credential.digits = digits;
	credential.step_s = 30;
	fixture_seal(keys, &credential, secret, strlen(secret));
	return credential;
}

struct credential
fixture_password(const char *hash)
{
	struct credential credential = credential_of(FACTOR_PASSWORD);

	credential.secret_len = strlen(hash);
	memcpy(credential.secret, hash, credential.secret_len + 1);
	return credential;
}

struct credential
fixture_recovery(const struct keyring *keys, unsigned n, struct wf_secret *codes_r)
{
	struct credential credential = credential_of(FACTOR_RECOVERY);

	credential.ncodes = n;
	credential.remaining = n;
	for (unsigned i = 0; i < n; i++)
		ck_assert_int_eq(recovery_code_new(keys, credential.account_id, &codes_r[i],
					 credential.codes[i]),
			WF_OK);
	return credential;
}

struct factor_input
fixture_input(const struct keyring *keys, const struct credential *credential, int64_t wall_s)
{
	return (struct factor_input){
		.credential = credential,
		.keys = keys,
		.now = {.wall_us = wall_s * 1000000, .boot_us = 0},
		.totp_window = 1,
		.totp_drift = 2,
		.hotp_lookahead = 10,
	};
}

struct factor_result
fixture_verify_bytes(struct factor_input *in, enum factor_id factor, const void *answer, size_t len)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	struct factor_result result;

	memset(&result, 0xa5, sizeof(result));
	ck_assert_int_eq(wf_secret_set(&secret, answer, len), WF_OK);
	in->answer = &secret;
	factor_ops(factor)->verify(in, &result);
	if (result.answer == FACTOR_YES)
		factor_renew(in, &result);
	in->answer = NULL;
	wf_secret_clear(&secret);
	return result;
}

struct factor_result
fixture_verify(struct factor_input *in, const char *answer)
{
	return fixture_verify_bytes(in, in->credential->factor, answer, strlen(answer));
}

struct factor_result
fixture_try(struct factor_input *in, enum wf_text_id prompt, const struct credential *credentials,
	size_t n, const char *answer, enum factor_id *factor_r)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	struct factor_result result;

	memset(&result, 0xa5, sizeof(result));
	ck_assert_int_eq(wf_secret_set(&secret, answer, strlen(answer)), WF_OK);
	in->answer = &secret;
	factor_try(prompt, credentials, n, in, &result, factor_r);
	in->answer = NULL;
	wf_secret_clear(&secret);
	return result;
}
