/* What schema version 2 adds to version 1, as one text for schema.c. */
#ifndef WF_AUTHD_STORE_SCHEMA_V2_H
#define WF_AUTHD_STORE_SCHEMA_V2_H

/*
 * reservation: one row where version 1 had three and seven indexes of them, since every login makes
 * and removes one. key, threshold, window_ms and lock_ms are of the ACCOUNT lane; an attempt is
 * pending in both lanes of its name, so that key finds it.  Few are open at a time: what is asked
 * for seldom has no index (leases).
 *
 * challenge: a first round that was right.  While its state is 0 (open) the reservation of the same
 * transaction is `waiting`, and both change in one commit; 1 was taken up, 2 ended.  Those that are
 * not open stay for a while, to tell a used one from one that never was.
 *
 * session: those known from accounting have an acct_session, and are told by service, nas and it.
 * `started` says that its START was seen.
 *
 * session.host: behind a relay, whose processes pid, start and audit_session are numbers of, since
 * its `boot`; '' is this machine.
 *
 * record: the records of accounting of the last day, by their keys.  outbox: orders, done ones for
 * a while.
 */
#define STORE_SCHEMA_V2                                                                        \
	"ALTER TABLE account ADD COLUMN groups TEXT NOT NULL DEFAULT '';"                      \
                                                                                               \
	"CREATE TABLE reserved("                                                               \
	" txn BLOB PRIMARY KEY CHECK (length(txn) = 16), name TEXT NOT NULL,"                  \
	" account_id INTEGER NOT NULL, version INTEGER NOT NULL,"                              \
	" lease_until_ms INTEGER NOT NULL, waiting INTEGER NOT NULL, node TEXT NOT NULL,"      \
	" key BLOB NOT NULL CHECK (length(key) = 32), threshold INTEGER NOT NULL,"             \
	" window_ms INTEGER NOT NULL, lock_ms INTEGER NOT NULL, row BLOB NOT NULL)"            \
	" STRICT, WITHOUT ROWID;"                                                              \
	"INSERT INTO reserved SELECT r.txn, r.name, r.account_id, r.version, r.lease_until_ms," \
	" 0, r.node, l.key, l.threshold, l.window_ms, l.lock_ms, r.row"                        \
	" FROM reservation AS r JOIN reservation_lane AS l"                                    \
	" ON l.reservation_id = r.id AND l.lane = 0;"                                          \
	"DROP TABLE reservation_lane;"                                                         \
	"DROP TABLE reservation;"                                                              \
	"ALTER TABLE reserved RENAME TO reservation;"                                          \
	"CREATE INDEX reservation_key ON reservation(key);"                                    \
	"CREATE TABLE challenge("                                                              \
	" txn BLOB PRIMARY KEY CHECK (length(txn) = 16), account_id INTEGER NOT NULL,"         \
	" name TEXT NOT NULL, service TEXT NOT NULL, kinds INTEGER NOT NULL,"                  \
	" factors TEXT NOT NULL, state INTEGER NOT NULL, opened_ms INTEGER NOT NULL,"          \
	" expires_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"                                 \
	"CREATE INDEX challenge_open ON challenge(account_id, opened_ms) WHERE state = 0;"     \
	"CREATE INDEX challenge_age ON challenge(expires_ms) WHERE state <> 0;"                \
	"ALTER TABLE verdict ADD COLUMN txn BLOB;"                                             \
                                                                                               \
	"ALTER TABLE session ADD COLUMN host TEXT NOT NULL DEFAULT '';"                        \
	"ALTER TABLE session ADD COLUMN boot TEXT NOT NULL DEFAULT '';"                        \
	"ALTER TABLE session ADD COLUMN nas TEXT NOT NULL DEFAULT '';"                         \
	"ALTER TABLE session ADD COLUMN acct_session TEXT NOT NULL DEFAULT '';"                \
	"ALTER TABLE session ADD COLUMN framed TEXT NOT NULL DEFAULT '';"                      \
	"ALTER TABLE session ADD COLUMN octets_in INTEGER NOT NULL DEFAULT 0;"                 \
	"ALTER TABLE session ADD COLUMN octets_out INTEGER NOT NULL DEFAULT 0;"                \
	"ALTER TABLE session ADD COLUMN seconds INTEGER NOT NULL DEFAULT 0;"                   \
	"ALTER TABLE session ADD COLUMN cause INTEGER NOT NULL DEFAULT 0;"                     \
	"ALTER TABLE session ADD COLUMN started INTEGER NOT NULL DEFAULT 0;"                   \
	"ALTER TABLE session ADD COLUMN updated_us INTEGER NOT NULL DEFAULT 0;"                \
	"CREATE INDEX session_accounting ON session(service, nas, acct_session)"               \
	" WHERE acct_session <> '';"                                                           \
	"CREATE INDEX session_open_user ON session(user) WHERE closed_us = 0;"                 \
	"CREATE INDEX session_silent ON session(updated_us)"                                   \
	" WHERE acct_session <> '' AND closed_us = 0;"                                         \
	"CREATE TABLE record("                                                                 \
	" key BLOB PRIMARY KEY CHECK (length(key) = 32), at_ms INTEGER NOT NULL)"              \
	" STRICT, WITHOUT ROWID;"                                                              \
	"CREATE INDEX record_age ON record(at_ms);"                                            \
                                                                                               \
	"CREATE TABLE outbox("                                                                 \
	" id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,"                           \
	" session_id INTEGER NOT NULL, user TEXT NOT NULL, service TEXT NOT NULL,"             \
	" nas TEXT NOT NULL, acct_session TEXT NOT NULL, framed TEXT NOT NULL,"                \
	" created_us INTEGER NOT NULL, done_us INTEGER NOT NULL, result TEXT NOT NULL) STRICT;" \
	"CREATE INDEX outbox_waiting ON outbox(session_id) WHERE done_us = 0;"                 \
	"CREATE INDEX outbox_done ON outbox(done_us) WHERE done_us <> 0;"

#endif
