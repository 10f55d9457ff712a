/*
 * A factor that another server knows: nothing of it is here to verify an answer against, so here it
 * is never right. Who asks that server says what it answered.
 */
#include "config.h"

#include "authd/factor/verify.h"

void
upstream_verify(const struct factor_input *in, struct factor_result *result_r)
{
	(void)in;
	result_no("no-factor", result_r);
}

void
factor_upstream_said(enum factor_answer answer, const char *reason, struct factor_result *result_r)
{
	if (answer == FACTOR_UNSURE)
		result_unsure(reason, result_r);
	else
		result_no(reason, result_r);
	if (answer == FACTOR_YES)
		*result_r = (struct factor_result){.answer = FACTOR_YES};
}
