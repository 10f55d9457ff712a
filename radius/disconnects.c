/*
 * One socket, and as many requests under way as there are identifiers. Each is sent four times at
 * most, a second, two and four apart (RFC 5080 section 2.2.1), always as the same bytes, so that a
 * gateway sees that it is the same.
 */
#include "config.h"

#include "radius/disconnects.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/fault.h"

#define IDS 256
#define TRIES 4
#define FIRST_WAIT_US INT64_C(1000000)

struct pending {
	struct wf_buf request; /* empty: this identifier is free */
	uint64_t tag;
	struct site *site; /* borrowed */
	const struct client *client;
	struct sockaddr_in6 to;
	unsigned tries;
	int64_t next_us, wait_us;
};

struct disconnects {
	struct event_base *base;
	struct wf_clock clock;
	disconnects_done *done;
	void *ctx;
	struct digest *digest;
	int fd; /* -1: not made yet */
	struct event *readable;
	struct pending all[IDS];
	uint8_t next;
	size_t n;
};

wf_status
disconnects_new(struct event_base *base, const struct wf_clock *clock, disconnects_done *done,
	void *ctx, struct disconnects **disconnects_r)
{
	struct disconnects *disconnects =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*disconnects));
	wf_status status;

	if (disconnects == NULL)
		return WF_NO_MEMORY;
	disconnects->base = base;
	disconnects->clock = *clock;
	disconnects->done = done;
	disconnects->ctx = ctx;
	disconnects->fd = -1;
	status = digest_new(&disconnects->digest);
	if (status != WF_OK) {
		disconnects_free(&disconnects);
		return status;
	}
	*disconnects_r = disconnects;
	return WF_OK;
}

static void
clear(struct disconnects *disconnects, struct pending *pending)
{
	if (pending->request.len == 0)
		return;
	wf_buf_clear(&pending->request);
	site_return(&pending->site);
	*pending = (struct pending){.tag = 0};
	disconnects->n--;
}

void
disconnects_free(struct disconnects **disconnects)
{
	if (*disconnects == NULL)
		return;
	for (size_t i = 0; i < IDS; i++)
		clear(*disconnects, &(*disconnects)->all[i]);
	if ((*disconnects)->fd >= 0) {
		event_free((*disconnects)->readable);
		close((*disconnects)->fd);
	}
	digest_free(&(*disconnects)->digest);
	free(*disconnects);
	*disconnects = NULL;
}

static void
end(struct disconnects *disconnects, struct pending *pending, wf_status status, const char *text)
{
	uint64_t tag = pending->tag;

	clear(disconnects, pending);
	disconnects->done(disconnects->ctx, tag, status, text);
}

static void
take_answer(struct disconnects *disconnects, const struct sockaddr_in6 *from, const uint8_t *bytes,
	size_t len)
{
	struct pending *pending = len < PACKET_HEADER ? NULL : &disconnects->all[bytes[1]];
	struct binding binding = {.digest = disconnects->digest};
	uint32_t cause = 0;
	char text[80];
	wf_status status;

	if (pending == NULL || pending->request.len == 0 ||
		!IN6_ARE_ADDR_EQUAL(&from->sin6_addr, &pending->to.sin6_addr))
		return;
	binding.secret = &pending->client->secret;
	status = disconnect_read(&binding, &pending->request, bytes, len, &cause);
	if (status == WF_INVALID)
		return;
	snprintf(text, sizeof(text),
		status == WF_OK ? "the gateway has ended it"
				: "the gateway refused, Error-Cause %" PRIu32,
		cause);
	end(disconnects, pending, status, text);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	uint8_t bytes[PACKET_MAX];
	struct sockaddr_in6 from = {.sin6_family = AF_UNSPEC};
	socklen_t from_len = sizeof(from);
	ssize_t got;

	(void)what;
	while ((got = recvfrom(fd, bytes, sizeof(bytes), MSG_DONTWAIT, (struct sockaddr *)&from,
			&from_len)) >= 0) {
		if (from_len == sizeof(from))
			take_answer(arg, &from, bytes, (size_t)got);
		from_len = sizeof(from);
	}
}

