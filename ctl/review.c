/*
 * review: counts a month of the log (the daemon does, some rows with each question), then shows it,
 * writes it for programs or as a page, goes through it with whoever sits at the terminal, or signs.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/i18n.h"
#include "ctl/handlers.h"
#include "ctl/review.h"
#include "ctl/review_ask.h"
#include "ctl/review_page.h"

/* --- counting --- */

const char *
review_cell(const struct review *review, const char *column)
{
	return table_cell(&review->show, 0, column);
}

uint64_t
review_number(const struct review *review, const char *column)
{
	return strtoull(review_cell(review, column), NULL, 10);
}

/* On a terminal alone, and on one line that goes away in the end. */
static void
show_progress(const struct review *review, bool complete)
{
	struct ctl *ctl = review->ctl;

	if (!ctl->out_is_tty || ctl->json)
		return;
	fputs("\r\033[K", ctl->err);
	if (!complete)
		fprintf(ctl->err, _("%s: %llu of about %llu rows counted"),
			review_cell(review, "month"),
			(unsigned long long)review_number(review, "counted"),
			(unsigned long long)review_number(review, "rows"));
	fflush(ctl->err);
}

static int
count_on(struct review *review, const char *month)
{
	const struct review_listing listing = {.act = "review.show"};
	struct answer answer;
	int code = review_fetch(review->ctl, month, &listing, NULL, &answer);

	if (code == CTL_OK) {
		table_clear(&review->show);
		review->show = answer.table;
		table_init(&answer.table);
	}
	answer_clear(&answer);
	return code;
}

static int
count(struct review *review, const char *month)
{
	bool complete = false, waited = false;
	int code;

	do {
		code = count_on(review, month);
		complete = strcmp(review_cell(review, "complete"), "1") == 0;
		if (code == CTL_OK && (waited || !complete))
			show_progress(review, complete);
		waited = true;
	} while (code == CTL_OK && !complete);
	return code;
}

int
review_refresh(struct review *review)
{
	char month[16];

	(void)snprintf(month, sizeof(month), "%s", review_cell(review, "month"));
	return count(review, month);
}

static int
fetch_figures(struct review *review)
{
	const struct review_listing listing = {.act = "review.figures"};
	struct answer answer;
	int code = review_fetch(
		review->ctl, review_cell(review, "month"), &listing, NULL, &answer);

	review->figures = answer.table;
	table_init(&answer.table);
	answer_clear(&answer);
	return code;
}

/* --- for programs --- */

static void
print_table(const struct review *review, const char *key, const struct table *table, bool one)
{
	struct ctl *ctl = review->ctl;

	fprintf(ctl->out, "%s\"%s\": ", one ? "{" : ",\n", key);
	if (table_print_json(table, one, ctl->out) != WF_OK)
		ctl_unwritten(ctl);
}

static int
print_json(const struct review *review)
{
	int code = CTL_OK;

	print_table(review, "review", &review->show, true);
	print_table(review, "figures", &review->figures, false);
	for (size_t i = 0; code == CTL_OK && i < REVIEW_PARTS; i++) {
		struct table rows;

		code = review_part_rows(review, &review_parts[i], &rows);
		if (code == CTL_OK)
			print_table(review, review_parts[i].key, &rows, false);
		table_clear(&rows);
	}
	fputs("}\n", review->ctl->out);
	return code;
}

/* --- signing --- */

bool
review_can_be_signed(const struct review *review)
{
	const char *state = review_cell(review, "state");

	return strcmp(state, "open") != 0 && strcmp(state, "expired") != 0 &&
	       review_number(review, "findings-open") == 0;
}

int
review_sign(struct review *review, const char *note)
{
	struct ask ask;
	struct answer answer;
	int code;

	ask_init(&ask, "review.sign");
	ask.slow = true;
	ask_text(&ask, "month", review_cell(review, "month"));
	ask_text(&ask, "hash", review_cell(review, "hash"));
	ask_text(&ask, "reason", note);
	ask_text(&ask, "ticket", args_option(review->parsed, "ticket"));
	ask_daemon(review->ctl, &ask, &answer);
	code = answer_complain(review->ctl, &answer);
	if (code == CTL_OK)
		ctl_say(review->ctl, "%s", answer.text);
	answer_clear(&answer);
	return code;
}

/* --- which of them --- */

static int
run(struct review *review)
{
	const struct parsed *parsed = review->parsed;
	const char *page = args_option(parsed, "html");
	struct ctl *ctl = review->ctl;
	int code;

	if (page != NULL) {
		code = review_page(ctl, &review->show, page);
		return code != CTL_OK || args_option(parsed, "sign") == NULL
			       ? code
			       : review_sign(review, args_option(parsed, "note"));
	}
	if (args_option(parsed, "sign") != NULL)
		return review_sign(review, args_option(parsed, "note"));
	code = fetch_figures(review);
	if (code != CTL_OK)
		return code;
	if (ctl->json)
		return print_json(review);
	return ctl->out_is_tty || ctl->use_stdin ? review_go_through(review)
						 : review_print(review);
}

int
ctl_review(struct ctl *ctl, const struct parsed *parsed)
{
	struct review review = {.ctl = ctl, .parsed = parsed};
	int code;

	if ((args_option(parsed, "sign") != NULL) != (args_option(parsed, "note") != NULL)) {
		ctl_error(ctl, _("--sign and --note go together: the note says what was looked at "
				 "and found"));
		return CTL_USAGE;
	}
	table_init(&review.show);
	table_init(&review.figures);
	code = count(&review, args_option(parsed, "month"));
	if (code == CTL_OK)
		code = run(&review);
	table_clear(&review.show);
	table_clear(&review.figures);
	return code;
}
