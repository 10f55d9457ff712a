/*
 * Rows of typed cells, as the daemon sends them, and how they are shown: a table or a list for
 * people, JSON for programs. Cells may hold text that an attacker chose: nothing of it reaches the
 * terminal but printable characters. Needs the program's locale (LC_CTYPE). One thread.
 */
#ifndef WF_CTL_TABLE_H
#define WF_CTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/status.h"

#define TABLE_COLUMNS_MAX 64
#define TABLE_NAME_MAX 64

enum cell_type { CELL_TEXT, CELL_NUMBER, CELL_BOOL, CELL_TIME };

struct table {
	struct table_column {
		char name[TABLE_NAME_MAX + 1];
		enum cell_type type;
	} columns[TABLE_COLUMNS_MAX];
	size_t ncolumns;
	/* nrows * ncolumns, row by row; owned, wiped when freed (keys of new tokens) */
	char **cells;
	size_t nrows;
	size_t capacity; /* in rows */
};

void table_init(struct table *table);
void table_clear(struct table *table);
/*
 * "name", "name:number", "name:bool" or "name:time"; WF_INVALID for all else, WF_FULL, and after
 * rows.
 */
WF_MUST_USE wf_status table_add_column(struct table *table, const char *spec);
/* One cell per column; NULL is "". WF_NO_MEMORY; WF_INVALID for a wrong number of cells. */
WF_MUST_USE wf_status table_add_row(struct table *table, const char *const *cells, size_t n);
/* All rows of another one; an empty table takes over its columns as well. WF_NO_MEMORY. */
WF_MUST_USE wf_status table_append(struct table *to, const struct table *from);
/*
 * The same in the place of a row that is there; WF_INVALID if it is not. It stays as it is on
 * failure.
 */
WF_MUST_USE wf_status table_replace_row(
	struct table *table, size_t row, const char *const *cells, size_t n);
/* Nothing where there is no row. */
void table_drop_last(struct table *table);
/* Column by name, or -1. */
int table_column(const struct table *table, const char *name);
/* Never NULL: "" for a column or row that is not there. */
const char *table_cell(const struct table *table, size_t row, const char *name);

/* What a column is called in a heading; its own name if it has no other. */
const char *table_title(const char *column);
/* A cell of that column in the user's language, if it is a word of the daemon. */
const char *table_word(const char *column, const char *cell);

/*
 * Columns that `text` takes on a terminal; what cannot be shown counts as the one '?' it becomes.
 */
size_t table_width(const char *text);
/* What of `text` may be shown on a terminal; '?' for the rest, cut at `size`. */
void table_clean(const char *text, char *text_r, size_t size);
/*
 * A cell for people: local time, yes or no, words translated, "-" for none. Any bytes that somebody
 * sent may be in it: for those who clean what they show themselves.
 */
#define TABLE_TEXT_SIZE 32
const char *table_text(
	const struct table *table, size_t row, size_t column, char time_r[TABLE_TEXT_SIZE]);
/* The same, cleaned for a terminal. */
void table_format(const struct table *table, size_t row, size_t column, char *text_r, size_t size);

enum table_header { HEADER_NONE, HEADER_PLAIN, HEADER_BOLD };
/*
 * Aligned; `columns` names those to show, in order (NULL: all). What is wider than a screen of
 * `width` columns (0: there is none) is wrapped within its column, at words; where even that would
 * not do, each row is a list of its own.
 */
void table_print(const struct table *table, const char *columns, enum table_header header,
	size_t width, FILE *out);
/* The same; but nothing is wrapped: each row is a list of its own where the table is too wide. */
void table_print_lists(const struct table *table, const char *columns, enum table_header header,
	size_t width, FILE *out);
/*
 * How a table lies on a screen: which columns, and how wide; kept over the pages of one listing. Of
 * what is wider than `width` (0: nothing is), the last columns are left out, but none of the first
 * `keep`, and then the longest texts are cut, with a '~' at their end; times and numbers never.
 */
struct table_layout {
	size_t picked[TABLE_COLUMNS_MAX];
	size_t widths[TABLE_COLUMNS_MAX];
	size_t n;
	enum { WIDE_MOVES, WIDE_CUT, WIDE_WRAP } wide; /* what becomes of what is wider */
};
void table_lay_out(const struct table *table, const char *columns, size_t width, size_t keep,
	struct table_layout *layout_r);
void table_print_laid(const struct table *table, const struct table_layout *layout,
	enum table_header header, FILE *out);
/* One line for each column of one row; longer texts wrapped as above. */
void table_print_vertical(const struct table *table, size_t row, const char *columns,
	size_t width, FILE *out);
/* An array of objects, or with `one` the first row as an object (null without rows). */
WF_MUST_USE wf_status table_print_json(const struct table *table, bool one, FILE *out);
/* One row as an object on one line (log --follow). */
WF_MUST_USE wf_status table_print_json_row(const struct table *table, size_t row, FILE *out);
/* {"status": "ok", "message": ...}: for commands that have done something and have no rows. */
WF_MUST_USE wf_status table_print_json_message(const char *message, FILE *out);

#endif
