/*
 * What every unit test shares: the main function. A test program has one suite; UNIT_MAIN runs it and
 * exits with 0 only if every test passed.
 */
#ifndef WF_TESTS_UNIT_H
#define WF_TESTS_UNIT_H

#include <check.h>
#include <stdlib.h>

#define UNIT_MAIN(make_suite)                                    \
	int                                                      \
	main(void)                                               \
	{                                                        \
		SRunner *runner = srunner_create(make_suite());  \
		int failed;                                      \
                                                                 \
		srunner_run_all(runner, CK_ENV);                 \
		failed = srunner_ntests_failed(runner);          \
		srunner_free(runner);                            \
		return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE; \
	}

#endif
