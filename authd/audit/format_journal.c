/* Fields of the journal; see the header. */
#include "config.h"

#include "authd/audit/format_journal.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NAME_SIZE 64 /* of a field, by the journal's rules */

/* Name, line end, u64 length in little endian, value, line end; the value comes by `write`. */
static size_t
begin_field(struct audit_line *line, const char *name)
{
	static const char length[8];
	size_t at;

	audit_line_put(line, name);
	audit_line_put(line, "\n");
	at = line->out->len;
	if (line->status == WF_OK)
		line->status = wf_buf_put(line->out, length, sizeof(length));
	return at;
}

static void
end_field(struct audit_line *line, size_t at)
{
	size_t len;

	if (line->status != WF_OK)
		return;
	len = line->out->len - at - 8;
	for (size_t i = 0; i < 8; i++, len >>= 8)
		line->out->data[at + i] = (uint8_t)(len & 0xff);
	audit_line_put(line, "\n");
}

static void
put_field(struct audit_line *line, const char *name, const char *value)
{
	size_t at = begin_field(line, name);

	audit_line_value(line, value, "");
	end_field(line, at);
}

static void
put_column(struct audit_line *line, const char *column, const char *cell)
{
	char name[NAME_SIZE];
	size_t len = strcspn(column, ":");

	(void)snprintf(name, sizeof(name), "WARIFU_%.*s", (int)len, column);
	for (char *at = name; *at != '\0'; at++)
		*at = (char)toupper((unsigned char)*at);
	put_field(line, name, cell);
}

static void
put_message(struct audit_line *line, const struct audit_row *row)
{
	size_t at = begin_field(line, "MESSAGE");

	audit_line_sentence(line, row);
	audit_line_put(line, " (");
	audit_line_value(line, row->user, "");
	audit_line_put(line, " from ");
	audit_line_value(line, row->source, "");
	audit_line_put(line, ")");
	end_field(line, at);
}

wf_status
audit_journal(const struct audit_entry *entry, struct wf_buf *out)
{
	struct audit_line line = {.out = out, .status = WF_OK};
	size_t before = out->len;
	struct audit_cells cells;
	char number[8];

	audit_row_cells(entry->row, entry->seq, entry->chain, &cells);
	put_message(&line, entry->row);
	(void)snprintf(number, sizeof(number), "%u", audit_severity(entry->row));
	put_field(&line, "PRIORITY", number);
	(void)snprintf(number, sizeof(number), "%d", AUDIT_FACILITY);
	put_field(&line, "SYSLOG_FACILITY", number);
	put_field(&line, "SYSLOG_IDENTIFIER", "warifu");
	for (size_t i = 0; i < AUDIT_COLUMNS; i++)
		if (cells.cells[i][0] != '\0')
			put_column(&line, audit_columns[i], cells.cells[i]);
	if (line.status != WF_OK)
		wf_buf_cut(out, before);
	return line.status;
}
