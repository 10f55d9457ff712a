/*
 * A Unix socket that never blocks. Frames are gathered and leave together; of what comes, whole
 * frames are handed over. A peer that sends what is no message of the protocol is left, and asked
 * anew a little later: nothing of such a connection is believed any more.
 */
#include "config.h"

#include "common/link/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "common/fault.h"

#define OUT_MAX (4 << 20)
#define IN_ROOM (64 << 10)
/* a frame that is not whole so long after its first byte never will be */
#define FRAME_US INT64_C(2000000)
#define WAIT_LEAST_US INT64_C(100000)
#define WAIT_MOST_US INT64_C(2000000)
/* a connection that has lasted so long is one, whether anything came over it or not */
#define STANDS_US INT64_C(2000000)

struct wf_link {
	struct wf_link_options options;
	struct sockaddr_un address;
	int fd; /* -1: none */
	struct event *readable, *writable;
	struct wf_buf out;
	size_t sent; /* of out */
	uint8_t *in; /* owned, IN_ROOM, of secret memory */
	size_t in_len;
	/* when the last whole frame was taken, or the first byte behind it came */
	int64_t whole_us;
	int64_t retry_us, wait_us;
	/*
	 * What was said last: that the peer is there, or that it is away.  One that takes
	 * connections and drops them is there only once it has spoken sense, or has stood.
	 */
	bool told_up, told_down;
	bool stands;	/* the connection, or the last one, is such a one */
	bool dropped;	/* the last one was not */
	int64_t up_us;	/* since when it is there */
	bool broken;    /* to be left as soon as no frame of it is looked at */
	bool dispatching;
};

static int64_t
now_us(const struct wf_link *link)
{
	return wf_clock_now(&link->options.clock).boot_us;
}

static wf_status
make(const struct wf_link_options *options, struct wf_link **link_r)
{
	struct wf_link *link = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*link));

	if (link == NULL)
		return WF_NO_MEMORY;
	link->options = *options;
	link->fd = -1;
	link->wait_us = WAIT_LEAST_US;
	wf_buf_init_secret(&link->out, OUT_MAX);
	link->in = wf_fault(WF_FAULT_ALLOC) ? NULL : wf_secret_memory_new(IN_ROOM);
	if (link->in == NULL) {
		wf_link_free(&link);
		return WF_NO_MEMORY;
	}
	*link_r = link;
	return WF_OK;
}

wf_status
wf_link_new(const struct wf_link_options *options, struct wf_link **link_r)
{
	size_t len = strlen(options->path);
	struct wf_link *link;
	wf_status status;

	if (len == 0 || len >= sizeof(link->address.sun_path))
		return WF_INVALID;
	status = make(options, &link);
	if (status != WF_OK)
		return status;
	link->address.sun_family = AF_UNIX;
	memcpy(link->address.sun_path, options->path, len);
	*link_r = link;
	return WF_OK;
}

/* What was handed over; it may have been secret. */
static void
take_off(struct wf_link *link, size_t len)
{
	memmove(link->in, link->in + len, link->in_len - len);
	wf_wipe(link->in + link->in_len - len, len);
	link->in_len -= len;
}

static void
disconnect(struct wf_link *link)
{
	if (link->readable != NULL)
		event_free(link->readable);
	if (link->writable != NULL)
		event_free(link->writable);
	link->readable = NULL;
	link->writable = NULL;
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
	wf_buf_clear(&link->out);
	link->sent = 0;
	if (link->in != NULL)
		take_off(link, link->in_len);
	link->broken = false;
}

void
wf_link_free(struct wf_link **link)
{
	if (*link == NULL)
		return;
	disconnect(*link);
	wf_secret_memory_free((*link)->in, IN_ROOM);
	free(*link);
	*link = NULL;
}

static void
retry_later(struct wf_link *link)
{
	link->retry_us = now_us(link) + link->wait_us;
	link->wait_us = link->wait_us * 2 > WAIT_MOST_US ? WAIT_MOST_US : link->wait_us * 2;
}

/* One line for each time that it goes. */
static void
tell_down(struct wf_link *link, const char *why)
{
	char text[256];

	if (link->told_down)
		return;
	link->told_down = true;
	link->told_up = false;
	(void)snprintf(text, sizeof(text), "%s is away (%s): %s", link->options.peer, why,
		link->options.away);
	link->options.say(LOG_WARNING, text);
}

/* And one for each time that it comes; of a connection that was accepted there is none. */
static void
tell_up(struct wf_link *link)
{
	char text[128];

	if (link->told_up || link->options.path == NULL)
		return;
	link->told_up = true;
	link->told_down = false;
	(void)snprintf(text, sizeof(text), "connected to %s", link->options.peer);
	link->options.say(LOG_NOTICE, text);
}

static void
stand(struct wf_link *link)
{
	link->stands = true;
	link->dropped = false;
	link->wait_us = WAIT_LEAST_US;
	tell_up(link);
}

static void
lose(struct wf_link *link, const char *why)
{
	if (link->fd >= 0)
		link->dropped = !link->stands;
	tell_down(link, why);
	disconnect(link);
	retry_later(link);
	link->options.lost(link->options.ctx);
}

/* From within the handling of messages the connection is not left at once. */
static void
give_up(struct wf_link *link, const char *why)
{
	if (link->dispatching)
		link->broken = true;
	else
		lose(link, why);
}

