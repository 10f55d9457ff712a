/* The findings of a month: those with a row in it, however long they went on. */
#include "config.h"

#include "authd/account/review.h"

#define LIMIT 500

struct sifting {
	const struct review_month *month;
	wf_status (*visit)(void *ctx, const struct incident *incident);
	void *ctx;
};

static wf_status
sift(void *ctx, const struct incident *incident)
{
	const struct sifting *sifting = ctx;

	if (!review_touches(incident, sifting->month->from_us, sifting->month->until_us))
		return WF_OK;
	return sifting->visit(sifting->ctx, incident);
}

wf_status
review_each_finding(struct act_call *call, const struct review_month *month, uint64_t after,
	wf_status (*visit)(void *ctx, const struct incident *incident), void *ctx)
{
	struct sifting sifting = {month, visit, ctx};
	const struct store_view view = {
		.kind = VIEW_INCIDENTS, .result = -1, .after = after, .since_us = month->from_us};

	return act_each_incident(call, &view, sift, &sifting);
}

/* --- review.findings --- */

struct listing {
	struct act_call *call;
	size_t left;
};

static wf_status
list_one(void *ctx, const struct incident *incident)
{
	struct listing *listing = ctx;

	if (listing->left-- == 0)
		return WF_NO;
	return finding_row(listing->call, incident,
		act_bool_text(review_is_own(listing->call, incident->user) ||
			      review_is_own(listing->call, incident->closed_by)));
}

wf_status
act_review_findings(struct act_call *call)
{
	struct listing listing = {.call = call, .left = LIMIT};
	struct review_month month;
	wf_status status = review_month_read(call, &month);

	if (status == WF_OK)
		status = finding_head(call, "own:bool");
	return status == WF_OK ? review_each_finding(call, &month,
					 (uint64_t)act_number(call, "after", 0), list_one, &listing)
			       : status;
}
