/* Copies that are made by themselves, over a real store, with a clock that the test moves. */
#include "config.h"

#include "authd/vault/keeper.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/vault/shelf.h"
#include "tests/unit/account/rig.h"

#define HOUR 3600

static struct keeper *keeper;
static char folder[160], second[160], said[512];

static void
say(int priority, const char *text)
{
	(void)priority;
	(void)snprintf(said, sizeof(said), "%s", text);
}

static void
setup(void)
{
	rig_setup();
	rig_user("alice");
	(void)snprintf(folder, sizeof(folder), "%s/backups", rig.dir);
	(void)snprintf(second, sizeof(second), "%s/elsewhere", rig.dir);
	said[0] = '\0';
	rig.config.backup = (struct config_backup){.every_ms = HOUR * 1000, .days = 14, .weeks = 8};
	ck_assert_int_eq(keeper_new(&rig.daemon.clock, say, &keeper), WF_OK);
}

static void
teardown(void)
{
	keeper_free(&keeper);
	rig_teardown();
}

static struct keeper_facts
turn(void)
{
	const struct keeper_lent lent = {
		.store = rig.store, .keys = rig.keys, .config = &rig.config};
	struct keeper_facts facts;

	keeper_turn(keeper, &lent);
	keeper_facts(keeper, &facts);
	rig.figures.copies = facts;
	return facts;
}

static const char *
told_by_doctor(const char *name, const char *column)
{
	rig_ok("doctor");
	for (size_t i = 0; i < rig.nrows; i++)
		if (strcmp(rig_cell(i, "name"), name) == 0)
			return rig_cell(i, column);
	ck_abort_msg("the doctor says nothing of '%s'", name);
	return "";
}

START_TEST(one_is_made_when_it_is_due)
{
	struct keeper_facts facts = turn();
	struct copy_facts copy;
	struct audit_row row;
	char path[320];
	struct stat st;

	ck_assert_uint_eq(facts.copies, 1);
	ck_assert_int_eq(facts.newest_us, rig.now.wall_us);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "backup.copy");
	ck_assert_int_eq(row.class, AUDIT_SYSTEM);
	ck_assert_int_eq(row.result, AUDIT_SUCCESS);
	ck_assert(copy_note_read(row.detail, &copy));
	ck_assert_str_eq(copy.name, "warifu-20260310T000100Z-node-a.backup");
	ck_assert_uint_eq(copy.proof.accounts, 1);
	ck_assert_uint_eq(copy.proof.last_seq, rig_rows() - 1); /* all before its own row */
	(void)snprintf(path, sizeof(path), "%s/%s", folder, copy.name);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, copy.bytes);
	rig_advance(HOUR - 1);
	ck_assert_uint_eq(turn().copies, 1);
	rig_advance(1);
	ck_assert_uint_eq(turn().copies, 2);
	ck_assert_str_eq(said, "");
}
END_TEST

START_TEST(nobody_asks_and_none_is_made)
{
	rig.config.backup.every_ms = 0;
	ck_assert_uint_eq(turn().copies, 0);
	rig.config.backup.every_ms = CONFIG_BACKUP_BY_POLICY;
	ck_assert_uint_eq(turn().copies, 0);
	ck_assert_int_ne(access(folder, F_OK), 0);
}
END_TEST

/* What cannot be made is told once, tried again after longer and longer, and over when it is. */
START_TEST(what_fails_is_told_and_tried_again)
{
	struct keeper_facts facts;
	struct audit_row row;
	uint64_t rows = rig_rows();
	int fd = open(folder, O_WRONLY | O_CREAT, 0600); /* in the way of the folder */

	ck_assert_int_ge(fd, 0);
	close(fd);
	facts = turn();
	ck_assert_int_eq(facts.failing_us, rig.now.wall_us);
	ck_assert_ptr_nonnull(strstr(facts.why, "No backup was made"));
	ck_assert_ptr_nonnull(strstr(said, "No backup was made"));
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "backup.failed");
	ck_assert_int_eq(row.class, AUDIT_FINDING);
	ck_assert_int_eq(row.result, AUDIT_FAILURE);
	ck_assert_str_eq(told_by_doctor("backup", "level"), "bad");
	rig_advance(59);
	(void)turn();
	ck_assert_uint_eq(rig_rows(), rows + 1); /* not yet */
	rig_advance(1);
	(void)turn();
	ck_assert_uint_eq(rig_rows(), rows + 2);
	rig_advance(119);
	(void)turn();
	ck_assert_uint_eq(rig_rows(), rows + 2);
	ck_assert_int_eq(unlink(folder), 0);
	rig_advance(1);
	facts = turn();
	ck_assert_int_eq(facts.failing_us, 0);
	ck_assert_str_eq(facts.why, "");
	ck_assert_uint_eq(facts.copies, 1);
	ck_assert_str_eq(told_by_doctor("backup", "level"), "ok");
}
END_TEST

