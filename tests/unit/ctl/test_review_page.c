/*
 * The review as a page, from a daemon that answers by a script: each figure, finding and row in its
 * place, hostile names as text, what is missing said, and no half page left behind.
 */
#include "config.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/review_page.h"
#include "tests/unit/ctl/rig.h"
#include "tests/unit/unit.h"

#define HOSTILE "<b onclick=x>\n\xe2\x80\xae"
#define SHOWN "&lt;b onclick=x&gt;\\x0a\\xe2\\x80\\xae"

static struct rig rig;
static struct table show;

static void
set_up(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	ck_assert_int_eq(setenv("TZ", "Asia/Tokyo", 1), 0);
	table_init(&show);
}

static void
tear_down(void)
{
	table_clear(&show);
	rig_stop(&rig);
}

#define START(...)                                                                                 \
	do {                                                                                       \
		static const struct rig_act acts[] = {__VA_ARGS__};                                \
		rig_start(&rig, acts, sizeof(acts) / sizeof(acts[0]));                             \
	} while (0)

#define FIGURES                                                                                    \
	.act = "review.figures", .columns = {"part", "name", "rest:bool", "at-least:bool",         \
					 "success:number", "failure:number", "refused:number",     \
					 "unavailable:number", "other:number"}
#define FINDINGS                                                                                   \
	.act = "review.findings",                                                                  \
	.columns = {"id:number", "level:number", "state", "rule", "text", "user", "source",        \
		"first:time", "last:time", "rows:number", "decided:number", "closed-by",           \
		"closed:time", "reason", "own:bool"}
#define ROWS                                                                                       \
	.act = "review.rows", .columns = {"seq:number", "time:time", "operator", "user", "source", \
				      "service", "event", "result", "reason", "ticket", "detail",  \
				      "own:bool"}
#define ACCOUNTS                                                                                   \
	.act = "review.accounts", .columns = {"id:number", "user", "display", "kind", "state",     \
					  "created:time", "last-login:time"}
#define NOTHING {FINDINGS}, {ROWS}, {ACCOUNTS}
#define T "1791000000000000" /* 2026-10-03 13:00:00 in Tokyo */

/* The row of review.show: what differs from a month like any other. */
static void
month(const char *state, const char *findings, const char *open, const char *by,
	const char *unchanged)
{
	static const char *const columns[] = {"month", "state", "complete:bool", "rows:number",
		"expired-rows:number", "from:time", "until:time", "success:number",
		"failure:number", "refused:number", "unavailable:number", "other:number",
		"findings:number", "findings-open:number", "findings-level:number",
		"own-acts:number", "head", "hash", "signed:number", "signed-by", "signed-at:time",
		"signed-row:number", "unchanged:bool"};
	const char *const cells[] = {"2026-10", state, "1", "12345",
		strcmp(state, "partly-expired") == 0 ? "7" : "0", "1790780400000000",
		"1793458800000000", "7312", "313", "20", "3", "1", findings, open, "2", "4",
		"c0ffee", "abcdef", by != NULL ? "1" : "0", by != NULL ? by : "",
		by != NULL ? T : "",
		by != NULL ? "9876" : "", unchanged};

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		ck_assert_int_eq(table_add_column(&show, columns[i]), WF_OK);
	ck_assert_int_eq(table_add_row(&show, cells, sizeof(cells) / sizeof(cells[0])), WF_OK);
}

static int
write_page(void)
{
	rig.ctl.socket = rig.socket;
	rig.ctl.owner = (uid_t)-1;
	return review_page(&rig.ctl, &show, rig_path(&rig, "page.html"));
}

static void
says(const char *what)
{
	ck_assert_msg(strstr(rig_read(&rig, "page.html"), what) != NULL, "not in it: %s", what);
}

static void
says_not(const char *what)
{
	ck_assert_msg(strstr(rig_read(&rig, "page.html"), what) == NULL, "in it: %s", what);
}

