/*
 * Which criteria may be named.  A built-in value and what the daemon always does are each taken
 * from some document; once somebody has chosen documents, no other one is named in a row of the log
 * or in an answer: what none of those asks for is our own, and says so.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <string.h>

#include "authd/config/comply_parts.h"

/* Whether a chosen profile asks for it. */
static bool
is_asked(const struct config_comply *comply, const struct rules_criterion *criterion)
{
	for (size_t i = 0; i < comply->n; i++)
		if (rules_asks(&comply->book,
			    rules_profile_find(&comply->book, comply->names[i]), criterion))
			return true;
	return false;
}

/* Of a claim, too, whatever level its criterion is of. */
static bool
is_chosen(const struct config_comply *comply, const char *id)
{
	const struct rules_criterion *criterion = rules_criterion_find(&comply->book, id);

	for (size_t i = 0; i < comply->claims.n; i++)
		if (strcmp(comply->claims.list[i]->origin.criterion, id) == 0)
			return true;
	return criterion != NULL && is_asked(comply, criterion);
}

static void
clip(const struct config_comply *comply, struct origin *origin)
{
	if (origin->criterion[0] == '\0' || is_chosen(comply, origin->criterion))
		return;
	origin->criterion[0] = '\0';
	(void)snprintf(origin->force, sizeof(origin->force), "%s",
		origin->line > 0 ? "local" : "default");
}

/* --- what is always done --- */

static bool
is_by(const struct rules_criterion *criterion, const char *act)
{
	for (size_t i = 0; i < criterion->nby; i++)
		if (strcmp(criterion->by[i], act) == 0)
			return true;
	return false;
}

/* The first one that is chosen and met by this act; NULL: none is. */
static const struct rules_criterion *
met_by(const struct config_comply *comply, const char *act)
{
	for (size_t i = 0; i < comply->book.ncatalogues; i++) {
		const struct rules_catalogue *catalogue = &comply->book.catalogues[i];

		for (size_t j = 0; j < catalogue->n; j++)
			if (is_by(&catalogue->criteria[j], act) &&
				is_asked(comply, &catalogue->criteria[j]))
				return &catalogue->criteria[j];
	}
	return NULL;
}

static void
cite_acts(const struct config_comply *comply, struct policy_values *values)
{
	size_t n;
	const struct rule_act_spec *acts = rule_acts(&n);

	for (size_t i = 0; i < n; i++) {
		const struct rules_criterion *criterion;

		if (is_chosen(comply, values->acts[i]))
			continue;
		criterion = met_by(comply, acts[i].name);
		(void)snprintf(values->acts[i], sizeof(values->acts[i]), "%s",
			criterion == NULL ? "" : criterion->id);
	}
}

void
comply_cite(struct config *config)
{
	const struct config_comply *comply = &config->comply;
	struct policy *policy = &config->policy;

	for (size_t rule = 0; rule < R_COUNT; rule++)
		for (size_t i = 0; i < RULE_CELLS; i++)
			clip(comply, &policy->values.held[rule][i].origin);
	for (size_t i = 0; i < P_COUNT; i++)
		clip(comply, &policy->numbers[i].origin);
	for (size_t i = 0; i < policy->nservices; i++)
		clip(comply, &policy->services[i].demand_origin);
	cite_acts(comply, &policy->values);
}
