/*
 * The figures of the monthly review, each against a count of its own, the month's edges, and months
 * of which rows are gone.
 */
#include "config.h"

#include "tests/unit/account/months.h"
#include "tests/unit/dice.h"

/* --- figures against a count of their own --- */

#define MADE 4000
static const char *const outcomes[] = {"success", "failure", "refused", "unavailable"};
static const struct {
	enum audit_result result;
	const char *reason;
	int outcome;
} sorts[] = {
	{AUDIT_SUCCESS, "ok", 0},
	{AUDIT_FAILURE, "wrong-password", 1},
	{AUDIT_FAILURE, "unknown-user", 1},
	{AUDIT_FAILURE, "back-off", 2},
	{AUDIT_FAILURE, "locked", 2},
	{AUDIT_UNAVAILABLE, "overload", 3},
};

/* All that was made, as it was made. */
static struct made {
	int64_t time_us;
	unsigned sort, service, source, count;
} made[MADE];

static void
make_rows(void)
{
	static struct audit_row rows[500];
	uint32_t dice = 42;

	for (size_t i = 0; i < MADE; i++) {
		struct made *one = &made[i];
		struct audit_row *at = &rows[i % COUNT_OF(rows)];

		rig_advance(1 + dice_pick(&dice, 2 * 60 * DAY / MADE));
		*one = (struct made){.time_us = rig.now.wall_us,
			.sort = dice_pick(&dice, COUNT_OF(sorts)),
			.service = dice_pick(&dice, 30),
			.source = dice_pick(&dice, dice_pick(&dice, 300) + 1),
			.count = 1 + dice_pick(&dice, 3)};
		*at = row(AUDIT_AUTH, "login", sorts[one->sort].result, sorts[one->sort].reason);
		(void)snprintf(at->service, sizeof(at->service), "service%u", one->service);
		(void)snprintf(at->source, sizeof(at->source), "192.0.2.%u", one->source);
		at->count = one->count;
		write_rows(at, 1);
	}
}

/* How many logins of May a test of a row counts, with this outcome. */
static long long
count(bool (*is)(const struct made *one, int wanted), int wanted, int outcome)
{
	long long n = 0;

	for (size_t i = 0; i < MADE; i++)
		if (made[i].time_us >= MAY * US_PER_S && made[i].time_us < JUNE * US_PER_S &&
			sorts[made[i].sort].outcome == outcome && is(&made[i], wanted))
			n += made[i].count;
	return n;
}

static bool
is_any(const struct made *one, int wanted)
{
	(void)one;
	(void)wanted;
	return true;
}

static bool
is_day(const struct made *one, int wanted)
{
	return (one->time_us / US_PER_S - MAY) / DAY == wanted - 1;
}

/* From Friday on. */
static bool
is_hour(const struct made *one, int wanted)
{
	const int64_t since = one->time_us / US_PER_S - MAY;

	return (since / DAY + 4) % 7 == wanted / 24 && since / HOUR % 24 == wanted % 24;
}

static bool
is_service(const struct made *one, int wanted)
{
	return (int)one->service == wanted;
}

static bool
is_source(const struct made *one, int wanted)
{
	return (int)one->source == wanted;
}

static bool
is_reason(const struct made *one, int wanted)
{
	return (int)one->sort == wanted;
}

static void
compare(const char *part, const char *name, bool (*is)(const struct made *, int), int wanted)
{
	for (int o = 0; o < (int)COUNT_OF(outcomes); o++)
		ck_assert_msg(number(part, name, outcomes[o]) == count(is, wanted, o),
			"%s %s %s: %lld, not %lld", part, name, outcomes[o],
			number(part, name, outcomes[o]), count(is, wanted, o));
}

static void
compare_hours(void)
{
	static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

	for (int i = 0; i < 7 * 24; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "%s-%02d", weekdays[i / 24], i % 24);
		compare("hour", name, is_hour, i);
	}
}

/* The named ones each, and the others together, of `n` that there may be. */
static void
compare_part(const char *part, const char *prefix, bool (*is)(const struct made *, int), int n)
{
	long long rest[COUNT_OF(outcomes)] = {0}, least = INT64_MAX, most_unnamed = 0;

	for (int i = 0; i < n; i++) {
		char name[32];
		long long all = 0;

		(void)snprintf(name, sizeof(name), "%s%d", prefix, i);
		for (int o = 0; o < (int)COUNT_OF(outcomes); o++) {
			all += count(is, i, o);
			if (figure(part, name) < 0)
				rest[o] += count(is, i, o);
		}
		if (figure(part, name) < 0) {
			most_unnamed = all > most_unnamed ? all : most_unnamed;
			continue;
		}
		least = all < least ? all : least;
		compare(part, name, is, i);
	}
	ck_assert_int_ge(least, most_unnamed);
	for (int o = 0; o < (int)COUNT_OF(outcomes); o++)
		ck_assert_int_eq(number(part, NULL, outcomes[o]), rest[o]);
}

