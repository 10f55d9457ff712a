/*
 * What is let off, against the documents: services with important data that anybody may enter,
 * service accounts, which come with a key alone and are asked for nothing, and privileged accounts
 * that do not say whose they are, so that their passwords are compared with no others.  No value of
 * the policy says so; `policy check` names the services, the accounts and the criteria.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/account/internal.h"
#include "authd/account/policy_view.h"
#include "authd/policy/policy_rules.h"
#include "common/fault.h"

#define NAMES_SIZE 256

struct allowed {
	const struct policy_view *view;
	const struct rules_claims *claims;
	struct policy *asking; /* the policy, as if one claim alone asked for second factors */
	int64_t date_us;
	policy_allowed_visit *put;
	void *ctx;
	char nobodys[NAMES_SIZE]; /* privileged accounts without a person: "adm1, adm2" */
};

static const struct policy *
policy_of(const struct allowed *allowed)
{
	return &allowed->view->call->daemon->config->policy;
}

static wf_status
put_row(const struct allowed *allowed, const char *parameter, const char *profile,
	const struct rules_criterion *criterion, const char *value, const char *in_force,
	bool deviates, const char *note)
{
	const struct policy_allowed row = {
		parameter, profile, criterion, value, in_force, deviates, note};

	return allowed->put(allowed->ctx, &row);
}

/* A name behind the others; those for which there is no room are three dots. */
static void
add_name(char names[NAMES_SIZE], const char *name)
{
	static const char more[] = ", ...";
	const size_t len = strlen(names);
	const char *comma = len == 0 ? "" : ", ";

	if (len + strlen(comma) + strlen(name) + sizeof(more) <= NAMES_SIZE)
		(void)snprintf(names + len, NAMES_SIZE - len, "%s%s", comma, name);
	else if (len < sizeof(more) || strcmp(names + len + 1 - sizeof(more), more) != 0)
		(void)snprintf(names + len, NAMES_SIZE - len, "%s", more);
}

/* --- services: conditions for who may enter --- */

static wf_status
check_services_by(struct allowed *allowed, const struct rules_profile *profile,
	const struct rules_criterion *criterion)
{
	char names[NAMES_SIZE];
	const bool open =
		config_entry_open(allowed->view->call->daemon->config, names, sizeof(names));

	return put_row(allowed, "register.grants", profile->name, criterion, "required", names,
		open,
		open ? _("Important data, and anybody with an account may enter: say who may "
			 "('grants', or the 'groups' of a client), or the class of the data.")
		     : _("Of the services that are listed: one that is not asks for no grant."));
}

static wf_status
check_services_of(struct allowed *allowed, const struct rules_profile *profile)
{
	const struct rules_book *book = policy_view_book(allowed->view);
	const struct rules_catalogue *catalogue = rules_catalogue_find(book, profile->criteria);
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && catalogue != NULL && i < catalogue->n; i++) {
		const struct rules_criterion *criterion = &catalogue->criteria[i];

		if (config_entry_is_about(criterion) && rules_asks(book, profile, criterion))
			status = check_services_by(allowed, profile, criterion);
	}
	return status;
}

/* --- service accounts --- */

/* The zone of one of the networks that it may come from. */
static enum zone
zone_of(const struct policy *policy, const char *network, size_t len)
{
	struct wf_source source;
	char address[64];

	(void)snprintf(address, sizeof(address), "%.*s", (int)len, network);
	address[strcspn(address, "/")] = '\0';
	wf_source_from_pam(address, NULL, &source);
	return policy_zone(policy, &source, false);
}

/* What the claim asks of it where a key is enough, from any of its places; 0: nothing. */
static int64_t
asked_of(const struct allowed *allowed, const struct account *account)
{
	const struct policy *asking = allowed->asking;
	const char *node = allowed->view->call->daemon->config->node;
	int64_t bits = 0;

	for (const char *at = account->sources; *at != '\0'; at += strspn(at, " ")) {
		const size_t len = strcspn(at, " ");

		for (size_t i = 0; i < asking->nservices; i++) {
			const struct policy_service *service = &asking->services[i];
			const struct policy_facts facts = {.service = service->name,
				.host = node,
				.zone = zone_of(asking, at, len),
				.kind = ACCOUNT_SERVICE,
				.known = true};

			if (service->asked && service->key_only)
				bits |= policy_trigger(asking, service, &facts);
		}
		at += len;
	}
	return bits;
}

static void
ask_by(struct allowed *allowed, const struct compose_claim *claim)
{
	for (size_t i = 0; i < RULE_CELLS; i++)
		allowed->asking->values.held[R_MFA_REQUIRED][i] =
			(struct policy_held){.set = true, .value = claim->value};
}

