/* The verdict table and the names of consoles, one by one: the pure parts of the module. */
#include "config.h"

#include "pam_module/verdict.h"

#include <security/pam_modules.h>

#include "pam_module/breakglass_call.h"
#include "tests/unit/unit.h"

static const int codes[WF_VERDICT_COUNT][GROUP_COUNT] = {
	[WF_VERDICT_REJECT] = {PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_SESSION_ERR, PAM_AUTHTOK_ERR},
	[WF_VERDICT_ACCEPT] = {PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS},
	[WF_VERDICT_UNAVAILABLE] = {PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR,
		PAM_AUTHINFO_UNAVAIL},
	[WF_VERDICT_IGNORE] = {PAM_IGNORE, PAM_IGNORE, PAM_IGNORE, PAM_IGNORE},
	[WF_VERDICT_CHANGE] = {PAM_AUTH_ERR, PAM_NEW_AUTHTOK_REQD, PAM_SESSION_ERR,
		PAM_AUTHTOK_ERR},
	[WF_VERDICT_EXPIRED] = {PAM_AUTH_ERR, PAM_ACCT_EXPIRED, PAM_SESSION_ERR, PAM_AUTHTOK_ERR},
};

START_TEST(every_verdict_in_every_group)
{
	for (int group = 0; group < GROUP_COUNT; group++)
		ck_assert_int_eq(
			verdict_code((enum wf_verdict)_i, (enum pam_group)group), codes[_i][group]);
}
END_TEST

/* Only one verdict succeeds, only one is ignored, whatever number comes. */
START_TEST(unknown_verdicts_refuse)
{
	for (int verdict = -300; verdict < 300; verdict++) {
		for (int group = -1; group <= GROUP_COUNT; group++) {
			int code = verdict_code((enum wf_verdict)verdict, (enum pam_group)group);
			bool known_group = group >= 0 && group < GROUP_COUNT;

			ck_assert_int_eq(
				code == PAM_SUCCESS, known_group && verdict == WF_VERDICT_ACCEPT);
			ck_assert_int_eq(
				code == PAM_IGNORE, known_group && verdict == WF_VERDICT_IGNORE);
		}
	}
}
END_TEST

/* No status, WF_OK included, is a verdict. */
START_TEST(no_status_succeeds)
{
	for (int group = 0; group < GROUP_COUNT; group++) {
		int code = status_code((wf_status)_i, (enum pam_group)group);

		ck_assert_int_eq(code,
			codes[_i == WF_NO ? WF_VERDICT_REJECT : WF_VERDICT_UNAVAILABLE][group]);
	}
}
END_TEST

static const struct tty_row {
	const char *tty;
	bool console;
} tty_rows[] = {
	{"tty1", true},
	{"/dev/tty1", true},
	{"tty63", true},
	{"ttyS0", true},
	{"/dev/ttyAMA0", true},
	{"hvc0", true},
	{"console", true},
	{"/dev/console", true},
	{"", false},
	{"tty", false},
	{"/dev/tty", false},
	{"ttyS", false},
	{"pts/0", false},
	{"/dev/pts/0", false},
	{":0", false},
	{"ssh", false},
	{"cron", false},
	{"tty1x", false},
	{"tty-1", false},
	{"ttyp0", false},
	{"/dev//tty1", false},
	{"/dev/../tty1", false},
	{"consoles", false},
	{"localhost:0", false},
};

START_TEST(consoles)
{
	ck_assert_int_eq(breakglass_is_console(tty_rows[_i].tty), tty_rows[_i].console);
}
END_TEST

static Suite *
verdict_suite(void)
{
	Suite *suite = suite_create("pam_verdict");
	TCase *tc = tcase_create("tables");

	tcase_add_loop_test(tc, every_verdict_in_every_group, 0, WF_VERDICT_COUNT);
	tcase_add_test(tc, unknown_verdicts_refuse);
	tcase_add_loop_test(tc, no_status_succeeds, 0, WF_STATUS_COUNT);
	tcase_add_loop_test(tc, consoles, 0, (int)(sizeof(tty_rows) / sizeof(tty_rows[0])));
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(verdict_suite)
