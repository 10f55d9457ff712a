/* Numbers of callers: given once, found again, and never taken for an earlier caller's. */
#include "config.h"

#include <string.h>

#include "authd/relay/channels.h"
#include "tests/unit/unit.h"

static struct channels table;
static int things[CHANNELS_MAX + 1];

static void
setup(void)
{
	memset(&table, 0, sizeof(table));
}

START_TEST(found_until_removed)
{
	uint32_t first, second;

	ck_assert_int_eq(channels_add(&table, &things[0], &first), WF_OK);
	ck_assert_int_eq(channels_add(&table, &things[1], &second), WF_OK);
	ck_assert_uint_ne(first, second);
	ck_assert_uint_ne(first, 0);
	ck_assert_ptr_eq(channels_get(&table, first), &things[0]);
	ck_assert_ptr_eq(channels_get(&table, second), &things[1]);
	channels_remove(&table, first);
	channels_remove(&table, first);
	ck_assert_ptr_null(channels_get(&table, first));
	ck_assert_uint_eq(table.n, 1);
}
END_TEST

/* The same place, another number: what was said to the earlier one does not reach the later one. */
START_TEST(a_number_is_not_used_again)
{
	uint32_t numbers[3 * CHANNELS_MAX], number;

	for (size_t i = 0; i < 3 * CHANNELS_MAX; i++) {
		ck_assert_int_eq(channels_add(&table, &things[0], &numbers[i]), WF_OK);
		channels_remove(&table, numbers[i]);
	}
	ck_assert_int_eq(channels_add(&table, &things[1], &number), WF_OK);
	for (size_t i = 0; i < 3 * CHANNELS_MAX; i++)
		ck_assert_uint_ne(numbers[i], number);
	ck_assert_ptr_null(channels_get(&table, numbers[0]));
}
END_TEST

START_TEST(full)
{
	uint32_t number, last = 0;

	for (size_t i = 0; i < CHANNELS_MAX; i++)
		ck_assert_int_eq(channels_add(&table, &things[i], &last), WF_OK);
	number = 77;
	ck_assert_int_eq(channels_add(&table, &things[CHANNELS_MAX], &number), WF_FULL);
	ck_assert_uint_eq(number, 77);
	channels_remove(&table, last);
	ck_assert_int_eq(channels_add(&table, &things[CHANNELS_MAX], &number), WF_OK);
	ck_assert_ptr_eq(channels_get(&table, number), &things[CHANNELS_MAX]);
}
END_TEST

/* The centre takes the relay's numbers, and one place holds one caller. */
START_TEST(the_other_ends_numbers)
{
	ck_assert_int_eq(channels_put(&table, 5, &things[0]), WF_OK);
	ck_assert_int_eq(channels_put(&table, 5, &things[1]), WF_EXISTS);
	ck_assert_int_eq(channels_put(&table, 5 + CHANNELS_MAX, &things[1]), WF_EXISTS);
	ck_assert_ptr_null(channels_get(&table, 5 + CHANNELS_MAX));
	channels_remove(&table, 5 + CHANNELS_MAX);
	ck_assert_ptr_eq(channels_get(&table, 5), &things[0]);
	channels_remove(&table, 5);
	ck_assert_int_eq(channels_put(&table, UINT32_MAX, &things[1]), WF_OK);
	ck_assert_ptr_eq(channels_get(&table, UINT32_MAX), &things[1]);
}
END_TEST

START_TEST(each_once)
{
	size_t at = 0, n = 0;

	for (uint32_t i = 0; i < 100; i++)
		ck_assert_int_eq(channels_put(&table, 7 * i, &things[i]), WF_OK);
	for (int *thing = channels_each(&table, &at); thing != NULL;
		thing = channels_each(&table, &at)) {
		channels_remove(&table, 7 * (uint32_t)(thing - things));
		n++;
	}
	ck_assert_uint_eq(n, 100);
	ck_assert_uint_eq(table.n, 0);
}
END_TEST

static Suite *
channels_suite(void)
{
	Suite *suite = suite_create("relay-channels");
	TCase *tc = tcase_create("channels");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, found_until_removed);
	tcase_add_test(tc, a_number_is_not_used_again);
	tcase_add_test(tc, full);
	tcase_add_test(tc, the_other_ends_numbers);
	tcase_add_test(tc, each_once);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(channels_suite)
