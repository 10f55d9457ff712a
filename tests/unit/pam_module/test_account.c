/*
 * account and session against the scripted daemon: codes, the transaction that is carried, failing
 * closed.
 */
#include "config.h"

#include <security/pam_modules.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/pam_module/harness.h"
#include "tests/unit/pam_module/mock.h"
#include "tests/unit/unit.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define GOOD "WARIFU_TRANSACTION=" MOCK_TXN_HEX

/* What PAM's environment holds, what the daemon then says, and each group's code for it. */
static const struct group_row {
	const char *user;
	const char *env;
	int account, open;
	const char *logged;
} group_rows[] = {
	{"alice", GOOD, PAM_SUCCESS, PAM_SUCCESS, NULL},
	{"alice", NULL, PAM_PERM_DENIED, PAM_SESSION_ERR, NULL},
	{"alice", "WARIFU_TRANSACTION=100102030405060708090a0b0c0d0e0f", PAM_PERM_DENIED,
		PAM_SESSION_ERR, NULL},
	{"mustchange", GOOD, PAM_NEW_AUTHTOK_REQD, PAM_SESSION_ERR, NULL},
	{"expired", GOOD, PAM_ACCT_EXPIRED, PAM_SESSION_ERR, NULL},
	{"unavailable", GOOD, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR, NULL},
	{"silent", GOOD, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR, "no answer within the time limit"},
	{"nonsense", GOOD, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR,
		"not one that this module understands"},
	{"row-first", GOOD, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR,
		"not one that this module understands"},
	{"half", GOOD, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR, "the connection broke"},
	{"close", GOOD, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR, "the connection broke"},
};

START_TEST(codes)
{
	const struct group_row *row = &group_rows[_i];
	unsigned before = harness_open_descriptors();
	struct app app;

	harness_stack_simple("timeout=1");
	app_init(&app);
	app_start(&app, row->user);
	if (row->env != NULL)
		ck_assert_int_eq(pam_putenv(app.pamh, row->env), PAM_SUCCESS);
	ck_assert_int_eq(pam_acct_mgmt(app.pamh, 0), row->account);
	if (row->logged != NULL) {
		ck_assert(harness_logged(row->logged));
		ck_assert(harness_logged("account check: could not tell: socket "));
	}
	harness_log_forget();
	ck_assert_int_eq(pam_open_session(app.pamh, 0), row->open);
	if (row->logged != NULL)
		ck_assert(harness_logged("session open: could not tell: socket "));
	app_end(&app, PAM_SUCCESS);
	/*
	 * With a fresh handle: libpam itself refuses to close what was not opened through this one.
	 */
	harness_log_forget();
	app_start(&app, row->user);
	ck_assert_int_eq(pam_close_session(app.pamh, 0), PAM_SUCCESS);
	if (row->logged != NULL)
		ck_assert(harness_logged("session close: could not tell: socket "));
	app_end(&app, PAM_SUCCESS);
	ck_assert_uint_eq(harness_open_descriptors(), before);
}
END_TEST

/* What pam_systemd, behind the module, ends the session by. */
START_TEST(c21_the_length_is_left_for_pam_systemd)
{
	static const struct {
		const char *user;
		const char *limit; /* NULL: there is none */
	} rows[] = {{"eighthours", "28800s"}, {"alice", NULL}};
	char behind[512];
	const char *const lines[] = {"session required warifu", behind};

	(void)snprintf(behind, sizeof(behind), "session required %s",
		harness_built("tests/unit/pam_module/.libs/pam_left.so"));
	harness_stack(lines, COUNT(lines));
	for (int i = 0; i < COUNT(rows); i++) {
		struct app app;
		const char *limit;

		app_init(&app);
		app_start(&app, rows[i].user);
		ck_assert_int_eq(pam_putenv(app.pamh, GOOD), PAM_SUCCESS);
		ck_assert_int_eq(pam_open_session(app.pamh, 0), PAM_SUCCESS);
		limit = pam_getenv(app.pamh, "LIMIT");
		ck_assert_int_eq(limit != NULL, rows[i].limit != NULL);
		if (limit != NULL)
			ck_assert_str_eq(limit, rows[i].limit);
		app_end(&app, PAM_SUCCESS);
	}
}
END_TEST

