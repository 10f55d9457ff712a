/*
 * The statement layer of the store: one connection with its prepared statements, typed parameters
 * and columns in order, SQLite's result codes as statuses.  All SQL stands in sql_table.c and
 * schema.c.
 *
 * A connection and what is prepared on it belong to one thread at a time.  Every call that may fail
 * asks wf_fault(WF_FAULT_STORE) first; only ROLLBACK and closing do not.
 */
#ifndef WF_AUTHD_STORE_SQL_H
#define WF_AUTHD_STORE_SQL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

/* One per statement; the texts are in sql_table.c in the same order. */
enum sql_id {
	SQL_BEGIN_WRITE,
	SQL_BEGIN_READ,
	SQL_COMMIT,
	SQL_SAVEPOINT_JOB,
	SQL_RELEASE_JOB,
	SQL_SAVEPOINT_EFFECTS,
	SQL_RELEASE_EFFECTS,

	SQL_INTEGRITY,
	SQL_META_LOAD,
	SQL_META_INSERT,
	SQL_META_SAVE,
	SQL_META_GENERATION,
	SQL_SETTING_GET,
	SQL_SETTING_PUT,
	SQL_SETTING_ADVANCE,

	SQL_AUDIT_RANGE,
	SQL_AUDIT_INSERT,
	SQL_SPAN_LAST,
	SQL_SPAN_INSERT,
	SQL_SPAN_FROM,
	SQL_SPAN_UNTIL,

	SQL_MONTH_LAST,
	SQL_MONTH_OPEN,
	SQL_MONTH_SEAL,
	SQL_MONTH_GET,
	SQL_MONTH_OLDEST,
	SQL_MONTH_EXPIRE,
	SQL_MONTH_UNREMOVED,
	SQL_MONTH_REMOVED,
	SQL_KEPT,
	SQL_AUDIT_REMOVE,
	SQL_SPAN_REMOVE,
	SQL_HOLD_GET,
	SQL_HOLD_PUT,
	SQL_HOLD_END,
	SQL_VIEW_MONTHS,

	SQL_ACCOUNT_BY_NAME,
	SQL_ACCOUNT_BY_UID,
	SQL_ACCOUNT_BRIEF,
	SQL_ACCOUNT_COUNT,
	SQL_ACCOUNT_NAME,
	SQL_ACCOUNT_EXEMPT,
	SQL_ACCOUNT_INSERT,
	SQL_ACCOUNT_SET,
	SQL_ACCOUNT_REMOVE,
	SQL_ACCOUNT_MUST_CHANGE,
	SQL_ACCOUNT_LAST_LOGIN,
	SQL_ACCOUNT_NOTE,
	SQL_ACCOUNT_PASSWORD,
	SQL_FORMER_PUT,
	SQL_FORMER_PRUNE,
	SQL_HASHES_OWN,
	SQL_HASHES_PERSON,
	SQL_HASHES_FORMER,
	SQL_ACCOUNT_BUMP,
	SQL_ACCOUNT_BUMP_OWNER,

	SQL_CREDENTIAL_OF,
	SQL_CREDENTIAL_SEEN,
	SQL_CREDENTIAL_EXISTS,
	SQL_CREDENTIAL_COUNT,
	SQL_CREDENTIAL_INSERT,
	SQL_CREDENTIAL_TOTP,
	SQL_CREDENTIAL_HOTP,
	SQL_CREDENTIAL_RESYNC,
	SQL_CREDENTIAL_HASH,
	SQL_CREDENTIAL_RESEAL,
	SQL_CREDENTIAL_ACTIVATE,
	SQL_CREDENTIAL_VOID_ONE,
	SQL_CREDENTIAL_VOID_ALL,
	SQL_CREDENTIAL_USED,
	SQL_CODE_INSERT,
	SQL_CODE_CONSUME,
	SQL_CODE_LIST,

	SQL_THROTTLE_GET,
	SQL_THROTTLE_PUT,
	SQL_THROTTLE_DELETE,
	SQL_THROTTLE_KNOWN,
	SQL_THROTTLE_UNKNOWN_COUNT,
	SQL_THROTTLE_EVICT,

	SQL_RESERVATION_PENDING,
	SQL_RESERVATION_GET,
	SQL_RESERVATION_INSERT,
	SQL_RESERVATION_EXTEND,
	SQL_RESERVATION_DELETE,
	SQL_RESERVATION_LOAD,
	SQL_RESERVATION_EXPIRED,
	SQL_RESERVATION_EXPIRED_OF,
	SQL_RESERVATION_NEXT,
	SQL_RESERVATION_HOLD,
	SQL_RESERVATION_WAITING_OF,

