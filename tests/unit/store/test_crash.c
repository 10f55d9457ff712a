/*
 * kill -9 at any moment: a child works on the store with several threads and reports what was
 * `done` through a pipe; it is killed, the store is opened again, and everything reported must be
 * there: no failure forgotten, no code that counts twice, no row missing, the chain whole, nothing
 * to repair by hand.
 */
#include "config.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

#define ROUNDS 20
#define USERS 4

enum kind { RESERVED = 'r', FAILED = 'f', APPLIED = 'a' };

/* One write to the pipe; small enough to be whole. */
struct report {
	char kind;
	unsigned user;
	int64_t step;
	uint64_t seq;
};

static int64_t accounts[USERS], tokens[USERS];
static atomic_uint next_txn;
static atomic_llong next_step;
static int pipe_fds[2];
static unsigned round_number;

static void
report(enum kind kind, unsigned user, int64_t step, uint64_t seq)
{
	struct report line = {(char)kind, user, step, seq};

	if (write(pipe_fds[1], &line, sizeof(line)) != (ssize_t)sizeof(line))
		_exit(3);
}

static void
name_of(unsigned user, char name_r[8])
{
	(void)snprintf(name_r, 8, "u%u", user);
}

/*
 * One attempt; every third is right. Statuses are looked at, not asserted: the child is to be
 * killed.
 */
static void
attempt(unsigned user)
{
	unsigned txn = round_number * 1000000 + atomic_fetch_add(&next_txn, 1) + 1;
	bool right = txn % 3 == 0;
	char name[8];
	struct store_job *job;
	int64_t step = 0;

	name_of(user, name);
	job = fx_reserve_job(txn, name);
	job->u.reserve.admission.lanes = fx_lanes_limit(name, 1000000);
	if (store_run(fx.store, job) != WF_OK || job->u.reserve.admission.answer != THROTTLE_ADMIT)
		_exit(4);
	free(job);
	report(RESERVED, user, 0, 0);
	job = fx_settle_job(txn, name, right ? SETTLE_PARTIAL : SETTLE_FAILURE, accounts[user]);
	job->u.settle.lanes = fx_lanes_limit(name, 1000000);
	if (right) {
		step = atomic_fetch_add(&next_step, 1);
		job->u.settle.effects[0] = (struct effect){
			.kind = EFFECT_TOTP_ADVANCE, .credential_id = tokens[user], .value = step};
		job->u.settle.neffects = 1;
	}
	if (store_run(fx.store, job) != WF_OK)
		_exit(5);
	if (!right)
		report(FAILED, user, 0, job->u.settle.seq);
	else if (job->u.settle.was_applied)
		report(APPLIED, user, step, job->u.settle.seq);
	free(job);
}

static void *
attempts(void *arg)
{
	unsigned user = *(unsigned *)arg;

	for (;;)
		attempt(user);
	return NULL;
}

static void
child(void)
{
	pthread_t threads[2 * USERS];
	unsigned numbers[2 * USERS];

	close(pipe_fds[0]);
	if (fx_try_open(false) != WF_OK)
		_exit(2);
	for (unsigned i = 0; i < 2 * USERS; i++) {
		numbers[i] = i % USERS;
		if (pthread_create(&threads[i], NULL, attempts, &numbers[i]) != 0)
			_exit(6);
	}
	for (;;)
		(void)pause();
}

static struct sums {
	uint64_t reserved[USERS], failed[USERS], applied[USERS];
	int64_t step[USERS];
	uint64_t seq;
} sums;

/* Up to `most` lines; waits for them. */
static void
add_up(unsigned most)
{
	struct report line;

	while (most-- > 0 && read(pipe_fds[0], &line, sizeof(line)) == (ssize_t)sizeof(line)) {
		sums.reserved[line.user] += line.kind == RESERVED;
		sums.failed[line.user] += line.kind == FAILED;
		sums.applied[line.user] += line.kind == APPLIED;
		if (line.kind == APPLIED && line.step > sums.step[line.user])
			sums.step[line.user] = line.step;
		if (line.seq > sums.seq)
			sums.seq = line.seq;
	}
}

static uint64_t
total(const uint64_t values[USERS])
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < USERS; i++)
		sum += values[i];
	return sum;
}

