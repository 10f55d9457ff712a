/*
 * Pages of HTML: hostile text in each place where text may stand, and plots of nothing, of one day,
 * of a month, of counts as large as they come. What a page may never hold is looked for in all.
 */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "ctl/html.h"
#include "ctl/plot.h"
#include "tests/unit/unit.h"

#define BARS_MAX 31
#define HOSTILE "</title></style><script>'\"&\n\xe2\x80\xae\xff="

static struct html html;
static FILE *out;
static char *text;
static size_t size;

static void
set_up(void)
{
	out = open_memstream(&text, &size);
	ck_assert_ptr_nonnull(out);
}

static void
tear_down(void)
{
	fclose(out);
	free(text);
}

static void
begin_page(void)
{
	html_open(&html, out, "en", "A page");
}

/* The page as far as it is written. */
static const char *
page(void)
{
	ck_assert_int_eq(fflush(out), 0);
	return text;
}

static size_t
count_of(const char *what)
{
	size_t n = 0;

	for (const char *at = page(); (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

/* Nothing that loads, runs or leads elsewhere. */
static void
ends_harmless(void)
{
	static const char *const never[] = {"://", " src=", " href=", "url(", "<script", "<link",
		"<img", "<iframe", "<object", "@import", " on", " style=", "javascript"};

	html_close(&html);
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		ck_assert_msg(strstr(page(), never[i]) == NULL, "%s", never[i]);
}

/* --- the writer --- */

static const struct {
	const char *given, *written;
} escapes[] = {
	{"plain", "plain"},
	{"", ""},
	{"新井 花子", "新井 花子"},
	{"<b>&amp;", "&lt;b&gt;&amp;amp;"},
	{"\"quoted' ", "&quot;quoted&#39; "},
	{"a\nb\tc\x1b[2J", "a\\x0ab\\x09c\\x1b[2J"},
	{"\x7f\xc2\x85", "\\x7f\\xc2\\x85"},
	{"right\u202eleft", "right\\xe2\\x80\\xaeleft"},
	{"zero\u200bwidth", "zero\\xe2\\x80\\x8bwidth"},
	{"broken\xff\xe3\x81", "broken\\xff\\xe3\\x81"},
	{"C:\\x0a", "C:\\\\x0a"}, /* no text can pass for an escape */
	{"]]>--!>", "]]&gt;--!&gt;"},
};

START_TEST(texts_are_escaped)
{
	char expected[256];

	begin_page();
	html_line(&html, "p", NULL, escapes[_i].given);
	(void)snprintf(expected, sizeof(expected), "<p>%s</p>\n", escapes[_i].written);
	ck_assert_msg(strstr(page(), expected) != NULL, "%s", expected);
}
END_TEST

START_TEST(attributes_are_escaped)
{
	char expected[256];

	begin_page();
	html_line(&html, "p", escapes[_i].given, "x");
	(void)snprintf(expected, sizeof(expected), "<p class=\"%s\">x", escapes[_i].written);
	ck_assert_msg(strstr(page(), expected) != NULL, "%s", expected);
}
END_TEST

START_TEST(the_head_forbids_what_is_not_there)
{
	html_open(&html, out, "ja_JP", "A page");
	ck_assert_int_eq(strncmp(page(), "<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=",
				 52), 0);
	ck_assert_ptr_nonnull(strstr(page(), "content=\"default-src &#39;none&#39;; style-src "));
	ends_harmless();
	ck_assert_ptr_nonnull(strstr(page(), "</body>\n</html>\n"));
}
END_TEST

/* It stands in the style sheet as well, where other rules hold. */
START_TEST(a_title_stays_a_title)
{
	html_open(&html, out, "en", HOSTILE);
	ck_assert_uint_eq(count_of("</title"), 1);
	ck_assert_uint_eq(count_of("</style"), 1);
	ck_assert_ptr_nonnull(strstr(page(), "content:\"\\00003c \\00002f \\000074 "));
	ends_harmless();
}
END_TEST

START_TEST(counts_in_groups)
{
	static const struct {
		uint64_t count;
		const char *text;
	} counts[] = {{0, "0"}, {999, "999"}, {1000, "1,000"}, {1234567, "1,234,567"},
		{UINT64_MAX, "18,446,744,073,709,551,615"}};
	char written[HTML_COUNT_SIZE];

	ck_assert_str_eq(html_count(counts[_i].count, written), counts[_i].text);
}
END_TEST

START_TEST(rows_fill_themselves)
{
	static const struct html_column columns[] = {{"User", NULL}, {"Count", "num"}};

	begin_page();
	html_table(&html, "Caption", columns, 2);
	html_cell(&html, "alice");
	html_cell_count(&html, 1000);
	html_cell_begin(&html);
	html_mark(&html, HTML_BAD, "not met");
	html_cell_end(&html);
	html_cell(&html, "-");
	html_table_end(&html);
	ck_assert_ptr_nonnull(strstr(page(),
		"<table><caption>Caption</caption>\n<thead><tr><th scope=\"col\">User</th>"
		"<th class=\"num\" scope=\"col\">Count</th></tr>\n</thead>\n"
		"<tbody><tr><td>alice</td><td class=\"num\">1,000</td></tr>\n"
		"<tr><td><span class=\"mark bad\"><i>\u2717</i>not met</span></td>"
		"<td class=\"num\">-</td></tr>\n</tbody>\n</table>\n"));
	ends_harmless();
}
END_TEST

START_TEST(parts_of_a_page)
{
	static const char *const roles[] = {HOSTILE, "Approved by"};

	begin_page();
	html_sheet(&html, HOSTILE);
	html_facts(&html);
	html_fact(&html, HOSTILE, HOSTILE);
	html_end(&html);
	html_part(&html, HOSTILE);
	html_signatures(&html, roles, 2);
	html_end(&html);
	html_end(&html);
	ck_assert_uint_eq(count_of("&lt;script"), 5);
	ck_assert_uint_eq(count_of("Name, signature or seal"), 2);
	ends_harmless();
}
END_TEST

/* What is not ended was forgotten. */
START_TEST(a_half_page_is_a_bug)
{
	begin_page();
	html_begin(&html, "p");
	html_close(&html);
}
END_TEST

START_TEST(a_late_attribute_is_a_bug)
{
	begin_page();
	html_text(&html, "x");
	html_attr(&html, "class", "y");
}
END_TEST

START_TEST(half_a_row_is_a_bug)
{
	static const struct html_column columns[] = {{"User", NULL}, {"Count", "num"}};

	begin_page();
	html_table(&html, NULL, columns, 2);
	html_cell(&html, "alice");
	html_table_end(&html);
}
END_TEST

/* --- plots --- */

static struct plot_bar bars[BARS_MAX];

static struct plot
plot_of(size_t n, uint64_t success, uint64_t failure)
{
	for (size_t i = 0; i < n; i++)
		bars[i] = (struct plot_bar){.label = "1", .values = {failure, success}};
	return (struct plot){.caption = "Logins", .unit = "Day",
		.series = {{"Failure", PLOT_FAILURE}, {"Success", PLOT_SUCCESS}}, .nseries = 2,
		.bars = bars, .nbars = n};
}

/* The value of an attribute of a rectangle found by `class`, the nth. */
static int
rect(const char *class, size_t nth, const char *attribute)
{
	char wanted[64];
	const char *at = page();

	(void)snprintf(wanted, sizeof(wanted), "<rect class=\"%s\"", class);
	at = strstr(at, wanted);
	for (size_t i = 0; i < nth && at != NULL; i++)
		at = strstr(at + 1, wanted);
	ck_assert_ptr_nonnull(at);
	(void)snprintf(wanted, sizeof(wanted), " %s=\"", attribute);
	at = strstr(at, wanted);
	ck_assert_ptr_nonnull(at);
	return atoi(at + strlen(wanted));
}

static const struct {
	size_t days;
	uint64_t success, failure;
	const char *top; /* the highest mark */
} columns_cases[] = {
	{0, 0, 0, ">1</text>"},
	{1, 0, 0, ">1</text>"},
	{1, 1, 0, ">1</text>"},
	{31, 0, 0, ">1</text>"},
	{31, 7, 7, ">15</text>"},
	{31, 1200, 34, ">1.5k</text>"},
	{31, 15000000, 1, ">20M</text>"},
	{31, UINT64_MAX, UINT64_MAX, ">40E</text>"},
};

START_TEST(columns_of_any_month)
{
	struct plot plot = plot_of(
		columns_cases[_i].days, columns_cases[_i].success, columns_cases[_i].failure);
	bool some = columns_cases[_i].success > 0;

	begin_page();
	plot_columns(&html, &plot);
	plot_figures(&html, &plot);
	ends_harmless();
	ck_assert_uint_eq(count_of("class=\"s0\" x="), some ? plot.nbars : 0);
	ck_assert_uint_eq(
		count_of("class=\"s3\" x="), columns_cases[_i].failure > 0 ? plot.nbars : 0);
	ck_assert_msg(strstr(page(), columns_cases[_i].top) != NULL, "%s",
		columns_cases[_i].top);
	ck_assert_ptr_null(strstr(page(), "=\"-")); /* nothing stands left of it or above */
}
END_TEST

START_TEST(columns_stand_on_each_other)
{
	struct plot plot = plot_of(31, 300, 100);

	begin_page();
	plot_columns(&html, &plot);
	ends_harmless();
	ck_assert_int_eq(rect("s0", 30, "height"), 3 * rect("s3", 30, "height"));
	ck_assert_int_eq(rect("s0", 30, "y") + rect("s0", 30, "height"), rect("s3", 30, "y"));
	ck_assert_int_le(rect("s0", 30, "x") + rect("s0", 30, "width"), 1800);
	ck_assert_int_eq(rect("s0", 30, "y"), 20); /* 400 of 400 */
	ck_assert_uint_eq(count_of("<title>1: Failure: 100; Success: 300</title>"), 31);
	ck_assert_ptr_nonnull(strstr(page(), "<desc>Failure: 3,100; Success: 9,300</desc>"));
}
END_TEST

/* One failure beside millions of successes. */
START_TEST(what_happened_is_seen)
{
	struct plot plot = plot_of(1, 15000000, 1);

	begin_page();
	plot_columns(&html, &plot);
	plot_bars(&html, &plot);
	ends_harmless();
	ck_assert_int_eq(rect("s3", 0, "height"), 4);
	ck_assert_int_eq(rect("s3", 1, "width"), 4);
}
END_TEST

START_TEST(bars_beside_their_figures)
{
	struct plot plot = plot_of(3, 10, 10);

	bars[1] = (struct plot_bar){.label = HOSTILE, .values = {0, 5}};
	bars[2] = (struct plot_bar){.label = "rest", .values = {70, 10}, .rest = true};
	begin_page();
	plot_bars(&html, &plot);
	ends_harmless();
	ck_assert_uint_eq(count_of("<svg"), 2); /* none of the rest */
	ck_assert_int_eq(rect("s0", 0, "width"), 500);
	ck_assert_int_eq(rect("s0", 0, "x"), 500);
	ck_assert_int_eq(rect("s0", 1, "width"), 250);
	ck_assert_int_eq(rect("s0", 1, "x"), 0);
	ck_assert_ptr_nonnull(strstr(page(),
		"<tfoot><tr><td>Sum</td><td class=\"bar\"></td><td class=\"num\">80</td>"
		"<td class=\"num\">25</td><td class=\"num\">105</td>"));
}
END_TEST

START_TEST(no_bars)
{
	struct plot plot = plot_of(0, 0, 0);

	begin_page();
	plot_bars(&html, &plot);
	ends_harmless();
	ck_assert_uint_eq(count_of("<svg"), 0);
}
END_TEST

/* Sums of the largest counts stop at what can be said. */
START_TEST(sums_stop)
{
	struct plot plot = plot_of(2, UINT64_MAX, UINT64_MAX);

	begin_page();
	plot_figures(&html, &plot);
	ends_harmless();
	ck_assert_uint_eq(count_of("18,446,744,073,709,551,615"), 9);
}
END_TEST

static struct plot_heat
heat_of(uint64_t count)
{
	struct plot_heat heat = {
		"Hours", {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", HOSTILE}, {{0}}};

	for (size_t day = 0; day < PLOT_DAYS; day++)
		for (size_t hour = 0; hour < PLOT_HOURS; hour++)
			heat.counts[day][hour] = count;
	return heat;
}

static const struct {
	uint64_t count;
	const char *class, *text;
} heats[] = {
	{0, "class=\"cell h0\"", ": 0</title>"},
	{1, "class=\"cell h5\"", ">1</text>"},
	{1234, "class=\"cell h5\"", ">1.2k</text>"},
	{99999, "class=\"cell h5\"", ">99k</text>"},
	{UINT64_MAX, "class=\"cell h5\"", ">18E</text>"},
};

START_TEST(hours_all_equal)
{
	struct plot_heat heat = heat_of(heats[_i].count);

	begin_page();
	plot_heat(&html, &heat);
	ends_harmless();
	ck_assert_uint_eq(count_of(heats[_i].class), PLOT_DAYS * PLOT_HOURS);
	ck_assert_uint_ge(count_of(heats[_i].text), PLOT_DAYS * PLOT_HOURS);
}
END_TEST

START_TEST(hours_by_level)
{
	struct plot_heat heat = heat_of(0);

	heat.counts[0][9] = 100; /* 5 */
	heat.counts[0][10] = 36; /* the square root of it: 3 */
	heat.counts[6][23] = 1;  /* 1, not 0 */
	begin_page();
	plot_heat(&html, &heat);
	ends_harmless();
	ck_assert_uint_eq(count_of("class=\"cell h0\""), PLOT_DAYS * PLOT_HOURS - 3);
	ck_assert_int_eq(rect("cell h5", 0, "x"), rect("cell h3", 0, "x") - 70);
	ck_assert_int_eq(rect("cell h1", 0, "x") + rect("cell h1", 0, "width"), 1800);
	ck_assert_ptr_nonnull(strstr(page(), "<title>Mon 9:00\u20139:59: 100</title>"));
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof((table)[0]))

static void
add_bugs(TCase *tcase)
{
	tcase_add_test_raise_signal(tcase, a_half_page_is_a_bug, SIGABRT);
	tcase_add_test_raise_signal(tcase, a_late_attribute_is_a_bug, SIGABRT);
	tcase_add_test_raise_signal(tcase, half_a_row_is_a_bug, SIGABRT);
}

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("html");
	TCase *tcase = tcase_create("html");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, texts_are_escaped, 0, COUNT(escapes));
	tcase_add_loop_test(tcase, attributes_are_escaped, 0, COUNT(escapes));
	tcase_add_test(tcase, the_head_forbids_what_is_not_there);
	tcase_add_test(tcase, a_title_stays_a_title);
	tcase_add_loop_test(tcase, counts_in_groups, 0, 5);
	tcase_add_test(tcase, rows_fill_themselves);
	tcase_add_test(tcase, parts_of_a_page);
	add_bugs(tcase);
	tcase_add_loop_test(tcase, columns_of_any_month, 0, COUNT(columns_cases));
	tcase_add_test(tcase, columns_stand_on_each_other);
	tcase_add_test(tcase, what_happened_is_seen);
	tcase_add_test(tcase, bars_beside_their_figures);
	tcase_add_test(tcase, no_bars);
	tcase_add_test(tcase, sums_stop);
	tcase_add_loop_test(tcase, hours_all_equal, 0, COUNT(heats));
	tcase_add_test(tcase, hours_by_level);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
