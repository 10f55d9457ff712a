/*
 * The shipped profiles and catalogues: each criterion of each document is there once, and what
 * every profile and every pair of them composes to is kept as a text in tests/vectors/policy, so
 * that a change of policy is a visible change of a file. After a wanted change: make
 * policy-snapshots.
 */
#include "config.h"

#include "authd/rules/rules.h"

#include <string.h>

#include "tests/unit/rules/shipped.h"

static struct rules_book book;

static void
setup(void)
{
	book = shipped_book();
}

static void
teardown(void)
{
	rules_book_clear(&book);
}

/* --- the catalogue --- */

static size_t
count_of(const char *id)
{
	size_t n = 0;

	for (size_t i = 0; i < book.ncatalogues; i++)
		for (size_t j = 0; j < book.catalogues[i].n; j++)
			n += strcmp(book.catalogues[i].criteria[j].id, id) == 0;
	return n;
}

START_TEST(every_criterion_is_listed_once)
{
	char path[1024];
	char *list = shipped_text("tests/vectors/criteria.txt", path, sizeof(path)), *rest = list;
	size_t wanted = 0, have = 0;

	for (char *id = strsep(&rest, "\n"); id != NULL; id = strsep(&rest, "\n")) {
		if (id[0] == '\0')
			continue;
		wanted++;
		ck_assert_msg(count_of(id) == 1, "%s is there %zu times", id, count_of(id));
	}
	free(list);
	for (size_t i = 0; i < book.ncatalogues; i++)
		have += book.catalogues[i].n;
	ck_assert_uint_eq(wanted, 355);
	ck_assert_uint_eq(have, wanted);
}
END_TEST

START_TEST(documents_have_their_numbers_of_criteria)
{
	static const struct {
		const char *name;
		size_t n;
	} documents[] = {{"scs", 58}, {"isac", 90}, {"kubota", 61}, {"ipa", 87}, {"draft", 59}};

	for (size_t i = 0; i < LENGTH(documents); i++)
		ck_assert_uint_eq(
			rules_catalogue_find(&book, documents[i].name)->n, documents[i].n);
}
END_TEST

START_TEST(texts_are_in_both_languages)
{
	for (size_t i = 0; i < book.ncatalogues; i++)
		for (size_t j = 0; j < book.catalogues[i].n; j++) {
			const struct rules_criterion *criterion = &book.catalogues[i].criteria[j];

			ck_assert_msg(criterion->ja[0] != '\0' && criterion->en[0] != '\0', "%s",
				criterion->id);
			ck_assert_msg(strspn(criterion->en, "\"") == 0 &&
					      strcmp(criterion->ja, criterion->en) != 0,
				"%s", criterion->id);
			if (criterion->aim == AIM_OUTSIDE)
				ck_assert_msg(criterion->why_ja[0] != '\0' &&
						      criterion->why_en[0] != '\0',
					"%s", criterion->id);
		}
}
END_TEST

static bool
is_done_by(const struct rules_criterion *criterion, enum rule_id rule)
{
	for (size_t i = 0; i < criterion->nby; i++)
		if (strcmp(criterion->by[i], rule_spec(rule)->name) == 0)
			return true;
	return false;
}

/* Who demands classes is not done by the length alone. */
START_TEST(what_demands_classes_is_done_by_them)
{
	size_t seen = 0;

	for (size_t i = 0; i < book.nprofiles; i++)
		for (size_t j = 0; j < book.profiles[i].nclaims; j++) {
			const struct compose_claim *claim = &book.profiles[i].claims[j];

			if (strcmp(claim->spec->name, "password.classes") != 0 ||
				claim->value == 0 || (claim->guards & 1U << GUARD_MFA) == 0)
				continue;
			seen++;
			ck_assert_msg(
				is_done_by(rules_criterion_find(&book, claim->origin.criterion),
					R_PASSWORD_CLASSES),
				"%s", claim->origin.criterion);
		}
	ck_assert_uint_eq(seen, 3);
}
END_TEST

/* Nothing is counted as done that no parameter of today does. */
START_TEST(counts_add_up)
{
	for (size_t i = 0; i < book.nprofiles; i++) {
		struct rules_counts counts;
		size_t sum;

		rules_count(&book, &book.profiles[i], &counts);
		sum = counts.not_yet;
		for (size_t j = 0; j < RULES_AIMS; j++)
			sum += counts.today[j];
		ck_assert_uint_eq(sum, counts.total);
		ck_assert_uint_gt(counts.total, 0);
		ck_assert_uint_gt(counts.not_yet, counts.today[AIM_ENFORCED]);
	}
}
END_TEST

START_TEST(profiles_say_where_they_come_from)
{
	for (size_t i = 0; i < book.nprofiles; i++) {
		const struct rules_profile *profile = &book.profiles[i];

		ck_assert_str_eq(profile->reviewed, "2026-11-21");
		ck_assert_msg(profile->draft == (strncmp(profile->name, "scsdraft", 8) == 0), "%s",
			profile->name);
		ck_assert_uint_gt(profile->nclaims, 0);
		for (size_t j = 0; j < profile->nclaims; j++) {
			ck_assert_str_eq(profile->claims[j].profile, profile->name);
			ck_assert_int_gt(profile->claims[j].origin.line, 0);
		}
	}
}
END_TEST

/* --- snapshots --- */

static void
print_claim(FILE *out, const struct compose_claim *claim)
{
	fprintf(out, "%s (%s)", claim->origin.criterion, claim->origin.force);
}

