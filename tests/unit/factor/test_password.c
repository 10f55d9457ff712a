/*
 * The password factor: known hashes, imported ones, rehashing, what is never accepted, and scratch
 * memory under several threads.
 */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "authd/factor/argon2.h"
#include "authd/factor/scratch.h"
#include "common/fault.h"
#include "tests/unit/factor/fixture.h"
#include "tests/unit/unit.h"
#include "tests/vectors/argon2id.h"
#include "tests/vectors/crypt.h"

#define ARGON2ID_ROWS ((int)(sizeof(argon2id_rows) / sizeof(argon2id_rows[0])))
#define CRYPT_ROWS ((int)(sizeof(crypt_rows) / sizeof(crypt_rows[0])))

static const struct password_cost cheap = {64, 1, 1};

static void
set_cost(uint32_t memory_kib, uint32_t passes)
{
	struct password_cost cost = {memory_kib, passes, 1};

	ck_assert_int_eq(password_cost_set(&cost), WF_OK);
}

static void
setup(void)
{
	ck_assert_int_eq(password_cost_set(&cheap), WF_OK);
}

/* A fresh hash at the current cost. */
static struct credential
credential_with(const void *password, size_t len)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	char hash[PASSWORD_HASH_MAX];

	ck_assert_int_eq(wf_secret_set(&secret, password, len), WF_OK);
	ck_assert_int_eq(password_hash(&secret, NULL, hash, sizeof(hash)), WF_OK);
	wf_secret_clear(&secret);
	return fixture_password(hash);
}

static void
assert_no(const struct factor_result *result)
{
	ck_assert_int_eq(result->answer, FACTOR_NO);
	ck_assert_str_eq(result->reason, "wrong-password");
	ck_assert_uint_eq(result->neffects, 0);
	ck_assert(result->guess);
	ck_assert(!result->replayed);
}

START_TEST(known_hashes_verify)
{
	struct credential credential = fixture_password(argon2id_rows[_i].encoded);
	struct factor_input in = fixture_input(NULL, &credential, 0);
	struct factor_result result = fixture_verify(&in, argon2id_rows[_i].password);

	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert(!result.guess);
	result = fixture_verify(&in, "Password");
	assert_no(&result);
}
END_TEST

/* The new hash takes the place of exactly the old one, and verifies. */
static void
assert_rehashed(
	const struct credential *old, const struct factor_result *result, const char *password)
{
	struct credential fresh = {.id = 0};
	struct factor_input in = fixture_input(NULL, &fresh, 0);
	struct factor_result again;
	char text[EFFECT_BLOB_MAX + 1];

	ck_assert_uint_eq(result->neffects, 1);
	ck_assert_int_eq(result->effects[0].kind, EFFECT_HASH_REPLACE);
	ck_assert_int_eq(result->effects[0].credential_id, old->id);
	ck_assert_uint_eq(result->effects[0].old_len, old->secret_len);
	ck_assert_mem_eq(result->effects[0].old, old->secret, old->secret_len);
	memcpy(text, result->effects[0].blob, result->effects[0].blob_len);
	text[result->effects[0].blob_len] = '\0';
	ck_assert_uint_eq(strlen(text), result->effects[0].blob_len);
	ck_assert_int_eq(strncmp(text, "$argon2id$", 10), 0);
	fresh = fixture_password(text);
	again = fixture_verify(&in, password);
	ck_assert_int_eq(again.answer, FACTOR_YES);
	ck_assert_uint_eq(again.neffects, 0);
}

START_TEST(imported_hashes_verify_once_and_are_rehashed)
{
	struct credential credential = fixture_password(crypt_rows[_i].hash);
	struct factor_input in = fixture_input(NULL, &credential, 0);
	struct factor_result result;
	void *scratch = NULL;

	ck_assert_int_eq(factor_scratch_new(&scratch), WF_OK);
	for (int with = 0; with < 2; with++) {
		in.scratch = with ? scratch : NULL;
		result = fixture_verify(&in, CRYPT_PASSWORD);
		ck_assert_msg(result.answer == FACTOR_YES, "%s", crypt_rows[_i].method);
		assert_rehashed(&credential, &result, CRYPT_PASSWORD);
		result = fixture_verify(&in, "Correct horse");
		assert_no(&result);
	}
	factor_scratch_free(&scratch);
	ck_assert_ptr_null(scratch);
}
END_TEST

