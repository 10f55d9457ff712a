/*
 * auth against a scripted daemon: every verdict, every way in which a daemon can misbehave, every
 * way in which an application can fail to answer. The stacks are run by the real libpam; each table
 * has the neighbours that tell PAM_IGNORE from PAM_SUCCESS.
 */
#include "config.h"

#include <security/pam_modules.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/secret.h"
#include "tests/unit/pam_module/harness.h"
#include "tests/unit/pam_module/mock.h"
#include "tests/unit/unit.h"

#define REFUSED "error:Access refused."
#define UNAVAILABLE "error:Login is temporarily unavailable."
#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* What the daemon says or does, and what the application and the log get of it. */
static const struct daemon_row {
	const char *user;
	int code;
	const char *shown;  /* NULL: not looked at */
	const char *logged; /* NULL: nothing of ours may be logged */
} daemon_rows[] = {
	{"alice", PAM_SUCCESS, NULL, NULL},
	{"two-rounds", PAM_SUCCESS, NULL, NULL},
	{"unavailable", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE, NULL},
	{"change", PAM_AUTH_ERR, NULL, NULL},
	{"expired", PAM_AUTH_ERR, NULL, NULL},
	{"words", PAM_AUTH_ERR, "error:Ask at extension 4711.", NULL},
	{"unknown-verdict", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE,
		"not one that this module understands"},
	{"away", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE, "cannot reach its centre"},
	{"away-later", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE, NULL},
	{"silent", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE, "no answer within the time limit"},
	{"silent-later", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE, "no answer within the time limit"},
	{"half-silent", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE, "no answer within the time limit"},
	{"nonsense", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE, "not one that this module understands"},
	{"future", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE, "unknown version"},
	{"half", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE, "the connection broke"},
	{"close", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE, "the connection broke"},
	{"rounds", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE, "not one that this module understands"},
	{"row", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE, "not one that this module understands"},
	{"row-first", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE, "not one that this module understands"},
	{"other-transaction", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE,
		"not one that this module understands"},
	{"other-result", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE, "not one that this module understands"},
	{"many-prompts", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE, "not one that this module understands"},
	{"unknown-prompt", PAM_AUTHINFO_UNAVAIL, UNAVAILABLE,
		"not one that this module understands"},
};

static int64_t
now_us(void)
{
	return wf_clock_now(&wf_clock_system).boot_us;
}

START_TEST(daemon_behaviour)
{
	const struct daemon_row *row = &daemon_rows[_i];
	int64_t start_us = now_us();
	struct app app;

	harness_stack_simple("timeout=1");
	app_init(&app);
	ck_assert_int_eq(app_authenticate(&app, row->user), row->code);
	ck_assert_int_lt(now_us() - start_us, 3000000);
	if (row->shown != NULL)
		ck_assert_ptr_nonnull(strstr(app.texts, row->shown));
	ck_assert_int_eq(harness_logged("pam_warifu"), row->logged != NULL);
	if (row->logged != NULL) {
		ck_assert(harness_logged(row->logged));
		ck_assert(harness_logged("authentication: could not tell: socket "));
	}
}
END_TEST

START_TEST(rounds_are_bounded)
{
	struct app app;

	harness_stack_simple("timeout=5");
	app_init(&app);
	ck_assert_int_eq(app_authenticate(&app, "rounds"), PAM_AUTHINFO_UNAVAIL);
	ck_assert_uint_eq(app.prompts, 8);
	ck_assert(harness_receives("ABORT"));
}
END_TEST

