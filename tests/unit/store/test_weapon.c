/*
 * The lock is no weapon: what strangers do to an account locks nobody out of the place that he
 * usually comes from, and gives nobody more guesses than the threshold (I1).
 */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define HOME "198.51.100.7"
#define ABROAD "203.0.113.9"
#define CROWD 200
#define PEOPLE 1000
#define HOUR_S 3600

static unsigned last_txn;

static struct store_job *
from(unsigned txn, const char *name, const char *place)
{
	struct store_job *job = fx_reserve_job(txn, name);
	struct store_admission *admission = &job->u.reserve.admission;

	(void)snprintf(admission->place, sizeof(admission->place), "%s", place);
	admission->console = strcmp(place, "console") == 0;
	return job;
}

/* Reserves from there; whether it had to use the reserve in used_r (may be NULL). */
static enum throttle_answer
reserve(unsigned txn, const char *name, const char *place, bool *used_r)
{
	struct store_job *job = from(txn, name, place);
	enum throttle_answer answer;

	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	answer = job->u.reserve.admission.answer;
	if (used_r != NULL)
		*used_r = job->u.reserve.admission.reserve_used;
	free(job);
	return answer;
}

/* One guess: whether it was evaluated. */
static bool
guess(const char *name, const char *place, int64_t account)
{
	unsigned txn = ++last_txn;

	if (reserve(txn, name, place, NULL) != THROTTLE_ADMIT)
		return false;
	ck_assert_int_eq(fx_settle(txn, name, SETTLE_FAILURE, account, NULL), WF_OK);
	return true;
}

static unsigned
guesses(const char *name, const char *place, int64_t account, unsigned n)
{
	unsigned evaluated = 0;

	for (unsigned i = 0; i < n; i++)
		evaluated += guess(name, place, account) ? 1 : 0;
	return evaluated;
}

static void
log_in(const char *name, const char *place, int64_t account)
{
	unsigned txn = ++last_txn;
	bool applied = false;

	ck_assert_int_eq(reserve(txn, name, place, NULL), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(txn, name, SETTLE_SUCCESS, account, &applied), WF_OK);
	ck_assert(applied);
}

/* alice, who has logged in from home. */
static int64_t
alice(void)
{
	int64_t account = fx_add_account("alice");

	log_in("alice", HOME, account);
	return account;
}

START_TEST(strangers_have_seven_and_home_three)
{
	int64_t account = alice();

	ck_assert_uint_eq(guesses("alice", ABROAD, account, 20), 7);
	ck_assert_str_eq(fx_last().event, "lock");
	ck_assert_str_eq(fx_last().reason, "strangers");
	ck_assert_uint_eq(fx_counts().locked, 0);
	ck_assert_uint_eq(fx_counts().locked_to_strangers, 1);
	ck_assert_uint_eq(guesses("alice", HOME, account, 20), 3);
	ck_assert_str_eq(fx_last().reason, "threshold");
	ck_assert_uint_eq(fx_counts().locked, 1);
	ck_assert_uint_eq(guesses("alice", "console", account, 20), 0);
}
END_TEST

START_TEST(home_may_use_all_of_it)
{
	ck_assert_uint_eq(guesses("alice", HOME, alice(), 20), 10);
	ck_assert_uint_eq(guesses("alice", ABROAD, 0, 20), 0);
}
END_TEST

START_TEST(nothing_is_kept_for_who_was_nowhere)
{
	int64_t account = fx_add_account("alice");

	ck_assert_uint_eq(guesses("alice", ABROAD, account, 20), 10);
	ck_assert_uint_eq(guesses("nobody", ABROAD, 0, 20), 10);
}
END_TEST

START_TEST(the_console_is_a_familiar_place)
{
	int64_t account = alice();

	ck_assert_uint_eq(guesses("alice", ABROAD, account, 20), 7);
	log_in("alice", "console", account);
}
END_TEST

