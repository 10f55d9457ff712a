/*
 * Rows that say by themselves that others are gone, written by somebody who may write to the store:
 * a tombstone before its time, a restore that never was; and announcements of keys by somebody who
 * has found a key that was replaced.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/audit/run.h"
#include "tests/unit/record/evidence.h"

/* --- the hand that forges --- */

static void
run_sql(sqlite3 *db, const char *sql)
{
	char *error = NULL;

	sqlite3_exec(db, sql, NULL, NULL, &error);
	ck_assert_msg(error == NULL, "%s: %s", sql, error);
}

static sqlite3_stmt *
prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt = NULL;

	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	return stmt;
}

/* Row `seq`: its chain hash. */
static void
chain_of(sqlite3 *db, uint64_t seq, uint8_t chain_r[32])
{
	sqlite3_stmt *stmt = prepare(db, "SELECT chain FROM audit WHERE seq = ?1");

	sqlite3_bind_int64(stmt, 1, (int64_t)seq);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
	memcpy(chain_r, sqlite3_column_blob(stmt, 0), 32);
	sqlite3_finalize(stmt);
}

static uint64_t
last_row(sqlite3 *db)
{
	sqlite3_stmt *stmt = prepare(db, "SELECT max(seq) FROM audit");
	uint64_t seq;

	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
	seq = (uint64_t)sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return seq;
}

static void
put_row(sqlite3 *db, const struct audit_row *row, const struct audit_head *head,
	const struct wf_buf *encoded)
{
	sqlite3_stmt *stmt = prepare(db,
		"INSERT INTO audit(seq, time_us, class, result, user, source, event, chain,"
		" encoded) VALUES (?1, ?2, ?3, ?4, '', ?5, ?6, ?7, ?8)");

	sqlite3_bind_int64(stmt, 1, (int64_t)head->seq);
	sqlite3_bind_int64(stmt, 2, row->time_us);
	sqlite3_bind_int(stmt, 3, (int)row->class);
	sqlite3_bind_int(stmt, 4, (int)row->result);
	sqlite3_bind_text(stmt, 5, row->source, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, 6, row->event, -1, SQLITE_STATIC);
	sqlite3_bind_blob(stmt, 7, head->chain, 32, SQLITE_STATIC);
	sqlite3_bind_blob(stmt, 8, encoded->data, (int)encoded->len, SQLITE_STATIC);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
	stmt = prepare(db, "UPDATE meta SET head_seq = ?1, head_chain = ?2");
	sqlite3_bind_int64(stmt, 1, (int64_t)head->seq);
	sqlite3_bind_blob(stmt, 2, head->chain, 32, SQLITE_STATIC);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
	stmt = prepare(db, "INSERT OR REPLACE INTO audit_span(first_seq, hour) VALUES (?1, ?2)");
	sqlite3_bind_int64(stmt, 1, (int64_t)head->seq);
	sqlite3_bind_int64(stmt, 2, row->time_us / (3600 * FX_SECOND));
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
}

/* A row behind the last one, as the daemon would have written it. */
static void
append(sqlite3 *db, struct audit_row *row)
{
	struct audit_head head, next;
	struct wf_buf encoded;
	uint8_t hash[32];

	row->first_us = row->last_us = row->time_us;
	row->user[0] = '\0';
	head.seq = last_row(db);
	chain_of(db, head.seq, head.chain);
	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
	ck_assert_int_eq(audit_row_encode(row, &encoded), WF_OK);
	ck_assert_int_eq(audit_seal(&head, encoded.data, encoded.len, &next, hash), WF_OK);
	put_row(db, row, &next, &encoded);
	wf_buf_clear(&encoded);
}

/* --- tombstones before their time --- */