	SQL_FAMILIAR_FIND,
	SQL_FAMILIAR_PUT,
	SQL_FAMILIAR_PRUNE,
	SQL_RESERVE_USED,
	SQL_RESERVE_USES,

	SQL_CHALLENGE_INSERT,
	SQL_CHALLENGE_OLDEST,
	SQL_CHALLENGE_TAKE,
	SQL_CHALLENGE_STATE,
	SQL_CHALLENGE_END,
	SQL_CHALLENGE_PRUNE,

	SQL_COMPLETED_PUT,
	SQL_COMPLETED_GET,
	SQL_COMPLETED_USE,
	SQL_COMPLETED_PRUNE,
	SQL_VERDICT_PUT,
	SQL_VERDICT_GET,
	SQL_VERDICT_PRUNE,

	SQL_SESSION_FIND,
	SQL_SESSION_INSERT,
	SQL_SESSION_UPDATE,
	SQL_SESSION_CLOSE_PROCESS,
	SQL_SESSION_CLOSE_AUDIT,
	SQL_SESSION_CLOSE_BOOTS,
	SQL_SESSION_CLOSE_ALL,
	SQL_SESSION_PRUNE,
	SQL_SESSION_BY_AUDIT,
	SQL_SESSION_OWN,
	SQL_SESSION_BY_PROCESS,

	SQL_RECORD_PUT,
	SQL_RECORD_PRUNE,
	SQL_ACCOUNTING_FIND,
	SQL_ACCOUNTING_INSERT,
	SQL_ACCOUNTING_UPDATE,
	SQL_ACCOUNTING_STARTED,
	SQL_ACCOUNTING_CLOSE_NAS,
	SQL_ACCOUNTING_SILENT,

	SQL_ORDER_LAST,
	SQL_ORDER_SESSION,
	SQL_ORDER_USER,
	SQL_ORDER_DONE,
	SQL_ORDER_MOOT,
	SQL_ORDER_PRUNE,
	SQL_SESSION_KNOWN,

	SQL_VIEW_ACCOUNTS,
	SQL_VIEW_ACCOUNT,
	SQL_VIEW_PERSON,
	SQL_VIEW_CREDENTIALS,
	SQL_VIEW_CREDENTIALS_OF,
	SQL_VIEW_SESSIONS,
	SQL_VIEW_SESSIONS_OF,
	SQL_VIEW_COUNTS,
	SQL_GRANT_SUPERSEDE,
	SQL_GRANT_INSERT,
	SQL_GRANT_END,
	SQL_GRANT_USE,
	SQL_GRANT_FIND,
	SQL_VIEW_GRANTS,
	SQL_VIEW_GRANTS_OF,
	SQL_VIEW_ORDERS,
	SQL_CURSOR_MOVE,
	SQL_VIEW_CURSORS,
	SQL_DUTY_DONE,
	SQL_VIEW_DUTIES,
	SQL_CONFIGURATION_HASH,
	SQL_CONFIGURATION_LOAD,
	SQL_CONFIG_SETTING_PUT,
	SQL_CONFIG_SETTING_GONE,
	SQL_CONFIG_SETTING_FORGET,
	SQL_BASELINE_SET,
	SQL_DRIFT_TOLD,
	SQL_CONFIG_SETTING_APPROVE,
	SQL_VIEW_CONFIGURATION,
	SQL_VIEW_DRIFT,
	SQL_CHECKPOINT_INSERT,
	SQL_CHECKPOINT_AGE,
	SQL_VIEW_CHECKPOINTS,
	SQL_VIEW_CHECKPOINTS_DOWN,
	SQL_VIEW_PROOF,
	SQL_REMINDER,
	SQL_HABIT_PUT,
	SQL_HABIT_DROP,
	SQL_HABIT_GET,
	SQL_HABIT_FORGET,
	SQL_INCIDENT_OPEN,
	SQL_INCIDENT_GROW,
	SQL_INCIDENT_CLOSE,
	SQL_INCIDENT_TOLD,
	SQL_INCIDENT_SETTLED,
	SQL_INCIDENT_FORGET,
	SQL_VIEW_INCIDENTS,
	SQL_VIEW_INCIDENTS_WORST,
	SQL_VIEW_INCIDENTS_OPEN,
	SQL_VIEW_INCIDENTS_UNTOLD,
	SQL_VIEW_UNTOLD,
	SQL_VIEW_AUDIT_SEQ,
	SQL_VIEW_AUDIT_SEQ_DOWN,
	SQL_VIEW_AUDIT_USER,
	SQL_VIEW_AUDIT_USER_DOWN,
	SQL_VIEW_AUDIT_CLASS,
	SQL_VIEW_AUDIT_CLASS_DOWN,
	SQL_VIEW_AUDIT_RESULT,
	SQL_VIEW_AUDIT_RESULT_DOWN,

