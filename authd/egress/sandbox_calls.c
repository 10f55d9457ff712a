/*
 * The program's calls beside those of every server (common/cage_calls.c), each with its reason.
 * Answers of other servers are parsed here, so nothing is on it that starts, kills or traces a
 * process, writes a file, or listens. To learn of a missing one: `strace -f`, the last call before
 * SIGSYS.
 */
#include "config.h"

#include "authd/egress/sandbox_calls.h"

const char *const sandbox_calls[] = {
	/* Sockets: the daemon, the servers that are asked, system log, service manager. */
	"socketpair",  /* libcurl: threads that look names up */
	"bind",        /* libradcli, before it asks; name services */
	"getpeername", /* name services */
	"getsockname", /* libradcli: its own address; name services */
	"recvmmsg",    /* answers of name servers */
	"sendmmsg",    /* questions to name servers */

	/* Threads, at the start and at a reload. */
	"clone",             /* a thread in older C libraries */
	"clone3",            /* a thread */
	"exit",              /* its end */
	"membarrier",        /* threads of other C libraries */
	"prctl",             /* name of a thread */
	"rseq",              /* each thread registers */
	"sched_getaffinity", /* size of a thread's stack */
	"set_robust_list",   /* each thread registers */

	/* Signals, identity, time, chance, the end. */
	"getrusage", /* GnuTLS's chance, within libradcli */
	"wait4",     /* the end of the process that may run commands */
};

const size_t sandbox_calls_count = sizeof(sandbox_calls) / sizeof(sandbox_calls[0]);