START_TEST(a_cheaper_hash_is_rehashed_and_a_dearer_one_is_not)
{
	struct credential credential = credential_with("secret", 6);
	struct factor_input in = fixture_input(NULL, &credential, 0);
	struct factor_result result = fixture_verify(&in, "secret");

	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_uint_eq(result.neffects, 0);
	set_cost(64, 2);
	result = fixture_verify(&in, "secret");
	ck_assert_int_eq(result.answer, FACTOR_YES);
	assert_rehashed(&credential, &result, "secret");
	set_cost(65, 1);
	result = fixture_verify(&in, "secret");
	assert_rehashed(&credential, &result, "secret");
	result = fixture_verify(&in, "Secret"); /* a wrong one asks for nothing */
	assert_no(&result);
	set_cost(32, 1);
	result = fixture_verify(&in, "secret");
	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_uint_eq(result.neffects, 0);
	set_cost(32, 2); /* as much work, divided otherwise */
	result = fixture_verify(&in, "secret");
	ck_assert_uint_eq(result.neffects, 0);
}
END_TEST

START_TEST(a_short_salt_is_rehashed)
{
	/* 8 octets, 256 KiB, t=2 */
	struct credential credential = fixture_password(argon2id_rows[1].encoded);
	struct factor_input in = fixture_input(NULL, &credential, 0);
	struct factor_result result = fixture_verify(&in, "password");

	assert_rehashed(&credential, &result, "password");
}
END_TEST

START_TEST(a_short_hash_is_rehashed)
{
	struct phc phc = {
		.cost = cheap, .salt = "sixteen octets..", .salt_len = 16, .hash_len = 31};
	struct wf_secret secret = WF_SECRET_EMPTY;
	struct credential credential;
	struct factor_input in;
	struct factor_result result;
	char text[PHC_TEXT_MAX];

	ck_assert_int_eq(wf_secret_set(&secret, "secret", 6), WF_OK);
	ck_assert_int_eq(factor_argon2_hash(&secret, &phc, NULL, phc.hash), WF_OK);
	wf_secret_clear(&secret);
	ck_assert_int_eq(phc_format(&phc, text, sizeof(text)), WF_OK);
	credential = fixture_password(text);
	in = fixture_input(NULL, &credential, 0);
	result = fixture_verify(&in, "secret");
	assert_rehashed(&credential, &result, "secret");
}
END_TEST

START_TEST(doomed_and_void_are_never_yes)
{
	struct credential credential = fixture_password(crypt_rows[2].hash);
	struct factor_input in = fixture_input(NULL, &credential, 0);
	struct factor_result result;

	in.doomed = true;
	result = fixture_verify(&in, CRYPT_PASSWORD);
	assert_no(&result);
	in.doomed = false;
	credential.state = CREDENTIAL_VOID;
	result = fixture_verify(&in, CRYPT_PASSWORD);
	assert_no(&result);
}
END_TEST

START_TEST(no_password_and_locked_ones_are_no)
{
	static const char *const hashes[] = {"", "!", "*", "!!", "!*", "*LK*", "!$6$abcdefgh$"};
	struct factor_input in = fixture_input(NULL, NULL, 0);
	struct factor_result result = fixture_verify_bytes(&in, FACTOR_PASSWORD, "secret", 6);
	char locked[CREDENTIAL_SECRET_MAX];

	assert_no(&result);
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		struct credential credential = fixture_password(hashes[i]);

		in.credential = &credential;
		result = fixture_verify(&in, "secret");
		assert_no(&result);
		result = fixture_verify(&in, hashes[i]);
		assert_no(&result);
	}
	/* A good hash behind the mark of usermod -L. */
	(void)snprintf(locked, sizeof(locked), "!%s", crypt_rows[2].hash);
	{
		struct credential credential = fixture_password(locked);

		in.credential = &credential;
		result = fixture_verify(&in, CRYPT_PASSWORD);
		assert_no(&result);
	}
}
END_TEST

