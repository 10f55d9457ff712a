/* Reservations and counters: I1 at the store. */
#include "config.h"

#include <string.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

START_TEST(admits_up_to_the_threshold)
{
	for (unsigned txn = 1; txn <= 10; txn++)
		ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_reserve(11, "alice"), THROTTLE_FULL);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 10);
	ck_assert_uint_eq(fx_state("alice", LANE_POSSESSION).pending, 10);
	ck_assert_int_eq(fx_reserve(12, "bob"), THROTTLE_ADMIT);
}
END_TEST

START_TEST(one_reservation_a_transaction)
{
	for (int round = 0; round < 20; round++)
		ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 1);
}
END_TEST

START_TEST(held_over_rounds_even_when_full)
{
	for (unsigned txn = 1; txn <= 10; txn++)
		ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_reserve(3, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_reserve(11, "alice"), THROTTLE_FULL);
}
END_TEST

START_TEST(failures_lock)
{
	for (unsigned txn = 1; txn <= 10; txn++) {
		struct store_job *job = fx_settle_job(txn, "alice", SETTLE_FAILURE, 0);

		ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_ADMIT);
		ck_assert_int_eq(store_run(fx.store, job), WF_OK);
		ck_assert(job->u.settle.was_applied);
		ck_assert_int_eq(job->u.settle.lock_set, txn == 10);
		free(job);
	}
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 10);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 0);
	ck_assert_int_eq(fx_reserve(11, "alice"), THROTTLE_LOCKED);
	ck_assert_uint_eq(fx_count_rows("login", "wrong"), 10);
	ck_assert_str_eq(fx_last().event, "lock");
	ck_assert_uint_eq(fx_count_rows("lock", "threshold"), 1);
}
END_TEST

/* The threshold was lowered while three were under way: only the first of them sets the lock. */
START_TEST(a_lock_is_set_once)
{
	for (unsigned txn = 1; txn <= 3; txn++)
		ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_ADMIT);
	for (unsigned txn = 1; txn <= 3; txn++) {
		struct store_job *job = fx_settle_job(txn, "alice", SETTLE_FAILURE, 0);

		job->u.settle.lanes = fx_lanes_limit("alice", 1);
		ck_assert_int_eq(store_run(fx.store, job), WF_OK);
		ck_assert_int_eq(job->u.settle.lock_set, txn == 1);
		free(job);
	}
	ck_assert_uint_eq(fx_count_rows("lock", "threshold"), 1);
}
END_TEST

START_TEST(nothing_is_written_for_a_refusal)
{
	uint64_t commits;

	for (unsigned txn = 1; txn <= 10; txn++)
		ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_ADMIT);
	commits = fx_counts().commits;
	for (unsigned txn = 11; txn <= 30; txn++)
		ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_FULL);
	ck_assert_uint_eq(fx_counts().commits, commits);
	ck_assert_uint_eq(fx_counts().reservations, 10);
}
END_TEST

START_TEST(success_resets_and_leaves_others)
{
	int64_t id = fx_add_account("alice");
	bool applied;

	for (unsigned txn = 1; txn <= 9; txn++) {
		ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_ADMIT);
		if (txn <= 5)
			ck_assert_int_eq(fx_settle(txn, "alice", SETTLE_FAILURE, id, NULL), WF_OK);
	}
	ck_assert_int_eq(fx_settle(9, "alice", SETTLE_SUCCESS, id, &applied), WF_OK);
	ck_assert(applied);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 0);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 3);
	ck_assert_int_eq(fx_settle(6, "alice", SETTLE_FAILURE, id, NULL), WF_OK);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 1);
}
END_TEST

START_TEST(partial_success_resets_nothing)
{
	int64_t id = fx_add_account("alice");
	bool applied;

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_FAILURE, id, NULL), WF_OK);
	ck_assert_int_eq(fx_reserve(2, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(2, "alice", SETTLE_PARTIAL, id, &applied), WF_OK);
	ck_assert(applied);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 1);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 0);
}
END_TEST

START_TEST(release_counts_nothing)
{
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_RELEASE, 0, NULL), WF_OK);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 0);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 0);
	ck_assert_uint_eq(fx_counts().throttles, 0);
}
END_TEST

