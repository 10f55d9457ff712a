/*
 * What people type as a code: one-time codes, recovery codes, emergency codes. Blanks, dashes and
 * case may be forgiven, but nothing else: what is taken spells exactly one code.
 */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "authd/factor/factor.h"
#include "authd/factor/otp.h"
#include "authd/factor/split.h"
#include "common/breakglass.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/keys.h"

#define FILLED 0xa5
#define RECOVERY_LEN 16

static void
one_time(const uint8_t *data, size_t size, uint32_t digits)
{
	char code[OTP_CODE_SIZE], seen[OTP_CODE_SIZE + 1] = "";
	size_t n = 0;
	bool other = false;

	for (size_t i = 0; i < size; i++) {
		if (data[i] == ' ' || data[i] == '\t')
			continue;
		other = other || data[i] < '0' || data[i] > '9' || n == digits;
		if (n < OTP_CODE_SIZE)
			seen[n++] = (char)data[i];
	}
	memset(code, FILLED, sizeof(code));
	if (otp_code_text(data, size, digits, code)) {
		FUZZ_CHECK(!other && n == digits && strcmp(code, seen) == 0);
		return;
	}
	FUZZ_CHECK(other || n != digits);
	FUZZ_CHECK(strlen(code) == digits && strspn(code, "-") == digits);
}

