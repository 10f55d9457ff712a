/*
 * TLS without blocking: one event for reading, one for writing, and one function that goes on
 * with whatever can go on. An end is noted and told by the loop, so that nobody's object goes
 * away under his feet.
 */
#include "config.h"

#include "authd/relay/stream.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fault.h"

#define CHUNK 4096
#define TURN 16 /* chunks read before others have their turn */

struct stream {
	struct stream_options options;
	SSL *tls;
	struct event *readable, *writable, *over;
	struct wf_buf in, out;
	size_t sent; /* bytes of `out` */
	bool is_up, ended;
	char why[256];
};

void
stream_end(struct stream *stream, const char *why)
{
	if (stream->ended)
		return;
	stream->ended = true;
	(void)snprintf(stream->why, sizeof(stream->why), "%s", why);
	(void)event_del(stream->readable);
	(void)event_del(stream->writable);
	event_active(stream->over, EV_TIMEOUT, 0);
}

static void
over(evutil_socket_t fd, short what, void *arg)
{
	struct stream *stream = arg;

	(void)fd;
	if (!stream->ended && (what & EV_TIMEOUT))
		stream_end(stream, "no handshake within the time for it");
	else
		stream->options.down(stream->options.ctx, stream->why);
}

/* After an operation that did not go through: what it waits for, or the end. */
static void
wait_or_end(struct stream *stream, int result)
{
	char why[sizeof(stream->why)];
	int error = SSL_get_error(stream->tls, result);

	if (error == SSL_ERROR_WANT_READ)
		return; /* is watched all the time */
	if (error == SSL_ERROR_WANT_WRITE) {
		if (event_add(stream->writable, NULL) != 0)
			stream_end(stream, "no memory");
		return;
	}
	if (error == SSL_ERROR_ZERO_RETURN)
		(void)snprintf(why, sizeof(why), "it closed the connection");
	else
		trust_cause(stream->tls, why, sizeof(why));
	stream_end(stream, why);
}

/* True once it is done. */
static bool
shake_hands(struct stream *stream)
{
	int result;

	ERR_clear_error();
	result = SSL_do_handshake(stream->tls);
	if (result != 1) {
		wait_or_end(stream, result);
		return false;
	}
	stream->is_up = true;
	(void)event_del(stream->over);
	if (stream->options.up(stream->options.ctx) != WF_OK)
		stream_end(stream, "it is not let in");
	return !stream->ended;
}

static void
flush(struct stream *stream)
{
	struct wf_buf *out = &stream->out;

	while (!stream->ended && stream->sent < out->len) {
		size_t put;
		int result;

		ERR_clear_error();
		result = SSL_write_ex(
			stream->tls, out->data + stream->sent, out->len - stream->sent, &put);
		if (result != 1) {
			wait_or_end(stream, result);
			return;
		}
		stream->sent += put;
	}
	wf_buf_clear(out);
	stream->sent = 0;
}

static wf_status
take_frame(struct stream *stream, size_t len)
{
	struct wf_msg msg;
	wf_status status = wf_msg_decode(stream->in.data, len, &msg);

	if (status == WF_OK) {
		status = stream->options.take(stream->options.ctx, &msg);
		wf_msg_clear(&msg);
	}
	return status;
}

/* All whole frames of `in`. */
static void
take_frames(struct stream *stream)
{
	struct wf_buf *in = &stream->in;
	size_t len, done = 0;
	wf_status status = WF_OK;

	while (!stream->ended) {
		status = wf_frame_length(in->data, in->len, &len);
		if (status == WF_OK && in->len < len)
			status = WF_AGAIN;
		if (status == WF_OK)
			status = take_frame(stream, len);
		if (status != WF_OK)
			break;
		memmove(in->data, in->data + len, in->len - len);
		wf_buf_cut(in, in->len - len);
		done += len;
	}
	if (status != WF_OK && status != WF_AGAIN)
		stream_end(stream, "it sent what it may not send");
	else if (done > 0 && in->len == 0)
		wf_buf_clear(in);
}

