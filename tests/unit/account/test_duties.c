/* What documents want done at intervals: what is asked for, when it is due, who did it. */
#include "config.h"

#include "tests/unit/account/comply.h"

#include <string.h>
#include <time.h>

#include "authd/account/duties.h"

#define DAY 86400

/* The row of this duty; -1: nothing here asks for it. */
static long
row_of(const char *duty)
{
	rig_ok("duty.list");
	for (size_t i = 0; i < rig.nrows; i++)
		if (strcmp(rig_cell(i, "duty"), duty) == 0)
			return (long)i;
	return -1;
}

static const char *
cell(const char *duty, const char *column)
{
	long row = row_of(duty);

	ck_assert_msg(row >= 0, "no duty %s", duty);
	return rig_cell((size_t)row, column);
}

START_TEST(nothing_is_asked_for_without_a_document)
{
	rig_ok("duty.list");
	ck_assert_uint_eq(rig.nrows, 0);
	ck_assert_ptr_nonnull(strstr(rig.text, "'comply'"));
}
END_TEST

/* SCS-4-4-3-3: the log each month; SCS-4-1-7-2: access rights each year. */
START_TEST(documents_say_how_often)
{
	take("comply = {\"scs4\"}\n");
	ck_assert_str_eq(cell("log-review", "every"), "30d");
	ck_assert_str_eq(cell("log-review", "rule"), "review.log SCS-4-4-3-3");
	ck_assert_str_eq(cell("accounts", "every"), "365d");
	ck_assert_str_eq(cell("accounts", "rule"), "review.accounts SCS-4-1-7-2");
	ck_assert_int_eq(row_of("ciphers"), -1);
}
END_TEST

/* What was never done is due an interval after the store was made. */
START_TEST(due_and_overdue)
{
	take("comply = {\"scs4\"}\n");
	ck_assert_str_eq(cell("log-review", "state"), "never");
	ck_assert_str_eq(cell("log-review", "done"), "");
	rig_advance(25 * DAY);
	ck_assert_str_eq(cell("log-review", "state"), "due");
	rig_advance(7 * DAY);
	ck_assert_str_eq(cell("log-review", "state"), "overdue");
	ck_assert_str_eq(cell("accounts", "state"), "never");
	ck_assert_ptr_nonnull(strstr(rig.text, "1 overdue"));
	rig_ok("status");
	ck_assert_int_eq(rig_number(0, "duties-overdue"), 1);
	ck_assert_str_eq(rig_cell(0, "level"), "warning");
}
END_TEST

START_TEST(done_by_somebody)
{
	struct audit_row row;

	take("comply = {\"scs4\"}\n");
	rig_advance(40 * DAY);
	rig_ok("duty.done", "duty=leavers", "reason=three bursts, all of one scanner");
	ck_assert_ptr_nonnull(strstr(rig.text, "due again on"));
	rig_last_row(&row);
	ck_assert_str_eq(row.event, "duty.done");
	ck_assert_ptr_nonnull(strstr(row.detail, "leavers, done on"));
	ck_assert_ptr_nonnull(strstr(row.detail, "SCS-3-1-4-6"));
	ck_assert_ptr_nonnull(strstr(row.detail, "three bursts"));
	ck_assert_str_eq(cell("leavers", "state"), "done");
	ck_assert_str_eq(cell("leavers", "by"), row.operator_name);
	rig_advance(365 * DAY);
	ck_assert_str_eq(cell("leavers", "state"), "overdue");
}
END_TEST

/* 30 days are a month, whatever its length, to the end of that day. */
START_TEST(on_the_same_day_of_each_month)
{
	take("comply = {\"isac1\"}\n");
	for (int i = 0; i < 3; i++) {
		rig_ok("duty.done", "duty=log-storage", "reason=x");
		/* of March, of April, of May */
		rig_advance((i == 1 ? 30 : 31) * DAY);
		ck_assert_str_eq(cell("log-storage", "state"), "due");
	}
	rig_advance(DAY);
	ck_assert_str_eq(cell("log-storage", "state"), "overdue");
}
END_TEST

/* A month that the next one does not have, a day that it does not have. */
START_TEST(when_a_month_is_over)
{
	static const struct {
		int month, day, due_month, due_day;
	} cases[] = {{0, 15, 1, 16}, {0, 31, 2, 4}, {1, 28, 2, 29}, {11, 31, 12, 32}};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct tm done = {.tm_year = 126,
			.tm_mon = cases[i].month,
			.tm_mday = cases[i].day,
			.tm_hour = 14,
			.tm_isdst = -1};
		struct tm due = {.tm_year = 126,
			.tm_mon = cases[i].due_month,
			.tm_mday = cases[i].due_day,
			.tm_isdst = -1};
		const int64_t done_us = (int64_t)mktime(&done) * US_PER_S;

		ck_assert_int_eq(duty_next_us(done_us, 30), (int64_t)mktime(&due) * US_PER_S);
		ck_assert_int_eq(duty_next_us(done_us, 31), done_us + 31 * DAY * US_PER_S);
	}
}
END_TEST

/* To say that one has looked signs no month. */
START_TEST(a_review_is_signed_and_not_told)
{
	const uint64_t rows = rig_rows();

	take("comply = {\"scs4\"}\n");
	rig_no(WF_CONFLICT,
		"The log is reviewed month by month, and each month is signed: run 'warifu "
		"review', which records this duty.",
		"duty.done", "duty=log-review", "reason=x");
	ck_assert_uint_eq(rig_rows(), rows);
	ck_assert_str_eq(cell("log-review", "how"), "warifu review");
}
END_TEST

