/*
 * Every criterion that the catalogue calls enforced has a row, and every row holds: see enforced.h.
 */
#include <config.h> /* the build's: in quotes it would be the one beside the daemon's */

#include <string.h>

#include "tests/unit/rules/enforced.h"
#include "tests/unit/rules/shipped.h"

static const struct enforced_table *const tables[] = {
	&enforced_values, &enforced_logins, &enforced_accounts, &enforced_passwords,
	&enforced_register};

static bool
has_row(const char *criterion)
{
	for (size_t i = 0; i < LENGTH(tables); i++)
		for (size_t j = 0; j < tables[i]->n; j++)
			if (strcmp(tables[i]->rows[j].criterion, criterion) == 0)
				return true;
	return false;
}

/* What is enforced today is so by a parameter that is named. */
static bool
is_enforced(const struct rules_criterion *criterion)
{
	return criterion->aim == AIM_ENFORCED && criterion->nby > 0;
}

/* Ids and reasons: all that lack something in one message. */
START_TEST(each_enforced_criterion_is_shown)
{
	struct rules_book book = shipped_book();
	char missing[4096] = "";
	size_t len = 0;

	for (size_t i = 0; i < book.ncatalogues; i++)
		for (size_t j = 0; j < book.catalogues[i].n; j++) {
			const struct rules_criterion *criterion =
				&book.catalogues[i].criteria[j];

			if (is_enforced(criterion) && !has_row(criterion->id) &&
				len < sizeof(missing))
				len += (size_t)snprintf(missing + len, sizeof(missing) - len,
					" %s", criterion->id);
		}
	ck_assert_msg(missing[0] == '\0', "called enforced, but shown by no row:%s", missing);
	rules_book_clear(&book);
}
END_TEST

/* What is meant to be enforced and is not says why, in both languages. */
START_TEST(each_other_one_has_a_reason)
{
	struct rules_book book = shipped_book();

	for (size_t i = 0; i < book.ncatalogues; i++)
		for (size_t j = 0; j < book.catalogues[i].n; j++) {
			const struct rules_criterion *criterion =
				&book.catalogues[i].criteria[j];

			if (criterion->aim == AIM_ENFORCED && criterion->nby == 0)
				ck_assert_msg(criterion->why_en != NULL &&
						      criterion->why_ja != NULL,
					"%s is not enforced and does not say why", criterion->id);
		}
	rules_book_clear(&book);
}
END_TEST

START_TEST(each_row_is_about_a_criterion)
{
	struct rules_book book = shipped_book();

	for (size_t i = 0; i < LENGTH(tables); i++)
		for (size_t j = 0; j < tables[i]->n; j++) {
			const struct enforced_row *row = &tables[i]->rows[j];
			const struct rules_criterion *criterion =
				rules_criterion_find(&book, row->criterion);

			ck_assert_msg(criterion != NULL, "no criterion %s", row->criterion);
			ck_assert_msg(is_enforced(criterion),
				"%s is shown, but not called enforced", row->criterion);
		}
	rules_book_clear(&book);
}
END_TEST

START_TEST(each_row_holds)
{
	for (size_t j = 0; j < tables[_i]->n; j++) {
		const struct enforced_row *row = &tables[_i]->rows[j];

		printf("%s: %s\n", row->criterion, row->situation); /* the last one is who failed */
		row->show(row);
	}
}
END_TEST

static Suite *
enforced_suite(void)
{
	Suite *suite = suite_create("enforced");
	TCase *catalogue = tcase_create("catalogue"), *rows = tcase_create("rows");

	tcase_add_test(catalogue, each_enforced_criterion_is_shown);
	tcase_add_test(catalogue, each_other_one_has_a_reason);
	tcase_add_test(catalogue, each_row_is_about_a_criterion);
	tcase_add_checked_fixture(rows, enforced_setup, enforced_teardown);
	tcase_set_timeout(rows, 120);
	tcase_add_loop_test(rows, each_row_holds, 0, (int)LENGTH(tables));
	suite_add_tcase(suite, catalogue);
	suite_add_tcase(suite, rows);
	return suite;
}

UNIT_MAIN(enforced_suite)
