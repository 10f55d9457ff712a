/*
 * TLS without blocking: one event for reading, one for writing, and one function that goes on
 * with whatever can go on. An end is noted and told by the loop, so that nobody's object goes
 * away under his feet.
 *
 * What is to happen in the next turn of the loop, and not in this one again, is a timer of zero
 * seconds: the loop looks at its descriptors before it comes to timers.
 */
#include "config.h"

#include "common/tls/stream.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fault.h"
#include "common/secret.h"
#include "common/tls/frames.h"

#define CHUNK 4096
#define TURN 4 /* chunks read before others have their turn */

struct wf_stream {
	struct wf_stream_options options;
	SSL *tls;
	struct event *readable, *writable, *over, *again;
	struct wf_buf in, out;
	size_t sent; /* bytes of `out` */
	bool is_up, ended;
	struct wf_stream *next; /* in the gate's queue */
	bool queued;
	char why[256];
};

struct wf_stream_gate {
	struct event *turn;
	struct wf_stream *first, **last;
};

static const struct timeval next_turn;

void
wf_stream_end(struct wf_stream *stream, const char *why)
{
	if (stream->ended)
		return;
	stream->ended = true;
	(void)snprintf(stream->why, sizeof(stream->why), "%s", why);
	(void)event_del(stream->readable);
	(void)event_del(stream->writable);
	(void)event_del(stream->again);
	event_active(stream->over, EV_TIMEOUT, 0);
}

static void
over(evutil_socket_t fd, short what, void *arg)
{
	struct wf_stream *stream = arg;

	(void)fd;
	if (!stream->ended && (what & EV_TIMEOUT))
		wf_stream_end(stream, "no handshake within the time for it");
	else
		stream->options.down(stream->options.ctx, stream->why);
}

/* After an operation that did not go through: what it waits for, or the end. */
static void
wait_or_end(struct wf_stream *stream, int result)
{
	char why[sizeof(stream->why)];
	int error = SSL_get_error(stream->tls, result);

	if (error == SSL_ERROR_WANT_READ)
		return; /* is watched all the time */
	if (error == SSL_ERROR_WANT_WRITE) {
		if (event_add(stream->writable, NULL) != 0)
			wf_stream_end(stream, "no memory");
		return;
	}
	if (error == SSL_ERROR_ZERO_RETURN)
		(void)snprintf(why, sizeof(why), "it closed the connection");
	else
		wf_trust_cause(stream->tls, why, sizeof(why));
	wf_stream_end(stream, why);
}

/* True once it is done. */
static bool
shake_hands(struct wf_stream *stream)
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
		wf_stream_end(stream, "it is not let in");
	return !stream->ended;
}

static void
flush(struct wf_stream *stream)
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

/* All whole frames of `in`. */
static void
take_frames(struct wf_stream *stream)
{
	const struct wf_stream_options *options = &stream->options;
	const struct wf_frames frames = {
		.max = options->frame_max,
		.ctx = options->ctx,
		.measure = options->measure,
		.take = options->take,
		.ended = &stream->ended,
	};
	wf_status status = wf_frames_take(&frames, &stream->in);

	if (status != WF_OK && status != WF_AGAIN)
		wf_stream_end(stream, "it sent what it may not send");
}

/* False: nothing more to read for now. */
static bool
take_chunk(struct wf_stream *stream)
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
		wf_stream_end(stream, "no memory");
	wf_wipe(chunk, sizeof(chunk));
	return !stream->ended;
}

static void
serve(struct wf_stream *stream)
{
	int turn = 0;

	while (turn < TURN && take_chunk(stream))
		turn++;
	/* what TLS has in store makes no descriptor readable */
	if (turn == TURN && event_add(stream->again, &next_turn) != 0)
		wf_stream_end(stream, "no memory");
	if (stream->options.settled != NULL)
		stream->options.settled(stream->options.ctx);
	flush(stream);
}

/* To the end of the queue; its descriptor is not watched until its turn has come. */
static void
queue(struct wf_stream_gate *gate, struct wf_stream *stream)
{
	if (stream->queued)
		return;
	stream->queued = true;
	stream->next = NULL;
	*gate->last = stream;
	gate->last = &stream->next;
	(void)event_del(stream->readable);
	if (event_add(gate->turn, &next_turn) != 0)
		wf_stream_end(stream, "no memory");
}

static void
leave_queue(struct wf_stream_gate *gate, struct wf_stream *stream)
{
	struct wf_stream **link = &gate->first;

	if (!stream->queued)
		return;
	while (*link != stream)
		link = &(*link)->next;
	*link = stream->next;
	if (gate->last == &stream->next)
		gate->last = link;
	stream->queued = false;
}

static void
go_on(evutil_socket_t fd, short what, void *arg)
{
	struct wf_stream *stream = arg;

	(void)fd;
	(void)what;
	if (stream->ended)
		return;
	if (!stream->is_up && stream->options.gate != NULL)
		queue(stream->options.gate, stream);
	else if (stream->is_up || shake_hands(stream))
		serve(stream);
}

/* One step of one handshake. */
static void
gate_turn(evutil_socket_t fd, short what, void *arg)
{
	struct wf_stream_gate *gate = arg;
	struct wf_stream *stream = gate->first;

	(void)fd;
	(void)what;
	if (stream == NULL)
		return;
	leave_queue(gate, stream);
	if (gate->first != NULL)
		(void)event_add(gate->turn, &next_turn);
	if (stream->ended)
		return;
	if (event_add(stream->readable, NULL) != 0)
		wf_stream_end(stream, "no memory");
	else if (shake_hands(stream))
		serve(stream);
}

