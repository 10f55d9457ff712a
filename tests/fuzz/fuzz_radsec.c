/*
 * What comes out of TLS: a stream of octets, cut anywhere, goes through the framing into exchanges.
 * Where packets begin is told a second time by a plain walk; the same stream in other pieces gives
 * the same packets.  The first octet says into which pieces it is cut.
 */
#include "config.h"

#include <string.h>

#include "common/tls/frames.h"
#include "radius/packet.h"
#include "tests/fuzz/exchange_place.h"
#include "tests/fuzz/fuzz.h"

struct stream {
	struct place place;
	size_t packets, octets;
};

static wf_status
measure(void *ctx, const uint8_t *bytes, size_t len, size_t *frame_r)
{
	(void)ctx;
	return packet_length(bytes, len, frame_r);
}

static wf_status
take(void *ctx, const uint8_t *frame, size_t len)
{
	struct stream *stream = ctx;

	FUZZ_CHECK(len >= PACKET_HEADER && len <= PACKET_MAX);
	stream->packets++;
	stream->octets += len;
	place_packet(&stream->place, 0, frame, len);
	return WF_OK;
}

/* Packets until the stream breaks off, is broken, or a packet was one that ends it. */
static void
feed(struct stream *stream, const uint8_t *data, size_t size, size_t piece)
{
	const struct wf_frames frames = {
		.max = PACKET_MAX,
		.ctx = stream,
		.measure = measure,
		.take = take,
		.ended = &stream->place.ended[0],
	};
	wf_status status = WF_AGAIN;
	struct wf_buf in;

	wf_buf_init(&in, PACKET_MAX + 256);
	place_open(&stream->place);
	stream->packets = stream->octets = 0;
	for (size_t at = 0; at < size && status == WF_AGAIN; at += piece) {
		size_t len = size - at < piece ? size - at : piece;

		FUZZ_CHECK(wf_buf_put(&in, data + at, len) == WF_OK);
		status = wf_frames_take(&frames, &in);
		FUZZ_CHECK(in.len < PACKET_MAX || status != WF_AGAIN);
	}
	FUZZ_CHECK(status == WF_AGAIN || status == WF_INVALID ||
		   (status == WF_OK && stream->place.ended[0]));
	place_hang_up(&stream->place, 0);
	place_close(&stream->place);
	wf_buf_clear(&in);
}

/* How many whole packets the stream begins with. */
static size_t
walk(const uint8_t *data, size_t size)
{
	size_t n = 0, at = 0;

	while (size - at >= 4) {
		size_t len = (size_t)data[at + 2] * 256 + data[at + 3];

		if (len < PACKET_HEADER || len > PACKET_MAX || len > size - at)
			break;
		at += len;
		n++;
	}
	return n;
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	struct stream stream, again;
	size_t piece;

	if (size < 1 || size > 16384)
		return;
	piece = (size_t)data[0] + 1;
	feed(&stream, data + 1, size - 1, piece);
	FUZZ_CHECK(stream.packets <= walk(data + 1, size - 1));
	feed(&again, data + 1, size - 1, 256);
	FUZZ_CHECK(again.packets == stream.packets && again.octets == stream.octets);
}
