/*
 * Opening: files and modes, one daemon, what the file says it is, the end of the log; each refusal
 * with its sentence.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

static void
refused(wf_status expected, const char *sentence)
{
	wf_status status = fx_try_open(false);

	ck_assert_msg(status == expected, "%s: %s", wf_status_name(status), fx.why);
	ck_assert_ptr_null(fx.store);
	ck_assert_msg(
		strstr(fx.why, sentence) != NULL, "\"%s\" is not in \"%s\"", sentence, fx.why);
}

static void
rows(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		fx_advance(1000);
		ck_assert_int_eq(fx_admin(NULL, 0, NULL), WF_OK);
	}
}

START_TEST(made_only_when_asked)
{
	struct stat st;

	refused(WF_NOT_FOUND, "warifu init");
	ck_assert_int_ne(access(fx.path, F_OK), 0);
	fx_open();
	ck_assert_int_eq(stat(fx.path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(stat(fx_file("-wal"), &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_str_eq(store_node(fx.store), "node-a");
	fx_close();
	ck_assert_int_ne(access(fx_file("-wal"), F_OK), 0);
	ck_assert_int_eq(fx_try_open(false), WF_OK);
}
END_TEST

START_TEST(what_connections_are_set_to)
{
	fx_open();
	ck_assert_int_eq(fx_sql_int("PRAGMA application_id"), 0x57524655);
	ck_assert_int_eq(fx_sql_int("PRAGMA user_version"), STORE_SCHEMA);
	ck_assert_int_eq(fx_sql_int("SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
}
END_TEST

START_TEST(identity_stays)
{
	uint8_t first[32];
	uint8_t second[32];
	static const uint8_t none[32];

	fx_open();
	store_id(fx.store, first);
	ck_assert_mem_ne(first, none, 32);
	fx_reopen();
	store_id(fx.store, second);
	ck_assert_mem_eq(first, second, 32);
}
END_TEST

START_TEST(folder_of_others)
{
	fx_open();
	fx_close();
	ck_assert_int_eq(chmod(fx.dir, 0750), 0);
	ck_assert_int_eq(fx_try_open(false), WF_OK);
	fx_close();
	ck_assert_int_eq(chmod(fx.dir, 0770), 0);
	refused(WF_DENIED, "0700 or 0750");
	ck_assert_int_eq(chmod(fx.dir, 0701), 0);
	refused(WF_DENIED, "has mode 0701");
}
END_TEST

START_TEST(no_folder)
{
	(void)snprintf(fx.path, sizeof(fx.path), "%s/none/warifu.db", fx.dir);
	refused(WF_NOT_FOUND, "Create it with mode 0700");
}
END_TEST

START_TEST(file_of_others)
{
	fx_open();
	fx_close();
	ck_assert_int_eq(chmod(fx.path, 0640), 0);
	refused(WF_DENIED, "must belong to uid");
	ck_assert_int_eq(chmod(fx.path, 0600), 0);
	ck_assert_int_eq(chmod(fx_file(".lock"), 0604), 0);
	refused(WF_DENIED, "warifu.db.lock");
}
END_TEST

START_TEST(owner)
{
	if (geteuid() != 0)
		return;
	fx_open();
	fx_close();
	ck_assert_int_eq(chown(fx.path, 12345, 0), 0);
	refused(WF_DENIED, "it belongs to uid 12345");
	ck_assert_int_eq(chown(fx.path, 0, 0), 0);
	ck_assert_int_eq(chown(fx.dir, 12345, 0), 0);
	refused(WF_DENIED, "it belongs to uid 12345");
	ck_assert_int_eq(chown(fx.dir, 0, 0), 0);
}
END_TEST

START_TEST(no_links)
{
	char other[200];

	fx_open();
	fx_close();
	(void)snprintf(other, sizeof(other), "%s/other.db", fx.dir);
	ck_assert_int_eq(rename(fx.path, other), 0);
	ck_assert_int_eq(symlink(other, fx.path), 0);
	refused(WF_DENIED, "not a plain file");
}
END_TEST

START_TEST(one_daemon)
{
	struct store *first;

	fx_open();
	first = fx.store;
	fx.store = NULL;
	refused(WF_EXISTS, "in use by another daemon");
	fx.store = first;
	rows(1);
	fx_close();
	ck_assert_int_eq(fx_try_open(false), WF_OK);
}
END_TEST

START_TEST(other_peoples_databases)
{
	FILE *file = fopen(fx.path, "w");

	ck_assert_ptr_nonnull(file);
	(void)fputs(
		"This is no database, but it is long enough to be looked at as if it were one. ",
		file);
	(void)fclose(file);
	ck_assert_int_eq(chmod(fx.path, 0600), 0);
	refused(WF_CORRUPT, "SQLite");
	ck_assert_int_eq(unlink(fx.path), 0);
	file = fopen(fx.path, "w");
	(void)fclose(file);
	ck_assert_int_eq(chmod(fx.path, 0600), 0);
	fx_sql("CREATE TABLE theirs(x)");
	refused(WF_CORRUPT, "another program");
}
END_TEST

/* A creation that was cut off leaves an empty file; the next one goes on with it. */
START_TEST(an_empty_file_is_a_beginning)
{
	FILE *file = fopen(fx.path, "w");

	(void)fclose(file);
	ck_assert_int_eq(chmod(fx.path, 0600), 0);
	fx_open();
	rows(1);
}
END_TEST

