/* When the password of today must go; see policy_password.h.  Pure. */
#include "config.h"

#include <stdio.h>

#include "authd/policy/policy_password.h"
#include "authd/policy/policy_rules.h"

#define DAY_US (INT64_C(86400) * 1000000)

/* What the rules are asked about. */
struct today {
	const struct policy *policy;
	const struct account *account;
	enum rule_guard guard;
	int64_t wall_us;
};

/* Neither is told apart by kind or guard. */

void
policy_change_rule(
	const struct policy *policy, enum rule_change event, char rule_r[POLICY_RULE_SIZE])
{
	policy_held_rule(
		policy, R_PASSWORD_CHANGE_ON, ACCOUNT_GENERAL, GUARD_MFA, (int64_t)event, rule_r);
}

void
policy_unique_rule(const struct policy *policy, char rule_r[POLICY_RULE_SIZE])
{
	if (!policy_unique_demanded(policy, ACCOUNT_GENERAL, rule_r))
		policy_held_rule(policy, R_PASSWORD_UNIQUE, ACCOUNT_GENERAL, GUARD_MFA,
			REUSE_SERVICES, rule_r);
}

/* Each returns true with the rule when the password must be changed. */

/*
 * A first password is also what documents call a default one, if they speak of that alone: one that
 * its owner has not chosen.
 */
static enum rule_change
first_password(const struct policy *policy)
{
	const struct origin *initial = policy_member_origin(
		policy, R_PASSWORD_CHANGE_ON, ACCOUNT_GENERAL, GUARD_MFA, CHANGE_ON_INITIAL);
	const struct origin *by_default = policy_member_origin(
		policy, R_PASSWORD_CHANGE_ON, ACCOUNT_GENERAL, GUARD_MFA, CHANGE_ON_DEFAULT);

	return initial->criterion[0] == '\0' && by_default->criterion[0] != '\0'
		       ? CHANGE_ON_DEFAULT
		       : CHANGE_ON_INITIAL;
}

static bool
is_told_to(const struct today *today, char rule_r[POLICY_RULE_SIZE])
{
	const char *rule = today->account->change_rule;

	if (rule[0] != '\0')
		(void)snprintf(rule_r, POLICY_RULE_SIZE, "%s", rule);
	else
		policy_change_rule(today->policy, first_password(today->policy), rule_r);
	return today->account->must_change;
}

static void
name_rule(const struct today *today, enum rule_id rule, char rule_r[POLICY_RULE_SIZE])
{
	policy_held_rule(today->policy, rule, today->account->kind, today->guard, 0, rule_r);
}

/* More than is noted of a length is not known, and not held against anybody. */
static bool
is_short(const struct today *today, char rule_r[POLICY_RULE_SIZE])
{
	const struct password_note *note = &today->account->password;
	int64_t min = policy_number_of(
		today->policy, R_PASSWORD_MIN, today->account->kind, today->guard);

	name_rule(today, R_PASSWORD_MIN, rule_r);
	return note->length > 0 && note->length < PASSWORD_LENGTH_NOTED && note->length < min;
}

static bool
lacks_classes(const struct today *today, char rule_r[POLICY_RULE_SIZE])
{
	const struct password_note *note = &today->account->password;
	int64_t classes = policy_members_of(
		today->policy, R_PASSWORD_CLASSES, today->account->kind, today->guard);

	name_rule(today, R_PASSWORD_CLASSES, rule_r);
	return note->length > 0 && (classes & ~(int64_t)note->classes) != 0;
}

static bool
is_old(const struct today *today, char rule_r[POLICY_RULE_SIZE])
{
	const struct policy_held *age = policy_held(
		today->policy, R_PASSWORD_MAX_AGE, today->account->kind, today->guard);
	int64_t set_us = today->account->password.set_us;

	name_rule(today, R_PASSWORD_MAX_AGE, rule_r);
	return age->set && set_us != 0 && today->wall_us - set_us >= age->value * DAY_US;
}

bool
policy_must_change(const struct policy *policy, const struct account *account,
	enum rule_guard guard, int64_t wall_us, char rule_r[POLICY_RULE_SIZE])
{
	static bool (*const reasons[])(const struct today *, char *) = {
		is_told_to, is_short, lacks_classes, is_old};
	const struct today today = {
		.policy = policy, .account = account, .guard = guard, .wall_us = wall_us};
	char rule[POLICY_RULE_SIZE];

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i](&today, rule)) {
			(void)snprintf(rule_r, POLICY_RULE_SIZE, "%s", rule);
			return true;
		}
	return false;
}
