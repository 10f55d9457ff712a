/* Times as people type them. The zone is Japan's; now is 2026-03-01 09:00:00 there. */
#include "config.h"

#include "ctl/when.h"

#include <stdlib.h>
#include <time.h>

#include "tests/unit/unit.h"

#define S INT64_C(1000000)
#define HOUR (3600 * S)
#define DAY (24 * HOUR)
#define NOW (INT64_C(1772323200) * S)	  /* 2026-03-01T00:00:00Z */
#define MIDNIGHT (NOW - 9 * HOUR)	  /* 2026-03-01 in Japan */

static const struct {
	const char *text;
	unsigned flags;
	int64_t us; /* -1: refused */
} samples[] = {
	{"now", 0, NOW},
	{"2h", 0, NOW - 2 * HOUR},
	{"2h", WHEN_AHEAD, NOW + 2 * HOUR},
	{"90s", 0, NOW - 90 * S},
	{"1w", WHEN_AHEAD, NOW + 7 * DAY},
	{"today", 0, MIDNIGHT},
	{"yesterday", 0, MIDNIGHT - DAY},
	{"tomorrow", 0, MIDNIGHT + DAY},
	{"today", WHEN_DAY_END, MIDNIGHT + DAY - 1},
	{"2026-03-01", 0, MIDNIGHT},
	{"2026-03-01", WHEN_DAY_END, MIDNIGHT + DAY - 1},
	{"2026-03-01T09:00:00", 0, NOW},
	{"2026-03-01T09:00:00", WHEN_DAY_END, NOW},
	{"2026-03-01 09:00", 0, NOW},
	{"2026-03-01T00:00:00Z", 0, NOW},
	{"2026-03-01T09:00:00+09:00", 0, NOW},
	{"2026-02-28T19:30:00-04:30", 0, NOW},
	{"2026-03-01T00:00:00.250Z", 0, NOW + 250000},
	{"2028-02-29", 0, MIDNIGHT + 730 * DAY},
	{"2026-03", 0, MIDNIGHT},
	{"2026-03", WHEN_DAY_END, MIDNIGHT + 31 * DAY - 1},
	{"2026-03", WHEN_DAY_END | WHEN_DAY_NEXT, MIDNIGHT + 31 * DAY},
	{"2026-03-01", WHEN_DAY_END | WHEN_DAY_NEXT, MIDNIGHT + DAY},
	{"today", WHEN_DAY_END | WHEN_DAY_NEXT, MIDNIGHT + DAY},
	{"2026-03-01T09:00:00", WHEN_DAY_END | WHEN_DAY_NEXT, NOW},
	{"2026-02", 0, MIDNIGHT - 28 * DAY},
	{"2025-12", WHEN_DAY_END, MIDNIGHT - 59 * DAY - 1},

	{"", 0, -1},
	{"soon", 0, -1},
	{"2026", 0, -1},
	{"20260301", 0, -1},
	{"2026-13", 0, -1},
	{"2026-00", 0, -1},
	{"2026/03", 0, -1},
	{"2026-3x", 0, -1},
	{"2026-3-1", 0, -1},
	{"2026-02-30", 0, -1},
	{"2026-13-01", 0, -1},
	{"2026-03-01T24:00:00", 0, -1},
	{"2026-03-01T09:00:00+9:00", 0, -1},
	{"2026-03-01T09:00:00Zx", 0, -1},
	{"2026-03-01x", 0, -1},
	{"2026-03-01T09:00:00.", 0, -1},
	{"2h30m", 0, -1},
	{"-2h", 0, -1},
	{"0h", 0, -1},
	{"99999999999999999999h", 0, -1},
	{"2y", 0, -1},
};

START_TEST(sample_means_what_is_written)
{
	int64_t us = -1;
	wf_status status = when_parse(samples[_i].text, NOW, samples[_i].flags, &us);

	ck_assert_int_eq(status, samples[_i].us < 0 ? WF_INVALID : WF_OK);
	ck_assert_int_eq(us, samples[_i].us);
}
END_TEST

#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"
#define NEW_YORK "EST5EDT,M3.2.0,M11.1.0"
#define MIDNIGHT_LEFT_OUT "<-03>3<-02>,M11.1.0/0,M2.3.0/0" /* as in Brazil until 2019 */

