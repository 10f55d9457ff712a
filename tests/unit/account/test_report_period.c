/*
 * The report over a period: of which part of it something is known, since when the lock can be
 * judged, which settings are of now, and which months were reviewed.
 */
#include "config.h"

#include "tests/unit/account/reports.h"

#include <stdio.h>

#include "authd/account/report.h"

/* --- the lock --- */

static void
expect_run(const char *state, int64_t wrong)
{
	size_t line;

	rig_advance(1);
	rig_ok("report");
	line = line_of("proof", "SCS-4-1-4-1", "lock.held");
	ck_assert_str_eq(rig_cell(line, "state"), state);
	ck_assert_int_eq(rig_number(line, "count"), wrong);
	ck_assert_int_eq(rig_number(line, "total"), 10);
}

/* Ends of a run: the lock itself, an unlock, a login with two kinds; one kind is none (I1). */
START_TEST(a_run_beyond_the_threshold_is_an_exception)
{
	struct audit_row lock = made_row(AUDIT_FINDING, "lock", AUDIT_NEUTRAL);
	struct audit_row unlock = made_row(AUDIT_ADMIN, "unlock", AUDIT_SUCCESS);

	take("comply = {\"scs4\"}\n");
	put_wrong("alice", 10);
	(void)put_row(&lock);
	put_wrong("alice", 6);
	put_wrong("bob", 9);
	(void)put_row(&unlock);
	put_wrong("alice", 5);
	(void)put_login("zone internet", "knowledge+possession");
	expect_run("supports", 10);
	put_wrong("alice", 10);
	(void)put_login("zone internal", "knowledge");
	expect_run("supports", 10);
	ck_assert_str_eq(state_of("SCS-4-1-4-1"), "met");
	put_wrong("alice", 1);
	expect_run("exceptions", 11);
	ck_assert_str_eq(state_of("SCS-4-1-4-1"), "met with exceptions");
}
END_TEST

/* A threshold of now says nothing of a time when another one was in force. */
START_TEST(a_lock_is_judged_since_its_threshold_is_in_force)
{
	char first[65], second[65], text[128];
	uint64_t loaded;

	memset(first, 'a', 64);
	memset(second, 'b', 64);
	first[64] = second[64] = '\0';
	take("comply = {\"scs4\"}\n");
	(void)put_load(first);
	put_wrong("alice", 14);
	(void)put_load(first); /* a restart changes nothing */
	expect_run("exceptions", 14);
	loaded = put_load(second);
	rig_advance(1);
	rig_ok("report");
	ck_assert_str_eq(
		rig_cell(line_of("proof", "SCS-4-1-4-1", "lock.held"), "state"), "no data");
	put_wrong("alice", 4);
	expect_run("supports", 4);
	(void)snprintf(text, sizeof(text), "Judged from row %llu of the log on",
		(unsigned long long)loaded);
	ck_assert_ptr_nonnull(
		strstr(rig_cell(line_of("proof", "SCS-4-1-4-1", "lock.held"), "text"), text));
	put_wrong("alice", 7);
	(void)put_load(second);
	expect_run("exceptions", 11);
}
END_TEST

/* A load behind the period counts as well: what is in force now was not then. */
START_TEST(a_threshold_of_later_judges_nothing_before)
{
	char hash[65], until[64];

	memset(hash, 'a', 64);
	hash[64] = '\0';
	take("comply = {\"scs4\"}\n");
	put_wrong("alice", 14);
	rig_advance(DAY_S);
	(void)snprintf(until, sizeof(until), "until=%lld", (long long)rig.now.wall_us);
	(void)put_load(hash);
	rig_advance(DAY_S);
	rig_ok("report", until);
	ck_assert_str_eq(
		rig_cell(line_of("proof", "SCS-4-1-4-1", "lock.held"), "state"), "no data");
}
END_TEST

START_TEST(each_kind_has_its_own_threshold)
{
	size_t line;

	take("comply = {\"scs4\"}\n");
	rig.taken->policy.values
		.held[R_LOCK_THRESHOLD][ACCOUNT_SERVICE * RULE_GUARDS + GUARD_MFA]
		.value = 3;
	rig_ok("user.add", "user=robot", "kind=service", "sources=192.0.2.1");
	put_wrong("robot", 4);
	rig_advance(1);
	rig_ok("report");
	line = line_of("proof", "SCS-4-1-4-1", "lock.held");
	ck_assert_str_eq(rig_cell(line, "state"), "exceptions");
	ck_assert_int_eq(rig_number(line, "total"), 3);
}
END_TEST

/* --- months that have gone --- */

static void
expire(int64_t days)
{
	struct store_expiry expiry = {
		.rule = "log.retention_days", .begin = true, .keep_us = days * DAY_S * US_PER_S};

	do {
		ck_assert_int_eq(store_expire_log(rig.store, &expiry), WF_OK);
	} while (expiry.step == EXPIRY_TOMBSTONE || expiry.step == EXPIRY_REMOVED);
}

START_TEST(months_that_have_gone_are_told)
{
	size_t line;

	take("comply = {\"scs4\"}\n");
	for (int i = 0; i < 3; i++) {
		(void)put_login("zone internet", "knowledge+possession");
		rig_advance(31 * DAY_S);
	}
	rig_advance(1096 * DAY_S);
	(void)put_login("zone internet", "knowledge+possession");
	expire(1096);
	rig_advance(1);
	rig_ok("report", "since=1000000");
	line = line_of("proof", "SCS-4-4-3-1", "log.kept");
	ck_assert_str_eq(rig_cell(line, "state"), "supports");
	ck_assert_ptr_nonnull(strstr(rig_cell(line, "text"), "whole months have gone"));
	ck_assert_str_eq(
		rig_cell(line_of("proof", "SCS-4-4-3-1", "log.chain"), "state"), "supports");
	/* of those that have gone nothing is counted */
	ck_assert_int_lt(
		rig_number(line_of("proof", "SCS-4-1-3-5", "logins.internet"), "total"), 4);
}
END_TEST

