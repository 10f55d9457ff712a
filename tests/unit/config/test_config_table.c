/*
 * The rows: each found by its name and no two alike; the manual has every one of them.
 */
#include "config.h"

#include "authd/config/config_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static struct config_row rows[CONFIG_ROWS_MAX];
static size_t nrows;

static void
setup(void)
{
	nrows = config_rows(rows);
}

START_TEST(rows_are_found)
{
	for (size_t i = 0; i < nrows; i++)
		ck_assert_ptr_eq(
			config_row_find(rows, nrows, rows[i].section, rows[i].name), &rows[i]);
	ck_assert_ptr_null(config_row_find(rows, nrows, "lock", "mode"));
	ck_assert_ptr_null(config_row_find(rows, nrows, "", "threshold"));
}
END_TEST

START_TEST(no_name_has_a_dot)
{
	for (size_t i = 0; i < nrows; i++)
		ck_assert_msg(strchr(rows[i].name, '.') == NULL, "%s", rows[i].name);
}
END_TEST

START_TEST(sections_once_each)
{
	const char *names[CONFIG_ROWS_MAX];
	size_t n = config_sections(rows, nrows, names, CONFIG_ROWS_MAX);

	ck_assert_uint_eq(n, 29);
	for (size_t i = 0; i < n; i++) {
		ck_assert_str_ne(names[i], "");
		ck_assert_int_eq(config_section_titled(names[i]),
			strstr("zone service host client reply upstream stream resolve deviate "
			       "draft detect",
				names[i]) != NULL);
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(names[i], names[j]);
	}
	ck_assert_uint_eq(config_sections(rows, nrows, names, 2), 2);
}
END_TEST

START_TEST(every_row_says_what_it_accepts)
{
	char text[256];

	for (size_t i = 0; i < nrows; i++) {
		text[0] = '\0';
		config_accepted(&rows[i], text, sizeof(text));
		ck_assert_uint_gt(strlen(text), 7); /* "now, all" */
		ck_assert_uint_lt(strlen(text), sizeof(text) - 1);
	}
	config_accepted(&rows[0], text, 8); /* cut, not overrun */
	ck_assert_uint_eq(strlen(text), 7);
}
END_TEST

START_TEST(only_near_names_are_suggested)
{
	static const struct {
		const char *section, *written, *suggested;
	} table[] = {
		{"lock", "treshold", "threshold"}, {"lock", "thresholds", "threshold"},
		{"lock", "backof", "backoff"}, {"lock", "backoffcap", "backoff_cap"},
		{"lock", "x", NULL}, {"mfa", "kind", "kinds"}, {"", "serivce", "service"},
		{"", "users", "user"}, {"", "workres", "workers"}, {"", "xy", NULL},
		{"log", "retention", NULL}, {"service", "rot", "root"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char text[512], hint[64] = "";

		if (table[i].suggested != NULL)
			(void)snprintf(
				hint, sizeof(hint), "(did you mean '%s'?)", table[i].suggested);
		config_unknown(rows, nrows, table[i].section, table[i].written, text, sizeof(text));
		if (table[i].suggested != NULL)
			ck_assert_msg(strstr(text, hint) != NULL, "%s", text);
		else
			ck_assert_msg(strstr(text, "did you mean") == NULL, "%s", text);
	}
}
END_TEST

static size_t
read_manual(char *text_r, size_t size)
{
	const char *top = getenv("top_srcdir");
	char path[1024];
	FILE *in;
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/man/warifu.conf.5", top == NULL ? ".." : top);
	in = fopen(path, "r");
	ck_assert_ptr_nonnull(in);
	len = fread(text_r, 1, size - 1, in);
	fclose(in);
	text_r[len] = '\0';
	return len;
}

/* ".It Cm threshold Ns = Ns Ar number" below ".Ss lock" */
START_TEST(the_manual_has_every_option)
{
	static char manual[131072];
	size_t count;
	const struct policy_param_spec *specs = policy_params(&count);

	ck_assert_uint_gt(read_manual(manual, sizeof(manual)), 1000);
	for (size_t i = 0; i < nrows; i++) {
		char heading[64], item[64];
		const char *from, *to;

		(void)snprintf(heading, sizeof(heading), "\n.Ss %s\n",
			rows[i].section[0] == '\0' ? "General" : rows[i].section);
		(void)snprintf(item, sizeof(item), "\n.It Cm %s ", rows[i].name);
		from = strstr(manual, heading);
		ck_assert_msg(from != NULL, "no section %s", rows[i].section);
		to = strstr(from + 1, "\n.Ss ");
		from = strstr(from, item);
		ck_assert_msg(from != NULL && (to == NULL || from < to),
			"%s.%s is not in the manual", rows[i].section, rows[i].name);
		if (rows[i].type == CONFIG_PARAM && specs[rows[i].param].criterion[0] != '\0') {
			const char *criterion = strstr(from, specs[rows[i].param].criterion);
			const char *next = strstr(from + 1, "\n.It ");

			ck_assert_msg(criterion != NULL && (next == NULL || criterion < next),
				"%s.%s has no criterion in the manual", rows[i].section,
				rows[i].name);
		}
	}
}
END_TEST

static Suite *
table_suite(void)
{
	Suite *suite = suite_create("config_table");
	TCase *tc = tcase_create("rows");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, rows_are_found);
	tcase_add_test(tc, no_name_has_a_dot);
	tcase_add_test(tc, sections_once_each);
	tcase_add_test(tc, every_row_says_what_it_accepts);
	tcase_add_test(tc, only_near_names_are_suggested);
	tcase_add_test(tc, the_manual_has_every_option);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(table_suite)
