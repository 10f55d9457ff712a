/* The parts of a review as tables for people. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"
#include "ctl/review.h"
#include "ctl/review_ask.h"
#include "ctl/text.h"

#define ENTRIES(array) (sizeof(array) / sizeof((array)[0]))
#define ROW_COLUMNS "seq time operator user source event result own detail"

const struct review_part review_parts[REVIEW_PARTS] = {
	{"findings", N_("Findings"), "review.findings",
		"id level state decided last user source closed-by own text",
		N_("Nothing was found.")},
	{"locks", N_("Accounts that were locked"), "review.rows",
		"seq time user source service detail", N_("No account was locked.")},
	{"unlocks", N_("Accounts that were opened again"), "review.rows", ROW_COLUMNS,
		N_("Nobody opened an account.")},
	{"tokens", N_("Tokens: new, confirmed, removed"), "review.rows", ROW_COLUMNS,
		N_("No token was touched.")},
	{"acts", N_("Other administrative acts"), "review.rows", ROW_COLUMNS,
		N_("Nobody administered anything.")},
	{"faults", N_("Failures of the log"), "review.rows", "seq time event source result detail",
		N_("The log did not fail.")},
	{"accounts", N_("Accounts that nobody uses, as they stand now"), "review.accounts",
		"user kind state created last-login display", N_("Every account was used.")},
};

/* --- rows --- */

struct gathering {
	struct table *rows;
	wf_status status;
};

static void
gather(void *ctx, const struct table *rows)
{
	struct gathering *gathering = ctx;

	if (gathering->status == WF_OK)
		gathering->status = table_append(gathering->rows, rows);
}

int
review_part_rows(const struct review *review, const struct review_part *part, struct table *rows_r)
{
	const bool list = strcmp(part->act, "review.rows") == 0;
	struct gathering gathering = {.rows = rows_r};
	const struct review_listing listing = {.act = part->act,
		.list = list ? part->key : NULL,
		.key = list ? "seq" : "id",
		.put = gather,
		.ctx = &gathering};
	int code;

	table_init(rows_r);
	code = review_walk(review->ctl, review_cell(review, "month"), &listing);
	if (gathering.status == WF_OK)
		return code;
	ctl_error(review->ctl, "%s", _(wf_status_text(gathering.status)));
	return CTL_NO;
}

