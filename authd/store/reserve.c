/*
 * RESERVE: admits one attempt, durably, before it is evaluated (I1).  The decision is
 * throttle_read() over the states as they stand in this commit, with every attempt under way
 * counted as pending.
 *
 * A transaction has one reservation however many rounds it takes; asking again is answered ADMIT
 * and moves the lease.  Names without account take the same path.
 */
#include "config.h"

#include <string.h>

#include "authd/store/internal.h"

wf_status
reservation_find(struct writer *w, const uint8_t txn[WF_TXN_LEN], struct reservation *found_r)
{
	struct reservation found;
	struct sql q = sql_start(&w->conn, SQL_RESERVATION_GET);
	wf_status status;

	sql_put_blob(&q, txn, WF_TXN_LEN);
	status = sql_next(&q);
	if (status != WF_OK)
		return status;
	found.account_id = sql_get_int(&q);
	found.version = sql_get_int(&q);
	sql_get_text(&q, found.name, sizeof(found.name));
	found.waiting = sql_get_int(&q) != 0;
	sql_get_text(&q, found.place, sizeof(found.place));
	found.familiar = sql_get_int(&q) != 0;
	found.reserve = (uint32_t)sql_get_int(&q);
	status = sql_end(&q);
	if (status == WF_OK)
		*found_r = found;
	return status;
}

wf_status
reservation_delete(struct writer *w, const uint8_t txn[WF_TXN_LEN])
{
	struct sql q = sql_start(&w->conn, SQL_RESERVATION_DELETE);

	sql_put_blob(&q, txn, WF_TXN_LEN);
	return sql_run(&q, NULL);
}

void
reservation_note(struct writer *w, int64_t until_ms)
{
	if (until_ms < w->work.next_lease)
		w->work.next_lease = until_ms;
}

static wf_status
reserve_row(struct writer *w, const struct store_reserve *reserve, int64_t version,
	const struct wf_buf *row)
{
	const struct store_lanes *lanes = &reserve->lanes;
	const struct throttle_state *account = lanes_account(lanes->states, lanes->n);
	const struct throttle_limit *limit = &lanes->limits[account - lanes->states];
	struct sql q = sql_start(&w->conn, SQL_RESERVATION_INSERT);

	sql_put_blob(&q, reserve->txn, WF_TXN_LEN);
	sql_put_text(&q, reserve->name);
	sql_put_int(&q, reserve->found ? reserve->account.id : 0);
	sql_put_int(&q, version);
	sql_put_int(&q, w->lock_ms + reserve->lease_ms);
	sql_put_text(&q, w->store->node);
	sql_put_blob(&q, account->key, THROTTLE_KEY_LEN);
	sql_put_int(&q, limit->threshold);
	sql_put_int(&q, limit->window_ms);
	sql_put_int(&q, limit->lock_ms);
	sql_put_blob(&q, row->data, row->len);
	sql_put_text(&q, reserve->place);
	sql_put_int(&q, limit->familiar ? 1 : 0);
	sql_put_int(&q, limit->reserve);
	return sql_run(&q, NULL);
}

static wf_status
reserve_insert(struct writer *w, const struct store_reserve *reserve, int64_t version)
{
	struct wf_buf row;
	wf_status status;

	wf_buf_init(&row, AUDIT_ENCODED_MAX);
	status = audit_row_encode(&reserve->interrupted, &row);
	if (status == WF_OK)
		status = reserve_row(w, reserve, version, &row);
	if (status == WF_OK && reserve->reserve_used)
		status = familiar_reserve_used(w, reserve->account.id);
	wf_buf_clear(&row);
	reservation_note(w, w->lock_ms + reserve->lease_ms);
	return status;
}

static wf_status
reserve_extend(struct writer *w, const struct store_reserve *reserve)
{
	struct sql q = sql_start(&w->conn, SQL_RESERVATION_EXTEND);

	sql_put_int(&q, w->lock_ms + reserve->lease_ms);
	sql_put_blob(&q, reserve->txn, WF_TXN_LEN);
	return sql_run(&q, NULL);
}

