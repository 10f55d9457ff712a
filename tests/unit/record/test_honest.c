/*
 * Honest histories, as a table: what happens to a log in years, and is not to be taken for
 * tampering.  And what would be like one of them, but is not.
 */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/record/evidence.h"

static void
nothing_happens(void)
{
}

static void
rows_come_behind_the_last_checkpoint(void)
{
	acts(7);
}

static void
keys_are_rotated(void)
{
	for (int i = 0; i < 3; i++) {
		new_key();
		acts(15);
		make_checkpoints();
	}
	keep_checkpoints();
}

/* The auditor has the newest key, the old master keys have left the file. */
static void
old_keys_are_pruned(void)
{
	keys_are_rotated();
	prune_keys();
}

static void
it_is_restarted(void)
{
	fx_reopen();
	acts(12);
	make_checkpoints();
	keep_checkpoints();
}

/* The fixture restores to where its copy is: before the next one the store goes back. */
static void
move_back(void)
{
	char place[sizeof(fx.path)];

	(void)snprintf(place, sizeof(place), "%s/warifu.db", fx.dir);
	if (strcmp(place, fx.path) == 0)
		return;
	fx_close();
	ck_assert_int_eq(rename(fx.path, place), 0);
	memcpy(fx.path, place, sizeof(place));
	fx_open();
}

static void
a_backup_is_restored(void)
{
	move_back();
	fx_back_up();
	acts(30);
	make_checkpoints();
	keep_checkpoints();
	fx_restore(true);
	acts(30);
	make_checkpoints();
	keep_checkpoints();
}

/* The row behind the backup is checkpointed and lost; the next month begins with the restore. */
static void
restored_in_another_month(void)
{
	fx_back_up();
	acts(1);
	make_checkpoints();
	keep_checkpoints();
	fx_advance(31 * FX_DAY);
	fx_restore(true);
	acts(30);
	make_checkpoints();
	keep_checkpoints();
}

static void
restored_twice_with_a_new_key(void)
{
	a_backup_is_restored();
	new_key();
	a_backup_is_restored();
}

static void
the_clock_steps_back(void)
{
	fx_step_wall(-7200 * FX_SECOND);
	acts(15);
	make_checkpoints();
	keep_checkpoints();
}

static void
the_clock_jumps_and_returns(void)
{
	fx_step_wall(3650 * FX_DAY);
	acts(15);
	make_checkpoints();
	fx_step_wall(-3650 * FX_DAY);
	acts(15);
	make_checkpoints();
	keep_checkpoints();
}

static void
months_pass(void)
{
	for (int i = 0; i < 3; i++) {
		acts(8);
		make_checkpoints();
		fx_advance(31 * FX_DAY);
	}
	keep_checkpoints();
}

static void
lines_come_twice(void)
{
	keep_checkpoints();
	keep_checkpoints();
}

/* A full disk or a power cut: half of a line, which comes again. */
static void
a_line_is_torn(void)
{
	const char *last = strstr(kept, "number=3 ");
	char torn[200];
	size_t len = strlen(kept);

	while (last > kept && last[-1] != '\n')
		last--;
	(void)snprintf(torn, sizeof(torn), "%.199s", last);
	(void)snprintf(kept + len, sizeof(kept) - len, "%s\n", torn);
	keep_checkpoints();
}

/* All hosts write into one file: another node's lines stand between ours. */
static void
other_hosts_are_in_the_file(void)
{
	struct signing_key key = {.seed = WF_SECRET_EMPTY};
	struct audit_checkpoint c;
	char line[AUDIT_CHECKPOINT_SIZE];
	size_t used, len;

	take_key(&key);
	ck_assert_int_eq(audit_checkpoint_find(kept, strlen(kept), &c, &used), WF_OK);
	for (int i = 0; i < 20; i++) {
		(void)snprintf(c.node, sizeof(c.node), "web %d", i);
		c.seq = (uint64_t)(1000 + i);
		ck_assert_int_eq(audit_checkpoint_sign(&c, &key), WF_OK);
		audit_checkpoint_write(&c, line);
		len = strlen(kept);
		(void)snprintf(kept + len, sizeof(kept) - len,
			"Jan 1 sshd[1]: noise\n<85>1 %s trailing\n", line);
	}
	signing_key_clear(&key);
}

/* Somebody types names that look like checkpoints, and other programs write them down. */
static void
strangers_have_names(void)
{
	struct audit_checkpoint c;
	char line[AUDIT_CHECKPOINT_SIZE];
	size_t used, len = strlen(kept);

	ck_assert_int_eq(audit_checkpoint_find(kept, len, &c, &used), WF_OK);
	(void)snprintf(c.store, sizeof(c.store), "0123456789abcdef");
	c.time_us += 3650 * FX_DAY;
	memset(c.signature, 7, sizeof(c.signature));
	audit_checkpoint_write(&c, line);
	(void)snprintf(kept + len, sizeof(kept) - len,
		"Jan  1 00:00:00 host sshd[9]: Invalid user warifu-checkpoint 1 x from ::1\n"
		"Jan  1 00:00:00 host sshd[9]: Invalid user warifud[7]: warifu-checkpoint 1 x\n"
		"Jan  1 00:00:00 host app: %s\n",
		line);
}

