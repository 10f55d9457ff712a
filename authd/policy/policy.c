/*
 * What a login must prove.  Pure: facts in, a demand out; may not know the account's secrets, the
 * store, or what was answered.  Prompts are filled before anything is decided, so that no denial
 * can be told from a demand by what is asked (I5).
 */
#include "config.h"

#include "authd/policy/policy.h"

#include <stdio.h>
#include <string.h>

#include "authd/policy/policy_rules.h"

enum { PROMPT_FIRST = 1, PROMPT_SECOND = 2 };

/* Two different kinds (SCS-4-1-3-3): those of them count that mfa.counts allows (C-05). */
static const unsigned pairs[] = {
	KIND_KNOWLEDGE | KIND_POSSESSION,
	KIND_KNOWLEDGE | KIND_BIOMETRIC,
	KIND_POSSESSION | KIND_BIOMETRIC,
	KIND_KNOWLEDGE | KIND_OTHER,
	KIND_POSSESSION | KIND_OTHER,
	KIND_BIOMETRIC | KIND_OTHER,
};
_Static_assert(sizeof(pairs) / sizeof(pairs[0]) <= POLICY_ALTERNATIVES_MAX, "room for all");

static void
add_set(struct policy_demand *demand, unsigned kinds, const char *rule)
{
	struct policy_set *set = &demand->sets[demand->nsets++];

	set->kinds = kinds;
	(void)snprintf(set->rule, sizeof(set->rule), "%s", rule);
}

/* The source address only where it is given; a password, where one must be among them (C-06). */
static void
add_pairs(const struct policy *policy, struct policy_demand *demand, const char *rule)
{
	const unsigned counts = (unsigned)policy_members_of(
		policy, R_MFA_COUNTS, ACCOUNT_GENERAL, GUARD_MFA);
	const bool password =
		policy_number_of(policy, R_MFA_PASSWORD, ACCOUNT_GENERAL, GUARD_MFA) != 0;
	const unsigned may = (counts & ~(unsigned)KIND_OTHER) | demand->given;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if ((pairs[i] & may) == pairs[i] &&
			(!password || (pairs[i] & KIND_KNOWLEDGE) != 0))
			add_set(demand, pairs[i], rule);
}

static void
add_prompt(struct policy_demand *demand, uint8_t id, enum wf_text_id text, int64_t ttl_s)
{
	demand->prompts[demand->nprompts++] = (struct wf_prompt){
		.id = id, .echo = false, .text = text, .ttl_s = (uint32_t)ttl_s};
}

unsigned
policy_asks(const struct policy *policy, const struct policy_service *service)
{
	int64_t kinds = service->kinds > 0 ? service->kinds : policy_kinds(policy);

	if (service->ask != 0)
		return service->ask;
	return kinds < 2 ? POLICY_ASK_PASSWORD : POLICY_ASK_PASSWORD | POLICY_ASK_CODE;
}

/* With the line: what such a service lacks stands in a PAM stanza that nobody here sees. */
static void
ask_rule(const struct policy_service *service, char *text_r, size_t size)
{
	const char *file = service->demand_origin.file;
	const char *slash = strrchr(file, '/');

	(void)snprintf(text_r, size, "service.ask (%.20s, %.18s:%d)", service->name,
		slash == NULL ? file : slash + 1, service->demand_origin.line);
}

void
policy_kinds_rule(const struct policy *policy, const struct policy_service *service,
	char text_r[POLICY_RULE_SIZE])
{
	if (service->ask != 0)
		ask_rule(service, text_r, POLICY_RULE_SIZE);
	else if (service->kinds > 0)
		(void)snprintf(text_r, POLICY_RULE_SIZE, "service.kinds (%.40s)", service->name);
	else
		policy_held_rule(policy, R_MFA_KINDS, ACCOUNT_GENERAL, GUARD_MFA, 0, text_r);
}

#define ASK_BOTH ((unsigned)POLICY_ASK_PASSWORD | (unsigned)POLICY_ASK_CODE)

