/*
 * Every statement that the store runs after the schema stands, as one table.  Parameters are bound
 * in the order of their numbers.  A column list that several statements share is a macro, so that
 * the loader that reads it (load.c, view.c) has one order to know.
 *
 * Conditional changes carry their condition in WHERE: the caller looks at the number of changed
 * rows. Numbers from authd/types.h stand here as literals: credential state 0 pending, 1 active, 2
 * void; factor 1 password, 2 TOTP, 3 HOTP, 4 recovery codes; account state 0 enabled, standing 1
 * exempt.
 */
#include "config.h"

#include "authd/store/sql.h"

#define ACCOUNT_COLUMNS                                                                         \
	"id, name, uid, kind, state, standing, must_change, valid_from_us, valid_until_us, "    \
	"created_us, last_login_us, disabled_us, standing_until_us, display, reason, sources, " \
	"groups, person, change_rule, password_length, password_classes, password_guard, "      \
	"password_set_us, password_checked_us, shared"
#define CREDENTIAL_COLUMNS                                                                 \
	"id, account_id, factor, state, label, algorithm, digits, step_s, counter, drift," \
	" key_id, secret, created_us, used_us"
#define SESSION_COLUMNS                                                                            \
	"id, txn, user, service, tty, source, remote, zone, pid, start, audit_session, "           \
	"kinds, opened_us, closed_us, nas, acct_session, framed, octets_in, octets_out, seconds, " \
	"updated_us, host"
/* What the transaction ?1 proved of an account. */
#define PROOF_OF(user)                                                                            \
	" FROM completed WHERE txn = ?1 AND account_id = (SELECT id FROM account WHERE name = "  \
	user ")"
#define GRANTS_FROM                                                                            \
	"SELECT g.id, coalesce(g.account_id, 0), coalesce(a.name, ''), g.members, g.place,"    \
	" g.granted_by, g.reason, g.created_us, g.until_us, g.ended_us,"                       \
	" coalesce((SELECT max(used_us) FROM grant_use WHERE grant_id = g.id), 0)"             \
	" FROM granted AS g LEFT JOIN account AS a ON a.id = g.account_id "
#define GRANTS_UP " ORDER BY g.id LIMIT ?2"
/* An order for each session that the condition finds and that has none yet. */
#define ORDER_FOR                                                                            \
	"INSERT INTO outbox(kind, session_id, user, service, nas, acct_session, framed,"     \
	" created_us, done_us, result) SELECT 'disconnect', id, user, service, nas,"         \
	" acct_session, framed, ?1, 0, '' FROM session WHERE closed_us = 0 AND"              \
	" acct_session <> '' AND NOT EXISTS (SELECT 1 FROM outbox AS o"                      \
	" WHERE o.session_id = session.id AND o.done_us = 0) AND "

#define INCIDENTS                                                                              \
	"SELECT id, rule, key, level, user, source, first_seq, last_seq, first_us, last_us,"   \
	" rows, opened_us, told, told_us, closed_us, closed_seq, closed_by, decided, reason"     \
	" FROM incident "
#define INCIDENTS_WORST                                                                        \
	"(level, id) < (?4, ?1) AND last_us >= ?3 ORDER BY level DESC, id DESC LIMIT ?2"

/* Those of whom the wanted classes have not all been told, or (?7 is 0) all that are wanted. */
#define UNTOLD                                                                                 \
	"level <= ?8 AND (level < ?8 OR id > ?1) AND"                                          \
	" told_us = 0 AND (((level >= ?3) * ?4 | (level >= ?5) * ?6) & ~told <> 0) = ?7"

/*
 * A month; what a later one was sealed at bounds when this one was, in case the date was wrong.
 */
#define MONTH_COLUMNS                                                                        \
	"SELECT m.first_seq, m.last_seq, m.month, m.first_us, m.last_us, m.chain,"           \
	" (SELECT min(l.closed_us) FROM month AS l WHERE l.first_seq >= m.first_seq"         \
	" AND l.last_seq <> 0), m.closed_ms, m.tombstone, m.expired_us, m.removed FROM month AS m "

/*
 * One page of the log along one index; the other conditions only filter (the + keeps them off an
 * index).
 */
#define AUDIT_COLUMNS "SELECT seq, chain, encoded FROM audit "
#define AUDIT_BOUNDS "seq > ?1 AND seq < ?2 AND time_us >= ?3 AND time_us < ?4 "
#define AUDIT_USER "AND (?5 = '' OR +user = ?5) "
#define AUDIT_CLASS "AND (?6 = 0 OR +class = ?6) "
#define AUDIT_RESULT "AND (?7 < 0 OR +result = ?7) "
#define AUDIT_UP "ORDER BY seq LIMIT ?8"
#define AUDIT_DOWN "ORDER BY seq DESC LIMIT ?8"
#define AUDIT_BY_SEQ \
	AUDIT_COLUMNS "NOT INDEXED WHERE " AUDIT_BOUNDS AUDIT_USER AUDIT_CLASS AUDIT_RESULT
#define AUDIT_BY_USER                                                         \
	AUDIT_COLUMNS "INDEXED BY audit_user WHERE user = ?5 AND " AUDIT_BOUNDS \
	AUDIT_CLASS AUDIT_RESULT
#define AUDIT_BY_CLASS                                                          \
	AUDIT_COLUMNS "INDEXED BY audit_class WHERE class = ?6 AND " AUDIT_BOUNDS \
	AUDIT_USER AUDIT_RESULT
#define AUDIT_BY_RESULT                                                           \
	AUDIT_COLUMNS "INDEXED BY audit_result WHERE result = ?7 AND " AUDIT_BOUNDS \
	AUDIT_USER AUDIT_CLASS

