/*
 * How far the streams of the log have come: what waits for each receiver, since when, and why.
 * Read from the store, where each stream keeps its place (authd/record/streams.c).
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/doctor.h"

#define LATE_US (10 * 60 * US_PER_S) /* what waits longer is told by status and doctor */

/* One stream, as it stands. */
struct sight {
	const struct config_stream *config;
	struct store_cursor cursor; /* zeros: it has not begun */
	uint64_t backlog;	    /* rows that were not delivered yet */
	int64_t oldest_us;	    /* time of the first of them; 0: none */
};

/* A new one that begins now has nothing to catch up with. */
static wf_status
look(struct act_call *call, const struct config_stream *config, uint64_t last,
	struct sight *sight_r)
{
	struct sight sight = {.config = config};
	char name[sizeof(sight.cursor.name)];
	wf_status status;

	(void)snprintf(name, sizeof(name), STREAM_CURSOR "%.*s", CONFIG_STREAM_NAME_MAX,
		config->name);
	status = act_cursor(call, name, &sight.cursor);
	if (status == WF_OK && (sight.cursor.id != 0 || config->since == STREAM_ALL)) {
		const struct store_view behind = {
			.result = -1, .after = sight.cursor.ahead, .limit = 1};

		sight.backlog = last > sight.cursor.ahead ? last - sight.cursor.ahead : 0;
		/* a damaged row, which it waits before, says no time */
		sight.oldest_us = sight.backlog > 0 ? sight.cursor.moved_us : 0;
		if (sight.backlog > 0)
			status = act_each_row(call, &behind, act_take_time, &sight.oldest_us);
	}
	if (status == WF_OK)
		*sight_r = sight;
	return status;
}

static wf_status
each(struct act_call *call, wf_status (*visit)(void *ctx, const struct sight *sight), void *ctx)
{
	const struct config_streams *streams = &call->daemon->config->streams;
	struct store_counts counts;
	wf_status status = streams->n == 0 ? WF_OK : act_counts(call, &counts);

	for (size_t i = 0; status == WF_OK && i < streams->n; i++) {
		struct sight sight;

		status = look(call, &streams->list[i], counts.last_seq, &sight);
		if (status == WF_OK)
			status = visit(ctx, &sight);
	}
	return status;
}

/* --- those that are late --- */

static wf_status
note_late(void *ctx, const struct sight *sight)
{
	struct act_streams *streams = ctx;
	size_t len = strlen(streams->names);

	if (sight->oldest_us != 0 &&
		(streams->oldest_us == 0 || sight->oldest_us < streams->oldest_us))
		streams->oldest_us = sight->oldest_us;
	if (sight->oldest_us == 0 || streams->now_us - sight->oldest_us < LATE_US)
		return WF_OK;
	if (len + strlen(sight->config->name) + 3 <= sizeof(streams->names))
		(void)snprintf(streams->names + len, sizeof(streams->names) - len, "%s%s",
			streams->late == 0 ? "" : ", ", sight->config->name);
	if (streams->late++ == 0)
		(void)snprintf(streams->why, sizeof(streams->why), "%s", sight->cursor.why);
	return WF_OK;
}

wf_status
act_streams(struct act_call *call, struct act_streams *streams_r)
{
	struct act_streams streams = {.now_us = wf_clock_now(&call->daemon->clock).wall_us};
	wf_status status = each(call, note_late, &streams);

	if (status == WF_OK)
		*streams_r = streams;
	return status;
}

enum level
doctor_streams(struct report *report)
{
	const struct config_streams *config = &report->call->daemon->config->streams;
	const struct act_streams *streams = &report->health.streams;

	if (config->n == 0)
		return TELL(report, OK, "%s",
			_("The log goes nowhere else (no sections 'stream')."));
	if (config_streams_leave(config) && !report->health.figures.egress)
		return TELL(report, BAD, "%s",
			_("warifu-egress is not there, so no rows leave the machine: start it "
			  "(systemctl enable --now warifu-egress), and look at its log."));
	if (streams->late > 0)
		return TELL(report, WARN,
			_("Rows have waited for more than ten minutes for: %s. (%.200s) See "
			  "'warifu log streams'."),
			streams->names,
			streams->why[0] != '\0' ? streams->why : _("no reason is known"));
	return TELL(report, OK, _("Streams of the log: %zu; nothing has waited for long."),
		config->n);
}

/* --- log.streams --- */

struct table {
	struct act_call *call;
	size_t behind;
};

static wf_status
send_stream(void *ctx, const struct sight *sight)
{
	struct table *table = ctx;
	char backlog[ACT_NUMBER_SIZE], oldest[ACT_NUMBER_SIZE], delivered[ACT_NUMBER_SIZE];
	char moved[ACT_NUMBER_SIZE];
	const char *cells[] = {sight->config->name, sight->config->to, backlog, oldest, delivered,
		moved, sight->cursor.why};

	(void)act_number_text((int64_t)sight->backlog, backlog);
	(void)act_moment_text(sight->oldest_us, oldest);
	(void)act_number_text((int64_t)sight->cursor.ahead, delivered);
	(void)act_moment_text(sight->cursor.ahead == 0 ? 0 : sight->cursor.moved_us, moved);
	table->behind += sight->backlog > 0;
	return act_row_out(table->call, cells, COUNT_OF(cells));
}

wf_status
act_log_streams(struct act_call *call)
{
	static const char *const columns[] = {"stream", "to", "backlog:number", "oldest:time",
		"delivered:number", "last-delivered:time", "error"};
	struct table table = {.call = call};
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	if (status == WF_OK)
		status = each(call, send_stream, &table);
	if (status != WF_OK || call->daemon->config->streams.n == 0)
		return status;
	if (table.behind == 0)
		return act_say(call, WF_OK, "%s", _("Every stream has all rows."));
	return act_say(call, WF_OK,
		_("Streams for which rows wait: %zu. They go on by themselves."),
		table.behind);
}
