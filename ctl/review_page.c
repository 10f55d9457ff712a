/*
 * On the first sheet what a president signs; behind it what an auditor reads. Rows go from the
 * daemon to the file as they come, so that a busy month takes no more memory than a quiet one.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/html_rows.h"
#include "ctl/outfile.h"
#include "ctl/review_ask.h"
#include "ctl/review_page.h"
#include "ctl/review_plots.h"
#include "ctl/text.h"
#include "ctl/when.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))
#define LINE_MAX_SIZE 600
#define LIST_SHOWN 200 /* rows of a list that are printed; all of them are in the log */

struct page {
	struct ctl *ctl;
	const struct table *show;    /* borrowed */
	const struct table *figures; /* borrowed */
	struct html html;
	char host[256];
};

/* --- the first sheet --- */

static const char *
shown(const struct page *page, const char *column)
{
	return table_cell(page->show, 0, column);
}

static uint64_t
number(const struct page *page, const char *column)
{
	return strtoull(shown(page, column), NULL, 10);
}

static bool
is_set(const struct page *page, const char *column)
{
	return strcmp(shown(page, column), "1") == 0;
}

static int64_t
moment(const struct page *page, const char *column)
{
	return (int64_t)strtoll(shown(page, column), NULL, 10);
}

/* "2026-10-01 00:00:00 - 2026-11-01 00:00:00 (JST)"; the end is no part of it. */
static void
period_text(const struct page *page, struct text *text)
{
	char from[32], until[32], zone[32] = "";
	const time_t seconds = (time_t)(moment(page, "from") / 1000000);
	struct tm local;

	when_format(moment(page, "from"), from);
	when_format(moment(page, "until"), until);
	if (localtime_r(&seconds, &local) != NULL)
		(void)strftime(zone, sizeof(zone), "%Z %z", &local);
	text_add(text, "%s \u2013 %s (%s)", from, until, zone);
}

static void
rows_text(const struct page *page, struct text *text)
{
	char count[HTML_COUNT_SIZE];

	text_add(text, "%s", html_count(number(page, "rows"), count));
	if (number(page, "expired-rows") > 0)
		text_add(text, _("; expired: %s"), html_count(number(page, "expired-rows"), count));
}

static void
logins_text(const struct page *page, struct text *text)
{
	char counts[5][HTML_COUNT_SIZE];

	text_add(text,
		_("success %s, failure %s, refused unevaluated %s, could not tell %s, other %s"),
		html_count(number(page, "success"), counts[0]),
		html_count(number(page, "failure"), counts[1]),
		html_count(number(page, "refused"), counts[2]),
		html_count(number(page, "unavailable"), counts[3]),
		html_count(number(page, "other"), counts[4]));
}

static void
findings_text(const struct page *page, struct text *text)
{
	char counts[2][HTML_COUNT_SIZE];

	if (number(page, "findings") == 0)
		text_add(text, "%s", _("none"));
	else
		text_add(text, _("%s, of which %s open; highest level: %s"),
			html_count(number(page, "findings"), counts[0]),
			html_count(number(page, "findings-open"), counts[1]),
			shown(page, "findings-level"));
}

static void
own_text(const struct page *page, struct text *text)
{
	char count[HTML_COUNT_SIZE];

	text_add(text, "%s", html_count(number(page, "own-acts"), count));
}

/* What has expired is no change that somebody made. */
static const char *
since_signed(const struct page *page)
{
	if (is_set(page, "unchanged"))
		return _("nothing has changed since");
	return number(page, "expired-rows") > 0
		       ? _("rows have expired, so it cannot be compared any more")
		       : _("figures or decisions have changed since");
}

static void
signed_text(const struct page *page, struct text *text)
{
	char when[32], row[HTML_COUNT_SIZE];

	if (number(page, "signed") == 0) {
		text_add(text, "%s", _("not signed"));
		return;
	}
	when_format(moment(page, "signed-at"), when);
	text_add(text, _("%s by %s, row %s of the log; %s"), when, shown(page, "signed-by"),
		html_count(number(page, "signed-row"), row), since_signed(page));
}

static void
host_text(const struct page *page, struct text *text)
{
	text_add(text, "%s", page->host);
}

static void
made_text(const struct page *page, struct text *text)
{
	char now[32];

	when_format(wf_clock_now(&page->ctl->clock).wall_us, now);
	text_add(text, "%s, %s", now, PACKAGE_STRING);
}

static void
hash_text(const struct page *page, struct text *text)
{
	text_add(text, "%s", shown(page, "hash"));
}

static void
head_text(const struct page *page, struct text *text)
{
	text_add(text, "%s", shown(page, "head")[0] != '\0' ? shown(page, "head") : "-");
}