	SQL_RESTORE_TOTP,
	SQL_RESTORE_HOTP,
	SQL_RESTORE_RECOVERY,
	SQL_RESTORE_CODES,
	SQL_RESTORE_COMPLETED,
	SQL_RESTORE_VERDICT,
	SQL_RESTORE_WAITING,
	SQL_COUNT
};

extern const char *const sql_text[SQL_COUNT];

#define SQL_CAUSE_MAX 128
#define SQL_APPLICATION_ID 0x57524655 /* "WRFU" in the file's header */

struct sql_conn {
	sqlite3 *db;
	sqlite3_stmt *stmts[SQL_COUNT]; /* prepared at first use and kept */
	char cause[SQL_CAUSE_MAX];      /* of the last failure, for the log */
};

enum sql_mode { SQL_WRITER, SQL_READER };

/*
 * Opens an existing file and sets what every connection needs.  On failure `cause` says why and db
 * is NULL.
 */
WF_MUST_USE wf_status sql_open(struct sql_conn *conn, const char *path, enum sql_mode mode);
/* Harmless on a connection that is not open; keeps `cause`. */
void sql_close(struct sql_conn *conn);
/* Several statements without parameters or results (schema, pragmas). */
WF_MUST_USE wf_status sql_script(struct sql_conn *conn, const char *text);
/* One integer of a pragma. */
WF_MUST_USE wf_status sql_pragma(struct sql_conn *conn, const char *text, int64_t *value_r);
/* Prepares all statements, so that a file with other tables is noticed at once. */
WF_MUST_USE wf_status sql_prepare_all(struct sql_conn *conn);
/* Writes `cause` from the connection's last error and returns the status for the code. */
wf_status sql_failed(struct sql_conn *conn, int rc);
/* Never fails for our purposes: without an open transaction it does nothing. */
void sql_rollback(struct sql_conn *conn);
/*
 * Undoes what came after the savepoint `name` and ends it; WF_IO when the whole transaction is
 * gone.
 */
WF_MUST_USE wf_status sql_rollback_to(struct sql_conn *conn, const char *name);

/*
 * One execution of a statement: sql_start, sql_put_* in the order of the parameters, then sql_next
 * until it is not WF_OK (WF_NOT_FOUND: no further row) or sql_run.  Errors of the binding calls are
 * reported there. Texts and blobs are borrowed until then.
 */
struct sql {
	struct sql_conn *conn;
	sqlite3_stmt *stmt; /* NULL after a failure */
	int param, column;
	int rc;
	bool bad; /* a column did not fit what is expected of it */
};

struct sql sql_start(struct sql_conn *conn, enum sql_id id);
void sql_put_int(struct sql *q, int64_t value);
void sql_put_text(struct sql *q, const char *text);
void sql_put_blob(struct sql *q, const void *bytes, size_t len);
void sql_put_null(struct sql *q);
/* The next row; when there is none or on failure the statement is reset. */
WF_MUST_USE wf_status sql_next(struct sql *q);
/* To the end; changed_r (may be NULL) gets how many rows the statement changed itself. */
WF_MUST_USE wf_status sql_run(struct sql *q, int64_t *changed_r);
/* Ends early; harmless after the end. */
void sql_stop(struct sql *q);
/* The same, and judges what was read: WF_CORRUPT if a column of what was read was bad. */
WF_MUST_USE wf_status sql_end(struct sql *q);
/* Start, run and end of a statement without parameters. */
WF_MUST_USE wf_status sql_simple(struct sql_conn *conn, enum sql_id id);

/* The column that comes next is NULL. */
bool sql_at_null(const struct sql *q);
/* Columns of the current row, in order. */
int64_t sql_get_int(struct sql *q);
void sql_get_text(struct sql *q, char *text_r, size_t size);
/* Exactly `len` bytes. */
void sql_get_bytes(struct sql *q, void *bytes_r, size_t len);
/* Up to `size` bytes. */
void sql_get_blob(struct sql *q, void *bytes_r, size_t size, size_t *len_r);

#endif