/* What is asked here, and by which rule: the service's own line, or what documents put above it. */
static unsigned
asks_here(const struct policy *policy, const struct policy_service *service,
	const struct policy_facts *facts, char rule_r[POLICY_RULE_SIZE], struct origin *origin_r)
{
	const unsigned asks = policy_asks(policy, service);
	int64_t trigger;

	policy_kinds_rule(policy, service, rule_r);
	*origin_r = service->ask != 0 || service->kinds > 0
			    ? service->demand_origin
			    : policy_held(policy, R_MFA_KINDS, ACCOUNT_GENERAL, GUARD_MFA)->origin;
	if (asks == ASK_BOTH)
		return asks;
	trigger = policy_trigger(policy, service, facts);
	if (facts->admin_entry) {
		policy_act_rule(policy, ACT_CLIENT_CLASS, rule_r);
		*origin_r = (struct origin){.force = "default"};
		memcpy(origin_r->criterion, policy->values.acts[ACT_CLIENT_CLASS],
			sizeof(origin_r->criterion));
	} else if (trigger != 0) {
		policy_held_rule(
			policy, R_MFA_REQUIRED, ACCOUNT_GENERAL, GUARD_MFA, trigger, rule_r);
		*origin_r = *policy_member_origin(
			policy, R_MFA_REQUIRED, ACCOUNT_GENERAL, GUARD_MFA, trigger);
	}
	return facts->admin_entry || trigger != 0 ? ASK_BOTH : asks;
}

bool
policy_source_trusted(const struct policy *policy, const struct policy_facts *facts)
{
	for (size_t i = 0; facts->vouched && i < policy->ntrusted; i++)
		if (wf_network_contains(&policy->trusted[i], &facts->source))
			return true;
	return false;
}

/*
 * What stands in for a second kind without being asked: an address that somebody trustworthy has
 * told, where all documents let it count (C-05).  Behind a client where firewalls are administered
 * they must let it do there as well (C-11); those that count no addresses may do so, unless one of
 * them wants two kinds of everybody who administers there.
 */
static unsigned
given_by(const struct policy *policy, const struct policy_service *service,
	const struct policy_facts *facts)
{
	const int64_t counts = policy_members_of(policy, R_MFA_COUNTS, ACCOUNT_GENERAL, GUARD_MFA);
	const int64_t change =
		policy_members_of(policy, R_FIREWALL_CHANGE, ACCOUNT_GENERAL, GUARD_MFA);
	const bool counted = (counts & KIND_OTHER) != 0;
	const bool enough =
		facts->admin_entry
			? (change & FIREWALL_TRUSTED_ADDRESS) != 0 &&
				  (counted || policy_trigger(policy, service, facts) == 0)
			: counted;

	return enough && policy_source_trusted(policy, facts) ? KIND_OTHER : KIND_NONE;
}

static void
add_login_prompts(const struct policy *policy, unsigned asks, struct policy_demand *demand)
{
	const int64_t ttl = policy_value(policy, P_PERSON_DEADLINE_S);

	if ((asks & POLICY_ASK_PASSWORD) != 0)
		add_prompt(demand, PROMPT_FIRST, WF_TEXT_PASSWORD, ttl);
	if ((asks & POLICY_ASK_CODE) != 0 && demand->given == KIND_NONE)
		add_prompt(demand, PROMPT_SECOND, WF_TEXT_CODE, ttl);
}

void
policy_demand_login(const struct policy *policy, const struct policy_service *service,
	const struct policy_facts *facts, struct policy_demand *demand)
{
	char rule[POLICY_RULE_SIZE];
	const unsigned asks = asks_here(policy, service, facts, rule, &demand->origin);

	demand->given = asks == ASK_BOTH ? given_by(policy, service, facts) : KIND_NONE;
	demand->password_elsewhere = asks == POLICY_ASK_CODE;
	add_login_prompts(policy, asks, demand);
	if (asks == POLICY_ASK_PASSWORD)
		add_set(demand, KIND_KNOWLEDGE, rule);
	else if (asks == POLICY_ASK_CODE)
		add_set(demand, KIND_POSSESSION, rule);
	else
		add_pairs(policy, demand, rule);
}