/* Stacks with neighbours: PAM_IGNORE must neither admit nor refuse by itself. */
static const struct stack_row {
	const char *user;
	const char *lines[3];
	int code;
} stack_rows[] = {
	{"ignore", {"auth required warifu", "auth required pam_permit.so"}, PAM_SUCCESS},
	{"ignore", {"auth required warifu", "auth required pam_deny.so"}, PAM_AUTH_ERR},
	{"ignore", {"auth required warifu"}, PAM_PERM_DENIED},
	{"ignore", {"auth sufficient warifu", "auth required pam_deny.so"}, PAM_AUTH_ERR},
	{"ignore-at-once", {"auth required warifu", "auth required pam_permit.so"}, PAM_SUCCESS},
	{"ignore-at-once", {"auth sufficient warifu", "auth required pam_deny.so"}, PAM_AUTH_ERR},
	{"alice", {"auth sufficient warifu", "auth required pam_deny.so"}, PAM_SUCCESS},
	{"alice", {"auth required warifu", "auth required pam_deny.so"}, PAM_AUTH_ERR},
	{"words", {"auth required warifu", "auth required pam_permit.so"}, PAM_AUTH_ERR},
	{"silent", {"auth required warifu timeout=1", "auth required pam_permit.so"},
		PAM_AUTHINFO_UNAVAIL},
	{"alice", {"auth required warifu bogus", "auth required pam_permit.so"}, PAM_SERVICE_ERR},
	{"words",
		{"auth [success=done ignore=ignore default=die] warifu",
			"auth required pam_permit.so"},
		PAM_AUTH_ERR},
	{"ignore",
		{"auth [success=done ignore=ignore default=die] warifu",
			"auth required pam_permit.so"},
		PAM_SUCCESS},
};

START_TEST(stacks_with_neighbours)
{
	const struct stack_row *row = &stack_rows[_i];
	struct app app;
	size_t count = 0;

	while (count < 3 && row->lines[count] != NULL)
		count++;
	harness_stack(row->lines, count);
	app_init(&app);
	ck_assert_int_eq(app_authenticate(&app, row->user), row->code);
}
END_TEST

/* Wrong answers, and applications that give none. */
static char long_answer[1100];
static const struct answer_row {
	const char *password, *code;
	enum talk_failure failure;
	unsigned fail_at;
	int result;
	bool aborted; /* the daemon is told */
	const char *answer_sent;
} answer_rows[] = {
	{MOCK_PASSWORD, MOCK_CODE, TALK_OK, 0, PAM_SUCCESS, false, "ANSWER"},
	{"wrong", MOCK_CODE, TALK_OK, 0, PAM_AUTH_ERR, false, "ANSWER"},
	{MOCK_PASSWORD, "000000", TALK_OK, 0, PAM_AUTH_ERR, false, "ANSWER"},
	{"", "", TALK_OK, 0, PAM_AUTH_ERR, false, "ANSWER"},
	{MOCK_PASSWORD, NULL, TALK_OK, 0, PAM_AUTH_ERR, true, NULL},
	{NULL, MOCK_CODE, TALK_OK, 0, PAM_AUTH_ERR, true, NULL},
	{MOCK_PASSWORD, MOCK_CODE, TALK_FAILS, 1, PAM_AUTH_ERR, true, NULL},
	{MOCK_PASSWORD, MOCK_CODE, TALK_FAILS, 2, PAM_AUTH_ERR, true, NULL},
	{MOCK_PASSWORD, MOCK_CODE, TALK_NULL, 2, PAM_AUTH_ERR, true, NULL},
	{MOCK_PASSWORD, MOCK_CODE, TALK_NULL_RESPONSE, 1, PAM_AUTH_ERR, true, NULL},
	{long_answer, MOCK_CODE, TALK_OK, 0, PAM_AUTH_ERR, true, NULL},
	{MOCK_PASSWORD, long_answer, TALK_OK, 0, PAM_AUTH_ERR, true, NULL},
};

START_TEST(answers)
{
	const struct answer_row *row = &answer_rows[_i];
	struct app app;

	memset(long_answer, 'x', WF_SECRET_MAX + 1);
	harness_stack_simple("");
	app_init(&app);
	app.password = row->password;
	app.code = row->code;
	app.failure = row->failure;
	app.fail_at = row->fail_at;
	ck_assert_int_eq(app_authenticate(&app, "alice"), row->result);
	if (row->aborted)
		ck_assert(harness_receives("ABORT"));
	ck_assert_int_eq(harness_received("ANSWER"), row->answer_sent != NULL);
	ck_assert(!harness_logged(MOCK_PASSWORD));
	ck_assert(!harness_received(MOCK_PASSWORD));
}
END_TEST

