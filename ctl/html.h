/*
 * One HTML page in one file: what an auditor opens, prints on A4 and keeps. It needs nothing from
 * elsewhere (no script, no font, no picture, no link), and says so to the browser itself by a
 * Content-Security-Policy that forbids all but the style sheet within.
 *
 * Every text may be hostile. It is escaped for HTML, and what must not be shown (controls,
 * malformed UTF-8, marks that turn the direction of writing) becomes \xNN, as in the log.
 * Names of elements, attributes and classes are ours and constant. Texts are UTF-8 and already in
 * the page's language; outfile_write_utf8() sees to it that gettext gives such. Whether it was
 * written is the stream's to say (ferror). What is begun must be ended in turn; else it aborts.
 * One thread.
 */
#ifndef WF_CTL_HTML_H
#define WF_CTL_HTML_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define HTML_DEPTH_MAX 24
#define HTML_COUNT_SIZE 32

/* How a state looks: a sign and a colour, so that it can be told apart in grey print as well. */
enum html_tone { HTML_NONE, HTML_GOOD, HTML_PART, HTML_BAD };

struct html_column {
	const char *title;
	const char *class; /* "num", "time", "code", "wide"; NULL: text */
};

struct html {
	FILE *out;                         /* borrowed */
	const char *stack[HTML_DEPTH_MAX]; /* elements that are not ended */
	size_t depth;
	bool in_tag;   /* attributes may still come */
	bool japanese; /* its language */
	const struct html_column *columns; /* of the table under way; borrowed */
	size_t ncolumns, column;           /* the next cell's */
};

/* The page up to its body. `language` is "ja" or "en"; `title` also stands at each page's foot. */
void html_open(struct html *html_r, FILE *out, const char *language, const char *title);
void html_close(struct html *html);

/* --- elements --- */

void html_begin(struct html *html, const char *element);
/* Of the element just begun, before anything else is in it. */
void html_attr(struct html *html, const char *name, const char *value);
void html_attr_number(struct html *html, const char *name, int64_t value);
void html_text(struct html *html, const char *text);
void html_textf(struct html *html, const char *format, ...) __attribute__((format(printf, 2, 3)));
void html_end(struct html *html);
/* An element with a class (NULL: none) and a text; nothing else. */
void html_line(struct html *html, const char *element, const char *class, const char *text);
/* "1,234,567" */
const char *html_count(uint64_t count, char text_r[HTML_COUNT_SIZE]);

/* --- the page's parts --- */

/* The first sheet of paper, with the heading of the whole; until html_end(). */
void html_cover(struct html *html, const char *heading);
/* A part that begins on a new sheet of paper, with its heading; until html_end(). */
void html_sheet(struct html *html, const char *heading);
/* A part that is not torn from its heading; until html_end(). */
void html_part(struct html *html, const char *heading);
/* The sign of a tone and a word: "met". Within a paragraph or cell. */
void html_mark(struct html *html, enum html_tone tone, const char *text);
/* Names and values, one by one; until html_end(). */
void html_facts(struct html *html);
void html_fact(struct html *html, const char *name, const char *value);
/* Boxes to sign or seal in, one for each role: made by, checked by, approved by. */
void html_signatures(struct html *html, const char *const *roles, size_t n);

/*
 * A table; its heading comes again on each sheet of paper, and no row is torn apart. `columns` is
 * borrowed until html_table_end(); caption NULL: none. Cells come row by row, each row whole.
 */
void html_table(struct html *html, const char *caption, const struct html_column *columns,
	size_t n);
void html_cell(struct html *html, const char *text);
void html_cell_count(struct html *html, uint64_t count);
/* A cell with more than text in it, a mark for instance; until html_cell_end(). */
void html_cell_begin(struct html *html);
void html_cell_end(struct html *html);
/* The rows behind this are sums. */
void html_table_foot(struct html *html);
void html_table_end(struct html *html);

#endif
