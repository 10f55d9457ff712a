/*
 * How a server gives root up: for good or not at all. The kernel is made to refuse one system call
 * after the other, or to say that it did what it did not.
 */
#include "config.h"

#include "common/privilege.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/become.h"
#include "common/say.h"
#include "tests/unit/common/refuse.h"
#include "tests/unit/unit.h"

#define NOBODY 65534
#define NO_SUCH "no-such-user-here"

START_TEST(users_by_name)
{
	uid_t uid = 1;
	gid_t gid = 1;

	ck_assert_int_eq(wf_privilege_user(NO_SUCH, &uid, &gid), WF_NOT_FOUND);
	ck_assert_uint_eq(uid, 1);
	ck_assert_uint_eq(gid, 1);
	ck_assert_int_eq(wf_privilege_user("root", &uid, &gid), WF_OK);
	ck_assert_uint_eq(uid, 0);
	ck_assert_uint_eq(gid, 0);
}
END_TEST

static const struct {
	long call;
	uint32_t argument;
	uint16_t error; /* 0: it seems to have succeeded */
} drops[] = {
	{SYS_setgroups, ANY, EPERM}, {SYS_setresgid, ANY, EPERM}, {SYS_setresuid, ANY, EPERM},
	{SYS_setresuid, ANY, 0}, {SYS_getresuid, ANY, EFAULT},
	{SYS_setuid, 0, 0}, /* root comes back */
};

START_TEST(given_up_in_part_is_not_given_up)
{
	refuse(drops[_i].call, drops[_i].argument, drops[_i].error);
	ck_assert_int_eq(wf_privilege_drop(NOBODY, NOBODY), WF_DENIED);
}
END_TEST

START_TEST(given_up_for_good)
{
	if (geteuid() != 0)
		return;
	ck_assert_int_eq(wf_privilege_drop(NOBODY, NOBODY), WF_OK);
	ck_assert_uint_eq(getuid(), NOBODY);
	ck_assert_uint_eq(getegid(), NOBODY);
	ck_assert_int_eq(getgroups(0, NULL), 0);
	ck_assert_int_eq(setuid(0), -1);
}
END_TEST

START_TEST(limits_of_a_server)
{
	struct rlimit files;

	ck_assert_int_eq(wf_privilege_limits(), WF_OK);
	ck_assert_uint_eq(umask(0), 077);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
	ck_assert_uint_eq(files.rlim_cur, files.rlim_max < 65536 ? files.rlim_max : 65536);
	refuse(SYS_prlimit64, ANY, EPERM);
	ck_assert_int_eq(wf_privilege_limits(), WF_DENIED);
}
END_TEST

/* What is said from here on; the test's process ends soon. */
static FILE *
listen_to_it(void)
{
	FILE *said = tmpfile();

	ck_assert_ptr_nonnull(said);
	ck_assert_int_eq(dup2(fileno(said), STDERR_FILENO), STDERR_FILENO);
	wf_say_open("test", true);
	return said;
}

static void
expect_said(FILE *said, const char *text)
{
	char line[512] = "";
	bool any;

	rewind(said);
	any = fgets(line, sizeof(line), said) != NULL;
	ck_assert_int_eq(any, text != NULL);
	if (any)
		ck_assert_msg(strstr(line, text) != NULL, "'%s' is not in '%s'", text, line);
}

static const struct {
	const char *user;
	long call;        /* that is refused; -1: none */
	const char *said; /* NULL: it becomes him */
} becomings[] = {
	{"", -1, NULL},
	{"root", -1, NULL},
	{"", SYS_prlimit64, "the limits of the process could not be set"},
	{NO_SUCH, -1,
		"the user '" NO_SUCH "' (option user) does not exist: make it with 'useradd "
		"--system " NO_SUCH "'"},
	{"nobody", SYS_setgroups, "privilege could not be dropped"},
};

START_TEST(becoming_somebody)
{
	FILE *said = listen_to_it();

	if (geteuid() != 0)
		return; /* who is not root becomes nobody else */
	if (becomings[_i].call >= 0)
		refuse(becomings[_i].call, ANY, EPERM);
	ck_assert_int_eq(wf_become(becomings[_i].user, "user"), becomings[_i].said == NULL);
	expect_said(said, becomings[_i].said);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("common/privilege");
	TCase *tcase = tcase_create("privilege");

	tcase_add_test(tcase, users_by_name);
	if (!SANITIZED) {
		tcase_add_loop_test(tcase, given_up_in_part_is_not_given_up, 0,
			(int)(sizeof(drops) / sizeof(drops[0])));
		tcase_add_test(tcase, given_up_for_good);
		tcase_add_test(tcase, limits_of_a_server);
		tcase_add_loop_test(tcase, becoming_somebody, 0,
			(int)(sizeof(becomings) / sizeof(becomings[0])));
	}
	suite_add_tcase(it, tcase);
	return it;
}

UNIT_MAIN(suite)
