/* Stores of older schemas: what they say stays as it was, and the rest works with them. */
#include "config.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/faults.h"
#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define ROWS 11 /* of the log in the file */

static char text[32768];

static void
load_text(int version)
{
	char name[512];
	const char *top = getenv("top_srcdir");
	size_t len;
	FILE *file;

	(void)snprintf(name, sizeof(name), "%s/tests/vectors/store-schema-%d.sql",
		top != NULL ? top : ".", version);
	file = fopen(name, "r");
	ck_assert_msg(file != NULL, "%s cannot be read", name);
	len = fread(text, 1, sizeof(text) - 1, file);
	ck_assert_uint_lt(len, sizeof(text) - 1);
	text[len] = '\0';
	(void)fclose(file);
}

static void
make(const char *path)
{
	sqlite3 *db = NULL;
	char *error = NULL;

	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	(void)sqlite3_exec(db, text, NULL, NULL, &error);
	ck_assert_msg(error == NULL, "%s", error);
	(void)sqlite3_close(db);
	ck_assert_int_eq(chmod(path, 0600), 0);
}

static void
setup_of(int version)
{
	fx_folder();
	load_text(version);
	make(fx.path);
}

static void
setup(void)
{
	setup_of(1);
}

static void
setup_2(void)
{
	setup_of(2);
}

static void
setup_3(void)
{
	setup_of(3);
}

static void
setup_4(void)
{
	setup_of(4);
}

START_TEST(what_stood_there_stays)
{
	const struct store_read *read;

	ck_assert_int_eq(fx_sql_int("PRAGMA user_version"), 1);
	fx_open();
	ck_assert_int_eq(fx_sql_int("PRAGMA user_version"), STORE_SCHEMA);
	read = fx_read("alice");
	ck_assert(read->found);
	ck_assert_uint_eq(read->account.ngroups, 0);
	ck_assert_str_eq(read->account.display, "Display of alice");
	ck_assert_uint_eq(read->ncredentials, 3);
	ck_assert_uint_eq(read->credentials[2].ncodes, 2);
	ck_assert_str_eq(fx_read("backup")->account.sources, "192.0.2.0/24");
	ck_assert_uint_eq(fx_state("bob", LANE_ACCOUNT).failures, 2);
	ck_assert_uint_eq(fx_state("nobody", LANE_ACCOUNT).failures, 1);
}
END_TEST

/* The attempt that was under way counts, and the log says what happened. */
START_TEST(what_was_under_way_counts)
{
	struct audit_row row;
	char detail[32];

	fx_open();
	(void)snprintf(detail, sizeof(detail), "schema 1 to %d", STORE_SCHEMA);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 1);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 0);
	ck_assert_uint_eq(fx_verify_chain(), ROWS + 2);
	ck_assert_str_eq(fx_audit(ROWS + 1).reason, "interrupted");
	row = fx_audit(ROWS + 2);
	ck_assert_str_eq(row.event, "migration");
	ck_assert_str_eq(row.detail, detail);
}
END_TEST

