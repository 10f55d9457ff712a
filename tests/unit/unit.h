/*
 * What every unit test shares: the main function. A test program has one suite; UNIT_MAIN runs it
 * and exits with 0 only if every test passed.
 */
#ifndef WF_TESTS_UNIT_H
#define WF_TESTS_UNIT_H

#include <check.h>
#include <stdlib.h>

#ifdef __has_feature
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#include <stdio.h>

/* libcheck is not built with the sanitizer: what it writes to its pipe seems never set. */
size_t __real_fwrite(const void *data, size_t size, size_t count, FILE *stream);
size_t __wrap_fwrite(const void *data, size_t size, size_t count, FILE *stream);

__attribute__((weak)) size_t
__wrap_fwrite(const void *data, size_t size, size_t count, FILE *stream)
{
	__msan_unpoison(data, size * count);
	return __real_fwrite(data, size, count, stream);
}
#endif
#endif

/* A case of the suite, whose tests have so many seconds each, between its fixtures. */
static inline TCase *
unit_case(Suite *suite, const char *name, double seconds, void (*before)(void),
	void (*after)(void))
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, before, after);
	tcase_set_timeout(tcase, seconds);
	suite_add_tcase(suite, tcase);
	return tcase;
}

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
