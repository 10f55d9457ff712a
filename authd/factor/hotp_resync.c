/* Finds a HOTP token's counter again by two codes in a row (RFC 4226 section 7.4). */
#include "config.h"

#include <string.h>

#include "authd/factor/otp.h"

/* 1 when code1 belongs to `counter` and code2 to the next one. */
static wf_status
pair_match(const struct wf_secret *secret, const struct otp_spec *spec, uint64_t counter,
	char codes[2][OTP_CODE_SIZE], bool *match_r)
{
	bool match = true;

	for (uint64_t i = 0; i < 2; i++) {
		char computed[OTP_CODE_SIZE] = "";
		wf_status status = otp_code(secret, spec, counter + i, computed);

		if (status != WF_OK)
			return status;
		match = wf_mem_equal(computed, codes[i], spec->digits) && match;
		wf_wipe(computed, sizeof(computed));
	}
	*match_r = match;
	return WF_OK;
}

static wf_status
pair_find(const struct wf_secret *secret, const struct otp_spec *spec, uint64_t counter,
	uint32_t window, char codes[2][OTP_CODE_SIZE], uint64_t *next_r)
{
	for (uint64_t at = counter; at - counter <= window; at++) {
		bool match = false;
		wf_status status = pair_match(secret, spec, at, codes, &match);

		if (status != WF_OK)
			return status;
		if (match) {
			*next_r = at + 2;
			return WF_OK;
		}
	}
	return WF_NO;
}

wf_status
hotp_resync(const struct wf_secret *secret, const struct otp_spec *spec, uint64_t counter,
	uint32_t window, const char *code1, const char *code2, uint64_t *next_r)
{
	char codes[2][OTP_CODE_SIZE];
	wf_status status;

	if (spec->factor != FACTOR_HOTP || otp_spec_check(spec) != WF_OK ||
		window > OTP_RESYNC_MAX || counter > INT64_MAX - OTP_RESYNC_MAX - 2)
		return WF_INVALID;
	if (!otp_code_text(code1, strlen(code1), spec->digits, codes[0]) ||
	    !otp_code_text(code2, strlen(code2), spec->digits, codes[1]))
		status = WF_INVALID;
	else
		status = pair_find(secret, spec, counter, window, codes, next_r);
	wf_wipe(codes, sizeof(codes));
	return status;
}
