/*
 * Readers: threads with connections of their own that can only read.  Each job runs in a read
 * transaction that begins after the job was submitted and ends before `done`: it sees everything
 * that was committed before it was submitted, and one state of the database throughout.  Jobs that
 * wait together share one.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/store/internal.h"

static wf_status
read_reserve_uses(struct reader *r, struct store_read *read)
{
	struct sql q;
	wf_status status;

	read->reserve_uses = 0;
	if (!read->uses_wanted || !read->found)
		return WF_OK;
	q = sql_start(&r->conn, SQL_RESERVE_USES);
	sql_put_int(&q, read->account.id);
	status = sql_next(&q);
	if (status != WF_OK)
		return status;
	read->reserve_uses = (uint64_t)sql_get_int(&q);
	return sql_end(&q);
}

static wf_status
read_account(struct reader *r, struct store_read *read)
{
	wf_status status;

	read->found = false;
	read->ncredentials = 0;
	if (read->name == NULL && read->uid < 0)
		return WF_OK;
	status = load_account_by(&r->conn, read->name, read->uid, &read->found, &read->account,
		&read->version);
	if (status == WF_OK)
		status = read_reserve_uses(r, read);
	if (status != WF_OK || !read->found || read->bare)
		return status;
	return load_credentials(&r->conn, read->account.id, read->credentials, &read->ncredentials);
}

/* One sort of hashes behind those that are there already. */
static wf_status
read_hashes_of(struct reader *r, struct store_read *read, enum store_hash_of of)
{
	static const enum sql_id statements[HASH_SORTS] = {
		[HASH_OWN] = SQL_HASHES_OWN,
		[HASH_PERSON] = SQL_HASHES_PERSON,
		[HASH_FORMER] = SQL_HASHES_FORMER,
	};
	size_t room = STORE_HASHES_MAX - read->nhashes;
	size_t wanted = read->hashes_wanted[of] < room ? read->hashes_wanted[of] : room;
	struct sql q = sql_start(&r->conn, statements[of]);
	wf_status status;

	sql_put_int(&q, read->account.id);
	sql_put_int(&q, (int64_t)wanted);
	while ((status = sql_next(&q)) == WF_OK) {
		struct store_hash *hash = &read->hashes[read->nhashes++];
		size_t len;

		*hash = (struct store_hash){.of = of};
		sql_get_blob(&q, (uint8_t *)hash->text, sizeof(hash->text) - 1, &len);
	}
	return status == WF_NOT_FOUND ? sql_end(&q) : status;
}

static wf_status
read_hashes(struct reader *r, struct store_read *read)
{
	wf_status status = WF_OK;

	read->nhashes = 0;
	for (int of = 0; status == WF_OK && read->hashes != NULL && read->found && of < HASH_SORTS;
		of++)
		status = read_hashes_of(r, read, (enum store_hash_of)of);
	return status;
}

static wf_status
read_completed(struct reader *r, struct store_read *read)
{
	struct sql q;
	wf_status status;

	read->txn_found = false;
	if (!read->has_txn)
		return WF_OK;
	q = sql_start(&r->conn, SQL_COMPLETED_GET);
	sql_put_blob(&q, read->txn, WF_TXN_LEN);
	sql_put_int(&q, read->lock_ms - COMPLETED_AGE_MS);
	status = sql_next(&q);
	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_OK : status;
	read->txn_account = sql_get_int(&q);
	read->txn_kinds = (unsigned)sql_get_int(&q);
	sql_get_text(&q, read->txn_service, sizeof(read->txn_service));
	read->txn_purpose = (enum wf_purpose)sql_get_int(&q);
	read->txn_age_ms = read->lock_ms - sql_get_int(&q);
	status = sql_end(&q);
	read->txn_found = status == WF_OK;
	return status;
}

static wf_status
read_verdict(struct reader *r, struct store_read *read)
{
	struct sql q;
	wf_status status;

	read->verdict_known = false;
	if (!read->has_idempotency)
		return WF_OK;
	q = sql_start(&r->conn, SQL_VERDICT_GET);
	sql_put_blob(&q, read->idempotency, sizeof(read->idempotency));
	sql_put_int(&q, read->lock_ms - VERDICT_AGE_MS);
	status = sql_next(&q);
	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_OK : status;
	read->verdict = (enum wf_verdict)sql_get_int(&q);
	read->verdict_challenged = !sql_at_null(&q);
	if (read->verdict_challenged) {
		struct store_further *further = &read->verdict_further;

		sql_get_bytes(&q, read->verdict_txn, sizeof(read->verdict_txn));
		*further = (struct store_further){.round = (unsigned)sql_get_int(&q)};
		sql_get_text(&q, further->question, sizeof(further->question));
		further->echo = sql_get_int(&q) != 0;
	}
	status = sql_end(&q);
	read->verdict_known = status == WF_OK;
	return status;
}

static void
put_host(struct sql *q, const struct store_read *read)
{
	sql_put_text(q, read->host != NULL ? read->host : "");
	sql_put_text(q, read->boot != NULL ? read->boot : "");
}

static void
get_session_proof(struct sql *q, struct store_read *read)
{
	read->session_kinds = (unsigned)sql_get_int(q);
	read->session_age_ms = read->lock_ms - sql_get_int(q);
}

/* WF_NOT_FOUND: no open session by this statement and key. */
static wf_status
read_session_by(
	struct reader *r, struct store_read *read, enum sql_id id, int64_t key, int64_t start)
{
	struct sql q = sql_start(&r->conn, id);
	wf_status status;