/* For IPv6 and, mapped, for IPv4. */
static int
open_socket(void)
{
	static const int off;
	int fd = wf_fault(WF_FAULT_SOCKET)
			 ? -1
			 : socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Whole or not at all, so that the next order tries again. */
static wf_status
watch_socket(struct disconnects *disconnects)
{
	int fd = open_socket();
	struct event *readable;

	if (fd < 0)
		return WF_IO;
	readable = event_new(disconnects->base, fd, EV_READ | EV_PERSIST, on_readable, disconnects);
	if (readable == NULL || event_add(readable, NULL) != 0) {
		if (readable != NULL)
			event_free(readable);
		close(fd);
		return WF_NO_MEMORY;
	}
	disconnects->fd = fd;
	disconnects->readable = readable;
	return WF_OK;
}

static bool
address_of(const char *text, struct in6_addr *address_r)
{
	char mapped[INET6_ADDRSTRLEN + 8];

	if (inet_pton(AF_INET6, text, address_r) == 1)
		return true;
	snprintf(mapped, sizeof(mapped), "::ffff:%.40s", text);
	return inet_pton(AF_INET6, mapped, address_r) == 1;
}

/* The client's only address, if it has one network and that is an address. */
static bool
only_address(const struct config_client *config, struct in6_addr *address_r)
{
	if (config->nnetworks != 1 || config->networks[0].prefix != 128)
		return false;
	memcpy(address_r->s6_addr, config->networks[0].bytes, sizeof(address_r->s6_addr));
	return true;
}

static bool
find_gateway(const struct site *site, const struct client *client, const char *nas,
	struct sockaddr_in6 *to_r)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(DISCONNECT_PORT)};
	bool single;

	if (!address_of(nas, &to.sin6_addr) || site_client(site, &to.sin6_addr, &single) != client)
		if (!only_address(client->config, &to.sin6_addr))
			return false;
	*to_r = to;
	return true;
}

static void
send_once(struct disconnects *disconnects, struct pending *pending, int64_t now_us)
{
	/* What the kernel does not take is sent again like what the network loses. */
	(void)sendto(disconnects->fd, pending->request.data, pending->request.len,
		MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&pending->to,
		sizeof(pending->to));
	pending->tries++;
	pending->next_us = now_us + pending->wait_us;
	pending->wait_us *= 2;
}

static struct pending *
take_free(struct disconnects *disconnects, uint8_t *id_r)
{
	for (size_t i = 0; i < IDS; i++) {
		uint8_t id = (uint8_t)(disconnects->next + i);

		if (disconnects->all[id].request.len > 0)
			continue;
		disconnects->next = (uint8_t)(id + 1);
		*id_r = id;
		return &disconnects->all[id];
	}
	return NULL;
}

static bool
under_way(const struct disconnects *disconnects, uint64_t tag)
{
	for (size_t i = 0; i < IDS; i++)
		if (disconnects->all[i].request.len > 0 && disconnects->all[i].tag == tag)
			return true;
	return false;
}

wf_status
disconnects_start(struct disconnects *disconnects, uint64_t tag, struct site *site,
	const struct client *client, const struct disconnect *disconnect)
{
	const struct binding binding = {.digest = disconnects->digest, .secret = &client->secret};
	struct pending *pending;
	struct sockaddr_in6 to;
	uint8_t id;
	wf_status status;

	if (under_way(disconnects, tag))
		return WF_EXISTS;
	if (!find_gateway(site, client, disconnect->nas, &to))
		return WF_NOT_FOUND;
	pending = take_free(disconnects, &id);
	if (pending == NULL)
		return WF_FULL;
	status = disconnects->fd < 0 ? watch_socket(disconnects) : WF_OK;
	wf_buf_init(&pending->request, PACKET_MAX);
	if (status == WF_OK)
		status = disconnect_encode(&binding, disconnect, id, &pending->request);
	if (status != WF_OK) {
		wf_buf_clear(&pending->request);
		return status;
	}
	disconnects->n++;
	pending->tag = tag;
	pending->site = site_borrow(site);
	pending->client = client;
	pending->to = to;
	pending->wait_us = FIRST_WAIT_US;
	send_once(disconnects, pending, wf_clock_now(&disconnects->clock).boot_us);
	return WF_OK;
}

void
disconnects_tick(struct disconnects *disconnects)
{
	int64_t now_us = wf_clock_now(&disconnects->clock).boot_us;

	for (size_t i = 0; i < IDS && disconnects->n > 0; i++) {
		struct pending *pending = &disconnects->all[i];

		if (pending->request.len == 0 || pending->next_us > now_us)
			continue;
		if (pending->tries < TRIES)
			send_once(disconnects, pending, now_us);
		else
			end(disconnects, pending, WF_TIMEOUT, "the gateway does not answer");
	}
}
