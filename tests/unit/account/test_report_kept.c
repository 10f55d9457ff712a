/* The report about what does not stand in rows of logins: backups, restores, the configuration. */
#include "config.h"

#include "tests/unit/account/comply.h"

#include <string.h>

#include "authd/account/settings.h"

#define DAY_S INT64_C(86400)

/* --- rows of a log --- */

static struct audit_row
made_row(enum audit_class class, const char *event, enum audit_result result)
{
	struct audit_row row;

	audit_row_init(&row, class, event);
	row.result = result;
	row.time_us = rig.now.wall_us;
	AUDIT_TEXT(row.source, "192.0.2.7");
	AUDIT_TEXT(row.user, "alice");
	AUDIT_TEXT(row.service, "sshd");
	AUDIT_TEXT(row.host, "web1");
	return row;
}

static void
put_row(struct audit_row *row)
{
	struct store_job job = {.kind = STORE_ADMIN};

	job.u.admin.rows = row;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
}

/* --- lines of the last report --- */

static size_t
line_of(const char *part, const char *criterion, const char *name)
{
	for (size_t row = 0; row < rig.nrows; row++)
		if (strcmp(rig_cell(row, "part"), part) == 0 &&
			strcmp(rig_cell(row, "criterion"), criterion) == 0 &&
			(name == NULL || strcmp(rig_cell(row, "name"), name) == 0))
			return row;
	ck_abort_msg("no %s of %s", part, criterion);
	return 0;
}

static const char *
state_of(const char *criterion)
{
	return rig_cell(line_of("criterion", criterion, NULL), "state");
}

/* --- backups and restores --- */

START_TEST(a_restore_that_failed_last_contradicts)
{
	struct audit_row row = made_row(AUDIT_ADMIN, "restore.drill", AUDIT_SUCCESS);

	take("comply = {\"scs4\"}\n");
	AUDIT_TEXT(row.detail, "x, ready after 4 s, as of 10 s ago");
	put_row(&row);
	rig_advance(1);
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-7-1-1-2"), "met");
	AUDIT_TEXT(row.detail, "x, ready after 9000 s (recovery.time 7200 s: missed)");
	put_row(&row);
	rig_advance(1);
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-7-1-1-2"), "met with exceptions");
	row.result = AUDIT_FAILURE;
	put_row(&row);
	rig_advance(1);
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-7-1-1-2"), "not met");
}
END_TEST

static void
put_backup(void)
{
	struct audit_row row = made_row(AUDIT_SYSTEM, "backup.copy", AUDIT_SUCCESS);

	put_row(&row);
}

/* The report about what was put last, in a period of its own. */
static void
since_now(void)
{
	char since[48];

	(void)snprintf(since, sizeof(since), "since=%lld", (long long)rig.now.wall_us);
	rig_advance(1);
	rig_ok("report", since);
}

START_TEST(backups_that_are_not_made)
{
	take("comply = {\"scs3\"}\nbackup { every = 1d }\n");
	rig_advance(DAY_S);
	rig_ok("report");
	ck_assert_str_eq(
		rig_cell(line_of("proof", "SCS-4-3-4-1", "backup.made"), "state"), "no data");
	rig_advance(2 * DAY_S);
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-4-3-4-1"), "not met");
	put_backup();
	rig_advance(1);
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-4-3-4-1"), "met with exceptions");
	put_backup();
	since_now();
	ck_assert_str_eq(state_of("SCS-4-3-4-1"), "met");
	rig_advance(3 * DAY_S);
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-4-3-4-1"), "met with exceptions");
}
END_TEST

/* Days without one between two that were made in time do not go unsaid. */
START_TEST(days_between_backups_are_told)
{
	const char *text;

	take("comply = {\"scs3\"}\nbackup { every = 1d }\n");
	put_backup();
	rig_advance(DAY_S);
	put_backup();
	rig_advance(1);
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-4-3-4-1"), "met");
	rig_advance(25 * DAY_S);
	put_backup();
	rig_advance(1);
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-4-3-4-1"), "met with exceptions");
	text = rig_cell(line_of("proof", "SCS-4-3-4-1", "backup.made"), "text");
	ck_assert_ptr_nonnull(strstr(text, "None was made between"));
}
END_TEST

