/*
 * The printer: one line, whatever comes from outside made harmless, and never a byte of a secret.
 */
#include "config.h"

#include <string.h>

#include "common/utf8.h"
#include "common/wire.h"
#include "tests/unit/common/wire_sample.h"
#include "tests/unit/unit.h"

#define MSGS 18

START_TEST(a_line_for_people)
{
	struct wf_msg msg;
	char text[256];

	wf_msg_init(&msg, WF_MSG_BEGIN, 2);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_PURPOSE, 1), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_USER, "b\"o\x1b" "b\xff"), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_SERVICE, "日本"), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_RHOST, "", 0), WF_OK);
	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_EVIDENCE, 1, "ab", 2), WF_OK);
	wf_msg_print(&msg, text, sizeof(text));
	ck_assert_str_eq(text, "BEGIN v2 PURPOSE=1 USER=\"b\\\"o\\x1bb\\xff\" SERVICE=\"日本\" "
			       "RHOST=\"\" EVIDENCE=016162");
	wf_msg_clear(&msg);
}
END_TEST

START_TEST(wide_numbers_and_long_bytes)
{
	static const uint8_t zeros[33];
	struct wf_msg msg;
	char text[256];

	wf_msg_init(&msg, WF_MSG_RESULT, 1);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_TEXT_ID, 0x1234), WF_OK);
	wf_msg_print(&msg, text, sizeof(text));
	ck_assert_str_eq(text, "RESULT v1 TEXT_ID=4660");
	wf_msg_clear(&msg);
	wf_msg_init(&msg, WF_MSG_BEGIN, 1);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_EVIDENCE, zeros, 33), WF_OK);
	wf_msg_print(&msg, text, sizeof(text));
	ck_assert_str_eq(text,
		"BEGIN v1 EVIDENCE=0000000000000000000000000000000000000000000000000000"
		"000000000000...");
	wf_msg_clear(&msg);
}
END_TEST

/* The line with a long secret, a short one and none but its tag is one and the same. */
START_TEST(a_secret_is_neither_shown_nor_measured)
{
	static const char *const secrets[] = {"", "x", "hunter2-hunter2-hunter2"};
	static const struct {
		enum wf_msg_type type;
		enum wf_field_id id;
		const char *text;
	} rows[] = {
		{WF_MSG_ANSWER, WF_F_ANSWER, "ANSWER v2 ANSWER=(secret)"},
		{WF_MSG_CHANGE, WF_F_SECRET, "CHANGE v2 SECRET=(secret)"},
		{WF_MSG_ACT, WF_F_SECRET_ARG, "ACT v2 SECRET_ARG=(secret)"},
	};
	char text[256];

	for (size_t i = 0; i < 9; i++) {
		struct wf_msg msg;
		const char *secret = secrets[i % 3];

		wf_msg_init(&msg, rows[i / 3].type, 2);
		if (rows[i / 3].id == WF_F_SECRET_ARG && secret[0] == '\0')
			secret = "k";
		ck_assert_int_eq(wf_msg_add_tagged(&msg, rows[i / 3].id, 'k', secret,
					 strlen(secret)), WF_OK);
		wf_msg_print(&msg, text, sizeof(text));
		ck_assert_str_eq(text, rows[i / 3].text);
		wf_msg_clear(&msg);
	}
}
END_TEST

START_TEST(every_message_prints_into_any_size)
{
	struct wf_msg msg;
	char whole[8192];
	char text[256];

	sample_make((size_t)_i, WF_WIRE_VERSION, SAMPLE_LARGE, &msg);
	wf_msg_print(&msg, whole, sizeof(whole));
	for (size_t size = 1; size < sizeof(text); size++) {
		memset(text, 'z', sizeof(text));
		wf_msg_print(&msg, text, size);
		ck_assert_uint_lt(strlen(text), size);
		ck_assert_int_eq(text[size], 'z');
		ck_assert(wf_utf8_valid(text, strlen(text), false));
		if (strlen(whole) < size)
			ck_assert_str_eq(text, whole);
	}
	memset(text, 'z', sizeof(text));
	wf_msg_print(&msg, text, 0);
	ck_assert_int_eq(text[0], 'z');
	wf_msg_clear(&msg);
}
END_TEST

START_TEST(what_is_unknown_is_survived)
{
	struct wf_msg msg;
	char text[64];

	wf_msg_init(&msg, (enum wf_msg_type)999, 7);
	msg.values[0] = (struct wf_msg_value){.id = (enum wf_field_id)999, .off = 0, .len = 0};
	msg.nvalues = 1;
	wf_msg_print(&msg, text, sizeof(text));
	ck_assert_str_eq(text, "(unknown message) v7");
	wf_msg_clear(&msg);
}
END_TEST

static Suite *
print_suite(void)
{
	Suite *suite = suite_create("wire_print");
	TCase *tc = tcase_create("print");

	tcase_add_test(tc, a_line_for_people);
	tcase_add_test(tc, wide_numbers_and_long_bytes);
	tcase_add_test(tc, a_secret_is_neither_shown_nor_measured);
	tcase_add_loop_test(tc, every_message_prints_into_any_size, 0, MSGS);
	tcase_add_test(tc, what_is_unknown_is_survived);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(print_suite)
