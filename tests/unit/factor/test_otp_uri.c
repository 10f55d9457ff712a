/*
 * The otpauth:// URI and the manual key, compared octet by octet.
 */
#include "config.h"

#include <string.h>

#include "authd/factor/base32.h"
#include "common/fault.h"
#include "tests/unit/factor/fixture.h"
#include "tests/unit/unit.h"

static const struct otp_spec totp6 = {FACTOR_TOTP, OTP_SHA1, 6, 30};

struct uri_row {
	struct otp_spec spec;
	const char *issuer, *account;
	const char *uri;
};

static const struct uri_row rows[] = {
	{{FACTOR_TOTP, OTP_SHA1, 6, 30}, "Example", "alice",
		"otpauth://totp/"
		"Example:alice?secret=GEZDGNBVGY3TQOJQ&issuer=Example&algorithm=SHA1&digits=6&"
		"period=30"},
	{{FACTOR_TOTP, OTP_SHA256, 8, 60}, "", "alice@example.org",
		"otpauth://totp/"
		"alice%40example.org?secret=GEZDGNBVGY3TQOJQ&algorithm=SHA256&digits=8&period=60"},
	{{FACTOR_HOTP, OTP_SHA512, 6, 0}, "A&B: =?#/%", "bob smith",
		"otpauth://hotp/A%26B%3A%20%3D%3F%23%2F%25:bob%20smith?secret=GEZDGNBVGY3TQOJQ"
		"&issuer=A%26B%3A%20%3D%3F%23%2F%25&algorithm=SHA512&digits=6&counter=42"},
	{{FACTOR_TOTP, OTP_SHA1, 6, 30}, "\xe5\x89\xb2\xe7\xac\xa6", "a-b._~",
		"otpauth://totp/"
		"%E5%89%B2%E7%AC%A6:a-b._~?secret=GEZDGNBVGY3TQOJQ&issuer=%E5%89%B2%E7%AC%A6"
		"&algorithm=SHA1&digits=6&period=30"},
};

static struct wf_secret
secret_of(const void *bytes, size_t len)
{
	struct wf_secret secret = WF_SECRET_EMPTY;

	ck_assert_int_eq(wf_secret_set(&secret, bytes, len), WF_OK);
	return secret;
}

START_TEST(uris_are_exact)
{
	struct wf_secret secret = secret_of("1234567890", 10), uri = WF_SECRET_EMPTY,
			 key = WF_SECRET_EMPTY;

	ck_assert_int_eq(
		otp_uri(&secret, &rows[_i].spec, rows[_i].issuer, rows[_i].account, 42, &uri, &key),
		WF_OK);
	ck_assert_str_eq((const char *)uri.bytes, rows[_i].uri);
	ck_assert_str_eq((const char *)key.bytes, "GEZDGNBVGY3TQOJQ");
	wf_secret_clear(&secret);
	wf_secret_clear(&uri);
	wf_secret_clear(&key);
}
END_TEST

START_TEST(what_does_not_fit_is_refused_whole)
{
	struct wf_secret secret = secret_of("1234567890", 10), none = WF_SECRET_EMPTY;
	struct wf_secret uri = WF_SECRET_EMPTY, key = WF_SECRET_EMPTY;
	struct otp_spec bad = {FACTOR_TOTP, OTP_SHA1, 9, 30};
	char name[WF_SECRET_MAX + 1];

	memset(name, 'x', sizeof(name));
	name[WF_SECRET_MAX] = '\0';
	ck_assert_int_eq(otp_uri(&secret, &totp6, "i", name, 0, &uri, &key), WF_TOO_LONG);
	ck_assert_int_eq(otp_uri(&secret, &totp6, name, "a", 0, &uri, &key), WF_TOO_LONG);
	ck_assert_int_eq(otp_uri(&secret, &totp6, "i", "", 0, &uri, &key), WF_INVALID);
	ck_assert_int_eq(otp_uri(&none, &totp6, "i", "a", 0, &uri, &key), WF_INVALID);
	ck_assert_int_eq(otp_uri(&secret, &bad, "i", "a", 0, &uri, &key), WF_INVALID);
	wf_secret_clear(&secret);
	secret = secret_of(name, 129);
	ck_assert_int_eq(otp_uri(&secret, &totp6, "i", "a", 0, &uri, &key), WF_TOO_LONG);
	ck_assert_ptr_null(uri.bytes);
	ck_assert_ptr_null(key.bytes);
	wf_secret_clear(&secret);
}
END_TEST

