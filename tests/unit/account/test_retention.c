/* How long the log is kept, as it is told; holds; what the doctor says of it. */
#include "config.h"

#include "tests/unit/account/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY 86400
#define RULE "log.retention_days IPA-T3.8.3"

static void
setup(void)
{
	(void)setenv("TZ", "UTC", 1);
	rig_setup();
	rig_ok("user.add", "user=alice");
}

/* A month passes, and something is written in the next. */
static void
month(void)
{
	char display[64];

	rig_advance(31 * DAY);
	(void)snprintf(display, sizeof(display), "display=%lld", (long long)rig.now.wall_us);
	rig_ok("user.set", "user=alice", display);
}

static void
expire(void)
{
	struct store_expiry expiry = {.rule = RULE, .begin = true};
	struct log_keep keep;

	log_keep(&rig.config.policy, &keep);
	expiry.keep_us = keep.us;
	do {
		ck_assert_int_eq(store_expire_log(rig.store, &expiry), WF_OK);
	} while (expiry.step == EXPIRY_TOMBSTONE || expiry.step == EXPIRY_REMOVED);
}

static const char *
doctor_says(void)
{
	rig_ok("doctor");
	for (size_t i = 0; i < rig.nrows; i++)
		if (strcmp(rig_cell(i, "name"), "log") == 0)
			return rig_cell(i, "text");
	ck_abort_msg("the doctor does not look at the log");
	return NULL;
}

START_TEST(months_are_told)
{
	month();
	month();
	rig_ok("log.retention");
	ck_assert_uint_eq(rig.nrows, 3);
	ck_assert_str_eq(rig_cell(0, "month"), "2026-03");
	ck_assert_str_eq(rig_cell(0, "state"), "sealed");
	ck_assert_str_eq(rig_cell(0, "rows"), "1");
	ck_assert_int_eq(rig_number(0, "expires"), RIG_START + (31 + 1096) * DAY * US_PER_S);
	ck_assert_str_eq(rig_cell(0, "days"), "1096");
	ck_assert_str_eq(rig_cell(0, "rule"), RULE);
	ck_assert_str_eq(rig_cell(1, "first-seq"), "2");
	ck_assert_str_eq(rig_cell(1, "rows"), "2");
	ck_assert_str_eq(rig_cell(2, "state"), "written");
	ck_assert_str_eq(rig_cell(2, "expires"), "");
	ck_assert_str_eq(rig.text, "Rows are kept for 1096 days (" RULE "). The next to go are "
				   "those of 2026-03, after 2029-04-10 00:00:00 +0000.");
}
END_TEST

START_TEST(a_young_log_says_so)
{
	rig_ok("log.retention");
	ck_assert_uint_eq(rig.nrows, 1);
	ck_assert_str_eq(
		rig.text, "Rows are kept for 1096 days (" RULE "). No month is over yet.");
	rig_ok("status");
	ck_assert_int_eq(rig_number(0, "log-since"), RIG_START);
	ck_assert_str_eq(rig_cell(0, "log-hold"), "");
}
END_TEST

START_TEST(what_has_gone_is_told)
{
	month();
	month();
	rig_advance(1096 * DAY);
	expire();
	rig_ok("log.retention");
	ck_assert_str_eq(rig_cell(0, "state"), "removed");
	ck_assert_int_eq(rig_number(0, "removed"), rig.now.wall_us);
	ck_assert_int_eq(rig_number(0, "tombstone"), 7); /* behind the third month's seal */
	ck_assert_str_eq(rig_cell(1, "state"), "removed");
	ck_assert_str_eq(rig_cell(2, "state"), "sealed");
	rig_ok("status");
	ck_assert_int_eq(rig_number(0, "log-since"), RIG_START + 62 * DAY * US_PER_S);
	rig_ok("log.verify");
	rig_ok("log", "order=oldest");
	ck_assert_str_eq(rig_cell(0, "seq"), "4");
}
END_TEST

START_TEST(a_hold_is_told_everywhere)
{
	struct audit_row row;

	rig_ok("log.held");
	ck_assert_str_eq(rig_cell(0, "on-hold"), "0");
	ck_assert_str_eq(
		rig.text, "Nobody holds the log: whole months go when they are old enough.");
	rig_ok("log.hold", "reason=incident 7", "ticket=INC-7");
	ck_assert_str_eq(rig.text, "Nothing of the log goes until 'warifu log release'.");
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "log.hold");
	ck_assert_str_eq(row.ticket, "INC-7");
	ck_assert_str_eq(row.reason, "incident 7");
	rig_no(WF_EXISTS,
		"Somebody holds the log already: see 'warifu log hold'. Nothing was changed.",
		"log.hold", "reason=another");
	rig_ok("log.held");
	ck_assert_str_eq(rig_cell(0, "on-hold"), "1");
	ck_assert_int_eq(rig_number(0, "since"), RIG_START);
	ck_assert_str_eq(rig_cell(0, "reason"), "incident 7");
	ck_assert_str_eq(rig_cell(0, "ticket"), "INC-7");
	ck_assert_ptr_nonnull(strstr(rig.text, "Nothing of the log goes: "));
	rig_ok("log.retention");
	ck_assert_ptr_nonnull(strstr(rig.text, "(incident 7)."));
	rig_ok("status");
	ck_assert_str_eq(rig_cell(0, "log-hold"), "incident 7");
	ck_assert_ptr_nonnull(strstr(doctor_says(), "(incident 7)."));
	rig_ok("log.release", "reason=closed");
	rig_no(WF_NOT_FOUND, "Nobody holds the log: nothing was changed.", "log.release",
		"reason=closed");
	rig_ok("status");
	ck_assert_str_eq(rig_cell(0, "log-hold"), "");
}
END_TEST

/* The longest that fits, whoever writes it. */
START_TEST(a_hold_takes_long_texts)
{
	char reason[300], ticket[80];

	(void)snprintf(reason, sizeof(reason), "reason=%0255d", 7);
	(void)snprintf(ticket, sizeof(ticket), "ticket=%063d", 7);
	rig_ok("log.hold", reason, ticket);
	rig_ok("log.held");
	ck_assert_str_eq(rig_cell(0, "reason"), reason + strlen("reason="));
	ck_assert_str_eq(rig_cell(0, "ticket"), ticket + strlen("ticket="));
}
END_TEST

START_TEST(the_doctor_sees_what_stays)
{
	char wanted[256], since[ACT_TIME_SIZE];

	(void)act_time(RIG_START, since);
	(void)snprintf(wanted, sizeof(wanted),
		"Rows of the log are kept for 1096 days (" RULE "); the first is of %s.", since);
	ck_assert_str_eq(doctor_says(), wanted);
	month();
	rig_advance(1098 * DAY);
	ck_assert_str_eq(doctor_says(), wanted);
	rig_advance(2 * DAY);
	ck_assert_ptr_nonnull(strstr(doctor_says(), "Rows of 2026-03 are older than what is kept"));
	expire();
	ck_assert_ptr_null(strstr(doctor_says(), "older"));
}
END_TEST

static Suite *
retention_suite(void)
{
	Suite *suite = suite_create("account/retention");
	TCase *tc = tcase_create("retention");

	tcase_add_checked_fixture(tc, setup, rig_teardown);
	tcase_add_test(tc, months_are_told);
	tcase_add_test(tc, a_young_log_says_so);
	tcase_add_test(tc, what_has_gone_is_told);
	tcase_add_test(tc, a_hold_is_told_everywhere);
	tcase_add_test(tc, a_hold_takes_long_texts);
	tcase_add_test(tc, the_doctor_sees_what_stays);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(retention_suite)
