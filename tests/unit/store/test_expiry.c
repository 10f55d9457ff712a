/*
 * Retention: months are sealed when they end, whole ones go when both clocks say that they are old
 * enough, a tombstone stands for them, and what is kept verifies from there on, wherever it is torn
 * apart.  The clock's zone is UTC, so the fixture begins with a month.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/audit/run.h"
#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define KEEP_DAYS 100
#define KEEP_US (KEEP_DAYS * FX_DAY)
#define Y2099_US (4070908800 * FX_SECOND)

static void
setup(void)
{
	(void)setenv("TZ", "UTC", 1);
	fx_setup();
}

/* Rows of something that changes nothing, a minute apart. */
static void
write_rows(unsigned n)
{
	char cause[STORE_CAUSE_MAX];

	for (unsigned i = 0; i < n; i++) {
		ck_assert_int_eq(fx_act("row", cause), WF_OK);
		fx_advance(60 * FX_SECOND);
	}
}

/* As time passes while the machine runs: a clock that goes on by itself. */
static void
to_next_month(void)
{
	fx_advance(31 * FX_DAY);
}

static struct store_expiry
step(bool begin)
{
	struct store_expiry expiry = {
		.keep_us = KEEP_US, .rule = "log.retention_days TEST-1", .begin = begin, .rows = 4};

	ck_assert_int_eq(store_expire_log(fx.store, &expiry), WF_OK);
	return expiry;
}

/* All steps of a pass; how many months it began with. */
static unsigned
pass(void)
{
	unsigned months = 0;
	struct store_expiry did;

	do {
		did = step(true);
		months += did.step == EXPIRY_TOMBSTONE;
		ck_assert_uint_le(did.removed, 4);
	} while (did.step == EXPIRY_TOMBSTONE || did.step == EXPIRY_REMOVED);
	return months;
}

static struct store_view
view_of(enum store_view_kind kind, struct store_month *months)
{
	struct store_job job = {.kind = STORE_VIEW};

	job.u.view.kind = kind;
	job.u.view.limit = VIEW_PAGE;
	job.u.view.months = months;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	return job.u.view;
}

static struct store_kept
kept(void)
{
	return view_of(VIEW_KEPT, NULL).kept;
}

static size_t
months_are(struct store_month months[VIEW_PAGE])
{
	return view_of(VIEW_MONTHS, months).n;
}

static int64_t
rows_there(void)
{
	return fx_sql_int("SELECT count(*) FROM audit");
}

/* Rows 1 to 10 of January, 11 (the seal) to 20 of February, 21 to 30 of March. */
static void
three_months(void)
{
	write_rows(10);
	to_next_month();
	write_rows(9);
	to_next_month();
	write_rows(9);
}

START_TEST(months_are_sealed_when_they_end)
{
	struct store_month months[VIEW_PAGE];
	struct audit_run run;
	struct audit_row row;

	three_months();
	ck_assert_uint_eq(fx_last_seq(), 30);
	ck_assert_uint_eq(months_are(months), 3);
	ck_assert_int_eq(months[0].run.month, 202601);
	ck_assert_uint_eq(months[0].run.first_seq, 1);
	ck_assert_uint_eq(months[0].run.last_seq, 10);
	ck_assert_int_eq(months[1].run.month, 202602);
	ck_assert_uint_eq(months[1].run.last_seq, 20);
	ck_assert_int_eq(months[2].run.month, 202603);
	ck_assert_uint_eq(months[2].run.last_seq, 0);
	row = fx_audit(11);
	ck_assert_str_eq(row.event, AUDIT_EVENT_MONTH);
	ck_assert_int_eq(row.class, AUDIT_SYSTEM);
	ck_assert(audit_run_get(&row, &run));
	ck_assert_int_eq(memcmp(&run, &months[0].run, sizeof(run)), 0);
	ck_assert_int_eq(run.last_us - run.first_us, 9 * 60 * FX_SECOND);
	row = fx_audit(21);
	ck_assert(audit_run_get(&row, &run));
	ck_assert_int_eq(memcmp(&run, &months[1].run, sizeof(run)), 0);
}
END_TEST

/* The month is known over a restart, and the start of the next writes its seal once. */
START_TEST(a_restart_tears_no_month)
{
	struct store_month months[VIEW_PAGE];

	write_rows(3);
	fx_reopen();
	write_rows(3);
	to_next_month();
	fx_reopen();
	write_rows(3);
	ck_assert_uint_eq(months_are(months), 2);
	ck_assert_uint_eq(months[0].run.last_seq, 6);
	ck_assert_uint_eq(fx_count_rows(AUDIT_EVENT_MONTH, ""), 1);
}
END_TEST

