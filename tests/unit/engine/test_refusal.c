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
	row.time_us = row.first_us = row.last_us = time_us;
	return row;
}

static bool
note(const char *user, const char *source, int64_t time_us)
{
	struct audit_row row = row_of(user, source, time_us);

	return refusals_note(refusals, &row, REFUSAL_STRANGER);
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

static void
take_back(const char *user, const char *source, bool written)
{
	struct audit_row row = row_of(user, source, 10 * MINUTE);

	refusals_take_back(refusals, &row, written);
}

/* What was noted and is none: the next one is the first, or one fewer is counted. */
START_TEST(taken_back_as_if_it_had_not_been)
{
	struct audit_row row;

	ck_assert(note("alice", "192.0.2.1", 10 * MINUTE + 1));
	take_back("alice", "192.0.2.1", true);
	ck_assert(!refusals_take(refusals, 11 * MINUTE, true, &row));
	ck_assert(note("bob", "192.0.2.1", 10 * MINUTE + 1));
	take_back("bob", "192.0.2.1", true);
	ck_assert(note("bob", "192.0.2.1", 10 * MINUTE + 2));
	ck_assert(!note("bob", "192.0.2.1", 10 * MINUTE + 3));
	ck_assert(!note("bob", "192.0.2.1", 10 * MINUTE + 4));
	take_back("bob", "192.0.2.1", false);
	ck_assert(refusals_take(refusals, 11 * MINUTE, false, &row));
	ck_assert_uint_eq(row.count, 1);
	take_back("bob", "192.0.2.1", false); /* its minute has been told */
	ck_assert(!refusals_take(refusals, 11 * MINUTE, true, &row));
}
END_TEST

START_TEST(taken_back_out_of_the_overflow)
{
	struct audit_row row;
	char source[32];

	for (int i = 0; i <= REFUSAL_NAMES; i++) {
		(void)snprintf(source, sizeof(source), "192.0.2.1/%d", i);
		ck_assert_int_eq(note("alice", source, 10 * MINUTE + 1), i < REFUSAL_NAMES);
	}
	take_back("alice", source, false);
	ck_assert(!refusals_take(refusals, 11 * MINUTE, false, &row));
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

/* What could not be written is counted on, in the row that can be. */
START_TEST(returned_rows_come_again)
{
	struct audit_row row, first = row_of("alice", "192.0.2.1", MINUTE);

	ck_assert(refusals_note(refusals, &first, REFUSAL_ACCOUNT));
	refusals_return(refusals, &first); /* the row of the first could not be written */
	ck_assert(!note("alice", "192.0.2.1", MINUTE + 1));
	ck_assert(note("bob", "192.0.2.1", MINUTE + 2));
	ck_assert(!note("bob", "192.0.2.1", MINUTE + 3));
	for (int i = 0; i < 2; i++) {
		ck_assert(refusals_take(refusals, 2 * MINUTE, false, &row));
		/* nor could the gathered ones, one after the other */
		refusals_return(refusals, &row);
	}
	ck_assert(!note("alice", "192.0.2.1", 2 * MINUTE));
	ck_assert(!note("bob", "192.0.2.1", 2 * MINUTE));
	for (uint32_t counted = 0; counted < 5;) {
		ck_assert(refusals_take(refusals, 3 * MINUTE, false, &row));
		ck_assert_uint_eq(row.count, strcmp(row.user, "alice") == 0 ? 3 : 2);
		ck_assert_int_eq(
			row.first_us, strcmp(row.user, "alice") == 0 ? MINUTE : MINUTE + 3);
		ck_assert_int_eq(row.last_us, 2 * MINUTE);
		counted += row.count;
	}
	ck_assert(!refusals_take(refusals, 3 * MINUTE, false, &row));
	/* late, when the table is empty: a row of the next minute */
	refusals_return(refusals, &row);
	ck_assert(!note(row.user, row.source, 3 * MINUTE + 1));
	ck_assert(refusals_take(refusals, 4 * MINUTE, false, &row));
}
END_TEST

/*
 * A pair that was written before the one that could not be, and is counted again before the rest is
 * taken.
 */
START_TEST(a_return_goes_back_to_the_first)
{
	struct audit_row first, second, row;
	unsigned taken = 0;

	for (int i = 0; i < 2; i++) {
		(void)note("alice", "192.0.2.1", MINUTE);
		(void)note("bob", "192.0.2.1", MINUTE);
	}
	ck_assert(refusals_take(refusals, 2 * MINUTE, false, &first));
	ck_assert(refusals_take(refusals, 2 * MINUTE, false, &second));
	refusals_return(refusals, &second);
	ck_assert(!note(first.user, first.source, 2 * MINUTE));
	while (refusals_take(refusals, 3 * MINUTE, false, &row))
		taken += row.count;
	ck_assert_uint_eq(taken, 2);
}
END_TEST

START_TEST(a_returned_overflow_stays_one)
{
	struct audit_row row, again;
	char user[32];

	for (unsigned i = 0; i < REFUSAL_NAMES + 7; i++) {
		snprintf(user, sizeof(user), "user%u", i);
		(void)note(user, "192.0.2.1", MINUTE);
	}
	ck_assert(refusals_take(refusals, 2 * MINUTE, false, &row));
	refusals_return(refusals, &row);
	ck_assert(refusals_take(refusals, 2 * MINUTE, false, &row));
	ck_assert_str_eq(row.reason, "overflow");
	ck_assert_uint_eq(row.count, 7);
	ck_assert(!refusals_take(refusals, 2 * MINUTE, false, &again));
	refusals_return(refusals, &row);
	for (unsigned i = 0; i < REFUSAL_NAMES + 3; i++) {
		snprintf(user, sizeof(user), "user%u", i);
		(void)note(user, "192.0.2.1", 3 * MINUTE);
	}
	ck_assert(refusals_take(refusals, 4 * MINUTE, false, &row));
	ck_assert_uint_eq(
		row.count, 7 + REFUSAL_NAMES + 3 - 2 * refusal_allowances[REFUSAL_STRANGER].rate);
	ck_assert(!refusals_take(refusals, 4 * MINUTE, false, &again));
}
END_TEST

/* How many of `n` new pairs of this kind are written at once in this minute. */
static unsigned
new_pairs(enum refusal_kind kind, unsigned n, int64_t minute)
{
	unsigned written = 0;
	struct audit_row row;
	char user[32];

	for (unsigned i = 0; i < n; i++) {
		snprintf(user, sizeof(user), "k%d-m%lld-%u", (int)kind, (long long)minute, i);
		row = row_of(user, "192.0.2.1", minute * MINUTE);
		written += refusals_note(refusals, &row, kind);
	}
	while (refusals_take(refusals, minute * MINUTE, true, &row))
		;
	return written;
}

/*
 * The beginning of an attack is told in full, its weeks by a few rows a minute; one kind costs no
 * other.
 */
START_TEST(allowances_are_apart_and_grow)
{
	for (int i = 0; i < REFUSAL_KINDS; i++) {
		enum refusal_kind kind = (enum refusal_kind)i;

		ck_assert_uint_eq(new_pairs(kind, 2000, 100), refusal_allowances[i].most);
		ck_assert_uint_eq(new_pairs(kind, 2000, 100), 0);
	}
	for (int i = 0; i < REFUSAL_KINDS; i++) {
		enum refusal_kind kind = (enum refusal_kind)i;

		ck_assert_uint_eq(new_pairs(kind, 2000, 101 + i),
			refusal_allowances[i].rate * (1 + (unsigned)i));
	}
	/* a clock that steps back gives nothing */
	ck_assert_uint_eq(new_pairs(REFUSAL_CLAIMED, 2000, 50), 0);
	ck_assert_uint_eq(new_pairs(REFUSAL_STRANGER, 2000, 1000000000),
		refusal_allowances[REFUSAL_STRANGER].most);
}
END_TEST

START_TEST(the_bound_is_that_of_the_allowances)
{
	unsigned rate = 0, most = 0;

	for (size_t i = 0; i < REFUSAL_KINDS; i++) {
		rate += refusal_allowances[i].rate;
		most += refusal_allowances[i].most;
	}
	ck_assert_uint_eq(REFUSAL_ROWS(7), 7 * (2 * rate + 1) + 2 * most);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("engine/refusal");
	TCase *gather = tcase_create("gather");

	tcase_add_checked_fixture(gather, set_up, tear_down);
	tcase_add_test(gather, first_now_rest_counted);
	tcase_add_test(gather, taken_back_as_if_it_had_not_been);
	tcase_add_test(gather, taken_back_out_of_the_overflow);
	tcase_add_test(gather, all_at_stop);
	tcase_add_test(gather, overflow_is_one_row);
	tcase_add_test(gather, late_taking_loses_none);
	tcase_add_test(gather, returned_rows_come_again);
	tcase_add_test(gather, a_return_goes_back_to_the_first);
	tcase_add_test(gather, a_returned_overflow_stays_one);
	tcase_add_test(gather, allowances_are_apart_and_grow);
	tcase_add_test(gather, the_bound_is_that_of_the_allowances);
	suite_add_tcase(it, gather);
	return it;
}

UNIT_MAIN(suite)