	sql_put_int(&q, key);
	if (id == SQL_SESSION_BY_PROCESS)
		sql_put_int(&q, start);
	put_host(&q, read);
	status = sql_next(&q);
	if (status != WF_OK)
		return status;
	sql_get_text(&q, read->session_source.text, sizeof(read->session_source.text));
	read->session_source.remote = sql_get_int(&q) != 0;
	read->session_zone = (enum zone)sql_get_int(&q);
	sql_get_text(&q, read->session_user, sizeof(read->session_user));
	get_session_proof(&q, read);
	status = sql_end(&q);
	read->session_found = status == WF_OK;
	return status;
}

/* Source and zone are the outermost login's; what was proved is what this user proved within it. */
static wf_status
read_session_own(struct reader *r, struct store_read *read)
{
	struct sql q;
	wf_status status;

	if (read->name == NULL || strcmp(read->name, read->session_user) == 0)
		return WF_OK;
	q = sql_start(&r->conn, SQL_SESSION_OWN);
	sql_put_int(&q, read->audit_session);
	sql_put_text(&q, read->name);
	put_host(&q, read);
	status = sql_next(&q);
	if (status != WF_OK)
		return status == WF_NOT_FOUND ? WF_OK : status;
	get_session_proof(&q, read);
	(void)snprintf(read->session_user, sizeof(read->session_user), "%s", read->name);
	return sql_end(&q);
}

static wf_status
read_session(struct reader *r, struct store_read *read)
{
	wf_status status = WF_NOT_FOUND;

	read->session_found = false;
	if (read->audit_session != 0)
		status = read_session_by(r, read, SQL_SESSION_BY_AUDIT, read->audit_session, 0);
	if (status == WF_OK)
		return read_session_own(r, read);
	for (size_t i = 0; status == WF_NOT_FOUND && i < read->npids; i++)
		status = read_session_by(r, read, SQL_SESSION_BY_PROCESS, read->pids[i],
			(int64_t)read->starts[i]);
	return status == WF_NOT_FOUND ? WF_OK : status;
}

wf_status
job_read(struct reader *r, struct store_job *job)
{
	struct store_read *read = &job->u.read;
	wf_status status;

	if (read->lanes.n > STORE_LANES)
		return WF_INVALID;
	read->lock_ms = store_lock_ms(r->store);
	status = read_account(r, read);
	if (status == WF_OK)
		status = read_hashes(r, read);
	if (status == WF_OK)
		status = read_grant(r, read);
	if (status == WF_OK)
		status = lanes_read(&r->conn, read->lanes.states, read->lanes.n);
	if (status == WF_OK)
		status = read_completed(r, read);
	if (status == WF_OK)
		status = read_verdict(r, read);
	return status == WF_OK ? read_session(r, read) : status;
}

#define READ_MAX 64 /* in one read transaction */

/* Outputs of a read that failed show nothing. */
static void
reader_forget(struct store_job *job)
{
	if (job->kind == STORE_READ) {
		job->u.read.found = false;
		job->u.read.ncredentials = 0;
		job->u.read.nhashes = 0;
		job->u.read.txn_found = false;
		job->u.read.verdict_known = false;
		job->u.read.session_found = false;
	} else {
		job->u.view.n = 0;
	}
}

static void
reader_fail(struct reader *r, struct store_job *job, wf_status status)
{
	job->status = status;
	(void)snprintf(job->cause, sizeof(job->cause), "%s", r->conn.cause);
	reader_forget(job);
}

static void
reader_one(struct reader *r, struct store_job *job)
{
	wf_status status = job->kind == STORE_READ ? job_read(r, job) : job_view(r, job);

	job->cause[0] = '\0';
	job->status = WF_OK;
	if (status != WF_OK)
		reader_fail(r, job, status);
}

/*
 * All that wait, in one read transaction: it begins after each of them was submitted.  Gives the
 * last trouble.
 */
static wf_status
reader_work(struct reader *r, struct store_job *jobs)
{
	wf_status trouble = WF_OK;
	wf_status status = WF_IO;

	if (r->conn.db != NULL)
		status = sql_simple(&r->conn, SQL_BEGIN_READ);
	for (struct store_job *job = jobs; status == WF_OK && job != NULL; job = job->next)
		reader_one(r, job);
	if (status == WF_OK)
		status = sql_simple(&r->conn, SQL_COMMIT);
	sql_rollback(&r->conn);
	for (struct store_job *job = jobs; job != NULL; job = job->next) {
		if (status != WF_OK)
			reader_fail(r, job, status);
		if (job->status != WF_OK)
			trouble = job->status;
	}
	return trouble;
}

static pthread_mutex_t *
reader_mutex(struct reader *r)
{
	return &r->store->conn_mutex[THREAD_READ + (r - r->store->readers)];
}

static void
reader_run(struct reader *r, struct store_job *jobs)
{
	wf_status trouble;

	reconnect_before(r->store);
	(void)pthread_mutex_lock(reader_mutex(r));
	trouble = reader_work(r, jobs);
	(void)pthread_mutex_unlock(reader_mutex(r));
	reconnect_after(r->store, trouble);
	while (jobs != NULL) {
		struct store_job *job = jobs;

		jobs = job->next;
		atomic_fetch_add(&r->store->jobs, 1);
		if (job->done != NULL)
			job->done(job);
	}
}

void *
reader_main(void *reader)
{
	struct reader *r = reader;
	struct store_job *jobs;

	(void)pthread_mutex_lock(reader_mutex(r));
	if (r == &r->store->readers[1])
		exempt_load(r);
	(void)pthread_mutex_unlock(reader_mutex(r));
	while ((jobs = queue_take(&r->queue, READ_MAX)) != NULL)
		reader_run(r, jobs);
	return NULL;
}
