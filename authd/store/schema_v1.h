/* The tables of schema version 1, as one text for schema.c. */
#ifndef WF_AUTHD_STORE_SCHEMA_V1_H
#define WF_AUTHD_STORE_SCHEMA_V1_H

/*
 * meta has one row; its later columns (head, clocks) are written by every commit.  The store's lock
 * clock (_ms) and wall time (_us) are never mixed in one column.
 *
 * account.version rises with every change that makes an attempt already under way void (a
 * credential voided or replaced, the account changed): a reservation carries the version it saw,
 * and a success that was verified against an older one is a conflict.
 *
 * throttle.name is the name behind the key for the lanes of accounts and '' for sources; `known`
 * says that an account has that name: such rows are never evicted.
 *
 * reservation_lane carries the limits in force when it was admitted: settling it after a crash
 * needs them.
 *
 * audit is the record; the columns before `chain` repeat parts of `encoded` for the indexes.  Time
 * is found without an index: audit_span has one row for each run of rows of the same hour (of
 * time_us), so a span of time becomes a span of seq, and stays exact when the clock has stepped.
 */
#define STORE_SCHEMA_V1                                                                        \
	"CREATE TABLE meta("                                                                   \
	" one INTEGER PRIMARY KEY CHECK (one = 1),"                                            \
	" store_id BLOB NOT NULL CHECK (length(store_id) = 32),"                               \
	" node TEXT NOT NULL, generation INTEGER NOT NULL, created_us INTEGER NOT NULL,"       \
	" head_seq INTEGER NOT NULL, head_chain BLOB NOT NULL,"                                \
	" lock_ms INTEGER NOT NULL, wall_us INTEGER NOT NULL, boot_us INTEGER NOT NULL,"       \
	" boot_id TEXT NOT NULL, suspect INTEGER NOT NULL) STRICT;"                            \
	"CREATE TABLE setting(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;" \
                                                                                               \
	"CREATE TABLE account("                                                                \
	" id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE CHECK (name <> ''),"  \
	" uid INTEGER NOT NULL, kind INTEGER NOT NULL, state INTEGER NOT NULL,"                \
	" standing INTEGER NOT NULL, must_change INTEGER NOT NULL,"                            \
	" valid_from_us INTEGER NOT NULL, valid_until_us INTEGER NOT NULL,"                    \
	" created_us INTEGER NOT NULL, last_login_us INTEGER NOT NULL,"                        \
	" disabled_us INTEGER NOT NULL, standing_until_us INTEGER NOT NULL,"                   \
	" display TEXT NOT NULL, reason TEXT NOT NULL, sources TEXT NOT NULL,"                 \
	" version INTEGER NOT NULL DEFAULT 0) STRICT;"                                         \
	"CREATE INDEX account_uid ON account(uid) WHERE uid >= 0;"                             \
                                                                                               \
	"CREATE TABLE credential("                                                             \
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"                                               \
	" account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,"               \
	" factor INTEGER NOT NULL, state INTEGER NOT NULL, label TEXT NOT NULL,"               \
	" algorithm INTEGER NOT NULL, digits INTEGER NOT NULL, step_s INTEGER NOT NULL,"       \
	" counter INTEGER NOT NULL, drift INTEGER NOT NULL, key_id INTEGER NOT NULL,"          \
	" secret BLOB NOT NULL, created_us INTEGER NOT NULL, used_us INTEGER NOT NULL) STRICT;" \
	"CREATE INDEX credential_account ON credential(account_id);"                           \
	"CREATE TABLE recovery_code("                                                          \
	" credential_id INTEGER NOT NULL REFERENCES credential(id) ON DELETE CASCADE,"         \
	" hash BLOB NOT NULL CHECK (length(hash) = 32), used_us INTEGER NOT NULL,"             \
	" PRIMARY KEY (credential_id, hash)) STRICT, WITHOUT ROWID;"                           \
                                                                                               \
	"CREATE TABLE throttle("                                                               \
	" key BLOB NOT NULL CHECK (length(key) = 32), lane INTEGER NOT NULL,"                  \
	" failures INTEGER NOT NULL, last_failure_ms INTEGER NOT NULL,"                        \
	" window_start_ms INTEGER NOT NULL, locked_until_ms INTEGER NOT NULL,"                 \
	" known INTEGER NOT NULL, name TEXT NOT NULL, seen_ms INTEGER NOT NULL,"               \
	" PRIMARY KEY (key, lane)) STRICT, WITHOUT ROWID;"                                     \
	"CREATE INDEX throttle_unknown ON throttle(seen_ms) WHERE known = 0;"                  \
	"CREATE INDEX throttle_name ON throttle(name) WHERE name <> '';"                       \
                                                                                               \
	"CREATE TABLE reservation("                                                            \
	" id INTEGER PRIMARY KEY, txn BLOB NOT NULL UNIQUE CHECK (length(txn) = 16),"          \
	" name TEXT NOT NULL, account_id INTEGER NOT NULL, version INTEGER NOT NULL,"          \
	" lease_until_ms INTEGER NOT NULL, node TEXT NOT NULL, row BLOB NOT NULL) STRICT;"     \
	"CREATE INDEX reservation_lease ON reservation(lease_until_ms);"                       \
	"CREATE TABLE reservation_lane("                                                       \
	" reservation_id INTEGER NOT NULL REFERENCES reservation(id) ON DELETE CASCADE,"       \
	" lane INTEGER NOT NULL, key BLOB NOT NULL, threshold INTEGER NOT NULL,"               \
	" window_ms INTEGER NOT NULL, lock_ms INTEGER NOT NULL,"                               \
	" PRIMARY KEY (reservation_id, lane)) STRICT, WITHOUT ROWID;"                          \
	"CREATE INDEX reservation_lane_key ON reservation_lane(key, lane);"                    \
                                                                                               \
	"CREATE TABLE completed("                                                              \
	" txn BLOB PRIMARY KEY CHECK (length(txn) = 16), account_id INTEGER NOT NULL,"         \
	" kinds INTEGER NOT NULL, service TEXT NOT NULL, purpose INTEGER NOT NULL,"            \
	" completed_us INTEGER NOT NULL, completed_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;" \
	"CREATE INDEX completed_age ON completed(completed_ms);"                               \
	"CREATE TABLE verdict("                                                                \
	" idempotency BLOB PRIMARY KEY CHECK (length(idempotency) = 32),"                      \
	" verdict INTEGER NOT NULL, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"            \
	"CREATE INDEX verdict_age ON verdict(at_ms);"                                          \
                                                                                               \
	"CREATE TABLE session("                                                                \
	" id INTEGER PRIMARY KEY AUTOINCREMENT, txn BLOB, user TEXT NOT NULL,"                 \
	" service TEXT NOT NULL, tty TEXT NOT NULL, source TEXT NOT NULL,"                     \
	" remote INTEGER NOT NULL, zone INTEGER NOT NULL, pid INTEGER NOT NULL,"               \
	" start INTEGER NOT NULL, audit_session INTEGER NOT NULL, kinds INTEGER NOT NULL,"     \
	" opened_us INTEGER NOT NULL, closed_us INTEGER NOT NULL) STRICT;"                     \
	"CREATE INDEX session_open_audit ON session(audit_session) WHERE closed_us = 0;"       \
	"CREATE INDEX session_open_process ON session(pid, start) WHERE closed_us = 0;"        \
	"CREATE INDEX session_closed ON session(closed_us) WHERE closed_us <> 0;"              \
                                                                                               \
	"CREATE TABLE audit("                                                                  \
	" seq INTEGER PRIMARY KEY, time_us INTEGER NOT NULL, class INTEGER NOT NULL,"          \
	" result INTEGER NOT NULL, user TEXT NOT NULL, source TEXT NOT NULL,"                  \
	" event TEXT NOT NULL, chain BLOB NOT NULL CHECK (length(chain) = 32),"                \
	" encoded BLOB NOT NULL) STRICT;"                                                      \
	"CREATE INDEX audit_user ON audit(user);"                                              \
	"CREATE INDEX audit_class ON audit(class);"                                            \
	"CREATE INDEX audit_result ON audit(result);"                                          \
	"CREATE TABLE audit_span("                                                             \
	" first_seq INTEGER PRIMARY KEY, hour INTEGER NOT NULL) STRICT;"                       \
	"CREATE INDEX audit_span_hour ON audit_span(hour);"

#endif
