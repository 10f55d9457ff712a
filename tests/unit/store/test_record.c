/*
 * Records of accounting: stored once, in whatever order they come, and what they make of sessions.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

static const struct store_session_entry *
only(void)
{
	size_t n;
	const struct store_session_entry *sessions = fx_sessions(&n);

	ck_assert_uint_eq(n, 1);
	return sessions;
}

static size_t
open_sessions(void)
{
	size_t n;

	(void)fx_sessions(&n);
	ck_assert_uint_eq(fx_counts().sessions_open, n);
	return n;
}

START_TEST(start_interim_stop)
{
	struct store_job *job = fx_record_job(ACCOUNTING_INTERIM, "1a");
	const struct store_session_entry *session;
	uint64_t rows;

	(void)fx_record(ACCOUNTING_START, "1a");
	session = only();
	ck_assert_str_eq(session->user, "alice");
	ck_assert_str_eq(session->service, "vpn");
	ck_assert_str_eq(session->nas, "nas-1");
	ck_assert_str_eq(session->acct_session, "1a");
	ck_assert_str_eq(session->source.text, "192.0.2.7");
	ck_assert_int_eq(session->opened_us, FX_START);
	ck_assert_int_eq(session->pid, 0);
	ck_assert_str_eq(fx_last().event, "accounting");

	rows = fx_last_seq();
	fx_advance(60 * FX_SECOND);
	job->u.record.octets_in = 5;
	job->u.record.octets_out = 7ULL << 40;
	job->u.record.seconds = 60;
	(void)snprintf(job->u.record.framed, sizeof(job->u.record.framed), "10.1.2.3");
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	session = only();
	ck_assert_uint_eq(session->octets_in, 5);
	ck_assert_uint_eq(session->octets_out, 7ULL << 40);
	ck_assert_uint_eq(session->seconds, 60);
	ck_assert_str_eq(session->framed, "10.1.2.3");
	ck_assert_int_eq(session->updated_us, FX_START + 60 * FX_SECOND);
	ck_assert_uint_eq(fx_last_seq(), rows);
	ck_assert_uint_eq(job->u.record.seq, rows);
	free(job);

	ck_assert_uint_eq(fx_record(ACCOUNTING_STOP, "1a"), 1);
	ck_assert_uint_eq(open_sessions(), 0);
	ck_assert_uint_eq(fx_verify_chain(), 2);
}
END_TEST

/* B4: resent, because the answer was lost, in a moment, after a restart or after an hour. */
START_TEST(stored_once)
{
	struct store_job *job = fx_record_job(ACCOUNTING_START, "1a");

	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert(!job->u.record.known);
	ck_assert_uint_eq(job->u.record.seq, 1);
	for (int i = 0; i < 3; i++) {
		fx_advance(i * 1800 * FX_SECOND);
		if (i == 1)
			fx_reopen();
		ck_assert_int_eq(store_run(fx.store, job), WF_OK);
		ck_assert(job->u.record.known);
	}
	ck_assert_uint_eq(fx_last_seq(), 1);
	ck_assert_uint_eq(open_sessions(), 1);
	fx_advance(FX_DAY);
	ck_assert_int_eq(fx_admin(NULL, 0, NULL), WF_OK);
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert(!job->u.record.known);
	free(job);
}
END_TEST

START_TEST(a_record_of_another_key_is_another)
{
	(void)fx_record(ACCOUNTING_START, "1a");
	(void)fx_record(ACCOUNTING_START, "1a");
	ck_assert_uint_eq(fx_last_seq(), 2);
	ck_assert_uint_eq(open_sessions(), 1);
	(void)fx_record(ACCOUNTING_START, "1b");
	ck_assert_uint_eq(open_sessions(), 2);
}
END_TEST

START_TEST(a_lost_start_is_made_up_for)
{
	struct store_job *job = fx_record_job(ACCOUNTING_INTERIM, "1a");

	job->u.record.seconds = 300;
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert_int_eq(only()->opened_us, FX_START - 300 * FX_SECOND);
	(void)fx_record(ACCOUNTING_START, "1a");
	ck_assert_uint_eq(open_sessions(), 1);
	ck_assert_uint_eq(fx_record(ACCOUNTING_STOP, "1a"), 1);
	ck_assert_uint_eq(open_sessions(), 0);
	free(job);
}
END_TEST

START_TEST(late_ones_open_nothing)
{
	(void)fx_record(ACCOUNTING_STOP, "1a");
	(void)fx_record(ACCOUNTING_START, "1a");
	(void)fx_record(ACCOUNTING_INTERIM, "1a");
	ck_assert_uint_eq(open_sessions(), 0);
	ck_assert_uint_eq(fx_last_seq(), 2);
	/* With its START seen, the next one is a new session. */
	(void)fx_record(ACCOUNTING_START, "1a");
	ck_assert_uint_eq(open_sessions(), 1);
}
END_TEST

START_TEST(a_number_is_used_again)
{
	struct store_job *job = fx_record_job(ACCOUNTING_START, "1a");
	uint64_t last;

	(void)fx_record(ACCOUNTING_START, "1a");
	last = (uint64_t)only()->id;
	(void)snprintf(job->u.record.user, sizeof(job->u.record.user), "bob");
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert_uint_eq(job->u.record.closed, 1);
	ck_assert_str_eq(only()->user, "bob");
	ck_assert_uint_gt((uint64_t)only()->id, last);
	free(job);
}
END_TEST