START_TEST(each_figure_is_what_there_was)
{
	make_rows();
	advance_to(JUNE + DAY);
	show("2026-05");
	for (int o = 0; o < (int)COUNT_OF(outcomes); o++)
		ck_assert_int_eq(rig_number(0, outcomes[o]), count(is_any, 0, o));
	figures("2026-05");
	for (int day = 1; day <= 31; day++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "2026-05-%02d", day);
		compare("day", name, is_day, day);
	}
	compare_hours();
	compare_part("service", "service", is_service, 30);
	compare_part("source", "192.0.2.", is_source, 300);
	for (int i = 1; i < (int)COUNT_OF(sorts); i++)
		compare("reason", sorts[i].reason, is_reason, i);
}
END_TEST

START_TEST(a_long_month_is_counted_in_steps)
{
	static struct audit_row rows[500];
	int calls = 0;

	advance_to(MAY + DAY);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		rows[i] = row(AUDIT_AUTH, "login", AUDIT_SUCCESS, "ok");
	for (int i = 0; i < 50; i++)
		write_rows(rows, COUNT_OF(rows));
	advance_to(JUNE);
	rig_ok("review.show", "month=2026-05");
	ck_assert_str_eq(rig_cell(0, "complete"), "0");
	ck_assert_int_eq(rig_number(0, "counted"), 20000);
	ck_assert_str_eq(rig_cell(0, "hash"), "");
	ck_assert_int_eq(rig_act("review.figures", "month=2026-05", NULL), WF_CONFLICT);
	do {
		rig_ok("review.show", "month=2026-05");
		calls++;
	} while (strcmp(rig_cell(0, "complete"), "1") != 0);
	ck_assert_int_eq(calls, 1);
	ck_assert_int_eq(rig_number(0, "success"), 25000);
}
END_TEST

/* --- edges --- */

START_TEST(a_month_ends_at_midnight_in_tokyo)
{
	advance_to(MAY - 1);
	rig.now.wall_us += US_PER_S - 1; /* 23:59:59.999999 */
	login(AUDIT_FAILURE, "wrong-code");
	rig.now.wall_us += 1;
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE - 1);
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE);
	login(AUDIT_UNAVAILABLE, "overload");
	figures("2026-05");
	ck_assert_int_eq(number("day", "2026-05-01", "success"), 1);
	ck_assert_int_eq(number("hour", "fri-00", "success"), 1);
	ck_assert_int_eq(number("day", "2026-05-31", "success"), 1);
	ck_assert_int_eq(number("hour", "sun-23", "success"), 1);
	ck_assert_int_eq(figure("reason", "wrong-code"), -1);
	ck_assert_int_eq(figure("reason", "overload"), -1);
	figures("2026-04");
	ck_assert_int_eq(number("day", "2026-04-30", "failure"), 1);
	ck_assert_int_eq(figure("day", "2026-04-31"), -1);
}
END_TEST

START_TEST(the_last_month_that_ended_is_meant)
{
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE + DAY);
	login(AUDIT_SUCCESS, "ok");
	rig_ok("review.show");
	ck_assert_str_eq(rig_cell(0, "month"), "2026-05");
	ck_assert_str_eq(rig_cell(0, "state"), "empty");
	rig_no(WF_INVALID, "'2026-13' is no month: write it as in 2026-10.", "review.show",
		"month=2026-13");
	rig_no(WF_INVALID, "The month 2026-07 has not begun.", "review.show", "month=2026-07");
	rig_no(WF_NOT_FOUND,
		"The log has nothing of 2025-12: it begins later. 'warifu review list' shows which "
		"months there are.",
		"review.show", "month=2025-12");
}
END_TEST

START_TEST(a_month_without_rows_is_signed_too)
{
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE + DAY);
	login(AUDIT_SUCCESS, "ok");
	figures("2026-05");
	for (size_t i = 0; i < rig.nrows; i++)
		ck_assert_int_eq(rig_number(i, "success") + rig_number(i, "failure"), 0);
	ck_assert_int_eq(sign("2026-05"), WF_OK);
}
END_TEST

/* --- what expired --- */

