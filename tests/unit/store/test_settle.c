/* Outcomes: effects, conflicts, the record of a completed transaction, remembered verdicts. */
#include "config.h"

#include <string.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

static int64_t account;
static int64_t token;

static void
setup(void)
{
	fx_setup_alice(&account, &token);
}

static struct effect
totp(int64_t step)
{
	return (struct effect){
		.kind = EFFECT_TOTP_ADVANCE, .credential_id = token, .value = step, .value2 = 1};
}

START_TEST(success_leaves_its_traces)
{
	struct store_job *job = fx_settle_job(1, "alice", SETTLE_SUCCESS, account);
	struct store_settle *settle = &job->u.settle;
	static struct store_job read;

	settle->effects[0] = totp(100);
	settle->effects[1] =
		(struct effect){.kind = EFFECT_LAST_LOGIN, .account_id = account, .value = 4711};
	settle->neffects = 2;
	settle->has_idempotency = true;
	settle->idempotency[3] = 9;
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert(settle->was_applied);
	ck_assert(!settle->lock_set);
	ck_assert_uint_eq(settle->seq, fx_last_seq());
	ck_assert_str_eq(fx_last().reason, "ok");
	ck_assert_int_eq(fx_read("alice")->credentials[0].counter, 100);
	ck_assert_int_eq(fx_read("alice")->credentials[0].drift, 1);
	ck_assert_int_eq(fx_read("alice")->credentials[0].used_us, FX_START);
	ck_assert_int_eq(fx_read("alice")->account.last_login_us, 4711);
	ck_assert_uint_eq(fx_counts().reservations, 0);

	read.kind = STORE_READ;
	read.u.read.uid = -1;
	read.u.read.has_txn = true;
	memcpy(read.u.read.txn, settle->txn, WF_TXN_LEN);
	read.u.read.has_idempotency = true;
	memcpy(read.u.read.idempotency, settle->idempotency, 32);
	ck_assert_int_eq(store_run(fx.store, &read), WF_OK);
	ck_assert(read.u.read.txn_found);
	ck_assert_int_eq(read.u.read.txn_account, account);
	ck_assert_uint_eq(read.u.read.txn_kinds, KIND_KNOWLEDGE | KIND_POSSESSION);
	ck_assert_str_eq(read.u.read.txn_service, "sshd");
	ck_assert_int_eq(read.u.read.txn_purpose, WF_PURPOSE_LOGIN);
	ck_assert_int_eq(read.u.read.txn_age_ms, 0);
	ck_assert(read.u.read.verdict_known);
	ck_assert_int_eq(read.u.read.verdict, WF_VERDICT_ACCEPT);
	free(job);
}
END_TEST

START_TEST(verdicts_and_completions_age)
{
	struct store_job *job = fx_settle_job(1, "alice", SETTLE_SUCCESS, account);
	static struct store_job read;

	job->u.settle.has_idempotency = true;
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	read.kind = STORE_READ;
	read.u.read.uid = -1;
	read.u.read.has_txn = true;
	memcpy(read.u.read.txn, job->u.settle.txn, WF_TXN_LEN);
	read.u.read.has_idempotency = true;
	fx_advance(29 * FX_SECOND);
	ck_assert_int_eq(store_run(fx.store, &read), WF_OK);
	ck_assert(read.u.read.verdict_known);
	fx_advance(FX_SECOND);
	ck_assert_int_eq(store_run(fx.store, &read), WF_OK);
	ck_assert(!read.u.read.verdict_known);
	ck_assert(read.u.read.txn_found);
	fx_advance(FX_DAY - 31 * FX_SECOND);
	ck_assert_int_eq(store_run(fx.store, &read), WF_OK);
	ck_assert(read.u.read.txn_found);
	fx_advance(FX_SECOND);
	ck_assert_int_eq(store_run(fx.store, &read), WF_OK);
	ck_assert(!read.u.read.txn_found);
	/* The next commit that happens takes them away. */
	(void)fx_add_account("bob");
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM verdict"), 0);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM completed"), 0);
	free(job);
}
END_TEST