START_TEST(each_is_brought_elsewhere)
{
	struct keeper_facts facts;
	struct shelf shelf;
	struct audit_row row;

	(void)snprintf(rig.config.backup.second, sizeof(rig.config.backup.second), "%s", second);
	facts = turn(); /* it is away: the copy counts all the same */
	ck_assert_uint_eq(facts.copies, 1);
	ck_assert_int_ne(facts.second_failing_us, 0);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "backup.second");
	ck_assert_int_eq(row.class, AUDIT_FINDING);
	ck_assert_str_eq(told_by_doctor("second backup", "level"), "warn");
	rig_advance(HOUR);
	facts = turn();
	ck_assert_uint_eq(facts.copies, 2);
	ck_assert_int_ne(facts.second_failing_us, 0);
	ck_assert_int_eq(mkdir(second, 0700), 0);
	rig_advance(HOUR); /* it is back: all that is missing comes */
	facts = turn();
	ck_assert_int_eq(facts.second_failing_us, 0);
	ck_assert_int_eq(facts.second_us, facts.newest_us);
	ck_assert_int_eq(shelf_read(second, "node-a", &shelf), WF_OK);
	ck_assert_uint_eq(shelf.n, 3);
	shelf_clear(&shelf);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "backup.second");
	ck_assert_int_eq(row.class, AUDIT_SYSTEM);
	ck_assert_str_eq(told_by_doctor("second backup", "level"), "ok");
	rig_ok("backup.list");
	ck_assert_uint_eq(rig.nrows, 3);
	ck_assert_str_eq(rig_cell(0, "second"), "1");
	ck_assert_str_eq(rig_cell(0, "checked"), "1");
}
END_TEST

/* Both folders come to the same, and nothing goes back and forth between them. */
START_TEST(old_ones_go_in_both)
{
	struct shelf here, there;
	uint64_t rows;

	(void)snprintf(rig.config.backup.second, sizeof(rig.config.backup.second), "%s", second);
	ck_assert_int_eq(mkdir(second, 0700), 0);
	rig.config.backup.every_ms = 12 * HOUR * 1000;
	rig.config.backup.days = 3;
	rig.config.backup.weeks = 1;
	for (int i = 0; i < 60; i++) {
		(void)turn();
		rig_advance(12 * HOUR);
	}
	(void)turn();
	ck_assert_int_eq(shelf_read(folder, "node-a", &here), WF_OK);
	ck_assert_int_eq(shelf_read(second, "node-a", &there), WF_OK);
	ck_assert_uint_ge(here.n, 5);
	ck_assert_uint_le(here.n, 9);
	ck_assert_uint_eq(here.n, there.n);
	ck_assert_mem_eq(here.times, there.times, here.n * sizeof(*here.times));
	shelf_clear(&here);
	shelf_clear(&there);
	rows = rig_rows();
	rig_advance(HOUR);
	(void)turn();
	ck_assert_uint_eq(rig_rows(), rows);
}
END_TEST