START_TEST(a_clock_that_is_set_around_midnight_tears_none)
{
	struct store_month months[VIEW_PAGE];

	fx_advance(31 * FX_DAY - 30 * FX_SECOND);
	write_rows(2);
	fx_step_wall(-180 * FX_SECOND);
	write_rows(2);
	ck_assert_uint_eq(months_are(months), 2);
	ck_assert_int_eq(months[1].run.month, 202602);
	ck_assert_uint_eq(months[1].run.first_seq, 2);
}
END_TEST

START_TEST(nothing_young_goes)
{
	three_months();
	/* sealed at 31 January, ten minutes: that date counts */
	fx_advance(FX_START + (31 + KEEP_DAYS) * FX_DAY + 10 * 60 * FX_SECOND - FX_SECOND -
		   fx_now().wall_us);
	ck_assert_int_eq(step(true).step, EXPIRY_DONE);
	ck_assert_uint_eq(fx_last_seq(), 30);
	fx_advance(FX_SECOND);
	ck_assert_int_eq(step(false).step, EXPIRY_DONE);
	ck_assert_int_eq(step(true).step, EXPIRY_TOMBSTONE);
	ck_assert_uint_eq(kept().before.seq, 10);
}
END_TEST

START_TEST(a_tombstone_stands_for_what_has_gone)
{
	struct store_month months[VIEW_PAGE];
	struct audit_run run;
	struct audit_row row;
	struct store_kept from;

	three_months();
	fx_advance(KEEP_US - 31 * FX_DAY);
	ck_assert_uint_eq(pass(), 1);
	from = kept();
	row = fx_audit(from.tombstone);
	ck_assert_int_eq(row.class, AUDIT_TOMBSTONE);
	ck_assert_str_eq(row.event, AUDIT_EVENT_EXPIRE);
	ck_assert_str_eq(row.rule, "log.retention_days TEST-1");
	ck_assert(audit_run_get(&row, &run));
	ck_assert_uint_eq(run.first_seq, 1);
	ck_assert_uint_eq(run.last_seq, 10);
	ck_assert(audit_run_buries(&row, &from.before));
	ck_assert_uint_eq(months_are(months), 4);
	ck_assert(months[0].removed);
	ck_assert_uint_eq(months[0].tombstone, from.tombstone);
	ck_assert(!months[1].removed && months[1].tombstone == 0);
	ck_assert_int_eq(rows_there(), (int64_t)fx_last_seq() - 10);
	ck_assert_int_eq(fx_sql_int("SELECT min(seq) FROM audit"), 11);
	ck_assert_uint_eq(fx_counts().audit_rows, fx_last_seq() - 10);
	ck_assert_uint_eq(fx_verify_chain(), fx_last_seq());
	/* what a span of time is looked for by goes too, but for what the first kept row is in */
	ck_assert_int_eq(fx_sql_int("SELECT min(first_seq) FROM audit_span"), 11);
}
END_TEST

/* From the tombstone on nothing shows them, and each kept row is found by each way. */
START_TEST(what_is_being_removed_is_not_shown)
{
	struct store_audit_entry *entries = calloc(VIEW_PAGE, sizeof(*entries));
	struct store_job *job = calloc(1, sizeof(*job));

	ck_assert(entries != NULL && job != NULL);
	three_months();
	fx_advance(KEEP_US - 31 * FX_DAY);
	ck_assert_int_eq(step(true).step, EXPIRY_TOMBSTONE);
	ck_assert_int_eq(step(false).step, EXPIRY_REMOVED);
	ck_assert_int_eq(fx_sql_int("SELECT min(seq) FROM audit"), 5);
	for (int newest = 0; newest < 2; newest++) {
		*job = (struct store_job){.kind = STORE_VIEW};
		job->u.view = (struct store_view){.kind = VIEW_AUDIT,
			.limit = VIEW_PAGE,
			.result = -1,
			.class = AUDIT_ADMIN,
			.since_us = FX_START,
			.newest_first = newest != 0,
			.audit = entries};
		ck_assert_int_eq(store_run(fx.store, job), WF_OK);
		ck_assert_uint_eq(job->u.view.n, 18);
		ck_assert_uint_eq(entries[newest != 0 ? 17 : 0].seq, 12);
	}
	ck_assert_uint_eq(fx_counts().audit_rows, fx_last_seq() - 10);
	ck_assert_uint_eq(fx_verify_chain(), fx_last_seq());
	free(entries);
	free(job);
}
END_TEST

