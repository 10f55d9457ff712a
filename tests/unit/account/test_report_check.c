/*
 * The report against `policy check`: one answer about each setting; and what is a share or built in
 * and what is not.
 */
#include "config.h"

#include "tests/unit/account/comply.h"

#include <string.h>

#include "authd/account/report.h"

#define SIGNED " by = \"Sato\" on = \"2026-01-21\" until = \"2027-01-01\" reason = \"why\" }\n"

static size_t
line_of(const char *part, const char *criterion, const char *name)
{
	for (size_t row = 0; row < rig.nrows; row++)
		if (strcmp(rig_cell(row, "part"), part) == 0 &&
			strcmp(rig_cell(row, "criterion"), criterion) == 0 &&
			strcmp(rig_cell(row, "name"), name) == 0)
			return row;
	ck_abort_msg("no %s %s of %s", part, name, criterion);
	return 0;
}

/* --- one answer for both --- */

#define CHECKED_MAX 256

struct checked {
	char parameter[64], criterion[64], verdict[32], value[RULE_VALUE_SIZE];
};

static size_t
read_checked(struct checked list_r[CHECKED_MAX])
{
	size_t n = 0;

	(void)rig_act("policy.check", NULL);
	for (size_t row = 0; row < rig.nrows && n < CHECKED_MAX; row++) {
		struct checked *one = &list_r[n++];

		(void)snprintf(one->parameter, sizeof(one->parameter), "%s",
			rig_cell(row, "parameter"));
		(void)snprintf(one->criterion, sizeof(one->criterion), "%s",
			rig_cell(row, "criterion"));
		(void)snprintf(one->verdict, sizeof(one->verdict), "%s", rig_cell(row, "verdict"));
		(void)snprintf(one->value, sizeof(one->value), "%s", rig_cell(row, "in-force"));
	}
	return n;
}

static bool
is_in_report(const struct checked *one)
{
	for (size_t row = 0; row < rig.nrows; row++)
		if (strcmp(rig_cell(row, "criterion"), one->criterion) == 0 &&
			strcmp(rig_cell(row, "name"), one->parameter) == 0 &&
			strcmp(rig_cell(row, "state"), one->verdict) == 0 &&
			strcmp(rig_cell(row, "value"), one->value) == 0)
			return true;
	return false;
}

/* Both are asked about the same, in the same minute. */
START_TEST(it_says_what_policy_check_says)
{
	static const char *const confs[] = {"comply = {\"scs4\"}\n",
		"comply = {\"scs4\"}\ndeviate \"lock.threshold\" { is = {\"20\"}" SIGNED,
		"comply = {\"isac2\"}\n", "comply = {\"isac2\"}\nservice \"sshd\" { }\n"};
	struct checked list[CHECKED_MAX];
	size_t n, duties = 0;

	take(confs[_i]);
	rig_ruler("boss");
	n = read_checked(list);
	ck_assert_uint_gt(n, 10);
	rig_ok("report");
	for (size_t i = 0; i < n; i++) {
		ck_assert_msg(is_in_report(&list[i]), "%s of %s: %s (%s)", list[i].parameter,
			list[i].criterion, list[i].verdict, list[i].value);
		duties += strncmp(list[i].parameter, "review.", 7) == 0 &&
			  strcmp(list[i].verdict, "met") == 0 && list[i].value[0] != '\0';
	}
	ck_assert_uint_gt(duties, 0);
}
END_TEST

/* Who may enter is said service by service; no daemon does so always. */
START_TEST(what_services_say_is_not_built_in)
{
	size_t always = 0;

	take("comply = {\"scs4\"}\n");
	rig_ok("report");
	for (size_t row = 0; row < rig.nrows; row++) {
		if (strcmp(rig_cell(row, "value"), "always") != 0)
			continue;
		ck_assert_str_ne(rig_cell(row, "name"), "register.grants");
		ck_assert_str_ne(rig_cell(row, "name"), "register.scope");
		always++;
	}
	ck_assert_uint_gt(always, 0);
}
END_TEST

/* Only what is a part of something has a total. */
START_TEST(events_are_no_shares)
{
	size_t line;

	take("comply = {\"scs4\"}\n");
	rig_user("alice");
	rig_advance(1);
	rig_ok("report");
	line = line_of("proof", "SCS-4-4-3-1", "log.chain");
	ck_assert_int_gt(rig_number(line, "count"), 0);
	ck_assert_str_eq(rig_cell(line, "total"), "");
	line = line_of("proof", "SCS-4-1-7-1", "accounts.list");
	ck_assert_str_eq(rig_cell(line, "total"), "1");
}
END_TEST

static Suite *
report_check_suite(void)
{
	Suite *suite = suite_create("report_check");
	TCase *acts = tcase_create("acts");

	tcase_add_checked_fixture(acts, set_up, tear_down);
	tcase_set_timeout(acts, 60);
	tcase_add_loop_test(acts, it_says_what_policy_check_says, 0, 4);
	tcase_add_test(acts, what_services_say_is_not_built_in);
	tcase_add_test(acts, events_are_no_shares);
	suite_add_tcase(suite, acts);
	return suite;
}

UNIT_MAIN(report_check_suite)
