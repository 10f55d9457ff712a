/*
 * One connection: bytes in, frames decoded, replies out.  Buffers are our own, so that every byte
 * that may be part of a secret is wiped.  A peer that sends nonsense, or what its role and state do
 * not permit, is dropped.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "authd/front/internal.h"
#include "common/fault.h"

#define CHUNK 4096
#define NO_MEMORY "dropped a peer: no memory is left for its request"

void
connection_free(struct connection *connection)
{
	struct front *front = connection->front;

	if (front->options.taker != NULL)
		front->options.taker->gone(front->options.taker->ctx, &connection->peer);
	else
		engine_peer_gone(front->options.engine, &connection->peer);
	control_gone(connection);
	*connection->link = connection->next;
	if (connection->next != NULL)
		connection->next->link = connection->link;
	front->nconnections--;
	if (connection->readable != NULL)
		event_free(connection->readable);
	if (connection->writable != NULL)
		event_free(connection->writable);
	close(connection->fd);
	wf_buf_clear(&connection->in);
	wf_buf_clear(&connection->out);
	free(connection);
}

/* One line a second: whoever may connect may not drown what else there is to read. */
void
front_complain(struct front *front, const char *text)
{
	int64_t now_us = wf_clock_now(&front->options.clock).boot_us;

	if (front->options.say == NULL ||
		(front->said_us != 0 && now_us - front->said_us < 1000000))
		return;
	front->said_us = now_us;
	front->options.say(LOG_WARNING, text);
}

static void
say_dropped(const struct connection *connection, wf_status why)
{
	const char *text = "dropped a peer: it sent what is no message of this protocol";

	if (why == WF_DENIED)
		text = "dropped a peer: its message is not permitted for its role and state";
	else if (why == WF_FULL)
		text = "dropped a peer: too many requests of it or of its user are under way";
	else if (why == WF_NO_MEMORY)
		text = NO_MEMORY;
	front_complain(connection->front, text);
}

/*
 * Waits for its bytes, until an act is under way for it.  One that cannot be heard any more is
 * dropped: it would stay for ever.
 */
static void
watch_reads(struct connection *connection)
{
	struct timeval idle = {.tv_sec = FRONT_IDLE_S};

	if (event_add(connection->readable, &idle) == 0)
		return;
	say_dropped(connection, WF_NO_MEMORY);
	connection_free(connection);
}

static wf_status
handle(struct connection *connection, const uint8_t *bytes, size_t len)
{
	struct wf_msg msg;
	const struct front_options *options = &connection->front->options;
	wf_status status = wf_msg_decode(bytes, len, &msg);

	if (status != WF_OK)
		return status;
	if (options->taker != NULL)
		status = options->taker->handle(options->taker->ctx, &connection->peer, &msg);
	else if (connection->peer.role == FRONT_CONTROL)
		status = control_start(connection, &msg);
	else
		status = engine_handle(options->engine, &connection->peer, &msg);
	wf_msg_clear(&msg);
	return status;
}

/* Takes the first whole frame out of `in`; WF_AGAIN when there is none yet. */
static wf_status
next_frame(struct connection *connection)
{
	struct wf_buf *in = &connection->in;
	size_t len;
	wf_status status = wf_frame_length(in->data, in->len, &len);

	if (status != WF_OK)
		return status;
	if (in->len < len)
		return WF_AGAIN;
	status = handle(connection, in->data, len);
	memmove(in->data, in->data + len, in->len - len);
	wf_wipe(in->data + in->len - len, len);
	in->len -= len;
	return status;
}

/* False: the connection is gone. */
static bool
handle_frames(struct connection *connection)
{
	wf_status status = WF_OK;

	while (status == WF_OK && connection->act == NULL)
		status = next_frame(connection);
	if (status == WF_OK || status == WF_AGAIN)
		return true;
	say_dropped(connection, status);
	connection_flush(connection); /* what others were told in this turn */
	connection_free(connection);
	return false;
}

static bool
idle(const struct connection *connection)
{
	const struct front_taker *taker = connection->front->options.taker;

	if (taker != NULL)
		return taker->idle(taker->ctx, &connection->peer);
	return connection->peer.transactions == NULL && connection->peer.errands == NULL &&
	       connection->act == NULL;
}

