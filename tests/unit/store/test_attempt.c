/*
 * Attempts that are admitted and settled by one commit: the same limits and counters as with a
 * reservation (I1), once only (I2), and what was evaluated against something else counts nowhere.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define CROWD 200

static int64_t account;
static int64_t token;

static void
setup(void)
{
	fx_setup_alice(&account, &token);
}

static struct store_job *
right(unsigned txn, int64_t step)
{
	struct store_job *job = fx_attempt_job(txn, "alice", SETTLE_SUCCESS);
	struct store_settle *settle = &job->u.attempt.settle;

	settle->effects[0] =
		(struct effect){.kind = EFFECT_TOTP_ADVANCE, .credential_id = token, .value = step};
	settle->neffects = 1;
	return job;
}

static struct store_attempt
carry_out(struct store_job *job)
{
	struct store_attempt attempt;

	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	attempt = job->u.attempt;
	free(job);
	return attempt;
}

static struct store_attempt
wrong(unsigned txn, const char *name)
{
	return carry_out(fx_attempt_job(txn, name, SETTLE_FAILURE));
}

static bool
happened(const struct store_attempt *attempt)
{
	ck_assert(!attempt->settled || attempt->admission.answer == THROTTLE_ADMIT);
	return attempt->settled;
}

START_TEST(one_commit_for_all_of_it)
{
	uint64_t commits = fx_counts().commits;
	uint64_t rows = fx_last_seq();
	struct store_attempt attempt = carry_out(right(1, 100));

	ck_assert(happened(&attempt));
	ck_assert(attempt.settle.was_applied);
	ck_assert_uint_eq(fx_counts().commits, commits + 1);
	ck_assert_uint_eq(fx_last_seq(), rows + 1);
	ck_assert_uint_eq(attempt.settle.seq, rows + 1);
	ck_assert_str_eq(fx_last().reason, "ok");
	ck_assert_int_eq(fx_read("alice")->credentials[0].counter, 100);
	ck_assert_uint_eq(fx_counts().reservations, 0);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM completed"), 1);
}
END_TEST

START_TEST(failures_lock)
{
	for (unsigned txn = 1; txn <= 10; txn++) {
		struct store_attempt attempt = wrong(txn, "alice");

		ck_assert(happened(&attempt));
		ck_assert_int_eq(attempt.settle.lock_set, txn == 10);
	}
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 10);
	ck_assert_str_eq(fx_last().event, "lock");
}
END_TEST

START_TEST(a_success_forgets_failures)
{
	for (unsigned txn = 1; txn <= 9; txn++)
		(void)wrong(txn, "alice");
	ck_assert(carry_out(right(10, 100)).settle.was_applied);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 0);
}
END_TEST

/* What is not admitted is as if it had never been evaluated, right as it may be. */
static void
refused(struct store_job *job, enum throttle_answer answer)
{
	uint64_t rows = fx_last_seq();
	uint64_t commits = fx_counts().commits;
	uint32_t failures = fx_state("alice", LANE_ACCOUNT).failures;

	ck_assert_int_eq(carry_out(job).admission.answer, answer);
	ck_assert_uint_eq(fx_last_seq(), rows);
	ck_assert_uint_eq(fx_counts().commits, commits);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, failures);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM completed"), 0);
}

START_TEST(locked)
{
	for (unsigned txn = 1; txn <= 10; txn++)
		(void)wrong(txn, "alice");
	refused(fx_attempt_job(11, "alice", SETTLE_FAILURE), THROTTLE_LOCKED);
	refused(right(12, 100), THROTTLE_LOCKED);
}
END_TEST

/* Reserved attempts of others and failures together. */
START_TEST(full)
{
	for (unsigned txn = 1; txn <= 4; txn++)
		(void)wrong(txn, "alice");
	for (unsigned txn = 5; txn <= 10; txn++)
		ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_ADMIT);
	refused(fx_attempt_job(11, "alice", SETTLE_FAILURE), THROTTLE_FULL);
	refused(right(12, 100), THROTTLE_FULL);
	ck_assert_int_eq(fx_settle(5, "alice", SETTLE_RELEASE, account, NULL), WF_OK);
	ck_assert(carry_out(right(13, 100)).settle.was_applied);
}
END_TEST

