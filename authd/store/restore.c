/*
 * Makes a restored database fit to be used: it is older than what happened since, so what that may
 * have used up must not come back.  One transaction: all of it or nothing.
 *
 * TOTP: a code up to RESTORE_STEPS_AHEAD steps from now may have been accepted already (window one,
 * learned drift two), so all these steps are burnt; a user may have to wait for the fourth code.
 * HOTP tokens want a resync, recovery codes are void, completed transactions and remembered
 * verdicts are forgotten, this machine's sessions closed, open challenges too late: one of which
 * nobody knows whether it was answered meanwhile counts as a failure.  Counters: the database that
 * is being replaced, where it can be read and is the same store's, gives its failures, locks and
 * used counters, the higher or later of both stays. Without it the lock clock does not advance over
 * the gap: no lock becomes shorter.  The replaced one also knows which attempts a crash left under
 * way, which challenges are open, which grants were ended, which sessions of accounting live, which
 * records are stored already, what is ordered, and who holds the log.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authd/store/internal.h"
#include "common/fault.h"
#include "common/i18n.h"

#define RESTORE_STEPS_AHEAD 3
#define US_PER_S 1000000

struct restore {
	struct store store; /* only what the chain's functions look at */
	struct writer *w;
	struct meta meta;
	struct wf_now now;
	char boot_id[37];
	bool carried; /* counters of the replaced database were taken over */
};

/* What the replaced database knows better.  `old` is attached. */
static const char carry_sql[] =
	"INSERT INTO throttle(key, lane, failures, last_failure_ms, window_start_ms,"
	" locked_until_ms, known, name, seen_ms) SELECT key, lane, failures, last_failure_ms,"
	" window_start_ms, locked_until_ms, known, name, seen_ms FROM old.throttle WHERE true"
	" ON CONFLICT(key, lane) DO UPDATE SET"
	" failures = max(failures, excluded.failures),"
	" last_failure_ms = max(last_failure_ms, excluded.last_failure_ms),"
	" window_start_ms = max(window_start_ms, excluded.window_start_ms),"
	" locked_until_ms = max(locked_until_ms, excluded.locked_until_ms),"
	" seen_ms = max(seen_ms, excluded.seen_ms);"
	"UPDATE throttle SET known = EXISTS"
	" (SELECT 1 FROM account AS a WHERE a.name = throttle.name AND throttle.name <> '');"
	"UPDATE credential SET counter = max(counter, coalesce("
	" (SELECT o.counter FROM old.credential AS o WHERE o.id = credential.id"
	" AND o.account_id = credential.account_id AND o.factor = credential.factor"
	" AND o.created_us = credential.created_us), counter)) WHERE factor IN (2, 3);"
	"UPDATE meta SET generation = max(generation, (SELECT generation FROM old.meta));"
	"UPDATE meta SET"
	" lock_ms = (SELECT lock_ms FROM old.meta), wall_us = (SELECT wall_us FROM old.meta),"
	" boot_us = (SELECT boot_us FROM old.meta), boot_id = (SELECT boot_id FROM old.meta),"
	" suspect = (SELECT suspect FROM old.meta)"
	" WHERE lock_ms <= (SELECT lock_ms FROM old.meta);";

/* Of a session of accounting, as version 2 has it: later versions have more columns. */
#define ACCOUNTED                                                                             \
	"id, txn, user, service, tty, source, remote, zone, pid, start, audit_session, kinds," \
	" opened_us, closed_us, host, boot, nas, acct_session, framed, octets_in, octets_out," \
	" seconds, cause, started, updated_us"

/*
 * The same, of what schema version 2 brought: a replaced database may be of an older program.  It
 * knows how far an attempt of the backup came, so its row and its challenge stand, both of them.
 */
static const char carry2_sql[] =
	"INSERT OR REPLACE INTO reservation(txn, name, account_id, version, lease_until_ms,"
	" waiting, node, key, threshold, window_ms, lock_ms, row) SELECT txn, name, account_id,"
	" version, lease_until_ms, waiting, node, key, threshold, window_ms, lock_ms, row"
	" FROM old.reservation;"
	"INSERT OR REPLACE INTO challenge(txn, account_id, name, service, kinds, factors, state,"
	" opened_ms, expires_ms) SELECT txn, account_id, name, service, kinds, factors, state,"
	" opened_ms, expires_ms FROM old.challenge;"
	"INSERT OR IGNORE INTO record SELECT * FROM old.record;"
	"DELETE FROM session WHERE acct_session <> '' AND closed_us = 0;"
	"INSERT OR REPLACE INTO session(" ACCOUNTED ") SELECT " ACCOUNTED " FROM old.session"
	" WHERE acct_session <> '' AND closed_us = 0;"
	"INSERT OR REPLACE INTO outbox SELECT * FROM old.outbox;";

/* Of version 3: what an open challenge counts if nobody answers. */
static const char carry3_sql[] =
	"UPDATE challenge SET (lane, threshold, window_ms, lock_ms) = (SELECT o.lane, o.threshold,"
	" o.window_ms, o.lock_ms FROM old.challenge AS o WHERE o.txn = challenge.txn)"
	" WHERE state = 0 AND txn IN (SELECT txn FROM old.challenge WHERE state = 0);";

