/*
 * The table of factors, and one answer tried against all credentials of an account.
 */
#include "config.h"

#include <string.h>

#include "tests/unit/factor/fixture.h"
#include "tests/unit/unit.h"
#include "tests/vectors/rfc4226.h"

#define OTHER_SECRET "abcdefghijklmnopqrst"

static const struct keyring keys = {.key_id = 3};
static const struct otp_spec totp6 = {FACTOR_TOTP, OTP_SHA1, 6, 30};

static void
setup(void)
{
	struct password_cost cheap = {64, 1, 1};

	ck_assert_int_eq(password_cost_set(&cheap), WF_OK);
}

static struct credential
hotp(const char *secret, int64_t counter)
{
	struct credential credential = fixture_otp(&keys, FACTOR_HOTP, OTP_SHA1, 6, secret);

	credential.counter = counter;
	return credential;
}

static struct credential
totp(void)
{
	return fixture_otp(&keys, FACTOR_TOTP, OTP_SHA1, 6, OTHER_SECRET);
}

static const char *
totp_code_at(uint64_t step)
{
	static char code[9];
	struct wf_secret secret = WF_SECRET_EMPTY;

	ck_assert_int_eq(wf_secret_set(&secret, OTHER_SECRET, strlen(OTHER_SECRET)), WF_OK);
	ck_assert_int_eq(otp_code(&secret, &totp6, step, code), WF_OK);
	wf_secret_clear(&secret);
	return code;
}

static struct credential
password(const char *text)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	char hash[PASSWORD_HASH_MAX];

	ck_assert_int_eq(wf_secret_set(&secret, text, strlen(text)), WF_OK);
	ck_assert_int_eq(password_hash(&secret, NULL, hash, sizeof(hash)), WF_OK);
	wf_secret_clear(&secret);
	return fixture_password(hash);
}

START_TEST(the_table_has_each_factor_once)
{
	static const struct {
		enum factor_id id;
		const char *name;
		enum factor_kind kind;
		enum wf_text_id prompt;
	} rows[] = {
		{FACTOR_PASSWORD, "password", KIND_KNOWLEDGE, WF_TEXT_PASSWORD},
		{FACTOR_TOTP, "totp", KIND_POSSESSION, WF_TEXT_CODE},
		{FACTOR_HOTP, "hotp", KIND_POSSESSION, WF_TEXT_CODE},
		{FACTOR_RECOVERY, "recovery", KIND_POSSESSION, WF_TEXT_CODE},
	};

	for (size_t i = 0; i < 4; i++) {
		const struct factor_ops *ops = factor_ops(rows[i].id);

		ck_assert_ptr_nonnull(ops);
		ck_assert_ptr_eq(factor_find(rows[i].name), ops);
		ck_assert_str_eq(ops->name, rows[i].name);
		ck_assert_int_eq(ops->kind, rows[i].kind);
		ck_assert_int_eq(ops->prompt, rows[i].prompt);
		ck_assert_ptr_nonnull(ops->verify);
	}
	ck_assert_ptr_null(factor_ops(FACTOR_NONE));
	ck_assert_ptr_null(factor_ops(FACTOR_ID_COUNT));
	ck_assert_ptr_null(factor_find("TOTP"));
	ck_assert_ptr_null(factor_find(""));
	ck_assert_uint_eq(factor_ops(FACTOR_PASSWORD)->flags, FACTOR_CPU);
	ck_assert_str_eq(factor_ops(FACTOR_RECOVERY)->tags, "recovery");
}
END_TEST

/* What another server knows: the same name for both kinds, and never right here. */
START_TEST(of_another_server)
{
	static const enum wf_text_id prompts[] = {WF_TEXT_PASSWORD, WF_TEXT_CODE};
	static const enum factor_kind kinds[] = {KIND_KNOWLEDGE, KIND_POSSESSION};

	for (size_t i = 0; i < 2; i++) {
		const struct factor_ops *ops = factor_upstream(prompts[i]);
		struct factor_result result = {.answer = FACTOR_YES};

		ck_assert_ptr_nonnull(ops);
		ck_assert_str_eq(ops->name, "upstream");
		ck_assert_int_eq(ops->kind, kinds[i]);
		ck_assert_uint_eq(ops->flags, FACTOR_EGRESS | FACTOR_MULTIROUND);
		ops->verify(&(struct factor_input){.doomed = false}, &result);
		ck_assert_int_eq(result.answer, FACTOR_NO);
	}
	ck_assert_ptr_null(factor_upstream(WF_TEXT_CURRENT_PASSWORD));
	ck_assert_ptr_null(factor_upstream(WF_TEXT_NONE));
}
END_TEST

