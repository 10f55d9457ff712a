/*
 * Open challenges: a first round was right, and the answer to the second prompt is awaited.  The
 * reservation of the transaction stays pending meanwhile (I1), marked `waiting`, and carries the
 * row that is written if nobody answers.
 *
 * The account lane does not count a waiting reservation that ends: the answer given was right.  So
 * what ends it is no crash but its time, a further challenge of the account, or an attempt that
 * needs the room; and who takes it up (RESUME) makes it an ordinary one again, which a crash does
 * count.  Where another server has asked, nobody knows yet whether the answer before was right:
 * that is counted in the POSSESSION lane, else guesses there would be free.  If a token of ours has
 * said no to it before, it was a guess, and the account lane counts it as well (I1).
 */
#include "config.h"

#include <string.h>

#include "authd/store/internal.h"

/* States of the table. */
enum { CHALLENGE_OPEN = 0, CHALLENGE_USED = 1, CHALLENGE_ENDED = 2 };

/* The row and the lease that the reservation has from now on. */
static wf_status
challenge_hold(struct writer *w, const uint8_t txn[WF_TXN_LEN], enum reservation_waits waiting,
	int64_t until_ms, const struct audit_row *row, int64_t *changed_r)
{
	struct wf_buf encoded;
	wf_status status;

	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
	status = audit_row_encode(row, &encoded);
	reservation_note(w, until_ms);
	if (status == WF_OK) {
		struct sql q = sql_start(&w->conn, SQL_RESERVATION_HOLD);

		sql_put_int(&q, waiting);
		sql_put_int(&q, until_ms);
		sql_put_blob(&q, encoded.data, encoded.len);
		sql_put_blob(&q, txn, WF_TXN_LEN);
		status = sql_run(&q, changed_r);
	}
	wf_buf_clear(&encoded);
	return status;
}

/* What counts if nobody answers: key and limit of the lane. */
static void
challenge_put_lane(struct sql *q, const struct store_settle *settle)
{
	const struct store_lanes *lanes = &settle->lanes;
	size_t i = 0;

	while (i < lanes->n && lanes->states[i].lane != LANE_POSSESSION)
		i++;
	if (i == lanes->n || !settle->count[LANE_POSSESSION]) {
		sql_put_null(q);
		for (int column = 0; column < 3; column++)
			sql_put_int(q, 0);
		return;
	}
	sql_put_blob(q, lanes->states[i].key, THROTTLE_KEY_LEN);
	sql_put_int(q, lanes->limits[i].threshold);
	sql_put_int(q, lanes->limits[i].window_ms);
	sql_put_int(q, lanes->limits[i].lock_ms);
}

/*
 * What was found out of the password is one number, so that the greater is what any round has said:
 * whether it has leaked, and its length and classes (16 at most each) above that.
 */
#define HEARD_LEAK_BITS 4
#define HEARD_NOTE_BITS 8

static int64_t
heard_pack(const struct store_settle *settle)
{
	const int64_t note =
		(int64_t)settle->note.classes << HEARD_NOTE_BITS | (int64_t)settle->note.length;

	return note << HEARD_LEAK_BITS | (int64_t)settle->leak;
}

static void
heard_unpack(int64_t heard, struct store_resume *resume)
{
	const int64_t note = heard >> HEARD_LEAK_BITS;

	resume->leak = (enum store_leak)(heard & ((1 << HEARD_LEAK_BITS) - 1));
	resume->note = (struct password_note){
		.length = (uint32_t)(note & ((1 << HEARD_NOTE_BITS) - 1)),
		.classes = (unsigned)(note >> HEARD_NOTE_BITS)};
}

