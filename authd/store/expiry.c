/*
 * Expiry: see retention.h.  The tombstone and the place from which the log is kept are one commit;
 * from then on nothing shows the rows before it, and what removes them can be torn apart between
 * any two commits.
 */
#include "config.h"

#include <string.h>

#include "authd/store/internal.h"

#define US_PER_MS 1000

/* --- from where on the log is kept --- */

static wf_status
kept_all(struct sql_conn *conn, struct store_kept *kept_r)
{
	struct store_kept kept = {.tombstone = 0};
	struct meta meta;
	wf_status status = meta_load(conn, &meta);

	if (status == WF_OK)
		status = audit_head_init(&kept.before, meta.node);
	if (status == WF_OK)
		*kept_r = kept;
	return status;
}

wf_status
kept_load(struct sql_conn *conn, struct store_kept *kept_r)
{
	struct store_kept kept = {.tombstone = 0};
	struct sql q = sql_start(conn, SQL_KEPT);
	wf_status status = sql_next(&q);

	if (status == WF_NOT_FOUND)
		return kept_all(conn, kept_r);
	if (status != WF_OK)
		return status;
	kept.before.seq = (uint64_t)sql_get_int(&q);
	sql_get_bytes(&q, kept.before.chain, sizeof(kept.before.chain));
	kept.tombstone = (uint64_t)sql_get_int(&q);
	status = sql_end(&q);
	if (status == WF_OK)
		*kept_r = kept;
	return status;
}

/* --- holds --- */

wf_status
hold_load(struct sql_conn *conn, struct store_hold *hold_r)
{
	struct store_hold hold = {.held = true};
	struct sql q = sql_start(conn, SQL_HOLD_GET);
	wf_status status = sql_next(&q);

	if (status == WF_NOT_FOUND) {
		*hold_r = (struct store_hold){.held = false};
		return WF_OK;
	}
	if (status != WF_OK)
		return status;
	hold.since_us = sql_get_int(&q);
	sql_get_text(&q, hold.by, sizeof(hold.by));
	sql_get_text(&q, hold.reason, sizeof(hold.reason));
	sql_get_text(&q, hold.ticket, sizeof(hold.ticket));
	status = sql_end(&q);
	if (status == WF_OK)
		*hold_r = hold;
	return status;
}

wf_status
effect_log_hold(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	char by[sizeof(((struct store_hold *)0)->by)] = "";
	struct sql q = sql_start(&w->conn, SQL_HOLD_PUT);
	int64_t changed = 0;
	wf_status status;

	(void)result;
	if (effect->blob_len >= sizeof(by))
		return WF_INVALID;
	memcpy(by, effect->blob, effect->blob_len);
	sql_put_int(&q, effect->value);
	sql_put_text(&q, by);
	sql_put_text(&q, effect->text2);
	sql_put_text(&q, effect->text);
	status = sql_run(&q, &changed);
	return status == WF_OK && changed != 1 ? WF_EXISTS : status;
}

wf_status
effect_log_release(struct writer *w, const struct effect *effect, struct effect_result *result)
{
	struct sql q = sql_start(&w->conn, SQL_HOLD_END);
	int64_t changed = 0;
	wf_status status;

	(void)effect;
	(void)result;
	status = sql_run(&q, &changed);
	return status == WF_OK && changed != 1 ? WF_NOT_FOUND : status;
}

wf_status
view_kept(struct reader *r, struct store_view *view)
{
	wf_status status = kept_load(&r->conn, &view->kept);

	return status == WF_OK ? hold_load(&r->conn, &view->hold) : status;
}

/* --- steps --- */

bool
store_month_is_due(const struct store_month *month, int64_t keep_us, int64_t date_us,
	int64_t lock_ms, int64_t *due_us_r)
{
	int64_t by_date = month->closed_us + keep_us;
	int64_t by_lock = date_us + (month->closed_ms - lock_ms) * US_PER_MS + keep_us;
	int64_t due = by_date > by_lock ? by_date : by_lock;

	if (month->run.last_seq == 0)
		due = INT64_MAX;
	if (due_us_r != NULL)
		*due_us_r = due;
	return date_us >= due;
}

static wf_status
expiry_remove(struct writer *w, struct store_expiry *expiry, const struct store_month *month)
{
	struct sql q = sql_start(&w->conn, SQL_AUDIT_REMOVE);
	int64_t changed = 0;
	wf_status status;

	sql_put_int(&q, (int64_t)month->run.last_seq);
	sql_put_int(&q, expiry->rows != 0 ? (int64_t)expiry->rows : STORE_EXPIRY_ROWS);
	status = sql_run(&q, &changed);
	expiry->step = EXPIRY_REMOVED;
	expiry->removed = (size_t)changed;
	return status;
}

/* Its last row is gone: so are the spans of time that only it had. */
static wf_status
expiry_finish(struct writer *w, const struct store_month *month)
{
	struct sql q = sql_start(&w->conn, SQL_SPAN_REMOVE);
	wf_status status;

	sql_put_int(&q, (int64_t)month->run.last_seq + 1);
	status = sql_run(&q, NULL);
	if (status != WF_OK)
		return status;
	q = sql_start(&w->conn, SQL_MONTH_REMOVED);
	sql_put_int(&q, (int64_t)month->run.first_seq);
	return sql_run(&q, NULL);
}

