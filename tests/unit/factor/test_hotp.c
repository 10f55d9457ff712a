/*
 * HOTP: look-ahead and its end, codes already passed, what a match advances to, and a code that by
 * chance belongs to two counters.
 */
#include "config.h"

#include <string.h>

#include "tests/unit/factor/fixture.h"
#include "tests/unit/unit.h"
#include "tests/vectors/rfc4226.h"

static const struct otp_spec spec6 = {FACTOR_HOTP, OTP_SHA1, 6, 0};
static const struct keyring keys = {.key_id = 3};

static const char *
code_of(uint64_t counter)
{
	static char code[9];
	struct wf_secret secret = WF_SECRET_EMPTY;

	ck_assert_int_eq(wf_secret_set(&secret, RFC4226_SECRET, strlen(RFC4226_SECRET)), WF_OK);
	ck_assert_int_eq(otp_code(&secret, &spec6, counter, code), WF_OK);
	wf_secret_clear(&secret);
	return code;
}

static struct credential
token(int64_t counter)
{
	struct credential credential = fixture_otp(&keys, FACTOR_HOTP, OTP_SHA1, 6, RFC4226_SECRET);

	credential.step_s = 0;
	credential.counter = counter;
	return credential;
}

START_TEST(rfc4226_codes_advance_the_counter)
{
	struct credential credential = token(_i);
	struct factor_input in = fixture_input(&keys, &credential, 0);
	struct factor_result result = fixture_verify(&in, rfc4226_codes[_i]);

	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_uint_eq(result.neffects, 1);
	ck_assert_int_eq(result.effects[0].kind, EFFECT_HOTP_ADVANCE);
	ck_assert_int_eq(result.effects[0].credential_id, credential.id);
	ck_assert_int_eq(result.effects[0].value, _i + 1);
}
END_TEST

/* Counter 20, look-ahead 10: 10..19 are replays, 20..30 are accepted, all else is wrong. */
START_TEST(look_ahead_and_look_back_end)
{
	struct credential credential = token(20);
	struct factor_input in = fixture_input(&keys, &credential, 0);

	for (int64_t counter = 5; counter <= 35; counter++) {
		struct factor_result result = fixture_verify(&in, code_of((uint64_t)counter));
		bool accepted = counter >= 20 && counter <= 30;

		ck_assert_int_eq(result.answer, accepted ? FACTOR_YES : FACTOR_NO);
		ck_assert(result.replayed == (counter >= 10 && counter < 20));
		ck_assert(result.guess == (counter < 10 || counter > 30));
		if (accepted)
			ck_assert_int_eq(result.effects[0].value, counter + 1);
		else
			ck_assert_uint_eq(result.neffects, 0);
	}
}
END_TEST

START_TEST(no_look_ahead_takes_the_next_code_only)
{
	struct credential credential = token(3);
	struct factor_input in = fixture_input(&keys, &credential, 0);
	struct factor_result result;

	in.hotp_lookahead = 0;
	result = fixture_verify(&in, code_of(3));
	ck_assert_int_eq(result.answer, FACTOR_YES);
	result = fixture_verify(&in, code_of(4));
	ck_assert_int_eq(result.answer, FACTOR_NO);
	ck_assert(!result.replayed);
	result = fixture_verify(&in, code_of(0));
	ck_assert(result.replayed);
	ck_assert_str_eq(result.reason, "replayed");
}
END_TEST

START_TEST(a_counter_never_used_is_zero)
{
	struct credential credential = token(-1);
	struct factor_input in = fixture_input(&keys, &credential, 0);
	struct factor_result result = fixture_verify(&in, code_of(0));

	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_int_eq(result.effects[0].value, 1);
}
END_TEST

START_TEST(a_suspect_clock_does_not_matter)
{
	struct credential credential = token(0);
	struct factor_input in = fixture_input(&keys, &credential, -5);
	struct factor_result result;

	in.clock_suspect = true;
	result = fixture_verify(&in, code_of(0));
	ck_assert_int_eq(result.answer, FACTOR_YES);
}
END_TEST

