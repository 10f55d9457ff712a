/*
 * One field with password and code: each mode's form, and that nothing is ever tried in another
 * way.
 */
#include "config.h"

#include "authd/factor/split.h"

#include <string.h>

#include "tests/unit/faults.h"
#include "tests/unit/unit.h"

static const struct {
	enum client_mode mode;
	const char *separator;
	uint32_t digits;
	const char *whole, *password, *code;
} forms[] = {
	{CLIENT_CHALLENGE, "", 6, "plum trees", "plum trees", ""},
	{CLIENT_CHALLENGE, "", 6, "plum,123456", "plum,123456", ""},
	{CLIENT_CODE, "", 6, "123456", "", "123456"},
	{CLIENT_CODE, "", 6, "plum trees123456", "", "plum trees123456"},
	{CLIENT_CODE_LAST, "", 6, "plum trees123456", "plum trees", "123456"},
	{CLIENT_CODE_LAST, "", 8, "plum trees12345678", "plum trees", "12345678"},
	{CLIENT_CODE_LAST, "", 6, "123456", "", "123456"},
	{CLIENT_CODE_LAST, "", 6, "12345", "12345", ""},
	{CLIENT_CODE_LAST, "", 6, "plum trees", "plum", " trees"},
	{CLIENT_CODE_LAST, "", 6, "", "", ""},
	{CLIENT_CODE_FIRST, "", 6, "123456plum trees", "plum trees", "123456"},
	{CLIENT_CODE_FIRST, "", 8, "12345678plum", "plum", "12345678"},
	{CLIENT_CODE_FIRST, "", 6, "123456", "", "123456"},
	{CLIENT_CODE_FIRST, "", 6, "12345", "12345", ""},
	{CLIENT_CODE_FIRST, "", 6, "", "", ""},
	{CLIENT_SEPARATOR, ",", 6, "plum,123456", "plum", "123456"},
	{CLIENT_SEPARATOR, ",", 6, "pl,um,123456", "pl,um", "123456"},
	{CLIENT_SEPARATOR, ",", 6, "plum,", "plum", ""},
	{CLIENT_SEPARATOR, ",", 6, ",123456", "", "123456"},
	{CLIENT_SEPARATOR, ",", 6, ",", "", ""},
	{CLIENT_SEPARATOR, ",", 6, "plum123456", "plum123456", ""},
	{CLIENT_SEPARATOR, ",", 6, "", "", ""},
	{CLIENT_SEPARATOR, "::", 6, "plum::ABCD-EFGH-IJKL-MNOP", "plum", "ABCD-EFGH-IJKL-MNOP"},
	{CLIENT_SEPARATOR, "::", 6, "plum:::1", "plum:", "1"},
	{CLIENT_SEPARATOR, "::", 6, ":", ":", ""},
	{CLIENT_SEPARATOR, "", 6, "plum,123456", "plum,123456", ""},
	{CLIENT_SCRV1, "", 6, "SCRV1:cGx1bSB0cmVlcw==:MTIzNDU2", "plum trees", "123456"},
	{CLIENT_SCRV1, "", 6, "SCRV1::MTIzNDU2", "", "123456"},
	{CLIENT_SCRV1, "", 6, "SCRV1:cGx1bQ==:", "plum", ""},
	{CLIENT_SCRV1, "", 6, "SCRV1::", "", ""},
	{CLIENT_SCRV1, "", 6, "SCRV1:cGx1bQ==", "SCRV1:cGx1bQ==", ""},
	{CLIENT_SCRV1, "", 6, "SCRV1:cGx1bQ:MTIzNDU2", "", "123456"},
	{CLIENT_SCRV1, "", 6, "SCRV1:cGx1bQ==:MTIzNDU2:MTIzNDU2", "plum", ""},
	{CLIENT_SCRV1, "", 6, "scrv1:cGx1bQ==:MTIzNDU2", "scrv1:cGx1bQ==:MTIzNDU2", ""},
	{CLIENT_SCRV1, "", 6, "plum trees123456", "plum trees123456", ""},
	{CLIENT_SCRV1, "", 6, "SCRV", "SCRV", ""},
	{CLIENT_SCRV1, "", 6, "", "", ""},
};

