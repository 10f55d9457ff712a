/* Percentiles of the load generator against the times themselves. */
#include "config.h"

#include <stdlib.h>

#include "tests/bench/histogram.h"
#include "tests/unit/unit.h"

#define TIMES 20000

static struct histogram histogram;

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Never less than the true one, and at most a 32nd part more. */
static void
near(double found_ms, int64_t true_us)
{
	ck_assert_double_ge(found_ms * 1e3, (double)true_us - 0.5);
	ck_assert_double_le(found_ms * 1e3, (double)true_us * (1 + 1.0 / 32) + 1);
}

START_TEST(percentiles)
{
	static int64_t times[TIMES];
	const double shares[] = {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1};

	histogram = (struct histogram){.n = 0};
	srand(1);
	for (size_t i = 0; i < TIMES; i++) {
		times[i] = (int64_t)1 << (rand() % 30);
		times[i] += rand() % times[i];
		histogram_add(&histogram, times[i]);
	}
	qsort(times, TIMES, sizeof(times[0]), compare);
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		near(histogram_ms(&histogram, shares[i]),
			times[(size_t)(shares[i] * TIMES + 0.5) - 1]);
	ck_assert_uint_eq(histogram.n, TIMES);
	ck_assert_double_eq(histogram_ms(&histogram, 1), (double)times[TIMES - 1] / 1e3);
}
END_TEST

START_TEST(edges)
{
	histogram = (struct histogram){.n = 0};
	ck_assert_double_eq(histogram_ms(&histogram, 0.5), 0);
	histogram_add(&histogram, -5);
	ck_assert_double_eq(histogram_ms(&histogram, 1), 0);
	for (int64_t us = 1; us < 64; us++)
		histogram_add(&histogram, us);
	ck_assert_double_eq(histogram_ms(&histogram, 0.5), 0.031);
	histogram_add(&histogram, INT64_MAX);
	ck_assert_double_eq(histogram_ms(&histogram, 0), 0);
	ck_assert_double_gt(histogram_ms(&histogram, 1), 1e6);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("bench/histogram");
	TCase *tcase = tcase_create("histogram");

	tcase_add_test(tcase, percentiles);
	tcase_add_test(tcase, edges);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
