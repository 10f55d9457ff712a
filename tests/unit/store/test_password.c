/*
 * What the store keeps of passwords beside their hashes: which rules one met, the rule that asks
 * for another one, when it was looked up, former ones, and those of a person's other accounts.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/policy/values.h"
#include "tests/unit/store/fixture.h"
#include "tests/unit/unit.h"

static int64_t alice;

static void
setup(void)
{
	fx_setup();
	alice = fx_add_account("alice");
}

static struct credential
password(int64_t account, const char *hash)
{
	struct credential credential = fx_credential(FACTOR_PASSWORD, account);

	credential.secret_len = strlen(hash);
	memcpy(credential.secret, hash, credential.secret_len + 1);
	credential.note = (struct password_note){.length = 12,
		.classes = CHARACTER_LOWER | CHARACTER_DIGIT,
		.guard = 1,
		.checked_us = FX_START};
	return credential;
}

/* As a change does it: the hash of before becomes a former one, `keep` of which stay. */
static void
set_password(int64_t account, const char *hash, int64_t keep)
{
	struct credential credential = password(account, hash);
	struct effect effects[] = {
		{.kind = EFFECT_PASSWORD_KEEP, .account_id = account, .value = keep},
		{.kind = EFFECT_CREDENTIAL_VOID, .account_id = account, .factor = FACTOR_PASSWORD},
		{.kind = EFFECT_CREDENTIAL_ADD, .credential = &credential},
	};

	ck_assert_int_eq(fx_admin(effects, 3, NULL), WF_OK);
}

/* "own a, person b, former c": what a new password of this account is compared with. */
static const char *
hashes_of(const char *name, size_t own, size_t person, size_t former)
{
	static const char *const sorts[HASH_SORTS] = {"own", "person", "former"};
	static struct store_hash hashes[STORE_HASHES_MAX];
	static struct store_job job;
	static char text[512];
	size_t len = 0;

	memset(&job, 0, sizeof(job));
	job.kind = STORE_READ;
	job.u.read.name = name;
	job.u.read.uid = -1;
	job.u.read.hashes = hashes;
	job.u.read.hashes_wanted[HASH_OWN] = own;
	job.u.read.hashes_wanted[HASH_PERSON] = person;
	job.u.read.hashes_wanted[HASH_FORMER] = former;
	ck_assert_int_eq(store_run(fx.store, &job), WF_OK);
	text[0] = '\0';
	for (size_t i = 0; i < job.u.read.nhashes; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s %s",
			i > 0 ? ", " : "", sorts[hashes[i].of], hashes[i].text);
	return text;
}

START_TEST(what_it_met_is_kept)
{
	const struct password_note *note = &fx_read("alice")->account.password;

	ck_assert_int_eq(note->set_us, 0);
	set_password(alice, "a", 0);
	note = &fx_read("alice")->account.password;
	ck_assert_uint_eq(note->length, 12);
	ck_assert_uint_eq(note->classes, CHARACTER_LOWER | CHARACTER_DIGIT);
	ck_assert_uint_eq(note->guard, 1);
	ck_assert_int_eq(note->set_us, FX_START);
	ck_assert_int_eq(note->checked_us, FX_START);
}
END_TEST

/* Neither a token nor an act on the account touches what is known of its password. */
START_TEST(nothing_else_changes_it)
{
	struct credential token = fx_credential(FACTOR_TOTP, alice);
	struct account account;

	set_password(alice, "a", 0);
	(void)fx_add_credential(&token, NULL, 0);
	account = fx_read("alice")->account;
	account.password = (struct password_note){.length = 1};
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_ACCOUNT_SET, .account = &account}), WF_OK);
	ck_assert_uint_eq(fx_read("alice")->account.password.length, 12);
}
END_TEST

START_TEST(the_rule_that_asks)
{
	ck_assert_int_eq(fx_effect((struct effect){.kind = EFFECT_MUST_CHANGE,
				 .account_id = alice,
				 .value = 1,
				 .text = "password.min C-03"}),
		WF_OK);
	ck_assert(fx_read("alice")->account.must_change);
	ck_assert_str_eq(fx_read("alice")->account.change_rule, "password.min C-03");
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_MUST_CHANGE, .account_id = alice}), WF_OK);
	ck_assert(!fx_read("alice")->account.must_change);
	ck_assert_str_eq(fx_read("alice")->account.change_rule, "");
}
END_TEST

