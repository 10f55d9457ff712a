/*
 * A connection between relay and centre: one of TLS (common/tls/stream.h), by whole messages.
 *
 * Loop thread only.  Callbacks come from the loop, never from within a call of stream_*().
 */
#ifndef WF_AUTHD_RELAY_STREAM_H
#define WF_AUTHD_RELAY_STREAM_H

#include "authd/relay/trust.h"
#include "common/tls/stream.h"
#include "common/wire.h"

struct stream;

struct stream_options {
	struct event_base *base;
	int fd; /* connected, does not block; the stream's, also when stream_new fails */
	SSL_CTX *context;
	enum trust_end end;
	const char *host; /* TRUST_RELAY: whose certificate the other end must show */
	void *ctx;
	/* The handshake is done; anything but WF_OK ends the stream. */
	wf_status (*up)(void *ctx);
	/* A message; anything but WF_OK ends the stream. */
	wf_status (*take)(void *ctx, const struct wf_msg *msg);
	/* Once: it is over.  The owner frees the stream, here or later. */
	void (*down)(void *ctx, const char *why);
};

#define STREAM_OUT_MAX (1u << 20) /* bytes that wait to be sent; more and the stream ends */

/* WF_NO_MEMORY, WF_CRYPTO. */
WF_MUST_USE wf_status stream_new(const struct stream_options *options, struct stream **stream_r);
/* Sends nothing more and closes. */
void stream_free(struct stream **stream);
/*
 * Queues a message.  WF_FULL: too much waits; WF_UNAVAILABLE: it is over, or not up yet; else
 * what wf_msg_encode gives.
 */
WF_MUST_USE wf_status stream_send(struct stream *stream, const struct wf_msg *msg);
/* Ends it soon, for this reason. */
void stream_end(struct stream *stream, const char *why);
const SSL *stream_tls(const struct stream *stream);

#endif
