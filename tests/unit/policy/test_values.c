/* What holds, by parameter, kind of account and guard: who asks for a member, what is strictest. */
#include "config.h"

#include "authd/policy/rule.h"

#include <stdio.h>

#include "authd/policy/policy_rules.h"
#include "tests/unit/unit.h"

static struct policy policy;

static void
set_up(void)
{
	policy_init(&policy);
}

static struct policy_held *
cell(enum rule_id rule, enum account_kind kind, enum rule_guard guard)
{
	return &policy.values.held[rule][(size_t)kind * RULE_GUARDS + (size_t)guard];
}

static void
hold(enum rule_id rule, enum account_kind kind, int64_t value)
{
	for (size_t guard = 0; guard < RULE_GUARDS; guard++)
		*cell(rule, kind, (enum rule_guard)guard) =
			(struct policy_held){.set = true, .value = value};
}

START_TEST(what_nobody_limits_is_allowed)
{
	const struct rule_spec *spec = rule_spec(R_EAP_METHODS);

	ck_assert_int_eq(spec->stricter, POLICY_INTERSECT);
	ck_assert_int_eq(policy_members_of(&policy, R_EAP_METHODS, ACCOUNT_GENERAL, GUARD_MFA),
		rule_all_members(spec));
	hold(R_EAP_METHODS, ACCOUNT_GENERAL, 1);
	ck_assert_int_eq(policy_members_of(&policy, R_EAP_METHODS, ACCOUNT_GENERAL, GUARD_MFA), 1);
}
END_TEST

/* The criterion of a member is that of whoever asks for it of this cell. */
START_TEST(a_member_has_a_criterion_of_its_own)
{
	struct policy_values *values = &policy.values;
	const struct origin *origin;
	char rule[POLICY_RULE_SIZE];

	hold(R_MFA_REQUIRED, ACCOUNT_GENERAL, TRIGGER_ADMIN);
	hold(R_MFA_REQUIRED, ACCOUNT_PRIVILEGED, TRIGGER_ADMIN);
	values->members[0] = (struct policy_member){.rule = R_MFA_REQUIRED,
		.bit = TRIGGER_ADMIN,
		.cells = 1U << ACCOUNT_PRIVILEGED * RULE_GUARDS,
		.origin = {.criterion = "C-1", .force = "must"}};
	values->nmembers = 1;
	origin = policy_member_origin(
		&policy, R_MFA_REQUIRED, ACCOUNT_PRIVILEGED, GUARD_MFA, TRIGGER_ADMIN);
	ck_assert_str_eq(origin->criterion, "C-1");
	origin = policy_member_origin(
		&policy, R_MFA_REQUIRED, ACCOUNT_GENERAL, GUARD_MFA, TRIGGER_ADMIN);
	ck_assert_ptr_eq(origin, &cell(R_MFA_REQUIRED, ACCOUNT_GENERAL, GUARD_MFA)->origin);
	origin = policy_member_origin(&policy, R_MFA_REQUIRED, ACCOUNT_PRIVILEGED, GUARD_MFA, 0);
	ck_assert_ptr_eq(origin, &cell(R_MFA_REQUIRED, ACCOUNT_PRIVILEGED, GUARD_MFA)->origin);
	origin = policy_member_origin(
		&policy, R_MFA_COUNTS, ACCOUNT_PRIVILEGED, GUARD_MFA, TRIGGER_ADMIN);
	ck_assert_ptr_eq(origin, &cell(R_MFA_COUNTS, ACCOUNT_PRIVILEGED, GUARD_MFA)->origin);
	policy_held_rule(
		&policy, R_MFA_REQUIRED, ACCOUNT_PRIVILEGED, GUARD_MFA, TRIGGER_ADMIN, rule);
	ck_assert_str_eq(rule, "mfa.required (admin) C-1");
}
END_TEST

/* Where members are told apart, one that nobody asks for is our own, or that of the file's line. */
START_TEST(a_member_that_no_document_asks_for)
{
	static const struct {
		const char *force, *named;
	} lines[] = {{"must", ""}, {"local", "C-1"}, {"deviation", "C-1"}};
	struct policy_held *held = cell(R_MFA_REQUIRED, ACCOUNT_GENERAL, GUARD_MFA);
	const struct origin *origin;

	hold(R_MFA_REQUIRED, ACCOUNT_GENERAL, TRIGGER_ADMIN | TRIGGER_LAN_IMPORTANT);
	(void)snprintf(held->origin.criterion, sizeof(held->origin.criterion), "C-1");
	policy.values.members[0] = (struct policy_member){
		.rule = R_MFA_REQUIRED, .bit = TRIGGER_ADMIN, .cells = 1U, .origin = held->origin};
	policy.values.nmembers = 1;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		(void)snprintf(
			held->origin.force, sizeof(held->origin.force), "%s", lines[i].force);
		origin = policy_member_origin(&policy, R_MFA_REQUIRED, ACCOUNT_GENERAL, GUARD_MFA,
			TRIGGER_LAN_IMPORTANT);
		ck_assert_str_eq(origin->criterion, lines[i].named);
	}
}
END_TEST

START_TEST(the_strictest_of_all_cells)
{
	for (size_t i = 0; i < RULE_CELLS; i++)
		policy.values.held[R_SESSION_TIMEOUT][i].set = false;
	ck_assert(!policy_held_strictest(&policy, R_SESSION_TIMEOUT)->set);
	hold(R_SESSION_TIMEOUT, ACCOUNT_PRIVILEGED, 900);
	ck_assert_int_eq(policy_held_strictest(&policy, R_SESSION_TIMEOUT)->value, 900);
	hold(R_SESSION_TIMEOUT, ACCOUNT_SERVICE, 3600);
	ck_assert_int_eq(policy_held_strictest(&policy, R_SESSION_TIMEOUT)->value, 900);
	hold(R_SESSION_TIMEOUT, ACCOUNT_SERVICE, 60);
	ck_assert_int_eq(policy_held_strictest(&policy, R_SESSION_TIMEOUT)->value, 60);
}
END_TEST

/* Two kinds protect a password where each login proves them; else a lock that comes soon enough. */
START_TEST(what_protects_a_password)
{
	struct policy_service *service;

	ck_assert(policy_proves_two(&policy));
	ck_assert_int_eq(policy_guard(&policy, ACCOUNT_GENERAL, true), GUARD_MFA);
	hold(R_LOCK_THRESHOLD, ACCOUNT_GENERAL, 10);
	ck_assert_int_eq(policy_guard(&policy, ACCOUNT_GENERAL, false), GUARD_LOCK);
	hold(R_LOCK_THRESHOLD, ACCOUNT_GENERAL, 11);
	ck_assert_int_eq(policy_guard(&policy, ACCOUNT_GENERAL, false), GUARD_NONE);
	ck_assert_int_eq(policy_service_add(&policy, "app", &service), WF_OK);
	service->kinds = 1;
	service->asked = true;
	ck_assert(!policy_proves_two(&policy));
	ck_assert_int_eq(policy_guard(&policy, ACCOUNT_GENERAL, true), GUARD_NONE);
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("policy/values");
	TCase *values = tcase_create("values");

	tcase_add_checked_fixture(values, set_up, NULL);
	tcase_add_test(values, what_nobody_limits_is_allowed);
	tcase_add_test(values, a_member_has_a_criterion_of_its_own);
	tcase_add_test(values, a_member_that_no_document_asks_for);
	tcase_add_test(values, the_strictest_of_all_cells);
	tcase_add_test(values, what_protects_a_password);
	suite_add_tcase(it, values);
	return it;
}

UNIT_MAIN(suite)