START_TEST(a_quiet_month)
{
	struct stat info;

	START({FIGURES}, NOTHING);
	month("whole", "0", "0", NULL, "0");
	ck_assert_int_eq(write_page(), CTL_OK);
	ck_assert_int_eq(stat(rig_path(&rig, "page.html"), &info), 0);
	ck_assert_int_eq(info.st_mode & 07777, 0600);
	says("<html lang=\"en\">");
	says("<h1>Monthly review of the log: 2026-10</h1>");
	says(">2026-10-01 00:00:00 \u2013 2026-11-01 00:00:00 (JST +0900)<");
	says("<td>12,345</td>");
	says("<td>success 7,312, failure 313, refused unevaluated 20, could not tell 3, other 1"
	     "</td>");
	says("<td>abcdef</td>");
	says("<td>c0ffee</td>");
	says("<th scope=\"row\">Signed off</th><td>not signed</td>");
	says("Nothing was found in this month.");
	says("No account was locked.");
	says("The log did not fail.");
	says("Every account was used.");
	says_not("note warn");
	ck_assert_str_eq(rig_asked(&rig), "review.figures month=2026-10\n"
		"review.rows month=2026-10 list=locks\nreview.rows month=2026-10 list=unlocks\n"
		"review.rows month=2026-10 list=tokens\nreview.rows month=2026-10 list=acts\n"
		"review.rows month=2026-10 list=faults\nreview.accounts month=2026-10\n");
}
END_TEST

START_TEST(figures_in_their_places)
{
	START({FIGURES,
		      .rows = {{"day", "2026-10-03", "0", "0", "30", "10", "0", "0", "0"},
			      {"day", "2026-10-05", "0", "0", "0", "0", "0", "0", "0"},
			      {"day", "outside", "0", "0", "1", "0", "0", "0", "0"},
			      {"zone", "JST +0900", "0", "0", "0", "0", "0", "0", "0"},
			      {"hour", "mon-00", "0", "0", "4", "3", "2", "1", "1"},
			      {"source", HOSTILE, "0", "1", "9", "0", "5", "0", "0"},
			      {"source", "", "0", "0", "1", "0", "0", "0", "0"},
			      {"source", "", "1", "0", "77", "0", "0", "2", "1"},
			      {"kinds", "knowledge+possession", "0", "0", "1", "0", "0", "0", "0"},
			      {"list", "locks", "0", "0", "0", "0", "0", "0", "201"}}},
		{FINDINGS}, {ROWS, .rows = {{"5", T, "", HOSTILE, "192.0.2.1", "sshd", "lock",
			"failure", "wrong", "", "", "0"}}}, {ROWS},
		{ROWS, .rows = {{"6", T, "root", "bob", "", "", "unlock", "success", "", "T-1",
					"other", "0"},
			       {"7", T, "root", "eve", "", "", "unlock", "success", "", "T-2",
				       "own", "1"}}},
		{ROWS}, {ACCOUNTS});
	month("whole", "0", "0", NULL, "0");
	ck_assert_int_eq(write_page(), CTL_OK);
	says("<title>3: Failure: 10; Could not tell, other: 0; Refused unevaluated: 0; Success: "
	     "30</title>");
	says("<rect class=\"shade\""); /* a Saturday */
	says("Logins by weekday and hour of JST +0900, whatever came of them");
	says_not("<title>outside");
	says("<td>dated elsewhere</td>");
	says("<title>Mon 0:00\u20130:59: 11</title>");
	says("<td>\u2265 " SHOWN "</td>");
	says("\u2265: at least so many");
	says("<td>(this machine)</td>");
	says("<td>all others</td><td class=\"bar\"></td>");
	says("<td>knowledge + possession</td>");
	says("<td class=\"num\">3</td><td class=\"num\">0</td><td class=\"num\">77</td>");
	says("<td class=\"num\">5</td><td class=\"time\">2026-10-03 13:00:00</td>"
	     "<td class=\"name\">" SHOWN "</td>");
	says("The first 200 of 201 rows");
	says("<td class=\"detail\">other</td><td class=\"flag\"></td></tr>");
	says("<td class=\"detail\">own</td><td class=\"flag\">yes</td></tr>");
}
END_TEST

