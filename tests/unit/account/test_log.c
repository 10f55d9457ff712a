/* The log: pages, filters, and the proof that nothing is missing. */
#include "config.h"

#include "authd/account/log_page.h"
#include "authd/audit/export.h"
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

/* --- what the store has no index for --- */

/* One row that has something in every column, among the 150 others. */
static void
write_special(void)
{
	struct store_job job = {.kind = STORE_ADMIN};
	struct audit_row row;

	audit_row_init(&row, AUDIT_SESSION, "session.open");
	row.time_us = rig.now.wall_us;
	AUDIT_TEXT(row.user, "carol");
	AUDIT_TEXT(row.source, "2001:db8::7");
	AUDIT_TEXT(row.service, "sshd");
	AUDIT_TEXT(row.host, "web1");
	AUDIT_TEXT(row.reason, "wrong-password");
	AUDIT_TEXT(row.rule, "lock.threshold SCS-4-1-4-1");
	AUDIT_TEXT(row.txn, "00112233445566778899aabbccddeeff");
	AUDIT_TEXT(row.ticket, "T-17");
	AUDIT_TEXT(row.operator_name, "root (via dave)");
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
}

static const struct {
	const char *filter;
	bool found;
} filters_beside[] = {
	{"service=sshd", true}, {"service=ssh", false}, {"host=web1", true}, {"host=web", false},
	{"event=session.open", true}, {"event=session", true}, {"event=sess", false},
	{"event=session.", false}, {"row-reason=wrong-password", true}, {"row-reason=wrong", false},
	{"rule=lock.threshold", true}, {"rule=SCS-4-1-4-1", true}, {"rule=SCS-4-1-4", false},
	{"rule=lock.threshold SCS-4-1-4-1", true}, {"rule=threshold", false},
	{"row-txn=00112233445566778899aabbccddeeff", true}, {"row-txn=0011", false},
	{"row-ticket=T-17", true}, {"row-ticket=T-1", false}, {"operator=root (via dave)", true},
	{"operator=root", false}, {"from=2001:db8::/32", true}, {"from=2001:db9::/32", false},
	{"user=carol", true},
};

START_TEST(every_column_filters)
{
	write_special();
	rig_ok("log", "limit=1000", filters_beside[_i].filter);
	if (!filters_beside[_i].found) {
		ck_assert_uint_eq(rig.nrows, 0);
		return;
	}
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_int_eq(rig_number(0, "seq"), 151);
	rig_ok("log.export", filters_beside[_i].filter);
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_int_eq(rig_number(0, "seq"), 151);
	/* both at once */
	rig_ok("log", filters_beside[_i].filter, "result=failure");
	ck_assert_uint_eq(rig.nrows, 0);
}
END_TEST

/* A page ends after so many rows that were looked at, and says where to go on. */
START_TEST(no_page_looks_at_all_of_a_long_log)
{
	struct store_job job = {.kind = STORE_ADMIN};
	static struct audit_row rows[1000];

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		audit_row_init(&rows[i], AUDIT_AUTH, "login");
		rows[i].time_us = rig.now.wall_us;
	}
	for (size_t i = 0; i < LOG_LOOKS / COUNT_OF(rows); i++) {
		job.u.admin.rows = rows;
		job.u.admin.nrows = COUNT_OF(rows);
		ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
	}
	write_special();
	rig_ok("log", "row-reason=wrong-password");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_int_eq(rig_number(0, "seq"), LOG_LOOKS);
	ck_assert_str_eq(rig_cell(0, "time"), "");
	rig_ok("log", "row-reason=wrong-password", "after=20000");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_int_eq(rig_number(0, "seq"), LOG_LOOKS + 151);
	ck_assert_str_ne(rig_cell(0, "time"), "");
	rig_ok("log.export", "row-reason=wrong-password");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_str_eq(rig_cell(0, "line"), "");
	ck_assert_int_eq(rig_number(0, "seq"), LOG_LOOKS);
	rig_ok("log.export", "row-reason=wrong-password", "after=20000");
	ck_assert_ptr_nonnull(strstr(rig_cell(0, "line"), "\"reason\":\"wrong-password\""));
}
END_TEST

