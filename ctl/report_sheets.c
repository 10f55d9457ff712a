/* A report for spreadsheets: the same tables go to CSV and to the sheets of a workbook. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/i18n.h"
#include "ctl/book.h"
#include "ctl/csv.h"
#include "ctl/report_forms.h"
#include "ctl/report_lines.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))
#define CELL_BYTES_MAX 32000 /* what a spreadsheet takes, and the NUL */

/* --- where cells go --- */

struct sink {
	void (*text)(void *ctx, const char *text);
	void (*number)(void *ctx, const char *digits);
	void (*end_row)(void *ctx);
	void *ctx;
};

static void
text_to_csv(void *ctx, const char *text)
{
	csv_text(ctx, text);
}

static void
number_to_csv(void *ctx, const char *digits)
{
	csv_plain(ctx, digits);
}

static void
row_to_csv(void *ctx)
{
	csv_end_line(ctx);
}

static void
text_to_book(void *ctx, const char *text)
{
	book_text(ctx, text);
}

static void
number_to_book(void *ctx, const char *digits)
{
	if (digits[0] == '\0')
		book_text(ctx, "");
	else
		book_number(ctx, strtoll(digits, NULL, 10));
}

static void
row_to_book(void *ctx)
{
	book_end_row(ctx);
}

/* --- tables --- */

enum content {
	CONTENT_TEXT,	/* a column of the answer as it is */
	CONTENT_WORD,	/* a word of the daemon */
	CONTENT_NUMBER,
	CONTENT_TIME,
	CONTENT_PART,	/* the kind of line that it is */
	CONTENT_SETTINGS, /* below the criterion, a line each */
	CONTENT_PROOFS,
	CONTENT_EXCEPTIONS
};

struct column {
	enum content content;
	const char *from; /* column of the answer */
	const char *title;
	unsigned width;
};

static const struct column criteria[] = {
	{CONTENT_TEXT, "criterion", N_("Criterion"), 16},
	{CONTENT_TEXT, "group", N_("Group"), 10},
	{CONTENT_TEXT, "level", N_("Level"), 8},
	{CONTENT_WORD, "force", N_("Force"), 10},
	{CONTENT_WORD, "aim", N_("What Warifu does"), 12},
	{CONTENT_WORD, "state", N_("State"), 14},
	{CONTENT_TEXT, "text", N_("Description"), 60},
	{CONTENT_TEXT, "reason", N_("Reason"), 30},
	{CONTENT_SETTINGS, NULL, N_("Settings in force"), 50},
	{CONTENT_PROOFS, NULL, N_("Proofs"), 60},
	{CONTENT_EXCEPTIONS, NULL, N_("Exceptions"), 40},
	{CONTENT_TEXT, "hash", N_("Hash of the evidence (SHA-256)"), 66},
};

static const struct column evidence[] = {
	{CONTENT_TEXT, "criterion", N_("Criterion"), 16},
	{CONTENT_PART, "part", N_("Kind"), 10},
	{CONTENT_TEXT, "name", N_("Setting or proof"), 26},
	{CONTENT_WORD, "state", N_("State"), 14},
	{CONTENT_TEXT, "text", N_("Description"), 60},
	{CONTENT_TEXT, "reason", N_("Reason"), 30},
	{CONTENT_WORD, "value", N_("In force, or figure"), 24},
	{CONTENT_TEXT, "wanted", N_("Asked for"), 24},
	{CONTENT_WORD, "origin", N_("From"), 24},
	{CONTENT_TEXT, "for", N_("For"), 16},
	{CONTENT_TEXT, "by", N_("By"), 22},
	{CONTENT_TIME, "time", N_("Time"), 20},
	{CONTENT_TIME, "until", N_("Until"), 20},
	{CONTENT_NUMBER, "count", N_("Count"), 10},
	{CONTENT_NUMBER, "total", N_("Out of"), 10},
	{CONTENT_NUMBER, "row", N_("Row"), 10},
};

static const struct {
	enum content content;
	enum report_part part;
} lists[] = {{CONTENT_SETTINGS, REPORT_SETTING}, {CONTENT_PROOFS, REPORT_PROOF},
	{CONTENT_EXCEPTIONS, REPORT_EXCEPTION}};

_Static_assert(ENTRIES(criteria) <= ENTRIES(evidence), "open_sheet() has room for either");

/* What a kind of line is called. */
static const char *
part_word(const char *part)
{
	static const char *const parts[] = {N_("setting"), N_("proof"), N_("exception")};

	for (size_t i = 0; i < ENTRIES(parts); i++)
		if (strcmp(parts[i], part) == 0)
			return _(parts[i]);
	return part;
}

static wf_status
add_line(struct wf_buf *text, const char *sentence)
{
	const wf_status status = text->len > 0 ? wf_buf_put(text, "\n", 1) : WF_OK;

	return status == WF_OK ? wf_buf_put(text, sentence, strlen(sentence)) : status;
}

/* As many as a cell takes; that there are others is said. */
static wf_status
gather(const struct table *lines, size_t line, enum report_part part, struct wf_buf *text)
{
	const char *more = _("... 'warifu report --json' has the others.");
	const size_t end = report_end(lines, line);
	wf_status status = WF_OK;

	for (line = report_next(lines, part, line, end); status == WF_OK && line < end;
		line = report_next(lines, part, line + 1, end)) {
		char sentence[REPORT_TEXT_SIZE];

		report_sentence(lines, line, sentence);
		if (text->len + strlen(sentence) + strlen(more) + 3 > CELL_BYTES_MAX) {
			status = add_line(text, more);
			break;
		}
		status = add_line(text, sentence);
	}
	return status == WF_OK ? wf_buf_put(text, "", 1) : status;
}

