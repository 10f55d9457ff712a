/*
 * Workbooks with libxlsxwriter, which wants the name of a file: that of the descriptor is given, so
 * that nothing but the file that the caller has opened is ever written.  Its texts are XML of a
 * dialect in which "_x000A_" is a newline: a text that has such a word in it gets the dialect's own
 * mark before it.
 */
#include "config.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

#include "common/fault.h"
#include "common/utf8.h"
#include "ctl/book.h"

#define PAPER_A4 9
#define MARK "_x005F" /* an underscore of a text, in that dialect */
#define LATER 4       /* one byte becomes at most so many: \xNN */

const bool book_supported = true;

struct book {
	lxw_workbook *workbook;
	lxw_worksheet *sheet;
	lxw_format *head, *text, *number;
	char name[64]; /* of the descriptor */
	lxw_row_t row;
	lxw_col_t column, columns;
	lxw_error error; /* the first one */
};

static void
note(struct book *book, lxw_error error)
{
	if (book->error == LXW_NO_ERROR)
		book->error = error;
}

/* Whether "_xHHHH_" stands here. */
static bool
is_code(const char *at)
{
	static const char form[] = "_xhhhh_";

	for (size_t i = 0; form[i] != '\0'; i++)
		if (form[i] == 'h' ? !isxdigit((unsigned char)at[i]) : at[i] != form[i])
			return false;
	return true;
}

/* As it may stand in the file, line by line; `clean_r` has room for all that it may become. */
static void
clean(const char *text, char *clean_r, size_t size)
{
	char *to = clean_r;
	const char *const end = clean_r + size;

	while (*text != '\0') {
		size_t len = strcspn(text + 1, "_\n") + 1; /* up to what may need care */

		if (*text == '\n') {
			*to++ = *text++;
			continue;
		}
		if (is_code(text)) {
			memcpy(to, MARK, strlen(MARK));
			to += strlen(MARK);
		}
		to += wf_utf8_escape(text, len, NULL, to, (size_t)(end - to));
		text += len;
	}
	*to = '\0';
}

static void
put_text(struct book *book, const char *text, lxw_format *format)
{
	const size_t size = strlen(text) * (LATER + strlen(MARK)) + 1;
	char *cleaned;

	if (book->error != LXW_NO_ERROR)
		return;
	cleaned = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(size);
	if (cleaned == NULL) {
		note(book, LXW_ERROR_MEMORY_MALLOC_FAILED);
		return;
	}
	clean(text, cleaned, size);
	if (cleaned[0] == '\0')
		note(book, worksheet_write_blank(book->sheet, book->row, book->column, format));
	else
		note(book, worksheet_write_string(
				   book->sheet, book->row, book->column, cleaned, format));
	book->column++;
	free(cleaned);
}

static lxw_format *
new_format(struct book *book)
{
	lxw_format *format = workbook_add_format(book->workbook);

	if (format == NULL)
		return NULL;
	format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
	format_set_text_wrap(format);
	format_set_border(format, LXW_BORDER_HAIR);
	return format;
}

static bool
make_formats(struct book *book)
{
	book->head = new_format(book);
	book->text = new_format(book);
	book->number = new_format(book);
	if (book->head == NULL || book->text == NULL || book->number == NULL)
		return false;
	format_set_bold(book->head);
	format_set_bg_color(book->head, 0xe6e6e6);
	format_set_num_format(book->text, "@"); /* typed over, it stays a text */
	format_set_num_format(book->number, "#,##0");
	return true;
}

wf_status
book_new(FILE *out, struct book **book_r)
{
	struct book *book = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*book));

	if (book == NULL)
		return WF_NO_MEMORY;
	(void)snprintf(book->name, sizeof(book->name), "/proc/self/fd/%d", fileno(out));
	book->workbook = workbook_new(book->name);
	if (book->workbook == NULL || !make_formats(book)) {
		book_free(&book);
		return WF_NO_MEMORY;
	}
	*book_r = book;
	return WF_OK;
}

static void
lay_out(lxw_worksheet *sheet, const struct book_column *columns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		worksheet_set_column(
			sheet, (lxw_col_t)i, (lxw_col_t)i, columns[i].width, NULL);
	worksheet_freeze_panes(sheet, 1, 0);
	worksheet_repeat_rows(sheet, 0, 0);
	worksheet_set_landscape(sheet);
	worksheet_set_paper(sheet, PAPER_A4);
	worksheet_fit_to_pages(sheet, 1, 0);
}

/* A filter on all that was written; of a sheet with heads alone there is nothing to choose. */
static void
finish_sheet(struct book *book)
{
	if (book->error == LXW_NO_ERROR && book->sheet != NULL && book->row > 1)
		note(book, worksheet_autofilter(book->sheet, 0, 0, book->row - 1,
				   (lxw_col_t)(book->columns - 1)));
}

void
book_sheet(struct book *book, const char *name, const struct book_column *columns, size_t n)
{
	finish_sheet(book);
	book->sheet = workbook_add_worksheet(book->workbook, name);
	if (book->sheet == NULL) {
		note(book, LXW_ERROR_PARAMETER_VALIDATION);
		return;
	}
	book->row = 0;
	book->column = 0;
	book->columns = (lxw_col_t)n;
	lay_out(book->sheet, columns, n);
	for (size_t i = 0; i < n; i++)
		put_text(book, columns[i].title, book->head);
	book_end_row(book);
}

void
book_text(struct book *book, const char *text)
{
	put_text(book, text, book->text);
}

void
book_number(struct book *book, int64_t number)
{
	if (book->error == LXW_NO_ERROR)
		note(book, worksheet_write_number(book->sheet, book->row, book->column,
				   (double)number, book->number));
	book->column++;
}

void
book_end_row(struct book *book)
{
	book->row++;
	book->column = 0;
}

static wf_status
status_of(lxw_error error)
{
	static const struct {
		lxw_error error;
		wf_status status;
	} known[] = {
		{LXW_NO_ERROR, WF_OK},
		{LXW_ERROR_MEMORY_MALLOC_FAILED, WF_NO_MEMORY},
		{LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED, WF_TOO_LONG},
		{LXW_ERROR_PARAMETER_VALIDATION, WF_INVALID},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].error == error)
			return known[i].status;
	return WF_IO;
}

wf_status
book_close(struct book **book)
{
	wf_status status;

	finish_sheet(*book);
	status = status_of((*book)->error);
	if (status == WF_OK) {
		status = status_of(workbook_close((*book)->workbook)); /* frees it, too */
		(*book)->workbook = NULL;
	}
	book_free(book);
	return status;
}

void
book_free(struct book **book)
{
	if (*book == NULL)
		return;
	if ((*book)->workbook != NULL)
		lxw_workbook_free((*book)->workbook);
	free(*book);
	*book = NULL;
}
