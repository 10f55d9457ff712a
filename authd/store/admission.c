/*
 * Whether one more attempt may be evaluated (I1).  The decision is throttle_read() over the states
 * as they stand in this commit, with every attempt under way counted as pending.  Names without
 * account take the same path.
 */
#include "config.h"

#include "authd/store/internal.h"

bool
admission_is_whole(const struct store_admission *admission)
{
	return admission->name != NULL && admission->lanes.n <= STORE_LANES &&
	       lanes_account(admission->lanes.states, admission->lanes.n) != NULL;
}

const struct throttle_limit *
admission_limit(const struct store_admission *admission)
{
	const struct store_lanes *lanes = &admission->lanes;

	return &lanes->limits[lanes_account(lanes->states, lanes->n) - lanes->states];
}

/* What decides of the account as of this commit; its other columns are for who verifies. */
static wf_status
admission_find(struct writer *w, struct store_admission *admission)
{
	struct sql q = sql_start(&w->conn, SQL_ACCOUNT_BRIEF);
	wf_status status;

	admission->found = false;
	admission->account_id = 0;
	admission->version = 0;
	admission->kind = ACCOUNT_GENERAL;
	sql_put_text(&q, admission->name);
	status = sql_next(&q);
	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_OK : status;
	admission->account_id = sql_get_int(&q);
	admission->version = sql_get_int(&q);
	admission->kind = (enum account_kind)sql_get_int(&q);
	admission->found = true;
	return sql_end(&q);
}

/* The account as of this commit, and with it what this attempt may use of the threshold. */
static wf_status
admission_account(struct writer *w, struct store_admission *admission)
{
	struct store_lanes *lanes = &admission->lanes;
	struct throttle_limit *limit = &lanes->limits[admission_limit(admission) - lanes->limits];
	const struct throttle_limit *of_kind;
	wf_status status = admission_find(w, admission);

	if (status != WF_OK)
		return status;
	of_kind = &admission->by_kind[admission->kind];
	if (of_kind->threshold > 0)
		*limit = *of_kind;
	return familiar_divide(w, admission, limit);
}

/* Who is locked out meanwhile is said by the states as they were read. */
static bool
admission_uses_reserve(const struct writer *w, const struct store_admission *admission)
{
	const struct store_lanes *lanes = &admission->lanes;
	const struct throttle_limit *limit = admission_limit(admission);
	struct throttle_state now =
		throttle_current(lanes_account(lanes->states, lanes->n), limit, w->lock_ms);

	return admission->found && limit->familiar && now.strangers_until_ms != 0;
}

wf_status
admission_read(struct writer *w, struct store_admission *admission)
{
	struct store_lanes *lanes = &admission->lanes;
	wf_status status = interrupt_expired_of(w, lanes);

	admission->answer = THROTTLE_ADMIT;
	admission->wait_ms = 0;
	if (status == WF_OK)
		status = lanes_read(&w->conn, lanes->states, lanes->n);
	if (status == WF_OK)
		status = admission_account(w, admission);
	admission->reserve_used = status == WF_OK && admission_uses_reserve(w, admission);
	return status;
}

static void
admission_answer(const struct writer *w, struct store_admission *admission)
{
	const struct store_lanes *lanes = &admission->lanes;

	admission->answer = throttle_read(
		lanes->states, lanes->limits, lanes->n, w->lock_ms, &admission->wait_ms);
}

/*
 * Open challenges make room for an attempt that has none: the password was right, so the account
 * lane does not count them.
 */
wf_status
admission_decide(struct writer *w, struct store_admission *admission)
{
	struct store_lanes *lanes = &admission->lanes;
	bool ended = true;
	wf_status status = WF_OK;

	while (status == WF_OK && ended) {
		ended = false;
		admission_answer(w, admission);
		if (admission->answer == THROTTLE_FULL)
			status = challenge_yield(w, lanes, &ended);
		if (status == WF_OK && ended)
			status = lanes_read(&w->conn, lanes->states, lanes->n);
	}
	return status;
}

/* Challenges stay open, so FULL may be said where one of them would give way. */
wf_status
job_foretell(struct writer *w, struct store_job *job)
{
	struct store_admission *admission = &job->u.foretell;
	wf_status status;

	if (!admission_is_whole(admission))
		return WF_INVALID;
	status = admission_read(w, admission);
	if (status == WF_OK)
		admission_answer(w, admission);
	return status;
}