START_TEST(one_row_in_words)
{
	write_special();
	rig_ok("log.show", "seq=151");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_str_eq(rig_cell(0, "user"), "carol");
	ck_assert_str_eq(rig_cell(0, "explanation"), act_why_reason("wrong-password"));
	ck_assert_str_ne(rig_cell(0, "explanation"), "");
	rig_ok("log.show", "seq=1");
	ck_assert_str_eq(rig_cell(0, "explanation"), "");
	rig_no(WF_NOT_FOUND, "The log has no row 152; 'warifu log' shows which there are.",
		"log.show", "seq=152");
	ck_assert_uint_eq(rig.nrows, 0);
}
END_TEST

/* Of a row that has gone the next one is not shown instead. */
START_TEST(a_row_that_is_gone_is_no_other_one)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(rig.db, &db), SQLITE_OK);
	ck_assert_int_eq(
		sqlite3_exec(db, "DELETE FROM audit WHERE seq = 70", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	ck_assert_int_eq(rig_act("log.show", "seq=70", NULL), WF_NOT_FOUND);
	ck_assert_uint_eq(rig.nrows, 0);
}
END_TEST

/* --- reading is a row --- */

static void
last_row_is(const char *event, const char *detail)
{
	struct audit_row row;

	rig_last_row(&row);
	ck_assert_str_eq(row.event, event);
	ck_assert_str_eq(row.detail, detail);
	ck_assert_int_eq(row.class, AUDIT_ADMIN);
}

START_TEST(an_export_has_a_row_at_each_end)
{
	rig_ok("log.export", "limit=100", "format=csv", "since=1773100800000000", "user=u1");
	ck_assert_uint_eq(rig.nrows, 50);
	ck_assert_uint_eq(rig_rows(), 152);
	last_row_is("log.export", "ended: 50 rows, from 2 to 149");
	rig_ok("log", "after=150", "limit=1");
	ck_assert_str_eq(rig_cell(0, "detail"),
		"begun (csv): since=\"2026-03-10 00:00:00 +0000\" user=u1");
	rig_ok("log.export", "limit=100");
	ck_assert_uint_eq(rig.nrows, 101); /* and where to go on */
	last_row_is("log.export", "begun (jsonl): all rows");
	rig_ok("log.export", "limit=100", "after=100");
	ck_assert_uint_eq(rig.nrows, 53);
	last_row_is("log.export", "ended: 153 rows, from 1 to 153");
}
END_TEST

/* Only who has begun one goes on with it: else rows would leave without a row. */
START_TEST(an_export_that_never_began_is_none)
{
	const char *const unknown = "This export is not known any more: begin it anew.";

	rig_no(WF_CONFLICT, unknown, "log.export", "after=10");
	rig_ok("log.export", "limit=100");
	rig.pid = 4711;
	rig_no(WF_CONFLICT, unknown, "log.export", "after=10");
	rig.pid = 0;
	rig.uid = 1000;
	rig_no(WF_CONFLICT, unknown, "log.export", "after=10");
	rig.uid = 0;
	rig_ok("log.export", "after=100");
	rig_no(WF_CONFLICT, unknown, "log.export", "after=100");
}
END_TEST

/* The one that was silent for longest gives way, and no other. */
/* The row of its beginning says what was read: all of it. */
START_TEST(an_export_reads_what_it_said)
{
	const char *const unknown = "This export is not known any more: begin it anew.";

	rig_ok("log.export", "limit=10", "user=u1");
	rig_no(WF_CONFLICT, unknown, "log.export", "after=10");
	rig_no(WF_CONFLICT, unknown, "log.export", "after=10", "user=u2");
	rig_no(WF_CONFLICT, unknown, "log.export", "after=10", "user=u1", "class=auth");
	rig_ok("log.export", "after=10", "limit=20", "user=u1");
}
END_TEST

/* What is no plain word cannot be taken for more filters. */
START_TEST(filters_are_told_apart)
{
	rig_ok("log.export", "limit=10", "service=x until=2027 result=\"\\");
	rig_ok("log", "after=150", "limit=1");
	ck_assert_str_eq(rig_cell(0, "detail"),
		"begun (jsonl): service=\"x until=2027 result=\\\"\\\\\"");
}
END_TEST

START_TEST(exports_at_once_are_counted_apart)
{
	for (rig.pid = 1; rig.pid <= 17; rig.pid++) {
		rig_ok("log.export", "limit=1");
		rig_advance(1);
	}
	rig.pid = 1;
	ck_assert_int_eq(rig_act("log.export", "after=1", "limit=10", NULL), WF_CONFLICT);
	rig.pid = 2;
	rig_ok("log.export", "after=1");
	last_row_is("log.export", "ended: 167 rows, from 1 to 167");
}
END_TEST

/* Nothing leaves before its row is there. */
START_TEST(an_export_without_its_row_is_none)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(rig.db, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db,
				 "CREATE TRIGGER no BEFORE INSERT ON audit BEGIN "
				 "SELECT RAISE(ABORT, 'no'); END",
				 NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	ck_assert_int_ne(rig_act("log.export", NULL), WF_OK);
	ck_assert_uint_eq(rig.nrows, 0);
}
END_TEST

/* A case needs less than a thousand rows an hour. */
START_TEST(much_reading_is_a_row_an_hour)
{
	for (int i = 0; i < 6; i++)
		rig_ok("log", "limit=1000");
	ck_assert_uint_eq(rig_rows(), 150);
	rig_ok("log", "user=u1");
	ck_assert_uint_eq(rig_rows(), 150); /* 950 */
	rig_ok("log", "user=u2", "limit=1000");
	ck_assert_uint_eq(rig_rows(), 150); /* 1000 */
	rig_ok("log", "user=u2", "limit=1");
	last_row_is("log", "more than 1000 rows shown within an hour; last: user=u2");
	ck_assert_uint_eq(rig_rows(), 151);
	for (int i = 0; i < 20; i++)
		rig_ok("log", "limit=1000");
	ck_assert_uint_eq(rig_rows(), 151);
	rig.uid = 1000; /* somebody else */
	rig_ok("log", "limit=1000");
	ck_assert_uint_eq(rig_rows(), 151);
	rig.uid = 0;
	rig_advance(3600);
	for (int i = 0; i < 7; i++)
		rig_ok("log", "limit=1000");
	ck_assert_uint_eq(rig_rows(), 152);
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

static void
tamper(const char *sql)
{
	sqlite3 *db;
	char *error = NULL;

	ck_assert_int_eq(sqlite3_open(rig.db, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 2000);
	sqlite3_exec(db, sql, NULL, NULL, &error);
	ck_assert_msg(error == NULL, "%s", error);
	sqlite3_close(db);
}

START_TEST(tampering_is_found)
{
	tamper(tampers[_i].sql);
	ck_assert_int_eq(rig_act("log.verify", NULL), WF_CORRUPT);
	ck_assert_str_eq(rig_cell(0, "ok"), "0");
	ck_assert_str_eq(rig_cell(0, "problem-seq"), tampers[_i].seq);
	ck_assert_str_ne(rig_cell(0, "problem"), "");
	ck_assert_ptr_nonnull(strstr(rig.text, "The log is not in order from row "));
}
END_TEST

/* What an auditor with checkpoints of his own asks for. */
START_TEST(hashes_of_rows_are_given)
{
	char hash[65];

	rig_ok("log", "limit=30");
	(void)snprintf(hash, sizeof(hash), "%s", rig_cell(29, "hash"));
	rig_ok("log.match", "rows=1,30,150,151,9");
	ck_assert_uint_eq(rig.nrows, 3); /* behind the end there is none, and nothing behind that */
	ck_assert_str_eq(rig_cell(1, "seq"), "30");
	ck_assert_str_eq(rig_cell(1, "chain"), hash);
	tamper("DELETE FROM audit WHERE seq = 30");
	rig_ok("log.match", "rows=30");
	ck_assert_str_eq(rig_cell(0, "seq"), "31");
	rig_ok("log.match", "rows=x");
	ck_assert_uint_eq(rig.nrows, 0);
}
END_TEST

START_TEST(rows_that_say_that_others_are_gone)
{
	struct audit_row row;
	struct store_job job;

	rig_ok("log.claims");
	ck_assert_uint_eq(rig.nrows, 0);
	audit_row_init(&row, AUDIT_SYSTEM, "restore");
	AUDIT_TEXT(row.detail, "generation 2, after row 5");
	store_job_init(&job, STORE_ADMIN);
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
	audit_row_init(&row, AUDIT_SYSTEM, "start");
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
	rig_ok("log.claims");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_ptr_nonnull(strstr(rig_cell(0, "line"), "generation 2, after row 5"));
	rig_ok("log.verify");
	ck_assert_str_eq(rig_cell(0, "restores"), "1");
	ck_assert_ptr_nonnull(strstr(rig.text, "Restores: 1."));
}
END_TEST

/* In its place, in a listing and in an export, and whatever is asked for. */
START_TEST(a_damaged_row_ends_nothing)
{
	struct audit_exported exported;
	const char *line;

	tamper("UPDATE audit SET encoded = x'00' WHERE seq = 70");
	rig_ok("log", "limit=1000");
	ck_assert_str_eq(rig_cell(69, "seq"), "70");
	ck_assert_str_eq(rig_cell(69, "event"), "log.damaged");
	ck_assert_ptr_nonnull(strstr(rig_cell(69, "detail"), "row 70 of the log cannot be read"));
	ck_assert_uint_ge(rig.nrows, 150);
	rig_ok("log.export", "service=no-such-service");
	ck_assert_uint_eq(rig.nrows, 1);
	line = rig_cell(0, "line");
	ck_assert_int_eq(audit_export_parse(line, strlen(line), &exported), WF_OK);
	ck_assert_uint_eq(exported.seq, 70);
	rig_ok("log.show", "seq=70");
	ck_assert_str_eq(rig_cell(0, "event"), "log.damaged");
}
END_TEST

/* A stream stands before a row that cannot be read: the commands that tell of it work. */
START_TEST(a_stream_before_a_damaged_row_is_told)
{
	struct config_stream stream = {
		.name = "siem", .way = STREAM_JOURNALD, .to = "journald", .since = STREAM_ALL};

	rig.config.streams = (struct config_streams){.list = &stream, .n = 1};
	tamper("UPDATE audit SET encoded = x'00' WHERE seq = 1;"
	       "INSERT INTO cursor(name, seq, ahead, moved_us, why)"
	       " VALUES ('stream.siem', 0, 0, 1, 'no')");
	rig_ok("log.streams");
	ck_assert_int_eq(rig_number(0, "backlog"), 150);
	ck_assert_int_eq(rig_number(0, "oldest"), 1);
	ck_assert_str_eq(rig_cell(0, "error"), "no");
	rig_ok("status");
	ck_assert_int_eq(rig_number(0, "streams-late"), 1);
	rig_ok("doctor");
	rig.config.streams = (struct config_streams){.n = 0};
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
	tcase_add_loop_test(tcase, every_column_filters, 0, (int)COUNT_OF(filters_beside));
	tcase_add_test(tcase, no_page_looks_at_all_of_a_long_log);
	tcase_add_test(tcase, one_row_in_words);
	tcase_add_test(tcase, a_row_that_is_gone_is_no_other_one);
	tcase_add_test(tcase, an_export_has_a_row_at_each_end);
	tcase_add_test(tcase, an_export_that_never_began_is_none);
	tcase_add_test(tcase, an_export_reads_what_it_said);
	tcase_add_test(tcase, filters_are_told_apart);
	tcase_add_test(tcase, exports_at_once_are_counted_apart);
	tcase_add_test(tcase, an_export_without_its_row_is_none);
	tcase_add_test(tcase, much_reading_is_a_row_an_hour);
	tcase_add_test(tcase, a_sound_log_is_told);
	tcase_add_loop_test(tcase, tampering_is_found, 0, (int)COUNT_OF(tampers));
	tcase_add_test(tcase, hashes_of_rows_are_given);
	tcase_add_test(tcase, a_damaged_row_ends_nothing);
	tcase_add_test(tcase, rows_that_say_that_others_are_gone);
	tcase_add_test(tcase, a_stream_before_a_damaged_row_is_told);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