/* A copy from the future does not make all others due, nor old. */
START_TEST(a_clock_that_was_wrong_is_survived)
{
	struct shelf shelf;

	(void)turn();
	rig.now.wall_us += 9 * HOUR * 1000000LL;
	ck_assert_uint_eq(turn().copies, 2);
	rig.now.wall_us -= 9 * HOUR * 1000000LL;
	for (int i = 0; i < 12; i++) {
		rig_advance(5);
		ck_assert_uint_eq(turn().copies, 2);
	}
	rig_advance(HOUR);
	ck_assert_uint_eq(turn().copies, 3);
	rig_ok("restore.drill");
	ck_assert_int_eq(rig_number(0, "age-seconds"), 0);
	rig.now.wall_us += 3650 * 24 * HOUR * 1000000LL;
	(void)turn();
	if (store_clock_suspect(rig.store)) { /* else this machine's clock is believed */
		ck_assert_int_eq(shelf_read(folder, "node-a", &shelf), WF_OK);
		ck_assert_uint_eq(shelf.n, 4);
		shelf_clear(&shelf);
	}
}
END_TEST

START_TEST(a_drill_says_what_a_restore_would_take)
{
	struct audit_row row;
	char scratch[192];

	ck_assert_int_eq(rig_act("restore.drill", NULL), WF_NOT_FOUND);
	(void)turn();
	rig_advance(600);
	rig_ok("restore.drill", "ticket=T-9");
	ck_assert_str_eq(rig_cell(0, "name"), "warifu-20260310T000100Z-node-a.backup");
	ck_assert_int_eq(rig_number(0, "age-seconds"), 600);
	ck_assert_int_eq(rig_number(0, "accounts"), 1);
	ck_assert_str_eq(rig_cell(0, "recovery-time-met"), "1");
	ck_assert_ptr_nonnull(strstr(rig.text, "can be restored"));
	ck_assert_ptr_nonnull(strstr(rig.text, rig.config.key_file));
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "restore.drill");
	ck_assert_int_eq(row.result, AUDIT_SUCCESS);
	ck_assert_ptr_nonnull(strstr(row.detail, "as of 600 s ago"));
	(void)snprintf(scratch, sizeof(scratch), "%s/drill", rig.dir);
	ck_assert_int_ne(access(scratch, F_OK), 0); /* nothing is left */
	ck_assert_str_eq(told_by_doctor("restore", "level"), "ok");
}
END_TEST

/* A trial that went well is the duty done; one that failed is not. */
START_TEST(a_drill_is_the_duty)
{
	struct policy_held *cells = rig.config.policy.values.held[R_BACKUP_RESTORE_TEST];

	for (size_t i = 0; i < RULE_CELLS; i++)
		cells[i] = (struct policy_held){.set = true, .value = 182};
	rig_ok("duty.list");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_str_eq(rig_cell(0, "done"), "");
	(void)rig_act("restore.drill", NULL); /* there is nothing to restore */
	rig_ok("duty.list");
	ck_assert_str_eq(rig_cell(0, "done"), "");
	(void)turn();
	rig_ok("restore.drill");
	rig_ok("duty.list");
	ck_assert_int_eq(rig_number(0, "done"), rig.now.wall_us);
}
END_TEST

/* Killed between the name of a backup and its row: the next daemon looks at it and tells of it. */
START_TEST(one_without_a_row_gets_it)
{
	struct keeper_facts facts;
	struct copy_job job = {
		.store = rig.store, .keys = rig.keys, .clock = rig.daemon.clock, .folder = folder};
	struct copy_facts copy;
	struct audit_row row;
	char name[PLAN_NAME_SIZE], why[256];
	uint64_t rows;

	plan_name("node-a", rig.now.wall_us, name);
	ck_assert_int_eq(copy_make(&job, name, &copy, why, sizeof(why)), WF_OK);
	rows = rig_rows();
	rig_advance(60);
	facts = turn();
	ck_assert_uint_eq(facts.copies, 1);
	ck_assert_uint_eq(rig_rows(), rows + 1);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "backup.copy");
	ck_assert_ptr_nonnull(strstr(row.detail, copy.sha256));
	/* once, by whatever daemon */
	keeper_free(&keeper);
	ck_assert_int_eq(keeper_new(&rig.daemon.clock, say, &keeper), WF_OK);
	(void)turn();
	ck_assert_uint_eq(rig_rows(), rows + 1);
	rig_ok("backup.list");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_str_eq(rig_cell(0, "here"), "1");
}
END_TEST

