/*
 * Syslog over TLS (RFC 5425), TCP (RFC 6587, section 3.4.1), and UDP (RFC 5426). A load is whole
 * messages, each behind its length and a blank; over a stream it is sent as it is, over UDP message
 * by message.
 *
 * Syslog has no acknowledgement. So a load counts as delivered when the other machine's kernel has
 * acknowledged all of it, and that is not yet the program there: one that is killed takes with it
 * what it has not read. Therefore what was acknowledged lately is kept (of ten seconds, and 64 KiB
 * of whatever age), and sent again, in its order, before anything new if the connection breaks.
 * Whoever gets it twice knows it by its number.
 *
 * A section has one thread, so its loads arrive in order, and all of this is that thread's.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "authd/egress/pipe.h"
#include "authd/egress/trade.h"
#include "common/fault.h"

#define KEPT_MAX 128 /* loads; with WF_LOAD_MAX each not 2 MiB */
#define KEPT_US INT64_C(10000000)
#define KEPT_LEAST (64 << 10) /* bytes: what a machine takes for a program that reads nothing */
#define NAME_US INT64_C(60000000) /* how long datagrams go to what a name stood for */

/* A load that the other machine has acknowledged. */
struct kept {
	struct wf_buf load;
	int64_t acknowledged_us;
};

struct wire {
	struct pipe pipe;
	int64_t opened_us;
	struct kept kept[KEPT_MAX];
	size_t n;
	size_t again; /* of them: those that this connection has had, or need not have */
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
forget(struct wire *wire, size_t n)
{
	for (size_t i = 0; i < n; i++)
		wf_buf_clear(&wire->kept[i].load);
	memmove(wire->kept, wire->kept + n, (wire->n - n) * sizeof(wire->kept[0]));
	wire->n -= n;
	wire->again -= wire->again < n ? wire->again : n;
}

static void
scratch_free(void **scratch)
{
	struct wire *wire = *scratch;

	*scratch = NULL;
	if (wire == NULL)
		return;
	pipe_close(&wire->pipe);
	forget(wire, wire->n);
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

/* One that is open and has not been hung up on; a new one has everything to get again. */
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
	status = pipe_open(pipe);
	if (status != WF_OK)
		return status;
	wire->opened_us = now_us(order);
	wire->again = 0;
	return WF_OK;
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

/*
 * What the connection before this one may have lost.  It goes on where it was if the time is over
 * between two loads.
 */
static wf_status
carry_again(struct wire *wire, const struct order *order)
{
	wf_status status = WF_OK;

	while (status == WF_OK && wire->again < wire->n) {
		if (now_us(order) >= order->deadline_boot_us || atomic_load(order->dropped)) {
			(void)snprintf(wire->pipe.why, sizeof(wire->pipe.why),
				"it is slow to take again what a broken connection had");
			return WF_TIMEOUT;
		}
		status = carry(&wire->pipe, &wire->kept[wire->again].load);
		wire->again += status == WF_OK;
	}
	return status;
}

/* How many of the oldest loads have surely been read, on a connection that is good now. */
static size_t
outdated(const struct wire *wire, int64_t now)
{
	size_t bytes = 0, i = wire->n;

	while (i > 0 && (bytes < KEPT_LEAST || wire->kept[i - 1].acknowledged_us > now - KEPT_US))
		bytes += wire->kept[--i].load.len;
	return i;
}

static void
keep(struct wire *wire, struct order *order)
{
	int64_t now = now_us(order);
	size_t old = outdated(wire, now);

	if (wire->pipe.type == SOCK_DGRAM)
		return;
	forget(wire, old == 0 && wire->n == KEPT_MAX ? 1 : old);
	wire->kept[wire->n++] = (struct kept){.load = order->load, .acknowledged_us = now};
	wire->again = wire->n;
	wf_buf_init(&order->load, WF_LOAD_MAX);
}

static wf_status
deliver(struct wire *wire, struct order *order)
{
	wf_status status = connect_there(wire, order);

	if (status == WF_OK)
		status = carry_again(wire, order);
	if (status == WF_OK)
		status = carry(&wire->pipe, &order->load);
	if (status == WF_OK)
		keep(wire, order);
	return status;
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