/* Torn apart behind each of its commits, it goes on where it was. */
START_TEST(goes_on_after_each_interruption)
{
	unsigned steps = 0;
	struct store_expiry did;

	three_months();
	fx_advance(KEEP_US - 31 * FX_DAY);
	ck_assert_int_eq(step(true).step, EXPIRY_TOMBSTONE);
	do {
		fx_reopen();
		ck_assert_uint_eq(fx_verify_chain(), fx_last_seq());
		did = step(false);
		steps++;
	} while (did.step == EXPIRY_REMOVED);
	ck_assert_int_eq(did.step, EXPIRY_DONE);
	ck_assert_uint_eq(steps, 5); /* 4, 4, 2 rows, the end of it, nothing */
	ck_assert_int_eq(fx_sql_int("SELECT min(seq) FROM audit"), 11);
	ck_assert_int_eq(fx_sql_int("SELECT sum(removed) FROM month"), 1);
}
END_TEST

/* A backup of a log that is being shortened is as good as the log. */
START_TEST(a_backup_between_the_steps_is_whole)
{
	three_months();
	fx_advance(KEEP_US - 31 * FX_DAY);
	ck_assert_int_eq(step(true).step, EXPIRY_TOMBSTONE);
	ck_assert_int_eq(step(false).step, EXPIRY_REMOVED);
	fx_back_up();
	ck_assert_uint_eq(pass(), 0);
	fx_restore(true);
	ck_assert_uint_eq(fx_verify_chain(), fx_last_seq());
	ck_assert_uint_eq(kept().before.seq, 10);
	ck_assert_uint_eq(pass(), 0);
	ck_assert_int_eq(fx_sql_int("SELECT min(seq) FROM audit"), 11);
}
END_TEST

/* Fewer rows are kept than a start looks at. */
START_TEST(a_short_rest_is_opened)
{
	write_rows(100);
	to_next_month();
	write_rows(2);
	fx_advance(KEEP_US);
	ck_assert_uint_eq(pass(), 1);
	ck_assert_int_eq(fx_sql_int("SELECT min(seq) FROM audit"), 101);
	fx_reopen();
	write_rows(1);
	ck_assert_uint_eq(fx_verify_chain(), fx_last_seq());
}
END_TEST

/* One month after the other, and the tombstones themselves with theirs. */
START_TEST(months_go_in_order_for_years)
{
	for (unsigned month = 0; month < 40; month++) {
		write_rows(5);
		to_next_month();
		(void)pass();
		ck_assert_uint_eq(fx_verify_chain(), fx_last_seq());
	}
	fx_reopen();
	ck_assert_uint_eq(fx_verify_chain(), fx_last_seq());
	ck_assert_int_le(rows_there(), 6 * 8);
	ck_assert_int_ge(fx_sql_int("SELECT sum(removed) FROM month"), 30);
}
END_TEST

START_TEST(a_hold_freezes_all_of_it)
{
	struct effect hold = {.kind = EFFECT_LOG_HOLD,
		.value = 7,
		.text = "INC-7",
		.text2 = "an incident",
		.blob = "carol",
		.blob_len = 5};
	struct store_hold held;

	three_months();
	fx_advance(KEEP_US - 31 * FX_DAY);
	ck_assert_int_eq(step(true).step, EXPIRY_TOMBSTONE);
	ck_assert_int_eq(fx_effect(hold), WF_OK);
	ck_assert_int_eq(fx_effect(hold), WF_EXISTS);
	fx_reopen();
	ck_assert_int_eq(step(true).step, EXPIRY_HELD);
	ck_assert_int_eq(fx_sql_int("SELECT min(seq) FROM audit"), 1);
	held = view_of(VIEW_KEPT, NULL).hold;
	ck_assert(held.held);
	ck_assert_int_eq(held.since_us, 7);
	ck_assert_str_eq(held.by, "carol");
	ck_assert_str_eq(held.reason, "an incident");
	ck_assert_str_eq(held.ticket, "INC-7");
	ck_assert_int_eq(fx_effect((struct effect){.kind = EFFECT_LOG_RELEASE}), WF_OK);
	ck_assert_int_eq(fx_effect((struct effect){.kind = EFFECT_LOG_RELEASE}), WF_NOT_FOUND);
	ck_assert(!view_of(VIEW_KEPT, NULL).hold.held);
	ck_assert_uint_eq(pass(), 0);
	ck_assert_int_eq(fx_sql_int("SELECT min(seq) FROM audit"), 11);
}
END_TEST

