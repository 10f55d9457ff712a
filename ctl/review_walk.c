/*
 * A review with somebody at the terminal: page by page, and for each finding that is open what it
 * was and why.  What has been answered is recorded at once, so whoever stops goes on later where
 * findings are still open.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"
#include "ctl/ask.h"
#include "ctl/prompt.h"
#include "ctl/review.h"

#define PAGE 20 /* rows at a time */
#define ANSWER_SIZE 8
#define NOTE_SIZE 256

enum step { GO_ON, STOP, FAILED };

/* Enter goes on. */
static enum step
wait(const struct review *review)
{
	char answer[ANSWER_SIZE];

	fputc('\n', review->ctl->out);
	for (;;) {
		wf_status status = prompt_line(review->ctl,
			_("Enter goes on, q stops (what was decided stays):"), " ", answer,
			sizeof(answer));

		if (status == WF_UNAVAILABLE)
			return FAILED;
		if (status == WF_OK && (answer[0] == ' ' || answer[0] == 'q'))
			return answer[0] == 'q' ? STOP : GO_ON;
	}
}

static enum step
show_pages(const struct review *review, const struct review_part *part, const struct table *rows)
{
	enum step step = GO_ON;
	size_t from = 0;

	do {
		review_print_rows(review, part, rows, from, PAGE);
		from += PAGE;
		step = wait(review);
	} while (step == GO_ON && from < rows->nrows);
	return step;
}

/* --- a finding --- */

/* The rows of the log that it is about. */
static void
show_finding(const struct review *review, const char *id)
{
	static const char columns[] = "seq time user source service event result reason detail";
	struct ctl *ctl = review->ctl;
	struct table_layout layout;
	struct ask ask;
	struct answer answer;

	ask_init(&ask, "finding.show");
	ask_text(&ask, "id", id);
	ask_daemon(ctl, &ask, &answer);
	if (answer_complain(ctl, &answer) == CTL_OK) {
		table_lay_out(&answer.table, columns, ctl->width, 2, &layout);
		table_print_laid(&answer.table, &layout, ctl->header, ctl->out);
		fprintf(ctl->out, "%s\n", answer.text);
	}
	answer_clear(&answer);
}

/* Why it stays open, if it does, is told. */
static void
close_finding(const struct review *review, const struct table *findings, size_t row,
	const char *level, const char *reason)
{
	struct ask ask;
	struct answer answer;

	ask_init(&ask, "finding.close");
	ask_text(&ask, "id", table_cell(findings, row, "id"));
	ask_text(&ask, "found", table_cell(findings, row, "level"));
	ask_text(&ask, "level", level);
	ask_text(&ask, "reason", reason);
	ask_text(&ask, "ticket", args_option(review->parsed, "ticket"));
	ask_daemon(review->ctl, &ask, &answer);
	if (answer_complain(review->ctl, &answer) == CTL_OK)
		fprintf(review->ctl->out, "%s\n", answer.text);
	answer_clear(&answer);
}

static enum step
decide(const struct review *review, const struct table *findings, size_t row, const char *level)
{
	char reason[NOTE_SIZE];
	wf_status status =
		prompt_line(review->ctl, _("Why, in a few words:"), NULL, reason, sizeof(reason));

	if (status == WF_UNAVAILABLE)
		return FAILED;
	if (status == WF_OK)
		close_finding(review, findings, row, level, reason);
	return GO_ON;
}

static enum step
ask_finding(const struct review *review, const struct table *findings, size_t row)
{
	for (;;) {
		char answer[ANSWER_SIZE];
		wf_status status = prompt_line(review->ctl,
			_("What was it? 0 nothing, 1, 2, 3 the worst; r its rows, s later, q "
			  "stop:"),
			"s", answer, sizeof(answer));

		if (status == WF_UNAVAILABLE)
			return FAILED;
		if (status != WF_OK || answer[1] != '\0' || strchr("0123rsq", answer[0]) == NULL)
			continue;
		if (answer[0] == 's' || answer[0] == 'q')
			return answer[0] == 'q' ? STOP : GO_ON;
		if (answer[0] != 'r')
			return decide(review, findings, row, answer);
		show_finding(review, table_cell(findings, row, "id"));
	}
}

static enum step
go_through_findings(const struct review *review, const struct table *findings)
{
	enum step step = GO_ON;

	for (size_t row = 0; step == GO_ON && row < findings->nrows; row++) {
		if (strcmp(table_cell(findings, row, "state"), "open") != 0)
			continue;
		fputc('\n', review->ctl->out);
		table_print_vertical(findings, row,
			"id level text user source first last rows own", review->ctl->width,
			review->ctl->out);
		step = ask_finding(review, findings, row);
	}
	return step;
}

/* --- the parts --- */

static enum step
go_through_part(const struct review *review, const struct review_part *part)
{
	struct table rows;
	enum step step = FAILED;

	review_print_heading(review, _(part->title));
	if (review_part_rows(review, part, &rows) == CTL_OK)
		step = show_pages(review, part, &rows);
	if (step == GO_ON && part == &review_parts[0])
		step = go_through_findings(review, &rows);
	table_clear(&rows);
	return step;
}

static int
finish(struct review *review)
{
	char note[NOTE_SIZE];
	bool yes = false;
	int code = review_refresh(review);

	if (code != CTL_OK)
		return code;
	if (!review_can_be_signed(review)) {
		const uint64_t open = review_number(review, "findings-open");

		if (open > 0)
			fprintf(review->ctl->out,
				WF_NGETTEXT("%llu finding is still open: the month is signed when "
					    "it is decided on.\n",
					"%llu findings are still open: the month is signed when "
					"they are decided on.\n",
					open),
				(unsigned long long)open);
		return CTL_OK;
	}
	if (prompt_yes(review->ctl, _("Sign that you have reviewed this month? (yes/no)"), &yes) !=
			WF_OK ||
		!yes)
		return CTL_OK;
	if (prompt_line(review->ctl, _("What was looked at and found:"), NULL, note,
		    sizeof(note)) != WF_OK)
		return CTL_NO;
	return review_sign(review, note);
}

int
review_go_through(struct review *review)
{
	enum step step;

	review_print_summary(review);
	step = wait(review);
	for (size_t i = 0; step == GO_ON && i < REVIEW_FIGURES; i++)
		if (review_print_figures(review, i))
			step = wait(review);
	for (size_t i = 0; step == GO_ON && i < REVIEW_PARTS; i++)
		step = go_through_part(review, &review_parts[i]);
	if (step == FAILED)
		return CTL_NO;
	return step == STOP ? CTL_OK : finish(review);
}
