/* A client's book is the same one for as long as the program runs. */
#include "config.h"

#include <string.h>

#include "radius/book.h"
#include "tests/unit/faults.h"
#include "tests/unit/unit.h"

static struct books books;

static struct book *
book_of(const char *name)
{
	struct book *book = NULL;

	ck_assert_int_eq(books_open(&books, name, &book), WF_OK);
	ck_assert_str_eq(book->name, name);
	return book;
}

START_TEST(one_for_each_name)
{
	static char longest[65] = {[0 ... 63] = 'x'}; /* as long as the configuration lets it be */
	struct book *vpn = book_of("vpn"), *wifi = book_of("wifi"), *vp = book_of("vp");

	ck_assert_ptr_ne(vpn, wifi);
	ck_assert_ptr_ne(vpn, vp);
	ck_assert_uint_eq(vpn->stats.counters[0], 0);
	vpn->stats.counters[0] = 7;
	(void)book_of(longest);
	/* as a reload does */
	ck_assert_ptr_eq(book_of("vpn"), vpn);
	ck_assert_ptr_eq(book_of("wifi"), wifi);
	ck_assert_uint_eq(vpn->stats.counters[0], 7);
	ck_assert_uint_eq(wifi->stats.counters[0], 0);
	books_clear(&books);
	ck_assert_ptr_null(books.first);
	books_clear(&books);
}
END_TEST

#ifdef WF_FAULT
static wf_status
run_round(void)
{
	struct book *book = NULL;
	wf_status status = books_open(&books, "vpn", &book);

	ck_assert_int_eq(book != NULL, status == WF_OK);
	return status;
}

static void
end_round(wf_status status)
{
	ck_assert_int_eq(books.first != NULL, status == WF_OK);
	books_clear(&books);
}

START_TEST(faults)
{
	static const struct fault_scenario scenario = {NULL, run_round, end_round};

	ck_assert_uint_eq(fault_loop(&scenario), 1);
}
END_TEST
#endif

static Suite *
book_suite(void)
{
	Suite *suite = suite_create("book");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, one_for_each_name);
#ifdef WF_FAULT
	tcase_add_test(tc, faults);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(book_suite)