static ssize_t
receive(struct connection *connection)
{
	uint8_t chunk[CHUNK];
	ssize_t got = recv(connection->fd, chunk, sizeof(chunk), 0);

	if (got > 0 && wf_buf_put(&connection->in, chunk, (size_t)got) != WF_OK)
		got = 0;
	wf_wipe(chunk, sizeof(chunk));
	return got;
}

static void
readable(evutil_socket_t fd, short what, void *arg)
{
	struct connection *connection = arg;
	ssize_t got;

	(void)fd;
	if (what & EV_TIMEOUT) {
		if (idle(connection) && connection->peer.role != FRONT_RADIUS)
			connection_free(connection);
		return;
	}
	got = receive(connection);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		connection_free(connection);
		return;
	}
	if (handle_frames(connection) && connection->act != NULL)
		event_del(connection->readable);
}

void
connection_resume(struct connection *connection)
{
	if (handle_frames(connection) && connection->act == NULL)
		watch_reads(connection);
}

static void
writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	connection_flush(arg);
}

/* Errors show at the next read: the object stays until the loop comes by there. */
void
connection_flush(struct connection *connection)
{
	struct wf_buf *out = &connection->out;

	while (connection->sent < out->len) {
		ssize_t put = send(connection->fd, out->data + connection->sent,
			out->len - connection->sent, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0 && errno == EAGAIN && event_add(connection->writable, NULL) == 0)
			return;
		if (put < 0) {
			shutdown(connection->fd, SHUT_RDWR);
			break;
		}
		connection->sent += (size_t)put;
	}
	wf_buf_clear(out);
	connection->sent = 0;
}

/*
 * Where several logins go over one connection (a front end's), what this turn of the loop has to
 * tell leaves together at its end: one system call for all of them, and one for who reads it.
 */
bool
connection_send(struct engine_peer *peer, const struct wf_msg *msg)
{
	struct connection *connection = (struct connection *)peer;

	if (wf_msg_encode(msg, &connection->out) != WF_OK)
		return false;
	if (peer->nwork > 1)
		event_active(connection->writable, EV_WRITE, 0);
	else
		connection_flush(connection);
	return true;
}

/* What was told before still leaves.  The next read finds the end, and frees it. */
static void
drop(struct engine_peer *peer)
{
	struct connection *connection = (struct connection *)peer;

	connection_flush(connection);
	shutdown(connection->fd, SHUT_RDWR);
}

static bool
admitted(struct front *front, enum front_role role, const struct wf_peer *cred)
{
	size_t same = 0, others = 0;

	if (front->nconnections >= front->options.connections_all)
		return false;
	if (role == FRONT_RADIUS && cred->uid != 0 && cred->uid != front->options.radius_uid)
		return false;
	if (cred->uid == 0)
		return true;
	for (const struct connection *other = front->connections; other != NULL;
		other = other->next) {
		same += other->peer.cred.uid == cred->uid;
		others += other->peer.cred.uid != 0;
	}
	return same < front->options.connections_uid && others < front->options.connections_all / 2;
}

static struct connection *
make(struct front *front, int fd)
{
	struct connection *connection =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*connection));

	if (connection == NULL)
		return NULL;
	connection->readable =
		event_new(front->options.base, fd, EV_READ | EV_PERSIST, readable, connection);
	connection->writable = event_new(front->options.base, fd, EV_WRITE, writable, connection);
	if (connection->readable != NULL && connection->writable != NULL)
		return connection;
	if (connection->readable != NULL)
		event_free(connection->readable);
	free(connection);
	return NULL;
}

void
connection_new(struct front *front, enum front_role role, int fd)
{
	struct wf_peer cred;
	struct connection *connection;

	if (wf_peer_get(fd, &cred) != WF_OK || !admitted(front, role, &cred)) {
		close(fd);
		return;
	}
	connection = make(front, fd);
	if (connection == NULL) {
		front_complain(front, NO_MEMORY);
		close(fd);
		return;
	}
	connection->front = front;
	connection->fd = fd;
	connection->peer = (struct engine_peer){.role = role,
		.cred = cred,
		.version = WF_WIRE_VERSION,
		.send = connection_send,
		.drop = drop};
	wf_buf_init_secret(&connection->in, WF_WIRE_FRAME_MAX + CHUNK);
	wf_buf_init_secret(&connection->out, FRONT_OUT_MAX);
	connection->next = front->connections;
	if (connection->next != NULL)
		connection->next->link = &connection->next;
	connection->link = &front->connections;
	front->connections = connection;
	front->nconnections++;
	watch_reads(connection);
}
