/* What warifu.conf says of detection: every value of every rule, and what is refused. */
#include <config.h>

#include "tests/unit/config/fixture.h"

START_TEST(defaults)
{
	struct detect_settings settings;
	struct config *config;

	detect_settings_init(&settings);
	write_main("");
	config = load();
	ck_assert_mem_eq(&config->detect, &settings, sizeof(settings));
	config_free(&config);
}
END_TEST

/* The least and the greatest value of each option of each rule, and nothing else changes. */
START_TEST(every_option_reaches_its_field)
{
	const struct detect_rule_spec *rule = &detect_rules()[_i];
	const struct detect_param_spec *params = detect_params();
	struct detect_settings settings;
	struct config *config;
	char text[256];

	for (size_t p = 0; p < DETECT_PARAMS; p++) {
		const uint32_t values[] = {params[p].min, params[p].max};

		for (size_t v = 0; v < 2 && (rule->has & 1U << p) != 0; v++) {
			(void)snprintf(text, sizeof(text), "detect %s { %s = %u }", rule->id,
				params[p].name, values[v]);
			write_main(text);
			config = load();
			detect_settings_init(&settings);
			settings.rules[_i].values[p] = values[v];
			ck_assert_mem_eq(&config->detect, &settings, sizeof(settings));
			config_free(&config);
		}
	}
}
END_TEST

START_TEST(a_rule_is_off_with_a_reason)
{
	struct config *config;

	write_main("findings { level = 2 } detect odd-hours { off = \"we work day and night\" }\n"
		   "detect source-spray { window = 30m }");
	config = load();
	ck_assert_uint_eq(config->detect.level, 2);
	ck_assert_str_eq(
		config->detect.rules[DETECT_ODD_HOURS].off, "we work day and night");
	ck_assert_uint_eq(
		config->detect.rules[DETECT_SOURCE_SPRAY].values[DETECT_WINDOW], 1800);
	config_free(&config);
}
END_TEST

static const struct {
	const char *text, *sentence;
} wrong[] = {
	{"detect spray { window = 60 }",
		"warifu.conf:1: there is no rule 'spray'; accepted: account-failures, "},
	{"detect spray { }", "warifu.conf:1: there is no rule 'spray'"},
	{"detect break-glass { tries = 3 }",
		"warifu.conf:1: the rule 'break-glass' has no option 'tries'"},
	{"detect source-spray { accounts = 1 }",
		"warifu.conf:1: 'detect.accounts' cannot be '1'; accepted: a number from 2 to 32"},
	{"detect source-spray { window = 59 }",
		"warifu.conf:1: 'detect.window' cannot be '59'; accepted: 60 to 86400 seconds"},
	{"detect source-spray { window = soon }", "warifu.conf:1: 'detect.window' cannot be"},
	{"findings { level = 4 }", "warifu.conf:1: 'findings.level' cannot be '4'"},
};

START_TEST(what_is_wrong_is_told)
{
	write_main(wrong[_i].text);
	ck_assert_ptr_eq(
		strstr(refused(WF_INVALID), wrong[_i].sentence), refused(WF_INVALID));
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("config: detection");
	TCase *tcase = tcase_create("detect");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, defaults);
	tcase_add_loop_test(tcase, every_option_reaches_its_field, 0, DETECT_RULES);
	tcase_add_test(tcase, a_rule_is_off_with_a_reason);
	tcase_add_loop_test(tcase, what_is_wrong_is_told, 0, (int)LENGTH(wrong));
	suite_add_tcase(suite, tcase);
	return suite;
}
UNIT_MAIN(make_suite)
