/*
 * The table of what documents speak about: whole, and in step with the numbers of the policy; its
 * words and values.
 */
#include "config.h"

#include "authd/policy/rule.h"

#include <string.h>

#include "authd/policy/policy_words.h"
#include "common/fault.h"
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

static const struct {
	enum rule_id id;
	const char *name;
} rows[] = {
	{R_MFA_KINDS, "mfa.kinds"},
	{R_MFA_COUNTS, "mfa.counts"},
	{R_MFA_MEANS, "mfa.means"},
	{R_MFA_PASSWORD, "mfa.password"},
	{R_MFA_REQUIRED, "mfa.required"},
	{R_FIREWALL_CHANGE, "firewall.change"},
	{R_ACCOUNTS_DEFAULT_IDS, "accounts.default_ids"},
	{R_PASSWORD_MIN, "password.min"},
	{R_PASSWORD_CLASSES, "password.classes"},
	{R_PASSWORD_FORBIDDEN, "password.forbidden"},
	{R_PASSWORD_MAX_AGE, "password.max_age"},
	{R_PASSWORD_LEAK_CHECK, "password.leak_check"},
	{R_PASSWORD_CHANGE_ON, "password.change_on"},
	{R_PASSWORD_UNIQUE, "password.unique"},
	{R_PASSWORD_KEEPING, "password.keeping"},
	{R_PASSWORD_NO_CACHE, "password.no_cache"},
	{R_PIN_MIN, "pin.min"},
	{R_LOCK_THRESHOLD, "lock.threshold"},
	{R_LOCK_WINDOW, "lock.window"},
	{R_LOCK_DURATION, "lock.duration"},
	{R_LOCK_MEANS, "lock.means"},
	{R_IDLE_LOCK, "idle.lock"},
	{R_IDLE_LOCK_PHONE, "idle.lock_phone"},
	{R_SESSION_TIMEOUT, "session.timeout"},
	{R_TIME_SOURCES, "time.sources"},
	{R_DEVICE_AUTH, "device.auth"},
	{R_DEVICE_KNOWN, "device.known"},
	{R_EAP_METHODS, "eap.methods"},
	{R_TRANSPORT_ENCRYPTED, "transport.encrypted"},
	{R_REVIEW_CRYPTO, "review.crypto"},
	{R_ACCOUNTS_FORBIDDEN_NAMES, "accounts.forbidden_names"},
	{R_ACCOUNTS_NOT_SHARED, "accounts.not_shared"},
	{R_ACCOUNTS_SEPARATE_ADMIN, "accounts.separate_admin"},
	{R_ACCOUNTS_NO_GENERAL_ADMIN, "accounts.no_general_admin"},
	{R_ACCOUNTS_NO_DEVELOPER_ADMIN, "accounts.no_developer_admin"},
	{R_ACCOUNTS_PRIVILEGE_ENDS, "accounts.privilege_ends"},
	{R_ACCOUNTS_LEDGER, "accounts.ledger"},
	{R_ACCOUNTS_PARTNER, "accounts.partner"},
	{R_ACCOUNTS_LEAVE, "accounts.leave"},
	{R_ACCOUNTS_LEAVER_DEADLINE, "accounts.leaver_deadline"},
	{R_ACCOUNTS_DORMANT, "accounts.dormant"},
	{R_ACCOUNTS_DELETE_AFTER, "accounts.delete_after"},
	{R_APPROVAL_ACCOUNT, "approval.account"},
	{R_APPROVAL_CONFIGURATION, "approval.configuration"},
	{R_REVIEW_ACCOUNTS, "review.accounts"},
	{R_REVIEW_LEAVERS, "review.leavers"},
	{R_REVIEW_RULES, "review.rules"},
	{R_REVIEW_LOG, "review.log"},
	{R_REVIEW_LOG_STORAGE, "review.log_storage"},
	{R_LOG_FIELDS, "log.fields"},
	{R_LOG_RETENTION_DAYS, "log.retention_days"},
	{R_LOG_STORE, "log.store"},
	{R_ALERT_MANNER, "alert.manner"},
	{R_INCIDENT_LEVELS, "incident.levels"},
	{R_BACKUP_MANNER, "backup.manner"},
	{R_BACKUP_RESTORE_TEST, "backup.restore_test"},
	{R_RECOVERY_POINT, "recovery.point"},
	{R_RECOVERY_TIME, "recovery.time"},
};
static const struct {
	enum rule_id id;
	int64_t bit;
	const char *word;
} members[] = {
	{R_MFA_REQUIRED, TRIGGER_REMOTE_ACCESS, "remote-access"},
	{R_MFA_REQUIRED, TRIGGER_ADMIN_INTERNET, "admin-internet"},
	{R_MFA_REQUIRED, TRIGGER_USER_INTERNET_IMPORTANT, "user-internet-important"},
	{R_MFA_REQUIRED, TRIGGER_CLOUD_IMPORTANT, "cloud-important"},
	{R_MFA_REQUIRED, TRIGGER_CLOUD_ADMIN, "cloud-admin"},
	{R_MFA_REQUIRED, TRIGGER_LAN_IMPORTANT, "lan-important"},
	{R_MFA_REQUIRED, TRIGGER_ADMIN, "admin"},
	{R_MFA_REQUIRED, TRIGGER_ALL_ACCOUNTS, "all-accounts"},
	{R_MFA_REQUIRED, TRIGGER_PRIVILEGED_OPERATION, "privileged-operation"},
	{R_MFA_REQUIRED, TRIGGER_ENTRY_POINT_ADMIN, "entry-point-admin"},
	{R_MFA_REQUIRED, TRIGGER_LOG_STORE, "log-store"},
	{R_MFA_REQUIRED, TRIGGER_PUBLISHED_APPLICATION, "published-application"},
	{R_FIREWALL_CHANGE, FIREWALL_MFA, "mfa"},
	{R_FIREWALL_CHANGE, FIREWALL_TRUSTED_ADDRESS, "trusted-address"},
	{R_ACCOUNTS_DEFAULT_IDS, DEFAULT_ID_STOP, "stop"},
	{R_ACCOUNTS_DEFAULT_IDS, DEFAULT_ID_MFA, "mfa"},
	{R_PASSWORD_CLASSES, CHARACTER_UPPER, "upper"},
	{R_PASSWORD_CLASSES, CHARACTER_LOWER, "lower"},
	{R_PASSWORD_CLASSES, CHARACTER_DIGIT, "digit"},
	{R_PASSWORD_CLASSES, CHARACTER_SYMBOL, "symbol"},
	{R_PASSWORD_FORBIDDEN, CONTENT_EMPTY, "empty"},
	{R_PASSWORD_FORBIDDEN, CONTENT_GUESSABLE, "guessable"},
	{R_PASSWORD_FORBIDDEN, CONTENT_DICTIONARY, "dictionary"},
	{R_PASSWORD_FORBIDDEN, CONTENT_NAME, "name"},
	{R_PASSWORD_FORBIDDEN, CONTENT_PERSONAL, "personal"},
	{R_PASSWORD_FORBIDDEN, CONTENT_SEQUENCE, "sequence"},
	{R_PASSWORD_CHANGE_ON, CHANGE_ON_INITIAL, "initial"},
	{R_PASSWORD_CHANGE_ON, CHANGE_ON_DEFAULT, "default"},
	{R_PASSWORD_CHANGE_ON, CHANGE_ON_LEAK, "leak"},
	{R_PASSWORD_CHANGE_ON, CHANGE_ON_SUSPICION, "suspicion"},
	{R_PASSWORD_UNIQUE, REUSE_SYSTEMS, "systems"},
	{R_PASSWORD_UNIQUE, REUSE_SERVICES, "services"},
	{R_PASSWORD_UNIQUE, REUSE_EXTERNAL_WEB, "external-web"},
	{R_TRANSPORT_ENCRYPTED, WIRE_REMOTE, "remote"},
	{R_TRANSPORT_ENCRYPTED, WIRE_PUBLISHED, "published"},
	{R_TRANSPORT_ENCRYPTED, WIRE_MANAGEMENT, "management"},
	{R_TRANSPORT_ENCRYPTED, WIRE_ALL, "all"},
	{R_ACCOUNTS_FORBIDDEN_NAMES, NAME_ADMINISTRATOR, "administrator"},
	{R_ACCOUNTS_FORBIDDEN_NAMES, NAME_ADMIN, "admin"},
	{R_ACCOUNTS_FORBIDDEN_NAMES, NAME_ROOT, "root"},
	{R_ACCOUNTS_FORBIDDEN_NAMES, NAME_GUEST, "guest"},
	{R_ACCOUNTS_NOT_SHARED, SHARED_PRIVILEGED, "privileged"},
	{R_ACCOUNTS_NOT_SHARED, SHARED_GENERAL, "general"},
};