/* Changes of summer time, leap seconds, and the ends of numbers of 32 bits. */
static const struct {
	const char *zone, *text;
	unsigned flags;
	int64_t seconds; /* since 1970; of the end of a day: after its last microsecond */
} far_samples[] = {
	{BERLIN, "2026-03-29", 0, 1774738800},
	{BERLIN, "2026-03-29", WHEN_DAY_END, 1774821600}, /* 23 hours later */
	{BERLIN, "2026-03-29T01:59:59", 0, 1774745999},
	{BERLIN, "2026-03-29T03:00:00", 0, 1774746000},
	{BERLIN, "2026-10-25", 0, 1792879200},
	{BERLIN, "2026-10-25", WHEN_DAY_END, 1792969200}, /* 25 hours later */
	{BERLIN, "2026-10-25T02:30:00+02:00", 0, 1792888200},
	{BERLIN, "2026-10-25T02:30:00+01:00", 0, 1792891800},
	{NEW_YORK, "2026-03-08", 0, 1772946000},
	{NEW_YORK, "2026-03-08", WHEN_DAY_END, 1773028800},
	{NEW_YORK, "2026-11-01", WHEN_DAY_END, 1793595600},
	{MIDNIGHT_LEFT_OUT, "2026-11-01T01:00:00", 0, 1793502000},
	{MIDNIGHT_LEFT_OUT, "2026-11-01", WHEN_DAY_END, 1793584800},
	{"UTC0", "2016-12-31T23:59:59Z", 0, 1483228799},
	{"UTC0", "2016-12-31T23:59:60Z", 0, 1483228800},
	{"UTC0", "2017-01-01T08:59:60+09:00", 0, 1483228800},
	{"UTC0", "2038-01-19T03:14:08Z", 0, INT64_C(1) << 31},
	{"UTC0", "2106-02-07T06:28:16Z", 0, INT64_C(1) << 32},
	{"UTC0", "2099-01-01", 0, INT64_C(4070908800)},
	{"UTC0", "9999-12-31T23:59:59Z", 0, INT64_C(253402300799)},
};

START_TEST(far_sample_means_what_is_written)
{
	int64_t us = -1;
	int64_t end = (far_samples[_i].flags & WHEN_DAY_END) != 0 ? 1 : 0;

	setenv("TZ", far_samples[_i].zone, 1);
	tzset();
	ck_assert_int_eq(when_parse(far_samples[_i].text, NOW, far_samples[_i].flags, &us), WF_OK);
	ck_assert_int_eq(us + end, far_samples[_i].seconds * S);
}
END_TEST

/* A day that has no midnight is a day all the same. */
START_TEST(a_day_may_lack_its_midnight)
{
	int64_t us = -1;

	setenv("TZ", MIDNIGHT_LEFT_OUT, 1);
	tzset();
	ck_assert_int_eq(when_parse("2026-11-01", NOW, 0, &us), WF_OK);
	ck_assert_int_le(llabs(us - 1793502000 * S), HOUR);
}
END_TEST

static const struct {
	const char *text;
	int64_t us;
} durations[] = {
	{"90", 90 * S},
	{"1s", S},
	{"10m", 600 * S},
	{"1h", HOUR},
	{"1d", DAY},
	{"", -1},
	{"0", -1},
	{"m", -1},
	{"1.5h", -1},
	{"10 m", -1},
	{"10mm", -1},
	{"1000w", -1},
	{"9999999999", -1},
};

START_TEST(duration_means_what_is_written)
{
	int64_t us = -1;
	wf_status status = when_duration(durations[_i].text, &us);

	ck_assert_int_eq(status, durations[_i].us < 0 ? WF_INVALID : WF_OK);
	ck_assert_int_eq(us, durations[_i].us);
}
END_TEST

START_TEST(times_are_shown_in_local_time)
{
	char text[32];

	when_format(NOW, text);
	ck_assert_str_eq(text, "2026-03-01 09:00:00");
}
END_TEST

static void
in_japan(void)
{
	setenv("TZ", "JST-9", 1);
}

static Suite *
when_suite(void)
{
	Suite *suite = suite_create("when");
	TCase *tc = tcase_create("typed");

	tcase_add_checked_fixture(tc, in_japan, NULL);
	tcase_add_loop_test(
		tc, sample_means_what_is_written, 0, sizeof(samples) / sizeof(samples[0]));
	tcase_add_loop_test(
		tc, duration_means_what_is_written, 0, sizeof(durations) / sizeof(durations[0]));
	tcase_add_loop_test(tc, far_sample_means_what_is_written, 0,
		sizeof(far_samples) / sizeof(far_samples[0]));
	tcase_add_test(tc, a_day_may_lack_its_midnight);
	tcase_add_test(tc, times_are_shown_in_local_time);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(when_suite)
