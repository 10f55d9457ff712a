/*
 * The register of services, clients and hosts as a table: what each is, whose it is, who may be
 * granted it, and how many grants hold.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"
#include "authd/config/config_table.h"

static const char *const columns[] = {"service", "what", "class", "data", "grants", "scope",
	"held:number", "kinds:number", "administrator", "responsible", "origin"};

/* One of the register, and how many grants for it hold. */
struct thing {
	const char *name, *what; /* "service", "client", "host" */
	const struct policy_entry *entry;
	const struct origin *origin;
	int kinds; /* that it asks for; 0: of a host */
	unsigned held;
};

/*
 * Whether a grant opens it, somewhere: "sshd@web1" is of the service sshd and of the host web1, and
 * "@web1" of that host and of every service that runs on one.
 */
static bool
opens(const struct grant *grant, const struct thing *thing)
{
	const char *at = strrchr(grant->place, '@');
	size_t len = at == NULL ? strlen(grant->place) : (size_t)(at - grant->place);

	if (strcmp(thing->what, "host") == 0)
		return at != NULL && strcmp(at + 1, thing->name) == 0;
	if (len == 0)
		return strcmp(thing->what, "service") == 0;
	return len == strlen(thing->name) && strncmp(grant->place, thing->name, len) == 0;
}

struct counting {
	struct thing *thing;
	int64_t date_us;
};

static wf_status
count_one(void *ctx, const struct grant *grant)
{
	struct counting *counting = ctx;

	if (act_grant_state(grant, counting->date_us) == GRANT_HOLDS &&
		opens(grant, counting->thing))
		counting->thing->held++;
	return WF_OK;
}

static wf_status
count_held(struct act_call *call, struct thing *thing)
{
	struct counting counting = {.thing = thing, .date_us = store_date_us(call->daemon->store)};

	return act_each_grant(call, NULL, false, count_one, &counting);
}

static const char *
scope_text(const struct group_set *scope, char text_r[ACT_GROUPS_SIZE])
{
	struct account account = {.ngroups = scope->n};

	memcpy(account.groups, scope->names, sizeof(account.groups));
	return act_groups_text(&account, text_r);
}

static wf_status
row_of(struct act_call *call, struct thing *thing)
{
	const struct policy_entry *entry = thing->entry;
	char scope[ACT_GROUPS_SIZE], held[ACT_NUMBER_SIZE], kinds[ACT_NUMBER_SIZE] = "",
							    origin[ACT_ORIGIN_SIZE];
	const char *cells[] = {thing->name, thing->what, config_class_name(entry->class),
		config_word_of(config_data_words, entry->data),
		config_word_of(config_grants_words, entry->grants),
		scope_text(&entry->scope, scope), held, kinds, entry->administrator,
		entry->responsible, origin};
	wf_status status = count_held(call, thing);

	if (status != WF_OK)
		return status;
	act_number_text(thing->held, held);
	if (thing->kinds > 0)
		act_number_text(thing->kinds, kinds);
	act_origin_text(thing->origin, origin);
	return act_row_out(call, cells, COUNT_OF(cells));
}

/* By its number, services first; false behind the last one. */
static bool
thing_at(const struct config *config, size_t i, struct thing *thing_r)
{
	const struct policy *policy = &config->policy;

	if (i < policy->nservices) {
		const struct policy_service *service = &policy->services[i];
		bool client = config_client_find(&config->radius, service->name) != NULL;

		*thing_r = (struct thing){.name = service->name,
			.what = client ? "client" : "service",
			.entry = &service->entry,
			.origin = &service->origin,
			.kinds = service->asked ? __builtin_popcount(policy_asks(policy, service))
						: 0};
		return true;
	}
	i -= policy->nservices;
	if (i >= policy->nhosts)
		return false;
	*thing_r = (struct thing){.name = policy->hosts[i].name,
		.what = "host",
		.entry = &policy->hosts[i].entry,
		.origin = &policy->hosts[i].origin};
	return true;
}

/* Jobs that nobody is asked for are no entrance, unless somebody wrote about them. */
static bool
is_entrance(const struct thing *thing)
{
	return strcmp(thing->what, "host") == 0 || thing->kinds > 0 || thing->origin->line > 0;
}

wf_status
act_service_list(struct act_call *call)
{
	struct thing thing;
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	for (size_t i = 0; status == WF_OK && thing_at(call->daemon->config, i, &thing); i++)
		if (is_entrance(&thing))
			status = row_of(call, &thing);
	return status;
}

/* "@web1", as a grant's place has it, is the host and no service of that name. */
static bool
is_named(const struct thing *thing, const char *name)
{
	const bool host = name[0] == '@';

	return strcmp(thing->name, name + host) == 0 &&
	       (!host || strcmp(thing->what, "host") == 0);
}

wf_status
act_service_show(struct act_call *call)
{
	const char *name = act_arg(call, "name");
	struct thing thing;
	size_t i = 0;
	wf_status status;

	while (thing_at(call->daemon->config, i, &thing) && !is_named(&thing, name))
		i++;
	if (!thing_at(call->daemon->config, i, &thing))
		return act_say(call, WF_NOT_FOUND,
			_("'%s' is not in the register: see 'warifu service list'."), name);
	status = act_head(call, columns, COUNT_OF(columns));
	if (status == WF_OK)
		status = row_of(call, &thing);
	if (status != WF_OK)
		return status;
	if (thing.entry->grants == GRANTS_REQUIRED && thing.held == 0)
		return act_say(call, WF_OK, "%s",
			_("Nobody can enter: no grant holds. Give one with 'warifu grant add'."));
	if (thing.entry->data == DATA_UNCLASSIFIED)
		return act_say(call, WF_OK, "%s",
			_("Its data are not classified, so they count as class 3: write 'data' "
			  "into its "
			  "section of warifu.conf."));
	return WF_OK;
}

wf_status
act_register_shut(struct act_call *call, char *names_r, size_t size)
{
	struct thing thing;
	size_t len = 0;
	wf_status status = WF_OK;

	names_r[0] = '\0';
	for (size_t i = 0; status == WF_OK && thing_at(call->daemon->config, i, &thing); i++) {
		if (thing.entry->grants == GRANTS_OPTIONAL)
			continue;
		status = count_held(call, &thing);
		if (status == WF_OK && thing.held == 0 && len < size)
			len += (size_t)snprintf(names_r + len, size - len, "%s%s",
				len == 0 ? "" : ", ", thing.name);
	}
	return status;
}
