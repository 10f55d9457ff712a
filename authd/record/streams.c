/*
 * One stream is a follower with a way out. Its `take` goes through a page of rows: those of the
 * wanted classes become messages, as many as fit become a load, and a load that is delivered moves
 * the cursor. So a page that is cut off in its middle is not sent from its beginning again.
 *
 * Where a receiver acknowledges nothing (unread.h), the cursor stays behind what it has surely
 * read, and each load but the first goes only over the connection of those before it: if that is
 * gone, whatever has died, all that may be lost with it is sent again, in its order. Whoever gets a
 * row twice knows it by its number.
 *
 * All that can go wrong is that a row cannot be delivered; then it waits, with all behind it, and
 * why stands beside the cursor. Nothing is ever passed over, but for what the retention's end has
 * taken away meanwhile; that is told.
 */
#include "config.h"

#include "authd/record/streams.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "authd/audit/format_journal.h"
#include "authd/record/courier.h"
#include "authd/record/follower.h"
#include "authd/record/local.h"
#include "authd/record/unread.h"
#include "common/fault.h"

#define DELIVERY_US INT64_C(30000000)
#define FRAME_MAX 8 /* "8192 " and more */

_Static_assert(STREAM_ROWS_ALL == (1U << AUDIT_AUTH | 1U << AUDIT_ADMIN | 1U << AUDIT_SESSION |
					  1U << AUDIT_FINDING | 1U << AUDIT_SYSTEM |
					  1U << AUDIT_TOMBSTONE),
	"a bit for each class");
_Static_assert(AUDIT_LINE_MAX + FRAME_MAX <= WF_LOAD_MAX, "each row can be delivered");

struct stream {
	const struct record_base *base;
	struct config_stream config;
	struct follower *follower;
	struct courier *courier; /* of one that leaves the machine */
	struct unread unread;	 /* of one that leaves it over a connection */
	struct local local;	 /* of one that stays */
	atomic_bool stopping;
	struct wf_buf load, message;
	uint64_t gap_before; /* the row before which a gap was told: once, not with each try */
};

struct streams {
	struct record_base base;
	struct stream *list[CONFIG_STREAMS_MAX];
	size_t n;
};

/* --- ways out: how a row is written, and how what is written gets away --- */

static wf_status
write_syslog(const struct stream *stream, const struct audit_entry *entry, struct wf_buf *out)
{
	const struct audit_syslog how = {
		.form = stream->config.format == STREAM_CEF ? AUDIT_FORM_CEF : AUDIT_FORM_RFC5424,
		.enterprise = stream->config.enterprise};

	return audit_syslog(&how, entry, out);
}

static wf_status
write_local(const struct stream *stream, const struct audit_entry *entry, struct wf_buf *out)
{
	return stream->config.way == STREAM_JOURNALD ? audit_journal(entry, out)
						     : audit_syslog_local(entry, out);
}

/* Messages, each behind its length; WF_TOO_LONG: what is there must leave first. */
static wf_status
add_frame(struct stream *stream)
{
	const size_t before = stream->load.len;
	char length[16];
	wf_status status;

	(void)snprintf(length, sizeof(length), "%zu ", stream->message.len);
	status = wf_buf_put(&stream->load, length, strlen(length));
	if (status == WF_OK)
		status = wf_buf_put(&stream->load, stream->message.data, stream->message.len);
	if (status != WF_OK)
		wf_buf_cut(&stream->load, before);
	return status;
}

static int64_t
boot_us(const struct stream *stream)
{
	return wf_clock_now(&stream->base->clock).boot_us;
}

static wf_status
send_away(struct stream *stream, char *why_r, size_t size)
{
	const struct egress_delivery delivery = {.trade = WF_TRADE_SYSLOG,
		.section = stream->config.name,
		.load = stream->load.data,
		.len = stream->load.len,
		.goes_on = unread_any(&stream->unread),
		.deadline_boot_us = boot_us(stream) + DELIVERY_US};

	return courier_deliver(stream->courier, &delivery, why_r, size);
}

/* --- rows --- */

/*
 * What is to be sent of a row, in `message`; nothing for one of a class that nobody wants.  In the
 * place of one that cannot be read there is a message that says so: it may have been of any class.
 */
