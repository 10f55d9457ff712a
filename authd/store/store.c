/*
 * Opening, closing and submitting.  The order at start: files and modes, the one-daemon lock,
 * schema, identity, the end of the log, the clock, what a crash left, then the threads.
 */
#include "config.h"

#include "authd/store/store.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authd/store/internal.h"
#include "common/fault.h"
#include "common/i18n.h"

#define QUEUE_MAX 4096
#define UNKNOWN_MAX 65536

static wf_status
store_wal(struct store *store, char *why_r, size_t size)
{
	wf_status status = sql_script(&store->writer.conn, "PRAGMA journal_mode=WAL");

	if (status != WF_OK)
		(void)snprintf(why_r, size, _("The store %s cannot be written: %s"), store->path,
			store->writer.conn.cause);
	return status;
}

/* The row of this store's identity; made when the database is new. */
static wf_status
store_identity(struct store *store, const struct store_options *options, struct meta *meta_r)
{
	struct sql_conn *conn = &store->writer.conn;
	wf_status status = meta_load(conn, meta_r);

	if (status != WF_NOT_FOUND)
		return status;
	status = meta_create(conn, options->node, wf_clock_now(&options->clock), store->boot_id);
	return status == WF_OK ? meta_load(conn, meta_r) : status;
}

static wf_status
store_migrated(struct store *store, int before)
{
	struct audit_row row;
	struct store_job job = {.kind = STORE_ADMIN, .u.admin = {.rows = &row, .nrows = 1}};
	wf_status status;

	if (before == 0 || before == STORE_SCHEMA)
		return WF_OK;
	chain_own_row(wf_clock_now(&store->clock).wall_us, store->node, AUDIT_SYSTEM, "migration",
		&row);
	(void)snprintf(row.detail, sizeof(row.detail), "schema %d to %d", before, STORE_SCHEMA);
	status = writer_batch(&store->writer, &job);
	return status == WF_OK ? job.status : status;
}

/* Everything that the database says; the writer's connection is open. */
static wf_status
store_load(struct store *store, const struct store_options *options, char *why_r, size_t size)
{
	struct meta meta;
	int before = 0;
	wf_status status = schema_open(&store->writer.conn, store->path, &before, why_r, size);

	if (status != WF_OK)
		return status;
	status = store_identity(store, options, &meta);
	if (status == WF_OK)
		status = work_load(&store->writer.conn, &store->writer.work);
	if (status != WF_OK) {
		(void)snprintf(why_r, size, _("The store %s cannot be read: %s"), store->path,
			store->writer.conn.cause);
		return status;
	}
	status = chain_check_tail(&store->writer.conn, &meta, why_r, size);
	if (status != WF_OK)
		return status;
	memcpy(store->id, meta.id, sizeof(store->id));
	memcpy(store->node, meta.node, sizeof(store->node));
	store->generation = (uint64_t)meta.generation;
	/* Where the boot cannot be told, it is taken for another one: no session is believed. */
	store->writer.other_boot =
		store->boot_id[0] == '\0' || strcmp(meta.saved.boot_id, store->boot_id) != 0;
	status = clock_open(store, &meta);
	if (status != WF_OK)
		return status;
	store->writer.leftovers = true;
	status = store_migrated(store, before);
	if (status != WF_OK)
		(void)snprintf(why_r, size, _("The store %s cannot be written: %s"), store->path,
			store->writer.conn.cause);
	return status;
}

static wf_status
store_connect(struct store *store, const struct store_options *options, char *why_r, size_t size)
{
	wf_status status = sql_open(&store->writer.conn, store->path, SQL_WRITER);

	if (status != WF_OK) {
		(void)snprintf(why_r, size, _("The store %s cannot be opened: %s"), store->path,
			store->writer.conn.cause);
		return status;
	}
	status = store_wal(store, why_r, size);
	if (status == WF_OK)
		status = reconnect_note_file(store);
	if (status == WF_OK)
		status = store_load(store, options, why_r, size);
	for (size_t i = 0; status == WF_OK && i < 2; i++) {
		status = sql_open(&store->readers[i].conn, store->path, SQL_READER);
		if (status != WF_OK)
			(void)snprintf(why_r, size, _("The store %s cannot be opened: %s"),
				store->path, store->readers[i].conn.cause);
	}
	return status;
}

/* Signals are the program's: no thread of the store takes one. */
static bool
store_thread(struct store *store, size_t at, void *(*run)(void *), void *context)
{
	sigset_t all;
	sigset_t before;
	int failed;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = wf_fault(WF_FAULT_THREAD)
			 ? EAGAIN
			 : pthread_create(&store->threads[at], NULL, run, context);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	store->started[at] = failed == 0;
	return failed == 0;
}

