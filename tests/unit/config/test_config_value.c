/*
 * Values as they are written: what passes, what does not.
 */
#include "config.h"

#include "authd/config/config_value.h"

#include <string.h>

#include "tests/unit/unit.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

START_TEST(numbers)
{
	static const char *const bad[] = {"", " ", "-1", "+1", "1 ", " 1", "1.5", "0x1", "1a", "a",
		"9223372036854775808", "99999999999999999999999"};
	int64_t value = 42;

	for (size_t i = 0; i < LENGTH(bad); i++)
		ck_assert_msg(!config_number(bad[i], &value), "'%s' passes", bad[i]);
	ck_assert_int_eq(value, 42);
	ck_assert(config_number("0", &value));
	ck_assert_int_eq(value, 0);
	ck_assert(config_number("007", &value));
	ck_assert_int_eq(value, 7);
	ck_assert(config_number("9223372036854775807", &value));
	ck_assert_int_eq(value, INT64_MAX);
}
END_TEST

START_TEST(durations)
{
	static const char *const bad[] = {"", "s", "1w", "1S", "1 s", "1ss", "1s1", "-1s", "1.5h",
		"9223372036854775807m", "106751991167301d"};
	int64_t value = 42;

	for (size_t i = 0; i < LENGTH(bad); i++)
		ck_assert_msg(!config_duration(bad[i], &value), "'%s' passes", bad[i]);
	ck_assert_int_eq(value, 42);
	ck_assert(config_duration("5", &value));
	ck_assert_int_eq(value, 5);
	ck_assert(config_duration("6s", &value));
	ck_assert_int_eq(value, 6);
	ck_assert(config_duration("2m", &value));
	ck_assert_int_eq(value, 120);
	ck_assert(config_duration("3h", &value));
	ck_assert_int_eq(value, 10800);
	ck_assert(config_duration("2d", &value));
	ck_assert_int_eq(value, 172800);
}
END_TEST

START_TEST(switches)
{
	static const char *const yes[] = {"true", "yes", "on"};
	static const char *const no[] = {"false", "no", "off"};
	static const char *const bad[] = {"", "True", "1", "0", "y", "nope"};
	bool value;

	for (size_t i = 0; i < 3; i++) {
		value = false;
		ck_assert(config_switch(yes[i], &value) && value);
		ck_assert(config_switch(no[i], &value) && !value);
	}
	for (size_t i = 0; i < LENGTH(bad); i++)
		ck_assert(!config_switch(bad[i], &value));
}
END_TEST

START_TEST(names_texts_and_paths)
{
	char text[80];

	ck_assert(config_is_name("a"));
	ck_assert(config_is_name("node-7.example_org"));
	ck_assert(!config_is_name(""));
	ck_assert(!config_is_name("-a"));
	ck_assert(!config_is_name("a b"));
	ck_assert(!config_is_name("\xc3\xa9"));
	memset(text, 'a', sizeof(text));
	text[64] = '\0';
	ck_assert(config_is_name(text));
	text[64] = 'a';
	text[65] = '\0';
	ck_assert(!config_is_name(text));

	ck_assert(config_is_text("", 0));
	ck_assert(config_is_text("abc", 3));
	ck_assert(!config_is_text("abcd", 3));
	ck_assert(config_is_text("\xe5\x89\xb2\xe7\xac\xa6", 6));
	ck_assert(!config_is_text("\xe5\x89", 6));
	ck_assert(!config_is_text("a\nb", 6));

	ck_assert(config_is_path("/", 10));
	ck_assert(config_is_path("/run/x", 6));
	ck_assert(!config_is_path("/run/xy", 6));
	ck_assert(!config_is_path("run/x", 10));
	ck_assert(!config_is_path("", 10));
	ck_assert(!config_is_path("/a\tb", 10));
}
END_TEST

START_TEST(distances)
{
	static const struct {
		const char *a, *b;
		unsigned distance;
	} table[] = {
		{"", "", 0},
		{"lock", "lock", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"lokc", "lock", 2},
		{"loc", "lock", 1},
		{"clock", "lock", 1},
		{"lack", "lock", 1},
		{"kitten", "sitting", 3},
		{"abcdefghijklmnopqrstuvwxyzabcdef", "abcdefghijklmnopqrstuvwxyzabcdef", 0},
		{"abcdefghijklmnopqrstuvwxyzabcdefg", "a", 99},
		{"a", "abcdefghijklmnopqrstuvwxyzabcdefg", 99},
	};

	for (size_t i = 0; i < LENGTH(table); i++)
		ck_assert_uint_eq(config_distance(table[i].a, table[i].b), table[i].distance);
}
END_TEST

static Suite *
value_suite(void)
{
	Suite *suite = suite_create("config_value");
	TCase *tc = tcase_create("values");

	tcase_add_test(tc, numbers);
	tcase_add_test(tc, durations);
	tcase_add_test(tc, switches);
	tcase_add_test(tc, names_texts_and_paths);
	tcase_add_test(tc, distances);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(value_suite)
