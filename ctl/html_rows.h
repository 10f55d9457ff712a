/*
 * Rows of the daemon as a table of a page, under the headings and in the words that a terminal
 * shows. They may come in parts: nothing of them is kept. One thread.
 */
#ifndef WF_CTL_HTML_ROWS_H
#define WF_CTL_HTML_ROWS_H

#include "ctl/html.h"
#include "ctl/table.h"

#define HTML_ROWS_COLUMNS_MAX 12

struct html_rows {
	struct html *html;   /* borrowed */
	const char *columns; /* separated by blanks; borrowed */
	struct html_column heads[HTML_ROWS_COLUMNS_MAX];
	size_t n; /* columns; 0 until the first part has come */
};

void html_rows_begin(struct html_rows *rows_r, struct html *html, const char *columns);
/* All rows of a table; each part has the same columns. */
void html_rows_put(struct html_rows *rows, const struct table *table);
/* False: there was no row, and nothing was written. */
bool html_rows_end(struct html_rows *rows);

#endif
