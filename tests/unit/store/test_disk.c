/*
 * A disk that is full, read-only, or a file that another program holds: jobs fail with the cause,
 * nothing is believed, and as soon as it is over the store works again, by no hand.  A small file
 * system of our own needs root and a mount namespace; without them only the last test runs.
 */
#include "config.h"

#include <fcntl.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

static bool small;

static void
setup(void)
{
	fx_folder();
	small = geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		mount("tmpfs", fx.dir, "tmpfs", 0, "size=8m,mode=0700") == 0;
	fx_open();
}

static void
teardown(void)
{
	store_close(&fx.store);
	if (small)
		(void)umount2(fx.dir, MNT_DETACH);
	fx_teardown();
}

/* An act whose row is long. */
static wf_status
act(char cause_r[STORE_CAUSE_MAX])
{
	char detail[501] = {0};

	memset(detail, 'x', sizeof(detail) - 1);
	return fx_act(detail, cause_r);
}

static int
fill_disk(const char *name)
{
	static const char block[4096];
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	size_t step = sizeof(block);

	ck_assert_int_ge(fd, 0);
	while (step > 0) {
		if (write(fd, block, step) < 0)
			step /= 2;
	}
	return fd;
}

START_TEST(a_full_disk)
{
	char cause[STORE_CAUSE_MAX];
	char name[200];
	uint64_t rows;
	wf_status status = WF_OK;
	int fd;

	if (!small)
		return;
	(void)fx_add_account("alice");
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	(void)snprintf(name, sizeof(name), "%s/filling", fx.dir);
	fd = fill_disk(name);
	for (int i = 0; i < 100 && status == WF_OK; i++)
		status = act(cause);
	ck_assert_msg(status == WF_FULL, "%s: %s", wf_status_name(status), cause);
	ck_assert_ptr_nonnull(strstr(cause, "full"));
	rows = fx_last_seq();
	ck_assert_int_eq(act(cause), WF_FULL);
	/* Reading goes on. */
	ck_assert(fx_read("alice")->found);
	ck_assert_uint_eq(fx_last_seq(), rows);
	close(fd);
	ck_assert_int_eq(unlink(name), 0);
	ck_assert_int_eq(act(cause), WF_OK);
	ck_assert_uint_eq(fx_verify_chain(), rows + 1);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 1);
}
END_TEST

/* A twentieth of the disk is left: what is refused is counted still, but takes no row. */
START_TEST(the_last_space_takes_no_refusals)
{
	struct store_job *job = fx_settle_job(1, "alice", SETTLE_REFUSED, 0);
	char name[200];
	char cause[STORE_CAUSE_MAX];
	int fd;

	if (!small)
		return;
	memset(job->u.settle.count, 0, sizeof(job->u.settle.count));
	(void)snprintf(name, sizeof(name), "%s/filling", fx.dir);
	fd = fill_disk(name);
	ck_assert_int_eq(ftruncate(fd, lseek(fd, 0, SEEK_END) - 256 * 1024), 0);
	ck_assert_int_eq(store_run(fx.store, job), WF_FULL);
	ck_assert_ptr_nonnull(strstr(job->cause, "last space"));
	job->u.settle.applied.class = 0;
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert_int_eq(act(cause), WF_OK);
	close(fd);
	free(job);
}
END_TEST

/* Full from the start: it opens, and settles what a crash left as soon as it can. */
START_TEST(full_at_open)
{
	char name[200];
	char cause[STORE_CAUSE_MAX];
	wf_status status;
	int fd;

	if (!small)
		return;
	for (unsigned txn = 1; txn <= 3; txn++)
		ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_ADMIT);
	fx_close();
	(void)snprintf(name, sizeof(name), "%s/filling", fx.dir);
	fd = fill_disk(name);
	/* SQLite wants 32 KiB for the shared index of its log. */
	ck_assert_int_eq(ftruncate(fd, lseek(fd, 0, SEEK_END) - 36 * 1024), 0);
	status = fx_try_open(false);
	if (status == WF_OK) {
		ck_assert_int_eq(act(cause), WF_FULL);
		ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 3);
	}
	close(fd);
	ck_assert_int_eq(unlink(name), 0);
	if (status != WF_OK)
		fx_open();
	ck_assert_int_eq(act(cause), WF_OK);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 0);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 3);
	ck_assert_uint_eq(fx_count_rows("login", "interrupted"), 3);
}
END_TEST

