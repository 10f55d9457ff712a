/*
 * Texts of the front ends: none is missing in either language, English is ASCII, prompts are exact.
 */
#include "config.h"

#include "common/text.h"

#include <string.h>

#include "common/utf8.h"
#include "tests/unit/unit.h"

START_TEST(each_text_is_there_in_both_languages)
{
	const char *en = wf_text((enum wf_text_id)_i, "en");
	const char *ja = wf_text((enum wf_text_id)_i, "ja");

	ck_assert_uint_gt(strlen(en), 0);
	ck_assert_str_ne(en, ja);
	for (const char *c = en; *c != '\0'; c++)
		ck_assert(*c >= ' ' && *c < 0x7f);
	ck_assert(wf_utf8_valid(ja, strlen(ja), false));
}
END_TEST

START_TEST(prompts_end_alike)
{
	static const enum wf_text_id prompts[] = {WF_TEXT_PASSWORD, WF_TEXT_CODE,
		WF_TEXT_CURRENT_PASSWORD, WF_TEXT_NEW_PASSWORD, WF_TEXT_REPEAT_PASSWORD,
		WF_TEXT_EMERGENCY_CODE};
	const char *en = wf_text(prompts[_i], NULL);
	const char *ja = wf_text(prompts[_i], "ja");

	ck_assert_str_eq(en + strlen(en) - 2, ": ");
	ck_assert_str_eq(ja + strlen(ja) - 2, ": ");
}
END_TEST

START_TEST(exact_english)
{
	ck_assert_str_eq(wf_text(WF_TEXT_NONE, NULL), "");
	ck_assert_str_eq(wf_text(WF_TEXT_PASSWORD, NULL), "Password: ");
	ck_assert_str_eq(wf_text(WF_TEXT_CODE, NULL), "One-time code: ");
	ck_assert_str_eq(wf_text(WF_TEXT_CURRENT_PASSWORD, NULL), "Current password: ");
	ck_assert_str_eq(wf_text(WF_TEXT_NEW_PASSWORD, NULL), "New password: ");
	ck_assert_str_eq(wf_text(WF_TEXT_REPEAT_PASSWORD, NULL), "Repeat new password: ");
	ck_assert_str_eq(wf_text(WF_TEXT_REFUSED, NULL),
		"Access refused. If this is unexpected, contact your helpdesk.");
	ck_assert_str_eq(
		wf_text(WF_TEXT_UNAVAILABLE, NULL), "Login is temporarily unavailable. Please try "
						    "again or contact your administrator.");
}
END_TEST

START_TEST(language_table)
{
	static const struct {
		const char *language;
		bool japanese;
	} rows[] = {
		{"ja", true},
		{"ja_JP", true},
		{"ja-JP", true},
		{"ja_JP.UTF-8", true},
		{"ja_JP.utf8", true},
		{"ja@mod", true},
		{"ja.UTF-8", true},
		{"ja_JP.eucJP", false},
		{"ja_JP.SJIS", false},
		{"jam", false},
		{"j", false},
		{"", false},
		{NULL, false},
		{"en", false},
		{"en_US.UTF-8", false},
		{"de_DE", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_str_eq(wf_text(WF_TEXT_PASSWORD, rows[i].language),
			rows[i].japanese ? "パスワード: " : "Password: ");
}
END_TEST

START_TEST(an_unknown_text_is_empty)
{
	ck_assert_str_eq(wf_text(WF_TEXT_COUNT, "ja"), "");
	ck_assert_str_eq(wf_text((enum wf_text_id)-1, NULL), "");
}
END_TEST

static Suite *
text_suite(void)
{
	Suite *suite = suite_create("text");
	TCase *tc = tcase_create("text");

	tcase_add_loop_test(tc, each_text_is_there_in_both_languages, 1, WF_TEXT_COUNT);
	tcase_add_loop_test(tc, prompts_end_alike, 0, 6);
	tcase_add_test(tc, exact_english);
	tcase_add_test(tc, language_table);
	tcase_add_test(tc, an_unknown_text_is_empty);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(text_suite)
