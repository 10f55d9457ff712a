/*
 * Many threads at once: exactly the threshold is admitted, a code counts once, commits are shared.
 */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define THREADS 64

static pthread_barrier_t barrier;
static atomic_uint admitted, refused, applied, conflicts;

struct worker {
	unsigned number;
	int64_t account;
	struct effect effect;
};

static struct worker workers[THREADS];

static void
run_all(void *(*run)(void *), int64_t account, struct effect effect)
{
	pthread_t threads[THREADS];

	ck_assert_int_eq(pthread_barrier_init(&barrier, NULL, THREADS), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){i, account, effect};
		ck_assert_int_eq(pthread_create(&threads[i], NULL, run, &workers[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	(void)pthread_barrier_destroy(&barrier);
}

/* Reserve until the answer is not "wait"; then fail. */
static void *
guess(void *arg)
{
	struct worker *worker = arg;

	(void)pthread_barrier_wait(&barrier);
	for (unsigned round = 0; round < 20; round++) {
		unsigned txn = worker->number * 1000 + round + 1;
		enum throttle_answer answer = fx_reserve(txn, "alice");

		if (answer == THROTTLE_ADMIT) {
			atomic_fetch_add(&admitted, 1);
			ck_assert_int_eq(
				fx_settle(txn, "alice", SETTLE_FAILURE, worker->account, NULL),
				WF_OK);
		} else {
			atomic_fetch_add(&refused, 1);
		}
	}
	return NULL;
}

START_TEST(exactly_the_threshold_is_evaluated)
{
	run_all(guess, fx_add_account("alice"), (struct effect){.kind = EFFECT_NONE});
	ck_assert_uint_eq(admitted, 10);
	ck_assert_uint_eq(refused, THREADS * 20 - 10);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 10);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 0);
	ck_assert_uint_eq(fx_count_rows("login", "wrong"), 10);
	ck_assert_uint_eq(fx_count_rows("lock", "threshold"), 1);
	(void)fx_verify_chain();
}
END_TEST

/* All with one code; those that find the account full wait for their turn, as the engine does. */
static void *
use_code(void *arg)
{
	struct worker *worker = arg;
	unsigned txn = worker->number + 1;
	bool done = false;

	(void)pthread_barrier_wait(&barrier);
	while (fx_reserve(txn, "alice") != THROTTLE_ADMIT)
		(void)sched_yield();
	ck_assert_int_eq(fx_settle_effect(txn, "alice", SETTLE_SUCCESS, worker->account,
				 worker->effect, &done),
		WF_OK);
	atomic_fetch_add(done ? &applied : &conflicts, 1);
	return NULL;
}

START_TEST(a_time_step_is_accepted_once)
{
	int64_t account = fx_add_account("alice");
	struct credential credential = fx_credential(FACTOR_TOTP, account);
	struct effect effect = {.kind = EFFECT_TOTP_ADVANCE, .value = 100};

	effect.credential_id = fx_add_credential(&credential, NULL, 0);
	run_all(use_code, account, effect);
	ck_assert_uint_eq(applied, 1);
	ck_assert_uint_eq(conflicts, THREADS - 1);
	ck_assert_uint_eq(fx_count_rows("login", "replayed"), THREADS - 1);
	ck_assert_uint_eq(fx_count_rows("login", "ok"), 1);
}
END_TEST

START_TEST(a_recovery_code_is_accepted_once)
{
	static const uint8_t codes[2][32] = {{1}, {2}};
	int64_t account = fx_add_account("alice");
	struct credential set = fx_credential(FACTOR_RECOVERY, account);
	struct effect effect = {.kind = EFFECT_CODE_CONSUME, .blob = {1}, .blob_len = 32};

	effect.credential_id = fx_add_credential(&set, codes, 2);
	run_all(use_code, account, effect);
	ck_assert_uint_eq(applied, 1);
	ck_assert_uint_eq(conflicts, THREADS - 1);
}
END_TEST

/*
 * Honest ones, each with a code of its own: all succeed although more than the threshold come at
 * once.
 */
static void *
honest(void *arg)
{
	struct worker *worker = arg;

	worker->effect.blob[0] = (uint8_t)(worker->number % RECOVERY_CODES_MAX + 1);
	return worker->number < RECOVERY_CODES_MAX ? use_code(worker)
						   : (pthread_barrier_wait(&barrier), NULL);
}

START_TEST(honest_logins_all_succeed)
{
	static uint8_t codes[RECOVERY_CODES_MAX][32];
	int64_t account = fx_add_account("alice");
	struct credential set = fx_credential(FACTOR_RECOVERY, account);
	struct effect effect = {.kind = EFFECT_CODE_CONSUME, .blob_len = 32};

	for (uint8_t i = 0; i < RECOVERY_CODES_MAX; i++)
		codes[i][0] = (uint8_t)(i + 1);
	effect.credential_id = fx_add_credential(&set, codes, RECOVERY_CODES_MAX);
	run_all(honest, account, effect);
	ck_assert_uint_eq(applied, RECOVERY_CODES_MAX);
	ck_assert_uint_eq(conflicts, 0);
	ck_assert_uint_eq(fx_read("alice")->credentials[0].remaining, 0);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 0);
}
END_TEST

