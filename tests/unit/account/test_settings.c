/* The configuration in effect: recorded at each load, approved, compared; over a real store. */
#include "config.h"

#include "authd/account/settings.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/account/rig.h"
#include "tests/unit/faults.h"

static void
setup(void)
{
	rig_setup();
	rig_ruler("root-admin");
}

static wf_status
note(struct settings_load *load)
{
	return settings_note(rig.store, rig.daemon.config, &rig.daemon.clock, load);
}

/* The daemon loads a configuration of this text. */
static void
load(const char *cause, const char *by, const char *text)
{
	struct settings_load load = {.cause = cause};

	(void)snprintf(load.by, sizeof(load.by), "%s", by);
	rig.daemon.config = rig_take("warifu.conf", text);
	ck_assert_int_eq(note(&load), WF_OK);
}

static void
row_before_last(struct audit_row *row_r)
{
	rig_ok("log", "limit=2", "order=newest");
	ck_assert_uint_ge(rig.nrows, 2);
	audit_row_init(row_r, AUDIT_SYSTEM, rig_cell(1, "event"));
	AUDIT_TEXT(row_r->detail, rig_cell(1, "detail"));
	AUDIT_TEXT(row_r->operator_name, rig_cell(1, "operator"));
}

static const char *
value_of(const char *name)
{
	for (size_t i = 0; i < rig.nrows; i++)
		if (strcmp(rig_cell(i, "setting"), name) == 0)
			return rig_cell(i, "value");
	ck_abort_msg("there is no setting '%s'", name);
	return "";
}

#define STRICT "lock {\n\tthreshold = 5\n}\n"
#define LOOSE "lock {\n\tthreshold = 9\n}\nissuer = \"Elsewhere\"\n"

START_TEST(each_load_is_a_row)
{
	struct audit_row row;
	struct settings settings;

	load("start", "", STRICT);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "config.load");
	ck_assert_int_eq(row.class, AUDIT_SYSTEM);
	ck_assert_str_eq(row.operator_name, "");
	ck_assert_int_eq(settings_of(rig.daemon.config, &settings), WF_OK);
	ck_assert_ptr_nonnull(strstr(row.detail, settings.sha256));
	ck_assert_int_eq(strncmp(row.detail, "start, sha256 ", 14), 0);
	settings_clear(&settings);
	load("reload", "root (via alice)", STRICT);
	rig_last_row(&row);
	ck_assert_str_eq(row.operator_name, "root (via alice)");
	ck_assert_ptr_nonnull(strstr(row.detail, "reload, sha256 "));
}
END_TEST

START_TEST(all_is_exported)
{
	char sha256[DIGEST_TEXT_SIZE];
	const char *told;

	load("start", "", STRICT);
	rig_ok("config.export");
	ck_assert_str_eq(value_of("lock.threshold"), "5");
	ck_assert_str_eq(value_of("policy lock.threshold"), "5");
	ck_assert_str_eq(value_of("mode"), "enforce");
	told = strstr(rig.text, "SHA-256 ");
	ck_assert_ptr_nonnull(told);
	(void)snprintf(sha256, sizeof(sha256), "%s", told + strlen("SHA-256 "));
	rig_ok("status");
	ck_assert_str_eq(rig_cell(0, "config-sha256"), sha256);
	ck_assert_int_eq(rig_number(0, "config-differ"), 0);
}
END_TEST

START_TEST(what_differs_is_told_setting_by_setting)
{
	uint64_t since;
	struct audit_row row;

	load("start", "", STRICT);
	ck_assert_int_eq(rig_act("config.drift", NULL), WF_NOT_FOUND);
	rig_ok("config.baseline", "note=as agreed", "ticket=T-1");
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "config.baseline");
	ck_assert_ptr_nonnull(strstr(row.detail, "note: as agreed"));
	rig_ok("config.drift");
	ck_assert_uint_eq(rig.nrows, 0);
	rig_advance(60);
	load("reload", "root (via bob)", LOOSE);
	since = rig_rows() - 1; /* the row before that of the drift */
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "config.drift");
	ck_assert_int_eq(row.class, AUDIT_FINDING);
	ck_assert_int_eq(row.result, AUDIT_FAILURE);
	ck_assert_str_eq(row.operator_name, "root (via bob)");
	ck_assert_ptr_nonnull(strstr(row.detail, "lock.threshold: 5 -> 9"));
	ck_assert_ptr_nonnull(strstr(row.detail, "issuer: \"Warifu\" -> \"Elsewhere\""));
	ck_assert_int_eq(rig_act("config.drift", NULL), WF_NO);
	ck_assert_uint_eq(rig.nrows, 3); /* the third is what the policy holds of the lock */
	ck_assert_str_eq(rig_cell(0, "setting"), "issuer");
	ck_assert_str_eq(rig_cell(0, "baseline"), "\"Warifu\"");
	ck_assert_str_eq(rig_cell(0, "value"), "\"Elsewhere\"");
	ck_assert_int_eq(rig_number(0, "row"), (long long)since);
	ck_assert_int_eq(rig_number(0, "since"), rig.now.wall_us);
	ck_assert_str_eq(rig_cell(1, "setting"), "lock.threshold");
}
END_TEST

