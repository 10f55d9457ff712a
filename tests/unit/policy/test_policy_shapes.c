/* Days, telephone numbers, runs and words in passwords: what each is, and what just is none. */
#include "config.h"

#include "authd/policy/policy_shapes.h"

#include <string.h>

#include "tests/unit/unit.h"

static struct wf_secret
borrow(const char *text, size_t len)
{
	static uint8_t bytes[64];

	ck_assert_uint_lt(len, sizeof(bytes));
	memcpy(bytes, text, len);
	return (struct wf_secret){.bytes = bytes, .len = len};
}

static const struct {
	const char *text;
	bool is_one;
} numbers[] = {
	/* days, in three orders, with and without a century */
	{"19900131", true},
	{"31011990", true},
	{"01311990", true},
	{"900131", true},
	{"310190", true},
	{"013190", true},
	{"1990-01-31", true},
	{"31.1.1990", true},
	{"31.1.90", true},
	/* the edges of months, days and centuries */
	{"19001231", true},
	{"20991201", true},
	{"18991231", false},
	{"21001231", false},
	{"00000000", false},
	{"19900100", false},
	{"19900132", false},
	{"19901301", false},
	{"000131", true},
	{"000000", false},
	{"999999", false},
	{"003200", false},
	/* a day has so many digits */
	{"1990013", false},
	{"199001311", false},
	{"12345", false},
	{"1.2.3.4", false},
	{"1.2.3.45", true},
	{"1.2.3.4.5.6.7.8.9", false},
	/* telephones: a trunk zero and ten or eleven digits, or a plus and a country */
	{"0312345678", true},
	{"090-1234-5678", true},
	{"(03) 1234 5678", true},
	{"1312345678", false},
	{"031234567", false},
	{"031234567890", false},
	{"+81312345678", true},
	{"+123456789", true},
	{"+12345678", false},
	{"+123456789012345", true},
	{"+1234567890123456", false},
	{"123456789", false},
	/* with anything else in it, or more digits than either has */
	{"19900131a", false},
	{"1990_01_31", false},
	{"0312345678123456789", false},
	{"", false},
	{"+", false},
	{"-/. ()", false},
};

START_TEST(days_and_telephone_numbers)
{
	const struct wf_secret password = borrow(numbers[_i].text, strlen(numbers[_i].text));

	ck_assert_msg(
		policy_shape_number(&password) == numbers[_i].is_one, "'%s'", numbers[_i].text);
}
END_TEST

START_TEST(a_nul_is_in_no_number)
{
	const struct wf_secret password = borrow("1990\0"
						 "0131",
		9);

	ck_assert(!policy_shape_number(&password));
}
END_TEST

static const struct {
	const char *text;
	size_t run, piece, words;
} shapes[] = {
	{"", 0, 0, 0}, {"a", 1, 0, 0}, {"aaaa", 4, 1, 1}, {"abcd", 4, 0, 1}, {"dcba", 4, 0, 1},
	{"aBcD", 4, 0, 1}, {"7890", 4, 0, 0}, {"rewq", 4, 0, 1}, {"abba", 2, 0, 1},
	{"abab", 2, 2, 1}, {"ABab", 2, 2, 1}, {"ababa", 2, 0, 1}, {"two words", 2, 0, 2},
	{"TwoWords", 2, 0, 2}, {"two2words", 2, 0, 2}, {"a b c d", 1, 0, 0},
	{"\xe5\x89\xb2\xe7\xac\xa6", 1, 0, 1}, /* two characters */
	{"\xff\xfe", 1, 0, 1},                 /* none of UTF-8: octets */
};

START_TEST(runs_pieces_and_words)
{
	const struct wf_secret password = borrow(shapes[_i].text, strlen(shapes[_i].text));

	ck_assert_uint_eq(policy_shape_run(&password), shapes[_i].run);
	ck_assert_uint_eq(policy_shape_piece(&password), shapes[_i].piece);
	ck_assert_uint_eq(policy_shape_words(&password), shapes[_i].words);
}
END_TEST

START_TEST(a_nul_is_beside_nothing)
{
	const struct wf_secret password = borrow("a\0b\0", 4);

	ck_assert_uint_eq(policy_shape_run(&password), 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("policy/shapes");
	TCase *shape = tcase_create("shapes");

	tcase_add_loop_test(
		shape, days_and_telephone_numbers, 0, (int)(sizeof(numbers) / sizeof(numbers[0])));
	tcase_add_test(shape, a_nul_is_in_no_number);
	tcase_add_loop_test(
		shape, runs_pieces_and_words, 0, (int)(sizeof(shapes) / sizeof(shapes[0])));
	tcase_add_test(shape, a_nul_is_beside_nothing);
	suite_add_tcase(it, shape);
	return it;
}

UNIT_MAIN(suite)
