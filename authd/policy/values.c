/* The table of what holds, and what is asked of it; see the header. */
#include "config.h"

#include "authd/policy/rule.h"

#include <stdio.h>
#include <string.h>

#include "authd/policy/policy_rules.h"

/* A lock after more failures makes up for nothing (SCS-4-1-5-3, IPA-6.10h). */
#define LOCK_GUARDS 10

/* --- filling --- */

static void
hold(struct policy *policy, enum rule_id rule, unsigned kinds, const struct policy_held *held)
{
	for (size_t i = 0; i < RULE_CELLS; i++)
		if ((kinds & 1U << i / RULE_GUARDS) != 0)
			policy->values.held[rule][i] = *held;
}

static void
hold_default(struct policy *policy, const struct rule_default *row)
{
	struct policy_held held = {.set = true, .value = row->value};

	(void)snprintf(held.origin.criterion, sizeof(held.origin.criterion), "%s", row->criterion);
	(void)snprintf(held.origin.force, sizeof(held.origin.force), "%s", row->force);
	hold(policy, row->rule, RULE_ALL, &held);
}

void
policy_values_local(struct policy *policy, enum policy_param id)
{
	size_t n;
	const struct rule_binding *bindings = rule_bindings(&n);
	const struct policy_number *number = &policy->numbers[id];
	struct policy_held held = {.set = true, .value = number->value, .origin = number->origin};

	for (size_t i = 0; i < n; i++)
		if (bindings[i].param == id)
			hold(policy, bindings[i].rule, bindings[i].kinds, &held);
}

void
policy_values_init(struct policy *policy)
{
	size_t n;
	const struct rule_default *defaults = rule_defaults(&n);
	const struct rule_act_spec *acts;
	const struct rule_spec *specs;

	for (size_t i = 0; i < n; i++)
		hold_default(policy, &defaults[i]);
	specs = rule_specs(&n);
	for (size_t i = 0; i < n; i++)
		if (specs[i].source == RULE_BUILT_IN)
			hold_default(policy, &(struct rule_default){.rule = (enum rule_id)i,
						     .value = specs[i].built_in,
						     .criterion = "",
						     .force = "default"});
	for (int id = 0; id < P_COUNT; id++)
		policy_values_local(policy, (enum policy_param)id);
	acts = rule_acts(&n);
	for (size_t i = 0; i < n; i++)
		(void)snprintf(policy->values.acts[i], sizeof(policy->values.acts[i]), "%s",
			acts[i].criterion);
}

/* --- asking --- */

static unsigned
cell_of(enum account_kind kind, enum rule_guard guard)
{
	return (unsigned)kind * RULE_GUARDS + (unsigned)guard;
}

const struct policy_held *
policy_held(const struct policy *policy, enum rule_id rule, enum account_kind kind,
	enum rule_guard guard)
{
	return &policy->values.held[rule][cell_of(kind, guard)];
}

int64_t
policy_number_of(const struct policy *policy, enum rule_id rule, enum account_kind kind,
	enum rule_guard guard)
{
	return policy_held(policy, rule, kind, guard)->value;
}

int64_t
policy_kinds(const struct policy *policy)
{
	return policy_number_of(policy, R_MFA_KINDS, ACCOUNT_GENERAL, GUARD_MFA);
}

int64_t
policy_members_of(const struct policy *policy, enum rule_id rule, enum account_kind kind,
	enum rule_guard guard)
{
	const struct policy_held *held = policy_held(policy, rule, kind, guard);
	const struct rule_spec *spec = rule_spec(rule);
	bool said = held->set || spec->stricter != POLICY_INTERSECT;

	return said ? held->value : rule_all_members(spec);
}

static bool
is_local(const struct origin *origin)
{
	return strcmp(origin->force, "local") == 0 || strcmp(origin->force, "deviation") == 0;
}

const struct origin *
policy_member_origin(const struct policy *policy, enum rule_id rule, enum account_kind kind,
	enum rule_guard guard, int64_t bit)
{
	static const struct origin own = {.force = "default"};
	const struct policy_values *values = &policy->values;
	const struct origin *whole = &policy_held(policy, rule, kind, guard)->origin;
	const unsigned cell = 1U << cell_of(kind, guard);
	bool told_apart = false;

	for (size_t i = 0; i < values->nmembers; i++) {
		if (values->members[i].rule != rule || (values->members[i].cells & cell) == 0)
			continue;
		if (values->members[i].bit == bit)
			return &values->members[i].origin;
		told_apart = true;
	}
	return bit != 0 && told_apart && !is_local(whole) ? &own : whole;
}

void
policy_held_rule(const struct policy *policy, enum rule_id rule, enum account_kind kind,
	enum rule_guard guard, int64_t bit, char text_r[POLICY_RULE_SIZE])
{
	const struct rule_spec *spec = rule_spec(rule);
	const struct origin *origin = policy_member_origin(policy, rule, kind, guard, bit);
	char name[RULE_VALUE_SIZE + 32], value[RULE_VALUE_SIZE];

	if (bit == 0)
		(void)snprintf(name, sizeof(name), "%s", spec->name);
	else
		(void)snprintf(name, sizeof(name), "%s (%s)", spec->name,
			rule_value_text(spec, bit, value));
	policy_origin_rule(name, origin, text_r, POLICY_RULE_SIZE);
}

void
policy_act_rule(const struct policy *policy, enum rule_act act, char text_r[POLICY_RULE_SIZE])
{
	struct origin origin = {.line = 0};
	size_t n;

	memcpy(origin.criterion, policy->values.acts[act], sizeof(policy->values.acts[act]));
	policy_origin_rule(rule_acts(&n)[act].name, &origin, text_r, POLICY_RULE_SIZE);
}

const struct policy_held *
policy_held_strictest(const struct policy *policy, enum rule_id rule)
{
	const struct policy_held *cells = policy->values.held[rule];
	const struct policy_held *best = &cells[0];

	for (size_t i = 1; i < RULE_CELLS; i++)
		if (cells[i].set &&
			(!best->set || rule_weaker(rule_spec(rule), best->value, cells[i].value)))
			best = &cells[i];
	return best;
}

void
policy_strictest_rule(
	const struct policy *policy, enum rule_id rule, char text_r[POLICY_RULE_SIZE])
{
	policy_origin_rule(rule_spec(rule)->name, &policy_held_strictest(policy, rule)->origin,
		text_r, POLICY_RULE_SIZE);
}

/* --- what protects a password --- */

bool
policy_proves_two(const struct policy *policy)
{
	for (size_t i = 0; i < policy->nservices; i++)
		if (policy->services[i].asked &&
			policy_kinds_least(policy, &policy->services[i]) < 2)
			return false;
	return policy_kinds_least(policy, policy_service_find(policy, "")) >= 2;
}

enum rule_guard
policy_guard(const struct policy *policy, enum account_kind kind, bool second)
{
	if (second && policy_proves_two(policy))
		return GUARD_MFA;
	return policy_number_of(policy, R_LOCK_THRESHOLD, kind, GUARD_NONE) <= LOCK_GUARDS
		       ? GUARD_LOCK
		       : GUARD_NONE;
}