/* Once told is told, as long as it is the same drift; another one is told anew, and the end too. */
START_TEST(a_drift_is_told_once)
{
	struct audit_row row;
	uint64_t rows;

	load("start", "", STRICT);
	rig_ok("config.baseline");
	load("reload", "", LOOSE);
	rows = rig_rows();
	load("start", "", LOOSE);
	ck_assert_uint_eq(rig_rows(), rows + 1);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "config.load");
	load("reload", "", STRICT);
	ck_assert_uint_eq(rig_rows(), rows + 2);
	rig_ok("config.drift");
	load("reload", "", LOOSE);
	ck_assert_uint_eq(rig_rows(), rows + 4);
	rig_ok("config.baseline");
	rig_ok("config.drift");
	load("reload", "", STRICT);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "config.drift");
}
END_TEST

/* Since when is since when, whatever was loaded after it. */
START_TEST(since_when_outlives_other_loads)
{
	long long since;

	load("start", "", STRICT);
	rig_ok("config.baseline");
	load("reload", "", LOOSE);
	(void)rig_act("config.drift", NULL);
	since = rig_number(1, "row");
	rig_advance(3600);
	load("reload", "", LOOSE "helpdesk = \"ext. 1\"\n");
	(void)rig_act("config.drift", NULL);
	ck_assert_str_eq(rig_cell(0, "setting"), "helpdesk");
	ck_assert_int_gt(rig_number(0, "row"), since);
	ck_assert_str_eq(rig_cell(2, "setting"), "lock.threshold");
	ck_assert_int_eq(rig_number(2, "row"), since);
}
END_TEST

/* A section that has gone, and one that is new, with all of their settings. */
START_TEST(sections_come_and_go)
{
	load("start", "", "service \"vpn\" {\n\tkinds = 2\n}\n");
	rig_ok("config.baseline");
	load("reload", "", "service \"wiki\" {\n\tkinds = 2\n}\n");
	ck_assert_int_eq(rig_act("config.drift", NULL), WF_NO);
	ck_assert_str_eq(rig_cell(0, "setting"), "service \"vpn\".administrator");
	ck_assert_str_eq(rig_cell(0, "value"), "");
	ck_assert_str_eq(rig_cell(0, "baseline"), "\"\"");
	ck_assert_int_eq(strncmp(rig_cell(rig.nrows - 1, "setting"), "service \"wiki\".", 15), 0);
	ck_assert_str_eq(rig_cell(rig.nrows - 1, "baseline"), "");
	ck_assert_uint_gt(rig.nrows, 16); /* more than one page of the store */
	rig_ok("config.baseline");
	rig_ok("config.drift");
}
END_TEST

static void
change_store(const char *sql)
{
	char *error = NULL;
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(rig.db, &db), SQLITE_OK);
	sqlite3_exec(db, sql, NULL, NULL, &error);
	ck_assert_msg(error == NULL, "%s: %s", sql, error);
	sqlite3_close(db);
}

static const struct {
	const char *sql;
	wf_status status;
} lies[] = {
	{"UPDATE config_setting SET baseline = value", WF_NO},
	{"UPDATE config_setting SET baseline = value; UPDATE configuration SET baseline = sha256",
		WF_NO},
	{"UPDATE config_setting SET value = baseline; UPDATE configuration SET sha256 = baseline",
		WF_CONFLICT},
};

/* Who may write to the store does not make it as approved. */
START_TEST(what_the_store_says_is_not_believed)
{
	load("start", "", STRICT);
	rig_ok("config.baseline");
	load("reload", "", LOOSE);
	change_store(lies[_i].sql);
	ck_assert_int_eq(rig_act("config.drift", NULL), lies[_i].status);
	ck_assert_ptr_nonnull(strstr(rig.text, "the store was changed"));
}
END_TEST

