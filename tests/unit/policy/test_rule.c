/*
 * The table of what documents speak about: whole, and in step with the numbers of the policy; its
 * words and values.
 */
#include "config.h"

#include "authd/policy/rule.h"

#include <string.h>

#include "tests/unit/unit.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

START_TEST(table_is_whole)
{
	size_t n;
	const struct rule_spec *specs = rule_specs(&n);

	ck_assert_uint_le(n, RULES_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct rule_spec *spec = &specs[i];
		bool is_set = spec->stricter == POLICY_UNION || spec->stricter == POLICY_INTERSECT;

		ck_assert_ptr_eq(rule_find(spec->name), spec);
		ck_assert_uint_eq(rule_index(spec), i);
		ck_assert_msg(is_set == (spec->members != NULL), "%s", spec->name);
		ck_assert_msg(is_set || spec->max > 0, "%s", spec->name);
		ck_assert(spec->stricter != POLICY_EITHER);
		ck_assert(strcmp(spec->unit, "yes") != 0 || spec->max == 1);
	}
	ck_assert_ptr_null(rule_find("lock"));
}
END_TEST

/* A parameter that has the name of a number is governed by it, in the same unit and direction. */
START_TEST(bindings_agree_with_the_numbers)
{
	size_t n, nparams;
	const struct rule_binding *bindings = rule_bindings(&n);
	const struct policy_param_spec *params = policy_params(&nparams);

	for (size_t i = 0; i < n; i++) {
		const struct rule_spec *spec = rule_find(bindings[i].rule);
		const struct policy_param_spec *param = &params[bindings[i].param];

		ck_assert_ptr_nonnull(spec);
		ck_assert_int_eq(spec->source, RULE_NUMBERS);
		ck_assert_int_eq(spec->stricter, param->stricter);
		ck_assert_str_eq(spec->unit, param->unit);
		ck_assert_int_eq(spec->max, param->max);
	}
}
END_TEST

START_TEST(each_bound_parameter_has_a_number)
{
	size_t n, nbindings;
	const struct rule_spec *specs = rule_specs(&n);
	const struct rule_binding *bindings = rule_bindings(&nbindings);

	for (size_t i = 0; i < n; i++) {
		bool bound = false;

		for (size_t j = 0; j < nbindings; j++)
			bound = bound || strcmp(bindings[j].rule, specs[i].name) == 0;
		ck_assert_msg(bound == (specs[i].source == RULE_NUMBERS), "%s", specs[i].name);
	}
}
END_TEST

START_TEST(cells_by_name)
{
	static const struct {
		const char *name, *rule;
		unsigned kinds, guards;
	} good[] = {
		{"password.min", "password.min", 7, 7},
		{"password.min.privileged", "password.min", 2, 7},
		{"password.min.general.none", "password.min", 1, 4},
		{"lock.threshold.service", "lock.threshold", 4, 7},
		{"log.fields", "log.fields", 7, 7},
	};
	static const char *const bad[] = {"", "password", "password.min.mfa", "log.fields.general",
		"lock.threshold.general.mfa", "password.min.general.mfa.mfa", "password.min."};
	const struct rule_spec *spec = NULL;
	unsigned kinds = 0, guards = 0;

	for (size_t i = 0; i < LENGTH(good); i++) {
		ck_assert_msg(
			rule_cells_find(good[i].name, &spec, &kinds, &guards), "%s", good[i].name);
		ck_assert_str_eq(spec->name, good[i].rule);
		ck_assert_uint_eq(kinds, good[i].kinds);
		ck_assert_uint_eq(guards, good[i].guards);
	}
	spec = NULL;
	for (size_t i = 0; i < LENGTH(bad); i++)
		ck_assert_msg(!rule_cells_find(bad[i], &spec, &kinds, &guards), "%s", bad[i]);
	ck_assert_ptr_null(spec);
}
END_TEST

