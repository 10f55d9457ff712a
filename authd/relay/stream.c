/* Messages as the frames of a TLS stream; see the header. */
#include "config.h"

#include "authd/relay/stream.h"

#include <stdlib.h>
#include <unistd.h>

#include "common/fault.h"

struct stream {
	struct stream_options options;
	struct wf_stream *inner;
	struct wf_buf frame; /* the message that is being sent */
};

static wf_status
measure(void *ctx, const uint8_t *bytes, size_t len, size_t *frame_r)
{
	(void)ctx;
	return wf_frame_length(bytes, len, frame_r);
}

static wf_status
up(void *ctx)
{
	struct stream *stream = ctx;

	return stream->options.up(stream->options.ctx);
}

static wf_status
take(void *ctx, const uint8_t *frame, size_t len)
{
	struct stream *stream = ctx;
	struct wf_msg msg;
	wf_status status = wf_msg_decode(frame, len, &msg);

	if (status != WF_OK)
		return status;
	status = stream->options.take(stream->options.ctx, &msg);
	wf_msg_clear(&msg);
	return status;
}

static void
down(void *ctx, const char *why)
{
	struct stream *stream = ctx;

	stream->options.down(stream->options.ctx, why);
}

wf_status
stream_new(const struct stream_options *options, struct stream **stream_r)
{
	struct wf_stream_options inner = {
		.base = options->base,
		.fd = options->fd,
		.context = options->context,
		.server = options->end == TRUST_CENTRE,
		.host = options->host,
		.frame_max = WF_WIRE_FRAME_MAX,
		.out_max = STREAM_OUT_MAX,
		.measure = measure,
		.up = up,
		.take = take,
		.down = down,
	};
	struct stream *stream = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*stream));
	wf_status status;

	if (stream == NULL) {
		close(options->fd);
		return WF_NO_MEMORY;
	}
	stream->options = *options;
	wf_buf_init_secret(&stream->frame, WF_WIRE_FRAME_MAX);
	inner.ctx = stream;
	status = wf_stream_new(&inner, &stream->inner);
	if (status != WF_OK) {
		free(stream);
		return status;
	}
	*stream_r = stream;
	return WF_OK;
}

void
stream_free(struct stream **stream)
{
	struct stream *it = *stream;

	*stream = NULL;
	if (it == NULL)
		return;
	wf_stream_free(&it->inner);
	wf_buf_clear(&it->frame);
	free(it);
}

wf_status
stream_send(struct stream *stream, const struct wf_msg *msg)
{
	wf_status status;

	if (!wf_stream_is_up(stream->inner))
		return WF_UNAVAILABLE;
	status = wf_msg_encode(msg, &stream->frame);
	if (status == WF_OK)
		status = wf_stream_send(stream->inner, stream->frame.data, stream->frame.len);
	wf_buf_clear(&stream->frame);
	return status;
}

void
stream_end(struct stream *stream, const char *why)
{
	wf_stream_end(stream->inner, why);
}

const SSL *
stream_tls(const struct stream *stream)
{
	return wf_stream_tls(stream->inner);
}