#define LOGINS 40

/*
 * A name of each thread's own: reserve, succeed, again and again; and what is done is there to be
 * read.
 */
static void *
log_in(void *arg)
{
	struct worker *worker = arg;
	char name[16];
	unsigned txn = worker->number * 1000;

	(void)snprintf(name, sizeof(name), "u%u", worker->number);
	(void)pthread_barrier_wait(&barrier);
	for (unsigned i = 1; i <= LOGINS; i++) {
		ck_assert_int_eq(fx_reserve(txn + i, name), THROTTLE_ADMIT);
		ck_assert_int_eq(fx_settle(txn + i, name, SETTLE_FAILURE, 0, NULL), WF_OK);
		ck_assert_uint_eq(fx_state(name, LANE_ACCOUNT).failures, i > 10 ? 10 : i);
		if (i == 9)
			break;
	}
	return NULL;
}

START_TEST(commits_are_shared)
{
	struct store_counts counts;
	struct wf_now before = wf_clock_now(&wf_clock_system);
	double seconds;

	run_all(log_in, 0, (struct effect){.kind = EFFECT_NONE});
	seconds = (double)(wf_clock_now(&wf_clock_system).boot_us - before.boot_us) / 1e6;
	counts = fx_counts();
	printf("%llu jobs in %llu commits, %.0f jobs a second\n", (unsigned long long)counts.jobs,
		(unsigned long long)counts.commits, (double)counts.jobs / seconds);
	ck_assert_uint_lt(counts.commits, (uint64_t)THREADS * 9 * 2);
	ck_assert_uint_eq(counts.audit_rows, THREADS * 9);
	ck_assert_uint_eq(fx_verify_chain(), THREADS * 9);
}
END_TEST

/* One job that fails leaves the others of its batch alone. */
static void *
some_fail(void *arg)
{
	struct worker *worker = arg;
	struct account account;
	struct effect effect = {.kind = EFFECT_ACCOUNT_ADD, .account = &account};
	char name[16];
	wf_status status;

	(void)snprintf(name, sizeof(name), "n%u", worker->number / 2);
	account = fx_account(name);
	(void)pthread_barrier_wait(&barrier);
	status = fx_admin(&effect, 1, NULL);
	if (status == WF_OK)
		atomic_fetch_add(&applied, 1);
	else if (status == WF_EXISTS)
		atomic_fetch_add(&conflicts, 1);
	return NULL;
}

START_TEST(a_failing_job_fails_alone)
{
	run_all(some_fail, 0, (struct effect){.kind = EFFECT_NONE});
	ck_assert_uint_eq(applied, THREADS / 2);
	ck_assert_uint_eq(conflicts, THREADS / 2);
	ck_assert_uint_eq(fx_counts().accounts, THREADS / 2);
	ck_assert_uint_eq(fx_verify_chain(), THREADS / 2);
}
END_TEST

/* Every other one has changed something before it fails: its batch is run again without it. */
static void *
half_fail(void *arg)
{
	struct worker *worker = arg;
	struct account accounts[2];
	struct effect effects[2] = {{.kind = EFFECT_ACCOUNT_ADD, .account = &accounts[0]},
		{.kind = EFFECT_ACCOUNT_ADD, .account = &accounts[1]}};
	bool fails = worker->number % 2 == 1;
	char name[16];
	wf_status status;

	(void)snprintf(name, sizeof(name), "n%u", worker->number);
	accounts[0] = fx_account(name);
	accounts[1] = fx_account("taken");
	(void)pthread_barrier_wait(&barrier);
	for (unsigned i = 0; i < 2; i++) {
		status = fx_admin(effects, fails ? 2 : 1, NULL);
		if (status == WF_OK)
			atomic_fetch_add(&applied, 1);
		else if (status == WF_EXISTS)
			atomic_fetch_add(&conflicts, 1);
	}
	return NULL;
}

