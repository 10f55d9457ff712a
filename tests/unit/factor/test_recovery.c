/*
 * Recovery codes: their form, one use each, the binding to account and key.
 */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "common/fault.h"
#include "tests/unit/factor/fixture.h"
#include "tests/unit/unit.h"

static const struct keyring keys = {.key_id = 3};

static void
clear(struct wf_secret *codes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		wf_secret_clear(&codes[i]);
}

START_TEST(a_new_code_has_four_groups_of_four)
{
	struct wf_secret codes[2] = {WF_SECRET_EMPTY, WF_SECRET_EMPTY};
	uint8_t hashes[2][32], again[32];

	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(recovery_code_new(&keys, 7, &codes[i], hashes[i]), WF_OK);
		ck_assert_uint_eq(codes[i].len, 19);
		for (size_t at = 0; at < 19; at++) {
			char c = (char)codes[i].bytes[at];

			ck_assert(at % 5 == 4 ? c == '-'
					      : (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7'));
		}
		ck_assert_int_eq(recovery_code_hash(&keys, 7, &codes[i], again), WF_OK);
		ck_assert_mem_eq(again, hashes[i], 32);
	}
	ck_assert_mem_ne(hashes[0], hashes[1], 32);
	ck_assert_int_eq(recovery_code_hash(&keys, 8, &codes[0], again), WF_OK);
	ck_assert_mem_ne(again, hashes[0], 32);
	clear(codes, 2);
}
END_TEST

START_TEST(forms_that_are_forgiven_and_forms_that_are_not)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{"ABCD-EFGH-IJKL-MN27", true},
		{"abcd-efgh-ijkl-mn27", true},
		{"ABCDEFGHIJKLMN27", true},
		{"  AB CD EF GH IJ KL MN\t27 ", true},
		{"--ABCD-EFGH-IJKL-MN27--", true},
		{"", false},
		{"ABCD-EFGH-IJKL-MN2", false},
		{"ABCD-EFGH-IJKL-MN277", false},
		{"ABCD-EFGH-IJKL-MN01", false},
		{"ABCD-EFGH-IJKL-MN21", false},
		{"ABCD-EFGH-IJKL-MN28", false},
		{"ABCD-EFGH-IJKL-MN2[", false},
		{"abcd-efgh-ijkl-mn2{", false},
		{"ABCD_EFGH_IJKL_MN27", false},
		{"ABCD-EFGH-IJKL-MN27\n", false},
		{"ABCD-EFGH-IJKL-MN2\xc3\xa4", false},
		{"123456", false},
	};
	uint8_t reference[32], hash[32];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct wf_secret code = WF_SECRET_EMPTY;

		ck_assert_int_eq(wf_secret_set(&code, rows[i].text, strlen(rows[i].text)), WF_OK);
		memset(hash, 0xee, sizeof(hash));
		ck_assert_msg(recovery_code_hash(&keys, 7, &code, hash) ==
				      (rows[i].good ? WF_OK : WF_INVALID),
			"row %zu: \"%s\"", i, rows[i].text);
		if (i == 0)
			memcpy(reference, hash, sizeof(reference));
		ck_assert(rows[i].good ? memcmp(hash, reference, 32) == 0 : hash[0] == 0xee);
		wf_secret_clear(&code);
	}
}
END_TEST

START_TEST(each_code_of_the_set_is_taken_and_consumed)
{
	struct wf_secret codes[RECOVERY_CODES_MAX] = {{.bytes = NULL}};
	struct credential set = fixture_recovery(&keys, RECOVERY_CODES_MAX, codes);
	struct factor_input in = fixture_input(&keys, &set, 0);

	for (size_t i = 0; i < RECOVERY_CODES_MAX; i++) {
		struct factor_result result = fixture_verify(&in, (const char *)codes[i].bytes);

		ck_assert_int_eq(result.answer, FACTOR_YES);
		ck_assert_uint_eq(result.neffects, 1);
		ck_assert_int_eq(result.effects[0].kind, EFFECT_CODE_CONSUME);
		ck_assert_int_eq(result.effects[0].credential_id, set.id);
		ck_assert_uint_eq(result.effects[0].blob_len, 32);
		ck_assert_mem_eq(result.effects[0].blob, set.codes[i], 32);
	}
	clear(codes, RECOVERY_CODES_MAX);
}
END_TEST

START_TEST(a_used_code_is_a_replay)
{
	struct wf_secret codes[10] = {{.bytes = NULL}};
	struct credential set = fixture_recovery(&keys, 10, codes);
	struct factor_input in = fixture_input(&keys, &set, 0);

	set.codes_used = UINT64_C(1) << 9 | 1;
	set.remaining = 8;
	for (size_t i = 0; i < 10; i++) {
		struct factor_result result = fixture_verify(&in, (const char *)codes[i].bytes);
		bool used = i == 0 || i == 9;

		ck_assert_int_eq(result.answer, used ? FACTOR_NO : FACTOR_YES);
		ck_assert(result.replayed == used);
		ck_assert(!result.guess);
		ck_assert_uint_eq(result.neffects, used ? 0 : 1);
	}
	clear(codes, 10);
}
END_TEST