/* False: nothing more to read for now. */
static bool
take_chunk(struct stream *stream)
{
	uint8_t chunk[CHUNK];
	size_t got = 0;
	int result;

	ERR_clear_error();
	result = SSL_read_ex(stream->tls, chunk, sizeof(chunk), &got);
	if (result != 1) {
		wait_or_end(stream, result);
		return false;
	}
	if (wf_buf_put(&stream->in, chunk, got) == WF_OK)
		take_frames(stream);
	else
		stream_end(stream, "no memory");
	wf_wipe(chunk, sizeof(chunk));
	return !stream->ended;
}

static void
go_on(evutil_socket_t fd, short what, void *arg)
{
	struct stream *stream = arg;
	int turn = 0;

	(void)fd;
	(void)what;
	if (stream->ended || (!stream->is_up && !shake_hands(stream)))
		return;
	while (turn < TURN && take_chunk(stream))
		turn++;
	if (turn == TURN) /* what TLS has in store makes no descriptor readable */
		event_active(stream->readable, EV_READ, 0);
	flush(stream);
}

wf_status
stream_send(struct stream *stream, const struct wf_msg *msg)
{
	wf_status status;

	if (stream->ended || !stream->is_up)
		return WF_UNAVAILABLE;
	status = wf_msg_encode(msg, &stream->out);
	if (status == WF_TOO_LONG && stream->out.len > STREAM_OUT_MAX - WF_WIRE_FRAME_MAX) {
		stream_end(stream, "it does not take what it is sent");
		return WF_FULL;
	}
	if (status == WF_OK)
		flush(stream);
	return status;
}

static wf_status
start_tls(struct stream *stream)
{
	const struct stream_options *options = &stream->options;

	stream->tls = wf_fault(WF_FAULT_ALLOC) ? NULL : SSL_new(options->context);
	if (stream->tls == NULL || SSL_set_fd(stream->tls, options->fd) != 1)
		return WF_NO_MEMORY;
	if (options->end == TRUST_CENTRE) {
		SSL_set_accept_state(stream->tls);
		return WF_OK;
	}
	SSL_set_connect_state(stream->tls);
	return trust_expect(stream->tls, options->host);
}

static wf_status
start_events(struct stream *stream)
{
	const struct stream_options *options = &stream->options;
	struct timeval patience = {.tv_sec = STREAM_HANDSHAKE_S};

	stream->readable =
		event_new(options->base, options->fd, EV_READ | EV_PERSIST, go_on, stream);
	stream->writable = event_new(options->base, options->fd, EV_WRITE, go_on, stream);
	stream->over = evtimer_new(options->base, over, stream);
	if (stream->readable == NULL || stream->writable == NULL || stream->over == NULL ||
		event_add(stream->readable, NULL) != 0 || evtimer_add(stream->over, &patience) != 0)
		return WF_NO_MEMORY;
	/* The relay speaks first. */
	event_active(stream->readable, EV_READ, 0);
	return WF_OK;
}

wf_status
stream_new(const struct stream_options *options, struct stream **stream_r)
{
	struct stream *stream = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*stream));
	wf_status status;

	if (stream == NULL) {
		close(options->fd);
		return WF_NO_MEMORY;
	}
	stream->options = *options;
	wf_buf_init_secret(&stream->in, WF_WIRE_FRAME_MAX + CHUNK);
	wf_buf_init_secret(&stream->out, STREAM_OUT_MAX);
	status = start_tls(stream);
	if (status == WF_OK)
		status = start_events(stream);
	if (status != WF_OK) {
		stream_free(&stream);
		return status;
	}
	*stream_r = stream;
	return WF_OK;
}

void
stream_free(struct stream **stream)
{
	struct stream *it = *stream;
	struct event *events[3];

	*stream = NULL;
	if (it == NULL)
		return;
	events[0] = it->readable;
	events[1] = it->writable;
	events[2] = it->over;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i] != NULL)
			event_free(events[i]);
	if (it->tls != NULL && it->is_up)
		(void)SSL_shutdown(it->tls); /* says so to the other end, if there is room */
	SSL_free(it->tls);
	ERR_clear_error();
	close(it->options.fd);
	wf_buf_clear(&it->in);
	wf_buf_clear(&it->out);
	free(it);
}

const SSL *
stream_tls(const struct stream *stream)
{
	return stream->tls;
}