static wf_status
write_row(struct stream *stream, const struct store_audit_entry *stored, int64_t wall_us)
{
	struct audit_row row;
	const struct audit_entry entry = {.row = &row, .seq = stored->seq, .chain = stored->chain};

	wf_buf_cut(&stream->message, 0);
	if (audit_row_decode(stored->encoded, stored->encoded_len, &row) != WF_OK)
		audit_damaged_row(&row, stored->seq, store_node(stream->base->store), wall_us);
	else if ((stream->config.rows & 1U << row.class) == 0)
		return WF_OK;
	return config_stream_leaves(&stream->config)
		       ? write_syslog(stream, &entry, &stream->message)
		       : write_local(stream, &entry, &stream->message);
}

static bool
has_connection(const struct stream *stream)
{
	return stream->config.way == STREAM_TCP || stream->config.way == STREAM_TLS;
}

/* Rows up to `seq` are delivered, or need not be. */
static void
move_to(struct stream *stream, struct follower_turn *turn, uint64_t seq)
{
	if (stream->load.len > 0 && has_connection(stream))
		unread_add(&stream->unread, seq, stream->load.len, boot_us(stream));
	else
		unread_pass(&stream->unread, seq);
	turn->to = seq;
}

/* All that waits in the load. */
static wf_status
flush(struct stream *stream, struct follower_turn *turn, uint64_t seq)
{
	wf_status status = WF_OK;

	if (stream->load.len > 0)
		status = send_away(stream, turn->why, sizeof(turn->why));
	if (status == WF_OK)
		move_to(stream, turn, seq);
	wf_buf_cut(&stream->load, 0);
	return status;
}

/* The row behind `before`. */
static wf_status
add_away(struct stream *stream, struct follower_turn *turn, uint64_t before)
{
	wf_status status = add_frame(stream);

	if (status != WF_TOO_LONG)
		return status;
	status = flush(stream, turn, before);
	return status == WF_OK ? add_frame(stream) : status;
}

static wf_status
add_row(struct stream *stream, struct follower_turn *turn, size_t i)
{
	const struct store_audit_entry *entry = &turn->entries[i];
	uint64_t before = i == 0 ? turn->from : turn->entries[i - 1].seq;
	wf_status status = write_row(stream, entry, turn->now.wall_us);

	if (status != WF_OK || stream->message.len == 0)
		return status;
	if (config_stream_leaves(&stream->config))
		return add_away(stream, turn, before);
	status = local_send(&stream->local, stream->message.data, stream->message.len, turn->why,
		sizeof(turn->why));
	if (status == WF_OK)
		move_to(stream, turn, entry->seq);
	return status;
}

/* Rows that went before they were sent: their time was over (log.retention). */
static void
tell_gap(struct stream *stream, const struct follower_turn *turn)
{
	uint64_t first = turn->entries[0].seq;
	char text[256];

	if (turn->from == 0 || first == turn->from + 1 || first == stream->gap_before)
		return;
	stream->gap_before = first;
	(void)snprintf(text, sizeof(text),
		"stream '%s': rows %" PRIu64 " to %" PRIu64 " were removed at the end of their "
		"retention before they could be delivered",
		stream->config.name, turn->from + 1, first - 1);
	stream->base->say(LOG_WARNING, text);
}

static wf_status
take(void *ctx, struct follower_turn *turn)
{
	struct stream *stream = ctx;
	uint64_t last = turn->entries[turn->n - 1].seq;
	wf_status status = WF_OK;

	tell_gap(stream, turn);
	if (turn->from != stream->unread.at)
		unread_begin(&stream->unread, turn->from);
	turn->to = turn->from;
	wf_buf_cut(&stream->load, 0);
	for (size_t i = 0; status == WF_OK && i < turn->n; i++)
		status = add_row(stream, turn, i);
	if (status == WF_OK)
		status = flush(stream, turn, last);
	turn->sure = unread_sure(&stream->unread, boot_us(stream));
	if (has_connection(stream))
		return status; /* what went over it before comes again */
	/* some were delivered: their place is kept, and the rest fails once more by itself */
	return turn->to > turn->from ? WF_OK : status;
}

/* What was delivered long ago has been read. */
static wf_status
idle(void *ctx, struct follower_turn *turn)
{
	struct stream *stream = ctx;

	if (turn->from == stream->unread.at)
		turn->sure = unread_sure(&stream->unread, boot_us(stream));
	return WF_OK;
}

static void
interrupt(void *ctx)
{
	struct stream *stream = ctx;

	atomic_store(&stream->stopping, true);
	if (stream->courier != NULL)
		courier_interrupt(stream->courier);
}

/* --- one stream --- */

