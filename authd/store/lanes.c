/*
 * Counters as rows.  What a failure, a success or an unlocking does to a state is the pure
 * functions' say (throttle/throttle.h); here states are read, stored and bounded.
 *
 * A neutral state (no failures, no lock) has no row.  Rows of names without account and of sources
 * are bounded: when one more comes in than may stay, those whose last change is longest ago go,
 * except the new one itself and those with an attempt under way.
 */
#include "config.h"

#include <string.h>

#include "authd/store/internal.h"

wf_status
lane_get(struct sql_conn *conn, const uint8_t *key, enum throttle_lane lane, struct lane_row *row_r)
{
	struct lane_row row = {.state = {.lane = lane}};
	struct sql q = sql_start(conn, SQL_THROTTLE_GET);
	wf_status status;

	memcpy(row.state.key, key, THROTTLE_KEY_LEN);
	sql_put_blob(&q, key, THROTTLE_KEY_LEN);
	sql_put_int(&q, lane);
	status = sql_next(&q);
	if (status == WF_NOT_FOUND) {
		*row_r = row;
		return WF_OK;
	}
	if (status != WF_OK)
		return status;
	row.stored = true;
	row.state.failures = (uint32_t)sql_get_int(&q);
	row.state.last_failure_ms = sql_get_int(&q);
	row.state.window_start_ms = sql_get_int(&q);
	row.state.locked_until_ms = sql_get_int(&q);
	row.state.strangers = (uint32_t)sql_get_int(&q);
	row.state.strangers_until_ms = sql_get_int(&q);
	row.known = sql_get_int(&q) != 0;
	sql_get_text(&q, row.name, sizeof(row.name));
	status = sql_end(&q);
	if (status == WF_OK)
		*row_r = row;
	return status;
}

const struct throttle_state *
lanes_account(const struct throttle_state *states, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (states[i].lane == LANE_ACCOUNT)
			return &states[i];
	return NULL;
}

/* Attempts under way. */
struct pending {
	uint32_t all, strangers;
};

/* An attempt is pending in both lanes of its name, and is found by the key of the first. */
static wf_status
lanes_pending(
	struct sql_conn *conn, const struct throttle_state *account, struct pending *pending_r)
{
	struct sql q;
	wf_status status;

	*pending_r = (struct pending){0};
	if (account == NULL)
		return WF_OK;
	q = sql_start(conn, SQL_RESERVATION_PENDING);
	sql_put_blob(&q, account->key, THROTTLE_KEY_LEN);
	status = sql_next(&q);
	if (status != WF_OK)
		return status;
	pending_r->all = (uint32_t)sql_get_int(&q);
	pending_r->strangers = (uint32_t)sql_get_int(&q);
	return sql_end(&q);
}

wf_status
lanes_read(struct sql_conn *conn, struct throttle_state *states, size_t n)
{
	struct pending pending;
	wf_status status = lanes_pending(conn, lanes_account(states, n), &pending);

	for (size_t i = 0; status == WF_OK && i < n; i++) {
		struct lane_row row;

		status = lane_get(conn, states[i].key, states[i].lane, &row);
		if (status != WF_OK)
			return status;
		states[i] = row.state;
		if (states[i].lane == LANE_SOURCE)
			continue;
		states[i].pending = pending.all;
		states[i].strangers_pending = pending.strangers;
	}
	return status;
}

static wf_status
lane_delete(struct writer *w, const struct lane_row *old)
{
	struct sql q;
	wf_status status;

	if (!old->stored)
		return WF_OK;
	q = sql_start(&w->conn, SQL_THROTTLE_DELETE);
	sql_put_blob(&q, old->state.key, THROTTLE_KEY_LEN);
	sql_put_int(&q, old->state.lane);
	status = sql_run(&q, NULL);
	if (status == WF_OK && !old->known)
		w->work.unknown--;
	return status;
}

static wf_status
lane_is_known(struct writer *w, const char *name, bool *known_r)
{
	struct sql q;
	wf_status status;

	if (name[0] == '\0') {
		*known_r = false;
		return WF_OK;
	}
	q = sql_start(&w->conn, SQL_ACCOUNT_BRIEF);
	sql_put_text(&q, name);
	status = sql_next(&q);
	if (status != WF_OK && status != WF_NOT_FOUND)
		return status;
	*known_r = status == WF_OK;
	return sql_end(&q);
}

