/* Folders of copies: what is ours in them, and what becomes of it. */
#include "config.h"

#include "authd/vault/shelf.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define S INT64_C(1000000)
#define DAY (86400 * S)
#define NOW (INT64_C(1772409600) * S)

static char first[64], second[64];

static void
setup(void)
{
	(void)snprintf(first, sizeof(first), "/tmp/warifu-shelf-XXXXXX");
	(void)snprintf(second, sizeof(second), "/tmp/warifu-shelf-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(first));
	ck_assert_ptr_nonnull(mkdtemp(second));
}

static void
teardown(void)
{
	const char *const folders[] = {first, second};

	for (size_t i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			execl("/bin/rm", "rm", "-rf", folders[i], (char *)NULL);
			_exit(127);
		}
		ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	}
}

static const char *
path_of(const char *folder, const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void
put(const char *folder, const char *name, const char *text)
{
	int fd = open(path_of(folder, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void
put_copy(const char *folder, const char *node, int64_t time_us)
{
	char name[PLAN_NAME_SIZE];

	plan_name(node, time_us, name);
	put(folder, name, "sealed");
}

static bool
there(const char *folder, const char *name)
{
	return access(path_of(folder, name), F_OK) == 0;
}

START_TEST(only_ours_are_seen)
{
	struct shelf shelf;
	char name[PLAN_NAME_SIZE];

	put_copy(first, "auth1", NOW);
	put_copy(first, "auth1", NOW - DAY);
	put_copy(first, "auth2", NOW - 2 * DAY);
	put(first, "notes.txt", "mine");
	plan_name("auth1", NOW - 3 * DAY, name);
	ck_assert_int_eq(mkdir(path_of(first, name), 0700), 0); /* has the name, is no file */
	plan_name("auth1", NOW - 4 * DAY, name);
	ck_assert_int_eq(symlink("/etc/passwd", path_of(first, name)), 0);
	ck_assert_int_eq(shelf_read(first, "auth1", &shelf), WF_OK);
	ck_assert_uint_eq(shelf.n, 2);
	ck_assert_int_eq(shelf.times[0], NOW - DAY);
	ck_assert_int_eq(shelf_newest(&shelf, NOW), NOW);
	ck_assert(shelf_has(&shelf, NOW));
	ck_assert(!shelf_has(&shelf, NOW - 2 * DAY));
	shelf_clear(&shelf);
	ck_assert_int_eq(shelf_newest(&shelf, NOW), 0);
	ck_assert_int_eq(shelf_read("/tmp/warifu-no-such-folder", "auth1", &shelf), WF_NOT_FOUND);
}
END_TEST

START_TEST(the_rule_takes_away_ours_alone)
{
	static const struct plan_keep keep = {.days = 1, .weeks = 1};
	struct shelf other = {.n = 0};
	char old[PLAN_NAME_SIZE], older[PLAN_NAME_SIZE], foreign[PLAN_NAME_SIZE];

	for (int64_t day = 40; day >= 0; day -= 10)
		put_copy(first, "auth1", NOW - day * DAY);
	put_copy(second, "auth1", NOW - 40 * DAY);
	put_copy(first, "auth2", NOW - 40 * DAY);
	put(first, "notes.txt", "mine");
	plan_name("auth1", NOW - 30 * DAY, old);
	plan_name("auth1", NOW - 40 * DAY, older);
	plan_name("auth2", NOW - 40 * DAY, foreign);
	ck_assert_int_eq(shelf_read(second, "auth1", &other), WF_OK);
	/* what the other folder still has stays in both */
	ck_assert_uint_eq(shelf_prune(first, "auth1", &keep, NOW, &other), 3);
	ck_assert(there(first, older));
	ck_assert(!there(first, old));
	ck_assert_uint_eq(shelf_prune(first, "auth1", &keep, NOW, NULL), 1);
	ck_assert(!there(first, older));
	ck_assert(there(first, foreign));
	ck_assert(there(first, "notes.txt"));
	plan_name("auth1", NOW, old);
	ck_assert(there(first, old));
	shelf_clear(&other);
}
END_TEST

START_TEST(one_is_brought_whole)
{
	char name[PLAN_NAME_SIZE], part[PLAN_NAME_SIZE + 8], why[256] = "", text[16] = "";
	struct stat st;
	int fd;

	put_copy(first, "auth1", NOW);
	plan_name("auth1", NOW, name);
	(void)snprintf(part, sizeof(part), ".%s.tmp", name);
	put(second, part, "what a crash left, and longer than the copy");
	ck_assert_int_eq(shelf_bring(first, second, name, why, sizeof(why)), WF_OK);
	ck_assert(!there(second, part));
	fd = open(path_of(second, name), O_RDONLY);
	ck_assert_int_eq(read(fd, text, sizeof(text)), 6);
	ck_assert_str_eq(text, "sealed");
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	close(fd);
	put(second, name, "already");
	ck_assert_int_eq(shelf_bring(first, second, name, why, sizeof(why)), WF_OK);
	ck_assert_int_eq(stat(path_of(second, name), &st), 0);
	ck_assert_int_eq(st.st_size, 7); /* stays as it is */
}
END_TEST

START_TEST(a_folder_that_is_away_is_told)
{
	char name[PLAN_NAME_SIZE], why[256] = "";

	put_copy(first, "auth1", NOW);
	plan_name("auth1", NOW, name);
	ck_assert_int_eq(rmdir(second), 0);
	ck_assert_int_eq(shelf_bring(first, second, name, why, sizeof(why)), WF_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(why, "could not be brought to"));
	ck_assert_ptr_nonnull(strstr(why, "No such file"));
	ck_assert(!there(second, "")); /* it is not made: it would be in the way of the mount */
}
END_TEST

/* No room: nothing has the copy's name, and nothing is left in the way of the next try. */
START_TEST(a_folder_without_room_gets_nothing)
{
	const struct rlimit none = {.rlim_cur = 3, .rlim_max = RLIM_INFINITY};
	const struct rlimit all = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
	char name[PLAN_NAME_SIZE], part[PLAN_NAME_SIZE + 8], why[256] = "";

	put_copy(first, "auth1", NOW);
	plan_name("auth1", NOW, name);
	(void)snprintf(part, sizeof(part), ".%s.tmp", name);
	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
	ck_assert_int_ne(shelf_bring(first, second, name, why, sizeof(why)), WF_OK);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &all), 0);
	ck_assert(!there(second, name));
	ck_assert(!there(second, part));
	ck_assert_ptr_nonnull(strstr(why, "could not be brought to"));
	ck_assert_int_eq(shelf_bring(first, second, name, why, sizeof(why)), WF_OK);
	ck_assert(there(second, name));
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("vault/shelf");
	TCase *tcase = tcase_create("shelf");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, only_ours_are_seen);
	tcase_add_test(tcase, the_rule_takes_away_ours_alone);
	tcase_add_test(tcase, one_is_brought_whole);
	tcase_add_test(tcase, a_folder_without_room_gets_nothing);
	tcase_add_test(tcase, a_folder_that_is_away_is_told);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
