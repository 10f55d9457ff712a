/* Backups: whole, closed, encrypted, and never half there. */
#include "config.h"

#include "tests/unit/account/rig.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/crypto/backup_file.h"

static char folder[160];

static void
setup(void)
{
	rig_setup();
	rig_user("alice");
	(void)snprintf(folder, sizeof(folder), "%s/backups", rig.dir);
}

static size_t
files(void)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	size_t n = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	if (dir != NULL)
		closedir(dir);
	return n;
}

START_TEST(a_backup_opens_with_the_key)
{
	struct backup_info info;
	struct audit_row row;
	struct stat st;
	char path[192], plain[192], why[256], start[16];
	int from, to;

	rig_ok("backup.make", "ticket=T-3");
	(void)snprintf(path, sizeof(path), "%s", rig_cell(0, "path"));
	ck_assert_int_eq(strncmp(path, folder, strlen(folder)), 0);
	ck_assert_ptr_nonnull(strstr(path, "/warifu-20260310-"));
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(st.st_size, rig_number(0, "bytes"));
	ck_assert_int_eq(stat(folder, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	ck_assert_uint_eq(files(), 1);
	from = open(path, O_RDONLY);
	(void)snprintf(plain, sizeof(plain), "%s/plain.db", rig.dir);
	to = open(plain, O_RDWR | O_CREAT, 0600);
	ck_assert_int_eq(
		backup_file_read(rig.keys, STORE_SCHEMA, from, to, &info, why, sizeof(why)), WF_OK);
	ck_assert_str_eq(info.node, "node-a");
	ck_assert_uint_eq(info.schema, STORE_SCHEMA);
	ck_assert_int_eq(info.time_us, rig.now.wall_us);
	ck_assert_str_eq(info.fingerprint, rig_cell(0, "key-fingerprint"));
	ck_assert_int_eq(pread(to, start, sizeof(start), 0), sizeof(start));
	ck_assert_mem_eq(start, "SQLite format 3", 16);
	close(from);
	close(to);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "backup.make");
	ck_assert_str_eq(row.ticket, "T-3");
	ck_assert_int_eq(strncmp(row.detail, strrchr(path, '/') + 1, 29), 0);
}
END_TEST

START_TEST(names_are_checked)
{
	uint64_t rows = rig_rows();

	rig_no(WF_INVALID,
		"'name' must be the name of a file, without '/' and not beginning with '.' or '-'.",
		"backup.make", "name=../evil");
	rig_no(WF_INVALID,
		"'name' must be the name of a file, without '/' and not beginning with '.' or '-'.",
		"backup.make", "name=.plain.tmp");
	rig_no(WF_INVALID,
		"'name' must be the name of a file, without '/' and not beginning with '.' or '-'.",
		"backup.make", "name=-rf");
	ck_assert_uint_eq(rig_rows(), rows);
	rig_ok("backup.make", "name=mine");
	ck_assert_int_eq(rig_act("backup.make", "name=mine", NULL), WF_EXISTS);
	ck_assert_ptr_nonnull(
		strstr(rig.text, "/backups/mine is there already: choose another name."));
	ck_assert_uint_eq(files(), 1);
}
END_TEST

START_TEST(leftovers_of_a_crash_are_swept)
{
	char name[192];
	int fd;

	rig_ok("backup.make", "name=one");
	(void)snprintf(name, sizeof(name), "%s/.plain.tmp", folder);
	fd = open(name, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	(void)snprintf(name, sizeof(name), "%s/.sealed.tmp", folder);
	fd = open(name, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	rig_ok("backup.make", "name=two");
	ck_assert_uint_eq(files(), 2);
}
END_TEST

START_TEST(one_at_a_time)
{
	int dir;

	rig_ok("backup.make", "name=one");
	dir = open(folder, O_RDONLY | O_DIRECTORY);
	ck_assert_int_eq(flock(dir, LOCK_EX), 0);
	rig_no(WF_CONFLICT, "Another backup is being made: try again when it is done.",
		"backup.make", "name=two");
	close(dir);
	rig_ok("backup.make", "name=two");
}
END_TEST

/* A folder that is a link or a file must not be followed out of the state folder. */
START_TEST(a_link_is_not_followed)
{
	ck_assert_int_eq(symlink("/tmp", folder), 0);
	ck_assert_int_eq(rig_act("backup.make", "name=one", NULL), WF_IO);
	ck_assert_int_eq(unlink(folder), 0);
}
END_TEST

START_TEST(doctor_knows_the_last_backup)
{
	const char *text = NULL;

	for (int round = 0; round < 3; round++) {
		rig_ok("doctor");
		for (size_t i = 0; i < rig.nrows; i++)
			if (strcmp(rig_cell(i, "name"), "backup") == 0)
				text = rig_cell(i, "text");
		ck_assert_ptr_nonnull(text);
		if (round == 0) {
			ck_assert_ptr_nonnull(strstr(text, "There is no backup yet"));
			rig_ok("backup.make");
		} else if (round == 1) {
			ck_assert_int_eq(strncmp(text, "The last backup is of 2026-03-10 ", 33), 0);
			ck_assert_ptr_null(strstr(text, "run"));
			rig_advance(8 * 86400);
		} else {
			ck_assert_ptr_nonnull(strstr(text, ": run 'warifu backup FILE'."));
		}
	}
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/backup");
	TCase *tcase = tcase_create("backup");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, rig_teardown);
	tcase_add_test(tcase, a_backup_opens_with_the_key);
	tcase_add_test(tcase, names_are_checked);
	tcase_add_test(tcase, leftovers_of_a_crash_are_swept);
	tcase_add_test(tcase, one_at_a_time);
	tcase_add_test(tcase, a_link_is_not_followed);
	tcase_add_test(tcase, doctor_knows_the_last_backup);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
