/* Profiles and catalogues that are wrong: each gets its sentence with file and line. */
#include "config.h"

#include "authd/rules/rules.h"

#include <string.h>

#include "common/utf8.h"
#include "tests/unit/rules/shipped.h"

#define HEAD                                                                                 \
	"title_ja = \"x\"\ntitle_en = \"y\"\ndocument = \"D\"\nedition = \"1\"\nreviewed = " \
	"\"2026-01-01\"\ncriteria = \"d\"\n"
#define VALUE(of, is) \
	HEAD "value {\nof = \"" of "\"\nis = " is "\ncriterion = \"D-1\"\nforce = \"must\"\n}\n"
#define CRITERION(inside) "criterion \"D-1\" {\nlevel = \"1\"\nforce = must\n" inside "}\n"

static struct rules_book book;
static char why[512];

static wf_status
add_profile(const char *name, const char *text)
{
	why[0] = '\0';
	return rules_add_profile(&book, name, "p", text, why, sizeof(why));
}

static wf_status
add_catalogue(const char *text)
{
	why[0] = '\0';
	return rules_add_catalogue(&book, "d", "c", text, why, sizeof(why));
}

static void
teardown(void)
{
	rules_book_clear(&book);
}

START_TEST(wrong_profiles)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{"", "p:1: 'title_ja' is missing"},
		{"nonsense = 1\n", "p:1: no such option 'nonsense'"},
		{"\"a=\nb\" = 1\n", NULL}, /* shown on one line, see below */
		{"title_ja = \"a\x01\"\n",
			"p:2: 'title_ja' has characters that cannot be shown on one line"},
		{"title_ja = \"a\nb\"\n",
			"p:3: 'title_ja' has characters that cannot be shown on one line"},
		{HEAD "title_ja = \"", NULL},
		{VALUE("lock.thresh", "{\"1\"}"), "p:8: there is no parameter 'lock.thresh'"},
		{VALUE("lock.threshold", "{\"1001\"}"),
			"p:8: that is no value of 'lock.threshold'"},
		{VALUE("lock.threshold", "{\"1\", \"2\"}"),
			"p:8: that is no value of 'lock.threshold'"},
		{VALUE("mfa.counts", "{\"none\"}"), "p:8: that is no value of 'mfa.counts'"},
		{VALUE("mfa.counts", "{\"memory\"}"), "p:8: that is no value of 'mfa.counts'"},
		{HEAD "value {\nof = \"mfa.kinds\"\nis = {\"2\"}\nforce = \"must\"\n}\n",
			"p:8: 'criterion' is missing"},
		{HEAD "value {\nof = \"mfa.kinds\"\nis = {\"2\"}\ncriterion = \"D-1\"\nforce = "
		      "\"shall\"\n}\n",
			"p:8: 'force' cannot be 'shall'"},
		{HEAD "value {\nof = \"mfa.kinds\"\nfor = {\"general\"}\nis = {\"2\"}\ncriterion = "
		      "\"D-1\"\nforce = \"must\"\n}\n",
			"p:8: 'mfa.kinds' is not told apart like this"},
		{HEAD "value {\nof = \"lock.threshold\"\nfor = {\"guest\"}\nis = "
		      "{\"2\"}\ncriterion = \"D-1\"\nforce = \"must\"\n}\n",
			"p:8: 'for' cannot be 'guest'"},
		{HEAD "value {\nof = \"mfa.kinds\"\nis = {\"2\"}\ncriterion = \"D-1\"\nforce = "
		      "\"must\"\nnote_en = \"x\"\n}\n",
			"p:8: a note stands in both languages or in none"},
		{HEAD "levels = {\"1\", \"2\", \"3\", \"4\", \"5\"}\n",
			"p:8: 'levels' has more than 4 entries"},
		{HEAD "levels = {\"12345678901234567\"}\n",
			"p:8: 'levels' is longer than 15 bytes"},
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		ck_assert_msg(add_profile("x", cases[i].text) == WF_INVALID, "%zu", i);
		ck_assert(wf_utf8_valid(why, strlen(why), false));
		if (cases[i].sentence != NULL)
			ck_assert_str_eq(why, cases[i].sentence);
		rules_book_clear(&book);
	}
}
END_TEST

START_TEST(wrong_catalogues)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{CRITERION("aim = done\n"), "'aim' cannot be 'done'"},
		{CRITERION("aim = enforced\nja = \"x\"\n"), "'en' is missing"},
		{CRITERION("aim = outside\nja = \"x\"\nen = \"y\"\n"), "'why_ja' is missing"},
		{CRITERION("aim = enforced\nby = {\"lock.thresh\"}\nja = \"x\"\nen = \"y\"\n"),
			"there is no parameter 'lock.thresh'"},
		{CRITERION("aim = enforced\nja = \"x\"\nen = \"y\"\n")
				CRITERION("aim = enforced\nja = \"x\"\nen = \"y\"\n"),
			"c:"},
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		ck_assert_msg(add_catalogue(cases[i].text) == WF_INVALID, "%zu", i);
		ck_assert_msg(strstr(why, cases[i].sentence) != NULL, "%s", why);
		rules_book_clear(&book);
	}
}
END_TEST