/* What the store keeps beside the log fits, too. */
static void
bury_beside(sqlite3 *db, const struct audit_run *run)
{
	sqlite3_stmt *stmt;
	char sql[512];

	(void)snprintf(sql, sizeof(sql),
		"DELETE FROM audit WHERE seq <= %d; DELETE FROM audit_span WHERE first_seq <= %d;"
		"INSERT INTO audit_span SELECT seq, time_us / 3600000000 FROM audit"
		" ORDER BY seq LIMIT 1; UPDATE month SET first_seq = %d WHERE last_seq = 0",
		(int)run->last_seq, (int)run->last_seq, (int)run->last_seq + 1);
	run_sql(db, sql);
	stmt = prepare(db,
		"INSERT INTO month(first_seq, month, last_seq, chain, tombstone, removed)"
		" VALUES (1, 202601, ?1, ?2, (SELECT max(seq) FROM audit), 1)");
	sqlite3_bind_int64(stmt, 1, (int64_t)run->last_seq);
	sqlite3_bind_blob(stmt, 2, run->chain, sizeof(run->chain), SQLITE_STATIC);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
}

/* The rows up to `last` are gone, and a row says that they were old enough. */
static void
bury(uint64_t last, int64_t time_us)
{
	struct audit_run run = {.month = 202601, .first_seq = 1, .last_seq = last};
	struct audit_row row = fx_row("log.expire", "");
	sqlite3 *db;

	fx_close();
	db = database(fx.path);
	chain_of(db, last, run.chain);
	row.class = AUDIT_TOMBSTONE;
	row.time_us = time_us;
	run.first_us = run.last_us = time_us - 400 * FX_DAY;
	audit_run_put(&run, &row);
	append(db, &row);
	bury_beside(db, &run);
	sqlite3_close(db);
	fx_open();
}

static void
all_traces_are_removed(void)
{
	fx_sql("DELETE FROM checkpoint");
}

static const struct {
	const char *name;
	int64_t days;   /* that have passed since */
	int64_t ahead;  /* what the tombstone says beyond that, in days */
	bool goes_on;   /* the daemon writes and signs behind it */
	bool untraced;  /* the store's own checkpoints are removed */
	bool early;     /* a fault */
} burials[] = {
	{"at once", 0, 0, false, false, true},
	{"at once, and the daemon goes on", 0, 0, true, false, true},
	{"after half of the time", 180, 0, true, false, true},
	{"three days too early", 362, 0, true, false, true},
	{"at once, dated a year later", 0, 370, true, false, true},
	{"at once, all traces removed", 0, 0, false, true, true},
	{"after its time", 366, 0, true, false, false},
};

#define BURIALS ((int)(sizeof(burials) / sizeof(burials[0])))

START_TEST(nothing_goes_before_its_time)
{
	struct look look;

	fx_advance(burials[_i].days * FX_DAY);
	bury(25, fx_now().wall_us + burials[_i].ahead * FX_DAY);
	if (burials[_i].untraced)
		all_traces_are_removed();
	if (burials[_i].goes_on) {
		acts(15);
		make_checkpoints();
		keep_checkpoints();
	}
	look = look_at(fx.path, true);
	ck_assert_msg(look.kinds == (burials[_i].early ? BIT(EARLY) : 0), "%s: %s",
		burials[_i].name, look.text);
	export_all();
	look = look_at_export(false);
	ck_assert_msg(look.kinds == (burials[_i].early ? BIT(EARLY) : 0), "%s, exported: %s",
		burials[_i].name, look.text);
	look = look_at_page("number=1 ");
	ck_assert_msg(look.kinds == (burials[_i].early ? BIT(EARLY) : 0), "%s, by pages: %s",
		burials[_i].name, look.text);
}
END_TEST

/* --- restores that never were --- */

/* All behind row 30 is written anew, and a row says that a backup was restored. */
static void
rewrite_as_restored(int64_t time_us)
{
	struct audit_row row = fx_row("restore", "");
	sqlite3 *db;

	fx_close();
	db = database(fx.path);
	run_sql(db, "DELETE FROM audit WHERE seq > 30; DELETE FROM audit_span WHERE first_seq > 30;"
		    "DELETE FROM checkpoint WHERE seq > 30; UPDATE meta SET generation = 2;"
		    "UPDATE cursor SET seq = 30, ahead = 30");
	row.class = AUDIT_SYSTEM;
	row.time_us = time_us;
	(void)snprintf(row.detail, sizeof(row.detail), "generation 2, after row 30");
	append(db, &row);
	sqlite3_close(db);
	fx_open();
}