static void
print_group(FILE *out, const struct rule_spec *spec, const struct compose_group *group)
{
	char kinds[RULE_NAMES_SIZE], guards[RULE_NAMES_SIZE], value[RULE_VALUE_SIZE];

	if (group->cell->state == CELL_SILENT)
		return;
	fprintf(out, "%s", spec->name);
	if ((spec->splits & RULE_BY_KIND) != 0)
		fprintf(out, " [%s]", rule_kinds_text(group->kinds, kinds));
	if ((spec->splits & RULE_BY_GUARD) != 0)
		fprintf(out, " [%s]", rule_guards_text(group->guards, guards));
	fprintf(out, " = %s: ", compose_cell_text(spec, group->cell, value));
	print_claim(out, group->cell->by);
	if (group->cell->against != NULL) {
		fputs(" against ", out);
		print_claim(out, group->cell->against);
	}
	fputc('\n', out);
}

static void
print_advice(FILE *out, const struct rules_claims *claims)
{
	for (size_t i = 0; i < claims->n; i++) {
		const struct compose_claim *claim = claims->list[i];
		char value[RULE_VALUE_SIZE];

		if (compose_binds(claim))
			continue;
		fprintf(out, "advice: %s = %s: ", claim->spec->name,
			rule_value_text(claim->spec, claim->value, value));
		print_claim(out, claim);
		fputc('\n', out);
	}
}

static void
print_composed(FILE *out, const struct rules_claims *claims)
{
	static struct composed composed;
	size_t n;
	const struct rule_spec *specs = rule_specs(&n);

	compose(claims->list, claims->n, &composed);
	for (size_t i = 0; i < n; i++) {
		struct compose_group groups[RULE_CELLS];
		size_t count = compose_groups(&composed, &specs[i], groups);

		for (size_t j = 0; j < count; j++)
			print_group(out, &specs[i], &groups[j]);
	}
	print_advice(out, claims);
}

/* The text of one profile, or of two; the caller frees. */
static char *
text_of(size_t a, size_t b)
{
	struct rules_claims claims = {.n = 0};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	ck_assert_ptr_nonnull(out);
	ck_assert_int_eq(rules_claims_add(&book, &book.profiles[a], &claims), WF_OK);
	if (a != b)
		ck_assert_int_eq(rules_claims_add(&book, &book.profiles[b], &claims), WF_OK);
	print_composed(out, &claims);
	fclose(out);
	rules_claims_clear(&claims);
	return text;
}

static void
write_snapshot(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	ck_assert_msg(out != NULL, "%s", path);
	fputs(text, out);
	ck_assert_int_eq(fclose(out), 0);
}

static void
compare_snapshot(const char *name, const char *made)
{
	char path[1024];
	char *kept = shipped_text(name, path, sizeof(path));
	size_t line = 1, at = 0;

	while (kept[at] == made[at] && kept[at] != '\0')
		line += kept[at++] == '\n';
	ck_assert_msg(kept[at] == made[at], "%s:%zu is now another: see 'make policy-snapshots'",
		name, line);
	free(kept);
}

static void
snapshot(size_t a, size_t b)
{
	const char *top = getenv("top_srcdir");
	char *text = text_of(a, b);
	char name[128], path[1024];

	(void)snprintf(name, sizeof(name), "tests/vectors/policy/%s%s%s.txt", book.profiles[a].name,
		a == b ? "" : "+", a == b ? "" : book.profiles[b].name);
	(void)snprintf(path, sizeof(path), "%s/%s", top == NULL ? ".." : top, name);
	if (getenv("POLICY_SNAPSHOTS") != NULL)
		write_snapshot(path, text);
	compare_snapshot(name, text);
	free(text);
}

START_TEST(profiles_and_pairs_are_the_kept_ones)
{
	for (size_t a = 0; a < book.nprofiles; a++)
		for (size_t b = a; b < book.nprofiles; b++)
			snapshot(a, b);
}
END_TEST

/* --- pairs are never weaker than their parts (I9) --- */

static void
assert_met(size_t a, size_t b)
{
	static struct composed composed;
	struct rules_claims claims = {.n = 0};

	ck_assert_int_eq(rules_claims_add(&book, &book.profiles[a], &claims), WF_OK);
	ck_assert_int_eq(rules_claims_add(&book, &book.profiles[b], &claims), WF_OK);
	compose(claims.list, claims.n, &composed);
	for (size_t i = 0; i < claims.n; i++) {
		enum compose_verdict verdict = compose_verdict(claims.list[i], &composed);

		ck_assert_msg(verdict != VERDICT_DEVIATES, "%s of %s",
			claims.list[i]->origin.criterion, claims.list[i]->spec->name);
	}
	rules_claims_clear(&claims);
}

START_TEST(pairs_meet_both)
{
	for (size_t a = 0; a < book.nprofiles; a++)
		for (size_t b = a; b < book.nprofiles; b++)
			assert_met(a, b);
}
END_TEST

static Suite *
profiles_suite(void)
{
	Suite *suite = suite_create("profiles");
	TCase *tc = tcase_create("shipped");

	tcase_add_unchecked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, every_criterion_is_listed_once);
	tcase_add_test(tc, documents_have_their_numbers_of_criteria);
	tcase_add_test(tc, texts_are_in_both_languages);
	tcase_add_test(tc, what_demands_classes_is_done_by_them);
	tcase_add_test(tc, counts_add_up);
	tcase_add_test(tc, profiles_say_where_they_come_from);
	tcase_add_test(tc, profiles_and_pairs_are_the_kept_ones);
	tcase_add_test(tc, pairs_meet_both);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(profiles_suite)