START_TEST(it_stays_beside)
{
	struct stat st;

	fx_open();
	ck_assert_int_eq(stat(fx_file(".before-1"), &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	fx_close();
	ck_assert_int_eq(rename(fx_file(".before-1"), fx.path), 0);
	ck_assert_int_eq(fx_sql_int("PRAGMA user_version"), 1);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM audit"), ROWS);
	fx_open();
	ck_assert_uint_eq(fx_verify_chain(), ROWS + 2);
}
END_TEST

START_TEST(what_is_new_works_with_it)
{
	int64_t alice;

	fx_open();
	alice = fx_read("alice")->account.id;
	fx_challenge(77, "alice", alice);
	ck_assert_int_eq(fx_resume(77, "alice"), RESUME_FOUND);
	ck_assert_int_eq(fx_settle(77, "alice", SETTLE_SUCCESS, alice, NULL), WF_OK);
	(void)fx_record(ACCOUNTING_START, "1");
	ck_assert_uint_eq(fx_record(ACCOUNTING_STOP, "1"), 1);
}
END_TEST

START_TEST(a_newer_one_is_refused)
{
	char version[64];

	(void)snprintf(version, sizeof(version), "PRAGMA user_version=%d", STORE_SCHEMA + 1);
	fx_sql(version);
	ck_assert_int_eq(fx_try_open(false), WF_VERSION);
	(void)snprintf(version, sizeof(version), "versions up to %d", STORE_SCHEMA);
	ck_assert_msg(strstr(fx.why, version) != NULL, "%s", fx.why);
}
END_TEST

/* A backup of the older version, over a store of this one: no copy of it is left behind. */
START_TEST(an_older_backup_is_restored)
{
	char backup[200];
	struct stat st;

	fx_open();
	ck_assert_int_eq(fx_reserve(77, "bob"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(77, "bob", SETTLE_FAILURE, 2, NULL), WF_OK);
	(void)fx_record(ACCOUNTING_START, "1");
	(void)snprintf(backup, sizeof(backup), "%s/copy.db", fx.dir);
	make(backup);
	fx_restore(true);
	ck_assert_int_ne(stat(fx_file(".before-1"), &st), 0);
	ck_assert_uint_eq(fx_state("bob", LANE_ACCOUNT).failures, 3);
	ck_assert_uint_eq(fx_counts().sessions_open, 1);
}
END_TEST

/*
 * A backup of this version, over a store that the program has not opened yet: its counters are kept
 * all the same.
 */
static void
replace_one_of(int version)
{
	char copy[32];

	fx_open();
	fx_sql("DELETE FROM throttle");
	fx_back_up();
	fx_close();
	(void)snprintf(copy, sizeof(copy), ".before-%d", version);
	ck_assert_int_eq(rename(fx_file(copy), fx.path), 0);
	fx_restore(true);
	ck_assert_uint_eq(fx_state("bob", LANE_ACCOUNT).failures, 2);
}

START_TEST(an_older_one_is_replaced)
{
	replace_one_of(1);
}
END_TEST

START_TEST(one_of_version_3_is_replaced)
{
	replace_one_of(3);
}
END_TEST

/* A login goes on behind the step from version 2, and a request of before it is known. */
START_TEST(an_open_challenge_stays_open)
{
	struct store_job job = {.kind = STORE_READ};

	ck_assert_int_eq(fx_sql_int("PRAGMA user_version"), 2);
	fx_open();
	ck_assert_int_eq(access(fx_file(".before-2"), F_OK), 0);
	job.u.read.name = "alice";
	job.u.read.uid = -1;
	job.u.read.has_idempotency = true;
	memset(job.u.read.idempotency, 8, sizeof(job.u.read.idempotency));
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert(job.u.read.verdict_known);
	ck_assert(job.u.read.verdict_challenged);
	ck_assert_uint_eq(job.u.read.verdict_further.round, 0);
	ck_assert_int_eq(fx_resume(5, "alice"), RESUME_FOUND);
	ck_assert_int_eq(fx_settle(5, "alice", SETTLE_SUCCESS, 1, NULL), WF_OK);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 0);
}
END_TEST

/* Another server's question stays open behind the step from version 3; nobody has grants yet. */
START_TEST(an_open_question_stays_open)
{
	struct store_job *job;

	ck_assert_int_eq(fx_sql_int("PRAGMA user_version"), 3);
	fx_open();
	ck_assert_int_eq(access(fx_file(".before-3"), F_OK), 0);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM granted"), 0);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM familiar"), 0);
	ck_assert_uint_eq(fx_state("bob", LANE_ACCOUNT).strangers, 2);
	ck_assert_str_eq(fx_read("alice")->account.groups[0], "staff");
	job = fx_resume_job(5, "alice");
	job->u.resume.further.round = 1;
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert_int_eq(job->u.resume.answer, RESUME_FOUND);
	ck_assert_str_eq(job->u.resume.further.server, "otp1");
	ck_assert_uint_eq(job->u.resume.further.state_len, 2);
	free(job);
	ck_assert_int_eq(fx_settle(5, "alice", SETTLE_SUCCESS, 1, NULL), WF_OK);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 0);
}
END_TEST

/* Nothing of a login changes by the step from version 4; nobody reads the log yet. */
START_TEST(grants_and_places_stay)
{
	ck_assert_int_eq(fx_sql_int("PRAGMA user_version"), 4);
	fx_open();
	ck_assert_int_eq(access(fx_file(".before-4"), F_OK), 0);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM granted WHERE place = 'sshd'"), 1);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM familiar"), 1);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM cursor"), 0);
	ck_assert_uint_eq(fx_verify_chain(), ROWS + 1);
}
END_TEST

