/* The socket of `warifu radius test`. */
#include "config.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/radius_probe.h"
#include "ctl/text.h"

#define PORT "1812"
#define HOST_MAX 64

/* Cuts "[::1]:1812" and "127.0.0.1:1812" in two; a lone IPv6 address has more than one colon. */
static bool
split(const char *text, char host_r[HOST_MAX], const char **port_r)
{
	const char *colon = strrchr(text, ':');
	bool bracket = text[0] == '[';
	const char *end = strchr(text, ']');
	size_t len;

	*port_r = PORT;
	if (bracket && (end == NULL || (end[1] != '\0' && end + 1 != colon)))
		return false;
	if (colon != NULL && (bracket ? colon > end : colon == strchr(text, ':'))) {
		*port_r = colon + 1;
		len = (size_t)(colon - text);
	} else {
		len = strlen(text);
	}
	len -= bracket ? 2 : 0;
	if (len >= HOST_MAX)
		return false;
	memcpy(host_r, text + bracket, len);
	host_r[len] = '\0';
	return true;
}

static wf_status
look_up(const char *host, const char *port, struct addrinfo **found_r)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_DGRAM};

	return getaddrinfo(host, port, &hints, found_r) == 0 ? WF_OK : WF_INVALID;
}

static wf_status
bind_to(int fd, const char *source)
{
	struct addrinfo *own = NULL;
	int failed;

	if (source == NULL)
		return WF_OK;
	if (look_up(source, "0", &own) != WF_OK)
		return WF_INVALID;
	failed = bind(fd, own->ai_addr, own->ai_addrlen);
	freeaddrinfo(own);
	return failed == 0 ? WF_OK : WF_IO;
}

/* Connected, so that the kernel tells when nobody listens, and strangers' datagrams stay away. */
static wf_status
connect_to(const struct addrinfo *server, const char *source, int *fd_r)
{
	int fd = socket(server->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	wf_status status = fd < 0 ? WF_IO : bind_to(fd, source);
	int error;

	if (status == WF_OK && connect(fd, server->ai_addr, server->ai_addrlen) == 0) {
		*fd_r = fd;
		return WF_OK;
	}
	error = errno;
	if (fd >= 0)
		(void)close(fd);
	errno = error;
	return status == WF_OK ? WF_IO : status;
}

wf_status
probe_address(const char *server, struct sockaddr_storage *address_r)
{
	char host[HOST_MAX];
	const char *port;
	struct addrinfo *found = NULL;

	if (!split(server, host, &port) || look_up(host, port, &found) != WF_OK)
		return WF_INVALID;
	memcpy(address_r, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return WF_OK;
}

wf_status
probe_open(struct probe *probe_r, const char *server, const char *source)
{
	char host[HOST_MAX];
	const char *port;
	struct addrinfo *found = NULL;
	wf_status status;

	if (!split(server, host, &port) || look_up(host, port, &found) != WF_OK)
		return WF_INVALID;
	status = connect_to(found, source, &probe_r->fd);
	freeaddrinfo(found);
	return status;
}

void
probe_close(struct probe *probe)
{
	if (probe->fd >= 0)
		(void)close(probe->fd);
	probe->fd = -1;
}

static enum probe_end
failure(void)
{
	return errno == ECONNREFUSED ? PROBE_REFUSED : PROBE_FAILED;
}

/* Waits until `until_us`; PROBE_SILENT when the time is over. */
static enum probe_end
wait_until(const struct probe *probe, int64_t until_us, uint8_t *bytes, size_t *len_r)
{
	struct pollfd ready = {.fd = probe->fd, .events = POLLIN};
	int64_t left_us = until_us - wf_clock_now(probe->clock).boot_us;
	int n = left_us > 0 ? poll(&ready, 1, (int)(left_us / 1000) + 1) : 0;
	ssize_t len;

	if (n == 0)
		return PROBE_SILENT;
	len = n < 0 ? -1 : recv(probe->fd, bytes, PACKET_MAX, MSG_DONTWAIT);
	if (len < 0)
		return failure();
	*len_r = (size_t)len;
	return PROBE_ANSWERED;
}

/* The answer, or why there is none until then. */
static enum probe_end
take(const struct probe *probe, const struct binding *binding, const struct access_request *request,
	int64_t until_us, struct probe_answer *answer_r)
{
	for (;;) {
		size_t len = 0;
		enum probe_end end = wait_until(probe, until_us, answer_r->bytes, &len);
		enum access_fault fault;

		if (end != PROBE_ANSWERED)
			return end;
		fault = access_check(binding, request, answer_r->bytes, len, &answer_r->packet);
		if (fault == ACCESS_FINE)
			return PROBE_ANSWERED;
		answer_r->fault = fault;
	}
}

enum probe_end
probe_ask(const struct probe *probe, const struct binding *binding,
	const struct access_request *request, const struct wf_buf *frame,
	struct probe_answer *answer_r)
{
	int64_t start_us = wf_clock_now(probe->clock).boot_us;
	enum probe_end end = PROBE_SILENT;

	answer_r->fault = ACCESS_FINE;
	for (int i = 1; i <= PROBE_SENDS && end == PROBE_SILENT; i++) {
		if (send(probe->fd, frame->data, frame->len, MSG_NOSIGNAL) < 0)
			return failure();
		end = take(probe, binding, request,
			start_us + probe->patience_us * i / PROBE_SENDS, answer_r);
	}
	answer_r->took_us = wf_clock_now(probe->clock).boot_us - start_us;
	return end == PROBE_SILENT && answer_r->fault != ACCESS_FINE ? PROBE_FORGED : end;
}
