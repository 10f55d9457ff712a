/* What warifu-breakglass may still do: it runs as root, and reads what somebody typed. */
#include "config.h"

#include "pam_module/breakglass_cage.h"

#include <unistd.h>

#include "common/sandbox.h"

/*
 * Every one with its reason; to learn of a missing one: `strace -f` and the last call before
 * SIGSYS.
 */
static const char *const calls[] = {
	"read",		   /* the request */
	"write",	   /* the reply */
	"openat",	   /* the file */
	"open",		   /* the same in other C libraries */
	"close",	   /* it */
	"fstat",	   /* owner and mode of it */
	"newfstatat",	   /* fstat() in glibc */
	"flock",	   /* one attempt at a time */
	"nanosleep",	   /* between tries to lock */
	"clock_nanosleep", /* nanosleep() in glibc */
	"restart_syscall", /* the same after a stop */
	"pread64",	   /* blocks of the file */
	"pwrite64",	   /* a code is spent, a failure counted */
	"fdatasync",	   /* before anything is told */
	"getrandom",	   /* addresses of malloc() */
	"geteuid",	   /* whether the file is our own */
	"clock_gettime",   /* the time of use, where there is no vDSO */
	"brk",		   /* malloc() */
	"mmap",		   /* secret memory, yescrypt's memory */
	"mremap",	   /* realloc() */
	"munmap",	   /* the same */
	"madvise",	   /* out of core dumps */
	"mlock",	   /* not into swap */
	"mprotect",	   /* malloc() in threads' arenas */
	"futex",	   /* locks of the C library */
	"rt_sigreturn",	   /* out of a signal's handler */
	"landlock_create_ruleset", /* cage_file() */
	"landlock_add_rule",	   /* the same */
	"landlock_restrict_self",  /* the same */
	"exit_group",	   /* the end */
};

wf_status
cage_enter(void)
{
	wf_status status = WF_OK;

	if (setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0)
		return WF_DENIED;
	status = wf_sandbox_limits();
	if (status == WF_OK)
		status = wf_sandbox_privilege();
	if (status == WF_OK)
		status = wf_sandbox_calls(calls, sizeof(calls) / sizeof(calls[0]));
	return status;
}

wf_status
cage_file(const char *path)
{
	const struct wf_sandbox_path file = {.path = path, .write = true};
	wf_status status = wf_sandbox_paths(&file, 1);

	return status == WF_UNSUPPORTED ? WF_OK : status;
}
