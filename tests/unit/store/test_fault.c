/*
 * Every fallible call of the store fails once, and every one from there on: a job then says so and
 * has done nothing, or it was done wholly; and as soon as calls work again the store does, with its
 * chain whole.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/fault.h"
#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

static int64_t account, token;
static char copy[200];

static void
begin(void)
{
	struct credential credential;

	fx_setup();
	account = fx_add_account("alice");
	credential = fx_credential(FACTOR_TOTP, account);
	token = fx_add_credential(&credential, NULL, 0);
	(void)snprintf(copy, sizeof(copy), "%s/copy.db", fx.dir);
}

/* Works again: one more act, one more row, the whole chain. */
static void
works(void)
{
	uint64_t rows = fx_last_seq();

	ck_assert_int_eq(fx_admin(NULL, 0, NULL), WF_OK);
	ck_assert_uint_eq(fx_verify_chain(), rows + 1);
}

struct scenario {
	void (*prepare)(void);
	wf_status (*run)(void);
	void (*check)(wf_status status);
};

/* Rounds: clean, then call 1 once, 1 and on, 2 once... */
static void
walk(const struct scenario *scenario)
{
	uint64_t calls = 0;
	uint64_t failed = 0;

	for (uint64_t round = 0; round <= 2 * calls; round++) {
		wf_status status;

		begin();
		if (scenario->prepare != NULL)
			scenario->prepare();
		wf_fault_arm((round + 1) / 2, round % 2 == 0);
		status = scenario->run();
		if (round == 0)
			calls = wf_fault_count();
		wf_fault_arm(0, false);
		ck_assert(round != 0 || status == WF_OK);
		ck_assert_msg(status != WF_CONFLICT && status != WF_NO && status != WF_EXISTS &&
				      status != WF_EXPIRED,
			"a fault in call %llu became \"%s\"", (unsigned long long)((round + 1) / 2),
			wf_status_name(status));
		failed += status != WF_OK;
		scenario->check(status);
		fx_teardown();
	}
	ck_assert_uint_gt(calls, 5);
	ck_assert_uint_gt(failed, calls);
}

static wf_status
reserve_run(void)
{
	struct store_job *job = fx_reserve_job(1, "alice");
	wf_status status = store_run(fx.store, job);

	ck_assert_int_eq(status == WF_OK, job->u.reserve.admission.answer == THROTTLE_ADMIT);
	ck_assert(status == WF_OK || !job->u.reserve.admission.found);
	free(job);
	return status;
}

static void
reserve_check(wf_status status)
{
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, status == WF_OK);
	works();
	ck_assert_int_eq(fx_reserve(2, "alice"), THROTTLE_ADMIT);
}

START_TEST(reserving)
{
	walk(&(struct scenario){NULL, reserve_run, reserve_check});
}
END_TEST

static void
reserved(void)
{
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
}

static wf_status
success_run(void)
{
	bool applied;
	wf_status status = fx_settle_effect(1, "alice", SETTLE_SUCCESS, account,
		(struct effect){.kind = EFFECT_TOTP_ADVANCE, .credential_id = token, .value = 7},
		&applied);

	ck_assert_int_eq(status == WF_OK, applied);
	return status;
}

static void
success_check(wf_status status)
{
	ck_assert_int_eq(fx_read("alice")->credentials[0].counter, status == WF_OK ? 7 : -1);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, status != WF_OK);
	ck_assert_uint_eq(fx_count_rows("login", "ok"), status == WF_OK);
	works();
	if (status != WF_OK)
		ck_assert_int_eq(success_run(), WF_OK);
}

START_TEST(succeeding)
{
	walk(&(struct scenario){reserved, success_run, success_check});
}
END_TEST

static wf_status
failure_run(void)
{
	return fx_settle(1, "alice", SETTLE_FAILURE, account, NULL);
}

static void
failure_check(wf_status status)
{
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, status == WF_OK);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, status != WF_OK);
	works();
	if (status != WF_OK)
		ck_assert_int_eq(failure_run(), WF_OK);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 1);
}

START_TEST(failing)
{
	walk(&(struct scenario){reserved, failure_run, failure_check});
}
END_TEST

/* A code that was used already, with faults on the way to saying so: never accepted. */
static void
used_up(void)
{
	reserved();
	ck_assert_int_eq(success_run(), WF_OK);
	ck_assert_int_eq(fx_reserve(2, "alice"), THROTTLE_ADMIT);
}

static wf_status
replay_run(void)
{
	bool applied = true;
	wf_status status = fx_settle_effect(2, "alice", SETTLE_SUCCESS, account,
		(struct effect){.kind = EFFECT_TOTP_ADVANCE, .credential_id = token, .value = 7},
		&applied);

	ck_assert(!applied);
	return status;
}

static void
replay_check(wf_status status)
{
	ck_assert_uint_eq(fx_count_rows("login", "ok"), 1);
	ck_assert_uint_eq(fx_count_rows("login", "replayed"), status == WF_OK);
	works();
}

