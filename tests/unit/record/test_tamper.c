/*
 * Ways to tamper with the log, as a table: each is found, by the log itself or by what was kept
 * elsewhere.
 *
 * The store is a real one, with checkpoints made by the daemon's own part; the hand that tampers
 * uses sqlite3, knows all of the format, and recomputes the chain where the row of the table says
 * RECHAIN.  What it does not have is the key, nor the copies of the checkpoints.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/record/evidence.h"

/* --- the hand that tampers --- */

static void
run_sql(sqlite3 *db, const char *sql)
{
	char *error = NULL;

	sqlite3_exec(db, sql, NULL, NULL, &error);
	ck_assert_msg(error == NULL, "%s: %s", sql, error);
}

static void
put_head(sqlite3 *db, const struct audit_head *head)
{
	sqlite3_stmt *stmt = NULL;

	ck_assert_int_eq(sqlite3_prepare_v2(db, "UPDATE meta SET head_seq = ?1, head_chain = ?2",
				 -1, &stmt, NULL),
		SQLITE_OK);
	sqlite3_bind_int64(stmt, 1, (int64_t)head->seq);
	sqlite3_bind_blob(stmt, 2, head->chain, 32, SQLITE_STATIC);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
}

/* Numbers all rows anew, computes the chain anew, and makes the head fit. */
static void
rechain(sqlite3 *db)
{
	struct audit_head head, next;
	sqlite3_stmt *rows = NULL, *put = NULL;
	uint8_t row_hash[32];

	run_sql(db, "CREATE TEMP TABLE anew AS SELECT row_number() OVER (ORDER BY seq) AS n, *"
		    " FROM audit; DELETE FROM audit; INSERT INTO audit SELECT n, time_us, class,"
		    " result, user, source, event, chain, encoded FROM anew");
	ck_assert_int_eq(audit_head_init(&head, store_node(fx.store)), WF_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, "SELECT n, encoded FROM anew ORDER BY n", -1,
				 &rows, NULL),
		SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, "UPDATE audit SET chain = ?2 WHERE seq = ?1", -1,
				 &put, NULL),
		SQLITE_OK);
	while (sqlite3_step(rows) == SQLITE_ROW) {
		ck_assert_int_eq(audit_seal(&head, sqlite3_column_blob(rows, 1),
					 (size_t)sqlite3_column_bytes(rows, 1), &next, row_hash),
			WF_OK);
		head = next;
		sqlite3_bind_int64(put, 1, sqlite3_column_int64(rows, 0));
		sqlite3_bind_blob(put, 2, head.chain, 32, SQLITE_STATIC);
		ck_assert_int_eq(sqlite3_step(put), SQLITE_DONE);
		sqlite3_reset(put);
	}
	sqlite3_finalize(rows);
	sqlite3_finalize(put);
	put_head(db, &head);
}

/* --- the table --- */

#define RECHAIN 1U	/* the chain is computed anew */
#define ELSEWHERE 2U	/* shows by what was kept elsewhere alone */
#define NO_OWN 4U	/* the store's checkpoints are removed with it */

#define OCTET(at, value)                                                       \
	"UPDATE audit SET encoded = CAST(substr(encoded, 1, " #at " - 1) || x'" value \
	"' || substr(encoded, " #at " + 1) AS BLOB) WHERE seq = 20"
#define SWAP(a, b)                                                                \
	"UPDATE audit SET seq = -1 WHERE seq = " #a "; UPDATE audit SET seq = " #a \
	" WHERE seq = " #b "; UPDATE audit SET seq = " #b " WHERE seq = -1"
#define COPY_TO(seq)                                                                   \
	"INSERT INTO audit SELECT " seq ", time_us, class, result, user, source, event," \
	" chain, encoded FROM audit WHERE seq = 20"
#define LINE_OF(number, text) \
	"UPDATE checkpoint SET line = " text " WHERE number = " #number

