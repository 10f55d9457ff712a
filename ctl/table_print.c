/*
 * Tables for people. Widths are counted in columns of the screen: a Japanese character takes two.
 * Cells are untrusted: whatever is not printable becomes '?'.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "common/i18n.h"
#include "common/secret.h"
#include "ctl/table.h"
#include "ctl/text.h"
#include "ctl/when.h"

#define CELL_MAX 4200 /* bytes of a cell for people */
#define CUT_MIN 6     /* no cell is cut to less */
#define COLUMN_MAX 48 /* what is wider moves its own row, and not all the others */

/*
 * One character of `text` as it is shown: its bytes (or "?") and its width. Moves on. False at the
 * end.
 */
static bool
next_shown(const char **text, mbstate_t *state, const char **bytes_r, size_t *len_r,
	size_t *width_r)
{
	wchar_t wide;
	size_t len = mbrtowc(&wide, *text, MB_CUR_MAX, state);
	int width = -1;

	if (len == 0)
		return false;
	if (len == (size_t)-1 || len == (size_t)-2) {
		memset(state, 0, sizeof(*state));
		len = 1;
	} else if (iswprint((wint_t)wide)) {
		width = wcwidth(wide);
	}
	*bytes_r = width >= 0 ? *text : "?";
	*len_r = width >= 0 ? len : 1;
	*width_r = width >= 0 ? (size_t)width : 1;
	*text += len;
	return true;
}

size_t
table_width(const char *text)
{
	mbstate_t state;
	const char *bytes;
	size_t len;
	size_t width;
	size_t sum = 0;

	memset(&state, 0, sizeof(state));
	while (next_shown(&text, &state, &bytes, &len, &width))
		sum += width;
	return sum;
}

void
table_clean(const char *text, char *text_r, size_t size)
{
	mbstate_t state;
	const char *bytes;
	size_t len;
	size_t width;
	size_t used = 0;

	memset(&state, 0, sizeof(state));
	while (next_shown(&text, &state, &bytes, &len, &width) && len < size - used) {
		memcpy(text_r + used, bytes, len);
		used += len;
	}
	text_r[used] = '\0';
}

static const char *
time_text(const char *cell, char time_r[TABLE_TEXT_SIZE])
{
	char *end;
	long long us = strtoll(cell, &end, 10);

	if (*end != '\0')
		return cell;
	when_format(us, time_r);
	return time_r;
}

const char *
table_text(const struct table *table, size_t row, size_t column, char time_r[TABLE_TEXT_SIZE])
{
	const struct table_column *spec = &table->columns[column];
	const char *cell = table->cells[row * table->ncolumns + column];

	if (cell[0] == '\0')
		return "-";
	if (spec->type == CELL_TIME)
		return time_text(cell, time_r);
	if (spec->type == CELL_BOOL)
		return strcmp(cell, "1") == 0 ? _("yes") : _("no");
	return table_word(spec->name, cell);
}

void
table_format(const struct table *table, size_t row, size_t column, char *text_r, size_t size)
{
	char time[TABLE_TEXT_SIZE];

	table_clean(table_text(table, row, column, time), text_r, size);
}

/* Which columns to show: those of the blank-separated list that exist, or all. */
static size_t
pick_columns(const struct table *table, const char *columns, size_t picked_r[TABLE_COLUMNS_MAX])
{
	size_t n = 0;

	if (columns == NULL) {
		for (; n < table->ncolumns; n++)
			picked_r[n] = n;
		return n;
	}
	while (*columns != '\0' && n < TABLE_COLUMNS_MAX) {
		size_t len = strcspn(columns, " ");
		char name[TABLE_NAME_MAX + 1];
		int found;

		snprintf(name, sizeof(name), "%.*s", (int)len, columns);
		found = table_column(table, name);
		if (found >= 0)
			picked_r[n++] = (size_t)found;
		columns += len + (columns[len] == ' ');
	}
	return n;
}

static void
put_padded(FILE *out, const char *text, size_t width, bool right, bool last)
{
	size_t own = table_width(text);
	int pad = own < width ? (int)(width - own) : 0;

	if (right)
		fprintf(out, "%*s%s", pad, "", text);
	else if (last)
		fputs(text, out);
	else
		fprintf(out, "%s%*s", text, pad, "");
	fputs(last ? "\n" : "  ", out);
}

static size_t
column_width(const struct table *table, size_t column)
{
	size_t width = table_width(table_title(table->columns[column].name));
	char shown[CELL_MAX];

	for (size_t row = 0; row < table->nrows; row++) {
		size_t own;

		table_format(table, row, column, shown, sizeof(shown));
		own = table_width(shown);
		width = own > width && own <= COLUMN_MAX ? own : width;
	}
	wf_wipe(shown, sizeof(shown));
	return width;
}