START_TEST(a_restore_is_shown_with_what_it_lost)
{
	const int64_t now_us = fx_now().wall_us;
	struct look look;
	char text[512];

	rewrite_as_restored(now_us);
	look = look_at(fx.path, false);
	ck_assert_msg(look.kinds == 0, "%s", look.text);
	ck_assert_uint_eq(look.restore.seq, 31);
	ck_assert_int_eq(look.restore.time_us, now_us);
	ck_assert_uint_eq(look.restore.after, 30);
	ck_assert_int_ne(look.restore.after_us, 0);
	ck_assert_uint_eq(look.restore.lost_seq, 0);
	look = look_at(fx.path, true);
	ck_assert_msg(look.kinds == 0, "%s", look.text);
	ck_assert_uint_gt(look.restore.lost_seq, 40);
	ck_assert_int_ne(look.restore.lost_us, 0);
	audit_restore_text(&look.restore, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "Row 31: the store was restored"));
	ck_assert_ptr_nonnull(strstr(text, "by the last checkpoint before it"));
}
END_TEST

/* Dated back, so that it looks like one that is long known; what lies elsewhere is younger. */
START_TEST(a_restore_before_what_it_lost_is_found)
{
	const int64_t then_us = fx_now().wall_us;
	struct look look;

	fx_advance(10 * FX_DAY);
	acts(20);
	make_checkpoints();
	keep_checkpoints();
	rewrite_as_restored(then_us);
	acts(20);
	make_checkpoints();
	keep_checkpoints();
	look = look_at(fx.path, false);
	ck_assert_msg(look.kinds == 0, "%s", look.text);
	look = look_at(fx.path, true);
	ck_assert_msg(look.kinds == BIT(RESTORE), "%s", look.text);
}
END_TEST

/* All behind row 30 is written anew, and only the store's generation says that it was restored. */
START_TEST(a_restore_without_its_row_is_found)
{
	struct look look;

	fx_close();
	fx_sql("DELETE FROM audit WHERE seq > 30; DELETE FROM audit_span WHERE first_seq > 30;"
	       "DELETE FROM checkpoint WHERE seq > 30; UPDATE cursor SET seq = 30, ahead = 30;"
	       "UPDATE meta SET generation = 2, head_seq = 30,"
	       " head_chain = (SELECT chain FROM audit WHERE seq = 30)");
	fx_open();
	acts(20);
	make_checkpoints();
	keep_checkpoints();
	look = look_at(fx.path, true);
	ck_assert_msg(look.kinds == BIT(RESTORE), "%s", look.text);
	export_all();
	look = look_at_export(true);
	ck_assert_msg(look.kinds == BIT(RESTORE), "exported: %s", look.text);
}
END_TEST

/* --- keys --- */

/* Signs what is kept on the line with `word` anew, changed by `change`, and keeps that, too. */
static void
keep_forged(const struct signing_key *key, const char *word,
	void (*change)(struct audit_checkpoint *c))
{
	const char *at = strstr(kept, word);
	char line[AUDIT_CHECKPOINT_SIZE];
	struct audit_checkpoint c;
	size_t used, len = strlen(kept);

	ck_assert_ptr_nonnull(at);
	while (at > kept && at[-1] != '\n')
		at--;
	ck_assert_int_eq(audit_checkpoint_find(at, strlen(at), &c, &used), WF_OK);
	change(&c);
	ck_assert_int_eq(audit_checkpoint_sign(&c, key), WF_OK);
	audit_checkpoint_write(&c, line);
	(void)snprintf(kept + len, sizeof(kept) - len, "%s\n", line);
}

static struct signing_key thief;

static void
announce_the_thief(struct audit_checkpoint *c)
{
	c->reason = CHECKPOINT_KEY;
	memcpy(c->peer, thief.public.bytes, sizeof(c->peer));
}

static void
announce_in_a_later_generation(struct audit_checkpoint *c)
{
	announce_the_thief(c);
	c->generation = 2;
	c->number += 100;
}

static void
in_place_of_it(struct audit_checkpoint *c)
{
	c->chain[0] ^= 1;
}

static const struct {
	const char *name;
	const char *word; /* of the line that is written anew */
	void (*change)(struct audit_checkpoint *c);
} heirs[] = {
	{"before its rotation", "number=2 ", announce_the_thief},
	{"at its rotation", "reason=key ", announce_the_thief},
	{"behind its rotation", "reason=stop ", announce_the_thief},
	{"in a later generation", "number=2 ", announce_in_a_later_generation},
};

