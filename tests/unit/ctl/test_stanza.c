/*
 * Putting a stanza into a service's file and taking it out: exactly, and whatever the file looks
 * like.
 */
#include "config.h"

#include "ctl/stanza.h"

#include <string.h>

#include "ctl/diff.h"
#include "tests/unit/unit.h"

#define BEGIN(group) "# BEGIN warifu " group " ('warifu pam remove' takes this out)\n"
#define END(group) "# END warifu " group "\n"

static const char sshd_file[] = "# comment\n"
				"@include common-auth\n"
				"account    required     pam_nologin.so\n"
				"@include common-account\n"
				"session    required     pam_loginuid.so\n"
				"@include common-session\n"
				"session    required     pam_limits.so\n"
				"@include common-password\n";

static const char stanza[] = "# Warifu\n"
			     "auth required pam_warifu.so\n"
			     "account required pam_nologin.so\n"
			     "account required pam_warifu.so\n"
			     "@include common-account\n"
			     "password required pam_warifu.so\n"
			     "session optional pam_warifu.so\n";

/* clang-format off */
static const char sshd_wanted[] =
	"# comment\n"
	BEGIN("auth")
	"auth required pam_warifu.so\n"
	END("auth")
	"#warifu# @include common-auth\n"
	"account    required     pam_nologin.so\n"
	BEGIN("account")
	"account required pam_warifu.so\n"
	END("account")
	"@include common-account\n"
	"session    required     pam_loginuid.so\n"
	BEGIN("session")
	"session optional pam_warifu.so\n"
	END("session")
	"@include common-session\n"
	"session    required     pam_limits.so\n"
	BEGIN("password")
	"password required pam_warifu.so\n"
	END("password")
	"#warifu# @include common-password\n";
/* clang-format on */

static char *text;

static void
tear_down(void)
{
	free(text);
	text = NULL;
}

START_TEST(lines_come_to_their_places)
{
	ck_assert_int_eq(stanza_insert(sshd_file, stanza, &text), WF_OK);
	ck_assert_str_eq(text, sshd_wanted);
	ck_assert(stanza_has(text, "auth"));
	ck_assert(stanza_has(text, "account"));
	ck_assert(!stanza_has(sshd_file, NULL));
}
END_TEST

START_TEST(taking_out_gives_the_old_text)
{
	char *with = NULL;

	ck_assert_int_eq(stanza_insert(sshd_file, stanza, &with), WF_OK);
	ck_assert_int_eq(stanza_remove(with, &text), WF_OK);
	ck_assert_str_eq(text, sshd_file);
	free(with);
}
END_TEST

START_TEST(later_edits_survive)
{
	char with[4096];

	snprintf(with, sizeof(with), "# mine\n%sauth optional pam_mine.so\n", sshd_wanted);
	ck_assert_int_eq(stanza_remove(with, &text), WF_OK);
	ck_assert_ptr_nonnull(strstr(text, "# mine\n# comment\n@include common-auth\n"));
	ck_assert_ptr_nonnull(
		strstr(text, "@include common-password\nauth optional pam_mine.so\n"));
	ck_assert_ptr_null(strstr(text, "pam_warifu"));
}
END_TEST

START_TEST(unix_lines_count_as_includes)
{
	ck_assert_int_eq(stanza_insert("auth sufficient pam_rootok.so\n"
				       "auth\t[success=1 default=ignore]\tpam_unix.so nullok\n"
				       "auth requisite pam_deny.so\n"
				       "-session optional pam_systemd.so",
				 "auth required pam_warifu.so\n", &text),
		WF_OK);
	ck_assert_str_eq(text, "auth sufficient pam_rootok.so\n" BEGIN("auth")
		"auth required pam_warifu.so\n" END("auth")
			"#warifu# auth\t[success=1 default=ignore]\tpam_unix.so nullok\n"
			"auth requisite pam_deny.so\n"
			"-session optional pam_systemd.so\n");
}
END_TEST

START_TEST(groups_without_a_place_come_at_the_end)
{
	ck_assert_int_eq(stanza_insert("@include common-password\n",
				 "account required pam_warifu.so\n", &text),
		WF_OK);
	ck_assert_str_eq(text, "@include common-password\n" BEGIN("account")
		"account required pam_warifu.so\n" END("account"));
}
END_TEST

START_TEST(noninteractive_session_counts)
{
	ck_assert_int_eq(stanza_insert("@include common-session-noninteractive\n",
				 "session optional pam_warifu.so\n", &text),
		WF_OK);
	ck_assert_str_eq(text, BEGIN("session")
		"session optional pam_warifu.so\n" END("session")
		"@include common-session-noninteractive\n");
}
END_TEST

/*
 * A whole stack as a stanza: what it has besides Warifu's paragraphs is the machine's own business.
 */
