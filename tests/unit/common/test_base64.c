/*
 * Base64: the examples of RFC 4648 section 10 both ways, and that there is one text for each value.
 */
#include "config.h"

#include "common/base64.h"

#include <string.h>

#include "tests/unit/unit.h"

static const struct {
	const char *plain, *padded, *bare;
} examples[] = {
	{"", "", ""},
	{"f", "Zg==", "Zg"},
	{"fo", "Zm8=", "Zm8"},
	{"foo", "Zm9v", "Zm9v"},
	{"foob", "Zm9vYg==", "Zm9vYg"},
	{"fooba", "Zm9vYmE=", "Zm9vYmE"},
	{"foobar", "Zm9vYmFy", "Zm9vYmFy"},
	{"\xfb\xff\xbf", "+/+/", "-_-_"},
};

START_TEST(both_ways)
{
	size_t len = strlen(examples[_i].plain), got = 99;
	uint8_t bytes[16];
	char text[WF_BASE64_LEN(16) + 4];

	wf_base64url_encode((const uint8_t *)examples[_i].plain, len, text);
	ck_assert_str_eq(text, examples[_i].bare);
	ck_assert_uint_eq(strlen(text), WF_BASE64_LEN(len));
	wf_base64_encode((const uint8_t *)examples[_i].plain, len, text);
	ck_assert_str_eq(text, examples[_i].padded);
	wf_base64url_encode((const uint8_t *)examples[_i].plain, len, text);
	ck_assert_int_eq(
		wf_base64url_decode(text, strlen(text), bytes, sizeof(bytes), &got), WF_OK);
	ck_assert_uint_eq(got, len);
	ck_assert_mem_eq(bytes, examples[_i].plain, len);
	got = 99;
	ck_assert_int_eq(wf_base64_decode(examples[_i].padded, strlen(examples[_i].padded), bytes,
				 sizeof(bytes), &got), WF_OK);
	ck_assert_uint_eq(got, len);
	ck_assert_mem_eq(bytes, examples[_i].plain, len);
}
END_TEST

static const char *const bad_padded[] = {
	"Zg",
	"Zg=",
	"Zg===",
	"Z",
	"Z===",
	"====",
	"Zg=a",
	"Z=g=",
	"Zh==",
	"Zm9=",
	"Zm-v",
	"Zm_v",
	"Zm v",
	"Zm9v\n",
	"=Zg=",
};

START_TEST(what_is_no_padded_text)
{
	uint8_t bytes[16];
	size_t got = 99;

	ck_assert_int_eq(wf_base64_decode(bad_padded[_i], strlen(bad_padded[_i]), bytes,
				 sizeof(bytes), &got),
		WF_INVALID);
	ck_assert_uint_eq(got, 99);
}
END_TEST

static const char *const bad_bare[] = {"Z", "Zg==", "Zh", "Zm9", "Zm+v", "Zm/v", "Zm9vY"};

START_TEST(what_is_no_bare_text)
{
	uint8_t bytes[16];
	size_t got = 99;

	ck_assert_int_eq(
		wf_base64url_decode(bad_bare[_i], strlen(bad_bare[_i]), bytes, sizeof(bytes), &got),
		WF_INVALID);
	ck_assert_uint_eq(got, 99);
}
END_TEST

START_TEST(no_more_than_there_is_room_for)
{
	uint8_t bytes[4] = {0, 0, 0, 0x77};
	size_t got = 99;

	ck_assert_int_eq(wf_base64_decode("Zm9vYg==", 8, bytes, 3, &got), WF_TOO_LONG);
	ck_assert_uint_eq(bytes[3], 0x77);
	ck_assert_uint_eq(got, 99);
	ck_assert_int_eq(wf_base64_decode("Zm9v", 4, bytes, 3, &got), WF_OK);
	ck_assert_uint_eq(got, 3);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof((table)[0]))

static Suite *
base64_suite(void)
{
	Suite *suite = suite_create("base64");
	TCase *tc = tcase_create("base64");

	tcase_add_loop_test(tc, both_ways, 0, ROWS(examples));
	tcase_add_loop_test(tc, what_is_no_padded_text, 0, ROWS(bad_padded));
	tcase_add_loop_test(tc, what_is_no_bare_text, 0, ROWS(bad_bare));
	tcase_add_test(tc, no_more_than_there_is_room_for);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(base64_suite)
