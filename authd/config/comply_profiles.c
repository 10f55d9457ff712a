/*
 * The profiles that are complied with: found in the folder, drafts only with an explanation; and
 * what one of them leaves as it is by its silence.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <string.h>

#include "authd/config/comply_parts.h"
#include "authd/config/config_say.h"
#include "common/i18n.h"

#define HOW_DRAFT "draft \"%s\" { by = \"NAME\" on = \"YYYY-MM-DD\" reason = \"WHY\" }"

static const struct config_answer *
draft_of(const struct config_comply *comply, const char *name)
{
	for (size_t i = 0; i < comply->drafts.n; i++)
		if (strcmp(comply->drafts.list[i].name, name) == 0)
			return &comply->drafts.list[i];
	return NULL;
}

/* A draft is superseded: whoever wants it all the same explains it. */
static bool
is_wanted(struct config_load *load, const struct rules_profile *profile)
{
	const struct config_answer *draft = draft_of(&load->config->comply, profile->name);
	char how[COMPLY_HOW_SIZE];

	if (!profile->draft)
		return true;
	if (draft != NULL) {
		comply_point_at(load, &draft->origin);
		return comply_is_signed(load, "draft", draft, false);
	}
	(void)snprintf(how, sizeof(how), HOW_DRAFT, profile->name);
	config_fail(load, load->config->comply.origin.line,
		_("profile '%s' is a draft, for comparison only; to comply with it all the same, "
		  "write: %s"),
		profile->name, how);
	return false;
}

static void
say_unknown(struct config_load *load, const char *name)
{
	const struct rules_book *book = &load->config->comply.book;
	char names[RULE_VALUE_SIZE] = "";
	struct config_text text = {.bytes = names, .size = sizeof(names)};

	for (size_t i = 0; i < book->nprofiles; i++)
		config_say(&text, "%s%s", i == 0 ? "" : ", ", book->profiles[i].name);
	config_fail(load, load->config->comply.origin.line,
		_("there is no profile '%s' in %s; accepted: %s"), name, load->config->profiles_dir,
		names);
}

static bool
add_profile(struct config_load *load, const char *name)
{
	struct config_comply *comply = &load->config->comply;
	const struct rules_profile *profile = rules_profile_find(&comply->book, name);

	if (profile == NULL)
		say_unknown(load, name);
	if (profile == NULL || !is_wanted(load, profile))
		return false;
	if (rules_claims_add(&comply->book, profile, &comply->claims) == WF_OK)
		return true;
	load->status = WF_NO_MEMORY;
	return false;
}

bool
comply_add_profiles(struct config_load *load)
{
	struct config_comply *comply = &load->config->comply;
	char why[sizeof(load->error->text)];
	wf_status status = config_book_load(load->config, &comply->book, why, sizeof(why));

	comply_point_at(load, &comply->origin);
	if (status == WF_NO_MEMORY)
		load->status = status;
	else if (status != WF_OK)
		config_fail(load, comply->origin.line, "comply: %s", why);
	for (size_t i = 0; i < comply->n && status == WF_OK; i++) {
		comply_point_at(load, &comply->origin);
		if (!add_profile(load, comply->names[i]))
			return false;
	}
	return status == WF_OK;
}

/* --- what one of them is silent about --- */

static void
narrow_beside(struct config_comply *comply, const struct rules_claims *claims)
{
	size_t n;
	const struct rule_default *defaults = rule_defaults(&n);

	for (size_t i = 0; i < n; i++)
		if (rule_spec(defaults[i].rule)->stricter == POLICY_INTERSECT)
			compose_narrow(&comply->composed, claims->list, claims->n, &defaults[i]);
}

bool
comply_narrow(struct config_load *load)
{
	struct config_comply *comply = &load->config->comply;

	for (size_t i = 0; i < comply->n && load->status == WF_OK; i++) {
		struct rules_claims claims = {.n = 0};

		load->status = rules_claims_add(&comply->book,
			rules_profile_find(&comply->book, comply->names[i]), &claims);
		if (load->status == WF_OK)
			narrow_beside(comply, &claims);
		rules_claims_clear(&claims);
	}
	return load->status == WF_OK;
}
