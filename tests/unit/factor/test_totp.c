/*
 * TOTP: the edges of the window, codes that are used, older or from a clock that stepped back, what
 * drift is learned, suspect clocks, bad keys, doomed accounts, pending tokens.
 */
#include "config.h"

#include <string.h>

#include "common/fault.h"
#include "tests/unit/factor/fixture.h"
#include "tests/unit/unit.h"
#include "tests/vectors/rfc6238.h"

#define SECRET RFC6238_SECRET_SHA1
#define NOW_S 1000000015 /* in the middle of its step */
#define STEP (NOW_S / 30)

static const struct otp_spec spec6 = {FACTOR_TOTP, OTP_SHA1, 6, 30};
static const struct keyring keys = {.key_id = 3};

/* The code of STEP + offset. */
static const char *
code_at(int64_t offset)
{
	static char code[9];
	struct wf_secret secret = WF_SECRET_EMPTY;

	ck_assert_int_eq(wf_secret_set(&secret, SECRET, strlen(SECRET)), WF_OK);
	ck_assert_int_eq(otp_code(&secret, &spec6, (uint64_t)(STEP + offset), code), WF_OK);
	wf_secret_clear(&secret);
	return code;
}

static struct credential
token(void)
{
	return fixture_otp(&keys, FACTOR_TOTP, OTP_SHA1, 6, SECRET);
}

static void
assert_no(const struct factor_result *result, const char *reason)
{
	ck_assert_int_eq(result->answer, FACTOR_NO);
	ck_assert_str_eq(result->reason, reason);
	ck_assert_uint_eq(result->neffects, 0);
	ck_assert(result->replayed == (strcmp(reason, "replayed") == 0));
}

START_TEST(rfc6238_codes_are_accepted_with_every_hash)
{
	static const char *const secrets[3] = {
		RFC6238_SECRET_SHA1, RFC6238_SECRET_SHA256, RFC6238_SECRET_SHA512};
	const struct rfc6238_row *row = &rfc6238_rows[_i / 3];
	struct credential credential = fixture_otp(
		&keys, FACTOR_TOTP, (enum otp_algorithm)(OTP_SHA1 + _i % 3), 8, secrets[_i % 3]);
	struct factor_input in = fixture_input(&keys, &credential, row->time_s);
	struct factor_result result = fixture_verify(&in, row->codes[_i % 3]);

	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_uint_eq(result.neffects, 1);
	ck_assert_int_eq(result.effects[0].kind, EFFECT_TOTP_ADVANCE);
	ck_assert_int_eq(result.effects[0].credential_id, credential.id);
	ck_assert_int_eq(result.effects[0].account_id, 7);
	ck_assert_int_eq(result.effects[0].value, row->time_s / 30);
	ck_assert_int_eq(result.effects[0].value2, 0);
	ck_assert(!result.guess && !result.replayed);
	/* Six digits of the eight are not the code. */
	result = fixture_verify(&in, row->codes[_i % 3] + 2);
	assert_no(&result, "wrong-code");
}
END_TEST

START_TEST(the_window_ends_on_each_side)
{
	struct credential credential = token();
	struct factor_input in = fixture_input(&keys, &credential, NOW_S);
	struct factor_result result;

	for (int64_t window = 0; window <= 2; window++) {
		in.totp_window = (uint32_t)window;
		for (int64_t offset = -4; offset <= 4; offset++) {
			bool inside = offset >= -window && offset <= window;

			result = fixture_verify(&in, code_at(offset));
			ck_assert_int_eq(result.answer, inside ? FACTOR_YES : FACTOR_NO);
			ck_assert(result.guess == !inside);
			if (inside)
				ck_assert_int_eq(result.effects[0].value, STEP + offset);
		}
	}
}
END_TEST

START_TEST(a_step_ends_with_its_second)
{
	struct credential credential = token();
	struct factor_input in = fixture_input(&keys, &credential, 0);
	struct factor_result result;
	char code[9];

	memcpy(code, code_at(0), sizeof(code));
	in.totp_window = 0;
	in.now.wall_us = (int64_t)STEP * 30 * 1000000;
	result = fixture_verify(&in, code);
	ck_assert_int_eq(result.answer, FACTOR_YES);
	in.now.wall_us += 30 * INT64_C(1000000) - 1;
	result = fixture_verify(&in, code);
	ck_assert_int_eq(result.answer, FACTOR_YES);
	in.now.wall_us += 1;
	result = fixture_verify(&in, code);
	assert_no(&result, "wrong-code");
}
END_TEST