/*
 * Open challenges make room for an attempt that has none: the password was right, so the account
 * lane does not count them.
 */
static wf_status
reserve_read(struct writer *w, struct store_reserve *reserve)
{
	bool ended = true;
	wf_status status = WF_OK;

	while (status == WF_OK && ended) {
		ended = false;
		reserve->answer = throttle_read(reserve->lanes.states, reserve->lanes.limits,
			reserve->lanes.n, w->lock_ms, &reserve->wait_ms);
		if (reserve->answer == THROTTLE_FULL)
			status = challenge_yield(w, &reserve->lanes, &ended);
		if (status == WF_OK && ended)
			status = lanes_read(&w->conn, reserve->lanes.states, reserve->lanes.n);
	}
	return status;
}

/* Who is locked out meanwhile is said by the states as they were read. */
static bool
reserve_is_used(struct writer *w, const struct store_reserve *reserve)
{
	const struct store_lanes *lanes = &reserve->lanes;
	const struct throttle_state *account = lanes_account(lanes->states, lanes->n);
	const struct throttle_limit *limit = &lanes->limits[account - lanes->states];

	return reserve->found && limit->familiar &&
	       throttle_current(account, limit, w->lock_ms).strangers_until_ms != 0;
}

/* The one that this transaction holds already, or whether there may be a new one. */
static wf_status
reserve_admit(struct writer *w, struct store_reserve *reserve, bool *held_r)
{
	struct reservation held;
	wf_status status = reservation_find(w, reserve->txn, &held);

	*held_r = status == WF_OK;
	reserve->answer = THROTTLE_ADMIT;
	reserve->wait_ms = 0;
	if (*held_r) /* one that waits for an answer is RESUME's */
		return held.waiting ? WF_INVALID : reserve_extend(w, reserve);
	return status == WF_NOT_FOUND ? reserve_read(w, reserve) : status;
}

/*
 * The account as of this commit, which the reservation remembers the version of, and with it what
 * this attempt may use of the threshold.
 */
static wf_status
reserve_account(struct writer *w, struct store_reserve *reserve, int64_t *version_r)
{
	struct store_lanes *lanes = &reserve->lanes;
	struct throttle_limit *limit =
		&lanes->limits[lanes_account(lanes->states, lanes->n) - lanes->states];
	const struct throttle_limit *of_kind;
	wf_status status = load_account_by(
		&w->conn, reserve->name, -1, &reserve->found, &reserve->account, version_r);

	if (status != WF_OK)
		return status;
	of_kind = &reserve->by_kind[reserve->found ? reserve->account.kind : ACCOUNT_GENERAL];
	if (of_kind->threshold > 0)
		*limit = *of_kind;
	return familiar_divide(w, reserve, limit);
}

static wf_status
reserve_hold(struct writer *w, struct store_reserve *reserve, int64_t version, bool held)
{
	wf_status status = WF_OK;

	reserve->reserve_used = reserve_is_used(w, reserve);
	if (!held)
		status = reserve_insert(w, reserve, version);
	if (status == WF_OK && reserve->found)
		status = load_credentials(&w->conn, reserve->account.id, reserve->credentials,
			&reserve->ncredentials);
	return status;
}

wf_status
job_reserve(struct writer *w, struct store_job *job)
{
	struct store_reserve *reserve = &job->u.reserve;
	int64_t version = 0;
	bool held = false;
	wf_status status;

	if (reserve->name == NULL || reserve->lanes.n > STORE_LANES ||
		lanes_account(reserve->lanes.states, reserve->lanes.n) == NULL)
		return WF_INVALID;
	status = interrupt_expired_of(w, &reserve->lanes);
	if (status == WF_OK)
		status = lanes_read(&w->conn, reserve->lanes.states, reserve->lanes.n);
	if (status == WF_OK)
		status = reserve_account(w, reserve, &version);
	if (status == WF_OK)
		status = reserve_admit(w, reserve, &held);
	if (status != WF_OK || reserve->answer != THROTTLE_ADMIT)
		return status;
	return reserve_hold(w, reserve, version, held);
}
