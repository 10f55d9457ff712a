/*
 * SETTLE: the outcome of an evaluated attempt, in one commit: effects, counters, the row, the
 * record of the completed transaction, the remembered verdict, the end of the reservation.
 *
 * The choice between `applied` and `conflict` is made here.  A success is a conflict when a
 * conditional effect did not apply, when the account has been changed since the reservation
 * (disabled, credential voided or replaced, removed), or when the lease ran out and the attempt has
 * been counted as a failure already.
 */
#include "config.h"

#include <string.h>

#include "authd/store/internal.h"

static wf_status
settle_effects(struct writer *w, struct store_settle *settle)
{
	struct effect_result result = {.settling = true};
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < settle->neffects; i++) {
		status = effect_apply(w, &settle->effects[i], &result);
		if (effect_refused(status) && settle->effects[i].kind == EFFECT_GRANT_USE)
			AUDIT_TEXT(settle->conflict.reason, "no-grant");
	}
	return status;
}

/* Some effects may have been applied before one was refused. */
static wf_status
settle_take_back(struct writer *w, int64_t changes)
{
	if (w->careful)
		return sql_rollback_to(&w->conn, "effects");
	w->again = sqlite3_total_changes64(w->conn.db) != changes;
	return WF_OK;
}

/* All effects or none. applied_r false: one did not apply. */
static wf_status
settle_try(struct writer *w, struct store_settle *settle, bool *applied_r)
{
	struct work before = w->work;
	int64_t changes = sqlite3_total_changes64(w->conn.db);
	wf_status status = w->careful ? sql_simple(&w->conn, SQL_SAVEPOINT_EFFECTS) : WF_OK;

	if (status != WF_OK)
		return status;
	status = settle_effects(w, settle);
	if (status == WF_OK) {
		*applied_r = true;
		return w->careful ? sql_simple(&w->conn, SQL_RELEASE_EFFECTS) : WF_OK;
	}
	if (!effect_refused(status))
		return status;
	w->work = before;
	*applied_r = false;
	return settle_take_back(w, changes);
}

/* Is the account still the one that the answers were verified against? */
static wf_status
settle_current(struct writer *w, const struct store_settle *settle, const struct reservation *held,
	bool *current_r)
{
	struct sql q = sql_start(&w->conn, SQL_ACCOUNT_BRIEF);
	wf_status status;

	*current_r = false;
	sql_put_text(&q, held->name);
	status = sql_next(&q);
	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_OK : status;
	*current_r = sql_get_int(&q) == held->account_id && sql_get_int(&q) == held->version &&
		     settle->account == held->account_id;
	return sql_end(&q);
}

/* In the account's lane an attempt has the part of the threshold that its reservation was given. */
static struct throttle_limit
settle_limit(const struct store_settle *settle, size_t i, const struct reservation *held)
{
	struct throttle_limit limit = settle->lanes.limits[i];

	if (limit.lane != LANE_ACCOUNT)
		return limit;
	limit.reserve = held->reserve;
	limit.familiar = held->familiar;
	return limit;
}

static wf_status
settle_failure(struct writer *w, struct store_settle *settle, const struct reservation *held)
{
	struct lane_locks locks = {0};
	const char *reason;
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < settle->lanes.n; i++) {
		struct throttle_limit limit = settle_limit(settle, i, held);
		enum throttle_lane lane = settle->lanes.states[i].lane;

		if (!settle->count[lane])
			continue;
		status = lane_fail(w, settle->lanes.states[i].key, &limit,
			lane == LANE_SOURCE ? settle->source_weight : 1,
			lane == LANE_SOURCE ? "" : held->name, &locks);
	}
	reason = lane_locks_reason(&locks);
	settle->lock_set = reason != NULL;
	if (reason != NULL)
		AUDIT_TEXT(settle->locked.reason, reason);
	return status;
}

static wf_status
settle_completed(struct writer *w, const struct store_settle *settle)
{
	struct sql q = sql_start(&w->conn, SQL_COMPLETED_PUT);

	sql_put_blob(&q, settle->txn, WF_TXN_LEN);
	sql_put_int(&q, settle->account);
	sql_put_int(&q, settle->kinds);
	sql_put_text(&q, settle->service);
	sql_put_int(&q, settle->purpose);
	sql_put_int(&q, w->now.wall_us);
	sql_put_int(&q, w->lock_ms);
	return sql_run(&q, NULL);
}

/* All kinds reset the ACCOUNT lane; one kind alone resets nothing. */
static wf_status
settle_success(
	struct writer *w, const struct store_settle *settle, const struct reservation *held)
{
	bool whole = settle->outcome == SETTLE_SUCCESS;
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < settle->lanes.n; i++) {
		const struct throttle_state *state = &settle->lanes.states[i];
		struct throttle_limit limit = settle_limit(settle, i, held);

		if (whole && state->lane == LANE_ACCOUNT && !held->at_rest)
			status = lane_succeed(w, state->key, &limit, held->name);
	}
	if (status == WF_OK && settle->purpose == WF_PURPOSE_LOGIN && held->place[0] != '\0')
		status = familiar_note(w, held->account_id, held->place);
	return status == WF_OK ? settle_completed(w, settle) : status;
}

