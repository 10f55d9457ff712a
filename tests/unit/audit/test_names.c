/*
 * Names of classes and results: stable, and any other value is survived.
 */
#include "config.h"

#include "authd/audit/audit.h"

#include "tests/unit/unit.h"

START_TEST(classes)
{
	ck_assert_str_eq(audit_class_name(AUDIT_AUTH), "auth");
	ck_assert_str_eq(audit_class_name(AUDIT_ADMIN), "admin");
	ck_assert_str_eq(audit_class_name(AUDIT_SESSION), "session");
	ck_assert_str_eq(audit_class_name(AUDIT_FINDING), "finding");
	ck_assert_str_eq(audit_class_name(AUDIT_SYSTEM), "system");
	ck_assert_str_eq(audit_class_name(AUDIT_TOMBSTONE), "tombstone");
	ck_assert_str_eq(audit_class_name((enum audit_class)0), "unknown");
	ck_assert_str_eq(audit_class_name((enum audit_class)7), "unknown");
	ck_assert_str_eq(audit_class_name((enum audit_class) - 1), "unknown");
}
END_TEST

START_TEST(results)
{
	ck_assert_str_eq(audit_result_name(AUDIT_FAILURE), "failure");
	ck_assert_str_eq(audit_result_name(AUDIT_SUCCESS), "success");
	ck_assert_str_eq(audit_result_name(AUDIT_NEUTRAL), "neutral");
	ck_assert_str_eq(audit_result_name(AUDIT_UNAVAILABLE), "unavailable");
	ck_assert_str_eq(audit_result_name((enum audit_result)4), "unknown");
	ck_assert_str_eq(audit_result_name((enum audit_result) - 1), "unknown");
}
END_TEST

static Suite *
names_suite(void)
{
	Suite *suite = suite_create("audit names");
	TCase *tc = tcase_create("names");

	tcase_add_test(tc, classes);
	tcase_add_test(tc, results);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(names_suite)
