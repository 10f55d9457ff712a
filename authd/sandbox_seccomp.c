/* The list of system calls that the daemon and its libraries need once it serves; any other kills it. */
#include "config.h"

#include <seccomp.h>

#include "authd/sandbox.h"

static const char *const calls[] = {
	/* files: configuration, keys, the database */
	"access", "chmod", "close", "creat", "dup", "faccessat", "faccessat2", "fadvise64", "fallocate", "fchmod",
	"fchmodat", "fchown", "fcntl", "fdatasync", "flock", "fstat", "fstatfs", "fsync", "ftruncate", "getcwd", "getdents64",
	"ioctl", "link", "lseek", "lstat", "mkdir", "mkdirat", "newfstatat", "open", "openat", "pread64", "pwrite64",
	"read", "readlink", "readlinkat", "readv", "rename", "renameat", "renameat2", "rmdir", "stat", "statfs", "statx",
	"sync_file_range", "unlink", "unlinkat", "utimensat", "write", "writev",
	/* sockets: front ends, syslog, name look-ups */
	"accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen", "recvfrom", "recvmsg",
	"sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown", "socket", "socketpair",
	/* the loop */
	"epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd2", "pipe2", "poll", "ppoll",
	"pselect6", "select", "timerfd_create", "timerfd_settime",
	/* memory and threads */
	"brk", "clone", "clone3", "exit", "exit_group", "futex", "get_robust_list", "gettid", "madvise", "membarrier",
	"mlock", "mlock2", "mmap", "mprotect", "mremap", "msync", "munlock", "munmap", "rseq", "sched_getaffinity",
	"sched_setaffinity", "sched_yield", "set_robust_list", "set_tid_address",
	/* signals, identity, time */
	"adjtimex", "clock_adjtime", "clock_getres", "clock_gettime", "clock_nanosleep", "getegid", "geteuid", "getgid",
	"getgroups", "getpgrp", "getpid", "getppid", "getrandom", "getrusage", "getsid", "gettimeofday", "getuid",
	"nanosleep", "prctl", "prlimit64", "restart_syscall", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
	"sigaltstack", "sysinfo", "tgkill", "time", "umask", "uname",
};

wf_status
sandbox_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	wf_status status = WF_OK;

	if (filter == NULL)
		return WF_NO_MEMORY;
	for (size_t i = 0; status == WF_OK && i < sizeof(calls) / sizeof(calls[0]); i++) {
		int number = seccomp_syscall_resolve_name(calls[i]);

		/* A name that this machine's kernel interface does not have needs no rule. */
		if (number >= 0 && seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0) != 0)
			status = WF_DENIED;
	}
	if (status == WF_OK && seccomp_load(filter) != 0)
		status = WF_DENIED;
	seccomp_release(filter);
	return status;
}
