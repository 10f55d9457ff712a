/*
 * Demands: what is asked of whom, that prompts tell nothing, and when what was proved suffices.
 */
#include "config.h"

#include "authd/policy/policy.h"

#include <string.h>

#include "tests/unit/unit.h"

#define K KIND_KNOWLEDGE
#define P KIND_POSSESSION
#define B KIND_BIOMETRIC

static struct policy policy;

static void
setup(void)
{
	policy_init(&policy);
}

static struct policy_facts
person(const char *service)
{
	return (struct policy_facts){
		.service = service,
		.purpose = WF_PURPOSE_LOGIN,
		.source = {.text = "192.0.2.7", .remote = true},
		.zone = ZONE_INTERNET,
		.kind = ACCOUNT_GENERAL,
		.known = true,
	};
}

static struct policy_demand
eval(const struct policy_facts *facts)
{
	struct policy_demand demand;

	memset(&demand, 0xee, sizeof(demand));
	policy_eval(&policy, facts, &demand);
	return demand;
}

START_TEST(a_login_wants_two_different_kinds)
{
	struct policy_facts facts = person("sshd");
	struct policy_demand demand = eval(&facts);

	ck_assert_int_eq(demand.decision, POLICY_DEMAND);
	ck_assert_uint_eq(demand.nsets, 3);
	ck_assert_uint_eq(demand.sets[0].kinds, K | P);
	ck_assert_uint_eq(demand.sets[1].kinds, K | B);
	ck_assert_uint_eq(demand.sets[2].kinds, P | B);
	ck_assert_str_eq(demand.sets[0].rule, "mfa.kinds SCS-4-1-3-3");
	ck_assert_str_eq(demand.rule, "mfa.kinds SCS-4-1-3-3");
	ck_assert_uint_eq(demand.nprompts, 2);
	ck_assert_uint_eq(demand.prompts[0].id, 1);
	ck_assert_int_eq(demand.prompts[0].text, WF_TEXT_PASSWORD);
	ck_assert(!demand.prompts[0].echo);
	ck_assert_uint_eq(demand.prompts[0].ttl_s, 110);
	ck_assert_uint_eq(demand.prompts[1].id, 2);
	ck_assert_int_eq(demand.prompts[1].text, WF_TEXT_CODE);
	ck_assert(!demand.prompts[1].echo);
	ck_assert_uint_eq(demand.prompts[1].ttl_s, 110);
}
END_TEST

START_TEST(what_satisfies_two_kinds)
{
	static const struct {
		unsigned proved;
		bool enough;
	} table[] = {
		{0, false}, {K, false}, {P, false}, {B, false}, {KIND_OTHER, false},
		{K | KIND_OTHER, false}, {P | KIND_OTHER, false}, {K | P, true}, {K | B, true},
		{P | B, true}, {K | P | B, true}, {K | P | KIND_OTHER, true},
	};
	struct policy_facts facts = person("sshd");
	struct policy_demand demand = eval(&facts);

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		ck_assert_int_eq(policy_satisfied(&demand, table[i].proved), table[i].enough);
	facts.known = false; /* nothing satisfies a denial */
	demand = eval(&facts);
	ck_assert(!policy_satisfied(&demand, K | P | B | KIND_OTHER));
}
END_TEST

START_TEST(an_empty_set_satisfies_nothing)
{
	struct policy_demand demand = {.decision = POLICY_DEMAND, .nsets = 1};

	ck_assert(!policy_satisfied(&demand, K | P | B));
	demand.nsets = 0;
	ck_assert(!policy_satisfied(&demand, K | P | B));
}
END_TEST

START_TEST(with_one_kind_the_password_is_asked)
{
	struct origin origin = {.file = "x", .line = 3, .force = "local"};
	struct policy_facts facts = person("sshd");
	struct policy_demand demand;

	ck_assert_int_eq(policy_set(&policy, P_MFA_KINDS, 1, &origin), WF_OK);
	demand = eval(&facts);
	ck_assert_uint_eq(demand.nprompts, 1);
	ck_assert_int_eq(demand.prompts[0].text, WF_TEXT_PASSWORD);
	ck_assert_uint_eq(demand.nsets, 1);
	ck_assert_uint_eq(demand.sets[0].kinds, K);
	ck_assert_str_eq(demand.rule, "mfa.kinds (deviates SCS-4-1-3-3)");
	ck_assert(policy_satisfied(&demand, K));
	ck_assert(!policy_satisfied(&demand, P));
}
END_TEST