static void
expire(int64_t keep_us)
{
	struct store_expiry expiry = {.rule = "a test", .keep_us = keep_us, .begin = true};

	do {
		ck_assert_int_eq(store_expire_log(rig.store, &expiry), WF_OK);
	} while (expiry.step == EXPIRY_TOMBSTONE || expiry.step == EXPIRY_REMOVED);
}

START_TEST(what_has_expired_is_said_plainly)
{
	login(AUDIT_SUCCESS, "ok");
	advance_to(MAY);
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE + 40 * DAY);
	login(AUDIT_SUCCESS, "ok");
	expire(INT64_C(60) * DAY * US_PER_S); /* April alone */
	show("2026-04");
	ck_assert_str_eq(rig_cell(0, "state"), "expired");
	ck_assert_int_eq(rig_number(0, "rows"), 0);
	ck_assert_int_gt(rig_number(0, "expired-rows"), 0);
	ck_assert_int_eq(sign("2026-04"), WF_CONFLICT);
	ck_assert_str_eq(rig.text,
		"The rows of 2026-04 have expired: there is nothing that could be signed.");
	show("2026-05");
	ck_assert_str_eq(rig_cell(0, "state"), "whole");
}
END_TEST

/* As a clock leaves it that was a month behind for a while: two runs of May, of which one went. */
START_TEST(a_month_may_be_there_in_part)
{
	login(AUDIT_FAILURE, "wrong-code");
	advance_to(MAY + DAY);
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE + 40 * DAY);
	login(AUDIT_SUCCESS, "ok");
	expire(INT64_C(60) * DAY * US_PER_S);
	tamper("UPDATE month SET month = 202605 WHERE month = 202604");
	show("2026-05");
	ck_assert_str_eq(rig_cell(0, "state"), "partly-expired");
	ck_assert_int_eq(rig_number(0, "rows"), 2); /* a login, and the seal of April */
	ck_assert_int_eq(rig_number(0, "expired-rows"), 1);
	ck_assert_int_eq(rig_number(0, "success"), 1);
	ck_assert_int_eq(rig_number(0, "failure"), 0);
	ck_assert_int_eq(sign("2026-05"), WF_OK);
	rig_last_row(&last_row);
	ck_assert_ptr_nonnull(strstr(last_row.detail, "; rows 2, expired 1; "));
}
END_TEST

START_TEST(what_cannot_be_read_is_told)
{
	advance_to(MAY + DAY);
	for (int i = 0; i < 4; i++)
		login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE);
	tamper("UPDATE audit SET encoded = x'00' WHERE seq = 2");
	show("2026-05");
	ck_assert_int_eq(rig_number(0, "rows"), 4);
	ck_assert_int_eq(rig_number(0, "damaged"), 1);
	ck_assert_int_eq(rig_number(0, "success"), 3);
}
END_TEST

/* What is written a little later than it happened is of the month in which it happened. */
START_TEST(late_rows_are_of_their_own_month)
{
	struct audit_row late;

	advance_to(JUNE - 30);
	late = row(AUDIT_AUTH, "login", AUDIT_FAILURE, "back-off");
	late.count = 7;
	login(AUDIT_SUCCESS, "ok");
	advance_to(JUNE + 30);
	login(AUDIT_SUCCESS, "ok");
	show("2026-05");
	ck_assert_int_eq(rig_number(0, "refused"), 0);
	write_rows(&late, 1);
	show("2026-05");
	ck_assert_int_eq(rig_number(0, "refused"), 7);
	figures("2026-05");
	ck_assert_int_eq(number("day", "2026-05-31", "refused"), 7);
	advance_to(JUNE + 31 * DAY);
	show("2026-06");
	ck_assert_int_eq(rig_number(0, "refused"), 0);
}
END_TEST

static Suite *
review_suite(void)
{
	Suite *suite = suite_create("account/review");
	TCase *tc = tcase_create("review");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, tear_down);
	tcase_add_test(tc, each_figure_is_what_there_was);
	tcase_add_test(tc, a_long_month_is_counted_in_steps);
	tcase_add_test(tc, a_month_ends_at_midnight_in_tokyo);
	tcase_add_test(tc, the_last_month_that_ended_is_meant);
	tcase_add_test(tc, a_month_without_rows_is_signed_too);
	tcase_add_test(tc, what_has_expired_is_said_plainly);
	tcase_add_test(tc, a_month_may_be_there_in_part);
	tcase_add_test(tc, what_cannot_be_read_is_told);
	tcase_add_test(tc, late_rows_are_of_their_own_month);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(review_suite)
