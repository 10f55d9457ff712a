/*
 * A way back without a hand: when a connection fails, all of them are closed and opened anew.
 *
 * SQLite shares what it knows of locks between the connections of a process, so that one that could
 * not give a lock back (memory, descriptors, a network file system) blocks the others for as long
 * as any is open.  What is opened then must be this store, and hold the last row that was believed.
 *
 * A file that was renamed or removed under the daemon would take rows that nobody finds again, and
 * another file in its place would meet a log that is not its own.  So each batch looks whether its
 * file is still the one at the path.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "authd/store/internal.h"
#include "common/fault.h"
#include "common/secret.h"

#define PAUSE_US 100000 /* between two tries */

/* the slowest first */
static const size_t order[THREAD_COUNT] = {THREAD_VIEW, THREAD_READ, THREAD_WRITER};

static struct sql_conn *
conn_of(struct store *store, size_t thread)
{
	return thread == THREAD_WRITER ? &store->writer.conn : &store->readers[thread - 1].conn;
}

wf_status
reconnect_init(struct store *store)
{
	for (size_t i = 0; i < THREAD_COUNT; i++) {
		if (wf_fault(WF_FAULT_THREAD) ||
			pthread_mutex_init(&store->conn_mutex[i], NULL) != 0) {
			while (i > 0)
				(void)pthread_mutex_destroy(&store->conn_mutex[--i]);
			return WF_UNAVAILABLE;
		}
	}
	store->has_conn_mutex = true;
	return WF_OK;
}

void
reconnect_clear(struct store *store)
{
	for (size_t i = 0; store->has_conn_mutex && i < THREAD_COUNT; i++)
		(void)pthread_mutex_destroy(&store->conn_mutex[i]);
	store->has_conn_mutex = false;
}

wf_status
reconnect_note_file(struct store *store)
{
	struct stat st;

	if (wf_fault(WF_FAULT_FILE) || stat(store->path, &st) != 0)
		return WF_IO;
	store->file_dev = st.st_dev;
	store->file_ino = st.st_ino;
	return WF_OK;
}

/* False also where that cannot be found out. */
static bool
is_at_path(const struct store *store)
{
	struct stat st;

	return !wf_fault(WF_FAULT_FILE) && stat(store->path, &st) == 0 &&
	       st.st_dev == store->file_dev && st.st_ino == store->file_ino;
}

wf_status
reconnect_check_file(struct store *store, struct sql_conn *conn)
{
	bool there = is_at_path(store);

	if (there && conn->db != NULL)
		return WF_OK;
	if (!there)
		(void)snprintf(conn->cause, sizeof(conn->cause),
			"store: the database file was moved, removed or replaced; put it back, or "
			"stop the "
			"daemon and restore a backup");
	return WF_IO;
}

/*
 * The row that was believed last is there: nothing older, and nothing else, was put in the place of
 * the file.
 */
static wf_status
same_row(struct sql_conn *conn, const struct audit_head *head)
{
	uint8_t chain[sizeof(head->chain)];
	struct sql q;
	wf_status status;

	if (head->seq == 0)
		return WF_OK;
	q = sql_start(conn, SQL_AUDIT_RANGE);
	sql_put_int(&q, (int64_t)head->seq);
	sql_put_int(&q, 1);
	status = sql_next(&q);
	if (status != WF_OK)
		return status;
	(void)sql_get_int(&q);
	sql_get_bytes(&q, chain, sizeof(chain));
	status = sql_end(&q);
	if (status != WF_OK)
		return status;
	return wf_mem_equal(chain, head->chain, sizeof(chain)) ? WF_OK : WF_NOT_FOUND;
}

static wf_status
same_store(struct store *store)
{
	struct sql_conn *conn = &store->writer.conn;
	struct meta meta;
	wf_status status = meta_load(conn, &meta);

	if (status == WF_OK && !wf_mem_equal(meta.id, store->id, sizeof(meta.id)))
		status = WF_NOT_FOUND;
	if (status == WF_OK)
		status = same_row(conn, &store->writer.work.head);
	if (status == WF_NOT_FOUND)
		(void)snprintf(conn->cause, sizeof(conn->cause),
			"store: the database is not the one that was opened; put that one back, or "
			"stop the daemon "
			"and restore a backup");
	return status;
}

static void
close_all(struct store *store)
{
	for (size_t i = 0; i < THREAD_COUNT; i++) {
		struct sql_conn *conn = conn_of(store, i);

		/* The log of what is at the path now must stay as it is. */
		if (conn->db != NULL)
			(void)sqlite3_db_config(
				conn->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		sql_close(conn);
	}
}

/* The causes stay with the connections that are closed again: whoever asks is told. */
static void
open_all(struct store *store)
{
	char cause[SQL_CAUSE_MAX];
	wf_status status = sql_open(&store->writer.conn, store->path, SQL_WRITER);

	for (size_t i = 0; status == WF_OK && i < 2; i++) {
		status = sql_open(&store->readers[i].conn, store->path, SQL_READER);
		if (status != WF_OK)
			memcpy(store->writer.conn.cause, store->readers[i].conn.cause,
				sizeof(cause));
	}
	if (status == WF_OK)
		status = same_store(store);
	store->writer.stale = true;
	if (status == WF_OK)
		return;
	memcpy(cause, store->writer.conn.cause, sizeof(cause));
	close_all(store);
	for (size_t i = 0; i < THREAD_COUNT; i++)
		memcpy(conn_of(store, i)->cause, cause, sizeof(cause));
}

/* A full disk is none of the connection's, nor is an answer that only says no. */
static bool
is_of_connection(wf_status status)
{
	return status == WF_IO || status == WF_UNAVAILABLE || status == WF_NO_MEMORY ||
	       status == WF_CORRUPT;
}

/* True for the one thread that shall do it now. */
static bool
is_mine(struct store *store)
{
	int64_t now_us = wf_clock_now(&store->clock).boot_us;
	int64_t before_us = atomic_load(&store->reconnected_us);

	if (before_us != 0 && now_us - before_us < PAUSE_US)
		return false;
	return atomic_compare_exchange_strong(&store->reconnected_us, &before_us, now_us);
}

void
reconnect_before(struct store *store)
{
	if (!atomic_load(&store->reconnect_due) || !is_mine(store))
		return;
	for (size_t i = 0; i < THREAD_COUNT; i++)
		(void)pthread_mutex_lock(&store->conn_mutex[order[i]]);
	atomic_store(&store->reconnect_due, false);
	if (is_at_path(store)) {
		close_all(store);
		open_all(store);
	}
	for (size_t i = 0; i < THREAD_COUNT; i++)
		(void)pthread_mutex_unlock(&store->conn_mutex[order[i]]);
}

void
reconnect_after(struct store *store, wf_status status)
{
	if (!is_of_connection(status))
		return;
	atomic_store(&store->reconnect_due, true);
	reconnect_before(store);
}

void
reconnect_close(struct store *store, struct sql_conn *conn, wf_status status)
{
	sql_close(conn);
	reconnect_after(store, status);
}
