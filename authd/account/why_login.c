/*
 * What a login would be asked for, by which criterion, from which line of which file.  Asks
 * policy_eval() and policy_account(), as the engine does, and the store for a grant where one is
 * needed; decides nothing itself.  A lock is not looked at.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"

#include "authd/policy/policy_rules.h"

#define ORIGIN_SIZE 192

/* The grant by which the account enters, where it needs one. */
struct entrance {
	bool needed;
	struct grant grant; /* id 0 = there is none that holds */
};

static void
fill_place(const struct act_call *call, struct policy_facts *facts)
{
	const struct config *config = call->daemon->config;
	const struct config_client *client = config_client_find(&config->radius, facts->service);
	const char *from = act_arg(call, "from");
	bool console = policy_service_find(&config->policy, facts->service)->console;

	wf_source_from_pam(from, from == NULL ? "tty1" : NULL, &facts->source);
	facts->zone = policy_zone(&config->policy, &facts->source, console);
	/* who proves himself to the command warifu enters nothing */
	facts->host = client == NULL && strcmp(facts->service, WF_PROOF_SERVICE) != 0
			      ? config->node
			      : NULL;
	facts->vouched = facts->source.remote;
	if (client == NULL)
		return;
	facts->vouched = facts->vouched && client->trust_calling_station;
	facts->admin_entry = policy_class_administers(client->entry.class);
	if (!facts->vouched)
		facts->zone = client->zone;
}

static void
fill_account(const struct act_call *call, const struct account *account,
	struct policy_facts *facts)
{
	const struct config *config = call->daemon->config;
	const struct config_client *client = config_client_find(&config->radius, facts->service);

	facts->known = account->standing == STANDING_MANAGED;
	facts->exempt = client == NULL &&
			policy_exempt(account, wf_clock_now(&call->daemon->clock).wall_us);
	facts->kind = account->kind;
	facts->root = account->uid == 0;
	facts->shared = account->shared;
	facts->outside_groups = client != NULL && !config_groups_match(&client->groups,
							  account->groups, account->ngroups);
	facts->outside_scope = !policy_in_scope(&config->policy, facts->service, facts->host,
		account->groups, account->ngroups);
}

static wf_status
visit_grant(void *ctx, const struct grant *grant)
{
	struct grant *wanted = ctx;

	if (grant->id != wanted->id)
		return WF_OK;
	*wanted = *grant;
	return WF_NO;
}

/* As at a login: by the same look-up. */
static wf_status
look_for_grant(struct act_call *call, struct policy_facts *facts, struct entrance *entrance)
{
	struct store_job job;
	struct store_read *read = &job.u.read;
	struct policy_entry entry;
	wf_status status;

	policy_entry_of(&call->daemon->config->policy, facts->service, facts->host, &entry);
	entrance->needed = entry.grants == GRANTS_REQUIRED;
	if (!entrance->needed)
		return WF_OK;
	store_job_init(&job, STORE_READ);
	read->name = facts->user;
	read->uid = -1;
	read->bare = true;
	read->grant_service = facts->service;
	read->grant_host = facts->host;
	read->date_us = store_date_us(call->daemon->store);
	status = store_run(call->daemon->store, &job);
	if (status != WF_OK)
		return act_say_store(call, status, job.cause);
	entrance->grant.id = read->grant;
	facts->ungranted = read->grant == 0;
	return read->grant == 0 ? WF_OK
				: act_each_grant(call, NULL, false, visit_grant, &entrance->grant);
}

/* Nobody is asked for one who is refused, nor whom nobody asks for anything: jobs, exempt users. */
static bool
enters_by_grant(const struct entrance *entrance, const struct policy_demand *demand)
{
	const bool let_off = demand->decision == POLICY_NOT_ASKED && demand->reason[0] == '\0';

	return entrance->needed && demand->decision != POLICY_DENY && !let_off;
}

/* " A grant ..."; "" where none is needed, or the refusal says it. */
static void
grant_text(const struct entrance *entrance, const struct policy_demand *demand, char *text_r,
	size_t size)
{
	const struct grant *grant = &entrance->grant;
	const char *group = grant->members;
	char until[ACT_TIME_SIZE];

	text_r[0] = '\0';
	if (!enters_by_grant(entrance, demand))
		return;
	if (group[0] == '\0')
		(void)snprintf(text_r, size,
			_(" One enters there by a grant alone: number %lld, for '%s', ends on %s."),
			(long long)grant->id, grant->place, act_time(grant->until_us, until));
	else
		(void)snprintf(text_r, size,
			_(" One enters there by a grant alone: number %lld, of group '%s', for "
			  "'%s', ends on %s."),
			(long long)grant->id, group, grant->place,
			act_time(grant->until_us, until));
}

static const char *
asked_text(const struct policy_demand *demand)
{
	static const char *const texts[] = {N_("Nobody is asked for anything here."),
		N_("The password is asked for."),
		N_("The password and a one-time code are asked for.")};

	if (demand->decision == POLICY_NOT_ASKED && demand->reason[0] != '\0')
		return _("Nothing is asked for: the key of the service account is enough.");
	if (demand->decision == POLICY_NOT_ASKED)
		return _(texts[0]);
	if (demand->given != 0)
		return _("The password is asked for; the address counts as the other factor.");
	if (demand->password_elsewhere)
		return _("The one-time code is asked for; another module asks for the password.");
	return _(texts[demand->nprompts]);
}