static wf_status
expiry_bury(struct writer *w, struct store_expiry *expiry, const struct store_month *month)
{
	struct audit_row row;
	struct sql q;
	wf_status status;

	chain_own_row(w->now.wall_us, w->store->node, AUDIT_TOMBSTONE, AUDIT_EVENT_EXPIRE, &row);
	AUDIT_TEXT(row.reason, "retention");
	AUDIT_TEXT(row.rule, expiry->rule);
	audit_run_put(&month->run, &row);
	status = chain_append(w, &row);
	if (status != WF_OK)
		return status;
	q = sql_start(&w->conn, SQL_MONTH_EXPIRE);
	sql_put_int(&q, (int64_t)w->work.head.seq);
	sql_put_int(&q, w->date_us);
	sql_put_int(&q, (int64_t)month->run.first_seq);
	status = sql_run(&q, NULL);
	if (status != WF_OK)
		return status;
	w->work.kept_after = month->run.last_seq;
	expiry->step = EXPIRY_TOMBSTONE;
	expiry->run = month->run;
	return WF_OK;
}

/*
 * By all clocks and all evidence: the date, the wall clock that the tombstone is written by, and
 * the checkpoints.  One that was made late says of its rows that they are younger than they are,
 * and nobody is to be accused later of having removed them before their time.
 */
static wf_status
expiry_is_due(struct writer *w, const struct store_expiry *expiry, const struct store_month *month,
	bool *due_r)
{
	const int64_t wall_us = w->now.wall_us;
	const int64_t date_us = wall_us < w->date_us ? wall_us : w->date_us;
	struct sql q = sql_start(&w->conn, SQL_CHECKPOINT_AGE);
	int64_t proved_us;
	wf_status status;

	sql_put_int(&q, (int64_t)month->run.last_seq);
	status = sql_next(&q);
	if (status != WF_OK)
		return status;
	proved_us = sql_get_int(&q);
	status = sql_end(&q);
	if (status == WF_OK)
		*due_r = expiry->keep_us > 0 && date_us - proved_us >= expiry->keep_us &&
			 store_month_is_due(month, expiry->keep_us, date_us, w->lock_ms, NULL);
	return status;
}

/* The oldest month, if it may go. */
static wf_status
expiry_begin(struct writer *w, struct store_expiry *expiry)
{
	struct store_month month;
	struct sql q = sql_start(&w->conn, SQL_MONTH_OLDEST);
	wf_status status = month_find(&q, &month);
	bool due = false;

	if (status == WF_OK)
		status = expiry_is_due(w, expiry, &month, &due);
	if (status == WF_OK && due)
		status = expiry_bury(w, expiry, &month);
	return status == WF_NOT_FOUND ? WF_OK : status;
}

/* Of a month that has its tombstone; WF_NOT_FOUND: nothing is left of any. */
static wf_status
expiry_go_on(struct writer *w, struct store_expiry *expiry)
{
	struct store_month month;
	struct sql q = sql_start(&w->conn, SQL_MONTH_UNREMOVED);
	wf_status status = month_find(&q, &month);

	if (status == WF_OK)
		status = expiry_remove(w, expiry, &month);
	return status == WF_OK && expiry->removed == 0 ? expiry_finish(w, &month) : status;
}

/* What was known of rows that are gone. */
static wf_status
expiry_tidy(struct writer *w, struct store_expiry *expiry)
{
	wf_status status = incidents_forget(w, expiry->keep_us, &expiry->removed);

	if (status == WF_OK && expiry->removed > 0)
		expiry->step = EXPIRY_REMOVED;
	return status;
}

wf_status
job_log_expire(struct writer *w, struct store_job *job)
{
	struct store_expiry *expiry = &job->u.expiry;
	struct store_hold hold;
	wf_status status = hold_load(&w->conn, &hold);

	if (status != WF_OK)
		return status;
	expiry->removed = 0;
	expiry->step = hold.held ? EXPIRY_HELD : w->suspect ? EXPIRY_SUSPECT : EXPIRY_DONE;
	if (hold.held)
		return WF_OK;
	status = expiry_go_on(w, expiry);
	if (status != WF_NOT_FOUND)
		return status;
	if (!expiry->begin || w->suspect)
		return WF_OK;
	status = expiry_begin(w, expiry);
	return status == WF_OK && expiry->step == EXPIRY_DONE ? expiry_tidy(w, expiry) : status;
}

/*
 * Brings what the step has put into the log of SQLite to its place, from here and now: a step
 * touches hundreds of pages, and else the writer would do it for many steps at once, between two
 * logins.  If it cannot be, the writer does.
 */
static void
expiry_settle(struct store *store)
{
	struct sql_conn conn;
	int64_t busy;
	wf_status status = sql_open(&conn, store->path, SQL_WRITER);

	if (status == WF_OK)
		status = sql_pragma(&conn, "PRAGMA wal_checkpoint(PASSIVE)", &busy);
	reconnect_close(store, &conn, status);
}

wf_status
store_expire_log(struct store *store, struct store_expiry *expiry)
{
	struct store_job job = {
		.kind = (enum store_job_kind)JOB_LOG_EXPIRE,
		.u.expiry = *expiry,
	};
	wf_status status = store_run(store, &job);

	if (status != WF_OK)
		return status;
	*expiry = job.u.expiry;
	if (expiry->step == EXPIRY_REMOVED)
		expiry_settle(store);
	return WF_OK;
}
