/*
 * Who may not log in because of what his account is (C-12, C-13): names, accounts that a product
 * brings along, root, shared ones; in both phases, and never by other prompts.
 */
#include "config.h"

#include "authd/policy/policy.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

static struct policy policy;

static void
setup(void)
{
	policy_init(&policy);
}

/* As a document that is complied with would have it, for every account. */
static void
documents_want(enum rule_id rule, int64_t members, const char *criterion)
{
	struct policy_held held = {.set = true, .value = members};

	(void)snprintf(held.origin.criterion, sizeof(held.origin.criterion), "%s", criterion);
	for (size_t i = 0; i < RULE_CELLS; i++)
		policy.values.held[rule][i] = held;
}

struct login {
	const char *user, *service;
	bool root, shared;
	enum zone zone;
	enum account_kind kind;
};

static struct policy_facts
facts_of(const struct login *login)
{
	return (struct policy_facts){
		.service = login->service != NULL ? login->service : "sshd",
		.user = login->user,
		.purpose = WF_PURPOSE_LOGIN,
		.zone = login->zone,
		.kind = login->kind,
		.known = true,
		.root = login->root,
		.shared = login->shared,
		.completed = KIND_KNOWLEDGE | KIND_POSSESSION,
	};
}

/* The reason of both phases, "" where neither refuses; the rule in `rule`. */
static char rule[65];

static const char *
refused(struct login login)
{
	static const struct login somebody = {.user = "somebody"};
	struct policy_facts facts = facts_of(&login);
	struct policy_facts others = facts_of(&somebody);
	struct account account = {.id = 1, .kind = login.kind, .shared = login.shared};
	struct policy_account_answer answer;
	static struct policy_demand demand;
	struct policy_demand usual;
	bool denied;

	others.service = facts.service;
	policy_eval(&policy, &facts, &demand);
	policy_eval(&policy, &others, &usual);
	ck_assert_uint_eq(demand.nprompts, usual.nprompts);
	ck_assert_mem_eq(demand.prompts, usual.prompts, sizeof(usual.prompts));
	policy_account(&policy, &facts, &account, 1, &answer);
	denied = demand.decision == POLICY_DENY;
	ck_assert_int_eq(denied, answer.verdict == WF_VERDICT_REJECT);
	if (denied) {
		ck_assert_str_eq(answer.reason, demand.reason);
		ck_assert_str_eq(answer.rule, demand.rule);
	}
	(void)snprintf(rule, sizeof(rule), "%s", demand.rule);
	return denied ? demand.reason : "";
}

START_TEST(without_documents_names_are_free)
{
	ck_assert_str_eq(refused((struct login){.user = "admin"}), "");
	ck_assert_str_eq(refused((struct login){.user = "guest"}), "");
	ck_assert_str_eq(
		refused((struct login){
			.user = "root", .root = true, .service = "login", .zone = ZONE_CONSOLE}),
		"");
	ck_assert_str_eq(refused((struct login){.user = "root", .root = true}), "root-login");
}
END_TEST

START_TEST(ipa_6_10a_names_are_refused)
{
	static const char *const names[] = {"administrator", "admin", "root", "Admin", "ROOT"};

	documents_want(R_ACCOUNTS_FORBIDDEN_NAMES, NAME_ADMINISTRATOR | NAME_ADMIN | NAME_ROOT,
		"IPA-6.10a");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ck_assert_str_eq(refused((struct login){.user = names[i]}), "forbidden-name");
		ck_assert_msg(strstr(rule, "IPA-6.10a") != NULL, "%s", rule);
	}
	ck_assert_str_eq(refused((struct login){.user = "admin2"}), "");
	ck_assert_str_eq(refused((struct login){.user = "guest"}), "");
	ck_assert_str_eq(refused((struct login){.user = NULL}), "");
}
END_TEST

START_TEST(ipa_6_10c_guest_is_refused)
{
	documents_want(R_ACCOUNTS_FORBIDDEN_NAMES, NAME_GUEST, "IPA-6.10c");
	ck_assert_str_eq(refused((struct login){.user = "guest"}), "forbidden-name");
	ck_assert_str_eq(refused((struct login){.user = "admin"}), "");
}
END_TEST