static const struct {
	enum factor_answer answer;
	const char *reason;
	bool guess;
} said[] = {{FACTOR_YES, "", false}, {FACTOR_NO, "refused", true}, {FACTOR_UNSURE, "away", false}};

START_TEST(what_it_said)
{
	struct factor_result result = {.neffects = 1, .replayed = true};

	factor_upstream_said(said[_i].answer, said[_i].reason, &result);
	ck_assert_int_eq(result.answer, said[_i].answer);
	ck_assert_str_eq(result.reason, said[_i].reason);
	ck_assert_int_eq(result.guess, said[_i].guess);
	ck_assert_uint_eq(result.neffects, 0);
	ck_assert(!result.replayed);
}
END_TEST

START_TEST(each_credential_of_the_prompt_is_tried)
{
	struct wf_secret code[1] = {WF_SECRET_EMPTY};
	struct credential all[] = {password("secret"), hotp(OTHER_SECRET, 0), totp(),
		fixture_recovery(&keys, 1, code), hotp(RFC4226_SECRET, 0)};
	struct factor_input in = fixture_input(&keys, NULL, 30 * 1000);
	struct factor_result result;
	enum factor_id factor = FACTOR_NONE;

	all[4].id = 99;
	result = fixture_try(&in, WF_TEXT_CODE, all, 5, rfc4226_codes[2], &factor);
	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_int_eq(factor, FACTOR_HOTP);
	ck_assert_int_eq(result.effects[0].credential_id, 99);
	ck_assert_ptr_null(in.credential);
	result = fixture_try(&in, WF_TEXT_CODE, all, 5, totp_code_at(1000), &factor);
	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_int_eq(factor, FACTOR_TOTP);
	result = fixture_try(&in, WF_TEXT_CODE, all, 5, (const char *)code[0].bytes, &factor);
	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_int_eq(factor, FACTOR_RECOVERY);
	ck_assert_int_eq(result.effects[0].kind, EFFECT_CODE_CONSUME);
	result = fixture_try(&in, WF_TEXT_PASSWORD, all, 5, "secret", &factor);
	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_int_eq(factor, FACTOR_PASSWORD);
	result = fixture_try(&in, WF_TEXT_CODE, all, 5, "secret", &factor);
	ck_assert_int_eq(result.answer, FACTOR_NO);
	ck_assert(result.guess);
	result = fixture_try(&in, WF_TEXT_PASSWORD, all, 5, rfc4226_codes[2], &factor);
	ck_assert_int_eq(result.answer, FACTOR_NO);
	wf_secret_clear(&code[0]);
}
END_TEST

START_TEST(the_current_password_or_a_recovery_code)
{
	struct wf_secret code[1] = {WF_SECRET_EMPTY};
	struct credential all[] = {password("secret"), totp(), fixture_recovery(&keys, 1, code)};
	struct factor_input in = fixture_input(&keys, NULL, 30 * 1000);
	struct factor_result result;
	enum factor_id factor = FACTOR_NONE;

	result = fixture_try(&in, WF_TEXT_CURRENT_PASSWORD, all, 3, "secret", &factor);
	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_int_eq(factor, FACTOR_PASSWORD);
	result = fixture_try(
		&in, WF_TEXT_CURRENT_PASSWORD, all, 3, (const char *)code[0].bytes, &factor);
	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_int_eq(factor, FACTOR_RECOVERY);
	ck_assert_int_eq(result.effects[0].kind, EFFECT_CODE_CONSUME);
	result = fixture_try(&in, WF_TEXT_CURRENT_PASSWORD, all, 3, totp_code_at(1000), &factor);
	ck_assert_int_eq(result.answer, FACTOR_NO);
	result = fixture_try(&in, WF_TEXT_PASSWORD, all, 3, (const char *)code[0].bytes, &factor);
	ck_assert_int_eq(result.answer, FACTOR_NO);
	wf_secret_clear(&code[0]);
}
END_TEST