static wf_status
check_key(struct allowed *allowed, const struct compose_claim *claim,
	const struct rules_criterion *criterion, const struct account *account)
{
	char value[RULE_VALUE_SIZE];
	int64_t bits;

	if (claim->spec != rule_spec(R_MFA_REQUIRED))
		return WF_OK;
	ask_by(allowed, claim);
	bits = asked_of(allowed, account);
	if (bits == 0)
		return WF_OK;
	return put_row(allowed, claim->spec->name, claim->profile, criterion,
		rule_value_text(claim->spec, bits, value), account->name, true,
		_("A service account: it comes with a key alone, from listed places, and proves "
		  "no second factor."));
}

static wf_status
check_age(struct allowed *allowed, const struct compose_claim *claim,
	const struct rules_criterion *criterion, const struct account *account)
{
	const int64_t set_us = account->password.set_us;
	const int64_t days = (allowed->date_us - set_us) / (86400 * US_PER_S);
	char value[RULE_VALUE_SIZE], in_force[sizeof(account->name) + 24];

	if (claim->spec != rule_spec(R_PASSWORD_MAX_AGE) || set_us == 0 || days <= claim->value)
		return WF_OK;
	(void)snprintf(in_force, sizeof(in_force), "%s: %lldd", account->name, (long long)days);
	return put_row(allowed, claim->spec->name, claim->profile, criterion,
		rule_value_text(claim->spec, claim->value, value), in_force, true,
		_("The password of this service account is older than that: change it."));
}

static wf_status
check_service_account(struct allowed *allowed, const struct account *account)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < allowed->claims->n; i++) {
		const struct compose_claim *claim = allowed->claims->list[i];
		const struct rules_criterion *criterion = rules_criterion_find(
			policy_view_book(allowed->view), claim->origin.criterion);

		if (claim->sort != CLAIM_VALUE || !compose_binds(claim) || criterion == NULL ||
			(claim->kinds & 1U << ACCOUNT_SERVICE) == 0)
			continue;
		status = check_key(allowed, claim, criterion, account);
		if (status == WF_OK)
			status = check_age(allowed, claim, criterion, account);
	}
	return status;
}

/* --- privileged accounts: whose they are (C-20) --- */

/* What nobody here can compare is somebody else's. */
static bool
wants_persons(const struct compose_claim *claim)
{
	return claim->spec == rule_spec(R_PASSWORD_UNIQUE) && claim->sort == CLAIM_VALUE &&
	       (claim->value & (REUSE_SYSTEMS | REUSE_SERVICES)) != 0 && compose_binds(claim);
}

static wf_status
check_persons(struct allowed *allowed)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < allowed->claims->n; i++) {
		const struct compose_claim *claim = allowed->claims->list[i];
		const struct rules_criterion *criterion = rules_criterion_find(
			policy_view_book(allowed->view), claim->origin.criterion);
		char value[RULE_VALUE_SIZE];

		if (allowed->nobodys[0] == '\0' || !wants_persons(claim) || criterion == NULL)
			continue;
		status = put_row(allowed, claim->spec->name, claim->profile, criterion,
			rule_value_text(claim->spec, claim->value, value), allowed->nobodys,
			true,
			_("Privileged accounts that do not say whose they are: 'warifu user set "
			  "USER --person TEXT', for each account of that person."));
	}
	return status;
}

/* --- all of them --- */

static wf_status
check_account(void *ctx, const struct account *account)
{
	struct allowed *allowed = ctx;

	if (account->state != ACCOUNT_ENABLED || account->standing != STANDING_MANAGED)
		return WF_OK;
	if (account->kind == ACCOUNT_PRIVILEGED && account->person[0] == '\0')
		add_name(allowed->nobodys, account->name);
	return account->kind == ACCOUNT_SERVICE ? check_service_account(allowed, account) : WF_OK;
}

static wf_status
check_profiles(struct allowed *allowed, const char *against)
{
	const struct config_comply *comply = allowed->view->comply;
	const struct rules_book *book = policy_view_book(allowed->view);
	size_t n = against != NULL ? 1 : comply->n;
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < n; i++) {
		const struct rules_profile *profile =
			rules_profile_find(book, against != NULL ? against : comply->names[i]);

		if (profile != NULL)
			status = check_services_of(allowed, profile);
	}
	return status;
}

wf_status
policy_view_allowed(const struct policy_view *view, const struct rules_claims *claims,
	const char *against, policy_allowed_visit *put, void *ctx)
{
	struct allowed allowed = {.view = view,
		.claims = claims,
		.asking = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(sizeof(*allowed.asking)),
		.date_us = store_date_us(view->call->daemon->store),
		.put = put,
		.ctx = ctx};
	wf_status status;

	if (allowed.asking == NULL)
		return act_say_store(view->call, WF_NO_MEMORY, NULL);
	*allowed.asking = *policy_of(&allowed);
	status = check_profiles(&allowed, against);
	if (status == WF_OK)
		status = act_each_account(view->call, 0, check_account, &allowed);
	if (status == WF_OK)
		status = check_persons(&allowed);
	free(allowed.asking);
	return status;
}
