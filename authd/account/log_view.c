/*
 * A page of the log.  The store filters by user, time, result and class; the source, which may be a
 * network, is compared here.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"
#include "authd/audit/format.h"

#define LIMIT 100

struct from {
	bool given, network;
	char text[64];
	struct wf_network range;
};

struct page {
	struct act_call *call;
	struct from from;
	size_t left;
};

/*
 * Columns whose times go over the wire as microseconds, so that the CLI shows them in its own zone.
 */
static const struct {
	const char *name;
	size_t offset;
} times[] = {
	{"time", offsetof(struct audit_row, time_us)},
	{"first", offsetof(struct audit_row, first_us)},
	{"last", offsetof(struct audit_row, last_us)},
};

static int
time_column(const char *column)
{
	for (size_t i = 0; i < COUNT_OF(times); i++)
		if (strcmp(times[i].name, column) == 0)
			return (int)i;
	return -1;
}

static wf_status
send_head(struct act_call *call)
{
	static const char *const specs[] = {"time:time", "first:time", "last:time"};
	const char *columns[AUDIT_COLUMNS];

	for (size_t i = 0; i < AUDIT_COLUMNS; i++) {
		int time = time_column(audit_columns[i]);

		columns[i] = time < 0 ? audit_columns[i] : specs[time];
	}
	return act_head(call, columns, AUDIT_COLUMNS);
}

static wf_status
send_row(struct act_call *call, const struct audit_row *row, const struct store_audit_entry *entry)
{
	struct audit_cells cells;
	char moments[COUNT_OF(times)][ACT_NUMBER_SIZE];

	audit_row_cells(row, entry->seq, entry->chain, &cells);
	for (size_t i = 0; i < AUDIT_COLUMNS; i++) {
		int time = time_column(audit_columns[i]);
		int64_t value;

		if (time < 0)
			continue;
		memcpy(&value, (const char *)row + times[time].offset, sizeof(value));
		cells.cells[i] = act_moment_text(value, moments[time]);
	}
	return act_row_out(call, cells.cells, AUDIT_COLUMNS);
}

static void
parse_from(const char *text, struct from *from_r)
{
	*from_r = (struct from){.given = text != NULL};
	if (text == NULL)
		return;
	(void)snprintf(from_r->text, sizeof(from_r->text), "%s", text);
	from_r->network = wf_network_parse(text, &from_r->range) == WF_OK;
}

static bool
is_from(const struct from *from, const char *text)
{
	struct wf_source source = {.remote = true};

	if (!from->given)
		return true;
	if (!from->network)
		return strcmp(from->text, text) == 0;
	(void)snprintf(source.text, sizeof(source.text), "%s", text);
	return strchr("0123456789abcdef:", text[0]) != NULL &&
	       wf_network_contains(&from->range, &source);
}

static wf_status
visit(void *ctx, const struct store_audit_entry *entry)
{
	struct page *page = ctx;
	struct audit_row row;
	wf_status status = audit_row_decode(entry->encoded, entry->encoded_len, &row);

	if (status != WF_OK)
		return act_say(page->call, WF_CORRUPT,
			_("Row %llu of the log cannot be read: run 'warifu log verify'."),
			(unsigned long long)entry->seq);
	if (!is_from(&page->from, row.source))
		return WF_OK;
	status = send_row(page->call, &row, entry);
	if (status != WF_OK)
		return status;
	return --page->left == 0 ? WF_NO : WF_OK;
}

wf_status
act_log(struct act_call *call)
{
	const char *user = act_arg(call, "user");
	const int class = act_choice(call, "class");
	struct page page = {.call = call, .left = (size_t)act_number(call, "limit", LIMIT)};
	struct store_view view = {
		.after = (uint64_t)act_number(call, "after", 0),
		.since_us = act_number(call, "since", 0),
		.until_us = act_number(call, "until", 0),
		.result = act_choice(call, "result"),
		.class = class + 1,
		.newest_first = act_choice(call, "order") == 1,
	};
	wf_status status;

	(void)snprintf(view.user, sizeof(view.user), "%s", user != NULL ? user : "");
	parse_from(act_arg(call, "from"), &page.from);
	status = send_head(call);
	return status == WF_OK ? act_each_row(call, &view, visit, &page) : status;
}