START_TEST(used_and_older_codes_are_replays)
{
	struct credential credential = token();
	struct factor_input in = fixture_input(&keys, &credential, NOW_S);
	struct factor_result result;

	credential.counter = STEP;
	for (int64_t offset = -1; offset <= 0; offset++) {
		result = fixture_verify(&in, code_at(offset));
		assert_no(&result, "replayed");
		ck_assert(!result.guess);
	}
	result = fixture_verify(&in, code_at(1));
	ck_assert_int_eq(result.answer, FACTOR_YES);
	result = fixture_verify(&in, code_at(-2));
	assert_no(&result, "wrong-code");
	ck_assert(result.guess);
}
END_TEST

START_TEST(codes_of_a_clock_that_stepped_back_are_replays)
{
	struct credential credential = token();
	struct factor_input in = fixture_input(&keys, &credential, NOW_S);
	struct factor_result result;

	credential.counter = STEP + 100; /* accepted before the clock was set back */
	for (int64_t offset = -1; offset <= 1; offset++) {
		result = fixture_verify(&in, code_at(offset));
		assert_no(&result, "replayed");
	}
	result = fixture_verify(&in, code_at(101));
	assert_no(&result, "wrong-code");
}
END_TEST

START_TEST(drift_is_learned_one_step_at_a_time)
{
	static const struct {
		int32_t drift;
		int64_t offset, learned;
	} rows[] = {
		{0, 0, 0}, {0, 1, 1}, {0, -1, -1},
		{1, 2, 2}, {1, 1, 1}, {1, 0, 0},
		{2, 3, 2}, {2, 2, 2}, {2, 1, 1}, /* bounded by 2 */
		{-1, -2, -2}, {-1, 0, 0},
		{-2, -3, -2}, {-2, -2, -2}, {-2, -1, -1},
		{9, 3, 2}, {9, 2, 2}, {-9, -3, -2}, /* a stored drift past today's bound */
	};
	struct credential credential = token();
	struct factor_input in = fixture_input(&keys, &credential, NOW_S);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct factor_result result;

		credential.drift = rows[i].drift;
		result = fixture_verify(&in, code_at(rows[i].offset));
		ck_assert_int_eq(result.answer, FACTOR_YES);
		ck_assert_msg(result.effects[0].value2 == rows[i].learned, "row %zu: %ld", i,
			(long)result.effects[0].value2);
	}
}
END_TEST

START_TEST(the_window_lies_around_the_drift)
{
	struct credential credential = token();
	struct factor_input in = fixture_input(&keys, &credential, NOW_S);
	struct factor_result result;

	credential.drift = 2;
	for (int64_t offset = -2; offset <= 5; offset++) {
		result = fixture_verify(&in, code_at(offset));
		ck_assert_int_eq(
			result.answer, offset >= 1 && offset <= 3 ? FACTOR_YES : FACTOR_NO);
	}
	in.totp_drift = 0; /* no drift is tolerated any more */
	result = fixture_verify(&in, code_at(2));
	assert_no(&result, "wrong-code");
	result = fixture_verify(&in, code_at(0));
	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_int_eq(result.effects[0].value2, 0);
}
END_TEST

START_TEST(the_first_steps_of_time_have_a_window_too)
{
	struct credential credential = token();
	struct factor_input in = fixture_input(&keys, &credential, 0);
	struct factor_result result;
	struct wf_secret secret = WF_SECRET_EMPTY;
	char code[9];

	ck_assert_int_eq(wf_secret_set(&secret, SECRET, strlen(SECRET)), WF_OK);
	ck_assert_int_eq(otp_code(&secret, &spec6, 0, code), WF_OK);
	wf_secret_clear(&secret);
	result = fixture_verify(&in, code);
	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_int_eq(result.effects[0].value, 0);
	credential.drift = -2; /* the whole window lies before time */
	result = fixture_verify(&in, code);
	assert_no(&result, "wrong-code");
	in.totp_window = 0;
	result = fixture_verify(&in, code);
	assert_no(&result, "wrong-code");
	in.now.wall_us = -1;
	result = fixture_verify(&in, code);
	ck_assert_int_eq(result.answer, FACTOR_UNSURE);
}
END_TEST