START_TEST(one_of_version_4_is_replaced)
{
	replace_one_of(4);
}
END_TEST

#ifdef WF_FAULT
#define STRIDE 499 /* of the thousands of calls of the libraries below */

/*
 * Whatever it came to: what stood there is there, once it can be brought forward, and a copy
 * beside.
 */
static void
nothing_is_lost(int version)
{
	char copy[32];
	uint64_t rows;

	fx_open();
	ck_assert_int_eq(fx_sql_int("PRAGMA user_version"), STORE_SCHEMA);
	ck_assert(fx_read("alice")->found);
	ck_assert_uint_ge(fx_read("alice")->ncredentials, 1);
	rows = fx_verify_chain();
	(void)snprintf(copy, sizeof(copy), ".before-%d", version);
	ck_assert_int_eq(access(fx_file(copy), F_OK), 0);
	ck_assert_int_ne(access(fx_file(".copying"), F_OK), 0);
	fx_close();
	ck_assert_int_eq(rename(fx_file(copy), fx.path), 0);
	ck_assert_int_eq(fx_sql_int("PRAGMA user_version"), version);
	ck_assert_int_le(fx_sql_int("SELECT count(*) FROM audit"), (int)rows);
}

static uint64_t
one_start(int version, uint64_t points, uint64_t nth, bool lasts)
{
	uint64_t calls;
	wf_status status;

	setup_of(version);
	wf_fault_page()->points = points;
	wf_fault_arm(nth, lasts);
	status = fx_try_open(false);
	calls = wf_fault_count();
	wf_fault_arm(0, false);
	wf_fault_page()->points = 0;
	ck_assert(nth > 0 || status == WF_OK);
	ck_assert(status == WF_OK || status == WF_NO_MEMORY || fx.why[0] != '\0');
	if (status == WF_OK)
		fx_close();
	else
		ck_assert_int_ge(fx_sql_int("PRAGMA user_version"), version);
	nothing_is_lost(version);
	fx_teardown();
	return calls;
}

START_TEST(each_call_fails)
{
	const int version = _i / 2 + 1;
	const bool libraries = _i % 2 == 1;
	const uint64_t points = libraries ? FAULT_POINTS_ALL | 1U << WF_FAULT_STORE : 0;
	uint64_t calls = one_start(version, points, 0, false);

	ck_assert_uint_gt(calls, 20);
	for (uint64_t nth = 1; nth <= calls; nth += libraries ? STRIDE : 1)
		(void)one_start(version, points, nth, nth % 2 == 0);
}
END_TEST
#endif

static Suite *
migration_suite(void)
{
	Suite *suite = suite_create("store-migration");
	TCase *tc = tcase_create("migration");
	TCase *second = tcase_create("from-2");
	TCase *third = tcase_create("from-3");
	TCase *fourth = tcase_create("from-4");
#ifdef WF_FAULT
	TCase *faults = tcase_create("faults");
#endif

	tcase_add_checked_fixture(tc, setup, fx_teardown);
	tcase_add_test(tc, what_stood_there_stays);
	tcase_add_test(tc, what_was_under_way_counts);
	tcase_add_test(tc, it_stays_beside);
	tcase_add_test(tc, what_is_new_works_with_it);
	tcase_add_test(tc, a_newer_one_is_refused);
	tcase_add_test(tc, an_older_backup_is_restored);
	tcase_add_test(tc, an_older_one_is_replaced);
	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(second, setup_2, fx_teardown);
	tcase_add_test(second, an_open_challenge_stays_open);
	suite_add_tcase(suite, second);
	tcase_add_checked_fixture(third, setup_3, fx_teardown);
	tcase_add_test(third, an_open_question_stays_open);
	tcase_add_test(third, one_of_version_3_is_replaced);
	suite_add_tcase(suite, third);
	tcase_add_checked_fixture(fourth, setup_4, fx_teardown);
	tcase_add_test(fourth, grants_and_places_stay);
	tcase_add_test(fourth, one_of_version_4_is_replaced);
	suite_add_tcase(suite, fourth);
#ifdef WF_FAULT
	tcase_set_timeout(faults, 300);
	tcase_add_loop_test(faults, each_call_fails, 0, 2 * (STORE_SCHEMA - 1));
	suite_add_tcase(suite, faults);
#endif
	return suite;
}

UNIT_MAIN(migration_suite)
