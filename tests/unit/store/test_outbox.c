/*
 * Orders to end sessions: with the act that wants them, once a session, over restarts, until they
 * are done or moot.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

static struct store_order orders[VIEW_PAGE];

/* Those that are not done, behind `after`. */
static size_t
waiting(int64_t after)
{
	struct store_job *job = calloc(1, sizeof(*job));
	size_t n;

	ck_assert_ptr_nonnull(job);
	job->kind = STORE_VIEW;
	job->u.view.kind = VIEW_ORDERS;
	job->u.view.after = (uint64_t)after;
	job->u.view.limit = VIEW_PAGE;
	job->u.view.orders = orders;
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	n = job->u.view.n;
	free(job);
	return n;
}

static size_t
disconnect_user(const char *user)
{
	struct effect effect = {.kind = EFFECT_DISCONNECT, .blob_len = strlen(user)};
	struct store_admin admin;

	memcpy(effect.blob, user, effect.blob_len);
	ck_assert_int_eq(fx_admin(&effect, 1, &admin), WF_OK);
	return admin.norders;
}

static wf_status
disconnect(int64_t session)
{
	return fx_effect((struct effect){.kind = EFFECT_DISCONNECT, .value = session});
}

static wf_status
done(int64_t order, const char *result)
{
	struct effect effect = {.kind = EFFECT_ORDER_DONE, .value = order};

	(void)snprintf(effect.text, sizeof(effect.text), "%s", result);
	return fx_effect(effect);
}

static int64_t
session_of(const char *number)
{
	size_t n;
	const struct store_session_entry *sessions = fx_sessions(&n);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(sessions[i].acct_session, number) == 0)
			return sessions[i].id;
	}
	ck_abort_msg("there is no session %s", number);
	return 0;
}

START_TEST(an_order_says_which_session)
{
	struct store_job *job = fx_record_job(ACCOUNTING_START, "1a");

	(void)snprintf(job->u.record.framed, sizeof(job->u.record.framed), "10.1.2.3");
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	free(job);
	ck_assert_int_eq(store_last_order(fx.store), 0);
	ck_assert_int_eq(disconnect(session_of("1a")), WF_OK);
	ck_assert_uint_eq(waiting(0), 1);
	ck_assert_int_eq(orders[0].id, store_last_order(fx.store));
	ck_assert_str_eq(orders[0].order, "disconnect");
	ck_assert_int_eq(orders[0].session_id, session_of("1a"));
	ck_assert_str_eq(orders[0].user, "alice");
	ck_assert_str_eq(orders[0].service, "vpn");
	ck_assert_str_eq(orders[0].nas, "nas-1");
	ck_assert_str_eq(orders[0].acct_session, "1a");
	ck_assert_str_eq(orders[0].framed, "10.1.2.3");
	ck_assert_int_eq(orders[0].created_us, FX_START);
	ck_assert_uint_eq(fx_counts().orders, 1);
	ck_assert_uint_eq(waiting(orders[0].id), 0);
}
END_TEST

START_TEST(one_for_each_session_of_a_user)
{
	struct store_job *bob = fx_record_job(ACCOUNTING_START, "3");

	(void)snprintf(bob->u.record.user, sizeof(bob->u.record.user), "bob");
	ck_assert_int_eq(store_run(fx.store, bob), WF_OK);
	free(bob);
	(void)fx_record(ACCOUNTING_START, "1");
	(void)fx_record(ACCOUNTING_START, "2");
	ck_assert_int_eq(disconnect(session_of("2")), WF_OK);
	ck_assert_uint_eq(disconnect_user("alice"), 1);
	ck_assert_uint_eq(waiting(0), 2);
	ck_assert_uint_eq(disconnect_user("alice"), 0);
	ck_assert_int_eq(disconnect(session_of("2")), WF_OK);
	ck_assert_uint_eq(waiting(0), 2);
	ck_assert_uint_eq(disconnect_user("nobody"), 0);
	ck_assert_uint_eq(waiting(0), 2);
}
END_TEST

START_TEST(only_open_ones_of_accounting)
{
	struct store_job *job = calloc(1, sizeof(*job));
	size_t n;
	int64_t local;

	ck_assert_ptr_nonnull(job);
	store_job_init(job, STORE_SESSION);
	job->u.session.event = WF_SESSION_OPEN;
	(void)snprintf(job->u.session.user, sizeof(job->u.session.user), "alice");
	job->u.session.pid = 4711;
	job->u.session.row = fx_row("session.open", "alice");
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	free(job);
	local = fx_sessions(&n)->id;
	ck_assert_int_eq(disconnect(local), WF_NOT_FOUND);
	ck_assert_uint_eq(disconnect_user("alice"), 0);
	(void)fx_record(ACCOUNTING_START, "1");
	(void)fx_record(ACCOUNTING_STOP, "1");
	ck_assert_int_eq(disconnect(local + 1), WF_NOT_FOUND);
	ck_assert_int_eq(store_last_order(fx.store), 0);
}
END_TEST