START_TEST(steps_of_another_length)
{
	struct credential credential = token();
	struct factor_input in = fixture_input(&keys, &credential, STEP * 60 + 59);
	struct factor_result result;

	credential.step_s = 60;
	result = fixture_verify(&in, code_at(0));
	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_int_eq(result.effects[0].value, STEP);
}
END_TEST

#define TWINS_MAX 200000

/* Two steps at most 64 apart whose codes are the same by chance. */
static void
find_twins(int64_t *first_r, int64_t *second_r)
{
	static char codes[TWINS_MAX][9];
	struct wf_secret secret = WF_SECRET_EMPTY;

	ck_assert_int_eq(wf_secret_set(&secret, SECRET, strlen(SECRET)), WF_OK);
	for (int64_t i = 0; i < TWINS_MAX; i++) {
		ck_assert_int_eq(otp_code(&secret, &spec6, (uint64_t)i, codes[i]), WF_OK);
		for (int64_t j = i < 64 ? 0 : i - 64; j < i; j++) {
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

/*
 * The higher step is burnt, so that the same digits do not serve again; below it they are a replay.
 */
START_TEST(a_code_of_two_steps_is_accepted_once)
{
	struct credential credential = token();
	struct factor_input in = fixture_input(&keys, &credential, 0);
	struct wf_secret secret = WF_SECRET_EMPTY;
	struct factor_result result;
	int64_t first = 0, second = 0;
	char code[9];

	find_twins(&first, &second);
	ck_assert_int_eq(wf_secret_set(&secret, SECRET, strlen(SECRET)), WF_OK);
	ck_assert_int_eq(otp_code(&secret, &spec6, (uint64_t)first, code), WF_OK);
	wf_secret_clear(&secret);
	in.totp_window = 32;
	in.now.wall_us = (first + second) / 2 * 30 * 1000000;
	result = fixture_verify(&in, code);
	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_int_eq(result.effects[0].value, second);
	credential.counter = first;
	result = fixture_verify(&in, code);
	assert_no(&result, "replayed");
}
END_TEST

START_TEST(a_suspect_clock_makes_it_unsure)
{
	struct credential credential = token();
	struct factor_input in = fixture_input(&keys, &credential, NOW_S);
	struct factor_result result;

	in.clock_suspect = true;
	result = fixture_verify(&in, code_at(0));
	ck_assert_int_eq(result.answer, FACTOR_UNSURE);
	ck_assert_str_eq(result.reason, "clock-suspect");
	ck_assert_uint_eq(result.neffects, 0);
	ck_assert(!result.guess);
	result = fixture_verify(&in, code_at(500));
	ck_assert_int_eq(result.answer, FACTOR_UNSURE);
	/* Mock material behaves alike, so that a name tells nothing. */
	in.credential = NULL;
	result = fixture_verify_bytes(&in, FACTOR_TOTP, "123456", 6);
	ck_assert_int_eq(result.answer, FACTOR_UNSURE);
	/* What is no code at all is wrong by any clock. */
	in.credential = &credential;
	result = fixture_verify(&in, "ABCD-EFGH");
	assert_no(&result, "wrong-code");
}
END_TEST

START_TEST(what_is_no_code_is_wrong)
{
	static const char *const answers[] = {
		"", "12345", "1234567", "12345678", "abcdef", "ABCD-EFGH-IJKL-MNOP"};
	struct credential credential = token();
	struct factor_input in = fixture_input(&keys, &credential, NOW_S);
	struct factor_result result;
	char long_answer[WF_SECRET_MAX];

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		result = fixture_verify(&in, answers[i]);
		assert_no(&result, "wrong-code");
		ck_assert(!result.guess);
	}
	/* The right code with something behind it, 1024 octets in all; blanks are forgiven. */
	memset(long_answer, '0', sizeof(long_answer));
	memcpy(long_answer, code_at(0), 6);
	result = fixture_verify_bytes(&in, FACTOR_TOTP, long_answer, sizeof(long_answer));
	assert_no(&result, "wrong-code");
	memset(long_answer + 6, ' ', sizeof(long_answer) - 6);
	result = fixture_verify_bytes(&in, FACTOR_TOTP, long_answer, sizeof(long_answer));
	ck_assert_int_eq(result.answer, FACTOR_YES);
	memset(long_answer, 0, 16);
	memcpy(long_answer, code_at(0), 6);
	result = fixture_verify_bytes(&in, FACTOR_TOTP, long_answer, 7);
	assert_no(&result, "wrong-code");
}
END_TEST

START_TEST(every_digit_counts)
{
	struct credential credential = token();
	struct factor_input in = fixture_input(&keys, &credential, NOW_S);

	for (int digit = 0; digit < 6; digit++) {
		struct factor_result result;
		char code[9];

		memcpy(code, code_at(0), sizeof(code));
		code[digit] = code[digit] == '9' ? '0' : (char)(code[digit] + 1);
		result = fixture_verify(&in, code);
		assert_no(&result, "wrong-code");
		ck_assert(result.guess);
	}
}
END_TEST

START_TEST(a_secret_that_does_not_open_is_unsure)
{
	struct keyring other = {.key_id = 4}, broken = {.key_id = 3, .broken = true};
	struct credential credential = token(), moved = token();
	struct factor_input in = fixture_input(&other, &credential, NOW_S);
	const struct keyring *rings[] = {&other, &broken, NULL};
	struct factor_result result;

	for (size_t i = 0; i < 3; i++) {
		in.keys = rings[i];
		result = fixture_verify(&in, code_at(0));
		ck_assert_int_eq(result.answer, FACTOR_UNSURE);
		ck_assert_str_eq(result.reason, "key");
		ck_assert(!result.guess);
	}
	in.keys = &keys;
	in.credential = &moved;
	moved.account_id = 8; /* the row of another account */
	result = fixture_verify(&in, code_at(0));
	ck_assert_int_eq(result.answer, FACTOR_UNSURE);
	moved = token();
	moved.label[0] = 'T';
	result = fixture_verify(&in, code_at(0));
	ck_assert_int_eq(result.answer, FACTOR_UNSURE);
	moved = token();
	moved.secret_len = CREDENTIAL_SECRET_MAX + 1;
	result = fixture_verify(&in, code_at(0));
	ck_assert_int_eq(result.answer, FACTOR_UNSURE);
}
END_TEST

START_TEST(an_empty_secret_is_unsure)
{
	struct credential credential = fixture_otp(&keys, FACTOR_TOTP, OTP_SHA1, 6, "");
	struct factor_input in = fixture_input(&keys, &credential, NOW_S);
	struct factor_result result = fixture_verify(&in, "123456");

	ck_assert_int_eq(result.answer, FACTOR_UNSURE);
	ck_assert_str_eq(result.reason, "crypto");
}
END_TEST

START_TEST(a_credential_that_cannot_be_is_unsure)
{
	struct credential bad[5];
	struct factor_result result;

	for (size_t i = 0; i < 5; i++)
		bad[i] = token();
	bad[0].digits = 5;
	bad[1].step_s = 0;
	bad[2].algorithm = (enum otp_algorithm)9;
	bad[3].counter = -2;
	bad[4].counter = INT64_MAX;
	for (size_t i = 0; i < 5; i++) {
		struct factor_input in = fixture_input(&keys, &bad[i], NOW_S);

		result = fixture_verify(&in, code_at(0));
		ck_assert_int_eq(result.answer, FACTOR_UNSURE);
		ck_assert_str_eq(result.reason, "corrupt");
	}
}
END_TEST

START_TEST(doomed_void_and_mock_are_never_yes)
{
	struct credential credential = token();
	struct factor_input in = fixture_input(&keys, &credential, NOW_S);
	struct factor_result result;

	in.doomed = true;
	result = fixture_verify(&in, code_at(0));
	assert_no(&result, "wrong-code");
	ck_assert(result.guess);
	credential.counter = STEP; /* nor does a replay show */
	result = fixture_verify(&in, code_at(0));
	assert_no(&result, "wrong-code");
	in.doomed = false;
	credential = token();
	credential.state = CREDENTIAL_VOID;
	result = fixture_verify(&in, code_at(0));
	assert_no(&result, "wrong-code");
}
END_TEST

/*
 * The mock secret is known here, for this keyring has no secret: its right code is refused all the
 * same.
 */
START_TEST(the_right_code_of_the_mock_secret_is_refused)
{
	struct factor_input in = fixture_input(&keys, NULL, NOW_S);
	struct wf_secret secret = WF_SECRET_EMPTY;
	struct factor_result result;
	uint8_t mac[32];
	char code[9];

	ck_assert_int_eq(keyring_mac(&keys, "recovery", "mock", "otp", 3, mac), WF_OK);
	ck_assert_int_eq(wf_secret_set(&secret, mac, 20), WF_OK);
	ck_assert_int_eq(otp_code(&secret, &spec6, STEP, code), WF_OK);
	wf_secret_clear(&secret);
	result = fixture_verify_bytes(&in, FACTOR_TOTP, code, 6);
	assert_no(&result, "wrong-code");
	in.keys = NULL;
	result = fixture_verify_bytes(&in, FACTOR_TOTP, "123456", 6);
	assert_no(&result, "wrong-code");
	in.keys = &(struct keyring){.key_id = 1, .broken = true};
	result = fixture_verify_bytes(&in, FACTOR_TOTP, "123456", 6);
	ck_assert_int_eq(result.answer, FACTOR_UNSURE);
}
END_TEST

START_TEST(a_pending_token_is_activated_by_its_code)
{
	struct credential credential = token();
	struct factor_input in = fixture_input(&keys, &credential, NOW_S);
	struct factor_result result;

	credential.state = CREDENTIAL_PENDING;
	result = fixture_verify(&in, code_at(0));
	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_uint_eq(result.neffects, 2);
	ck_assert_int_eq(result.effects[0].kind, EFFECT_TOTP_ADVANCE);
	ck_assert_int_eq(result.effects[1].kind, EFFECT_CREDENTIAL_ACTIVATE);
	ck_assert_int_eq(result.effects[1].credential_id, credential.id);
	result = fixture_verify(&in, code_at(300));
	assert_no(&result, "wrong-code");
}
END_TEST

#ifdef WF_FAULT
START_TEST(no_memory_is_unsure)
{
	struct credential credential = token();
	struct factor_input in = fixture_input(&keys, &credential, NOW_S);
	struct wf_secret answer = WF_SECRET_EMPTY;
	struct factor_result result = {.answer = FACTOR_YES};

	ck_assert_int_eq(wf_secret_set(&answer, code_at(0), 6), WF_OK);
	in.answer = &answer;
	wf_fault_arm(1, false);
	factor_ops(FACTOR_TOTP)->verify(&in, &result);
	wf_fault_arm(0, false);
	ck_assert_int_eq(result.answer, FACTOR_UNSURE);
	ck_assert_uint_eq(result.neffects, 0);
	wf_secret_clear(&answer);
}
END_TEST
#endif

static Suite *
totp_suite(void)
{
	Suite *suite = suite_create("totp");
	TCase *tc = tcase_create("totp");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, rfc6238_codes_are_accepted_with_every_hash, 0, 18);
	tcase_add_test(tc, the_window_ends_on_each_side);
	tcase_add_test(tc, a_step_ends_with_its_second);
	tcase_add_test(tc, used_and_older_codes_are_replays);
	tcase_add_test(tc, codes_of_a_clock_that_stepped_back_are_replays);
	tcase_add_test(tc, drift_is_learned_one_step_at_a_time);
	tcase_add_test(tc, the_window_lies_around_the_drift);
	tcase_add_test(tc, the_first_steps_of_time_have_a_window_too);
	tcase_add_test(tc, steps_of_another_length);
	tcase_add_test(tc, a_code_of_two_steps_is_accepted_once);
	tcase_add_test(tc, a_suspect_clock_makes_it_unsure);
	tcase_add_test(tc, what_is_no_code_is_wrong);
	tcase_add_test(tc, every_digit_counts);
	tcase_add_test(tc, a_secret_that_does_not_open_is_unsure);
	tcase_add_test(tc, an_empty_secret_is_unsure);
	tcase_add_test(tc, a_credential_that_cannot_be_is_unsure);
	tcase_add_test(tc, doomed_void_and_mock_are_never_yes);
	tcase_add_test(tc, the_right_code_of_the_mock_secret_is_refused);
	tcase_add_test(tc, a_pending_token_is_activated_by_its_code);
#ifdef WF_FAULT
	tcase_add_test(tc, no_memory_is_unsure);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(totp_suite)