START_TEST(replaying)
{
	walk(&(struct scenario){used_up, replay_run, replay_check});
}
END_TEST

static wf_status
challenge_run(void)
{
	struct store_job *job = fx_challenge_job(1, "alice", account);
	wf_status status = store_run(fx.store, job);

	ck_assert_int_eq(status == WF_OK, job->u.settle.was_applied);
	free(job);
	return status;
}

static void
challenge_check(wf_status status)
{
	ck_assert_uint_eq(fx_counts().challenges, status == WF_OK);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 1);
	works();
	if (status != WF_OK)
		ck_assert_int_eq(challenge_run(), WF_OK);
	ck_assert_int_eq(fx_resume(1, "alice"), RESUME_FOUND);
}

START_TEST(challenging)
{
	walk(&(struct scenario){reserved, challenge_run, challenge_check});
}
END_TEST

static void
challenged(void)
{
	fx_challenge(1, "alice", account);
}

static wf_status
resume_run(void)
{
	struct store_job *job = fx_resume_job(1, "alice");
	wf_status status = store_run(fx.store, job);

	ck_assert_int_eq(status == WF_OK, job->u.resume.answer == RESUME_FOUND);
	ck_assert(status == WF_OK || (!job->u.resume.found && job->u.resume.ncredentials == 0));
	free(job);
	return status;
}

/* What could not be taken up can be still; nothing is taken up twice. */
static void
resume_check(wf_status status)
{
	ck_assert_uint_eq(fx_counts().challenges, status != WF_OK);
	works();
	ck_assert_int_eq(fx_resume(1, "alice"), status == WF_OK ? RESUME_USED : RESUME_FOUND);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_FAILURE, account, NULL), WF_OK);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 1);
}

START_TEST(resuming)
{
	walk(&(struct scenario){challenged, resume_run, resume_check});
}
END_TEST

static void
too_many(void)
{
	for (unsigned i = 1; i <= STORE_CHALLENGES; i++)
		fx_challenge(i + 1, "alice", account);
	reserved();
}

static void
one_more_check(wf_status status)
{
	ck_assert_uint_eq(fx_counts().challenges, STORE_CHALLENGES);
	ck_assert_uint_eq(fx_count_rows("login", "abandoned"), status == WF_OK);
	ck_assert_uint_eq(
		fx_state("alice", LANE_ACCOUNT).pending, STORE_CHALLENGES + (status != WF_OK));
	works();
}

START_TEST(superseding)
{
	walk(&(struct scenario){too_many, challenge_run, one_more_check});
}
END_TEST

static struct store_job *record;

static void
record_prepared(void)
{
	(void)fx_record(ACCOUNTING_START, "1");
	(void)fx_effect((struct effect){.kind = EFFECT_DISCONNECT, .blob = "alice", .blob_len = 5});
	free(record);
	record = fx_record_job(ACCOUNTING_STOP, "1");
}

static wf_status
record_run(void)
{
	wf_status status = store_run(fx.store, record);

	ck_assert(!record->u.record.known);
	ck_assert_uint_eq(record->u.record.closed, status == WF_OK);
	return status;
}

/* What was not answered is sent again: stored once in the end. */
static void
record_check(wf_status status)
{
	ck_assert_uint_eq(fx_counts().sessions_open, status != WF_OK);
	ck_assert_uint_eq(fx_counts().orders, status != WF_OK);
	works();
	ck_assert_int_eq(store_run(fx.store, record), WF_OK);
	ck_assert_int_eq(record->u.record.known, status == WF_OK);
	ck_assert_uint_eq(fx_count_rows("accounting", ""), 2);
}

START_TEST(recording)
{
	walk(&(struct scenario){record_prepared, record_run, record_check});
	free(record);
	record = NULL;
}
END_TEST

static void
sessions_open(void)
{
	(void)fx_record(ACCOUNTING_START, "1");
	(void)fx_record(ACCOUNTING_START, "2");
}

static wf_status
order_run(void)
{
	struct effect effect = {.kind = EFFECT_DISCONNECT, .blob = "alice", .blob_len = 5};
	struct store_admin admin;
	wf_status status = fx_admin(&effect, 1, &admin);

	ck_assert_uint_eq(admin.norders, status == WF_OK ? 2 : 0);
	return status;
}

static void
order_check(wf_status status)
{
	ck_assert_uint_eq(fx_counts().orders, status == WF_OK ? 2 : 0);
	ck_assert_int_eq(store_last_order(fx.store) != 0, status == WF_OK);
	works();
}

START_TEST(ordering)
{
	walk(&(struct scenario){sessions_open, order_run, order_check});
}
END_TEST

static wf_status
act_run(void)
{
	static const uint8_t codes[2][32] = {{1}, {2}};
	struct account bob = fx_account("bob");
	struct credential set = fx_credential(FACTOR_RECOVERY, 0);
	struct effect effects[] = {
		{.kind = EFFECT_ACCOUNT_ADD, .account = &bob},
		{.kind = EFFECT_CREDENTIAL_ADD, .credential = &set, .codes = codes, .ncodes = 2},
		{.kind = EFFECT_CREDENTIAL_VOID, .credential_id = token},
	};
	struct store_admin admin;
	wf_status status = fx_admin(effects, 3, &admin);

	ck_assert_int_eq(status == WF_OK, admin.account_id != 0);
	return status;
}