/* What was reported must be there; more may be, by what was under way. */
static void
check(void)
{
	uint64_t failures = 0;
	char name[8];

	ck_assert_uint_eq(fx_counts().reservations, 0);
	ck_assert_uint_ge(fx_verify_chain(), sums.seq);
	for (unsigned user = 0; user < USERS; user++) {
		uint64_t counted;

		name_of(user, name);
		counted = fx_state(name, LANE_ACCOUNT).failures;
		failures += counted;
		ck_assert_uint_ge(counted, sums.failed[user]);
		/*
		 * Whatever was admitted and not seen to succeed has been counted, or is a success
		 * that was cut off.
		 */
		ck_assert_uint_ge(counted + fx_count_rows("login", "ok"),
			sums.reserved[user] - sums.applied[user]);
		ck_assert_int_ge(fx_read(name)->credentials[0].counter,
			sums.step[user] == 0 ? -1 : sums.step[user]);
		ck_assert_int_lt(fx_read(name)->credentials[0].counter, next_step + 100000);
	}
	/* Every failure has its one row, and every row its failure. */
	ck_assert_uint_eq(
		failures, fx_count_rows("login", "wrong") + fx_count_rows("login", "interrupted"));
	ck_assert_uint_ge(fx_count_rows("login", "ok"), total(sums.applied));
}

/* A step that counted before the crash does not count after it. */
static void
try_again(unsigned user)
{
	struct effect effect = {.kind = EFFECT_TOTP_ADVANCE,
		.credential_id = tokens[user],
		.value = sums.step[user]};
	unsigned txn = round_number * 1000000 + 999000 + user;
	bool applied = true;
	char name[8];
	struct store_job *job;

	if (sums.step[user] == 0)
		return;
	name_of(user, name);
	job = fx_reserve_job(txn, name);
	job->u.reserve.admission.lanes = fx_lanes_limit(name, 1000000);
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	free(job);
	ck_assert_int_eq(
		fx_settle_effect(txn, name, SETTLE_PARTIAL, accounts[user], effect, &applied),
		WF_OK);
	ck_assert(!applied);
}

static void
one_round(unsigned long after_us)
{
	struct timespec pause_for = {0, (long)after_us * 1000};
	int status;
	pid_t pid;

	ck_assert_int_eq(pipe(pipe_fds), 0);
	fx_close();
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		child();
	close(pipe_fds[1]);
	/* Now and then while it opens; mostly in the middle of its work. */
	if (round_number % 4 != 0)
		add_up(20);
	(void)nanosleep(&pause_for, NULL);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(
		WIFSIGNALED(status), "the child ended by itself with %d", WEXITSTATUS(status));
	add_up(UINT_MAX);
	close(pipe_fds[0]);
	fx_open();
	check();
	for (unsigned user = 0; user < USERS; user++)
		try_again(user);
}

START_TEST(nothing_that_was_done_is_lost)
{
	char name[8];

	for (unsigned user = 0; user < USERS; user++) {
		struct credential credential;

		name_of(user, name);
		accounts[user] = fx_add_account(name);
		credential = fx_credential(FACTOR_TOTP, accounts[user]);
		tokens[user] = fx_add_credential(&credential, NULL, 0);
	}
	for (round_number = 1; round_number <= ROUNDS; round_number++) {
		next_step = round_number * 1000000LL;
		one_round(3000 + round_number * round_number * 150);
	}
	printf("%llu admitted, %llu failed, %llu accepted before the kills\n",
		(unsigned long long)total(sums.reserved), (unsigned long long)total(sums.failed),
		(unsigned long long)total(sums.applied));
	ck_assert_uint_gt(total(sums.failed), ROUNDS);
	ck_assert_uint_gt(total(sums.applied), 0);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM pragma_integrity_check WHERE "
				    "integrity_check <> 'ok'"),
		0);
}
END_TEST

static Suite *
crash_suite(void)
{
	Suite *suite = suite_create("store-crash");
	TCase *tc = tcase_create("crash");

	tcase_add_checked_fixture(tc, fx_setup, fx_teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, nothing_that_was_done_is_lost);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(crash_suite)