START_TEST(only_lanes_in_count_count)
{
	struct store_job *job = fx_settle_job(1, "alice", SETTLE_FAILURE, 0);

	job->u.settle.count[LANE_ACCOUNT] = false;
	job->u.settle.count[LANE_POSSESSION] = true;
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 0);
	ck_assert_uint_eq(fx_state("alice", LANE_POSSESSION).failures, 1);
	free(job);
}
END_TEST

START_TEST(success_leaves_possession)
{
	int64_t id = fx_add_account("alice");
	struct store_job *job = fx_settle_job(1, "alice", SETTLE_FAILURE, id);

	job->u.settle.count[LANE_POSSESSION] = true;
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	free(job);
	ck_assert_int_eq(fx_reserve(2, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(2, "alice", SETTLE_SUCCESS, id, NULL), WF_OK);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 0);
	ck_assert_uint_eq(fx_state("alice", LANE_POSSESSION).failures, 1);
}
END_TEST

/* A source counts with its weight and is never reserved. */
START_TEST(source_is_counted_by_weight)
{
	struct store_job *reserve = fx_reserve_job(1, "alice");
	struct store_job *settle = fx_settle_job(1, "alice", SETTLE_FAILURE, 0);
	struct store_lanes *lanes = &reserve->u.reserve.admission.lanes;

	lanes->states[2].lane = LANE_SOURCE;
	lanes->limits[2] = (struct throttle_limit){
		.lane = LANE_SOURCE, .threshold = 100, .window_ms = 600000, .slow_only = true};
	fx_key("192.0.2.7", LANE_SOURCE, lanes->states[2].key);
	lanes->n = 3;
	settle->u.settle.lanes = *lanes;
	settle->u.settle.count[LANE_SOURCE] = true;
	settle->u.settle.source_weight = 3;
	ck_assert_int_eq(store_run(fx.store, reserve), WF_OK);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM reservation"), 1);
	ck_assert_int_eq(store_run(fx.store, settle), WF_OK);
	memset(reserve, 0, sizeof(*reserve));
	reserve->kind = STORE_READ;
	reserve->u.read.uid = -1;
	reserve->u.read.lanes = settle->u.settle.lanes;
	ck_assert_int_eq(store_run(fx.store, reserve), WF_OK);
	ck_assert_uint_eq(reserve->u.read.lanes.states[2].failures, 3);
	ck_assert_uint_eq(reserve->u.read.lanes.states[2].pending, 0);
	ck_assert_uint_eq(reserve->u.read.lanes.states[0].failures, 1);
	free(reserve);
	free(settle);
}
END_TEST

START_TEST(reserve_gives_the_account)
{
	int64_t id = fx_add_account("alice");
	struct credential credential = fx_credential(FACTOR_TOTP, id);
	struct store_job *job = fx_reserve_job(1, "alice");

	(void)fx_add_credential(&credential, NULL, 0);
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert(job->u.reserve.admission.found);
	ck_assert_int_eq(job->u.reserve.account.id, id);
	ck_assert_uint_eq(job->u.reserve.ncredentials, 1);
	ck_assert_int_eq(job->u.reserve.credentials[0].factor, FACTOR_TOTP);
	ck_assert_int_eq(job->u.reserve.credentials[0].counter, -1);
	ck_assert_uint_eq(
		store_job_extent(job), offsetof(struct store_job, u.reserve.credentials[1]));
	job->status = WF_IO;
	ck_assert_uint_eq(store_job_extent(job), sizeof(*job));
	free(job);
}
END_TEST

START_TEST(unknown_names_take_the_same_path)
{
	struct store_job *job = fx_reserve_job(1, "nobody");

	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert_int_eq(job->u.reserve.admission.answer, THROTTLE_ADMIT);
	ck_assert(!job->u.reserve.admission.found);
	ck_assert_int_eq(fx_settle(1, "nobody", SETTLE_FAILURE, 0, NULL), WF_OK);
	ck_assert_uint_eq(fx_state("nobody", LANE_ACCOUNT).failures, 1);
	free(job);
}
END_TEST

/* A lease that ran out is a failure, with its row, before the next one is judged. */
START_TEST(expired_leases_count)
{
	size_t n = 7;

	for (unsigned txn = 1; txn <= 10; txn++)
		ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(store_expire(fx.store, &n), WF_OK);
	ck_assert_uint_eq(n, 0);
	fx_advance(FX_LEASE_MS * 1000);
	ck_assert_int_eq(fx_reserve(11, "alice"), THROTTLE_LOCKED);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 10);
	ck_assert_uint_eq(fx_count_rows("login", "interrupted"), 10);
	ck_assert_uint_eq(fx_counts().reservations, 0);
}
END_TEST

