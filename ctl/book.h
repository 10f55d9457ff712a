/*
 * Workbooks for spreadsheets (Office Open XML, .xlsx), by libxlsxwriter.
 *
 * What is written stays what it is: a text is a text, whatever it begins with; neither formulas nor
 * links nor macros come into the file. Each sheet is a table: heads in bold that stay in sight, a
 * filter on each column, one page wide on A4, with the heads again on each page. One thread.
 */
#ifndef WF_CTL_BOOK_H
#define WF_CTL_BOOK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/status.h"

/* Whether this build can write them at all. */
extern const bool book_supported;

struct book;

struct book_column {
	const char *title;
	unsigned width; /* in characters */
};

/*
 * Takes the place of all that `out` holds, which has a descriptor and stays the caller's.
 * WF_UNSUPPORTED in a build without libxlsxwriter; WF_NO_MEMORY.
 */
WF_MUST_USE wf_status book_new(FILE *out, struct book **book_r);
/* The next sheet; the name has at most 31 characters and none of []:*?/\. */
void book_sheet(struct book *book, const char *name, const struct book_column *columns, size_t n);
/* The next cell of the row; UTF-8. What is longer than a cell may hold (32767) is a failure. */
void book_text(struct book *book, const char *text);
void book_number(struct book *book, int64_t number);
void book_end_row(struct book *book);
/* Writes the file; WF_IO, and WF_TOO_LONG or WF_INVALID for what did not fit before. */
WF_MUST_USE wf_status book_close(struct book **book);
/* Without writing; NULL is fine. */
void book_free(struct book **book);

#endif
