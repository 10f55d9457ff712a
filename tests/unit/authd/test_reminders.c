/* Rows about what is not done: once a day, over restarts, and not where all is well. */
#include "config.h"

#include "authd/reminders.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/account/comply.h"

#define MINUTE 60
#define HOUR 3600
#define DAY (24 * HOUR)
#define US_PER_S INT64_C(1000000)

static struct reminders reminders;
static struct keeper_facts copies;

static struct wf_now
read_rig(void *ctx)
{
	(void)ctx;
	return rig.now;
}

static void
setup(void)
{
	set_up();
	ck_assert_int_eq(setenv("TZ", "UTC", 1), 0); /* a month ends with a day */
	tzset();
	reminders = (struct reminders){.next_boot_us = 0};
	copies = (struct keeper_facts){.every_s = 0};
	take("comply = {\"scs4\"}\n");
}

/* A turn an hour, as often; how many rows of this event there are then. */
static size_t
hours(int n, const char *event)
{
	const struct reminders_lent lent = {.store = rig.store,
		.config = rig.daemon.config,
		.copies = copies,
		.clock = {.read = read_rig}};

	for (int i = 0; i < n; i++) {
		reminders_turn(&reminders, &lent);
		rig_advance(HOUR);
	}
	rig_ok("log", "class=system", "limit=500");
	n = 0;
	for (size_t i = 0; i < rig.nrows; i++)
		n += strcmp(rig_cell(i, "event"), event) == 0;
	return (size_t)n;
}

static void
put_done(const char *duty)
{
	struct effect effect = {.kind = EFFECT_DUTY, .text2 = "root", .value = rig.now.wall_us};
	struct store_job job = {.kind = STORE_ADMIN};
	struct audit_row row;

	audit_row_init(&row, AUDIT_ADMIN, "duty.done");
	row.time_us = rig.now.wall_us;
	(void)snprintf(effect.text, sizeof(effect.text), "%s", duty);
	job.u.admin.effects = &effect;
	job.u.admin.neffects = 1;
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
}

START_TEST(a_duty_is_reminded_of_once_a_day)
{
	struct audit_row row;

	rig_advance(31 * DAY);
	ck_assert_uint_eq(hours(20, "duty.overdue"), 0);
	ck_assert_uint_eq(hours(10, "duty.overdue"), 1);
	rig_last_row(&row);
	ck_assert_int_eq(row.class, AUDIT_SYSTEM);
	ck_assert_int_eq(row.result, AUDIT_FAILURE);
	ck_assert_str_eq(row.reason, "log-review");
	ck_assert_ptr_nonnull(strstr(row.detail, "overdue for 0 days; review.log SCS-4-4-3-3"));
	reminders = (struct reminders){.next_boot_us = 0}; /* a restart */
	ck_assert_uint_eq(hours(10, "duty.overdue"), 1);
	ck_assert_uint_eq(hours(24, "duty.overdue"), 2);
	put_done("log-review");
	ck_assert_uint_eq(hours(48, "duty.overdue"), 2);
}
END_TEST

START_TEST(no_backup_for_twice_its_time)
{
	struct audit_row row;

	copies = (struct keeper_facts){.every_s = DAY, .newest_us = rig.now.wall_us};
	ck_assert_uint_eq(hours(48, "backup.late"), 0);
	ck_assert_uint_eq(hours(2, "backup.late"), 1);
	rig_last_row(&row);
	ck_assert_str_eq(row.detail, "the last one is 48 hours old");
	ck_assert_uint_eq(hours(24, "backup.late"), 2);
	copies.newest_us = rig.now.wall_us;
	ck_assert_uint_eq(hours(24, "backup.late"), 2);
}
END_TEST

/* The first one may be under way. */
START_TEST(none_at_all_is_told_after_an_hour)
{
	copies.every_s = DAY;
	ck_assert_uint_eq(hours(1, "backup.late"), 0);
	ck_assert_uint_eq(hours(1, "backup.late"), 1);
}
END_TEST

START_TEST(where_none_are_made_none_are_missed)
{
	ck_assert_uint_eq(hours(100, "backup.late"), 0);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("authd/reminders");
	TCase *tcase = unit_case(suite, "reminders", 60, setup, tear_down);

	tcase_add_test(tcase, a_duty_is_reminded_of_once_a_day);
	tcase_add_test(tcase, no_backup_for_twice_its_time);
	tcase_add_test(tcase, none_at_all_is_told_after_an_hour);
	tcase_add_test(tcase, where_none_are_made_none_are_missed);
	return suite;
}
UNIT_MAIN(make_suite)