/* KUBOTA-101: what a product brings along is stopped, root on the console as well. */
START_TEST(kubota_101_default_accounts_are_stopped)
{
	const struct login console = {
		.user = "toor", .root = true, .service = "login", .zone = ZONE_CONSOLE};

	documents_want(R_ACCOUNTS_DEFAULT_IDS, DEFAULT_ID_STOP, "KUBOTA-101");
	ck_assert_str_eq(refused((struct login){.user = "pi"}), "default-id");
	ck_assert_msg(strstr(rule, "KUBOTA-101") != NULL, "%s", rule);
	ck_assert_str_eq(refused(console), "default-id");
	ck_assert_str_eq(refused((struct login){.user = "alice"}), "");
}
END_TEST

/* SCS-4-4-1-5: two kinds do instead. */
START_TEST(scs_4_4_1_5_or_prove_two_kinds)
{
	const struct login console = {
		.user = "root", .root = true, .service = "login", .zone = ZONE_CONSOLE};
	struct policy_service *service;

	documents_want(R_ACCOUNTS_DEFAULT_IDS, DEFAULT_ID_STOP | DEFAULT_ID_MFA, "SCS-4-4-1-5");
	ck_assert_str_eq(refused(console), "");
	ck_assert_str_eq(refused((struct login){.user = "pi"}), "");
	ck_assert_int_eq(policy_service_add(&policy, "login", &service), WF_OK);
	service->kinds = 1;
	ck_assert_str_eq(refused(console), "default-id");
}
END_TEST

/* Of an account as such: somewhere it could log in by less than documents want. */
START_TEST(a_default_account_somewhere)
{
	struct account pi = {.name = "pi", .uid = 1000}, root = {.name = "root"};
	struct policy_service *service;

	documents_want(R_ACCOUNTS_DEFAULT_IDS, DEFAULT_ID_STOP | DEFAULT_ID_MFA, "SCS-4-4-1-5");
	ck_assert_int_eq(policy_service_add(&policy, "cron", &service), WF_OK);
	service->asked = false;
	service->kinds = 1;
	ck_assert(!policy_default_id_refused(&policy, &pi, rule));
	ck_assert_int_eq(policy_service_add(&policy, "ssh", &service), WF_OK);
	service->asked = true;
	service->root_allowed = false;
	service->kinds = 1;
	ck_assert(policy_default_id_refused(&policy, &pi, rule));
	ck_assert(!policy_default_id_refused(&policy, &root, rule));
	service->root_allowed = true;
	ck_assert(policy_default_id_refused(&policy, &root, rule));
	service->kinds = 2;
	ck_assert(!policy_default_id_refused(&policy, &pi, rule));
}
END_TEST

START_TEST(nobody_logs_in_to_a_shared_account)
{
	const struct login shared = {.user = "ops", .shared = true};

	ck_assert_str_eq(refused(shared), "shared-account");
	ck_assert_str_eq(rule, "account.shared (own)");
	documents_want(R_ACCOUNTS_NOT_SHARED, SHARED_GENERAL, "KUBOTA-113");
	ck_assert_str_eq(refused(shared), "shared-account");
	ck_assert_msg(strstr(rule, "KUBOTA-113") != NULL, "%s", rule);
	ck_assert(!policy_shared_forbidden(&policy, ACCOUNT_PRIVILEGED, rule));
	documents_want(R_ACCOUNTS_NOT_SHARED, SHARED_PRIVILEGED, "ISAC-3.2.2b");
	ck_assert(policy_shared_forbidden(&policy, ACCOUNT_PRIVILEGED, rule));
	ck_assert_msg(strstr(rule, "ISAC-3.2.2b") != NULL, "%s", rule);
	ck_assert(!policy_shared_forbidden(&policy, ACCOUNT_GENERAL, rule));
}
END_TEST

static Suite *
names_suite(void)
{
	Suite *suite = suite_create("policy/names");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, without_documents_names_are_free);
	tcase_add_test(tc, ipa_6_10a_names_are_refused);
	tcase_add_test(tc, ipa_6_10c_guest_is_refused);
	tcase_add_test(tc, kubota_101_default_accounts_are_stopped);
	tcase_add_test(tc, scs_4_4_1_5_or_prove_two_kinds);
	tcase_add_test(tc, a_default_account_somewhere);
	tcase_add_test(tc, nobody_logs_in_to_a_shared_account);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(names_suite)
