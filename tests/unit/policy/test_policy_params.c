/*
 * The table of parameters: sound in itself, and what setting one leaves behind.
 */
#include "config.h"

#include "authd/policy/policy.h"

#include <string.h>

#include "authd/policy/policy_rules.h"
#include "tests/unit/unit.h"

static const struct origin local = {
	.criterion = "ignored", .file = "/etc/warifu/warifu.conf", .line = 7, .force = "local"};

START_TEST(rows_are_sound)
{
	size_t count;
	const struct policy_param_spec *spec = &policy_params(&count)[_i];

	ck_assert_uint_eq(count, P_COUNT);
	ck_assert_int_eq(spec->id, _i);
	ck_assert_int_le(spec->min, spec->value);
	ck_assert_int_le(spec->value, spec->max);
	ck_assert_ptr_eq(policy_param_find(spec->name), spec);
	ck_assert_int_eq(spec->about[strlen(spec->about) - 1], '.');
	ck_assert_uint_lt(strlen(spec->criterion), sizeof(local.criterion));
	ck_assert_uint_lt(strlen(spec->force), sizeof(local.force));
	if (spec->criterion[0] == '\0')
		ck_assert_str_eq(spec->force, "default");
	else
		ck_assert_int_ne(spec->stricter, POLICY_EITHER);
	ck_assert(!policy_weaker(spec, spec->value));
}
END_TEST

START_TEST(names_that_are_none)
{
	ck_assert_ptr_null(policy_param_find(""));
	ck_assert_ptr_null(policy_param_find("lock"));
	ck_assert_ptr_null(policy_param_find("lock.thresholds"));
}
END_TEST

START_TEST(defaults_are_the_documented_ones)
{
	static const int64_t values[P_COUNT] = {
		[P_LOCK_THRESHOLD] = 10,
		[P_LOCK_DURATION_S] = 3600,
		[P_BACKOFF_CAP_S] = 60,
		[P_POSSESSION_THRESHOLD] = 20,
		[P_POSSESSION_WINDOW_S] = 86400,
		[P_SOURCE_THRESHOLD] = 100,
		[P_SOURCE_WINDOW_S] = 600,
		[P_PASSWORD_MIN] = 8,
		[P_PASSWORD_MIN_PRIVILEGED] = 12,
		[P_PASSWORD_CLASSES] = 0,
		[P_MFA_KINDS] = 2,
		[P_TOTP_WINDOW] = 1,
		[P_TOTP_DRIFT] = 2,
		[P_HOTP_LOOKAHEAD] = 10,
		[P_HOTP_RESYNC] = 100,
		[P_RECOVERY_CODES] = 10,
		[P_PERSON_DEADLINE_S] = 110,
		[P_MACHINE_DEADLINE_S] = 5,
		[P_QUEUE_DEADLINE_S] = 30,
		[P_REPLY_GRID_MS] = 50,
		[P_LOG_RETENTION_DAYS] = 1096,
		[P_LOG_EXPIRY_HOUR] = 3,
	};
	static const uint32_t backoff[] = {0, 0, 1, 2, 4, 8};
	struct policy policy;

	policy_init(&policy);
	for (size_t i = 0; i < P_COUNT; i++)
		ck_assert_int_eq(policy_value(&policy, (enum policy_param)i), values[i]);
	ck_assert_uint_eq(policy.nbackoff, 6);
	ck_assert_mem_eq(policy.backoff_s, backoff, sizeof(backoff));
	ck_assert_str_eq(policy.numbers[P_LOCK_THRESHOLD].origin.criterion, "SCS-4-1-4-1");
	ck_assert_str_eq(policy.numbers[P_LOCK_THRESHOLD].origin.force, "must");
	ck_assert_int_eq(policy.numbers[P_LOCK_THRESHOLD].origin.line, 0);
}
END_TEST

START_TEST(setting_keeps_file_and_line)
{
	struct policy policy;
	const struct origin *origin = &policy.numbers[P_LOCK_THRESHOLD].origin;

	policy_init(&policy);
	ck_assert_int_eq(policy_set(&policy, P_LOCK_THRESHOLD, 5, &local), WF_OK);
	ck_assert_int_eq(policy_value(&policy, P_LOCK_THRESHOLD), 5);
	ck_assert_str_eq(origin->file, local.file);
	ck_assert_int_eq(origin->line, 7);
	ck_assert_str_eq(origin->force, "local");
	ck_assert_str_eq(origin->criterion, "SCS-4-1-4-1");
	ck_assert_int_eq(policy_set(&policy, P_LOCK_THRESHOLD, 11, &local), WF_OK);
	ck_assert_str_eq(origin->force, "deviation");
	ck_assert_str_eq(origin->criterion, "SCS-4-1-4-1");
}
END_TEST