static void
the_daemon_dies(void)
{
	acts(13);
	fx_sql("UPDATE cursor SET seq = 5 WHERE name = 'checkpoints'");
	make_checkpoints();
	keep_checkpoints();
}

/* One step of expiry after the other, `most` at most. */
static void
expire(int64_t days, int most)
{
	struct store_expiry expiry;

	do {
		expiry = (struct store_expiry){.keep_us = days * FX_DAY,
			.rule = "log.keep",
			.begin = true,
			.rows = 8};
		ck_assert_int_eq(store_expire_log(fx.store, &expiry), WF_OK);
	} while (--most > 0 &&
		(expiry.step == EXPIRY_TOMBSTONE || expiry.step == EXPIRY_REMOVED));
}

static void
months_expire(void)
{
	months_pass();
	fx_advance(400 * FX_DAY);
	expire(365, INT_MAX);
	ck_assert_int_gt(fx_sql_int("SELECT min(seq) FROM audit"), 1);
	acts(3);
	make_checkpoints();
	keep_checkpoints();
}

/* The daemon stops, or a backup is made, between two steps. */
static void
a_month_is_half_gone(void)
{
	months_pass();
	fx_advance(400 * FX_DAY);
	expire(365, 3);
	ck_assert_int_lt(fx_sql_int("SELECT min(seq) FROM audit"),
		fx_sql_int("SELECT max(last_seq) FROM month WHERE tombstone <> 0"));
	acts(3);
	make_checkpoints();
	keep_checkpoints();
}

/* On the day on which the month is old enough; then rows are kept for longer. */
static void
kept_for_longer_from_then_on(void)
{
	months_pass();
	fx_advance((365 - 2 * 31) * FX_DAY);
	acts(1);
	make_checkpoints();
	expire(365, INT_MAX);
	ck_assert_int_gt(fx_sql_int("SELECT min(seq) FROM audit"), 1);
	keep_days(1096);
	acts(20);
	make_checkpoints();
	keep_checkpoints();
}

/* And for less: what goes at once went by right, which is signed before it, */
static void
kept_for_less_from_then_on(void)
{
	months_pass();
	fx_advance(130 * FX_DAY);
	make_checkpoints();
	keep_days(180);
	make_checkpoints();
	expire(180, INT_MAX);
	ck_assert_int_gt(fx_sql_int("SELECT min(seq) FROM audit"), 1);
	keep_checkpoints();
}

/* or behind it, if nobody could sign meanwhile. */
static void
kept_for_less_and_signed_later(void)
{
	months_pass();
	fx_advance(130 * FX_DAY);
	expire(180, INT_MAX);
	ck_assert_int_gt(fx_sql_int("SELECT min(seq) FROM audit"), 1);
	keep_days(180);
	make_checkpoints();
	keep_checkpoints();
}

/*
 * Nobody could sign for ten days at the end of a month: it goes ten days later, since the one
 * checkpoint of its last rows does not show that they are older.
 */
static void
a_checkpoint_was_late(void)
{
	acts(8);
	fx_advance(31 * FX_DAY);
	acts(1);
	fx_advance(10 * FX_DAY);
	make_checkpoints();
	fx_advance(357 * FX_DAY);
	acts(1);
	expire(365, INT_MAX);
	ck_assert_int_eq(fx_sql_int("SELECT min(seq) FROM audit"), 1);
	make_checkpoints();
	fx_advance(10 * FX_DAY);
	acts(1);
	expire(365, INT_MAX);
	ck_assert_int_gt(fx_sql_int("SELECT min(seq) FROM audit"), 1);
	make_checkpoints();
	keep_checkpoints();
}

/* Ten years ahead for a while, at the end of the month that goes later. */
static void
expiry_after_a_clock_that_jumped(void)
{
	fx_step_wall(3650 * FX_DAY);
	acts(15);
	make_checkpoints();
	fx_step_wall(-3650 * FX_DAY);
	fx_advance(31 * FX_DAY);
	months_expire();
}

/* A machine that begins in the past behind it, and finds its time only later. */
static void
expiry_before_a_clock_that_fell(void)
{
	months_pass();
	fx_advance(400 * FX_DAY);
	expire(365, INT_MAX);
	ck_assert_int_gt(fx_sql_int("SELECT min(seq) FROM audit"), 1);
	fx_step_wall(-3650 * FX_DAY);
	acts(3);
	make_checkpoints();
	keep_checkpoints();
}

/* What was written since the restore is taken away, and the store says that none was. */
START_TEST(an_earlier_generation_is_found)
{
	struct look look;

	a_backup_is_restored();
	fx_sql("UPDATE meta SET generation = 1");
	look = look_at(fx.path, true);
	ck_assert_msg((look.kinds & BIT(OLDER)) != 0, "%s", look.text);
}
END_TEST