wf_status
wf_stream_gate_new(struct event_base *base, struct wf_stream_gate **gate_r)
{
	struct wf_stream_gate *gate = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*gate));

	if (gate == NULL)
		return WF_NO_MEMORY;
	gate->last = &gate->first;
	gate->turn = evtimer_new(base, gate_turn, gate);
	if (gate->turn == NULL) {
		free(gate);
		return WF_NO_MEMORY;
	}
	*gate_r = gate;
	return WF_OK;
}

void
wf_stream_gate_free(struct wf_stream_gate **gate)
{
	if (*gate == NULL)
		return;
	event_free((*gate)->turn);
	free(*gate);
	*gate = NULL;
}

wf_status
wf_stream_send(struct wf_stream *stream, const uint8_t *frame, size_t len)
{
	wf_status status;

	if (stream->ended || !stream->is_up)
		return WF_UNAVAILABLE;
	status = wf_buf_put(&stream->out, frame, len);
	if (status == WF_TOO_LONG) {
		wf_stream_end(stream, "it does not take what it is sent");
		return WF_FULL;
	}
	if (status == WF_OK)
		flush(stream);
	return status;
}

/* OpenSSL asks for the key of an identity; TLS 1.3 takes it with the hash SHA-256. */
static unsigned int
find_key(SSL *tls, const char *identity, unsigned char *key_r, unsigned int max)
{
	struct wf_stream *stream = SSL_get_app_data(tls);

	return (unsigned int)stream->options.psk(stream->options.ctx, identity, key_r, max);
}

/* OpenSSL tells what it finds wrong with a certificate, and asks whether it matters. */
static int
look_at_certificate(int fine, X509_STORE_CTX *check)
{
	const SSL *tls = X509_STORE_CTX_get_ex_data(check, SSL_get_ex_data_X509_STORE_CTX_idx());
	const struct wf_stream *stream = SSL_get_app_data(tls);
	char pin[WF_PIN_SIZE];

	if (fine || !wf_trust_lacks_authority(check, pin) ||
		!stream->options.pinned(stream->options.ctx, pin))
		return fine;
	X509_STORE_CTX_set_error(check, X509_V_OK);
	return 1;
}

static wf_status
start_tls(struct wf_stream *stream)
{
	const struct wf_stream_options *options = &stream->options;

	stream->tls = wf_fault(WF_FAULT_ALLOC) ? NULL : SSL_new(options->context);
	if (stream->tls == NULL || SSL_set_fd(stream->tls, options->fd) != 1 ||
		SSL_set_app_data(stream->tls, stream) != 1)
		return WF_NO_MEMORY;
	if (options->psk != NULL)
		SSL_set_psk_server_callback(stream->tls, find_key);
	if (options->pinned != NULL)
		SSL_set_verify(stream->tls, SSL_get_verify_mode(stream->tls), look_at_certificate);
	if (options->server) {
		SSL_set_accept_state(stream->tls);
		return WF_OK;
	}
	SSL_set_connect_state(stream->tls);
	return wf_trust_expect(stream->tls, options->host);
}

static wf_status
start_events(struct wf_stream *stream)
{
	const struct wf_stream_options *options = &stream->options;
	struct timeval patience = {.tv_sec = WF_STREAM_HANDSHAKE_S};

	stream->readable =
		event_new(options->base, options->fd, EV_READ | EV_PERSIST, go_on, stream);
	stream->writable = event_new(options->base, options->fd, EV_WRITE, go_on, stream);
	stream->over = evtimer_new(options->base, over, stream);
	stream->again = evtimer_new(options->base, go_on, stream);
	if (stream->readable == NULL || stream->writable == NULL || stream->over == NULL ||
		stream->again == NULL || event_add(stream->readable, NULL) != 0 ||
		evtimer_add(stream->over, &patience) != 0)
		return WF_NO_MEMORY;
	if (!options->server) /* it speaks first */
		event_active(stream->readable, EV_READ, 0);
	return WF_OK;
}

wf_status
wf_stream_new(const struct wf_stream_options *options, struct wf_stream **stream_r)
{
	struct wf_stream *stream = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*stream));
	wf_status status;

	if (stream == NULL) {
		close(options->fd);
		return WF_NO_MEMORY;
	}
	stream->options = *options;
	wf_buf_init_secret(&stream->in, options->frame_max + CHUNK);
	wf_buf_init_secret(&stream->out, options->out_max);
	status = start_tls(stream);
	if (status == WF_OK)
		status = start_events(stream);
	if (status != WF_OK) {
		wf_stream_free(&stream);
		return status;
	}
	*stream_r = stream;
	return WF_OK;
}

void
wf_stream_free(struct wf_stream **stream)
{
	struct wf_stream *it = *stream;
	struct event *events[4];

	*stream = NULL;
	if (it == NULL)
		return;
	events[0] = it->readable;
	events[1] = it->writable;
	events[2] = it->over;
	events[3] = it->again;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i] != NULL)
			event_free(events[i]);
	if (it->options.gate != NULL)
		leave_queue(it->options.gate, it);
	if (it->tls != NULL && it->is_up)
		(void)SSL_shutdown(it->tls); /* says so to the other end, if there is room */
	SSL_free(it->tls);
	ERR_clear_error();
	close(it->options.fd);
	wf_buf_clear(&it->in);
	wf_buf_clear(&it->out);
	free(it);
}

bool
wf_stream_is_up(const struct wf_stream *stream)
{
	return stream->is_up && !stream->ended;
}

const SSL *
wf_stream_tls(const struct wf_stream *stream)
{
	return stream->tls;
}
