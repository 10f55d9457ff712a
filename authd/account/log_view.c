/*
 * A page of the log as a table, one row of it with all that there is to say, and a page of its
 * lines for an export.  Rows pass by one at a time; none is kept.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"
#include "authd/account/log_page.h"
#include "authd/audit/export.h"
#include "authd/audit/format.h"

#define LIMIT 100
#define EXPORT_LIMIT 4096
#define EXPORT_BYTES (4u << 20) /* of lines in one page: half of what a reply may be */

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

/* `more`: columns of the act's own behind them; NULL: none. */
static wf_status
send_head(struct act_call *call, const char *more)
{
	static const char *const specs[] = {"time:time", "first:time", "last:time"};
	const char *columns[AUDIT_COLUMNS + 1];

	for (size_t i = 0; i < AUDIT_COLUMNS; i++) {
		int time = time_column(audit_columns[i]);

		columns[i] = time < 0 ? audit_columns[i] : specs[time];
	}
	columns[AUDIT_COLUMNS] = more;
	return act_head(call, columns, AUDIT_COLUMNS + (more != NULL));
}

static wf_status
send_cells(struct act_call *call, const struct audit_row *row,
	const struct store_audit_entry *entry, const char *more)
{
	const char *out[AUDIT_COLUMNS + 1];
	struct audit_cells cells;
	char moments[COUNT_OF(times)][ACT_NUMBER_SIZE];

	audit_row_cells(row, entry->seq, entry->chain, &cells);
	for (size_t i = 0; i < AUDIT_COLUMNS; i++) {
		int time = time_column(audit_columns[i]);
		int64_t value;

		out[i] = cells.cells[i];
		if (time < 0)
			continue;
		memcpy(&value, (const char *)row + times[time].offset, sizeof(value));
		out[i] = act_moment_text(value, moments[time]);
	}
	out[AUDIT_COLUMNS] = more;
	return act_row_out(call, out, AUDIT_COLUMNS + (more != NULL));
}

static wf_status
send_row(struct log_page *page, const struct audit_row *row, const struct store_audit_entry *entry)
{
	return send_cells(page->call, row, entry, NULL);
}

/* Where a page ended before its time: a row of nothing but its number. */
static wf_status
send_place(struct log_page *page)
{
	const char *cells[AUDIT_COLUMNS];
	char seq[ACT_NUMBER_SIZE];

	for (size_t i = 0; i < AUDIT_COLUMNS; i++)
		cells[i] = "";
	cells[0] = act_moment_text((int64_t)page->seq, seq);
	return act_row_out(page->call, cells, AUDIT_COLUMNS);
}

wf_status
act_log(struct act_call *call)
{
	struct log_page page = {
		.call = call, .send = send_row, .left = (size_t)act_number(call, "limit", LIMIT)};
	wf_status status = send_head(call, NULL);

	if (status == WF_OK)
		status = log_walk(&page);
	if (status == WF_OK && page.more && page.left > 0)
		status = send_place(&page);
	return status == WF_OK ? log_shown(&page) : status;
}

/* --- one row --- */

static wf_status
send_whole_row(
	struct log_page *page, const struct audit_row *row, const struct store_audit_entry *entry)
{
	if (entry->seq != page->filter.view.after + 1)
		return WF_OK;
	return send_cells(page->call, row, entry, act_why_reason(row->reason));
}

wf_status
log_whole_head(struct act_call *call)
{
	return send_head(call, "explanation");
}

wf_status
log_whole_row(struct act_call *call, uint64_t seq)
{
	struct log_page page = {.call = call, .send = send_whole_row, .left = 1};
	wf_status status = log_walk_from(&page, seq - 1);

	if (status != WF_OK || page.seq == seq)
		return status;
	return act_say(call, WF_NOT_FOUND,
		_("The log has no row %llu; 'warifu log' shows which there are."),
		(unsigned long long)seq);
}

wf_status
act_log_show(struct act_call *call)
{
	wf_status status = log_whole_head(call);

	return status == WF_OK ? log_whole_row(call, (uint64_t)act_number(call, "seq", 0)) : status;
}

/* --- lines --- */

static wf_status
send_line(struct log_page *page, const struct audit_row *row, const struct store_audit_entry *entry)
{
	char seq[ACT_NUMBER_SIZE];
	const char *cells[2];
	wf_status status;

	wf_buf_cut(&page->line, 0);
	status = audit_export_row(row, entry->seq, entry->chain, &page->line);
	if (status == WF_OK)
		status = wf_buf_put_u8(&page->line, '\0');
	if (status != WF_OK)
		return act_say_store(page->call, status, NULL);
	cells[0] = act_moment_text((int64_t)entry->seq, seq);
	cells[1] = (const char *)page->line.data;
	page->bytes += page->line.len;
	if (page->bytes > EXPORT_BYTES)
		page->left = 1; /* the last one of this page */
	return act_row_out(page->call, cells, COUNT_OF(cells));
}

static wf_status
export_page(struct log_page *page)
{
	static const char *const columns[] = {"seq:number", "line"};
	char seq[ACT_NUMBER_SIZE];
	const char *place[COUNT_OF(columns)] = {seq, ""};
	wf_status status = act_head(page->call, columns, COUNT_OF(columns));

	if (status == WF_OK)
		status = log_walk(page);
	if (status != WF_OK || !page->more)
		return status;
	(void)act_moment_text((int64_t)page->seq, seq);
	return act_row_out(page->call, place, COUNT_OF(place));
}

wf_status
act_log_export(struct act_call *call)
{
	struct log_page page = {.call = call,
		.send = send_line,
		.left = (size_t)act_number(call, "limit", EXPORT_LIMIT)};
	wf_status status = log_export_begin(call);

	if (status != WF_OK)
		return status;
	wf_buf_init(&page.line, AUDIT_EXPORT_MAX + 1);
	status = export_page(&page);
	wf_buf_clear(&page.line);
	return status == WF_OK ? log_export_end(&page) : status;
}
