/*
 * Open challenges: pending as long as they are open, taken up once, ended uncounted, alive over a
 * restart. And what a request is remembered by while one is open.
 */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "authd/store/internal.h"
#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define RUSH 50

static int64_t account;
static int64_t token;

static void
setup(void)
{
	fx_setup_alice(&account, &token);
}

static uint32_t
pending(void)
{
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending,
		fx_state("alice", LANE_POSSESSION).pending);
	return fx_state("alice", LANE_ACCOUNT).pending;
}

static uint32_t
failures(void)
{
	return fx_state("alice", LANE_ACCOUNT).failures;
}

static size_t
expire(void)
{
	size_t n = 0;

	ck_assert_int_eq(store_expire(fx.store, &n), WF_OK);
	return n;
}

START_TEST(opening_keeps_the_reservation)
{
	uint64_t rows = fx_last_seq();
	struct store_job *job = fx_challenge_job(1, "alice", account);

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert(job->u.settle.was_applied);
	ck_assert_uint_eq(job->u.settle.seq, rows);
	free(job);
	ck_assert_uint_eq(fx_last_seq(), rows);
	ck_assert_uint_eq(pending(), 1);
	ck_assert_uint_eq(failures(), 0);
	ck_assert_uint_eq(fx_counts().challenges, 1);
}
END_TEST

START_TEST(taken_up_with_what_stands_now)
{
	struct store_job *job = fx_resume_job(1, "alice");
	const struct store_resume *resume = &job->u.resume;
	struct effect use = {.kind = EFFECT_TOTP_ADVANCE, .credential_id = token, .value = 7};
	bool applied;

	fx_challenge(1, "alice", account);
	ck_assert_int_eq(fx_reserve(2, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle_effect(2, "alice", SETTLE_SUCCESS, account, use, NULL), WF_OK);
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert_int_eq(resume->answer, RESUME_FOUND);
	ck_assert_uint_eq(resume->kinds, KIND_KNOWLEDGE);
	ck_assert_str_eq(resume->factors, "password");
	ck_assert(resume->found);
	ck_assert_int_eq(resume->account.id, account);
	ck_assert_uint_eq(resume->ncredentials, 1);
	ck_assert_int_eq(resume->credentials[0].counter, 7);
	ck_assert_uint_eq(pending(), 1);
	ck_assert_uint_eq(fx_counts().challenges, 0);
	use.value = 8;
	ck_assert_int_eq(
		fx_settle_effect(1, "alice", SETTLE_SUCCESS, account, use, &applied), WF_OK);
	ck_assert(applied);
	ck_assert_uint_eq(pending(), 0);
	ck_assert_uint_eq(fx_count_rows("login", "ok"), 2);
	ck_assert_uint_eq(fx_count_rows("login", "abandoned"), 0);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_USED);
	free(job);
}
END_TEST

START_TEST(a_wrong_answer_counts)
{
	fx_challenge(1, "alice", account);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_FOUND);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_FAILURE, account, NULL), WF_OK);
	ck_assert_uint_eq(failures(), 1);
	ck_assert_uint_eq(pending(), 0);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_USED);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_SUCCESS, account, NULL), WF_OK);
	ck_assert_str_eq(fx_last().reason, "lease-expired");
}
END_TEST

/* What is not asked for rightly is not used up by it. */
START_TEST(only_by_its_own)
{
	struct store_job *job = fx_resume_job(1, "alice");

	fx_challenge(1, "alice", account);
	ck_assert_int_eq(fx_resume(2, "alice"), RESUME_UNKNOWN);
	ck_assert_int_eq(fx_resume(1, "bob"), RESUME_UNKNOWN);
	job->u.resume.service = "wlan";
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert_int_eq(job->u.resume.answer, RESUME_UNKNOWN);
	ck_assert(!job->u.resume.found);
	ck_assert_uint_eq(pending(), 1);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_FOUND);
	free(job);
}
END_TEST

static pthread_barrier_t barrier;
static _Atomic unsigned answers[RESUME_ENDED + 1];

static void *
rush_one(void *context)
{
	struct store_job *job = context;
	wf_status status;

	(void)pthread_barrier_wait(&barrier);
	status = store_run(fx.store, job);
	if (status == WF_OK)
		answers[job->u.resume.answer]++;
	return NULL;
}

