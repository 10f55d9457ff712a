/*
 * The monthly review at the terminal, from a daemon that answers by a script: counted to the end,
 * gone through part by part, decided finding by finding, signed; and the same without questions.
 */
#include "config.h"

#include <jansson.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/ctl/rig.h"
#include "tests/unit/unit.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define T "1791000000000000" /* 2026-10-03 13:00:00 in Tokyo */

static struct rig rig;

static void
set_up(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	ck_assert_int_eq(setenv("TZ", "Asia/Tokyo", 1), 0);
}

static void
tear_down(void)
{
	rig_stop(&rig);
}

#define START(...)                                                                                 \
	do {                                                                                       \
		static const struct rig_act acts[] = {__VA_ARGS__};                                \
		rig_start(&rig, acts, sizeof(acts) / sizeof(acts[0]));                             \
	} while (0)

/* How it stands: complete, state, findings that are open, own acts, sign-offs, as it was signed. */
#define SHOW(complete, state, open, own, signed, unchanged)                                        \
	{                                                                                          \
		.act = "review.show",                                                              \
		.columns = {"month", "state", "complete:bool", "counted:number", "rows:number",    \
			"expired-rows:number", "damaged:number", "success:number",                 \
			"findings-open:number", "own-acts:number", "hash", "signed:number",        \
			"signed-by", "unchanged:bool"},                                            \
		.rows = {                                                                          \
			{"2026-10", state, complete, "5", "9", "0", "2", "7", open, own, HASH,     \
				signed, "", unchanged}                                             \
		}                                                                                  \
	}
#define FIGURES                                                                                    \
	{                                                                                          \
		.act = "review.figures",                                                           \
		.columns = {"part", "name", "rest:bool", "at-least:bool", "success:number",        \
			"failure:number", "refused:number", "unavailable:number",                  \
			"other:number"},                                                           \
		.rows = {{"day", "2026-10-01", "0", "0", "3", "0", "0", "0", "0"},                 \
			{"day", "2026-10-02", "0", "0", "0", "0", "0", "0", "0"},                  \
			{"source", "192.0.2.1", "0", "0", "3", "1", "0", "0", "0"},                \
			{"source", "", "1", "0", "0", "2", "0", "0", "0"},                         \
			{"kinds", "", "0", "0", "0", "4", "0", "0", "0"},                          \
			{"list", "acts", "0", "0", "0", "0", "0", "0", "12"}}                      \
	}
#define FINDING_COLUMNS                                                                            \
	.act = "review.findings",                                                                  \
	.columns = {"id:number", "level:number", "state", "rule", "text", "user", "source",        \
		"first:time", "last:time", "rows:number", "decided:number", "closed-by",           \
		"closed:time", "reason", "own:bool"}
#define FINDING(id, state)                                                                         \
	{                                                                                          \
		id, "2", state, "source-spray", "One source", "", "192.0.2.66", T, T, "5", "", "", \
			"", "", "0"                                                                \
	}
#define NO_FINDINGS                                                                                \
	{                                                                                          \
		FINDING_COLUMNS                                                                    \
	}
#define ROWS                                                                                       \
	.act = "review.rows", .columns = {"seq:number", "time:time", "operator", "user", "source", \
				      "service", "event", "result", "reason", "ticket", "detail",  \
				      "own:bool"}
#define ACCOUNTS                                                                                   \
	{                                                                                          \
		.act = "review.accounts", .columns = {"id:number", "user", "display", "kind",      \
						  "state", "created:time", "last-login:time"}      \
	}
#define SIGNED                                                                                     \
	{                                                                                          \
		.act = "review.sign", .text = "The review of 2026-10 is signed by root."           \
	}

static void
says(const char *text)
{
	ck_assert_msg(strstr(rig.out, text) != NULL, "no '%s' in: %s", text, rig.out);
}

static void
asked(const char *line)
{
	ck_assert_msg(
		strstr(rig_asked(&rig), line) != NULL, "not asked '%s': %s", line, rig_asked(&rig));
}

static void
not_asked(const char *act)
{
	ck_assert_ptr_null(strstr(rig_asked(&rig), act));
}

START_TEST(it_is_counted_to_the_end)
{
	START(SHOW("0", "whole", "0", "0", "0", "0"), SHOW("1", "whole", "0", "0", "0", "0"),
		FIGURES, NO_FINDINGS, {ROWS}, ACCOUNTS);
	ck_assert_int_eq(rig_run(&rig, NULL, "review --month 2026-10"), CTL_OK);
	asked("review.show month=2026-10\nreview.show month=2026-10\n"
	      "review.figures month=2026-10\n");
}
END_TEST