START_TEST(too_early)
{
	struct store_job *job;

	(void)wrong(1, "alice");
	job = right(2, 100);
	job->u.attempt.admission.lanes.limits[LANE_ACCOUNT].backoff_s[0] = 5;
	job->u.attempt.admission.lanes.limits[LANE_ACCOUNT].nbackoff = 1;
	job->u.attempt.admission.lanes.limits[LANE_ACCOUNT].backoff_cap_s = 60;
	refused(job, THROTTLE_BACKOFF);
}
END_TEST

START_TEST(open_challenges_make_room)
{
	for (unsigned txn = 1; txn <= 9; txn++)
		(void)wrong(txn, "alice");
	fx_challenge(10, "alice", account);
	ck_assert(carry_out(right(11, 100)).settle.was_applied);
	ck_assert_uint_eq(fx_counts().challenges, 0);
	ck_assert_uint_eq(fx_count_rows("login", "abandoned"), 1);
}
END_TEST

static void
another_token(void)
{
	struct credential credential = fx_credential(FACTOR_HOTP, account);

	(void)fx_add_credential(&credential, NULL, 0);
}

static void
token_void(void)
{
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_CREDENTIAL_VOID, .credential_id = token}),
		WF_OK);
}

static void
token_used(void)
{
	ck_assert(carry_out(right(98, 50)).settle.was_applied);
}

static void
account_changed(void)
{
	struct account changed = fx_read("alice")->account;

	changed.state = ACCOUNT_DISABLED;
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_ACCOUNT_SET, .account = &changed}), WF_OK);
}

static void
account_removed(void)
{
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_ACCOUNT_REMOVE, .account_id = account}),
		WF_OK);
}

static void (*const meanwhile[])(void) = {
	another_token, token_void, token_used, account_changed, account_removed};
#define MEANWHILE ((int)(sizeof(meanwhile) / sizeof(meanwhile[0])))

static void
stale(struct store_job *job)
{
	uint64_t rows = fx_last_seq();
	struct store_attempt attempt = carry_out(job);

	ck_assert_int_eq(attempt.admission.answer, THROTTLE_ADMIT);
	ck_assert(!attempt.settled);
	ck_assert(!attempt.settle.was_applied);
	ck_assert_uint_eq(fx_last_seq(), rows);
}

/* A code that was right is not right any more, and one that was wrong may be right by now. */
START_TEST(changed_meanwhile)
{
	struct store_job *guess = fx_attempt_job(1, "alice", SETTLE_FAILURE);
	struct store_job *code = right(2, 100);

	meanwhile[_i]();
	stale(guess);
	stale(code);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 0);
}
END_TEST

START_TEST(names_without_account)
{
	struct store_job *before = fx_attempt_job(1, "bob", SETTLE_FAILURE);
	struct store_attempt attempt = wrong(2, "bob");

	ck_assert(happened(&attempt));
	ck_assert_uint_eq(fx_state("bob", LANE_ACCOUNT).failures, 1);
	(void)fx_add_account("bob");
	stale(before);
	ck_assert_uint_eq(fx_state("bob", LANE_ACCOUNT).failures, 1);
}
END_TEST

/* The effect itself is what decides: the counter that was seen is no promise. */
START_TEST(a_conflict_is_one_here_too)
{
	struct store_attempt attempt;

	ck_assert(carry_out(right(1, 100)).settle.was_applied);
	attempt = carry_out(right(2, 100));
	ck_assert(happened(&attempt));
	ck_assert(!attempt.settle.was_applied);
	ck_assert_str_eq(fx_last().reason, "replayed");
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM completed"), 1);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 0);
}
END_TEST

static atomic_uint arrived;