START_TEST(a_login_says_when_it_was_looked_up)
{
	struct effect login = {.kind = EFFECT_LAST_LOGIN, .account_id = alice, .value = 500};

	ck_assert_int_eq(fx_effect(login), WF_OK);
	ck_assert_int_eq(fx_read("alice")->account.password.checked_us, 0);
	login.value2 = 400;
	ck_assert_int_eq(fx_effect(login), WF_OK);
	login.value2 = 0;
	ck_assert_int_eq(fx_effect(login), WF_OK);
	ck_assert_int_eq(fx_read("alice")->account.password.checked_us, 400);
	ck_assert_int_eq(fx_read("alice")->account.last_login_us, 500);
}
END_TEST

START_TEST(former_ones_are_bounded)
{
	set_password(alice, "a", 2);
	set_password(alice, "b", 2);
	set_password(alice, "c", 2);
	set_password(alice, "d", 2);
	ck_assert_str_eq(hashes_of("alice", 1, 0, 9), "own d, former c, former b");
	ck_assert_str_eq(hashes_of("alice", 1, 0, 1), "own d, former c");
	ck_assert_str_eq(hashes_of("alice", 0, 9, 0), "");
	set_password(alice, "e", 0);
	ck_assert_str_eq(hashes_of("alice", 1, 0, 9), "own e");
}
END_TEST

START_TEST(those_of_one_person)
{
	int64_t root = fx_add_account("alice-adm"), bob = fx_add_account("bob");
	struct account account;

	set_password(alice, "a", 0);
	set_password(root, "r", 0);
	set_password(bob, "b", 0);
	ck_assert_str_eq(hashes_of("alice", 1, 9, 9), "own a");
	account = fx_read("alice")->account;
	(void)snprintf(account.person, sizeof(account.person), "1001");
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_ACCOUNT_SET, .account = &account}), WF_OK);
	account = fx_read("alice-adm")->account;
	(void)snprintf(account.person, sizeof(account.person), "1001");
	ck_assert_int_eq(
		fx_effect((struct effect){.kind = EFFECT_ACCOUNT_SET, .account = &account}), WF_OK);
	ck_assert_str_eq(hashes_of("alice", 1, 9, 9), "own a, person r");
	ck_assert_str_eq(hashes_of("alice-adm", 1, 9, 9), "own r, person a");
	ck_assert_str_eq(hashes_of("bob", 1, 9, 9), "own b");
	ck_assert_str_eq(hashes_of("nobody", 1, 9, 9), "");
}
END_TEST

/* What was found in the first round is known in the second. */
START_TEST(a_challenge_remembers_what_was_found)
{
	struct store_job *job;

	ck_assert_int_eq(fx_reserve(1, "alice"), THROTTLE_ADMIT);
	job = fx_challenge_job(1, "alice", alice);
	job->u.settle.leak = STORE_LEAK_FOUND;
	job->u.settle.note = (struct password_note){.length = PASSWORD_LENGTH_NOTED, .classes = 15};
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	free(job);
	job = fx_resume_job(1, "alice");
	ck_assert_int_eq(store_run(fx.store, job), WF_OK);
	ck_assert_int_eq(job->u.resume.answer, RESUME_FOUND);
	ck_assert_int_eq(job->u.resume.leak, STORE_LEAK_FOUND);
	ck_assert_uint_eq(job->u.resume.note.length, PASSWORD_LENGTH_NOTED);
	ck_assert_uint_eq(job->u.resume.note.classes, 15);
	free(job);
}
END_TEST

/* Of a hash that was made elsewhere nothing is known; what is known stays. */
START_TEST(a_login_notes_what_is_not_known)
{
	struct effect note = {
		.kind = EFFECT_PASSWORD_NOTE, .account_id = alice, .value = 9, .value2 = 3};
	const struct account *account;

	ck_assert_int_eq(fx_effect(note), WF_OK);
	account = &fx_read("alice")->account;
	ck_assert_uint_eq(account->password.length, 9);
	ck_assert_uint_eq(account->password.classes, 3);
	note.value = 12;
	ck_assert_int_eq(fx_effect(note), WF_OK);
	ck_assert_uint_eq(fx_read("alice")->account.password.length, 9);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("store-password");
	TCase *tcase = tcase_create("password");

	tcase_add_checked_fixture(tcase, setup, fx_teardown);
	tcase_add_test(tcase, what_it_met_is_kept);
	tcase_add_test(tcase, nothing_else_changes_it);
	tcase_add_test(tcase, the_rule_that_asks);
	tcase_add_test(tcase, a_login_says_when_it_was_looked_up);
	tcase_add_test(tcase, former_ones_are_bounded);
	tcase_add_test(tcase, those_of_one_person);
	tcase_add_test(tcase, a_challenge_remembers_what_was_found);
	tcase_add_test(tcase, a_login_notes_what_is_not_known);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
