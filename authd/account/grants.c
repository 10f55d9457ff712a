/*
 * Grants: who may use a place of the register, by whose word, until when.  What may be granted to
 * whom is said by the register (warifu.conf); what has been granted is a record, made and ended
 * here.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"

/* --- places: "sshd", "sshd@web1", "@web1" --- */

struct place {
	char service[65], host[65]; /* "" = every one */
};

static bool
is_host(const struct config *config, const char *name)
{
	const struct policy *policy = &config->policy;
	bool found = strcmp(name, config->node) == 0;

	for (size_t i = 0; i < policy->nhosts; i++)
		found = found || strcmp(name, policy->hosts[i].name) == 0;
	return found;
}

/* Names that nothing is known by would be grants for nothing. */
static wf_status
place_read(struct act_call *call, const char *text, struct place *place_r)
{
	const struct config *config = call->daemon->config;
	const char *at = strrchr(text, '@');
	size_t len = at == NULL ? strlen(text) : (size_t)(at - text);

	if (len >= sizeof(place_r->service) ||
		(at != NULL && strlen(at + 1) >= sizeof(place_r->host)) ||
		(len == 0 && (at == NULL || at[1] == '\0')))
		return act_say(call, WF_INVALID,
			_("'%s' is no place; write SERVICE, SERVICE@HOST or @HOST."), text);
	*place_r = (struct place){.service = ""};
	(void)snprintf(place_r->service, sizeof(place_r->service), "%.*s", (int)len, text);
	(void)snprintf(place_r->host, sizeof(place_r->host), "%s", at == NULL ? "" : at + 1);
	if (len > 0 && policy_service_find(&config->policy, place_r->service)->name[0] == '\0')
		return act_say(call, WF_NOT_FOUND,
			_("There is no service '%s' in the register: see 'warifu service list', or "
			  "write a "
			  "section 'service' into warifu.conf."),
			place_r->service);
	if (at != NULL && !is_host(config, place_r->host))
		return act_say(call, WF_NOT_FOUND,
			_("There is no host '%s' in the register: write a section 'host' into "
			  "warifu.conf."),
			place_r->host);
	return WF_OK;
}

/* --- add --- */

static wf_status
take_account(
	struct act_call *call, const char *user, struct grant *grant, struct account *account_r)
{
	struct act_subject subject;
	wf_status status = act_subject_read(call, user, &subject);

	if (status == WF_NOT_FOUND)
		return act_say(call, status, _("There is no account '%s'."), user);
	if (status != WF_OK)
		return status;
	grant->account_id = subject.account.id;
	*account_r = subject.account;
	return WF_OK;
}

/* As if it were an account that is in this group alone. */
static wf_status
take_group(struct act_call *call, const char *group, struct grant *grant, struct account *account_r)
{
	char bad[ACT_GROUP_SHOWN];

	*account_r = (struct account){.id = 0};
	if (act_groups_read(group, account_r, bad) != WF_OK || account_r->ngroups != 1)
		return act_say(call, WF_INVALID,
			_("'%s' is no name of a group: a-z, 0-9, '.', '_' and '-'."), group);
	(void)snprintf(grant->members, sizeof(grant->members), "%s", account_r->groups[0]);
	return WF_OK;
}

static wf_status
take_whose(struct act_call *call, struct grant *grant, struct account *account_r)
{
	const char *user = act_arg(call, "user"), *group = act_arg(call, "group");

	if ((user == NULL) == (group == NULL))
		return act_say(call, WF_INVALID, "%s",
			_("Say either --user, for an account, or --group, for all members of a "
			  "group."));
	return user != NULL ? take_account(call, user, grant, account_r)
			    : take_group(call, group, grant, account_r);
}

static wf_status
in_scope(struct act_call *call, const struct place *place, const struct account *account)
{
	if (policy_in_scope(&call->daemon->config->policy, place->service, place->host,
		    account->groups, account->ngroups))
		return WF_OK;
	return act_say(call, WF_DENIED,
		_("Only members of the groups in 'scope' of the register can be granted it: see "
		  "'warifu "
		  "service show'."));
}

/* What is granted may be open to all as yet. */
static void
say_added(struct act_call *call, const struct place *place, const struct grant *grant, int64_t id)
{
	struct policy_entry entry;
	char until[ACT_TIME_SIZE];

	act_say_text(call, _("Grant %lld: '%s' may use '%s' until %s."), (long long)id,
		grant->members[0] != '\0' ? grant->members : act_arg(call, "user"), grant->place,
		act_time(grant->until_us, until));
	policy_entry_of(&call->daemon->config->policy, place->service, place->host, &entry);
	if (entry.grants == GRANTS_OPTIONAL)
		act_say_more(call, "%s",
			_("Nobody needs one there yet: write grants = required into its section of "
			  "warifu.conf."));
}