START_TEST(findings_with_what_was_decided)
{
	START({FIGURES},
		{FINDINGS,
			.rows = {{"11", "2", "open", "source-spray", "One source", "", "192.0.2.66",
					 T, T, "1500", "", "", "", "", "0"},
				{"12", "1", "closed", "account-failures", "Failures", HOSTILE, "",
					T, T, "5", "0", HOSTILE, T, HOSTILE, "1"}}},
		{FINDINGS, .rows = {{"13", "3", "open", "log", "Part two", "", "", T, T, "1", "",
				   "", "", "", "0"}}},
		NOTHING);
	month("open", "3", "2", "hanako", "1");
	ck_assert_int_eq(write_page(), CTL_OK);
	says("<td class=\"num\">11</td><td class=\"num\">2</td>");
	says("source: 192.0.2.66<br>");
	says("<td class=\"num\">1,500</td>");
	says("</i>open</span>");
	says("Account: " SHOWN "<br>");
	says("</i>Level 0</span><br>\n" SHOWN "<br>\n" SHOWN ", 2026-10-03 13:00:00 (own act)<");
	says("Part two");
	says("Interim: the month is not over");
	says("Findings are open");
	says("<td>3, of which 2 open; highest level: 2</td>");
	says("2026-10-03 13:00:00 by hanako, row 9,876 of the log; nothing has changed since");
	ck_assert_ptr_nonnull(strstr(rig_asked(&rig), "review.findings month=2026-10 after=12\n"));
	ck_assert_ptr_nonnull(strstr(rig_asked(&rig), "review.findings month=2026-10 after=13\n"));
}
END_TEST

/* It is cut where the page says that it is cut. */
START_TEST(a_long_list)
{
	START({FIGURES}, {FINDINGS},
		{ROWS, .rows = {{"1", T, "", "alice", "", "", "", "", "", "", "", "0"}},
			.repeat = 249},
		{ROWS}, {ACCOUNTS});
	month("partly-expired", "0", "0", "hanako", "0");
	ck_assert_int_eq(write_page(), CTL_OK);
	says("are of what is left");
	says("12,345; expired: 7");
	says("rows have expired, so it cannot be compared any more");
	{
		const char *at = rig_read(&rig, "page.html");
		size_t n = 0;

		while ((at = strstr(at + 1, ">alice<")) != NULL)
			n++;
		ck_assert_uint_eq(n, 200);
	}
}
END_TEST

START_TEST(what_changed_since_it_was_signed)
{
	START({FIGURES}, NOTHING);
	month("whole", "0", "0", "hanako", "0");
	ck_assert_int_eq(write_page(), CTL_OK);
	says("figures or decisions have changed since");
	says_not("expired");
}
END_TEST

START_TEST(what_is_there_stays)
{
	START({FIGURES}, NOTHING);
	month("empty", "0", "0", NULL, "0");
	rig_write(&rig, "page.html", "old");
	ck_assert_int_eq(write_page(), CTL_NO);
	ck_assert_str_eq(rig_read(&rig, "page.html"), "old");
}
END_TEST

/* Half of a page is none. */
START_TEST(a_daemon_that_goes)
{
	START({FIGURES}, {FINDINGS}, {ROWS, .close_early = true}, {ACCOUNTS});
	month("empty", "0", "0", NULL, "0");
	ck_assert_int_ne(write_page(), CTL_OK);
	ck_assert_str_eq(rig_read(&rig, "page.html"), "");
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("review page");
	TCase *tcase = tcase_create("review page");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_quiet_month);
	tcase_add_test(tcase, figures_in_their_places);
	tcase_add_test(tcase, findings_with_what_was_decided);
	tcase_add_test(tcase, a_long_list);
	tcase_add_test(tcase, what_changed_since_it_was_signed);
	tcase_add_test(tcase, what_is_there_stays);
	tcase_add_test(tcase, a_daemon_that_goes);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
