/*
 * A report as a page: on the first sheet what it is about and who signs, on the second what has to
 * be looked at, then a sheet for each group of criteria.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"
#include "ctl/report_forms.h"
#include "ctl/report_lines.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))

struct page {
	struct html html;
	const struct table *lines;
};

static const char *
cell(const struct page *page, size_t line, const char *column)
{
	return table_cell(page->lines, line, column);
}

/* --- pieces --- */

static void
put_mark(struct page *page, const char *word)
{
	html_mark(&page->html, report_tone(word), report_word(word));
}

static void
put_mark_cell(struct page *page, const char *word)
{
	html_cell_begin(&page->html);
	put_mark(page, word);
	html_cell_end(&page->html);
}

/* A text, and below it in small what the machine calls it. */
static void
put_named_cell(struct page *page, const char *text, const char *name, const char *scope)
{
	struct html *html = &page->html;

	html_cell_begin(html);
	if (text[0] != '\0')
		html_line(html, "div", NULL, text);
	html_begin(html, "span");
	html_attr(html, "class", "code");
	html_text(html, name);
	html_end(html);
	if (scope[0] != '\0')
		html_textf(html, " (%s)", scope);
	html_cell_end(html);
}

/* --- the first sheet --- */

static void
put_facts(struct page *page)
{
	html_facts(&page->html);
	for (size_t i = 0; i < report_facts_n(); i++) {
		struct report_fact fact;

		if (report_fact_at(page->lines, i, &fact))
			html_fact(&page->html, fact.title, fact.text);
	}
	html_end(&page->html);
}

static void
put_states(struct page *page)
{
	const struct html_column columns[] = {
		{_("State"), NULL}, {_("Criteria"), "num"}, {_("What it means"), "most"}};
	struct html *html = &page->html;
	size_t n;
	const struct report_state *states = report_states(&n);

	html_table(html, _("How the criteria stand"), columns, ENTRIES(columns));
	for (size_t i = 0; i < n; i++) {
		put_mark_cell(page, states[i].word);
		html_cell_count(html, report_count(page->lines, 0, page->lines->nrows,
						    states[i].word));
		html_cell(html, _(states[i].about));
	}
	html_table_end(html);
}

static void
put_first(struct page *page, const char *title)
{
	const char *const roles[] = {_("Made by"), _("Checked by"), _("Approved by")};
	struct html *html = &page->html;

	html_begin(html, "section");
	html_attr(html, "class", "sheet");
	html_line(html, "h1", NULL, title);
	put_facts(page);
	put_states(page);
	html_line(html, "p", "small",
		_("Every figure was computed from the settings in force, the store and the log "
		  "at the time given above; nothing is claimed that was not computed. The hash "
		  "stands in the log, in the row of this report: 'warifu log verify' shows that "
		  "the row was not altered."));
	html_signatures(html, roles, ENTRIES(roles));
	html_end(html);
}

/* --- the second sheet --- */

/* A table of many numbers is read by those that are not 0. */
static void
put_count_cell(struct page *page, size_t count)
{
	if (count == 0)
		html_cell(&page->html, "");
	else
		html_cell_count(&page->html, count);
}

static void
put_groups(struct page *page)
{
	const size_t end = page->lines->nrows;
	struct html_column columns[2 + 16] = {{_("Group"), NULL}, {_("Criteria"), "num"}};
	struct html *html = &page->html;
	size_t n;
	const struct report_state *states = report_states(&n);

	for (size_t i = 0; i < n; i++)
		columns[2 + i] = (struct html_column){report_word(states[i].word), "num"};
	html_table(html, _("By groups of criteria"), columns, 2 + n);
	for (size_t line = report_next(page->lines, REPORT_CRITERION, 0, end); line < end;) {
		const size_t next = report_group_end(page->lines, line);

		html_cell(html, cell(page, line, "group"));
		html_cell_count(html, report_count(page->lines, line, next, NULL));
		for (size_t i = 0; i < n; i++)
			put_count_cell(page, report_count(page->lines, line, next, states[i].word));
		line = report_next(page->lines, REPORT_CRITERION, next, end);
	}
	html_table_end(html);
}

