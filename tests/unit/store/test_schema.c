/*
 * Migrations, with a table made for the test: order, the copy before, an error leaves the file as
 * it was.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/store/internal.h"
#include "authd/store/schema_v1.h"
#include "authd/store/schema_v2.h"
#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

static const struct migration three[] = {
	{0, "CREATE TABLE a(x); INSERT INTO a VALUES (1);"},
	{1, "CREATE TABLE b(x); INSERT INTO b SELECT x + 1 FROM a;"},
	{2, "ALTER TABLE b ADD COLUMN y; UPDATE b SET y = x + 1;"},
	{3, NULL},
};
static const struct migration one[] = {
	{0, "CREATE TABLE a(x); INSERT INTO a VALUES (1);"}, {1, NULL}};
static const struct migration bad[] = {
	{0, "CREATE TABLE a(x);"},
	{1, "CREATE TABLE b(x); INSERT INTO a VALUES (2); INSERT INTO none VALUES (1);"},
	{2, NULL},
};

static struct sql_conn conn;

static wf_status
migrate(const struct migration *table, int *before_r)
{
	wf_status status;

	ck_assert_int_eq(sql_open(&conn, fx.path, SQL_WRITER), WF_OK);
	status = schema_migrate(&conn, fx.path, table, before_r, fx.why, sizeof(fx.why));
	sql_close(&conn);
	return status;
}

static void
setup(void)
{
	FILE *file;

	fx_folder();
	file = fopen(fx.path, "w");
	ck_assert_ptr_nonnull(file);
	(void)fclose(file);
	ck_assert_int_eq(chmod(fx.path, 0600), 0);
}

START_TEST(from_nothing)
{
	int before = -1;

	ck_assert_int_eq(migrate(three, &before), WF_OK);
	ck_assert_int_eq(before, 0);
	ck_assert_int_eq(fx_sql_int("SELECT y FROM b"), 3);
	ck_assert_int_eq(fx_sql_int("PRAGMA user_version"), 3);
	ck_assert_int_ne(access(fx_file(".before-0"), F_OK), 0);
	ck_assert_int_eq(migrate(three, &before), WF_OK);
	ck_assert_int_eq(before, 3);
	ck_assert_int_ne(access(fx_file(".before-3"), F_OK), 0);
}
END_TEST

START_TEST(from_an_older_one)
{
	struct stat st;
	int before = -1;

	ck_assert_int_eq(migrate(one, &before), WF_OK);
	ck_assert_int_eq(migrate(three, &before), WF_OK);
	ck_assert_int_eq(before, 1);
	ck_assert_int_eq(fx_sql_int("SELECT y FROM b"), 3);
	ck_assert_int_eq(stat(fx_file(".before-1"), &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(rename(fx_file(".before-1"), fx.path), 0);
	ck_assert_int_eq(fx_sql_int("PRAGMA user_version"), 1);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), 0);
	ck_assert_int_eq(fx_sql_int("SELECT x FROM a"), 1);
}
END_TEST

START_TEST(an_error_leaves_the_file)
{
	int before = -1;

	ck_assert_int_eq(migrate(one, &before), WF_OK);
	ck_assert_int_eq(migrate(bad, &before), WF_IO);
	ck_assert_int_eq(before, 0);
	ck_assert_ptr_nonnull(strstr(fx.why, "from schema version 1 to 2 and is as it was"));
	ck_assert_int_eq(fx_sql_int("PRAGMA user_version"), 1);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM a"), 1);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), 0);
}
END_TEST

START_TEST(never_back)
{
	int before = -1;

	ck_assert_int_eq(migrate(three, &before), WF_OK);
	ck_assert_int_eq(migrate(one, &before), WF_VERSION);
	ck_assert_ptr_nonnull(strstr(fx.why, "schema version 3"));
	ck_assert_ptr_nonnull(strstr(fx.why, "versions up to 1"));
}
END_TEST

/* The copy cannot be made: nothing is migrated. */
START_TEST(no_copy_no_migration)
{
	int before = -1;

	ck_assert_int_eq(migrate(one, &before), WF_OK);
	ck_assert_int_eq(mkdir(fx_file(".copying"), 0700), 0);
	ck_assert_int_ne(migrate(three, &before), WF_OK);
	ck_assert_int_eq(fx_sql_int("PRAGMA user_version"), 1);
}
END_TEST

