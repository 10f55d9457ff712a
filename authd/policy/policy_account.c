/*
 * The account phase: may this account use this service now, given what its login has proved?  Pure.
 * One list of questions in order; the first that has an answer gives it.
 */
#include "config.h"

#include "authd/policy/policy.h"

#include <stdio.h>
#include <string.h>

#include "authd/policy/policy_password.h"
#include "authd/policy/policy_rules.h"

/* Everything that the questions look at. */
struct question {
	const struct policy *policy;
	const struct policy_facts *facts;
	const struct policy_service *service;
	const struct account *account; /* NULL = none */
	int64_t wall_us;
};

static void
answer(struct policy_account_answer *answer_r, enum wf_verdict verdict, const char *reason,
	const char *rule)
{
	answer_r->verdict = verdict;
	(void)snprintf(answer_r->reason, sizeof(answer_r->reason), "%s", reason);
	(void)snprintf(answer_r->rule, sizeof(answer_r->rule), "%s", rule);
}

/* By something that the daemon always does. */
static void
answer_by(const struct question *q, enum rule_act act, enum wf_verdict verdict, const char *reason,
	struct policy_account_answer *answer_r)
{
	char rule[POLICY_RULE_SIZE];

	policy_act_rule(q->policy, act, rule);
	answer(answer_r, verdict, reason, rule);
}

bool
policy_exempt(const struct account *account, int64_t wall_us)
{
	return account != NULL && account->standing == STANDING_EXEMPT &&
	       account->standing_until_us != 0 && wall_us < account->standing_until_us;
}

/* Each returns true when it has answered. */

static bool
ask_state(const struct question *q, struct policy_account_answer *answer_r)
{
	if (q->account == NULL || q->account->state == ACCOUNT_ENABLED)
		return false;
	answer_by(q, ACT_STATE, WF_VERDICT_REJECT, "disabled", answer_r);
	return true;
}

static bool
ask_validity(const struct question *q, struct policy_account_answer *answer_r)
{
	const struct account *account = q->account;

	if (account == NULL)
		return false;
	if (account->valid_from_us != 0 && q->wall_us < account->valid_from_us)
		answer_by(q, ACT_VALIDITY, WF_VERDICT_EXPIRED, "not-yet-valid", answer_r);
	else if (account->valid_until_us != 0 && q->wall_us >= account->valid_until_us)
		answer_by(q, ACT_VALIDITY, WF_VERDICT_EXPIRED, "expired", answer_r);
	else
		return false;
	return true;
}

static bool
ask_asked(const struct question *q, struct policy_account_answer *answer_r)
{
	if (q->service->asked)
		return false;
	answer(answer_r, WF_VERDICT_IGNORE, "not-asked", RULE_NOT_ASKED);
	return true;
}

static bool
ask_known(const struct question *q, struct policy_account_answer *answer_r)
{
	if (q->account != NULL)
		return false;
	answer_by(q, ACT_KNOWN, WF_VERDICT_REJECT, "unknown-user", answer_r);
	return true;
}

/* Root in its own sudo has been root before: nothing is gained by it. */
static bool
ask_identity(const struct question *q, struct policy_account_answer *answer_r)
{
	char rule[POLICY_RULE_SIZE];
	const char *reason = policy_identity_refused(q->policy, q->facts, q->service, rule);

	if (q->facts->root && q->service->invoker)
		answer(answer_r, WF_VERDICT_ACCEPT, "root-already", RULE_INVOKER);
	else if (reason != NULL)
		answer(answer_r, WF_VERDICT_REJECT, reason, rule);
	else
		return false;
	return true;
}

static bool
ask_standing(const struct question *q, struct policy_account_answer *answer_r)
{
	if (q->account->standing == STANDING_MANAGED)
		return false;
	if (policy_exempt(q->account, q->wall_us))
		answer(answer_r, WF_VERDICT_IGNORE, "exempt", RULE_EXEMPT);
	else if (q->account->standing == STANDING_EXEMPT)
		answer(answer_r, WF_VERDICT_REJECT, "exemption-ended", RULE_EXEMPT);
	else
		answer(answer_r, WF_VERDICT_REJECT, "not-managed", RULE_REFUSED);
	return true;
}

/* `sources` is a list of networks with blanks between; one that cannot be read allows nothing. */
static bool
source_listed(const char *sources, const struct wf_source *source)
{
	while (*sources != '\0') {
		size_t len = strcspn(sources, " ");
		struct wf_network network;
		char text[64];

		if (len > 0 && len < sizeof(text)) {
			memcpy(text, sources, len);
			text[len] = '\0';
			if (wf_network_parse(text, &network) == WF_OK &&
				wf_network_contains(&network, source))
				return true;
		}
		sources += len + (sources[len] == ' ' ? 1 : 0);
	}
	return false;
}

