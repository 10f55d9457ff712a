/* What there is of a month: when it begins and ends, what was sealed as it, what has gone. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/account/review.h"

static int
month_before(int month)
{
	return month % 100 == 1 ? month - 100 + 11 : month - 1;
}

/* "2026-10" */
static bool
parse(const char *text, int *month_r)
{
	int year = 0, month = 0, used = 0;

	if (sscanf(text, "%4d-%2d%n", &year, &month, &used) != 2 || used != 7 ||
		text[used] != '\0' || year < 1970 || month < 1 || month > 12)
		return false;
	*month_r = year * 100 + month;
	return true;
}

/* The month that is asked for: the argument's, else the last that has ended. */
static wf_status
choose(struct act_call *call, int now, int *month_r)
{
	const char *text = act_arg(call, "month");

	*month_r = month_before(now);
	if (text == NULL)
		return WF_OK;
	if (!parse(text, month_r))
		return act_say(call, WF_INVALID,
			_("'%s' is no month: write it as in 2026-10."), text);
	if (*month_r > now)
		return act_say(call, WF_INVALID, _("The month %s has not begun."), text);
	return WF_OK;
}

struct gathering {
	struct review_month *month;
	uint64_t last; /* row of the log */
	int first_month;
	bool crowded;
};

static wf_status
gather(void *ctx, const struct store_month *stored)
{
	struct gathering *gathering = ctx;
	struct review_month *month = gathering->month;
	const bool open = stored->run.last_seq == 0;
	struct review_run run = {.first = stored->run.first_seq,
		.last = open ? gathering->last : stored->run.last_seq,
		.gone = stored->tombstone != 0};

	if (gathering->first_month == 0 || stored->run.month < gathering->first_month)
		gathering->first_month = stored->run.month;
	if (stored->run.month != month->number || run.last < run.first)
		return WF_OK;
	if (month->n == REVIEW_RUNS_MAX) {
		gathering->crowded = true;
		return WF_NO;
	}
	if (!open)
		memcpy(run.chain, stored->run.chain, sizeof(run.chain));
	*(run.gone ? &month->gone : &month->rows) += run.last - run.first + 1;
	month->runs[month->n++] = run;
	return WF_OK;
}

static wf_status
read_runs(struct act_call *call, struct review_month *month)
{
	struct gathering gathering = {.month = month};
	struct store_counts counts;
	wf_status status = act_counts(call, &counts);

	gathering.last = counts.last_seq;
	if (status == WF_OK)
		status = act_each_month(call, gather, &gathering);
	if (status != WF_OK)
		return status;
	if (gathering.crowded)
		return act_say(call, WF_TOO_LONG,
			_("The clock went to and fro so often in %s that its rows lie in more "
			  "than %d places: use 'warifu log --since --until'."),
			month->name, REVIEW_RUNS_MAX);
	if (gathering.first_month == 0 || month->number < gathering.first_month)
		return act_say(call, WF_NOT_FOUND,
			_("The log has nothing of %s: it begins later. 'warifu review list' shows "
			  "which months there are."),
			month->name);
	return WF_OK;
}

wf_status
review_month_read(struct act_call *call, struct review_month *month_r)
{
	const int64_t date_us = store_date_us(call->daemon->store);
	struct review_month month = {.n = 0};
	wf_status status = choose(call, store_month_of(date_us), &month.number);

	if (status != WF_OK)
		return status;
	(void)snprintf(month.name, sizeof(month.name), "%04d-%02d", month.number / 100,
		month.number % 100);
	store_month_span(month.number, &month.from_us, &month.until_us);
	month.ended = date_us >= month.until_us;
	status = read_runs(call, &month);
	if (status == WF_OK)
		*month_r = month;
	return status;
}

const char *
review_month_state(const struct review_month *month)
{
	if (!month->ended)
		return "open";
	if (month->gone > 0)
		return month->rows > 0 ? "partly-expired" : "expired";
	return month->rows > 0 ? "whole" : "empty";
}

const char *
review_month_head(const struct review_month *month, char text_r[REVIEW_HEAD_SIZE])
{
	static const uint8_t none[32];

	text_r[0] = '\0';
	for (size_t i = month->n; i-- > 0;) {
		if (memcmp(month->runs[i].chain, none, sizeof(none)) == 0)
			continue;
		for (size_t byte = 0; byte < sizeof(none); byte++)
			(void)snprintf(text_r + 2 * byte, 3, "%02x", month->runs[i].chain[byte]);
		break;
	}
	return text_r;
}

bool
review_touches(const struct incident *incident, int64_t from_us, int64_t until_us)
{
	return incident->first_us < until_us && incident->last_us >= from_us;
}
