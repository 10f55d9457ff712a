/* Whose turn it is: D7, clients in turn, and who gives way. */
#include "config.h"

#include "radius/turns.h"
#include "tests/unit/unit.h"

static struct turns *turns;
static struct turn all[64];

static void
setup(void)
{
	ck_assert_int_eq(turns_new(4, 8, &turns), WF_OK);
}

static void
teardown(void)
{
	turns_free(&turns);
	ck_assert_ptr_null(turns);
	turns_free(&turns);
}

static int
pop(bool urgent_only)
{
	struct turn *turn = turns_pop(turns, urgent_only);

	return turn == NULL ? -1 : (int)(turn - all);
}

START_TEST(bad_bounds)
{
	struct turns *none = NULL;

	ck_assert_int_eq(turns_new(0, 1, &none), WF_INVALID);
	ck_assert_int_eq(turns_new(1, 0, &none), WF_INVALID);
	ck_assert_ptr_null(none);
}
END_TEST

START_TEST(clients_in_turn)
{
	for (int i = 0; i < 4; i++)
		ck_assert_ptr_null(turns_push(turns, &all[i], 1, false));
	ck_assert_ptr_null(turns_push(turns, &all[4], 2, false));
	ck_assert_ptr_null(turns_push(turns, &all[5], 3, false));
	ck_assert_uint_eq(turns_count(turns), 6);
	ck_assert_int_eq(pop(false), 0);
	ck_assert_int_eq(pop(false), 4);
	ck_assert_int_eq(pop(false), 5);
	ck_assert_int_eq(pop(false), 1);
	ck_assert_int_eq(pop(false), 2);
	ck_assert_int_eq(pop(false), 3);
	ck_assert_int_eq(pop(false), -1);
	ck_assert_uint_eq(turns_count(turns), 0);
}
END_TEST

START_TEST(d7_urgent_first)
{
	ck_assert_ptr_null(turns_push(turns, &all[0], 1, false));
	ck_assert_ptr_null(turns_push(turns, &all[1], 1, true));
	ck_assert_ptr_null(turns_push(turns, &all[2], 2, true));
	ck_assert_int_eq(pop(true), 1);
	ck_assert_int_eq(pop(false), 2);
	ck_assert_int_eq(pop(true), -1);
	ck_assert_int_eq(pop(false), 0);
}
END_TEST

START_TEST(longest_gives_way)
{
	for (int i = 0; i < 8; i++)
		ck_assert_ptr_null(turns_push(turns, &all[i], i < 6 ? 0 : 1, false));
	/* The one with most is no better served by another of its own. */
	ck_assert_ptr_eq(turns_push(turns, &all[8], 0, false), &all[8]);
	ck_assert(!all[8].waits);
	ck_assert_ptr_eq(turns_push(turns, &all[9], 2, false), &all[5]);
	ck_assert_ptr_eq(turns_push(turns, &all[10], 3, true), &all[4]);
	ck_assert_uint_eq(turns_count(turns), 8);
	ck_assert_int_eq(pop(true), 10);
}
END_TEST

/* Logins that are half done give way to nobody, and what comes then has no place. */
START_TEST(urgent_ones_stay)
{
	for (int i = 0; i < 8; i++)
		ck_assert_ptr_null(turns_push(turns, &all[i], 0, true));
	ck_assert_ptr_eq(turns_push(turns, &all[8], 1, false), &all[8]);
	ck_assert_ptr_eq(turns_push(turns, &all[9], 1, true), &all[9]);
	ck_assert_uint_eq(turns_count(turns), 8);
}
END_TEST

START_TEST(taken_out)
{
	for (int i = 0; i < 3; i++)
		ck_assert_ptr_null(turns_push(turns, &all[i], 0, false));
	turns_remove(turns, &all[1]);
	turns_remove(turns, &all[1]);
	ck_assert_int_eq(pop(false), 0);
	turns_remove(turns, &all[2]);
	ck_assert_int_eq(pop(false), -1);
	ck_assert_ptr_null(turns_push(turns, &all[1], 0, false));
	ck_assert_int_eq(pop(false), 1);
}
END_TEST

static Suite *
turns_suite(void)
{
	Suite *suite = suite_create("turns");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, bad_bounds);
	tcase_add_test(tc, clients_in_turn);
	tcase_add_test(tc, d7_urgent_first);
	tcase_add_test(tc, longest_gives_way);
	tcase_add_test(tc, urgent_ones_stay);
	tcase_add_test(tc, taken_out);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(turns_suite)
