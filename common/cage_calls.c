/*
 * The system calls that every server needs once it serves, each with its reason: reading files,
 * talking over sockets that it has, a loop, memory, an end.  None of them starts, kills or traces a
 * process, makes a file, or listens.
 */
#include "config.h"

#include "common/cage_calls.h"

const char *const cage_calls[] = {
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
	"write",      /* standard error, mailbox */
	"writev",     /* standard error in other C libraries */

	/* Sockets: other programs, system log, service manager, name services. */
	"accept4",    /* connections */
	"connect",    /* other programs, system log, name services */
	"getsockopt", /* who is at the other end */
	"recvfrom",   /* messages */
	"recvmsg",    /* name services */
	"sendmsg",    /* service manager */
	"sendto",     /* messages, system log */
	"setsockopt", /* service manager, name services */
	"shutdown",   /* the end of a connection */
	"socket",     /* other programs, system log, service manager, name services */

	/* The loop. */
	"epoll_create",    /* libevent, where epoll_create1() failed: it shall say so */
	"epoll_create1",   /* libevent, when it starts */
	"epoll_ctl",       /* each connection */
	"epoll_pwait",     /* epoll_wait() on machines without that call */
	"epoll_pwait2",    /* the same in newer libevent */
	"epoll_wait",      /* the loop */
	"eventfd2",        /* libevent, when it starts; the mailbox */
	"pipe2",           /* the same on machines without that call */
	"poll",            /* name services and other libraries */
	"ppoll",           /* the same */
	"timerfd_create",  /* libevent */
	"timerfd_settime", /* libevent */

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
	"futex",           /* locks */
	"getegid",         /* OpenSSL: is this setuid? */
	"geteuid",         /* whose are the secrets? */
	"getgid",          /* OpenSSL */
	"getpid",          /* system log */
	"getrandom",       /* chance */
	"gettid",          /* abort() */
	"gettimeofday",    /* where there is no vDSO */
	"getuid",          /* OpenSSL */
	"restart_syscall", /* a wait goes on after a stop */
	"rt_sigaction",    /* signals; abort() */
	"rt_sigprocmask",  /* abort(), threads */
	"rt_sigreturn",    /* out of a signal's handler */
	"sysinfo",         /* qsort() asks how much memory there is */
	"tgkill",          /* abort() */
	"time",            /* where there is no vDSO */
	"uname",           /* gethostname() */
};

const size_t cage_calls_count = sizeof(cage_calls) / sizeof(cage_calls[0]);
