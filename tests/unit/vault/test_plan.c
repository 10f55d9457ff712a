/* When copies are due, what they are called, which are kept. */
#include "config.h"

#include "authd/vault/plan.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#define S INT64_C(1000000)
#define HOUR (3600 * S)
#define DAY (24 * HOUR)
#define MONDAY (INT64_C(1772409600) * S) /* 2026-03-02 00:00:00 UTC */
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

START_TEST(a_name_says_node_and_second)
{
	char name[PLAN_NAME_SIZE];
	int64_t time_us = -1;

	plan_name("auth1", MONDAY + 5 * HOUR + 50 * 60 * S + 999999, name);
	ck_assert_str_eq(name, "warifu-20260302T055000Z-auth1.backup");
	ck_assert(plan_name_read(name, "auth1", &time_us));
	ck_assert_int_eq(time_us, MONDAY + 5 * HOUR + 50 * 60 * S);
}
END_TEST

START_TEST(what_is_not_ours_is_not_ours)
{
	static const char *const names[] = {"", "warifu-", "warifu-20260302T055000Z.backup",
		"warifu-20260302T055000Z-auth2.backup",     /* another host's */
		"warifu-20260302T055000Z-auth1.backup.old", /* somebody's copy of a copy */
		"warifu-20260302-055000.backup",            /* made by hand */
		"warifu-20260230T055000Z-auth1.backup",     /* no such day */
		"warifu-20260302T055060Z-auth1.backup",     /* no such second */
		"warifu-20260302T05500 Z-auth1.backup", "warifu-+2260302T055000Z-auth1.backup",
		".warifu-20260302T055000Z-auth1.backup.tmp", "Warifu-20260302T055000Z-auth1.backup",
		"notes.txt"};
	int64_t time_us = -1;

	for (size_t i = 0; i < LENGTH(names); i++)
		ck_assert_msg(!plan_name_read(names[i], "auth1", &time_us), "'%s'", names[i]);
	ck_assert_int_eq(time_us, -1);
}
END_TEST

START_TEST(a_copy_is_due)
{
	static const struct {
		int64_t every_s, newest_us;
		bool due;
	} rows[] = {
		{0, 0, false}, /* nobody wants any */
		{0, MONDAY - 100 * DAY, false},
		{3600, 0, true}, /* there is none yet */
		{3600, MONDAY, false},
		{3600, MONDAY - HOUR + 1, false},
		{3600, MONDAY - HOUR, true},
		{86400, MONDAY - HOUR, false},
		{86400, MONDAY - DAY, true},
		{3600, MONDAY + 60 * S, false},    /* a small step back of the clock */
		{3600, MONDAY + 60 * S + 1, true}, /* of a clock that was wrong */
	};

	for (size_t i = 0; i < LENGTH(rows); i++)
		ck_assert_msg(
			plan_is_due(rows[i].every_s, rows[i].newest_us, MONDAY) == rows[i].due,
			"row %zu", i);
}
END_TEST

/* The rule, one copy a row, seen from Wednesday at noon: all the others are there as well. */
START_TEST(what_is_kept)
{
	static const struct plan_keep keep = {.days = 3, .weeks = 2};
	const int64_t now = MONDAY + 2 * DAY + 12 * HOUR;
	const struct {
		int64_t time_us;
		bool spare;
	} rows[] = {
		{MONDAY - 15 * DAY, true},            /* a Sunday, three weeks ago: over */
		{MONDAY - 14 * DAY, false},           /* the first of the week before the last */
		{MONDAY - 13 * DAY, true},            /* that week has its copy */
		{MONDAY - 7 * DAY + HOUR, false},     /* the first of the last week */
		{MONDAY - 6 * DAY, true},
		{MONDAY - DAY, false},                /* the first of three days ago: Sunday */
		{MONDAY - DAY + HOUR, true},          /* the second one */
		{MONDAY, false},                      /* the first of two days ago */
		{MONDAY + HOUR, true},                /* more than two days, and not the first */
		{MONDAY + 13 * HOUR, false},          /* of the last two days all are kept */
		{MONDAY + 14 * HOUR, false},
		{MONDAY + 2 * DAY + 11 * HOUR, false},
	};
	int64_t times[LENGTH(rows)];
	bool spare[LENGTH(rows)];
	size_t wanted = 0;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		times[i] = rows[i].time_us;
		wanted += rows[i].spare;
	}
	ck_assert_uint_eq(plan_spare(&keep, now, times, LENGTH(rows), spare), wanted);
	for (size_t i = 0; i < LENGTH(rows); i++)
		ck_assert_msg(spare[i] == rows[i].spare, "row %zu", i);
}
END_TEST

/* However old: where no newer one could be made it is all that there is. */
START_TEST(the_last_one_is_never_let_go)
{
	static const struct plan_keep keep = {.days = 1, .weeks = 1};
	const int64_t times[] = {MONDAY - 900 * DAY, MONDAY - 800 * DAY};
	bool spare[LENGTH(times)];

	ck_assert_uint_eq(plan_spare(&keep, MONDAY, times, LENGTH(times), spare), 1);
	ck_assert(spare[0]);
	ck_assert(!spare[1]);
}
END_TEST

/* What is kept is kept by every later look as well, until its time is over: nothing is lost that
 * the rule still wants because something else was let go before. */
START_TEST(a_year_of_hours_leaves_what_the_rule_says)
{
	static const struct plan_keep keep = {.days = 14, .weeks = 8};
	static int64_t times[400];
	static bool spare[400];
	size_t n = 0;

	for (int64_t now = MONDAY; now < MONDAY + 365 * DAY; now += HOUR) {
		size_t left = 0;

		times[n++] = now;
		(void)plan_spare(&keep, now, times, n, spare);
		for (size_t i = 0; i < n; i++)
			if (!spare[i])
				times[left++] = times[i];
		n = left;
		ck_assert_uint_lt(n, 100);
	}
	/* 49 of the last two days; the first of 12 days before, and of 6 weeks before that */
	ck_assert_uint_ge(n, 49 + 12 + 6);
	ck_assert_int_le(times[0], MONDAY + (365 - 56) * DAY);
}
END_TEST

START_TEST(pauses_grow)
{
	ck_assert_int_eq(plan_pause_s(0), 60);
	ck_assert_int_eq(plan_pause_s(1), 120);
	ck_assert_int_eq(plan_pause_s(6), 3840);
	ck_assert_int_eq(plan_pause_s(4000000000U), 3840);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("vault/plan");
	TCase *tcase = tcase_create("plan");

	tcase_add_test(tcase, a_name_says_node_and_second);
	tcase_add_test(tcase, what_is_not_ours_is_not_ours);
	tcase_add_test(tcase, a_copy_is_due);
	tcase_add_test(tcase, what_is_kept);
	tcase_add_test(tcase, the_last_one_is_never_let_go);
	tcase_add_test(tcase, a_year_of_hours_leaves_what_the_rule_says);
	tcase_add_test(tcase, pauses_grow);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