static wf_status
settle_verdict(struct writer *w, const struct store_settle *settle)
{
	struct sql q;

	if (!settle->has_idempotency)
		return WF_OK;
	q = sql_start(&w->conn, SQL_VERDICT_PUT);
	sql_put_blob(&q, settle->idempotency, sizeof(settle->idempotency));
	sql_put_int(&q, settle->was_applied ? settle->verdict : settle->verdict_conflict);
	sql_put_int(&q, w->lock_ms);
	if (settle->challenged)
		sql_put_blob(&q, settle->txn, WF_TXN_LEN);
	else
		sql_put_null(&q);
	sql_put_int(&q, settle->further.round);
	sql_put_text(&q, settle->further.question);
	sql_put_int(&q, settle->further.echo ? 1 : 0);
	return sql_run(&q, NULL);
}

/* A row of class 0 is none: the caller gathers those of names without account. */
static wf_status
settle_row(struct writer *w, const struct audit_row *row)
{
	return row->class == 0 ? WF_OK : chain_append(w, row);
}

wf_status
settle_rows(struct writer *w, struct store_settle *settle)
{
	/* its row comes with its end */
	bool opened = settle->outcome == SETTLE_CHALLENGE && settle->was_applied;
	wf_status status = WF_OK;

	if (!opened)
		status = settle_row(w, settle->was_applied ? &settle->applied : &settle->conflict);

	settle->seq = w->work.head.seq;
	if (status == WF_OK && settle->lock_set)
		status = settle_row(w, &settle->locked);
	return status == WF_OK ? settle_verdict(w, settle) : status;
}

static bool
settle_is_success(const struct store_settle *settle)
{
	return settle->outcome == SETTLE_SUCCESS || settle->outcome == SETTLE_PARTIAL;
}

/* The reservation stays and waits, if the account is what the answer was verified against. */
static wf_status
settle_challenge(struct writer *w, struct store_settle *settle, const struct reservation *held)
{
	wf_status status = settle_current(w, settle, held, &settle->was_applied);

	if (status != WF_OK)
		return status;
	if (settle->was_applied)
		return challenge_open(w, settle, held);
	AUDIT_TEXT(settle->conflict.reason, "changed-meanwhile");
	status = settle_failure(w, settle, held); /* as if it were left open */
	return status == WF_OK ? reservation_delete(w, settle->txn) : status;
}

wf_status
settle_outcome(struct writer *w, struct store_settle *settle, const struct reservation *held)
{
	wf_status status = settle_try(w, settle, &settle->was_applied);

	/*
	 * A wrong answer counts whether or not its effects applied: a used code makes no guess
	 * free.
	 */
	if (status == WF_OK && settle->outcome == SETTLE_FAILURE)
		status = settle_failure(w, settle, held);
	if (status == WF_OK && settle_is_success(settle) && settle->was_applied)
		status = settle_success(w, settle, held);
	return status;
}

/* The reservation is there: counters and effects, then its end. */
static wf_status
settle_held(struct writer *w, struct store_settle *settle, const struct reservation *held)
{
	bool current = true;
	wf_status status = WF_OK;

	if (settle_is_success(settle))
		status = settle_current(w, settle, held, &current);
	if (!current)
		AUDIT_TEXT(settle->conflict.reason, "changed-meanwhile");
	else if (status == WF_OK)
		status = settle_outcome(w, settle, held);
	return status == WF_OK ? reservation_delete(w, settle->txn) : status;
}

/* Nobody holds anything: what was refused weighs on its source, and on nothing else. */
static wf_status
settle_refused(struct writer *w, struct store_settle *settle)
{
	const struct reservation nothing = {.account_id = 0};
	wf_status status = settle->applied.class == 0 ? WF_OK : check_space(w);

	settle->was_applied = true;
	if (status == WF_OK)
		status = settle_failure(w, settle, &nothing);
	return status == WF_OK ? settle_rows(w, settle) : status;
}

bool
settle_is_whole(const struct store_settle *settle)
{
	if (settle->neffects > STORE_EFFECTS_MAX || settle->lanes.n > STORE_LANES)
		return false;
	if (settle->outcome == SETTLE_REFUSED)
		return settle->neffects == 0 && !settle->count[LANE_ACCOUNT] &&
		       !settle->count[LANE_POSSESSION];
	return settle->outcome != SETTLE_CHALLENGE ||
	       (settle->neffects == 0 && settle->challenge_ms > 0 && settle->applied.class != 0);
}

wf_status
job_settle(struct writer *w, struct store_job *job)
{
	struct store_settle *settle = &job->u.settle;
	struct reservation held;
	wf_status status;

	settle->was_applied = false;
	settle->lock_set = false;
	if (!settle_is_whole(settle))
		return WF_INVALID;
	if (settle->outcome == SETTLE_REFUSED)
		return settle_refused(w, settle);
	status = reservation_find(w, settle->txn, &held);
	if (status == WF_NOT_FOUND) {
		/*
		 * Counted as interrupted already: for anything but a success that row is the whole
		 * story.
		 */
		if (!settle_is_success(settle))
			return WF_EXPIRED;
		AUDIT_TEXT(settle->conflict.reason, "lease-expired");
		return settle_rows(w, settle);
	}
	if (status == WF_OK && held.waiting)
		return WF_INVALID; /* it has to be taken up first */
	if (status == WF_OK)
		status = settle->outcome == SETTLE_CHALLENGE ? settle_challenge(w, settle, &held)
							     : settle_held(w, settle, &held);
	return status == WF_OK ? settle_rows(w, settle) : status;
}
