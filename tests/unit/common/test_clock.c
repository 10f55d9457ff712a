/* Clocks: they advance, a script can take their place, and times are written as RFC 3339 says. */
#include "config.h"

#include "common/clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/unit/unit.h"

START_TEST(the_system_clock_is_now_and_advances)
{
	struct wf_now a = wf_clock_now(&wf_clock_system);
	struct wf_now b = wf_clock_now(&wf_clock_system);
	int64_t wall_s = (int64_t)time(NULL);

	ck_assert_int_ge(b.boot_us, a.boot_us);
	ck_assert_int_gt(a.boot_us, 0);
	ck_assert_int_le(a.wall_us / 1000000, wall_s);
	ck_assert_int_ge(a.wall_us / 1000000, wall_s - 5);
}
END_TEST

static struct wf_now
scripted_read(void *ctx)
{
	struct wf_now *next = ctx;

	next->wall_us++;
	return *next;
}

START_TEST(a_script_can_be_the_clock)
{
	struct wf_now script = {.wall_us = 41, .boot_us = 7};
	struct wf_clock clock = {.read = scripted_read, .ctx = &script};

	ck_assert_int_eq(wf_clock_now(&clock).wall_us, 42);
	ck_assert_int_eq(wf_clock_now(&clock).wall_us, 43);
	ck_assert_int_eq(wf_clock_now(&clock).boot_us, 7);
}
END_TEST

static const struct {
	const char *zone;
	int64_t wall_us;
	const char *text;
} times[] = {
	{"UTC0", 0, "1970-01-01T00:00:00.000000+00:00"},
	{"JST-9", 1772323200000000, "2026-03-01T09:00:00.000000+09:00"},
	{"UTC0", 1772323200000001, "2026-03-01T00:00:00.000001+00:00"},
	{"UTC0", 1772323200999999, "2026-03-01T00:00:00.999999+00:00"},
	{"NST3:30", 1772323200123456, "2026-02-28T20:30:00.123456-03:30"},
	{"UTC0", -1, "1969-12-31T23:59:59.999999+00:00"},
	{"UTC0", -1000000, "1969-12-31T23:59:59.000000+00:00"},
	{"UTC0", INT64_MAX, "294247-01-10T04:00:54.775807+00:00"},
};

START_TEST(rfc3339_table)
{
	char text[40];

	setenv("TZ", times[_i].zone, 1);
	tzset();
	wf_clock_rfc3339(times[_i].wall_us, text);
	ck_assert_str_eq(text, times[_i].text);
}
END_TEST

START_TEST(the_boot_has_an_id_that_stays)
{
	char a[37], b[37];

	wf_clock_boot_id(a);
	wf_clock_boot_id(b);
	ck_assert_str_eq(a, b);
	ck_assert_uint_eq(strlen(a), 36);
	ck_assert_uint_eq(strspn(a, "0123456789abcdef-"), 36);
}
END_TEST

START_TEST(synchronised_can_be_asked)
{
	/* What the answer is depends on the machine; that it is the same twice does not. */
	ck_assert_int_eq(wf_clock_synchronised(), wf_clock_synchronised());
}
END_TEST

static Suite *
clock_suite(void)
{
	Suite *suite = suite_create("clock");
	TCase *tc = tcase_create("clock");

	tcase_add_test(tc, the_system_clock_is_now_and_advances);
	tcase_add_test(tc, a_script_can_be_the_clock);
	tcase_add_loop_test(tc, rfc3339_table, 0, sizeof(times) / sizeof(times[0]));
	tcase_add_test(tc, the_boot_has_an_id_that_stays);
	tcase_add_test(tc, synchronised_can_be_asked);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(clock_suite)
