/* Sign-offs read from the log, and the months beside them: which was signed, which is overdue. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/account/duties.h"
#include "authd/account/review.h"
#include "common/fault.h"

#define EVENT_SIGN "review.sign"

/* --- sign-offs --- */

/* "month 2026-10; ...; hash 0123...": as the sign-off's row has it. */
static bool
parse(const struct audit_row *row, struct review_signed *sign)
{
	const char *hash = strstr(row->detail, "; hash ");
	int year, month;

	if (row->class != AUDIT_ADMIN || row->result != AUDIT_SUCCESS ||
		strcmp(row->event, EVENT_SIGN) != 0 || hash == NULL ||
		sscanf(row->detail, "month %4d-%2d;", &year, &month) != 2)
		return false;
	sign->month = year * 100 + month;
	sign->time_us = row->time_us;
	(void)snprintf(sign->by, sizeof(sign->by), "%s", row->operator_name);
	(void)snprintf(sign->hash, sizeof(sign->hash), "%.64s", hash + strlen("; hash "));
	return true;
}

struct walk {
	wf_status (*visit)(void *ctx, const struct review_signed *sign);
	void *ctx;
};

static wf_status
take_row(void *ctx, const struct store_audit_entry *entry)
{
	const struct walk *walk = ctx;
	struct review_signed sign = {.seq = entry->seq};
	struct audit_row row;

	if (audit_row_decode(entry->encoded, entry->encoded_len, &row) != WF_OK ||
		!parse(&row, &sign))
		return WF_OK;
	return walk->visit(walk->ctx, &sign);
}

wf_status
review_each_signed(struct act_call *call,
	wf_status (*visit)(void *ctx, const struct review_signed *sign), void *ctx)
{
	const struct store_view acts = {.result = -1, .class = AUDIT_ADMIN};
	struct walk walk = {visit, ctx};

	return act_each_row(call, &acts, take_row, &walk);
}

/* --- review.list --- */

struct month {
	int number;
	uint64_t rows, gone, open, findings, n;
	int64_t from_us, until_us;
	struct review_signed last_sign;
};

/* From the first month that the log knows to the one that it is; owned. */
struct months {
	struct month *list;
	size_t n;
	uint64_t last; /* row of the log */
};

#define MONTHS_MAX 1200 /* a hundred years; what a wrong clock put behind is not listed */

static int
ordinal(int month)
{
	return month / 100 * 12 + month % 100 - 1;
}

static struct month *
month_of(const struct months *months, int number)
{
	const int at = months->n == 0 ? -1 : ordinal(number) - ordinal(months->list[0].number);

	return at < 0 || (size_t)at >= months->n ? NULL : &months->list[at];
}

static wf_status
take_first(void *ctx, const struct store_month *stored)
{
	int *first = ctx;

	if (*first == 0 || stored->run.month < *first)
		*first = stored->run.month;
	return WF_OK;
}

static wf_status
take_run(void *ctx, const struct store_month *stored)
{
	struct months *months = ctx;
	struct month *month = month_of(months, stored->run.month);
	const uint64_t last =
		stored->run.last_seq == 0 ? months->last : stored->run.last_seq;

	if (month == NULL || last < stored->run.first_seq)
		return WF_OK;
	*(stored->tombstone != 0 ? &month->gone : &month->rows) += last - stored->run.first_seq + 1;
	return WF_OK;
}

static wf_status
take_sign(void *ctx, const struct review_signed *sign)
{
	struct month *month = month_of(ctx, sign->month);

	if (month != NULL) {
		month->last_sign = *sign;
		month->n++;
	}
	return WF_OK;
}

static wf_status
take_finding(void *ctx, const struct incident *incident)
{
	const struct months *months = ctx;

	for (size_t i = 0; i < months->n; i++) {
		struct month *month = &months->list[i];

		if (!review_touches(incident, month->from_us, month->until_us))
			continue;
		month->findings++;
		month->open += incident->closed_us == 0;
	}
	return WF_OK;
}

static wf_status
make_list(struct act_call *call, struct months *months)
{
	const int now = store_month_of(store_date_us(call->daemon->store));
	int first = 0;
	wf_status status = act_each_month(call, take_first, &first);

	if (status != WF_OK || first == 0 || first > now)
		return status;
	months->n = (size_t)(ordinal(now) - ordinal(first)) + 1;
	if (months->n > MONTHS_MAX) {
		first += (int)(months->n - MONTHS_MAX) / 12 * 100;
		months->n = (size_t)(ordinal(now) - ordinal(first)) + 1;
	}
	months->list = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(months->n, sizeof(*months->list));
	if (months->list == NULL)
		return act_say_store(call, WF_NO_MEMORY, NULL);
	for (size_t i = 0; i < months->n; i++) {
		const int at = ordinal(first) + (int)i;

		struct month *month = &months->list[i];

		month->number = at / 12 * 100 + at % 12 + 1;
		store_month_span(month->number, &month->from_us, &month->until_us);
	}
	return WF_OK;
}

/* The rows of each, and who has signed. */
static wf_status
fill_signed(struct act_call *call, struct months *months)
{
	struct store_counts counts;
	wf_status status = act_counts(call, &counts);

	if (status != WF_OK)
		return status;
	months->last = counts.last_seq;
	status = act_each_month(call, take_run, months);
	return status == WF_OK ? review_each_signed(call, take_sign, months) : status;
}

static wf_status
fill_list(struct act_call *call, struct months *months)
{
	const struct store_view incidents = {.kind = VIEW_INCIDENTS, .result = -1};
	wf_status status = fill_signed(call, months);

	return status == WF_OK ? act_each_incident(call, &incidents, take_finding, months)
			       : status;
}