START_TEST(newer_schema)
{
	fx_open();
	fx_close();
	fx_sql("PRAGMA user_version = 99");
	refused(WF_VERSION, "schema version 99");
}
END_TEST

START_TEST(other_tables)
{
	fx_open();
	fx_close();
	fx_sql("ALTER TABLE credential RENAME COLUMN drift TO draft");
	refused(WF_CORRUPT, "Restore a backup");
}
END_TEST

START_TEST(a_log_without_its_database)
{
	FILE *file = fopen(fx_file("-wal"), "w");

	(void)fclose(file);
	ck_assert_int_eq(chmod(fx_file("-wal"), 0600), 0);
	ck_assert_int_eq(fx_try_open(true), WF_CORRUPT);
	ck_assert_ptr_nonnull(strstr(fx.why, "left of a database that is gone"));
	ck_assert_int_ne(access(fx.path, F_OK), 0);
}
END_TEST

static const char *const tampering[] = {
	"DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)",
	"DELETE FROM audit WHERE seq = (SELECT max(seq) - 5 FROM audit)",
	"UPDATE audit SET encoded = (SELECT encoded FROM audit WHERE seq = 1) "
	"WHERE seq = (SELECT max(seq) - 1 FROM audit)",
	"UPDATE audit SET chain = zeroblob(32) WHERE seq = (SELECT max(seq) FROM audit)",
	"INSERT INTO audit SELECT seq + 1, time_us, class, result, user, source, event, chain, "
	"encoded "
	"FROM audit ORDER BY seq DESC LIMIT 1",
	"DELETE FROM audit",
	"UPDATE meta SET head_seq = head_seq - 1",
};

/* I8 at the start: the last rows must be those that were written last. */
START_TEST(a_changed_end_of_the_log)
{
	fx_open();
	rows(100);
	fx_reopen();
	fx_close();
	fx_sql(tampering[_i]);
	refused(WF_CORRUPT, "");
	ck_assert_uint_gt(strlen(fx.why), 10);
}
END_TEST

START_TEST(a_changed_end_of_a_short_log)
{
	fx_open();
	rows(7);
	fx_reopen();
	fx_close();
	fx_sql(tampering[_i]);
	refused(WF_CORRUPT, "");
}
END_TEST

START_TEST(lengths_around_the_tail)
{
	fx_open();
	rows(62);
	for (int i = 0; i < 5; i++) {
		fx_reopen();
		rows(1);
	}
	ck_assert_uint_eq(fx_verify_chain(), 67);
}
END_TEST

START_TEST(closing_refuses_and_finishes)
{
	struct store *none = NULL;

	fx_open();
	rows(3);
	fx_close();
	store_close(&none);
	fx_open();
	ck_assert_uint_eq(fx_verify_chain(), 3);
}
END_TEST

START_TEST(the_full_check)
{
	static const char garbage[64] =
		"This is not what stood here before, and no page of a tree either";
	FILE *file;
	long page;

	fx_open();
	rows(200);
	ck_assert_int_eq(store_check(fx.store, fx.why, sizeof(fx.why)), WF_OK);
	fx_close();
	page = (long)fx_sql_int("SELECT rootpage FROM sqlite_schema WHERE name = 'completed_age'");
	file = fopen(fx.path, "r+");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fseek(file, (page - 1) * 4096, SEEK_SET), 0);
	ck_assert_uint_eq(fwrite(garbage, 1, sizeof(garbage), file), sizeof(garbage));
	(void)fclose(file);
	fx_open();
	ck_assert_int_eq(store_check(fx.store, fx.why, sizeof(fx.why)), WF_CORRUPT);
	ck_assert_ptr_nonnull(strstr(fx.why, "is damaged"));
}
END_TEST

static Suite *
open_suite(void)
{
	Suite *suite = suite_create("store-open");
	TCase *tc = tcase_create("open");
	int n = (int)(sizeof(tampering) / sizeof(tampering[0]));

	tcase_add_checked_fixture(tc, fx_folder, fx_teardown);
	tcase_add_test(tc, made_only_when_asked);
	tcase_add_test(tc, what_connections_are_set_to);
	tcase_add_test(tc, identity_stays);
	tcase_add_test(tc, folder_of_others);
	tcase_add_test(tc, no_folder);
	tcase_add_test(tc, file_of_others);
	tcase_add_test(tc, owner);
	tcase_add_test(tc, no_links);
	tcase_add_test(tc, one_daemon);
	tcase_add_test(tc, other_peoples_databases);
	tcase_add_test(tc, an_empty_file_is_a_beginning);
	tcase_add_test(tc, newer_schema);
	tcase_add_test(tc, other_tables);
	tcase_add_test(tc, a_log_without_its_database);
	tcase_add_loop_test(tc, a_changed_end_of_the_log, 0, n);
	tcase_add_loop_test(tc, a_changed_end_of_a_short_log, 0, n);
	tcase_add_test(tc, lengths_around_the_tail);
	tcase_add_test(tc, the_full_check);
	tcase_add_test(tc, closing_refuses_and_finishes);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(open_suite)
