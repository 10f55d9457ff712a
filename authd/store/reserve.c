/*
 * RESERVE: admits one attempt, durably, before it is evaluated (I1).  The decision is throttle_read() over
 * the states as they stand in this commit, with every attempt under way counted as pending.
 *
 * A transaction has one reservation however many rounds it takes; asking again is answered ADMIT and moves
 * the lease.  Names without account take the same path.
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
	found.id = sql_get_int(&q);
	found.account_id = sql_get_int(&q);
	found.version = sql_get_int(&q);
	sql_get_text(&q, found.name, sizeof(found.name));
	found.waiting = sql_get_int(&q) != 0;
	status = sql_end(&q);
	if (status == WF_OK)
		*found_r = found;
	return status;
}

wf_status
reservation_delete(struct writer *w, int64_t id)
{
	struct sql q = sql_start(&w->conn, SQL_RESERVATION_DELETE);

	sql_put_int(&q, id);
	return sql_run(&q, NULL);
}

static wf_status
reserve_states(struct writer *w, struct store_lanes *lanes)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < lanes->n; i++) {
		struct lane_row row;

		status = lane_get(&w->conn, lanes->states[i].key, lanes->states[i].lane, &row);
		if (status == WF_OK)
			lanes->states[i] = row.state;
	}
	return status;
}

/* Id and version of the account at this moment; 0 and 0 without one. */
static wf_status
reserve_account(struct writer *w, const char *name, int64_t *id_r, int64_t *version_r)
{
	struct sql q = sql_start(&w->conn, SQL_ACCOUNT_ID_VERSION);
	wf_status status;

	*id_r = 0;
	*version_r = 0;
	sql_put_text(&q, name);
	status = sql_next(&q);
	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_OK : status;
	*id_r = sql_get_int(&q);
	*version_r = sql_get_int(&q);
	return sql_end(&q);
}

static wf_status
reserve_lanes(struct writer *w, int64_t id, const struct store_lanes *lanes)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < lanes->n; i++) {
		const struct throttle_limit *limit = &lanes->limits[i];
		struct sql q;

		if (lanes->states[i].lane == LANE_SOURCE)
			continue;
		q = sql_start(&w->conn, SQL_LANE_INSERT);
		sql_put_int(&q, id);
		sql_put_int(&q, lanes->states[i].lane);
		sql_put_blob(&q, lanes->states[i].key, THROTTLE_KEY_LEN);
		sql_put_int(&q, limit->threshold);
		sql_put_int(&q, limit->window_ms);
		sql_put_int(&q, limit->lock_ms);
		status = sql_run(&q, NULL);
	}
	return status;
}

static wf_status
reserve_insert(struct writer *w, const struct store_reserve *reserve)
{
	struct wf_buf row;
	struct sql q;
	int64_t account_id;
	int64_t version;
	wf_status status = reserve_account(w, reserve->name, &account_id, &version);

	if (status != WF_OK)
		return status;
	wf_buf_init(&row, AUDIT_ENCODED_MAX);
	status = audit_row_encode(&reserve->interrupted, &row);
	if (status == WF_OK) {
		q = sql_start(&w->conn, SQL_RESERVATION_INSERT);
		sql_put_blob(&q, reserve->txn, WF_TXN_LEN);
		sql_put_text(&q, reserve->name);
		sql_put_int(&q, account_id);
		sql_put_int(&q, version);
		sql_put_int(&q, w->lock_ms + reserve->lease_ms);
		sql_put_text(&q, w->store->node);
		sql_put_blob(&q, row.data, row.len);
		status = sql_run(&q, NULL);
	}
	wf_buf_clear(&row);
	if (status == WF_OK)
		status = reserve_lanes(w, sqlite3_last_insert_rowid(w->conn.db), &reserve->lanes);
	return status;
}

static wf_status
reserve_extend(struct writer *w, int64_t id, int64_t until_ms)
{
	struct sql q = sql_start(&w->conn, SQL_RESERVATION_EXTEND);

	sql_put_int(&q, until_ms);
	sql_put_int(&q, id);
	return sql_run(&q, NULL);
}

/* Open challenges make room for an attempt that has none: the password was right, so they end uncounted. */
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
			status = reserve_states(w, &reserve->lanes);
	}
	return status;
}

/* New, or the one that this transaction holds already. */
static wf_status
reserve_admit(struct writer *w, struct store_reserve *reserve)
{
	struct reservation held;
	wf_status status = reservation_find(w, reserve->txn, &held);

	reserve->answer = THROTTLE_ADMIT;
	reserve->wait_ms = 0;
	if (status == WF_OK) /* one that waits for an answer is RESUME's */
		return held.waiting ? WF_INVALID : reserve_extend(w, held.id, w->lock_ms + reserve->lease_ms);
	if (status == WF_NOT_FOUND)
		status = reserve_read(w, reserve);
	if (status != WF_OK)
		return status;
	return reserve->answer == THROTTLE_ADMIT ? reserve_insert(w, reserve) : WF_OK;
}

wf_status
job_reserve(struct writer *w, struct store_job *job)
{
	struct store_reserve *reserve = &job->u.reserve;
	wf_status status;

	if (reserve->name == NULL || reserve->lanes.n == 0 || reserve->lanes.n > STORE_LANES)
		return WF_INVALID;
	status = interrupt_expired_of(w, &reserve->lanes);
	if (status == WF_OK)
		status = reserve_states(w, &reserve->lanes);
	if (status == WF_OK)
		status = reserve_admit(w, reserve);
	if (status != WF_OK || reserve->answer != THROTTLE_ADMIT)
		return status;
	status = load_account_by(&w->conn, reserve->name, -1, &reserve->found, &reserve->account);
	if (status == WF_OK && reserve->found)
		status = load_credentials(&w->conn, reserve->account.id, reserve->credentials,
			&reserve->ncredentials);
	return status;
}