static wf_status
commit_grant(struct act_call *call, struct grant *grant, int64_t *id_r)
{
	const char *user = act_arg(call, "user"), *reason = act_arg(call, "reason");
	struct act_change change;
	char until[ACT_TIME_SIZE];
	wf_status status;

	(void)snprintf(grant->place, sizeof(grant->place), "%s", act_arg(call, "place"));
	(void)snprintf(grant->granted_by, sizeof(grant->granted_by), "%.64s", call->operator_name);
	(void)snprintf(grant->reason, sizeof(grant->reason), "%s", reason == NULL ? "" : reason);
	act_change_init(call, &change, user == NULL ? "" : user, "%s%s%s%s until %s",
		user == NULL ? "group " : "", grant->members, user == NULL ? " for " : "",
		grant->place, act_time(grant->until_us, until));
	act_change_add(&change, EFFECT_GRANT_ADD, grant->account_id)->grant = grant;
	status = act_commit(call, &change);
	if (status == WF_OK)
		*id_r = change.grant_id;
	return status;
}

wf_status
act_grant_add(struct act_call *call)
{
	struct grant grant = {.until_us = act_number(call, "until", 0)};
	struct account account;
	struct place place;
	int64_t id = 0;
	wf_status status = place_read(call, act_arg(call, "place"), &place);

	if (status == WF_OK && grant.until_us <= store_date_us(call->daemon->store))
		status = act_say(
			call, WF_INVALID, "%s", _("The end of a grant lies in the future."));
	if (status == WF_OK)
		status = take_whose(call, &grant, &account);
	if (status == WF_OK)
		status = in_scope(call, &place, &account);
	if (status == WF_OK)
		status = commit_grant(call, &grant, &id);
	if (status == WF_OK)
		say_added(call, &place, &grant, id);
	return status;
}

/* --- list --- */

enum grant_state
act_grant_state(const struct grant *grant, int64_t date_us)
{
	if (grant->ended_us != 0)
		return GRANT_ENDED;
	return grant->until_us <= date_us ? GRANT_EXPIRED : GRANT_HOLDS;
}

struct listing {
	struct act_call *call;
	const char *place; /* NULL = all */
	int64_t date_us;
	unsigned long n;
};

static wf_status
list_one(void *ctx, const struct grant *grant)
{
	static const char *const states[] = {
		[GRANT_HOLDS] = "holds", [GRANT_EXPIRED] = "expired", [GRANT_ENDED] = "ended"};
	struct listing *listing = ctx;
	char id[ACT_NUMBER_SIZE], created[ACT_NUMBER_SIZE], until[ACT_NUMBER_SIZE],
		used[ACT_NUMBER_SIZE];
	const char *cells[] = {act_number_text(grant->id, id), grant->user, grant->members,
		grant->place, states[act_grant_state(grant, listing->date_us)],
		act_moment_text(grant->until_us, until), act_moment_text(grant->used_us, used),
		grant->granted_by, grant->reason, act_moment_text(grant->created_us, created)};

	if (listing->place != NULL && strcmp(listing->place, grant->place) != 0)
		return WF_OK;
	listing->n++;
	return act_row_out(listing->call, cells, COUNT_OF(cells));
}

wf_status
act_grant_list(struct act_call *call)
{
	static const char *const columns[] = {"id:number", "user", "group", "place", "state",
		"until:time", "used:time", "granted-by", "reason", "created:time"};
	struct listing listing = {.call = call,
		.place = act_arg(call, "place"),
		.date_us = store_date_us(call->daemon->store)};
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	if (status == WF_OK)
		status = act_each_grant(call, act_arg(call, "user"), act_flag(call, "all", false),
			list_one, &listing);
	if (status != WF_OK)
		return status;
	return act_say(call, WF_OK, WF_NGETTEXT("%lu grant.", "%lu grants.", listing.n), listing.n);
}

/* --- end --- */

struct search {
	int64_t id;
	struct grant found; /* id 0: not found */
};

static wf_status
look(void *ctx, const struct grant *grant)
{
	struct search *search = ctx;

	if (grant->id != search->id)
		return WF_OK;
	search->found = *grant;
	return WF_NO;
}

wf_status
act_grant_end(struct act_call *call)
{
	struct search search = {.id = act_number(call, "id", 0)};
	const struct grant *grant = &search.found;
	struct act_change change;
	wf_status status = act_each_grant(call, NULL, false, look, &search);

	if (status == WF_OK && grant->id == 0)
		status = act_say(call, WF_NOT_FOUND,
			_("There is no grant %lld that could be ended; 'warifu grant list' shows "
			  "all."),
			(long long)search.id);
	if (status != WF_OK)
		return status;
	act_change_init(call, &change, grant->user, "grant %lld of %s%s for %s",
		(long long)grant->id, grant->members[0] == '\0' ? "" : "group ",
		grant->members[0] == '\0' ? grant->user : grant->members, grant->place);
	act_change_add(&change, EFFECT_GRANT_END, 0)->value = grant->id;
	status = act_commit(call, &change);
	if (status != WF_OK)
		return status;
	return act_say(call, WF_OK,
		_("Grant %lld for '%s' has ended; who is in stays in until the session ends."),
		(long long)grant->id, grant->place);
}
