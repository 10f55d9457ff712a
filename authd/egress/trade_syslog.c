/*
 * Syslog over TLS (RFC 5425), TCP (RFC 6587, section 3.4.1), and UDP (RFC 5426). A load is whole
 * messages, each behind its length and a blank; over a stream it is sent as it is, over UDP message
 * by message.
 *
 * Syslog has no acknowledgement. So a load counts as delivered when the other machine's kernel has
 * acknowledged all of it, and that is not yet the program there: one that is killed takes with it
 * what it has not read. The daemon remembers what that may be (authd/record/unread.h); a load that
 * goes on from others is never the first of a new connection, so that a break is known to it.
 *
 * A section has one thread, so its loads arrive in order, and the connection is that thread's.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "authd/egress/pipe.h"
#include "authd/egress/trade.h"
#include "common/fault.h"

#define NAME_US INT64_C(60000000) /* how long datagrams go to what a name stood for */

struct wire {
	struct pipe pipe;
	int64_t opened_us;
};

static wf_status
scratch_new(void **scratch_r)
{
	struct wire *wire = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*wire));

	if (wire == NULL)
		return WF_NO_MEMORY;
	pipe_init(&wire->pipe);
	*scratch_r = wire;
	return WF_OK;
}

static void
scratch_free(void **scratch)
{
	struct wire *wire = *scratch;

	*scratch = NULL;
	if (wire == NULL)
		return;
	pipe_close(&wire->pipe);
	free(wire);
}

/* --- frames --- */

/* The next message; false: the rest is no frame.  The length has no leading zero. */
static bool
next_message(struct wf_reader *load, const uint8_t **message_r, size_t *len_r)
{
	size_t len = 0;
	uint8_t digit = 0;

	while (wf_reader_get_u8(load, &digit) == WF_OK && digit != ' ') {
		if (digit < '0' || digit > '9' || (digit == '0' && len == 0) || len > WF_LOAD_MAX)
			return false;
		len = len * 10 + (size_t)(digit - '0');
	}
	*len_r = len;
	return digit == ' ' && len > 0 && wf_reader_get(load, len, message_r) == WF_OK;
}

static bool
is_framed(const struct wf_buf *load)
{
	struct wf_reader reader;
	const uint8_t *message;
	size_t len;

	wf_reader_init(&reader, load->data, load->len);
	while (wf_reader_left(&reader) > 0)
		if (!next_message(&reader, &message, &len))
			return false;
	return load->len > 0;
}

/* --- the connection --- */

static int64_t
now_us(const struct order *order)
{
	return wf_clock_now(&order->clock).boot_us;
}

static void
set_up(struct wire *wire, const struct order *order)
{
	const struct config_stream *stream = order->target->stream;
	struct pipe *pipe = &wire->pipe;

	pipe->clock = order->clock;
	pipe->host = stream->host;
	pipe->port = stream->port;
	pipe->type = stream->way == STREAM_UDP ? SOCK_DGRAM : SOCK_STREAM;
	pipe->context = order->target->tls;
	pipe->deadline_boot_us = order->deadline_boot_us;
	pipe->dropped = order->dropped;
}

/* A new one would hide from the daemon that the one before it broke. */
static wf_status
refuse_new(struct pipe *pipe)
{
	if (pipe->why[0] == '\0')
		(void)snprintf(pipe->why, sizeof(pipe->why), "the connection is gone");
	return WF_UNAVAILABLE;
}

/* One that is open and has not been hung up on. */
static wf_status
connect_there(struct wire *wire, const struct order *order)
{
	struct pipe *pipe = &wire->pipe;
	wf_status status;

	set_up(wire, order);
	if (pipe->type == SOCK_DGRAM && now_us(order) - wire->opened_us > NAME_US)
		pipe_close(pipe);
	if (pipe_is_open(pipe) && pipe_is_alive(pipe))
		return WF_OK;
	if (order->goes_on && pipe->type != SOCK_DGRAM)
		return refuse_new(pipe);
	status = pipe_open(pipe);
	if (status == WF_OK)
		wire->opened_us = now_us(order);
	return status;
}

/* --- loads --- */

static wf_status
send_messages(struct pipe *pipe, const struct wf_buf *load)
{
	struct wf_reader reader;
	const uint8_t *message;
	size_t len;
	wf_status status = WF_OK;

	wf_reader_init(&reader, load->data, load->len);
	while (status == WF_OK && next_message(&reader, &message, &len))
		status = pipe_send(pipe, message, len);
	return status;
}

static wf_status
carry(struct pipe *pipe, const struct wf_buf *load)
{
	wf_status status = pipe->type == SOCK_DGRAM ? send_messages(pipe, load)
						    : pipe_send(pipe, load->data, load->len);

	return status == WF_OK ? pipe_settle(pipe) : status;
}

static wf_status
deliver(struct wire *wire, const struct order *order)
{
	wf_status status = connect_there(wire, order);

	return status == WF_OK ? carry(&wire->pipe, &order->load) : status;
}

static void
ask(struct order *order, void *scratch)
{
	struct wire *wire = scratch;
	const char *to = order->target->stream->to;
	char cause[EGRESS_CAUSE_MAX];

	if (!is_framed(&order->load)) {
		order_fail(order, WF_WHY_UNSENDABLE, "what is to be delivered is no syslog");
		return;
	}
	if (deliver(wire, order) == WF_OK) {
		order->reply = (struct egress_reply){.outcome = WF_OUTCOME_DELIVERED};
		(void)snprintf(
			order->reply.server, sizeof(order->reply.server), "%.63s", to);
		return;
	}
	(void)snprintf(cause, sizeof(cause), "%.90s: %.160s", to, wire->pipe.why);
	order_fail(order, WF_WHY_TIMEOUT, cause);
}

const struct trade trade_syslog = {
	.id = WF_TRADE_SYSLOG,
	.section = "stream",
	.delivers = true,
	.scratch_new = scratch_new,
	.scratch_free = scratch_free,
	.ask = ask,
};
