/*
 * The emergency path through the module and its helper. Needs root, because only root is let that
 * far; says so and is skipped otherwise.
 */
#include "config.h"

#include <limits.h>
#include <security/pam_modules.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/breakglass.h"
#include "tests/unit/pam_module/harness.h"
#include "tests/unit/pam_module/mock.h"
#include "tests/unit/unit.h"

#define PIN "correct horse"
#define CODES 3
#define CROWD 20
#define SKIPPED 77

static struct wf_secret codes[CODES];
static char file[PATH_MAX];
static char arguments[3 * PATH_MAX];

static void
arm(void)
{
	struct wf_secret pin = WF_SECRET_EMPTY;

	(void)snprintf(file, sizeof(file), "%s", harness_path("breakglass"));
	(void)snprintf(arguments, sizeof(arguments), "timeout=2 breakglass=%s breakglass_helper=%s",
		file, harness_built("warifu-breakglass"));
	harness_stack_simple(arguments);
	ck_assert_int_eq(wf_secret_set(&pin, PIN, strlen(PIN)), WF_OK);
	ck_assert_int_eq(wf_breakglass_create(file, "root", &pin, CODES, codes), WF_OK);
	wf_secret_clear(&pin);
}

static void
setup_away(void)
{
	harness_start_without_daemon();
	arm();
}

static void
setup_served(void)
{
	harness_start();
	arm();
}

static void
teardown(void)
{
	for (size_t i = 0; i < CODES; i++)
		wf_secret_clear(&codes[i]);
	harness_stop();
}

static void
app_ready(struct app *app, size_t code)
{
	app_init(app);
	app->pin = PIN;
	app->emergency = (const char *)codes[code].bytes;
}

static void
app_at(struct app *app, const char *user, const char *tty, const char *rhost)
{
	app_start(app, user);
	if (tty != NULL)
		ck_assert_int_eq(pam_set_item(app->pamh, PAM_TTY, tty), PAM_SUCCESS);
	if (rhost != NULL)
		ck_assert_int_eq(pam_set_item(app->pamh, PAM_RHOST, rhost), PAM_SUCCESS);
}

static int
authenticate_at(struct app *app, const char *user, const char *tty, const char *rhost)
{
	unsigned before = harness_open_descriptors();
	int code;

	app_at(app, user, tty, rhost);
	code = pam_authenticate(app->pamh, 0);
	app_end(app, code);
	ck_assert_uint_eq(harness_open_descriptors(), before);
	return code;
}