START_TEST(only_paragraphs_with_the_module_count)
{
	ck_assert_int_eq(stanza_insert("auth requisite pam_nologin.so\n@include common-auth\n",
				 "auth optional pam_faildelay.so\n\n"
				 "# why\nauth [success=1 default=die] pam_warifu.so\nauth substack "
				 "common-auth\n"
				 "auth required pam_permit.so\n\n"
				 "session required pam_limits.so\n@include common-session\n",
				 &text),
		WF_OK);
	ck_assert_str_eq(text, "auth requisite pam_nologin.so\n" BEGIN("auth")
		"auth [success=1 default=die] pam_warifu.so\nauth substack common-auth\n"
		"auth required pam_permit.so\n" END("auth") "#warifu# @include common-auth\n");
}
END_TEST

START_TEST(bad_stanza_is_refused)
{
	/*
	 * Named in a comment alone: it would take the old lines out and put nothing in their place.
	 */
	ck_assert_int_eq(
		stanza_insert(sshd_file, "auth required pam_unix.so # not pam_warifu.so\n", &text),
		WF_INVALID);
	ck_assert_int_eq(
		stanza_insert(sshd_file, "auth required pam_unix.so\n", &text), WF_INVALID);
	ck_assert_int_eq(stanza_insert(sshd_file, "auth required pam_warifu.so\nnonsense\n", &text),
		WF_INVALID);
	ck_assert_ptr_null(text);
}
END_TEST

START_TEST(nothing_to_take_out)
{
	ck_assert_int_eq(stanza_remove(sshd_file, &text), WF_NOT_FOUND);
	ck_assert_int_eq(stanza_remove("auth required pam_warifu.so\n", &text), WF_NOT_FOUND);
	ck_assert_int_eq(
		stanza_remove(BEGIN("auth") "auth required pam_warifu.so\n", &text), WF_CORRUPT);
	ck_assert_ptr_null(text);
}
END_TEST

START_TEST(comments_are_no_use_of_the_module)
{
	ck_assert(!stanza_has("# auth required pam_warifu.so\n", NULL));
	ck_assert(!stanza_has("auth required pam_unix.so # pam_warifu.so\n", NULL));
	ck_assert(stanza_has("account required pam_warifu.so\n", "account"));
	ck_assert(!stanza_has("account required pam_warifu.so\n", "auth"));
}
END_TEST

/* pam_systemd is told by the line before it how long a session may last. */
START_TEST(session_line_behind_systemd)
{
	static const struct {
		const char *file;
		bool late;
	} rows[] = {
		{"session required pam_warifu.so\n@include common-session\n", false},
		{"@include common-session\nsession required pam_warifu.so\n", true},
		{"session optional pam_systemd.so\nsession optional pam_warifu.so\n", true},
		{"-session include system-auth\nsession optional pam_warifu.so\n", true},
		{"@include common-session-noninteractive\nsession optional pam_warifu.so\n",
			false},
		{"session required pam_unix.so\nsession optional pam_warifu.so\n", false},
		{"@include common-account\nsession optional pam_warifu.so\n", false},
		{"@include common-session\nauth required pam_warifu.so\n", false},
	};
	char *plain = NULL, *again = NULL;
	const char *old = "@include common-session\n"
			  "# BEGIN warifu session ('warifu pam remove' takes this out)\n"
			  "session required pam_warifu.so\n# END warifu session\n";

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_msg(
			stanza_session_late(rows[i].file) == rows[i].late, "%s", rows[i].file);
	ck_assert(stanza_session_late(old));
	ck_assert_int_eq(stanza_remove(old, &plain), WF_OK);
	ck_assert_int_eq(
		stanza_insert(plain, "session required pam_warifu.so\n", &again), WF_OK);
	ck_assert(!stanza_session_late(again));
	free(plain);
	free(again);
}
END_TEST

START_TEST(difference_is_shown)
{
	char *shown = NULL;
	size_t size;
	FILE *out = open_memstream(&shown, &size);

	ck_assert(!diff_print("f", "a\nb\n", "a\nb\n", out));
	ck_assert(diff_print("f", "a\nb\nc\n", "a\nx\nc\nd\n", out));
	fclose(out);
	ck_assert_str_eq(shown, "--- f\n+++ f\n a\n-b\n+x\n c\n+d\n");
	free(shown);
}
END_TEST

static Suite *
stanza_suite(void)
{
	Suite *suite = suite_create("stanza");
	TCase *tc = tcase_create("merge");

	tcase_add_checked_fixture(tc, NULL, tear_down);
	tcase_add_test(tc, lines_come_to_their_places);
	tcase_add_test(tc, taking_out_gives_the_old_text);
	tcase_add_test(tc, later_edits_survive);
	tcase_add_test(tc, unix_lines_count_as_includes);
	tcase_add_test(tc, groups_without_a_place_come_at_the_end);
	tcase_add_test(tc, noninteractive_session_counts);
	tcase_add_test(tc, only_paragraphs_with_the_module_count);
	tcase_add_test(tc, bad_stanza_is_refused);
	tcase_add_test(tc, nothing_to_take_out);
	tcase_add_test(tc, comments_are_no_use_of_the_module);
	tcase_add_test(tc, session_line_behind_systemd);
	tcase_add_test(tc, difference_is_shown);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(stanza_suite)
