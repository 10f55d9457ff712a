/*
 * The statement layer over SQLite: see sql.h.  It knows nothing of what the statements mean.
 *
 * A status is made of SQLite's result code here and nowhere else.  A write that fails for lack of
 * space is WF_FULL whether SQLite noticed (SQLITE_FULL) or only saw the system's error (a quota).
 */
#include "config.h"

#include "authd/store/sql.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "common/fault.h"

#define BUSY_MS 1000 /* how long another program's lock is waited for */

static const struct {
	int rc;
	wf_status status;
} statuses[] = {
	{SQLITE_FULL, WF_FULL},
	{SQLITE_BUSY, WF_UNAVAILABLE},
	{SQLITE_LOCKED, WF_UNAVAILABLE},
	{SQLITE_PROTOCOL, WF_UNAVAILABLE},
	{SQLITE_INTERRUPT, WF_UNAVAILABLE},
	{SQLITE_NOMEM, WF_NO_MEMORY},
	{SQLITE_CONSTRAINT, WF_CONFLICT},
	{SQLITE_CORRUPT, WF_CORRUPT},
	{SQLITE_NOTADB, WF_CORRUPT},
	{SQLITE_SCHEMA, WF_CORRUPT},
};

static bool
sql_out_of_space(struct sql_conn *conn, int rc)
{
	int error;

	if ((rc & 0xff) != SQLITE_IOERR || conn->db == NULL)
		return false;
	error = sqlite3_system_errno(conn->db);
	return error == ENOSPC || error == EDQUOT;
}

wf_status
sql_failed(struct sql_conn *conn, int rc)
{
	const char *said = conn->db != NULL && sqlite3_errcode(conn->db) == (rc & 0xff)
				   ? sqlite3_errmsg(conn->db)
				   : sqlite3_errstr(rc);

	(void)snprintf(conn->cause, sizeof(conn->cause), "store: %s (SQLite %d)", said, rc);
	if (sql_out_of_space(conn, rc))
		return WF_FULL;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (statuses[i].rc == (rc & 0xff))
			return statuses[i].status;
	}
	return WF_IO;
}

static wf_status
sql_injected(struct sql_conn *conn)
{
	(void)snprintf(conn->cause, sizeof(conn->cause), "store: injected fault");
	return WF_IO;
}

wf_status
sql_script(struct sql_conn *conn, const char *text)
{
	int rc;

	if (wf_fault(WF_FAULT_STORE))
		return sql_injected(conn);
	rc = sqlite3_exec(conn->db, text, NULL, NULL, NULL);
	return rc == SQLITE_OK ? WF_OK : sql_failed(conn, rc);
}