START_TEST(expire_settles_all)
{
	size_t n = 0;

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_reserve(2, "bob"), THROTTLE_ADMIT);
	fx_advance(FX_LEASE_MS * 1000 / 2);
	ck_assert_int_eq(fx_reserve(3, "carol"), THROTTLE_ADMIT);
	fx_advance(FX_LEASE_MS * 1000 / 2);
	ck_assert_int_eq(store_expire(fx.store, &n), WF_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 1);
	ck_assert_uint_eq(fx_state("alice", LANE_POSSESSION).failures, 0);
	ck_assert_uint_eq(fx_state("carol", LANE_ACCOUNT).pending, 1);
	ck_assert_int_eq(store_expire(fx.store, &n), WF_OK);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(fx_last().time_us, fx_now().wall_us);
}
END_TEST

/* Called once a second: it costs nothing as long as no lease has run out. */
START_TEST(expire_asks_nobody_before_it_is_time)
{
	uint64_t jobs;
	size_t n;

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	jobs = fx_counts().jobs;
	ck_assert_int_eq(store_expire(fx.store, &n), WF_OK);
	ck_assert_uint_eq(fx_counts().jobs, jobs + 1);
}
END_TEST

START_TEST(a_further_round_moves_the_lease)
{
	size_t n = 7;

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	fx_advance(FX_LEASE_MS * 1000 - 1000);
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	fx_advance(FX_LEASE_MS * 1000 - 1000);
	ck_assert_int_eq(store_expire(fx.store, &n), WF_OK);
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 1);
}
END_TEST

/* Success after the lease has run out: refused, one conflict row, nothing of it applies. */
START_TEST(late_success_is_a_conflict)
{
	int64_t id = fx_add_account("alice");
	struct effect effect = {.kind = EFFECT_LAST_LOGIN, .account_id = id, .value = 4711};
	bool applied = true;
	size_t n;

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	fx_advance(FX_LEASE_MS * 1000);
	ck_assert_int_eq(store_expire(fx.store, &n), WF_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(fx_settle_effect(1, "alice", SETTLE_SUCCESS, id, effect, &applied), WF_OK);
	ck_assert(!applied);
	ck_assert_str_eq(fx_last().reason, "lease-expired");
	ck_assert_int_eq(fx_last().result, AUDIT_FAILURE);
	ck_assert_int_eq(fx_read("alice")->account.last_login_us, 0);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 1);
}
END_TEST

START_TEST(late_failure_is_counted_once)
{
	uint64_t rows;
	size_t n;

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	fx_advance(FX_LEASE_MS * 1000);
	ck_assert_int_eq(store_expire(fx.store, &n), WF_OK);
	rows = fx_last_seq();
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_FAILURE, 0, NULL), WF_EXPIRED);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 1);
	ck_assert_uint_eq(fx_last_seq(), rows);
}
END_TEST

START_TEST(settled_once)
{
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_FAILURE, 0, NULL), WF_OK);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_FAILURE, 0, NULL), WF_EXPIRED);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 1);
}
END_TEST

START_TEST(success_without_reservation_is_none)
{
	int64_t id = fx_add_account("alice");
	bool applied = true;

	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_SUCCESS, id, &applied), WF_OK);
	ck_assert(!applied);
}
END_TEST

START_TEST(a_lock_ends_by_itself)
{
	for (unsigned txn = 1; txn <= 10; txn++) {
		ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_ADMIT);
		ck_assert_int_eq(fx_settle(txn, "alice", SETTLE_FAILURE, 0, NULL), WF_OK);
	}
	fx_advance(3599 * FX_SECOND);
	ck_assert_int_eq(fx_reserve(11, "alice"), THROTTLE_LOCKED);
	fx_advance(FX_SECOND);
	ck_assert_int_eq(fx_reserve(12, "alice"), THROTTLE_ADMIT);
}
END_TEST

