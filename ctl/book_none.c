/* In place of book.c in a build without libxlsxwriter. */
#include "config.h"

#include "ctl/book.h"

const bool book_supported = false;

wf_status
book_new(FILE *out, struct book **book_r)
{
	(void)out;
	(void)book_r;
	return WF_UNSUPPORTED;
}

void
book_sheet(struct book *book, const char *name, const struct book_column *columns, size_t n)
{
	(void)book;
	(void)name;
	(void)columns;
	(void)n;
}

void
book_text(struct book *book, const char *text)
{
	(void)book;
	(void)text;
}

void
book_number(struct book *book, int64_t number)
{
	(void)book;
	(void)number;
}

void
book_end_row(struct book *book)
{
	(void)book;
}

wf_status
book_close(struct book **book)
{
	(void)book;
	return WF_UNSUPPORTED;
}

void
book_free(struct book **book)
{
	(void)book;
}
