/*
 * Listening sockets: what lies at the path decides. A socket that nobody serves is replaced; one
 * that is served, and any other file, is left alone.
 */
#include "config.h"

#include "common/link/socket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/fault.h"
#include "tests/unit/unit.h"

static char folder[] = "/tmp/warifu-socket-XXXXXX", path[64];

static void
set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/sock", folder);
}

static void
tear_down(void)
{
	(void)unlink(path);
	(void)rmdir(folder);
}

static wf_status
make(int *fd_r)
{
	return wf_socket_listen(path, 0620, (uid_t)-1, getgid(), fd_r);
}

static bool
is_heard(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool heard;

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	heard = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
	(void)close(fd);
	return heard;
}

START_TEST(it_listens_with_its_mode)
{
	struct stat info;
	int fd = -1;

	ck_assert_int_eq(make(&fd), WF_OK);
	ck_assert_int_eq(stat(path, &info), 0);
	ck_assert_uint_eq(info.st_mode & 0777, 0620);
	ck_assert(is_heard());
	(void)close(fd);
}
END_TEST

START_TEST(a_stale_one_is_replaced_and_a_served_one_is_not)
{
	int first = -1, second = -1;

	ck_assert_int_eq(make(&first), WF_OK);
	ck_assert_int_eq(make(&second), WF_EXISTS);
	ck_assert_int_eq(second, -1);
	ck_assert(is_heard());
	(void)close(first);
	ck_assert(!is_heard());
	ck_assert_int_eq(make(&second), WF_OK);
	ck_assert(is_heard());
	(void)close(second);
}
END_TEST

START_TEST(another_file_is_left_alone)
{
	FILE *file = fopen(path, "we");
	struct stat info;
	int fd = -1;

	ck_assert_ptr_nonnull(file);
	(void)fclose(file);
	ck_assert_int_eq(make(&fd), WF_EXISTS);
	ck_assert_int_eq(fd, -1);
	ck_assert_int_eq(lstat(path, &info), 0);
	ck_assert(S_ISREG(info.st_mode));
}
END_TEST

START_TEST(places_where_none_can_be)
{
	char name[256] = "/tmp/";
	int fd = -1;

	memset(name + strlen(name), 'x', sizeof(name) - 1 - strlen(name));
	ck_assert_int_eq(
		wf_socket_listen(name, 0600, (uid_t)-1, (gid_t)-1, &fd), WF_TOO_LONG);
	(void)snprintf(name, sizeof(name), "%s/none/sock", folder);
	ck_assert_int_eq(wf_socket_listen(name, 0600, (uid_t)-1, (gid_t)-1, &fd), WF_IO);
	ck_assert_int_eq(fd, -1);
}
END_TEST

#ifdef WF_FAULT
START_TEST(without_a_socket_there_is_none)
{
	int fd = -1;

	wf_fault_arm(1, false);
	ck_assert_int_eq(make(&fd), WF_IO);
	wf_fault_arm(0, false);
	ck_assert_int_eq(fd, -1);
}
END_TEST
#endif

static Suite *
socket_suite(void)
{
	Suite *suite = suite_create("socket");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, it_listens_with_its_mode);
	tcase_add_test(tc, a_stale_one_is_replaced_and_a_served_one_is_not);
	tcase_add_test(tc, another_file_is_left_alone);
	tcase_add_test(tc, places_where_none_can_be);
#ifdef WF_FAULT
	tcase_add_test(tc, without_a_socket_there_is_none);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(socket_suite)
