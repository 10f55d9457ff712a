/*
 * The log, page by page. Without --since the newest rows are fetched and shown in the order of
 * time; with it, everything from that time on.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/handlers.h"
#include "ctl/stop.h"
#include "ctl/text.h"
#include "ctl/wrap.h"

#define PAGE 500
#define LIMIT_DEFAULT 100
#define FOLLOW_SECONDS 1
#define KEEP 6 /* columns that a narrow terminal shows in any case */

struct view {
	struct ctl *ctl;
	const struct parsed *parsed;
	bool newest;	  /* pages go back in time */
	int64_t left;	  /* rows still wanted; -1 = all */
	char after[24];	  /* sequence number of the last row looked at; "" = none */
	bool more;	  /* the page ended before its time: there may be rows behind it */
	bool printed;	  /* anything at all: separators and headers */
	bool laid_out;
	struct table_layout layout; /* of the first page, for all of them */
	char columns[256];
	int code;
};

/* One page of at most `want` rows. */
static bool
fetch(struct view *view, int64_t want, struct answer *answer)
{
	struct ask ask;

	ask_init(&ask, "log");
	view->code = ask_parsed(view->ctl, &ask, view->parsed);
	if (view->code != CTL_OK)
		return false;
	ask_text(&ask, "after", view->after[0] != '\0' ? view->after : NULL);
	ask_text(&ask, "order", view->newest ? "newest" : "oldest");
	ask_number(&ask, "limit", want);
	ask.slow = true;
	ask_daemon(view->ctl, &ask, answer);
	view->code = answer_complain(view->ctl, answer);
	if (view->code == CTL_OK)
		return true;
	answer_clear(answer);
	return false;
}

static void
remember_last(struct view *view, const struct table *table)
{
	if (table->nrows > 0)
		snprintf(view->after, sizeof(view->after), "%s",
			table_cell(table, table->nrows - 1, "seq"));
}

/* A last row of nothing but its number says how far the daemon has looked. */
static void
take_place(struct view *view, struct table *table)
{
	remember_last(view, table);
	view->more = table->nrows > 0 && table_column(table, "time") >= 0 &&
		     table_cell(table, table->nrows - 1, "time")[0] == '\0';
	if (view->more)
		table_drop_last(table);
}

static void
reverse_rows(struct table *table)
{
	for (size_t low = 0, high = table->nrows; low + 1 < high; low++) {
		high--;
		for (size_t i = 0; i < table->ncolumns; i++) {
			char *cell = table->cells[low * table->ncolumns + i];

			table->cells[low * table->ncolumns + i] =
				table->cells[high * table->ncolumns + i];
			table->cells[high * table->ncolumns + i] = cell;
		}
	}
}

static void
show_rows(struct view *view, const struct table *table)
{
	struct ctl *ctl = view->ctl;
	bool wide = args_option(view->parsed, "wide") != NULL ||
		    args_option(view->parsed, "columns") != NULL;

	if (!view->laid_out)
		table_lay_out(
			table, view->columns, wide ? 0 : ctl->width, KEEP, &view->layout);
	view->laid_out = true;
	table_print_laid(
		table, &view->layout, view->printed ? HEADER_NONE : ctl->header, ctl->out);
	view->printed = view->printed || table->nrows > 0;
}

static void
show_page(struct view *view, const struct table *table, bool lines)
{
	FILE *out = view->ctl->out;

	if (!view->ctl->json) {
		show_rows(view, table);
		return;
	}
	for (size_t row = 0; row < table->nrows; row++) {
		if (!lines && view->printed)
			fputs(",\n", out);
		if (table_print_json_row(table, row, out) != WF_OK)
			ctl_unwritten(view->ctl);
		view->printed = true;
	}
}

/* Fetches what is wanted; `keep` NULL shows each page at once. False on failure. */
static bool
walk(struct view *view, struct table *keep, bool lines)
{
	for (;;) {
		int64_t want = view->left < 0 || view->left > PAGE ? PAGE : view->left;
		struct answer answer;
		size_t got;

		if (want == 0)
			return true;
		if (!fetch(view, want, &answer))
			return false;
		take_place(view, &answer.table);
		got = answer.table.nrows;
		if (keep == NULL && got > 0)
			show_page(view, &answer.table, lines);
		else if (keep != NULL && table_append(keep, &answer.table) != WF_OK)
			view->code = CTL_NO;
		answer_clear(&answer);
		if (view->left > 0)
			view->left -= (int64_t)got < view->left ? (int64_t)got : view->left;
		if (view->code != CTL_OK || ((int64_t)got < want && !view->more))
			return view->code == CTL_OK;
	}
}

/* The newest rows, in the order of time; `after` is the newest one afterwards. */
static bool
show_newest(struct view *view, bool lines)
{
	struct table rows;
	bool fine;

	table_init(&rows);
	view->newest = true;
	fine = walk(view, &rows, lines);
	if (fine) {
		reverse_rows(&rows);
		if (rows.nrows > 0)
			show_page(view, &rows, lines);
		remember_last(view, &rows);
	}
	table_clear(&rows);
	view->newest = false;
	return fine;
}

/* Goes on until interrupted. */
static void
follow(struct view *view)
{
	const struct timespec pause = {FOLLOW_SECONDS, 0};

	stop_on_signals();
	if (view->after[0] == '\0')
		snprintf(view->after, sizeof(view->after), "0");
	while (!stop_wanted()) {
		view->left = -1;
		fflush(view->ctl->out);
		nanosleep(&pause, NULL);
		if (stop_wanted() || !walk(view, NULL, true))
			return;
	}
}

/* "time,user" as the table wants it: "time user". */
static void
choose_columns(struct view *view)
{
	const char *given = args_option(view->parsed, "columns");

	text_copy(view->columns, sizeof(view->columns),
		given != NULL ? given : view->parsed->command->columns);
	for (char *at = view->columns; *at != '\0'; at++)
		if (*at == ',')
			*at = ' ';
}

int
ctl_log(struct ctl *ctl, const struct parsed *parsed)
{
	const char *limit = args_option(parsed, "limit");
	bool since = args_option(parsed, "since") != NULL;
	bool lines = args_option(parsed, "follow") != NULL;
	struct view view = {.ctl = ctl, .parsed = parsed, .left = since ? -1 : LIMIT_DEFAULT};
	bool fine;

	choose_columns(&view);
	if (limit != NULL)
		view.left = strtoll(limit, NULL, 10);
	if (ctl->json && !lines)
		fputs("[\n", ctl->out);
	fine = since ? walk(&view, NULL, lines) : show_newest(&view, lines);
	if (ctl->json && !lines)
		fputs("]\n", ctl->out);
	if (fine && !view.printed && !ctl->json && !lines)
		wrap_print(_(parsed->command->empty), 0, ctl->width, ctl->out);
	if (fine && lines)
		follow(&view);
	return view.code;
}

/* Without a reason nobody is asked to hold it: what holds is shown. */
int
ctl_log_hold(struct ctl *ctl, const struct parsed *parsed)
{
	struct parsed shown = *parsed;

	if (args_option(parsed, "reason") != NULL || args_option(parsed, "ticket") != NULL)
		return ctl_run_act(ctl, parsed);
	shown.command = command_find("log", "held");
	return ctl_run_act(ctl, &shown);
}