static const struct {
	const char *name;
	const char *sql;
	unsigned how;
	unsigned kind; /* one of these has to be found */
	uint64_t bad_seq; /* of the first fault; 0 = any */
} tampers[] = {
	/* one row, without computing anything anew */
	{"a row is missing", "DELETE FROM audit WHERE seq = 20", 0, BIT(MISSING), 21},
	{"rows are missing", "DELETE FROM audit WHERE seq BETWEEN 20 AND 25", 0, BIT(MISSING), 26},
	{"the first row is missing", "DELETE FROM audit WHERE seq = 1", 0, BIT(HEAD), 2},
	{"the head is cut off", "DELETE FROM audit WHERE seq <= 10", 0, BIT(HEAD), 11},
	{"the last row is missing",
		"DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)", 0, BIT(TAIL), 0},
	{"the tail is cut off", "DELETE FROM audit WHERE seq > 30", 0, BIT(TAIL), 31},
	{"all rows are gone", "DELETE FROM audit", 0, BIT(TAIL), 0},
	{"one bit of a user's name", OCTET(60, "61"), 0, BIT(CHANGED), 20},
	{"a failure becomes a success", OCTET(33, "00"), 0, BIT(CHANGED), 20},
	{"another time", OCTET(17, "5a"), 0, BIT(CHANGED), 20},
	{"another class", OCTET(9, "05"), 0, BIT(CHANGED), 20},
	{"another version", OCTET(1, "02"), 0, BIT(CHANGED), 20},
	{"another offset", OCTET(25, "07"), 0, BIT(CHANGED), 20},
	{"a row cut short",
		"UPDATE audit SET encoded = CAST(substr(encoded, 1, length(encoded) - 1) AS BLOB)"
		" WHERE seq = 20",
		0, BIT(CHANGED), 20},
	{"a row made longer",
		"UPDATE audit SET encoded = CAST(encoded || x'00' AS BLOB) WHERE seq = 20", 0,
		BIT(CHANGED), 20},
	{"another row in its place",
		"UPDATE audit SET encoded = (SELECT encoded FROM audit WHERE seq = 21)"
		" WHERE seq = 20",
		0, BIT(CHANGED), 20},
	{"an empty row", "UPDATE audit SET encoded = x'' WHERE seq = 20", 0, BIT(CHANGED), 20},
	{"its hash is gone", "UPDATE audit SET chain = zeroblob(32) WHERE seq = 20", 0,
		BIT(CHANGED), 20},
	{"another row's hash",
		"UPDATE audit SET chain = (SELECT chain FROM audit WHERE seq = 21) WHERE seq = 20",
		0, BIT(CHANGED), 20},
	{"two neighbours swapped", SWAP(20, 21), 0, BIT(CHANGED), 20},
	{"two distant rows swapped", SWAP(12, 35), 0, BIT(CHANGED), 12},
	{"a row moved to the end", "UPDATE audit SET seq = 100 WHERE seq = 20", 0, BIT(MISSING),
		21},
	{"a row copied to the end", COPY_TO("(SELECT max(seq) + 1 FROM audit)"), 0, BIT(ADDED), 0},
	{"a row far behind the end", COPY_TO("999"), 0, BIT(ADDED), 0},
	{"a row removed, the others moved up",
		"DELETE FROM audit WHERE seq = 20; UPDATE audit SET seq = -seq WHERE seq > 20;"
		"UPDATE audit SET seq = -seq - 1 WHERE seq < 0",
		0, BIT(CHANGED), 20},
	/* what searches go by */
	{"another user to search by", "UPDATE audit SET user = 'x' WHERE seq = 20", 0,
		BIT(COLUMNS), 20},
	{"another source to search by", "UPDATE audit SET source = 'x' WHERE seq = 20", 0,
		BIT(COLUMNS), 20},
	{"another event to search by", "UPDATE audit SET event = 'x' WHERE seq = 20", 0,
		BIT(COLUMNS), 20},
	{"another class to search by", "UPDATE audit SET class = 5 WHERE seq = 20", 0,
		BIT(COLUMNS), 20},
	{"another result to search by", "UPDATE audit SET result = 3 WHERE seq = 20", 0,
		BIT(COLUMNS), 20},
	{"another time to search by", "UPDATE audit SET time_us = 1 WHERE seq = 20", 0,
		BIT(COLUMNS), 20},
	{"an hour is not found",
		"DELETE FROM audit_span WHERE first_seq = (SELECT max(first_seq) FROM audit_span)",
		0, BIT(COLUMNS), 0},
	{"the first hour is not found", "DELETE FROM audit_span WHERE first_seq = 1", 0,
		BIT(COLUMNS), 1},
	{"an hour is another one",
		"UPDATE audit_span SET hour = hour + 1000 WHERE first_seq ="
		" (SELECT max(first_seq) FROM audit_span)",
		0, BIT(COLUMNS), 0},
	/* where the store says that the log ends */
	{"the head's number is lower", "UPDATE meta SET head_seq = 30", 0, BIT(ADDED), 0},
	{"the head's number is higher", "UPDATE meta SET head_seq = 300", 0, BIT(TAIL), 0},
	{"the head's hash is another one", "UPDATE meta SET head_chain = zeroblob(32)", 0,
		BIT(CHANGED), 0},
	/* the store's own checkpoints */
	{"a checkpoint is missing", "DELETE FROM checkpoint WHERE number = 2", 0, BIT(GAP), 0},
	{"the first checkpoint is missing", "DELETE FROM checkpoint WHERE number = 1", 0, BIT(GAP),
		0},
	{"a checkpoint speaks of another row", LINE_OF(2, "replace(line, ' seq=', ' seq=9')"), 0,
		BIT(SIGNATURE), 0},
	{"a checkpoint's signature",
		LINE_OF(2, "substr(line, 1, length(line) - 20) || 'AAAAAAAAAAAAAAAAAA=='"), 0,
			BIT(SIGNATURE), 0},
	{"a checkpoint cut short", LINE_OF(2, "substr(line, 1, 80)"), 0, BIT(SIGNATURE), 0},
	{"a checkpoint of another generation",
		LINE_OF(2, "replace(line, 'generation=1', 'generation=2')"), 0, BIT(SIGNATURE), 0},
	{"a checkpoint twice",
		LINE_OF(3, "(SELECT line FROM checkpoint WHERE number = 2)"), 0, BIT(GAP), 0},
	{"a checkpoint by another key", LINE_OF(2, "replace(line, ' key=', ' key=f')"), 0,
		BIT(SIGNATURE) | BIT(KEY), 0},
	/* the whole chain computed anew; the store's own checkpoints still tell */
	{"changed and computed anew", OCTET(33, "00"), RECHAIN, BIT(REPLACED), 0},
	{"removed and computed anew", "DELETE FROM audit WHERE seq = 20", RECHAIN, BIT(REPLACED),
		0},
	{"added and computed anew",
		"UPDATE audit SET seq = -seq WHERE seq > 20; UPDATE audit SET seq = -seq + 1"
		" WHERE seq < 0;" COPY_TO("21"),
		RECHAIN, BIT(REPLACED), 0},
	{"swapped and computed anew", SWAP(20, 21), RECHAIN, BIT(REPLACED), 0},
	{"head cut and computed anew", "DELETE FROM audit WHERE seq <= 10", RECHAIN,
		BIT(REPLACED), 0},
	{"tail cut and computed anew", "DELETE FROM audit WHERE seq > 30", RECHAIN, BIT(TAIL), 0},
	/* and the store's own checkpoints are gone: those elsewhere tell */
	{"changed, all traces removed", OCTET(33, "00"), RECHAIN | NO_OWN | ELSEWHERE,
		BIT(REPLACED), 0},
	{"removed, all traces removed", "DELETE FROM audit WHERE seq = 20",
		RECHAIN | NO_OWN | ELSEWHERE, BIT(REPLACED), 0},
	{"swapped, all traces removed", SWAP(20, 21), RECHAIN | NO_OWN | ELSEWHERE, BIT(REPLACED),
		0},
	{"tail cut, all traces removed", "DELETE FROM audit WHERE seq > 30",
		RECHAIN | NO_OWN | ELSEWHERE, BIT(TAIL), 0},
	{"all rows gone, all traces removed", "DELETE FROM audit", RECHAIN | NO_OWN | ELSEWHERE,
		BIT(TAIL), 0},
	{"another node", "UPDATE meta SET node = 'other'", RECHAIN | NO_OWN | ELSEWHERE,
		BIT(FOREIGN), 0},
	{"another store", "UPDATE meta SET store_id = zeroblob(32)", NO_OWN | ELSEWHERE,
		BIT(FOREIGN), 0},
};

