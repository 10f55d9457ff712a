/*
 * The server's calls beside those of every server (common/cage_calls.c), each with its reason. Here
 * bytes of the network are parsed, so it is shorter than the daemon's: no threads, no database,
 * nothing that starts, kills or traces a process, and no bind: the sockets are there. To learn of a
 * missing one: `strace -f`, the last call before SIGSYS.
 */
#include "config.h"

#include "radius/sandbox_calls.h"

const char *const sandbox_calls[] = {
	/* Files: configuration, secrets and dictionaries at a reload; what was learned. */
	"fsync",     /* what was learned */
	"rename",    /* what was learned: the new file in the old one's place */
	"renameat",  /* the same on machines without that call */
	"renameat2", /* the same */

	/* Sockets: devices, the daemon, the system log, the service manager, name services. */
	"recvmmsg", /* requests */
	"sendmmsg", /* replies */
};

const size_t sandbox_calls_count = sizeof(sandbox_calls) / sizeof(sandbox_calls[0]);
