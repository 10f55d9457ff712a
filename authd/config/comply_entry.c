/*
 * Who may enter what is important.  Documents want that somebody has said so; what nobody has
 * classified counts as important (SCS-3-1-4-1).  No start is refused for it: the first one, where
 * no grant exists yet, would let nobody in.  So it is told, at the start, by the doctor and by
 * `policy check`, and where a service says `grants = required` it is enforced.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <string.h>

#include "authd/config/config.h"
#include "authd/config/config_say.h"
#include "common/i18n.h"

#define NAMES_SIZE 200

static bool
has_condition(const struct config *config, const char *service, const char *host)
{
	struct policy_entry entry;

	policy_entry_of(&config->policy, service, host, &entry);
	return !policy_entry_important(&entry) || entry.grants == GRANTS_REQUIRED;
}

/* Adds a service once, by the first place where it is open: "sshd", or "sshd@web1" of a relay. */
static void
add_open(const struct config *config, const char *service, struct config_text *text)
{
	const struct config_client *client = config_client_find(&config->radius, service);
	const char *comma = text->len == 0 ? "" : ", ";
	const struct config_relays *relays = &config->relays;

	if (client != NULL && client->groups.n > 0)
		return; /* who lets in some groups alone has said so */
	if (!has_condition(config, service, client == NULL ? config->node : NULL)) {
		config_say(text, "%s%s", comma, service);
		return;
	}
	for (size_t i = 0; client == NULL && i < relays->nallow; i++) {
		if (has_condition(config, service, relays->allow[i]))
			continue;
		config_say(text, "%s%s@%s", comma, service, relays->allow[i]);
		return;
	}
}

bool
config_entry_open(const struct config *config, char *names_r, size_t size)
{
	struct config_text text = {.bytes = names_r, .size = size};

	names_r[0] = '\0';
	for (size_t i = 0; i < config->policy.nservices; i++) {
		const struct policy_service *service = &config->policy.services[i];

		if (service->asked)
			add_open(config, service->name, &text);
	}
	return text.len > 0;
}

bool
config_entry_by(const char *name)
{
	return strcmp(name, "register.grants") == 0 || strcmp(name, "register.scope") == 0;
}

bool
config_entry_is_about(const struct rules_criterion *criterion)
{
	for (size_t i = 0; i < criterion->nby; i++)
		if (config_entry_by(criterion->by[i]))
			return true;
	return false;
}

static const struct rules_criterion *
asked_by(const struct rules_book *book, const struct rules_profile *profile)
{
	const struct rules_catalogue *catalogue = rules_catalogue_find(book, profile->criteria);

	for (size_t i = 0; catalogue != NULL && i < catalogue->n; i++)
		if (config_entry_is_about(&catalogue->criteria[i]) &&
			rules_asks(book, profile, &catalogue->criteria[i]))
			return &catalogue->criteria[i];
	return NULL;
}

const struct rules_criterion *
config_entry_asked(const struct config_comply *comply)
{
	const struct rules_criterion *criterion = NULL;

	for (size_t i = 0; criterion == NULL && i < comply->n; i++)
		criterion = asked_by(
			&comply->book, rules_profile_find(&comply->book, comply->names[i]));
	return criterion;
}

bool
config_entry_say(const struct config *config, char *text_r, size_t size)
{
	const struct rules_criterion *criterion = config_entry_asked(&config->comply);
	char names[NAMES_SIZE];

	if (criterion == NULL || !config_entry_open(config, names, sizeof(names)))
		return false;
	(void)snprintf(text_r, size,
		_("Important data, and anybody with an account may enter, though %s asks who may: "
		  "%s. Say who ('grants', or the 'groups' of a client), or the class of the data."),
		criterion->id, names);
	return true;
}