/*
 * Of version 4: whose the failures are; the later end of a lock, and the more of strangers; which
 * grants were ended.
 */
static const char carry4_sql[] =
	"UPDATE throttle SET strangers = min(failures, max(strangers, coalesce("
	" (SELECT o.strangers FROM old.throttle AS o WHERE o.key = throttle.key"
	" AND o.lane = throttle.lane), 0))),"
	" strangers_until_ms = max(strangers_until_ms, coalesce("
	" (SELECT o.strangers_until_ms FROM old.throttle AS o WHERE o.key = throttle.key"
	" AND o.lane = throttle.lane), 0));"
	"UPDATE reservation SET (place, familiar, reserve) = (SELECT o.place, o.familiar, o.reserve"
	" FROM old.reservation AS o WHERE o.txn = reservation.txn)"
	" WHERE txn IN (SELECT txn FROM old.reservation);"
	"INSERT OR REPLACE INTO familiar SELECT o.account_id, o.place, o.used_ms"
	" FROM old.familiar AS o WHERE EXISTS (SELECT 1 FROM account AS a JOIN old.account AS b"
	" ON a.id = b.id AND a.name = b.name WHERE a.id = o.account_id);"
	"UPDATE granted SET ended_us = o.ended_us FROM old.granted AS o WHERE o.id = granted.id"
	" AND o.created_us = granted.created_us AND granted.ended_us = 0;";

/* Of version 5: a hold that the backup does not know. */
static const char carry5_sql[] = "INSERT OR IGNORE INTO hold SELECT * FROM old.hold;";

static wf_status
restore_attach(struct sql_conn *conn, const char *replaced)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(conn->db, "ATTACH ?1 AS old", -1, &stmt, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_bind_text(stmt, 1, replaced, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	(void)sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? WF_OK : sql_failed(conn, rc);
}

static bool
restore_same_store(struct sql_conn *conn)
{
	int64_t same = 0;
	wf_status status = sql_pragma(conn,
		"SELECT (SELECT store_id FROM main.meta) = (SELECT store_id FROM old.meta)", &same);

	return status == WF_OK && same == 1;
}

/* By the version that brought it: what the replaced database has of it. */
static const struct {
	int64_t version;
	const char *sql;
} carried[] = {{1, carry_sql}, {2, carry2_sql}, {3, carry3_sql}, {4, carry4_sql},
	{5, carry5_sql}};

static bool
restore_carry_all(struct sql_conn *conn)
{
	int64_t version = 0;
	bool done = sql_pragma(conn, "PRAGMA old.user_version", &version) == WF_OK;

	for (size_t i = 0; i < sizeof(carried) / sizeof(carried[0]) && done; i++)
		done = version < carried[i].version || sql_script(conn, carried[i].sql) == WF_OK;
	return done;
}

/* Anything that fails here is no error of the restore: a damaged database is why one restores. */
static wf_status
restore_carry(struct restore *restore, bool attached)
{
	struct sql_conn *conn = &restore->w->conn;
	wf_status status;

	if (!attached || !restore_same_store(conn))
		return WF_OK;
	status = sql_simple(conn, SQL_SAVEPOINT_EFFECTS);
	if (status != WF_OK)
		return status;
	if (!restore_carry_all(conn))
		return sql_rollback_to(conn, "effects");
	restore->carried = true;
	return sql_simple(conn, SQL_RELEASE_EFFECTS);
}

static wf_status
restore_numbers(struct restore *restore, enum sql_id id, int64_t first, int64_t second, size_t n)
{
	struct sql q = sql_start(&restore->w->conn, id);

	if (n > 0)
		sql_put_int(&q, first);
	if (n > 1)
		sql_put_int(&q, second);
	return sql_run(&q, NULL);
}

static wf_status
restore_burn(struct restore *restore)
{
	int64_t wall_us = restore->now.wall_us;
	int64_t waits = restore->carried ? WAITS_UNCOUNTED : WAITS_COUNTED;
	const struct {
		enum sql_id id;
		size_t n;
		int64_t first, second;
	} steps[] = {
		{SQL_RESTORE_TOTP, 2, wall_us / US_PER_S, RESTORE_STEPS_AHEAD},
		{SQL_RESTORE_HOTP, 0, 0, 0},
		{SQL_RESTORE_RECOVERY, 0, 0, 0},
		{SQL_RESTORE_CODES, 1, wall_us, 0},
		{SQL_RESTORE_COMPLETED, 0, 0, 0},
		{SQL_RESTORE_VERDICT, 0, 0, 0},
		{SQL_RESTORE_WAITING, 1, waits, 0},
		{SQL_SESSION_CLOSE_ALL, 1, wall_us, 0},
		{SQL_META_GENERATION, 0, 0, 0},
	};
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < sizeof(steps) / sizeof(steps[0]); i++)
		status = restore_numbers(
			restore, steps[i].id, steps[i].first, steps[i].second, steps[i].n);
	return status;
}

