/*
 * The client's half of a conversation. The socket never blocks by itself: every
 * wait goes through one function that looks at the absolute deadline, so that a
 * stopped daemon or one that sends a byte a minute cannot hold a login.
 */
#include "config.h"

#include "common/client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/fault.h"

#define US_PER_S 1000000

struct wf_client {
	int fd; /* owned */
};

/* Microseconds until the deadline, 0 when it has passed. */
static int64_t
client_left_us(int64_t deadline_boot_us)
{
	int64_t now_us = wf_clock_now(&wf_clock_system).boot_us;

	return deadline_boot_us > now_us ? deadline_boot_us - now_us : 0;
}

/* Waits until the socket is ready for `events`, or broken: the next call on it will tell. */
static wf_status
client_wait(const struct wf_client *client, short events, int64_t deadline_boot_us)
{
	struct pollfd pfd = {.fd = client->fd, .events = events};
	int64_t left_us = client_left_us(deadline_boot_us);
	struct timespec ts = {
		.tv_sec = (time_t)(left_us / US_PER_S),
		.tv_nsec = (long)(left_us % US_PER_S) * 1000,
	};

	if (left_us == 0)
		return WF_TIMEOUT;
	if (wf_fault(WF_FAULT_SOCKET))
		return WF_UNAVAILABLE;
	if (ppoll(&pfd, 1, &ts, NULL) < 0 && errno != EINTR)
		return WF_UNAVAILABLE;
	return WF_OK;
}

static ssize_t
client_send_some(const struct wf_client *client, uint8_t *bytes, size_t len)
{
	if (wf_fault(WF_FAULT_SOCKET)) {
		errno = EPIPE;
		return -1;
	}
	return send(client->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static ssize_t
client_receive_some(const struct wf_client *client, uint8_t *bytes, size_t len)
{
	if (wf_fault(WF_FAULT_SOCKET)) {
		errno = ECONNRESET;
		return -1;
	}
	return recv(client->fd, bytes, len, MSG_DONTWAIT);
}

struct client_direction {
	ssize_t (*some)(const struct wf_client *client, uint8_t *bytes, size_t len);
	short events;
};
static const struct client_direction client_out = {client_send_some, POLLOUT};
static const struct client_direction client_in = {client_receive_some, POLLIN};

/* Moves exactly `len` bytes, in whatever pieces they go. */
static wf_status
client_move(const struct wf_client *client, const struct client_direction *way, uint8_t *bytes,
	size_t len, int64_t deadline_boot_us)
{
	wf_status status = WF_OK;

	while (status == WF_OK && len > 0) {
		ssize_t moved = way->some(client, bytes, len);

		if (moved > 0) {
			bytes += moved;
			len -= (size_t)moved;
		} else if (moved < 0 && (errno == EAGAIN || errno == EINTR)) {
			status = client_wait(client, way->events, deadline_boot_us);
		} else {
			status = WF_UNAVAILABLE; /* closed, or broken */
		}
	}
	return status;
}

/* connect() of a Unix socket waits for room in the listener's queue as long as SO_SNDTIMEO says. */
static int
client_connect_once(int fd, const struct sockaddr_un *addr, int64_t left_us)
{
	struct timeval tv = {
		.tv_sec = (time_t)(left_us / US_PER_S),
		.tv_usec = (suseconds_t)(left_us % US_PER_S),
	};

	if (wf_fault(WF_FAULT_SOCKET))
		return ECONNREFUSED;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) != 0)
		return errno;
	return connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) == 0 ? 0 : errno;
}

static wf_status
client_connect(int fd, const struct sockaddr_un *addr, int64_t deadline_boot_us)
{
	int error = EINTR;

	while (error == EINTR || error == EAGAIN) {
		int64_t left_us = client_left_us(deadline_boot_us);

		if (left_us == 0)
			return WF_TIMEOUT;
		error = client_connect_once(fd, addr, left_us);
	}
	if (error == EACCES || error == EPERM)
		return WF_DENIED;
	return error == 0 ? WF_OK : WF_UNAVAILABLE;
}

