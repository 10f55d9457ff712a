/*
 * The client's half of a conversation with the daemon: connect, send a message,
 * wait for one, all before one absolute deadline.  Survives EINTR and a peer that
 * closes (MSG_NOSIGNAL); descriptors are close-on-exec.  No globals: usable in a
 * threaded host program.
 */
#ifndef WF_COMMON_CLIENT_H
#define WF_COMMON_CLIENT_H

#include <stdint.h>
#include <sys/types.h>

#include "common/wire.h"

struct wf_client; /* one connection, one thread */

/*
 * Connects to the Unix socket at `path`.  `deadline_boot_us` is absolute (CLOCK_BOOTTIME).
 * The server must run as root or as `owner` (SO_PEERCRED); (uid_t)-1 accepts any.
 * WF_UNAVAILABLE: nobody there; WF_DENIED: wrong owner or no permission; WF_TIMEOUT.
 */
WF_MUST_USE wf_status wf_client_open(
	const char *path, uid_t owner, int64_t deadline_boot_us, struct wf_client **client_r);
/* Closes and frees; NULLs the pointer, accepts one that is NULL. */
void wf_client_close(struct wf_client **client);
/*
 * WF_UNAVAILABLE when the peer is gone (what it said before may still be received); WF_TIMEOUT;
 * what wf_msg_encode gives.
 */
WF_MUST_USE wf_status wf_client_send(
	struct wf_client *client, const struct wf_msg *msg, int64_t deadline_boot_us);
/*
 * WF_INVALID for nonsense, WF_VERSION for a frame of a version unknown here, WF_UNAVAILABLE for a
 * peer that closed (also in mid-frame), WF_TIMEOUT.  After any failure the connection is of no more
 * use.  msg_r is overwritten, not cleared, and only on WF_OK.
 */
WF_MUST_USE wf_status wf_client_receive(
	struct wf_client *client, int64_t deadline_boot_us, struct wf_msg *msg_r);
int wf_client_fd(const struct wf_client *client);

#endif
