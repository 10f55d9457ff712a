/*
 * password: both passes against the scripted daemon. As root the real uid decides, so each case
 * that is a user's own change runs with the flag for an expired password when the test runs as
 * root.
 */
#include "config.h"

#include <limits.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/pam_module/harness.h"
#include "tests/unit/pam_module/mock.h"
#include "tests/unit/unit.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))
#define OWN ((int)PAM_CHANGE_EXPIRED_AUTHTOK)
#define GOOD MOCK_NEW_PASSWORD

static const struct change_row {
	const char *user;
	const char *current;
	const char *news[6];
	int code;
	unsigned sent; /* CHANGE messages */
	const char *shown;
} change_rows[] = {
	{"alice", MOCK_PASSWORD, {GOOD, GOOD}, PAM_SUCCESS, 1, "info:Your password was changed."},
	{"alice", "wrong", {GOOD, GOOD}, PAM_AUTHTOK_ERR, 0, "error:Access refused."},
	{"alice", NULL, {GOOD, GOOD}, PAM_AUTHTOK_ERR, 0, "error:Access refused."},
	{"alice", MOCK_PASSWORD, {GOOD, "other", GOOD, GOOD}, PAM_SUCCESS, 1,
		"error:The two passwords differ."},
	{"alice", MOCK_PASSWORD, {GOOD, "a", GOOD, "b", GOOD, "c"}, PAM_AUTHTOK_ERR, 0,
		"error:The two passwords differ."},
	{"alice", MOCK_PASSWORD, {"short", "short", GOOD, GOOD}, PAM_SUCCESS, 2,
		"error:" MOCK_RULE},
	{"alice", MOCK_PASSWORD, {"1", "1", "2", "2", "3", "3"}, PAM_AUTHTOK_ERR, 3,
		"error:" MOCK_RULE},
	{"alice", MOCK_PASSWORD, {"", ""}, PAM_AUTHTOK_ERR, 0, NULL},
	{"alice", MOCK_PASSWORD, {NULL}, PAM_AUTHTOK_ERR, 0, NULL},
	{"alice", MOCK_PASSWORD, {GOOD, NULL}, PAM_AUTHTOK_ERR, 0, NULL},
	{"unavailable", MOCK_PASSWORD, {GOOD, GOOD}, PAM_AUTHINFO_UNAVAIL, 0,
		"error:Login is temporarily"},
	{"silent", MOCK_PASSWORD, {GOOD, GOOD}, PAM_AUTHINFO_UNAVAIL, 0,
		"error:Login is temporarily"},
	{"nonsense", MOCK_PASSWORD, {GOOD, GOOD}, PAM_AUTHINFO_UNAVAIL, 0,
		"error:Login is temporarily"},
	{"expired", MOCK_PASSWORD, {GOOD, GOOD}, PAM_AUTHTOK_ERR, 0, NULL},
};

static void
app_prepare(struct app *app, const struct change_row *row)
{
	app_init(app);
	app->password = row->current;
	for (size_t i = 0; i < 6; i++)
		app->news[i] = row->news[i];
}

START_TEST(own_change)
{
	const struct change_row *row = &change_rows[_i];
	unsigned before = harness_open_descriptors();
	struct app app;

	harness_stack_simple("timeout=1");
	app_prepare(&app, row);
	app_start(&app, row->user);
	ck_assert_int_eq(pam_chauthtok(app.pamh, OWN), row->code);
	app_end(&app, row->code);
	ck_assert_uint_eq(harness_received_count("CHANGE"), row->sent);
	ck_assert_uint_eq(harness_received_count("CHANGE v4 TXN=" MOCK_TXN_HEX), row->sent);
	if (row->shown != NULL)
		ck_assert_ptr_nonnull(strstr(app.texts, row->shown));
	ck_assert(!harness_logged(GOOD));
	ck_assert(!harness_received(GOOD));
	ck_assert_uint_eq(harness_open_descriptors(), before);
}
END_TEST

/* root proves nothing, and the daemon is asked first whether it would work at all. */
START_TEST(change_by_root)
{
	static const struct {
		const char *user;
		int code;
		unsigned sent;
	} rows[] = {
		{"alice", PAM_SUCCESS, 1},
		{"unavailable", PAM_AUTHINFO_UNAVAIL, 0},
		{"row-first", PAM_AUTHINFO_UNAVAIL, 0},
	};
	const struct change_row typed = {"", NULL, {GOOD, GOOD}, 0, 0, NULL};
	struct app app;

	if (getuid() != 0)
		return; /* the other half of this is change_by_somebody */
	harness_stack_simple("timeout=1");
	app_prepare(&app, &typed);
	app_start(&app, rows[_i].user);
	ck_assert_int_eq(pam_chauthtok(app.pamh, 0), rows[_i].code);
	app_end(&app, rows[_i].code);
	ck_assert_uint_eq(harness_received_count("CHANGE"), rows[_i].sent);
	ck_assert(!harness_received("CHANGE v4 TXN="));
	ck_assert(!harness_received("ANSWER"));
	if (rows[_i].sent > 0)
		ck_assert(harness_receives("ABORT"));
}
END_TEST