/* Code names a row by its enumerator and a member by its bit. */
START_TEST(enumerators_agree_with_the_words)
{
	ck_assert_uint_eq(LENGTH(rows), R_COUNT);
	for (size_t i = 0; i < LENGTH(rows); i++)
		ck_assert_str_eq(rule_spec(rows[i].id)->name, rows[i].name);
	for (size_t i = 0; i < LENGTH(members); i++)
		ck_assert_int_eq(
			rule_member_bit(rule_spec(members[i].id), members[i].word), members[i].bit);
}
END_TEST

/* A parameter that has the name of a number is governed by it, in the same unit and direction. */
START_TEST(bindings_agree_with_the_numbers)
{
	size_t n, nparams;
	const struct rule_binding *bindings = rule_bindings(&n);
	const struct policy_param_spec *params = policy_params(&nparams);

	for (size_t i = 0; i < n; i++) {
		const struct rule_spec *spec = rule_spec(bindings[i].rule);
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
			bound = bound || bindings[j].rule == i;
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

/* "idle.lock" ends like a guard, and is none. */
START_TEST(each_parameter_is_found_by_its_name)
{
	size_t n;
	const struct rule_spec *specs = rule_specs(&n), *spec;
	unsigned kinds, guards;

	for (size_t i = 0; i < n; i++) {
		ck_assert_msg(rule_cells_find(specs[i].name, &spec, &kinds, &guards), "%s",
			specs[i].name);
		ck_assert_ptr_eq(spec, &specs[i]);
		ck_assert_uint_eq(kinds, RULE_ALL);
		ck_assert_uint_eq(guards, RULE_ALL);
	}
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
	const struct rule_spec *unique = rule_find("password.unique");

	ck_assert_int_eq(rule_today(rule_find("lock.threshold"), 3), RULE_ENFORCED);
	ck_assert_int_eq(rule_today(rule_find("time.sources"), 3), RULE_NOT_YET);
	ck_assert_int_eq(rule_today(forbidden, rule_member_bit(forbidden, "empty")), RULE_ENFORCED);
	/* a dictionary is there or not when it is asked */
	ck_assert_int_eq(rule_today(forbidden, 63),
		policy_words_source() != NULL ? RULE_ENFORCED : RULE_PARTLY);
	ck_assert_int_eq(rule_today(unique, REUSE_EXTERNAL_WEB), RULE_NOT_YET);
	ck_assert_int_eq(rule_today(unique, REUSE_EXTERNAL_WEB | REUSE_SYSTEMS), RULE_PARTLY);
	/* counting without end holds for any window (C-07) */
	ck_assert_int_eq(rule_today(rule_find("lock.window"), 900), RULE_ENFORCED);
	/* what is allowed is looked up, whatever it is */
	ck_assert_int_eq(rule_today(rule_find("mfa.counts"), 15), RULE_ENFORCED);
	ck_assert_int_eq(rule_today(rule_find("mfa.counts"), 1), RULE_ENFORCED);
	ck_assert_int_eq(rule_today(rule_find("pin.min"), 1), RULE_ENFORCED);
	/* a number is met or not, never in part */
	ck_assert_int_eq(rule_today(rule_find("pin.min"), 127), RULE_NOT_YET);
	/* fewer means count today than may */
	ck_assert_int_eq(rule_today(rule_find("mfa.means"), 3), RULE_ENFORCED);
	ck_assert_str_eq(rule_today_word(RULE_NOT_YET), "not yet");
}
END_TEST

#ifdef WF_FAULT
/* Without it that demand is met in part, whatever this was built with. */
START_TEST(a_dictionary_that_is_not_there)
{
	const struct rule_spec *forbidden = rule_find("password.forbidden");
	const int64_t word = rule_member_bit(forbidden, "dictionary");

	ck_assert_int_ne(word, 0);
	wf_fault_page()->points = 1U << WF_FAULT_SYSTEM;
	wf_fault_arm(1, true);
	ck_assert_int_eq(rule_today(forbidden, 63), RULE_PARTLY);
	ck_assert_int_eq(rule_today(forbidden, word), RULE_NOT_YET);
	ck_assert_int_eq(rule_today(forbidden, 63 & ~word), RULE_ENFORCED);
	wf_fault_arm(0, false);
	wf_fault_page()->points = 0;
}
END_TEST
#endif

/* What is there no room for is left out, and nothing is written behind it. */
START_TEST(words_without_room)
{
	static char first[RULE_VALUE_SIZE - 10], second[40];
	const char *const words[] = {first, second, "third", NULL};
	const struct rule_spec spec = {.members = words};
	static const char untouched[64];
	struct {
		char value[RULE_VALUE_SIZE], behind[sizeof(untouched)];
	} text = {.behind = ""};

	memset(first, 'a', sizeof(first) - 1);
	memset(second, 'b', sizeof(second) - 1);
	rule_value_text(&spec, 7, text.value);
	ck_assert_uint_eq(strlen(text.value), sizeof(text.value) - 1);
	ck_assert_mem_eq(text.behind, untouched, sizeof(untouched));
	ck_assert_str_eq(rule_value_text(&spec, 4, text.value), "third");
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
	tcase_add_test(tc, enumerators_agree_with_the_words);
	tcase_add_test(tc, bindings_agree_with_the_numbers);
	tcase_add_test(tc, each_bound_parameter_has_a_number);
	tcase_add_test(tc, cells_by_name);
	tcase_add_test(tc, each_parameter_is_found_by_its_name);
	tcase_add_test(tc, values_as_text);
	tcase_add_test(tc, numbers_are_bounded);
	tcase_add_test(tc, today);
#ifdef WF_FAULT
	tcase_add_test(tc, a_dictionary_that_is_not_there);
#endif
	tcase_add_test(tc, words_without_room);
	tcase_add_test(tc, names_and_units);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(rule_suite)