/* Neither in days to come, nor before what is known. */
START_TEST(when_it_was_done)
{
	char before[64], after[64], early[64];

	take("comply = {\"scs4\"}\n");
	rig_advance(10 * DAY);
	(void)snprintf(before, sizeof(before), "on=%lld",
		(long long)(rig.now.wall_us - DAY * INT64_C(1000000)));
	(void)snprintf(early, sizeof(early), "on=%lld",
		(long long)(rig.now.wall_us - 2 * DAY * INT64_C(1000000)));
	(void)snprintf(after, sizeof(after), "on=%lld",
		(long long)(rig.now.wall_us + INT64_C(1000000)));
	rig_no(WF_INVALID, "That time is still to come: say when it was done.", "duty.done",
		"duty=leavers", "reason=x", after);
	rig_ok("duty.done", "duty=leavers", "reason=x", before);
	rig_ok("duty.show", "duty=leavers");
	ck_assert_int_eq(rig_number(0, "done"), rig.now.wall_us - DAY * INT64_C(1000000));
	ck_assert_int_eq(
		rig_act("duty.done", "duty=leavers", "reason=x", early, NULL), WF_CONFLICT);
	ck_assert_ptr_nonnull(strstr(rig.text, "nothing is to be recorded"));
	rig_ok("duty.show", "duty=leavers");
	ck_assert_int_eq(rig_number(0, "done"), rig.now.wall_us - DAY * INT64_C(1000000));
}
END_TEST

/* By a clock that was years ahead: it mutes nothing, and is told until it is made good. */
START_TEST(what_was_done_in_days_to_come_was_not)
{
	struct effect effect = {.kind = EFFECT_DUTY, .text = "leavers", .text2 = "root"};
	struct audit_row row;
	struct store_job job = {.kind = STORE_ADMIN};

	take("comply = {\"scs4\"}\n");
	effect.value = rig.now.wall_us + 800 * DAY * INT64_C(1000000);
	audit_row_init(&row, AUDIT_ADMIN, "duty.done");
	job.u.admin.effects = &effect;
	job.u.admin.neffects = 1;
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	ck_assert_int_eq(store_run(rig.store, &job), WF_OK);
	rig_advance(366 * DAY);
	ck_assert_str_eq(cell("leavers", "state"), "overdue");
	ck_assert_str_eq(cell("leavers", "done"), "");
	ck_assert_ptr_nonnull(strstr(rig.text, "'leavers' was recorded as done on 20"));
	rig_ok("duty.done", "duty=leavers", "reason=x");
	ck_assert_str_eq(cell("leavers", "state"), "done");
	ck_assert_int_eq(rig_number((size_t)row_of("leavers"), "done"), rig.now.wall_us);
	ck_assert_ptr_null(strstr(rig.text, "still to come"));
}
END_TEST

START_TEST(what_nobody_asks_for)
{
	take("comply = {\"scs4\"}\n");
	rig_no(WF_NOT_FOUND,
		"Nothing here asks for a duty 'ciphers': 'warifu duties' shows those that there "
		"are.",
		"duty.done", "duty=ciphers", "reason=x");
	ck_assert_int_eq(rig_act("duty.done", "duty=log-review", NULL), WF_INVALID);
}
END_TEST

/* Over a restart, and in what the doctor says. */
START_TEST(it_is_remembered)
{
	take("comply = {\"scs4\"}\n");
	rig_advance(400 * DAY);
	rig_ok("duty.done", "duty=leavers", "reason=x");
	rig_reopen();
	take("comply = {\"scs4\"}\n");
	ck_assert_str_eq(cell("leavers", "state"), "done");
	ck_assert_str_eq(cell("rules", "state"), "overdue");
	rig_ok("doctor");
	for (size_t i = 0; i < rig.nrows; i++)
		if (strcmp(rig_cell(i, "name"), "duties") == 0) {
			ck_assert_str_eq(rig_cell(i, "level"), "warn");
			ck_assert_ptr_nonnull(strstr(rig_cell(i, "text"), "rules"));
			ck_assert_ptr_null(strstr(rig_cell(i, "text"), "leavers"));
			return;
		}
	ck_abort_msg("the doctor says nothing of duties");
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("account/duties");
	TCase *duties = tcase_create("duties");

	tcase_add_checked_fixture(duties, set_up, tear_down);
	tcase_add_test(duties, nothing_is_asked_for_without_a_document);
	tcase_add_test(duties, documents_say_how_often);
	tcase_add_test(duties, due_and_overdue);
	tcase_add_test(duties, done_by_somebody);
	tcase_add_test(duties, on_the_same_day_of_each_month);
	tcase_add_test(duties, when_a_month_is_over);
	tcase_add_test(duties, a_review_is_signed_and_not_told);
	tcase_add_test(duties, when_it_was_done);
	tcase_add_test(duties, what_was_done_in_days_to_come_was_not);
	tcase_add_test(duties, what_nobody_asks_for);
	tcase_add_test(duties, it_is_remembered);
	suite_add_tcase(it, duties);
	return it;
}

UNIT_MAIN(suite)
