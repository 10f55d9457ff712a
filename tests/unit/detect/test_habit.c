/* Habits: networks, hours, days, and their bytes. */
#include "config.h"

#include "authd/detect/habit.h"

#include "tests/unit/unit.h"

START_TEST(networks_are_24_and_48_bits)
{
	ck_assert_uint_eq(habit_network("192.0.2.1"), habit_network("192.0.2.254"));
	ck_assert_uint_ne(habit_network("192.0.2.1"), habit_network("192.0.3.1"));
	ck_assert_uint_eq(habit_network("2001:db8:1:2::1"), habit_network("2001:db8:1:ffff::9"));
	ck_assert_uint_ne(habit_network("2001:db8:1::1"), habit_network("2001:db8:2::1"));
	ck_assert_uint_eq(habit_network("::ffff:192.0.2.9"), habit_network("192.0.2.1"));
	ck_assert_uint_eq(habit_network("local:tty1"), 0);
	ck_assert_uint_eq(habit_network("name:example"), 0);
	ck_assert_uint_eq(habit_network("deadbeef"), 0);
	ck_assert_uint_eq(habit_network("10.0.0.0/8"), 0);
	ck_assert_uint_eq(habit_network(""), 0);
	ck_assert_uint_eq(habit_country(""), 0);
	ck_assert_uint_ne(habit_country("JP"), habit_country("US"));
}
END_TEST

START_TEST(only_what_is_new_changes_it)
{
	struct habit habit = {0};

	ck_assert(habit_used(&habit, 100, 9));
	ck_assert(!habit_used(&habit, 100, 9));
	ck_assert(habit_used(&habit, 100, 10));
	ck_assert(!habit_used(&habit, 100, 9));
	ck_assert(habit_used(&habit, 101, 9));
	ck_assert_uint_eq(habit.days, 2);
	ck_assert_int_eq(habit.first_day, 100);
	ck_assert(habit_seen(&habit, 7, 100));
	ck_assert(!habit_seen(&habit, 7, 100));
	ck_assert(habit_seen(&habit, 7, 101));
	ck_assert(!habit_seen(&habit, 0, 101));
	ck_assert_uint_eq(habit.n, 1);
}
END_TEST

START_TEST(places_are_forgotten_after_their_days_and_the_oldest_first)
{
	struct habit habit = {0};

	for (int32_t i = 0; i < HABIT_PLACES + 1; i++)
		ck_assert(habit_seen(&habit, (uint64_t)i + 1, i));
	ck_assert_uint_eq(habit.n, HABIT_PLACES);
	ck_assert(!habit_knows(&habit, 1, 16, 90));
	ck_assert(habit_knows(&habit, 2, 16, 90));
	ck_assert(habit_knows(&habit, 2, 91, 90));
	ck_assert(!habit_knows(&habit, 2, 92, 90));
	ck_assert_uint_eq(habit_places(&habit, 16, 90, 2), HABIT_PLACES - 1);
	ck_assert_uint_eq(habit_places(&habit, 92, 90, 0), HABIT_PLACES - 1);
}
END_TEST

START_TEST(hours_are_usual_around_the_clock)
{
	struct habit habit = {0};

	ck_assert(habit_used(&habit, 1, 23));
	ck_assert(habit_usual(&habit, 1, 2));
	ck_assert(!habit_usual(&habit, 2, 2));
	ck_assert(habit_usual(&habit, 21, 2));
	ck_assert(!habit_usual(&habit, 20, 2));
}
END_TEST

START_TEST(an_hour_that_is_usual_is_not_written_again)
{
	struct habit habit = {0};

	for (int32_t day = 0; day < 1000; day++) {
		ck_assert(habit_used(&habit, day, 9));
		if (day == 0)
			ck_assert(habit_used(&habit, day, 3));
	}
	ck_assert_uint_eq(habit.hours[9], 10);
	ck_assert_uint_eq(habit.hours[3], 1);
	ck_assert(habit_used(&habit, 1000, 3));
	ck_assert(!habit_used(&habit, 1000, 9)); /* known for long, and not the day's first */
}
END_TEST

static void
fill(struct habit *habit)
{
	for (int32_t i = 0; i < HABIT_PLACES; i++)
		ck_assert(habit_seen(habit, UINT64_MAX - (uint64_t)i, -i - 1));
	ck_assert(habit_used(habit, -5, 23));
}

START_TEST(bytes_come_back_and_fit)
{
	struct habit habit = {0}, back;
	struct wf_buf encoded;

	fill(&habit);
	wf_buf_init(&encoded, HABIT_ENCODED_MAX);
	ck_assert_int_eq(habit_encode(&habit, &encoded), WF_OK);
	ck_assert_int_eq(habit_decode(encoded.data, encoded.len, &back), WF_OK);
	ck_assert_mem_eq(&habit, &back, sizeof(habit));
	for (size_t len = 0; len < encoded.len; len++)
		ck_assert_int_eq(habit_decode(encoded.data, len, &back), WF_CORRUPT);
	ck_assert_int_eq(wf_buf_put_u8(&encoded, 0), WF_OK);
	ck_assert_int_eq(habit_decode(encoded.data, encoded.len, &back), WF_CORRUPT);
	encoded.data[0]++;
	ck_assert_int_eq(habit_decode(encoded.data, encoded.len, &back), WF_VERSION);
	wf_buf_clear(&encoded);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("detect habits");
	TCase *tcase = tcase_create("habits");

	tcase_add_test(tcase, networks_are_24_and_48_bits);
	tcase_add_test(tcase, only_what_is_new_changes_it);
	tcase_add_test(tcase, places_are_forgotten_after_their_days_and_the_oldest_first);
	tcase_add_test(tcase, hours_are_usual_around_the_clock);
	tcase_add_test(tcase, an_hour_that_is_usual_is_not_written_again);
	tcase_add_test(tcase, bytes_come_back_and_fit);
	suite_add_tcase(suite, tcase);
	return suite;
}
UNIT_MAIN(make_suite)
