/*
 * Documents as data: a catalogue of criteria and profiles, form feeds between them. Each is read,
 * or refused with a sentence of one line that names its place; what was read is of the tables, in
 * bounds, the same at a second reading, and what is composed of it asks for no less than any part.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/config/config_scan.h"
#include "authd/rules/rules.h"
#include "tests/fuzz/fuzz.h"

#define PIECES_MAX 4
#define WHY_MAX 512
#define UNTOUCHED '#'

/* "FILE:LINE: ...", with a line that the text has, or of the end behind it. */
static void
check_why(const char why[WHY_MAX], const char *text)
{
	long line, lines = 1;
	char *end;

	FUZZ_CHECK(fuzz_shows(why, WHY_MAX, false));
	for (const char *at = text; *at != '\0'; at++)
		lines += *at == '\n';
	FUZZ_CHECK(strncmp(why, "file:", 5) == 0);
	line = strtol(why + 5, &end, 10);
	FUZZ_CHECK(end != why + 5 && end[0] == ':' && end[1] == ' ' && end[2] != '\0');
	FUZZ_CHECK(line >= 1 && line <= lines + 1);
}

static bool
is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static void
check_value(const struct compose_claim *claim)
{
	if (claim->sort != CLAIM_VALUE)
		FUZZ_CHECK(claim->value == 0);
	else if (claim->spec->members != NULL)
		FUZZ_CHECK((claim->value & ~rule_all_members(claim->spec)) == 0);
	else
		FUZZ_CHECK(claim->value >= 0 && claim->value <= claim->spec->max);
}

static void
check_claim(const struct compose_claim *claim)
{
	FUZZ_CHECK(claim->spec != NULL && rule_find(claim->spec->name) == claim->spec);
	FUZZ_CHECK(claim->kinds != 0 && (claim->kinds & ~RULE_ALL) == 0);
	FUZZ_CHECK(claim->guards != 0 && (claim->guards & ~RULE_ALL) == 0);
	FUZZ_CHECK(claim->origin.line >= 1 && claim->origin.force[0] != '\0');
	FUZZ_CHECK(claim->origin.criterion[0] != '\0');
	FUZZ_CHECK(is_text(claim->note_ja, sizeof(claim->note_ja)));
	FUZZ_CHECK(is_text(claim->note_en, sizeof(claim->note_en)));
	FUZZ_CHECK((claim->note_ja[0] == '\0') == (claim->note_en[0] == '\0') ||
		   claim->note_ja[0] == '\0' || claim->note_en[0] == '\0');
	check_value(claim);
}

static void
check_profile(const struct rules_profile *profile)
{
	FUZZ_CHECK(profile->nlevels <= RULES_LEVELS_MAX);
	FUZZ_CHECK(profile->nincludes <= RULES_INCLUDES_MAX);
	FUZZ_CHECK(profile->title_ja[0] != '\0' && profile->criteria[0] != '\0');
	for (size_t i = 0; i < profile->nclaims; i++)
		check_claim(&profile->claims[i]);
}

static void
check_catalogue(const struct rules_catalogue *catalogue)
{
	for (size_t i = 0; i < catalogue->n; i++) {
		const struct rules_criterion *criterion = &catalogue->criteria[i];

		FUZZ_CHECK(criterion->ja != NULL && criterion->en != NULL);
		FUZZ_CHECK(criterion->aim < RULES_AIMS && criterion->nby <= RULES_BY_MAX);
		FUZZ_CHECK(criterion->aim != AIM_OUTSIDE || criterion->why_ja != NULL);
		for (size_t j = 0; j < criterion->nby; j++)
			FUZZ_CHECK(policy_param_find(criterion->by[j]) != NULL);
	}
}

