/* The filter of system calls, by libseccomp. */
#include "config.h"

#include "common/sandbox.h"

#include <seccomp.h>

wf_status
wf_sandbox_calls(const char *const *calls, size_t n)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	wf_status status = WF_OK;

	if (filter == NULL)
		return WF_NO_MEMORY;
	for (size_t i = 0; status == WF_OK && i < n; i++) {
		int number = seccomp_syscall_resolve_name(calls[i]);

		if (number >= 0 && seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0) != 0)
			status = WF_DENIED;
	}
	if (status == WF_OK && seccomp_load(filter) != 0)
		status = WF_DENIED;
	seccomp_release(filter);
	return status;
}