static wf_status
restore_row(struct restore *restore, const char *node)
{
	struct audit_row row;
	struct meta meta;
	wf_status status = meta_load(&restore->w->conn, &meta);

	if (status != WF_OK)
		return status;
	chain_own_row(restore->now.wall_us, restore->meta.node, AUDIT_SYSTEM, "restore", &row);
	AUDIT_TEXT(row.source, "local:restore");
	AUDIT_TEXT(row.host, node);
	restore->w->lock_ms = meta.saved.lock_ms;
	(void)snprintf(row.detail, sizeof(row.detail),
		"generation %lld, after row %llu, counters %s", (long long)meta.generation,
		(unsigned long long)restore->meta.head.seq,
		restore->carried ? "and ended grants of the replaced store kept"
				 : "and grants as of the backup: what was ended since holds again");
	/* Before a new month is begun: it has to be the first one behind the backup (check.c). */
	return chain_put(restore->w, &row);
}

/* Head and clocks: the clock goes on from the replaced store's, or stands still over the gap. */
static wf_status
restore_meta(struct restore *restore)
{
	struct sql_conn *conn = &restore->w->conn;
	struct meta meta;
	wf_status status = meta_load(conn, &meta);

	if (status != WF_OK)
		return status;
	if (restore->carried)
		return meta_save(conn, &restore->w->work.head, meta.saved.lock_ms, meta.saved.at,
			meta.saved.boot_id, meta.suspect);
	return meta_save(conn, &restore->w->work.head, meta.saved.lock_ms, restore->now,
		restore->boot_id, meta.suspect);
}

static wf_status
restore_change(struct restore *restore, const char *node, const char *replaced)
{
	struct sql_conn *conn = &restore->w->conn;
	bool attached = replaced != NULL && access(replaced, R_OK) == 0 &&
			restore_attach(conn, replaced) == WF_OK;
	wf_status status = sql_simple(conn, SQL_BEGIN_WRITE);

	if (status == WF_OK)
		status = restore_carry(restore, attached);
	if (status == WF_OK)
		status = restore_burn(restore);
	if (status == WF_OK)
		status = restore_row(restore, node);
	if (status == WF_OK)
		status = restore_meta(restore);
	if (status == WF_OK)
		status = sql_simple(conn, SQL_COMMIT);
	sql_rollback(conn);
	return status;
}

static wf_status
restore_open(struct restore *restore, const char *path, char *why_r, size_t size)
{
	struct sql_conn *conn = &restore->w->conn;
	int before;
	wf_status status = sql_open(conn, path, SQL_WRITER);

	if (status != WF_OK) {
		(void)snprintf(
			why_r, size, _("The backup %s cannot be opened: %s"), path, conn->cause);
		return status;
	}
	status = schema_open(conn, path, &before, why_r, size);
	schema_forget_copies(path);
	if (status == WF_OK && (meta_load(conn, &restore->meta) != WF_OK ||
				       work_load(conn, &restore->w->work) != WF_OK)) {
		(void)snprintf(why_r, size, _("The backup %s holds no store."), path);
		status = WF_CORRUPT;
	}
	return status == WF_OK ? chain_check_tail(conn, &restore->meta, why_r, size) : status;
}

/*
 * Only where somebody has locked it before: a database of a daemon that runs must not be touched.
 */
static wf_status
restore_unused(const char *path, char *why_r, size_t size)
{
	char *name = NULL;
	int fd = -1;
	wf_status status = WF_OK;

	if (wf_fault(WF_FAULT_ALLOC) || asprintf(&name, "%s.lock", path) < 0)
		return WF_NO_MEMORY;
	if (access(name, F_OK) == 0)
		status = check_lock(path, &fd, why_r, size);
	if (fd >= 0)
		close(fd);
	free(name);
	return status;
}

wf_status
store_restore_prepare(const char *path, const char *replaced, const char *node, struct wf_now now,
	bool *kept_r, char *why_r, size_t size)
{
	struct restore *restore = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*restore));
	bool fresh;
	wf_status status;

	if (restore == NULL)
		return WF_NO_MEMORY;
	why_r[0] = '\0';
	restore->w = &restore->store.writer;
	restore->w->store = &restore->store;
	restore->w->now = now;
	restore->w->date_us = now.wall_us;
	restore->now = now;
	wf_clock_boot_id(restore->boot_id);
	status = check_files(path, false, &fresh, why_r, size);
	if (status == WF_OK)
		status = restore_unused(path, why_r, size);
	if (status == WF_OK)
		status = restore_open(restore, path, why_r, size);
	if (status == WF_OK) {
		status = restore_change(restore, node, replaced);
		if (status != WF_OK)
			(void)snprintf(why_r, size, _("The backup %s cannot be made ready: %s"),
				path, restore->w->conn.cause);
	}
	sql_close(&restore->w->conn);
	if (status == WF_OK)
		*kept_r = restore->carried;
	free(restore);
	return status;
}
