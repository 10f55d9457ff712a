/*
 * Services and clients against the documents: one that asks for fewer kinds than they want, and
 * that nothing can raise, does not start.  A service with `kinds = 1` is raised where a trigger
 * asks (policy_triggers.c); one with `ask`, or a client that sends the code alone, stays as it is.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>

#include "authd/config/comply_parts.h"
#include "authd/policy/policy_rules.h"
#include "common/i18n.h"

static const struct compose_cell *
cell_of(const struct config_load *load, enum rule_id rule)
{
	return &load->config->comply.composed.cells[rule][0]; /* neither is told apart by kind */
}

/* The claim that wants more of this service, and the parameter it is about; NULL: none does. */
static const struct compose_claim *
wanted_by(const struct config_load *load, const struct policy_service *service)
{
	const struct policy *policy = &load->config->policy;
	const struct compose_cell *kinds = cell_of(load, R_MFA_KINDS);
	const struct rules_claims *claims = &load->config->comply.claims;
	int64_t trigger;

	if (kinds->state == CELL_SET && kinds->value > 1)
		return kinds->by;
	trigger = policy_trigger_somewhere(policy, service);
	if (service->ask == 0 || trigger == 0)
		return NULL;
	return compose_member(claims->list, claims->n, rule_spec(R_MFA_REQUIRED), 0, trigger);
}

static void
check_service(struct config_load *load, const struct policy_service *service)
{
	const struct compose_claim *claim;
	char who[CONFIG_CLAIM_SIZE];

	if (!service->asked || service->demand_origin.line == 0 ||
		__builtin_popcount(policy_asks(&load->config->policy, service)) > 1)
		return;
	claim = wanted_by(load, service);
	if (claim == NULL)
		return;
	comply_point_at(load, &service->demand_origin);
	config_fail(load, service->demand_origin.line,
		_("'%s' asks for fewer kinds of factors than what is complied with: %s demands two "
		  "(%s). Let it ask for both, or write a section 'deviate \"%s\"', and 'kinds = 2' "
		  "into section 'mfa' for all others"),
		service->name, config_claim_text(claim, who), claim->spec->name,
		claim->spec->name);
}

/* Every login at once may not be let off what documents want of some. */
static void
check_kinds(struct config_load *load)
{
	const struct policy_number *number = &load->config->policy.numbers[P_MFA_KINDS];
	const struct compose_cell *required = cell_of(load, R_MFA_REQUIRED);
	char who[CONFIG_CLAIM_SIZE];

	if (number->origin.line == 0 || number->value > 1 || required->state != CELL_SET ||
		required->value == 0)
		return;
	comply_point_at(load, &number->origin);
	config_fail(load, number->origin.line,
		_("'mfa.kinds' is weaker than what is complied with: %s demands two kinds of some "
		  "logins. Take it out, and write 'kinds = 1' into the sections of services that "
		  "may ask for one"),
		config_claim_text(required->by, who));
}

/* An address counts as a factor where all documents say so, and only there (C-05, C-11). */
static void
check_trusted(struct config_load *load)
{
	const struct policy *policy = &load->config->policy;
	const int64_t counts =
		policy_members_of(policy, R_MFA_COUNTS, ACCOUNT_GENERAL, GUARD_MFA);
	const int64_t change =
		policy_members_of(policy, R_FIREWALL_CHANGE, ACCOUNT_GENERAL, GUARD_MFA);

	if (policy->ntrusted == 0 || (counts & KIND_OTHER) != 0 ||
		(change & FIREWALL_TRUSTED_ADDRESS) != 0)
		return;
	comply_point_at(load, &policy->trusted_origin);
	config_fail(load, policy->trusted_origin.line, "%s",
		_("'source.trusted' has no meaning here: an address counts as a factor only where "
		  "every document that is complied with lets it (see 'warifu policy why "
		  "mfa.counts'); take it out"));
}

void
comply_check_services(struct config_load *load)
{
	const struct policy *policy = &load->config->policy;

	if (load->config->comply.n == 0)
		return;
	check_trusted(load);
	check_kinds(load);
	for (size_t i = 0; i < policy->nservices; i++)
		check_service(load, &policy->services[i]);
}
