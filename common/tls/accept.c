/* Sockets of TCP; see the header. */
#include "config.h"

#include "common/tls/accept.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "common/fault.h"

/* Who waits longer than for some of these has given up: a flood must not keep others waiting. */
#define BACKLOG 128
#define PAUSE_SAID_US INT64_C(60000000)

static const int yes = 1;

static bool
set_up(int fd, const struct sockaddr_storage *address, socklen_t len)
{
	bool ipv6 = address->ss_family == AF_INET6;

	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
	       (!ipv6 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) == 0) &&
	       bind(fd, (const struct sockaddr *)address, len) == 0 && listen(fd, BACKLOG) == 0;
}

wf_status
wf_accept_socket(const struct sockaddr_storage *address, socklen_t len, int *fd_r)
{
	int fd = wf_fault(WF_FAULT_SOCKET)
			 ? -1
			 : socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
				   0);
	int error;

	if (fd < 0)
		return WF_IO;
	if (set_up(fd, address, len)) {
		*fd_r = fd;
		return WF_OK;
	}
	error = errno;
	close(fd);
	errno = error;
	return WF_IO;
}

wf_status
wf_accept(int fd, struct sockaddr_storage *address_r, int *fd_r)
{
	struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
	socklen_t len = sizeof(address);
	int client =
		accept4(fd, (struct sockaddr *)&address, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (client < 0)
		return errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS
			       ? WF_IO
			       : WF_AGAIN;
	(void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	*address_r = address;
	*fd_r = client;
	return WF_OK;
}

void
wf_accept_text(const struct sockaddr_storage *address, char *text_r, size_t size)
{
	char host[64] = "?", port[8] = "?";

	(void)getnameinfo((const struct sockaddr *)address, sizeof(*address), host, sizeof(host),
		port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	(void)snprintf(text_r, size, address->ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host,
		port);
}

bool
wf_accept_pause_due(int64_t *due_us, int64_t now_us)
{
	if (now_us < *due_us)
		return false;
	*due_us = now_us + PAUSE_SAID_US;
	return true;
}
