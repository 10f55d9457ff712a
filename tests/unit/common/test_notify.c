/* What systemd hears of a server, and the sockets that it has opened for it, each by its name. */
#include "config.h"

#include "common/notify.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/unit/unit.h"

#define FIRST_SOCKET 3 /* sd_listen_fds(3) */

static int manager = -1;

static void
set_up(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char path[PATH_MAX];

	(void)snprintf(
		address.sun_path, sizeof(address.sun_path), "test_notify.%d.sock", (int)getpid());
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_ge(manager, 0);
	ck_assert_int_eq(
		bind(manager, (const struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_ptr_nonnull(realpath(address.sun_path, path));
	ck_assert_int_eq(setenv("NOTIFY_SOCKET", path, 1), 0);
}

static void
tear_down(void)
{
	ck_assert_int_eq(unlink(getenv("NOTIFY_SOCKET")), 0);
	close(manager);
}

/* What has come by now; "" = nothing. */
static const char *
heard(void)
{
	static char text[256];
	ssize_t len = recv(manager, text, sizeof(text) - 1, 0);

	text[len > 0 ? len : 0] = '\0';
	return text;
}

static const struct {
	void (*tell)(void);
	const char *text;
} told[] = {
	{wf_notify_ready, "READY=1"},
	{wf_notify_stopping, "STOPPING=1"},
	{wf_notify_alive, "WATCHDOG=1"},
};

START_TEST(each_is_told_once)
{
	told[_i].tell();
	ck_assert_str_eq(heard(), told[_i].text);
	ck_assert_str_eq(heard(), "");
}
END_TEST

/* systemd ends who says it is reloading without the time of it, or with one of another clock. */
START_TEST(a_reload_has_its_time)
{
	long long us = -1, before = wf_clock_monotonic_us();

	wf_notify_reloading();
	ck_assert_int_eq(sscanf(heard(), "RELOADING=1\nMONOTONIC_USEC=%lld", &us), 1);
	ck_assert_int_ge(us, before);
	ck_assert_int_le(us, wf_clock_monotonic_us());
}
END_TEST

START_TEST(without_a_manager_nothing_is_told)
{
	char *path = strdup(getenv("NOTIFY_SOCKET"));

	unsetenv("NOTIFY_SOCKET");
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		told[i].tell();
	ck_assert_str_eq(heard(), "");
	setenv("NOTIFY_SOCKET", path, 1);
	free(path);
}
END_TEST

static const struct {
	const char *wanted;
	int fd;
} names[] = {{"pam", FIRST_SOCKET}, {"control", FIRST_SOCKET + 1}, {"radius", -1}, {"", -1}};

/* In a process of its own: the numbers of the descriptors are given. */
static int
socket_by_name(const char *wanted, bool for_us)
{
	char pid[16];

	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid() + !for_us);
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "2", 1);
	setenv("LISTEN_FDNAMES", "pam:control", 1);
	for (int fd = FIRST_SOCKET; fd < FIRST_SOCKET + 2; fd++)
		if (dup2(manager, fd) != fd)
			return -2;
	return wf_notify_socket(wanted);
}

static void
expect_socket(const char *wanted, bool for_us, int fd)
{
	int status;
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (child == 0)
		_exit(socket_by_name(wanted, for_us) == fd ? 0 : 1);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(status == 0, "'%s' is not %d", wanted, fd);
}

START_TEST(sockets_by_name)
{
	expect_socket(names[_i].wanted, true, names[_i].fd);
}
END_TEST

START_TEST(sockets_of_another_process)
{
	expect_socket("pam", false, -1);
	ck_assert_int_eq(wf_notify_socket("pam"), -1);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("common/notify");
	TCase *notify = tcase_create("notify");

	tcase_add_checked_fixture(notify, set_up, tear_down);
	tcase_add_loop_test(notify, each_is_told_once, 0, sizeof(told) / sizeof(told[0]));
	tcase_add_test(notify, a_reload_has_its_time);
	tcase_add_test(notify, without_a_manager_nothing_is_told);
	tcase_add_loop_test(notify, sockets_by_name, 0, sizeof(names) / sizeof(names[0]));
	tcase_add_test(notify, sockets_of_another_process);
	suite_add_tcase(it, notify);
	return it;
}

UNIT_MAIN(suite)
