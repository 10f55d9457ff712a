/*
 * One connection of TLS in the loop, by whole frames of whatever protocol is spoken in it.  What
 * may be secret lies in buffers of our own, which are locked and wiped; OpenSSL is told to wipe
 * what it has handed out.
 *
 * Loop thread only.  Callbacks come from the loop, never from within a call of wf_stream_*().
 */
#ifndef WF_COMMON_TLS_STREAM_H
#define WF_COMMON_TLS_STREAM_H

#include <event2/event.h>
#include <openssl/ssl.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/tls/trust.h"

struct wf_stream;

/*
 * Handshakes cost a thousand times what a packet costs.  Streams with the same gate take one step
 * of one handshake in each turn of the loop, one stream after the other, so that a crowd of them
 * holds up nobody who is served already.
 */
struct wf_stream_gate;

/* WF_NO_MEMORY. */
WF_MUST_USE wf_status wf_stream_gate_new(struct event_base *base, struct wf_stream_gate **gate_r);
/* After all its streams. */
void wf_stream_gate_free(struct wf_stream_gate **gate);

struct wf_stream_options {
	struct event_base *base;
	int fd; /* connected, does not block; the stream's, also when wf_stream_new fails */
	SSL_CTX *context;
	bool server;
	const char *host; /* a client's: whose certificate the other end must show */
	struct wf_stream_gate *gate; /* borrowed; NULL: handshakes go on at once */
	size_t frame_max, out_max; /* bytes of a frame, and of what waits to be sent */
	void *ctx;
	/*
	 * Length of the frame that starts here: WF_AGAIN if more bytes are needed to tell; anything
	 * else but WF_OK ends the stream.
	 */
	wf_status (*measure)(void *ctx, const uint8_t *bytes, size_t len, size_t *frame_r);
	/*
	 * A server's, may be NULL: the key of this identity, its length; 0: there is none. `max`
	 * bytes fit.
	 */
	size_t (*psk)(void *ctx, const char *identity, uint8_t *key_r, size_t max);
	/*
	 * A server's, may be NULL: whether a certificate with this fingerprint is believed although
	 * no authority vouches for it; asked more than once, and again by wf_trust_still().
	 */
	bool (*pinned)(void *ctx, const char *pin);
	/* The handshake is done; anything but WF_OK ends the stream. */
	wf_status (*up)(void *ctx);
	/* A frame; anything but WF_OK ends the stream. */
	wf_status (*take)(void *ctx, const uint8_t *frame, size_t len);
	/* May be NULL: the frames that came together have all been taken. */
	void (*settled)(void *ctx);
	/* Once: it is over.  The owner frees the stream, here or later. */
	void (*down)(void *ctx, const char *why);
};

#define WF_STREAM_HANDSHAKE_S 5

/* WF_NO_MEMORY, WF_CRYPTO. */
WF_MUST_USE wf_status wf_stream_new(
	const struct wf_stream_options *options, struct wf_stream **stream_r);
/* Sends nothing more and closes. */
void wf_stream_free(struct wf_stream **stream);
/*
 * Queues a copy.  WF_FULL: too much waits, and the stream ends; WF_UNAVAILABLE: it is over, or not
 * up yet; WF_NO_MEMORY.
 */
WF_MUST_USE wf_status wf_stream_send(struct wf_stream *stream, const uint8_t *frame, size_t len);
/* Ends it soon, for this reason. */
void wf_stream_end(struct wf_stream *stream, const char *why);
bool wf_stream_is_up(const struct wf_stream *stream);
const SSL *wf_stream_tls(const struct wf_stream *stream);

#endif