/* Only what is in the log can be approved: what is loaded and not told yet is not. */
START_TEST(what_is_not_in_the_log_is_not_approved)
{
	uint64_t rows;

	load("start", "", STRICT);
	rig.daemon.config = rig_take("warifu.conf", LOOSE); /* killed before its row */
	rows = rig_rows();
	ck_assert_int_eq(rig_act("config.baseline", NULL), WF_CONFLICT);
	ck_assert_uint_eq(rig_rows(), rows);
	ck_assert_ptr_nonnull(strstr(rig.text, "try again"));
}
END_TEST

/* A crash between the two rows of a load: the second one comes with the next start. */
START_TEST(the_second_row_is_not_lost)
{
	struct settings_load load_again = {.cause = "start"};
	struct audit_row row;

	load("start", "", STRICT);
	rig_ok("config.baseline");
	load("reload", "", LOOSE);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "config.drift");
	rig.daemon.config = rig_take("warifu.conf", STRICT "helpdesk = \"ext. 2\"\n");
	ck_assert_int_eq(note(&load_again), WF_OK);
	ck_assert(load_again.recorded);
	row_before_last(&row);
	ck_assert_str_eq(row.event, "config.load");
	rig_last_row(&row);
	ck_assert_ptr_nonnull(strstr(row.detail, "helpdesk: \"\" -> \"ext. 2\""));
	/* what was recorded is not recorded again */
	ck_assert_int_eq(note(&load_again), WF_OK);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "config.drift");
}
END_TEST

static const char *
doctor_says(const char *column)
{
	rig_ok("doctor");
	for (size_t i = 0; i < rig.nrows; i++)
		if (strcmp(rig_cell(i, "name"), "baseline") == 0)
			return rig_cell(i, column);
	ck_abort_msg("the doctor says nothing of it");
	return "";
}

START_TEST(status_and_doctor_tell)
{
	load("start", "", STRICT);
	ck_assert_str_eq(doctor_says("level"), "ok");
	rig_ok("config.baseline");
	ck_assert_str_eq(doctor_says("level"), "ok");
	load("reload", "", LOOSE);
	ck_assert_str_eq(doctor_says("level"), "warn");
	rig_ok("status");
	ck_assert_int_eq(rig_number(0, "config-differ"), 3);
	ck_assert_str_eq(rig_cell(0, "level"), "warning");
}
END_TEST

#ifdef WF_FAULT
static struct settings_load noted;
static uint64_t rows_before;

static void
begin(void)
{
	setup();
	load("start", "", STRICT);
	rig_ok("config.baseline");
	rig.daemon.config = rig_take("warifu.conf", LOOSE);
	noted = (struct settings_load){.cause = "reload"};
	rows_before = rig_rows();
}

static wf_status
run(void)
{
	return note(&noted);
}

/* Whatever failed, the next try makes it whole, and each row is there once. */
static void
end(wf_status status)
{
	(void)status;
	ck_assert_int_eq(note(&noted), WF_OK);
	ck_assert_uint_eq(rig_rows(), rows_before + 2);
	rig_teardown();
}

START_TEST(a_load_with_failing_calls)
{
	const struct fault_scenario scenario = {.begin = begin, .run = run, .end = end};

	fault_loop(&scenario);
}
END_TEST
#endif

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("account/settings");
	TCase *tcase = tcase_create("settings");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, rig_teardown);
	tcase_add_test(tcase, each_load_is_a_row);
	tcase_add_test(tcase, all_is_exported);
	tcase_add_test(tcase, what_differs_is_told_setting_by_setting);
	tcase_add_test(tcase, a_drift_is_told_once);
	tcase_add_test(tcase, since_when_outlives_other_loads);
	tcase_add_test(tcase, sections_come_and_go);
	tcase_add_test(tcase, what_is_not_in_the_log_is_not_approved);
	tcase_add_loop_test(tcase, what_the_store_says_is_not_believed, 0,
		(int)(sizeof(lies) / sizeof(lies[0])));
	tcase_add_test(tcase, the_second_row_is_not_lost);
	tcase_add_test(tcase, status_and_doctor_tell);
	suite_add_tcase(suite, tcase);
#ifdef WF_FAULT
	tcase = tcase_create("faults");
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, a_load_with_failing_calls);
	suite_add_tcase(suite, tcase);
#endif
	return suite;
}

UNIT_MAIN(make_suite)