START_TEST(each_is_found)
{
	const unsigned how = tampers[_i].how;
	char copy[200];
	sqlite3 *db;
	struct look look;

	(void)snprintf(copy, sizeof(copy), "%s/copy.db", fx.dir);
	fx_back_up();
	look = look_at(copy, true);
	ck_assert_msg(look.kinds == 0, "%s: before: %s", tampers[_i].name, look.text);
	db = database(copy);
	run_sql(db, tampers[_i].sql);
	if (how & NO_OWN)
		run_sql(db, "DELETE FROM checkpoint");
	if (how & RECHAIN)
		rechain(db);
	sqlite3_close(db);
	look = look_at(copy, false);
	if (how & ELSEWHERE) {
		ck_assert_msg((look.kinds & tampers[_i].kind) == 0, "%s: shows by itself: %s",
			tampers[_i].name, look.text);
		look = look_at(copy, true);
	}
	ck_assert_msg((look.kinds & tampers[_i].kind) != 0, "%s: not found: %s", tampers[_i].name,
		look.text);
	ck_assert_msg(tampers[_i].bad_seq == 0 || look.first.bad_seq == tampers[_i].bad_seq,
		"%s: row %d: %s", tampers[_i].name, (int)look.first.bad_seq, look.text);
}
END_TEST

