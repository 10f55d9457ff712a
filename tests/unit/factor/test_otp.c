/*
 * Codes: the vectors of RFC 4226 and RFC 6238, which texts are codes, the scan of a window, new
 * secrets.
 */
#include "config.h"

#include "authd/factor/otp.h"

#include <string.h>

#include "common/fault.h"
#include "tests/unit/unit.h"
#include "tests/vectors/rfc4226.h"
#include "tests/vectors/rfc6238.h"

static const char *const rfc6238_secrets[3] = {
	RFC6238_SECRET_SHA1, RFC6238_SECRET_SHA256, RFC6238_SECRET_SHA512};
static const enum otp_algorithm rfc6238_algorithms[3] = {OTP_SHA1, OTP_SHA256, OTP_SHA512};

static const struct otp_spec hotp6 = {FACTOR_HOTP, OTP_SHA1, 6, 0};

static struct wf_secret
secret_of(const char *text)
{
	struct wf_secret secret = WF_SECRET_EMPTY;

	ck_assert_int_eq(wf_secret_set(&secret, text, strlen(text)), WF_OK);
	return secret;
}

START_TEST(rfc4226_vectors)
{
	struct wf_secret secret = secret_of(RFC4226_SECRET);
	char code[9];

	ck_assert_int_eq(otp_code(&secret, &hotp6, (uint64_t)_i, code), WF_OK);
	ck_assert_str_eq(code, rfc4226_codes[_i]);
	wf_secret_clear(&secret);
}
END_TEST

START_TEST(rfc6238_vectors)
{
	const struct rfc6238_row *row = &rfc6238_rows[_i / 3];
	struct otp_spec spec = {FACTOR_TOTP, rfc6238_algorithms[_i % 3], 8, 30};
	struct wf_secret secret = secret_of(rfc6238_secrets[_i % 3]);
	char code[9];

	ck_assert_int_eq(otp_code(&secret, &spec, (uint64_t)(row->time_s / 30), code), WF_OK);
	ck_assert_str_eq(code, row->codes[_i % 3]);
	/* Fewer digits are the last ones of the same number. */
	for (spec.digits = 6; spec.digits < 8; spec.digits++) {
		ck_assert_int_eq(
			otp_code(&secret, &spec, (uint64_t)(row->time_s / 30), code), WF_OK);
		ck_assert_str_eq(code, row->codes[_i % 3] + 8 - spec.digits);
	}
	wf_secret_clear(&secret);
}
END_TEST

START_TEST(specs_out_of_bounds_are_refused)
{
	static const struct otp_spec bad[] = {
		{FACTOR_TOTP, OTP_SHA1, 5, 30},
		{FACTOR_TOTP, OTP_SHA1, 9, 30},
		{FACTOR_TOTP, OTP_SHA1, 6, 0},
		{FACTOR_TOTP, OTP_SHA1, 6, 86401},
		{FACTOR_TOTP, (enum otp_algorithm)0, 6, 30},
		{FACTOR_TOTP, (enum otp_algorithm)4, 6, 30},
		{FACTOR_PASSWORD, OTP_SHA1, 6, 30},
	};
	struct wf_secret secret = secret_of("x"), none = WF_SECRET_EMPTY, fresh = WF_SECRET_EMPTY;
	struct otp_scan scan = {.count = 1};
	char code[9] = "kept";

	ck_assert_int_eq(otp_code(&secret, &bad[_i], 0, code), WF_INVALID);
	ck_assert_int_eq(otp_secret_new(&bad[_i], &fresh), WF_INVALID);
	ck_assert_int_eq(otp_scan(&secret, &bad[_i], "000000", &scan), WF_INVALID);
	ck_assert_int_eq(otp_code(&none, &hotp6, 0, code), WF_INVALID);
	ck_assert_int_eq(otp_code(&secret, &hotp6, UINT64_MAX, code), WF_INVALID);
	ck_assert_str_eq(code, "kept");
	wf_secret_clear(&secret);
}
END_TEST