START_TEST(a_service_may_say_how_many_kinds)
{
	struct policy_service *service;
	struct policy_facts facts = person("su");
	struct policy_demand demand;

	ck_assert_int_eq(policy_service_add(&policy, "su", &service), WF_OK);
	service->kinds = 1;
	demand = eval(&facts);
	ck_assert_uint_eq(demand.nprompts, 1);
	ck_assert_str_eq(demand.rule, "service.kinds (su)");
	facts.service = "sshd";
	demand = eval(&facts);
	ck_assert_uint_eq(demand.nprompts, 2);
}
END_TEST

START_TEST(a_service_may_ask_for_the_code_alone)
{
	struct policy_service *service;
	struct policy_facts facts = person("sshd");
	struct policy_demand demand;

	ck_assert_int_eq(policy_service_add(&policy, "sshd", &service), WF_OK);
	service->ask = POLICY_ASK_CODE;
	service->demand_origin = (struct origin){.file = "/etc/warifu/warifu.conf", .line = 12};
	demand = eval(&facts);
	ck_assert_uint_eq(demand.nprompts, 1);
	ck_assert_int_eq(demand.prompts[0].text, WF_TEXT_CODE);
	ck_assert_uint_eq(demand.nsets, 1);
	ck_assert_uint_eq(demand.sets[0].kinds, P);
	ck_assert_str_eq(demand.rule, "service.ask (sshd, warifu.conf:12)");
	ck_assert(demand.password_elsewhere);
	ck_assert(policy_satisfied(&demand, P));
	ck_assert(policy_satisfied(&demand, K | P));
	ck_assert(!policy_satisfied(&demand, K));
	facts.purpose = WF_PURPOSE_CHANGE;
	demand = eval(&facts);
	ck_assert_int_eq(demand.prompts[0].text, WF_TEXT_CURRENT_PASSWORD);
	ck_assert(!demand.password_elsewhere);
	facts = person("sudo"); /* others are asked as ever */
	demand = eval(&facts);
	ck_assert_uint_eq(demand.nprompts, 2);
}
END_TEST

START_TEST(what_a_service_asks)
{
	static const struct {
		unsigned ask, wanted;
		int64_t kinds;
	} table[] = {
		{0, POLICY_ASK_PASSWORD | POLICY_ASK_CODE, 0},
		{0, POLICY_ASK_PASSWORD, 1},
		{0, POLICY_ASK_PASSWORD | POLICY_ASK_CODE, 2},
		{POLICY_ASK_PASSWORD, POLICY_ASK_PASSWORD, 0},
		{POLICY_ASK_CODE, POLICY_ASK_CODE, 1},
		{POLICY_ASK_PASSWORD | POLICY_ASK_CODE, POLICY_ASK_PASSWORD | POLICY_ASK_CODE, 2},
	};
	struct policy_facts facts = person("vpn");
	struct policy_service *service;

	ck_assert_int_eq(policy_service_add(&policy, "vpn", &service), WF_OK);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct policy_demand demand;

		service->ask = table[i].ask;
		service->kinds = table[i].kinds;
		ck_assert_uint_eq(policy_asks(&policy, service), table[i].wanted);
		demand = eval(&facts);
		ck_assert_uint_eq(demand.nprompts, (size_t)__builtin_popcount(table[i].wanted));
	}
}
END_TEST