/* The same user again, by another login. */
START_TEST(another_login_is_another_session)
{
	struct store_job *job = fx_record_job(ACCOUNTING_START, "1a");
	struct store_job *next = fx_record_job(ACCOUNTING_START, "1a");

	job->u.record.has_txn = true;
	job->u.record.txn[0] = 1;
	next->u.record.has_txn = true;
	next->u.record.txn[0] = 2;
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert_int_eq(store_run(fx.store, next), WF_OK);
	ck_assert_uint_eq(next->u.record.closed, 1);
	ck_assert(only()->has_txn);
	ck_assert_uint_eq(only()->txn[0], 2);
	free(job);
	free(next);
}
END_TEST

static void
start_at(const char *service, const char *nas, const char *number)
{
	struct store_job *job = fx_record_job(ACCOUNTING_START, number);

	(void)snprintf(job->u.record.service, sizeof(job->u.record.service), "%s", service);
	(void)snprintf(job->u.record.nas, sizeof(job->u.record.nas), "%s", nas);
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	free(job);
}

static void
check_nas(enum accounting_event event)
{
	start_at("vpn", "nas-1", "1");
	start_at("vpn", "nas-1", "2");
	start_at("vpn", "nas-2", "1");
	start_at("wlan", "nas-1", "1");
	ck_assert_uint_eq(open_sessions(), 4);
	ck_assert_uint_eq(fx_record(event, ""), 2);
	ck_assert_uint_eq(open_sessions(), 2);
	ck_assert_uint_eq(fx_last_seq(), 5);
	ck_assert_uint_eq(fx_record(event, ""), 0);
}

START_TEST(a_nas_begins)
{
	check_nas(ACCOUNTING_ON);
}
END_TEST

START_TEST(a_nas_ends)
{
	check_nas(ACCOUNTING_OFF);
}
END_TEST

/* A boot of this machine ends its own sessions, not those of a VPN gateway. */
START_TEST(another_boot_ends_none)
{
	(void)fx_record(ACCOUNTING_START, "1a");
	fx_close();
	fx_sql("UPDATE meta SET boot_id = 'another'");
	fx_open();
	ck_assert_int_eq(fx_admin(NULL, 0, NULL), WF_OK);
	ck_assert_uint_eq(open_sessions(), 1);
}
END_TEST

START_TEST(silent_ones_end)
{
	(void)fx_record(ACCOUNTING_START, "1a");
	fx_advance(20 * FX_DAY);
	(void)fx_record(ACCOUNTING_INTERIM, "1a");
	fx_advance(29 * FX_DAY);
	ck_assert_int_eq(fx_admin(NULL, 0, NULL), WF_OK);
	ck_assert_uint_eq(open_sessions(), 1);
	fx_advance(2 * FX_DAY);
	ck_assert_int_eq(fx_admin(NULL, 0, NULL), WF_OK);
	ck_assert_uint_eq(open_sessions(), 0);
}
END_TEST

START_TEST(what_is_proved_is_the_logins)
{
	int64_t account = fx_add_account("alice");
	struct store_job *job = fx_record_job(ACCOUNTING_START, "1a");

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_SUCCESS, account, NULL), WF_OK);
	job->u.record.has_txn = true;
	job->u.record.txn[0] = 1;
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert_uint_eq(only()->kinds, KIND_KNOWLEDGE | KIND_POSSESSION);
	free(job);
}
END_TEST

START_TEST(incomplete_ones_are_refused)
{
	static const struct {
		int event;
		const char *number;
	} table[] = {{0, "1"}, {6, "1"}, {ACCOUNTING_START, ""}, {ACCOUNTING_STOP, ""},
		{ACCOUNTING_INTERIM, ""}, {ACCOUNTING_ON, "1"}, {ACCOUNTING_OFF, "1"}};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct store_job *job =
			fx_record_job((enum accounting_event)table[i].event, table[i].number);

		ck_assert_int_eq(store_run(fx.store, job), WF_INVALID);
		free(job);
	}
	ck_assert_uint_eq(fx_last_seq(), 0);
}
END_TEST

/* The replaced store knows which sessions live; the backup knew others. */
START_TEST(a_restore_keeps_the_living)
{
	struct store_job *job = fx_record_job(ACCOUNTING_START, "2");

	(void)fx_record(ACCOUNTING_START, "1");
	fx_back_up();
	(void)fx_record(ACCOUNTING_STOP, "1");
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	fx_restore(true);
	ck_assert_str_eq(only()->acct_session, "2");
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert(job->u.record.known);
	free(job);
}
END_TEST

static Suite *
record_suite(void)
{
	Suite *suite = suite_create("store-record");
	TCase *tc = tcase_create("record");

	tcase_add_checked_fixture(tc, fx_setup, fx_teardown);
	tcase_add_test(tc, start_interim_stop);
	tcase_add_test(tc, stored_once);
	tcase_add_test(tc, a_record_of_another_key_is_another);
	tcase_add_test(tc, a_lost_start_is_made_up_for);
	tcase_add_test(tc, late_ones_open_nothing);
	tcase_add_test(tc, a_number_is_used_again);
	tcase_add_test(tc, another_login_is_another_session);
	tcase_add_test(tc, a_nas_begins);
	tcase_add_test(tc, a_nas_ends);
	tcase_add_test(tc, another_boot_ends_none);
	tcase_add_test(tc, silent_ones_end);
	tcase_add_test(tc, what_is_proved_is_the_logins);
	tcase_add_test(tc, incomplete_ones_are_refused);
	tcase_add_test(tc, a_restore_keeps_the_living);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(record_suite)
