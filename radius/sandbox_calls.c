/*
 * The list, each with its reason. Here bytes of the network are parsed, so it is shorter than the
 * daemon's: no threads, no database, nothing that starts, kills or traces a process, and no bind:
 * the sockets are there. To learn of a missing one: `strace -f`, the last call before SIGSYS.
 */
#include "config.h"

#include "radius/sandbox_calls.h"

const char *const sandbox_calls[] = {
	/* Files: configuration, secrets and dictionaries at a reload; what was learned. */
	"access",	  /* name services */
	"close",	  /* what was opened */
	"faccessat",	  /* access() on machines without that call */
	"faccessat2",	  /* the same with flags */
	"fcntl",	  /* descriptors that do not block */
	"fstat",	  /* newfstatat() in other C libraries */
	"fsync",	  /* what was learned */
	"getdents64",	  /* conf.d */
	"ioctl",	  /* isatty() of standard error */
	"lseek",	  /* standard input and output */
	"lstat",	  /* newfstatat() in other C libraries */
	"newfstatat",	  /* stat(), fstat() and lstat() in glibc */
	"open",		  /* openat() in other C libraries */
	"openat",	  /* every file */
	"pread64",	  /* name services */
	"read",		  /* files, TLS */
	"readlink",	  /* full name of a file */
	"readlinkat",	  /* the same on machines without that call */
	"rename",	  /* what was learned: the new file in the old one's place */
	"renameat",	  /* the same on machines without that call */
	"renameat2",	  /* the same */
	"stat",		  /* newfstatat() in other C libraries */
	"statx",	  /* newfstatat() on 32 bits */
	"write",	  /* what was learned, TLS, standard error */
	"writev",	  /* standard error in other C libraries */

	/* Sockets: devices, the daemon, the system log, the service manager, name services. */
	"accept4",	  /* TLS */
	"connect",	  /* the daemon, system log, name services */
	"getsockopt",	  /* who serves the daemon's socket */
	"recvfrom",	  /* the daemon's answers */
	"recvmmsg",	  /* requests */
	"recvmsg",	  /* name services */
	"sendmmsg",	  /* replies */
	"sendmsg",	  /* service manager */
	"sendto",	  /* questions to the daemon, system log */
	"setsockopt",	  /* service manager, name services */
	"shutdown",	  /* the end of a connection */
	"socket",	  /* the daemon, system log, service manager, name services */

	/* The loop. */
	"epoll_create1",  /* libevent, when it starts */
	"epoll_ctl",	  /* each connection */
	"epoll_pwait",	  /* epoll_wait() on machines without that call */
	"epoll_pwait2",	  /* the same in newer libevent */
	"epoll_wait",	  /* the loop */
	"eventfd2",	  /* libevent, when it starts */
	"pipe2",	  /* the same on machines without that call */
	"poll",		  /* name services */
	"ppoll",	  /* the same */
	"timerfd_create", /* libevent */
	"timerfd_settime", /* libevent */

	/* Memory. */
	"brk",		  /* malloc() */
	"madvise",	  /* out of core dumps; memory given back */
	"mlock",	  /* secrets out of swap */
	"mmap",		  /* malloc(), secrets */
	"mprotect",	  /* malloc(); MemoryDenyWriteExecute= of the unit still holds */
	"mremap",	  /* realloc() */
	"munmap",	  /* what mmap() gave */

	/* Signals, identity, time, chance, the end. */
	"clock_gettime",  /* where there is no vDSO */
	"exit_group",	  /* end of the server */
	"futex",	  /* locks of libraries */
	"getegid",	  /* OpenSSL: is this setuid? */
	"geteuid",	  /* whose are the secrets? */
	"getgid",	  /* OpenSSL */
	"getpid",	  /* system log */
	"getrandom",	  /* chance */
	"gettid",	  /* abort() */
	"gettimeofday",	  /* where there is no vDSO */
	"getuid",	  /* OpenSSL */
	"restart_syscall", /* a wait goes on after a stop */
	"rt_sigaction",	  /* signals; abort() */
	"rt_sigprocmask", /* abort() */
	"rt_sigreturn",	  /* out of a signal's handler */
	"sysinfo",	  /* qsort() asks how much memory there is */
	"tgkill",	  /* abort() */
	"time",		  /* where there is no vDSO */
	"uname",	  /* gethostname() */
};

const size_t sandbox_calls_count = sizeof(sandbox_calls) / sizeof(sandbox_calls[0]);
