/* Look-up and connection; see the header. */
#include "config.h"

#include "common/tls/dial.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/fault.h"

#define SILENCE_MS \
	10000 /* what the other end does not acknowledge for so long ends the connection */

static int64_t
now_ms(const struct wf_dial *dial)
{
	return wf_clock_now(&dial->clock).boot_us / 1000;
}

/*
 * Small messages leave at once; a network that is cut off is noticed. Without these it works,
 * too.
 */
static void
tune(int fd)
{
	const int yes = 1, silence = SILENCE_MS;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence, sizeof(silence));
}

/* 0, or the errno of the connection. */
static int
wait_connected(const struct wf_dial *dial, int fd, int64_t until_ms)
{
	struct pollfd pfd = {.fd = fd, .events = POLLOUT};
	int error = 0, left, ready;
	socklen_t len = sizeof(error);

	do {
		int64_t ms = until_ms - now_ms(dial);

		left = ms > 0 ? (int)ms : 0;
		ready = poll(&pfd, 1, left);
	} while (ready < 0 && errno == EINTR);
	if (ready <= 0)
		return ready == 0 ? ETIMEDOUT : errno;
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 ? error : errno;
}

static int
connect_to(const struct wf_dial *dial, const struct addrinfo *address, int64_t until_ms, int *fd_r)
{
	int fd = wf_fault(WF_FAULT_SOCKET) ? -1
					   : socket(address->ai_family,
						     dial->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error;

	if (fd < 0)
		return errno;
	error = connect(fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
	if (error == EINPROGRESS)
		error = wait_connected(dial, fd, until_ms);
	if (error != 0) {
		close(fd);
		return error;
	}
	if (dial->type == SOCK_STREAM)
		tune(fd);
	*fd_r = fd;
	return 0;
}

void
wf_dial_run(struct wf_dial *dial)
{
	const struct addrinfo hints = {.ai_socktype = dial->type, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *addresses = NULL;
	int error = getaddrinfo(dial->host, dial->port, &hints, &addresses);
	int64_t until_ms = now_ms(dial) + WF_DIAL_S * 1000;

	dial->fd = -1;
	if (error != 0) {
		(void)snprintf(dial->why, sizeof(dial->why), "the name is not found: %s",
			gai_strerror(error));
		return;
	}
	for (const struct addrinfo *it = addresses; it != NULL && dial->fd < 0; it = it->ai_next)
		error = connect_to(dial, it, until_ms, &dial->fd);
	freeaddrinfo(addresses);
	if (dial->fd < 0)
		(void)snprintf(dial->why, sizeof(dial->why), "%s", strerror(error));
}
