/*
 * recvmmsg() and sendmmsg(): a batch of datagrams costs two calls. Replies are gathered, copied,
 * until the batch is through or there is no room. A reply that the kernel does not take is lost,
 * as the network loses some: the device asks again, and gets it from the cache.
 */
#include "config.h"

#include "radius/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/fault.h"
#include "radius/packet.h"

#define BATCH 64
#define BATCHES_AT_ONCE 4 /* then others have their turn */
#define BUFFER (4 << 20)  /* of the kernel, for bursts; it may give less */
#define CONTROL 128

struct slot {
	struct sockaddr_storage address;
	struct iovec part;
	union {
		struct cmsghdr header; /* for its alignment */
		uint8_t bytes[CONTROL];
	} control;
	uint8_t bytes[PACKET_MAX]; /* what is longer is padding (A2), or no packet */
};

struct listener {
	int fd;
	struct event *readable;
	struct listener_sink sink;
	uint16_t number;
	bool authentication, accounting, v6;
	struct mmsghdr in[BATCH], out[BATCH];
	struct slot in_slots[BATCH], out_slots[BATCH];
	unsigned queued;
};

static const int on = 1;

static bool
set_options(int fd, int family)
{
	int buffer = BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) != 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	if (family == AF_INET)
		return setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) == 0;
	return setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == 0 &&
	       setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) == 0;
}

wf_status
listener_open(const struct config_listener *config, int *fd_r)
{
	int family = config->address.ss_family;
	int fd = wf_fault(WF_FAULT_SOCKET)
			 ? -1
			 : socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int saved;

	if (fd < 0)
		return WF_IO;
	if (set_options(fd, family) &&
		bind(fd, (const struct sockaddr *)&config->address, config->address_len) == 0) {
		*fd_r = fd;
		return WF_OK;
	}
	saved = errno;
	close(fd);
	errno = saved;
	return WF_IO;
}

static void
prepare(struct mmsghdr *headers, struct slot *slots)
{
	for (size_t i = 0; i < BATCH; i++) {
		slots[i].part = (struct iovec){
			.iov_base = slots[i].bytes, .iov_len = sizeof(slots[i].bytes)};
		headers[i].msg_hdr.msg_iov = &slots[i].part;
		headers[i].msg_hdr.msg_iovlen = 1;
		headers[i].msg_hdr.msg_name = &slots[i].address;
		headers[i].msg_hdr.msg_control = slots[i].control.bytes;
	}
}

static void
from_v4(struct in6_addr *address_r, const struct in_addr *v4)
{
	*address_r = (struct in6_addr){.s6_addr = {[10] = 0xff, [11] = 0xff}};
	memcpy(&address_r->s6_addr[12], v4, sizeof(*v4));
}

static void
read_sender(struct route *route, const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;

		from_v4(&route->address, &v4->sin_addr);
		route->port = ntohs(v4->sin_port);
	} else {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;

		route->address = v6->sin6_addr;
		route->port = ntohs(v6->sin6_port);
		route->scope = v6->sin6_scope_id;
	}
}

/* Where it came to. */
static void
read_control(struct route *route, struct msghdr *header)
{
	for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part != NULL;
		part = CMSG_NXTHDR(header, part)) {
		if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(part), sizeof(info));
			from_v4(&route->local, &info.ipi_spec_dst);
		} else if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(part), sizeof(info));
			route->local = info.ipi6_addr;
			route->interface = (uint32_t)info.ipi6_ifindex;
		}
	}
}

static void
write_receiver(const struct listener *listener, const struct route *route, struct slot *slot,
	struct msghdr *header)
{
	memset(&slot->address, 0, sizeof(slot->address));
	if (listener->v6) {
		struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&slot->address;

		*v6 = (struct sockaddr_in6){
			.sin6_family = AF_INET6,
			.sin6_addr = route->address,
			.sin6_port = htons(route->port),
			.sin6_scope_id = route->scope,
		};
		header->msg_namelen = sizeof(*v6);
	} else {
		struct sockaddr_in *v4 = (struct sockaddr_in *)&slot->address;

		v4->sin_family = AF_INET;
		v4->sin_port = htons(route->port);
		memcpy(&v4->sin_addr, &route->address.s6_addr[12], sizeof(v4->sin_addr));
		header->msg_namelen = sizeof(*v4);
	}
}

/* The address to leave from; the interface only where the address needs it. */
static void
write_control(const struct listener *listener, const struct route *route, struct slot *slot,
	struct msghdr *header)
{
	struct cmsghdr *part = &slot->control.header;

