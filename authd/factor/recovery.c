/*
 * Recovery codes: 80 random bits each, used once.  Only a keyed hash of a code is stored; 80 bits
 * need no slow hash, and the key keeps a stolen store from being searched.  The hash covers the
 * account, so that a row moved to another account matches nothing.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "authd/factor/base32.h"
#include "authd/factor/verify.h"
#include "common/random.h"

#define NO_REASON "wrong-code"
#define CODE_OCTETS 10
#define CODE_LEN 16 /* BASE32_LEN(CODE_OCTETS) */
#define GROUP 4
#define CODE_TEXT_LEN (CODE_LEN + CODE_LEN / GROUP - 1)

/* Capital letters and 2 to 7 without what stands between; false for anything else. */
static bool
canonical(const struct wf_secret *code, char text_r[CODE_LEN + 1])
{
	size_t len = 0;
	bool good = true;

	memset(text_r, 0, CODE_LEN + 1);
	for (size_t i = 0; i < code->len; i++) {
		char c = (char)code->bytes[i];

		if (c == ' ' || c == '\t' || c == '-')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (len >= CODE_LEN || !((c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7')))
			good = false;
		else
			text_r[len++] = c;
	}
	return good && len == CODE_LEN;
}

static wf_status
hash_text(const struct keyring *keys, int64_t account_id, const char *text, uint8_t hash_r[32])
{
	char account[24];

	(void)snprintf(account, sizeof(account), "%" PRId64, account_id);
	return keyring_mac(keys, "recovery", account, text, CODE_LEN, hash_r);
}

wf_status
recovery_code_hash(const struct keyring *keys, int64_t account_id, const struct wf_secret *code,
	uint8_t hash_r[32])
{
	char text[CODE_LEN + 1];
	wf_status status = WF_INVALID;

	if (canonical(code, text))
		status = hash_text(keys, account_id, text, hash_r);
	wf_wipe(text, sizeof(text));
	return status;
}

/* "ABCD-EFGH-IJKL-MNOP" */
static void
grouped(const char *text, char grouped_r[CODE_TEXT_LEN + 1])
{
	for (size_t i = 0; i < CODE_LEN; i++) {
		if (i > 0 && i % GROUP == 0)
			*grouped_r++ = '-';
		*grouped_r++ = text[i];
	}
	*grouped_r = '\0';
}

wf_status
recovery_code_new(const struct keyring *keys, int64_t account_id, struct wf_secret *code_r,
	uint8_t hash_r[32])
{
	uint8_t bytes[CODE_OCTETS], hash[32];
	char text[CODE_LEN + 1], shown[CODE_TEXT_LEN + 1];
	wf_status status = wf_random_bytes(bytes, sizeof(bytes));

	if (status == WF_OK) {
		base32_encode(bytes, sizeof(bytes), text);
		grouped(text, shown);
		status = hash_text(keys, account_id, text, hash);
	}
	if (status == WF_OK)
		status = wf_secret_set(code_r, shown, CODE_TEXT_LEN);
	if (status == WF_OK)
		memcpy(hash_r, hash, sizeof(hash));
	wf_wipe(bytes, sizeof(bytes));
	wf_wipe(text, sizeof(text));
	wf_wipe(shown, sizeof(shown));
	return status;
}

enum match { MATCH_NONE = 0, MATCH_UNUSED = 1, MATCH_USED = 2 };

/* All codes are compared, whichever matches. */
static enum match
find_code(const struct credential *set, const uint8_t hash[32])
{
	size_t n = set->ncodes < RECOVERY_CODES_MAX ? set->ncodes : RECOVERY_CODES_MAX;
	unsigned found = 0, used = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned match = wf_mem_equal(set->codes[i], hash, 32);

		found |= match;
		used |= match & (unsigned)(set->codes_used >> i & 1);
	}
	return used ? MATCH_USED : found ? MATCH_UNUSED : MATCH_NONE;
}

static void
judge(const struct factor_input *in, const uint8_t hash[32], struct factor_result *result)
{
	static const struct credential empty = {.ncodes = RECOVERY_CODES_MAX};
	enum match found = find_code(in->credential != NULL ? in->credential : &empty, hash);
	enum match match = in->credential != NULL ? found : MATCH_NONE;
	struct effect *effect;

	if (match == MATCH_NONE) {
		result_no(NO_REASON, result);
	} else if (match == MATCH_USED) {
		result_replayed(in, NO_REASON, result);
	} else {
		effect = result_effect(in, EFFECT_CODE_CONSUME, result);
		memcpy(effect->blob, hash, 32);
		effect->blob_len = 32;
		result_yes(in, NO_REASON, result);
	}
}

void
recovery_verify(const struct factor_input *in, struct factor_result *result_r)
{
	struct factor_result result = {.answer = FACTOR_NO};
	int64_t account_id = in->credential != NULL ? in->credential->account_id : 0;
	char text[CODE_LEN + 1];
	uint8_t hash[32];
	bool formed = canonical(in->answer, text);

	if (in->keys == NULL || hash_text(in->keys, account_id, text, hash) != WF_OK)
		result_unsure("key", &result);
	else
		judge(in, hash, &result);
	if (!formed)
		result_misformed(NO_REASON, &result);
	wf_wipe(text, sizeof(text));
	wf_wipe(hash, sizeof(hash));
	*result_r = result;
}
