/*
 * Acts: every effect, all or nothing; names, credentials, settings; counters of names without
 * account.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

START_TEST(account_and_credentials_in_one_act)
{
	static const uint8_t codes[2][32] = {{1}, {2}};
	struct account account = fx_account("alice");
	struct credential password = fx_credential(FACTOR_PASSWORD, 0);
	struct credential set = fx_credential(FACTOR_RECOVERY, 0);
	struct effect effects[] = {
		{.kind = EFFECT_ACCOUNT_ADD, .account = &account},
		{.kind = EFFECT_CREDENTIAL_ADD, .credential = &password},
		{.kind = EFFECT_CREDENTIAL_ADD, .credential = &set, .codes = codes, .ncodes = 2},
	};
	struct store_admin admin;
	const struct store_read *read;

	account.kind = ACCOUNT_PRIVILEGED;
	account.must_change = true;
	(void)snprintf(account.sources, sizeof(account.sources), "192.0.2.0/24 2001:db8::/32");
	(void)snprintf(account.reason, sizeof(account.reason), "because");
	account.valid_until_us = 77;
	ck_assert_int_eq(fx_admin(effects, 3, &admin), WF_OK);
	read = fx_read("alice");
	ck_assert(read->found);
	ck_assert_int_eq(read->account.id, admin.account_id);
	ck_assert_int_eq(read->account.kind, ACCOUNT_PRIVILEGED);
	ck_assert(read->account.must_change);
	ck_assert_int_eq(read->account.uid, 1000);
	ck_assert_int_eq(read->account.valid_until_us, 77);
	ck_assert_int_eq(read->account.created_us, FX_START);
	ck_assert_str_eq(read->account.sources, account.sources);
	ck_assert_str_eq(read->account.reason, "because");
	ck_assert_str_eq(read->account.display, "Display of alice");
	ck_assert_uint_eq(read->ncredentials, 2);
	ck_assert_int_eq(read->credentials[1].id, admin.credential_id);
	ck_assert_uint_eq(read->credentials[1].remaining, 2);
	ck_assert_uint_eq(read->credentials[0].ncodes, 0);
	ck_assert_uint_eq(admin.seq, 1);
	ck_assert_str_eq(fx_last().event, "act");
}
END_TEST

START_TEST(names_are_byte_exact)
{
	int64_t lower = fx_add_account("bob");
	int64_t upper = fx_add_account("Bob");
	int64_t odd = fx_add_account("b\xc3\xb6" "b\xff");

	ck_assert_int_eq(fx_read("bob")->account.id, lower);
	ck_assert_int_eq(fx_read("Bob")->account.id, upper);
	ck_assert_int_eq(fx_read("b\xc3\xb6" "b\xff")->account.id, odd);
	ck_assert(!fx_read("BOB")->found);
	ck_assert(!fx_read("")->found);
}
END_TEST

START_TEST(all_or_nothing)
{
	struct account account = fx_account("carol");
	struct effect effects[] = {
		{.kind = EFFECT_ACCOUNT_ADD, .account = &account},
		{.kind = EFFECT_CREDENTIAL_ACTIVATE, .credential_id = 4711},
	};
	struct store_admin admin;
	uint64_t rows = fx_last_seq();

	ck_assert_int_eq(fx_admin(effects, 2, &admin), WF_NOT_FOUND);
	ck_assert_int_eq(admin.account_id, 0);
	ck_assert(!fx_read("carol")->found);
	ck_assert_uint_eq(fx_last_seq(), rows);
	ck_assert_int_eq(fx_admin(effects, 1, &admin), WF_OK);
	ck_assert_uint_eq(fx_last_seq(), rows + 1);
	ck_assert_uint_eq(fx_verify_chain(), rows + 1);
}
END_TEST

/*
 * The second row cannot be encoded: the first one is gone as well, and the chain goes on where it
 * was.
 */
