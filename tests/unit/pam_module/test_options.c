/* The option table: what is not in it, or not of its type, refuses every group and says why. */
#include "config.h"

#include <locale.h>
#include <security/pam_modules.h>
#include <string.h>

#include "tests/unit/pam_module/harness.h"
#include "tests/unit/unit.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct option_row {
	const char *argument;
	const char *logged; /* NULL: it is right */
} option_rows[] = {
	{"", NULL},
	{"timeout=1", NULL},
	{"timeout=600", NULL},
	{"try_first_pass", NULL},
	{"use_first_pass try_first_pass", NULL},
	{"lang=en", NULL},
	{"lang=ja", NULL},
	{"lang=auto", NULL},
	{"service=sshd", NULL},
	{"owner=0", NULL},
	{"owner=root", NULL},
	{"breakglass=/etc/warifu/breakglass", NULL},
	{"breakglass_helper=/usr/libexec/warifu/warifu-breakglass", NULL},
	{"quiet", NULL},
	{"bogus", "unknown option \"bogus\"; the options are: socket= timeout= try_first_pass"},
	{"Quiet", "unknown option \"Quiet\""},
	{"nullok", "unknown option \"nullok\""},
	{"debug", "unknown option \"debug\""},
	{"time=5", "unknown option \"time=5\""},
	{"timeout", "option \"timeout\" is not right: write timeout=SECONDS (1 to 600)"},
	{"timeout=", "option \"timeout=\" is not right"},
	{"timeout=0", "option \"timeout=0\" is not right"},
	{"timeout=601", "option \"timeout=601\" is not right"},
	{"timeout=-1", "option \"timeout=-1\" is not right"},
	{"timeout=5s", "option \"timeout=5s\" is not right"},
	{"timeout=99999999999999999999", "is not right"},
	{"quiet=1", "option \"quiet=1\" is not right: write quiet;"},
	{"use_first_pass=yes", "option \"use_first_pass=yes\" is not right: write use_first_pass;"},
	{"lang=fr", "option \"lang=fr\" is not right: write lang=en|ja|auto"},
	{"service=", "is not right: write service=NAME"},
	{"socket=pam.sock", "option \"socket=pam.sock\" is not right: write socket=/PATH"},
	{"owner=no-such-user-here", "option \"owner=no-such-user-here\" is not right"},
	{"owner=4294967295", "is not right: write owner=USER"},
	{"breakglass=", "is not right: write breakglass=/FILE"},
	{"breakglass_helper=helper", "is not right: write breakglass_helper=/PROGRAM"},
};

/* Every group looks at its arguments before anything else. */
START_TEST(arguments)
{
	const struct option_row *row = &option_rows[_i];
	struct app app;
	int codes[6];

	harness_stack_simple(row->argument);
	app_init(&app);
	app_start(&app, "nobody-in-particular");
	codes[0] = pam_authenticate(app.pamh, 0);
	codes[1] = pam_setcred(app.pamh, 0);
	codes[2] = pam_acct_mgmt(app.pamh, 0);
	codes[3] = pam_open_session(app.pamh, 0);
	codes[4] = pam_close_session(app.pamh, 0);
	codes[5] = pam_chauthtok(app.pamh, 0);
	app_end(&app, PAM_SUCCESS);
	for (size_t i = 0; i < 6; i++)
		ck_assert_int_eq(codes[i] == PAM_SERVICE_ERR, row->logged != NULL);
	ck_assert_int_eq(
		harness_logged("access is refused until the stanza is right"), row->logged != NULL);
	if (row->logged != NULL)
		ck_assert(harness_logged(row->logged));
	if (row->logged != NULL)
		ck_assert_uint_eq(app.prompts, 0);
}
END_TEST

/* lang=auto believes only what the host program has set itself. */
START_TEST(language_by_locale)
{
	static const struct {
		const char *locale;
		const char *language;
	} rows[] = {
		{"C", "LANGUAGE=\"en\""},
		{"C.UTF-8", "LANGUAGE=\"en\""},
		{"ja_JP.UTF-8", "LANGUAGE=\"ja\""},
		{"ja_JP.eucJP", "LANGUAGE=\"en\""},
	};
	struct app app;

	if (setlocale(LC_ALL, rows[_i].locale) == NULL)
		return; /* not on this machine */
	harness_stack_simple("lang=auto");
	app_init(&app);
	(void)app_authenticate(&app, "alice");
	ck_assert(harness_received(rows[_i].language));
}
END_TEST

static Suite *
options_suite(void)
{
	Suite *suite = suite_create("pam_options");
	TCase *away = tcase_create("away");
	TCase *served = tcase_create("served");

	tcase_add_checked_fixture(away, harness_start_without_daemon, harness_stop);
	tcase_add_loop_test(away, arguments, 0, COUNT(option_rows));
	suite_add_tcase(suite, away);
	tcase_add_checked_fixture(served, harness_start, harness_stop);
	tcase_add_loop_test(served, language_by_locale, 0, 4);
	suite_add_tcase(suite, served);
	return suite;
}

UNIT_MAIN(options_suite)
