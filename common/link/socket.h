/* Listening Unix sockets of servers. */
#ifndef WF_COMMON_LINK_SOCKET_H
#define WF_COMMON_LINK_SOCKET_H

#include <sys/types.h>

#include "common/status.h"

/*
 * Makes, binds and opens a socket file at `path` (an old one is removed); mode as for chmod;
 * (uid_t)-1, (gid_t)-1: as whoever calls.  The descriptor, the caller's, does not block.
 * WF_EXISTS: somebody listens there, or another file is there; WF_TOO_LONG, WF_DENIED, WF_IO.
 */
WF_MUST_USE wf_status wf_socket_listen(
	const char *path, mode_t mode, uid_t owner, gid_t group, int *fd_r);

#endif
