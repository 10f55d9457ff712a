/*
 * Further rounds of a login, asked by another server: each is taken up once and in its order, what
 * goes back to that server is kept, and who walks away is counted for possession alone.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define MOST 20 /* of the possession lane in the fixture */

static int64_t account;
static int64_t token;
static bool guessed; /* before the rounds that are opened */

static void
setup(void)
{
	fx_setup_alice(&account, &token);
}

/* Opens the round of a transaction that is held. */
static wf_status
open_round(unsigned txn, unsigned round)
{
	struct store_job *job = fx_challenge_job(txn, "alice", account);
	struct store_settle *settle = &job->u.settle;
	struct store_further *further = &settle->further;
	wf_status status;

	further->round = round;
	further->echo = true;
	(void)snprintf(further->server, sizeof(further->server), "passlogic");
	(void)snprintf(further->question, sizeof(further->question), "Question %u:", round);
	memset(further->state, (int)round, 5);
	further->state_len = 5;
	settle->count[LANE_POSSESSION] = true;
	settle->count[LANE_ACCOUNT] = guessed;
	settle->has_idempotency = true;
	settle->challenged = true;
	memset(settle->idempotency, (int)round, sizeof(settle->idempotency));
	status = store_run(fx.store, job);
	free(job);
	return status;
}

static enum store_resumed
resume(unsigned txn, unsigned round, struct store_further *further_r)
{
	struct store_job *job = fx_resume_job(txn, "alice");
	enum store_resumed answer;

	job->u.resume.further.round = round;
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	answer = job->u.resume.answer;
	*further_r = job->u.resume.further;
	free(job);
	return answer;
}

/* A login that has come to its first question. */
static void
begin(unsigned txn)
{
	ck_assert_int_eq(fx_reserve(txn, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(open_round(txn, 1), WF_OK);
}

START_TEST(one_after_the_other)
{
	struct store_further further;

	begin(1);
	for (unsigned round = 1; round < 4; round++) {
		ck_assert_int_eq(resume(1, round + 1, &further), RESUME_ENDED);
		ck_assert_int_eq(resume(1, round, &further), RESUME_FOUND);
		ck_assert_str_eq(further.server, "passlogic");
		ck_assert_uint_eq(further.state_len, 5);
		ck_assert_uint_eq(further.state[4], round);
		ck_assert_int_eq(resume(1, round, &further), RESUME_USED);
		ck_assert_int_eq(open_round(1, round + 1), WF_OK);
		ck_assert_int_eq(resume(1, round, &further), RESUME_USED);
		ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 1);
	}
	ck_assert_int_eq(resume(1, 4, &further), RESUME_FOUND);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_SUCCESS, account, NULL), WF_OK);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 0);
	ck_assert_uint_eq(fx_state("alice", LANE_POSSESSION).failures, 0);
}
END_TEST

/* A round cannot be opened twice, nor an older one again, nor while one is open. */
START_TEST(rounds_rise)
{
	struct store_further further;

	begin(1);
	ck_assert_int_eq(open_round(1, 2), WF_INVALID);
	ck_assert_int_eq(resume(1, 1, &further), RESUME_FOUND);
	ck_assert_int_eq(open_round(1, 1), WF_INVALID);
	ck_assert_int_eq(open_round(1, 2), WF_OK);
}
END_TEST

START_TEST(the_request_finds_its_question)
{
	struct store_job job = {.kind = STORE_READ};
	const struct store_read *read = &job.u.read;

	begin(1);
	job.u.read.uid = -1;
	job.u.read.has_idempotency = true;
	memset(job.u.read.idempotency, 1, sizeof(job.u.read.idempotency));
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert(read->verdict_known);
	ck_assert(read->verdict_challenged);
	ck_assert_uint_eq(read->verdict_further.round, 1);
	ck_assert_str_eq(read->verdict_further.question, "Question 1:");
	ck_assert(read->verdict_further.echo);
}
END_TEST

static void
expire(void)
{
	size_t n = 0;

	fx_advance(FX_TTL_MS * 1000LL);
	ck_assert_int_eq(store_expire(fx.store, &n), WF_OK);
}

/* A guess was evaluated before: it is kept with the round, and counted as one if nobody answers. */
START_TEST(a_guess_counts_in_both_lanes)
{
	struct store_further further;

	guessed = true;
	begin(1);
	fx_reopen();
	ck_assert_int_eq(resume(1, 1, &further), RESUME_FOUND);
	ck_assert(further.guessed);
	ck_assert_int_eq(open_round(1, 2), WF_OK);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 1);
	expire();
	ck_assert_uint_eq(fx_state("alice", LANE_POSSESSION).failures, 1);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 1);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 0);
	ck_assert_uint_eq(fx_count_rows("login", "abandoned"), 1);
	guessed = false;
	begin(2);
	ck_assert_int_eq(resume(2, 1, &further), RESUME_FOUND);
	ck_assert(!further.guessed);
}
END_TEST