/* I6: the wall clock moves no lock. */
START_TEST(the_wall_clock_ends_no_lock)
{
	for (unsigned txn = 1; txn <= 10; txn++) {
		ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_ADMIT);
		ck_assert_int_eq(fx_settle(txn, "alice", SETTLE_FAILURE, 0, NULL), WF_OK);
	}
	fx_step_wall(365 * FX_DAY);
	ck_assert_int_eq(fx_reserve(11, "alice"), THROTTLE_LOCKED);
	fx_reopen();
	ck_assert_int_eq(fx_reserve(12, "alice"), THROTTLE_LOCKED);
	fx_step_wall(-3000 * FX_DAY);
	fx_reopen();
	ck_assert_int_eq(fx_reserve(13, "alice"), THROTTLE_LOCKED);
}
END_TEST

START_TEST(unlock_opens)
{
	struct effect effect = {.kind = EFFECT_UNLOCK, .blob_len = 32};

	for (unsigned txn = 1; txn <= 10; txn++) {
		ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_ADMIT);
		ck_assert_int_eq(fx_settle(txn, "alice", SETTLE_FAILURE, 0, NULL), WF_OK);
	}
	fx_key("alice", LANE_ACCOUNT, effect.blob);
	ck_assert_int_eq(fx_effect(effect), WF_OK);
	ck_assert_int_eq(fx_reserve(11, "alice"), THROTTLE_ADMIT);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 0);
	ck_assert_int_eq(fx_effect(effect), WF_OK);
	effect.blob_len = 31;
	ck_assert_int_eq(fx_effect(effect), WF_INVALID);
}
END_TEST

/* What a stopped daemon left is settled when the store opens, by no hand. */
START_TEST(leftovers_are_settled_at_open)
{
	for (unsigned txn = 1; txn <= 3; txn++)
		ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_ADMIT);
	fx_reopen();
	ck_assert_uint_eq(fx_counts().reservations, 0);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 3);
	ck_assert_uint_eq(fx_count_rows("login", "interrupted"), 3);
	fx_reopen();
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 3);
	(void)fx_verify_chain();
}
END_TEST

START_TEST(invalid_reservations)
{
	struct store_job *job = fx_reserve_job(1, "alice");

	job->u.reserve.admission.lanes.n = 0;
	ck_assert_int_eq(store_run(fx.store, job), WF_INVALID);
	job->u.reserve.admission.lanes.n = STORE_LANES + 1;
	ck_assert_int_eq(store_run(fx.store, job), WF_INVALID);
	job->u.reserve.admission.lanes.n = 2;
	job->u.reserve.admission.name = NULL;
	ck_assert_int_eq(store_run(fx.store, job), WF_INVALID);
	ck_assert_int_ne(job->u.reserve.admission.answer, THROTTLE_ADMIT);
	free(job);
}
END_TEST

static Suite *
reserve_suite(void)
{
	Suite *suite = suite_create("store-reserve");
	TCase *tc = tcase_create("reserve");

	tcase_add_checked_fixture(tc, fx_setup, fx_teardown);
	tcase_add_test(tc, admits_up_to_the_threshold);
	tcase_add_test(tc, one_reservation_a_transaction);
	tcase_add_test(tc, held_over_rounds_even_when_full);
	tcase_add_test(tc, failures_lock);
	tcase_add_test(tc, a_lock_is_set_once);
	tcase_add_test(tc, nothing_is_written_for_a_refusal);
	tcase_add_test(tc, success_resets_and_leaves_others);
	tcase_add_test(tc, partial_success_resets_nothing);
	tcase_add_test(tc, release_counts_nothing);
	tcase_add_test(tc, only_lanes_in_count_count);
	tcase_add_test(tc, success_leaves_possession);
	tcase_add_test(tc, source_is_counted_by_weight);
	tcase_add_test(tc, reserve_gives_the_account);
	tcase_add_test(tc, unknown_names_take_the_same_path);
	tcase_add_test(tc, expired_leases_count);
	tcase_add_test(tc, expire_settles_all);
	tcase_add_test(tc, expire_asks_nobody_before_it_is_time);
	tcase_add_test(tc, a_further_round_moves_the_lease);
	tcase_add_test(tc, late_success_is_a_conflict);
	tcase_add_test(tc, late_failure_is_counted_once);
	tcase_add_test(tc, settled_once);
	tcase_add_test(tc, success_without_reservation_is_none);
	tcase_add_test(tc, a_lock_ends_by_itself);
	tcase_add_test(tc, the_wall_clock_ends_no_lock);
	tcase_add_test(tc, unlock_opens);
	tcase_add_test(tc, leftovers_are_settled_at_open);
	tcase_add_test(tc, invalid_reservations);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(reserve_suite)
