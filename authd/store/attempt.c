/*
 * ATTEMPT: admission, outcome and row of one attempt in one commit, for answers that were evaluated
 * in microseconds by somebody who has told nobody yet.
 *
 * RESERVE is written before an evaluation because the evaluation takes long and may be all that an
 * attacker wants: what is not counted before could be counted never.  Here the evaluation is over,
 * and says nothing until this commit: a crash before it leaves nothing to count, and after it
 * everything is counted.  Admission is decided over the states as this commit finds them, so that
 * of all who come at once no more are admitted than the limits allow (I1); and the outcome was
 * found with the account and credentials that this commit finds (`seen`), or is not believed.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/store/internal.h"

void
store_see(const struct store_read *read, struct store_seen *seen_r)
{
	struct store_seen seen = {0};

	seen.found = read->found;
	if (read->found) {
		seen.account = read->account.id;
		seen.version = read->version;
		seen.n = read->ncredentials;
	}
	for (size_t i = 0; i < seen.n; i++) {
		const struct credential *c = &read->credentials[i];

		seen.credentials[i] =
			(struct store_seen_credential){c->id, c->counter, c->drift, c->state};
	}
	*seen_r = seen;
}

/* The next credential is the i-th that was seen. */
static bool
attempt_same(struct sql *q, const struct store_seen *seen, size_t i)
{
	const struct store_seen_credential *c = &seen->credentials[i];

	return i < seen->n && sql_get_int(q) == c->id && sql_get_int(q) == c->counter &&
	       sql_get_int(q) == c->drift && sql_get_int(q) == (int64_t)c->state;
}

static wf_status
attempt_credentials(struct writer *w, const struct store_seen *seen, bool *same_r)
{
	struct sql q = sql_start(&w->conn, SQL_CREDENTIAL_SEEN);
	size_t n = 0;
	bool same = true;
	wf_status status;

	sql_put_int(&q, seen->account);
	sql_put_int(&q, CREDENTIALS_MAX);
	while ((status = sql_next(&q)) == WF_OK)
		same = attempt_same(&q, seen, n++) && same;
	if (status != WF_NOT_FOUND)
		return status;
	*same_r = same && n == seen->n;
	return sql_end(&q);
}

/* Is everything as it was seen? */
static wf_status
attempt_current(struct writer *w, const struct store_attempt *attempt, bool *current_r)
{
	const struct store_admission *admission = &attempt->admission;
	const struct store_seen *seen = &attempt->seen;

	*current_r = admission->found == seen->found;
	if (!admission->found || !seen->found)
		return WF_OK;
	*current_r = admission->account_id == seen->account && admission->version == seen->version;
	return *current_r ? attempt_credentials(w, seen, current_r) : WF_OK;
}

static bool
attempt_is_whole(const struct store_attempt *attempt)
{
	const struct store_settle *settle = &attempt->settle;

	return admission_is_whole(&attempt->admission) && settle_is_whole(settle) &&
	       settle->outcome != SETTLE_CHALLENGE && settle->outcome != SETTLE_REFUSED &&
	       attempt->seen.n <= CREDENTIALS_MAX && settle->account == attempt->seen.account;
}

/* As a reservation would tell it. */
static void
attempt_hold(const struct store_admission *admission, struct reservation *held_r)
{
	const struct throttle_limit *limit = admission_limit(admission);
	const struct throttle_state *state =
		lanes_account(admission->lanes.states, admission->lanes.n);

	memset(held_r, 0, sizeof(*held_r));
	held_r->account_id = admission->found ? admission->account_id : 0;
	held_r->version = admission->version;
	held_r->familiar = limit->familiar;
	held_r->reserve = limit->reserve;
	(void)snprintf(held_r->name, sizeof(held_r->name), "%s", admission->name);
	held_r->at_rest = state->failures == 0 && state->locked_until_ms == 0 &&
			  state->strangers_until_ms == 0;
	if (!admission->noted)
		(void)snprintf(held_r->place, sizeof(held_r->place), "%s", admission->place);
}

static wf_status
attempt_settle(struct writer *w, struct store_attempt *attempt)
{
	struct reservation held;
	wf_status status;

	attempt_hold(&attempt->admission, &held);
	status = settle_outcome(w, &attempt->settle, &held);
	if (status == WF_OK)
		status = settle_rows(w, &attempt->settle);
	attempt->settled = status == WF_OK;
	return status;
}

wf_status
job_attempt(struct writer *w, struct store_job *job)
{
	struct store_attempt *attempt = &job->u.attempt;
	struct store_admission *admission = &attempt->admission;
	bool current = false;
	wf_status status;

	attempt->settled = false;
	attempt->settle.was_applied = false;
	attempt->settle.lock_set = false;
	if (!attempt_is_whole(attempt))
		return WF_INVALID;
	status = admission_read(w, admission);
	if (status == WF_OK)
		status = admission_decide(w, admission);
	if (status != WF_OK || admission->answer != THROTTLE_ADMIT || admission->reserve_used)
		return status;
	status = attempt_current(w, attempt, &current);
	return status == WF_OK && current ? attempt_settle(w, attempt) : status;
}