/* One State, sent fifty times at once: one attempt at the code, not fifty. */
START_TEST(exactly_one_of_fifty)
{
	struct store_job *jobs[RUSH];
	pthread_t threads[RUSH];

	fx_challenge(1, "alice", account);
	ck_assert_int_eq(pthread_barrier_init(&barrier, NULL, RUSH), 0);
	for (size_t i = 0; i < RUSH; i++) {
		jobs[i] = fx_resume_job(1, "alice");
		ck_assert_int_eq(pthread_create(&threads[i], NULL, rush_one, jobs[i]), 0);
	}
	for (size_t i = 0; i < RUSH; i++) {
		(void)pthread_join(threads[i], NULL);
		free(jobs[i]);
	}
	(void)pthread_barrier_destroy(&barrier);
	ck_assert_uint_eq(answers[RESUME_FOUND], 1);
	ck_assert_uint_eq(answers[RESUME_USED], RUSH - 1);
	ck_assert_uint_eq(pending(), 1);
}
END_TEST

START_TEST(its_time_ends_uncounted)
{
	fx_challenge(1, "alice", account);
	fx_advance(FX_TTL_MS * 1000LL - 2000);
	ck_assert_uint_eq(expire(), 0);
	ck_assert_uint_eq(pending(), 1);
	fx_advance(2000);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_ENDED);
	ck_assert_uint_eq(expire(), 1);
	ck_assert_uint_eq(pending(), 0);
	ck_assert_uint_eq(failures(), 0);
	ck_assert_str_eq(fx_last().reason, "abandoned");
	ck_assert_int_eq(fx_last().time_us, fx_now().wall_us);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_ENDED);
	ck_assert_uint_eq(fx_counts().challenges, 0);
	(void)fx_verify_chain();
}
END_TEST

/* A lease is held by whoever took it up: from then on a crash counts. */
START_TEST(taken_up_and_forgotten_counts)
{
	fx_challenge(1, "alice", account);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_FOUND);
	fx_advance(FX_LEASE_MS * 1000LL);
	ck_assert_uint_eq(expire(), 1);
	ck_assert_uint_eq(failures(), 1);
	ck_assert_str_eq(fx_last().reason, "interrupted");
}
END_TEST

START_TEST(a_further_one_ends_the_oldest)
{
	int64_t bob = fx_add_account("bob");

	fx_challenge(9, "bob", bob);
	for (unsigned i = 1; i <= STORE_CHALLENGES; i++) {
		fx_advance(FX_SECOND);
		fx_challenge(i, "alice", account);
	}
	ck_assert_uint_eq(fx_count_rows("login", "abandoned"), 0);
	ck_assert_uint_eq(pending(), STORE_CHALLENGES);
	fx_challenge(STORE_CHALLENGES + 1, "alice", account);
	ck_assert_uint_eq(fx_count_rows("login", "abandoned"), 1);
	ck_assert_uint_eq(pending(), STORE_CHALLENGES);
	ck_assert_uint_eq(failures(), 0);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_ENDED);
	for (unsigned i = 2; i <= STORE_CHALLENGES + 1; i++)
		ck_assert_int_eq(fx_resume(i, "alice"), RESUME_FOUND);
	ck_assert_int_eq(fx_resume(9, "bob"), RESUME_FOUND);
}
END_TEST

static enum throttle_answer
reserve_of_three(unsigned txn)
{
	struct store_job *job = fx_reserve_job(txn, "alice");
	enum throttle_answer answer;

	job->u.reserve.admission.lanes = fx_lanes_limit("alice", 3);
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	answer = job->u.reserve.admission.answer;
	free(job);
	return answer;
}

/*
 * Nobody keeps an account's logins waiting by leaving prompts open; evaluated attempts are waited
 * for as ever.
 */
START_TEST(an_attempt_takes_their_room)
{
	for (unsigned i = 1; i <= 3; i++)
		fx_challenge(i, "alice", account);
	ck_assert_int_eq(reserve_of_three(4), THROTTLE_ADMIT);
	ck_assert_uint_eq(fx_count_rows("login", "abandoned"), 1);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_ENDED);
	ck_assert_int_eq(reserve_of_three(5), THROTTLE_ADMIT);
	ck_assert_int_eq(reserve_of_three(6), THROTTLE_ADMIT);
	ck_assert_int_eq(reserve_of_three(7), THROTTLE_FULL);
	ck_assert_uint_eq(fx_count_rows("login", "abandoned"), 3);
	ck_assert_uint_eq(pending(), 3);
	ck_assert_uint_eq(failures(), 0);
}
END_TEST