START_TEST(texts_that_are_codes_and_texts_that_are_not)
{
	static const struct {
		const char *answer;
		uint32_t digits;
		const char *code; /* NULL: none */
	} rows[] = {
		{"123456", 6, "123456"},
		{"12345678", 8, "12345678"},
		{" 123 456 ", 6, "123456"},
		{"123\t456", 6, "123456"},
		{"1234 5678", 8, "12345678"},
		{"000000", 6, "000000"},
		{"", 6, NULL},
		{"      ", 6, NULL},
		{"12345", 6, NULL},
		{"1234567", 6, NULL},
		{"123456", 8, NULL},
		{"12345678", 6, NULL},
		{"12345a", 6, NULL},
		{"12345:", 6, NULL},
		{"12345/", 6, NULL},
		{"123456a", 6, NULL},
		{"-12345", 6, NULL},
		{"+12345", 6, NULL},
		{"123-456", 6, NULL},
		{"123456\n", 6, NULL},
		/* full width */
		{"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xef\xbc\x94\xef\xbc\x95\xef\xbc\x96", 6,
			NULL},
		/* Arabic */
		{"\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6", 6, NULL},
		{"------", 6, NULL},
	};
	char code[OTP_CODE_SIZE];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool good =
			otp_code_text(rows[i].answer, strlen(rows[i].answer), rows[i].digits, code);

		ck_assert_msg(good == (rows[i].code != NULL), "row %zu: \"%s\"", i, rows[i].answer);
		ck_assert_uint_eq(strlen(code), rows[i].digits);
		if (good)
			ck_assert_str_eq(code, rows[i].code);
		else
			ck_assert_uint_eq(strspn(code, "-"), rows[i].digits);
	}
	ck_assert(!otp_code_text("12345\0", 7, 6, code));
	ck_assert(!otp_code_text("123456\0", 7, 6, code));
}
END_TEST

START_TEST(a_scan_tells_used_from_unused)
{
	struct wf_secret secret = secret_of(RFC4226_SECRET);
	struct otp_scan scan = {.first = 2, .count = 6, .fresh = 5};

	for (uint64_t counter = 0; counter < 10; counter++) {
		ck_assert_int_eq(otp_scan(&secret, &hotp6, rfc4226_codes[counter], &scan), WF_OK);
		ck_assert_uint_eq(scan.used, counter >= 2 && counter < 5);
		ck_assert_uint_eq(scan.unused, counter >= 5 && counter < 8);
		ck_assert_uint_eq(scan.lowest, counter >= 5 && counter < 8 ? counter : 0);
		ck_assert_uint_eq(scan.highest, counter >= 5 && counter < 8 ? counter : 0);
	}
	scan.count = OTP_SCAN_MAX + 1;
	ck_assert_int_eq(otp_scan(&secret, &hotp6, "000000", &scan), WF_INVALID);
	wf_secret_clear(&secret);
}
END_TEST

/* By chance one code belongs to several counters: found by search, once, for this secret. */
START_TEST(a_scan_sees_every_counter_of_a_code)
{
	struct wf_secret secret = secret_of("abcdefghijklmnopqrst");
	struct otp_scan scan = {.first = 0, .count = 2000, .fresh = 0};
	uint64_t first = 0, second = 0;
	char codes[2000][9];

	for (uint64_t i = 0; i < 2000 && second == 0; i++) {
		ck_assert_int_eq(otp_code(&secret, &hotp6, i, codes[i]), WF_OK);
		for (uint64_t j = 0; j < i && second == 0; j++) {
			if (strcmp(codes[i], codes[j]) == 0) {
				first = j;
				second = i;
			}
		}
	}
	ck_assert_uint_gt(second, first);
	ck_assert_int_eq(otp_scan(&secret, &hotp6, codes[first], &scan), WF_OK);
	ck_assert_uint_eq(scan.unused, 2);
	ck_assert_uint_eq(scan.lowest, first);
	ck_assert_uint_eq(scan.highest, second);
	scan.fresh = first + 1;
	ck_assert_int_eq(otp_scan(&secret, &hotp6, codes[first], &scan), WF_OK);
	ck_assert_uint_eq(scan.used, 1);
	ck_assert_uint_eq(scan.unused, 1);
	ck_assert_uint_eq(scan.lowest, second);
	wf_secret_clear(&secret);
}
END_TEST

START_TEST(new_secrets_are_as_long_as_the_hash)
{
	static const size_t lengths[] = {20, 32, 64};
	struct wf_secret one = WF_SECRET_EMPTY, two = WF_SECRET_EMPTY;
	struct otp_spec spec = {FACTOR_TOTP, rfc6238_algorithms[_i], 6, 30};

	ck_assert_int_eq(otp_secret_new(&spec, &one), WF_OK);
	ck_assert_int_eq(otp_secret_new(&spec, &two), WF_OK);
	ck_assert_uint_eq(one.len, lengths[_i]);
	ck_assert(!wf_secret_equal(&one, &two));
	wf_secret_clear(&one);
	wf_secret_clear(&two);
}
END_TEST