/* Nothing is ordered by an act that did not happen. */
START_TEST(all_or_nothing)
{
	struct effect effects[2] = {
		{.kind = EFFECT_DISCONNECT}, {.kind = EFFECT_MUST_CHANGE, .account_id = 4711}};

	(void)fx_record(ACCOUNTING_START, "1");
	effects[0].value = session_of("1");
	ck_assert_int_eq(fx_admin(effects, 2, NULL), WF_NOT_FOUND);
	ck_assert_uint_eq(waiting(0), 0);
	ck_assert_int_eq(store_last_order(fx.store), 0);
}
END_TEST

START_TEST(until_it_is_done)
{
	int64_t first;

	(void)fx_record(ACCOUNTING_START, "1");
	ck_assert_int_eq(disconnect(session_of("1")), WF_OK);
	fx_reopen();
	first = store_last_order(fx.store);
	ck_assert_int_gt(first, 0);
	ck_assert_uint_eq(waiting(0), 1);
	ck_assert_int_eq(orders[0].id, first);
	ck_assert_int_eq(done(first, "refused"), WF_OK);
	ck_assert_uint_eq(waiting(0), 0);
	ck_assert_int_eq(done(first, "refused"), WF_CONFLICT);
	ck_assert_int_eq(done(first + 1, "refused"), WF_CONFLICT);
	/* The session is still there, so it may be tried again. */
	ck_assert_int_eq(disconnect(session_of("1")), WF_OK);
	ck_assert_int_gt(store_last_order(fx.store), first);
}
END_TEST

/* What is over needs no order any more; who carried it out may still say so. */
START_TEST(moot_when_the_session_ends)
{
	(void)fx_record(ACCOUNTING_START, "1");
	(void)fx_record(ACCOUNTING_START, "2");
	ck_assert_uint_eq(disconnect_user("alice"), 2);
	ck_assert_uint_eq(fx_record(ACCOUNTING_STOP, "1"), 1);
	ck_assert_uint_eq(waiting(0), 1);
	ck_assert_str_eq(orders[0].acct_session, "2");
	ck_assert_int_eq(done(orders[0].id - 1, "done"), WF_OK);
	ck_assert_uint_eq(fx_record(ACCOUNTING_OFF, ""), 1);
	ck_assert_uint_eq(waiting(0), 0);
}
END_TEST

/* Ids are never used again, so that no answer can be taken for another order's. */
START_TEST(ids_only_rise)
{
	int64_t first;

	(void)fx_record(ACCOUNTING_START, "1");
	ck_assert_uint_eq(disconnect_user("alice"), 1);
	first = store_last_order(fx.store);
	(void)fx_record(ACCOUNTING_STOP, "1");
	fx_advance(31 * FX_DAY);
	ck_assert_int_eq(fx_admin(NULL, 0, NULL), WF_OK);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM outbox"), 0);
	fx_reopen();
	ck_assert_int_eq(store_last_order(fx.store), first);
	(void)fx_record(ACCOUNTING_START, "1");
	ck_assert_uint_eq(disconnect_user("alice"), 1);
	ck_assert_int_eq(store_last_order(fx.store), first + 1);
}
END_TEST

/* The replaced store knows what was ordered, and what of it is done. */
START_TEST(kept_by_a_restore)
{
	(void)fx_record(ACCOUNTING_START, "1");
	(void)fx_record(ACCOUNTING_START, "2");
	ck_assert_int_eq(disconnect(session_of("1")), WF_OK);
	fx_back_up();
	ck_assert_int_eq(done(store_last_order(fx.store), "done"), WF_OK);
	ck_assert_int_eq(disconnect(session_of("2")), WF_OK);
	fx_restore(true);
	ck_assert_uint_eq(waiting(0), 1);
	ck_assert_str_eq(orders[0].acct_session, "2");
	ck_assert_int_eq(orders[0].session_id, session_of("2"));
	ck_assert_int_eq(store_last_order(fx.store), orders[0].id);
}
END_TEST

static Suite *
outbox_suite(void)
{
	Suite *suite = suite_create("store-outbox");
	TCase *tc = tcase_create("outbox");

	tcase_add_checked_fixture(tc, fx_setup, fx_teardown);
	tcase_add_test(tc, an_order_says_which_session);
	tcase_add_test(tc, one_for_each_session_of_a_user);
	tcase_add_test(tc, only_open_ones_of_accounting);
	tcase_add_test(tc, all_or_nothing);
	tcase_add_test(tc, until_it_is_done);
	tcase_add_test(tc, moot_when_the_session_ends);
	tcase_add_test(tc, ids_only_rise);
	tcase_add_test(tc, kept_by_a_restore);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(outbox_suite)