static void
demand_change(const struct policy *policy, struct policy_demand *demand)
{
	add_prompt(demand, PROMPT_FIRST, WF_TEXT_CURRENT_PASSWORD,
		policy_value(policy, P_PERSON_DEADLINE_S));
	add_set(demand, KIND_KNOWLEDGE, RULE_CHANGE);
	/* a recovery code, for who forgot the old one */
	add_set(demand, KIND_POSSESSION, RULE_CHANGE);
}

/* Why these facts can end in no login, or NULL; who it is was looked at before. */
static const char *
denial(const struct policy *policy, const struct policy_facts *facts, char rule_r[POLICY_RULE_SIZE])
{
	const bool privileged = facts->kind == ACCOUNT_PRIVILEGED;
	const struct {
		bool applies;
		enum rule_act act;
		const char *reason;
	} rows[] = {
		{!facts->known, ACT_KNOWN, "unknown-user"},
		{facts->kind == ACCOUNT_SERVICE, ACT_SERVICE_ACCOUNT, "service-account"},
		{facts->outside_groups, ACT_CLIENT_GROUPS, "group"},
		{facts->outside_scope, ACT_SCOPE, "scope"},
		{facts->ungranted, ACT_GRANTS, "no-grant"},
		{facts->admin_entry && !privileged, ACT_CLIENT_CLASS, "not-privileged"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!rows[i].applies)
			continue;
		policy_act_rule(policy, rows[i].act, rule_r);
		return rows[i].reason;
	}
	return NULL;
}

static void
deny(struct policy_demand *demand, const char *reason, const char *rule)
{
	demand->decision = POLICY_DENY;
	demand->origin = (struct origin){.line = 0};
	(void)snprintf(demand->reason, sizeof(demand->reason), "%s", reason);
	(void)snprintf(demand->rule, sizeof(demand->rule), "%s", rule);
}

static void
not_asked(struct policy_demand *demand_r, const char *rule)
{
	*demand_r = (struct policy_demand){.decision = POLICY_NOT_ASKED};
	(void)snprintf(demand_r->rule, sizeof(demand_r->rule), "%s", rule);
}

void
policy_eval(const struct policy *policy, const struct policy_facts *facts,
	struct policy_demand *demand_r)
{
	const struct policy_service *service = policy_service_find(policy, facts->service);
	struct policy_demand demand = {.decision = POLICY_DEMAND};
	char rule[POLICY_RULE_SIZE];
	const char *reason = policy_identity_refused(policy, facts, service, rule);

	if (!service->asked) {
		not_asked(demand_r, RULE_NOT_ASKED);
		return;
	}
	if (facts->exempt && reason == NULL) {
		not_asked(demand_r, RULE_EXEMPT);
		return;
	}
	if (facts->purpose == WF_PURPOSE_CHANGE)
		demand_change(policy, &demand);
	else
		policy_demand_login(policy, service, facts, &demand);
	(void)snprintf(demand.rule, sizeof(demand.rule), "%s", demand.sets[0].rule);
	if (reason == NULL)
		reason = denial(policy, facts, rule);
	if (reason != NULL)
		deny(&demand, reason, rule);
	*demand_r = demand;
}

bool
policy_satisfied(const struct policy_demand *demand, unsigned proved)
{
	/* an address is no answer, nor is one of another login this one's */
	const unsigned have = (proved & ~(unsigned)KIND_OTHER) | demand->given;

	if (demand->decision != POLICY_DEMAND)
		return false;
	for (size_t i = 0; i < demand->nsets; i++) {
		unsigned kinds = demand->sets[i].kinds;

		if (kinds != KIND_NONE && (have & kinds) == kinds)
			return true;
	}
	return false;
}