/* The whole login: all groups let it through, though no daemon is there. */
START_TEST(right_code_logs_in)
{
	struct app app;

	app_ready(&app, 0);
	app_at(&app, "root", "tty1", NULL);
	ck_assert_int_eq(pam_authenticate(app.pamh, 0), PAM_SUCCESS);
	ck_assert_int_eq(pam_setcred(app.pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
	ck_assert_int_eq(pam_acct_mgmt(app.pamh, 0), PAM_SUCCESS);
	ck_assert_int_eq(pam_open_session(app.pamh, 0), PAM_SUCCESS);
	ck_assert_int_eq(pam_close_session(app.pamh, 0), PAM_SUCCESS);
	app_end(&app, PAM_SUCCESS);
	ck_assert_uint_eq(app.prompts, 2);
	ck_assert(harness_logged("an emergency code was used up: number 1, user root, tty tty1"));
	ck_assert(!harness_logged((const char *)codes[0].bytes));
	ck_assert(!harness_logged(PIN));
}
END_TEST

START_TEST(code_works_once)
{
	struct app app;

	for (int i = 0; i < 2; i++) {
		app_ready(&app, 1);
		ck_assert_int_eq(authenticate_at(&app, "root", "/dev/tty1", NULL),
			i == 0 ? PAM_SUCCESS : PAM_AUTH_ERR);
	}
	app_ready(&app, 0);
	ck_assert_int_eq(authenticate_at(&app, "root", "tty1", ""), PAM_SUCCESS);
}
END_TEST

START_TEST(wrong_is_refused_and_counted)
{
	struct wf_breakglass_state state;
	struct app app;

	app_ready(&app, 0);
	app.pin = "wrong horse";
	ck_assert_int_eq(authenticate_at(&app, "root", "tty1", NULL), PAM_AUTH_ERR);
	app_ready(&app, 0);
	ck_assert_int_eq(authenticate_at(&app, "alice", "tty1", NULL), PAM_AUTH_ERR);
	app_ready(&app, 0);
	app.pin = "";
	ck_assert_int_eq(authenticate_at(&app, "root", "tty1", NULL), PAM_AUTH_ERR);
	ck_assert_int_eq(wf_breakglass_inspect(file, &state), WF_OK);
	ck_assert_uint_eq(state.failures, 3);
	ck_assert_uint_eq(state.unused, CODES);
}
END_TEST

START_TEST(ten_wrong_ones_lock)
{
	struct app app;

	for (int i = 0; i < WF_BREAKGLASS_TRIES; i++) {
		app_ready(&app, 0);
		app.pin = "wrong horse";
		ck_assert_int_eq(authenticate_at(&app, "root", "tty1", NULL), PAM_AUTH_ERR);
	}
	app_ready(&app, 0);
	ck_assert_int_eq(authenticate_at(&app, "root", "tty1", NULL), PAM_AUTH_ERR);
	ck_assert(harness_logged("locked after ten wrong tries"));
	ck_assert_int_eq(wf_breakglass_unlock(file), WF_OK);
	ck_assert_int_eq(authenticate_at(&app, "root", "tty1", NULL), PAM_SUCCESS);
}
END_TEST

/* Asked again, three times at most, and never counted. */
START_TEST(mistyped_code_may_be_typed_again)
{
	struct wf_breakglass_state state;
	struct app app;

	app_ready(&app, 0);
	app.emergency = "01234-56789";
	ck_assert_int_eq(authenticate_at(&app, "root", "tty1", NULL), PAM_AUTH_ERR);
	ck_assert_uint_eq(app.prompts, 6);
	ck_assert_int_eq(wf_breakglass_inspect(file, &state), WF_OK);
	ck_assert_uint_eq(state.failures, 0);
}
END_TEST

static const struct place_row {
	const char *tty, *rhost;
} place_rows[] = {
	{"tty1", "192.0.2.7"},
	{"tty1", "localhost"},
	{"ssh", NULL},
	{"pts/3", NULL},
	{"/dev/pts/3", NULL},
	{":0", NULL},
	{NULL, NULL},
};

START_TEST(only_at_the_console)
{
	struct app app;

	app_ready(&app, 0);
	ck_assert_int_eq(authenticate_at(&app, "root", place_rows[_i].tty, place_rows[_i].rhost),
		PAM_AUTHINFO_UNAVAIL);
	ck_assert_uint_eq(app.prompts, 0);
}
END_TEST

START_TEST(only_as_root)
{
	struct app app;
	int code;

	ck_assert_int_eq(chmod(harness_path(""), 0755), 0);
	app_ready(&app, 0);
	/* pam_start loads the module, which may lie where only root may go. */
	app_at(&app, "root", "tty1", NULL);
	ck_assert_int_eq(seteuid(65534), 0);
	code = pam_authenticate(app.pamh, 0);
	ck_assert_int_eq(seteuid(0), 0);
	app_end(&app, code);
	ck_assert_int_eq(code, PAM_AUTHINFO_UNAVAIL);
	ck_assert_uint_eq(app.prompts, 0);
}
END_TEST

START_TEST(only_where_the_stanza_says_so)
{
	struct app app;

	harness_stack_simple("timeout=2");
	app_ready(&app, 0);
	ck_assert_int_eq(authenticate_at(&app, "root", "tty1", NULL), PAM_AUTHINFO_UNAVAIL);
	ck_assert_uint_eq(app.prompts, 0);
}
END_TEST

/* The daemon is there: it decides, even when it only says that it cannot. */
static const char *const served_users[] = {
	"unavailable", "nonsense", "close", "words", "silent-later", "away-later"};

START_TEST(never_while_somebody_answers)
{
	struct app app;
	int code;

	app_ready(&app, 0);
	code = authenticate_at(&app, served_users[_i], "tty1", NULL);
	ck_assert_int_ne(code, PAM_SUCCESS);
	ck_assert_ptr_null(strstr(app.texts, "Emergency"));
}
END_TEST

/* It hangs: it takes the connection and the question, and says nothing until the time is over. */
static const char *const hanging_users[] = {"silent", "half-silent", "away"};

START_TEST(daemon_hangs)
{
	struct wf_secret pin = WF_SECRET_EMPTY;
	struct app app;

	for (size_t i = 0; i < CODES; i++)
		wf_secret_clear(&codes[i]);
	ck_assert_int_eq(unlink(file), 0);
	ck_assert_int_eq(wf_secret_set(&pin, PIN, strlen(PIN)), WF_OK);
	ck_assert_int_eq(wf_breakglass_create(file, hanging_users[_i], &pin, CODES, codes), WF_OK);
	wf_secret_clear(&pin);
	app_ready(&app, 0);
	ck_assert_int_eq(
		authenticate_at(&app, hanging_users[_i], "pts/1", NULL), PAM_AUTHINFO_UNAVAIL);
	ck_assert_int_eq(authenticate_at(&app, hanging_users[_i], "tty1", NULL), PAM_SUCCESS);
	ck_assert_ptr_nonnull(strstr(app.texts, "Emergency"));
}
END_TEST

/* Having come in this way counts for this handle and this user, and for nothing else. */
START_TEST(entry_is_not_transferable)
{
	struct app app;

	app_ready(&app, 0);
	app_at(&app, "root", "tty1", NULL);
	ck_assert_int_eq(pam_authenticate(app.pamh, 0), PAM_SUCCESS);
	ck_assert_int_eq(pam_set_item(app.pamh, PAM_USER, "alice"), PAM_SUCCESS);
	ck_assert_int_eq(pam_acct_mgmt(app.pamh, 0), PAM_AUTHINFO_UNAVAIL);
	ck_assert_int_eq(pam_set_item(app.pamh, PAM_USER, "root"), PAM_SUCCESS);
	app.pin = "wrong horse";
	ck_assert_int_eq(pam_authenticate(app.pamh, 0), PAM_AUTH_ERR);
	ck_assert_int_eq(pam_acct_mgmt(app.pamh, 0), PAM_AUTHINFO_UNAVAIL);
	app_end(&app, PAM_AUTH_ERR);
}
END_TEST

static const struct broken_row {
	const char *what;
	const char *argument;
	const char *logged;
} broken_rows[] = {
	{"no helper", "breakglass_helper=/nowhere/helper", "the helper program could not be run"},
	{"silent helper", "breakglass_helper=/bin/true", "the helper program could not be run"},
	{"helper that echoes", "breakglass_helper=/bin/cat", "the helper program could not be run"},
	{"no file", "breakglass=/nowhere/file", "the emergency path is not open"},
	{"not a plain file", "breakglass=/dev", "the file must be a plain one of root"},
};

START_TEST(broken_means_unavailable)
{
	char more[4 * PATH_MAX];
	struct app app;

	(void)snprintf(more, sizeof(more), "%s %s", arguments, broken_rows[_i].argument);
	harness_stack_simple(more);
	app_ready(&app, 0);
	ck_assert_int_eq(authenticate_at(&app, "root", "tty1", NULL), PAM_AUTHINFO_UNAVAIL);
	ck_assert_msg(harness_logged(broken_rows[_i].logged), "%s", broken_rows[_i].what);
}
END_TEST

/* A success that does not repeat our nonce is none. */
START_TEST(foreign_success_is_none)
{
	char script[160], more[4 * PATH_MAX];
	struct app app;
	FILE *stream;

	(void)snprintf(script, sizeof(script), "%s", harness_path("helper"));
	stream = fopen(script, "we");
	ck_assert_ptr_nonnull(stream);
	(void)fputs("#!/bin/sh\nhead -c 21 /dev/zero\n", stream);
	ck_assert_int_eq(fclose(stream), 0);
	ck_assert_int_eq(chmod(script, 0755), 0);
	(void)snprintf(more, sizeof(more), "%s breakglass_helper=%s", arguments, script);
	harness_stack_simple(more);
	app_ready(&app, 0);
	ck_assert_int_eq(authenticate_at(&app, "root", "tty1", NULL), PAM_AUTHINFO_UNAVAIL);
}
END_TEST

static volatile sig_atomic_t children;

static void
on_child(int signal_number)
{
	(void)signal_number;
	children = children + 1;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
}

/* Whatever the host does about its children, the helper is none of its business. */
START_TEST(any_treatment_of_children)
{
	struct sigaction action = {.sa_handler = on_child};
	struct app app;

	if (_i == 0)
		action.sa_handler = SIG_IGN;
	if (_i == 1)
		action.sa_handler = SIG_DFL;
	ck_assert_int_eq(sigaction(SIGCHLD, &action, NULL), 0);
	app_ready(&app, 0);
	ck_assert_int_eq(authenticate_at(&app, "root", "tty1", NULL), PAM_SUCCESS);
	ck_assert_int_eq(children, 0);
	ck_assert_int_eq(waitpid(-1, NULL, __WALL | WNOHANG), -1);
}
END_TEST

/* Twenty logins with one code, released together. */
START_TEST(one_code_in_a_crowd_opens_once)
{
	int gate[2];
	unsigned admitted = 0, refused = 0;

	ck_assert_int_eq(pipe(gate), 0);
	for (int i = 0; i < CROWD; i++) {
		pid_t pid = fork();

		ck_assert_int_ge(pid, 0);
		if (pid == 0) {
			struct app app;
			char byte;
			ssize_t n;

			app_ready(&app, 0);
			app_at(&app, "root", "tty1", NULL);
			(void)close(gate[1]);
			n = read(gate[0], &byte, 1);
			_exit(n == 0 ? pam_authenticate(app.pamh, 0) : 100);
		}
	}
	(void)close(gate[0]);
	(void)close(gate[1]);
	for (int i = 0; i < CROWD; i++) {
		int status;

		ck_assert_int_gt(wait(&status), 0);
		ck_assert(WIFEXITED(status));
		admitted += WEXITSTATUS(status) == PAM_SUCCESS;
		refused += WEXITSTATUS(status) == PAM_AUTH_ERR;
	}
	ck_assert_uint_eq(admitted, 1);
	ck_assert_uint_eq(admitted + refused, CROWD);
}
END_TEST

/* Only root and the named owner may serve the socket. */
START_TEST(owner_is_checked)
{
	struct app app;
	pid_t mock;

	(void)snprintf(file, sizeof(file), "%s", harness_path("received"));
	mock = fork();
	if (mock == 0) {
		ck_assert_int_eq(setuid(65534), 0);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)mock_start(harness_path("socket"), file);
		(void)pause();
		_exit(0);
	}
	ck_assert_int_gt(mock, 0);
	for (int i = 0; i < 200 && access(harness_path("socket"), F_OK) != 0; i++)
		(void)usleep(10000);

	harness_stack_simple("owner=54321");
	app_init(&app);
	ck_assert_int_eq(app_authenticate(&app, "alice"), PAM_AUTHINFO_UNAVAIL);
	ck_assert(harness_logged("neither root nor the owner serves it"));
	ck_assert_uint_eq(app.prompts, 0);
	harness_log_forget();
	harness_stack_simple("owner=65534");
	app_init(&app);
	ck_assert_int_eq(app_authenticate(&app, "alice"), PAM_SUCCESS);
	(void)kill(mock, SIGKILL);
	ck_assert_int_eq(waitpid(mock, NULL, 0), mock);
}
END_TEST

static void
setup_owner(void)
{
	harness_start_without_daemon();
	ck_assert_int_eq(chmod(harness_path(""), 0777), 0);
}

static Suite *
emergency_suite(void)
{
	Suite *suite = suite_create("pam_emergency");
	TCase *away = tcase_create("away");
	TCase *served = tcase_create("served");
	TCase *owner = tcase_create("owner");

	tcase_add_checked_fixture(away, setup_away, teardown);
	tcase_set_timeout(away, 120);
	tcase_add_test(away, right_code_logs_in);
	tcase_add_test(away, code_works_once);
	tcase_add_test(away, wrong_is_refused_and_counted);
	tcase_add_test(away, ten_wrong_ones_lock);
	tcase_add_test(away, mistyped_code_may_be_typed_again);
	tcase_add_loop_test(
		away, only_at_the_console, 0, (int)(sizeof(place_rows) / sizeof(place_rows[0])));
	tcase_add_test(away, only_as_root);
	tcase_add_test(away, only_where_the_stanza_says_so);
	tcase_add_test(away, entry_is_not_transferable);
	tcase_add_loop_test(away, broken_means_unavailable, 0,
		(int)(sizeof(broken_rows) / sizeof(broken_rows[0])));
	tcase_add_test(away, foreign_success_is_none);
	tcase_add_loop_test(away, any_treatment_of_children, 0, 3);
	tcase_add_test(away, one_code_in_a_crowd_opens_once);
	suite_add_tcase(suite, away);
	tcase_add_checked_fixture(served, setup_served, teardown);
	tcase_set_timeout(served, 30);
	tcase_add_loop_test(served, never_while_somebody_answers, 0, 5);
	tcase_add_loop_test(served, daemon_hangs, 0, 2);
	suite_add_tcase(suite, served);
	tcase_add_checked_fixture(owner, setup_owner, harness_stop);
	tcase_set_timeout(owner, 30);
	tcase_add_test(owner, owner_is_checked);
	suite_add_tcase(suite, owner);
	return suite;
}

int
main(void)
{
	SRunner *runner;
	int failed;

	if (geteuid() != 0) {
		puts("skipped: the emergency path is open to root only; run this test as root");
		return SKIPPED;
	}
	runner = srunner_create(emergency_suite());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