static uint64_t
reserve_uses(const char *name, bool wanted)
{
	static struct store_job job;

	store_job_init(&job, STORE_READ);
	job.u.read.name = name;
	job.u.read.uses_wanted = wanted;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	return job.u.read.reserve_uses;
}

/* He who gets in by it is counted, and a login does not open the door for strangers. */
START_TEST(use_of_the_reserve_is_counted)
{
	int64_t account = alice();
	bool used = true;

	ck_assert_int_eq(reserve(++last_txn, "alice", HOME, &used), THROTTLE_ADMIT);
	ck_assert(!used);
	ck_assert_int_eq(fx_settle(last_txn, "alice", SETTLE_RELEASE, account, NULL), WF_OK);
	(void)guesses("alice", ABROAD, account, 20);
	ck_assert_int_eq(reserve(++last_txn, "alice", HOME, &used), THROTTLE_ADMIT);
	ck_assert(used);
	ck_assert_int_eq(fx_settle(last_txn, "alice", SETTLE_SUCCESS, account, NULL), WF_OK);
	ck_assert_uint_eq(fx_counts().reserve_uses, 1);
	ck_assert_uint_eq(reserve_uses("alice", true), 1);
	ck_assert_uint_eq(reserve_uses("alice", false), 0); /* a login asks for none */
	ck_assert_uint_eq(guesses("alice", ABROAD, account, 20), 0);
	fx_reopen();
	ck_assert_uint_eq(guesses("alice", ABROAD, account, 20), 0);
	ck_assert_uint_eq(guesses("alice", HOME, account, 20), 10);
}
END_TEST

/* Strangers wait as long as anybody; then they have their part again, less what home has used. */
START_TEST(the_strangers_lock_ends)
{
	int64_t account = alice();

	ck_assert_uint_eq(guesses("alice", ABROAD, account, 20), 7);
	ck_assert_uint_eq(guesses("alice", HOME, account, 2), 2);
	fx_advance((HOUR_S - 1) * FX_SECOND);
	ck_assert_uint_eq(guesses("alice", ABROAD, account, 20), 0);
	fx_advance(FX_SECOND);
	ck_assert_uint_eq(guesses("alice", ABROAD, account, 20), 7);
	ck_assert_uint_eq(guesses("alice", HOME, account, 20), 1);
}
END_TEST

START_TEST(an_unlock_is_for_all)
{
	int64_t account = alice();
	struct effect effect = {.kind = EFFECT_UNLOCK, .blob_len = 32};

	(void)guesses("alice", ABROAD, account, 20);
	fx_key("alice", LANE_ACCOUNT, effect.blob);
	ck_assert_int_eq(fx_effect(effect), WF_OK);
	ck_assert_uint_eq(guesses("alice", ABROAD, account, 20), 7);
}
END_TEST

/* What was under way when the daemon died counts on the side from which it came. */
START_TEST(a_crash_keeps_the_parts_apart)
{
	int64_t account = alice();

	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(reserve(++last_txn, "alice", ABROAD, NULL), THROTTLE_ADMIT);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(reserve(++last_txn, "alice", HOME, NULL), THROTTLE_ADMIT);
	fx_reopen();
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 7);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).strangers, 5);
	ck_assert_uint_eq(guesses("alice", ABROAD, account, 20), 2);
	ck_assert_uint_eq(guesses("alice", HOME, account, 20), 1);
}
END_TEST

START_TEST(a_restore_keeps_the_parts)
{
	int64_t account = alice();

	fx_back_up();
	(void)guesses("alice", ABROAD, account, 20);
	fx_restore(true);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).strangers, 7);
	ck_assert_uint_eq(guesses("alice", ABROAD, account, 20), 0);
	ck_assert_uint_eq(guesses("alice", HOME, account, 20), 3);
}
END_TEST