#define TAMPERS ((int)(sizeof(tampers) / sizeof(tampers[0])))

/* --- checkpoint files and exports --- */

static char *
line_of(char *text, int n)
{
	while (n-- > 0)
		text = strchr(text, '\n') + 1;
	return text;
}

static void
cut_out(char *from, const char *to)
{
	memmove(from, to, strlen(to) + 1);
}

static void
export_line_removed(void)
{
	cut_out(line_of(exported, 19), line_of(exported, 20));
}

static void
export_user_changed(void)
{
	char *at = strstr(line_of(exported, 19), "\"user\":\"user");

	at[12] = '9';
}

static void
export_seq_changed(void)
{
	char *at = strstr(line_of(exported, 19), "\"seq\":20");

	at[7] = '1';
}

static void
export_line_mangled(void)
{
	line_of(exported, 19)[1] = 'x';
}

static void
export_lines_swapped(void)
{
	char copy[8192];
	char *a = line_of(exported, 19), *b = line_of(exported, 20), *c = line_of(exported, 21);
	size_t len = (size_t)(b - a);

	memcpy(copy, a, len);
	memmove(a, b, (size_t)(c - b));
	memcpy(a + (c - b), copy, len);
}

static void
export_head_cut(void)
{
	cut_out(exported, line_of(exported, 10));
}

static void
export_tail_cut(void)
{
	*line_of(exported, 30) = '\0';
}

static void
kept_chain_changed(void)
{
	char *at = strstr(line_of(kept, 2), "chain=");

	at[6] = at[6] == '0' ? '1' : '0';
}

static void
kept_line_damaged(void)
{
	memcpy(strstr(line_of(kept, 2), "chain="), "chain-", 6);
}

/* Somebody signs with a key of his own what he would like to be true. */
static void
kept_forged(void)
{
	struct signing_key key = {.seed = WF_SECRET_EMPTY};
	struct audit_checkpoint c;
	char line[AUDIT_CHECKPOINT_SIZE];
	size_t used;

	steal_key(&key);
	ck_assert_int_eq(audit_checkpoint_find(kept, strlen(kept), &c, &used), WF_OK);
	ck_assert_int_eq(audit_checkpoint_sign(&c, &key), WF_OK);
	audit_checkpoint_write(&c, line);
	(void)snprintf(kept, sizeof(kept), "%s\n", line);
	signing_key_clear(&key);
}