static wf_status
lane_evict(struct writer *w, const uint8_t *keep)
{
	int64_t over = w->work.unknown - w->store->unknown_max;
	int64_t gone = 0;
	struct sql q;
	wf_status status;

	if (over <= 0)
		return WF_OK;
	q = sql_start(&w->conn, SQL_THROTTLE_EVICT);
	sql_put_blob(&q, keep, THROTTLE_KEY_LEN);
	sql_put_int(&q, over);
	status = sql_run(&q, &gone);
	if (status == WF_OK)
		w->work.unknown -= gone;
	return status;
}

wf_status
lane_put(struct writer *w, const struct lane_row *old, const struct throttle_state *state,
	const char *name)
{
	bool known = false;
	struct sql q;
	wf_status status;

	if (state->failures == 0 && state->locked_until_ms == 0 && state->strangers_until_ms == 0)
		return lane_delete(w, old);
	status = lane_is_known(w, name, &known);
	if (status != WF_OK)
		return status;
	q = sql_start(&w->conn, SQL_THROTTLE_PUT);
	sql_put_blob(&q, old->state.key, THROTTLE_KEY_LEN);
	sql_put_int(&q, old->state.lane);
	sql_put_int(&q, state->failures);
	sql_put_int(&q, state->last_failure_ms);
	sql_put_int(&q, state->window_start_ms);
	sql_put_int(&q, state->locked_until_ms);
	sql_put_int(&q, state->strangers);
	sql_put_int(&q, state->strangers_until_ms);
	sql_put_int(&q, known ? 1 : 0);
	sql_put_text(&q, name);
	sql_put_int(&q, w->lock_ms);
	status = sql_run(&q, NULL);
	if (status != WF_OK)
		return status;
	w->work.unknown += (known ? 0 : 1) - (old->stored && !old->known ? 1 : 0);
	return lane_evict(w, old->state.key);
}

wf_status
lane_known(struct writer *w, const char *name, bool known)
{
	struct sql q = sql_start(&w->conn, SQL_THROTTLE_KNOWN);
	int64_t changed = 0;
	wf_status status;

	sql_put_text(&q, name);
	sql_put_int(&q, known ? 1 : 0);
	status = sql_run(&q, &changed);
	if (status == WF_OK)
		w->work.unknown += known ? -changed : changed;
	return status;
}

wf_status
lane_fail(struct writer *w, const uint8_t *key, const struct throttle_limit *limit, uint32_t weight,
	const char *name, struct lane_locks *locks)
{
	struct lane_row row;
	struct throttle_state before;
	struct throttle_state after;
	wf_status status = lane_get(&w->conn, key, limit->lane, &row);

	if (status != WF_OK)
		return status;
	before = throttle_current(&row.state, limit, w->lock_ms);
	after = throttle_failed(&before, limit, w->lock_ms, weight);
	if (before.locked_until_ms == 0 && after.locked_until_ms != 0)
		locks->all = true;
	if (before.strangers_until_ms == 0 && after.strangers_until_ms != 0)
		locks->strangers = true;
	return lane_put(w, &row, &after, name);
}

const char *
lane_locks_reason(const struct lane_locks *locks)
{
	if (locks->all)
		return "threshold";
	return locks->strangers ? "strangers" : NULL;
}

wf_status
lane_succeed(
	struct writer *w, const uint8_t *key, const struct throttle_limit *limit, const char *name)
{
	struct lane_row row;
	struct throttle_state before;
	struct throttle_state after;
	wf_status status = lane_get(&w->conn, key, limit->lane, &row);

	if (status != WF_OK || !row.stored)
		return status;
	/* a lock that has ended is none */
	before = throttle_current(&row.state, limit, w->lock_ms);
	after = throttle_succeeded(&before);
	return lane_put(w, &row, &after, name);
}

wf_status
lane_unlock(struct writer *w, const uint8_t *key)
{
	wf_status status = WF_OK;

	for (int lane = 0; status == WF_OK && lane < LANE_COUNT; lane++) {
		struct lane_row row;
		struct throttle_state after;

		status = lane_get(&w->conn, key, (enum throttle_lane)lane, &row);
		if (status != WF_OK || !row.stored)
			continue;
		after = throttle_unlocked(&row.state);
		status = lane_put(w, &row, &after, row.name);
	}
	return status;
}