static const struct fact {
	const char *title;
	void (*text)(const struct page *page, struct text *text);
} facts[] = {
	{N_("Host"), host_text},
	{N_("Period"), period_text},
	{N_("Rows of the log"), rows_text},
	{N_("Logins"), logins_text},
	{N_("Findings"), findings_text},
	{N_("The reviewer's own administrative acts"), own_text},
	{N_("Signed off"), signed_text},
	{N_("Hash of what was reviewed"), hash_text},
	{N_("Hash of the chain at its end"), head_text},
	{N_("Made"), made_text},
};

static void
put_facts(struct page *page)
{
	html_facts(&page->html);
	for (size_t i = 0; i < ENTRIES(facts); i++) {
		char buffer[LINE_MAX_SIZE];
		struct text text;

		text_init(&text, buffer, sizeof(buffer));
		facts[i].text(page, &text);
		html_fact(&page->html, _(facts[i].title), buffer);
	}
	html_end(&page->html);
}

/* What somebody must know before he believes the figures. */
static void
put_warnings(struct page *page)
{
	static const struct {
		const char *state, *text;
	} states[] = {
		{"open", N_("Interim: the month is not over, and what is to come is not in here.")},
		{"partly-expired",
			N_("Rows of this month have expired and are gone: the figures are of what "
			   "is left.")},
		{"expired", N_("The rows of this month have expired and are gone: nothing is left "
			       "to count.")},
		{"empty", N_("The log has no row of this month.")},
	};

	for (size_t i = 0; i < ENTRIES(states); i++)
		if (strcmp(shown(page, "state"), states[i].state) == 0)
			html_line(&page->html, "p", "note warn", _(states[i].text));
	if (number(page, "findings-open") > 0)
		html_line(&page->html, "p", "note warn",
			_("Findings are open: the month cannot be signed off before somebody has "
			  "decided on each."));
}

static void
put_first(struct page *page, const char *heading)
{
	const char *const roles[] = {_("Made by"), _("Checked by"), _("Approved by")};

	html_cover(&page->html, heading);
	put_warnings(page);
	put_facts(page);
	review_plot_days(&page->html, page->figures);
	review_plot_hours(&page->html, page->figures);
	html_signatures(&page->html, roles, ENTRIES(roles));
	html_end(&page->html);
}

/* --- findings --- */

static void
put_break(struct html *html)
{
	html_begin(html, "br");
	html_end(html);
}

/* What was found, whom it is about, and when. */
static void
put_found(struct html *html, const struct table *rows, size_t row)
{
	const char *user = table_cell(rows, row, "user"), *source = table_cell(rows, row, "source");
	char times[2][32];

	html_cell_begin(html);
	html_text(html, table_cell(rows, row, "text"));
	put_break(html);
	if (user[0] != '\0')
		html_textf(html, _("Account: %s"), user);
	if (user[0] != '\0' && source[0] != '\0')
		html_text(html, "; ");
	if (source[0] != '\0')
		html_textf(html, _("source: %s"), source);
	if (user[0] != '\0' || source[0] != '\0')
		put_break(html);
	when_format(strtoll(table_cell(rows, row, "first"), NULL, 10), times[0]);
	when_format(strtoll(table_cell(rows, row, "last"), NULL, 10), times[1]);
	html_textf(html, "%s \u2013 %s", times[0], times[1]);
	html_cell_end(html);
}

static void
put_decision(struct html *html, const struct table *rows, size_t row)
{
	char when[32], level[64];

	html_cell_begin(html);
	if (strcmp(table_cell(rows, row, "state"), "closed") != 0) {
		html_mark(html, HTML_BAD, _("open"));
		html_cell_end(html);
		return;
	}
	(void)snprintf(level, sizeof(level), _("Level %s"), table_cell(rows, row, "decided"));
	html_mark(html, HTML_GOOD, level);
	put_break(html);
	html_text(html, table_cell(rows, row, "reason"));
	put_break(html);
	when_format(strtoll(table_cell(rows, row, "closed"), NULL, 10), when);
	html_textf(html, "%s, %s", table_cell(rows, row, "closed-by"), when);
	if (strcmp(table_cell(rows, row, "own"), "1") == 0)
		html_textf(html, " (%s)", _("own act"));
	html_cell_end(html);
}

static void
put_findings_part(void *ctx, const struct table *rows)
{
	struct html *html = ctx;

	for (size_t row = 0; row < rows->nrows; row++) {
		html_cell(html, table_cell(rows, row, "id"));
		html_cell(html, table_cell(rows, row, "level"));
		put_found(html, rows, row);
		html_cell_count(html, strtoull(table_cell(rows, row, "rows"), NULL, 10));
		put_decision(html, rows, row);
	}
}

