/*
 * A Unix socket that never blocks. Frames are gathered and leave together; of what comes, whole
 * frames are handed over. A daemon that sends what is no message of the protocol is left, and
 * asked anew a little later: nothing of such a connection is believed any more.
 */
#include "config.h"

#include "radius/upstream.h"

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

struct upstream {
	struct upstream_options options;
	struct sockaddr_un address;
	int fd; /* -1: none */
	struct event *readable, *writable;
	struct wf_buf out;
	size_t sent; /* of out */
	uint8_t *in; /* owned, IN_ROOM */
	size_t in_len;
	/* when the last whole frame was taken, or the first byte behind it came */
	int64_t whole_us;
	int64_t retry_us, wait_us;
	bool told_down;	 /* said that nobody is there */
	bool broken;	 /* to be left as soon as no frame of it is looked at */
	bool dispatching;
};

static int64_t
now_us(const struct upstream *upstream)
{
	return wf_clock_now(&upstream->options.clock).boot_us;
}

wf_status
upstream_new(const struct upstream_options *options, struct upstream **upstream_r)
{
	struct upstream *upstream;
	size_t len = strlen(options->path);

	if (len == 0 || len >= sizeof(upstream->address.sun_path))
		return WF_INVALID;
	upstream = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*upstream));
	if (upstream == NULL)
		return WF_NO_MEMORY;
	upstream->options = *options;
	upstream->fd = -1;
	upstream->wait_us = WAIT_LEAST_US;
	upstream->address.sun_family = AF_UNIX;
	memcpy(upstream->address.sun_path, options->path, len);
	wf_buf_init_secret(&upstream->out, OUT_MAX);
	upstream->in = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(IN_ROOM);
	if (upstream->in == NULL) {
		upstream_free(&upstream);
		return WF_NO_MEMORY;
	}
	*upstream_r = upstream;
	return WF_OK;
}

static void
disconnect(struct upstream *upstream)
{
	if (upstream->readable != NULL)
		event_free(upstream->readable);
	if (upstream->writable != NULL)
		event_free(upstream->writable);
	upstream->readable = NULL;
	upstream->writable = NULL;
	if (upstream->fd >= 0)
		close(upstream->fd);
	upstream->fd = -1;
	wf_buf_clear(&upstream->out);
	upstream->sent = 0;
	upstream->in_len = 0;
	upstream->broken = false;
}

void
upstream_free(struct upstream **upstream)
{
	if (*upstream == NULL)
		return;
	disconnect(*upstream);
	free((*upstream)->in);
	free(*upstream);
	*upstream = NULL;
}

static void
retry_later(struct upstream *upstream)
{
	upstream->retry_us = now_us(upstream) + upstream->wait_us;
	upstream->wait_us =
		upstream->wait_us * 2 > WAIT_MOST_US ? WAIT_MOST_US : upstream->wait_us * 2;
}

static void
lose(struct upstream *upstream, const char *why)
{
	char text[256];

	snprintf(text, sizeof(text),
		"the daemon is away (%s): requests get no reply until it is back", why);
	if (!upstream->told_down)
		upstream->options.say(LOG_WARNING, text);
	upstream->told_down = true;
	disconnect(upstream);
	retry_later(upstream);
	upstream->options.lost(upstream->options.ctx);
}

/* From within the handling of messages the connection is not left at once. */
static void
give_up(struct upstream *upstream, const char *why)
{
	if (upstream->dispatching)
		upstream->broken = true;
	else
		lose(upstream, why);
}