/* A first wrong answer is not told before the second prompt. */
START_TEST(all_is_asked_before_anything_is_told)
{
	struct app app;

	harness_stack_simple("");
	app_init(&app);
	app.password = "wrong";
	ck_assert_int_eq(app_authenticate(&app, "alice"), PAM_AUTH_ERR);
	ck_assert_uint_eq(app.prompts, 2);
	ck_assert_str_eq(app.texts, "ask:Password: \necho:One-time code: \n"
		"error:Access refused. If this is unexpected, contact your helpdesk.\n");
	ck_assert_uint_eq(harness_received_count("ANSWER"), 1);
}
END_TEST

START_TEST(a_question_in_its_own_words)
{
	struct app app;

	harness_stack_simple("");
	app_init(&app);
	ck_assert_int_eq(app_authenticate(&app, "question"), PAM_SUCCESS);
	ck_assert_str_eq(app.texts, "ask:Password: \nask:Password: \necho:Code of the SMS: \n");
}
END_TEST

START_TEST(longest_answer_is_sent_whole)
{
	struct app app;
	char answer[WF_SECRET_MAX + 1] = {0};

	memset(answer, 'x', WF_SECRET_MAX);
	harness_stack_simple("");
	app_init(&app);
	app.password = answer;
	ck_assert_int_eq(app_authenticate(&app, "alice"), PAM_AUTH_ERR);
	ck_assert(harness_received("ANSWER"));
}
END_TEST

/*
 * Modules before us leave a password in PAM_AUTHTOK; pam_set_item() of it is a module's right only.
 */
static const struct pass_row {
	const char *option;
	bool left;	   /* an earlier module asks, and leaves what it got */
	const char *typed; /* at that module, or at ours */
	int code;
	unsigned prompts; /* ours */
} pass_rows[] = {
	{"", false, MOCK_PASSWORD, PAM_SUCCESS, 2},
	{"", true, MOCK_PASSWORD, PAM_SUCCESS, 3},
	{"try_first_pass", true, MOCK_PASSWORD, PAM_SUCCESS, 2},
	{"try_first_pass", true, "wrong", PAM_AUTH_ERR, 2},
	{"try_first_pass", false, MOCK_PASSWORD, PAM_SUCCESS, 2},
	{"use_first_pass", true, MOCK_PASSWORD, PAM_SUCCESS, 2},
	{"use_first_pass", true, "wrong", PAM_AUTH_ERR, 2},
	{"use_first_pass", false, MOCK_PASSWORD, PAM_AUTH_ERR, 0},
};

START_TEST(first_pass)
{
	const struct pass_row *row = &pass_rows[_i];
	char ours[128];
	/* pam_unix asks, refuses the unknown user and leaves the password. */
	const char *lines[] = {
		"auth optional pam_unix.so nodelay", ours, "auth required pam_permit.so"};
	struct app app;

	(void)snprintf(ours, sizeof(ours), "auth required warifu %s", row->option);
	harness_stack(row->left ? lines : lines + 1, row->left ? 3 : 2);
	app_init(&app);
	app.password = row->typed;
	ck_assert_int_eq(app_authenticate(&app, "alice"), row->code);
	ck_assert_uint_eq(app.prompts, row->prompts);
	if (row->code != PAM_SUCCESS && row->prompts == 0)
		ck_assert(harness_receives("ABORT"));
}
END_TEST

/*
 * The typed password goes on to the modules behind, but only where the login goes on. pam_exec
 * takes PAM_AUTHTOK, and asks for a password where there is none.
 */
START_TEST(password_is_left_for_others)
{
	static const struct {
		const char *user, *password;
		unsigned prompts;
	} rows[] = {
		{"alice", MOCK_PASSWORD, 2},
		{"ignore", MOCK_PASSWORD, 2},
		{"alice", "wrong", 3},
		{"unavailable", MOCK_PASSWORD, 1},
	};
	const char *lines[] = {
		"auth optional warifu", "auth required pam_exec.so quiet expose_authtok /bin/sh -c "
					"[read -r x; test x$x = x" MOCK_PASSWORD "]"};
	struct app app;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int code;

		harness_stack(lines, 2);
		app_init(&app);
		app.password = rows[i].password;
		code = app_authenticate(&app, rows[i].user);
		ck_assert_int_eq(code == PAM_SUCCESS, strcmp(rows[i].password, MOCK_PASSWORD) == 0);
		ck_assert_uint_eq(app.prompts, rows[i].prompts);
	}
}
END_TEST