START_TEST(the_longest_uri_that_fits)
{
	struct wf_secret secret = secret_of("1234567890", 10), uri = WF_SECRET_EMPTY,
			 key = WF_SECRET_EMPTY;
	size_t frame =
		strlen("otpauth://totp/?secret=GEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=6&period=30");
	char name[WF_SECRET_MAX + 1];

	memset(name, 'x', sizeof(name));
	name[WF_SECRET_MAX - frame] = '\0';
	ck_assert_int_eq(otp_uri(&secret, &totp6, "", name, 0, &uri, &key), WF_OK);
	ck_assert_uint_eq(uri.len, WF_SECRET_MAX);
	name[WF_SECRET_MAX - frame] = 'x';
	name[WF_SECRET_MAX - frame + 1] = '\0';
	ck_assert_int_eq(otp_uri(&secret, &totp6, "", name, 0, &uri, &key), WF_TOO_LONG);
	wf_secret_clear(&secret);
	wf_secret_clear(&uri);
	wf_secret_clear(&key);
}
END_TEST

/* Wherever the end of the space comes. */
START_TEST(no_uri_is_cut)
{
	struct wf_secret secret = secret_of("1234567890", 10), uri = WF_SECRET_EMPTY,
			 key = WF_SECRET_EMPTY;
	char name[WF_SECRET_MAX + 1];
	bool fits = true;

	for (size_t len = 0; len <= WF_SECRET_MAX; len++) {
		wf_status status;

		memset(name, 'x', len);
		name[len] = '\0';
		status = otp_uri(&secret, &totp6, name, "alice", 0, &uri, &key);
		ck_assert(status == WF_OK || status == WF_TOO_LONG);
		ck_assert(fits || status == WF_TOO_LONG);
		fits = status == WF_OK;
		ck_assert(!fits || strstr((const char *)uri.bytes, "&period=30") != NULL);
		wf_secret_clear(&uri);
		wf_secret_clear(&key);
	}
	ck_assert(!fits);
	wf_secret_clear(&secret);
}
END_TEST

/* RFC 4648 section 10, without the padding. */
START_TEST(base32_vectors)
{
	static const char *const encoded[] = {
		"", "MY", "MZXQ", "MZXW6", "MZXW6YQ", "MZXW6YTB", "MZXW6YTBOI"};
	char text[16];

	base32_encode((const uint8_t *)"foobar", (size_t)_i, text);
	ck_assert_str_eq(text, encoded[_i]);
	ck_assert_uint_eq(strlen(text), BASE32_LEN((size_t)_i));
}
END_TEST

#ifdef WF_FAULT
START_TEST(every_fault_is_told_and_gives_nothing)
{
	struct wf_secret secret = secret_of("1234567890", 10), uri = WF_SECRET_EMPTY,
			 key = WF_SECRET_EMPTY;
	wf_status status = WF_NO;
	uint64_t nth = 0;

	while (status != WF_OK) {
		ck_assert_ptr_null(uri.bytes);
		ck_assert_ptr_null(key.bytes);
		wf_fault_arm(++nth, false);
		status = otp_uri(&secret, &totp6, "Example", "alice", 0, &uri, &key);
		ck_assert(status == WF_OK || status == WF_NO_MEMORY);
	}
	wf_fault_arm(0, false);
	ck_assert_uint_gt(nth, 2);
	wf_secret_clear(&secret);
	wf_secret_clear(&uri);
	wf_secret_clear(&key);
}
END_TEST
#endif

static Suite *
otp_uri_suite(void)
{
	Suite *suite = suite_create("otp_uri");
	TCase *tc = tcase_create("otp_uri");

	tcase_add_loop_test(tc, uris_are_exact, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tc, what_does_not_fit_is_refused_whole);
	tcase_add_test(tc, the_longest_uri_that_fits);
	tcase_add_test(tc, no_uri_is_cut);
	tcase_add_loop_test(tc, base32_vectors, 0, 7);
#ifdef WF_FAULT
	tcase_add_test(tc, every_fault_is_told_and_gives_nothing);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(otp_uri_suite)
