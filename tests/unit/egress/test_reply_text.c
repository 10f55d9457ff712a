/* What strangers say, made safe to show. */
#include "config.h"

#include <string.h>

#include "authd/egress/reply_text.h"
#include "common/utf8.h"
#include "tests/unit/unit.h"

static const struct {
	const char *bytes;
	size_t len;
	const char *text;
} table[] = {
	{"Code: ", 6, "Code:"}, {"", 0, ""}, {" \r\n\t ", 5, ""}, {"a\r\nb\n\nc", 7, "a b c"},
	{"a\0b", 3, "a b"}, {"\x1b[2Jgone", 8, "\\x1b[2Jgone"},
	{"back\\slash", 10, "back\\\\slash"}, {"\xff\xfe", 2, "\\xff\\xfe"},
	{"\xe3\x82\xb3\xe3\x83\xbc\xe3\x83\x89", 9, "\xe3\x82\xb3\xe3\x83\xbc\xe3\x83\x89"},
	{"\xe2\x80\xae"
	 "abc",
		6,
		"\\xe2\\x80\\xae"
		"abc"}, /* turns the direction of writing */
};

START_TEST(bytes_become_text)
{
	char text[64] = "";

	reply_text_add(text, sizeof(text), (const uint8_t *)table[_i].bytes, table[_i].len);
	ck_assert_str_eq(text, table[_i].text);
	ck_assert(wf_utf8_valid(text, strlen(text), false));
}
END_TEST

START_TEST(additions_have_a_blank_between)
{
	char text[64] = "";

	reply_text_add(text, sizeof(text), (const uint8_t *)"one\n", 4);
	reply_text_add(text, sizeof(text), (const uint8_t *)"\n", 1);
	reply_text_add(text, sizeof(text), (const uint8_t *)"two", 3);
	ck_assert_str_eq(text, "one two");
}
END_TEST

/* At a character's edge, however much comes. */
START_TEST(what_does_not_fit_is_left_out)
{
	static uint8_t many[3000];
	char text[16] = "";

	memset(many, 'x', sizeof(many));
	memcpy(many + 13, "\xe3\x82\xb3", 3);
	for (int i = 0; i < 3; i++)
		reply_text_add(text, sizeof(text), many, sizeof(many));
	ck_assert_str_eq(text, "xxxxxxxxxxxxx x");
}
END_TEST

static Suite *
reply_text_suite(void)
{
	Suite *suite = suite_create("reply_text");
	TCase *tc = tcase_create("text");

	tcase_add_loop_test(tc, bytes_become_text, 0, sizeof(table) / sizeof(table[0]));
	tcase_add_test(tc, additions_have_a_blank_between);
	tcase_add_test(tc, what_does_not_fit_is_left_out);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(reply_text_suite)
