/*
 * The writer thread: group commit.
 *
 * It takes all jobs that are waiting, orders them by account, and runs them in one transaction, so
 * that one fsync serves them all.  A job that fails fails alone.  Few do, and a savepoint for each
 * costs a copy of every page that it changes; so there are none at first.  If a job fails after it
 * has changed something, the transaction is rolled back and run again without it, this time with
 * savepoints.  Until the commit a job may therefore run twice, with the same inputs.
 *
 * If the transaction itself fails nothing of it is believed: every job of the batch fails with the
 * cause, and what was known of the database is read anew before the next one.  `done` runs after
 * the commit.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/store/internal.h"
#include "common/buf.h"

#define PRUNE_MS 1000
#define SESSION_KEPT_US (30LL * 86400 * 1000000)

static wf_status (*const job_run[JOB_KINDS])(struct writer *, struct store_job *) = {
	[STORE_RESERVE] = job_reserve,
	[STORE_SETTLE] = job_settle,
	[STORE_ADMIN] = job_admin,
	[STORE_SESSION] = job_session,
	[STORE_RESUME] = job_resume,
	[STORE_RECORD] = job_record,
	[STORE_ATTEMPT] = job_attempt,
	[STORE_FORETELL] = job_foretell,
	[JOB_EXPIRE] = job_expire,
	[JOB_CLOCK_SAVE] = job_clock_save,
	[JOB_CLOCK_ACCEPT] = job_clock_accept,
	[JOB_LOG_EXPIRE] = job_log_expire,
};

struct ordered {
	struct store_job *job;
	uint64_t account; /* start of the throttle key: one account's jobs stand together */
	size_t at;        /* order of arrival */
	bool failed;      /* by itself: left out when the batch is run again */
};

struct batch {
	struct ordered jobs[BATCH_MAX];
	size_t n;
	struct work before;
	int64_t changes; /* of the connection when the batch began */
};

static void
settle_forget(struct store_settle *settle)
{
	settle->was_applied = false;
	settle->lock_set = false;
	settle->seq = 0;
}

void
job_forget(struct store_job *job)
{
	if (job->kind == STORE_RESERVE) {
		job->u.reserve.admission.answer = THROTTLE_FULL;
		job->u.reserve.admission.found = false;
		job->u.reserve.admission.reserve_used = false;
		job->u.reserve.ncredentials = 0;
	} else if (job->kind == STORE_SETTLE) {
		settle_forget(&job->u.settle);
	} else if (job->kind == STORE_ATTEMPT) {
		job->u.attempt.admission.answer = THROTTLE_FULL;
		job->u.attempt.admission.found = false;
		job->u.attempt.settled = false;
		settle_forget(&job->u.attempt.settle);
	} else if (job->kind == STORE_ADMIN) {
		job->u.admin.account_id = 0;
		job->u.admin.credential_id = 0;
		job->u.admin.norders = 0;
		job->u.admin.seq = 0;
	} else if (job->kind == STORE_RESUME) {
		job->u.resume.answer = RESUME_UNKNOWN;
		job->u.resume.found = false;
		job->u.resume.ncredentials = 0;
	} else if (job->kind == STORE_RECORD) {
		job->u.record.known = false;
		job->u.record.closed = 0;
		job->u.record.seq = 0;
	}
}

static uint64_t
job_account(const struct store_job *job)
{
	const struct store_lanes *lanes = NULL;
	struct wf_reader reader;
	uint64_t account = 0;

	if (job->kind == STORE_RESERVE)
		lanes = &job->u.reserve.admission.lanes;
	else if (job->kind == STORE_SETTLE)
		lanes = &job->u.settle.lanes;
	else if (job->kind == STORE_ATTEMPT)
		lanes = &job->u.attempt.admission.lanes;
	if (lanes == NULL || lanes->n == 0)
		return 0;
	wf_reader_init(&reader, lanes->states[0].key, THROTTLE_KEY_LEN);
	return wf_reader_get_u64(&reader, &account) == WF_OK ? account : 0;
}

static int
ordered_compare(const void *a, const void *b)
{
	const struct ordered *x = a;
	const struct ordered *y = b;

	if (x->account != y->account)
		return x->account < y->account ? -1 : 1;
	return x->at < y->at ? -1 : 1;
}

static void
batch_order(struct batch *batch, struct store_job *jobs)
{
	batch->n = 0;
	for (struct store_job *job = jobs; job != NULL && batch->n < BATCH_MAX; job = job->next) {
		batch->jobs[batch->n] = (struct ordered){job, job_account(job), batch->n, false};
		batch->n++;
	}
	qsort(batch->jobs, batch->n, sizeof(batch->jobs[0]), ordered_compare);
}