START_TEST(transaction_is_left_in_the_environment)
{
	struct app app;

	harness_stack_simple("");
	app_init(&app);
	app_start(&app, "alice");
	ck_assert_int_eq(pam_authenticate(app.pamh, 0), PAM_SUCCESS);
	ck_assert_str_eq(pam_getenv(app.pamh, "WARIFU_TRANSACTION"), MOCK_TXN_HEX);
	/* A refusal later through the same handle takes it back. */
	app.password = "wrong";
	ck_assert_int_eq(pam_authenticate(app.pamh, 0), PAM_AUTH_ERR);
	ck_assert_ptr_null(pam_getenv(app.pamh, "WARIFU_TRANSACTION"));
	app_end(&app, PAM_AUTH_ERR);
}
END_TEST

START_TEST(begin_says_who_and_where)
{
	struct app app;

	harness_stack_simple("service=labsshd lang=ja");
	app_init(&app);
	app_start(&app, "alice");
	(void)pam_set_item(app.pamh, PAM_RHOST, "192.0.2.7");
	(void)pam_set_item(app.pamh, PAM_TTY, "ssh");
	(void)pam_set_item(app.pamh, PAM_RUSER, "CORP\\b\x01ob");
	(void)pam_putenv(
		app.pamh, "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA\npublickey ssh-rsa BBBB");
	app.password = "wrong";
	(void)pam_authenticate(app.pamh, 0);
	app_end(&app, PAM_AUTH_ERR);
	ck_assert(harness_received("BEGIN"));
	ck_assert(harness_received("alice"));
	ck_assert(harness_received("labsshd"));
	ck_assert(harness_received("192.0.2.7"));
	ck_assert(harness_received("ssh-ed25519 AAAA"));
	ck_assert(harness_received("ssh-rsa BBBB"));
	ck_assert(harness_received("\\x01ob"));
	ck_assert_ptr_nonnull(strstr(app.texts, "パスワード"));
}
END_TEST

/* What does not fit is refused, or for evidence left out whole; nothing is cut. */
START_TEST(long_values)
{
	char value[5000] = "SSH_AUTH_INFO_0=publickey ";
	struct app app;

	harness_stack_simple("");
	app_init(&app);
	app_start(&app, "alice");
	memset(value + strlen(value), 'k', 4200);
	(void)pam_putenv(app.pamh, value);
	ck_assert_int_eq(pam_authenticate(app.pamh, 0), PAM_SUCCESS);
	ck_assert(harness_logged("SSH_AUTH_INFO_0 is longer"));
	ck_assert(!harness_received("kkkk"));
	memset(value, 'h', 300);
	value[300] = '\0';
	(void)pam_set_item(app.pamh, PAM_RHOST, value);
	ck_assert_int_eq(pam_authenticate(app.pamh, 0), PAM_AUTH_ERR);
	ck_assert(harness_logged("PAM's value for RHOST cannot be sent"));
	value[256] = '\0';
	(void)pam_set_item(app.pamh, PAM_RHOST, value);
	ck_assert_int_eq(pam_authenticate(app.pamh, 0), PAM_AUTH_ERR);
	value[255] = '\0';
	(void)pam_set_item(app.pamh, PAM_RHOST, value);
	ck_assert_int_eq(pam_authenticate(app.pamh, 0), PAM_SUCCESS);
	app_end(&app, PAM_AUTH_ERR);
}
END_TEST

static char name_long[300];
static const char *const bad_names[] = {"", "line\nfeed", name_long};

START_TEST(names_that_are_none)
{
	struct app app;

	memset(name_long, 'n', 257);
	harness_stack_simple("");
	app_init(&app);
	ck_assert_int_eq(app_authenticate(&app, bad_names[_i]), PAM_AUTH_ERR);
	ck_assert_uint_eq(app.prompts, 0);
	ck_assert(!harness_received("BEGIN"));
	ck_assert(harness_logged("a user name that is empty"));
}
END_TEST

/* Byte for byte: folding would open another account. */
START_TEST(names_are_not_changed)
{
	struct app app;

	harness_stack_simple("");
	app_init(&app);
	ck_assert_int_eq(app_authenticate(&app, " Alice@EXAMPLE "), PAM_SUCCESS);
	ck_assert(harness_received(" Alice@EXAMPLE "));
}
END_TEST