static wf_status
client_check_owner(int fd, uid_t owner)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (owner == (uid_t)-1)
		return WF_OK;
	if (wf_fault(WF_FAULT_SOCKET) || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
		return WF_UNAVAILABLE;
	return cred.uid == 0 || cred.uid == owner ? WF_OK : WF_DENIED;
}

static wf_status
client_address(const char *path, struct sockaddr_un *addr_r)
{
	size_t len = strlen(path);

	if (len == 0 || len >= sizeof(addr_r->sun_path))
		return WF_INVALID;
	*addr_r = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(addr_r->sun_path, path, len);
	return WF_OK;
}

static wf_status
client_open_fd(const struct sockaddr_un *addr, uid_t owner, int64_t deadline_boot_us, int *fd_r)
{
	int fd = wf_fault(WF_FAULT_SOCKET) ? -1 : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	wf_status status;

	if (fd < 0)
		return WF_UNAVAILABLE;
	status = client_connect(fd, addr, deadline_boot_us);
	if (status == WF_OK)
		status = client_check_owner(fd, owner);
	if (status != WF_OK) {
		close(fd);
		return status;
	}
	*fd_r = fd;
	return WF_OK;
}

wf_status
wf_client_open(
	const char *path, uid_t owner, int64_t deadline_boot_us, struct wf_client **client_r)
{
	struct sockaddr_un addr;
	struct wf_client *client;
	wf_status status = client_address(path, &addr);

	if (status != WF_OK)
		return status;
	client = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(sizeof(*client));
	if (client == NULL)
		return WF_NO_MEMORY;
	status = client_open_fd(&addr, owner, deadline_boot_us, &client->fd);
	if (status != WF_OK) {
		free(client);
		return status;
	}
	*client_r = client;
	return WF_OK;
}

void
wf_client_close(struct wf_client **client)
{
	if (*client == NULL)
		return;
	close((*client)->fd);
	free(*client);
	*client = NULL;
}

wf_status
wf_client_send(struct wf_client *client, const struct wf_msg *msg, int64_t deadline_boot_us)
{
	struct wf_buf frame;
	wf_status status;

	wf_buf_init_secret(&frame, WF_WIRE_FRAME_MAX);
	status = wf_msg_encode(msg, &frame);
	if (status == WF_OK)
		status = client_move(client, &client_out, frame.data, frame.len, deadline_boot_us);
	wf_buf_clear(&frame);
	return status;
}

/* The length, then the rest of the frame: nothing of the next one is taken off the socket. */
static wf_status
client_receive_frame(struct wf_client *client, int64_t deadline_boot_us, struct wf_buf *frame)
{
	uint8_t prefix[4];
	uint8_t *rest;
	size_t len;
	wf_status status;

	status = client_move(client, &client_in, prefix, sizeof(prefix), deadline_boot_us);
	if (status == WF_OK)
		status = wf_frame_length(prefix, sizeof(prefix), &len);
	if (status == WF_OK)
		status = wf_buf_put(frame, prefix, sizeof(prefix));
	if (status == WF_OK)
		status = wf_buf_put_space(frame, len - sizeof(prefix), &rest);
	if (status != WF_OK)
		return status;
	return client_move(client, &client_in, rest, len - sizeof(prefix), deadline_boot_us);
}

wf_status
wf_client_receive(struct wf_client *client, int64_t deadline_boot_us, struct wf_msg *msg_r)
{
	struct wf_buf frame;
	wf_status status;

	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	status = client_receive_frame(client, deadline_boot_us, &frame);
	if (status == WF_OK)
		status = wf_msg_decode(frame.data, frame.len, msg_r);
	wf_buf_clear(&frame);
	return status;
}

int
wf_client_fd(const struct wf_client *client)
{
	return client->fd;
}