static void
is_text(const struct wf_secret *secret, const char *text)
{
	ck_assert_uint_eq(secret->len, strlen(text));
	if (secret->len > 0)
		ck_assert_mem_eq(secret->bytes, text, secret->len);
}

START_TEST(each_form)
{
	const struct split_spec spec = {
		.mode = forms[_i].mode, .separator = forms[_i].separator, .digits = forms[_i].digits
	};
	struct wf_secret whole = WF_SECRET_EMPTY, password = WF_SECRET_EMPTY,
			 code = WF_SECRET_EMPTY;

	ck_assert_int_eq(wf_secret_set(&whole, forms[_i].whole, strlen(forms[_i].whole)), WF_OK);
	ck_assert_int_eq(wf_secret_set(&code, "left from before", 16), WF_OK);
	ck_assert_int_eq(split_answer(&spec, &whole, &password, &code), WF_OK);
	is_text(&password, forms[_i].password);
	is_text(&code, forms[_i].code);
	is_text(&whole, forms[_i].whole);
	wf_secret_clear(&whole);
	wf_secret_clear(&password);
	wf_secret_clear(&code);
}
END_TEST

START_TEST(digits_of_the_first_token_that_counts)
{
	const struct credential credentials[] = {
		{.factor = FACTOR_PASSWORD, .state = CREDENTIAL_ACTIVE, .digits = 7},
		{.factor = FACTOR_TOTP, .state = CREDENTIAL_VOID, .digits = 7},
		{.factor = FACTOR_HOTP, .state = CREDENTIAL_RESYNC, .digits = 7},
		{.factor = FACTOR_RECOVERY, .state = CREDENTIAL_ACTIVE},
		{.factor = FACTOR_HOTP, .state = CREDENTIAL_PENDING, .digits = 8},
		{.factor = FACTOR_TOTP, .state = CREDENTIAL_ACTIVE, .digits = 6},
	};

	ck_assert_uint_eq(split_digits(credentials, 6), 8);
	ck_assert_uint_eq(split_digits(credentials + 5, 1), 6);
	ck_assert_uint_eq(split_digits(credentials, 4), SPLIT_DIGITS);
	ck_assert_uint_eq(split_digits(NULL, 0), SPLIT_DIGITS);
}
END_TEST

#ifdef WF_FAULT
static const struct split_spec *faulty_spec;
static struct wf_secret faulty_whole, faulty_password, faulty_code;

static wf_status
run_round(void)
{
	return split_answer(faulty_spec, &faulty_whole, &faulty_password, &faulty_code);
}

/* Both halves or none: half an answer would be evaluated as a wrong one. */
static void
end_round(wf_status status)
{
	if (status == WF_OK) {
		is_text(&faulty_password, "plum trees");
		is_text(&faulty_code, "123456");
	}
	ck_assert(status == WF_OK || faulty_password.len + faulty_code.len == 0);
	wf_secret_clear(&faulty_password);
	wf_secret_clear(&faulty_code);
}

START_TEST(faults)
{
	static const struct {
		struct split_spec spec;
		const char *whole;
	} rows[] = {
		{{.mode = CLIENT_CODE_LAST, .digits = 6}, "plum trees123456"},
		{{.mode = CLIENT_SCRV1}, "SCRV1:cGx1bSB0cmVlcw==:MTIzNDU2"},
	};
	static const struct fault_scenario scenario = {NULL, run_round, end_round};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		faulty_spec = &rows[i].spec;
		ck_assert_int_eq(
			wf_secret_set(&faulty_whole, rows[i].whole, strlen(rows[i].whole)), WF_OK);
		ck_assert_uint_eq(fault_loop(&scenario), 2);
	}
	wf_secret_clear(&faulty_whole);
}
END_TEST
#endif

static Suite *
split_suite(void)
{
	Suite *suite = suite_create("factor/split");
	TCase *tc = tcase_create("split");

	tcase_add_loop_test(tc, each_form, 0, (int)(sizeof(forms) / sizeof(forms[0])));
	tcase_add_test(tc, digits_of_the_first_token_that_counts);
#ifdef WF_FAULT
	tcase_add_test(tc, faults);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(split_suite)
