/*
 * What becomes of the lines of a report: a list, JSON, a page, CSV and a workbook.  What other
 * programs read in the files is shown by tests/system/test_report.py.
 */
#include "config.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/book.h"
#include "tests/unit/ctl/rig.h"
#include "tests/unit/unit.h"

static struct rig rig;

#define COLUMNS                                                                                   \
	"part", "criterion", "group", "name", "state", "level", "force", "aim", "text", "reason", \
		"for", "value", "wanted", "origin", "by", "time:time", "until:time",              \
		"count:number", "total:number", "row:number", "hash"
#define FACT(name, text, value, time)                                                             \
	{                                                                                         \
		"report", "", "", name, "", "", "", "", text, "", "", value, "", "", "", time,    \
			"", "", "", "", ""                                                        \
	}
#define CRITERION(id, group, state, text, reason)                                                 \
	{                                                                                         \
		"criterion", id, group, "", state, "3", "must", "enforced", text, reason, "", "", \
			"", "", "", "", "", "", "", "", "5eed"                                    \
	}
#define SETTING(id, state, value, wanted)                                                         \
	{                                                                                         \
		"setting", id, "", "lock.threshold", state, "", "must", "", "After how many", "", \
			"privileged", value, wanted, "/etc/warifu.conf:12", "", "", "", "", "",   \
			"", ""                                                                    \
	}

static const struct rig_act computed = {
	.act = "report",
	.text = "2 met, 1 not met.",
	.columns = {COLUMNS},
	.rows = {FACT("profile", "Four stars", "scs4", ""),
		FACT("composed-of", "", "scs3", ""), FACT("composed-of", "", "scs4", ""),
		FACT("until", "", "", "1767225609000000"),
		CRITERION("SCS-4-1-1-1", "SCS-4-1", "met", "Two kinds of factors.", ""),
		SETTING("SCS-4-1-1-1", "met", "10", "at most 10"),
		{"proof", "SCS-4-1-1-1", "", "internet-logins", "supports", "", "", "",
			"All 1234 logins with two kinds.", "", "", "100 %", "", "", "", "", "",
			"1234", "1234", "9876", ""},
		CRITERION("SCS-4-1-2-1", "SCS-4-1", "not met", "=1+1", "<script>alert(1)</script>"),
		SETTING("SCS-4-1-2-1", "deviation", "20", "at most 10"),
		{"exception", "SCS-4-1-2-1", "", "lock.threshold", "deviate", "", "", "",
			"@SUM(A1) \u202eevil", "", "", "20", "", "", "Sato \u9ad9",
			"1767225609000000", "1798761609000000", "", "", "", ""},
		CRITERION(
			"SCS-7-1", "SCS-7", "outside", "Of buildings.", "No login is part of it."),
		{"report", "", "", "criteria", "met", "", "", "", "", "", "", "", "", "", "", "",
			"", "1", "3", "", ""},
		FACT("hash", "", "cafe", "")},
};

static void
set_up(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	ck_assert_int_eq(setenv("TZ", "Asia/Tokyo", 1), 0);
	rig_start(&rig, &computed, 1);
}

static void
tear_down(void)
{
	rig_stop(&rig);
}

/* Runs `report` with an option that names this file; what is in it. */
static const char *
written(const char *option, const char *name, const char *more)
{
	char words[512];

	(void)snprintf(
		words, sizeof(words), "report --%s %s %s", option, rig_path(&rig, name), more);
	ck_assert_msg(rig_run(&rig, NULL, words) == CTL_OK, "%s: %s", words, rig.err);
	return rig_read(&rig, name);
}

static size_t
count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		n++;
	return n;
}

#define HAS(text, part) ck_assert_msg(strstr((text), (part)) != NULL, "no '%s' in:\n%s", part, text)
#define LACKS(text, part) \
	ck_assert_msg(strstr((text), (part)) == NULL, "'%s' in:\n%s", part, text)