/* A further round takes the place of the one before, which has been taken up. */
static wf_status
challenge_insert(struct writer *w, const struct store_settle *settle, const char *name)
{
	struct sql q = sql_start(&w->conn, SQL_CHALLENGE_INSERT);
	int64_t changed = 0;
	wf_status status;

	sql_put_blob(&q, settle->txn, WF_TXN_LEN);
	sql_put_int(&q, settle->account);
	sql_put_text(&q, name);
	sql_put_text(&q, settle->service);
	sql_put_int(&q, settle->kinds);
	sql_put_text(&q, settle->factors);
	sql_put_int(&q, w->lock_ms);
	sql_put_int(&q, w->lock_ms + settle->challenge_ms);
	sql_put_int(&q, settle->further.round);
	sql_put_text(&q, settle->further.server);
	sql_put_blob(&q, settle->further.state, settle->further.state_len);
	challenge_put_lane(&q, settle);
	sql_put_int(&q, heard_pack(settle));
	status = sql_run(&q, &changed);
	return status == WF_OK && changed != 1 ? WF_INVALID : status;
}

/* The oldest of the account apart from `txn`, and how many it has with it. */
static wf_status
challenge_oldest(struct writer *w, const struct store_settle *settle, uint8_t txn_r[WF_TXN_LEN],
	int64_t *n_r)
{
	struct sql q = sql_start(&w->conn, SQL_CHALLENGE_OLDEST);
	wf_status status;

	sql_put_int(&q, settle->account);
	sql_put_blob(&q, settle->txn, WF_TXN_LEN);
	status = sql_next(&q);
	if (status != WF_OK)
		return status;
	sql_get_bytes(&q, txn_r, WF_TXN_LEN);
	*n_r = sql_get_int(&q);
	return sql_end(&q);
}

/* At most STORE_CHALLENGES of an account. */
static wf_status
challenge_bound(struct writer *w, const struct store_settle *settle)
{
	for (;;) {
		uint8_t oldest[WF_TXN_LEN];
		int64_t n;
		wf_status status = challenge_oldest(w, settle, oldest, &n);

		if (status == WF_NOT_FOUND || (status == WF_OK && n <= STORE_CHALLENGES))
			return WF_OK;
		if (status == WF_OK)
			status = interrupt_one(w, oldest);
		if (status != WF_OK)
			return status;
	}
}

wf_status
challenge_open(struct writer *w, const struct store_settle *settle, const struct reservation *held)
{
	wf_status status = challenge_hold(w, settle->txn,
		settle->count[LANE_ACCOUNT] ? WAITS_COUNTED : WAITS_UNCOUNTED,
		w->lock_ms + settle->challenge_ms, &settle->applied, NULL);

	if (status == WF_OK)
		status = challenge_insert(w, settle, held->name);
	return status == WF_OK ? challenge_bound(w, settle) : status;
}

/* To the end of a statement that gives one row back. */
static wf_status
challenge_only_row(struct sql *q)
{
	wf_status status = sql_next(q);

	return status == WF_NOT_FOUND ? sql_end(q) : status;
}

wf_status
challenge_ended(struct writer *w, const uint8_t txn[WF_TXN_LEN], const char *name,
	struct lane_locks *locks)
{
	struct sql q = sql_start(&w->conn, SQL_CHALLENGE_END);
	struct throttle_limit limit = {.lane = LANE_POSSESSION};
	uint8_t key[THROTTLE_KEY_LEN];
	bool counts;
	wf_status status;

	sql_put_blob(&q, txn, WF_TXN_LEN);
	status = sql_next(&q);
	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_OK : status;
	counts = !sql_at_null(&q);
	if (counts) {
		sql_get_bytes(&q, key, sizeof(key));
		limit.threshold = (uint32_t)sql_get_int(&q);
		limit.window_ms = sql_get_int(&q);
		limit.lock_ms = sql_get_int(&q);
	}
	status = challenge_only_row(&q);
	return status == WF_OK && counts ? lane_fail(w, key, &limit, 1, name, locks) : status;
}