START_TEST(out_of_bounds_changes_nothing)
{
	size_t count;
	const struct policy_param_spec *spec = &policy_params(&count)[_i];
	struct policy policy;

	policy_init(&policy);
	ck_assert_int_eq(policy_set(&policy, spec->id, spec->min - 1, &local), WF_INVALID);
	ck_assert_int_eq(policy_set(&policy, spec->id, spec->max + 1, &local), WF_INVALID);
	ck_assert_int_eq(policy_value(&policy, spec->id), spec->value);
	ck_assert_int_eq(policy_set(&policy, spec->id, spec->min, &local), WF_OK);
	ck_assert_int_eq(policy_value(&policy, spec->id), spec->min);
	ck_assert_int_eq(policy_set(&policy, spec->id, spec->max, &local), WF_OK);
	ck_assert_int_eq(policy_value(&policy, spec->id), spec->max);
	ck_assert_int_eq(policy_set(&policy, P_COUNT, 1, &local), WF_INVALID);
}
END_TEST

START_TEST(what_is_weaker)
{
	static const struct {
		const char *name;
		int64_t value;
		bool weaker;
	} table[] = {
		{"lock.threshold", 9, false},
		{"lock.threshold", 11, true},
		{"lock.duration", 3599, true},
		{"lock.duration", 3601, false},
		{"lock.duration", 0, false},
		{"password.min", 7, true},
		{"password.min", 9, false},
		{"mfa.kinds", 1, true},
		{"log.retention_days", 1095, true},
		{"log.retention_days", 2000, false},
		{"source.threshold", 1000000, false}, /* no criterion, nothing to be weaker than */
		{"deadline.person", 600, false},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		ck_assert_msg(policy_weaker(policy_param_find(table[i].name), table[i].value) ==
				      table[i].weaker,
			"%s = %lld", table[i].name, (long long)table[i].value);
	ck_assert(!policy_weaker(&(struct policy_param_spec){.criterion = "X", .value = 5}, 1));
	ck_assert(!policy_weaker(
		&(struct policy_param_spec){
			.criterion = "X", .value = 5, .stricter = (enum policy_direction)99},
		1));
}
END_TEST

START_TEST(rules_are_named)
{
	struct policy policy;
	char text[65];

	policy_init(&policy);
	policy_rule(&policy, P_LOCK_THRESHOLD, text, sizeof(text));
	ck_assert_str_eq(text, "lock.threshold SCS-4-1-4-1");
	policy_rule(&policy, P_POSSESSION_THRESHOLD, text, sizeof(text));
	ck_assert_str_eq(text, "possession.threshold (own)");
	ck_assert_int_eq(policy_set(&policy, P_LOCK_THRESHOLD, 20, &local), WF_OK);
	policy_rule(&policy, P_LOCK_THRESHOLD, text, sizeof(text));
	ck_assert_str_eq(text, "lock.threshold (deviates SCS-4-1-4-1)");
}
END_TEST

START_TEST(criteria_are_read_back)
{
	static const struct {
		const char *rule, *criterion;
	} table[] = {
		{"lock.threshold SCS-4-1-4-1", "SCS-4-1-4-1"},
		{"lock.threshold (deviates SCS-4-1-4-1)", "SCS-4-1-4-1"},
		{"mfa.required (log-store) SCS-4-4-3-2", "SCS-4-4-3-2"},
		{"possession.threshold (own)", ""},
		{"service.ask (sshd, warifu.conf:3)", ""},
		{"service.kinds (sshd)", ""},
		{"", ""},
	};
	char criterion[POLICY_CRITERION_SIZE];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		policy_rule_criterion(table[i].rule, criterion);
		ck_assert_str_eq(criterion, table[i].criterion);
	}
}
END_TEST

START_TEST(a_criterion_behind_a_rule)
{
	char rule[POLICY_CRITERION_SIZE + 32] = "lock.threshold C-1)";
	char criterion[POLICY_CRITERION_SIZE];

	policy_rule_criterion(rule, criterion);
	ck_assert_str_eq(criterion, "C-1");
	memset(rule + 15, 'C', sizeof(rule) - 16);
	rule[sizeof(rule) - 1] = '\0';
	policy_rule_criterion(rule, criterion);
	ck_assert_str_eq(criterion, "");
}
END_TEST

static Suite *
params_suite(void)
{
	Suite *suite = suite_create("policy_params");
	TCase *tc = tcase_create("table");

	tcase_add_loop_test(tc, rows_are_sound, 0, P_COUNT);
	tcase_add_test(tc, names_that_are_none);
	tcase_add_test(tc, defaults_are_the_documented_ones);
	tcase_add_test(tc, setting_keeps_file_and_line);
	tcase_add_loop_test(tc, out_of_bounds_changes_nothing, 0, P_COUNT);
	tcase_add_test(tc, what_is_weaker);
	tcase_add_test(tc, rules_are_named);
	tcase_add_test(tc, criteria_are_read_back);
	tcase_add_test(tc, a_criterion_behind_a_rule);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(params_suite)