START_TEST(a_hash_that_cannot_be_read_is_unsure)
{
	static const char *const hashes[] = {"x", "$argon2id$",
		"$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$AA",
		"$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/"
		"4",
		"$9$salt$hash", "plain text", "$6$abcdefgh", "$6$abcdefgh$short"};

	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		struct credential credential = fixture_password(hashes[i]);
		struct factor_input in = fixture_input(NULL, &credential, 0);
		struct factor_result result = fixture_verify(&in, "secret");

		ck_assert_msg(result.answer == FACTOR_UNSURE, "%s", hashes[i]);
		ck_assert_str_eq(result.reason, "hash");
		ck_assert(!result.guess);
	}
}
END_TEST

/* Beside the factor, as a new password is held against others. */
START_TEST(a_password_against_a_hash)
{
	struct wf_secret password = WF_SECRET_EMPTY;
	char hash[PASSWORD_HASH_MAX];

	ck_assert_int_eq(wf_secret_set(&password, "hunter2", 7), WF_OK);
	ck_assert_int_eq(password_hash(&password, NULL, hash, sizeof(hash)), WF_OK);
	ck_assert_int_eq(password_matches(&password, hash, NULL), WF_OK);
	hash[strlen(hash) - 1] ^= 1;
	ck_assert_int_eq(password_matches(&password, hash, NULL), WF_NO);
	ck_assert_int_eq(password_matches(&password, "!", NULL), WF_NO);
	ck_assert_int_eq(password_matches(&password, "$argon2id$v=19$", NULL), WF_NO);
	wf_secret_clear(&password);
}
END_TEST

START_TEST(empty_answers_and_nul_are_never_right)
{
	struct credential credential = credential_with("secret", 6);
	struct credential with_nul = credential_with("sec\0ret", 7);
	struct credential imported = fixture_password(crypt_rows[2].hash);
	/*
	 * crypt("") with the salt "abcdefgh", as a shadow file with an empty password may have it.
	 */
	struct credential imported_empty =
		fixture_password("$6$abcdefgh$v7sYNA18/BerGOYQLppYLyjH4yJilp8kqe/"
				 "ef3KYMK9hOIdzH1yzcmP74Ay.m51y1jP3QqxM7Jl75S4CxDhBq.");
	struct factor_input in = fixture_input(NULL, &credential, 0);
	struct factor_result result;

	result = fixture_verify(&in, "");
	assert_no(&result);
	result = fixture_verify_bytes(&in, FACTOR_PASSWORD, "secret\0", 7);
	assert_no(&result);
	in.credential = &with_nul;
	result = fixture_verify_bytes(&in, FACTOR_PASSWORD, "sec\0ret", 7);
	assert_no(&result);
	in.credential = &imported;
	result = fixture_verify_bytes(
		&in, FACTOR_PASSWORD, CRYPT_PASSWORD "\0x", sizeof(CRYPT_PASSWORD) + 1);
	assert_no(&result);
	in.credential = &imported_empty;
	result = fixture_verify(&in, "");
	assert_no(&result);
	result = fixture_verify_bytes(&in, FACTOR_PASSWORD, "\0x", 2);
	assert_no(&result);
}
END_TEST

START_TEST(the_longest_answers)
{
	char text[WF_SECRET_MAX];
	struct credential credential = {.id = 0};
	struct factor_input in = fixture_input(NULL, &credential, 0);
	struct factor_result result;

	memset(text, 'a', sizeof(text));
	credential = credential_with(text, sizeof(text));
	result = fixture_verify_bytes(&in, FACTOR_PASSWORD, text, sizeof(text));
	ck_assert_int_eq(result.answer, FACTOR_YES);
	result = fixture_verify_bytes(&in, FACTOR_PASSWORD, text, sizeof(text) - 1);
	assert_no(&result);
	/* Longer than crypt(3) takes: no, not unsure. */
	credential = fixture_password(crypt_rows[2].hash);
	result = fixture_verify_bytes(&in, FACTOR_PASSWORD, text, sizeof(text));
	assert_no(&result);
}
END_TEST

START_TEST(octets_of_any_kind)
{
	static const char password[] = "\xe3\x83\x91\xe3\x82\xb9 \xff\xfe\x01\x7f";
	struct credential credential = credential_with(password, sizeof(password) - 1);
	struct factor_input in = fixture_input(NULL, &credential, 0);
	struct factor_result result = fixture_verify(&in, password);

	ck_assert_int_eq(result.answer, FACTOR_YES);
}
END_TEST

