/*
 * The texts of wf_text_id, in English and Japanese. English is plain ASCII,
 * because serial lines and the Linux console cannot show anything else; the
 * Japanese texts are UTF-8 and are given only to who asked for `ja` in UTF-8.
 */
#include "config.h"

#include "common/text.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define TEXT_UNAVAILABLE                                                                           \
	{"Login is temporarily unavailable. Please try again or contact your administrator.",      \
		"現在、一時的にログインできません。しばらくしてからもう一度お試しになるか、管理者に" \
		"お問い合わせください。"}

static const struct text_row {
	const char *en;
	const char *ja;
} text_table[WF_TEXT_COUNT] = {
	[WF_TEXT_NONE] = {"", ""},
	[WF_TEXT_PASSWORD] = {"Password: ", "パスワード: "},
	[WF_TEXT_CODE] = {"One-time code: ", "ワンタイムコード: "},
	[WF_TEXT_CURRENT_PASSWORD] = {"Current password: ", "現在のパスワード: "},
	[WF_TEXT_NEW_PASSWORD] = {"New password: ", "新しいパスワード: "},
	[WF_TEXT_REPEAT_PASSWORD] = {"Repeat new password: ", "新しいパスワード(確認): "},
	[WF_TEXT_REFUSED] = {"Access refused. If this is unexpected, contact your helpdesk.",
		"アクセスが拒否されました。お心当たりのない場合は、ヘルプデスクにお問い合わせくださ"
		"い。"},
	[WF_TEXT_UNAVAILABLE] = TEXT_UNAVAILABLE,
	[WF_TEXT_MUST_CHANGE] = {"You must change your password now.",
		"パスワードの変更が必要です。新しいパスワードを設定してください。"},
	[WF_TEXT_MISMATCH] = {"The two passwords differ. Nothing was changed.",
		"入力された二つのパスワードが一致しません。パスワードは変更されていません。"},
	[WF_TEXT_CHANGED] = {"Your password was changed.", "パスワードを変更しました。"},
	[WF_TEXT_EMERGENCY_CODE] = {"Emergency code: ", "非常用コード: "},
	[WF_TEXT_AWAY] = TEXT_UNAVAILABLE,
	[WF_TEXT_ENROLMENT] = {"To do so, log in over SSH at: ",
		"変更するには、次のホストに SSH でログインしてください: "},
};

/* "ja", "ja_JP", "ja_JP.UTF-8", "ja-JP": yes. "jam", "ja_JP.eucJP": no. */
static bool
text_wants_japanese(const char *language)
{
	const char *codeset;

	if (language == NULL || strncmp(language, "ja", 2) != 0)
		return false;
	if (strchr("_-.@", language[2]) == NULL) /* finds the NUL, too */
		return false;
	codeset = strchr(language, '.');
	return codeset == NULL || strncasecmp(codeset, ".UTF-8", 6) == 0 ||
	       strncasecmp(codeset, ".utf8", 5) == 0;
}

const char *
wf_text(enum wf_text_id id, const char *language)
{
	size_t row = (size_t)id < WF_TEXT_COUNT ? (size_t)id : WF_TEXT_NONE;

	return text_wants_japanese(language) ? text_table[row].ja : text_table[row].en;
}
