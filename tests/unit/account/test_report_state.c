/*
 * What a report rests on: proofs and criteria name each other, and a state follows from settings
 * and proofs by a table.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/report.h"
#include "tests/unit/rules/shipped.h"

/* --- what documents name --- */

/* All that lack something in one message. */
START_TEST(every_enforced_criterion_has_a_proof)
{
	struct rules_book book = shipped_book();
	char missing[2048] = "";
	size_t len = 0;

	for (size_t i = 0; i < book.ncatalogues; i++)
		for (size_t j = 0; j < book.catalogues[i].n; j++) {
			const struct rules_criterion *one = &book.catalogues[i].criteria[j];

			if (one->aim == AIM_ENFORCED && one->nby > 0 && one->nshown == 0 &&
				(one->why_en == NULL || one->why_ja == NULL) &&
				len < sizeof(missing))
				len += (size_t)snprintf(
					missing + len, sizeof(missing) - len, " %s", one->id);
		}
	ck_assert_msg(missing[0] == '\0', "neither proof nor reason:%s", missing);
	rules_book_clear(&book);
}
END_TEST

static bool
is_named(const struct rules_book *book, const char *proof)
{
	for (size_t i = 0; i < book->ncatalogues; i++)
		for (size_t j = 0; j < book->catalogues[i].n; j++) {
			const struct rules_criterion *one = &book->catalogues[i].criteria[j];

			for (size_t k = 0; k < one->nshown; k++)
				if (strcmp(one->shown[k], proof) == 0)
					return true;
		}
	return false;
}

START_TEST(every_proof_is_named_by_a_criterion)
{
	struct rules_book book = shipped_book();
	size_t n;
	const struct report_proof *proofs = report_proofs(&n);

	for (size_t i = 0; i < n; i++)
		ck_assert_msg(is_named(&book, proofs[i].name), "%s", proofs[i].name);
	rules_book_clear(&book);
}
END_TEST

START_TEST(every_name_is_a_proof)
{
	struct rules_book book = shipped_book();

	for (size_t i = 0; i < book.ncatalogues; i++)
		for (size_t j = 0; j < book.catalogues[i].n; j++) {
			const struct rules_criterion *one = &book.catalogues[i].criteria[j];

			for (size_t k = 0; k < one->nshown; k++)
				ck_assert_msg(report_proof_find(one->shown[k]) != NULL, "%s: %s",
					one->id, one->shown[k]);
		}
	rules_book_clear(&book);
}
END_TEST

/* --- states --- */

