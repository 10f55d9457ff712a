/*
 * A book of documents: what its files mean together, looking things up, counting.  Reads no text.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/rules/rules.h"
#include "common/fault.h"
#include "common/i18n.h"

/* --- its end --- */

static void
clear_catalogue(struct rules_catalogue *catalogue)
{
	for (size_t i = 0; i < catalogue->n; i++) {
		struct rules_criterion *criterion = &catalogue->criteria[i];
		char *const texts[] = {
			criterion->ja, criterion->en, criterion->why_ja, criterion->why_en};

		for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++)
			free(texts[j]);
	}
	free(catalogue->criteria);
}

void
rules_book_clear(struct rules_book *book)
{
	for (size_t i = 0; i < book->nprofiles; i++)
		free(book->profiles[i].claims);
	for (size_t i = 0; i < book->ncatalogues; i++)
		clear_catalogue(&book->catalogues[i]);
	free(book->profiles);
	free(book->catalogues);
	*book = (struct rules_book){.nprofiles = 0};
}

/* --- looking up --- */

const struct rules_profile *
rules_profile_find(const struct rules_book *book, const char *name)
{
	for (size_t i = 0; i < book->nprofiles; i++)
		if (strcmp(book->profiles[i].name, name) == 0)
			return &book->profiles[i];
	return NULL;
}

const struct rules_catalogue *
rules_catalogue_find(const struct rules_book *book, const char *name)
{
	for (size_t i = 0; i < book->ncatalogues; i++)
		if (strcmp(book->catalogues[i].name, name) == 0)
			return &book->catalogues[i];
	return NULL;
}

static const struct rules_criterion *
find_in(const struct rules_catalogue *catalogue, const char *id)
{
	for (size_t i = 0; i < catalogue->n; i++)
		if (strcmp(catalogue->criteria[i].id, id) == 0)
			return &catalogue->criteria[i];
	return NULL;
}

const struct rules_criterion *
rules_criterion_find(const struct rules_book *book, const char *id)
{
	const struct rules_criterion *found = NULL;

	for (size_t i = 0; found == NULL && i < book->ncatalogues; i++)
		found = find_in(&book->catalogues[i], id);
	return found;
}

/* --- what must hold of all files together --- */

/* Included profiles stand in the book, and so do theirs; `depth` ends a circle. */
static wf_status
check_includes(const struct rules_book *book, const struct rules_profile *profile, size_t depth,
	char *why_r, size_t size)
{
	wf_status status = WF_OK;

	if (depth > book->nprofiles) {
		(void)snprintf(why_r, size, _("profile '%s' includes itself"), profile->name);
		return WF_INVALID;
	}
	for (size_t i = 0; status == WF_OK && i < profile->nincludes; i++) {
		const struct rules_profile *included =
			rules_profile_find(book, profile->includes[i]);

		if (included == NULL) {
			(void)snprintf(why_r, size,
				_("profile '%s' includes '%s', which there is not"), profile->name,
				profile->includes[i]);
			return WF_INVALID;
		}
		status = check_includes(book, included, depth + 1, why_r, size);
	}
	return status;
}

static wf_status
check_criteria(const struct rules_book *book, const struct rules_profile *profile, char *why_r,
	size_t size)
{
	const struct rules_catalogue *catalogue = rules_catalogue_find(book, profile->criteria);

	if (catalogue == NULL) {
		(void)snprintf(why_r, size,
			_("profile '%s' is about the criteria '%s', which there are not"),
			profile->name, profile->criteria);
		return WF_INVALID;
	}
	for (size_t i = 0; i < profile->nclaims; i++) {
		const struct origin *origin = &profile->claims[i].origin;

		if (find_in(catalogue, origin->criterion) != NULL)
			continue;
		(void)snprintf(why_r, size, _("%s:%d: there is no criterion '%s'"), origin->file,
			origin->line, origin->criterion);
		return WF_INVALID;
	}
	return WF_OK;
}

wf_status
rules_book_check(const struct rules_book *book, char *why_r, size_t size)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < book->nprofiles; i++) {
		status = check_includes(book, &book->profiles[i], 0, why_r, size);
		if (status == WF_OK)
			status = check_criteria(book, &book->profiles[i], why_r, size);
	}
	return status;
}

/* --- claims --- */

static bool
is_among(const struct rules_claims *claims, const struct compose_claim *claim)
{
	for (size_t i = 0; i < claims->n; i++)
		if (claims->list[i] == claim)
			return true;
	return false;
}

wf_status
rules_claims_add(const struct rules_book *book, const struct rules_profile *profile,
	struct rules_claims *claims)
{
	const struct compose_claim **grown;
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < profile->nincludes; i++) {
		const struct rules_profile *included =
			rules_profile_find(book, profile->includes[i]);

		status = included == NULL ? WF_NOT_FOUND : rules_claims_add(book, included, claims);
	}
	if (status != WF_OK)
		return status;
	grown = wf_fault(WF_FAULT_ALLOC)
			? NULL
			: reallocarray(claims->list, claims->n + profile->nclaims + 1,
				  sizeof(void *));
	if (grown == NULL)
		return WF_NO_MEMORY;
	claims->list = grown;
	for (size_t i = 0; i < profile->nclaims; i++)
		if (!is_among(claims, &profile->claims[i]))
			claims->list[claims->n++] = &profile->claims[i];
	return WF_OK;
}

void
rules_claims_clear(struct rules_claims *claims)
{
	free(claims->list);
	*claims = (struct rules_claims){.n = 0};
}

/* --- counting --- */

static bool
is_asked(const struct rules_profile *profile, const struct rules_criterion *criterion)
{
	for (size_t i = 0; i < profile->nlevels; i++)
		if (strcmp(profile->levels[i], criterion->level) == 0)
			return true;
	return false;
}

bool
rules_asks(const struct rules_book *book, const struct rules_profile *profile,
	const struct rules_criterion *criterion)
{
	const struct rules_catalogue *catalogue = rules_catalogue_find(book, profile->criteria);

	return catalogue != NULL && criterion >= catalogue->criteria &&
	       criterion < catalogue->criteria + catalogue->n && is_asked(profile, criterion);
}

/* What is to be shown, not enforced, and is. */
static bool
is_shown(const struct rules_criterion *criterion)
{
	return criterion->aim != AIM_ENFORCED && criterion->nshown > 0;
}

void
rules_count(const struct rules_book *book, const struct rules_profile *profile,
	struct rules_counts *counts_r)
{
	const struct rules_catalogue *catalogue = rules_catalogue_find(book, profile->criteria);
	struct rules_counts counts = {.total = 0};

	for (size_t i = 0; catalogue != NULL && i < catalogue->n; i++) {
		const struct rules_criterion *criterion = &catalogue->criteria[i];

		if (!is_asked(profile, criterion))
			continue;
		counts.total++;
		if (criterion->aim == AIM_OUTSIDE || criterion->nby > 0 || is_shown(criterion))
			counts.today[criterion->aim]++;
		else
			counts.not_yet++;
	}
	*counts_r = counts;
}