/* What is not there any more says nothing, also not that there was none. */
START_TEST(nothing_holds_by_rows_that_have_gone)
{
	char since[64];

	take("comply = {\"scs4\"}\n");
	(void)snprintf(since, sizeof(since), "since=%lld", (long long)rig.now.wall_us);
	(void)put_login("zone internet", "knowledge+possession");
	rig_advance(31 * DAY_S);
	put_wrong("alice", 2);
	rig_ok("report", since);
	ck_assert(!has_fact("expired"));
	ck_assert_str_eq(proof_cell("log.fields", "state"), "supports");
	expect_run("supports", 2);
	rig_advance(1096 * DAY_S);
	(void)put_login("zone internet", "knowledge+possession");
	put_wrong("alice", 2);
	expire(1000);
	rig_advance(1);
	rig_ok("report", since);
	ck_assert_int_eq(rig_number(line_of("report", "", "expired"), "time"),
		rig_number(line_of("proof", "SCS-4-4-3-1", "log.kept"), "time"));
	ck_assert_str_eq(
		rig_cell(line_of("proof", "SCS-4-1-4-1", "lock.held"), "state"), "figures");
	ck_assert_ptr_nonnull(strstr(proof_cell("log.fields", "text"), "have expired."));
	ck_assert_str_eq(proof_cell("log.fields", "state"), "no data");
	rig_ok("report");
	ck_assert(!has_fact("expired"));
}
END_TEST

/* Settings are of now: it says so, and how often they were loaded in the period. */
START_TEST(settings_are_of_now)
{
	char hash[65], until[64], row[32];
	uint64_t last;

	memset(hash, 'a', 64);
	hash[64] = '\0';
	take("comply = {\"scs4\"}\n");
	(void)put_load(hash);
	rig_advance(DAY_S);
	last = put_load(hash);
	rig_advance(DAY_S);
	(void)snprintf(until, sizeof(until), "until=%lld", (long long)rig.now.wall_us);
	(void)snprintf(row, sizeof(row), "%llu", (unsigned long long)last);
	rig_ok("report");
	ck_assert(!has_fact("as-of"));
	ck_assert_str_eq(fact_of("configuration"), "2");
	ck_assert_str_eq(rig_cell(line_of("report", "", "configuration"), "row"), row);
	rig_advance(DAY_S);
	(void)put_load(hash);
	rig_ok("report", until);
	ck_assert_str_eq(fact_of("configuration"), "2");
	ck_assert_ptr_nonnull(strstr(rig_cell(line_of("report", "", "configuration"), "text"),
		"It took effect 2 times in the period, last on "));
	ck_assert_ptr_nonnull(
		strstr(rig_cell(line_of("report", "", "as-of"), "text"), "as they are now"));
}
END_TEST

/* To record the duty as done signs no month. */
START_TEST(a_month_that_nobody_signed)
{
	take("comply = {\"scs4\"}\n");
	(void)put_login("zone internet", "knowledge+possession");
	rig_advance(32 * DAY_S);
	put_duty("log-review");
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-4-4-3-3"), "met");
	rig_advance(40 * DAY_S);
	put_duty("log-review");
	rig_ok("report");
	ck_assert_str_eq(state_of("SCS-4-4-3-3"), "not met");
}
END_TEST

/* --- the period: nothing is said of a time that nothing is known of --- */

static int64_t
period(const char *edge)
{
	return rig_number(line_of("report", "", edge), "time");
}

START_TEST(the_period_is_what_is_known)
{
	char until[64];

	take("comply = {\"scs4\"}\n");
	rig_ok("report");
	for (int i = 0; i < 14; i++) {
		(void)put_login("zone internet", "knowledge+possession");
		rig_advance(31 * DAY_S);
	}
	(void)snprintf(until, sizeof(until), "until=%lld",
		(long long)(rig.now.wall_us + 30 * DAY_S * US_PER_S));
	rig_ok("report", until);
	ck_assert_int_eq(period("until"), rig.now.wall_us);
	ck_assert_int_lt(period("since"), rig.now.wall_us - 364 * DAY_S * US_PER_S);
	expire(183);
	rig_ok("report");
	ck_assert_int_eq(period("since"), period("first-row"));
	ck_assert_int_gt(period("since"), rig.now.wall_us - 230 * DAY_S * US_PER_S);
}
END_TEST

static Suite *
report_period_suite(void)
{
	Suite *suite = suite_create("report/period");
	TCase *acts = tcase_create("acts");

	tcase_add_checked_fixture(acts, set_up, tear_down);
	tcase_set_timeout(acts, 60);
	tcase_add_test(acts, a_run_beyond_the_threshold_is_an_exception);
	tcase_add_test(acts, a_lock_is_judged_since_its_threshold_is_in_force);
	tcase_add_test(acts, a_threshold_of_later_judges_nothing_before);
	tcase_add_test(acts, each_kind_has_its_own_threshold);
	tcase_add_test(acts, months_that_have_gone_are_told);
	tcase_add_test(acts, nothing_holds_by_rows_that_have_gone);
	tcase_add_test(acts, settings_are_of_now);
	tcase_add_test(acts, a_month_that_nobody_signed);
	tcase_add_test(acts, the_period_is_what_is_known);
	suite_add_tcase(suite, acts);
	return suite;
}

UNIT_MAIN(report_period_suite)
