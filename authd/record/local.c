/* Datagrams to a socket of this machine; see the header. */
#include "config.h"

#include "authd/record/local.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/fault.h"

#define SLICE_MS 100
#define SLICES 20 /* two seconds */

static bool
connect_there(struct local *local)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (local->fd >= 0)
		return true;
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", local->path);
	local->fd = wf_fault(WF_FAULT_SOCKET)
			    ? -1
			    : socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return local->fd >= 0 &&
	       connect(local->fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static wf_status
fail(struct local *local, const char *why, char *why_r, size_t size)
{
	(void)snprintf(why_r, size, "%s: %s", local->path, why);
	local_close(local);
	return WF_UNAVAILABLE;
}

wf_status
local_send(struct local *local, const uint8_t *bytes, size_t len, char *why_r, size_t size)
{
	if (!connect_there(local))
		return fail(local, strerror(errno), why_r, size);
	for (int i = 0; i < SLICES && !atomic_load(local->stopping); i++) {
		struct pollfd pfd = {.fd = local->fd, .events = POLLOUT};

		if (send(local->fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len)
			return WF_OK;
		if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
			return fail(local, strerror(errno), why_r, size);
		(void)poll(&pfd, 1, SLICE_MS);
	}
	return fail(local, "it reads nothing", why_r, size);
}

void
local_close(struct local *local)
{
	if (local->fd >= 0)
		close(local->fd);
	local->fd = -1;
}
