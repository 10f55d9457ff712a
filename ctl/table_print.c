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
#include "ctl/wrap.h"

#define CELL_MAX 4200 /* bytes of a cell for people */
#define CUT_MIN 6     /* no cell is cut to less */
#define GAP 2         /* blanks between columns */
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

/* Of its title and its cells, but for those wider than `most`. */
static size_t
column_width(const struct table *table, size_t column, size_t most)
{
	size_t width = table_width(table_title(table->columns[column].name));
	char shown[CELL_MAX];

	for (size_t row = 0; row < table->nrows; row++) {
		size_t own;

		table_format(table, row, column, shown, sizeof(shown));
		own = table_width(shown);
		width = own > width && own <= most ? own : width;
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

/* --- lines of cells --- */

/* A line under way: blanks are owed until something follows them. */
struct line {
	FILE *out;
	size_t owed;
};

static void
put_cell(struct line *line, const char *text, size_t len, size_t width, bool right)
{
	char shown[CELL_MAX];
	size_t own, pad;

	snprintf(shown, sizeof(shown), "%.*s", (int)len, text);
	own = table_width(shown);
	pad = own < width ? width - own : 0;
	if (own == 0) {
		line->owed += width + GAP;
		return;
	}
	fprintf(line->out, "%*s%s", (int)(line->owed + (right ? pad : 0)), "", shown);
	line->owed = (right ? 0 : pad) + GAP;
	wf_wipe(shown, sizeof(shown));
}

/* The n-th line of a text, from 0; NULL: it has none. */
static const char *
nth_line(const char *text, size_t n, size_t width, size_t *len_r)
{
	const char *next = wrap_line(text, width, len_r);

	while (n-- > 0 && (text = next) != NULL)
		next = wrap_line(text, width, len_r);
	return text;
}

#define TITLES SIZE_MAX /* the row of the columns' titles */

static void
format_cell(const struct table *table, const struct table_layout *layout, size_t row, size_t i,
	char text_r[CELL_MAX])
{
	size_t column = layout->picked[i];

	if (row == TITLES)
		text_copy(text_r, CELL_MAX, table_title(table->columns[column].name));
	else
		table_format(table, row, column, text_r, CELL_MAX);
	if (layout->wide == WIDE_CUT)
		cut_at(text_r, layout->widths[i]);
}

/* The n-th line of a row; false: it has none. */
static bool
print_line(const struct table *table, const struct table_layout *layout, size_t row, size_t n,
	FILE *out)
{
	struct line line = {.out = out};
	char shown[CELL_MAX];
	bool any = false;

	for (size_t i = 0; i < layout->n; i++) {
		size_t width = layout->wide == WIDE_WRAP ? layout->widths[i] : SIZE_MAX;
		size_t len = 0;
		const char *text;

		format_cell(table, layout, row, i, shown);
		text = nth_line(shown, n, width, &len);
		any = any || text != NULL;
		put_cell(&line, text != NULL ? text : "", len, layout->widths[i],
			table->columns[layout->picked[i]].type == CELL_NUMBER);
	}
	wf_wipe(shown, sizeof(shown));
	if (any)
		fputc('\n', out);
	return any;
}

static void
print_row(const struct table *table, const struct table_layout *layout, size_t row, FILE *out)
{
	for (size_t n = 0; print_line(table, layout, row, n, out); n++) {
	}
}

/* --- layout --- */

static size_t
layout_width(const struct table_layout *layout)
{
	size_t width = layout->n > 0 ? GAP * (layout->n - 1) : 0;

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
	layout->wide = WIDE_CUT;
}

/* What is left of a line goes to its last column, if cells of that are cut. */
static void
stretch(const struct table *table, size_t width, struct table_layout *layout)
{
	const size_t used = layout_width(layout);
	size_t *last, wanted;

	if (layout->n == 0 || used >= width)
		return;
	last = &layout->widths[layout->n - 1];
	wanted = column_width(table, layout->picked[layout->n - 1], SIZE_MAX);
	*last = wanted < *last + width - used ? wanted : *last + width - used;
}

static void
lay_out(const struct table *table, const char *columns, size_t most,
	struct table_layout *layout_r)
{
	layout_r->wide = WIDE_MOVES;
	layout_r->n = pick_columns(table, columns, layout_r->picked);
	for (size_t i = 0; i < layout_r->n; i++)
		layout_r->widths[i] = column_width(table, layout_r->picked[i], most);
}

void
table_lay_out(const struct table *table, const char *columns, size_t width, size_t keep,
	struct table_layout *layout_r)
{
	lay_out(table, columns, COLUMN_MAX, layout_r);
	if (width == 0)
		return;
	squeeze(table, width, keep, layout_r);
	stretch(table, width, layout_r);
}

/* What a column needs so that no word of it is broken; times are one word. */
static size_t
least_width(const struct table *table, size_t column)
{
	size_t width = wrap_widest_piece(table_title(table->columns[column].name));
	char shown[CELL_MAX];

	for (size_t row = 0; row < table->nrows; row++) {
		size_t own;

		table_format(table, row, column, shown, sizeof(shown));
		own = table->columns[column].type == CELL_TIME ? table_width(shown)
							       : wrap_widest_piece(shown);
		width = own > width ? own : width;
	}
	wf_wipe(shown, sizeof(shown));
	return width;
}

/* Takes from the widest columns first; false: words would have to be broken. */
static bool
wrap_columns(const struct table *table, size_t width, struct table_layout *layout)
{
	size_t least[TABLE_COLUMNS_MAX] = {0};

	for (size_t i = 0; i < layout->n; i++)
		least[i] = least_width(table, layout->picked[i]);
	while (layout_width(layout) > width) {
		size_t widest = layout->n;

		for (size_t i = 0; i < layout->n; i++)
			if (layout->widths[i] > least[i] &&
				(widest == layout->n || layout->widths[i] > layout->widths[widest]))
				widest = i;
		if (widest == layout->n)
			return false;
		layout->widths[widest]--;
		layout->wide = WIDE_WRAP;
	}
	return true;
}

/* --- all of it --- */

void
table_print_laid(const struct table *table, const struct table_layout *layout,
	enum table_header header, FILE *out)
{
	if (layout->n == 0)
		return;
	fputs(header == HEADER_BOLD ? "\033[1m" : "", out);
	if (header != HEADER_NONE)
		print_row(table, layout, TITLES, out);
	fputs(header == HEADER_BOLD ? "\033[0m" : "", out);
	for (size_t row = 0; row < table->nrows; row++)
		print_row(table, layout, row, out);
}

static void
print_lists(const struct table *table, const char *columns, size_t width, FILE *out)
{
	for (size_t row = 0; row < table->nrows; row++) {
		fputs(row > 0 ? "\n" : "", out);
		table_print_vertical(table, row, columns, width, out);
	}
}

void
table_print(const struct table *table, const char *columns, enum table_header header,
	size_t width, FILE *out)
{
	struct table_layout layout;

	lay_out(table, columns, width > 0 ? SIZE_MAX : COLUMN_MAX, &layout);
	if (width == 0 || wrap_columns(table, width, &layout))
		table_print_laid(table, &layout, header, out);
	else
		print_lists(table, columns, width, out);
}

void
table_print_lists(const struct table *table, const char *columns, enum table_header header,
	size_t width, FILE *out)
{
	struct table_layout layout;

	lay_out(table, columns, width > 0 ? SIZE_MAX : COLUMN_MAX, &layout);
	if (width == 0 || layout_width(&layout) <= width)
		table_print_laid(table, &layout, header, out);
	else
		print_lists(table, columns, width, out);
}

void
table_print_vertical(const struct table *table, size_t row, const char *columns, size_t width,
	FILE *out)
{
	size_t picked[TABLE_COLUMNS_MAX];
	size_t n = pick_columns(table, columns, picked);
	size_t label = 0;
	char shown[CELL_MAX];

	for (size_t i = 0; i < n; i++) {
		size_t own = table_width(table_title(table->columns[picked[i]].name));

		label = own > label ? own : label;
	}
	for (size_t i = 0; i < n; i++) {
		const char *title = table_title(table->columns[picked[i]].name);

		fprintf(out, "%s%*s", title, (int)(label + GAP - table_width(title)), "");
		table_format(table, row, picked[i], shown, sizeof(shown));
		wrap_print(shown, label + GAP, width, out);
	}
	wf_wipe(shown, sizeof(shown));
}
