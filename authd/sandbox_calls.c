/*
 * The daemon's calls beside those of every server (common/cage_calls.c), each with its reason.
 * Most are what the system tests use, as strace counts it; the rest are calls that the same
 * functions of the libraries make on other machines, or seldom.  Not in it, because a daemon that
 * was taken over would want them: execve, kill, ptrace, bind, listen, chown, setuid and their kin.
 * To learn of a missing one: `strace -f`, the last call before SIGSYS.
 */
#include "config.h"

#include "authd/sandbox_calls.h"

const char *const sandbox_calls[] = {
	/* Files: configuration, keys, database, backups. */
	"fchmod",    /* 0600 for new files */
	"fdatasync", /* every commit */
	"flock",     /* one daemon for a database; key file */
	"fstatfs",   /* SQLite: kind of file system */
	"fsync",     /* new files and their folders */
	"ftruncate", /* SQLite: its log, shared memory */
	"getcwd",    /* SQLite: full name of a file */
	"mkdir",     /* folder of backups */
	"mkdirat",   /* mkdir() on machines without that call */
	"pwrite64",  /* SQLite */
	"rename",    /* key file, backup: the new one in its place */
	"renameat",  /* the same in a folder */
	"renameat2", /* the same where nothing may be there */
	"statfs",    /* room on the disk */
	"unlink",    /* SQLite's log at the end */
	"unlinkat",  /* what a broken backup left; unlink() elsewhere */

	/* Threads. */
	"clone",             /* pthread_create() in older C libraries */
	"clone3",            /* pthread_create() */
	"exit",              /* end of a thread */
	"rseq",              /* start of a thread */
	"sched_getaffinity", /* malloc() counts processors for its arenas */
	"sched_yield",       /* locks of libraries */
	"set_robust_list",   /* start of a thread */
	"set_tid_address",   /* the same in other C libraries */

	/* Signals, identity, time, chance. */
	"adjtimex",        /* is the clock synchronised? */
	"clock_adjtime",   /* the same in glibc */
	"clock_nanosleep", /* SQLite waits for a lock */
	"nanosleep",       /* clock_nanosleep() in other C libraries */
};

const size_t sandbox_calls_count = sizeof(sandbox_calls) / sizeof(sandbox_calls[0]);

/* A relay looks up the name of its centre; it has no store whose keeper could be taken over. */
const char *const sandbox_calls_relay[] = {
	"bind",        /* which addresses has this machine? (netlink) */
	"getpeername", /* name services */
	"getsockname", /* the same; which of several addresses is nearest? */
	"recvmmsg",    /* answers of name servers */
	"sendmmsg",    /* questions to name servers */
};

const size_t sandbox_calls_relay_count =
	sizeof(sandbox_calls_relay) / sizeof(sandbox_calls_relay[0]);
