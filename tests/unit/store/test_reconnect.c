/*
 * Another file in the place of the database is not written to, and the right one is used again as
 * soon as it is back. In builds with fault injection: whatever system call of SQLite fails once,
 * the store works again by itself.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/fault.h"
#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define TRIES 3
#define CALLS_MAX 400

static wf_status
look(char cause_r[STORE_CAUSE_MAX])
{
	static struct store_job job;
	wf_status status;

	memset(&job, 0, sizeof(job));
	job.kind = STORE_READ;
	job.u.read.name = "alice";
	job.u.read.uid = -1;
	status = store_run(fx.store, &job);
	memcpy(cause_r, job.cause, STORE_CAUSE_MAX);
	return status;
}

static void
refused(void)
{
	char cause[STORE_CAUSE_MAX];

	for (int i = 0; i < TRIES; i++) {
		ck_assert_int_eq(fx_act("", cause), WF_IO);
		ck_assert_ptr_nonnull(strstr(cause, "moved, removed or replaced"));
		fx_advance(2 * FX_SECOND);
	}
}

/* Soon, and without a hand. */
static void
works_again(void)
{
	char cause[STORE_CAUSE_MAX] = "";
	wf_status status = WF_UNAVAILABLE;

	for (int i = 0; status != WF_OK && i < TRIES; i++) {
		fx_advance(2 * FX_SECOND);
		status = look(cause);
		if (status == WF_OK)
			status = fx_act("", cause);
	}
	ck_assert_msg(status == WF_OK, "%s: %s", wf_status_name(status), cause);
}

START_TEST(a_file_that_is_moved)
{
	char elsewhere[200];
	char cause[STORE_CAUSE_MAX];
	uint64_t rows;

	ck_assert_int_eq(fx_act("", cause), WF_OK);
	rows = fx_last_seq();
	(void)snprintf(elsewhere, sizeof(elsewhere), "%s.elsewhere", fx.path);
	ck_assert_int_eq(rename(fx.path, elsewhere), 0);
	refused();
	ck_assert_int_eq(rename(elsewhere, fx.path), 0);
	works_again();
	ck_assert_uint_eq(fx_verify_chain(), rows + 1);
}
END_TEST

START_TEST(another_file)
{
	char own[200], copy[200];
	char why[200];
	char cause[STORE_CAUSE_MAX];

	ck_assert_int_eq(fx_act("", cause), WF_OK);
	(void)snprintf(own, sizeof(own), "%s.own", fx.path);
	(void)snprintf(copy, sizeof(copy), "%s.copy", fx.path);
	ck_assert_int_eq(store_backup(fx.store, copy, why, sizeof(why)), WF_OK);
	ck_assert_int_eq(rename(fx.path, own), 0);
	ck_assert_int_eq(rename(copy, fx.path), 0);
	refused();
	ck_assert_int_eq(rename(own, fx.path), 0);
	works_again();
	(void)fx_verify_chain();
}
END_TEST

#ifdef WF_FAULT
START_TEST(any_call_may_fail_once)
{
	uint64_t nth = 0;
	uint64_t failed = 1;

	(void)fx_add_account("alice");
	while (failed > 0 && nth < CALLS_MAX) {
		char cause[STORE_CAUSE_MAX];

		wf_fault_page()->points =
			UINT64_C(1) << WF_FAULT_SYSTEM | UINT64_C(1) << WF_FAULT_WRITE;
		wf_fault_page()->failed = 0;
		wf_fault_arm(++nth, false);
		(void)look(cause);
		(void)fx_act("", cause);
		(void)look(cause);
		failed = wf_fault_page()->failed;
		wf_fault_page()->points = 0;
		wf_fault_arm(0, false);
		works_again();
	}
	ck_assert_uint_gt(nth, 5);
	ck_assert_uint_lt(nth, CALLS_MAX);
	(void)fx_verify_chain();
}
END_TEST
#endif

static Suite *
reconnect_suite(void)
{
	Suite *suite = suite_create("reconnect");
	TCase *tc = tcase_create("reconnect");

	tcase_add_checked_fixture(tc, fx_setup, fx_teardown);
	tcase_set_timeout(tc, 180); /* SQLite waits a second for a lock that is stuck */
	tcase_add_test(tc, a_file_that_is_moved);
	tcase_add_test(tc, another_file);
#ifdef WF_FAULT
	tcase_add_test(tc, any_call_may_fail_once);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(reconnect_suite)
