/*
 * The register: what a service and the host that it runs on say together, and whom it lets in.
 */
#include "config.h"

#include "authd/policy/policy.h"

#include <stdio.h>
#include <string.h>

#include "authd/policy/policy_rules.h"
#include "tests/unit/unit.h"

static struct policy policy;

static struct policy_entry *
service_entry(const char *name)
{
	struct policy_service *service;

	ck_assert_int_eq(policy_service_add(&policy, name, &service), WF_OK);
	return &service->entry;
}

static struct policy_entry *
host_entry(const char *name)
{
	struct policy_host *host;

	ck_assert_int_eq(policy_host_add(&policy, name, &host), WF_OK);
	return &host->entry;
}

START_TEST(nothing_said_is_a_server_with_important_data)
{
	struct policy_entry entry;

	policy_init(&policy);
	policy_entry_of(&policy, "sshd", "web1", &entry);
	ck_assert_int_eq(entry.class, CLASS_SERVER);
	ck_assert_int_eq(entry.data, DATA_UNCLASSIFIED);
	ck_assert(policy_entry_important(&entry));
	ck_assert_int_eq(entry.grants, GRANTS_OPTIONAL);
	ck_assert(policy_in_scope(&policy, "sshd", "web1", NULL, 0));
}
END_TEST

START_TEST(service_and_host_together)
{
	static const struct {
		enum service_class service, host, class;
		enum data_class own, around, data;
		enum grant_need service_grants, host_grants, grants;
		bool important;
	} table[] = {
		{CLASS_CLOUD, CLASS_LOG_STORE, CLASS_CLOUD, DATA_1, DATA_1, DATA_1, GRANTS_OPTIONAL,
			GRANTS_OPTIONAL, GRANTS_OPTIONAL, false},
		{CLASS_SERVER, CLASS_LOG_STORE, CLASS_LOG_STORE, DATA_1, DATA_2, DATA_2,
			GRANTS_OPTIONAL, GRANTS_REQUIRED, GRANTS_REQUIRED, true},
		{CLASS_SERVER, CLASS_SERVER, CLASS_SERVER, DATA_3, DATA_1, DATA_3, GRANTS_REQUIRED,
			GRANTS_OPTIONAL, GRANTS_REQUIRED, true},
		{CLASS_SERVER, CLASS_SERVER, CLASS_SERVER, DATA_UNCLASSIFIED, DATA_1, DATA_1,
			GRANTS_OPTIONAL, GRANTS_OPTIONAL, GRANTS_OPTIONAL, false},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct policy_entry entry;

		policy_init(&policy);
		*service_entry("app") = (struct policy_entry){.class = table[i].service,
			.data = table[i].own,
			.grants = table[i].service_grants};
		*host_entry("web1") = (struct policy_entry){.class = table[i].host,
			.data = table[i].around,
			.grants = table[i].host_grants};
		policy_entry_of(&policy, "app", "web1", &entry);
		ck_assert_msg(entry.class == table[i].class && entry.data == table[i].data &&
				      entry.grants == table[i].grants &&
				      policy_entry_important(&entry) == table[i].important,
			"row %zu", i);
		policy_entry_of(&policy, "app", NULL, &entry);
		ck_assert_int_eq(entry.data, table[i].own);
	}
}
END_TEST

/* Both of them have to admit it. */
START_TEST(scopes_of_both)
{
	static const char staff[][ACCOUNT_GROUP_LEN + 1] = {"staff"};
	static const char both[][ACCOUNT_GROUP_LEN + 1] = {"ops", "staff"};

	policy_init(&policy);
	service_entry("app")->scope = (struct group_set){.names = {"staff"}, .n = 1};
	host_entry("web1")->scope = (struct group_set){.names = {"dev", "ops"}, .n = 2};
	ck_assert(!policy_in_scope(&policy, "app", "web1", staff, 1));
	ck_assert(policy_in_scope(&policy, "app", "web1", both, 2));
	ck_assert(policy_in_scope(&policy, "app", "web2", staff, 1));
	ck_assert(!policy_in_scope(&policy, "other", "web1", staff, 1));
	ck_assert(!policy_in_scope(&policy, "app", NULL, NULL, 0));
}
END_TEST