/* Met in part, on purpose not, or not: what an auditor asks about first. */
static bool
is_open(const struct page *page, size_t line)
{
	const enum html_tone tone = report_tone(cell(page, line, "state"));

	return tone == HTML_PART || tone == HTML_BAD;
}

/* Why it is open, in one sentence: its own, or that of the first line that is open as well. */
static void
why_open(const struct page *page, size_t line, char text_r[REPORT_TEXT_SIZE])
{
	const size_t end = report_end(page->lines, line);
	const char *why = cell(page, line, "reason");

	(void)snprintf(text_r, REPORT_TEXT_SIZE, "%s", why);
	for (size_t i = line + 1; text_r[0] == '\0' && i < end; i++)
		if (is_open(page, i))
			report_sentence(page->lines, i, text_r);
}

static void
put_open(struct page *page)
{
	const size_t end = page->lines->nrows;
	const struct html_column columns[] = {
		{_("Criterion"), "time"}, {_("State"), NULL}, {_("Why"), "most"}};
	struct html *html = &page->html;
	char why[REPORT_TEXT_SIZE];
	bool any = false;

	html_table(html, _("To be looked at first"), columns, ENTRIES(columns));
	for (size_t line = report_next(page->lines, REPORT_CRITERION, 0, end); line < end;
		line = report_next(page->lines, REPORT_CRITERION, line + 1, end)) {
		if (!is_open(page, line))
			continue;
		any = true;
		html_cell(html, cell(page, line, "criterion"));
		put_mark_cell(page, cell(page, line, "state"));
		why_open(page, line, why);
		html_cell(html, why);
	}
	html_table_end(html);
	if (!any)
		html_line(html, "p", NULL,
			_("Nothing: no criterion is unmet, and none has an exception."));
}

static void
put_second(struct page *page)
{
	html_sheet(&page->html, _("Summary"));
	put_groups(page);
	put_open(page);
	html_end(&page->html);
}

/* --- a criterion --- */

/* "scs4.profile:12": in which folder it lies is for those who have the machine. */
static const char *
file_of(const char *origin)
{
	const char *slash = strrchr(origin, '/');

	return slash != NULL ? slash + 1 : origin;
}

static void
put_setting(struct page *page, size_t line)
{
	put_named_cell(page, cell(page, line, "text"), cell(page, line, "name"),
		cell(page, line, "for"));
	html_cell(&page->html, report_word(cell(page, line, "value")));
	html_cell(&page->html, cell(page, line, "wanted"));
	html_cell(&page->html, report_word(file_of(cell(page, line, "origin"))));
	put_mark_cell(page, cell(page, line, "state"));
}

/* "1,234 / 1,234"; what is no share is "1,234"; "" where nothing was counted. */
static void
put_share_cell(struct page *page, size_t line)
{
	const char *count = cell(page, line, "count"), *total = cell(page, line, "total");
	char texts[2][HTML_COUNT_SIZE];

	html_cell_begin(&page->html);
	if (count[0] != '\0')
		html_textf(&page->html, "%s", html_count(strtoull(count, NULL, 10), texts[0]));
	if (total[0] != '\0')
		html_textf(&page->html, " / %s", html_count(strtoull(total, NULL, 10), texts[1]));
	html_cell_end(&page->html);
}

static void
put_proof(struct page *page, size_t line)
{
	const char *row = cell(page, line, "row");

	put_named_cell(page, cell(page, line, "text"), cell(page, line, "name"), "");
	put_share_cell(page, line);
	html_cell(&page->html, row);
	put_mark_cell(page, cell(page, line, "state"));
}

static void
put_exception(struct page *page, size_t line)
{
	char times[2][REPORT_TIME_SIZE];

	put_named_cell(page, report_why(page->lines, line), cell(page, line, "name"),
		cell(page, line, "value"));
	html_cell(&page->html, cell(page, line, "by"));
	html_cell(&page->html, report_time(page->lines, line, "time", times[0]));
	html_cell(&page->html, report_time(page->lines, line, "until", times[1]));
	put_mark_cell(page, cell(page, line, "state"));
}