/* Another token since: the question is not opened, and what was guessed before it counts. */
START_TEST(changed_before_it_opens)
{
	guessed = _i > 0;
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	(void)fx_effect((struct effect){
		.kind = EFFECT_CREDENTIAL_VOID, .account_id = account, .factor = FACTOR_TOTP});
	ck_assert_int_eq(open_round(1, 1), WF_OK);
	ck_assert_str_eq(fx_last().reason, "changed-meanwhile");
	ck_assert_uint_eq(fx_state("alice", LANE_POSSESSION).failures, 1);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, (uint32_t)_i);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 0);
	guessed = false;
}
END_TEST

/* A question that was open in the store that is replaced counts as if it were left open. */
START_TEST(left_open_over_a_restore)
{
	guessed = _i > 0;
	fx_back_up();
	begin(1);
	fx_restore(true);
	ck_assert_uint_eq(fx_state("alice", LANE_POSSESSION).failures, 1);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, (uint32_t)_i);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 0);
	guessed = false;
}
END_TEST

/* What became of it after the backup. */
static void
opened_since(void)
{
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	fx_back_up();
	ck_assert_int_eq(open_round(1, 1), WF_OK);
}

static void
taken_up_since(void)
{
	struct store_further further;

	begin(1);
	fx_back_up();
	ck_assert_int_eq(resume(1, 1, &further), RESUME_FOUND);
}

static void
guessed_since(void)
{
	taken_up_since();
	guessed = true;
	ck_assert_int_eq(open_round(1, 2), WF_OK);
	guessed = false;
}

static const struct {
	void (*go_on)(void);
	uint32_t account, possession;
} since[] = {{opened_since, 0, 1}, {taken_up_since, 1, 0}, {guessed_since, 1, 1}};

/* The store that is replaced knows better than the backup how far a login came (I1). */
START_TEST(further_than_the_backup)
{
	struct store_further further;

	since[_i].go_on();
	fx_restore(true);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, since[_i].account);
	ck_assert_uint_eq(fx_state("alice", LANE_POSSESSION).failures, since[_i].possession);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 0);
	ck_assert_int_ne(resume(1, 1, &further), RESUME_FOUND);
}
END_TEST

START_TEST(who_walks_away_counts_for_possession)
{
	begin(1);
	expire();
	ck_assert_uint_eq(fx_state("alice", LANE_POSSESSION).failures, 1);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 0);
	ck_assert_uint_eq(fx_count_rows("login", "abandoned"), 1);
}
END_TEST

/* Nobody gets guesses at the other server for nothing, not by leaving each of them open. */
START_TEST(and_locks_in_the_end)
{
	for (unsigned i = 1; i <= MOST; i++) {
		begin(i);
		expire();
	}
	ck_assert_uint_eq(fx_count_rows("lock", "threshold"), 1);
	ck_assert_int_eq(fx_reserve(MOST + 1, "alice"), THROTTLE_LOCKED);
}
END_TEST

START_TEST(open_over_a_restart)
{
	struct store_further further;

	begin(1);
	fx_reopen();
	ck_assert_int_eq(resume(1, 1, &further), RESUME_FOUND);
	ck_assert_uint_eq(further.state[0], 1);
	fx_reopen(); /* while it is being evaluated: counted, never accepted */
	ck_assert_uint_eq(fx_count_rows("login", "interrupted"), 1);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 1);
	ck_assert_int_eq(open_round(1, 2), WF_EXPIRED);
}
END_TEST

static Suite *
further_suite(void)
{
	Suite *suite = suite_create("store-further");
	TCase *tc = tcase_create("further");

	tcase_add_checked_fixture(tc, setup, fx_teardown);
	tcase_add_test(tc, one_after_the_other);
	tcase_add_test(tc, rounds_rise);
	tcase_add_test(tc, the_request_finds_its_question);
	tcase_add_test(tc, who_walks_away_counts_for_possession);
	tcase_add_test(tc, a_guess_counts_in_both_lanes);
	tcase_add_loop_test(tc, changed_before_it_opens, 0, 2);
	tcase_add_loop_test(tc, left_open_over_a_restore, 0, 2);
	tcase_add_loop_test(
		tc, further_than_the_backup, 0, (int)(sizeof(since) / sizeof(since[0])));
	tcase_add_test(tc, and_locks_in_the_end);
	tcase_add_test(tc, open_over_a_restart);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(further_suite)
