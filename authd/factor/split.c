/* See split.h. A mode is a row of a table: where the halves of an answer lie in it. */
#include "config.h"

#include "authd/factor/split.h"

#include <string.h>

#include "common/base64.h"
#include "common/buf.h"

/* Parts of the answer; SCRV1's are still in base64. */
struct halves {
	const uint8_t *password, *code;
	size_t password_len, code_len;
};

static struct halves
all_password(const struct split_spec *spec, const uint8_t *bytes, size_t len)
{
	(void)spec;
	return (struct halves){.password = bytes, .password_len = len};
}

static struct halves
all_code(const struct split_spec *spec, const uint8_t *bytes, size_t len)
{
	(void)spec;
	return (struct halves){.code = bytes, .code_len = len};
}

static struct halves
code_last(const struct split_spec *spec, const uint8_t *bytes, size_t len)
{
	if (len < spec->digits)
		return all_password(spec, bytes, len);
	return (struct halves){
		.password = bytes,
		.password_len = len - spec->digits,
		.code = bytes + (len - spec->digits),
		.code_len = spec->digits,
	};
}

static struct halves
code_first(const struct split_spec *spec, const uint8_t *bytes, size_t len)
{
	if (len < spec->digits)
		return all_password(spec, bytes, len);
	return (struct halves){
		.password = bytes + spec->digits,
		.password_len = len - spec->digits,
		.code = bytes,
		.code_len = spec->digits,
	};
}

static struct halves
separated(const struct split_spec *spec, const uint8_t *bytes, size_t len)
{
	size_t width = strlen(spec->separator);

	for (size_t at = width > 0 && len >= width ? len - width + 1 : 0; at-- > 0;)
		if (wf_mem_equal(bytes + at, spec->separator, width))
			return (struct halves){
				.password = bytes,
				.password_len = at,
				.code = bytes + at + width,
				.code_len = len - at - width,
			};
	return all_password(spec, bytes, len);
}

#define SCRV1 "SCRV1:"

/* As OpenVPN's management notes say; both parts are in base64, which has no colon. */
static struct halves
static_challenge(const struct split_spec *spec, const uint8_t *bytes, size_t len)
{
	size_t head = strlen(SCRV1);
	const uint8_t *colon;

	if (len < head || !wf_mem_equal(bytes, SCRV1, head))
		return all_password(spec, bytes, len);
	colon = memchr(bytes + head, ':', len - head);
	if (colon == NULL)
		return all_password(spec, bytes, len);
	return (struct halves){
		.password = bytes + head,
		.password_len = (size_t)(colon - bytes) - head,
		.code = colon + 1,
		.code_len = len - (size_t)(colon - bytes) - 1,
	};
}

static const struct mode {
	struct halves (*find)(const struct split_spec *spec, const uint8_t *bytes, size_t len);
} modes[] = {
	[CLIENT_CHALLENGE] = {all_password},
	[CLIENT_CODE_LAST] = {code_last},
	[CLIENT_CODE_FIRST] = {code_first},
	[CLIENT_SEPARATOR] = {separated},
	[CLIENT_CODE] = {all_code},
	[CLIENT_SCRV1] = {static_challenge},
};

/* A half in base64; what is none becomes an empty one. */
static wf_status
set_decoded(struct wf_secret *half_r, const uint8_t *text, size_t len)
{
	uint8_t bytes[WF_SECRET_MAX];
	size_t n = 0;
	wf_status status;

	if (wf_base64_decode((const char *)text, len, bytes, sizeof(bytes), &n) != WF_OK)
		n = 0;
	status = wf_secret_set(half_r, bytes, n);
	wf_wipe(bytes, sizeof(bytes));
	return status;
}

static wf_status
set_half(struct wf_secret *half_r, bool encoded, const uint8_t *bytes, size_t len)
{
	return encoded ? set_decoded(half_r, bytes, len) : wf_secret_set(half_r, bytes, len);
}

wf_status
split_answer(const struct split_spec *spec, const struct wf_secret *whole,
	struct wf_secret *password_r, struct wf_secret *code_r)
{
	const uint8_t *bytes = whole->bytes != NULL ? whole->bytes : (const uint8_t *)"";
	struct halves halves = modes[spec->mode].find(spec, bytes, whole->len);
	bool encoded = spec->mode == CLIENT_SCRV1 && halves.code != NULL;
	wf_status status = set_half(password_r, encoded, halves.password, halves.password_len);

	if (status == WF_OK)
		status = set_half(code_r, encoded, halves.code, halves.code_len);
	if (status != WF_OK) {
		wf_secret_clear(password_r);
		wf_secret_clear(code_r);
	}
	return status;
}

uint32_t
split_digits(const struct credential *credentials, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct credential *one = &credentials[i];
		bool token = one->factor == FACTOR_TOTP || one->factor == FACTOR_HOTP;

		if (token && (one->state == CREDENTIAL_ACTIVE || one->state == CREDENTIAL_PENDING))
			return one->digits;
	}
	return SPLIT_DIGITS;
}
