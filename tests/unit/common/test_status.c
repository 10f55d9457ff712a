/*
 * Status codes: each has a name and a sentence of its own, and a value that is no status is
 * survived.
 */
#include "config.h"

#include "common/status.h"

#include <string.h>

#include "tests/unit/unit.h"

START_TEST(every_code_has_a_name_and_a_sentence)
{
	const char *name = wf_status_name((wf_status)_i);
	const char *text = wf_status_text((wf_status)_i);

	ck_assert_str_ne(name, "unknown");
	ck_assert_uint_eq(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
	ck_assert_int_eq(text[strlen(text) - 1], '.');
}
END_TEST

START_TEST(names_differ)
{
	for (int other = 0; other < _i; other++)
		ck_assert_str_ne(wf_status_name((wf_status)_i), wf_status_name((wf_status)other));
}
END_TEST

START_TEST(no_status_is_unknown)
{
	ck_assert_str_eq(wf_status_name(WF_STATUS_COUNT), "unknown");
	ck_assert_str_eq(wf_status_name((wf_status)-1), "unknown");
	ck_assert_str_eq(wf_status_text((wf_status)4711), "An unknown error happened.");
}
END_TEST

START_TEST(known_names_are_stable)
{
	ck_assert_str_eq(wf_status_name(WF_OK), "ok");
	ck_assert_str_eq(wf_status_name(WF_NOT_FOUND), "not-found");
	ck_assert_str_eq(wf_status_name(WF_UNAVAILABLE), "unavailable");
	ck_assert_int_eq(WF_OK, 0);
}
END_TEST

static Suite *
status_suite(void)
{
	Suite *suite = suite_create("status");
	TCase *tc = tcase_create("table");

	tcase_add_loop_test(tc, every_code_has_a_name_and_a_sentence, 0, WF_STATUS_COUNT);
	tcase_add_loop_test(tc, names_differ, 0, WF_STATUS_COUNT);
	tcase_add_test(tc, no_status_is_unknown);
	tcase_add_test(tc, known_names_are_stable);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(status_suite)
