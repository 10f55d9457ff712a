/* The log: pages, filters, and the proof that nothing is missing. */
#include "config.h"

#include "tests/unit/account/rig.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static void
write_row(enum audit_class class, const char *user, const char *source, enum audit_result result)
{
	struct store_job job = {.kind = STORE_ADMIN};
	struct audit_row row;

	audit_row_init(&row, class, "login");
	row.time_us = rig.now.wall_us;
	row.offset_min = 540;
	row.result = result;
	AUDIT_TEXT(row.user, user);
	AUDIT_TEXT(row.source, source);
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
}

/* 150 rows, a second apart: u0 .. u2 from three places. */
static void
setup(void)
{
	static const char *const sources[] = {"192.0.2.7", "198.51.100.3", "local:tty1"};
	char user[8];

	rig_setup();
	for (int i = 0; i < 150; i++) {
		(void)snprintf(user, sizeof(user), "u%d", i % 3);
		write_row(i % 10 == 0 ? AUDIT_FINDING : AUDIT_AUTH, user, sources[i % 3],
			i % 2 == 0 ? AUDIT_FAILURE : AUDIT_SUCCESS);
		rig_advance(1);
	}
}

START_TEST(oldest_first_by_default)
{
	rig_ok("log");
	ck_assert_uint_eq(rig.nrows, 100);
	ck_assert_int_eq(rig_number(0, "seq"), 1);
	ck_assert_int_eq(rig_number(99, "seq"), 100);
	ck_assert_int_eq(rig_number(0, "time"), RIG_START);
	ck_assert_int_eq(rig_number(0, "first"), RIG_START);
	ck_assert_str_eq(rig_cell(0, "user"), "u0");
	ck_assert_str_eq(rig_cell(0, "class"), "finding");
	ck_assert_str_eq(rig_cell(0, "result"), "failure");
	ck_assert_uint_eq(strlen(rig_cell(0, "hash")), 64);
	rig_ok("log", "after=100");
	ck_assert_uint_eq(rig.nrows, 50);
	ck_assert_int_eq(rig_number(0, "seq"), 101);
	rig_ok("log", "after=150");
	ck_assert_uint_eq(rig.nrows, 0);
	rig_ok("log", "limit=1000");
	ck_assert_uint_eq(rig.nrows, 150);
	rig_ok("log", "limit=1");
	ck_assert_uint_eq(rig.nrows, 1);
}
END_TEST

START_TEST(newest_first)
{
	rig_ok("log", "order=newest", "limit=70");
	ck_assert_uint_eq(rig.nrows, 70);
	ck_assert_int_eq(rig_number(0, "seq"), 150);
	ck_assert_int_eq(rig_number(69, "seq"), 81);
	rig_ok("log", "order=newest", "limit=100", "after=81");
	ck_assert_uint_eq(rig.nrows, 80);
	ck_assert_int_eq(rig_number(0, "seq"), 80);
	ck_assert_int_eq(rig_number(79, "seq"), 1);
}
END_TEST

START_TEST(filters)
{
	rig_ok("log", "limit=1000", "user=u1");
	ck_assert_uint_eq(rig.nrows, 50);
	rig_ok("log", "limit=1000", "result=success");
	ck_assert_uint_eq(rig.nrows, 75);
	rig_ok("log", "limit=1000", "class=finding");
	ck_assert_uint_eq(rig.nrows, 15);
	rig_ok("log", "limit=1000", "class=finding", "user=u0");
	ck_assert_uint_eq(rig.nrows, 5);
	rig_ok("log", "limit=1000", "since=1773100810000000", "until=1773100820000000");
	ck_assert_uint_eq(rig.nrows, 10);
	ck_assert_int_eq(rig_number(0, "seq"), 11);
	rig_ok("log", "user=nobody");
	ck_assert_uint_eq(rig.nrows, 0);
}
END_TEST