START_TEST(the_terminal_shows_criteria)
{
	rig.ctl.width = 72;
	ck_assert_int_eq(rig_run(&rig, NULL, "report --profile scs4 --since 2026-01-01"), CTL_OK);
	HAS(rig_asked(&rig), "report profile=scs4 since=");
	HAS(rig.out, "SCS-4-1-2-1  not met  =1+1\n");
	HAS(rig.out, "2 met, 1 not met.\n");
	LACKS(rig.out, "lock.threshold");
	ck_assert_uint_eq(count(rig.out, "\n"), 5); /* heading, three criteria, sentence */
}
END_TEST

START_TEST(json_has_all_lines)
{
	ck_assert_int_eq(rig_run(&rig, NULL, "report --json"), CTL_OK);
	ck_assert_uint_eq(count(rig.out, "\"part\": \"setting\""), 2);
	HAS(rig.out, "\"count\": 1234");
	HAS(rig.out, "\"until\": \"2027-01-01T09:00:09");
}
END_TEST

START_TEST(a_page_has_a_sheet_for_each_group)
{
	const char *page = written("html", "a.html", "");
	struct stat st;

	/* the first, the summary, SCS-4-1 and SCS-7 */
	ck_assert_uint_eq(count(page, "<section class=\"sheet\">"), 4);
	HAS(page, "<h2>SCS-4-1</h2>");
	HAS(page, "<h2>SCS-7</h2>");
	ck_assert_uint_eq(count(page, "<h3>"), 3);
	HAS(page, "<h1>Report per criterion: Four stars</h1>");
	HAS(page, "<td>Four stars (scs4)</td>");
	HAS(page, "<td>scs3, scs4</td>");
	HAS(page, "<td>2026-01-01 09:00:09 (JST +0900)</td>");
	HAS(page, "1,234 / 1,234");
	HAS(page, "<td>warifu.conf:12</td>");
	HAS(page, " (privileged)");
	HAS(page, "Approved by");
	HAS(page, "cafe");
	ck_assert_int_eq(stat(rig_path(&rig, "a.html"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
}
END_TEST

START_TEST(a_page_says_first_what_is_open)
{
	const char *page = written("html", "a.html", "");
	const char *open = strstr(page, "To be looked at first");
	const char *end = strstr(open, "</table>");
	const char *first = strstr(open, "SCS-4-1-2-1");

	ck_assert_ptr_nonnull(first);
	ck_assert(first < end);
	ck_assert(strstr(open, "SCS-4-1-1-1") > end);
}
END_TEST

START_TEST(a_page_shows_hostile_texts_as_texts)
{
	const char *page = written("html", "a.html", "");

	LACKS(page, "<script");
	HAS(page, "&lt;script&gt;");
	LACKS(page, "\u202e");
	LACKS(page, "http://");
	LACKS(page, "url(");
}
END_TEST

START_TEST(csv_has_a_row_for_each_criterion)
{
	const char *text = written("csv", "a.csv", "--bom");

	ck_assert_int_eq(strncmp(text, "\xef\xbb\xbf\"Criterion\",\"Group\"", 22), 0);
	ck_assert_uint_eq(count(text, "\r\n"), 4);
	HAS(text, "\"'=1+1\"");
	HAS(text, "\"[met] lock.threshold [privileged] = 10; asked for: at most 10; from: "
		  "/etc/warifu.conf:12\"");
	HAS(text, "\"[supports] All 1234 logins with two kinds.\"");
	HAS(text, "; approved by: Sato \u9ad9; until: 2027-01-01 09:00:09\"");
}
END_TEST

#define TEN(text) text text text text text text text text text text
#define LONG                                                                                      \
	{                                                                                         \
		"exception", "SCS-4-1-1-1", "", "mfa.required", "deviation", "", "", "",          \
			TEN(TEN(TEN("abc"))), "", "", "robot", "", "", "", "", "", "", "", "", "" \
	}

/* A spreadsheet takes so much in a cell and no more: what is left out is told of. */
START_TEST(a_full_cell_says_that_there_is_more)
{
	static const struct rig_act crowded = {.act = "report",
		.text = "1 met with exceptions.",
		.columns = {COLUMNS},
		.rows = {CRITERION("SCS-4-1-1-1", "SCS-4-1", "met with exceptions", "Two.", ""),
			LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG}};
	const char *text;

	rig_stop(&rig);
	rig_start(&rig, &crowded, 1);
	text = written("csv", "a.csv", "");
	ck_assert_uint_eq(count(text, "mfa.required = robot"), 10);
	HAS(text, "\n... 'warifu report --json' has the others.\"");
	if (book_supported)
		(void)written("xlsx", "a.xlsx", "");
}
END_TEST

START_TEST(what_cp932_lacks_is_told)
{
	const char *text = written("csv", "a.csv", "--encoding cp932");

	HAS(rig.err, "not in CP932");
	HAS(text, "Sato \xfb\xfc"); /* one of IBM's, which CP932 has */
	LACKS(text, "\u202e");
}
END_TEST

START_TEST(a_workbook_is_one_file_of_zip)
{
	const char *text;

	if (!book_supported)
		return;
	text = written("xlsx", "a.xlsx", "");
	ck_assert_int_eq(strncmp(text, "PK\x03\x04", 4), 0);
}
END_TEST

START_TEST(a_build_without_the_library_says_so)
{
	if (book_supported)
		return;
	ck_assert_int_eq(rig_run(&rig, NULL, "report --xlsx a.xlsx"), CTL_NO);
	HAS(rig.err, "libxlsxwriter");
	ck_assert_str_eq(rig_asked(&rig), "");
}
END_TEST

START_TEST(several_files_are_of_one_report)
{
	char words[1024];

	(void)snprintf(words, sizeof(words), "report --html %s --csv %s", rig_path(&rig, "a.html"),
		rig_path(&rig, "a.csv"));
	ck_assert_int_eq(rig_run(&rig, NULL, words), CTL_OK);
	ck_assert_uint_eq(count(rig_asked(&rig), "report"), 1);
	HAS(rig.out, "a.html.\n");
	HAS(rig.out, "a.csv.\n");
	HAS(rig.out, "2 met, 1 not met.\n");
}
END_TEST

/* Before the daemon has computed and recorded a report that nobody gets. */
START_TEST(what_is_there_stays)
{
	char words[512];

	rig_write(&rig, "a.html", "mine");
	(void)snprintf(words, sizeof(words), "report --html %s", rig_path(&rig, "a.html"));
	ck_assert_int_eq(rig_run(&rig, NULL, words), CTL_NO);
	HAS(rig.err, "is there already");
	ck_assert_str_eq(rig_asked(&rig), "");
	ck_assert_str_eq(rig_read(&rig, "a.html"), "mine");
}
END_TEST

static const char *const misused[] = {"report --bom", "report --encoding cp932 --html a.html",
	"report --csv a.csv --encoding cp932 --bom", "report --since never"};

START_TEST(options_that_mean_nothing_are_refused)
{
	ck_assert_int_eq(rig_run(&rig, NULL, misused[_i]), CTL_USAGE);
	ck_assert_str_eq(rig_asked(&rig), "");
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("ctl: report");
	TCase *tcase = tcase_create("forms");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, the_terminal_shows_criteria);
	tcase_add_test(tcase, json_has_all_lines);
	tcase_add_test(tcase, a_page_has_a_sheet_for_each_group);
	tcase_add_test(tcase, a_page_says_first_what_is_open);
	tcase_add_test(tcase, a_page_shows_hostile_texts_as_texts);
	tcase_add_test(tcase, csv_has_a_row_for_each_criterion);
	tcase_add_test(tcase, a_full_cell_says_that_there_is_more);
	tcase_add_test(tcase, what_cp932_lacks_is_told);
	tcase_add_test(tcase, a_workbook_is_one_file_of_zip);
	tcase_add_test(tcase, a_build_without_the_library_says_so);
	tcase_add_test(tcase, several_files_are_of_one_report);
	tcase_add_test(tcase, what_is_there_stays);
	tcase_add_loop_test(tcase, options_that_mean_nothing_are_refused, 0,
		(int)(sizeof(misused) / sizeof(misused[0])));
	suite_add_tcase(suite, tcase);
	return suite;
}
UNIT_MAIN(make_suite)