/* Two counters not far apart whose codes are the same by chance. */
static void
find_twins(uint64_t *first_r, uint64_t *second_r)
{
	static char codes[20000][9];
	struct wf_secret secret = WF_SECRET_EMPTY;

	ck_assert_int_eq(wf_secret_set(&secret, RFC4226_SECRET, strlen(RFC4226_SECRET)), WF_OK);
	for (uint64_t i = 0; i < 20000; i++) {
		ck_assert_int_eq(otp_code(&secret, &spec6, i, codes[i]), WF_OK);
		for (uint64_t j = i < 900 ? 0 : i - 900; j < i; j++) {
			if (strcmp(codes[i], codes[j]) == 0) {
				*first_r = j;
				*second_r = i;
				wf_secret_clear(&secret);
				return;
			}
		}
	}
	ck_abort_msg("no twins");
}

START_TEST(a_code_of_two_counters_is_accepted_once)
{
	uint64_t first = 0, second = 0;
	struct credential credential;
	struct factor_input in;
	struct factor_result result;

	find_twins(&first, &second);
	credential = token((int64_t)first);
	in = fixture_input(&keys, &credential, 0);
	in.hotp_lookahead = 1000;
	/* The lower one, so that token and server stay in step... */
	result = fixture_verify(&in, code_of(first));
	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_int_eq(result.effects[0].value, (int64_t)first + 1);
	/* ...and then not once more as the higher one. */
	credential.counter = (int64_t)first + 1;
	result = fixture_verify(&in, code_of(first));
	ck_assert_int_eq(result.answer, FACTOR_NO);
	ck_assert(result.replayed);
}
END_TEST

START_TEST(never_yes)
{
	struct credential credential = token(0);
	struct factor_input in = fixture_input(&keys, &credential, 0);
	struct factor_result result;

	in.doomed = true;
	result = fixture_verify(&in, code_of(0));
	ck_assert_int_eq(result.answer, FACTOR_NO);
	ck_assert_uint_eq(result.neffects, 0);
	in.doomed = false;
	credential.state = CREDENTIAL_RESYNC;
	result = fixture_verify(&in, code_of(0));
	ck_assert_int_eq(result.answer, FACTOR_NO);
	ck_assert_uint_eq(result.neffects, 0);
	in.credential = NULL;
	result = fixture_verify_bytes(&in, FACTOR_HOTP, code_of(0), 6);
	ck_assert_int_eq(result.answer, FACTOR_NO);
}
END_TEST

START_TEST(eight_digits_and_other_hashes)
{
	struct credential credential =
		fixture_otp(&keys, FACTOR_HOTP, OTP_SHA256, 8, RFC4226_SECRET);
	struct otp_spec spec = {FACTOR_HOTP, OTP_SHA256, 8, 0};
	struct factor_input in = fixture_input(&keys, &credential, 0);
	struct wf_secret secret = WF_SECRET_EMPTY;
	struct factor_result result;
	char code[9];

	ck_assert_int_eq(wf_secret_set(&secret, RFC4226_SECRET, strlen(RFC4226_SECRET)), WF_OK);
	ck_assert_int_eq(otp_code(&secret, &spec, 1, code), WF_OK);
	wf_secret_clear(&secret);
	result = fixture_verify(&in, code);
	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_int_eq(result.effects[0].value, 2);
	result = fixture_verify(&in, code + 2);
	ck_assert_int_eq(result.answer, FACTOR_NO);
}
END_TEST

static Suite *
hotp_suite(void)
{
	Suite *suite = suite_create("hotp");
	TCase *tc = tcase_create("hotp");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, rfc4226_codes_advance_the_counter, 0, 10);
	tcase_add_test(tc, look_ahead_and_look_back_end);
	tcase_add_test(tc, no_look_ahead_takes_the_next_code_only);
	tcase_add_test(tc, a_counter_never_used_is_zero);
	tcase_add_test(tc, a_suspect_clock_does_not_matter);
	tcase_add_test(tc, a_code_of_two_counters_is_accepted_once);
	tcase_add_test(tc, never_yes);
	tcase_add_test(tc, eight_digits_and_other_hashes);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(hotp_suite)