static void
stream_free(struct stream *stream)
{
	follower_stop(&stream->follower);
	courier_free(&stream->courier);
	local_close(&stream->local);
	wf_buf_clear(&stream->load);
	wf_buf_clear(&stream->message);
	free(stream);
}

static wf_status
follow(struct stream *stream)
{
	char name[64];
	const struct follower_options options = {
		.name = name,
		.store = stream->base->store,
		.clock = stream->base->clock,
		.say = stream->base->say,
		.from_end = stream->config.since == STREAM_NOW,
		.late_event = "stream.behind",
		.late_about = stream->config.name,
		.idle_ms = stream->base->idle_ms,
		.ctx = stream,
		.take = take,
		.idle = idle,
		.interrupt = interrupt,
	};

	(void)snprintf(name, sizeof(name), STREAM_CURSOR "%.*s", CONFIG_STREAM_NAME_MAX,
		stream->config.name);
	return follower_start(&options, &stream->follower);
}

static wf_status
stream_new(const struct record_base *base, const struct config_stream *config,
	struct stream **stream_r)
{
	struct stream *stream = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*stream));
	wf_status status = WF_OK;

	if (stream == NULL)
		return WF_NO_MEMORY;
	stream->base = base;
	stream->config = *config;
	stream->local = (struct local){
		.path = stream->config.path, .stopping = &stream->stopping, .fd = -1};
	wf_buf_init(&stream->load, WF_LOAD_MAX);
	wf_buf_init(&stream->message, AUDIT_LINE_MAX);
	if (config_stream_leaves(config))
		status = courier_new(base, &stream->courier);
	if (status == WF_OK)
		status = follow(stream);
	if (status == WF_OK)
		*stream_r = stream;
	else
		stream_free(stream);
	return status;
}

/* --- all of them --- */

/* But for where it is written. */
static bool
is_same(const struct config_stream *a, const struct config_stream *b)
{
	const char *const texts[][2] = {{a->name, b->name}, {a->to, b->to}, {a->host, b->host},
		{a->port, b->port}, {a->path, b->path}, {a->ca_file, b->ca_file},
		{a->certificate, b->certificate}, {a->key, b->key}};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i][0], texts[i][1]) != 0)
			return false;
	return a->way == b->way && a->format == b->format && a->enterprise == b->enterprise &&
	       a->rows == b->rows && a->since == b->since;
}

static bool
is_wanted(const struct stream *stream, const struct config_streams *wanted)
{
	for (size_t i = 0; i < wanted->n; i++)
		if (is_same(&stream->config, &wanted->list[i]))
			return true;
	return false;
}

static bool
is_there(const struct streams *streams, const char *name)
{
	for (size_t i = 0; i < streams->n; i++)
		if (strcmp(streams->list[i]->config.name, name) == 0)
			return true;
	return false;
}

static void
end_others(struct streams *streams, const struct config_streams *wanted)
{
	size_t kept = 0;

	for (size_t i = 0; i < streams->n; i++) {
		if (is_wanted(streams->list[i], wanted))
			streams->list[kept++] = streams->list[i];
		else
			stream_free(streams->list[i]);
	}
	streams->n = kept;
}

static wf_status
begin_new(struct streams *streams, const struct config_streams *wanted)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < wanted->n; i++) {
		if (is_there(streams, wanted->list[i].name))
			continue;
		status = stream_new(
			&streams->base, &wanted->list[i], &streams->list[streams->n]);
		streams->n += status == WF_OK;
	}
	return status;
}

void
streams_configure(void *part, const struct config *config, const struct keyring *keys)
{
	struct streams *streams = part;

	(void)keys;
	end_others(streams, &config->streams);
	if (begin_new(streams, &config->streams) != WF_OK)
		streams->base.say(LOG_ERR,
			"a stream of the log cannot begin for lack of memory or threads; "
			"reload again");
}

wf_status
streams_start(const struct record_base *base, const struct config *config,
	const struct keyring *keys, void **part_r)
{
	struct streams *streams = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*streams));
	void *part = streams;
	wf_status status;

	(void)keys;
	if (streams == NULL)
		return WF_NO_MEMORY;
	streams->base = *base;
	status = begin_new(streams, &config->streams);
	if (status == WF_OK)
		*part_r = part;
	else
		streams_stop(&part);
	return status;
}

void
streams_stop(void **part)
{
	struct streams *streams = *part;

	*part = NULL;
	if (streams == NULL)
		return;
	while (streams->n > 0)
		stream_free(streams->list[--streams->n]);
	free(streams);
}
