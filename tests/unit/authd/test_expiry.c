/* When rows of the log go: the hour, what a start looks at, and whom it lets alone. */
#include "config.h"

#include "authd/expiry.h"

#include <stdlib.h>
#include <time.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define HOUR (3600 * FX_SECOND)

static struct policy policy;
static struct expiry expiry;

static void
setup(void)
{
	(void)setenv("TZ", "UTC", 1);
	tzset();
	fx_setup();
	policy_init(&policy);
	expiry = (struct expiry){.hour = 0};
	expiry_set(&expiry, &policy);
}

static void
turn(void)
{
	const struct wf_clock clock = fx_clock();

	expiry_turn(&expiry, fx.store, &clock);
}

static void
write_row(void)
{
	char cause[STORE_CAUSE_MAX];

	ck_assert_int_eq(fx_act("row", cause), WF_OK);
}

static int64_t
first_row(void)
{
	return fx_sql_int("SELECT min(seq) FROM audit");
}

/* A month that is over, and so old that it goes when its hour comes; it is `hour` o'clock. */
static void
old_month(int hour)
{
	write_row();
	fx_advance(31 * FX_DAY);
	write_row();
	fx_advance(1097 * FX_DAY + hour * HOUR - fx_now().wall_us % FX_DAY);
}

START_TEST(the_hour_comes_once_a_day)
{
	static const struct {
		const char *zone;
		int64_t date; /* seconds */
		int hour;
		int64_t next;
	} cases[] = {
		{"UTC", 1767225600, 3, 1767225600 + 3 * 3600},
		{"UTC", 1767225600 + 3 * 3600, 3, 1767225600 + 27 * 3600},
		{"UTC", 1767225600 + 3 * 3600 - 1, 3, 1767225600 + 3 * 3600},
		{"UTC", 1767225600, 0, 1767225600 + 24 * 3600},
		{"UTC", 1767225600, 23, 1767225600 + 23 * 3600},
		{"Asia/Tokyo", 1767225600, 3, 1767225600 + 18 * 3600},
		/* the night in which it is never two o'clock, and the one where it is so twice */
		{"Europe/Berlin", 1774738800, 2, 1774746000},
		{"Europe/Berlin", 1792879200, 3, 1792893600},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)setenv("TZ", cases[i].zone, 1);
		tzset();
		ck_assert_msg(expiry_next(cases[i].date * FX_SECOND, cases[i].hour) ==
				      cases[i].next * FX_SECOND,
			"case %zu: %lld", i,
			(long long)(expiry_next(cases[i].date * FX_SECOND, cases[i].hour) /
				    FX_SECOND));
	}
}
END_TEST

START_TEST(it_goes_at_its_hour)
{
	old_month(1);
	turn();
	ck_assert_int_eq(first_row(), 1);
	fx_advance(HOUR - FX_SECOND);
	turn();
	ck_assert_int_eq(first_row(), 1);
	fx_advance(FX_SECOND);
	turn();
	ck_assert_int_eq(first_row(), 2);
	ck_assert_str_eq(fx_last().rule, "log.retention_days IPA-T3.8.3");
}
END_TEST

/* An hour after a start whatever the hour is, for machines that are off at night; then by night. */
START_TEST(a_start_waits_an_hour)
{
	old_month(12);
	turn();
	fx_advance(HOUR);
	turn();
	ck_assert_int_eq(first_row(), 2);
	fx_advance(31 * FX_DAY);
	write_row();
	ck_assert_int_eq(expiry.next_us % FX_DAY, 3 * HOUR);
}
END_TEST

/* What was begun goes on at once. */
START_TEST(a_start_finishes_what_was_begun)
{
	struct store_expiry step = {.keep_us = FX_DAY, .begin = true};

	old_month(12);
	ck_assert_int_eq(store_expire_log(fx.store, &step), WF_OK);
	ck_assert_int_eq(step.step, EXPIRY_TOMBSTONE);
	fx_reopen();
	turn();
	ck_assert_int_eq(first_row(), 2);
}
END_TEST

START_TEST(a_changed_hour_counts_from_now_on)
{
	const struct origin origin = {.line = 1};

	old_month(12);
	turn();
	fx_advance(HOUR);
	turn();
	ck_assert_int_eq(expiry.next_us % FX_DAY, 3 * HOUR);
	ck_assert_int_eq(policy_set(&policy, P_LOG_EXPIRY_HOUR, 22, &origin), WF_OK);
	expiry_set(&expiry, &policy);
	turn();
	fx_advance(HOUR);
	turn();
	ck_assert_int_eq(expiry.next_us % FX_DAY, 22 * HOUR);
}
END_TEST

/* A date that steps back is not waited for. */
START_TEST(a_clock_set_back_is_followed)
{
	old_month(12);
	turn();
	fx_advance(HOUR);
	turn();
	fx_step_wall(-23 * HOUR);
	turn();
	ck_assert_int_le(expiry.next_us - fx_now().wall_us, FX_DAY);
}
END_TEST

/* Nothing is tried again at once, and everything ten minutes later. */
START_TEST(trouble_waits_ten_minutes)
{
	old_month(2);
	turn();
	fx_advance(HOUR);
	fx_sql("CREATE TRIGGER t BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'no'); END");
	turn();
	fx_sql("DROP TRIGGER t");
	turn();
	ck_assert_int_eq(first_row(), 1);
	fx_advance(601 * FX_SECOND);
	turn();
	ck_assert_int_eq(first_row(), 2);
}
END_TEST

static Suite *
expiry_suite(void)
{
	Suite *suite = suite_create("authd/expiry");
	TCase *tc = tcase_create("expiry");

	tcase_add_checked_fixture(tc, setup, fx_teardown);
	tcase_add_test(tc, the_hour_comes_once_a_day);
	tcase_add_test(tc, it_goes_at_its_hour);
	tcase_add_test(tc, a_start_waits_an_hour);
	tcase_add_test(tc, a_start_finishes_what_was_begun);
	tcase_add_test(tc, a_changed_hour_counts_from_now_on);
	tcase_add_test(tc, a_clock_set_back_is_followed);
	tcase_add_test(tc, trouble_waits_ten_minutes);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(expiry_suite)