/* What a shell goes by; what was there may only be shorter, and scripts have no terminal. */
START_TEST(c21_idle_shells_end)
{
	static const struct {
		const char *user, *tty, *there, *callers;
		const char *idle; /* NULL: there is none */
	} rows[] = {
		{"eighthours", "pts/1", NULL, NULL, "900"},
		{"eighthours", "ssh", "TMOUT=300", NULL, "300"},
		{"eighthours", "ssh", "TMOUT=901", NULL, "900"},
		{"eighthours", "ssh", "TMOUT=0", NULL, "900"},
		{"eighthours", "ssh", "TMOUT=", NULL, "900"},
		{"eighthours", "ssh", "TMOUT=5m", NULL, "900"},
		{"eighthours", "ssh", "TMOUT=-1", NULL, "900"},
		{"eighthours", "ssh", "TMOUT=4294967297", NULL, "900"},
		{"eighthours", "pts/1", NULL, "60", "60"},
		{"eighthours", "pts/1", NULL, "3600", "900"},
		{"eighthours", "pts/1", "TMOUT=300", "60", "60"},
		{"eighthours", "pts/1", "TMOUT=60", "300", "60"},
		{"eighthours", "", NULL, NULL, NULL},
		{"alice", "pts/1", NULL, NULL, NULL},
		{"alice", "pts/1", "TMOUT=3600", NULL, "3600"},
	};
	const char *const lines[] = {"session required warifu"};

	harness_stack(lines, COUNT(lines));
	for (int i = 0; i < COUNT(rows); i++) {
		struct app app;

		if (rows[i].callers != NULL)
			ck_assert_int_eq(setenv("TMOUT", rows[i].callers, 1), 0);
		app_init(&app);
		app_start(&app, rows[i].user);
		ck_assert_int_eq(pam_putenv(app.pamh, GOOD), PAM_SUCCESS);
		ck_assert_int_eq(pam_set_item(app.pamh, PAM_TTY, rows[i].tty), PAM_SUCCESS);
		if (rows[i].there != NULL)
			ck_assert_int_eq(pam_putenv(app.pamh, rows[i].there), PAM_SUCCESS);
		ck_assert_int_eq(pam_open_session(app.pamh, 0), PAM_SUCCESS);
		ck_assert_pstr_eq(pam_getenv(app.pamh, "TMOUT"), rows[i].idle);
		app_end(&app, PAM_SUCCESS);
		ck_assert_int_eq(unsetenv("TMOUT"), 0);
	}
}
END_TEST

START_TEST(ignored_by_every_group)
{
	static const struct {
		const char *neighbour;
		int account, open;
	} rows[] = {
		{"pam_permit.so", PAM_SUCCESS, PAM_SUCCESS},
		{"pam_deny.so", PAM_PERM_DENIED, PAM_SESSION_ERR},
	};
	struct app app;

	for (size_t i = 0; i < 2; i++) {
		char account[64], session[64];
		const char *lines[] = {
			"account required warifu", account, "session required warifu", session};

		(void)snprintf(account, sizeof(account), "account required %s", rows[i].neighbour);
		(void)snprintf(session, sizeof(session), "session required %s", rows[i].neighbour);
		harness_stack(lines, 4);
		app_init(&app);
		app_start(&app, "ignore");
		/*
		 * pam_deny's own code for account is PAM_ACCT_EXPIRED or PAM_AUTH_ERR, by version.
		 */
		ck_assert_int_eq(
			pam_acct_mgmt(app.pamh, 0) == PAM_SUCCESS, rows[i].account == PAM_SUCCESS);
		ck_assert_int_eq(pam_open_session(app.pamh, 0), rows[i].open);
		app_end(&app, PAM_SUCCESS);
	}
}
END_TEST

/* What is no transaction id is not sent as one, not even in part. */
START_TEST(malformed_is_none)
{
	static const char *const entries[] = {
		"WARIFU_TRANSACTION=",
		"WARIFU_TRANSACTION=0",
		GOOD "0",
		GOOD " ",
		"WARIFU_TRANSACTION=000102030405060708090a0b0c0d0e0",
		"WARIFU_TRANSACTION=000102030405060708090A0B0C0D0E0F",
		"WARIFU_TRANSACTION=000102030405060708090a0b0c0d0e0g",
		"WARIFU_TRANSACTION= 00102030405060708090a0b0c0d0e0f",
		"WARIFU_TRANSACTION=0x0102030405060708090a0b0c0d0e0f",
	};
	struct app app;

	harness_stack_simple("");
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		app_init(&app);
		app_start(&app, "alice");
		ck_assert_int_eq(pam_putenv(app.pamh, entries[i]), PAM_SUCCESS);
		ck_assert_int_eq(pam_acct_mgmt(app.pamh, 0), PAM_PERM_DENIED);
		ck_assert_int_eq(pam_open_session(app.pamh, 0), PAM_SESSION_ERR);
		app_end(&app, PAM_SUCCESS);
	}
	ck_assert_uint_eq(harness_received_count("ACCOUNT"), sizeof(entries) / sizeof(entries[0]));
	ck_assert(!harness_received("TXN="));
}
END_TEST