START_TEST(a_bad_row_leaves_no_gap)
{
	static struct store_job job;
	struct audit_row rows[2] = {fx_row("one", "alice"), fx_row("two", "alice")};

	rows[1].class = (enum audit_class)99;
	job.kind = STORE_ADMIN;
	job.u.admin.rows = rows;
	job.u.admin.nrows = 2;
	ck_assert_int_eq(store_run(fx.store, &job), WF_INVALID);
	ck_assert_uint_eq(fx_last_seq(), 0);
	rows[1].class = AUDIT_ADMIN;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert_uint_eq(job.u.admin.seq, 2);
	ck_assert_uint_eq(fx_verify_chain(), 2);
}
END_TEST

START_TEST(nothing_changes_without_a_row)
{
	static struct store_job job;
	struct account account = fx_account("carol");
	struct effect effect = {.kind = EFFECT_ACCOUNT_ADD, .account = &account};

	job.kind = STORE_ADMIN;
	job.u.admin.effects = &effect;
	job.u.admin.neffects = 1;
	ck_assert_int_eq(store_run(fx.store, &job), WF_INVALID);
	ck_assert(!fx_read("carol")->found);
}
END_TEST

START_TEST(refusals_of_accounts)
{
	struct account account = fx_account("alice");
	struct account none = {.name = ""};
	int64_t id = fx_add_account("alice");

	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_ACCOUNT_ADD, .account = &account}),
		WF_EXISTS);
	ck_assert_int_eq(fx_effect((struct effect){.kind = EFFECT_ACCOUNT_ADD, .account = &none}),
		WF_INVALID);
	ck_assert_int_eq(fx_effect((struct effect){.kind = EFFECT_ACCOUNT_ADD}), WF_INVALID);
	ck_assert_int_eq(fx_effect((struct effect){.kind = EFFECT_ACCOUNT_SET}), WF_INVALID);
	account.id = id + 1;
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_ACCOUNT_SET, .account = &account}),
		WF_NOT_FOUND);
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_ACCOUNT_REMOVE, .account_id = id + 1}),
		WF_NOT_FOUND);
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_MUST_CHANGE, .account_id = id + 1}),
		WF_NOT_FOUND);
	ck_assert_int_eq(fx_effect((struct effect){.kind = (enum effect_kind)4711}), WF_INVALID);
}
END_TEST

START_TEST(account_set_and_flags)
{
	struct account account = fx_account("alice");
	struct effect set = {.kind = EFFECT_ACCOUNT_SET, .account = &account};
	int64_t id = fx_add_account("alice");

	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_LAST_LOGIN, .account_id = id, .value = 9}),
		WF_OK);
	account.id = id;
	account.uid = 2000;
	account.state = ACCOUNT_DISABLED;
	account.created_us = 1;
	account.last_login_us = 1;
	(void)snprintf(account.name, sizeof(account.name), "mallory");
	ck_assert_int_eq(fx_effect(set), WF_OK);
	ck_assert(!fx_read("mallory")->found);
	ck_assert_int_eq(fx_read("alice")->account.uid, 2000);
	ck_assert_int_eq(fx_read("alice")->account.state, ACCOUNT_DISABLED);
	ck_assert_int_eq(fx_read("alice")->account.created_us, FX_START);
	ck_assert_int_eq(fx_read("alice")->account.last_login_us, 9);
	/* Nobody logs in to a disabled account. */
	ck_assert_int_eq(fx_effect((struct effect){
				 .kind = EFFECT_LAST_LOGIN, .account_id = id, .value = 10}),
		WF_NOT_FOUND);
	ck_assert_int_eq(fx_effect((struct effect){
				 .kind = EFFECT_MUST_CHANGE, .account_id = id, .value = 1}),
		WF_OK);
	ck_assert(fx_read("alice")->account.must_change);
	ck_assert_int_eq(fx_effect((struct effect){
				 .kind = EFFECT_MUST_CHANGE, .account_id = id, .value = 0}),
		WF_OK);
	ck_assert(!fx_read("alice")->account.must_change);
}
END_TEST