/* I2: a code that is used up, an older one, one from a clock that stepped back. */
START_TEST(a_step_counts_once)
{
	static const struct {
		int64_t step;
		bool applied;
	} uses[] = {{100, true}, {100, false}, {99, false}, {1, false}, {101, true}, {101, false}};

	for (unsigned i = 0; i < 6; i++) {
		bool applied = !uses[i].applied;

		ck_assert_int_eq(fx_reserve(i + 1, "alice"), THROTTLE_ADMIT);
		ck_assert_int_eq(fx_settle_effect(i + 1, "alice", SETTLE_SUCCESS, account,
					 totp(uses[i].step), &applied),
			WF_OK);
		ck_assert_int_eq(applied, uses[i].applied);
		ck_assert_str_eq(fx_last().reason, applied ? "ok" : "replayed");
	}
	ck_assert_int_eq(fx_read("alice")->credentials[0].counter, 101);
	ck_assert_uint_eq(fx_counts().reservations, 0);
	(void)fx_verify_chain();
}
END_TEST

START_TEST(conflict_undoes_all_effects)
{
	struct store_job *job = fx_settle_job(2, "alice", SETTLE_SUCCESS, account);
	struct store_settle *settle = &job->u.settle;

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(
		fx_settle_effect(1, "alice", SETTLE_SUCCESS, account, totp(100), NULL), WF_OK);
	ck_assert_int_eq(fx_reserve(3, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(3, "alice", SETTLE_FAILURE, account, NULL), WF_OK);

	settle->effects[0] =
		(struct effect){.kind = EFFECT_LAST_LOGIN, .account_id = account, .value = 4711};
	settle->effects[1] = totp(100);
	settle->neffects = 2;
	settle->has_idempotency = true;
	settle->verdict = WF_VERDICT_ACCEPT;
	settle->verdict_conflict = WF_VERDICT_REJECT;
	ck_assert_int_eq(fx_reserve(2, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert(!settle->was_applied);
	ck_assert_int_eq(fx_read("alice")->account.last_login_us, 0);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 1);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 0);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM completed"), 1);
	ck_assert_int_eq(fx_sql_int("SELECT verdict FROM verdict"), WF_VERDICT_REJECT);
	free(job);
}
END_TEST

/* A wrong guess beside a used code is still a wrong guess. */
START_TEST(failure_counts_in_spite_of_a_conflict)
{
	bool applied = true;

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(
		fx_settle_effect(1, "alice", SETTLE_SUCCESS, account, totp(100), NULL), WF_OK);
	ck_assert_int_eq(fx_reserve(2, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(
		fx_settle_effect(2, "alice", SETTLE_FAILURE, account, totp(100), &applied), WF_OK);
	ck_assert(!applied);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 1);
}
END_TEST

START_TEST(hotp_counts_up)
{
	struct credential credential = fx_credential(FACTOR_HOTP, account);
	int64_t id = fx_add_credential(&credential, NULL, 0);
	struct effect effect = {.kind = EFFECT_HOTP_ADVANCE, .credential_id = id, .value = 5};
	bool applied;

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(
		fx_settle_effect(1, "alice", SETTLE_SUCCESS, account, effect, &applied), WF_OK);
	ck_assert(applied);
	effect.value = 4;
	ck_assert_int_eq(fx_reserve(2, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(
		fx_settle_effect(2, "alice", SETTLE_SUCCESS, account, effect, &applied), WF_OK);
	ck_assert(!applied);
}
END_TEST

START_TEST(recovery_codes_are_used_once)
{
	static const uint8_t codes[3][32] = {{1}, {2}, {3}};
	struct credential set = fx_credential(FACTOR_RECOVERY, account);
	int64_t id = fx_add_credential(&set, codes, 3);
	struct effect effect = {.kind = EFFECT_CODE_CONSUME, .credential_id = id, .blob_len = 32};
	const struct credential *loaded;
	bool applied;

	effect.blob[0] = 2;
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(
		fx_settle_effect(1, "alice", SETTLE_SUCCESS, account, effect, &applied), WF_OK);
	ck_assert(applied);
	ck_assert_int_eq(fx_reserve(2, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(
		fx_settle_effect(2, "alice", SETTLE_SUCCESS, account, effect, &applied), WF_OK);
	ck_assert(!applied);
	effect.blob[0] = 77;
	ck_assert_int_eq(fx_reserve(3, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(
		fx_settle_effect(3, "alice", SETTLE_SUCCESS, account, effect, &applied), WF_OK);
	ck_assert(!applied);
	loaded = &fx_read("alice")->credentials[1];
	ck_assert_uint_eq(loaded->ncodes, 3);
	ck_assert_uint_eq(loaded->remaining, 2);
	ck_assert_uint_eq(loaded->codes_used, 2);
	ck_assert_uint_eq(loaded->codes[1][0], 2);
	ck_assert_int_eq(loaded->used_us, FX_START);
}
END_TEST

/* Two honest logins rehash at once: the second leaves the first one's hash and is no conflict. */
START_TEST(rehash_is_no_conflict)
{
	struct credential credential = fx_credential(FACTOR_PASSWORD, account);
	int64_t id = fx_add_credential(&credential, NULL, 0);
	struct effect effect = {.kind = EFFECT_HASH_REPLACE,
		.credential_id = id,
		.blob = "first!",
		.blob_len = 6,
		.old = "secret",
		.old_len = 6};
	bool applied;

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_reserve(2, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(
		fx_settle_effect(1, "alice", SETTLE_SUCCESS, account, effect, &applied), WF_OK);
	ck_assert(applied);
	effect.blob[0] = 'F';
	ck_assert_int_eq(
		fx_settle_effect(2, "alice", SETTLE_SUCCESS, account, effect, &applied), WF_OK);
	ck_assert(applied);
	ck_assert_uint_eq(fx_read("alice")->credentials[1].secret_len, 6);
	ck_assert_mem_eq(fx_read("alice")->credentials[1].secret, "first!", 7);
}
END_TEST

/* What an act changes between reservation and success makes the success void. */
enum meanwhile {
	DISABLE,
	VOID_TOKEN,
	VOID_ALL,
	REPLACE_HASH,
	REMOVE,
	REMOVE_AND_ADD,
	ADD_TOKEN,
	RESEAL,
	MEANWHILE
};

static void
act_meanwhile(enum meanwhile what, int64_t password)
{
	struct account changed = fx_account("alice");
	struct credential credential = fx_credential(FACTOR_HOTP, account);
	struct effect effects[MEANWHILE] = {
		[DISABLE] = {.kind = EFFECT_ACCOUNT_SET, .account = &changed},
		[VOID_TOKEN] = {.kind = EFFECT_CREDENTIAL_VOID, .credential_id = token},
		[VOID_ALL] = {.kind = EFFECT_CREDENTIAL_VOID,
			.account_id = account,
			.factor = FACTOR_PASSWORD},
		[REPLACE_HASH] = {.kind = EFFECT_HASH_REPLACE,
			.credential_id = password,
			.blob = "newer",
			.blob_len = 5,
			.old = "secret",
			.old_len = 6},
		[REMOVE] = {.kind = EFFECT_ACCOUNT_REMOVE, .account_id = account},
		[REMOVE_AND_ADD] = {.kind = EFFECT_ACCOUNT_REMOVE, .account_id = account},
		[ADD_TOKEN] = {.kind = EFFECT_CREDENTIAL_ADD, .credential = &credential},
		[RESEAL] = {.kind = EFFECT_RESEAL,
			.credential_id = token,
			.blob = "sealed anew",
			.blob_len = 11,
			.old = "secret",
			.old_len = 6,
			.value = 2},
	};

	changed.id = account;
	changed.state = ACCOUNT_DISABLED;
	ck_assert_int_eq(fx_effect(effects[what]), WF_OK);
	if (what == REMOVE_AND_ADD)
		ck_assert_int_ne(fx_add_account("alice"), account);
}

START_TEST(changed_meanwhile)
{
	struct credential credential = fx_credential(FACTOR_PASSWORD, account);
	int64_t password = fx_add_credential(&credential, NULL, 0);
	bool harmless = _i == ADD_TOKEN || _i == RESEAL;
	bool applied = !harmless;

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	act_meanwhile((enum meanwhile)_i, password);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_SUCCESS, account, &applied), WF_OK);
	ck_assert_int_eq(applied, harmless);
	ck_assert_str_eq(fx_last().reason, harmless ? "ok" : "changed-meanwhile");
	ck_assert_uint_eq(fx_counts().reservations, 0);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM completed"), harmless ? 1 : 0);
}
END_TEST

/* Whatever the caller believes: no account, no success. */
START_TEST(nobody_never_succeeds)
{
	bool applied = true;

	ck_assert_int_eq(fx_reserve(1, "nobody"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(1, "nobody", SETTLE_SUCCESS, 0, &applied), WF_OK);
	ck_assert(!applied);
	applied = true;
	ck_assert_int_eq(fx_reserve(2, "nobody"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(2, "nobody", SETTLE_SUCCESS, account, &applied), WF_OK);
	ck_assert(!applied);
	applied = true;
	ck_assert_int_eq(fx_reserve(3, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(3, "alice", SETTLE_PARTIAL, account + 1, &applied), WF_OK);
	ck_assert(!applied);
}
END_TEST

START_TEST(no_row_of_class_none)
{
	struct store_job *job = fx_settle_job(1, "nobody", SETTLE_FAILURE, 0);
	uint64_t last = fx_last_seq();

	job->u.settle.lanes = fx_lanes_limit("nobody", 1);
	job->u.settle.applied.class = 0;
	job->u.settle.locked.class = 0;
	ck_assert_int_eq(fx_reserve(1, "nobody"), THROTTLE_ADMIT);
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert(job->u.settle.lock_set);
	ck_assert_uint_eq(fx_last_seq(), last);
	ck_assert_uint_eq(fx_state("nobody", LANE_ACCOUNT).failures, 1);
	free(job);
}
END_TEST

START_TEST(a_transaction_completes_once)
{
	bool applied;

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(1, "alice", SETTLE_SUCCESS, account, &applied), WF_OK);
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	ck_assert_int_ne(fx_settle(1, "alice", SETTLE_SUCCESS, account, &applied), WF_OK);
	ck_assert(!applied);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 1);
}
END_TEST

START_TEST(too_much_is_invalid)
{
	struct store_job *job = fx_settle_job(1, "alice", SETTLE_SUCCESS, account);

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	job->u.settle.neffects = STORE_EFFECTS_MAX + 1;
	ck_assert_int_eq(store_run(fx.store, job), WF_INVALID);
	job->u.settle.neffects = 1;
	job->u.settle.effects[0].kind = (enum effect_kind)99;
	ck_assert_int_eq(store_run(fx.store, job), WF_INVALID);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 1);
	free(job);
}
END_TEST

/* Without a reservation, and beside one: it ends none, and counts for no name. */
START_TEST(a_refusal_weighs_on_its_source_alone)
{
	struct store_job *job = fx_settle_job(1, "alice", SETTLE_REFUSED, account);
	struct store_settle *settle = &job->u.settle;
	uint64_t last = fx_last_seq();

	settle->lanes.limits[settle->lanes.n] = (struct throttle_limit){
		.lane = LANE_SOURCE, .threshold = 100, .window_ms = 600000, .slow_only = true};
	settle->lanes.states[settle->lanes.n].lane = LANE_SOURCE;
	fx_key("198.51.100.7", LANE_SOURCE, settle->lanes.states[settle->lanes.n].key);
	settle->lanes.n++;
	memset(settle->count, 0, sizeof(settle->count));
	settle->count[LANE_SOURCE] = true;
	settle->source_weight = 3;
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert(settle->was_applied && !settle->lock_set);
	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	settle->applied.class = 0;
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert_uint_eq(fx_last_seq(), last + 1);
	ck_assert_int_eq(fx_sql_int("SELECT failures FROM throttle WHERE lane = 2"), 6);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 0);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).pending, 1);
	settle->count[LANE_ACCOUNT] = true;
	ck_assert_int_eq(store_run(fx.store, job), WF_INVALID);
	settle->count[LANE_ACCOUNT] = false;
	settle->neffects = 1;
	ck_assert_int_eq(store_run(fx.store, job), WF_INVALID);
	free(job);
}
END_TEST

static Suite *
settle_suite(void)
{
	Suite *suite = suite_create("store-settle");
	TCase *tc = tcase_create("settle");

	tcase_add_checked_fixture(tc, setup, fx_teardown);
	tcase_add_test(tc, success_leaves_its_traces);
	tcase_add_test(tc, verdicts_and_completions_age);
	tcase_add_test(tc, a_step_counts_once);
	tcase_add_test(tc, conflict_undoes_all_effects);
	tcase_add_test(tc, failure_counts_in_spite_of_a_conflict);
	tcase_add_test(tc, hotp_counts_up);
	tcase_add_test(tc, recovery_codes_are_used_once);
	tcase_add_test(tc, rehash_is_no_conflict);
	tcase_add_loop_test(tc, changed_meanwhile, 0, MEANWHILE);
	tcase_add_test(tc, nobody_never_succeeds);
	tcase_add_test(tc, no_row_of_class_none);
	tcase_add_test(tc, a_transaction_completes_once);
	tcase_add_test(tc, too_much_is_invalid);
	tcase_add_test(tc, a_refusal_weighs_on_its_source_alone);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(settle_suite)