START_TEST(open_over_a_restart)
{
	fx_challenge(1, "alice", account);
	fx_challenge(2, "alice", account);
	ck_assert_int_eq(fx_resume(2, "alice"), RESUME_FOUND);
	ck_assert_int_eq(fx_reserve(3, "alice"), THROTTLE_ADMIT);
	fx_reopen();
	ck_assert_uint_eq(fx_count_rows("login", "interrupted"), 2);
	ck_assert_uint_eq(failures(), 2);
	ck_assert_uint_eq(pending(), 1);
	ck_assert_int_eq(fx_resume(2, "alice"), RESUME_USED);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_FOUND);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_SUCCESS, account, NULL), WF_OK);
	ck_assert_uint_eq(failures(), 0);
}
END_TEST

START_TEST(too_late_after_a_restart)
{
	fx_challenge(1, "alice", account);
	fx_close();
	fx_advance(FX_TTL_MS * 1000LL);
	fx_open();
	ck_assert_uint_eq(fx_count_rows("login", "abandoned"), 1);
	ck_assert_uint_eq(failures(), 0);
	ck_assert_uint_eq(pending(), 0);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_ENDED);
}
END_TEST

static void
disable(void)
{
	struct account changed = fx_read("alice")->account;

	changed.state = ACCOUNT_DISABLED;
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_ACCOUNT_SET, .account = &changed}), WF_OK);
}

/* What the password was verified against is not there any more: nothing is opened. */
START_TEST(changed_before_it_opens)
{
	struct store_job *job = fx_challenge_job(1, "alice", account);

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	disable();
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert(!job->u.settle.was_applied);
	ck_assert_str_eq(fx_last().reason, "changed-meanwhile");
	ck_assert_uint_eq(pending(), 0);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_UNKNOWN);
	free(job);
}
END_TEST

START_TEST(changed_while_it_is_open)
{
	struct store_job *job = fx_resume_job(1, "alice");
	bool applied = true;

	fx_challenge(1, "alice", account);
	disable();
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert_int_eq(job->u.resume.answer, RESUME_FOUND);
	ck_assert_int_eq(job->u.resume.account.state, ACCOUNT_DISABLED);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_SUCCESS, account, &applied), WF_OK);
	ck_assert(!applied);
	ck_assert_str_eq(fx_last().reason, "changed-meanwhile");
	free(job);
}
END_TEST

/* Only RESUME leads on from an open challenge. */
START_TEST(nothing_else_takes_it_up)
{
	struct store_job *job = fx_reserve_job(1, "alice");
	static const enum store_outcome outcomes[] = {
		SETTLE_SUCCESS, SETTLE_FAILURE, SETTLE_PARTIAL, SETTLE_RELEASE};

	fx_challenge(1, "alice", account);
	ck_assert_int_eq(store_run(fx.store, job), WF_INVALID);
	free(job);
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		ck_assert_int_eq(fx_settle(1, "alice", outcomes[i], account, NULL), WF_INVALID);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_FOUND);
}
END_TEST

START_TEST(incomplete_ones_are_refused)
{
	struct store_job *job = fx_challenge_job(1, "alice", account);
	struct store_job *resume = fx_resume_job(1, "alice");

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	job->u.settle.challenge_ms = 0;
	ck_assert_int_eq(store_run(fx.store, job), WF_INVALID);
	job->u.settle.challenge_ms = FX_TTL_MS;
	job->u.settle.neffects = 1;
	ck_assert_int_eq(store_run(fx.store, job), WF_INVALID);
	job->u.settle.neffects = 0;
	job->u.settle.applied.class = 0;
	ck_assert_int_eq(store_run(fx.store, job), WF_INVALID);
	free(job);
	ck_assert_uint_eq(pending(), 1);
	resume->u.resume.service = NULL;
	ck_assert_int_eq(store_run(fx.store, resume), WF_INVALID);
	free(resume);
}
END_TEST

START_TEST(too_late_to_open)
{
	struct store_job *job = fx_challenge_job(1, "alice", account);

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	fx_advance(FX_LEASE_MS * 1000LL);
	ck_assert_uint_eq(expire(), 1);
	ck_assert_int_eq(store_run(fx.store, job), WF_EXPIRED);
	ck_assert_str_eq(fx_last().reason, "interrupted");
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_UNKNOWN);
	free(job);
}
END_TEST