static const struct {
	const char *name;
	void (*change)(void);
	unsigned kind;
	bool whole;
} file_tampers[] = {
	{"a line of the export is missing", export_line_removed, BIT(MISSING), false},
	{"a name in the export", export_user_changed, BIT(CHANGED), false},
	{"a number in the export", export_seq_changed, BIT(ADDED) | BIT(CHANGED), false},
	{"a line of the export is damaged", export_line_mangled, BIT(CHANGED), false},
	{"two lines of the export swapped", export_lines_swapped, BIT(MISSING), false},
	{"the export's head is cut off", export_head_cut, BIT(HEAD), true},
	{"the export's tail is cut off", export_tail_cut, BIT(TAIL), true},
	{"a kept checkpoint says another hash", kept_chain_changed, BIT(SIGNATURE), false},
	{"a kept checkpoint is damaged", kept_line_damaged, BIT(SIGNATURE), false},
	{"kept checkpoints are forged", kept_forged, BIT(KEY), false},
};

#define FILE_TAMPERS ((int)(sizeof(file_tampers) / sizeof(file_tampers[0])))

START_TEST(each_change_of_a_file_is_found)
{
	struct look look;

	export_all();
	look = look_at_export(true);
	ck_assert_msg(look.kinds == 0, "before: %s", look.text);
	ck_assert(look.sums.anchored);
	ck_assert_uint_gt(look.sums.fitting, 4);
	file_tampers[_i].change();
	look = look_at_export(file_tampers[_i].whole);
	ck_assert_msg((look.kinds & file_tampers[_i].kind) != 0, "%s: not found: %s",
		file_tampers[_i].name, look.text);
}
END_TEST

/* An older copy is put back and used on: numbers of checkpoints are given twice. */
START_TEST(an_older_copy_put_back_is_found)
{
	char copy[200];
	struct look look;

	(void)snprintf(copy, sizeof(copy), "%s/copy.db", fx.dir);
	fx_back_up();
	acts(20);
	make_checkpoints();
	keep_checkpoints();
	fx_close();
	ck_assert_int_eq(rename(copy, fx.path), 0);
	(void)unlink(fx_file("-wal"));
	(void)unlink(fx_file("-shm"));
	fx_open();
	look = look_at(fx.path, false);
	ck_assert_msg(look.kinds == 0, "%s", look.text);
	look = look_at(fx.path, true);
	ck_assert_msg((look.kinds & BIT(TAIL)) != 0, "%s", look.text);
	acts(25);
	make_checkpoints();
	keep_checkpoints();
	look = look_at(fx.path, true);
	ck_assert_msg((look.kinds & BIT(OLDER)) != 0, "%s", look.text);
}
END_TEST

/* A key that was replaced signs no more, whoever has found it. */
START_TEST(a_replaced_key_signs_no_more)
{
	struct signing_key old = {.seed = WF_SECRET_EMPTY};
	struct audit_checkpoint c;
	char line[AUDIT_CHECKPOINT_SIZE];
	struct look look;
	const char *at;
	size_t used;

	take_key(&old);
	new_key();
	acts(20);
	make_checkpoints();
	keep_checkpoints();
	look = look_at(fx.path, true);
	ck_assert_msg(look.kinds == 0, "%s", look.text);
	for (at = kept; audit_checkpoint_find(at, strlen(at), &c, &used) == WF_OK;)
		at += used;
	ck_assert_int_eq(audit_checkpoint_sign(&c, &old), WF_OK);
	audit_checkpoint_write(&c, line);
	(void)strncat(kept, line, sizeof(kept) - strlen(kept) - 1);
	look = look_at(fx.path, true);
	ck_assert_msg((look.kinds & BIT(KEY)) != 0, "%s", look.text);
	signing_key_clear(&old);
}
END_TEST

static Suite *
tamper_suite(void)
{
	Suite *suite = suite_create("tamper");
	TCase *tc = tcase_create("tamper");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, evidence_setup, evidence_teardown);
	tcase_add_loop_test(tc, each_is_found, 0, TAMPERS);
	tcase_add_loop_test(tc, each_change_of_a_file_is_found, 0, FILE_TAMPERS);
	tcase_add_test(tc, an_older_copy_put_back_is_found);
	tcase_add_test(tc, a_replaced_key_signs_no_more);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(tamper_suite)
