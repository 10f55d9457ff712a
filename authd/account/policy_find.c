/* How what holds today stands against what a document asks for: policy check and the report. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "authd/account/duties.h"
#include "authd/account/internal.h"
#include "authd/account/policy_find.h"
#include "common/fault.h"

/*
 * What a parameter comes to here.  A service that is content with one kind makes the whole so; and
 * where each demands two, every login that documents name is asked for them.
 */
static int64_t
in_force(const struct policy *policy, enum rule_id rule, size_t cell)
{
	const enum account_kind kind = (enum account_kind)(cell / RULE_GUARDS);
	const enum rule_guard guard = (enum rule_guard)(cell % RULE_GUARDS);
	const bool two = policy_proves_two(policy);

	if (rule == R_MFA_KINDS)
		return two ? 2 : 1;
	if (rule == R_MFA_REQUIRED && two)
		return rule_all_members(rule_spec(rule));
	if (policy_view_lacks(policy, rule))
		return 0;
	return policy_members_of(policy, rule, kind, guard);
}

/* Whether the policy is asked for it where it is enforced. */
static bool
is_asked_for(const struct rule_spec *spec)
{
	return spec->source == RULE_NUMBERS || spec->source == RULE_HELD;
}

/* What the policy holds, as if it had been composed. */
static void
fill_today(struct policy_find *find)
{
	const struct policy *policy = &find->view->call->daemon->config->policy;

	for (size_t rule = 0; rule < R_COUNT; rule++)
		for (size_t cell = 0; cell < RULE_CELLS; cell++) {
			const struct rule_spec *spec = rule_spec((enum rule_id)rule);
			const bool demanded = policy->values.held[rule][cell].set &&
					      !policy_view_lacks(policy, (enum rule_id)rule);
			struct compose_cell *today = &find->today->cells[rule][cell];

			today->value = in_force(policy, (enum rule_id)rule, cell);
			if (is_asked_for(spec) && (demanded || today->value != 0))
				today->state = CELL_SET;
		}
}

/* The guards that an account of some of these kinds can have here, as bits. */
static unsigned
guards_here(const struct policy_find *find, unsigned kinds)
{
	const struct policy *policy = &find->view->call->daemon->config->policy;
	unsigned guards = 0;

	for (int kind = 0; kind < RULE_KINDS; kind++)
		for (int second = 0; second < 2; second++)
			if ((kinds & 1U << kind) != 0)
				guards |= 1U << policy_guard(
						  policy, (enum account_kind)kind, second != 0);
	return guards;
}

/* What the policy is asked for, against what a document asks. */
static enum policy_finding
find_held(const struct policy_find *find, const struct compose_claim *claim)
{
	struct compose_claim clipped = *claim;

	if (compose_verdict(claim, find->today) != VERDICT_DEVIATES)
		return POLICY_MET;
	if ((claim->spec->splits & RULE_BY_GUARD) != 0)
		clipped.guards &= guards_here(find, claim->kinds);
	if (clipped.guards == 0)
		return POLICY_ELSEWHERE;
	return compose_verdict(&clipped, find->today) == VERDICT_DEVIATES ? POLICY_DEVIATES
									  : POLICY_MET;
}

/* Built in or not there: a value that is composed and weaker is one more thing to tell. */
static enum policy_finding
find_other(const struct policy_find *find, const struct compose_claim *claim, enum rule_today today)
{
	const struct config_comply *comply = find->view->comply;
	bool deviates =
		comply->n > 0 && compose_verdict(claim, &comply->composed) == VERDICT_DEVIATES;

	if (claim->sort != CLAIM_VALUE)
		return deviates ? POLICY_DEVIATES : POLICY_NOT_YET;
	if (today == RULE_ENFORCED)
		return POLICY_MET;
	if (deviates)
		return POLICY_DEVIATES;
	return today == RULE_PARTLY ? POLICY_PARTLY : POLICY_NOT_YET;
}