#define HEIRS ((int)(sizeof(heirs) / sizeof(heirs[0])))

START_TEST(a_replaced_key_has_one_heir)
{
	struct signing_key old = {.seed = WF_SECRET_EMPTY};
	struct look look;

	take_key(&old);
	new_key();
	acts(20);
	make_checkpoints();
	keep_checkpoints();
	look = look_at(fx.path, true);
	ck_assert_msg(look.kinds == 0, "%s", look.text);
	steal_key(&thief);
	keep_forged(&old, heirs[_i].word, heirs[_i].change);
	keep_forged(&thief, "number=5 ", in_place_of_it);
	export_all();
	look = look_at_export(false);
	ck_assert_msg((look.kinds & BIT(KEY)) != 0, "%s: %s", heirs[_i].name, look.text);
	signing_key_clear(&old);
	signing_key_clear(&thief);
}
END_TEST

/* --- what was given proves nothing --- */

static void
is_foreign(void)
{
	struct look look = look_at(fx.path, true);

	ck_assert_msg(look.kinds == BIT(FOREIGN), "%s", look.text);
	look = look_at_backup(fx.path, true);
	ck_assert_msg(look.kinds == BIT(FOREIGN), "a backup: %s", look.text);
	export_all();
	look = look_at_export(false);
	ck_assert_msg(look.kinds == BIT(FOREIGN), "an export: %s", look.text);
}

START_TEST(a_file_without_checkpoints_proves_nothing)
{
	(void)snprintf(kept, sizeof(kept), "Jan  1 00:00:00 host cron[7]: nothing\n");
	is_foreign();
}
END_TEST

START_TEST(checkpoints_of_others_prove_nothing)
{
	struct signing_key key = {.seed = WF_SECRET_EMPTY};
	struct audit_checkpoint c;
	size_t used;

	take_key(&key);
	ck_assert_int_eq(audit_checkpoint_find(kept, strlen(kept), &c, &used), WF_OK);
	(void)snprintf(c.node, sizeof(c.node), "web2");
	ck_assert_int_eq(audit_checkpoint_sign(&c, &key), WF_OK);
	audit_checkpoint_write(&c, kept);
	is_foreign();
	signing_key_clear(&key);
}
END_TEST

/* Half of a line that is there is torn (test_honest.c); half of one that never was is not. */
START_TEST(half_a_line_that_never_was_is_found)
{
	const char *at = strstr(kept, "warifu-checkpoint 1 ");
	char half[200];
	size_t len = strlen(kept);
	struct look look;

	(void)snprintf(half, sizeof(half), "%.199s", at);
	half[sizeof(half) - 2] ^= 1;
	(void)snprintf(kept + len, sizeof(kept) - len, "%s\n", half);
	look = look_at(fx.path, true);
	ck_assert_msg(look.kinds == BIT(SIGNATURE), "%s", look.text);
}
END_TEST

/* --- backups --- */

START_TEST(a_backup_without_its_head_is_found)
{
	struct look look;

	fx_sql("DELETE FROM audit WHERE seq <= 10");
	look = look_at_backup(fx.path, false);
	ck_assert_msg((look.kinds & BIT(HEAD)) != 0, "%s", look.text);
}
END_TEST

static Suite *
forged_suite(void)
{
	Suite *suite = suite_create("forged");
	TCase *tc = tcase_create("forged");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, evidence_setup, evidence_teardown);
	tcase_add_loop_test(tc, nothing_goes_before_its_time, 0, BURIALS);
	tcase_add_test(tc, a_restore_is_shown_with_what_it_lost);
	tcase_add_test(tc, a_restore_before_what_it_lost_is_found);
	tcase_add_test(tc, a_restore_without_its_row_is_found);
	tcase_add_loop_test(tc, a_replaced_key_has_one_heir, 0, HEIRS);
	tcase_add_test(tc, a_file_without_checkpoints_proves_nothing);
	tcase_add_test(tc, checkpoints_of_others_prove_nothing);
	tcase_add_test(tc, half_a_line_that_never_was_is_found);
	tcase_add_test(tc, a_backup_without_its_head_is_found);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(forged_suite)