/* Makes `text` end with '~' where it is wider than that. */
static void
cut_at(char *text, size_t width)
{
	const char *at = text;
	char *end = text;
	mbstate_t state;
	const char *bytes;
	size_t len, own, used = 0;

	if (table_width(text) <= width)
		return;
	memset(&state, 0, sizeof(state));
	while (next_shown(&at, &state, &bytes, &len, &own) && used + own < width) {
		used += own;
		end = text + (at - text);
	}
	text_copy(end, 2, "~");
}

static void
put_cell(FILE *out, const struct table *table, const struct table_layout *layout, size_t i,
	char *text)
{
	if (layout->cut)
		cut_at(text, layout->widths[i]);
	put_padded(out, text, layout->widths[i],
		table->columns[layout->picked[i]].type == CELL_NUMBER, i + 1 == layout->n);
}

static void
print_header(const struct table *table, const struct table_layout *layout, FILE *out)
{
	char title[TABLE_NAME_MAX * 4];

	for (size_t i = 0; i < layout->n; i++) {
		text_copy(title, sizeof(title),
			table_title(table->columns[layout->picked[i]].name));
		put_cell(out, table, layout, i, title);
	}
}

static size_t
layout_width(const struct table_layout *layout)
{
	size_t width = layout->n > 0 ? 2 * (layout->n - 1) : 0;

	for (size_t i = 0; i < layout->n; i++)
		width += layout->widths[i];
	return width;
}

/* The widest column that may be made narrower, or n: times and numbers stay whole. */
static size_t
widest(const struct table *table, const struct table_layout *layout)
{
	size_t found = layout->n;
	size_t width = CUT_MIN;

	for (size_t i = 0; i < layout->n; i++) {
		if (table->columns[layout->picked[i]].type == CELL_TEXT &&
			layout->widths[i] > width) {
			width = layout->widths[i];
			found = i;
		}
	}
	return found;
}

static void
squeeze(const struct table *table, size_t width, size_t keep, struct table_layout *layout)
{
	size_t i;

	while (layout->n > keep && layout_width(layout) > width)
		layout->n--;
	while (layout_width(layout) > width && (i = widest(table, layout)) < layout->n)
		layout->widths[i]--;
	layout->cut = true;
}

void
table_lay_out(const struct table *table, const char *columns, size_t width, size_t keep,
	struct table_layout *layout_r)
{
	layout_r->cut = false;
	layout_r->n = pick_columns(table, columns, layout_r->picked);
	for (size_t i = 0; i < layout_r->n; i++)
		layout_r->widths[i] = column_width(table, layout_r->picked[i]);
	if (width > 0)
		squeeze(table, width, keep, layout_r);
}

void
table_print_laid(const struct table *table, const struct table_layout *layout,
	enum table_header header, FILE *out)
{
	char shown[CELL_MAX];

	if (layout->n == 0)
		return;
	fputs(header == HEADER_BOLD ? "\033[1m" : "", out);
	if (header != HEADER_NONE)
		print_header(table, layout, out);
	fputs(header == HEADER_BOLD ? "\033[0m" : "", out);
	for (size_t row = 0; row < table->nrows; row++) {
		for (size_t i = 0; i < layout->n; i++) {
			table_format(table, row, layout->picked[i], shown, sizeof(shown));
			put_cell(out, table, layout, i, shown);
		}
	}
	wf_wipe(shown, sizeof(shown));
}

void
table_print(const struct table *table, const char *columns, enum table_header header, FILE *out)
{
	struct table_layout layout;

	table_lay_out(table, columns, 0, 0, &layout);
	table_print_laid(table, &layout, header, out);
}

void
table_print_vertical(const struct table *table, size_t row, const char *columns, FILE *out)
{
	size_t picked[TABLE_COLUMNS_MAX];
	size_t n = pick_columns(table, columns, picked);
	size_t width = 0;
	char shown[CELL_MAX];

	for (size_t i = 0; i < n; i++) {
		size_t own = table_width(table_title(table->columns[picked[i]].name));

		width = own > width ? own : width;
	}
	for (size_t i = 0; i < n; i++) {
		put_padded(out, table_title(table->columns[picked[i]].name), width, false, false);
		table_format(table, row, picked[i], shown, sizeof(shown));
		fprintf(out, "%s\n", shown);
	}
	wf_wipe(shown, sizeof(shown));
}