START_TEST(remove_takes_credentials_and_leaves_the_log)
{
	static const uint8_t codes[1][32] = {{1}};
	int64_t id = fx_add_account("alice");
	struct credential set = fx_credential(FACTOR_RECOVERY, id);
	uint64_t rows;

	(void)fx_add_credential(&set, codes, 1);
	rows = fx_last_seq();
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_ACCOUNT_REMOVE, .account_id = id}), WF_OK);
	ck_assert(!fx_read("alice")->found);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM credential"), 0);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM recovery_code"), 0);
	ck_assert_uint_eq(fx_last_seq(), rows + 1);
	/* Ids are never given twice: what was sealed for one account opens for no other. */
	ck_assert_int_gt(fx_add_account("alice"), id);
}
END_TEST

START_TEST(credentials)
{
	int64_t id = fx_add_account("alice");
	struct credential totp = fx_credential(FACTOR_TOTP, id);
	int64_t token;
	struct effect activate = {.kind = EFFECT_CREDENTIAL_ACTIVATE};
	struct effect void_one = {.kind = EFFECT_CREDENTIAL_VOID};

	totp.state = CREDENTIAL_PENDING;
	token = fx_add_credential(&totp, NULL, 0);
	activate.credential_id = token;
	void_one.credential_id = token;
	ck_assert_int_eq(fx_read("alice")->credentials[0].state, CREDENTIAL_PENDING);
	ck_assert_int_eq(fx_effect(activate), WF_OK);
	ck_assert_int_eq(fx_effect(activate), WF_CONFLICT);
	ck_assert_int_eq(fx_read("alice")->credentials[0].state, CREDENTIAL_ACTIVE);
	ck_assert_int_eq(fx_effect(void_one), WF_OK);
	ck_assert_int_eq(fx_effect(void_one), WF_CONFLICT);
	ck_assert_int_eq(fx_effect(activate), WF_CONFLICT);
	ck_assert_uint_eq(fx_read("alice")->ncredentials, 0);
	ck_assert_int_eq(fx_sql_int("SELECT length(secret) FROM credential"), 0);
	void_one.credential_id = token + 1;
	ck_assert_int_eq(fx_effect(void_one), WF_NOT_FOUND);
	totp.account_id = id + 1;
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_CREDENTIAL_ADD, .credential = &totp}),
		WF_NOT_FOUND);
	ck_assert_int_eq(fx_effect((struct effect){.kind = EFFECT_CREDENTIAL_ADD}), WF_INVALID);
	totp.account_id = id;
	totp.secret_len = CREDENTIAL_SECRET_MAX;
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_CREDENTIAL_ADD, .credential = &totp}),
		WF_INVALID);
	totp.secret_len = 1;
	totp.factor = FACTOR_RECOVERY;
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_CREDENTIAL_ADD, .credential = &totp}),
		WF_INVALID);
}
END_TEST

START_TEST(void_by_factor)
{
	int64_t id = fx_add_account("alice");
	struct credential totp = fx_credential(FACTOR_TOTP, id);
	struct credential hotp = fx_credential(FACTOR_HOTP, id);
	struct effect effect = {
		.kind = EFFECT_CREDENTIAL_VOID, .account_id = id, .factor = FACTOR_TOTP};

	for (int i = 0; i < 2; i++) {
		(void)fx_add_credential(&totp, NULL, 0);
		(void)fx_add_credential(&hotp, NULL, 0);
	}
	ck_assert_int_eq(fx_effect(effect), WF_OK);
	ck_assert_uint_eq(fx_read("alice")->ncredentials, 2);
	ck_assert_int_eq(fx_read("alice")->credentials[0].factor, FACTOR_HOTP);
	ck_assert_int_eq(fx_effect(effect), WF_OK);
	effect.factor = FACTOR_NONE;
	ck_assert_int_eq(fx_effect(effect), WF_OK);
	ck_assert_uint_eq(fx_read("alice")->ncredentials, 0);
}
END_TEST