static void
count_arrival(struct store_job *job)
{
	(void)job;
	(void)atomic_fetch_add(&arrived, 1);
}

/* All at once, in one commit or a few; how many of them happened. */
static unsigned
crowd(struct store_job **jobs)
{
	unsigned n = 0;

	atomic_store(&arrived, 0);
	for (size_t i = 0; i < CROWD; i++) {
		jobs[i]->done = count_arrival;
		ck_assert_int_eq(store_submit(fx.store, jobs[i]), WF_OK);
	}
	for (int i = 0; i < 10000 && atomic_load(&arrived) < CROWD; i++)
		usleep(1000);
	ck_assert_uint_eq(atomic_load(&arrived), CROWD);
	for (size_t i = 0; i < CROWD; i++) {
		n += happened(&jobs[i]->u.attempt) && jobs[i]->u.attempt.settle.was_applied;
		free(jobs[i]);
	}
	return n;
}

START_TEST(ten_of_a_crowd_are_counted)
{
	struct store_job *jobs[CROWD];

	for (unsigned i = 0; i < CROWD; i++)
		jobs[i] = fx_attempt_job(i + 1, "alice", SETTLE_FAILURE);
	ck_assert_uint_eq(crowd(jobs), 10);
	ck_assert_uint_eq(fx_count_rows("login", "wrong"), 10);
	ck_assert_uint_eq(fx_count_rows("lock", "threshold"), 1);
}
END_TEST

START_TEST(one_of_a_crowd_has_the_code)
{
	struct store_job *jobs[CROWD];

	for (unsigned i = 0; i < CROWD; i++)
		jobs[i] = right(i + 1, 100);
	ck_assert_uint_eq(crowd(jobs), 1);
	ck_assert_uint_eq(fx_count_rows("login", "ok"), 1);
	ck_assert_uint_eq(fx_count_rows("login", "replayed"), 0);
}
END_TEST

START_TEST(what_is_not_whole_is_invalid)
{
	struct store_job *job = right(1, 100);
	struct store_attempt *attempt = &job->u.attempt;

	attempt->settle.outcome = SETTLE_CHALLENGE;
	attempt->settle.challenge_ms = FX_TTL_MS;
	ck_assert_int_eq(store_run(fx.store, job), WF_INVALID);
	attempt->settle.outcome = SETTLE_REFUSED;
	ck_assert_int_eq(store_run(fx.store, job), WF_INVALID);
	attempt->settle.outcome = SETTLE_SUCCESS;
	attempt->settle.account++;
	ck_assert_int_eq(store_run(fx.store, job), WF_INVALID);
	attempt->settle.account--;
	attempt->admission.name = NULL;
	ck_assert_int_eq(store_run(fx.store, job), WF_INVALID);
	ck_assert_int_eq(attempt->admission.answer, THROTTLE_FULL); /* shows nothing */
	attempt->admission.name = "alice";
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	free(job);
}
END_TEST

static Suite *
attempt_suite(void)
{
	Suite *suite = suite_create("store-attempt");
	TCase *tc = tcase_create("attempt");

	tcase_add_checked_fixture(tc, setup, fx_teardown);
	tcase_add_test(tc, one_commit_for_all_of_it);
	tcase_add_test(tc, failures_lock);
	tcase_add_test(tc, a_success_forgets_failures);
	tcase_add_test(tc, locked);
	tcase_add_test(tc, full);
	tcase_add_test(tc, too_early);
	tcase_add_test(tc, open_challenges_make_room);
	tcase_add_loop_test(tc, changed_meanwhile, 0, MEANWHILE);
	tcase_add_test(tc, names_without_account);
	tcase_add_test(tc, a_conflict_is_one_here_too);
	tcase_add_test(tc, ten_of_a_crowd_are_counted);
	tcase_add_test(tc, one_of_a_crowd_has_the_code);
	tcase_add_test(tc, what_is_not_whole_is_invalid);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(attempt_suite)
