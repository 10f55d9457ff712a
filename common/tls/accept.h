/*
 * The listening end of TCP.  Loop thread only.
 */
#ifndef WF_COMMON_TLS_ACCEPT_H
#define WF_COMMON_TLS_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "common/status.h"

/*
 * Makes and binds a listening socket that does not block; IPv6 ones take IPv6 alone.  WF_IO: errno
 * says why.
 */
WF_MUST_USE wf_status wf_accept_socket(
	const struct sockaddr_storage *address, socklen_t len, int *fd_r);
/*
 * The next connection, which does not block either and sends at once what it is given.  WF_AGAIN:
 * there is none; WF_IO: one cannot be had now, for lack of descriptors or memory.
 */
WF_MUST_USE wf_status wf_accept(int fd, struct sockaddr_storage *address_r, int *fd_r);
/* "192.0.2.1:40000", "[2001:db8::1]:40000". */
void wf_accept_text(const struct sockaddr_storage *address, char *text_r, size_t size);

/*
 * Accepting pauses for want of descriptors or memory: true if a line about it is due, at most one a
 * minute; *due_us begins as 0.
 */
bool wf_accept_pause_due(int64_t *due_us, int64_t now_us);

#endif