START_TEST(sources)
{
	rig_ok("log", "limit=1000", "from=192.0.2.7");
	ck_assert_uint_eq(rig.nrows, 50);
	rig_ok("log", "limit=1000", "from=192.0.2.0/24");
	ck_assert_uint_eq(rig.nrows, 50);
	rig_ok("log", "limit=1000", "from=0.0.0.0/0");
	ck_assert_uint_eq(rig.nrows, 100);
	rig_ok("log", "limit=1000", "from=local:tty1");
	ck_assert_uint_eq(rig.nrows, 50);
	rig_ok("log", "limit=1000", "from=203.0.113.1");
	ck_assert_uint_eq(rig.nrows, 0);
	/* A page of a filtered log is full as long as there is more. */
	rig_ok("log", "limit=30", "from=198.51.100.3");
	ck_assert_uint_eq(rig.nrows, 30);
	rig_ok("log", "limit=30", "from=198.51.100.3", "after=89");
	ck_assert_uint_eq(rig.nrows, 20);
}
END_TEST

START_TEST(columns_are_those_of_the_contract)
{
	static const char *const wanted[] = {"seq:number", "time:time", "class", "event", "result",
		"reason", "user", "source", "service", "host", "machine", "action", "factors",
		"kinds", "rule", "txn", "operator", "ticket", "approver", "detail", "node",
		"count:number", "first:time", "last:time", "hash"};

	rig_ok("log", "limit=1");
	ck_assert_uint_eq(rig.ncolumns, COUNT_OF(wanted));
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		bool found = false;

		for (size_t at = 0; at < rig.ncolumns; at++)
			found = found || strcmp(rig.columns[at], wanted[i]) == 0;
		ck_assert_msg(found, "%s", wanted[i]);
	}
}
END_TEST

/* --- verify --- */

START_TEST(a_sound_log_is_told)
{
	char head[65];

	rig_ok("log", "order=newest", "limit=1");
	(void)snprintf(head, sizeof(head), "%s", rig_cell(0, "hash"));
	rig_ok("log.verify");
	ck_assert_str_eq(rig.text, "150 rows, none missing, added or changed.");
	ck_assert_str_eq(rig_cell(0, "ok"), "1");
	ck_assert_str_eq(rig_cell(0, "node"), "node-a");
	ck_assert_str_eq(rig_cell(0, "rows"), "150");
	ck_assert_str_eq(rig_cell(0, "first-seq"), "1");
	ck_assert_str_eq(rig_cell(0, "last-seq"), "150");
	ck_assert_str_eq(rig_cell(0, "head"), head);
	ck_assert_str_eq(rig_cell(0, "problem"), "");
	ck_assert_str_eq(rig_cell(0, "problem-seq"), "");
}
END_TEST

static const struct {
	const char *sql;
	const char *seq;
} tampers[] = {
	{"DELETE FROM audit WHERE seq = 70", "71"},
	{"DELETE FROM audit WHERE seq = 1", "2"},
	{"UPDATE audit SET encoded = (SELECT encoded FROM audit WHERE seq = 69) WHERE seq = 70",
		"70"},
	{"UPDATE audit SET chain = zeroblob(32) WHERE seq = 70", "70"},
	{"UPDATE audit SET seq = -1 WHERE seq = 70; UPDATE audit SET seq = 70 WHERE seq = 71;"
	 "UPDATE audit SET seq = 71 WHERE seq = -1",
		"70"},
};

START_TEST(tampering_is_found)
{
	sqlite3 *db;
	char *error = NULL;

	ck_assert_int_eq(sqlite3_open(rig.db, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 2000);
	sqlite3_exec(db, tampers[_i].sql, NULL, NULL, &error);
	ck_assert_msg(error == NULL, "%s", error);
	sqlite3_close(db);
	ck_assert_int_eq(rig_act("log.verify", NULL), WF_CORRUPT);
	ck_assert_str_eq(rig_cell(0, "ok"), "0");
	ck_assert_str_eq(rig_cell(0, "problem-seq"), tampers[_i].seq);
	ck_assert_str_ne(rig_cell(0, "problem"), "");
	ck_assert_ptr_nonnull(strstr(rig.text, "The log is not in order from row "));
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/log");
	TCase *tcase = tcase_create("log");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, rig_teardown);
	tcase_add_test(tcase, oldest_first_by_default);
	tcase_add_test(tcase, newest_first);
	tcase_add_test(tcase, filters);
	tcase_add_test(tcase, sources);
	tcase_add_test(tcase, columns_are_those_of_the_contract);
	tcase_add_test(tcase, a_sound_log_is_told);
	tcase_add_loop_test(tcase, tampering_is_found, 0, (int)COUNT_OF(tampers));
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