void
wf_link_flush(struct wf_link *link)
{
	ssize_t went;

	if (link->fd < 0 || link->out.len == link->sent)
		return;
	went = send(link->fd, link->out.data + link->sent, link->out.len - link->sent,
		MSG_NOSIGNAL | MSG_DONTWAIT);
	if (went < 0 && errno != EAGAIN && errno != EINTR) {
		give_up(link, strerror(errno));
		return;
	}
	if (went > 0)
		link->sent += (size_t)went;
	if (link->sent == link->out.len) {
		wf_buf_cut(&link->out, 0);
		link->sent = 0;
	} else if (event_add(link->writable, NULL) != 0) {
		give_up(link, "no memory");
	}
}

wf_status
wf_link_send(struct wf_link *link, const struct wf_msg *msg)
{
	wf_status status;

	if (link->fd < 0 || link->broken)
		return WF_UNAVAILABLE;
	status = wf_msg_encode(msg, &link->out);
	return status == WF_TOO_LONG && link->out.len > 0 ? WF_FULL : status;
}

/* One whole frame to whom it is for; WF_AGAIN: there is none yet. */
static wf_status
take_frame(struct wf_link *link, size_t *at)
{
	const uint8_t *bytes = link->in + *at;
	size_t left = link->in_len - *at;
	struct wf_msg msg;
	size_t len;
	wf_status status = wf_frame_length(bytes, left, &len);

	if (status == WF_OK && left < len)
		status = WF_AGAIN;
	if (status == WF_OK)
		status = wf_msg_decode(bytes, len, &msg);
	if (status != WF_OK)
		return status;
	*at += len;
	link->whole_us = now_us(link);
	stand(link); /* it speaks sense */
	link->options.message(link->options.ctx, &msg);
	wf_msg_clear(&msg);
	return WF_OK;
}

static void
take_frames(struct wf_link *link)
{
	wf_status status = WF_OK;
	size_t at = 0;

	link->dispatching = true;
	while (status == WF_OK && !link->broken)
		status = take_frame(link, &at);
	if (link->options.settled != NULL)
		link->options.settled(link->options.ctx);
	link->dispatching = false;
	take_off(link, at);
	if (status != WF_AGAIN && status != WF_OK)
		lose(link, "it sent what is no message of this protocol");
	else if (link->broken)
		lose(link, "it cannot be written to");
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct wf_link *link = arg;
	ssize_t got = recv(fd, link->in + link->in_len, IN_ROOM - link->in_len, MSG_DONTWAIT);

	(void)what;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		lose(link, got == 0 ? "it closed the connection" : strerror(errno));
		return;
	}
	if (link->in_len == 0)
		link->whole_us = now_us(link);
	link->in_len += (size_t)got;
	take_frames(link);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	wf_link_flush(arg);
}

static bool
right_owner(const struct wf_link *link, int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (link->options.owner == (uid_t)-1)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return false;
	return peer.uid == 0 || peer.uid == link->options.owner;
}

/* A descriptor, or -1 with a reason. */
static int
dial(const struct wf_link *link, const char **why_r)
{
	int fd = wf_fault(WF_FAULT_SOCKET)
			 ? -1
			 : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 ||
		connect(fd, (const struct sockaddr *)&link->address, sizeof(link->address)) != 0) {
		*why_r = strerror(errno);
	} else if (!right_owner(link, fd)) {
		*why_r = "somebody else listens at its socket";
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool
watch(struct wf_link *link)
{
	struct event_base *base = link->options.base;

	link->readable = event_new(base, link->fd, EV_READ | EV_PERSIST, on_readable, link);
	link->writable = event_new(base, link->fd, EV_WRITE, on_writable, link);
	return link->readable != NULL && link->writable != NULL &&
	       event_add(link->readable, NULL) == 0;
}

/* What is to go first over a new connection is sent from within `up`. */
static wf_status
come_up(struct wf_link *link)
{
	wf_status status = WF_OK;

	if (link->options.up != NULL)
		status = link->options.up(link->options.ctx);
	if (status == WF_OK)
		wf_link_flush(link);
	return status;
}

wf_status
wf_link_new_on(const struct wf_link_options *options, int fd, struct wf_link **link_r)
{
	struct wf_link *link;
	wf_status status = make(options, &link);

	if (status != WF_OK)
		return status;
	link->fd = fd;
	if (watch(link)) {
		*link_r = link;
		return WF_OK;
	}
	link->fd = -1; /* the caller's still */
	disconnect(link);
	wf_link_free(&link);
	return WF_NO_MEMORY;
}

static void
connect_anew(struct wf_link *link)
{
	const char *why = "no memory";

	link->up_us = now_us(link);
	link->fd = dial(link, &why);
	link->stands = false;
	if (link->fd < 0 || !watch(link) || come_up(link) != WF_OK)
		lose(link, why);
	else if (!link->dropped) /* not even by what went first */
		tell_up(link);
}

void
wf_link_tick(struct wf_link *link)
{
	if (link->fd >= 0 && link->in_len > 0 && now_us(link) - link->whole_us > FRAME_US)
		lose(link, "it stopped in the middle of a message");
	if (link->fd >= 0 && now_us(link) - link->up_us > STANDS_US)
		stand(link);
	if (link->fd < 0 && link->options.path != NULL && now_us(link) >= link->retry_us)
		connect_anew(link);
}

bool
wf_link_is_up(const struct wf_link *link)
{
	return link->fd >= 0 && !link->broken;
}