/* False where one is refused; the others of the book stay as they were. */
static bool
read_all(struct rules_book *book, char *const *pieces, size_t n)
{
	static const char *const names[PIECES_MAX] = {"criteria", "one", "two", "three"};
	char why[WHY_MAX];
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < n; i++) {
		memset(why, UNTOUCHED, sizeof(why));
		status = (i == 0 ? rules_add_catalogue : rules_add_profile)(
			book, names[i], "file", pieces[i], why, sizeof(why));
		if (status == WF_OK)
			FUZZ_CHECK(fuzz_all(why, sizeof(why), UNTOUCHED));
		else
			check_why(why, pieces[i]);
	}
	return status == WF_OK;
}

static void
check_cells(const struct composed *composed, const struct compose_claim *claim)
{
	const struct compose_cell *cells = composed->cells[rule_index(claim->spec)];

	for (unsigned i = 0; i < RULE_CELLS; i++) {
		bool meant = (claim->kinds >> (i / RULE_GUARDS) & 1) != 0 &&
			     (claim->guards >> (i % RULE_GUARDS) & 1) != 0;

		if (!meant || claim->sort != CLAIM_VALUE || !compose_binds(claim))
			continue;
		FUZZ_CHECK(cells[i].state != CELL_SILENT && cells[i].state != CELL_OPEN);
		FUZZ_CHECK(cells[i].state != CELL_SET ||
			   !rule_weaker(claim->spec, cells[i].value, claim->value));
	}
}

static void
check_composed(const struct rules_claims *claims)
{
	static struct composed composed;

	compose(claims->list, claims->n, &composed);
	for (size_t i = 0; i < claims->n; i++)
		check_cells(&composed, claims->list[i]);
}

/* What the files mean together. */
static void
check_book(const struct rules_book *book)
{
	struct rules_claims claims = {.n = 0};
	struct rules_counts counts;
	char why[WHY_MAX];

	if (rules_book_check(book, why, sizeof(why)) != WF_OK) {
		FUZZ_CHECK(fuzz_shows(why, sizeof(why), false));
		return;
	}
	for (size_t i = 0; i < book->nprofiles; i++) {
		size_t sum = 0;

		rules_count(book, &book->profiles[i], &counts);
		for (size_t aim = 0; aim < RULES_AIMS; aim++)
			sum += counts.today[aim];
		FUZZ_CHECK(sum + counts.not_yet == counts.total);
		FUZZ_CHECK(rules_claims_add(book, &book->profiles[i], &claims) == WF_OK);
	}
	check_composed(&claims);
	rules_claims_clear(&claims);
}

static void
check_same(const struct rules_book *one, const struct rules_book *two)
{
	FUZZ_CHECK(one->nprofiles == two->nprofiles && one->ncatalogues == two->ncatalogues);
	for (size_t i = 0; i < one->nprofiles; i++) {
		const struct rules_profile *a = &one->profiles[i], *b = &two->profiles[i];

		FUZZ_CHECK(a->nclaims == b->nclaims && strcmp(a->title_en, b->title_en) == 0);
		FUZZ_CHECK(a->nclaims == 0 ||
			   memcmp(a->claims, b->claims, a->nclaims * sizeof(*a->claims)) == 0);
	}
}

/* What the loader does with a file's text before; what it refuses is refused. */
static bool
prepare(char *const *pieces, size_t n)
{
	bool fine = true;
	int line;

	for (size_t i = 0; fine && i < n; i++) {
		fine = config_scan(pieces[i], strlen(pieces[i]), &line) == CONFIG_FINE;
		if (fine)
			config_scan_blank(pieces[i], strlen(pieces[i]));
	}
	return fine;
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	struct rules_book book = {.nprofiles = 0}, again = {.nprofiles = 0};
	char *pieces[PIECES_MAX];
	size_t n;

	if (size > 65536)
		return;
	n = fuzz_split(data, size, '\f', pieces, PIECES_MAX);
	if (prepare(pieces, n) && read_all(&book, pieces, n)) {
		for (size_t i = 0; i < book.nprofiles; i++)
			check_profile(&book.profiles[i]);
		check_catalogue(&book.catalogues[0]);
		check_book(&book);
		FUZZ_CHECK(read_all(&again, pieces, n));
		check_same(&book, &again);
	}
	rules_book_clear(&book);
	rules_book_clear(&again);
	free(pieces[0]);
}