START_TEST(wrong_codes_are_guesses_and_other_texts_are_not)
{
	struct wf_secret codes[2] = {{.bytes = NULL}};
	struct credential set = fixture_recovery(&keys, 2, codes);
	struct factor_input in = fixture_input(&keys, &set, 0);
	struct factor_result result;
	char long_answer[WF_SECRET_MAX];

	result = fixture_verify(&in, "ABCD-EFGH-IJKL-MNOP");
	ck_assert_int_eq(result.answer, FACTOR_NO);
	ck_assert_str_eq(result.reason, "wrong-code");
	ck_assert(result.guess);
	result = fixture_verify(&in, "123456");
	ck_assert_int_eq(result.answer, FACTOR_NO);
	ck_assert(!result.guess);
	result = fixture_verify(&in, "");
	ck_assert_int_eq(result.answer, FACTOR_NO);
	memset(long_answer, 'A', sizeof(long_answer));
	result = fixture_verify_bytes(&in, FACTOR_RECOVERY, long_answer, sizeof(long_answer));
	ck_assert_int_eq(result.answer, FACTOR_NO);
	ck_assert(!result.guess);
	/* Codes past the count are not the set's, and a count past the bound reads no further. */
	set.ncodes = 1;
	result = fixture_verify(&in, (const char *)codes[1].bytes);
	ck_assert_int_eq(result.answer, FACTOR_NO);
	set.ncodes = 4000;
	result = fixture_verify(&in, (const char *)codes[1].bytes);
	ck_assert_int_eq(result.answer, FACTOR_YES);
	clear(codes, 2);
}
END_TEST

START_TEST(never_yes_and_unsure)
{
	struct keyring broken = {.key_id = 3, .broken = true};
	struct wf_secret codes[2] = {{.bytes = NULL}};
	struct credential set = fixture_recovery(&keys, 2, codes);
	const char *code = (const char *)codes[0].bytes;
	struct factor_input in = fixture_input(&keys, &set, 0);
	struct factor_result result;

	in.doomed = true;
	result = fixture_verify(&in, code);
	ck_assert_int_eq(result.answer, FACTOR_NO);
	ck_assert_uint_eq(result.neffects, 0);
	in.doomed = false;
	in.keys = &broken;
	result = fixture_verify(&in, code);
	ck_assert_int_eq(result.answer, FACTOR_UNSURE);
	ck_assert_str_eq(result.reason, "key");
	in.keys = NULL;
	result = fixture_verify(&in, code);
	ck_assert_int_eq(result.answer, FACTOR_UNSURE);
	result = fixture_verify(&in, "123456");
	ck_assert_int_eq(result.answer, FACTOR_NO);
	in.keys = &keys;
	set.account_id = 8; /* moved to another account */
	result = fixture_verify(&in, code);
	ck_assert_int_eq(result.answer, FACTOR_NO);
	in.credential = NULL;
	result = fixture_verify_bytes(&in, FACTOR_RECOVERY, code, 19);
	ck_assert_int_eq(result.answer, FACTOR_NO);
	ck_assert(result.guess);
	clear(codes, 2);
}
END_TEST

START_TEST(a_pending_set_is_activated_by_its_code)
{
	struct wf_secret codes[1] = {{.bytes = NULL}};
	struct credential set = fixture_recovery(&keys, 1, codes);
	struct factor_input in = fixture_input(&keys, &set, 0);
	struct factor_result result;

	set.state = CREDENTIAL_PENDING;
	result = fixture_verify(&in, (const char *)codes[0].bytes);
	ck_assert_int_eq(result.answer, FACTOR_YES);
	ck_assert_uint_eq(result.neffects, 2);
	ck_assert_int_eq(result.effects[1].kind, EFFECT_CREDENTIAL_ACTIVATE);
	clear(codes, 1);
}
END_TEST

START_TEST(no_code_without_key)
{
	struct keyring broken = {.key_id = 3, .broken = true};
	struct wf_secret code = WF_SECRET_EMPTY;
	uint8_t hash[32] = {0xee};

	ck_assert_int_eq(recovery_code_new(&broken, 7, &code, hash), WF_CRYPTO);
	ck_assert_ptr_null(code.bytes);
	ck_assert_uint_eq(hash[0], 0xee);
#ifdef WF_FAULT
	wf_fault_arm(1, false);
	ck_assert_int_eq(recovery_code_new(&keys, 7, &code, hash), WF_UNAVAILABLE);
	wf_fault_arm(2, false);
	ck_assert_int_eq(recovery_code_new(&keys, 7, &code, hash), WF_NO_MEMORY);
	wf_fault_arm(0, false);
	ck_assert_ptr_null(code.bytes);
	ck_assert_uint_eq(hash[0], 0xee);
#endif
}
END_TEST

static Suite *
recovery_suite(void)
{
	Suite *suite = suite_create("recovery");
	TCase *tc = tcase_create("recovery");

	tcase_add_test(tc, a_new_code_has_four_groups_of_four);
	tcase_add_test(tc, forms_that_are_forgiven_and_forms_that_are_not);
	tcase_add_test(tc, each_code_of_the_set_is_taken_and_consumed);
	tcase_add_test(tc, a_used_code_is_a_replay);
	tcase_add_test(tc, wrong_codes_are_guesses_and_other_texts_are_not);
	tcase_add_test(tc, never_yes_and_unsure);
	tcase_add_test(tc, a_pending_set_is_activated_by_its_code);
	tcase_add_test(tc, no_code_without_key);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(recovery_suite)