/* quiet and PAM_SILENT show prompts and nothing else. */
START_TEST(silence)
{
	struct app app;

	for (int i = 0; i < 2; i++) {
		harness_stack_simple(i == 0 ? "quiet" : "");
		app_init(&app);
		app_start(&app, "words");
		ck_assert_int_eq(
			pam_authenticate(app.pamh, i == 0 ? 0 : (int)PAM_SILENT), PAM_AUTH_ERR);
		app_end(&app, PAM_AUTH_ERR);
		ck_assert_uint_eq(app.prompts, 2);
		ck_assert_uint_eq(app.errors + app.infos, 0);
	}
}
END_TEST

START_TEST(setcred_follows_auth)
{
	static const struct {
		const char *user;
		const char *second;
		int code;
	} rows[] = {
		{"alice", "auth optional pam_permit.so", PAM_SUCCESS},
		{"ignore", "auth required pam_permit.so", PAM_SUCCESS},
	};
	const char *lines[2] = {"auth required warifu"};
	struct app app;

	for (size_t i = 0; i < 2; i++) {
		lines[1] = rows[i].second;
		harness_stack(lines, 2);
		app_init(&app);
		app_start(&app, rows[i].user);
		ck_assert_int_eq(pam_authenticate(app.pamh, 0), PAM_SUCCESS);
		ck_assert_int_eq(pam_setcred(app.pamh, PAM_ESTABLISH_CRED), rows[i].code);
		app_end(&app, PAM_SUCCESS);
	}
}
END_TEST

START_TEST(daemon_away)
{
	struct app app;

	harness_stack_simple("");
	app_init(&app);
	ck_assert_int_eq(app_authenticate(&app, "alice"), PAM_AUTHINFO_UNAVAIL);
	ck_assert_uint_eq(app.prompts, 0);
	ck_assert(harness_logged("authentication: could not tell: socket "));
	ck_assert(harness_logged(harness_path("socket")));
	ck_assert(harness_logged("systemctl status warifud"));
}
END_TEST

/* Somebody else's socket is not believed. */
START_TEST(owner_is_checked)
{
	struct app app;

	if (geteuid() == 0)
		return; /* root may serve whatever the owner; test_emergency.c has this one */
	harness_stack_simple("owner=54321");
	app_init(&app);
	ck_assert_int_eq(app_authenticate(&app, "alice"), PAM_AUTHINFO_UNAVAIL);
	ck_assert(!harness_received("BEGIN"));
}
END_TEST

static Suite *
auth_suite(void)
{
	Suite *suite = suite_create("pam_auth");
	TCase *served = tcase_create("served");
	TCase *away = tcase_create("away");

	tcase_add_checked_fixture(served, harness_start, harness_stop);
	tcase_set_timeout(served, 30);
	tcase_add_loop_test(served, daemon_behaviour, 0, COUNT(daemon_rows));
	tcase_add_test(served, rounds_are_bounded);
	tcase_add_loop_test(served, stacks_with_neighbours, 0, COUNT(stack_rows));
	tcase_add_loop_test(served, answers, 0, COUNT(answer_rows));
	tcase_add_test(served, all_is_asked_before_anything_is_told);
	tcase_add_test(served, a_question_in_its_own_words);
	tcase_add_test(served, longest_answer_is_sent_whole);
	tcase_add_loop_test(served, first_pass, 0, COUNT(pass_rows));
	tcase_add_test(served, password_is_left_for_others);
	tcase_add_test(served, transaction_is_left_in_the_environment);
	tcase_add_test(served, begin_says_who_and_where);
	tcase_add_test(served, long_values);
	tcase_add_loop_test(served, names_that_are_none, 0, COUNT(bad_names));
	tcase_add_test(served, names_are_not_changed);
	tcase_add_test(served, silence);
	tcase_add_test(served, setcred_follows_auth);
	tcase_add_test(served, owner_is_checked);
	suite_add_tcase(suite, served);
	tcase_add_checked_fixture(away, harness_start_without_daemon, harness_stop);
	tcase_add_test(away, daemon_away);
	suite_add_tcase(suite, away);
	return suite;
}

UNIT_MAIN(auth_suite)
