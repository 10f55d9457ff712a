/* Said once, then once an hour with a count (checklist I5). */
#include "config.h"

#include "radius/complaint.h"
#include "tests/unit/unit.h"

#define SECOND INT64_C(1000000)

START_TEST(i5_once_an_hour)
{
	struct complaint complaint = {0};
	uint64_t times = 0;

	ck_assert(complaint_due(&complaint, SECOND, &times));
	ck_assert_uint_eq(times, 1);
	for (int i = 0; i < 10; i++)
		ck_assert(!complaint_due(&complaint, (2 + i) * SECOND, &times));
	ck_assert(!complaint_due(&complaint, 3601 * SECOND - 1, &times));
	ck_assert(complaint_due(&complaint, 3601 * SECOND, &times));
	ck_assert_uint_eq(times, 12);
	ck_assert(!complaint_due(&complaint, 3602 * SECOND, &times));
}
END_TEST

static Suite *
complaint_suite(void)
{
	Suite *suite = suite_create("complaint");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, i5_once_an_hour);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(complaint_suite)