/* Released by a barrier, so that all work at the same time, each in its own memory. */
struct racer {
	pthread_t thread;
	pthread_barrier_t *start;
	const struct credential *credential;
	unsigned wrong;
};

static void *
racer_main(void *arg)
{
	struct racer *racer = arg;
	struct factor_input in = fixture_input(NULL, racer->credential, 0);
	void *scratch = NULL;

	if (factor_scratch_new(&scratch) != WF_OK)
		return NULL;
	in.scratch = scratch;
	pthread_barrier_wait(racer->start);
	for (int i = 0; i < 60; i++) {
		bool right = i % 3 != 0;
		struct factor_result result =
			fixture_verify(&in, right ? CRYPT_PASSWORD : "correct horsf");

		racer->wrong += result.answer != (right ? FACTOR_YES : FACTOR_NO);
	}
	factor_scratch_free(&scratch);
	return NULL;
}

START_TEST(threads_do_not_disturb_each_other)
{
	struct credential argon2 = credential_with(CRYPT_PASSWORD, strlen(CRYPT_PASSWORD));
	struct credential sha512 = fixture_password(crypt_rows[2].hash);
	pthread_barrier_t start;
	struct racer racers[4];

	pthread_barrier_init(&start, NULL, 4);
	for (int i = 0; i < 4; i++) {
		racers[i] =
			(struct racer){.start = &start, .credential = i % 2 ? &argon2 : &sha512};
		ck_assert_int_eq(
			pthread_create(&racers[i].thread, NULL, racer_main, &racers[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(racers[i].thread, NULL);
		ck_assert_uint_eq(racers[i].wrong, 0);
	}
	pthread_barrier_destroy(&start);
}
END_TEST

static bool
all_zero(const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < len; i++) {
		if (at[i] != 0)
			return false;
	}
	return true;
}

START_TEST(scratch_memory_is_wiped_after_use)
{
	struct credential credential = credential_with("secret", 6);
	struct credential imported = fixture_password(crypt_rows[2].hash);
	struct factor_input in = fixture_input(NULL, &credential, 0);
	struct factor_scratch *scratch;
	void *made = NULL;

	ck_assert_int_eq(factor_scratch_new(&made), WF_OK);
	scratch = made;
	ck_assert_uint_eq(scratch->size, 0); /* nothing before the first hash */
	in.scratch = scratch;
	ck_assert_int_eq(fixture_verify(&in, "secret").answer, FACTOR_YES);
	ck_assert(!scratch->lent);
	ck_assert_uint_eq(scratch->size, factor_argon2_in_scratch ? 64 * 1024 : 0);
	ck_assert(all_zero(scratch->memory, scratch->size));
	in.credential = &imported;
	ck_assert_int_eq(fixture_verify(&in, CRYPT_PASSWORD).answer, FACTOR_YES);
	ck_assert(all_zero(&scratch->crypt, sizeof(scratch->crypt)));
	ck_assert(all_zero(scratch->memory, scratch->size));
	factor_scratch_free(&made);
}
END_TEST

START_TEST(the_same_memory_is_lent_again_and_larger_needs_are_met_otherwise)
{
	struct factor_scratch *scratch = NULL;
	uint8_t *first, *second, *third;

	ck_assert_int_eq(scratch_make(8192, &scratch), WF_OK);
	first = scratch_lend(scratch, 8192);
	ck_assert_ptr_eq(first, scratch->memory);
	second = scratch_lend(scratch, 4096); /* lent already */
	ck_assert_ptr_nonnull(second);
	ck_assert_ptr_ne(second, first);
	scratch_return(scratch, second, 4096);
	ck_assert(scratch->lent);
	scratch_return(scratch, first, 8192);
	ck_assert(!scratch->lent);
	third = scratch_lend(scratch, 8193); /* too large */
	ck_assert_ptr_nonnull(third);
	ck_assert_ptr_ne(third, first);
	memset(third, 1, 8193);
	scratch_return(scratch, third, 8193);
	third = scratch_lend(NULL, 10);
	ck_assert_ptr_nonnull(third);
	scratch_return(NULL, third, 10);
	scratch_drop(&scratch);
	ck_assert_ptr_null(scratch);
	scratch_drop(&scratch);
}
END_TEST

#ifdef WF_FAULT
START_TEST(without_memory_nothing_is_lent)
{
	struct factor_scratch *scratch = NULL;
	uint8_t *lent;

	ck_assert_int_eq(scratch_make(8192, &scratch), WF_OK);
	wf_fault_arm(1, false);
	ck_assert_ptr_null(scratch_lend(scratch, 4096));
	wf_fault_arm(0, false);
	ck_assert(!scratch->lent);
	ck_assert_uint_eq(scratch->size, 0);
	lent = scratch_lend(scratch, 4096); /* and then as ever */
	ck_assert_ptr_nonnull(lent);
	scratch_return(scratch, lent, 4096);
	scratch_drop(&scratch);
}
END_TEST
#endif

START_TEST(a_rest_gives_back_what_is_kept_and_not_lent)
{
	struct factor_scratch *scratch = NULL;
	uint8_t *lent;

	ck_assert_int_eq(scratch_make(8192, &scratch), WF_OK);
	factor_scratch_rest(scratch);
	lent = scratch_lend(scratch, 4096);
	factor_scratch_rest(scratch);
	ck_assert_ptr_eq(lent, scratch->memory);
	memset(lent, 1, 4096);
	scratch_return(scratch, lent, 4096);
	lent = scratch_lend(scratch, 8192); /* grows */
	ck_assert_uint_eq(scratch->size, 8192);
	scratch_return(scratch, lent, 8192);
	factor_scratch_rest(scratch);
	ck_assert_ptr_null(scratch->memory);
	ck_assert_uint_eq(scratch->size, 0);
	lent = scratch_lend(scratch, 100);
	ck_assert_ptr_eq(lent, scratch->memory);
	lent[0] = 1;
	scratch_drop(&scratch);
}
END_TEST

START_TEST(what_is_kept_follows_the_cost)
{
	struct credential credential = {.id = 0};
	struct factor_input in = fixture_input(NULL, &credential, 0);
	struct factor_scratch *scratch;
	void *made = NULL;

	ck_assert_int_eq(factor_scratch_new(&made), WF_OK);
	scratch = made;
	in.scratch = made;
	credential = credential_with("secret", 6);
	ck_assert_int_eq(fixture_verify(&in, "secret").answer, FACTOR_YES);
	set_cost(1024, 1);
	credential = credential_with("secret", 6);
	ck_assert_int_eq(fixture_verify(&in, "secret").answer, FACTOR_YES);
	ck_assert_uint_eq(scratch->size, factor_argon2_in_scratch ? 1024 * 1024 : 0);
	factor_scratch_free(&made);
}
END_TEST

START_TEST(a_hash_dearer_than_the_scratch_memory_verifies)
{
	struct credential credential = {.id = 0};
	struct factor_input in = fixture_input(NULL, &credential, 0);
	void *scratch = NULL;

	ck_assert_int_eq(factor_scratch_new(&scratch), WF_OK);
	set_cost(1024, 1);
	credential = credential_with("secret", 6);
	set_cost(64, 1);
	in.scratch = scratch;
	ck_assert_int_eq(fixture_verify(&in, "secret").answer, FACTOR_YES);
	ck_assert_int_eq(fixture_verify(&in, "secreT").answer, FACTOR_NO);
	factor_scratch_free(&scratch);
}
END_TEST

START_TEST(a_length_past_the_field_reads_nothing)
{
	struct credential credential = credential_with("secret", 6);
	struct factor_input in = fixture_input(NULL, &credential, 0);
	struct factor_result result;

	credential.secret_len = CREDENTIAL_SECRET_MAX + 1;
	result = fixture_verify(&in, "secret");
	assert_no(&result);
}
END_TEST

#ifdef WF_FAULT
/* Fallible calls of one verification: what it does, as far as it can be counted. */
static uint64_t
calls_of(struct factor_input *in, const char *text)
{
	struct wf_secret answer = WF_SECRET_EMPTY;
	struct factor_result result;
	uint64_t calls;

	ck_assert_int_eq(wf_secret_set(&answer, text, strlen(text)), WF_OK);
	in->answer = &answer;
	wf_fault_arm(0, false);
	factor_ops(FACTOR_PASSWORD)->verify(in, &result);
	calls = wf_fault_count();
	wf_secret_clear(&answer);
	return calls;
}

START_TEST(a_right_password_takes_no_more_than_a_wrong_one)
{
	struct credential credential = fixture_password(crypt_rows[2].hash);
	struct factor_input in = fixture_input(NULL, &credential, 0);

	ck_assert_uint_eq(calls_of(&in, CRYPT_PASSWORD), calls_of(&in, "wrong"));
	in.doomed = true;
	ck_assert_uint_eq(calls_of(&in, CRYPT_PASSWORD), calls_of(&in, "wrong"));
}
END_TEST

/*
 * Every fallible call of a verification fails once: right stays right or unsure, wrong is never
 * right.
 */
static void
fault_loop(const struct credential *credential, const char *text, enum factor_answer clean)
{
	struct factor_input in = fixture_input(NULL, credential, 0);
	struct wf_secret answer = WF_SECRET_EMPTY;
	unsigned unsure = 0;

	ck_assert_int_eq(wf_secret_set(&answer, text, strlen(text)), WF_OK);
	in.answer = &answer;
	for (uint64_t nth = 1; nth <= 8; nth++) {
		struct factor_result result = {.answer = FACTOR_YES};

		wf_fault_arm(nth, false);
		factor_ops(FACTOR_PASSWORD)->verify(&in, &result);
		if (result.answer == FACTOR_YES)
			factor_renew(&in, &result);
		wf_fault_arm(0, false);
		ck_assert(result.answer == clean || result.answer == FACTOR_UNSURE);
		unsure += result.answer == FACTOR_UNSURE;
	}
	ck_assert_uint_ge(unsure, 1);
	wf_secret_clear(&answer);
}

START_TEST(no_memory_is_unsure_and_a_failed_rehash_costs_nothing)
{
	struct credential credential = credential_with("secret", 6);
	struct credential imported = fixture_password(crypt_rows[2].hash);

	set_cost(128, 1);
	fault_loop(&credential, "secret", FACTOR_YES);
	fault_loop(&credential, "Secret", FACTOR_NO);
	fault_loop(&imported, CRYPT_PASSWORD, FACTOR_YES);
	fault_loop(&imported, "wrong", FACTOR_NO);
	fault_loop(NULL, "wrong", FACTOR_NO);
}
END_TEST
#endif

static Suite *
password_suite(void)
{
	Suite *suite = suite_create("password");
	TCase *tc = tcase_create("password");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, known_hashes_verify, 0, ARGON2ID_ROWS);
	tcase_add_loop_test(tc, imported_hashes_verify_once_and_are_rehashed, 0, CRYPT_ROWS);
	tcase_add_test(tc, a_cheaper_hash_is_rehashed_and_a_dearer_one_is_not);
	tcase_add_test(tc, a_short_salt_is_rehashed);
	tcase_add_test(tc, a_short_hash_is_rehashed);
	tcase_add_test(tc, doomed_and_void_are_never_yes);
	tcase_add_test(tc, no_password_and_locked_ones_are_no);
	tcase_add_test(tc, a_hash_that_cannot_be_read_is_unsure);
	tcase_add_test(tc, a_password_against_a_hash);
	tcase_add_test(tc, empty_answers_and_nul_are_never_right);
	tcase_add_test(tc, the_longest_answers);
	tcase_add_test(tc, octets_of_any_kind);
	tcase_add_test(tc, threads_do_not_disturb_each_other);
	tcase_add_test(tc, scratch_memory_is_wiped_after_use);
	tcase_add_test(tc, the_same_memory_is_lent_again_and_larger_needs_are_met_otherwise);
#ifdef WF_FAULT
	tcase_add_test(tc, without_memory_nothing_is_lent);
#endif
	tcase_add_test(tc, a_rest_gives_back_what_is_kept_and_not_lent);
	tcase_add_test(tc, what_is_kept_follows_the_cost);
	tcase_add_test(tc, a_hash_dearer_than_the_scratch_memory_verifies);
	tcase_add_test(tc, a_length_past_the_field_reads_nothing);
#ifdef WF_FAULT
	tcase_add_test(tc, a_right_password_takes_no_more_than_a_wrong_one);
	tcase_add_test(tc, no_memory_is_unsure_and_a_failed_rehash_costs_nothing);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(password_suite)