START_TEST(states_follow_from_the_grounds)
{
#define F(finding) (1U << POLICY_##finding)
#define P(verdict) (1U << PROOF_##verdict)
	static const struct {
		struct report_grounds grounds;
		enum report_state state;
	} table[] = {
		{{.aim = AIM_OUTSIDE}, REPORT_OUTSIDE},
		{{.aim = AIM_OUTSIDE, .findings = F(MET)}, REPORT_OUTSIDE},
		{{.aim = AIM_ENFORCED, .waits = true}, REPORT_NOT_SHOWN},
		{{.aim = AIM_EVIDENCED}, REPORT_NOT_SHOWN},
		{{.aim = AIM_ENFORCED, .findings = F(MET)}, REPORT_MET},
		{{.aim = AIM_ENFORCED, .built_in = true}, REPORT_MET},
		{{.aim = AIM_ENFORCED, .findings = F(ELSEWHERE)}, REPORT_MET},
		{{.aim = AIM_ENFORCED, .findings = F(ADVICE)}, REPORT_NOT_SHOWN},
		/* a proof without data takes nothing away, and adds nothing */
		{{.aim = AIM_ENFORCED, .findings = F(MET), .verdicts = P(NO_DATA)}, REPORT_MET},
		{{.aim = AIM_EVIDENCED, .verdicts = P(NO_DATA)}, REPORT_NOT_SHOWN},
		{{.aim = AIM_EVIDENCED, .verdicts = P(FIGURES)}, REPORT_SHOWN},
		{{.aim = AIM_EVIDENCED, .verdicts = P(HOLDS)}, REPORT_MET},
		{{.aim = AIM_EVIDENCED, .verdicts = P(FIGURES) | P(HOLDS)}, REPORT_MET},
		{{.aim = AIM_EVIDENCED, .verdicts = P(EXCEPTIONS)}, REPORT_EXCEPTIONS},
		{{.aim = AIM_EVIDENCED, .verdicts = P(CONTRADICTS)}, REPORT_NOT_MET},
		/* the worst of both */
		{{.aim = AIM_ENFORCED, .findings = F(MET), .verdicts = P(EXCEPTIONS)},
			REPORT_EXCEPTIONS},
		{{.aim = AIM_ENFORCED, .findings = F(MET), .verdicts = P(CONTRADICTS)},
			REPORT_NOT_MET},
		{{.aim = AIM_ENFORCED, .findings = F(MET) | F(PARTLY)}, REPORT_EXCEPTIONS},
		{{.aim = AIM_ENFORCED, .findings = F(MET) | F(NOT_YET)}, REPORT_EXCEPTIONS},
		{{.aim = AIM_ENFORCED, .findings = F(PARTLY)}, REPORT_EXCEPTIONS},
		{{.aim = AIM_ENFORCED, .findings = F(NOT_YET)}, REPORT_NOT_SHOWN},
		{{.aim = AIM_ENFORCED, .findings = F(MET) | F(DEVIATES)}, REPORT_DEVIATION},
		{{.aim = AIM_ENFORCED, .findings = F(NOT_MET)}, REPORT_NOT_MET},
		{{.aim = AIM_ENFORCED, .findings = F(DEVIATES), .verdicts = P(HOLDS)},
			REPORT_DEVIATION},
		{{.aim = AIM_ENFORCED, .findings = F(DEVIATES), .verdicts = P(CONTRADICTS)},
			REPORT_NOT_MET},
		/* what waits to be enforced is not met by a setting alone */
		{{.aim = AIM_ENFORCED, .waits = true, .findings = F(MET)}, REPORT_NOT_SHOWN},
		{{.aim = AIM_ENFORCED, .waits = true, .findings = F(MET), .verdicts = P(FIGURES)},
			REPORT_SHOWN},
		{{.aim = AIM_ENFORCED, .waits = true, .verdicts = P(HOLDS)}, REPORT_MET},
		/* exceptions alone do not make up for a setting that nothing enforces yet */
		{{.aim = AIM_EVIDENCED, .findings = F(NOT_YET), .verdicts = P(EXCEPTIONS)},
			REPORT_SHOWN},
		{{.aim = AIM_ENFORCED, .findings = F(NOT_YET) | F(MET), .verdicts = P(EXCEPTIONS)},
			REPORT_EXCEPTIONS},
		{{.aim = AIM_ENFORCED, .findings = F(NOT_YET), .verdicts = P(HOLDS)},
			REPORT_EXCEPTIONS},
		/* mode = observe */
		{{.aim = AIM_ENFORCED, .observed = true, .findings = F(MET)}, REPORT_NOT_MET},
		{{.aim = AIM_ENFORCED, .observed = true, .built_in = true}, REPORT_NOT_MET},
		{{.aim = AIM_ENFORCED, .observed = true, .waits = true}, REPORT_NOT_SHOWN},
		{{.aim = AIM_EVIDENCED, .observed = true, .verdicts = P(HOLDS)}, REPORT_MET},
	};

	for (size_t i = 0; i < LENGTH(table); i++)
		ck_assert_msg(report_state_of(&table[i].grounds) == table[i].state, "line %zu: %s",
			i, report_state_word(report_state_of(&table[i].grounds)));
}
END_TEST

START_TEST(none_of_all_is_no_exception)
{
	static const struct {
		enum report_judged judged;
		uint64_t count, total;
		enum report_verdict verdict;
	} table[] = {
		{JUDGE_NOT, 0, 2, PROOF_FIGURES},
		{JUDGE_NOT, 2, 2, PROOF_FIGURES},
		{JUDGE_ALL, 2, 2, PROOF_HOLDS},
		{JUDGE_ALL, 1, 2, PROOF_EXCEPTIONS},
		{JUDGE_ALL, 0, 2, PROOF_CONTRADICTS},
		{JUDGE_ALL, 0, 200, PROOF_CONTRADICTS},
		{JUDGE_NONE, 0, 200, PROOF_HOLDS},
		{JUDGE_NONE, 1, 200, PROOF_EXCEPTIONS},
		{JUDGE_NONE, 199, 200, PROOF_EXCEPTIONS},
		{JUDGE_NONE, 200, 200, PROOF_CONTRADICTS},
	};

	for (size_t i = 0; i < LENGTH(table); i++)
		ck_assert_msg(report_judge(table[i].judged, table[i].count, table[i].total) ==
				      table[i].verdict,
			"line %zu", i);
}
END_TEST

static Suite *
report_state_suite(void)
{
	Suite *suite = suite_create("report_state");
	TCase *names = tcase_create("names"), *states = tcase_create("states");

	tcase_add_test(names, every_enforced_criterion_has_a_proof);
	tcase_add_test(names, every_proof_is_named_by_a_criterion);
	tcase_add_test(names, every_name_is_a_proof);
	suite_add_tcase(suite, names);
	tcase_add_test(states, states_follow_from_the_grounds);
	tcase_add_test(states, none_of_all_is_no_exception);
	suite_add_tcase(suite, states);
	return suite;
}

UNIT_MAIN(report_state_suite)