wf_status
sql_pragma(struct sql_conn *conn, const char *text, int64_t *value_r)
{
	sqlite3_stmt *stmt = NULL;
	int rc;

	if (wf_fault(WF_FAULT_STORE))
		return sql_injected(conn);
	rc = sqlite3_prepare_v2(conn->db, text, -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		*value_r = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return rc == SQLITE_ROW ? WF_OK : sql_failed(conn, rc);
}

/*
 * What every connection gets.  secure_delete: what is voided is overwritten, not only unlinked.
 * wal_autocheckpoint: 16 MiB of log before pages go to their places, since under load the same ones
 * are written again and again; less than what is kept free for logins.
 */
static const char *const pragmas[] = {
	[SQL_WRITER] =
		"PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
		"PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;"
		"PRAGMA cache_size=-16384; PRAGMA journal_size_limit=67108864;"
		"PRAGMA wal_autocheckpoint=4096;",
	[SQL_READER] = "PRAGMA query_only=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
		       "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8192;",
};

/*
 * SQLite counts what it allocates, under a lock of its own; nobody asks for it.  Too late
 * (SQLITE_MISUSE) does not matter.
 */
static void
sql_configure(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

wf_status
sql_open(struct sql_conn *conn, const char *path, enum sql_mode mode)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE |
		    (mode == SQL_WRITER ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	wf_status status;
	int rc;

	*conn = (struct sql_conn){.db = NULL};
	(void)pthread_once(&once, sql_configure);
	if (wf_fault(WF_FAULT_STORE))
		return sql_injected(conn);
	rc = sqlite3_open_v2(path, &conn->db, flags, NULL);
	status = rc == SQLITE_OK ? WF_OK : sql_failed(conn, rc);
	if (status == WF_OK) {
		(void)sqlite3_busy_timeout(conn->db, BUSY_MS);
		(void)sqlite3_db_config(conn->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		status = sql_script(conn, pragmas[mode]);
	}
	if (status != WF_OK)
		sql_close(conn);
	return status;
}

void
sql_close(struct sql_conn *conn)
{
	for (size_t i = 0; i < SQL_COUNT; i++) {
		(void)sqlite3_finalize(conn->stmts[i]);
		conn->stmts[i] = NULL;
	}
	(void)sqlite3_close_v2(conn->db);
	conn->db = NULL;
}

static int
sql_prepare(struct sql_conn *conn, enum sql_id id)
{
	if (conn->stmts[id] != NULL)
		return SQLITE_OK;
	return sqlite3_prepare_v3(
		conn->db, sql_text[id], -1, SQLITE_PREPARE_PERSISTENT, &conn->stmts[id], NULL);
}

wf_status
sql_prepare_all(struct sql_conn *conn)
{
	for (int id = 0; id < SQL_COUNT; id++) {
		int rc = sql_prepare(conn, (enum sql_id)id);

		if (rc != SQLITE_OK)
			return sql_failed(conn, rc);
	}
	return WF_OK;
}

void
sql_rollback(struct sql_conn *conn)
{
	if (conn->db != NULL && sqlite3_get_autocommit(conn->db) == 0)
		(void)sqlite3_exec(conn->db, "ROLLBACK", NULL, NULL, NULL);
}

wf_status
sql_rollback_to(struct sql_conn *conn, const char *name)
{
	char text[80];
	int rc;

	/*
	 * A severe error has rolled the whole transaction back already; then there is no savepoint
	 * left.
	 */
	if (sqlite3_get_autocommit(conn->db) != 0)
		return WF_IO;
	(void)snprintf(text, sizeof(text), "ROLLBACK TO %s; RELEASE %s", name, name);
	rc = sqlite3_exec(conn->db, text, NULL, NULL, NULL);
	return rc == SQLITE_OK ? WF_OK : sql_failed(conn, rc);
}

struct sql
sql_start(struct sql_conn *conn, enum sql_id id)
{
	struct sql q = {.conn = conn};

	q.rc = sql_prepare(conn, id);
	if (q.rc == SQLITE_OK)
		q.stmt = conn->stmts[id];
	return q;
}

static void
sql_bound(struct sql *q, int rc)
{
	if (q->rc == SQLITE_OK)
		q->rc = rc;
}

void
sql_put_int(struct sql *q, int64_t value)
{
	if (q->stmt != NULL)
		sql_bound(q, sqlite3_bind_int64(q->stmt, ++q->param, value));
}

void
sql_put_text(struct sql *q, const char *text)
{
	if (q->stmt != NULL)
		sql_bound(q, sqlite3_bind_text(q->stmt, ++q->param, text, -1, SQLITE_STATIC));
}

void
sql_put_blob(struct sql *q, const void *bytes, size_t len)
{
	if (q->stmt == NULL)
		return;
	/* A NULL pointer would be bound as NULL; an empty blob is meant. */
	sql_bound(q, len == 0
			     ? sqlite3_bind_zeroblob(q->stmt, ++q->param, 0)
			     : sqlite3_bind_blob64(q->stmt, ++q->param, bytes, len, SQLITE_STATIC));
}

void
sql_put_null(struct sql *q)
{
	if (q->stmt != NULL)
		sql_bound(q, sqlite3_bind_null(q->stmt, ++q->param));
}

void
sql_stop(struct sql *q)
{
	if (q->stmt != NULL) {
		(void)sqlite3_reset(q->stmt);
		(void)sqlite3_clear_bindings(q->stmt);
	}
	q->stmt = NULL;
}

wf_status
sql_next(struct sql *q)
{
	wf_status status = WF_NOT_FOUND;

	q->column = 0;
	if (q->rc == SQLITE_OK && q->stmt != NULL) {
		bool injected = wf_fault(WF_FAULT_STORE);
		int rc = injected ? SQLITE_IOERR : sqlite3_step(q->stmt);

		if (rc == SQLITE_ROW)
			return WF_OK;
		if (injected)
			status = sql_injected(q->conn);
		else if (rc != SQLITE_DONE)
			status = sql_failed(q->conn, rc);
	} else if (q->rc != SQLITE_OK) {
		status = sql_failed(q->conn, q->rc);
	}
	sql_stop(q);
	return status;
}

wf_status
sql_run(struct sql *q, int64_t *changed_r)
{
	wf_status status = sql_next(q);

	while (status == WF_OK)
		status = sql_next(q);
	if (status != WF_NOT_FOUND)
		return status;
	if (changed_r != NULL)
		*changed_r = sqlite3_changes64(q->conn->db);
	return WF_OK;
}

wf_status
sql_end(struct sql *q)
{
	sql_stop(q);
	if (!q->bad)
		return WF_OK;
	(void)snprintf(
		q->conn->cause, sizeof(q->conn->cause), "store: a row has a value that cannot be");
	return WF_CORRUPT;
}

wf_status
sql_simple(struct sql_conn *conn, enum sql_id id)
{
	struct sql q = sql_start(conn, id);

	return sql_run(&q, NULL);
}

bool
sql_at_null(const struct sql *q)
{
	return sqlite3_column_type(q->stmt, q->column) == SQLITE_NULL;
}

int64_t
sql_get_int(struct sql *q)
{
	return sqlite3_column_int64(q->stmt, q->column++);
}

void
sql_get_text(struct sql *q, char *text_r, size_t size)
{
	const unsigned char *text = sqlite3_column_text(q->stmt, q->column);
	size_t len = (size_t)sqlite3_column_bytes(q->stmt, q->column);

	q->column++;
	text_r[0] = '\0';
	if (text == NULL || len >= size) {
		q->bad = true;
		return;
	}
	memcpy(text_r, text, len);
	text_r[len] = '\0';
}

void
sql_get_blob(struct sql *q, void *bytes_r, size_t size, size_t *len_r)
{
	const void *bytes = sqlite3_column_blob(q->stmt, q->column);
	size_t len = (size_t)sqlite3_column_bytes(q->stmt, q->column);

	q->column++;
	*len_r = 0;
	if (len > size) {
		q->bad = true;
		return;
	}
	if (len > 0)
		memcpy(bytes_r, bytes, len);
	*len_r = len;
}

void
sql_get_bytes(struct sql *q, void *bytes_r, size_t len)
{
	size_t got;

	sql_get_blob(q, bytes_r, len, &got);
	if (got != len) {
		memset(bytes_r, 0, len);
		q->bad = true;
	}
}
