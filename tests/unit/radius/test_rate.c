/* So many a second, as many at once, and not one more over a long time. */
#include "config.h"

#include "radius/rate.h"
#include "tests/unit/unit.h"

#define SECOND INT64_C(1000000)

START_TEST(burst_and_pace)
{
	struct rate rate = {0};
	int64_t now_us = 1000 * SECOND;

	for (int i = 0; i < 5; i++)
		ck_assert(rate_take(&rate, 5, now_us));
	ck_assert(!rate_take(&rate, 5, now_us));
	ck_assert(!rate_take(&rate, 5, now_us + SECOND / 5 - 1));
	ck_assert(rate_take(&rate, 5, now_us + SECOND / 5));
	ck_assert(!rate_take(&rate, 5, now_us + SECOND / 5));
	for (int i = 0; i < 5; i++)
		ck_assert(rate_take(&rate, 5, now_us + 10 * SECOND));
	ck_assert(!rate_take(&rate, 5, now_us + 10 * SECOND));
}
END_TEST

START_TEST(long_run)
{
	static const unsigned rates[] = {1, 3, 100, 100000};

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct rate rate = {0};
		unsigned passed = 0;

		for (int64_t now_us = SECOND; now_us < 4 * SECOND; now_us += 5)
			passed += rate_take(&rate, rates[i], now_us);
		ck_assert_uint_ge(passed, 3 * rates[i]);
		ck_assert_uint_le(passed, 4 * rates[i]);
	}
}
END_TEST

static Suite *
rate_suite(void)
{
	Suite *suite = suite_create("rate");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, burst_and_pace);
	tcase_add_test(tc, long_run);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(rate_suite)
