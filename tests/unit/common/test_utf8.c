/* UTF-8: malformed forms and controls are refused, and whatever comes can be shown on one line. */
#include "config.h"

#include "common/utf8.h"

#include <string.h>

#include "tests/unit/unit.h"

static const struct {
	const char *bytes;
	bool valid;
} forms[] = {
	{"", true},
	{"abc", true},
	{"ひらがな", true},
	{"\xc2\xa0", true},
	{"\xdf\xbf", true},
	{"\xe0\xa0\x80", true},
	{"\xed\x9f\xbf", true},
	{"\xee\x80\x80", true},
	{"\xf0\x90\x80\x80", true},
	{"\xf4\x8f\xbf\xbf", true},
	{"\x80", false},
	{"\xbf", false},
	{"\xc2", false},
	{"\xc2 ", false},
	{"\xe3\x81", false},
	{"\xe3\x81 ", false},
	{"\xf0\x90\x80", false},
	{"\xc0\xaf", false},
	{"\xc1\xbf", false},
	{"\xe0\x9f\xbf", false},
	{"\xf0\x8f\xbf\xbf", false},
	{"\xed\xa0\x80", false},
	{"\xed\xbf\xbf", false},
	{"\xf4\x90\x80\x80", false},
	{"\xf8\x88\x80\x80\x80", false},
	{"\xff", false},
	{"a\x1b[2J", false},
	{"a\x7f", false},
	{"a\xc2\x80", false},
	{"a\xc2\x9b", false},
	{"a\tb", false},
	{"a\nb", false},
	{"a\rb", false},
};

START_TEST(validity_table)
{
	ck_assert_int_eq(
		wf_utf8_valid(forms[_i].bytes, strlen(forms[_i].bytes), false), forms[_i].valid);
}
END_TEST

START_TEST(lines_allow_tab_and_newline_only)
{
	ck_assert(wf_utf8_valid("a\tb\n", 4, true));
	ck_assert(!wf_utf8_valid("a\r\n", 3, true));
	ck_assert(!wf_utf8_valid("a\0b", 3, true));
	ck_assert(!wf_utf8_valid("\x1b", 1, true));
}
END_TEST

static const struct {
	const char *bytes, *also, *text;
} escapes[] = {
	{"", NULL, ""},
	{"plain text", NULL, "plain text"},
	{"日本語", NULL, "日本語"},
	{"a\nb\tc\r", NULL, "a\\x0ab\\x09c\\x0d"},
	{"\x1b[31m", NULL, "\\x1b[31m"},
	{"\xff\xfe", NULL, "\\xff\\xfe"},
	{"\xe6\x97", NULL, "\\xe6\\x97"},
	{"\xc2\x9b", NULL, "\\xc2\\x9b"},
	{"DOM\\user", NULL, "DOM\\\\user"},
	{"say \"hi\"", NULL, "say \"hi\""},
	{"say \"hi\"", "\"", "say \\\"hi\\\""},
	{"a\xe2\x80\xae""b", NULL, "a\\xe2\\x80\\xaeb"},
	{"a\xe2\x80\xa8""b", NULL, "a\\xe2\\x80\\xa8b"},
	{"\xef\xbb\xbf", NULL, "\\xef\\xbb\\xbf"},
	{"\x7f", NULL, "\\x7f"},
};

START_TEST(escape_table)
{
	char text[128];
	size_t len = wf_utf8_escape(escapes[_i].bytes, strlen(escapes[_i].bytes),
		escapes[_i].also, text, sizeof(text));

	ck_assert_str_eq(text, escapes[_i].text);
	ck_assert_uint_eq(len, strlen(text));
	ck_assert(wf_utf8_valid(text, len, false));
}
END_TEST

START_TEST(a_nul_is_shown)
{
	char text[16];

	ck_assert_uint_eq(wf_utf8_escape("a\0b", 3, "x", text, sizeof(text)), 6);
	ck_assert_str_eq(text, "a\\x00b");
}
END_TEST

START_TEST(what_does_not_fit_is_left_out_whole)
{
	char text[32];

	for (size_t size = 1; size < sizeof(text); size++) {
		size_t len = wf_utf8_escape("ab日\n本", 9, NULL, text, size);

		ck_assert_uint_lt(len, size);
		ck_assert_uint_eq(strlen(text), len);
		ck_assert(wf_utf8_valid(text, len, false));
		ck_assert_mem_eq("ab日\\x0a本", text, len);
	}
	memset(text, 'z', sizeof(text));
	ck_assert_uint_eq(wf_utf8_escape("ab", 2, NULL, text, 0), 0);
	ck_assert_int_eq(text[0], 'z');
}
END_TEST

static Suite *
utf8_suite(void)
{
	Suite *suite = suite_create("utf8");
	TCase *tc = tcase_create("utf8");

	tcase_add_loop_test(tc, validity_table, 0, sizeof(forms) / sizeof(forms[0]));
	tcase_add_test(tc, lines_allow_tab_and_newline_only);
	tcase_add_loop_test(tc, escape_table, 0, sizeof(escapes) / sizeof(escapes[0]));
	tcase_add_test(tc, a_nul_is_shown);
	tcase_add_test(tc, what_does_not_fit_is_left_out_whole);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(utf8_suite)