/* As those who write them do: the keeper as findings, the act as its own failure. */
static const struct {
	enum audit_class class;
	const char *event, *proof, *criterion;
} failures[] = {
	{AUDIT_FINDING, "backup.failed", "backup.made", "SCS-4-3-4-1"},
	{AUDIT_ADMIN, "backup.make", "backup.made", "SCS-4-3-4-1"},
	{AUDIT_FINDING, "backup.second", "backup.second", "SCS-4-3-4-2"},
};

START_TEST(backups_that_failed_are_told)
{
	struct audit_row row = made_row(failures[_i].class, failures[_i].event, AUDIT_FAILURE);
	size_t line;

	take("comply = {\"scs4\"}\nbackup { every = 1d }\n");
	put_row(&row);
	rig_advance(1);
	rig_ok("report");
	line = line_of("proof", failures[_i].criterion, failures[_i].proof);
	ck_assert_str_eq(rig_cell(line, "state"), "contradicts");
	ck_assert_ptr_nonnull(strstr(rig_cell(line, "text"), "1 failed, the last in row"));
	put_backup();
	row = made_row(AUDIT_SYSTEM, "backup.second", AUDIT_SUCCESS);
	put_row(&row);
	rig_advance(1);
	rig_ok("report");
	line = line_of("proof", failures[_i].criterion, failures[_i].proof);
	ck_assert_str_eq(rig_cell(line, "state"), "exceptions");
	ck_assert_ptr_nonnull(strstr(rig_cell(line, "text"), "1 failed, the last in row"));
}
END_TEST

/* --- the configuration --- */

static void
load(const char *text)
{
	struct settings_load load = {.cause = "reload"};

	take(text);
	ck_assert_int_eq(
		settings_note(rig.store, rig.daemon.config, &rig.daemon.clock, &load), WF_OK);
}

static const char *
drift_text(const char *state)
{
	const size_t line = line_of("proof", "SCS-4-4-1-6", "config.drift");

	ck_assert_str_eq(rig_cell(line, "state"), state);
	return rig_cell(line, "text");
}

/* It has one row for as long as it stands: months later there is none in the period. */
START_TEST(a_drift_that_stands_is_told)
{
	load("comply = {\"scs4\"}\n");
	since_now();
	ck_assert_str_eq(drift_text("no data"), "No configuration has been approved.");
	rig_ok("config.baseline");
	since_now();
	ck_assert_str_eq(drift_text("no data"),
		"No configuration took effect that was not as approved.");
	load("comply = {\"scs4\"}\nissuer = \"Elsewhere\"\n");
	rig_advance(1);
	rig_ok("report");
	ck_assert_ptr_nonnull(strstr(drift_text("exceptions"), "was not as approved: 1. Settings"));
	rig_advance(70 * DAY_S);
	since_now();
	ck_assert_str_eq(drift_text("exceptions"),
		"Settings that are not as approved when this report is made: 1.");
}
END_TEST

static Suite *
report_kept_suite(void)
{
	Suite *suite = suite_create("report_kept");
	TCase *acts = tcase_create("acts");

	tcase_add_checked_fixture(acts, set_up, tear_down);
	tcase_set_timeout(acts, 60);
	tcase_add_test(acts, a_restore_that_failed_last_contradicts);
	tcase_add_test(acts, backups_that_are_not_made);
	tcase_add_test(acts, days_between_backups_are_told);
	tcase_add_loop_test(acts, backups_that_failed_are_told, 0,
		(int)(sizeof(failures) / sizeof(failures[0])));
	tcase_add_test(acts, a_drift_that_stands_is_told);
	suite_add_tcase(suite, acts);
	return suite;
}

UNIT_MAIN(report_kept_suite)