static void
explain(const struct entrance *entrance, const struct policy_demand *demand, char *text_r,
	size_t size)
{
	const bool denied = demand->decision == POLICY_DENY;
	char granted[384];

	grant_text(entrance, demand, granted, sizeof(granted));
	(void)snprintf(text_r, size, "%s%s%s%s", asked_text(demand), denied ? " " : "",
		denied ? act_why_reason(demand->reason) : "", granted);
}

static wf_status
send_row(struct act_call *call, const struct policy_facts *facts,
	const struct policy_demand *demand, const struct entrance *entrance)
{
	static const char *const columns[] = {"user", "service", "source", "zone", "result",
		"reason", "rule", "criterion", "origin", "explanation"};
	static const char *const zones[] = {"internet", "internal", "console"};
	static const char *const results[] = {"refused", "asked", "not-asked"};
	char origin[ORIGIN_SIZE], explanation[512], criterion[POLICY_CRITERION_SIZE];
	const char *cells[] = {act_arg(call, "user"), facts->service, facts->source.text,
		zones[facts->zone], results[demand->decision], demand->reason, demand->rule,
		criterion, origin, explanation};
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	/* who says how many kinds is not who refuses */
	policy_rule_criterion(demand->rule, criterion);
	if (demand->decision != POLICY_DENY)
		(void)snprintf(criterion, sizeof(criterion), "%s", demand->origin.criterion);

	if (demand->origin.line == 0)
		(void)snprintf(origin, sizeof(origin), "%s", _("built in"));
	else
		(void)snprintf(origin, sizeof(origin), "%s:%d", demand->origin.file,
			demand->origin.line);
	explain(entrance, demand, explanation, sizeof(explanation));
	return status == WF_OK ? act_row_out(call, cells, COUNT_OF(cells)) : status;
}

/*
 * The line that wants a denial: of the parameter that its rule names, where the criterion that is
 * told decides.  What no document asks for is built in.
 */
static void
find_origin(const struct policy *policy, const struct policy_facts *facts,
	struct policy_demand *demand)
{
	char name[POLICY_RULE_SIZE], criterion[POLICY_CRITERION_SIZE];
	const struct rule_spec *spec;
	const struct origin *origin;

	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(demand->rule, " "), demand->rule);
	spec = rule_find(name);
	if (demand->decision != POLICY_DENY || spec == NULL)
		return;
	policy_rule_criterion(demand->rule, criterion);
	origin = policy_member_origin(
		policy, (enum rule_id)rule_index(spec), facts->kind, GUARD_NONE, 0);
	if (criterion[0] != '\0' && strcmp(origin->criterion, criterion) == 0)
		demand->origin = *origin;
}

/* What the account phase says once all has been proved; a service account has its key. */
static void
judge_account(const struct act_call *call, const struct account *account,
	struct policy_facts *facts, struct policy_demand *demand)
{
	struct policy_account_answer answer;

	facts->completed = KIND_KNOWLEDGE | KIND_POSSESSION | KIND_BIOMETRIC;
	facts->ssh_key = account->kind == ACCOUNT_SERVICE;
	policy_account(&call->daemon->config->policy, facts, account,
		store_date_us(call->daemon->store), &answer);
	if (answer.verdict == WF_VERDICT_REJECT || answer.verdict == WF_VERDICT_EXPIRED)
		demand->decision = POLICY_DENY;
	else if (answer.verdict == WF_VERDICT_ACCEPT && facts->ssh_key)
		demand->decision = POLICY_NOT_ASKED;
	else
		return;
	demand->origin = (struct origin){.line = 0};
	(void)snprintf(demand->reason, sizeof(demand->reason), "%s", answer.reason);
	(void)snprintf(demand->rule, sizeof(demand->rule), "%s", answer.rule);
}

wf_status
act_why_login(struct act_call *call)
{
	const char *service = act_arg(call, "service");
	struct policy_facts facts = {.service = service == NULL ? "sshd" : service,
		.user = act_arg(call, "user"),
		.purpose = WF_PURPOSE_LOGIN};
	struct entrance entrance = {.needed = false};
	struct policy_demand demand;
	struct act_subject subject;
	wf_status status = act_subject_read(call, act_arg(call, "user"), &subject);
	const bool found = status == WF_OK;

	if (!found && status != WF_NOT_FOUND)
		return status;
	fill_place(call, &facts);
	if (act_arg(call, "from") != NULL && strncmp(facts.source.text, "name:", 5) == 0)
		return act_say(call, WF_INVALID,
			_("'%s' is no address: write one such as 192.0.2.7."),
			act_arg(call, "from"));
	if (found)
		fill_account(call, &subject.account, &facts);
	status = found ? look_for_grant(call, &facts, &entrance) : WF_OK;
	if (status != WF_OK)
		return status;
	policy_eval(&call->daemon->config->policy, &facts, &demand);
	if (found)
		judge_account(call, &subject.account, &facts, &demand);
	find_origin(&call->daemon->config->policy, &facts, &demand);
	if (policy_service_find(&call->daemon->config->policy, facts.service)->name[0] == '\0')
		act_say_more(call,
			_("Nothing is said of a service '%s': this holds for each that is not "
			  "named; 'warifu service list' has those that are."),
			facts.service);
	(void)act_say_observed(call);
	return send_row(call, &facts, &demand, &entrance);
}