static wf_status
store_start(struct store *store, char *why_r, size_t size)
{
	static const struct {
		void *(*run)(void *);
		const char *name;
	} threads[THREAD_COUNT] = {
		[THREAD_WRITER] = {writer_main, "store-write"},
		[THREAD_READ] = {reader_main, "store-read"},
		[THREAD_VIEW] = {reader_main, "store-view"},
	};
	void *const contexts[THREAD_COUNT] = {
		[THREAD_WRITER] = &store->writer,
		[THREAD_READ] = &store->readers[0],
		[THREAD_VIEW] = &store->readers[1],
	};

	for (size_t i = 0; i < THREAD_COUNT; i++) {
		if (!store_thread(store, i, threads[i].run, contexts[i])) {
			(void)snprintf(why_r, size, _("The store's threads cannot be started."));
			return WF_UNAVAILABLE;
		}
		(void)pthread_setname_np(store->threads[i], threads[i].name);
	}
	return WF_OK;
}

static wf_status
store_init(struct store *store, const struct store_options *options)
{
	size_t max = options->queue_max != 0 ? options->queue_max : QUEUE_MAX;
	wf_status status;

	store->clock = options->clock;
	store->unknown_max = options->unknown_max != 0 ? options->unknown_max : UNKNOWN_MAX;
	store->lock_fd = -1;
	store->writer.store = store;
	atomic_store(&store->next_lease, 0);
	wf_clock_boot_id(store->boot_id);
	store->path = wf_fault(WF_FAULT_ALLOC) ? NULL : strdup(options->path);
	if (store->path == NULL)
		return WF_NO_MEMORY;
	status = reconnect_init(store);
	if (status == WF_OK)
		status = queue_init(&store->writer.queue, max);
	for (size_t i = 0; status == WF_OK && i < 2; i++) {
		store->readers[i].store = store;
		status = queue_init(&store->readers[i].queue, max);
	}
	return status;
}

static wf_status
store_build(struct store *store, const struct store_options *options, char *why_r, size_t size)
{
	bool fresh;
	wf_status status = store_init(store, options);

	if (status == WF_OK)
		status = store_restore_finish(store->path, why_r, size);
	if (status == WF_OK)
		status = check_files(store->path, options->create, &fresh, why_r, size);
	if (status == WF_OK)
		status = check_lock(store->path, &store->lock_fd, why_r, size);
	if (status == WF_OK)
		status = store_connect(store, options, why_r, size);
	if (status != WF_OK)
		return status;
	/*
	 * If what a crash left cannot be settled now (a full disk), the first batch that can does
	 * it.
	 */
	(void)writer_batch(&store->writer, NULL);
	return store_start(store, why_r, size);
}

wf_status
store_open(const struct store_options *options, struct store **store_r, char *why_r, size_t size)
{
	struct store *store = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*store));
	wf_status status;

	if (store == NULL)
		return WF_NO_MEMORY;
	why_r[0] = '\0';
	status = store_build(store, options, why_r, size);
	if (status != WF_OK) {
		if (why_r[0] == '\0')
			(void)snprintf(why_r, size, _("The store %s cannot be opened: %s"),
				options->path, _(wf_status_text(status)));
		store_close(&store);
		return status;
	}
	*store_r = store;
	return WF_OK;
}

static struct queue *
store_queue(struct store *store, size_t thread)
{
	return thread == THREAD_WRITER ? &store->writer.queue : &store->readers[thread - 1].queue;
}

void
store_close(struct store **store_p)
{
	struct store *store = *store_p;

	if (store == NULL)
		return;
	*store_p = NULL;
	for (size_t i = 0; i < THREAD_COUNT; i++) {
		if (store->started[i]) {
			queue_close(store_queue(store, i));
			(void)pthread_join(store->threads[i], NULL);
		}
	}
	for (size_t i = 0; i < 2; i++)
		sql_close(&store->readers[i].conn);
	/* Last: closing it brings the log back into the database. */
	sql_close(&store->writer.conn);
	for (size_t i = 0; i < THREAD_COUNT; i++)
		queue_clear(store_queue(store, i));
	reconnect_clear(store);
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	free(store->path);
	free(store);
}

