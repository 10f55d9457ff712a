/*
 * Cleaning of texts for the record: what may steer a terminal, forge a line or turn the direction
 * of writing never gets in, Japanese does, and a cut never halves a character.
 */
#include "config.h"

#include "authd/audit/audit.h"

#include <string.h>

#include "tests/unit/unit.h"

static const struct {
	const char *text, *cleaned;
} clean_cases[] = {
	{"", ""},
	{"plain text, ~", "plain text, ~"},
	{"日本語の名前", "日本語の名前"},
	{"\xf0\x9f\x94\x91", "\xf0\x9f\x94\x91"}, /* four bytes */
	/* controls */
	{"a\nb\r\tc", "a?b??c"},
	{"\x1b[31mred", "?[31mred"},
	{"\x01\x1f\x7f", "???"},
	{"\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", "???\xc2\xa0"}, /* C1, and the first behind it */
	/* direction, joining and separators; those beside the ranges stay */
	{"\xe2\x80\x8a\xe2\x80\x8b\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\x90",
		"\xe2\x80\x8a???\xe2\x80\x90"},
	{"\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xaa\xe2\x80\xae\xe2\x80\xaf",
		"\xe2\x80\xa7???\xe2\x80\xaf"},
	{"\xe2\x81\x9f\xe2\x81\xa0\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaf\xe2\x81\xb0",
		"\xe2\x81\x9f????\xe2\x81\xb0"},
	{"\xd8\x9b\xd8\x9c", "\xd8\x9b?"},
	{"\xef\xbb\xbf|\xef\xbf\xb9\xef\xbf\xbb\xef\xbf\xbc", "?|??\xef\xbf\xbc"},
	{"\xf3\xa0\x80\x81\xf3\xa0\x81\xbf\xf3\xa0\x82\x80", "??\xf3\xa0\x82\x80"},
	/* broken UTF-8: every byte of it */
	{"\x80z", "?z"},
	{"\xc3", "?"},
	{"\xc3(", "?("},
	{"\xe3\x81", "??"},
	{"\xe3\x81z", "??z"},
	{"\xc0\xaf", "??"},           /* overlong */
	{"\xe0\x80\xaf", "???"},      /* overlong */
	{"\xed\xa0\x80", "???"},      /* surrogate */
	{"\xf4\x90\x80\x80", "????"}, /* above U+10FFFF */
	{"\xf8\x88\x80\x80\x80\xff", "??????"},
};

START_TEST(cleans)
{
	char field[64];

	memset(field, 'x', sizeof(field));
	audit_text(field, sizeof(field), clean_cases[_i].text);
	ck_assert_str_eq(field, clean_cases[_i].cleaned);
}
END_TEST

START_TEST(cleaning_twice_changes_nothing)
{
	char once[64], twice[64];

	audit_text(once, sizeof(once), clean_cases[_i].text);
	audit_text(twice, sizeof(twice), once);
	ck_assert_str_eq(once, twice);
}
END_TEST

START_TEST(cleans_in_place)
{
	char field[64] = "";

	memcpy(field, clean_cases[_i].text, strlen(clean_cases[_i].text));
	audit_text(field, sizeof(field), field);
	ck_assert_str_eq(field, clean_cases[_i].cleaned);
}
END_TEST

START_TEST(cuts_between_characters)
{
	char field[9];

	audit_text(field, sizeof(field), "12345678");
	ck_assert_str_eq(field, "12345678");
	audit_text(field, sizeof(field), "123456789");
	ck_assert_str_eq(field, "12345678");
	/* Three bytes each: two of them fit, and nothing of the third. */
	audit_text(field, sizeof(field), "日本語");
	ck_assert_str_eq(field, "日本");
	audit_text(field, sizeof(field), "ab日本語");
	ck_assert_str_eq(field, "ab日本");
	audit_text(field, 1, "a");
	ck_assert_str_eq(field, "");
}
END_TEST

START_TEST(the_rest_is_zero)
{
	static const char zeros[60];
	char field[64];

	memset(field, 'x', sizeof(field));
	audit_text(field, sizeof(field), "abcd");
	ck_assert_mem_eq(field + 4, zeros, sizeof(zeros));
	memset(field, 'x', sizeof(field));
	audit_text(field, sizeof(field), NULL);
	ck_assert_mem_eq(field, zeros, sizeof(zeros));
}
END_TEST

static Suite *
text_suite(void)
{
	const int cases = sizeof(clean_cases) / sizeof(clean_cases[0]);
	Suite *suite = suite_create("audit text");
	TCase *tc = tcase_create("clean");

	tcase_add_loop_test(tc, cleans, 0, cases);
	tcase_add_loop_test(tc, cleaning_twice_changes_nothing, 0, cases);
	tcase_add_loop_test(tc, cleans_in_place, 0, cases);
	tcase_add_test(tc, cuts_between_characters);
	tcase_add_test(tc, the_rest_is_zero);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(text_suite)
