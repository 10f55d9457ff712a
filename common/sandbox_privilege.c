/*
 * Limits of the process, and capabilities by their system calls: the C library has no wrappers for
 * these.
 */
#include "config.h"

#include "common/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORDS _LINUX_CAPABILITY_U32S_3

wf_status
wf_sandbox_limits(void)
{
	const struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return WF_DENIED;
	return WF_OK;
}

/* What programs started later could get; up to the last one that this kernel knows. */
static wf_status
drop_bounding(void)
{
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1 &&
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0 && errno != EPERM)
			return WF_DENIED;
	return WF_OK;
}

wf_status
wf_sandbox_privilege(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
	struct __user_cap_data_struct data[WORDS];
	wf_status status = drop_bounding();

	if (status != WF_OK)
		return status;
	/* A kernel without ambient ones has none to clear. */
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	memset(data, 0, sizeof(data));
	if (syscall(SYS_capset, &head, data) != 0 || syscall(SYS_capget, &head, data) != 0)
		return WF_DENIED;
	for (size_t i = 0; i < WORDS; i++)
		if ((data[i].effective | data[i].permitted | data[i].inheritable) != 0)
			return WF_DENIED;
	return WF_OK;
}