/* What a former run left: settled before anything else happens, or the batch fails. */
static wf_status
batch_leftovers(struct writer *w)
{
	struct sql q;
	wf_status status;

	if (!w->leftovers)
		return WF_OK;
	status = interrupt_expired(w, INT64_MAX, SIZE_MAX, NULL);
	if (status != WF_OK || !w->other_boot)
		return status;
	/*
	 * Sessions of another boot: their processes are gone, and pids and audit session ids start
	 * anew.
	 */
	q = sql_start(&w->conn, SQL_SESSION_CLOSE_ALL);
	sql_put_int(&q, w->now.wall_us);
	return sql_run(&q, NULL);
}

static wf_status
batch_begin(struct writer *w, struct batch *batch)
{
	struct lockclock seen;
	wf_status status = reconnect_check_file(w->store, &w->conn);

	if (status == WF_OK)
		status = sql_simple(&w->conn, SQL_BEGIN_WRITE);
	w->now = wf_clock_now(&w->store->clock);
	w->lock_ms = clock_lock_ms(w->store, w->now);
	clock_look(w->store, w->now, &seen);
	w->date_us = lockclock_date_us(&seen, w->now);
	w->suspect = seen.suspect;
	w->clock_write = false;
	w->clock_accept = false;
	batch->changes = w->conn.db != NULL ? sqlite3_total_changes64(w->conn.db) : 0;
	if (status == WF_OK && w->stale) {
		status = work_load(&w->conn, &w->work);
		w->stale = status != WF_OK;
	}
	batch->before = w->work;
	return status == WF_OK ? batch_leftovers(w) : status;
}

static wf_status
prune_before(struct writer *w, enum sql_id id, int64_t before)
{
	struct sql q = sql_start(&w->conn, id);

	sql_put_int(&q, before);
	return sql_run(&q, NULL);
}

/* Old rows go with a commit that happens anyway. */
static wf_status
batch_prune(struct writer *w)
{
	int64_t month = w->date_us - SESSION_KEPT_US;
	const struct {
		enum sql_id id;
		int64_t before;
	} old[] = {
		{SQL_VERDICT_PRUNE, w->lock_ms - VERDICT_AGE_MS},
		{SQL_COMPLETED_PRUNE, w->lock_ms - COMPLETED_AGE_MS},
		{SQL_CHALLENGE_PRUNE, w->lock_ms - CHALLENGE_AGE_MS},
		{SQL_RECORD_PRUNE, w->lock_ms - RECORD_AGE_MS},
		{SQL_ACCOUNTING_SILENT, month},
		{SQL_SESSION_PRUNE, month},
		{SQL_ORDER_PRUNE, month},
	};
	wf_status status = WF_OK;

	if (w->lock_ms - w->pruned_ms < PRUNE_MS)
		return WF_OK;
	w->pruned_ms = w->lock_ms;
	for (size_t i = 0; status == WF_OK && i < sizeof(old) / sizeof(old[0]); i++)
		status = prune_before(w, old[i].id, old[i].before);
	return status == WF_OK ? order_moot(w) : status;
}

/* What a failed job has changed is taken back: by its savepoint, or by running the batch again. */
static wf_status
batch_take_back(struct writer *w, int64_t changes)
{
	if (w->careful)
		return sql_rollback_to(&w->conn, "job");
	if (sqlite3_get_autocommit(w->conn.db) != 0)
		return WF_IO; /* a severe error has rolled the transaction back already */
	w->again = w->again || sqlite3_total_changes64(w->conn.db) != changes;
	return WF_OK;
}

/* WF_OK: the transaction stands, whether or not the job went well, or is to be run again. */
static wf_status
batch_job(struct writer *w, struct ordered *one)
{
	struct store_job *job = one->job;
	size_t kind = (size_t)job->kind;
	struct work before = w->work;
	int64_t changes = sqlite3_total_changes64(w->conn.db);
	wf_status status = w->careful ? sql_simple(&w->conn, SQL_SAVEPOINT_JOB) : WF_OK;

	if (status != WF_OK)
		return status;
	w->conn.cause[0] = '\0';
	job->cause[0] = '\0';
	job->status =
		kind >= JOB_KINDS || job_run[kind] == NULL ? WF_INVALID : job_run[kind](w, job);
	if (w->again)
		return WF_OK; /* it cannot tell before */
	if (job->status == WF_OK)
		return w->careful ? sql_simple(&w->conn, SQL_RELEASE_JOB) : WF_OK;
	one->failed = true;
	w->trouble = job->status;
	(void)snprintf(job->cause, sizeof(job->cause), "%s", w->conn.cause);
	w->work = before;
	return batch_take_back(w, changes);
}