START_TEST(what_a_failing_job_changed_is_taken_back)
{
	(void)fx_add_account("taken");
	run_all(half_fail, 0, (struct effect){.kind = EFFECT_NONE});
	/* A name of its own is there by the second time, too. */
	ck_assert_uint_eq(applied, THREADS / 2);
	ck_assert_uint_eq(conflicts, THREADS + THREADS / 2);
	ck_assert_uint_eq(fx_counts().accounts, 1 + THREADS / 2);
	ck_assert(!fx_read("n1")->found);
	ck_assert(fx_read("n2")->found);
	ck_assert_uint_eq(fx_verify_chain(), 1 + THREADS / 2);
}
END_TEST

/* A read that is submitted when a write is done sees it. */
static void
then_read(struct store_job *job)
{
	struct store_job *read = job->ctx;

	ck_assert_int_eq(job->status, WF_OK);
	ck_assert_int_eq(store_submit(fx.store, read), WF_OK);
}

static pthread_mutex_t seen_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t seen_cond = PTHREAD_COND_INITIALIZER;
static int seen;

static void
was_read(struct store_job *job)
{
	(void)pthread_mutex_lock(&seen_mutex);
	seen = job->u.read.found ? 1 : 2;
	(void)pthread_cond_signal(&seen_cond);
	(void)pthread_mutex_unlock(&seen_mutex);
}

START_TEST(reads_see_what_was_committed)
{
	static struct store_job write, read;
	struct audit_row row = fx_row("act", "alice");
	char name[16];

	for (unsigned i = 0; i < 200; i++) {
		struct account account;
		struct effect effect = {.kind = EFFECT_ACCOUNT_ADD, .account = &account};

		(void)snprintf(name, sizeof(name), "n%u", i);
		account = fx_account(name);
		seen = 0;
		read = (struct store_job){.kind = STORE_READ, .done = was_read};
		read.u.read.name = name;
		write = (struct store_job){.kind = STORE_ADMIN, .done = then_read, .ctx = &read};
		write.u.admin = (struct store_admin){
			.effects = &effect, .neffects = 1, .rows = &row, .nrows = 1};
		ck_assert_int_eq(store_submit(fx.store, &write), WF_OK);
		(void)pthread_mutex_lock(&seen_mutex);
		while (seen == 0)
			(void)pthread_cond_wait(&seen_cond, &seen_mutex);
		(void)pthread_mutex_unlock(&seen_mutex);
		ck_assert_int_eq(seen, 1);
	}
}
END_TEST

static atomic_uint finished;

static void
count_done(struct store_job *job)
{
	ck_assert_int_eq(job->status, WF_OK);
	atomic_fetch_add(&finished, 1);
}

/* A bounded queue says so at once; closing finishes what was taken. */
START_TEST(the_queue_is_bounded_and_closing_finishes)
{
	static struct store_job jobs[3000];
	static struct audit_row row;
	struct store_options options = {
		.path = fx.path, .node = "node-a", .clock = fx_clock(), .queue_max = 100};
	unsigned taken = 0;
	unsigned full = 0;

	fx_close();
	ck_assert_int_eq(store_open(&options, &fx.store, fx.why, sizeof(fx.why)), WF_OK);
	row = fx_row("act", "alice");
	for (unsigned i = 0; i < 3000; i++) {
		wf_status status;

		jobs[i].kind = STORE_ADMIN;
		jobs[i].done = count_done;
		jobs[i].u.admin.rows = &row;
		jobs[i].u.admin.nrows = 1;
		status = store_submit(fx.store, &jobs[i]);
		ck_assert(status == WF_OK || status == WF_FULL);
		taken += status == WF_OK;
		full += status == WF_FULL;
	}
	fx_close();
	ck_assert_uint_gt(full, 0);
	ck_assert_uint_eq(finished, taken);
	fx_open();
	ck_assert_uint_eq(fx_verify_chain(), taken);
}
END_TEST

static Suite *
load_suite(void)
{
	Suite *suite = suite_create("store-load");
	TCase *tc = tcase_create("load");

	tcase_add_checked_fixture(tc, fx_setup, fx_teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, exactly_the_threshold_is_evaluated);
	tcase_add_test(tc, a_time_step_is_accepted_once);
	tcase_add_test(tc, a_recovery_code_is_accepted_once);
	tcase_add_test(tc, honest_logins_all_succeed);
	tcase_add_test(tc, commits_are_shared);
	tcase_add_test(tc, a_failing_job_fails_alone);
	tcase_add_test(tc, what_a_failing_job_changed_is_taken_back);
	tcase_add_test(tc, reads_see_what_was_committed);
	tcase_add_test(tc, the_queue_is_bounded_and_closing_finishes);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(load_suite)
