/*
 * One-time codes: the form of a code, and the comparison with a window of counters.  Internal to
 * authd/factor.
 */
#ifndef WF_AUTHD_FACTOR_OTP_H
#define WF_AUTHD_FACTOR_OTP_H

#include <stdbool.h>
#include <stdint.h>

#include "authd/factor/factor.h"

#define OTP_CODE_SIZE (OTP_DIGITS_MAX + 1)
#define OTP_SCAN_MAX 2048 /* counters of one scan */

/* WF_INVALID: digits, algorithm, or no step for TOTP. */
WF_MUST_USE wf_status otp_spec_check(const struct otp_spec *spec);
/*
 * The `digits` digits of the answer, blanks and tabs dropped.  False for anything else; code_r is
 * then a text of the same length that no code is, so that the comparison can be done all the same.
 */
bool otp_code_text(const void *answer, size_t len, uint32_t digits, char code_r[OTP_CODE_SIZE]);

/* Which counters of first .. first + count - 1 the code belongs to. */
struct otp_scan {
	uint64_t first, count; /* count up to OTP_SCAN_MAX */
	uint64_t fresh;	       /* counters below this one are used up */
	/* results */
	uint64_t used;		       /* matches below `fresh` */
	uint64_t unused;	       /* matches from it on */
	uint64_t lowest, highest;      /* of the unused matches; 0 when there is none */
};
/*
 * Computes and compares every code of the window, in constant time, whichever match.  WF_CRYPTO,
 * WF_INVALID.
 */
WF_MUST_USE wf_status otp_scan(const struct wf_secret *secret, const struct otp_spec *spec,
	const char *code, struct otp_scan *scan);

#endif