/* What a crash left of a copy is no copy: it is made anew, without SQLite's file of the old one. */
START_TEST(half_a_copy_is_made_anew)
{
	int before = -1;
	FILE *half;

	ck_assert_int_eq(migrate(one, &before), WF_OK);
	half = fopen(fx_file(".copying"), "w");
	ck_assert_ptr_nonnull(half);
	(void)fputs("half", half);
	(void)fclose(half);
	ck_assert_int_eq(symlink("nowhere", fx_file(".copying-journal")), 0);
	ck_assert_int_eq(migrate(three, &before), WF_OK);
	ck_assert_int_eq(access(fx_file(".before-1"), F_OK), 0);
	ck_assert_int_ne(access(fx_file(".copying"), F_OK), 0);
	ck_assert_int_ne(
		faccessat(AT_FDCWD, fx_file(".copying-journal"), F_OK, AT_SYMLINK_NOFOLLOW), 0);
}
END_TEST

/* Attempts that were under way are counted and have their row after the step, too (I1, I3). */
START_TEST(pending_attempts_are_taken_along)
{
	static const struct migration first[] = {{0, STORE_SCHEMA_V1}, {1, NULL}};
	static const struct migration both[] = {
		{0, STORE_SCHEMA_V1}, {1, STORE_SCHEMA_V2}, {2, NULL}};
	int before = -1;

	ck_assert_int_eq(migrate(first, &before), WF_OK);
	ck_assert_int_eq(sql_open(&conn, fx.path, SQL_WRITER), WF_OK);
	ck_assert_int_eq(
		sql_script(&conn,
			"INSERT INTO reservation(id, txn, name, account_id, version, "
			"lease_until_ms, node, row) VALUES"
			" (7, zeroblob(16), 'alice', 3, 4, 5, 'here', x'01'), (9, "
			"x'000102030405060708090a0b0c0d0e0f', 'bob', 0, 0, 6, 'here', x'02');"
			"INSERT INTO reservation_lane(reservation_id, lane, key, threshold, "
			"window_ms, lock_ms) VALUES"
			" (7, 0, zeroblob(32), 10, 11, 12), (7, 1, randomblob(32), 20, 21, 22),"
			" (9, 0, randomblob(32), 30, 31, 32), (9, 1, randomblob(32), 40, 41, 42);"),
		WF_OK);
	sql_close(&conn);
	ck_assert_int_eq(migrate(both, &before), WF_OK);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM reservation"), 2);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM reservation WHERE txn = zeroblob(16) AND "
				    "name = 'alice'"
				    " AND account_id = 3 AND version = 4 AND lease_until_ms = 5 "
				    "AND waiting = 0 AND node = 'here'"
				    " AND key = zeroblob(32) AND threshold = 10 AND window_ms = 11 "
				    "AND lock_ms = 12 AND row = x'01'"),
		1);
	ck_assert_int_eq(fx_sql_int("SELECT threshold FROM reservation WHERE name = 'bob'"), 30);
}
END_TEST

static Suite *
schema_suite(void)
{
	Suite *suite = suite_create("store-schema");
	TCase *tc = tcase_create("migrations");

	tcase_add_checked_fixture(tc, setup, fx_teardown);
	tcase_add_test(tc, from_nothing);
	tcase_add_test(tc, from_an_older_one);
	tcase_add_test(tc, an_error_leaves_the_file);
	tcase_add_test(tc, never_back);
	tcase_add_test(tc, no_copy_no_migration);
	tcase_add_test(tc, half_a_copy_is_made_anew);
	tcase_add_test(tc, pending_attempts_are_taken_along);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(schema_suite)
