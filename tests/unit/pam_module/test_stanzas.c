/*
 * The shipped stanzas: what each stack as a whole makes of each answer, with an old way in behind
 * it that would let everybody in, or nobody. A stanza that hands a refused user on to the old way
 * is the fault that these tests are for.
 */
#include "config.h"

#include <security/pam_modules.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/pam_module/harness.h"
#include "tests/unit/pam_module/mock.h"
#include "tests/unit/unit.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define OPEN "pam_permit.so"
#define SHUT "pam_deny.so"
#define OWN ((int)PAM_CHANGE_EXPIRED_AUTHTOK)

static const char *const login_stanzas[] = {"sshd", "login", "su", "sudo"};
static const char *const change_stanzas[] = {"passwd", "sshd", "login"};

static const struct auth_row {
	const char *user, *password;
	const char *old_way;
	bool missing;
	int code;
} auth_rows[] = {
	{"alice", MOCK_PASSWORD, OPEN, false, PAM_SUCCESS},
	{"alice", MOCK_PASSWORD, SHUT, false, PAM_SUCCESS},
	{"alice", "wrong", OPEN, false, PAM_AUTH_ERR},
	{"alice", NULL, OPEN, false, PAM_AUTH_ERR},
	{"unavailable", MOCK_PASSWORD, OPEN, false, PAM_AUTHINFO_UNAVAIL},
	{"silent", MOCK_PASSWORD, OPEN, false, PAM_AUTHINFO_UNAVAIL},
	{"nonsense", MOCK_PASSWORD, OPEN, false, PAM_AUTHINFO_UNAVAIL},
	{"expired", MOCK_PASSWORD, OPEN, false, PAM_AUTH_ERR},
	{"ignore", MOCK_PASSWORD, OPEN, false, PAM_SUCCESS},
	{"ignore", MOCK_PASSWORD, SHUT, false, PAM_AUTH_ERR},
	{"ignore-at-once", MOCK_PASSWORD, OPEN, false, PAM_SUCCESS},
	{"ignore-at-once", MOCK_PASSWORD, SHUT, false, PAM_AUTH_ERR},
	/* The package was taken out, or is being replaced: the stack denies. */
	{"alice", MOCK_PASSWORD, OPEN, true, PAM_MODULE_UNKNOWN},
};

/* su asks who really runs it: be somebody. */
static void
be_somebody(void)
{
	if (getuid() == 0)
		ck_assert_int_eq(setresuid(65534, 0, 0), 0);
}

START_TEST(auth)
{
	const struct auth_row *row = &auth_rows[_i % COUNT(auth_rows)];
	const char *name = login_stanzas[_i / COUNT(auth_rows)];
	struct app app;
	int code;

	be_somebody();
	harness_stanza(name, row->old_way, row->missing);
	app_init(&app);
	app.password = row->password;
	app_start(&app, row->user);
	code = pam_authenticate(app.pamh, 0);
	ck_assert_msg(code == row->code, "%s, %s, %s: %d", name, row->user, row->old_way, code);
	if (code == PAM_SUCCESS)
		ck_assert_int_eq(pam_setcred(app.pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
	app_end(&app, code);
}
END_TEST

static const struct account_row {
	const char *user;
	bool transaction;
	const char *old_way;
	int code; /* -1: anything but success */
} account_rows[] = {
	{"alice", true, OPEN, PAM_SUCCESS},
	{"alice", false, OPEN, PAM_PERM_DENIED},
	{"alice", true, SHUT, -1},
	{"mustchange", true, OPEN, PAM_NEW_AUTHTOK_REQD},
	{"expired", true, OPEN, PAM_ACCT_EXPIRED},
	{"unavailable", true, OPEN, PAM_AUTHINFO_UNAVAIL},
	{"nonsense", true, OPEN, PAM_AUTHINFO_UNAVAIL},
	{"ignore", true, OPEN, PAM_SUCCESS},
	{"ignore", true, SHUT, -1},
};

START_TEST(account)
{
	const struct account_row *row = &account_rows[_i % COUNT(account_rows)];
	const char *name = login_stanzas[_i / COUNT(account_rows)];
	struct app app;
	int code;

	be_somebody();
	harness_stanza(name, row->old_way, false);
	app_init(&app);
	app_start(&app, row->user);
	if (row->transaction)
		(void)pam_putenv(app.pamh, "WARIFU_TRANSACTION=" MOCK_TXN_HEX);
	code = pam_acct_mgmt(app.pamh, 0);
	ck_assert_msg(row->code == -1 ? code != PAM_SUCCESS : code == row->code, "%s, %s, %s: %d",
		name, row->user, row->old_way, code);
	app_end(&app, code);
}
END_TEST

static const struct change_row {
	const char *user, *password;
	const char *old_way;
	int code; /* -1: anything but success */
} change_rows[] = {
	{"alice", MOCK_PASSWORD, OPEN, PAM_SUCCESS},
	{"alice", MOCK_PASSWORD, SHUT, PAM_SUCCESS},
	{"alice", "wrong", OPEN, PAM_AUTHTOK_ERR},
	{"unavailable", MOCK_PASSWORD, OPEN, PAM_AUTHINFO_UNAVAIL},
	{"ignore-at-once", MOCK_PASSWORD, OPEN, PAM_SUCCESS},
	{"ignore-at-once", MOCK_PASSWORD, SHUT, -1},
};

START_TEST(change)
{
	const struct change_row *row = &change_rows[_i % COUNT(change_rows)];
	const char *name = change_stanzas[_i / COUNT(change_rows)];
	struct app app;
	int code;

	harness_stanza(name, row->old_way, false);
	app_init(&app);
	app.password = row->password;
	app.news[0] = app.news[1] = MOCK_NEW_PASSWORD;
	app_start(&app, row->user);
	code = pam_chauthtok(app.pamh, OWN);
	ck_assert_msg(row->code == -1 ? code != PAM_SUCCESS : code == row->code, "%s, %s, %s: %d",
		name, row->user, row->old_way, code);
	app_end(&app, code);
}
END_TEST

/* root's own su needs neither a password nor warifud. */
START_TEST(root_may_su)
{
	struct app app;

	if (getuid() != 0)
		return;
	harness_stanza("su", OPEN, false);
	app_init(&app);
	app_start(&app, "unavailable");
	ck_assert_int_eq(pam_authenticate(app.pamh, 0), PAM_SUCCESS);
	ck_assert_int_eq(pam_acct_mgmt(app.pamh, 0), PAM_SUCCESS);
	app_end(&app, PAM_SUCCESS);
	ck_assert(!harness_received("BEGIN"));
	ck_assert(!harness_received("ACCOUNT"));
}
END_TEST

static Suite *
stanzas_suite(void)
{
	Suite *suite = suite_create("pam_stanzas");
	TCase *tc = tcase_create("stacks");

	tcase_add_checked_fixture(tc, harness_start, harness_stop);
	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, auth, 0, COUNT(login_stanzas) * COUNT(auth_rows));
	tcase_add_loop_test(tc, account, 0, COUNT(login_stanzas) * COUNT(account_rows));
	tcase_add_loop_test(tc, change, 0, COUNT(change_stanzas) * COUNT(change_rows));
	tcase_add_test(tc, root_may_su);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(stanzas_suite)