/* From auth to account to session, as a login does it. */
START_TEST(transaction_is_carried)
{
	struct app app;

	harness_stack_simple("");
	app_init(&app);
	app_start(&app, "alice");
	(void)pam_set_item(app.pamh, PAM_TTY, "pts/7");
	ck_assert_int_eq(pam_acct_mgmt(app.pamh, 0), PAM_PERM_DENIED);
	ck_assert_int_eq(pam_authenticate(app.pamh, 0), PAM_SUCCESS);
	ck_assert_int_eq(pam_acct_mgmt(app.pamh, 0), PAM_SUCCESS);
	ck_assert_int_eq(pam_open_session(app.pamh, 0), PAM_SUCCESS);
	ck_assert_int_eq(pam_close_session(app.pamh, 0), PAM_SUCCESS);
	app_end(&app, PAM_SUCCESS);
	ck_assert(harness_received("EVENT=1"));
	ck_assert(harness_received("EVENT=2"));
	ck_assert_uint_eq(harness_received_count("TTY=\"pts/7\""), 5);
}
END_TEST

START_TEST(evidence_goes_to_account)
{
	struct app app;

	harness_stack_simple("");
	app_init(&app);
	app_start(&app, "alice");
	(void)pam_putenv(app.pamh, "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA");
	ck_assert_int_eq(pam_acct_mgmt(app.pamh, 0), PAM_PERM_DENIED);
	app_end(&app, PAM_PERM_DENIED);
	ck_assert(harness_received("evidence: publickey ssh-ed25519 AAAA"));
}
END_TEST

/* sshd's account is empty after a single method; that it is there at all is what counts. */
START_TEST(empty_evidence_goes_too)
{
	struct app app;

	harness_stack_simple("");
	app_init(&app);
	app_start(&app, "alice");
	(void)pam_putenv(app.pamh, "SSH_AUTH_INFO_0=");
	ck_assert_int_eq(pam_acct_mgmt(app.pamh, 0), PAM_PERM_DENIED);
	app_end(&app, PAM_PERM_DENIED);
	ck_assert(harness_received("evidence: "));
}
END_TEST

START_TEST(daemon_away)
{
	struct app app;

	harness_stack_simple("");
	app_init(&app);
	app_start(&app, "alice");
	ck_assert_int_eq(pam_acct_mgmt(app.pamh, 0), PAM_AUTHINFO_UNAVAIL);
	ck_assert_int_eq(pam_open_session(app.pamh, 0), PAM_SESSION_ERR);
	app_end(&app, PAM_SUCCESS);
	app_start(&app, "alice");
	ck_assert_int_eq(pam_close_session(app.pamh, 0), PAM_SUCCESS);
	app_end(&app, PAM_SUCCESS);
	ck_assert(harness_logged("account check: could not tell"));
	ck_assert(harness_logged("session open: could not tell"));
	ck_assert(harness_logged("session close: could not tell"));
}
END_TEST

static Suite *
account_suite(void)
{
	Suite *suite = suite_create("pam_account");
	TCase *served = tcase_create("served");
	TCase *away = tcase_create("away");

	tcase_add_checked_fixture(served, harness_start, harness_stop);
	tcase_set_timeout(served, 30);
	tcase_add_loop_test(served, codes, 0, COUNT(group_rows));
	tcase_add_test(served, ignored_by_every_group);
	tcase_add_test(served, c21_the_length_is_left_for_pam_systemd);
	tcase_add_test(served, c21_idle_shells_end);
	tcase_add_test(served, malformed_is_none);
	tcase_add_test(served, transaction_is_carried);
	tcase_add_test(served, evidence_goes_to_account);
	tcase_add_test(served, empty_evidence_goes_too);
	suite_add_tcase(suite, served);
	tcase_add_checked_fixture(away, harness_start_without_daemon, harness_stop);
	tcase_add_test(away, daemon_away);
	suite_add_tcase(suite, away);
	return suite;
}

UNIT_MAIN(account_suite)