static int
put_findings(struct page *page)
{
	const struct html_column columns[] = {{_("ID"), "num"}, {_("Level"), "num"},
		{_("Finding"), "wide"}, {_("Rows"), "num"}, {_("Decision"), "wide"}};
	const struct review_listing listing = {.act = "review.findings",
		.key = "id",
		.put = put_findings_part,
		.ctx = &page->html};
	int code;

	html_line(&page->html, "h3", NULL, _("Findings"));
	if (number(page, "findings") == 0) {
		html_line(&page->html, "p", NULL, _("Nothing was found in this month."));
		return CTL_OK;
	}
	html_table(&page->html, NULL, columns, ENTRIES(columns));
	code = review_walk(page->ctl, shown(page, "month"), &listing);
	html_table_end(&page->html);
	return code;
}

/* --- lists --- */

static const struct list {
	const char *list; /* NULL: accounts */
	const char *title, *columns, *none;
} lists[] = {
	{"locks", N_("Accounts that were locked"), "seq time user source service reason",
		N_("No account was locked.")},
	{"unlocks", N_("Accounts that were unlocked"), "seq time operator user ticket detail own",
		N_("No account was unlocked.")},
	{"tokens", N_("Tokens added, confirmed and removed"),
		"seq time operator event user detail own", N_("No token was added or removed.")},
	{"acts", N_("Other administrative acts"), "seq time operator event user detail own",
		N_("There was no other administrative act.")},
	{"faults", N_("Failures of the log"), "seq time event reason detail",
		N_("The log did not fail.")},
	{NULL, N_("Accounts that nobody used"), "user display kind created last-login",
		N_("Every account was used.")},
};

static void
put_rows(void *ctx, const struct table *rows)
{
	html_rows_put(ctx, rows);
}

/* That not all of it is printed. */
static void
put_cut(struct page *page, const struct list *list)
{
	uint64_t all = review_list_rows(page->figures, list->list);
	char counts[2][HTML_COUNT_SIZE];

	if (all <= LIST_SHOWN)
		return;
	html_begin(&page->html, "p");
	html_attr(&page->html, "class", "note");
	html_textf(&page->html,
		_("The first %s of %s rows; 'warifu review' goes through all of them."),
		html_count(LIST_SHOWN, counts[0]), html_count(all, counts[1]));
	html_end(&page->html);
}

static int
put_list(struct page *page, const struct list *list)
{
	struct html_rows rows;
	const struct review_listing listing = {.act = list->list != NULL ? "review.rows"
								  : "review.accounts",
		.list = list->list,
		.key = list->list != NULL ? "seq" : "id",
		.most = list->list != NULL ? LIST_SHOWN : 0,
		.put = put_rows,
		.ctx = &rows};
	int code;

	html_line(&page->html, "h3", NULL, _(list->title));
	html_rows_begin(&rows, &page->html, list->columns);
	code = review_walk(page->ctl, shown(page, "month"), &listing);
	if (!html_rows_end(&rows))
		html_line(&page->html, "p", NULL, _(list->none));
	else if (list->list != NULL)
		put_cut(page, list);
	return code;
}

static int
put_lists(struct page *page)
{
	int code;

	html_sheet(&page->html, _("What was found, and what was done"));
	code = put_findings(page);
	for (size_t i = 0; code == CTL_OK && i < ENTRIES(lists); i++)
		code = put_list(page, &lists[i]);
	html_end(&page->html);
	return code;
}

/* --- the whole --- */

static void
put_logins(struct page *page)
{
	html_sheet(&page->html, _("Logins"));
	review_plot_parts(&page->html, page->figures);
	html_end(&page->html);
}

static void
put_days(struct page *page)
{
	html_sheet(&page->html, _("Figures per day"));
	review_day_figures(&page->html, page->figures);
	html_end(&page->html);
}

static int
write_page(FILE *out, void *ctx)
{
	struct page *page = ctx;
	char heading[LINE_MAX_SIZE / 2], title[LINE_MAX_SIZE];
	int code;

	(void)snprintf(heading, sizeof(heading), _("Monthly review of the log: %s"),
		shown(page, "month"));
	(void)snprintf(title, sizeof(title), "%s \u2013 %s", heading, page->host);
	html_open(&page->html, out, page->ctl->language, title);
	put_first(page, heading);
	put_logins(page);
	code = put_lists(page);
	put_days(page);
	html_close(&page->html);
	return code;
}

int
review_page(struct ctl *ctl, const struct table *show, const char *path)
{
	const struct review_listing figures = {.act = "review.figures"};
	struct page page = {.ctl = ctl, .show = show};
	struct answer answer;
	int code = review_fetch(ctl, table_cell(show, 0, "month"), &figures, NULL, &answer);

	page.figures = &answer.table;
	if (gethostname(page.host, sizeof(page.host) - 1) != 0)
		page.host[0] = '\0';
	if (code == CTL_OK)
		code = outfile_write_utf8(ctl, path, write_page, &page);
	if (code == CTL_OK)
		ctl_say(ctl, _("The review is in %s."), path);
	answer_clear(&answer);
	return code;
}
