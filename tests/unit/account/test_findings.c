/*
 * What detection found, as it is listed, shown and closed, over the end of its rows' retention;
 * what the doctor says of readers of the log that wait.
 */
#include "config.h"

#include "authd/detect/detect.h"
#include "tests/unit/account/rig.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define DAY 86400
#define FOUND 3 /* row of the finding; it is about rows 1 and 2 */

/* As detection writes it: the row and the incident in one commit. */
static void
found(const char *rule, const char *words)
{
	struct incident incident = {.level = 2, .first_seq = 1, .last_seq = 2, .rows = 2};
	struct effect effect = {.kind = EFFECT_INCIDENT_OPEN, .incident = &incident};
	struct audit_row row;
	struct store_job job = {.kind = STORE_ADMIN};

	(void)snprintf(incident.rule, sizeof(incident.rule), "%s", rule);
	(void)snprintf(incident.user, sizeof(incident.user), "alice");
	incident.first_us = incident.last_us = rig.now.wall_us;
	audit_row_init(&row, AUDIT_FINDING, "incident");
	row.time_us = rig.now.wall_us;
	AUDIT_TEXT(row.source, "local:warifud");
	AUDIT_TEXT(row.detail, words);
	job.u.admin.effects = &effect;
	job.u.admin.neffects = 1;
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
	ck_assert_uint_eq(job.u.admin.seq, FOUND);
}

static void
setup(void)
{
	rig_setup();
	rig_ok("user.add", "user=alice");
	rig_ok("user.set", "user=alice", "display=Alice");
	found("source-spray", "level 2; key 2001:db8::7; rows 2 from 1 to 2: 1 2");
}

static void
expire(void)
{
	struct store_expiry expiry = {.rule = "a test", .keep_us = 1, .begin = true};

	do {
		ck_assert_int_eq(store_expire_log(rig.store, &expiry), WF_OK);
	} while (expiry.step == EXPIRY_TOMBSTONE || expiry.step == EXPIRY_REMOVED);
}

START_TEST(one_is_listed_with_its_rule_in_words)
{
	rig_ok("finding.list");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_int_eq(rig_number(0, "id"), FOUND);
	ck_assert_str_eq(rig_cell(0, "state"), "open");
	ck_assert_str_eq(rig_cell(0, "text"), "One source tried many accounts");
	ck_assert_str_eq(rig_cell(0, "user"), "alice");
	ck_assert_str_eq(rig.text, "1 finding.");
	rig_ok("finding.list", "level=3");
	ck_assert_uint_eq(rig.nrows, 0);
}
END_TEST

START_TEST(the_rows_that_told_it_are_shown)
{
	rig_ok("finding.show", "id=3");
	ck_assert_uint_eq(rig.nrows, 3);
	for (size_t i = 0; i < rig.nrows; i++)
		ck_assert_int_eq(rig_number(i, "seq"), (long long)i + 1);
	ck_assert_ptr_nonnull(strstr(rig.text, ": 2 rows, from 1 to 2;"));
	rig_no(WF_NOT_FOUND, "There is no finding 2; 'warifu finding list --all' shows all.",
		"finding.show", "id=2");
}
END_TEST