START_TEST(all_is_shown_without_a_terminal)
{
	START(SHOW("1", "open", "0", "4", "1", "0"), FIGURES, NO_FINDINGS, {ROWS}, ACCOUNTS);
	ck_assert_int_eq(rig_run(&rig, NULL, "review"), CTL_OK);
	says("The month has not ended");
	says("Rows that cannot be read: 2. Run 'warifu log verify'");
	says("Administrative acts of yours: 4.");
	says("It is not any more what was signed");
	says("Day         Succeeded\n2026-10-01          3\n");
	ck_assert_ptr_null(strstr(rig.out, "2026-10-02"));
	says("192.0.2.1             3       1\n(all others)          0       2\n");
	says("(none)       4\n");
	says("Nothing was found.");
	says("Every account was used.");
}
END_TEST

START_TEST(more_than_are_named_are_told)
{
	START(SHOW("1", "whole", "0", "0", "0", "0"), FIGURES, NO_FINDINGS,
		{ROWS, .rows = {{"1", T, "bob", "alice", "", "", "user.set", "success", "", "",
			       "", "0"}}});
	/* accounts are not in the script: it ends before them, and says so by its code */
	ck_assert_int_ne(rig_run(&rig, NULL, "review"), CTL_OK);
	ck_assert_ptr_null(strstr(rig.out, "Every account was used."));
	says("... and 10 more: 'warifu log --since 2026-10 --until 2026-10' shows them.");
}
END_TEST

START_TEST(programs_get_one_object)
{
	json_t *whole;
	const json_t *rows;

	START(SHOW("1", "whole", "1", "0", "0", "0"), FIGURES,
		{FINDING_COLUMNS, .rows = {FINDING("11", "open")}}, NO_FINDINGS, {ROWS}, ACCOUNTS);
	ck_assert_int_eq(rig_run(&rig, NULL, "review --json"), CTL_OK);
	whole = json_loads(rig.out, 0, NULL);
	ck_assert_msg(whole != NULL, "%s", rig.out);
	ck_assert_str_eq(
		json_string_value(json_object_get(json_object_get(whole, "review"), "hash")), HASH);
	ck_assert_uint_eq(json_array_size(json_object_get(whole, "figures")), 6);
	rows = json_array_get(json_object_get(whole, "findings"), 0);
	ck_assert_int_eq(json_integer_value(json_object_get(rows, "id")), 11);
	ck_assert(json_is_array(json_object_get(whole, "tokens")));
	ck_assert(json_is_array(json_object_get(whole, "accounts")));
	json_decref(whole);
}
END_TEST

/* Day, source, kinds are shown; then the findings, five lists, the accounts. */
#define FIGURE_PAGES "\n\n\n\n"
#define LIST_PAGES "\n\n\n\n\n\n"

START_TEST(each_finding_is_asked_about)
{
	START(SHOW("1", "whole", "3", "0", "0", "0"), SHOW("1", "whole", "1", "0", "0", "0"),
		FIGURES,
		{FINDING_COLUMNS,
			.rows = {FINDING("11", "open"), FINDING("12", "closed"),
				FINDING("13", "open"), FINDING("14", "open")}},
		NO_FINDINGS, {ROWS}, ACCOUNTS,
		{.act = "finding.show", .columns = {"seq:number", "time:time"},
			.rows = {{"7", T}}, .text = "its rows"},
		{.act = "finding.close", .text = "Finding 11 is closed."});
	ck_assert_int_eq(rig_run(&rig,
				 FIGURE_PAGES "\nr\n5\n1\nforgot it\ns\n3\nstolen\n" LIST_PAGES,
				 "review --stdin --ticket T-1"),
		CTL_OK);
	asked("finding.show id=11\nfinding.close id=11 found=2 level=1 reason=forgot it "
	      "ticket=T-1\nfinding.close id=14 found=2 level=3 reason=stolen ticket=T-1\n");
	says("its rows");
	says("1 finding is still open");
	not_asked("review.sign");
}
END_TEST

