/*
 * Attempts that nobody settled: the daemon died, or forgot them.  Each was admitted and may have
 * been evaluated, so it counts as a failure and gets the row that was laid down with it (I3: every
 * evaluated attempt ends in one row; I1: no crash forgets a wrong answer).  Those that wait for the
 * answer to a challenge live over a crash, and end when their time is over, uncounted as a rule
 * (challenge.c).
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/store/internal.h"

#define AT_ONCE 64

struct interrupted {
	enum reservation_waits waiting;
	uint8_t key[THROTTLE_KEY_LEN]; /* of the account's lane */
	struct throttle_limit limit;
	char name[WF_NAME_MAX + 1];
	struct audit_row row;
};

/*
 * The row that came with the reservation; a plain one if it cannot be read: the attempt must not
 * get lost.
 */
static void
interrupt_row(struct writer *w, struct interrupted *one, const uint8_t *encoded, size_t len)
{
	if (audit_row_decode(encoded, len, &one->row) != WF_OK) {
		audit_row_init(&one->row, AUDIT_AUTH, "login");
		AUDIT_TEXT(one->row.reason, "interrupted");
		AUDIT_TEXT(one->row.user, one->name);
		AUDIT_TEXT(one->row.source, "local:unknown");
		AUDIT_TEXT(one->row.node, w->store->node);
	}
	one->row.time_us = w->now.wall_us;
	one->row.first_us = w->now.wall_us;
	one->row.last_us = w->now.wall_us;
}

static wf_status
interrupt_load(struct writer *w, const uint8_t txn[WF_TXN_LEN], struct interrupted *one)
{
	uint8_t encoded[AUDIT_ENCODED_MAX];
	size_t len;
	struct sql q = sql_start(&w->conn, SQL_RESERVATION_LOAD);
	wf_status status;

	sql_put_blob(&q, txn, WF_TXN_LEN);
	status = sql_next(&q);
	if (status != WF_OK)
		return status;
	sql_get_text(&q, one->name, sizeof(one->name));
	sql_get_blob(&q, encoded, sizeof(encoded), &len);
	one->waiting = (enum reservation_waits)sql_get_int(&q);
	sql_get_bytes(&q, one->key, sizeof(one->key));
	one->limit = (struct throttle_limit){.lane = LANE_ACCOUNT};
	one->limit.threshold = (uint32_t)sql_get_int(&q);
	one->limit.window_ms = sql_get_int(&q);
	one->limit.lock_ms = sql_get_int(&q);
	one->limit.reserve = (uint32_t)sql_get_int(&q);
	one->limit.familiar = sql_get_int(&q) != 0;
	status = sql_end(&q);
	if (status == WF_OK)
		interrupt_row(w, one, encoded, len);
	return status;
}

wf_status
interrupt_one(struct writer *w, const uint8_t txn[WF_TXN_LEN])
{
	struct interrupted one;
	struct lane_locks locks = {0};
	const char *reason;
	wf_status status = interrupt_load(w, txn, &one);

	if (status == WF_OK && one.waiting != WAITS_NOT)
		status = challenge_ended(w, txn, one.name, &locks);
	/* one failure more, by the limit that stood when the attempt was admitted */
	if (status == WF_OK && one.waiting != WAITS_UNCOUNTED)
		status = lane_fail(w, one.key, &one.limit, 1, one.name, &locks);
	if (status == WF_OK)
		status = reservation_delete(w, txn);
	if (status == WF_OK)
		status = chain_append(w, &one.row);
	reason = lane_locks_reason(&locks);
	if (status != WF_OK || reason == NULL)
		return status;
	one.row.class = AUDIT_FINDING;
	one.row.result = AUDIT_NEUTRAL;
	AUDIT_TEXT(one.row.event, "lock");
	AUDIT_TEXT(one.row.reason, reason);
	return chain_append(w, &one.row);
}

/* Ids of expired reservations, read to the end before anything is changed. */
static wf_status
interrupt_list(
	struct writer *w, int64_t until_ms, size_t max, uint8_t (*ids_r)[WF_TXN_LEN], size_t *n_r)
{
	struct sql q = sql_start(&w->conn, SQL_RESERVATION_EXPIRED);
	size_t n = 0;
	wf_status status;

	sql_put_int(&q, until_ms);
	sql_put_int(&q, (int64_t)max);
	sql_put_int(&q, w->lock_ms);
	while ((status = sql_next(&q)) == WF_OK)
		sql_get_bytes(&q, ids_r[n++], WF_TXN_LEN);
	if (status != WF_NOT_FOUND)
		return status;
	*n_r = n;
	return WF_OK;
}

wf_status
interrupt_expired(struct writer *w, int64_t until_ms, size_t max, size_t *n_r)
{
	size_t done = 0;
	wf_status status = WF_OK;

	while (status == WF_OK && done < max) {
		uint8_t ids[AT_ONCE][WF_TXN_LEN];
		size_t n = 0;
		size_t want = max - done < AT_ONCE ? max - done : AT_ONCE;

		status = interrupt_list(w, until_ms, want, ids, &n);
		for (size_t i = 0; status == WF_OK && i < n; i++)
			status = interrupt_one(w, ids[i]);
		done += n;
		if (n < want)
			break;
	}
	if (status == WF_OK && n_r != NULL)
		*n_r = done;
	return status;
}

wf_status
interrupt_expired_of(struct writer *w, const struct store_lanes *lanes)
{
	const struct throttle_state *account = lanes_account(lanes->states, lanes->n);

	while (w->lock_ms >= w->work.next_lease) {
		struct sql q = sql_start(&w->conn, SQL_RESERVATION_EXPIRED_OF);
		uint8_t txn[WF_TXN_LEN];
		wf_status status;

		sql_put_blob(&q, account->key, THROTTLE_KEY_LEN);
		sql_put_int(&q, w->lock_ms);
		status = sql_next(&q);
		if (status != WF_OK)
			return status == WF_NOT_FOUND ? WF_OK : status;
		sql_get_bytes(&q, txn, sizeof(txn));
		status = sql_end(&q);
		if (status == WF_OK)
			status = interrupt_one(w, txn);
		if (status != WF_OK)
			return status;
	}
	return WF_OK;
}

wf_status
interrupt_next(struct writer *w)
{
	struct sql q;
	wf_status status;
	int64_t next;

	if (w->lock_ms < w->work.next_lease)
		return WF_OK;
	q = sql_start(&w->conn, SQL_RESERVATION_NEXT);
	status = sql_next(&q);
	if (status != WF_OK)
		return status;
	/* NULL, that is no reservation at all, reads as 0. */
	next = sql_get_int(&q);
	status = sql_end(&q);
	if (status == WF_OK)
		w->work.next_lease = next > 0 ? next : INT64_MAX;
	return status;
}
