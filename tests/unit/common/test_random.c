/* Randomness: fills all of it, differs from draw to draw, and a drawn number keeps to its range. */
#include "config.h"

#include "common/random.h"

#include <string.h>

#include "tests/unit/unit.h"

START_TEST(fills_every_byte)
{
	uint8_t seen[1000] = {0};
	uint8_t bytes[1000];

	/* The chance that a byte is zero 20 times in a row is 2^-160. */
	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(wf_random_bytes(bytes, sizeof(bytes)), WF_OK);
		for (size_t at = 0; at < sizeof(bytes); at++)
			seen[at] |= bytes[at];
	}
	for (size_t at = 0; at < sizeof(seen); at++)
		ck_assert_uint_ne(seen[at], 0);
}
END_TEST

START_TEST(keeps_to_the_length)
{
	uint8_t bytes[6] = {7, 7, 7, 7, 7, 7};

	ck_assert_int_eq(wf_random_bytes(bytes + 1, 0), WF_OK);
	ck_assert_mem_eq(bytes, "\7\7\7\7\7\7", 6);
	ck_assert_int_eq(wf_random_bytes(bytes + 1, 4), WF_OK);
	ck_assert_uint_eq(bytes[0], 7);
	ck_assert_uint_eq(bytes[5], 7);
}
END_TEST

START_TEST(draws_differ)
{
	uint8_t a[16], b[16];

	ck_assert_int_eq(wf_random_bytes(a, sizeof(a)), WF_OK);
	ck_assert_int_eq(wf_random_bytes(b, sizeof(b)), WF_OK);
	ck_assert_mem_ne(a, b, sizeof(a));
}
END_TEST

START_TEST(numbers_keep_to_their_range_and_reach_all_of_it)
{
	uint32_t seen[10] = {0};
	uint32_t value;

	for (int i = 0; i < 10000; i++) {
		ck_assert_int_eq(wf_random_below(10, &value), WF_OK);
		ck_assert_uint_lt(value, 10);
		seen[value]++;
	}
	/* Expected 1000 each with a deviation of 30: ten deviations are not met by chance. */
	for (size_t i = 0; i < 10; i++) {
		ck_assert_uint_gt(seen[i], 700);
		ck_assert_uint_lt(seen[i], 1300);
	}
}
END_TEST

START_TEST(edges_of_the_range)
{
	uint32_t value = 77;

	ck_assert_int_eq(wf_random_below(0, &value), WF_INVALID);
	ck_assert_uint_eq(value, 77);
	ck_assert_int_eq(wf_random_below(1, &value), WF_OK);
	ck_assert_uint_eq(value, 0);
	ck_assert_int_eq(wf_random_below(UINT32_MAX, &value), WF_OK);
	ck_assert_uint_lt(value, UINT32_MAX);
}
END_TEST

/*
 * With a bound just over half of 2^32 nearly every other draw is thrown away; none may be folded.
 */
START_TEST(uneven_bounds_are_not_folded)
{
	uint32_t bound = 0x80000001;
	uint32_t low = 0;
	uint32_t value;

	for (int i = 0; i < 10000; i++) {
		ck_assert_int_eq(wf_random_below(bound, &value), WF_OK);
		ck_assert_uint_lt(value, bound);
		low += value < bound / 2;
	}
	ck_assert_uint_gt(low, 4500);
	ck_assert_uint_lt(low, 5500);
}
END_TEST

static Suite *
random_suite(void)
{
	Suite *suite = suite_create("random");
	TCase *tc = tcase_create("random");

	tcase_add_test(tc, fills_every_byte);
	tcase_add_test(tc, keeps_to_the_length);
	tcase_add_test(tc, draws_differ);
	tcase_add_test(tc, numbers_keep_to_their_range_and_reach_all_of_it);
	tcase_add_test(tc, edges_of_the_range);
	tcase_add_test(tc, uneven_bounds_are_not_folded);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(random_suite)
