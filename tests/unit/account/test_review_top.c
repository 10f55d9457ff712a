/* The most frequent names of a stream: exact while they have room, honest when they have not. */
#include "config.h"

#include "authd/account/review_top.h"
#include "tests/unit/dice.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#define PLACES 64
#define NAMED 20

static struct review_top *top;
static struct review_named list[NAMED];
static struct review_counts rest;

static void
setup(void)
{
	ck_assert_int_eq(review_top_new(PLACES, 16, &top), WF_OK);
}

static void
teardown(void)
{
	review_top_free(&top);
	ck_assert_ptr_null(top);
	review_top_free(&top);
}

/* All that was added, wherever it stands now. */
static uint64_t
told(size_t n)
{
	uint64_t sum = review_counts_all(&rest);

	for (size_t i = 0; i < n; i++)
		sum += review_counts_all(&list[i].counts);
	return sum;
}

START_TEST(nothing_has_no_names)
{
	ck_assert_uint_eq(review_top_list(top, list, NAMED, &rest), 0);
	ck_assert_uint_eq(review_counts_all(&rest), 0);
	ck_assert_ptr_null(review_top_find(top, "a"));
}
END_TEST

START_TEST(they_are_in_order)
{
	review_top_add(top, "few", REVIEW_FAILURE, 1);
	review_top_add(top, "many", REVIEW_SUCCESS, 4);
	review_top_add(top, "b", REVIEW_REFUSED, 2);
	review_top_add(top, "a", REVIEW_FAILURE, 2);
	review_top_add(top, "many", REVIEW_UNAVAILABLE, 1);
	ck_assert_uint_eq(review_top_list(top, list, 3, &rest), 3);
	ck_assert_str_eq(list[0].name, "many");
	ck_assert_uint_eq(list[0].counts.of[REVIEW_SUCCESS], 4);
	ck_assert_uint_eq(list[0].counts.of[REVIEW_UNAVAILABLE], 1);
	ck_assert_str_eq(list[1].name, "a");
	ck_assert_str_eq(list[2].name, "b");
	ck_assert(!list[0].at_least);
	ck_assert_uint_eq(rest.of[REVIEW_FAILURE], 1);
	ck_assert_uint_eq(review_counts_all(&rest), 1);
}
END_TEST

/* Against an array of counters, which any number of names would need. */
START_TEST(with_room_for_all_they_are_exact)
{
	uint64_t counted[PLACES] = {0};
	uint32_t dice = 1;

	for (int i = 0; i < 20000; i++) {
		const unsigned which = dice_pick(&dice, dice_pick(&dice, PLACES) + 1);
		const unsigned n = 1 + dice_pick(&dice, 5);
		char name[16];

		(void)snprintf(name, sizeof(name), "n%u", which);
		counted[which] += n;
		review_top_add(top, name, (enum review_outcome)dice_pick(&dice, 5), n);
	}
	for (unsigned i = 0; i < PLACES; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "n%u", i);
		ck_assert_uint_eq(review_counts_all(review_top_find(top, name)), counted[i]);
	}
}
END_TEST

/* A name with more than 1/places of all cannot be displaced; nothing is told that was not so. */
START_TEST(a_flood_displaces_no_frequent_name)
{
	uint64_t heavy = 0, all = 0;
	uint32_t dice = 7;
	size_t n;

	for (int i = 0; i < 100000; i++, all++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "s%u", dice_pick(&dice, 50000));
		if (i % 20 == 0)
			heavy++;
		review_top_add(top, i % 20 == 0 ? "office" : name,
			i % 20 == 0 ? REVIEW_SUCCESS : REVIEW_FAILURE, 1);
	}
	n = review_top_list(top, list, NAMED, &rest);
	ck_assert_uint_eq(n, NAMED);
	ck_assert_str_eq(list[0].name, "office");
	ck_assert_uint_eq(list[0].counts.of[REVIEW_SUCCESS], heavy);
	ck_assert(!list[0].at_least);
	for (size_t i = 1; i < n; i++) {
		ck_assert(list[i].at_least);
		ck_assert_uint_le(review_counts_all(&list[i].counts), 20);
	}
	ck_assert_uint_eq(told(n), all);
}
END_TEST

/* One that comes late takes the lightest place, and what it inherits is not told as its own. */
START_TEST(what_is_inherited_is_not_told)
{
	for (unsigned i = 0; i < PLACES; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "n%u", i);
		review_top_add(top, name, REVIEW_FAILURE, i == 9 ? 3 : 10);
	}
	review_top_add(top, "late", REVIEW_SUCCESS, 1);
	ck_assert_ptr_null(review_top_find(top, "n9"));
	ck_assert_uint_eq(review_counts_all(review_top_find(top, "late")), 1);
	review_top_add(top, "later", REVIEW_SUCCESS, 1); /* 4 is still the least */
	ck_assert_ptr_null(review_top_find(top, "late"));
	ck_assert_uint_eq(told(review_top_list(top, list, NAMED, &rest)), 63 * 10 + 3 + 2);
}
END_TEST

START_TEST(a_long_name_is_cut_and_found)
{
	review_top_add(top, "0123456789abcdefgh", REVIEW_SUCCESS, 1);
	review_top_add(top, "0123456789abcdefgh", REVIEW_SUCCESS, 1);
	ck_assert_uint_eq(review_top_list(top, list, NAMED, &rest), 1);
	ck_assert_str_eq(list[0].name, "0123456789abcde");
	ck_assert_uint_eq(list[0].counts.of[REVIEW_SUCCESS], 2);
}
END_TEST

static Suite *
review_top_suite(void)
{
	Suite *suite = suite_create("account/review_top");
	TCase *tc = tcase_create("review_top");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, nothing_has_no_names);
	tcase_add_test(tc, they_are_in_order);
	tcase_add_test(tc, with_room_for_all_they_are_exact);
	tcase_add_test(tc, a_flood_displaces_no_frequent_name);
	tcase_add_test(tc, what_is_inherited_is_not_told);
	tcase_add_test(tc, a_long_name_is_cut_and_found);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(review_top_suite)
