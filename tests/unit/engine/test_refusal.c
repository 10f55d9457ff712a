/* Refusals: the first at once, the rest as a count at the minute's end, one overflow row (I3). */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/engine/refusal.h"
#include "tests/unit/unit.h"

#define MINUTE INT64_C(60000000)

static struct refusals *refusals;

static void
set_up(void)
{
	ck_assert_int_eq(refusals_new(&refusals), WF_OK);
}

static void
tear_down(void)
{
	refusals_free(&refusals);
}

static struct audit_row
row_of(const char *user, const char *source, int64_t time_us)
{
	struct audit_row row;

	audit_row_init(&row, AUDIT_AUTH, "login");
	AUDIT_TEXT(row.user, user);
	AUDIT_TEXT(row.source, source);
	row.time_us = time_us;
	return row;
}

static bool
note(const char *user, const char *source, int64_t time_us)
{
	struct audit_row row = row_of(user, source, time_us);

	return refusals_note(refusals, &row);
}

START_TEST(first_now_rest_counted)
{
	struct audit_row row;

	ck_assert(note("alice", "192.0.2.1", 10 * MINUTE + 1));
	ck_assert(!note("alice", "192.0.2.1", 10 * MINUTE + 2));
	ck_assert(!note("alice", "192.0.2.1", 10 * MINUTE + 5));
	ck_assert(note("alice", "192.0.2.2", 10 * MINUTE + 6));
	ck_assert(note("bob", "192.0.2.1", 10 * MINUTE + 7));
	ck_assert(!refusals_take(refusals, 10 * MINUTE + 59000000, false, &row));
	ck_assert(refusals_take(refusals, 11 * MINUTE, false, &row));
	ck_assert_str_eq(row.user, "alice");
	ck_assert_str_eq(row.source, "192.0.2.1");
	ck_assert_uint_eq(row.count, 2);
	ck_assert_int_eq(row.first_us, 10 * MINUTE + 2);
	ck_assert_int_eq(row.last_us, 10 * MINUTE + 5);
	ck_assert(!refusals_take(refusals, 11 * MINUTE, false, &row));
	ck_assert(note("alice", "192.0.2.1", 11 * MINUTE + 1));
}
END_TEST

START_TEST(all_at_stop)
{
	struct audit_row row;

	ck_assert(note("alice", "192.0.2.1", MINUTE));
	ck_assert(!note("alice", "192.0.2.1", MINUTE));
	ck_assert(refusals_take(refusals, MINUTE + 1, true, &row));
	ck_assert_uint_eq(row.count, 1);
}
END_TEST

START_TEST(overflow_is_one_row)
{
	struct audit_row row;
	char user[32];
	unsigned written = 0, overflowed = 0;

	for (unsigned i = 0; i < REFUSAL_NAMES + 500; i++) {
		snprintf(user, sizeof(user), "user%u", i);
		written += note(user, "192.0.2.1", MINUTE + i);
	}
	ck_assert_uint_eq(written, REFUSAL_NAMES);
	while (refusals_take(refusals, 2 * MINUTE, false, &row)) {
		ck_assert_str_eq(row.reason, "overflow");
		ck_assert_uint_eq(row.count, 500);
		overflowed++;
	}
	ck_assert_uint_eq(overflowed, 1);
}
END_TEST

/* Nothing is lost when nobody takes a minute out before the next one starts. */
START_TEST(late_taking_loses_none)
{
	struct audit_row row;
	unsigned counted = 0;

	ck_assert(note("alice", "192.0.2.1", MINUTE));
	for (int i = 0; i < 5; i++)
		counted += !note("alice", "192.0.2.1", (2 + i) * MINUTE);
	ck_assert_uint_eq(counted, 5);
	ck_assert(refusals_take(refusals, 9 * MINUTE, false, &row));
	ck_assert_uint_eq(row.count, 5);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/refusal");
	TCase *gather = tcase_create("gather");

	tcase_add_checked_fixture(gather, set_up, tear_down);
	tcase_add_test(gather, first_now_rest_counted);
	tcase_add_test(gather, all_at_stop);
	tcase_add_test(gather, overflow_is_one_row);
	tcase_add_test(gather, late_taking_loses_none);
	suite_add_tcase(it, gather);
	return it;
}

UNIT_MAIN(suite)