	memset(&slot->control, 0, sizeof(slot->control));
	if (listener->v6) {
		struct in6_pktinfo info = {.ipi6_addr = route->local};

		if (IN6_IS_ADDR_LINKLOCAL(&route->address))
			info.ipi6_ifindex = route->interface;
		*part = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(info)),
			.cmsg_level = IPPROTO_IPV6,
			.cmsg_type = IPV6_PKTINFO};
		memcpy(CMSG_DATA(part), &info, sizeof(info));
		header->msg_controllen = CMSG_SPACE(sizeof(info));
	} else {
		struct in_pktinfo info = {.ipi_ifindex = 0};

		memcpy(&info.ipi_spec_dst, &route->local.s6_addr[12], sizeof(info.ipi_spec_dst));
		*part = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(info)),
			.cmsg_level = IPPROTO_IP,
			.cmsg_type = IP_PKTINFO};
		memcpy(CMSG_DATA(part), &info, sizeof(info));
		header->msg_controllen = CMSG_SPACE(sizeof(info));
	}
}

void
listener_flush(struct listener *listener)
{
	unsigned at = 0;

	while (at < listener->queued) {
		int went = sendmmsg(
			listener->fd, listener->out + at, listener->queued - at, MSG_DONTWAIT);

		if (went <= 0 && errno == EAGAIN)
			break;
		/* the first one was refused: leave it, and go on */
		at += went > 0 ? (unsigned)went : 1;
	}
	listener->queued = 0;
}

static bool
listener_send(const struct route *route, const uint8_t *bytes, size_t len)
{
	struct listener *listener = route->place;
	struct slot *slot;
	struct msghdr *header;

	if (listener->queued >= BATCH)
		listener_flush(listener);
	if (len > PACKET_MAX)
		return false;
	slot = &listener->out_slots[listener->queued];
	header = &listener->out[listener->queued].msg_hdr;
	memcpy(slot->bytes, bytes, len);
	slot->part.iov_len = len;
	write_receiver(listener, route, slot, header);
	write_control(listener, route, slot, header);
	listener->queued++;
	return true;
}

static const struct route_ops listener_ops = {.send = listener_send};

static void
hand_on(struct listener *listener, size_t i)
{
	struct msghdr *header = &listener->in[i].msg_hdr;
	struct route route = {
		.ops = &listener_ops,
		.place = listener,
		.listener = listener->number,
		.authentication = listener->authentication,
		.accounting = listener->accounting,
	};

	read_sender(&route, &listener->in_slots[i].address);
	read_control(&route, header);
	if (route.port != 0) /* there is nobody to answer there */
		listener->sink.receive(listener->sink.ctx, &route, listener->in_slots[i].bytes,
			listener->in[i].msg_len);
}

static int
receive_batch(struct listener *listener)
{
	int got;

	for (size_t i = 0; i < BATCH; i++) {
		listener->in[i].msg_hdr.msg_namelen = sizeof(listener->in_slots[i].address);
		listener->in[i].msg_hdr.msg_controllen = sizeof(listener->in_slots[i].control);
	}
	got = recvmmsg(listener->fd, listener->in, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < got; i++)
		hand_on(listener, (size_t)i);
	return got;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct listener *listener = arg;

	(void)fd;
	(void)what;
	for (int i = 0; i < BATCHES_AT_ONCE; i++)
		if (receive_batch(listener) < BATCH)
			break;
	listener->sink.settled(listener->sink.ctx);
	listener_flush(listener);
}

wf_status
listener_new(struct event_base *base, int fd, const struct config_listener *config, uint16_t number,
	     const struct listener_sink *sink, struct listener **listener_r)
{
	struct listener *listener = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*listener));

	if (listener == NULL) {
		close(fd);
		return WF_NO_MEMORY;
	}
	listener->fd = fd;
	listener->sink = *sink;
	listener->number = number;
	listener->authentication = config->transport == LISTEN_AUTHENTICATION;
	listener->accounting = config->transport == LISTEN_ACCOUNTING;
	listener->v6 = config->address.ss_family == AF_INET6;
	prepare(listener->in, listener->in_slots);
	prepare(listener->out, listener->out_slots);
	listener->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, listener);
	if (listener->readable == NULL || event_add(listener->readable, NULL) != 0) {
		listener_free(&listener);
		return WF_NO_MEMORY;
	}
	*listener_r = listener;
	return WF_OK;
}

void
listener_free(struct listener **listener)
{
	if (*listener == NULL)
		return;
	if ((*listener)->readable != NULL)
		event_free((*listener)->readable);
	close((*listener)->fd);
	free(*listener);
	*listener = NULL;
}