/* Rows of a flood are refused while there is still space for logins and acts. */
START_TEST(the_last_space_is_not_for_refusals)
{
	static struct store_job job;
	static struct audit_row row;
	char name[200];
	char cause[STORE_CAUSE_MAX];
	int fd;

	if (!small)
		return;
	row = fx_row("login", "nobody");
	row.class = AUDIT_AUTH;
	job.kind = STORE_ADMIN;
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	(void)snprintf(name, sizeof(name), "%s/filling", fx.dir);
	fd = fill_disk(name);
	ck_assert_int_eq(ftruncate(fd, lseek(fd, 0, SEEK_END) - 300 * 1024), 0);
	ck_assert_int_eq(store_run(fx.store, &job), WF_FULL);
	ck_assert_ptr_nonnull(strstr(job.cause, "kept for logins and administration"));
	ck_assert_int_eq(act(cause), WF_OK);
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_FAILURE, 0, NULL), WF_OK);
	close(fd);
}
END_TEST

START_TEST(a_read_only_disk)
{
	char cause[STORE_CAUSE_MAX];

	if (!small)
		return;
	(void)fx_add_account("alice");
	fx_close();
	ck_assert_int_eq(mount(NULL, fx.dir, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	ck_assert_int_ne(fx_try_open(false), WF_OK);
	ck_assert_uint_gt(strlen(fx.why), 10);
	ck_assert_int_eq(mount(NULL, fx.dir, NULL, MS_REMOUNT, NULL), 0);
	fx_open();
	ck_assert_int_eq(act(cause), WF_OK);
}
END_TEST

START_TEST(another_program_holds_the_file)
{
	char cause[STORE_CAUSE_MAX];
	sqlite3 *db = NULL;

	(void)fx_add_account("alice");
	ck_assert_int_eq(sqlite3_open_v2(fx.path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(act(cause), WF_UNAVAILABLE);
	ck_assert_ptr_nonnull(strstr(cause, "locked"));
	ck_assert(fx_read("alice")->found);
	ck_assert_int_eq(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(act(cause), WF_OK);
	(void)sqlite3_close(db);
	ck_assert_uint_eq(fx_verify_chain(), 2);
}
END_TEST

/* Somebody wrote a row of his own: nothing is accepted on top of it. */
START_TEST(a_foreign_row_stops_the_log)
{
	char cause[STORE_CAUSE_MAX];

	ck_assert_int_eq(act(cause), WF_OK);
	fx_sql("INSERT INTO audit SELECT seq + 1, time_us, class, result, user, source, event, "
	       "chain, encoded "
	       "FROM audit");
	ck_assert_int_eq(act(cause), WF_CORRUPT);
	ck_assert_ptr_nonnull(strstr(cause, "row 2 of the log"));
}
END_TEST

static Suite *
disk_suite(void)
{
	Suite *suite = suite_create("store-disk");
	TCase *tc = tcase_create("disk");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, a_full_disk);
	tcase_add_test(tc, the_last_space_takes_no_refusals);
	tcase_add_test(tc, full_at_open);
	tcase_add_test(tc, the_last_space_is_not_for_refusals);
	tcase_add_test(tc, a_read_only_disk);
	tcase_add_test(tc, another_program_holds_the_file);
	tcase_add_test(tc, a_foreign_row_stops_the_log);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(disk_suite)