/* A stranger, who finds no room, does not end the login that waits for a code at home. */
START_TEST(strangers_end_no_login_at_home)
{
	int64_t account = alice();
	struct store_job *job;

	for (unsigned txn = 5001; txn <= 5003; txn++) {
		ck_assert_int_eq(reserve(txn, "alice", HOME, NULL), THROTTLE_ADMIT);
		job = fx_challenge_job(txn, "alice", account);
		ck_assert_int_eq(store_run(fx.store, job), WF_OK);
		free(job);
	}
	for (int i = 0; i < 7; i++)
		ck_assert_int_eq(reserve(++last_txn, "alice", ABROAD, NULL), THROTTLE_ADMIT);
	ck_assert_int_eq(reserve(++last_txn, "alice", ABROAD, NULL), THROTTLE_FULL);
	ck_assert_uint_eq(fx_counts().challenges, 3);
	ck_assert_int_eq(fx_resume(5002, "alice"), RESUME_FOUND);
}
END_TEST

START_TEST(a_place_is_forgotten)
{
	int64_t account = alice();

	fx_advance(90 * FX_DAY - FX_SECOND);
	ck_assert_uint_eq(guesses("alice", ABROAD, account, 20), 7);
	fx_advance(FX_SECOND + HOUR_S * FX_SECOND);
	ck_assert_uint_eq(guesses("alice", ABROAD, account, 20), 10);
	ck_assert_uint_eq(guesses("alice", HOME, account, 20), 0);
}
END_TEST

START_TEST(places_are_bounded)
{
	int64_t account = alice();
	char place[32];

	for (int i = 1; i <= 20; i++) {
		fx_advance(FX_SECOND);
		(void)snprintf(place, sizeof(place), "192.0.2.%d", i);
		log_in("alice", place, account);
	}
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM familiar"), 16);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM familiar WHERE place = '" HOME "'"), 0);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM familiar WHERE place = '192.0.2.20'"), 1);
}
END_TEST

/* Limits by the account's kind, as of the commit that admits. */
START_TEST(the_kind_decides)
{
	struct store_job *job;

	(void)fx_add_account("alice");
	fx_sql("UPDATE account SET kind = 1 WHERE name = 'alice'");
	for (unsigned txn = 1; txn <= 4; txn++) {
		job = from(txn, "alice", ABROAD);
		for (int kind = 0; kind < ACCOUNT_KINDS; kind++)
			job->u.reserve.admission.by_kind[kind] = (struct throttle_limit){
				.lane = LANE_ACCOUNT,
				.threshold = kind == ACCOUNT_PRIVILEGED ? 3 : 10};
		ck_assert_int_eq(store_run(fx.store, job), WF_OK);
		ck_assert_int_eq(
			job->u.reserve.admission.answer, txn <= 3 ? THROTTLE_ADMIT : THROTTLE_FULL);
		free(job);
	}
}
END_TEST

static pthread_barrier_t barrier;
static atomic_uint evaluated[2];

struct guesser {
	unsigned txn;
	bool stranger;
};

/* One wrong answer, as soon as there is room. */
static void *
one_of_the_crowd(void *arg)
{
	const struct guesser *guesser = arg;
	const char *place = guesser->stranger ? ABROAD : HOME;
	enum throttle_answer answer;

	(void)pthread_barrier_wait(&barrier);
	while ((answer = reserve(guesser->txn, "alice", place, NULL)) == THROTTLE_FULL)
		(void)sched_yield();
	if (answer != THROTTLE_ADMIT)
		return NULL;
	atomic_fetch_add(&evaluated[guesser->stranger], 1);
	ck_assert_int_eq(fx_settle(guesser->txn, "alice", SETTLE_FAILURE, 0, NULL), WF_OK);
	return NULL;
}

/* `strangers` of the crowd come from elsewhere. */
static void
rush(unsigned strangers)
{
	static struct guesser guessers[CROWD];
	pthread_t threads[CROWD];

	ck_assert_int_eq(pthread_barrier_init(&barrier, NULL, CROWD), 0);
	for (unsigned i = 0; i < CROWD; i++) {
		guessers[i] = (struct guesser){.txn = ++last_txn, .stranger = i < strangers};
		ck_assert_int_eq(
			pthread_create(&threads[i], NULL, one_of_the_crowd, &guessers[i]), 0);
	}
	for (unsigned i = 0; i < CROWD; i++)
		(void)pthread_join(threads[i], NULL);
	(void)pthread_barrier_destroy(&barrier);
}