/* The code without what is forgiven, in capitals; false where it is none. */
static bool
recovery_spelled(const uint8_t *data, size_t size, char text_r[RECOVERY_LEN + 1])
{
	size_t n = 0;

	memset(text_r, 0, RECOVERY_LEN + 1);
	for (size_t i = 0; i < size; i++) {
		if (data[i] != '\0' && strchr(" \t-", data[i]) != NULL)
			continue;
		if (n == RECOVERY_LEN || data[i] > 0x7f || data[i] == '\0' ||
			strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", toupper(data[i])) == NULL)
			return false;
		text_r[n++] = (char)toupper(data[i]);
	}
	return n == RECOVERY_LEN;
}

static void
recovery(const uint8_t *data, size_t size)
{
	struct wf_secret code = WF_SECRET_EMPTY;
	uint8_t hash[32], again[32];
	char text[RECOVERY_LEN + 1];
	wf_status status;

	if (wf_secret_set(&code, data, size) != WF_OK)
		return;
	memset(hash, FILLED, sizeof(hash));
	status = recovery_code_hash(fuzz_keys(), 7, &code, hash);
	FUZZ_CHECK(status == (recovery_spelled(data, size, text) ? WF_OK : WF_INVALID));
	if (status != WF_OK) {
		FUZZ_CHECK(fuzz_all(hash, sizeof(hash), FILLED));
	} else {
		FUZZ_CHECK(wf_secret_set(&code, text, RECOVERY_LEN) == WF_OK);
		FUZZ_CHECK(recovery_code_hash(fuzz_keys(), 7, &code, again) == WF_OK);
		FUZZ_CHECK(memcmp(hash, again, sizeof(hash)) == 0);
		FUZZ_CHECK(recovery_code_hash(fuzz_keys(), 8, &code, again) == WF_OK);
		FUZZ_CHECK(memcmp(hash, again, sizeof(hash)) != 0);
	}
	wf_secret_clear(&code);
}

/* Nothing but what may stand for the characters that are shown. */
static bool
emergency_spells(const char *text, const char *shown)
{
	for (; *text != '\0'; text++) {
		char c = (char)toupper((unsigned char)*text);

		if (c == ' ' || c == '-')
			continue;
		shown += *shown == '-';
		c = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
		if (c != *shown++)
			return false;
	}
	return *shown == '\0';
}

static void
emergency(const uint8_t *data, size_t size)
{
	uint8_t code[WF_BREAKGLASS_CODE_BYTES], again[WF_BREAKGLASS_CODE_BYTES];
	char *text = fuzz_text(data, size);
	char shown[WF_BREAKGLASS_CODE_TEXT];

	memset(code, FILLED, sizeof(code));
	if (wf_breakglass_code_parse(text, size, code) == WF_OK) {
		wf_breakglass_code_format(code, shown);
		FUZZ_CHECK(strlen(shown) == WF_BREAKGLASS_CODE_TEXT - 1);
		FUZZ_CHECK(emergency_spells(text, shown));
		FUZZ_CHECK(wf_breakglass_code_parse(shown, strlen(shown), again) == WF_OK);
		FUZZ_CHECK(memcmp(code, again, sizeof(code)) == 0);
		shown[0] = shown[0] == '0' ? '1' : '0';
		FUZZ_CHECK(wf_breakglass_code_parse(shown, strlen(shown), again) == WF_INVALID);
	} else {
		FUZZ_CHECK(fuzz_all(code, sizeof(code), FILLED));
	}
	free(text);
}

/* Two codes behind each other, divided by a comma; the counter is the input's first octet. */
static void
resync(const uint8_t *data, size_t size)
{
	static const struct otp_spec spec = {FACTOR_HOTP, OTP_SHA1, 6, 0};
	char *texts[2] = {NULL, NULL};
	struct wf_secret secret = WF_SECRET_EMPTY;
	uint64_t next = UINT64_MAX, counter = size > 0 ? data[0] : 0;

	if (fuzz_split(data, size, ',', texts, 2) == 2) {
		FUZZ_CHECK(wf_secret_set(&secret, "12345678901234567890", 20) == WF_OK);
		if (hotp_resync(&secret, &spec, counter, 30, texts[0], texts[1], &next) == WF_OK)
			FUZZ_CHECK(next >= counter + 2 && next <= counter + 33);
		else
			FUZZ_CHECK(next == UINT64_MAX);
		wf_secret_clear(&secret);
	}
	free(texts[0]);
}

/* Nothing is lost and nothing made up: the halves and what stood between them are the whole. */
static void
halves_make_whole(const uint8_t *data, size_t size, const struct wf_secret *password,
	const struct wf_secret *code, enum client_mode mode, size_t between)
{
	const struct wf_secret *left = mode == CLIENT_CODE_FIRST ? code : password;
	const struct wf_secret *right = mode == CLIENT_CODE_FIRST ? password : code;

	FUZZ_CHECK(left->len + right->len == size || left->len + between + right->len == size);
	FUZZ_CHECK(left->len == 0 || memcmp(left->bytes, data, left->len) == 0);
	FUZZ_CHECK(
		right->len == 0 || memcmp(right->bytes, data + size - right->len, right->len) == 0);
}

/* One field that holds password and code, in every way that a gateway sends it. */
static void
one_field(const uint8_t *data, size_t size)
{
	struct wf_secret whole = WF_SECRET_EMPTY, password = WF_SECRET_EMPTY,
			 code = WF_SECRET_EMPTY;

	if (wf_secret_set(&whole, data, size) != WF_OK)
		return;
	for (int mode = CLIENT_CHALLENGE; mode <= CLIENT_SCRV1; mode++) {
		struct split_spec spec = {
			.mode = (enum client_mode)mode, .separator = ",", .digits = SPLIT_DIGITS};

		FUZZ_CHECK(split_answer(&spec, &whole, &password, &code) == WF_OK);
		if (mode != CLIENT_SCRV1)
			halves_make_whole(
				data, size, &password, &code, spec.mode, strlen(spec.separator));
		FUZZ_CHECK(password.len + code.len <= size);
	}
	wf_secret_clear(&whole);
	wf_secret_clear(&password);
	wf_secret_clear(&code);
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	for (uint32_t digits = OTP_DIGITS_MIN; digits <= OTP_DIGITS_MAX; digits++)
		one_time(data, size, digits);
	recovery(data, size);
	emergency(data, size);
	resync(data, size);
	one_field(data, size);
}
