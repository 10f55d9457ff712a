/* Values, cleaned and escaped; JSON. */
#include "config.h"

#include "authd/audit/line.h"

#include <stdio.h>
#include <string.h>

#include "common/utf8.h"

/* Room for each text of a row. */
#define CLEAN_SIZE sizeof(((struct audit_row *)NULL)->detail)

static void
put_bytes(struct audit_line *line, const void *bytes, size_t len)
{
	if (line->status == WF_OK)
		line->status = wf_buf_put(line->out, bytes, len);
}

void
audit_line_put(struct audit_line *line, const char *text)
{
	put_bytes(line, text, strlen(text));
}

void
audit_line_word(struct audit_line *line, const char *text, size_t max)
{
	if (text[0] == '\0')
		audit_line_put(line, "-");
	for (size_t i = 0; i < max && text[i] != '\0'; i++)
		put_bytes(line, text[i] > ' ' && text[i] <= '~' ? &text[i] : "?", 1);
}

void
audit_line_value(struct audit_line *line, const char *text, const char *escaped)
{
	char clean[CLEAN_SIZE];

	audit_text(clean, sizeof(clean), text);
	for (const char *at = clean; *at != '\0'; at++) {
		if (strchr(escaped, *at) != NULL)
			audit_line_put(line, "\\");
		put_bytes(line, at, 1);
	}
}

const char *
audit_cell(const struct audit_cells *cells, const char *column)
{
	size_t len = strlen(column);

	for (size_t i = 0; i < AUDIT_COLUMNS; i++)
		if (strncmp(audit_columns[i], column, len) == 0 &&
			(audit_columns[i][len] == '\0' || audit_columns[i][len] == ':'))
			return cells->cells[i];
	return "";
}

/* --- JSON --- */

/* RFC 8259, section 7: beyond the first plane as two halves. */
static void
put_escape(struct audit_line *line, uint32_t rune)
{
	char text[16];

	if (rune < 0x10000)
		(void)snprintf(text, sizeof(text), "\\u%04x", (unsigned)rune);
	else
		(void)snprintf(text, sizeof(text), "\\u%04x\\u%04x",
			(unsigned)(0xd800 + ((rune - 0x10000) >> 10)),
			(unsigned)(0xdc00 + ((rune - 0x10000) & 0x3ff)));
	audit_line_put(line, text);
}

void
audit_line_string(struct audit_line *line, const char *text, bool ascii)
{
	char clean[CLEAN_SIZE];
	size_t step;

	audit_text(clean, sizeof(clean), text);
	audit_line_put(line, "\"");
	for (const char *at = clean; *at != '\0'; at += step) {
		uint32_t rune = 0xfffd;

		step = wf_utf8_decode((const uint8_t *)at, strlen(at), &rune);
		step = step > 0 ? step : 1;
		if (rune == '"' || rune == '\\')
			audit_line_put(line, "\\");
		if (ascii && rune > '~')
			put_escape(line, rune);
		else
			put_bytes(line, at, step);
	}
	audit_line_put(line, "\"");
}

/* The column is "name" or "name:kind". */
static void
put_member(struct audit_line *line, const char *column, const char *cell, bool ascii)
{
	size_t len = strcspn(column, ":");

	audit_line_put(line, "\"");
	put_bytes(line, column, len);
	audit_line_put(line, "\":");
	if (strcmp(column + len, ":number") == 0)
		audit_line_put(line, cell);
	else
		audit_line_string(line, cell, ascii);
}

void
audit_line_json(struct audit_line *line, const struct audit_cells *cells, bool ascii)
{
	const char *between = "{";

	for (size_t i = 0; i < AUDIT_COLUMNS; i++) {
		if (cells->cells[i][0] == '\0')
			continue;
		audit_line_put(line, between);
		put_member(line, audit_columns[i], cells->cells[i], ascii);
		between = ",";
	}
	audit_line_put(line, "}");
}