START_TEST(the_best_answer_wins)
{
	struct keyring other = {.key_id = 4};
	struct credential lost = totp(), used = hotp(RFC4226_SECRET, 5),
			  fresh = hotp(RFC4226_SECRET, 2);
	struct credential wrong = hotp(OTHER_SECRET, 0), wrong_totp = totp(),
			  lost_hotp = hotp(OTHER_SECRET, 0);
	struct factor_input in = fixture_input(&keys, NULL, 30 * 1000);
	struct factor_result result;
	enum factor_id factor = FACTOR_NONE;

	/* its key is not in the ring */
	fixture_seal(&other, &lost, OTHER_SECRET, strlen(OTHER_SECRET));
	fixture_seal(&other, &lost_hotp, OTHER_SECRET, strlen(OTHER_SECRET));
	for (int backwards = 0; backwards < 2; backwards++) {
		struct credential yes[] = {
			backwards ? fresh : used, wrong, lost, backwards ? used : fresh};
		struct credential replay[] = {wrong, lost, used};
		/* The table's order is TOTP, HOTP, whatever the account's. */
		struct credential unsure[] = {
			backwards ? lost_hotp : wrong, backwards ? wrong_totp : lost};

		result = fixture_try(&in, WF_TEXT_CODE, yes, 4, rfc4226_codes[3], &factor);
		ck_assert_int_eq(result.answer, FACTOR_YES);
		ck_assert(!result.replayed && !result.guess);
		ck_assert_int_eq(factor, FACTOR_HOTP);
		result = fixture_try(&in, WF_TEXT_CODE, replay, 3, rfc4226_codes[3], &factor);
		ck_assert_int_eq(result.answer, FACTOR_NO);
		ck_assert(result.replayed);
		ck_assert(!result.guess);
		ck_assert_str_eq(result.reason, "replayed");
		result = fixture_try(&in, WF_TEXT_CODE, unsure, 2, rfc4226_codes[3], &factor);
		ck_assert_int_eq(result.answer, FACTOR_UNSURE);
		ck_assert_int_eq(factor, backwards ? FACTOR_HOTP : FACTOR_TOTP);
		ck_assert_str_eq(result.reason, "key");
		ck_assert(result.guess); /* the other token said no: not for free */
	}
	result = fixture_try(&in, WF_TEXT_CODE, &lost, 1, rfc4226_codes[3], &factor);
	ck_assert_int_eq(result.answer, FACTOR_UNSURE);
	ck_assert(!result.guess);
}
END_TEST

/*
 * Nearly everyone has a set of recovery codes: digits are no guess at it, and the clock's doubt
 * costs nothing.
 */
START_TEST(a_suspect_clock_counts_no_guess_at_recovery_codes)
{
	struct wf_secret code[1] = {WF_SECRET_EMPTY};
	struct credential all[] = {totp(), fixture_recovery(&keys, 1, code)};
	struct factor_input in = fixture_input(&keys, NULL, 30 * 1000);
	struct factor_result result;
	enum factor_id factor = FACTOR_NONE;

	in.clock_suspect = true;
	result = fixture_try(&in, WF_TEXT_CODE, all, 2, totp_code_at(1000), &factor);
	ck_assert_int_eq(result.answer, FACTOR_UNSURE);
	ck_assert(!result.guess);
	result = fixture_try(&in, WF_TEXT_CODE, all, 2, (const char *)code[0].bytes, &factor);
	ck_assert_int_eq(result.answer, FACTOR_YES);
	result = fixture_try(&in, WF_TEXT_CODE, all, 2, "ABCD-EFGH-IJKL-MNOP", &factor);
	ck_assert_int_eq(result.answer, FACTOR_NO);
	ck_assert(result.guess);
	/* An unknown name gets the same. */
	result = fixture_try(&in, WF_TEXT_CODE, NULL, 0, "123456", &factor);
	ck_assert_int_eq(result.answer, FACTOR_UNSURE);
	ck_assert(!result.guess);
	result = fixture_try(&in, WF_TEXT_CODE, NULL, 0, "ABCD-EFGH-IJKL-MNOP", &factor);
	ck_assert_int_eq(result.answer, FACTOR_NO);
	ck_assert(result.guess);
	wf_secret_clear(&code[0]);
}
END_TEST

/* An account with HOTP alone is not made unsure by the mock work for TOTP. */
START_TEST(mock_results_do_not_reach_real_accounts)
{
	struct credential token = hotp(RFC4226_SECRET, 0);
	struct factor_input in = fixture_input(&keys, NULL, 30 * 1000);
	struct factor_result result;
	enum factor_id factor = FACTOR_NONE;

	in.clock_suspect = true;
	result = fixture_try(&in, WF_TEXT_CODE, &token, 1, "000000", &factor);
	ck_assert_int_eq(result.answer, FACTOR_NO);
	ck_assert_int_eq(factor, FACTOR_HOTP);
}
END_TEST