static void
act_check(wf_status status)
{
	ck_assert_int_eq(fx_read("bob")->found, status == WF_OK);
	ck_assert_uint_eq(fx_read("alice")->ncredentials, status != WF_OK);
	works();
}

START_TEST(acting)
{
	walk(&(struct scenario){NULL, act_run, act_check});
}
END_TEST

static wf_status
read_run(void)
{
	static struct store_job job;
	wf_status status;

	memset(&job, 0, sizeof(job));
	job.kind = STORE_READ;
	job.u.read.name = "alice";
	job.u.read.lanes = fx_lanes("alice");
	job.u.read.has_txn = true;
	job.u.read.has_idempotency = true;
	job.u.read.audit_session = 7;
	status = store_run(fx.store, &job);
	ck_assert_int_eq(job.u.read.found, status == WF_OK);
	ck_assert_uint_eq(job.u.read.ncredentials, status == WF_OK);
	ck_assert(!job.u.read.txn_found && !job.u.read.verdict_known && !job.u.read.session_found);
	return status;
}

static void
read_check(wf_status status)
{
	(void)status;
	ck_assert_int_eq(read_run(), WF_OK);
	works();
}

START_TEST(reading)
{
	walk(&(struct scenario){NULL, read_run, read_check});
}
END_TEST

/* Opening with something left by a crash: it opens and settles it, now or with the next job. */
static void
left_over(void)
{
	reserved();
	fx_close();
}

static wf_status
open_run(void)
{
	wf_status status = fx_try_open(false);

	ck_assert_int_eq(status == WF_OK, fx.store != NULL);
	return status;
}

static void
open_check(wf_status status)
{
	if (status != WF_OK)
		ck_assert_int_eq(fx_try_open(false), WF_OK);
	ck_assert_int_eq(fx_admin(NULL, 0, NULL), WF_OK);
	works();
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 0);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 1);
	ck_assert_uint_eq(fx_count_rows("login", "interrupted"), 1);
}

START_TEST(opening)
{
	walk(&(struct scenario){left_over, open_run, open_check});
}
END_TEST

/* Making a store: what a fault leaves behind is gone on with. */
static void
nothing_there(void)
{
	fx_teardown();
	fx_folder();
}

static wf_status
create_run(void)
{
	return fx_try_open(true);
}

static void
create_check(wf_status status)
{
	if (status != WF_OK)
		ck_assert_msg(fx_try_open(true) == WF_OK, "%s", fx.why);
	works();
}

START_TEST(creating)
{
	walk(&(struct scenario){nothing_there, create_run, create_check});
}
END_TEST

static wf_status
backup_run(void)
{
	return store_backup(fx.store, copy, fx.why, sizeof(fx.why));
}

static void
backup_check(wf_status status)
{
	ck_assert_int_eq(access(copy, F_OK) == 0, status == WF_OK);
	if (status != WF_OK)
		ck_assert_uint_gt(strlen(fx.why), 10);
	works();
}

START_TEST(backing_up)
{
	walk(&(struct scenario){NULL, backup_run, backup_check});
}
END_TEST

static void
backed_up(void)
{
	ck_assert_int_eq(backup_run(), WF_OK);
	fx_close();
}

static wf_status
restore_run(void)
{
	bool kept;

	return store_restore_prepare(
		copy, NULL, "node-a", fx_now(), &kept, fx.why, sizeof(fx.why));
}

/* All of it or nothing: a restore that failed can be done again, and is done once. */
static void
restore_check(wf_status status)
{
	if (status != WF_OK)
		ck_assert_int_eq(restore_run(), WF_OK);
	(void)snprintf(fx.path, sizeof(fx.path), "%s/copy.db", fx.dir);
	fx_open();
	ck_assert_uint_eq(fx_count_rows("restore", ""), 1);
	ck_assert_int_eq(fx_sql_int("SELECT generation FROM meta"), 2);
	works();
}

START_TEST(restoring)
{
	walk(&(struct scenario){backed_up, restore_run, restore_check});
}
END_TEST

static Suite *
fault_suite(void)
{
	Suite *suite = suite_create("store-fault");
	TCase *tc = tcase_create("fault");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, reserving);
	tcase_add_test(tc, succeeding);
	tcase_add_test(tc, failing);
	tcase_add_test(tc, replaying);
	tcase_add_test(tc, challenging);
	tcase_add_test(tc, resuming);
	tcase_add_test(tc, superseding);
	tcase_add_test(tc, recording);
	tcase_add_test(tc, ordering);
	tcase_add_test(tc, acting);
	tcase_add_test(tc, reading);
	tcase_add_test(tc, opening);
	tcase_add_test(tc, creating);
	tcase_add_test(tc, backing_up);
	tcase_add_test(tc, restoring);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(fault_suite)