START_TEST(it_is_signed_in_the_end)
{
	START(SHOW("1", "whole", "0", "0", "0", "0"), FIGURES, NO_FINDINGS, {ROWS}, ACCOUNTS,
		SIGNED);
	ck_assert_int_eq(rig_run(&rig, FIGURE_PAGES "\n" LIST_PAGES "yes\nall is well\n",
				 "review --stdin"),
		CTL_OK);
	asked("review.sign month=2026-10 hash=" HASH " reason=all is well\n");
	says("is signed by root");
}
END_TEST

START_TEST(nobody_has_to_sign)
{
	START(SHOW("1", "whole", "0", "0", "0", "0"), FIGURES, NO_FINDINGS, {ROWS}, ACCOUNTS);
	ck_assert_int_eq(
		rig_run(&rig, FIGURE_PAGES "\n" LIST_PAGES "no\n", "review --stdin"), CTL_OK);
	not_asked("review.sign");
}
END_TEST

START_TEST(an_open_month_is_not_signed)
{
	START(SHOW("1", "open", "0", "0", "0", "0"), FIGURES, NO_FINDINGS, {ROWS}, ACCOUNTS);
	ck_assert_int_eq(
		rig_run(&rig, FIGURE_PAGES "\n" LIST_PAGES, "review --stdin"), CTL_OK);
	not_asked("review.sign");
}
END_TEST

START_TEST(one_may_stop_anywhere)
{
	START(SHOW("1", "whole", "1", "0", "0", "0"), FIGURES,
		{FINDING_COLUMNS, .rows = {FINDING("11", "open")}}, NO_FINDINGS);
	ck_assert_int_eq(rig_run(&rig, "q\n", "review --stdin"), CTL_OK);
	not_asked("review.findings");
	ck_assert_int_eq(rig_run(&rig, FIGURE_PAGES "\nq\n", "review --stdin"), CTL_OK);
	not_asked("finding.close");
	not_asked("review.rows");
	ck_assert_int_ne(rig_run(&rig, FIGURE_PAGES, "review --stdin"), CTL_OK);
}
END_TEST

/* An auditor sees all of it; what he may not decide stays open, and it goes on. */
START_TEST(what_may_not_be_decided_stays)
{
	START(SHOW("1", "whole", "1", "0", "0", "0"), FIGURES,
		{FINDING_COLUMNS, .rows = {FINDING("11", "open")}}, NO_FINDINGS, {ROWS}, ACCOUNTS,
		{.act = "finding.close", .status = WF_DENIED, .text = "You may not."});
	ck_assert_int_eq(
		rig_run(&rig, FIGURE_PAGES "\n0\nnothing\n" LIST_PAGES, "review --stdin"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.err, "You may not."));
	asked("review.accounts month=2026-10\n");
}
END_TEST

START_TEST(signed_without_a_question)
{
	START(SHOW("1", "whole", "0", "0", "0", "0"), SIGNED);
	ck_assert_int_eq(rig_run(&rig, NULL, "review --sign"), CTL_USAGE);
	ck_assert_int_eq(rig_run(&rig, NULL, "review --note 'all well'"), CTL_USAGE);
	not_asked("review.show");
	ck_assert_int_eq(
		rig_run(&rig, NULL, "review --sign --note 'all well' --ticket T-2"), CTL_OK);
	asked("review.sign month=2026-10 hash=" HASH " reason=all well ticket=T-2\n");
	not_asked("review.figures");
}
END_TEST

START_TEST(a_refusal_is_told)
{
	START(SHOW("1", "whole", "1", "0", "0", "0"),
		{.act = "review.sign", .status = WF_CONFLICT, .text = "1 finding is open."});
	ck_assert_int_eq(rig_run(&rig, NULL, "review --sign --note x"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "1 finding is open."));
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("ctl/review");
	TCase *tcase = tcase_create("review");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, it_is_counted_to_the_end);
	tcase_add_test(tcase, all_is_shown_without_a_terminal);
	tcase_add_test(tcase, more_than_are_named_are_told);
	tcase_add_test(tcase, programs_get_one_object);
	tcase_add_test(tcase, each_finding_is_asked_about);
	tcase_add_test(tcase, it_is_signed_in_the_end);
	tcase_add_test(tcase, nobody_has_to_sign);
	tcase_add_test(tcase, an_open_month_is_not_signed);
	tcase_add_test(tcase, one_may_stop_anywhere);
	tcase_add_test(tcase, what_may_not_be_decided_stays);
	tcase_add_test(tcase, signed_without_a_question);
	tcase_add_test(tcase, a_refusal_is_told);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