/* By when it is to be signed, and whether that is over; 0: nobody asks for it. */
static int64_t
due_of(const struct act_call *call, int64_t until_us)
{
	const struct policy_held *held =
		policy_held_strictest(&call->daemon->config->policy, R_REVIEW_LOG);

	return held->set ? duty_next_us(until_us, held->value) : 0;
}

static const char *
state_of(const struct month *month, bool ended, bool overdue)
{
	if (!ended)
		return "open";
	if (month->n > 0)
		return "signed";
	if (month->rows == 0 && month->gone > 0)
		return "expired";
	return overdue ? "overdue" : "unsigned";
}

/* At that time. */
static const char *
state_at(const struct act_call *call, const struct month *month, int64_t at_us)
{
	const int64_t due_us = due_of(call, month->until_us);

	return state_of(month, at_us >= month->until_us, due_us != 0 && at_us >= due_us);
}

static void
name_of(const struct month *month, char name_r[REVIEW_MONTH_SIZE])
{
	(void)snprintf(name_r, REVIEW_MONTH_SIZE, "%04d-%02d", month->number / 100,
		month->number % 100);
}

static wf_status
send_month(struct act_call *call, const struct month *month, const char *state, int64_t due_us)
{
	const struct review_signed *sign = &month->last_sign;
	char name[REVIEW_MONTH_SIZE], numbers[5][ACT_NUMBER_SIZE], times[2][ACT_NUMBER_SIZE];
	const char *cells[] = {name, state, act_number_text((int64_t)month->rows, numbers[0]),
		act_number_text((int64_t)month->findings, numbers[1]),
		act_number_text((int64_t)month->open, numbers[2]),
		act_moment_text(due_us, times[0]),
		act_number_text((int64_t)month->n, numbers[3]), sign->by,
		act_moment_text(sign->time_us, times[1]),
		act_moment_text((int64_t)sign->seq, numbers[4]), sign->hash};

	name_of(month, name);
	return act_row_out(call, cells, COUNT_OF(cells));
}

static wf_status
judge_month(struct act_call *call, const struct month *month, size_t *overdue)
{
	const char *state = state_at(call, month, store_date_us(call->daemon->store));

	*overdue += strcmp(state, "overdue") == 0;
	return send_month(call, month, state, due_of(call, month->until_us));
}

static wf_status
send_list(struct act_call *call, const struct months *months)
{
	static const char *const columns[] = {"month", "state", "rows:number", "findings:number",
		"findings-open:number", "due:time", "signed:number", "signed-by", "signed-at:time",
		"signed-row:number", "hash"};
	size_t overdue = 0;
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	for (size_t i = 0; status == WF_OK && i < months->n; i++)
		status = judge_month(call, &months->list[i], &overdue);
	return status == WF_OK
		       ? act_say(call, WF_OK,
				 WF_NGETTEXT("%zu month, %zu overdue.", "%zu months, %zu overdue.",
					 months->n),
				 months->n, overdue)
		       : status;
}

wf_status
act_review_list(struct act_call *call)
{
	struct months months = {.n = 0};
	wf_status status = make_list(call, &months);

	if (status == WF_OK)
		status = fill_list(call, &months);
	if (status == WF_OK)
		status = send_list(call, &months);
	free(months.list);
	return status;
}

/* --- for the report, and for the duty --- */

static void
add_missing(struct review_due *due, const struct month *month)
{
	static const char more[] = ", ...";
	const size_t len = strlen(due->missing);
	char name[REVIEW_MONTH_SIZE];

	name_of(month, name);
	if (len + strlen(", ") + strlen(name) + strlen(more) < sizeof(due->missing))
		(void)snprintf(due->missing + len, sizeof(due->missing) - len, "%s%s",
			len == 0 ? "" : ", ", name);
	else if (due->missing[len - 1] != '.')
		(void)snprintf(due->missing + len, sizeof(due->missing) - len, "%s", more);
}

static void
count_due(const struct act_call *call, const struct month *month, int64_t at_us,
	struct review_due *due)
{
	const int64_t due_us = due_of(call, month->until_us);

	if (due_us == 0 || at_us < due_us ||
		strcmp(state_at(call, month, at_us), "expired") == 0)
		return;
	due->due++;
	if (month->n == 0) {
		add_missing(due, month);
		return;
	}
	due->met++;
	if (month->last_sign.seq > due->last.seq)
		due->last = month->last_sign;
}

wf_status
review_due_read(
	struct act_call *call, int64_t since_us, int64_t until_us, struct review_due *due_r)
{
	struct months months = {.n = 0};
	struct review_due due = {.due = 0};
	wf_status status = make_list(call, &months);

	if (status == WF_OK)
		status = fill_signed(call, &months);
	for (size_t i = 0; status == WF_OK && i < months.n; i++)
		if (months.list[i].until_us > since_us)
			count_due(call, &months.list[i], until_us, &due);
	if (status == WF_OK)
		*due_r = due;
	free(months.list);
	return status;
}

static bool
completes(const struct act_call *call, const struct months *months, int number)
{
	const int64_t now_us = store_date_us(call->daemon->store);
	const struct month *signing = month_of(months, number);
	bool last = true;

	for (size_t i = 0; i < months->n; i++) {
		const struct month *month = &months->list[i];

		if (month == signing)
			continue;
		if (strcmp(state_at(call, month, now_us), "overdue") == 0)
			return false;
		last = last && (month->number < number || now_us < month->until_us);
	}
	return last || (signing != NULL && signing->n == 0);
}

wf_status
review_completes(struct act_call *call, int month, bool *completes_r)
{
	struct months months = {.n = 0};
	wf_status status = make_list(call, &months);

	if (status == WF_OK)
		status = fill_signed(call, &months);
	if (status == WF_OK)
		*completes_r = completes(call, &months, month);
	free(months.list);
	return status;
}