/* Suspect, or believed because somebody accepted it or the kernel vouched for it. */
START_TEST(a_clock_years_ahead_expires_nothing)
{
	struct audit_row row = fx_row("clock.accept", "root");

	three_months();
	fx_step_wall(Y2099_US - fx_now().wall_us);
	ck_assert_int_eq(step(true).step,
		store_clock_suspect(fx.store) ? EXPIRY_SUSPECT : EXPIRY_DONE);
	fx_reopen();
	ck_assert_int_ne(step(true).step, EXPIRY_TOMBSTONE);
	row.time_us = fx_now().wall_us;
	ck_assert_int_eq(store_clock_accept(fx.store, &row), WF_OK);
	ck_assert(!store_clock_suspect(fx.store));
	write_rows(3);
	ck_assert_int_eq(step(true).step, EXPIRY_DONE);
	fx_reopen();
	ck_assert_int_eq(step(true).step, EXPIRY_DONE);
	ck_assert_int_eq(fx_sql_int("SELECT min(seq) FROM audit"), 1);
}
END_TEST

/* Not even what both clocks call old enough. */
START_TEST(a_suspect_clock_expires_nothing)
{
	three_months();
	fx_advance(KEEP_US);
	fx_step_wall(2 * FX_DAY);
	if (!store_clock_suspect(fx.store))
		return; /* the kernel vouches for it */
	ck_assert_int_eq(step(true).step, EXPIRY_SUSPECT);
	ck_assert_uint_eq(kept().before.seq, 0);
	fx_step_wall(-2 * FX_DAY);
	ck_assert_int_eq(step(true).step, EXPIRY_TOMBSTONE);
	fx_step_wall(2 * FX_DAY);
	ck_assert_int_eq(step(true).step, EXPIRY_REMOVED);
}
END_TEST

/* What was sealed by a date that proved wrong is not kept until that date is old. */
START_TEST(a_wrong_date_keeps_nothing_for_ever)
{
	struct audit_row row = fx_row("clock.accept", "root");
	struct store_month months[VIEW_PAGE];
	int64_t ahead_us = Y2099_US - fx_now().wall_us;

	write_rows(10);
	fx_step_wall(ahead_us);
	ck_assert_int_eq(store_clock_accept(fx.store, &row), WF_OK);
	write_rows(5);
	fx_step_wall(-ahead_us);
	ck_assert_int_eq(store_clock_accept(fx.store, &row), WF_OK);
	write_rows(5);
	ck_assert_uint_eq(months_are(months), 3);
	ck_assert_int_eq(months[1].run.month, 209901);
	ck_assert_int_eq(months[2].run.month, 202601);
	ck_assert_int_lt(months[0].closed_us, FX_START + FX_DAY);
	fx_advance(KEEP_US);
	ck_assert_uint_eq(pass(), 2);
}
END_TEST

/* What was there before months were counted is of the first that is. */
START_TEST(an_older_log_belongs_to_the_first_month)
{
	struct store_month months[VIEW_PAGE];

	write_rows(10);
	fx_sql("DELETE FROM month");
	to_next_month();
	fx_reopen();
	write_rows(1);
	ck_assert_uint_eq(months_are(months), 1);
	ck_assert_uint_eq(months[0].run.first_seq, 1);
	ck_assert_int_eq(months[0].run.month, 202602);
}
END_TEST

static Suite *
expiry_suite(void)
{
	Suite *suite = suite_create("store-expiry");
	TCase *tc = tcase_create("expiry");

	tcase_add_checked_fixture(tc, setup, fx_teardown);
	tcase_add_test(tc, months_are_sealed_when_they_end);
	tcase_add_test(tc, a_restart_tears_no_month);
	tcase_add_test(tc, a_clock_that_is_set_around_midnight_tears_none);
	tcase_add_test(tc, an_older_log_belongs_to_the_first_month);
	tcase_add_test(tc, nothing_young_goes);
	tcase_add_test(tc, a_tombstone_stands_for_what_has_gone);
	tcase_add_test(tc, what_is_being_removed_is_not_shown);
	tcase_add_test(tc, goes_on_after_each_interruption);
	tcase_add_test(tc, a_backup_between_the_steps_is_whole);
	tcase_add_test(tc, a_short_rest_is_opened);
	tcase_add_test(tc, months_go_in_order_for_years);
	tcase_add_test(tc, a_hold_freezes_all_of_it);
	tcase_add_test(tc, a_clock_years_ahead_expires_nothing);
	tcase_add_test(tc, a_suspect_clock_expires_nothing);
	tcase_add_test(tc, a_wrong_date_keeps_nothing_for_ever);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(expiry_suite)