static wf_status
put_list(const struct sink *sink, const struct table *lines, size_t line, enum content content)
{
	struct wf_buf text;
	wf_status status = WF_OK;

	wf_buf_init(&text, CELL_BYTES_MAX);
	for (size_t i = 0; i < ENTRIES(lists); i++)
		if (lists[i].content == content)
			status = gather(lines, line, lists[i].part, &text);
	if (status == WF_OK)
		sink->text(sink->ctx, (const char *)text.data);
	wf_buf_clear(&text);
	return status;
}

static wf_status
put_cell(const struct sink *sink, const struct table *lines, size_t line,
	const struct column *column)
{
	char time[REPORT_TIME_SIZE];
	const char *cell = column->from != NULL ? table_cell(lines, line, column->from) : "";

	if (column->content == CONTENT_TEXT)
		sink->text(sink->ctx, cell);
	else if (column->content == CONTENT_WORD)
		sink->text(sink->ctx, report_word(cell));
	else if (column->content == CONTENT_NUMBER)
		sink->number(sink->ctx, cell);
	else if (column->content == CONTENT_TIME)
		sink->text(sink->ctx, report_time(lines, line, column->from, time));
	else if (column->content == CONTENT_PART)
		sink->text(sink->ctx, part_word(cell));
	else
		return put_list(sink, lines, line, column->content);
	return WF_OK;
}

static wf_status
put_row(const struct sink *sink, const struct table *lines, size_t line,
	const struct column *columns, size_t n)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < n; i++)
		status = put_cell(sink, lines, line, &columns[i]);
	sink->end_row(sink->ctx);
	return status;
}

/* A row for each criterion. */
static wf_status
put_criteria(const struct sink *sink, const struct table *lines)
{
	const size_t end = lines->nrows;
	wf_status status = WF_OK;

	for (size_t line = report_next(lines, REPORT_CRITERION, 0, end);
		status == WF_OK && line < end;
		line = report_next(lines, REPORT_CRITERION, line + 1, end))
		status = put_row(sink, lines, line, criteria, ENTRIES(criteria));
	return status;
}

/* A row for each setting, proof and exception. */
static wf_status
put_evidence(const struct sink *sink, const struct table *lines)
{
	const size_t end = lines->nrows;
	wf_status status = WF_OK;

	for (size_t line = report_next(lines, REPORT_CRITERION, 0, end);
		status == WF_OK && line < end;
		line = report_next(lines, REPORT_CRITERION, line, end))
		for (const size_t next = report_end(lines, line++); status == WF_OK && line < next;
			line++)
			status = put_row(sink, lines, line, evidence, ENTRIES(evidence));
	return status;
}

/* --- CSV --- */

wf_status
report_csv(const struct table *lines, bool cp932, bool bom, FILE *out, uint64_t *replaced_r)
{
	struct csv csv;
	const struct sink sink = {text_to_csv, number_to_csv, row_to_csv, &csv};
	wf_status status = csv_open(&csv, out, cp932, bom);

	if (status != WF_OK)
		return status;
	for (size_t i = 0; i < ENTRIES(criteria); i++)
		csv_text(&csv, _(criteria[i].title));
	csv_end_line(&csv);
	status = put_criteria(&sink, lines);
	*replaced_r = csv.replaced;
	csv_close(&csv);
	return status;
}

/* --- a workbook --- */

static void
open_sheet(struct book *book, const char *name, const struct column *columns, size_t n)
{
	struct book_column heads[ENTRIES(evidence)];

	for (size_t i = 0; i < n; i++)
		heads[i] = (struct book_column){_(columns[i].title), columns[i].width};
	book_sheet(book, name, heads, n);
}

static void
put_fact(struct book *book, const char *name, const char *value)
{
	book_text(book, name);
	book_text(book, value);
	book_end_row(book);
}

static void
put_summary(struct book *book, const struct table *lines)
{
	static const struct column columns[] = {
		{CONTENT_TEXT, NULL, N_("Item"), 40}, {CONTENT_TEXT, NULL, N_("Value"), 80}};
	size_t n;
	const struct report_state *states = report_states(&n);

	open_sheet(book, _("Summary"), columns, ENTRIES(columns));
	for (size_t i = 0; i < report_facts_n(); i++) {
		struct report_fact fact;

		if (report_fact_at(lines, i, &fact))
			put_fact(book, fact.title, fact.text);
	}
	for (size_t i = 0; i < n; i++) {
		char title[128];

		(void)snprintf(title, sizeof(title), _("Criteria: %s"),
			report_word(states[i].word));
		book_text(book, title);
		book_number(book, (int64_t)report_count(lines, 0, lines->nrows, states[i].word));
		book_end_row(book);
	}
	put_fact(book, _("Made by"), "");
	put_fact(book, _("Checked by"), "");
	put_fact(book, _("Approved by"), "");
}

wf_status
report_book(const struct table *lines, FILE *out)
{
	struct book *book = NULL;
	struct sink sink = {text_to_book, number_to_book, row_to_book, NULL};
	wf_status status = book_new(out, &book);

	if (status != WF_OK)
		return status;
	sink.ctx = book;
	put_summary(book, lines);
	open_sheet(book, _("Each criterion"), criteria, ENTRIES(criteria));
	status = put_criteria(&sink, lines);
	open_sheet(book, _("Evidence"), evidence, ENTRIES(evidence));
	if (status == WF_OK)
		status = put_evidence(&sink, lines);
	if (status == WF_OK)
		return book_close(&book);
	book_free(&book);
	return status;
}