START_TEST(files_must_fit_together)
{
	ck_assert_int_eq(add_profile("a", VALUE("mfa.kinds", "{\"2\"}")), WF_OK);
	ck_assert_int_eq(rules_book_check(&book, why, sizeof(why)), WF_INVALID);
	ck_assert_str_eq(why, "profile 'a' is about the criteria 'd', which there are not");
	ck_assert_int_eq(add_catalogue("criterion \"D-2\" {\nlevel = \"1\"\nforce = must\naim = "
				       "enforced\nja = \"x\"\nen = \"y\"\n}\n"),
		WF_OK);
	ck_assert_int_eq(rules_book_check(&book, why, sizeof(why)), WF_INVALID);
	ck_assert_str_eq(why, "p:8: there is no criterion 'D-1'");
	rules_book_clear(&book);
	ck_assert_int_eq(add_profile("a", HEAD "includes = {\"b\"}\n"), WF_OK);
	ck_assert_int_eq(rules_book_check(&book, why, sizeof(why)), WF_INVALID);
	ck_assert_str_eq(why, "profile 'a' includes 'b', which there is not");
	ck_assert_int_eq(add_profile("b", HEAD "includes = {\"a\"}\n"), WF_OK);
	ck_assert_int_eq(rules_book_check(&book, why, sizeof(why)), WF_INVALID);
	ck_assert_msg(strstr(why, "includes itself") != NULL, "%s", why);
}
END_TEST

START_TEST(includes_give_each_claim_once)
{
	struct rules_claims claims = {.n = 0};

	ck_assert_int_eq(add_profile("a", VALUE("mfa.kinds", "{\"2\"}")), WF_OK);
	ck_assert_int_eq(
		add_profile("b", "includes = {\"a\"}\n" VALUE("pin.min", "{\"6\"}")), WF_OK);
	ck_assert_int_eq(rules_claims_add(&book, &book.profiles[1], &claims), WF_OK);
	ck_assert_uint_eq(claims.n, 2);
	ck_assert_int_eq(rules_claims_add(&book, &book.profiles[0], &claims), WF_OK);
	ck_assert_uint_eq(claims.n, 2);
	ck_assert_int_eq(claims.list[1]->origin.line, 9);
	rules_claims_clear(&claims);
}
END_TEST

START_TEST(only_what_is_done_is_counted)
{
	struct rules_counts counts;

	ck_assert_int_eq(add_profile("a", HEAD "levels = {\"1\"}\n"), WF_OK);
	ck_assert_int_eq(
		add_catalogue(CRITERION(
			"aim = enforced\nja = \"x\"\nen = \"y\"\n") "criterion \"D-2\" {\nlevel = "
								    "\"1\"\nforce = must\naim = "
								    "enforced\nby = "
								    "{\"mfa.kinds\"}\nja = "
								    "\"x\"\nen = \"y\"\n}\n"
								    "criterion \"D-3\" {\nlevel = "
								    "\"2\"\nforce = must\naim = "
								    "enforced\nja = \"x\"\nen = "
								    "\"y\"\n}\n"
								    "criterion \"D-4\" {\nlevel = "
								    "\"1\"\nforce = must\naim = "
								    "outside\nja = \"x\"\nen = "
								    "\"y\"\nwhy_ja = \"x\"\nwhy_en "
								    "= \"y\"\n}\n"),
		WF_OK);
	rules_count(&book, &book.profiles[0], &counts);
	ck_assert_uint_eq(counts.total, 3);
	ck_assert_uint_eq(counts.today[AIM_ENFORCED], 1);
	ck_assert_uint_eq(counts.today[AIM_OUTSIDE], 1);
	ck_assert_uint_eq(counts.not_yet, 1);
	ck_assert_ptr_nonnull(rules_criterion_find(&book, "D-3"));
	ck_assert_ptr_null(rules_criterion_find(&book, "D-9"));
	ck_assert_ptr_null(rules_profile_find(&book, "z"));
	ck_assert_ptr_null(rules_catalogue_find(&book, "z"));
}
END_TEST

static Suite *
rules_suite(void)
{
	Suite *suite = suite_create("rules");
	TCase *tc = tcase_create("rules");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc, wrong_profiles);
	tcase_add_test(tc, wrong_catalogues);
	tcase_add_test(tc, files_must_fit_together);
	tcase_add_test(tc, includes_give_each_claim_once);
	tcase_add_test(tc, only_what_is_done_is_counted);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(rules_suite)
