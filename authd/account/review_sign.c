/*
 * The sign-off: a row of the log that says which rows were looked at, what became of the findings,
 * and a hash over all that was shown; and those rows read again.
 *
 * The hash is SHA-256 over lines of text: the month, its runs with their chain hashes, each figure,
 * the row numbers of each list, each finding with its decision.  Whoever counts the month again
 * comes to the same hash, as long as the rows are there and no decision was changed.
 */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "authd/account/duties.h"
#include "authd/account/review.h"

#define LINE_MAX_SIZE 1024

/* --- what is signed --- */

struct summing {
	struct act_call *call;
	const struct review_month *month;
	struct digest_sum *digest; /* owned */
	struct review_sum sum;
};

static wf_status add(struct summing *summing, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static wf_status
add(struct summing *summing, const char *format, ...)
{
	char line[LINE_MAX_SIZE];
	va_list list;
	int len;

	va_start(list, format);
	len = vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	if (len < 0 || (size_t)len >= sizeof(line))
		return WF_TOO_LONG;
	return digest_sum_add(summing->digest, line, (size_t)len);
}

static wf_status
add_runs(struct summing *summing)
{
	const struct review_month *month = summing->month;
	wf_status status = add(summing, "warifu review 1\nmonth %s\n", month->name);

	for (size_t i = 0; status == WF_OK && i < month->n; i++) {
		const struct review_run *run = &month->runs[i];

		status = add(summing, "run %" PRIu64 " %" PRIu64 " %d\n", run->first, run->last,
			run->gone);
		if (status == WF_OK)
			status = digest_sum_add(summing->digest, run->chain, sizeof(run->chain));
	}
	return status;
}

static wf_status
add_figure(void *ctx, const struct review_figure *figure)
{
	const uint64_t *of = figure->counts.of;

	return add(ctx,
		"figure %s\t%s\t%d %d %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
		"\n",
		figure->part, figure->name, figure->rest, figure->at_least, of[REVIEW_SUCCESS],
		of[REVIEW_FAILURE], of[REVIEW_REFUSED], of[REVIEW_UNAVAILABLE], of[REVIEW_OTHER]);
}

static wf_status
add_list(struct summing *summing, const struct review_tally *tally, enum review_list list)
{
	size_t named;
	uint64_t all;
	const uint64_t *seqs = review_tally_list(tally, list, &named, &all);
	wf_status status =
		add(summing, "list %s %" PRIu64 "\n", review_list_names[list], all);

	for (size_t i = 0; status == WF_OK && i < named; i++)
		status = add(summing, "%" PRIu64 "\n", seqs[i]);
	return status;
}

static wf_status
add_tally(void *ctx, const struct review_tally *tally)
{
	struct summing *summing = ctx;
	wf_status status = review_figures_each(tally, add_figure, summing);

	for (int i = 0; status == WF_OK && i < REVIEW_LISTS; i++)
		status = add_list(summing, tally, (enum review_list)i);
	summing->sum.own = review_tally_own(tally);
	summing->sum.rows = review_tally_rows(tally);
	return status;
}

static wf_status
add_finding(void *ctx, const struct incident *incident)
{
	struct summing *summing = ctx;
	struct review_sum *sum = &summing->sum;
	const unsigned level =
		incident->closed_us != 0 ? (unsigned)incident->decided : incident->level;

	sum->findings++;
	sum->open += incident->closed_us == 0;
	sum->level = level > sum->level ? level : sum->level;
	return add(summing, "finding %" PRId64 " %s %u %d %" PRId64 " %s: %s\n", incident->id,
		incident->rule, incident->level, incident->decided, incident->closed_us,
		incident->closed_by, incident->reason);
}

static wf_status
sum_up(struct summing *summing)
{
	wf_status status = add_runs(summing);

	if (status == WF_OK)
		status = review_counted(summing->call, summing->month, add_tally, summing);
	if (status == WF_OK)
		status = review_each_finding(
			summing->call, summing->month, 0, add_finding, summing);
	return status == WF_OK ? digest_sum_end(summing->digest, summing->sum.hash) : status;
}

wf_status
review_sum(struct act_call *call, const struct review_month *month, struct review_sum *sum_r)
{
	struct summing summing = {.call = call, .month = month};
	wf_status status = digest_sum_new(&summing.digest);

	if (status == WF_OK)
		status = sum_up(&summing);
	digest_sum_free(&summing.digest);
	if (status == WF_OK)
		*sum_r = summing.sum;
	else if (call->text[0] == '\0')
		return act_say_store(call, status, NULL);
	return status;
}

/* --- review.sign --- */

static wf_status
refuse_state(struct act_call *call, const struct review_month *month)
{
	if (!month->ended)
		return act_say(call, WF_CONFLICT,
			_("%s has not ended: it can be looked at, and is signed when it is over."),
			month->name);
	if (month->rows == 0 && month->gone > 0)
		return act_say(call, WF_CONFLICT,
			_("The rows of %s have expired: there is nothing that could be signed."),
			month->name);
	return WF_OK;
}

/* What was shown has to be what there is, and every finding decided on. */
static wf_status
refuse_sum(struct act_call *call, const struct review_month *month, const struct review_sum *sum)
{
	if (sum->open > 0)
		return act_say(call, WF_CONFLICT,
			WF_NGETTEXT("%llu finding of %s is still open: close it first (warifu "
				    "finding list, warifu finding close).",
				"%llu findings of %s are still open: close them first (warifu "
				"finding list, warifu finding close).",
				sum->open),
			(unsigned long long)sum->open, month->name);
	if (strcmp(sum->hash, act_arg(call, "hash")) != 0)
		return act_say(call, WF_CONFLICT,
			_("What there is of %s is not what was shown: look at it again."),
			month->name);
	return WF_OK;
}

static wf_status
commit_sign(struct act_call *call, const struct review_month *month, const struct review_sum *sum)
{
	char head[REVIEW_HEAD_SIZE];
	struct act_change change;
	bool done = false;
	wf_status status = review_completes(call, month->number, &done);

	if (status != WF_OK)
		return status;
	act_change_init(call, &change, "",
		"month %s; rows %llu, expired %llu; findings %llu, highest level %u; own acts "
		"%llu; head %s; hash %s",
		month->name, (unsigned long long)sum->rows, (unsigned long long)month->gone,
		(unsigned long long)sum->findings, sum->level, (unsigned long long)sum->own,
		review_month_head(month, head), sum->hash);
	if (done)
		duty_done(call, &change, DUTY_LOG_REVIEW);
	return act_commit(call, &change);
}

wf_status
act_review_sign(struct act_call *call)
{
	struct review_month month;
	struct review_sum sum = {.findings = 0};
	wf_status status = review_month_read(call, &month);

	if (status == WF_OK)
		status = refuse_state(call, &month);
	if (status == WF_OK)
		status = review_sum(call, &month, &sum);
	if (status == WF_OK)
		status = refuse_sum(call, &month, &sum);
	if (status == WF_OK)
		status = commit_sign(call, &month, &sum);
	return status == WF_OK ? act_say(call, WF_OK, _("The review of %s is signed by %s."),
					 month.name, call->operator_name)
			       : status;
}