/* Without the arrays at their ends. */
static const size_t job_sizes[STORE_JOB_KINDS] = {
	[STORE_READ] = offsetof(struct store_job, u.read.credentials),
	[STORE_RESERVE] = offsetof(struct store_job, u.reserve.credentials),
	[STORE_SETTLE] = offsetof(struct store_job, u.settle.effects),
	[STORE_ADMIN] = offsetof(struct store_job, u) + sizeof(struct store_admin),
	[STORE_SESSION] = offsetof(struct store_job, u) + sizeof(struct store_session),
	[STORE_VIEW] = offsetof(struct store_job, u) + sizeof(struct store_view),
	[STORE_RESUME] = offsetof(struct store_job, u.resume.credentials),
	[STORE_RECORD] = offsetof(struct store_job, u) + sizeof(struct store_record),
	[STORE_ATTEMPT] = offsetof(struct store_job, u.attempt.settle.effects),
	[STORE_FORETELL] = offsetof(struct store_job, u) + sizeof(struct store_admission),
};

void
store_job_init(struct store_job *job, enum store_job_kind kind)
{
	memset(job, 0, job_sizes[kind]);
	job->kind = kind;
}

size_t
store_job_extent(const struct store_job *job)
{
	size_t size = job_sizes[job->kind];

	if (job->status != WF_OK)
		return sizeof(*job);
	if (job->kind == STORE_READ)
		size += job->u.read.ncredentials * sizeof(job->u.read.credentials[0]);
	else if (job->kind == STORE_RESERVE)
		size += job->u.reserve.ncredentials * sizeof(job->u.reserve.credentials[0]);
	else if (job->kind == STORE_RESUME)
		size += job->u.resume.ncredentials * sizeof(job->u.resume.credentials[0]);
	else if (job->kind == STORE_SETTLE)
		size += job->u.settle.neffects * sizeof(job->u.settle.effects[0]);
	else if (job->kind == STORE_ATTEMPT)
		size += job->u.attempt.settle.neffects * sizeof(struct effect);
	return size;
}

wf_status
store_submit(struct store *store, struct store_job *job)
{
	size_t thread = THREAD_WRITER;

	if (job->kind == STORE_READ)
		thread = THREAD_READ;
	else if (job->kind == STORE_VIEW)
		thread = THREAD_VIEW;
	return queue_put(store_queue(store, thread), job);
}

struct waiting {
	sem_t done;
	void (*then)(struct store_job *);
	void *ctx;
};

static void
store_waited(struct store_job *job)
{
	struct waiting *waiting = job->ctx;

	(void)sem_post(&waiting->done);
}

wf_status
store_run(struct store *store, struct store_job *job)
{
	struct waiting waiting = {.then = job->done, .ctx = job->ctx};
	wf_status status;

	if (sem_init(&waiting.done, 0, 0) != 0)
		return WF_UNAVAILABLE;
	job->done = store_waited;
	/* cppcheck-suppress autoVariables ; it has ended before this function returns */
	job->ctx = &waiting;
	status = store_submit(store, job);
	if (status == WF_OK) {
		while (sem_wait(&waiting.done) != 0)
			continue;
		status = job->status;
	}
	job->done = waiting.then;
	job->ctx = waiting.ctx;
	(void)sem_destroy(&waiting.done);
	return status;
}

wf_status
store_clock_accept(struct store *store, struct audit_row *row)
{
	struct store_job job = {
		.kind = (enum store_job_kind)JOB_CLOCK_ACCEPT,
		.u.admin = {.rows = row, .nrows = 1},
	};

	return store_run(store, &job);
}

wf_status
store_expire(struct store *store, size_t *n_r)
{
	struct store_job job = {.kind = (enum store_job_kind)JOB_EXPIRE};
	wf_status status;

	if (store_lock_ms(store) < atomic_load(&store->next_lease)) {
		*n_r = 0;
		return WF_OK;
	}
	status = store_run(store, &job);
	if (status == WF_OK)
		*n_r = (size_t)job.u.admin.seq;
	return status;
}

int64_t
store_last_order(struct store *store)
{
	return atomic_load(&store->last_order);
}

void
store_id(struct store *store, uint8_t id_r[32])
{
	memcpy(id_r, store->id, sizeof(store->id));
}

uint64_t
store_generation(const struct store *store)
{
	return store->generation;
}

const char *
store_node(const struct store *store)
{
	return store->node;
}

wf_status
store_setting(struct store *store, const char *key, char *value_r, size_t size)
{
	char value[sizeof(((struct effect *)0)->text2)];
	struct sql_conn conn;
	struct sql q;
	wf_status status = sql_open(&conn, store->path, SQL_READER);

	if (status == WF_OK) {
		q = sql_start(&conn, SQL_SETTING_GET);
		sql_put_text(&q, key);
		status = sql_next(&q);
	}
	if (status == WF_OK) {
		sql_get_text(&q, value, sizeof(value));
		status = sql_end(&q);
	}
	reconnect_close(store, &conn, status);
	if (status == WF_OK && strlen(value) >= size)
		status = WF_TOO_LONG;
	if (status == WF_OK)
		memcpy(value_r, value, strlen(value) + 1);
	return status;
}