/* A flood, straight into the file: a level for each, all but one of them low. */
#define FLOOD 100000
static void
flood(void)
{
	static const char text[] =
		"WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n"
		" WHERE i < 100999)"
		" INSERT INTO incident(id, rule, key, level, user, source, first_seq, last_seq,"
		" first_us, last_us, rows, opened_us)"
		" SELECT i, 'log-fault', '', i = 50000, '', '', 1, 2, 1, 1, 2, 1 FROM n";
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(rig.db, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_busy_timeout(db, 5000), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

START_TEST(a_flood_is_listed_in_pages_with_the_worst_first)
{
	char after[32];

	flood();
	rig_ok("finding.list");
	ck_assert_uint_eq(rig.nrows, 1000);
	ck_assert_int_eq(rig_number(0, "id"), FOUND);
	ck_assert_int_eq(rig_number(1, "id"), 50000);
	ck_assert_int_eq(rig_number(2, "id"), FLOOD + 999);
	(void)snprintf(after, sizeof(after), "after=%lld", rig_number(999, "id"));
	ck_assert_str_eq(rig.text,
		"1000 findings; for those that follow say --after 100002.");
	rig_ok("finding.list", after, "limit=2");
	ck_assert_uint_eq(rig.nrows, 2);
	ck_assert_int_eq(rig_number(0, "id"), 100001);
	rig_ok("finding.list", "level=1");
	ck_assert_uint_eq(rig.nrows, 2);
	ck_assert_str_eq(rig.text, "2 findings.");
	rig_no(WF_NOT_FOUND, "There is no finding 7; 'warifu finding list --all' shows all.",
		"finding.list", "after=7");
}
END_TEST

START_TEST(one_that_has_risen_since_is_not_closed)
{
	rig_no(WF_CONFLICT,
		"Finding 3 has risen to level 2 since: look at it again with 'warifu finding show "
		"3'.",
		"finding.close", "id=3", "found=1", "level=0", "reason=a test");
	rig_ok("finding.close", "id=3", "found=2", "level=0", "reason=a test");
}
END_TEST

/* Its rows and its own have gone: no other row is taken for one of them. */
START_TEST(one_outlives_its_rows)
{
	rig_advance(31 * DAY);
	rig_ok("user.set", "user=alice", "display=A");
	rig_advance(DAY);
	expire();
	rig_ok("log", "order=oldest");
	ck_assert_int_gt(rig_number(0, "seq"), FOUND);
	rig_ok("finding.show", "id=3");
	ck_assert_uint_eq(rig.nrows, 0);
	ck_assert_ptr_nonnull(strstr(rig.text, "unless they have expired"));
	rig_ok("finding.close", "id=3", "level=0", "reason=long ago");
}
END_TEST

START_TEST(one_is_closed_once)
{
	struct audit_row row;

	rig_ok("finding.close", "id=3", "level=1", "reason=a test");
	ck_assert_str_eq(rig.text, "Finding 3 is closed with level 1.");
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "finding.close");
	ck_assert_str_eq(row.reason, "a test");
	ck_assert_str_eq(row.detail,
		"finding 3 (source-spray, found at level 2): level 1; reason: a test");
	rig_ok("finding.list");
	ck_assert_uint_eq(rig.nrows, 0);
	rig_ok("finding.list", "all=1");
	ck_assert_str_eq(rig_cell(0, "state"), "closed");
	ck_assert_str_eq(rig_cell(0, "decided"), "1");
	ck_assert_int_eq(rig_act("finding.close", "id=3", "level=0", "reason=again", NULL),
		WF_CONFLICT);
}
END_TEST

/* The place of a reader of the log, which the reader moves. */
static void
place(const char *name, const char *why)
{
	struct effect effect = {.kind = EFFECT_CURSOR, .value2 = 2};
	struct store_job job = {.kind = STORE_ADMIN};

	(void)snprintf(effect.text, sizeof(effect.text), "%s", name);
	(void)snprintf(effect.text2, sizeof(effect.text2), "%s", why);
	job.u.admin.effects = &effect;
	job.u.admin.neffects = 1;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
}

static void
doctor_says(const char *check, const char *level, const char *start)
{
	size_t row = 0;

	rig_ok("doctor");
	while (strcmp(rig_cell(row, "name"), check) != 0)
		row++;
	ck_assert_str_eq(rig_cell(row, "level"), level);
	ck_assert_msg(strncmp(rig_cell(row, "text"), start, strlen(start)) == 0, "%s",
		rig_cell(row, "text"));
}

START_TEST(the_doctor_sees_a_detection_that_waits)
{
	doctor_says("detection", "ok",
		"The log was looked through up to row 0. Findings that are open: 1.");
	place(DETECT_CURSOR, "no room");
	doctor_says("detection", "warn", "Nothing is looked for in the log behind row 2: no room.");
}
END_TEST

static void
name_file(const char *path)
{
	struct config *config = &rig.config;

	(void)snprintf(config->checkpoint_file, sizeof(config->checkpoint_file), "%s", path);
}

/* A file that is named no more keeps its place, and its last trouble, for when it comes back. */
START_TEST(the_doctor_forgets_a_former_file_of_checkpoints)
{
	place("checkpoint.file /mnt/a/checkpoints", "it is away");
	doctor_says("checkpoints", "ok", "Checkpoints of the log go to syslog alone");
	name_file("/mnt/b/checkpoints");
	doctor_says("checkpoints", "ok", "Checkpoints of the log go to syslog and to /mnt/b");
	name_file("/mnt/a/checkpoints");
	doctor_says("checkpoints", "warn", "Checkpoints of the log wait: it is away.");
	place("checkpoint.syslog", "");
	place("checkpoints", "no room");
	rig.config.checkpoint_file[0] = '\0';
	doctor_says("checkpoints", "warn", "Checkpoints of the log wait: no room.");
}
END_TEST

static Suite *
findings_suite(void)
{
	Suite *suite = suite_create("account/findings");
	TCase *tc = tcase_create("findings");

	tcase_add_checked_fixture(tc, setup, rig_teardown);
	tcase_add_test(tc, one_is_listed_with_its_rule_in_words);
	tcase_add_test(tc, the_rows_that_told_it_are_shown);
	tcase_add_test(tc, a_flood_is_listed_in_pages_with_the_worst_first);
	tcase_add_test(tc, one_that_has_risen_since_is_not_closed);
	tcase_add_test(tc, one_outlives_its_rows);
	tcase_add_test(tc, one_is_closed_once);
	tcase_add_test(tc, the_doctor_sees_a_detection_that_waits);
	tcase_add_test(tc, the_doctor_forgets_a_former_file_of_checkpoints);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(findings_suite)