START_TEST(a_rush_of_strangers_then_of_home)
{
	(void)alice();
	rush(CROWD);
	ck_assert_uint_eq(evaluated[true], 7);
	rush(0);
	ck_assert_uint_eq(evaluated[true], 7);
	ck_assert_uint_eq(evaluated[false], 3);
}
END_TEST

START_TEST(a_rush_of_both)
{
	(void)alice();
	rush(CROWD / 2);
	ck_assert_uint_le(evaluated[true], 7);
	ck_assert_uint_eq(evaluated[true] + evaluated[false], 10);
}
END_TEST

struct person {
	char name[16];
	int64_t account;
	unsigned wrong; /* since the last event */
};

static struct person people[PEOPLE];

/*
 * Each minute of an hour somebody guesses at every account, and one person in sixty, with two slips
 * of the hand, logs in from home.
 */
static void
hammer(unsigned minute)
{
	for (unsigned i = 0; i < PEOPLE; i++) {
		struct person *person = &people[i];

		person->wrong += guess(person->name, ABROAD, person->account) ? 1 : 0;
		ck_assert_uint_le(person->wrong, 10);
		if (i % 60 != minute)
			continue;
		person->wrong += guesses(person->name, HOME, person->account, 2);
		ck_assert_uint_le(person->wrong, 10);
		log_in(person->name, HOME, person->account);
		person->wrong = 0;
	}
}

START_TEST(an_hour_of_hammering_locks_nobody_out)
{
	for (unsigned i = 0; i < PEOPLE; i++) {
		(void)snprintf(people[i].name, sizeof(people[i].name), "user%u", i);
		people[i].account = fx_add_account(people[i].name);
		log_in(people[i].name, HOME, people[i].account);
	}
	for (unsigned minute = 0; minute < 60; minute++) {
		fx_advance(60 * FX_SECOND - 1000);
		hammer(minute);
	}
	ck_assert_uint_eq(fx_counts().locked, 0);
	ck_assert_uint_gt(fx_counts().locked_to_strangers, PEOPLE / 2);
	for (unsigned i = 0; i < PEOPLE; i++)
		log_in(people[i].name, HOME, people[i].account);
}
END_TEST

static Suite *
weapon_suite(void)
{
	Suite *suite = suite_create("store-weapon");
	TCase *parts = tcase_create("parts");
	TCase *crowd = tcase_create("crowd");

	tcase_add_checked_fixture(parts, fx_setup, fx_teardown);
	tcase_add_test(parts, strangers_have_seven_and_home_three);
	tcase_add_test(parts, home_may_use_all_of_it);
	tcase_add_test(parts, nothing_is_kept_for_who_was_nowhere);
	tcase_add_test(parts, the_console_is_a_familiar_place);
	tcase_add_test(parts, use_of_the_reserve_is_counted);
	tcase_add_test(parts, the_strangers_lock_ends);
	tcase_add_test(parts, an_unlock_is_for_all);
	tcase_add_test(parts, a_crash_keeps_the_parts_apart);
	tcase_add_test(parts, a_restore_keeps_the_parts);
	tcase_add_test(parts, strangers_end_no_login_at_home);
	tcase_add_test(parts, a_place_is_forgotten);
	tcase_add_test(parts, places_are_bounded);
	tcase_add_test(parts, the_kind_decides);
	suite_add_tcase(suite, parts);
	tcase_add_checked_fixture(crowd, fx_setup, fx_teardown);
	tcase_set_timeout(crowd, 240);
	tcase_add_test(crowd, a_rush_of_strangers_then_of_home);
	tcase_add_test(crowd, a_rush_of_both);
	tcase_add_test(crowd, an_hour_of_hammering_locks_nobody_out);
	suite_add_tcase(suite, crowd);
	return suite;
}

UNIT_MAIN(weapon_suite)
