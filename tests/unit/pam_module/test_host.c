/*
 * The module as a guest: what its host program must not notice. Threads, signals, descriptors, and
 * a connection that breaks under it.
 */
#include "config.h"

#include <pthread.h>
#include <security/pam_modules.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/pam_module/harness.h"
#include "tests/unit/pam_module/mock.h"
#include "tests/unit/unit.h"

#define THREADS 8
#define LOGINS 10

struct guest {
	pthread_t thread;
	const char *user;
	const char *password;
	int expected;
	unsigned right;
};

/* No ck_assert in threads: Check is not made for that. */
static void *
logins(void *arg)
{
	struct guest *guest = arg;

	for (int i = 0; i < LOGINS; i++) {
		struct app app;
		int code;

		app_init(&app);
		app.password = guest->password;
		app_start(&app, guest->user);
		code = pam_authenticate(app.pamh, 0);
		if (code == guest->expected && (code != PAM_SUCCESS ||
			    strcmp(pam_getenv(app.pamh, "WARIFU_TRANSACTION"), MOCK_TXN_HEX) == 0))
			guest->right++;
		app_end(&app, code);
	}
	return NULL;
}

START_TEST(threads_do_not_meet)
{
	static const struct {
		const char *user, *password;
		int expected;
	} kinds[] = {
		{"alice", MOCK_PASSWORD, PAM_SUCCESS},
		{"alice", "wrong", PAM_AUTH_ERR},
		{"unavailable", MOCK_PASSWORD, PAM_AUTHINFO_UNAVAIL},
		{"nonsense", MOCK_PASSWORD, PAM_AUTHINFO_UNAVAIL},
	};
	struct guest guests[THREADS];
	unsigned before;

	harness_stack_simple("");
	before = harness_open_descriptors();
	for (size_t i = 0; i < THREADS; i++) {
		guests[i] = (struct guest){.user = kinds[i % 4].user,
			.password = kinds[i % 4].password,
			.expected = kinds[i % 4].expected};
		ck_assert_int_eq(pthread_create(&guests[i].thread, NULL, logins, &guests[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(guests[i].thread, NULL), 0);
		ck_assert_uint_eq(guests[i].right, LOGINS);
	}
	ck_assert_uint_eq(harness_open_descriptors(), before);
}
END_TEST

/* Sends into a closed socket with SIGPIPE at its default, which would end the host. */
START_TEST(sigpipe_does_not_end_the_host)
{
	struct app app;
	struct sigaction action;

	(void)signal(SIGPIPE, SIG_DFL);
	harness_stack_simple("");
	for (int i = 0; i < 20; i++) {
		app_init(&app);
		ck_assert_int_eq(app_authenticate(&app, "close"), PAM_AUTHINFO_UNAVAIL);
		ck_assert_int_eq(app_authenticate(&app, "half"), PAM_AUTHINFO_UNAVAIL);
	}
	ck_assert_int_eq(sigaction(SIGPIPE, NULL, &action), 0);
	ck_assert(action.sa_handler == SIG_DFL);
}
END_TEST

static volatile sig_atomic_t alarms;

static void
on_alarm(int signal_number)
{
	(void)signal_number;
	alarms = alarms + 1;
}

/* A host with a timer that interrupts every system call, again and again. */
START_TEST(interruptions_change_nothing)
{
	const struct itimerval often = {{0, 500}, {0, 500}};
	const struct itimerval never = {{0, 0}, {0, 0}};
	struct sigaction action = {.sa_handler = on_alarm};
	struct app app;
	int right, silent;

	harness_stack_simple("timeout=1");
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
	app_init(&app);
	right = app_authenticate(&app, "alice");
	app_init(&app);
	silent = app_authenticate(&app, "silent");
	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
	ck_assert_int_eq(right, PAM_SUCCESS);
	ck_assert_int_eq(silent, PAM_AUTHINFO_UNAVAIL);
	ck_assert_int_gt(alarms, 100);
}
END_TEST

START_TEST(signal_handling_is_left_alone)
{
	struct sigaction before[NSIG], after;
	sigset_t mask_before, mask_after;
	struct app app;

	(void)signal(SIGCHLD, SIG_IGN);
	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, NULL, &before[i]);
	(void)sigprocmask(SIG_SETMASK, NULL, &mask_before);
	harness_stack_simple("");
	app_init(&app);
	ck_assert_int_eq(app_authenticate(&app, "alice"), PAM_SUCCESS);
	for (int i = 1; i < NSIG; i++) {
		if (sigaction(i, NULL, &after) != 0)
			continue;
		ck_assert(after.sa_handler == before[i].sa_handler);
	}
	(void)sigprocmask(SIG_SETMASK, NULL, &mask_after);
	for (int i = 1; i < NSIG; i++)
		ck_assert_int_eq(sigismember(&mask_before, i), sigismember(&mask_after, i));
}
END_TEST

/*
 * The login of a program that has no descriptors 0, 1 and 2: a socket in their place harms nobody.
 */
START_TEST(standard_descriptors_may_be_closed)
{
	struct app app;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		harness_stack_simple("");
		app_init(&app);
		(void)close(0);
		(void)close(1);
		(void)close(2);
		app_start(&app, "alice");
		_exit(pam_authenticate(app.pamh, 0));
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), PAM_SUCCESS);
}
END_TEST

static Suite *
host_suite(void)
{
	Suite *suite = suite_create("pam_host");
	TCase *tc = tcase_create("guest");

	tcase_add_checked_fixture(tc, harness_start, harness_stop);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, threads_do_not_meet);
	tcase_add_test(tc, sigpipe_does_not_end_the_host);
	tcase_add_test(tc, interruptions_change_nothing);
	tcase_add_test(tc, signal_handling_is_left_alone);
	tcase_add_test(tc, standard_descriptors_may_be_closed);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(host_suite)