wf_status
challenge_yield(struct writer *w, const struct store_lanes *lanes, bool *ended_r)
{
	const struct throttle_state *account = lanes_account(lanes->states, lanes->n);
	struct sql q = sql_start(&w->conn, SQL_RESERVATION_WAITING_OF);
	uint8_t txn[WF_TXN_LEN];
	wf_status status;

	*ended_r = false;
	sql_put_blob(&q, account->key, THROTTLE_KEY_LEN);
	sql_put_int(&q, lanes->limits[account - lanes->states].familiar ? 1 : 0);
	status = sql_next(&q);
	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_OK : status;
	sql_get_bytes(&q, txn, sizeof(txn));
	status = sql_end(&q);
	if (status == WF_OK)
		status = interrupt_one(w, txn);
	*ended_r = status == WF_OK;
	return status;
}

/* Why there is none to take up. */
static wf_status
resume_why(struct writer *w, struct store_resume *resume)
{
	struct sql q = sql_start(&w->conn, SQL_CHALLENGE_STATE);
	wf_status status;

	resume->answer = RESUME_UNKNOWN;
	sql_put_blob(&q, resume->txn, WF_TXN_LEN);
	sql_put_text(&q, resume->name);
	sql_put_text(&q, resume->service);
	sql_put_int(&q, resume->further.round);
	status = sql_next(&q);
	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_OK : status;
	resume->answer = sql_get_int(&q) == CHALLENGE_USED ? RESUME_USED : RESUME_ENDED;
	return sql_end(&q);
}

/* One conditional update: whoever changes the row has it. */
static wf_status
resume_take(struct writer *w, struct store_resume *resume)
{
	struct sql q = sql_start(&w->conn, SQL_CHALLENGE_TAKE);
	struct store_further *further = &resume->further;
	wf_status status;

	sql_put_blob(&q, resume->txn, WF_TXN_LEN);
	sql_put_text(&q, resume->name);
	sql_put_text(&q, resume->service);
	sql_put_int(&q, w->lock_ms);
	sql_put_int(&q, further->round);
	status = sql_next(&q);
	if (status == WF_NOT_FOUND)
		return resume_why(w, resume);
	if (status != WF_OK)
		return status;
	resume->kinds = (unsigned)sql_get_int(&q);
	sql_get_text(&q, resume->factors, sizeof(resume->factors));
	sql_get_text(&q, further->server, sizeof(further->server));
	sql_get_blob(&q, further->state, sizeof(further->state), &further->state_len);
	heard_unpack(sql_get_int(&q), resume);
	further->guessed = sql_get_int(&q) == WAITS_COUNTED;
	status = challenge_only_row(&q);
	if (status == WF_OK)
		resume->answer = RESUME_FOUND;
	return status;
}

static wf_status
resume_hold(struct writer *w, struct store_resume *resume)
{
	int64_t changed = 0;
	wf_status status = challenge_hold(w, resume->txn, WAITS_NOT, w->lock_ms + resume->lease_ms,
		&resume->interrupted, &changed);

	/*
	 * They change in one commit, so an open challenge without its reservation is a damaged
	 * file.
	 */
	return status == WF_OK && changed != 1 ? WF_CORRUPT : status;
}

wf_status
job_resume(struct writer *w, struct store_job *job)
{
	struct store_resume *resume = &job->u.resume;
	wf_status status;

	if (resume->name == NULL || resume->service == NULL || resume->lease_ms <= 0)
		return WF_INVALID;
	resume->found = false;
	resume->ncredentials = 0;
	status = resume_take(w, resume);
	if (status != WF_OK || resume->answer != RESUME_FOUND)
		return status;
	status = resume_hold(w, resume);
	if (status == WF_OK)
		status = load_account_by(
			&w->conn, resume->name, -1, &resume->found, &resume->account, NULL);
	if (status == WF_OK && resume->found)
		status = load_credentials(
			&w->conn, resume->account.id, resume->credentials, &resume->ncredentials);
	return status;
}