/* passwd is set-uid: whose change it is, is the real uid's word. */
START_TEST(change_by_somebody)
{
	const struct change_row typed = {"", "wrong", {GOOD, GOOD}, 0, 0, NULL};
	struct app app;

	harness_stack_simple("");
	if (getuid() == 0)
		ck_assert_int_eq(setresuid(65534, 0, 0), 0);
	app_prepare(&app, &typed);
	app_start(&app, "alice");
	ck_assert_int_eq(pam_chauthtok(app.pamh, 0), PAM_AUTHTOK_ERR);
	app_end(&app, PAM_AUTHTOK_ERR);
	ck_assert(harness_received("ANSWER"));
	ck_assert(!harness_received("CHANGE"));
	if (geteuid() == 0)
		ck_assert_int_eq(setresuid(0, 0, 0), 0);
}
END_TEST

/*
 * A stanza that goes on after a refused first pass brings us to the second one without a proof. The
 * daemon would take the change as root's.
 */
START_TEST(no_change_without_proof)
{
	const struct change_row typed = {"", "wrong", {GOOD, GOOD}, 0, 0, NULL};
	const char *lines[] = {"password optional warifu", "password required pam_permit.so"};
	struct app app;

	harness_stack(lines, 2);
	app_prepare(&app, &typed);
	app_start(&app, "alice");
	(void)pam_chauthtok(app.pamh, OWN);
	app_end(&app, PAM_SUCCESS);
	ck_assert(harness_received("ANSWER"));
	ck_assert(!harness_received("CHANGE"));
}
END_TEST

/* pam_pwquality and the like leave the new password in PAM_AUTHTOK. */
START_TEST(new_password_from_an_earlier_module)
{
	static const struct {
		const char *option;
		const char *left; /* NULL: there is no earlier module */
		int code;
		unsigned asked;
	} rows[] = {
		{"use_first_pass", GOOD, PAM_SUCCESS, 0},
		{"use_first_pass", "short", PAM_AUTHTOK_ERR, 0},
		{"try_first_pass", GOOD, PAM_SUCCESS, 0},
		{"", GOOD, PAM_SUCCESS, 2},
		{"use_first_pass", NULL, PAM_AUTHTOK_ERR, 0},
		{"try_first_pass", NULL, PAM_SUCCESS, 2},
	};
	const struct change_row typed = {"", MOCK_PASSWORD, {GOOD, GOOD}, 0, 0, NULL};
	char earlier[PATH_MAX], ours[128];
	const char *lines[] = {earlier, ours};
	struct app app;
	size_t skip = rows[_i].left == NULL ? 1 : 0;

	(void)snprintf(earlier, sizeof(earlier), "password optional %s %s",
		harness_built("tests/unit/pam_module/.libs/pam_left.so"),
		rows[_i].left == NULL ? "" : rows[_i].left);
	(void)snprintf(ours, sizeof(ours), "password required warifu %s", rows[_i].option);
	harness_stack(lines + skip, 2 - skip);
	app_prepare(&app, &typed);
	app_start(&app, "alice");
	/* As root, so that no old password is proved, which use_first_pass would want as well. */
	ck_assert_int_eq(pam_chauthtok(app.pamh, getuid() == 0 ? 0 : OWN),
		getuid() == 0 || strcmp(rows[_i].option, "use_first_pass") != 0 ? rows[_i].code
										: PAM_AUTHTOK_ERR);
	app_end(&app, rows[_i].code);
	ck_assert_uint_eq(app.news_asked, rows[_i].asked);
}
END_TEST

START_TEST(ignored)
{
	const struct change_row typed = {"", MOCK_PASSWORD, {GOOD, GOOD}, 0, 0, NULL};
	const char *permit[] = {"password required warifu", "password required pam_permit.so"};
	const char *deny[] = {"password sufficient warifu", "password required pam_deny.so"};
	struct app app;

	harness_stack(permit, 2);
	app_prepare(&app, &typed);
	app_start(&app, "ignore-at-once");
	ck_assert_int_eq(pam_chauthtok(app.pamh, 0), PAM_SUCCESS);
	app_end(&app, PAM_SUCCESS);
	ck_assert_uint_eq(app.prompts, 0);
	ck_assert(!harness_received("CHANGE"));
	harness_stack(deny, 2);
	app_prepare(&app, &typed);
	app_start(&app, "ignore-at-once");
	ck_assert_int_ne(pam_chauthtok(app.pamh, 0), PAM_SUCCESS);
	app_end(&app, PAM_SUCCESS);
}
END_TEST

static Suite *
password_suite(void)
{
	Suite *suite = suite_create("pam_password");
	TCase *tc = tcase_create("change");

	tcase_add_checked_fixture(tc, harness_start, harness_stop);
	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, own_change, 0, COUNT(change_rows));
	tcase_add_loop_test(tc, change_by_root, 0, 3);
	tcase_add_test(tc, change_by_somebody);
	tcase_add_test(tc, no_change_without_proof);
	tcase_add_loop_test(tc, new_password_from_an_earlier_module, 0, 6);
	tcase_add_test(tc, ignored);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(password_suite)