START_TEST(nobody_gets_no)
{
	struct factor_input in = fixture_input(&keys, NULL, 30 * 1000);
	struct factor_result result;
	enum factor_id factor = FACTOR_NONE;

	result = fixture_try(&in, WF_TEXT_PASSWORD, NULL, 0, "secret", &factor);
	ck_assert_int_eq(result.answer, FACTOR_NO);
	ck_assert_str_eq(result.reason, "no-factor");
	ck_assert_int_eq(factor, FACTOR_PASSWORD);
	ck_assert(result.guess);
	result = fixture_try(&in, WF_TEXT_CODE, NULL, 0, "123456", &factor);
	ck_assert_int_eq(result.answer, FACTOR_NO);
	ck_assert_str_eq(result.reason, "no-factor");
	ck_assert(result.guess);
	/* A prompt that no factor answers to. */
	result = fixture_try(&in, WF_TEXT_NEW_PASSWORD, NULL, 0, "secret", &factor);
	ck_assert_int_eq(result.answer, FACTOR_NO);
	ck_assert_str_eq(result.reason, "no-factor");
	ck_assert_int_eq(factor, FACTOR_NONE);
}
END_TEST

START_TEST(doomed_accounts_get_no_for_the_right_answer)
{
	struct wf_secret code[1] = {WF_SECRET_EMPTY};
	struct credential all[] = {password("secret"), hotp(RFC4226_SECRET, 0), totp(),
		fixture_recovery(&keys, 1, code)};
	const char *answers[] = {"secret", rfc4226_codes[0], NULL, (const char *)code[0].bytes};
	struct factor_input in = fixture_input(&keys, NULL, 30 * 1000);
	enum factor_id factor = FACTOR_NONE;

	answers[2] = totp_code_at(1000);
	for (size_t i = 0; i < 4; i++) {
		enum wf_text_id prompt = i == 0 ? WF_TEXT_PASSWORD : WF_TEXT_CODE;
		struct factor_result result;

		in.doomed = false;
		result = fixture_try(&in, prompt, all, 4, answers[i], &factor);
		ck_assert_int_eq(result.answer, FACTOR_YES);
		in.doomed = true;
		result = fixture_try(&in, prompt, all, 4, answers[i], &factor);
		ck_assert_int_eq(result.answer, FACTOR_NO);
		ck_assert_uint_eq(result.neffects, 0);
		ck_assert(result.guess);
	}
	wf_secret_clear(&code[0]);
}
END_TEST

START_TEST(void_credentials_are_passed_over_and_pending_ones_count)
{
	struct credential token = hotp(RFC4226_SECRET, 0);
	struct factor_input in = fixture_input(&keys, NULL, 30 * 1000);
	struct factor_result result;
	enum factor_id factor = FACTOR_NONE;

	token.state = CREDENTIAL_VOID;
	result = fixture_try(&in, WF_TEXT_CODE, &token, 1, rfc4226_codes[0], &factor);
	ck_assert_int_eq(result.answer, FACTOR_NO);
	in.clock_suspect = true; /* the same as for an account without any */
	result = fixture_try(&in, WF_TEXT_CODE, &token, 1, rfc4226_codes[0], &factor);
	ck_assert_int_eq(result.answer, FACTOR_UNSURE);
	token.state = CREDENTIAL_PENDING;
	result = fixture_try(&in, WF_TEXT_CODE, &token, 1, rfc4226_codes[0], &factor);
	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_uint_eq(result.neffects, 2);
	ck_assert_int_eq(result.effects[0].kind, EFFECT_HOTP_ADVANCE);
	ck_assert_int_eq(result.effects[1].kind, EFFECT_CREDENTIAL_ACTIVATE);
}
END_TEST

static Suite *
factor_suite(void)
{
	Suite *suite = suite_create("factor");
	TCase *tc = tcase_create("factor");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, the_table_has_each_factor_once);
	tcase_add_test(tc, of_another_server);
	tcase_add_loop_test(tc, what_it_said, 0, 3);
	tcase_add_test(tc, each_credential_of_the_prompt_is_tried);
	tcase_add_test(tc, the_current_password_or_a_recovery_code);
	tcase_add_test(tc, the_best_answer_wins);
	tcase_add_test(tc, a_suspect_clock_counts_no_guess_at_recovery_codes);
	tcase_add_test(tc, mock_results_do_not_reach_real_accounts);
	tcase_add_test(tc, nobody_gets_no);
	tcase_add_test(tc, doomed_accounts_get_no_for_the_right_answer);
	tcase_add_test(tc, void_credentials_are_passed_over_and_pending_ones_count);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(factor_suite)