START_TEST(a_change_wants_the_current_password)
{
	struct policy_facts facts = person("passwd");
	struct policy_demand demand;

	facts.purpose = WF_PURPOSE_CHANGE;
	facts.completed = K | P; /* a login just completed authorises nothing here */
	demand = eval(&facts);
	ck_assert_int_eq(demand.decision, POLICY_DEMAND);
	ck_assert_uint_eq(demand.nprompts, 1);
	ck_assert_int_eq(demand.prompts[0].text, WF_TEXT_CURRENT_PASSWORD);
	ck_assert_uint_eq(demand.nsets, 2);
	ck_assert_uint_eq(demand.sets[0].kinds, K);
	/* a recovery code, for who forgot the old one */
	ck_assert_uint_eq(demand.sets[1].kinds, P);
}
END_TEST

/* I5: whatever the account is, the same is asked. */
START_TEST(prompts_tell_nothing)
{
	static const char *const services[] = {"sshd", "login", "sudo", "su", "other", "passwd"};

	for (unsigned bits = 0; bits < 6 * 2 * 3 * 3 * 8; bits++) {
		unsigned n = bits;
		struct policy_facts facts = person(services[n % 6]);
		struct policy_demand plain, demand;

		n /= 6;
		facts.purpose = n % 2 == 0 ? WF_PURPOSE_LOGIN : WF_PURPOSE_CHANGE;
		plain = eval(&facts);
		n /= 2;
		facts.zone = (enum zone)(n % 3);
		n /= 3;
		facts.kind = (enum account_kind)(n % 3);
		n /= 3;
		facts.known = (n & 1) != 0;
		facts.root = (n & 2) != 0;
		facts.ssh_key = (n & 4) != 0;
		demand = eval(&facts);
		ck_assert_uint_eq(demand.nprompts, plain.nprompts);
		ck_assert_mem_eq(demand.prompts, plain.prompts, sizeof(demand.prompts));
		ck_assert_uint_eq(demand.nsets, plain.nsets);
	}
}
END_TEST

START_TEST(denials_have_a_reason_and_a_rule)
{
	struct policy_facts facts = person("sshd");
	struct policy_demand demand;

	facts.known = false;
	demand = eval(&facts);
	ck_assert_int_eq(demand.decision, POLICY_DENY);
	ck_assert_str_eq(demand.reason, "unknown-user");
	ck_assert_str_eq(demand.rule, "account.known (own)");
	facts.known = true;
	facts.kind = ACCOUNT_SERVICE;
	demand = eval(&facts);
	ck_assert_str_eq(demand.reason, "service-account");
	facts.kind = ACCOUNT_GENERAL;
	facts.root = true;
	demand = eval(&facts);
	ck_assert_str_eq(demand.reason, "root-login");
	ck_assert_str_eq(demand.rule, "service.root SCS-4-4-1-5");
}
END_TEST

START_TEST(root_comes_in_at_the_console_alone)
{
	struct policy_facts facts = person("login");

	facts.root = true;
	ck_assert_int_eq(eval(&facts).decision, POLICY_DENY);
	facts.zone = ZONE_INTERNAL;
	ck_assert_int_eq(eval(&facts).decision, POLICY_DENY);
	facts.zone = ZONE_CONSOLE;
	ck_assert_int_eq(eval(&facts).decision, POLICY_DEMAND);
	facts.service = "sshd"; /* its row lets no root in, wherever it says it is */
	ck_assert_int_eq(eval(&facts).decision, POLICY_DENY);
}
END_TEST

START_TEST(who_is_not_asked)
{
	struct policy_facts facts = person("cron");
	struct policy_demand demand = eval(&facts);

	ck_assert_int_eq(demand.decision, POLICY_NOT_ASKED);
	ck_assert_uint_eq(demand.nprompts, 0);
	ck_assert_uint_eq(demand.nsets, 0);
	ck_assert(!policy_satisfied(&demand, K | P | B));
	facts = person("sshd");
	facts.known = false;
	facts.exempt = true;
	ck_assert_int_eq(eval(&facts).decision, POLICY_NOT_ASKED);
	ck_assert_str_eq(eval(&facts).rule, "account.exempt (own)");
	facts.root = true; /* exempt, but not from where root may come in */
	ck_assert_int_eq(eval(&facts).decision, POLICY_DENY);
	ck_assert_str_eq(eval(&facts).reason, "root-login");
	facts.service = "login";
	facts.zone = ZONE_CONSOLE;
	ck_assert_int_eq(eval(&facts).decision, POLICY_NOT_ASKED);
}
END_TEST

