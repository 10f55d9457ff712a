/*
 * What the verifications share: one function each for yes, replayed, no and unsure, so that only
 * one place in the daemon writes FACTOR_YES.
 */
#ifndef WF_AUTHD_FACTOR_VERIFY_H
#define WF_AUTHD_FACTOR_VERIFY_H

#include "authd/factor/factor.h"

void password_verify(const struct factor_input *in, struct factor_result *result_r);
void totp_verify(const struct factor_input *in, struct factor_result *result_r);
void hotp_verify(const struct factor_input *in, struct factor_result *result_r);
void recovery_verify(const struct factor_input *in, struct factor_result *result_r);
void upstream_verify(const struct factor_input *in, struct factor_result *result_r);

/*
 * YES with the effects added before, and with the activation of a pending credential; but NO with
 * `no_reason` for mock material and doomed input, however right the answer was.
 */
void result_yes(const struct factor_input *in, const char *no_reason, struct factor_result *result);
/* Right but used up; for mock material and doomed input a plain NO with `no_reason`. */
void result_replayed(
	const struct factor_input *in, const char *no_reason, struct factor_result *result);
void result_no(const char *reason, struct factor_result *result);
/* NO to an answer that has not the factor's form: no guess at this factor's secret. */
void result_misformed(const char *reason, struct factor_result *result);
void result_unsure(const char *reason, struct factor_result *result);
/*
 * Room for one more effect, on in's credential. There is room for two: the factor's own and the
 * activation.
 */
struct effect *result_effect(
	const struct factor_input *in, enum effect_kind kind, struct factor_result *result);

#endif