START_TEST(resync_finds_two_codes_in_a_row)
{
	struct wf_secret secret = secret_of(RFC4226_SECRET);
	uint64_t next = 99;

	ck_assert_int_eq(
		hotp_resync(&secret, &hotp6, 0, 5, rfc4226_codes[5], rfc4226_codes[6], &next),
		WF_OK);
	ck_assert_uint_eq(next, 7);
	ck_assert_int_eq(
		hotp_resync(&secret, &hotp6, 5, 0, " 254 676", rfc4226_codes[6], &next), WF_OK);
	ck_assert_uint_eq(next, 7);
	next = 99;
	/* Outside the window on either side, wrong order, the same twice, not in a row. */
	ck_assert_int_eq(
		hotp_resync(&secret, &hotp6, 0, 4, rfc4226_codes[5], rfc4226_codes[6], &next),
		WF_NO);
	ck_assert_int_eq(
		hotp_resync(&secret, &hotp6, 6, 5, rfc4226_codes[5], rfc4226_codes[6], &next),
		WF_NO);
	ck_assert_int_eq(
		hotp_resync(&secret, &hotp6, 0, 9, rfc4226_codes[6], rfc4226_codes[5], &next),
		WF_NO);
	ck_assert_int_eq(
		hotp_resync(&secret, &hotp6, 0, 9, rfc4226_codes[5], rfc4226_codes[5], &next),
		WF_NO);
	ck_assert_int_eq(
		hotp_resync(&secret, &hotp6, 0, 9, rfc4226_codes[5], rfc4226_codes[7], &next),
		WF_NO);
	ck_assert_int_eq(
		hotp_resync(&secret, &hotp6, 0, 9, "25467", rfc4226_codes[6], &next), WF_INVALID);
	ck_assert_int_eq(
		hotp_resync(&secret, &hotp6, 0, 9, rfc4226_codes[5], "", &next), WF_INVALID);
	ck_assert_int_eq(
		hotp_resync(&secret, &hotp6, 0, OTP_RESYNC_MAX + 1, "000000", "000000", &next),
		WF_INVALID);
	ck_assert_int_eq(
		hotp_resync(&secret, &hotp6, UINT64_MAX, 1, "000000", "000000", &next), WF_INVALID);
	ck_assert_uint_eq(next, 99);
	wf_secret_clear(&secret);
	ck_assert_int_eq(hotp_resync(&secret, &hotp6, 0, 1, "000000", "000000", &next), WF_INVALID);
}
END_TEST

START_TEST(totp_is_not_resynced)
{
	struct wf_secret secret = secret_of(RFC4226_SECRET);
	struct otp_spec totp = {FACTOR_TOTP, OTP_SHA1, 6, 30};
	uint64_t next = 0;

	ck_assert_int_eq(
		hotp_resync(&secret, &totp, 0, 9, rfc4226_codes[5], rfc4226_codes[6], &next),
		WF_INVALID);
	totp = (struct otp_spec){FACTOR_HOTP, OTP_SHA1, 9, 0};
	ck_assert_int_eq(
		hotp_resync(&secret, &totp, 0, 9, rfc4226_codes[5], rfc4226_codes[6], &next),
		WF_INVALID);
	wf_secret_clear(&secret);
}
END_TEST

#ifdef WF_FAULT
START_TEST(no_randomness_gives_no_secret)
{
	struct wf_secret secret = WF_SECRET_EMPTY;

	wf_fault_arm(1, false);
	ck_assert_int_eq(otp_secret_new(&hotp6, &secret), WF_UNAVAILABLE);
	wf_fault_arm(2, false);
	ck_assert_int_eq(otp_secret_new(&hotp6, &secret), WF_NO_MEMORY);
	wf_fault_arm(0, false);
	ck_assert_ptr_null(secret.bytes);
}
END_TEST
#endif

static Suite *
otp_suite(void)
{
	Suite *suite = suite_create("otp");
	TCase *tc = tcase_create("otp");

	tcase_add_loop_test(tc, rfc4226_vectors, 0, 10);
	tcase_add_loop_test(tc, rfc6238_vectors, 0, 18);
	tcase_add_loop_test(tc, specs_out_of_bounds_are_refused, 0, 7);
	tcase_add_test(tc, texts_that_are_codes_and_texts_that_are_not);
	tcase_add_test(tc, a_scan_tells_used_from_unused);
	tcase_add_test(tc, a_scan_sees_every_counter_of_a_code);
	tcase_add_loop_test(tc, new_secrets_are_as_long_as_the_hash, 0, 3);
	tcase_add_test(tc, resync_finds_two_codes_in_a_row);
	tcase_add_test(tc, totp_is_not_resynced);
#ifdef WF_FAULT
	tcase_add_test(tc, no_randomness_gives_no_secret);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(otp_suite)