/* The reminders of a duty, where that is what the parameter asks for; NULL: it asks for none. */
static const struct policy_held *
held_by_duty(const struct policy_find *find, const struct compose_claim *claim)
{
	const enum rule_id rule = (enum rule_id)rule_index(claim->spec);

	return duty_asked_by(claim->spec)
		       ? policy_held_strictest(&find->view->call->daemon->config->policy, rule)
		       : NULL;
}

/* What people do is asked for by a duty: it holds if they are reminded as often as that. */
static enum policy_finding
find_duty(const struct policy_held *held, const struct compose_claim *claim)
{
	const bool weaker = claim->sort == CLAIM_VALUE &&
			    policy_direction_weaker(
				    claim->spec->stricter, held->value, claim->value);

	return held->set && !weaker ? POLICY_MET : POLICY_DEVIATES;
}

static enum policy_finding
find_any(const struct policy_find *find, const struct compose_claim *claim)
{
	const struct policy_held *duty = held_by_duty(find, claim);
	enum rule_today today = rule_today(claim->spec, claim->value);
	enum policy_finding finding;

	if (!compose_binds(claim))
		return POLICY_ADVICE;
	if (is_asked_for(claim->spec) && (claim->sort != CLAIM_VALUE || today == RULE_ENFORCED))
		return find_held(find, claim);
	finding = find_other(find, claim, today);
	return finding == POLICY_NOT_YET && duty != NULL ? find_duty(duty, claim) : finding;
}

bool
policy_answer_is_about(const struct compose_answer *answer, const struct compose_claim *claim)
{
	return answer->spec == claim->spec && (answer->kinds & claim->kinds) != 0 &&
	       (answer->guards & claim->guards) != 0;
}

/*
 * A line of warifu.conf excuses what the policy was composed to by it, and nothing that is weaker
 * for another reason.
 */
static bool
is_excused(const struct policy_find *find, const struct compose_claim *claim)
{
	const struct config_comply *comply = find->view->comply;
	bool any = false;

	for (size_t i = 0; i < comply->nanswers; i++)
		any = any || policy_answer_is_about(&comply->answers[i], claim);
	return any && compose_verdict(claim, &comply->composed) == VERDICT_DEVIATES;
}

enum policy_finding
policy_find(const struct policy_find *find, const struct compose_claim *claim)
{
	const enum policy_finding finding = find_any(find, claim);

	return finding == POLICY_DEVIATES && !is_excused(find, claim) ? POLICY_NOT_MET : finding;
}

wf_status
policy_find_open(const struct policy_view *view, struct policy_find *find_r)
{
	struct policy_find find = {.view = view,
		.today = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*find.today))};

	if (find.today == NULL)
		return act_say(view->call, WF_NO_MEMORY, "%s", _(wf_status_text(WF_NO_MEMORY)));
	fill_today(&find);
	*find_r = find;
	return WF_OK;
}

void
policy_find_close(struct policy_find *find)
{
	free(find->today);
	find->today = NULL;
}

const char *
policy_find_text(const struct policy_find *find, const struct compose_claim *claim,
	char text_r[RULE_VALUE_SIZE])
{
	const struct rule_spec *spec = claim->spec;
	const struct policy_held *duty = held_by_duty(find, claim);
	const struct compose_cell *cell;

	text_r[0] = '\0';
	if (compose_weakest(find->today, spec, claim->kinds, claim->guards, &cell))
		compose_cell_text(spec, cell, text_r);
	if (spec->source == RULE_BUILT_IN)
		rule_value_text(spec, spec->built_in, text_r);
	if (text_r[0] == '\0' && duty != NULL && duty->set)
		rule_value_text(spec, duty->value, text_r);
	return text_r;
}

const char *
policy_finding_word(enum policy_finding finding)
{
	static const char *const words[POLICY_FINDINGS] = {N_("met"), N_("deviation"),
		N_("not met"), N_("partly"), N_("not yet"), N_("not in force"), N_("advice")};

	return words[finding];
}
