/* The pace that no reply changes, and the queues of what waits. */
#include "config.h"

#include "tests/bench/schedule.h"
#include "tests/unit/unit.h"

START_TEST(pace)
{
	ck_assert_int_eq(schedule_due_us(1000, 3, 0), 1000);
	ck_assert_int_eq(schedule_due_us(1000, 3, 1), 334333);
	/* No error gathers: the millionth is due when it is due. */
	ck_assert_int_eq(schedule_due_us(0, 3, 3000000), INT64_C(1000000000000));
	ck_assert_int_eq(schedule_due_us(0, 40000, 40000), 1000000);
}
END_TEST

START_TEST(in_order)
{
	struct delays delays = {.items = NULL};
	struct delayed item;
	uint32_t added = 0;
	uint32_t taken = 0;

	ck_assert(!delays_take(&delays, INT64_MAX, &item));
	ck_assert_int_eq(delays_next_us(&delays, 7), 7);
	/* Three come for each two that go, so that the ring turns and grows. */
	while (added < 30000) {
		for (int i = 0; i < 3; i++, added++)
			ck_assert(delays_add(&delays,
				(struct delayed){.due_us = added, .what = added, .mark = 2}));
		for (int i = 0; i < 2; i++, taken++) {
			ck_assert(delays_take(&delays, taken, &item));
			ck_assert_uint_eq(item.what, taken);
		}
		ck_assert(!delays_take(&delays, (int64_t)taken - 1, &item));
		ck_assert_int_eq(delays_next_us(&delays, INT64_MAX), taken);
	}
	ck_assert_uint_eq(delays.n, added - taken);
	for (; taken < added; taken++) {
		ck_assert(delays_take(&delays, INT64_MAX, &item));
		ck_assert_uint_eq(item.what, taken);
		ck_assert_uint_eq(item.mark, 2);
	}
	delays_clear(&delays);
	ck_assert_ptr_null(delays.items);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("bench/schedule");
	TCase *tcase = tcase_create("schedule");

	tcase_add_test(tcase, pace);
	tcase_add_test(tcase, in_order);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