/* One bit of a copy: it is no restore, and the record says so. */
START_TEST(a_drill_of_a_damaged_copy_fails)
{
	struct audit_row row;
	char path[320], scratch[192];
	uint8_t byte;
	int fd;

	(void)turn();
	(void)snprintf(
		path, sizeof(path), "%s/warifu-20260310T000100Z-node-a.backup", folder);
	fd = open(path, O_RDWR);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pread(fd, &byte, 1, 4096), 1);
	byte ^= 1;
	ck_assert_int_eq(pwrite(fd, &byte, 1, 4096), 1);
	close(fd);
	ck_assert_int_eq(rig_act("restore.drill", NULL), WF_CORRUPT);
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "restore.drill");
	ck_assert_int_eq(row.result, AUDIT_FAILURE);
	(void)snprintf(scratch, sizeof(scratch), "%s/drill", rig.dir);
	ck_assert_int_ne(access(scratch, F_OK), 0);
	ck_assert_int_eq(rig_act("restore.drill", "name=../warifu.db", NULL), WF_INVALID);
}
END_TEST

/* The value of a metric; NULL: it is left out. */
static const char *
metric(const char *name)
{
	const size_t len = strlen(name);

	rig_ok("metrics");
	for (size_t i = 0; i < rig.nrows; i++) {
		const char *line = rig_cell(i, "line");

		if (strncmp(line, name, len) == 0 && line[len] == ' ')
			return line + len + 1;
	}
	return NULL;
}

START_TEST(metrics_tell_ages)
{
	ck_assert_ptr_null(metric("warifu_backup_age_seconds"));
	ck_assert_ptr_null(metric("warifu_restore_drill_age_seconds"));
	(void)turn();
	rig_advance(600);
	rig_ok("restore.drill"); /* nobody asks for it, and it counts all the same */
	rig_advance(60);
	ck_assert_str_eq(metric("warifu_backup_age_seconds"), "660");
	ck_assert_str_eq(metric("warifu_restore_drill_age_seconds"), "60");
	ck_assert_str_eq(metric("warifu_findings_open"), "0");
	ck_assert_str_eq(metric("warifu_streams_backlog_seconds"), "0");
}
END_TEST

START_TEST(a_line_of_the_log_is_read_again)
{
	const struct copy_facts copy = {.name = "a, b bytes, c.backup",
		.bytes = 123456,
		.sha256 = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
		.key = 2,
		.fingerprint = "0011223344556677",
		.proof = {.accounts = 3, .rows = 17, .last_seq = 20},
		.took_us = 5000};
	struct copy_facts again;
	char note[COPY_NOTE_SIZE];

	copy_note(&copy, note);
	ck_assert(copy_note_read(note, &again));
	ck_assert_str_eq(again.name, copy.name);
	ck_assert_int_eq(again.bytes, copy.bytes);
	ck_assert_str_eq(again.sha256, copy.sha256);
	ck_assert_uint_eq(again.proof.last_seq, 20);
	ck_assert_int_eq(again.took_us, 5000);
	ck_assert(!copy_note_read("mine, 12 bytes, key 1 (0011223344556677)", &again));
	ck_assert(!copy_note_read("", &again));
	ck_assert(!copy_note_read(" bytes, sha256 ", &again));
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("vault/keeper");
	TCase *tcase = tcase_create("keeper");

	tcase_set_timeout(tcase, 120);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, one_is_made_when_it_is_due);
	tcase_add_test(tcase, nobody_asks_and_none_is_made);
	tcase_add_test(tcase, what_fails_is_told_and_tried_again);
	tcase_add_test(tcase, each_is_brought_elsewhere);
	tcase_add_test(tcase, old_ones_go_in_both);
	tcase_add_test(tcase, a_clock_that_was_wrong_is_survived);
	tcase_add_test(tcase, a_drill_says_what_a_restore_would_take);
	tcase_add_test(tcase, a_drill_is_the_duty);
	tcase_add_test(tcase, a_drill_of_a_damaged_copy_fails);
	tcase_add_test(tcase, one_without_a_row_gets_it);
	tcase_add_test(tcase, metrics_tell_ages);
	tcase_add_test(tcase, a_line_of_the_log_is_read_again);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