START_TEST(credentials_are_bounded)
{
	int64_t id = fx_add_account("alice");
	struct credential totp = fx_credential(FACTOR_TOTP, id);
	struct effect add = {.kind = EFFECT_CREDENTIAL_ADD, .credential = &totp};
	int64_t last = 0;

	for (int i = 0; i < CREDENTIALS_MAX; i++)
		last = fx_add_credential(&totp, NULL, 0);
	ck_assert_int_eq(fx_effect(add), WF_TOO_LONG);
	ck_assert_uint_eq(fx_read("alice")->ncredentials, CREDENTIALS_MAX);
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_CREDENTIAL_VOID, .credential_id = last}),
		WF_OK);
	ck_assert_int_eq(fx_effect(add), WF_OK);
}
END_TEST

START_TEST(resync_reseal_and_hash)
{
	int64_t id = fx_add_account("alice");
	struct credential hotp = fx_credential(FACTOR_HOTP, id);
	struct effect resync = {.kind = EFFECT_HOTP_RESYNC, .value = 50};
	struct effect reseal = {.kind = EFFECT_RESEAL,
		.blob = "anew",
		.blob_len = 4,
		.old = "secret",
		.old_len = 6,
		.value = 9};
	struct effect hash = {.kind = EFFECT_HASH_REPLACE,
		.blob = "h2",
		.blob_len = 2,
		.old = "anew",
		.old_len = 4};

	hotp.state = CREDENTIAL_PENDING;
	hotp.counter = 50;
	resync.credential_id = fx_add_credential(&hotp, NULL, 0);
	reseal.credential_id = resync.credential_id;
	hash.credential_id = resync.credential_id;
	ck_assert_int_eq(fx_effect(resync), WF_OK);
	ck_assert_int_eq(fx_read("alice")->credentials[0].state, CREDENTIAL_ACTIVE);
	resync.value = 49;
	ck_assert_int_eq(fx_effect(resync), WF_CONFLICT);
	ck_assert_int_eq(fx_read("alice")->credentials[0].counter, 50);
	ck_assert_int_eq(fx_effect(reseal), WF_OK);
	ck_assert_int_eq(fx_effect(reseal), WF_CONFLICT);
	ck_assert_uint_eq(fx_read("alice")->credentials[0].key_id, 9);
	ck_assert_mem_eq(fx_read("alice")->credentials[0].secret, "anew", 5);
	ck_assert_int_eq(fx_effect(hash), WF_OK);
	ck_assert_int_eq(fx_effect(hash), WF_CONFLICT);
	ck_assert_uint_eq(fx_read("alice")->credentials[0].key_id, 9);
	reseal.blob_len = 0;
	ck_assert_int_eq(fx_effect(reseal), WF_INVALID);
}
END_TEST

START_TEST(settings)
{
	struct effect effect = {.kind = EFFECT_META_SET, .text = "mode", .text2 = "observe"};
	char value[32] = "untouched";

	ck_assert_int_eq(store_setting(fx.store, "mode", value, sizeof(value)), WF_NOT_FOUND);
	ck_assert_str_eq(value, "untouched");
	ck_assert_int_eq(fx_effect(effect), WF_OK);
	ck_assert_int_eq(store_setting(fx.store, "mode", value, sizeof(value)), WF_OK);
	ck_assert_str_eq(value, "observe");
	(void)snprintf(effect.text2, sizeof(effect.text2), "enforce");
	ck_assert_int_eq(fx_effect(effect), WF_OK);
	ck_assert_int_eq(store_setting(fx.store, "mode", value, sizeof(value)), WF_OK);
	ck_assert_str_eq(value, "enforce");
	ck_assert_int_eq(store_setting(fx.store, "mode", value, 7), WF_TOO_LONG);
}
END_TEST

START_TEST(look_up_by_uid)
{
	static struct store_job job;

	(void)fx_add_account("alice");
	job.kind = STORE_READ;
	job.u.read.uid = 1000;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert(job.u.read.found);
	ck_assert_str_eq(job.u.read.account.name, "alice");
	job.u.read.uid = 1001;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert(!job.u.read.found);
	job.u.read.uid = -1;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	ck_assert(!job.u.read.found);
}
END_TEST

