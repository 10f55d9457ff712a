/*
 * A factor that another server knows: nothing of it is here to verify an answer against, so here it
 * is never right. What that server said becomes a result by factor_upstream_said().
 */
#include "config.h"

#include "authd/factor/verify.h"

void
upstream_verify(const struct factor_input *in, struct factor_result *result_r)
{
	(void)in;
	result_no("no-factor", result_r);
}