static const struct kind {
	enum report_part part;
	struct html_column columns[5];
	size_t ncolumns;
	void (*put)(struct page *page, size_t line);
} kinds[] = {
	{REPORT_SETTING,
		{{N_("Setting"), "detail"}, {N_("In force"), NULL}, {N_("Asked for"), NULL},
			{N_("From"), NULL}, {N_("State"), NULL}},
		5, put_setting},
	{REPORT_PROOF,
		{{N_("Proof"), "most"}, {N_("Share"), "num"}, {N_("Row"), "num"},
			{N_("State"), NULL}},
		4, put_proof},
	{REPORT_EXCEPTION,
		{{N_("Exception"), "wide"}, {N_("Approved by"), NULL}, {N_("On"), "time"},
			{N_("Until"), "time"}, {N_("State"), NULL}},
		5, put_exception},
};

static void
put_lines(struct page *page, const struct kind *kind, size_t line, size_t end)
{
	struct html_column columns[ENTRIES(kind->columns)];

	line = report_next(page->lines, kind->part, line, end);
	if (line == end)
		return;
	for (size_t i = 0; i < kind->ncolumns; i++)
		columns[i] = (struct html_column){
			_(kind->columns[i].title), kind->columns[i].class};
	html_table(&page->html, NULL, columns, kind->ncolumns);
	for (; line < end; line = report_next(page->lines, kind->part, line + 1, end))
		kind->put(page, line);
	html_table_end(&page->html);
}

static void
put_heading(struct page *page, size_t line)
{
	struct html *html = &page->html;

	html_begin(html, "h3");
	html_textf(html, "%s ", cell(page, line, "criterion"));
	put_mark(page, cell(page, line, "state"));
	html_begin(html, "span");
	html_attr(html, "class", "small");
	html_textf(html, _(" (level %s, %s, aim: %s)"), cell(page, line, "level"),
		report_word(cell(page, line, "force")), report_word(cell(page, line, "aim")));
	html_end(html);
	html_end(html);
}

static void
put_criterion(struct page *page, size_t line)
{
	const size_t end = report_end(page->lines, line);
	const char *reason = cell(page, line, "reason");
	struct html *html = &page->html;

	put_heading(page, line);
	html_line(html, "p", "held", cell(page, line, "text"));
	if (reason[0] != '\0')
		html_line(html, "p", "note", reason);
	for (size_t i = 0; i < ENTRIES(kinds); i++)
		put_lines(page, &kinds[i], line + 1, end);
	html_begin(html, "p");
	html_attr(html, "class", "small");
	html_textf(html, _("Hash of the evidence: %s"), cell(page, line, "hash"));
	html_end(html);
}

/* --- the whole --- */

/* "met 10", "not met 1" */
static void
put_group_states(struct page *page, size_t line, size_t end)
{
	size_t n;
	const struct report_state *states = report_states(&n);

	html_begin(&page->html, "p");
	for (size_t i = 0; i < n; i++) {
		const size_t count = report_count(page->lines, line, end, states[i].word);
		char text[128];

		(void)snprintf(text, sizeof(text), "%s: %zu ", report_word(states[i].word), count);
		if (count > 0)
			html_mark(&page->html, states[i].tone, text);
	}
	html_end(&page->html);
}

static void
put_group(struct page *page, size_t line, size_t end)
{
	html_sheet(&page->html, cell(page, line, "group"));
	put_group_states(page, line, end);
	for (line = report_next(page->lines, REPORT_CRITERION, line, end); line < end;
		line = report_next(page->lines, REPORT_CRITERION, line + 1, end))
		put_criterion(page, line);
	html_end(&page->html);
}

void
report_page(const struct table *lines, const char *language, FILE *out)
{
	const size_t end = lines->nrows;
	struct page page = {.lines = lines};
	char title[512];

	(void)snprintf(title, sizeof(title), _("Report per criterion: %s"),
		report_fact(lines, "profile", "text"));
	html_open(&page.html, out, language, title);
	put_first(&page, title);
	put_second(&page);
	for (size_t line = report_next(lines, REPORT_CRITERION, 0, end); line < end;) {
		const size_t next = report_group_end(lines, line);

		put_group(&page, line, next);
		line = report_next(lines, REPORT_CRITERION, next, end);
	}
	html_close(&page.html);
}
