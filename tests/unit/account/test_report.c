/* The report: states by settings and proofs, each figure against a count of its own. */
#include "config.h"

#include "tests/unit/account/comply.h"

#include <string.h>

START_TEST(first)
{
	take("comply = {\"scs4\"}\n");
	rig_ok("report");
	for (size_t i = 0; i < rig.nrows; i++) {
		for (size_t j = 0; j < rig.ncolumns; j++)
			printf("%s|", rig.cells[i][j]);
		printf("\n");
	}
	puts(rig.text);
}
END_TEST

static Suite *
report_suite(void)
{
	Suite *suite = suite_create("report");
	TCase *states = tcase_create("states");

	tcase_add_checked_fixture(states, set_up, tear_down);
	tcase_add_test(states, first);
	suite_add_tcase(suite, states);
	return suite;
}

UNIT_MAIN(report_suite)