static bool
ask_grant(const struct question *q, struct policy_account_answer *answer_r)
{
	if (q->facts->outside_scope)
		answer_by(q, ACT_SCOPE, WF_VERDICT_REJECT, "scope", answer_r);
	else if (q->facts->ungranted)
		answer_by(q, ACT_GRANTS, WF_VERDICT_REJECT, "no-grant", answer_r);
	else
		return false;
	return true;
}

static bool
ask_service_account(const struct question *q, struct policy_account_answer *answer_r)
{
	enum wf_verdict verdict = WF_VERDICT_REJECT;
	const char *reason = "service-account-key";

	if (q->account->kind != ACCOUNT_SERVICE)
		return false;
	if (!q->service->key_only)
		reason = "service-account";
	else if (!q->facts->ssh_key)
		reason = "service-account-no-key";
	else if (!source_listed(q->account->sources, &q->facts->source))
		reason = "service-account-source";
	else
		verdict = WF_VERDICT_ACCEPT;
	answer_by(q, ACT_SERVICE_ACCOUNT, verdict, reason, answer_r);
	return true;
}

/* What a login proved vouches for what is done in it as long as one may last (C-21). */
static bool
outlived(const struct question *q)
{
	uint32_t s = policy_session_s(q->policy);

	return s > 0 && q->facts->completed_age_ms >= INT64_C(1000) * s;
}

/*
 * A login that skipped PAM's authentication is caught here: by a public key alone, or by sudo's
 * time stamp in a session that should be over.
 */
static bool
ask_covered(const struct question *q, struct policy_account_answer *answer_r)
{
	struct policy_demand demand = {.decision = POLICY_DEMAND};
	char rule[POLICY_RULE_SIZE];

	policy_demand_login(q->policy, q->service, q->facts, &demand);
	if (!policy_satisfied(&demand, q->facts->completed)) {
		answer(answer_r, WF_VERDICT_REJECT, "no-transaction", demand.sets[0].rule);
	} else if (outlived(q)) {
		policy_held_rule(q->policy, R_SESSION_TIMEOUT, ACCOUNT_GENERAL, GUARD_MFA, 0, rule);
		answer(answer_r, WF_VERDICT_REJECT, "session-over", rule);
	} else {
		return false;
	}
	return true;
}

static bool
ask_must_change(const struct question *q, struct policy_account_answer *answer_r)
{
	char rule[POLICY_RULE_SIZE];

	if (!policy_must_change(q->policy, q->account, q->facts->guard, q->wall_us, rule))
		return false;
	answer(answer_r, WF_VERDICT_CHANGE, "must-change", rule);
	return true;
}

/* From ask_known() on there is an account. */
static bool (*const questions[])(const struct question *, struct policy_account_answer *) = {
	ask_state,
	ask_validity,
	ask_asked,
	ask_known,
	ask_identity,
	ask_standing,
	ask_grant,
	ask_service_account,
	ask_covered,
	ask_must_change,
};

void
policy_account(const struct policy *policy, const struct policy_facts *facts,
	const struct account *account, int64_t wall_us, struct policy_account_answer *answer_r)
{
	struct question q = {
		.policy = policy,
		.facts = facts,
		.service = policy_service_find(policy, facts->service),
		.account = account,
		.wall_us = wall_us,
	};
	char rule[65];

	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (questions[i](&q, answer_r))
			return;
	policy_kinds_rule(policy, q.service, rule);
	answer(answer_r, WF_VERDICT_ACCEPT, "ok", rule);
}

/* These parameters do not tell guards apart. */
static uint32_t
seconds_of(const struct policy *policy, enum rule_id rule, enum account_kind kind)
{
	int64_t s = policy_number_of(policy, rule, kind, GUARD_MFA);

	return s <= 0 ? 0 : s < UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

uint32_t
policy_session_s(const struct policy *policy)
{
	return seconds_of(policy, R_SESSION_TIMEOUT, ACCOUNT_GENERAL);
}

uint32_t
policy_idle_s(const struct policy *policy, const char *service, enum account_kind kind)
{
	bool shell = policy_service_find(policy, service)->shell;

	return shell && kind != ACCOUNT_SERVICE ? seconds_of(policy, R_IDLE_LOCK, kind) : 0;
}