static const struct store_read *
remembered(void)
{
	static struct store_job job;

	memset(&job, 0, sizeof(job));
	job.kind = STORE_READ;
	job.u.read.uid = -1;
	job.u.read.has_idempotency = true;
	job.u.read.idempotency[0] = 9;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	return &job.u.read;
}

/*
 * The same packet gets the same challenge, whether there is one or not (I5), for 30 s, over a
 * restart too.
 */
static void
check_remembered(enum store_outcome outcome)
{
	struct store_job *job = outcome == SETTLE_CHALLENGE
					? fx_challenge_job(1, "alice", account)
					: fx_settle_job(1, "alice", outcome, account);
	const struct store_read *read;

	job->u.settle.has_idempotency = true;
	job->u.settle.idempotency[0] = 9;
	job->u.settle.challenged = true;
	ck_assert(!remembered()->verdict_known);
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	fx_reopen();
	read = remembered();
	ck_assert(read->verdict_known);
	ck_assert(read->verdict_challenged);
	ck_assert_mem_eq(read->verdict_txn, job->u.settle.txn, WF_TXN_LEN);
	fx_advance(31 * FX_SECOND);
	ck_assert(!remembered()->verdict_known);
	free(job);
}

START_TEST(remembered_as_a_challenge)
{
	check_remembered(SETTLE_CHALLENGE);
}
END_TEST

START_TEST(a_failure_remembered_as_a_challenge)
{
	check_remembered(SETTLE_FAILURE);
}
END_TEST

START_TEST(a_verdict_is_no_challenge)
{
	struct store_job *job = fx_settle_job(1, "alice", SETTLE_SUCCESS, account);

	job->u.settle.has_idempotency = true;
	job->u.settle.idempotency[0] = 9;
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert(remembered()->verdict_known);
	ck_assert(!remembered()->verdict_challenged);
	ck_assert_int_eq(remembered()->verdict, WF_VERDICT_ACCEPT);
	free(job);
}
END_TEST

/* A used one is told from one that never was for some minutes after its end. */
START_TEST(forgotten_in_the_end)
{
	fx_challenge(1, "alice", account);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_FOUND);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_SUCCESS, account, NULL), WF_OK);
	fx_advance(FX_TTL_MS * 1000LL + CHALLENGE_AGE_MS * 1000LL - FX_SECOND);
	ck_assert_int_eq(fx_admin(NULL, 0, NULL), WF_OK);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_USED);
	fx_advance(2 * FX_SECOND);
	ck_assert_int_eq(fx_admin(NULL, 0, NULL), WF_OK);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_UNKNOWN);
}
END_TEST

/* A backup's open challenges may have been answered since, rightly or not: each counts (I1). */
START_TEST(void_after_a_restore)
{
	fx_challenge(1, "alice", account);
	fx_back_up();
	fx_restore(false);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_ENDED);
	ck_assert_uint_eq(pending(), 0);
	ck_assert_uint_eq(failures(), 1);
	ck_assert_uint_eq(fx_count_rows("login", "abandoned"), 1);
}
END_TEST

static Suite *
challenge_suite(void)
{
	Suite *suite = suite_create("store-challenge");
	TCase *tc = tcase_create("challenge");

	tcase_add_checked_fixture(tc, setup, fx_teardown);
	tcase_add_test(tc, opening_keeps_the_reservation);
	tcase_add_test(tc, taken_up_with_what_stands_now);
	tcase_add_test(tc, a_wrong_answer_counts);
	tcase_add_test(tc, only_by_its_own);
	tcase_add_test(tc, exactly_one_of_fifty);
	tcase_add_test(tc, its_time_ends_uncounted);
	tcase_add_test(tc, taken_up_and_forgotten_counts);
	tcase_add_test(tc, a_further_one_ends_the_oldest);
	tcase_add_test(tc, an_attempt_takes_their_room);
	tcase_add_test(tc, open_over_a_restart);
	tcase_add_test(tc, too_late_after_a_restart);
	tcase_add_test(tc, changed_before_it_opens);
	tcase_add_test(tc, changed_while_it_is_open);
	tcase_add_test(tc, nothing_else_takes_it_up);
	tcase_add_test(tc, incomplete_ones_are_refused);
	tcase_add_test(tc, too_late_to_open);
	tcase_add_test(tc, remembered_as_a_challenge);
	tcase_add_test(tc, a_failure_remembered_as_a_challenge);
	tcase_add_test(tc, a_verdict_is_no_challenge);
	tcase_add_test(tc, forgotten_in_the_end);
	tcase_add_test(tc, void_after_a_restore);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(challenge_suite)
