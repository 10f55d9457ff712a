/*
 * The password factor: verifies an answer against the stored hash and asks for a new hash where the
 * stored one was imported or is cheaper than today's.
 *
 * Where there is nothing to verify against (unknown name, no password, a locked hash) the same work
 * is done with a fixed salt at the current cost, and thrown away.
 */
#include "config.h"

#include <string.h>

#include "authd/factor/argon2.h"
#include "authd/factor/password.h"
#include "authd/factor/verify.h"

#define NO_REASON "wrong-password"

wf_status
password_argon2_verify(
	const struct wf_secret *answer, const char *hash, struct factor_scratch *scratch)
{
	struct phc phc;

	if (phc_parse(hash, &phc) != WF_OK)
		return WF_INVALID;
	return factor_argon2_verify(answer, &phc, scratch);
}

/* The work of a verification at the current cost, compared with nothing; WF_NO when it was done. */
static wf_status
mock_verify(const struct wf_secret *answer, const char *hash, struct factor_scratch *scratch)
{
	struct phc phc = {.cost = password_cost_get(),
		.salt = "warifu-mock-salt",
		.salt_len = 16,
		.hash_len = 32};
	uint8_t work[PHC_HASH_MAX];
	wf_status status = factor_argon2_hash(answer, &phc, scratch, work);

	(void)hash;
	wf_wipe(work, sizeof(work));
	return status == WF_OK ? WF_NO : status;
}

typedef wf_status verifier(
	const struct wf_secret *answer, const char *hash, struct factor_scratch *scratch);

/* By the beginning of the stored text; the last row takes what no other does. */
static verifier *
verifier_of(const char *hash)
{
	static const struct {
		const char *prefix;
		verifier *verify;
	} kinds[] = {
		{PHC_PREFIX, password_argon2_verify},
		{"!", mock_verify}, /* locked by usermod -L */
		{"*", mock_verify}, /* no password login */
		{"", password_crypt_verify},
	};
	size_t i = 0;

	if (hash[0] == '\0')
		return mock_verify;
	while (strncmp(hash, kinds[i].prefix, strlen(kinds[i].prefix)) != 0)
		i++;
	return kinds[i].verify;
}

wf_status
password_matches(const struct wf_secret *password, const char *hash, void *scratch)
{
	if (password_hash_check(hash) != WF_OK)
		return WF_NO;
	return verifier_of(hash)(password, hash, scratch);
}

/* The stored hash as text; empty when there is none. */
static void
stored_text(const struct credential *credential, char text_r[CREDENTIAL_SECRET_MAX + 1])
{
	size_t len = 0;

	if (credential != NULL && credential->secret_len <= CREDENTIAL_SECRET_MAX)
		len = strnlen((const char *)credential->secret, credential->secret_len);
	if (len > 0)
		memcpy(text_r, credential->secret, len);
	text_r[len] = '\0';
}

static uint64_t
work_of(const struct password_cost *cost)
{
	return (uint64_t)cost->memory_kib * cost->passes;
}

static bool
wants_rehash(const char *hash)
{
	struct password_cost cost = password_cost_get();
	struct phc phc;

	return phc_parse(hash, &phc) != WF_OK || work_of(&phc.cost) < work_of(&cost) ||
	       phc.salt_len < 16 || phc.hash_len < 32;
}

void
factor_renew(const struct factor_input *in, struct factor_result *result)
{
	char fresh[PASSWORD_HASH_MAX];
	struct effect *effect;

	if (!result->renew || password_hash(in->answer, in->scratch, fresh, sizeof(fresh)) != WF_OK)
		return;
	effect = result_effect(in, EFFECT_HASH_REPLACE, result);
	effect->blob_len = strlen(fresh);
	memcpy(effect->blob, fresh, effect->blob_len);
	effect->old_len = in->credential->secret_len;
	memcpy(effect->old, in->credential->secret, effect->old_len);
}

/*
 * Nobody has set an empty password, and crypt(3) would end at a NUL what the hash of it does not.
 */
static bool
could_be_password(const struct wf_secret *answer)
{
	return answer->len > 0 && memchr(answer->bytes, '\0', answer->len) == NULL;
}

void
password_verify(const struct factor_input *in, struct factor_result *result_r)
{
	struct factor_result result = {.answer = FACTOR_NO};
	char stored[CREDENTIAL_SECRET_MAX + 1];
	wf_status status;

	stored_text(in->credential, stored);
	status = verifier_of(stored)(in->answer, stored, in->scratch);
	if (status == WF_OK && could_be_password(in->answer)) {
		result_yes(in, NO_REASON, &result);
		result.renew = result.answer == FACTOR_YES && wants_rehash(stored);
	} else if (status == WF_OK || status == WF_NO) {
		result_no(NO_REASON, &result);
	} else {
		result_unsure(status == WF_INVALID ? "hash" : wf_status_name(status), &result);
	}
	wf_wipe(stored, sizeof(stored));
	*result_r = result;
}
