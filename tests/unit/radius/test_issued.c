/* States that were sent: known for two minutes, and the oldest forgotten first. */
#include "config.h"

#include <stdio.h>

#include "radius/issued.h"
#include "tests/unit/unit.h"

#define SECOND INT64_C(1000000)

static struct issued *issued;

static void
setup(void)
{
	ck_assert_int_eq(issued_new(&issued), WF_OK);
}

static void
teardown(void)
{
	issued_free(&issued);
	ck_assert_ptr_null(issued);
	issued_free(&issued);
}

static const uint8_t *
state(unsigned number)
{
	static char text[41];

	snprintf(text, sizeof(text), "%040u", number);
	return (const uint8_t *)text;
}

START_TEST(seen_for_two_minutes)
{
	issued_add(issued, state(1), 40, SECOND);
	ck_assert(issued_seen(issued, state(1), 40, SECOND));
	ck_assert(issued_seen(issued, state(1), 40, 121 * SECOND - 1));
	ck_assert(!issued_seen(issued, state(1), 40, 121 * SECOND));
	ck_assert(!issued_seen(issued, state(1), 39, SECOND));
	ck_assert(!issued_seen(issued, state(2), 40, SECOND));
}
END_TEST

/*
 * Far more than there is room for: the newest are there, but for one in 500 times a thousand whose
 * bucket is full of newer ones; and what was never sent is not.
 */
START_TEST(many)
{
	unsigned found = 0;

	for (unsigned i = 0; i < 200000; i++)
		issued_add(issued, state(i), 40, SECOND + i);
	for (unsigned i = 199000; i < 200000; i++)
		found += issued_seen(issued, state(i), 40, 2 * SECOND);
	ck_assert_uint_ge(found, 995);
	for (unsigned i = 200000; i < 210000; i++)
		ck_assert(!issued_seen(issued, state(i), 40, 2 * SECOND));
}
END_TEST

static Suite *
issued_suite(void)
{
	Suite *suite = suite_create("issued");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, seen_for_two_minutes);
	tcase_add_test(tc, many);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(issued_suite)