static const struct {
	const char *name;
	void (*happens)(void);
	bool superseded; /* some checkpoints are void */
} honest[] = {
	{"nothing", nothing_happens, false},
	{"rows behind the last checkpoint", rows_come_behind_the_last_checkpoint, false},
	{"rotations", keys_are_rotated, false},
	{"rotations, and old keys pruned", old_keys_are_pruned, false},
	{"restart", it_is_restarted, false},
	{"restore", a_backup_is_restored, true},
	{"restore in another month", restored_in_another_month, true},
	{"two restores and a rotation", restored_twice_with_a_new_key, true},
	{"a clock that steps back", the_clock_steps_back, false},
	{"a clock that jumps and returns", the_clock_jumps_and_returns, false},
	{"months", months_pass, false},
	{"lines twice", lines_come_twice, false},
	{"a torn line", a_line_is_torn, false},
	{"other hosts in the file", other_hosts_are_in_the_file, false},
	{"names of strangers", strangers_have_names, false},
	{"a crash", the_daemon_dies, false},
	{"expiry", months_expire, false},
	{"half of an expiry", a_month_is_half_gone, false},
	{"expiry, and a longer retention", kept_for_longer_from_then_on, false},
	{"a shorter retention, and expiry", kept_for_less_from_then_on, false},
	{"a shorter retention, signed later", kept_for_less_and_signed_later, false},
	{"a clock that fell behind an expiry", expiry_before_a_clock_that_fell, false},
	{"a late checkpoint, and expiry", a_checkpoint_was_late, false},
	{"a clock that jumped, and expiry", expiry_after_a_clock_that_jumped, false},
};

#define HONEST ((int)(sizeof(honest) / sizeof(honest[0])))

START_TEST(honest_logs_are_not_accused)
{
	struct look look;

	honest[_i].happens();
	look = look_at_backup(fx.path, true);
	ck_assert_msg(look.kinds == 0, "%s, as a backup: %s", honest[_i].name, look.text);
	look = look_at(fx.path, true);
	ck_assert_msg(look.kinds == 0, "%s: %s", honest[_i].name, look.text);
	ck_assert_uint_gt(look.sums.fitting, 0);
	ck_assert(look.sums.anchored);
	ck_assert_int_eq(look.sums.superseded > 0, honest[_i].superseded);
	export_all();
	look = look_at_export(false);
	ck_assert_msg(look.kinds == 0, "%s, exported: %s", honest[_i].name, look.text);
}
END_TEST

/* The row that tells of the restore has expired, or is in another export. */
START_TEST(an_export_behind_a_restore_is_not_accused)
{
	struct look look;
	char *at = exported;

	fx_back_up();
	acts(60);
	make_checkpoints();
	keep_checkpoints();
	fx_restore(true);
	acts(60);
	make_checkpoints();
	keep_checkpoints();
	export_all();
	for (int i = 0; i < 52; i++)
		at = strchr(at, '\n') + 1;
	memmove(exported, at, strlen(at) + 1);
	look = look_at_export(false);
	ck_assert_msg(look.kinds == 0, "%s", look.text);
	ck_assert_uint_gt(look.sums.fitting, 0);
	ck_assert_uint_gt(look.sums.superseded, 0);
}
END_TEST

/* Wherever it begins behind the restore: also where a checkpoint was lost. */
START_TEST(no_export_behind_a_restore_is_accused)
{
	struct look look;

	fx_back_up();
	acts(60);
	make_checkpoints();
	keep_checkpoints();
	fx_restore(true);
	acts(60);
	make_checkpoints();
	keep_checkpoints();
	export_all();
	while (strstr(exported, "\"restore\"") != NULL)
		memmove(exported, strchr(exported, '\n') + 1,
			strlen(strchr(exported, '\n') + 1) + 1);
	for (int i = 0; i < 50; i++) {
		memmove(exported, strchr(exported, '\n') + 1,
			strlen(strchr(exported, '\n') + 1) + 1);
		look = look_at_export(false);
		ck_assert_msg(look.kinds == 0, "%d: %s", i, look.text);
	}
}
END_TEST

/* The last checkpoints alone, each against its row, as the daemon looks at a page of them. */
START_TEST(a_later_page_is_not_accused)
{
	struct look look = look_at_page("number=3 ");

	ck_assert_msg(look.kinds == 0, "%s", look.text);
	ck_assert_uint_gt(look.sums.fitting, 1);
}
END_TEST

static Suite *
honest_suite(void)
{
	Suite *suite = suite_create("honest");
	TCase *tc = tcase_create("honest");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, evidence_setup, evidence_teardown);
	tcase_add_loop_test(tc, honest_logs_are_not_accused, 0, HONEST);
	tcase_add_test(tc, an_export_behind_a_restore_is_not_accused);
	tcase_add_test(tc, no_export_behind_a_restore_is_accused);
	tcase_add_test(tc, a_later_page_is_not_accused);
	tcase_add_test(tc, an_earlier_generation_is_found);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(honest_suite)