static void
fail_once(unsigned txn, const char *name)
{
	ck_assert_int_eq(fx_reserve(txn, name), THROTTLE_ADMIT);
	ck_assert_int_eq(fx_settle(txn, name, SETTLE_FAILURE, 0, NULL), WF_OK);
}

static void
bounded(void)
{
	fx_folder();
	fx.unknown_max = 20;
	fx_open();
}

START_TEST(unknown_names_are_bounded)
{
	unsigned txn = 1;
	char name[16];

	(void)fx_add_account("alice");
	fail_once(txn++, "alice");
	fail_once(txn++, "early");
	ck_assert_int_eq(fx_reserve(9999, "early"), THROTTLE_ADMIT);
	for (int i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		fx_advance(1000);
		fail_once(txn++, name);
	}
	/*
	 * 20 of nobody and the account's own; the oldest went, but not the one with an attempt
	 * under way.
	 */
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM throttle WHERE known = 0"), 20);
	ck_assert_uint_eq(fx_counts().throttles, 21);
	ck_assert_uint_eq(fx_state("alice", LANE_ACCOUNT).failures, 1);
	ck_assert_uint_eq(fx_state("early", LANE_ACCOUNT).failures, 1);
	ck_assert_uint_eq(fx_state("n99", LANE_ACCOUNT).failures, 1);
	ck_assert_uint_eq(fx_state("n81", LANE_ACCOUNT).failures, 1);
	ck_assert_uint_eq(fx_state("n80", LANE_ACCOUNT).failures, 0);
	/* The bound holds after a new start as well. */
	fx_reopen();
	fx_advance(1000);
	fail_once(txn++, "more");
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM throttle WHERE known = 0"), 20);
}
END_TEST

START_TEST(known_follows_the_account)
{
	unsigned txn = 1;
	char name[16];
	int64_t id;

	fail_once(txn++, "bob");
	id = fx_add_account("bob");
	ck_assert_int_eq(fx_sql_int("SELECT known FROM throttle"), 1);
	for (int i = 0; i < 40; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		fx_advance(1000);
		fail_once(txn++, name);
	}
	ck_assert_uint_eq(fx_state("bob", LANE_ACCOUNT).failures, 1);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM throttle WHERE known = 0"), 20);
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_ACCOUNT_REMOVE, .account_id = id}), WF_OK);
	ck_assert_int_eq(fx_sql_int("SELECT known FROM throttle WHERE name = 'bob'"), 0);
	fx_advance(1000);
	fail_once(txn++, "last");
	ck_assert_uint_eq(fx_state("bob", LANE_ACCOUNT).failures, 0);
	ck_assert_int_eq(fx_sql_int("SELECT count(*) FROM throttle"), 20);
}
END_TEST

static Suite *
admin_suite(void)
{
	Suite *suite = suite_create("store-admin");
	TCase *tc = tcase_create("acts");

	tcase_add_checked_fixture(tc, fx_setup, fx_teardown);
	tcase_add_test(tc, account_and_credentials_in_one_act);
	tcase_add_test(tc, names_are_byte_exact);
	tcase_add_test(tc, all_or_nothing);
	tcase_add_test(tc, a_bad_row_leaves_no_gap);
	tcase_add_test(tc, nothing_changes_without_a_row);
	tcase_add_test(tc, refusals_of_accounts);
	tcase_add_test(tc, account_set_and_flags);
	tcase_add_test(tc, remove_takes_credentials_and_leaves_the_log);
	tcase_add_test(tc, credentials);
	tcase_add_test(tc, void_by_factor);
	tcase_add_test(tc, credentials_are_bounded);
	tcase_add_test(tc, resync_reseal_and_hash);
	tcase_add_test(tc, settings);
	tcase_add_test(tc, look_up_by_uid);
	suite_add_tcase(suite, tc);
	tc = tcase_create("bounds");
	tcase_add_checked_fixture(tc, bounded, fx_teardown);
	tcase_add_test(tc, unknown_names_are_bounded);
	tcase_add_test(tc, known_follows_the_account);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(admin_suite)
