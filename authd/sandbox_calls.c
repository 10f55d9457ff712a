/*
 * The list, each with its reason.  Most of it is what the system tests use, as strace counts it; the rest
 * are calls that the same functions of the libraries make on other machines, or seldom.  Not in it, because
 * a daemon that was taken over would want them: execve, kill, ptrace, bind, listen, chown, setuid and their
 * kin.  To learn of a missing one: `strace -f`, the last call before SIGSYS.
 */
#include "config.h"

#include "authd/sandbox_calls.h"

const char *const sandbox_calls[] = {
	/* Files: configuration, keys, database, backups. */
	"access",	  /* SQLite: is there a journal? */
	"close",	  /* what was opened */
	"faccessat",	  /* access() on machines without that call */
	"faccessat2",	  /* the same with flags */
	"fcntl",	  /* SQLite's locks; descriptors that do not block */
	"fchmod",	  /* 0600 for new files */
	"fdatasync",	  /* every commit */
	"flock",	  /* one daemon for a database; key file */
	"fstat",	  /* newfstatat() in other C libraries */
	"fstatfs",	  /* SQLite: kind of file system */
	"fsync",	  /* new files and their folders */
	"ftruncate",	  /* SQLite: its log, shared memory */
	"getcwd",	  /* SQLite: full name of a file */
	"getdents64",	  /* conf.d; folders of name services */
	"ioctl",	  /* isatty() of standard input and output */
	"lseek",	  /* SQLite, standard input and output */
	"lstat",	  /* newfstatat() in other C libraries */
	"mkdir",	  /* folder of backups */
	"mkdirat",	  /* mkdir() on machines without that call */
	"newfstatat",	  /* stat(), fstat() and lstat() in glibc */
	"open",		  /* openat() in other C libraries */
	"openat",	  /* every file */
	"pread64",	  /* SQLite */
	"pwrite64",	  /* SQLite */
	"read",		  /* files, mailbox, signals */
	"readlink",	  /* SQLite: full name of a file */
	"readlinkat",	  /* /proc/PID/exe of who asks; readlink() elsewhere */
	"rename",	  /* key file, backup: the new one in its place */
	"renameat",	  /* the same in a folder */
	"renameat2",	  /* the same where nothing may be there */
	"stat",		  /* newfstatat() in other C libraries */
	"statfs",	  /* room on the disk */
	"statx",	  /* newfstatat() on 32 bits */
	"unlink",	  /* SQLite's log at the end */
	"unlinkat",	  /* what a broken backup left; unlink() elsewhere */
	"write",	  /* files, mailbox, standard error */
	"writev",	  /* standard error in other C libraries */

	/* Sockets: front ends, the system log, the service manager, name services. */
	"accept4",	  /* a front end comes */
	"connect",	  /* system log, name services */
	"getsockopt",	  /* who comes: uid, groups, process */
	"recvfrom",	  /* requests */
	"recvmsg",	  /* name services */
	"sendmsg",	  /* service manager */
	"sendto",	  /* replies, system log */
	"setsockopt",	  /* service manager, name services */
	"shutdown",	  /* the end of a connection */
	"socket",	  /* system log, service manager, name services */

	/* The loop. */
	"epoll_create1",  /* libevent, when it starts */
	"epoll_ctl",	  /* each connection */
	"epoll_pwait",	  /* epoll_wait() on machines without that call */
	"epoll_pwait2",	  /* the same in newer libevent */
	"epoll_wait",	  /* the loop */
	"eventfd2",	  /* mailbox */
	"pipe2",	  /* signals */
	"poll",		  /* name services */
	"ppoll",	  /* the same */
	"timerfd_create", /* the same (sd-event) */
	"timerfd_settime", /* the same */

	/* Memory. */
	"brk",		  /* malloc() */
	"madvise",	  /* out of core dumps; memory given back */
	"mlock",	  /* secrets out of swap */
	"mmap",		  /* malloc(), secrets, threads' stacks, SQLite's shared memory */
	"mprotect",	  /* malloc(), threads' stacks; MemoryDenyWriteExecute= of the unit still holds */
	"mremap",	  /* realloc() */
	"munmap",	  /* what mmap() gave */

	/* Threads. */
	"clone",	  /* pthread_create() in older C libraries */
	"clone3",	  /* pthread_create() */
	"exit",		  /* end of a thread */
	"exit_group",	  /* end of the daemon */
	"futex",	  /* mutexes, conditions */
	"gettid",	  /* name services; abort() */
	"rseq",		  /* start of a thread */
	"sched_getaffinity", /* malloc() counts processors for its arenas */
	"sched_yield",	  /* locks of libraries */
	"set_robust_list", /* start of a thread */
	"set_tid_address", /* the same in other C libraries */

	/* Signals, identity, time, chance. */
	"adjtimex",	  /* is the clock synchronised? */
	"clock_adjtime",  /* the same in glibc */
	"clock_gettime",  /* where there is no vDSO */
	"clock_nanosleep", /* SQLite waits for a lock */
	"getegid",	  /* OpenSSL: is this setuid? */
	"geteuid",	  /* SQLite: is this root? key file: is it ours? */
	"getgid",	  /* OpenSSL */
	"getpid",	  /* SQLite, system log */
	"getrandom",	  /* chance */
	"gettimeofday",	  /* where there is no vDSO */
	"getuid",	  /* OpenSSL */
	"nanosleep",	  /* clock_nanosleep() in other C libraries */
	"restart_syscall", /* a wait goes on after a stop */
	"rt_sigaction",	  /* libevent; abort() */
	"rt_sigprocmask", /* start of a thread */
	"rt_sigreturn",	  /* out of a signal's handler */
	"sysinfo",	  /* qsort() asks how much memory there is */
	"tgkill",	  /* abort() */
	"time",		  /* where there is no vDSO */
	"uname",	  /* gethostname() */
};

const size_t sandbox_calls_count = sizeof(sandbox_calls) / sizeof(sandbox_calls[0]);

/* A relay looks up the name of its centre; it has no store whose keeper could be taken over. */
const char *const sandbox_calls_relay[] = {
	"bind",		  /* which addresses has this machine? (netlink) */
	"getpeername",	  /* name services */
	"getsockname",	  /* the same; which of several addresses is nearest? */
	"recvmmsg",	  /* answers of name servers */
	"sendmmsg",	  /* questions to name servers */
};

const size_t sandbox_calls_relay_count =
	sizeof(sandbox_calls_relay) / sizeof(sandbox_calls_relay[0]);
