/*
 * The lock clock of the store: kept over restarts and reboots; a suspect wall clock is remembered
 * until accepted.
 */
#include "config.h"

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

/* The kernel's word on the test machine decides whether a jump is believed. */
static bool
synchronised(void)
{
	return wf_clock_synchronised();
}

START_TEST(runs_with_the_machine)
{
	int64_t before = store_lock_ms(fx.store);

	fx_advance(5 * FX_SECOND);
	ck_assert_int_eq(store_lock_ms(fx.store) - before, 5000);
	fx_step_wall(-FX_DAY);
	ck_assert_int_eq(store_lock_ms(fx.store) - before, 5000);
}
END_TEST

START_TEST(kept_over_a_restart)
{
	int64_t before;

	(void)fx_add_account("alice");
	before = store_lock_ms(fx.store);
	fx_advance(5 * FX_SECOND);
	fx_reopen();
	ck_assert_int_eq(store_lock_ms(fx.store) - before, 5000);
}
END_TEST

START_TEST(kept_over_a_reboot)
{
	int64_t before;

	(void)fx_add_account("alice");
	before = store_lock_ms(fx.store);
	fx_close();
	fx_sql("UPDATE meta SET boot_id = '00000000-0000-0000-0000-000000000000', boot_us = "
	       "boot_us + 77777777");
	fx_step_wall(60 * FX_SECOND);
	fx_open();
	ck_assert_int_eq(store_lock_ms(fx.store) - before, 60000);
}
END_TEST

START_TEST(never_back)
{
	int64_t before;

	fx_advance(100 * FX_SECOND);
	(void)fx_add_account("alice");
	before = store_lock_ms(fx.store);
	fx_close();
	fx_sql("UPDATE meta SET boot_id = '00000000-0000-0000-0000-000000000000'");
	fx_step_wall(-60 * FX_SECOND);
	fx_open();
	ck_assert_int_ge(store_lock_ms(fx.store), before);
}
END_TEST

START_TEST(a_jump_is_remembered_until_accepted)
{
	struct audit_row row = fx_row("clock.accept", "root");

	if (synchronised())
		return;
	ck_assert(!store_clock_watch(fx.store));
	ck_assert(!store_clock_suspect(fx.store));
	fx_step_wall(2 * FX_DAY);
	ck_assert(store_clock_watch(fx.store));
	ck_assert(!store_clock_watch(fx.store));
	ck_assert(store_clock_suspect(fx.store));
	fx_reopen();
	ck_assert(store_clock_suspect(fx.store));
	ck_assert_int_eq(fx_sql_int("SELECT suspect FROM meta"), 1);
	row.time_us = fx_now().wall_us;
	ck_assert_int_eq(store_clock_accept(fx.store, &row), WF_OK);
	ck_assert(!store_clock_suspect(fx.store));
	ck_assert_int_eq(fx_sql_int("SELECT suspect FROM meta"), 0);
	ck_assert_str_eq(fx_last().event, "clock.accept");
	fx_reopen();
	ck_assert(!store_clock_suspect(fx.store));
	ck_assert(!store_clock_watch(fx.store));
}
END_TEST

START_TEST(a_row_that_cannot_be_accepts_nothing)
{
	struct audit_row row = fx_row("clock.accept", "root");

	if (synchronised())
		return;
	fx_step_wall(2 * FX_DAY);
	ck_assert(store_clock_watch(fx.store));
	(void)fx_add_account("alice");
	fx_sql("INSERT INTO audit SELECT seq + 1, time_us, class, result, user, source, event, "
	       "chain, encoded "
	       "FROM audit");
	ck_assert_int_ne(store_clock_accept(fx.store, &row), WF_OK);
	ck_assert(store_clock_suspect(fx.store));
}
END_TEST

START_TEST(every_commit_saves_it)
{
	fx_advance(7 * FX_SECOND);
	(void)fx_add_account("alice");
	ck_assert_int_eq(fx_sql_int("SELECT lock_ms FROM meta"), store_lock_ms(fx.store));
	ck_assert_int_eq(fx_sql_int("SELECT wall_us FROM meta"), fx_now().wall_us);
	ck_assert_int_eq(fx_sql_int("SELECT boot_us FROM meta"), fx_now().boot_us);
}
END_TEST

static Suite *
clock_suite(void)
{
	Suite *suite = suite_create("store-clock");
	TCase *tc = tcase_create("clock");

	tcase_add_checked_fixture(tc, fx_setup, fx_teardown);
	tcase_add_test(tc, runs_with_the_machine);
	tcase_add_test(tc, kept_over_a_restart);
	tcase_add_test(tc, kept_over_a_reboot);
	tcase_add_test(tc, never_back);
	tcase_add_test(tc, a_jump_is_remembered_until_accepted);
	tcase_add_test(tc, a_row_that_cannot_be_accepts_nothing);
	tcase_add_test(tc, every_commit_saves_it);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(clock_suite)
