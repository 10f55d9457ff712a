/*
 * The list, each with its reason. Answers of other servers are parsed here, so nothing is on it
 * that starts, kills or traces a process, writes a file, or listens. To learn of a missing one:
 * `strace -f`, the last call before SIGSYS.
 */
#include "config.h"

#include "authd/egress/sandbox_calls.h"

const char *const sandbox_calls[] = {
	/* Files, to read: configuration and secrets at a reload. */
	"access",     /* name services */
	"close",      /* what was opened */
	"faccessat",  /* access() on machines without that call */
	"faccessat2", /* the same with flags */
	"fcntl",      /* descriptors that do not block */
	"fstat",      /* newfstatat() in other C libraries */
	"getdents64", /* conf.d */
	"ioctl",      /* isatty() of standard error */
	"lseek",      /* standard input and output */
	"lstat",      /* newfstatat() in other C libraries */
	"newfstatat", /* stat(), fstat() and lstat() in glibc */
	"open",       /* openat() in other C libraries */
	"openat",     /* every file */
	"pread64",    /* name services */
	"read",       /* files */
	"readlink",   /* full name of a file */
	"readlinkat", /* the same on machines without that call */
	"stat",       /* newfstatat() in other C libraries */
	"statx",      /* newfstatat() on 32 bits */
	"write",      /* mailbox, standard error */
	"writev",     /* standard error in other C libraries */

	/* Sockets: the daemon, the servers that are asked, system log, service manager. */
	"accept4",     /* the daemon */
	"bind",        /* libradcli, before it asks */
	"connect",     /* servers, system log, name services */
	"getpeername", /* name services */
	"getsockname", /* libradcli: its own address */
	"getsockopt",  /* who the daemon is */
	"recvfrom",    /* questions, answers */
	"recvmsg",     /* name services */
	"sendmsg",     /* service manager */
	"sendto",      /* questions, answers, system log */
	"setsockopt",  /* service manager, name services */
	"shutdown",    /* the end of a connection */
	"socket",      /* servers, system log, service manager, name services */

	/* The loop. */
	"epoll_create1",   /* libevent, when it starts */
	"epoll_ctl",       /* each connection */
	"epoll_pwait",     /* epoll_wait() on machines without that call */
	"epoll_pwait2",    /* the same in newer libevent */
	"epoll_wait",      /* the loop */
	"eventfd2",        /* the mailbox; libevent, when it starts */
	"pipe2",           /* the same on machines without that call */
	"poll",            /* libradcli waits for an answer */
	"ppoll",           /* the same */
	"timerfd_create",  /* libevent */
	"timerfd_settime", /* libevent */

	/* Threads, at the start and at a reload. */
	"clone",             /* a thread in older C libraries */
	"clone3",            /* a thread */
	"exit",              /* its end */
	"futex",             /* locks, waiting for work */
	"gettid",            /* abort() */
	"membarrier",        /* threads of other C libraries */
	"prctl",             /* name of a thread */
	"rseq",              /* each thread registers */
	"sched_getaffinity", /* size of a thread's stack */
	"set_robust_list",   /* each thread registers */

	/* Memory. */
	"brk",      /* malloc() */
	"madvise",  /* out of core dumps; memory given back */
	"mlock",    /* secrets out of swap */
	"mmap",     /* malloc(), secrets, stacks */
	"mprotect", /* malloc(), stacks; MemoryDenyWriteExecute= of the unit still holds */
	"mremap",   /* realloc() */
	"munmap",   /* what mmap() gave */

	/* Signals, identity, time, chance, the end. */
	"clock_gettime",   /* where there is no vDSO */
	"exit_group",      /* end of the program */
	"getegid",         /* OpenSSL: is this setuid? */
	"geteuid",         /* whose are the secrets? */
	"getgid",          /* OpenSSL */
	"getpid",          /* system log */
	"getrandom",       /* chance */
	"getrusage",       /* GnuTLS's chance, within libradcli */
	"gettimeofday",    /* where there is no vDSO */
	"getuid",          /* OpenSSL */
	"restart_syscall", /* a wait goes on after a stop */
	"rt_sigaction",    /* signals; abort() */
	"rt_sigprocmask",  /* threads; abort() */
	"rt_sigreturn",    /* out of a signal's handler */
	"sysinfo",         /* qsort() asks how much memory there is */
	"tgkill",          /* abort() */
	"time",            /* where there is no vDSO */
	"uname",           /* gethostname() */
};

const size_t sandbox_calls_count = sizeof(sandbox_calls) / sizeof(sandbox_calls[0]);
