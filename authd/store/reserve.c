/*
 * RESERVE: admits one attempt, durably, before it is evaluated (I1): admission.c decides.
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
	found.waiting = (enum reservation_waits)sql_get_int(&q);
	sql_get_text(&q, found.place, sizeof(found.place));
	found.at_rest = false; /* not known */
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
reserve_row(struct writer *w, const struct store_reserve *reserve, const struct wf_buf *row)
{
	const struct store_admission *admission = &reserve->admission;
	const struct store_lanes *lanes = &admission->lanes;
	const struct throttle_limit *limit = admission_limit(admission);
	struct sql q = sql_start(&w->conn, SQL_RESERVATION_INSERT);

	sql_put_blob(&q, reserve->txn, WF_TXN_LEN);
	sql_put_text(&q, admission->name);
	sql_put_int(&q, admission->found ? admission->account_id : 0);
	sql_put_int(&q, admission->version);
	sql_put_int(&q, w->lock_ms + reserve->lease_ms);
	sql_put_text(&q, w->store->node);
	sql_put_blob(&q, lanes_account(lanes->states, lanes->n)->key, THROTTLE_KEY_LEN);
	sql_put_int(&q, limit->threshold);
	sql_put_int(&q, limit->window_ms);
	sql_put_int(&q, limit->lock_ms);
	sql_put_blob(&q, row->data, row->len);
	sql_put_text(&q, admission->place);
	sql_put_int(&q, limit->familiar ? 1 : 0);
	sql_put_int(&q, limit->reserve);
	return sql_run(&q, NULL);
}

static wf_status
reserve_insert(struct writer *w, const struct store_reserve *reserve)
{
	struct wf_buf row;
	wf_status status;

	wf_buf_init(&row, AUDIT_ENCODED_MAX);
	status = audit_row_encode(&reserve->interrupted, &row);
	if (status == WF_OK)
		status = reserve_row(w, reserve, &row);
	if (status == WF_OK && reserve->admission.reserve_used)
		status = familiar_reserve_used(w, reserve->admission.account_id);
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

/* The one that this transaction holds already, or if there may be one a new one. */
static wf_status
reserve_hold(struct writer *w, struct store_reserve *reserve)
{
	struct store_admission *admission = &reserve->admission;
	struct reservation held;
	wf_status status = reservation_find(w, reserve->txn, &held);

	if (status == WF_OK) /* one that waits for an answer is RESUME's */
		return held.waiting ? WF_INVALID : reserve_extend(w, reserve);
	if (status != WF_NOT_FOUND)
		return status;
	status = admission_decide(w, admission);
	if (status != WF_OK || admission->answer != THROTTLE_ADMIT)
		return status;
	return reserve_insert(w, reserve);
}

wf_status
job_reserve(struct writer *w, struct store_job *job)
{
	struct store_reserve *reserve = &job->u.reserve;
	struct store_admission *admission = &reserve->admission;
	wf_status status;

	if (!admission_is_whole(admission))
		return WF_INVALID;
	status = admission_read(w, admission);
	if (status == WF_OK && admission->found)
		status = load_account_by(
			&w->conn, admission->name, -1, &admission->found, &reserve->account, NULL);
	if (status == WF_OK)
		status = reserve_hold(w, reserve);
	if (status != WF_OK || admission->answer != THROTTLE_ADMIT || !admission->found)
		return status;
	return load_credentials(
		&w->conn, admission->account_id, reserve->credentials, &reserve->ncredentials);
}