/* A batch that changed nothing (refusals) is not written: it costs no fsync. */
static wf_status
batch_commit(struct writer *w, const struct batch *batch, bool *written_r)
{
	struct lockclock seen;
	wf_status status;

	*written_r = w->clock_write || w->clock_accept ||
		     sqlite3_total_changes64(w->conn.db) != batch->changes;
	if (!*written_r)
		return sql_simple(&w->conn, SQL_COMMIT);
	status = batch_prune(w);
	clock_look(w->store, w->now, &seen);
	if (w->clock_accept)
		lockclock_accept(&seen, w->now);
	if (status == WF_OK)
		status = meta_save(&w->conn, &w->work.head, w->lock_ms,
			(struct wf_now){lockclock_expected_us(&seen, w->now), w->now.boot_us},
			w->store->boot_id, seen.suspect);
	if (status == WF_OK)
		status = interrupt_next(w);
	return status == WF_OK ? sql_simple(&w->conn, SQL_COMMIT) : status;
}

/* Nothing of it happened: whatever the jobs were told before, they are told the cause now. */
static void
batch_fail(struct writer *w, const struct batch *batch, wf_status status)
{
	char cause[SQL_CAUSE_MAX];

	memcpy(cause, w->conn.cause, sizeof(cause));
	sql_rollback(&w->conn);
	w->work = batch->before;
	w->stale = true;
	atomic_store(&w->store->next_lease, 0);
	if (effect_refused(status))
		status = WF_IO;
	for (size_t i = 0; i < batch->n; i++) {
		struct store_job *job = batch->jobs[i].job;

		job->status = status;
		memcpy(job->cause, cause, sizeof(job->cause));
	}
}

static void
batch_believe(struct writer *w, bool written)
{
	w->leftovers = false;
	atomic_store(&w->store->last_order, w->work.order);
	atomic_store(&w->store->next_lease, w->work.next_lease);
	if (written)
		atomic_fetch_add(&w->store->commits, 1);
	if (!w->clock_accept)
		return;
	(void)pthread_mutex_lock(&w->store->clock_mutex);
	lockclock_accept(&w->store->lockclock, w->now);
	(void)pthread_mutex_unlock(&w->store->clock_mutex);
}

static void
batch_done(struct writer *w, const struct batch *batch)
{
	for (size_t i = 0; i < batch->n; i++) {
		struct store_job *job = batch->jobs[i].job;

		if (job->status != WF_OK)
			job_forget(job);
		atomic_fetch_add(&w->store->jobs, 1);
		if (job->done != NULL)
			job->done(job);
	}
}

/* With w->again in the end nothing is committed. */
static wf_status
batch_try(struct writer *w, struct batch *batch, bool *written_r)
{
	wf_status status = batch_begin(w, batch);

	w->again = false;
	for (size_t i = 0; status == WF_OK && !w->again && i < batch->n; i++)
		status = batch->jobs[i].failed ? WF_OK : batch_job(w, &batch->jobs[i]);
	return status == WF_OK && !w->again ? batch_commit(w, batch, written_r) : status;
}

static wf_status
batch_run(struct writer *w, struct batch *batch, bool *written_r)
{
	wf_status status;

	w->trouble = WF_OK;
	w->careful = false;
	status = batch_try(w, batch, written_r);
	if (status != WF_OK || !w->again)
		return status;
	sql_rollback(&w->conn);
	w->work = batch->before;
	w->careful = true;
	return batch_try(w, batch, written_r);
}

wf_status
writer_batch(struct writer *w, struct store_job *jobs)
{
	struct batch batch;
	bool written = false;
	wf_status status;

	batch_order(&batch, jobs);
	reconnect_before(w->store);
	(void)pthread_mutex_lock(&w->store->conn_mutex[THREAD_WRITER]);
	status = batch_run(w, &batch, &written);
	if (status == WF_OK)
		batch_believe(w, written);
	else
		batch_fail(w, &batch, status);
	(void)pthread_mutex_unlock(&w->store->conn_mutex[THREAD_WRITER]);
	reconnect_after(w->store, status != WF_OK ? status : w->trouble);
	batch_done(w, &batch);
	return status;
}

void *
writer_main(void *writer)
{
	struct writer *w = writer;
	struct store_job *jobs;

	while ((jobs = queue_take(&w->queue, BATCH_MAX)) != NULL)
		(void)writer_batch(w, jobs);
	return NULL;
}
