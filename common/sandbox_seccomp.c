/* The filter of system calls, by libseccomp. */
#include "config.h"

#include "common/sandbox.h"

#include <seccomp.h>

#include "common/fault.h"

wf_status
wf_sandbox_calls(const char *const *calls, size_t n)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	wf_status status = WF_OK;

	if (filter == NULL)
		return WF_NO_MEMORY;
	wf_fault_shelter(true); /* libseccomp 2.5 leaves rules out when it has no memory for them */
	for (size_t i = 0; status == WF_OK && i < n; i++) {
		int number = seccomp_syscall_resolve_name(calls[i]);

		if (number >= 0 && seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0) != 0)
			status = WF_DENIED;
	}
	if (status == WF_OK && seccomp_load(filter) != 0)
		status = WF_DENIED;
	seccomp_release(filter);
	wf_fault_shelter(false);
	return status;
}