const char *const sql_text[SQL_COUNT] = {
	[SQL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[SQL_BEGIN_READ] = "BEGIN",
	[SQL_COMMIT] = "COMMIT",
	[SQL_SAVEPOINT_JOB] = "SAVEPOINT job",
	[SQL_RELEASE_JOB] = "RELEASE job",
	[SQL_SAVEPOINT_EFFECTS] = "SAVEPOINT effects",
	[SQL_RELEASE_EFFECTS] = "RELEASE effects",

	[SQL_INTEGRITY] = "PRAGMA integrity_check(1)",
	[SQL_META_LOAD] = "SELECT store_id, node, generation, head_seq, head_chain, lock_ms, "
			  "wall_us, boot_us,"
			  " boot_id, suspect FROM meta WHERE one = 1",
	[SQL_META_INSERT] = "INSERT INTO meta(one, store_id, node, generation, created_us, "
			    "head_seq, head_chain,"
			    " lock_ms, wall_us, boot_us, boot_id, suspect)"
			    " VALUES (1, ?1, ?2, 1, ?3, 0, ?4, 0, ?3, ?5, ?6, 0)",
	[SQL_META_SAVE] =
		"UPDATE meta SET head_seq = ?1, head_chain = ?2, lock_ms = ?3, wall_us = ?4,"
		" boot_us = ?5, boot_id = ?6, suspect = ?7 WHERE one = 1",
	[SQL_META_GENERATION] = "UPDATE meta SET generation = generation + 1 WHERE one = 1",
	[SQL_SETTING_GET] = "SELECT value FROM setting WHERE key = ?1",
	[SQL_SETTING_PUT] = "INSERT INTO setting(key, value) VALUES (?1, ?2)"
			    " ON CONFLICT(key) DO UPDATE SET value = excluded.value",
	/* A greater value, or one that begins otherwise in its first ?3 characters. */
	[SQL_SETTING_ADVANCE] = "INSERT INTO setting(key, value) VALUES (?1, ?2) ON CONFLICT(key) "
				"DO UPDATE SET value = excluded.value"
				" WHERE substr(value, 1, ?3) <> substr(excluded.value, 1, ?3) OR "
				"value < excluded.value",

	[SQL_AUDIT_RANGE] =
		"SELECT seq, chain, encoded FROM audit WHERE seq >= ?1 ORDER BY seq LIMIT ?2",
	[SQL_AUDIT_INSERT] = "INSERT INTO audit(seq, time_us, class, result, user, source, event, "
			     "chain, encoded)"
			     " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	[SQL_SPAN_LAST] = "SELECT hour FROM audit_span ORDER BY first_seq DESC LIMIT 1",
	[SQL_SPAN_INSERT] = "INSERT INTO audit_span(first_seq, hour) VALUES (?1, ?2)",
	/* The first row that may be of this hour or later. */
	[SQL_SPAN_FROM] = "SELECT min(first_seq) FROM audit_span WHERE hour >= ?1",
	/*
	 * The first row behind the last one that may be of this hour or earlier; NULL: no such
	 * bound.
	 */
	[SQL_SPAN_UNTIL] = "SELECT min(first_seq) FROM audit_span WHERE first_seq > "
			   "coalesce((SELECT max(first_seq) FROM audit_span WHERE hour <= ?1), 0)",

	[SQL_MONTH_LAST] = "SELECT first_seq, month FROM month ORDER BY first_seq DESC LIMIT 1",
	[SQL_MONTH_OPEN] = "INSERT INTO month(first_seq, month) VALUES (?1, ?2)",
	[SQL_MONTH_SEAL] =
		"UPDATE month SET last_seq = ?2, chain = ?3, closed_us = ?4, closed_ms = ?5,"
		" first_us = (SELECT time_us FROM audit WHERE seq = ?1),"
		" last_us = (SELECT time_us FROM audit WHERE seq = ?2) WHERE first_seq = ?1",
	[SQL_MONTH_GET] = MONTH_COLUMNS "WHERE m.first_seq = ?1",
	[SQL_MONTH_OLDEST] =
		MONTH_COLUMNS
		"WHERE m.tombstone = 0 AND m.last_seq <> 0 ORDER BY m.first_seq LIMIT 1",
	[SQL_MONTH_EXPIRE] =
		"UPDATE month SET tombstone = ?1, expired_us = ?2 WHERE first_seq = ?3",
	[SQL_MONTH_UNREMOVED] = MONTH_COLUMNS
		"WHERE m.tombstone <> 0 AND m.removed = 0 ORDER BY m.first_seq LIMIT 1",
	[SQL_MONTH_REMOVED] = "UPDATE month SET removed = 1 WHERE first_seq = ?1",
	[SQL_KEPT] = "SELECT last_seq, chain, tombstone FROM month WHERE tombstone <> 0"
		     " ORDER BY first_seq DESC LIMIT 1",
	[SQL_AUDIT_REMOVE] = "DELETE FROM audit WHERE seq <= ?1"
			     " AND seq < (SELECT min(seq) FROM audit) + ?2",
	/* The span that the first kept row ?1 lies in stays. */
	[SQL_SPAN_REMOVE] = "DELETE FROM audit_span WHERE first_seq <"
			    " (SELECT max(first_seq) FROM audit_span WHERE first_seq <= ?1)",
	[SQL_HOLD_GET] = "SELECT since_us, by, reason, ticket FROM hold WHERE one = 1",
	[SQL_HOLD_PUT] = "INSERT INTO hold(one, since_us, by, reason, ticket)"
			 " VALUES (1, ?1, ?2, ?3, ?4) ON CONFLICT(one) DO NOTHING",
	[SQL_HOLD_END] = "DELETE FROM hold WHERE one = 1",
	[SQL_VIEW_MONTHS] =
		MONTH_COLUMNS "WHERE m.first_seq > ?1 ORDER BY m.first_seq LIMIT ?2",

	[SQL_ACCOUNT_BY_NAME] = "SELECT " ACCOUNT_COLUMNS ", version FROM account WHERE name = ?1",
	[SQL_ACCOUNT_BY_UID] =
		"SELECT " ACCOUNT_COLUMNS
		", version FROM account WHERE uid = ?1 AND uid >= 0 ORDER BY id LIMIT 1",
	[SQL_ACCOUNT_BRIEF] = "SELECT id, version, kind FROM account WHERE name = ?1",
	[SQL_ACCOUNT_COUNT] = "SELECT count(*) FROM account",
	[SQL_ACCOUNT_EXEMPT] = "SELECT name FROM account WHERE standing = 1",
	[SQL_ACCOUNT_NAME] = "SELECT name FROM account WHERE id = ?1",
	[SQL_ACCOUNT_INSERT] =
		"INSERT INTO account(name, uid, kind, state, standing, must_change, valid_from_us,"
		" valid_until_us, created_us, last_login_us, disabled_us, standing_until_us, "
		"display,"
		" reason, sources, groups, person, shared)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
		" ?17, ?18)",
	[SQL_ACCOUNT_SET] =
		"UPDATE account SET uid = ?1, kind = ?2, state = ?3, standing = ?4, must_change = "
		"?5,"
		" valid_from_us = ?6, valid_until_us = ?7, disabled_us = ?8, standing_until_us = "
		"?9,"
		" display = ?10, reason = ?11, sources = ?12, groups = ?13, person = ?14,"
		" change_rule = ?15, shared = ?16, version = version + 1 WHERE id = ?17",
	[SQL_ACCOUNT_REMOVE] = "DELETE FROM account WHERE id = ?1",
	[SQL_ACCOUNT_MUST_CHANGE] =
		"UPDATE account SET must_change = ?1, change_rule = ?2 WHERE id = ?3",
	[SQL_ACCOUNT_LAST_LOGIN] = "UPDATE account SET last_login_us = ?1,"
				   " password_checked_us = max(password_checked_us, ?2)"
				   " WHERE id = ?3 AND state = 0",
	[SQL_ACCOUNT_NOTE] =
		"UPDATE account SET password_length = ?1, password_classes = ?2"
		" WHERE id = ?3 AND password_length = 0",
	[SQL_ACCOUNT_PASSWORD] =
		"UPDATE account SET password_length = ?1, password_classes = ?2, password_guard ="
		" ?3, password_set_us = ?4, password_checked_us = ?5 WHERE id = ?6",
	[SQL_FORMER_PUT] = "INSERT INTO former_password(account_id, hash) SELECT account_id, secret"
			   " FROM credential WHERE account_id = ?1 AND factor = 1 AND state = 1"
			   " AND ?2 > 0",
	[SQL_FORMER_PRUNE] = "DELETE FROM former_password WHERE account_id = ?1 AND id NOT IN"
			     " (SELECT id FROM former_password WHERE account_id = ?1"
			     " ORDER BY id DESC LIMIT ?2)",
	/* the account's own, then those of its person's other accounts, then former ones */
	[SQL_HASHES_OWN] = "SELECT secret FROM credential WHERE account_id = ?1 AND factor = 1"
			   " AND state = 1 LIMIT ?2",
	[SQL_HASHES_PERSON] =
		"SELECT c.secret FROM account AS a CROSS JOIN credential AS c"
		" ON c.account_id = a.id"
		" WHERE a.person <> '' AND a.person = (SELECT person FROM account WHERE id = ?1)"
		" AND a.id <> ?1 AND c.factor = 1 AND c.state = 1 LIMIT ?2",
	[SQL_HASHES_FORMER] = "SELECT hash FROM former_password WHERE account_id = ?1"
			      " ORDER BY id DESC LIMIT ?2",
	[SQL_ACCOUNT_BUMP] = "UPDATE account SET version = version + 1 WHERE id = ?1",
	[SQL_ACCOUNT_BUMP_OWNER] = "UPDATE account SET version = version + 1"
				   " WHERE id = (SELECT account_id FROM credential WHERE id = ?1)",

	[SQL_CREDENTIAL_OF] =
		"SELECT " CREDENTIAL_COLUMNS
		" FROM credential WHERE account_id = ?1 AND state <> 2 ORDER BY id LIMIT ?2",
	[SQL_CREDENTIAL_SEEN] =
		"SELECT id, counter, drift, state"
		" FROM credential WHERE account_id = ?1 AND state <> 2 ORDER BY id LIMIT ?2",
	[SQL_CREDENTIAL_EXISTS] = "SELECT 1 FROM credential WHERE id = ?1",
	[SQL_CREDENTIAL_COUNT] =
		"SELECT count(*) FROM credential WHERE account_id = ?1 AND state <> 2",
	[SQL_CREDENTIAL_INSERT] =
		"INSERT INTO credential(account_id, factor, state, label, algorithm, digits, "
		"step_s,"
		" counter, drift, key_id, secret, created_us, used_us)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
	[SQL_CREDENTIAL_TOTP] = "UPDATE credential SET counter = ?1, drift = ?2, used_us = ?3"
				" WHERE id = ?4 AND factor = 2 AND state <> 2 AND counter < ?1",
	[SQL_CREDENTIAL_HOTP] = "UPDATE credential SET counter = ?1, used_us = ?2"
				" WHERE id = ?3 AND factor = 3 AND state <> 2 AND counter < ?1",
	[SQL_CREDENTIAL_RESYNC] = "UPDATE credential SET counter = ?1, used_us = ?2, state = 1"
				  " WHERE id = ?3 AND factor = 3 AND state <> 2 AND counter <= ?1",
	[SQL_CREDENTIAL_HASH] =
		"UPDATE credential SET secret = ?1 WHERE id = ?2 AND state <> 2 AND secret = ?3",
	[SQL_CREDENTIAL_RESEAL] = "UPDATE credential SET secret = ?1, key_id = ?2"
				  " WHERE id = ?3 AND state <> 2 AND secret = ?4",
	[SQL_CREDENTIAL_ACTIVATE] = "UPDATE credential SET state = 1 WHERE id = ?1 AND state = 0",
	[SQL_CREDENTIAL_VOID_ONE] =
		"UPDATE credential SET state = 2, secret = x'' WHERE id = ?1 AND state <> 2",
	[SQL_CREDENTIAL_VOID_ALL] =
		"UPDATE credential SET state = 2, secret = x''"
		" WHERE account_id = ?1 AND state <> 2 AND (?2 = 0 OR factor = ?2)",
	[SQL_CREDENTIAL_USED] = "UPDATE credential SET used_us = ?1 WHERE id = ?2",
	[SQL_CODE_INSERT] =
		"INSERT INTO recovery_code(credential_id, hash, used_us) VALUES (?1, ?2, 0)",
	[SQL_CODE_CONSUME] =
		"UPDATE recovery_code SET used_us = ?1 WHERE credential_id = ?2 AND hash = ?3"
		" AND used_us = 0 AND EXISTS"
		" (SELECT 1 FROM credential WHERE id = ?2 AND factor = 4 AND state = 1)",
	[SQL_CODE_LIST] = "SELECT hash, used_us <> 0 FROM recovery_code WHERE credential_id = ?1 "
			  "ORDER BY hash",

	[SQL_THROTTLE_GET] =
		"SELECT failures, last_failure_ms, window_start_ms, locked_until_ms, strangers,"
		" strangers_until_ms, known, name FROM throttle WHERE key = ?1 AND lane = ?2",
	[SQL_THROTTLE_PUT] =
		"INSERT INTO throttle(key, lane, failures, last_failure_ms, window_start_ms,"
		" locked_until_ms, strangers, strangers_until_ms, known, name, seen_ms)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
		" ON CONFLICT(key, lane) DO UPDATE SET failures = ?3, last_failure_ms = ?4,"
		" window_start_ms = ?5, locked_until_ms = ?6, strangers = ?7,"
		" strangers_until_ms = ?8, known = ?9, name = ?10, seen_ms = ?11",
	[SQL_THROTTLE_DELETE] = "DELETE FROM throttle WHERE key = ?1 AND lane = ?2",
	[SQL_THROTTLE_KNOWN] =
		"UPDATE throttle SET known = ?2 WHERE name = ?1 AND name <> '' AND known <> ?2",
	[SQL_THROTTLE_UNKNOWN_COUNT] = "SELECT count(*) FROM throttle WHERE known = 0",
	[SQL_THROTTLE_EVICT] =
		"DELETE FROM throttle WHERE (key, lane) IN"
		" (SELECT t.key, t.lane FROM throttle AS t WHERE t.known = 0 AND t.key <> ?1"
		" AND NOT EXISTS (SELECT 1 FROM reservation AS r WHERE r.key = t.key) ORDER BY "
		"t.seen_ms LIMIT ?2)",

	[SQL_RESERVATION_PENDING] =
		"SELECT count(*), count(*) FILTER (WHERE familiar = 0) FROM reservation"
		" WHERE key = ?1",
	[SQL_RESERVATION_GET] = "SELECT account_id, version, name, waiting, place, familiar,"
				" reserve FROM reservation WHERE txn = ?1",
	[SQL_RESERVATION_INSERT] =
		"INSERT INTO reservation(txn, name, account_id, version, lease_until_ms, waiting,"
		" node, key, threshold, window_ms, lock_ms, row, place, familiar, reserve)"
		" VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
	[SQL_RESERVATION_EXTEND] =
		"UPDATE reservation SET lease_until_ms = max(lease_until_ms, ?1) WHERE txn = ?2",
	[SQL_RESERVATION_DELETE] = "DELETE FROM reservation WHERE txn = ?1",
	[SQL_RESERVATION_LOAD] = "SELECT name, row, waiting, key, threshold, window_ms, lock_ms,"
				 " reserve, familiar FROM reservation WHERE txn = ?1",
	/* Those that wait for the answer to a challenge only if that time is over too. */
	[SQL_RESERVATION_EXPIRED] =
		"SELECT txn FROM reservation WHERE lease_until_ms <= ?1"
		" AND (waiting = 0 OR lease_until_ms <= ?3) ORDER BY lease_until_ms, txn LIMIT ?2",
	[SQL_RESERVATION_EXPIRED_OF] = "SELECT txn FROM reservation WHERE key = ?1 AND "
				       "lease_until_ms <= ?2 ORDER BY txn LIMIT 1",
	[SQL_RESERVATION_NEXT] = "SELECT min(lease_until_ms) FROM reservation",
	[SQL_RESERVATION_HOLD] =
		"UPDATE reservation SET waiting = ?1, lease_until_ms = ?2, row = ?3"
		" WHERE txn = ?4 AND waiting <> ?1",
	/* Nobody ends by his coming the login of somebody who is more at home than he. */
	[SQL_RESERVATION_WAITING_OF] =
		"SELECT txn FROM reservation WHERE key = ?1 AND waiting = 1 AND familiar <= ?2"
		" ORDER BY txn LIMIT 1",

	[SQL_FAMILIAR_FIND] = "SELECT count(*), count(*) FILTER (WHERE place = ?2),"
			      " count(*) FILTER (WHERE place = ?2 AND used_ms > ?4)"
			      " FROM familiar WHERE account_id = ?1 AND used_ms > ?3",
	[SQL_FAMILIAR_PUT] =
		"INSERT INTO familiar(account_id, place, used_ms) VALUES (?1, ?2, ?3)"
		" ON CONFLICT(account_id, place) DO UPDATE SET used_ms = ?3 WHERE used_ms <= ?4",
	[SQL_FAMILIAR_PRUNE] =
		"DELETE FROM familiar WHERE account_id = ?1 AND (used_ms <= ?2 OR place NOT IN"
		" (SELECT place FROM familiar WHERE account_id = ?1"
		" ORDER BY used_ms DESC, place LIMIT ?3))",
	[SQL_RESERVE_USED] =
		"INSERT INTO reserve_use(account_id, uses, used_us) VALUES (?1, 1, ?2)"
		" ON CONFLICT(account_id) DO UPDATE SET uses = uses + 1, used_us = ?2",
	[SQL_RESERVE_USES] = "SELECT coalesce(sum(uses), 0) FROM reserve_use WHERE account_id = ?1",

	[SQL_CHALLENGE_INSERT] =
		"INSERT INTO challenge(txn, account_id, name, service, kinds, factors, state, "
		"opened_ms,"
		" expires_ms, round, server, upstream, lane, threshold, window_ms, lock_ms, leak)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
		" ON CONFLICT(txn) DO UPDATE SET kinds = ?5, factors = ?6, state = 0, opened_ms = "
		"?7,"
		" expires_ms = ?8, round = ?9, server = ?10, upstream = ?11, lane = ?12, threshold "
		"= ?13,"
		" window_ms = ?14, lock_ms = ?15, leak = max(leak, ?16)"
		" WHERE state = 1 AND round < ?9",
	[SQL_CHALLENGE_OLDEST] =
		"SELECT c.txn, (SELECT count(*) FROM challenge WHERE account_id = ?1 AND state = 0)"
		" FROM challenge AS c JOIN reservation AS r ON r.txn = c.txn WHERE c.account_id = "
		"?1"
		" AND c.state = 0 AND c.txn <> ?2 ORDER BY c.opened_ms, c.txn LIMIT 1",
	[SQL_CHALLENGE_TAKE] =
		"UPDATE challenge SET state = 1 WHERE txn = ?1 AND name = ?2 AND service = ?3"
		" AND state = 0 AND expires_ms > ?4 AND round = ?5"
		" RETURNING kinds, factors, server, upstream, leak,"
		" (SELECT waiting FROM reservation AS r WHERE r.txn = challenge.txn)",
	[SQL_CHALLENGE_STATE] = "SELECT CASE WHEN round > ?4 THEN 1 ELSE state END FROM challenge"
				" WHERE txn = ?1 AND name = ?2 AND service = ?3",
	[SQL_CHALLENGE_END] = "UPDATE challenge SET state = 2 WHERE txn = ?1 AND state = 0"
			      " RETURNING lane, threshold, window_ms, lock_ms",
	[SQL_CHALLENGE_PRUNE] = "DELETE FROM challenge WHERE state <> 0 AND expires_ms <= ?1",

	[SQL_COMPLETED_PUT] =
		"INSERT INTO completed(txn, account_id, kinds, service, purpose, completed_us,"
		" completed_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[SQL_COMPLETED_GET] =
		"SELECT account_id, kinds, service, purpose, completed_ms FROM completed"
		" WHERE txn = ?1 AND completed_ms > ?2",
	[SQL_COMPLETED_USE] = "DELETE FROM completed WHERE txn = ?1",
	[SQL_COMPLETED_PRUNE] = "DELETE FROM completed WHERE completed_ms <= ?1",
	[SQL_VERDICT_PUT] =
		"INSERT INTO verdict(idempotency, verdict, at_ms, txn, round, question, echo)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(idempotency) DO UPDATE SET "
		"verdict = ?2,"
		" at_ms = ?3, txn = ?4, round = ?5, question = ?6, echo = ?7",
	[SQL_VERDICT_GET] = "SELECT verdict, txn, round, question, echo FROM verdict"
			    " WHERE idempotency = ?1 AND at_ms > ?2",
	[SQL_VERDICT_PRUNE] = "DELETE FROM verdict WHERE at_ms <= ?1",

	[SQL_SESSION_FIND] =
		"SELECT id FROM session WHERE pid = ?1 AND start = ?2 AND service = ?3 AND user = "
		"?4"
		" AND host = ?5 AND boot = ?6 AND closed_us = 0 ORDER BY id DESC LIMIT 1",
	[SQL_SESSION_INSERT] =
		"INSERT INTO session(txn, user, service, tty, source, remote, zone, pid, start,"
		" audit_session, opened_us, host, boot, kinds, proved_ms, closed_us)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
		" coalesce((SELECT kinds" PROOF_OF("?2") "), 0),"
		" coalesce((SELECT completed_ms" PROOF_OF("?2") "), 0), 0)",
	[SQL_SESSION_UPDATE] =
		"UPDATE session SET txn = ?1, tty = ?2, source = ?3, remote = ?4, zone = ?5,"
		" audit_session = ?6,"
		" kinds = coalesce((SELECT kinds" PROOF_OF("session.user") "), 0),"
		" proved_ms = coalesce((SELECT completed_ms" PROOF_OF("session.user") "), 0)"
		" WHERE id = ?7",
	[SQL_SESSION_CLOSE_PROCESS] =
		"UPDATE session SET closed_us = ?1 WHERE id = (SELECT id FROM session WHERE pid = "
		"?2"
		" AND start = ?3 AND service = ?4 AND user = ?5 AND host = ?6 AND boot = ?7"
		" AND closed_us = 0 ORDER BY id DESC LIMIT 1)",
	[SQL_SESSION_CLOSE_AUDIT] =
		"UPDATE session SET closed_us = ?1 WHERE id = (SELECT id FROM session"
		" WHERE audit_session = ?2 AND audit_session <> 0 AND service = ?3 AND user = ?4"
		" AND host = ?5 AND boot = ?6 AND closed_us = 0 ORDER BY id DESC LIMIT 1)",
	/* What a boot of a relay's host before this one has left. */
	[SQL_SESSION_CLOSE_BOOTS] =
		"UPDATE session SET closed_us = ?1 WHERE closed_us = 0 AND acct_session = ''"
		" AND host = ?2 AND boot <> ?3",
	/* Those of this machine. */
	[SQL_SESSION_CLOSE_ALL] =
		"UPDATE session SET closed_us = ?1 WHERE closed_us = 0 AND acct_session = ''"
		" AND host = ''",
	[SQL_SESSION_PRUNE] = "DELETE FROM session WHERE id IN (SELECT id FROM session"
			      " WHERE closed_us <> 0 AND closed_us < ?1 LIMIT 64)",
	/*
	 * The outermost one: what is opened inside a login (su, sudo) has the same audit session.
	 */
	[SQL_SESSION_BY_AUDIT] =
		"SELECT source, remote, zone, user, kinds, proved_ms FROM session"
		" WHERE audit_session = ?1 AND audit_session <> 0"
		" AND host = ?2 AND boot = ?3 AND closed_us = 0 ORDER BY id LIMIT 1",
	/* Somebody's own one in it: a su inside another one's login. */
	[SQL_SESSION_OWN] =
		"SELECT kinds, proved_ms FROM session"
		" WHERE audit_session = ?1 AND audit_session <> 0 AND user = ?2"
		" AND host = ?3 AND boot = ?4 AND closed_us = 0 ORDER BY id LIMIT 1",
	[SQL_SESSION_BY_PROCESS] =
		"SELECT source, remote, zone, user, kinds, proved_ms FROM session"
		" WHERE pid = ?1 AND start = ?2"
		" AND host = ?3 AND boot = ?4 AND closed_us = 0 ORDER BY id LIMIT 1",

	/* Changes nothing where the key is there. */
	[SQL_RECORD_PUT] =
		"INSERT INTO record(key, at_ms) VALUES (?1, ?2) ON CONFLICT(key) DO NOTHING",
	[SQL_RECORD_PRUNE] = "DELETE FROM record WHERE at_ms <= ?1",
	[SQL_ACCOUNTING_FIND] =
		"SELECT id, user, txn, closed_us, started FROM session WHERE service = ?1 AND nas "
		"= ?2"
		" AND acct_session = ?3 AND acct_session <> '' ORDER BY id DESC LIMIT 1",
	[SQL_ACCOUNTING_INSERT] =
		"INSERT INTO session(txn, user, service, tty, source, remote, zone, pid, start,"
		" audit_session, kinds, opened_us, closed_us, nas, acct_session, framed, octets_in,"
		" octets_out, seconds, cause, started, updated_us) VALUES (?1, ?2, ?3, '', ?4, ?5, "
		"?6, 0, 0, 0,"
		" coalesce((SELECT kinds" PROOF_OF("?2") "), 0), ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
		"?14, ?15, ?16,"
		" ?17)",
	/* What a record does not say stays. */
	[SQL_ACCOUNTING_UPDATE] =
		"UPDATE session SET framed = CASE WHEN ?1 = '' THEN framed ELSE ?1 END,"
		" octets_in = max(octets_in, ?2), octets_out = max(octets_out, ?3),"
		" seconds = max(seconds, ?4), cause = ?5, started = max(started, ?6), closed_us = "
		"?7,"
		" updated_us = ?8 WHERE id = ?9",
	[SQL_ACCOUNTING_STARTED] = "UPDATE session SET started = 1 WHERE id = ?1",
	[SQL_ACCOUNTING_CLOSE_NAS] = "UPDATE session SET closed_us = ?1 WHERE service = ?2 AND nas "
				     "= ?3 AND acct_session <> ''"
				     " AND closed_us = 0",
	/* Nobody says any more that they live. */
	[SQL_ACCOUNTING_SILENT] =
		"UPDATE session SET closed_us = updated_us WHERE id IN (SELECT id FROM session"
		" WHERE acct_session <> '' AND closed_us = 0 AND updated_us < ?1 LIMIT 64)",

	[SQL_ORDER_LAST] = "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'",
	[SQL_ORDER_SESSION] = ORDER_FOR "id = ?2",
	[SQL_ORDER_USER] = ORDER_FOR "user = ?2",
	[SQL_ORDER_DONE] = "UPDATE outbox SET done_us = ?1, result = ?2 WHERE id = ?3"
			   " AND (done_us = 0 OR result = 'closed')",
	[SQL_ORDER_MOOT] =
		"UPDATE outbox SET done_us = ?1, result = 'closed' WHERE done_us = 0 AND EXISTS"
		" (SELECT 1 FROM session AS s WHERE s.id = outbox.session_id AND s.closed_us <> 0)",
	[SQL_ORDER_PRUNE] = "DELETE FROM outbox WHERE done_us <> 0 AND done_us < ?1",
	[SQL_SESSION_KNOWN] =
		"SELECT 1 FROM session WHERE id = ?1 AND closed_us = 0 AND acct_session <> ''",

	[SQL_VIEW_ACCOUNTS] =
		"SELECT " ACCOUNT_COLUMNS " FROM account WHERE id > ?1 ORDER BY id LIMIT ?2",
	[SQL_VIEW_ACCOUNT] =
		"SELECT " ACCOUNT_COLUMNS " FROM account WHERE id > ?1 AND name = ?3 LIMIT ?2",
	[SQL_VIEW_PERSON] = "SELECT " ACCOUNT_COLUMNS
			    " FROM account WHERE id > ?1 AND person <> '' AND person = ?3"
			    " ORDER BY id LIMIT ?2",
	[SQL_VIEW_CREDENTIALS] =
		"SELECT " CREDENTIAL_COLUMNS " FROM credential WHERE id > ?1 ORDER BY id LIMIT ?2",
	[SQL_VIEW_CREDENTIALS_OF] =
		"SELECT " CREDENTIAL_COLUMNS
		" FROM credential WHERE id > ?1 AND account_id = ?3 ORDER BY id LIMIT ?2",
	[SQL_VIEW_SESSIONS] = "SELECT " SESSION_COLUMNS
			      " FROM session WHERE id > ?1 AND closed_us = 0 ORDER BY id LIMIT ?2",
	[SQL_VIEW_SESSIONS_OF] =
		"SELECT " SESSION_COLUMNS
		" FROM session WHERE id > ?1 AND user = ?3 AND closed_us = 0 ORDER BY id LIMIT ?2",
	[SQL_VIEW_COUNTS] = "SELECT (SELECT count(*) FROM account),"
			    " (SELECT count(*) FROM credential WHERE state <> 2),"
			    " (SELECT coalesce(max(seq), 0) FROM audit),"
			    " (SELECT coalesce(max(last_seq), 0) FROM month WHERE tombstone <> 0),"
			    " (SELECT count(*) FROM reservation), (SELECT count(*) FROM throttle),"
			    " (SELECT count(*) FROM session WHERE closed_us = 0),"
			    " (SELECT count(DISTINCT name) FROM throttle"
			    " WHERE known = 1 AND lane < 2 AND locked_until_ms > ?1),"
			    " (SELECT count(*) FROM throttle WHERE known = 1 AND lane = 0"
			    " AND strangers_until_ms > ?1 AND locked_until_ms <= ?1),"
			    " (SELECT coalesce(sum(uses), 0) FROM reserve_use),"
			    " (SELECT count(*) FROM challenge WHERE state = 0),"
			    " (SELECT count(*) FROM outbox WHERE done_us = 0),"
			    " (SELECT count(*) FROM incident WHERE closed_us = 0),"
			    " (SELECT coalesce(max(level), 0) FROM incident WHERE closed_us = 0),"
			    " (SELECT page_count FROM pragma_page_count) * (SELECT page_size FROM "
			    "pragma_page_size), (SELECT created_us FROM meta)",
	[SQL_GRANT_SUPERSEDE] = "UPDATE granted SET ended_us = ?1 WHERE ended_us = 0 AND place = ?2"
				" AND account_id IS ?3 AND members = ?4",
	[SQL_GRANT_INSERT] =
		"INSERT INTO granted(account_id, members, place, granted_by, reason, created_us,"
		" until_us, ended_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)",
	[SQL_GRANT_END] = "UPDATE granted SET ended_us = ?1 WHERE id = ?2 AND ended_us = 0",
	[SQL_GRANT_USE] = "INSERT INTO grant_use(grant_id, account_id, used_us)"
			  " SELECT id, ?2, ?3 FROM granted WHERE id = ?1 AND ended_us = 0"
			  " AND until_us > ?3"
			  " ON CONFLICT(grant_id, account_id) DO UPDATE SET used_us = ?3",
	/* An own one first. */
	[SQL_GRANT_FIND] =
		"SELECT id FROM granted WHERE ended_us = 0 AND until_us > ?1"
		" AND place IN (?2, ?3, ?4) AND (account_id = ?5 OR (members <> '' AND members IN"
		" (?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)))"
		" ORDER BY account_id IS NULL, until_us DESC, id LIMIT 1",
	[SQL_VIEW_GRANTS] = GRANTS_FROM "WHERE g.id > ?1 AND (?3 OR g.ended_us = 0)" GRANTS_UP,
	[SQL_VIEW_GRANTS_OF] =
		GRANTS_FROM
		"WHERE g.id > ?1 AND (?3 OR g.ended_us = 0)"
		" AND g.account_id = (SELECT id FROM account WHERE name = ?4)" GRANTS_UP,
	[SQL_VIEW_ORDERS] =
		"SELECT id, kind, session_id, user, service, nas, acct_session, framed, created_us"
		" FROM outbox WHERE id > ?1 AND done_us = 0 ORDER BY id LIMIT ?2",
	[SQL_CURSOR_MOVE] =
		"INSERT INTO cursor(name, seq, ahead, moved_us, why) SELECT ?1, ?3, ?6, ?4, ?5"
		" WHERE ?2 = 0 OR EXISTS (SELECT 1 FROM cursor WHERE name = ?1)"
		" ON CONFLICT(name) DO UPDATE SET seq = excluded.seq, ahead = excluded.ahead,"
		" moved_us = iif(excluded.ahead > ahead, excluded.moved_us, moved_us),"
		" why = excluded.why WHERE seq = ?2",
	[SQL_VIEW_CURSORS] = "SELECT id, name, seq, ahead, moved_us, why FROM cursor WHERE id > ?1"
			     " AND (?3 = '' OR name = ?3) ORDER BY id LIMIT ?2",
	[SQL_DUTY_DONE] =
		"INSERT INTO duty(name, done_us, done_by) VALUES (?1, ?2, ?3) ON CONFLICT(name) DO"
		" UPDATE SET done_us = excluded.done_us, done_by = excluded.done_by"
		" WHERE excluded.done_us > done_us OR done_us > ?4",
	[SQL_VIEW_DUTIES] = "SELECT id, name, done_us, done_by FROM duty WHERE id > ?1"
			    " ORDER BY id LIMIT ?2",
	[SQL_CONFIGURATION_HASH] = "SELECT sha256 FROM configuration",
	[SQL_CONFIGURATION_LOAD] =
		"INSERT INTO configuration(one, sha256, seq, loaded_us, loaded_by)"
		" VALUES (1, ?1, ?2, ?3, ?4) ON CONFLICT(one) DO UPDATE SET"
		" sha256 = excluded.sha256, seq = excluded.seq, loaded_us = excluded.loaded_us,"
		" loaded_by = excluded.loaded_by, told = iif(baseline = excluded.sha256, '', told)",
	[SQL_CONFIG_SETTING_PUT] =
		"INSERT INTO config_setting(name, value, since_seq, since_us, loaded)"
		" VALUES (?1, ?2, ?3, ?4, ?3) ON CONFLICT(name) DO UPDATE SET"
		" since_seq = iif(value = excluded.value, since_seq, excluded.since_seq),"
		" since_us = iif(value = excluded.value, since_us, excluded.since_us),"
		" value = excluded.value, loaded = excluded.loaded",
	[SQL_CONFIG_SETTING_GONE] =
		"UPDATE config_setting SET value = '', since_seq = ?1, since_us = ?2"
		" WHERE loaded <> ?1 AND value <> ''",
	[SQL_CONFIG_SETTING_FORGET] =
		"DELETE FROM config_setting WHERE value = '' AND baseline = ''",
	[SQL_CONFIG_SETTING_APPROVE] =
		"UPDATE config_setting SET baseline = value WHERE value <> baseline",
	[SQL_BASELINE_SET] =
		"UPDATE configuration SET baseline = sha256, baseline_seq = ?2, baseline_us = ?3,"
		" baseline_by = ?4, note = ?5, told = '' WHERE sha256 = ?1",
	[SQL_DRIFT_TOLD] = "UPDATE configuration SET told = sha256 WHERE sha256 = ?1"
			   " AND baseline NOT IN ('', sha256) AND told <> sha256",
	[SQL_VIEW_CONFIGURATION] =
		"SELECT sha256, seq, loaded_us, loaded_by, baseline, baseline_seq, baseline_us,"
		" baseline_by, note, told = sha256, iif(baseline = '', 0, (SELECT count(*)"
		" FROM config_setting AS s WHERE s.value <> s.baseline)) FROM configuration",
	[SQL_VIEW_DRIFT] =
		"SELECT name, value, baseline, since_seq, since_us FROM config_setting"
		" WHERE value <> baseline AND name > ?1 ORDER BY name LIMIT ?2",
	[SQL_CHECKPOINT_INSERT] =
		"INSERT INTO checkpoint(number, seq, made_us, line) SELECT ?1, ?2, ?3, ?4"
		" WHERE ?1 = (SELECT coalesce(max(number), 0) + 1 FROM checkpoint)",
	/* By when the last one up to row ?1 was made: no later one says an earlier time. */
	[SQL_CHECKPOINT_AGE] = "SELECT coalesce(min(made_us), 0) FROM checkpoint WHERE seq >="
			       " (SELECT max(seq) FROM checkpoint WHERE seq <= ?1)",
	[SQL_VIEW_CHECKPOINTS] = "SELECT number, seq, line FROM checkpoint WHERE number > ?1"
				 " ORDER BY number LIMIT ?2",
	[SQL_VIEW_CHECKPOINTS_DOWN] =
		"SELECT number, seq, line FROM checkpoint WHERE (?1 = 0 OR number < ?1)"
		" ORDER BY number DESC LIMIT ?2",
	[SQL_VIEW_PROOF] =
		"SELECT a.seq, a.chain, a.encoded, a.time_us, a.class, a.result, a.user, a.source,"
		" a.event, s.hour IS NOT NULL, coalesce(s.hour, 0), p.time_us IS NOT NULL,"
		" coalesce(p.time_us, 0) FROM audit AS a"
		" LEFT JOIN audit_span AS s ON s.first_seq = a.seq"
		" LEFT JOIN audit AS p ON p.seq = a.seq - 1"
		" WHERE a.seq > ?1 ORDER BY a.seq LIMIT ?2",
	[SQL_REMINDER] = "INSERT INTO reminder(name, told_us) VALUES (?1, ?2) ON CONFLICT(name) DO"
			 " UPDATE SET told_us = ?2 WHERE told_us <= ?2 - ?3 OR told_us > ?2",
	[SQL_HABIT_PUT] = "INSERT INTO habit(subject, bytes, seen_us) VALUES (?1, ?2, ?3)"
			  " ON CONFLICT(subject) DO UPDATE SET bytes = ?2, seen_us = ?3",
	[SQL_HABIT_DROP] = "DELETE FROM habit WHERE subject = ?1",
	[SQL_HABIT_GET] = "SELECT bytes FROM habit WHERE subject = ?1",
	[SQL_HABIT_FORGET] =
		"DELETE FROM habit WHERE subject IN (SELECT subject FROM habit WHERE seen_us < ?1"
		" AND subject >= 'n:' AND subject < 'n;' ORDER BY seen_us LIMIT ?2)",
	[SQL_INCIDENT_OPEN] =
		"INSERT INTO incident(id, rule, key, level, user, source, first_seq, last_seq,"
		" first_us, last_us, rows, opened_us)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
	/* One that was closed as less than it is now is open again. */
	[SQL_INCIDENT_GROW] = "UPDATE incident SET told_us = iif(level < ?2, 0, told_us),"
			      " closed_us = iif(max(level, decided) < ?2, 0, closed_us),"
			      " level = max(level, ?2), last_seq = ?3, last_us = ?4, rows = ?5"
			      " WHERE id = ?1",
	[SQL_INCIDENT_CLOSE] =
		"UPDATE incident SET closed_us = ?2, closed_by = ?3, decided = ?4, reason = ?5,"
		" closed_seq = ?7 WHERE id = ?1 AND closed_us = 0 AND level <= ?6",
	[SQL_INCIDENT_FORGET] =
		"DELETE FROM incident WHERE id IN (SELECT id FROM incident WHERE closed_us <> 0"
		" AND closed_us < ?1 AND last_us < ?1 AND +id <= ?3 ORDER BY last_us LIMIT ?2)",
	[SQL_INCIDENT_TOLD] = "UPDATE incident SET told = told | ?2 WHERE id = ?1",
	[SQL_INCIDENT_SETTLED] =
		"UPDATE incident SET told_us = ?3 WHERE id = ?1 AND level = ?2 AND told_us = 0",
	[SQL_VIEW_INCIDENTS] = INCIDENTS "WHERE id > ?1 AND last_us >= ?3 ORDER BY id LIMIT ?2",
	[SQL_VIEW_INCIDENTS_WORST] = INCIDENTS "WHERE " INCIDENTS_WORST,
	[SQL_VIEW_INCIDENTS_OPEN] = INCIDENTS "WHERE closed_us = 0 AND " INCIDENTS_WORST,
	[SQL_VIEW_INCIDENTS_UNTOLD] = INCIDENTS "WHERE " UNTOLD " ORDER BY level DESC, id LIMIT ?2",
	[SQL_VIEW_UNTOLD] = "SELECT count(*), coalesce(min(opened_us), 0) FROM incident"
			    " WHERE ?2 > 0 AND " UNTOLD,
	[SQL_VIEW_AUDIT_SEQ] = AUDIT_BY_SEQ AUDIT_UP,
	[SQL_VIEW_AUDIT_SEQ_DOWN] = AUDIT_BY_SEQ AUDIT_DOWN,
	[SQL_VIEW_AUDIT_USER] = AUDIT_BY_USER AUDIT_UP,
	[SQL_VIEW_AUDIT_USER_DOWN] = AUDIT_BY_USER AUDIT_DOWN,
	[SQL_VIEW_AUDIT_CLASS] = AUDIT_BY_CLASS AUDIT_UP,
	[SQL_VIEW_AUDIT_CLASS_DOWN] = AUDIT_BY_CLASS AUDIT_DOWN,
	[SQL_VIEW_AUDIT_RESULT] = AUDIT_BY_RESULT AUDIT_UP,
	[SQL_VIEW_AUDIT_RESULT_DOWN] = AUDIT_BY_RESULT AUDIT_DOWN,

	[SQL_RESTORE_TOTP] = "UPDATE credential SET counter = max(counter, ?1 / step_s + ?2)"
			     " WHERE factor = 2 AND state <> 2 AND step_s > 0",
	[SQL_RESTORE_HOTP] = "UPDATE credential SET state = 3 WHERE factor = 3 AND state IN (0, 1)",
	[SQL_RESTORE_RECOVERY] =
		"UPDATE credential SET state = 2, secret = x'' WHERE factor = 4 AND state <> 2",
	[SQL_RESTORE_CODES] = "UPDATE recovery_code SET used_us = ?1 WHERE used_us = 0",
	[SQL_RESTORE_COMPLETED] = "DELETE FROM completed",
	[SQL_RESTORE_VERDICT] = "DELETE FROM verdict",
	/*
	 * Too late for an answer: the next start ends them before anything else, with their rows,
	 * and counts at least as ?1 says.
	 */
	[SQL_RESTORE_WAITING] = "UPDATE reservation SET lease_until_ms = 0,"
				" waiting = max(waiting, ?1) WHERE waiting <> 0",
};