void
review_print_heading(const struct review *review, const char *title)
{
	struct ctl *ctl = review->ctl;

	fprintf(ctl->out, ctl->colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", title);
}

static uint64_t
list_rows(const struct review *review, const char *list)
{
	const struct table *figures = &review->figures;

	for (size_t i = 0; i < figures->nrows; i++)
		if (strcmp(table_cell(figures, i, "part"), "list") == 0 &&
			strcmp(table_cell(figures, i, "name"), list) == 0)
			return strtoull(table_cell(figures, i, "other"), NULL, 10);
	return 0;
}

/* The log has the others. */
static void
say_unlisted(const struct review *review, const struct review_part *part, size_t named)
{
	const uint64_t all = list_rows(review, part->key);

	if (all > named)
		fprintf(review->ctl->out,
			_("... and %llu more: 'warifu log --since %s --until %s' shows them.\n"),
			(unsigned long long)(all - named), review_cell(review, "month"),
			review_cell(review, "month"));
}

void
review_print_rows(const struct review *review, const struct review_part *part,
	const struct table *rows, size_t from, size_t most)
{
	struct ctl *ctl = review->ctl;
	struct table_layout layout;
	struct table some = *rows;

	if (rows->nrows == 0) {
		fprintf(ctl->out, "%s\n", _(part->none));
		return;
	}
	some.cells += from * some.ncolumns;
	some.nrows = rows->nrows - from < most ? rows->nrows - from : most;
	table_lay_out(&some, part->columns, ctl->width, 2, &layout);
	table_print_laid(&some, &layout, ctl->header, ctl->out);
	if (from + some.nrows == rows->nrows)
		say_unlisted(review, part, rows->nrows);
}

/* --- summary --- */

static const struct {
	const char *state;
	const char *text;
} remarks[] = {
	{"open", N_("The month has not ended: this is how it stands now, and cannot be signed.")},
	{"empty", N_("The log has no row of this month.")},
	{"expired", N_("The rows of this month have expired: there is nothing left to look at.")},
	{"partly-expired",
		N_("A part of this month's rows has expired: what is told here is of the others.")},
};

static const struct {
	const char *column;
	const char *text;
} warnings[] = {
	{"damaged", N_("Rows that cannot be read: %llu. Run 'warifu log verify' before anything "
		       "else.")},
	{"own-acts", N_("Administrative acts of yours: %llu. They are marked; let somebody else "
			"look at them, too.")},
};

static void
say_number(struct ctl *ctl, const char *text, uint64_t n)
{
	const char *at = strstr(text, "%llu");

	if (at != NULL)
		ctl_say(ctl, "%.*s%llu%s", (int)(at - text), text, (unsigned long long)n,
			at + strlen("%llu"));
}

void
review_print_summary(const struct review *review)
{
	struct ctl *ctl = review->ctl;

	table_print_vertical(&review->show, 0,
		"month state rows expired-rows success failure refused unavailable other "
		"findings-open findings-level signed-by signed-at",
		ctl->width, ctl->out);
	for (size_t i = 0; i < ENTRIES(remarks); i++)
		if (strcmp(review_cell(review, "state"), remarks[i].state) == 0)
			ctl_say(ctl, "%s", _(remarks[i].text));
	for (size_t i = 0; i < ENTRIES(warnings); i++)
		if (review_number(review, warnings[i].column) > 0)
			say_number(ctl, _(warnings[i].text),
				review_number(review, warnings[i].column));
	if (review_number(review, "signed") > 0 &&
		strcmp(review_cell(review, "unchanged"), "1") != 0)
		ctl_say(ctl, "%s",
			review_number(review, "expired-rows") > 0
				? _("Rows have expired: it cannot be compared any more with what "
				    "was signed.")
				: _("It is not any more what was signed: findings were added, or "
				    "decided anew."));
}

/* --- figures --- */

static const struct {
	const char *part, *title;
} figure_parts[REVIEW_FIGURES] = {
	{"day", N_("Logins by day")},
	{"service", N_("Logins by service")},
	{"source", N_("Logins by source")},
	{"kinds", N_("Logins by what was proved")},
	{"reason", N_("Why they did not succeed")},
	{"event", N_("Rows that are no logins")},
};

static const char *
name_of(const struct table *figures, size_t row)
{
	const char *name = table_cell(figures, row, "name");

	if (strcmp(table_cell(figures, row, "rest"), "1") == 0)
		return _("(all others)");
	return name[0] == '\0' ? _("(none)") : name;
}

static const char *const counts[] = {"success", "failure", "refused", "unavailable", "other"};

static bool
has_count(const struct table *rows, size_t row, const char *count)
{
	return strcmp(table_cell(rows, row, count), "0") != 0;
}

static bool
is_idle(const struct table *figures, size_t row)
{
	for (size_t i = 0; i < ENTRIES(counts); i++)
		if (has_count(figures, row, counts[i]))
			return false;
	return true;
}

/* The part's rows with anything in them, under a name for people in a column called as the part. */
static bool
pick(const struct table *figures, const char *part, struct table *picked_r)
{
	const int name = table_column(figures, "name");
	struct table none = *figures;
	bool fine;

	none.nrows = 0;
	table_init(picked_r);
	fine = name >= 0 && table_append(picked_r, &none) == WF_OK;
	for (size_t row = 0; fine && row < figures->nrows; row++) {
		const char *cells[TABLE_COLUMNS_MAX];

		if (strcmp(table_cell(figures, row, "part"), part) != 0 || is_idle(figures, row))
			continue;
		memcpy(cells, figures->cells + row * figures->ncolumns,
			figures->ncolumns * sizeof(cells[0]));
		cells[name] = name_of(figures, row);
		fine = table_add_row(picked_r, cells, figures->ncolumns) == WF_OK;
	}
	if (name >= 0)
		text_copy(picked_r->columns[name].name, sizeof(picked_r->columns[name].name), part);
	return fine;
}

/* "service success failure": those in which there is anything. */
static void
pick_columns(const struct table *rows, const char *part, char *columns_r, size_t size)
{
	struct text text;

	text_init(&text, columns_r, size);
	text_add(&text, "%s", part);
	for (size_t i = 0; i < ENTRIES(counts); i++)
		for (size_t row = 0; row < rows->nrows; row++)
			if (has_count(rows, row, counts[i])) {
				text_add(&text, " %s", counts[i]);
				break;
			}
}

bool
review_print_figures(const struct review *review, size_t part)
{
	struct ctl *ctl = review->ctl;
	const char *name = figure_parts[part].part;
	struct table_layout layout;
	struct table rows;
	bool any = false;
	char columns[128];

	if (!pick(&review->figures, name, &rows))
		ctl_error(ctl, "%s", _(wf_status_text(WF_NO_MEMORY)));
	else if (rows.nrows > 0) {
		any = true;
		review_print_heading(review, _(figure_parts[part].title));
		pick_columns(&rows, name, columns, sizeof(columns));
		table_lay_out(&rows, columns, ctl->width, 2, &layout);
		table_print_laid(&rows, &layout, ctl->header, ctl->out);
	}
	table_clear(&rows);
	return any;
}

int
review_print(const struct review *review)
{
	int code = CTL_OK;

	review_print_summary(review);
	for (size_t i = 0; i < REVIEW_FIGURES; i++)
		(void)review_print_figures(review, i);
	for (size_t i = 0; code == CTL_OK && i < REVIEW_PARTS; i++) {
		struct table rows;

		code = review_part_rows(review, &review_parts[i], &rows);
		if (code == CTL_OK) {
			review_print_heading(review, _(review_parts[i].title));
			review_print_rows(review, &review_parts[i], &rows, 0, SIZE_MAX);
		}
		table_clear(&rows);
	}
	return code;
}
