/* Counters: each has a name of its own, and prints as name=value. */
#include "config.h"

#include <string.h>

#include "radius/stats.h"
#include "tests/unit/unit.h"

START_TEST(names_are_distinct)
{
	unsigned nameless = 0;

	for (size_t i = 0; i < STATS_COUNTERS; i++) {
		if (stats_name(i) == NULL) {
			nameless++;
			continue;
		}
		ck_assert_ptr_null(strchr(stats_name(i), ' '));
		for (size_t k = 0; k < i; k++)
			ck_assert(
				stats_name(k) == NULL || strcmp(stats_name(i), stats_name(k)) != 0);
	}
	/* PACKET_FINE and PROTECTION_FINE count nothing. */
	ck_assert_uint_eq(nameless, 2);
	ck_assert_ptr_null(stats_name(STATS_COUNTERS));
}
END_TEST

START_TEST(prints_what_is_not_zero)
{
	struct stats stats = {.counters = {[STATS_REQUESTS] = 7, [STATS_RATE] = 2}};
	char text[64];

	ck_assert_uint_eq(
		stats_print(&stats, text, sizeof(text)), strlen("requests=7 dropped.rate=2"));
	ck_assert_str_eq(text, "requests=7 dropped.rate=2");
	ck_assert_uint_eq(stats_print(&stats, text, 12), 10);
	ck_assert_str_eq(text, "requests=7");
	ck_assert_uint_eq(stats_print(&stats, text, 5), 0);
	ck_assert_str_eq(text, "");
}
END_TEST

static Suite *
stats_suite(void)
{
	Suite *suite = suite_create("stats");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, names_are_distinct);
	tcase_add_test(tc, prints_what_is_not_zero);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(stats_suite)
