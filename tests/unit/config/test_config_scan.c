/*
 * The look over a file's text: which fault, in which line; and that no prefix of anything runs past
 * its end.
 */
#include "config.h"

#include "authd/config/config_scan.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static const struct row {
	const char *text;
	enum config_fault fault;
	int line;
} table[] = {
	{"", CONFIG_FINE, 0},
	{"a = b\nc { d = {e, f} }\n", CONFIG_FINE, 0},
	{"a = \"x\" b = 'y'", CONFIG_FINE, 0},
	{"a = \"x\\\"y\"", CONFIG_FINE, 0},
	{"a = \"x\ny\"", CONFIG_FINE, 0},
	{"a = \"x\ny\" b = *", CONFIG_STRAY, 2},
	{"a = \"x\\\ny\" b = *", CONFIG_STRAY, 2},
	{"a = \"x", CONFIG_OPEN_TEXT, 1},
	{"\na = \"x\\\"\n", CONFIG_OPEN_TEXT, 2},
	{"a = \"x\\", CONFIG_OPEN_TEXT, 1},
	{"a = 'x", CONFIG_OPEN_TEXT, 1},
	{"# \" ' /* ${ *\na = b", CONFIG_FINE, 0},
	{"// \" ' /* ${ *\na = b", CONFIG_FINE, 0},
	{"/* \" ' # ${ *\n */ a = *", CONFIG_STRAY, 2},
	{"/* x", CONFIG_OPEN_COMMENT, 1},
	{"\n/* x *", CONFIG_OPEN_COMMENT, 2},
	{"/*/", CONFIG_OPEN_COMMENT, 1},
	{"/", CONFIG_FINE, 0},
	{"a = ${X}", CONFIG_VARIABLE, 1},
	{"a = \"\n${X}\"", CONFIG_VARIABLE, 2},
	{"a = '${X}'", CONFIG_FINE, 0},
	{"a = \"\\${X}\"", CONFIG_FINE, 0},
	{"a = $5", CONFIG_FINE, 0},
	{"a = {}", CONFIG_EMPTY_LIST, 1},
	{"a =\n{ # x\n/* y */ }", CONFIG_EMPTY_LIST, 3},
	{"a {}", CONFIG_FINE, 0},
	{"a = {b}", CONFIG_FINE, 0},
	{"a = {\"\"}", CONFIG_FINE, 0},
	{"a = \"\" {}", CONFIG_FINE, 0},
	{"a {\nb {\n} # }\n", CONFIG_OPEN_BRACE, 1},
	{"a {\nb = { c\n", CONFIG_OPEN_BRACE, 2},
	{"a = b }", CONFIG_FINE, 0}, /* libconfuse says that */
	{"{{{{{{{{{{{{", CONFIG_OPEN_BRACE, 1},
	{"a += {b}", CONFIG_STRAY, 1},
	{"a|b = c", CONFIG_STRAY, 1},
	{"a\r\n", CONFIG_STRAY, 1},
	{"\x7f", CONFIG_STRAY, 1},
	{"\xe5\x89\xb2", CONFIG_FINE, 0},
};

START_TEST(faults)
{
	int line = -1;

	ck_assert_int_eq(
		config_scan(table[_i].text, strlen(table[_i].text), &line), table[_i].fault);
	ck_assert_int_eq(line, table[_i].line);
}
END_TEST

/* Each prefix in memory of exactly its size: the sanitizers see any step too far. */
START_TEST(prefixes)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		for (size_t len = 0; len <= strlen(table[i].text); len++) {
			char *text = malloc(len + (len == 0));
			int line;

			ck_assert_ptr_nonnull(text);
			memcpy(text, table[i].text, len);
			(void)config_scan(text, len, &line);
			ck_assert_int_ge(line, 0);
			free(text);
		}
}
END_TEST

static Suite *
scan_suite(void)
{
	Suite *suite = suite_create("config_scan");
	TCase *tc = tcase_create("scan");

	tcase_add_loop_test(tc, faults, 0, (int)(sizeof(table) / sizeof(table[0])));
	tcase_add_test(tc, prefixes);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(scan_suite)