START_TEST(hosts_are_added_up_to_a_limit)
{
	struct policy_host *host, *again;
	char name[80];

	policy_init(&policy);
	ck_assert_int_eq(policy_host_add(&policy, "", &host), WF_INVALID);
	memset(name, 'x', 65);
	name[65] = '\0';
	ck_assert_int_eq(policy_host_add(&policy, name, &host), WF_TOO_LONG);
	for (int i = 0; i < POLICY_HOSTS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "host%d", i);
		ck_assert_int_eq(policy_host_add(&policy, name, &host), WF_OK);
	}
	ck_assert_int_eq(policy_host_add(&policy, "one-more", &again), WF_FULL);
	ck_assert_int_eq(policy_host_add(&policy, name, &again), WF_OK);
	ck_assert_ptr_eq(again, host);
}
END_TEST

/* The same prompts and sets as for anybody else (I5). */
START_TEST(who_has_no_grant_is_denied)
{
	static const struct {
		bool ungranted, outside;
		const char *reason, *rule;
	} table[] = {{true, false, "no-grant", "register.grants SCS-4-1-7-3"},
		{true, true, "scope", "register.scope IPA-6.1a"},
		{false, true, "scope", "register.scope IPA-6.1a"}};
	struct policy_facts facts = {.service = "sshd", .known = true};
	struct policy_demand demand, granted;

	policy_init(&policy);
	policy_eval(&policy, &facts, &granted);
	ck_assert_int_eq(granted.decision, POLICY_DEMAND);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		facts.ungranted = table[i].ungranted;
		facts.outside_scope = table[i].outside;
		policy_eval(&policy, &facts, &demand);
		ck_assert_int_eq(demand.decision, POLICY_DENY);
		ck_assert_str_eq(demand.reason, table[i].reason);
		ck_assert_str_eq(demand.rule, table[i].rule);
		ck_assert_uint_eq(demand.nprompts, granted.nprompts);
		ck_assert_uint_eq(demand.nsets, granted.nsets);
		ck_assert(!policy_satisfied(&demand, KIND_KNOWLEDGE | KIND_POSSESSION));
	}
}
END_TEST

static void
require(int64_t triggers)
{
	for (size_t i = 0; i < RULE_CELLS; i++)
		policy.values.held[R_MFA_REQUIRED][i] =
			(struct policy_held){.set = true, .value = triggers};
}

/* What a host says counts wherever all places are looked at: for a guard, and at the start. */
START_TEST(hosts_are_places)
{
	struct policy_service *service;

	ck_assert_int_eq(policy_service_add(&policy, "sshd", &service), WF_OK);
	service->kinds = 1;
	require(TRIGGER_USER_INTERNET_IMPORTANT | TRIGGER_LAN_IMPORTANT);
	ck_assert_int_eq(policy_kinds_least(&policy, service), 2);
	host_entry("public1")->data = DATA_1;
	ck_assert_int_eq(policy_kinds_least(&policy, service), 1);
	require(TRIGGER_LOG_STORE);
	ck_assert_int_eq(policy_trigger_somewhere(&policy, service), 0);
	host_entry("logs1")->class = CLASS_LOG_STORE;
	ck_assert_int_eq(policy_trigger_somewhere(&policy, service), TRIGGER_LOG_STORE);
	service->gateway = true; /* a RADIUS client stands on none of them */
	ck_assert_int_eq(policy_trigger_somewhere(&policy, service), 0);
}
END_TEST

static Suite *
register_suite(void)
{
	Suite *suite = suite_create("policy_register");
	TCase *tc = tcase_create("register");

	tcase_add_test(tc, nothing_said_is_a_server_with_important_data);
	tcase_add_test(tc, service_and_host_together);
	tcase_add_test(tc, hosts_are_places);
	tcase_add_test(tc, scopes_of_both);
	tcase_add_test(tc, hosts_are_added_up_to_a_limit);
	tcase_add_test(tc, who_has_no_grant_is_denied);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(register_suite)