void
upstream_flush(struct upstream *upstream)
{
	ssize_t went;

	if (upstream->fd < 0 || upstream->out.len == upstream->sent)
		return;
	went = send(upstream->fd, upstream->out.data + upstream->sent,
		upstream->out.len - upstream->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (went < 0 && errno != EAGAIN && errno != EINTR) {
		give_up(upstream, strerror(errno));
		return;
	}
	if (went > 0)
		upstream->sent += (size_t)went;
	if (upstream->sent == upstream->out.len) {
		wf_buf_cut(&upstream->out, 0);
		upstream->sent = 0;
	} else if (event_add(upstream->writable, NULL) != 0) {
		give_up(upstream, "no memory");
	}
}

wf_status
upstream_send(struct upstream *upstream, const struct wf_msg *msg)
{
	wf_status status;

	if (upstream->fd < 0 || upstream->broken)
		return WF_UNAVAILABLE;
	status = wf_msg_encode(msg, &upstream->out);
	return status == WF_TOO_LONG && upstream->out.len > 0 ? WF_FULL : status;
}

/* One whole frame to whom it is for; WF_AGAIN: there is none yet. */
static wf_status
take_frame(struct upstream *upstream, size_t *at)
{
	const uint8_t *bytes = upstream->in + *at;
	size_t left = upstream->in_len - *at;
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
	upstream->whole_us = now_us(upstream);
	upstream->wait_us = WAIT_LEAST_US; /* it speaks sense */
	upstream->options.message(upstream->options.ctx, &msg);
	wf_msg_clear(&msg);
	return WF_OK;
}

static void
take_frames(struct upstream *upstream)
{
	wf_status status = WF_OK;
	size_t at = 0;

	upstream->dispatching = true;
	while (status == WF_OK && !upstream->broken)
		status = take_frame(upstream, &at);
	upstream->options.settled(upstream->options.ctx);
	upstream->dispatching = false;
	memmove(upstream->in, upstream->in + at, upstream->in_len - at);
	upstream->in_len -= at;
	if (status != WF_AGAIN && status != WF_OK)
		lose(upstream, "it sent what is no message of this protocol");
	else if (upstream->broken)
		lose(upstream, "it cannot be written to");
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct upstream *upstream = arg;
	ssize_t got =
		recv(fd, upstream->in + upstream->in_len, IN_ROOM - upstream->in_len, MSG_DONTWAIT);

	(void)what;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		lose(upstream, got == 0 ? "it closed the connection" : strerror(errno));
		return;
	}
	if (upstream->in_len == 0)
		upstream->whole_us = now_us(upstream);
	upstream->in_len += (size_t)got;
	take_frames(upstream);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	upstream_flush(arg);
}

static bool
right_owner(const struct upstream *upstream, int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (upstream->options.owner == (uid_t)-1)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return false;
	return peer.uid == 0 || peer.uid == upstream->options.owner;
}

/* A descriptor, or -1 with a reason. */
static int
dial(const struct upstream *upstream, const char **why_r)
{
	int fd = wf_fault(WF_FAULT_SOCKET)
			 ? -1
			 : socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&upstream->address,
			      sizeof(upstream->address)) != 0) {
		*why_r = strerror(errno);
	} else if (!right_owner(upstream, fd)) {
		*why_r = "somebody else listens at its socket";
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

/* So that the daemon may send orders. */
static wf_status
offer_work(struct upstream *upstream)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_WORK, WF_WIRE_VERSION);
	status = upstream_send(upstream, &msg);
	wf_msg_clear(&msg);
	return status;
}

static bool
watch(struct upstream *upstream)
{
	struct event_base *base = upstream->options.base;

	upstream->readable =
		event_new(base, upstream->fd, EV_READ | EV_PERSIST, on_readable, upstream);
	upstream->writable = event_new(base, upstream->fd, EV_WRITE, on_writable, upstream);
	return upstream->readable != NULL && upstream->writable != NULL &&
	       event_add(upstream->readable, NULL) == 0;
}

void
upstream_tick(struct upstream *upstream)
{
	const char *why = "no memory";

	if (upstream->fd >= 0 && upstream->in_len > 0 &&
		now_us(upstream) - upstream->whole_us > FRAME_US)
		lose(upstream, "it stopped in the middle of a message");
	if (upstream->fd >= 0 || now_us(upstream) < upstream->retry_us)
		return;
	upstream->fd = dial(upstream, &why);
	if (upstream->fd < 0 || !watch(upstream) || offer_work(upstream) != WF_OK) {
		lose(upstream, why);
		return;
	}
	upstream->options.say(LOG_NOTICE, "connected to the daemon");
	upstream->told_down = false;
	upstream->options.up(upstream->options.ctx);
	upstream_flush(upstream);
}

bool
upstream_is_up(const struct upstream *upstream)
{
	return upstream->fd >= 0 && !upstream->broken;
}