/*
 * SCS-4-5-1-7: who administers an entry point has an account for it, and proves two kinds whatever
 * is written.
 */
START_TEST(an_entry_for_administration)
{
	struct policy_facts facts = person("firewall");
	struct policy_service *service;
	struct policy_demand demand;

	ck_assert_int_eq(policy_service_add(&policy, "firewall", &service), WF_OK);
	facts.admin_entry = true;
	ck_assert_int_eq(eval(&facts).decision, POLICY_DENY);
	ck_assert_str_eq(eval(&facts).reason, "not-privileged");
	ck_assert_str_eq(eval(&facts).rule, "client.class SCS-4-5-1-7");
	facts.kind = ACCOUNT_PRIVILEGED;
	ck_assert_int_eq(eval(&facts).decision, POLICY_DEMAND);
	ck_assert_str_eq(eval(&facts).rule, "mfa.kinds SCS-4-1-3-3");
	service->kinds = 1;
	ck_assert_uint_eq(eval(&facts).nprompts, 2);
	ck_assert_str_eq(eval(&facts).rule, "client.class SCS-4-5-1-7");
	demand = eval(&facts);
	ck_assert(policy_satisfied(&demand, K | P));
	ck_assert(!policy_satisfied(&demand, K));
	service->ask = POLICY_ASK_CODE;
	ck_assert_uint_eq(eval(&facts).nprompts, 2);
	ck_assert(!eval(&facts).password_elsewhere);
}
END_TEST

START_TEST(who_is_in_no_group_of_the_client)
{
	struct policy_facts facts = person("vpn");

	facts.outside_groups = true;
	ck_assert_int_eq(eval(&facts).decision, POLICY_DENY);
	ck_assert_str_eq(eval(&facts).reason, "group");
	ck_assert_str_eq(eval(&facts).rule, "client.groups (own)");
	ck_assert_uint_eq(eval(&facts).nprompts, 2);
}
END_TEST

/* An address counts where it is listed, and told by somebody who may say it. */
START_TEST(listed_addresses)
{
	struct policy_facts facts = person("sshd");

	wf_source_from_pam("192.0.2.7", NULL, &facts.source);
	facts.vouched = true;
	ck_assert(!policy_source_trusted(&policy, &facts));
	ck_assert_int_eq(wf_network_parse("198.51.100.0/24", &policy.trusted[0]), WF_OK);
	policy.ntrusted = 1;
	ck_assert(!policy_source_trusted(&policy, &facts));
	ck_assert_int_eq(wf_network_parse("192.0.2.0/24", &policy.trusted[1]), WF_OK);
	policy.ntrusted = 2;
	ck_assert(policy_source_trusted(&policy, &facts));
	facts.vouched = false;
	ck_assert(!policy_source_trusted(&policy, &facts));
}
END_TEST

static Suite *
policy_suite(void)
{
	Suite *suite = suite_create("policy");
	TCase *tc = tcase_create("demands");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, a_login_wants_two_different_kinds);
	tcase_add_test(tc, what_satisfies_two_kinds);
	tcase_add_test(tc, an_empty_set_satisfies_nothing);
	tcase_add_test(tc, with_one_kind_the_password_is_asked);
	tcase_add_test(tc, a_service_may_say_how_many_kinds);
	tcase_add_test(tc, a_service_may_ask_for_the_code_alone);
	tcase_add_test(tc, what_a_service_asks);
	tcase_add_test(tc, a_change_wants_the_current_password);
	tcase_add_test(tc, prompts_tell_nothing);
	tcase_add_test(tc, denials_have_a_reason_and_a_rule);
	tcase_add_test(tc, root_comes_in_at_the_console_alone);
	tcase_add_test(tc, who_is_not_asked);
	tcase_add_test(tc, an_entry_for_administration);
	tcase_add_test(tc, who_is_in_no_group_of_the_client);
	tcase_add_test(tc, listed_addresses);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(policy_suite)
