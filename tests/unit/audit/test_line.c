/* Values and JSON: what is ours stands as it is, what is not is cleaned and escaped. */
#include "config.h"

#include "authd/audit/line.h"

#include <string.h>

#include "tests/unit/audit/rows.h"
#include "tests/unit/unit.h"

static struct wf_buf out;
static struct audit_line line;

static void
setup(void)
{
	wf_buf_init(&out, AUDIT_LINE_MAX);
	line = (struct audit_line){.out = &out, .status = WF_OK};
}

static void
teardown(void)
{
	wf_buf_clear(&out);
}

/* What was written, as a text. */
static const char *
written(void)
{
	static char text[AUDIT_LINE_MAX + 1];

	ck_assert_int_eq(line.status, WF_OK);
	ck_assert_uint_lt(out.len, sizeof(text));
	if (out.len > 0)
		memcpy(text, out.data, out.len);
	text[out.len] = '\0';
	return text;
}

START_TEST(words_are_printable_ascii)
{
	audit_line_word(&line, "a b\n\xe5\xb1\xb1~", 64);
	audit_line_put(&line, "|");
	audit_line_word(&line, "abcdef", 3);
	audit_line_put(&line, "|");
	audit_line_word(&line, "", 3);
	ck_assert_str_eq(written(), "a?b????~|abc|-");
}
END_TEST

START_TEST(values_are_cleaned_and_escaped)
{
	audit_line_value(&line, nasty_names[_i].name, "");
	ck_assert_str_eq(written(), nasty_names[_i].clean);
}
END_TEST

START_TEST(a_backslash_stands_before_what_means_something)
{
	audit_line_value(&line, "\\\"]|=a\n", "\"\\]");
	ck_assert_str_eq(written(), "\\\\\\\"\\]|=a?");
}
END_TEST

START_TEST(cells_have_names)
{
	struct audit_cells cells;
	struct audit_row row;

	full_row(&row);
	audit_row_cells(&row, 7, NULL, &cells);
	ck_assert_str_eq(audit_cell(&cells, "seq"), "7"); /* seq:number */
	ck_assert_str_eq(audit_cell(&cells, "user"), "花子");
	ck_assert_str_eq(audit_cell(&cells, "use"), "");
	ck_assert_str_eq(audit_cell(&cells, "username"), "");
}
END_TEST

static const struct {
	const char *name, *ascii, *utf8;
} strings[] = {
	{"a\"b\\c", "a\\\"b\\\\c", "a\\\"b\\\\c"},
	{"花", "\\u82b1", "花"},
	{"é~", "\\u00e9~", "é~"},
	{"\xf0\xa0\xae\xb7", "\\ud842\\udfb7", "\xf0\xa0\xae\xb7"}, /* RFC 8259, section 7 */
	{"\xff\n", "??", "??"},
	{"</script>", "</script>", "</script>"},
};

START_TEST(json_of_a_name)
{
	struct audit_cells cells = {.cells = {NULL}};
	char expected[128];

	for (size_t i = 0; i < AUDIT_COLUMNS; i++)
		cells.cells[i] = "";
	cells.cells[0] = "12";
	cells.cells[2] = strings[_i].name;
	audit_line_json(&line, &cells, true);
	snprintf(expected, sizeof(expected), "{\"seq\":12,\"user\":\"%s\"}", strings[_i].ascii);
	ck_assert_str_eq(written(), expected);
	wf_buf_cut(&out, 0);
	audit_line_json(&line, &cells, false);
	snprintf(expected, sizeof(expected), "{\"seq\":12,\"user\":\"%s\"}", strings[_i].utf8);
	ck_assert_str_eq(written(), expected);
}
END_TEST

START_TEST(what_does_not_fit_sticks)
{
	wf_buf_clear(&out);
	wf_buf_init(&out, 4);
	audit_line_put(&line, "abc");
	audit_line_put(&line, "de");
	audit_line_put(&line, "f"); /* would fit */
	ck_assert_int_eq(line.status, WF_TOO_LONG);
	ck_assert_uint_eq(out.len, 3);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("line");
	TCase *tc = unit_case(suite, "line", 10, setup, teardown);

	tcase_add_test(tc, words_are_printable_ascii);
	tcase_add_loop_test(tc, values_are_cleaned_and_escaped, 0, NASTY_NAMES);
	tcase_add_test(tc, a_backslash_stands_before_what_means_something);
	tcase_add_test(tc, cells_have_names);
	tcase_add_loop_test(
		tc, json_of_a_name, 0, (int)(sizeof(strings) / sizeof(strings[0])));
	tcase_add_test(tc, what_does_not_fit_sticks);
	return suite;
}

UNIT_MAIN(make_suite)
