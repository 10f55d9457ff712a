/* Results of verifications.  The only place that writes FACTOR_YES. */
#include "config.h"

#include "authd/factor/verify.h"

#include <assert.h>
#include <string.h>

static void
result_set(enum factor_answer answer, const char *reason, struct factor_result *result)
{
	if (answer != FACTOR_YES) {
		result->neffects = 0;
		memset(result->effects, 0, sizeof(result->effects));
	}
	result->answer = answer;
	result->replayed = false;
	result->renew = false;
	result->guess = answer == FACTOR_NO;
	strncpy(result->reason, reason, sizeof(result->reason) - 1);
}

void
result_no(const char *reason, struct factor_result *result)
{
	result_set(FACTOR_NO, reason, result);
}

void
factor_upstream_said(enum factor_answer answer, const char *reason, struct factor_result *result_r)
{
	*result_r = (struct factor_result){.answer = FACTOR_NO};
	result_set(answer, reason, result_r);
}

void
result_misformed(const char *reason, struct factor_result *result)
{
	result_set(FACTOR_NO, reason, result);
	result->guess = false;
}

void
result_unsure(const char *reason, struct factor_result *result)
{
	result_set(FACTOR_UNSURE, reason, result);
}

/*
 * Not a comparison of secrets but a flag: no guess can be lucky enough. Nothing matches without a
 * credential.
 */
static bool
never_yes(const struct factor_input *in)
{
	return in->doomed || in->credential->state == CREDENTIAL_VOID ||
	       in->credential->state == CREDENTIAL_RESYNC;
}

void
result_replayed(const struct factor_input *in, const char *no_reason, struct factor_result *result)
{
	if (never_yes(in)) {
		result_no(no_reason, result);
		return;
	}
	result_set(FACTOR_NO, "replayed", result);
	result->replayed = true;
	result->guess = false;
}

void
result_yes(const struct factor_input *in, const char *no_reason, struct factor_result *result)
{
	if (never_yes(in)) {
		result_no(no_reason, result);
		return;
	}
	if (in->credential->state == CREDENTIAL_PENDING)
		(void)result_effect(in, EFFECT_CREDENTIAL_ACTIVATE, result);
	result_set(FACTOR_YES, "", result);
	result->credential_id = in->credential->id;
	memset(result->reason, 0, sizeof(result->reason));
}

struct effect *
result_effect(const struct factor_input *in, enum effect_kind kind, struct factor_result *result)
{
	struct effect *effect = &result->effects[result->neffects];

	assert(result->neffects < FACTOR_EFFECTS_MAX); /* coverage: no factor has more */
	memset(effect, 0, sizeof(*effect));
	effect->kind = kind;
	effect->account_id = in->credential->account_id;
	effect->credential_id = in->credential->id;
	effect->factor = in->credential->factor;
	result->neffects++;
	return effect;
}