START_TEST(values_as_text)
{
	static const struct {
		const char *rule;
		int64_t value;
		const char *text;
	} cases[] = {
		{"password.min", 12, "12"},
		{"log.retention_days", 1096, "1096d"},
		{"lock.duration", 21600, "6h"},
		{"lock.duration", 90, "90s"},
		{"lock.duration", 0, "0"},
		{"lock.duration", 172800, "2d"},
		{"mfa.password", 1, "yes"},
		{"mfa.password", 0, "no"},
		{"mfa.kinds", 2, "2"},
		{"password.classes", 7, "upper, lower, digit"},
		{"password.classes", 0, "none"},
	};
	char text[RULE_VALUE_SIZE];

	for (size_t i = 0; i < LENGTH(cases); i++)
		ck_assert_str_eq(rule_value_text(rule_find(cases[i].rule), cases[i].value, text),
			cases[i].text);
}
END_TEST

START_TEST(numbers_are_bounded)
{
	int64_t value = 77;

	ck_assert(rule_number(rule_find("password.min"), "128", &value));
	ck_assert_int_eq(value, 128);
	ck_assert(!rule_number(rule_find("password.min"), "129", &value));
	ck_assert(!rule_number(rule_find("password.min"), "", &value));
	ck_assert(!rule_number(rule_find("password.min"), "-1", &value));
	ck_assert(!rule_number(rule_find("lock.duration"), "9999999999999", &value));
	ck_assert(!rule_number(rule_find("mfa.password"), "1", &value));
	ck_assert_int_eq(value, 128);
	ck_assert(rule_number(rule_find("mfa.password"), "yes", &value));
	ck_assert_int_eq(value, 1);
}
END_TEST

START_TEST(today)
{
	const struct rule_spec *forbidden = rule_find("password.forbidden");

	ck_assert_int_eq(rule_today(rule_find("lock.threshold"), 3), RULE_ENFORCED);
	ck_assert_int_eq(rule_today(rule_find("session.timeout"), 900), RULE_NOT_YET);
	ck_assert_int_eq(rule_today(forbidden, rule_member_bit(forbidden, "empty")), RULE_ENFORCED);
	ck_assert_int_eq(
		rule_today(forbidden, rule_member_bit(forbidden, "sequence")), RULE_NOT_YET);
	ck_assert_int_eq(rule_today(forbidden, 63), RULE_PARTLY);
	/* counting without end holds for any window (C-07) */
	ck_assert_int_eq(rule_today(rule_find("lock.window"), 900), RULE_ENFORCED);
	/* fewer kinds count today than may */
	ck_assert_int_eq(rule_today(rule_find("mfa.counts"), 15), RULE_ENFORCED);
	ck_assert_int_eq(rule_today(rule_find("mfa.counts"), 1), RULE_NOT_YET);
	ck_assert_str_eq(rule_today_word(RULE_NOT_YET), "not yet");
}
END_TEST

START_TEST(names_and_units)
{
	char text[RULE_NAMES_SIZE], value[RULE_VALUE_SIZE];
	const struct rule_spec unit = {.unit = "ms"};
	const struct rule_spec *spec = NULL;
	unsigned kinds, guards;
	char longer[200];
	int64_t number = 1;

	ck_assert_str_eq(rule_kinds_text(RULE_ALL, text), "all");
	ck_assert_str_eq(rule_kinds_text(5, text), "general, service");
	ck_assert_str_eq(rule_guards_text(0, text), "");
	ck_assert_str_eq(rule_value_text(&unit, 50, value), "50ms");
	ck_assert(rule_number(rule_find("mfa.password"), "no", &number));
	ck_assert_int_eq(number, 0);
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	ck_assert(!rule_cells_find(longer, &spec, &kinds, &guards));
	ck_assert_int_eq(rule_member_bit(rule_find("mfa.kinds"), "knowledge"), 0);
}
END_TEST

static Suite *
rule_suite(void)
{
	Suite *suite = suite_create("rule");
	TCase *tc = tcase_create("rule");

	tcase_add_test(tc, table_is_whole);
	tcase_add_test(tc, bindings_agree_with_the_numbers);
	tcase_add_test(tc, each_bound_parameter_has_a_number);
	tcase_add_test(tc, cells_by_name);
	tcase_add_test(tc, values_as_text);
	tcase_add_test(tc, numbers_are_bounded);
	tcase_add_test(tc, today);
	tcase_add_test(tc, names_and_units);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(rule_suite)
