/*
 * One field of a gateway's form that holds a password and a code: which part is which.  A gateway's
 * mode says so once and for all, so an answer is never tried in more than one way, and each half is
 * evaluated once.
 *
 * Pure: no clock, no store, no logging; any thread.
 */
#ifndef WF_AUTHD_FACTOR_SPLIT_H
#define WF_AUTHD_FACTOR_SPLIT_H

#include "authd/types.h"
#include "common/secret.h"
#include "common/status.h"

#define SPLIT_DIGITS 6 /* of a code where the account has no token, or there is no account */

struct split_spec {
	enum client_mode mode;
	/* of CLIENT_SEPARATOR; the last one in the answer counts, codes have none */
	const char *separator;
	uint32_t digits;       /* of the account's codes; CODE_LAST and CODE_FIRST */
};

/*
 * Halves of `whole`.  What has not the form that the mode wants is a password with an empty code,
 * which nobody's is.  CLIENT_CHALLENGE: the password alone; CLIENT_CODE: the code alone.
 * WF_NO_MEMORY, the halves are empty then.
 */
WF_MUST_USE wf_status split_answer(const struct split_spec *spec, const struct wf_secret *whole,
				   struct wf_secret *password_r, struct wf_secret *code_r);
/* Digits of the codes of the first token that counts; SPLIT_DIGITS without one. */
uint32_t split_digits(const struct credential *credentials, size_t n);

#endif
