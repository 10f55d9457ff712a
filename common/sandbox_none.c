/* A build without libseccomp, or one with sanitizers, whose run-time calls cannot be listed. */
#include "config.h"

#include "common/sandbox.h"

wf_status
wf_sandbox_calls(const char *const *calls, size_t n)
{
	(void)calls;
	(void)n;
	return WF_OK;
}
