/*
 * Who may not log in whatever he proves, because of what his account is: uid 0, names that
 * documents forbid, accounts that a product brings along, shared ones (C-12, C-13).  Pure.  It
 * follows from name and account alone; nothing of it shows in what is asked (I5).
 */
#include "config.h"

#include <stdio.h>
#include <strings.h>

#include "authd/policy/policy.h"
#include "authd/policy/policy_rules.h"

/*
 * Names by which products are delivered, and which guesses try first.  `forbidden` is the member of
 * accounts.forbidden_names.  Whatever its name, uid 0 is one that was brought along.
 */
static const struct {
	const char *name;
	int64_t forbidden; /* 0: no document names it */
} known_names[] = {
	{"administrator", NAME_ADMINISTRATOR},
	{"admin", NAME_ADMIN},
	{"root", NAME_ROOT},
	{"guest", NAME_GUEST},
	{"ec2-user", 0},
	{"pi", 0},
	{"ubuntu", 0},
	{"vagrant", 0},
};

/* Its place in the table; false: it has none. */
static bool
find_name(const char *name, size_t *place_r)
{
	for (size_t i = 0; i < sizeof(known_names) / sizeof(known_names[0]); i++)
		if (name != NULL && strcasecmp(known_names[i].name, name) == 0) {
			*place_r = i;
			return true;
		}
	return false;
}

bool
policy_name_is_default(const char *name)
{
	size_t place;

	return find_name(name, &place);
}

bool
policy_name_forbidden(const struct policy *policy, const char *name, enum account_kind kind,
	char rule_r[POLICY_RULE_SIZE])
{
	int64_t members =
		policy_members_of(policy, R_ACCOUNTS_FORBIDDEN_NAMES, kind, GUARD_NONE);
	size_t place;

	if (!find_name(name, &place) || (members & known_names[place].forbidden) == 0)
		return false;
	policy_held_rule(policy, R_ACCOUNTS_FORBIDDEN_NAMES, kind, GUARD_NONE,
		known_names[place].forbidden, rule_r);
	return true;
}

bool
policy_shared_forbidden(
	const struct policy *policy, enum account_kind kind, char rule_r[POLICY_RULE_SIZE])
{
	int64_t member = kind == ACCOUNT_PRIVILEGED ? SHARED_PRIVILEGED : SHARED_GENERAL;

	if ((policy_members_of(policy, R_ACCOUNTS_NOT_SHARED, kind, GUARD_NONE) & member) == 0)
		return false;
	policy_held_rule(policy, R_ACCOUNTS_NOT_SHARED, kind, GUARD_NONE, member, rule_r);
	return true;
}

bool
policy_root_refused(const struct policy_facts *facts, const struct policy_service *service)
{
	return facts->root && !(service->root_allowed && facts->zone == ZONE_CONSOLE);
}

static bool
root_is_refused(const struct policy *policy, const struct policy_facts *facts,
	const struct policy_service *service, char rule_r[POLICY_RULE_SIZE])
{
	policy_act_rule(policy, ACT_ROOT, rule_r);
	return policy_root_refused(facts, service);
}

static bool
name_is_refused(const struct policy *policy, const struct policy_facts *facts,
	const struct policy_service *service, char rule_r[POLICY_RULE_SIZE])
{
	(void)service;
	return policy_name_forbidden(policy, facts->user, facts->kind, rule_r);
}

/* Stopped, or by two kinds where that is allowed beside it (SCS-4-4-1-5). */
static bool
default_id_is_refused(const struct policy *policy, const struct policy_facts *facts,
	const struct policy_service *service, char rule_r[POLICY_RULE_SIZE])
{
	const struct policy_held *held =
		policy_held(policy, R_ACCOUNTS_DEFAULT_IDS, facts->kind, GUARD_NONE);
	size_t place;

	if (!held->set || (!facts->root && !find_name(facts->user, &place)))
		return false;
	policy_held_rule(policy, R_ACCOUNTS_DEFAULT_IDS, facts->kind, GUARD_NONE, 0, rule_r);
	return (held->value & DEFAULT_ID_MFA) == 0 || policy_kinds_least(policy, service) < 2;
}

bool
policy_default_id_refused(
	const struct policy *policy, const struct account *account, char rule_r[POLICY_RULE_SIZE])
{
	const struct policy_facts facts = {
		.user = account->name, .zone = ZONE_CONSOLE, .kind = account->kind,
		.root = account->uid == 0};

	for (size_t i = 0; i < policy->nservices; i++)
		if (policy->services[i].asked &&
			!policy_root_refused(&facts, &policy->services[i]) &&
			default_id_is_refused(policy, &facts, &policy->services[i], rule_r))
			return true;
	return false;
}

/* A person logs in as himself and goes on from there: sudo knows both names. */
static bool
shared_is_refused(const struct policy *policy, const struct policy_facts *facts,
	const struct policy_service *service, char rule_r[POLICY_RULE_SIZE])
{
	(void)service;
	if (facts->shared && !policy_shared_forbidden(policy, facts->kind, rule_r))
		(void)snprintf(rule_r, POLICY_RULE_SIZE, "%s", RULE_SHARED);
	return facts->shared;
}

static const struct {
	bool (*refused)(const struct policy *policy, const struct policy_facts *facts,
		const struct policy_service *service, char rule_r[POLICY_RULE_SIZE]);
	const char *reason;
} identities[] = {
	{root_is_refused, "root-login"},
	{name_is_refused, "forbidden-name"},
	{default_id_is_refused, "default-id"},
	{shared_is_refused, "shared-account"},
};

const char *
policy_identity_refused(const struct policy *policy, const struct policy_facts *facts,
	const struct policy_service *service, char rule_r[POLICY_RULE_SIZE])
{
	for (size_t i = 0; i < sizeof(identities) / sizeof(identities[0]); i++)
		if (identities[i].refused(policy, facts, service, rule_r))
			return identities[i].reason;
	return NULL;
}
