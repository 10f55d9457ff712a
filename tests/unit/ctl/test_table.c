/* Tables: layout with Japanese, cells that attack the terminal, JSON with its types. */
#include "config.h"

#include "ctl/table.h"

#include <locale.h>
#include <string.h>

#include "tests/unit/unit.h"

static struct table table;
static char *text;
static size_t size;
static FILE *out;

static void
set_up(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	ck_assert_int_eq(setenv("TZ", "Asia/Tokyo", 1), 0);
	table_init(&table);
	out = open_memstream(&text, &size);
	ck_assert_ptr_nonnull(out);
}

static void
tear_down(void)
{
	fclose(out);
	free(text);
	table_clear(&table);
}

static void
columns(const char *const *specs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(table_add_column(&table, specs[i]), WF_OK);
}

static void
row(const char *const *cells, size_t n)
{
	ck_assert_int_eq(table_add_row(&table, cells, n), WF_OK);
}

#define COLUMNS(...)                                                                               \
	columns((const char *const[]){__VA_ARGS__},                                                \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))
#define ROW(...)                                                                                   \
	row((const char *const[]){__VA_ARGS__},                                                    \
		sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

START_TEST(columns_are_aligned_by_width)
{
	COLUMNS("user", "display", "uid:number");
	ROW("alice", "新井 花子", "1000");
	ROW("bob", "Bob", "7");
	table_print(&table, NULL, HEADER_PLAIN, 0, out);
	fflush(out);
	ck_assert_str_eq(text, "User   Name        UID\n"
			       "alice  新井 花子  1000\n"
			       "bob    Bob           7\n");
}
END_TEST

/* One long cell does not push the others off the screen. */
START_TEST(what_is_too_wide_moves_its_own_row)
{
#define WIDE "remote-access, admin-internet, user-internet-important"
	COLUMNS("user", "reason");
	ROW(WIDE, "a");
	ROW("bob", "b");
	table_print(&table, NULL, HEADER_NONE, 0, out);
	fflush(out);
	ck_assert_str_eq(text, WIDE "  a\nbob   b\n");
}
END_TEST

START_TEST(what_does_not_fit_is_wrapped_in_its_column)
{
	COLUMNS("user", "reason", "uid:number", "created:time", "text");
	ROW("alice", "a long one of some words", "1000", "1767225600000000", "割符を、二つに");
	ROW("bob", "short", "7", "", "too");
	table_print(&table, NULL, HEADER_PLAIN, 50, out);
	fflush(out);
	ck_assert_str_eq(text, "User   Reason    UID  Created              Finding\n"
			       "alice  a long   1000  2026-01-01 09:00:00  割符\n"
			       "       one of                              を、二\n"
			       "       some                                つに\n"
			       "       words\n"
			       "bob    short       7  -                    too\n");
}
END_TEST

/* Names such as those of settings stay whole. */
START_TEST(what_does_not_fit_is_a_list_where_it_is_asked_for)
{
	COLUMNS("setting", "value");
	ROW("source-spray level", "some words");
	table_print_lists(&table, NULL, HEADER_PLAIN, 30, out);
	table_print_lists(&table, NULL, HEADER_PLAIN, 29, out);
	table_print_lists(&table, NULL, HEADER_NONE, 0, out);
	fflush(out);
	ck_assert_str_eq(text, "Setting             Value\n"
			       "source-spray level  some words\n"
			       "Setting  source-spray level\n"
			       "Value    some words\n"
			       "source-spray level  some words\n");
}
END_TEST

/* Where words would have to be broken. */
START_TEST(what_cannot_be_wrapped_is_a_list)
{
	COLUMNS("user", "created:time", "reason");
	ROW("alice", "1767225600000000", "unbreakable_as_it_is");
	ROW("bob", "1767225600000000", "a reason of some words");
	table_print(&table, NULL, HEADER_PLAIN, 32, out);
	fflush(out);
	ck_assert_str_eq(text, "User     alice\n"
			       "Created  2026-01-01 09:00:00\n"
			       "Reason   unbreakable_as_it_is\n"
			       "\n"
			       "User     bob\n"
			       "Created  2026-01-01 09:00:00\n"
			       "Reason   a reason of some words\n");
}
END_TEST

START_TEST(long_values_of_a_list_are_wrapped)
{
	COLUMNS("user", "reason");
	ROW("alice", "a reason of quite some words");
	table_print_vertical(&table, 0, NULL, 28, out);
	fflush(out);
	ck_assert_str_eq(text, "User    alice\n"
			       "Reason  a reason of quite\n"
			       "        some words\n");
}
END_TEST

START_TEST(width_counts_columns_of_the_screen)
{
	ck_assert_uint_eq(table_width(""), 0);
	ck_assert_uint_eq(table_width("abc"), 3);
	ck_assert_uint_eq(table_width("割符"), 4);
	ck_assert_uint_eq(table_width("e\xcc\x81"), 1); /* a combining accent takes none */
	ck_assert_uint_eq(table_width("a\033b"), 3);
	ck_assert_uint_eq(table_width("a\xff"), 2);
}
END_TEST

START_TEST(what_is_not_printable_is_not_printed)
{
	COLUMNS("user");
	ROW("\033]0;owned\007\r\n\xc2\x9b\xff");
	table_print(&table, NULL, HEADER_NONE, 0, out);
	fflush(out);
	ck_assert_str_eq(text, "?]0;owned?????\n");
}
END_TEST

START_TEST(columns_are_chosen_in_order)
{
	COLUMNS("user", "secret", "uid:number");
	ROW("alice", "x", "1");
	table_print(&table, "uid nothing user", HEADER_PLAIN, 0, out);
	fflush(out);
	ck_assert_str_eq(text, "UID  User\n  1  alice\n");
}
END_TEST

START_TEST(cells_are_formatted_for_people)
{
	COLUMNS("locked:bool", "must-change:bool", "last-login:time", "created:time");
	ROW("1", "0", "1767225600000000", "");
	table_print_vertical(&table, 0, NULL, 0, out);
	fflush(out);
	ck_assert_str_eq(text, "Locked                    yes\n"
			       "Must change the password  no\n"
			       "Last login                2026-01-01 09:00:00\n"
			       "Created                   -\n");
}
END_TEST

START_TEST(json_has_types)
{
	COLUMNS("user", "uid:number", "load:number", "locked:bool", "open:bool", "at:time",
		"none:number", "note");
	ROW("ali\"ce", "1000", "1.5", "1", "0", "1767225600123456", "", "");
	ck_assert_int_eq(table_print_json(&table, false, out), WF_OK);
	fflush(out);
	ck_assert_str_eq(text,
		"[\n{\"user\": \"ali\\\"ce\", \"uid\": 1000, \"load\": 1.5, \"locked\": true, "
		"\"open\": false, \"at\": \"2026-01-01T09:00:00.123456+09:00\", "
		"\"none\": null, \"note\": null}\n]\n");
}
END_TEST

START_TEST(json_of_one_row_is_an_object)
{
	COLUMNS("uid:number");
	ck_assert_int_eq(table_print_json(&table, true, out), WF_OK);
	ROW("7");
	ROW("8");
	ck_assert_int_eq(table_print_json(&table, true, out), WF_OK);
	fflush(out);
	ck_assert_str_eq(text, "null\n{\"uid\": 7}\n");
}
END_TEST

START_TEST(json_of_no_rows_is_an_empty_array)
{
	COLUMNS("uid:number");
	ck_assert_int_eq(table_print_json(&table, false, out), WF_OK);
	fflush(out);
	ck_assert_str_eq(text, "[]\n");
}
END_TEST

START_TEST(json_survives_what_is_no_number_and_no_text)
{
	COLUMNS("uid:number", "at:time", "user");
	ROW("12x", "soon", "a\xff");
	ck_assert_int_eq(table_print_json(&table, true, out), WF_OK);
	fflush(out);
	ck_assert_str_eq(text, "{\"uid\": \"12x\", \"at\": \"soon\", \"user\": \"a?\"}\n");
}
END_TEST

START_TEST(bad_columns_and_rows_are_refused)
{
	ck_assert_int_eq(table_add_column(&table, ""), WF_INVALID);
	ck_assert_int_eq(table_add_column(&table, ":number"), WF_INVALID);
	ck_assert_int_eq(table_add_column(&table, "uid:float"), WF_INVALID);
	ck_assert_int_eq(table_add_row(&table, NULL, 0), WF_INVALID);
	COLUMNS("uid:number");
	ck_assert_int_eq(table_add_row(&table, (const char *const[]){"1", "2"}, 2), WF_INVALID);
	ROW("1");
	ck_assert_int_eq(table_add_column(&table, "late"), WF_FULL);
	ck_assert_str_eq(table_cell(&table, 0, "uid"), "1");
	ck_assert_str_eq(table_cell(&table, 1, "uid"), "");
	ck_assert_str_eq(table_cell(&table, 0, "user"), "");
}
END_TEST

START_TEST(many_rows_fit)
{
	COLUMNS("n:number");
	for (int i = 0; i < 1000; i++) {
		char cell[16];

		snprintf(cell, sizeof(cell), "%d", i);
		ROW(cell);
	}
	ck_assert_uint_eq(table.nrows, 1000);
	ck_assert_str_eq(table_cell(&table, 999, "n"), "999");
}
END_TEST

static Suite *
table_suite(void)
{
	Suite *suite = suite_create("table");
	TCase *tc = tcase_create("shown");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, columns_are_aligned_by_width);
	tcase_add_test(tc, what_is_too_wide_moves_its_own_row);
	tcase_add_test(tc, what_does_not_fit_is_wrapped_in_its_column);
	tcase_add_test(tc, what_cannot_be_wrapped_is_a_list);
	tcase_add_test(tc, what_does_not_fit_is_a_list_where_it_is_asked_for);
	tcase_add_test(tc, long_values_of_a_list_are_wrapped);
	tcase_add_test(tc, width_counts_columns_of_the_screen);
	tcase_add_test(tc, what_is_not_printable_is_not_printed);
	tcase_add_test(tc, columns_are_chosen_in_order);
	tcase_add_test(tc, cells_are_formatted_for_people);
	tcase_add_test(tc, json_has_types);
	tcase_add_test(tc, json_of_one_row_is_an_object);
	tcase_add_test(tc, json_of_no_rows_is_an_empty_array);
	tcase_add_test(tc, json_survives_what_is_no_number_and_no_text);
	tcase_add_test(tc, bad_columns_and_rows_are_refused);
	tcase_add_test(tc, many_rows_fit);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(table_suite)
