/*
 * The account phase, question by question, at the edges of each.
 */
#include "config.h"

#include "authd/policy/policy.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#define NOW ((int64_t)1000000)
#define MFA (KIND_KNOWLEDGE | KIND_POSSESSION)

static struct policy policy;
static struct account account;
static struct policy_facts facts;

static void
setup(void)
{
	policy_init(&policy);
	account = (struct account){.id = 1, .name = "alice", .uid = 1000};
	facts = (struct policy_facts){
		.service = "sshd",
		.purpose = WF_PURPOSE_LOGIN,
		.source = {.text = "192.0.2.7", .remote = true},
		.known = true,
		.completed = MFA,
	};
}

static void
expect_of(const struct account *who, enum wf_verdict verdict, const char *reason)
{
	struct policy_account_answer answer;

	memset(&answer, 0xee, sizeof(answer));
	policy_account(&policy, &facts, who, NOW, &answer);
	ck_assert_str_eq(answer.reason, reason);
	ck_assert_int_eq(answer.verdict, verdict);
	ck_assert_uint_gt(strlen(answer.rule), 0);
	ck_assert_uint_lt(strlen(answer.rule), sizeof(answer.rule));
}

static void
expect(enum wf_verdict verdict, const char *reason)
{
	expect_of(&account, verdict, reason);
}

START_TEST(covered_logins_pass)
{
	expect(WF_VERDICT_ACCEPT, "ok");
	facts.completed = KIND_KNOWLEDGE;
	expect(WF_VERDICT_REJECT, "no-transaction");
	facts.completed = KIND_POSSESSION | KIND_OTHER;
	expect(WF_VERDICT_REJECT, "no-transaction");
	facts.completed = 0;
	expect(WF_VERDICT_REJECT, "no-transaction");
	facts.ssh_key = true; /* a public key alone covers nobody */
	expect(WF_VERDICT_REJECT, "no-transaction");
}
END_TEST

START_TEST(the_rule_of_an_uncovered_login)
{
	struct policy_account_answer answer;
	struct policy_service *service;

	facts.completed = KIND_KNOWLEDGE;
	policy_account(&policy, &facts, &account, NOW, &answer);
	ck_assert_str_eq(answer.rule, "mfa.kinds SCS-4-1-3-3");
	ck_assert_int_eq(policy_service_add(&policy, "sshd", &service), WF_OK);
	service->kinds = 1;
	expect(WF_VERDICT_ACCEPT, "ok");
	facts.completed = 0;
	policy_account(&policy, &facts, &account, NOW, &answer);
	ck_assert_str_eq(answer.rule, "service.kinds (sshd)");
}
END_TEST

START_TEST(a_code_alone_covers_where_the_code_alone_is_asked)
{
	struct policy_service *service;

	ck_assert_int_eq(policy_service_add(&policy, "sshd", &service), WF_OK);
	service->ask = POLICY_ASK_CODE;
	facts.completed = KIND_POSSESSION;
	expect(WF_VERDICT_ACCEPT, "ok");
	facts.completed = KIND_KNOWLEDGE;
	expect(WF_VERDICT_REJECT, "no-transaction");
	service->ask = 0; /* and nowhere else */
	facts.completed = KIND_POSSESSION;
	expect(WF_VERDICT_REJECT, "no-transaction");
}
END_TEST

START_TEST(unknown_is_refused)
{
	expect_of(NULL, WF_VERDICT_REJECT, "unknown-user");
	facts.service = "cron"; /* but the machine's own jobs go on */
	expect_of(NULL, WF_VERDICT_IGNORE, "not-asked");
}
END_TEST

/* Who has left the groups that may enter is told apart from who has no grant; neither comes in. */
START_TEST(entries_by_grant)
{
	facts.ungranted = true;
	expect(WF_VERDICT_REJECT, "no-grant");
	facts.outside_scope = true;
	expect(WF_VERDICT_REJECT, "scope");
	facts.ungranted = false;
	expect(WF_VERDICT_REJECT, "scope");
}
END_TEST

START_TEST(disabled_is_refused_everywhere)
{
	account.state = ACCOUNT_DISABLED;
	account.must_change = true;
	expect(WF_VERDICT_REJECT, "disabled");
	facts.service = "cron";
	expect(WF_VERDICT_REJECT, "disabled");
	facts.service = "sshd";
	account.standing = STANDING_EXEMPT;
	account.standing_until_us = NOW + 1;
	expect(WF_VERDICT_REJECT, "disabled");
}
END_TEST

START_TEST(validity_has_two_ends)
{
	account.valid_from_us = NOW;
	account.valid_until_us = NOW + 1;
	expect(WF_VERDICT_ACCEPT, "ok");
	account.valid_from_us = NOW + 1;
	expect(WF_VERDICT_EXPIRED, "not-yet-valid");
	account.valid_from_us = 0;
	account.valid_until_us = NOW;
	expect(WF_VERDICT_EXPIRED, "expired");
	facts.service = "cron";
	expect(WF_VERDICT_EXPIRED, "expired");
	account.valid_until_us = 0;
	expect(WF_VERDICT_IGNORE, "not-asked");
}
END_TEST

START_TEST(an_exemption_ends)
{
	facts.known = false;
	facts.completed = 0;
	account.standing = STANDING_EXEMPT;
	account.standing_until_us = NOW + 1;
	expect(WF_VERDICT_IGNORE, "exempt");
	ck_assert(policy_exempt(&account, NOW));
	account.standing_until_us = NOW;
	expect(WF_VERDICT_REJECT, "exemption-ended");
	ck_assert(!policy_exempt(&account, NOW));
	account.standing_until_us = 0; /* without an end it is none */
	expect(WF_VERDICT_REJECT, "exemption-ended");
	ck_assert(!policy_exempt(&account, NOW));
	account.standing = STANDING_REFUSED;
	account.standing_until_us = NOW + 1;
	expect(WF_VERDICT_REJECT, "not-managed");
	ck_assert(!policy_exempt(&account, NOW));
	ck_assert(!policy_exempt(NULL, NOW));
}
END_TEST

START_TEST(an_expired_password_never_stops_a_job)
{
	account.must_change = true;
	expect(WF_VERDICT_CHANGE, "must-change");
	facts.service = "cron";
	expect(WF_VERDICT_IGNORE, "not-asked");
	facts.service = "systemd-user";
	expect(WF_VERDICT_IGNORE, "not-asked");
	facts.service = "sshd"; /* nor is a change offered to who proved nothing */
	facts.completed = 0;
	expect(WF_VERDICT_REJECT, "no-transaction");
}
END_TEST

START_TEST(root_and_its_services)
{
	account.uid = 0;
	facts.root = true;
	expect(WF_VERDICT_REJECT, "root-login");
	facts.service = "login";
	facts.zone = ZONE_CONSOLE;
	expect(WF_VERDICT_ACCEPT, "ok");
	facts.zone = ZONE_INTERNAL;
	expect(WF_VERDICT_REJECT, "root-login");
	facts.service = "su";
	facts.zone = ZONE_CONSOLE;
	expect(WF_VERDICT_REJECT, "root-login");
	facts.service = "sudo"; /* root's own sudo */
	facts.zone = ZONE_INTERNET;
	facts.completed = 0;
	expect(WF_VERDICT_ACCEPT, "root-already");
	account.standing = STANDING_EXEMPT;
	account.standing_until_us = NOW + 1;
	facts.service = "sshd";
	expect(WF_VERDICT_REJECT, "root-login");
	facts.service = "login";
	facts.zone = ZONE_CONSOLE;
	expect(WF_VERDICT_IGNORE, "exempt");
	facts.service = "sudo";
	facts.root = false; /* an invoker who is not root is asked like anybody */
	account.standing = STANDING_MANAGED;
	expect(WF_VERDICT_REJECT, "no-transaction");
}
END_TEST

START_TEST(service_accounts_come_by_key_from_listed_sources)
{
	account.kind = facts.kind = ACCOUNT_SERVICE;
	account.must_change = true; /* has no password to change */
	facts.ssh_key = true;
	facts.completed = 0;
	(void)snprintf(account.sources, sizeof(account.sources), "10.0.0.0/8  192.0.2.7");
	expect(WF_VERDICT_ACCEPT, "service-account-key");
	facts.ssh_key = false;
	facts.completed = MFA;
	expect(WF_VERDICT_REJECT, "service-account-no-key");
	facts.ssh_key = true;
	facts.service = "login";
	expect(WF_VERDICT_REJECT, "service-account");
}
END_TEST

START_TEST(lists_of_sources)
{
	static const struct {
		const char *sources;
		bool listed;
	} table[] = {
		{"", false},
		{" ", false},
		{"192.0.2.7", true},
		{" 192.0.2.7 ", true},
		{"192.0.2.8", false},
		{"192.0.2.0/24", true},
		{"192.0.2.8 192.0.2.7", true},
		{"nonsense", false},
		{"nonsense 192.0.2.7", true},
		{"192.0.2.7/33", false},
		{"2001:db8::/32", false},
		{"0.0.0.0/0", true},
		{"1111111111111111111111111111111111111111111111111111111111111111111111 192.0.2.7",
			true},
		{"1111111111111111111111111111111111111111111111111111111111111111111111", false},
	};

	account.kind = facts.kind = ACCOUNT_SERVICE;
	facts.ssh_key = true;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		(void)snprintf(account.sources, sizeof(account.sources), "%s", table[i].sources);
		expect(table[i].listed ? WF_VERDICT_ACCEPT : WF_VERDICT_REJECT,
			table[i].listed ? "service-account-key" : "service-account-source");
	}
	(void)snprintf(account.sources, sizeof(account.sources), "0.0.0.0/0 ::/0");
	facts.source = (struct wf_source){.text = "local:unknown", .remote = false};
	expect(WF_VERDICT_REJECT, "service-account-source");
}
END_TEST

START_TEST(sessions_beyond_all_counting)
{
	struct policy_held *held = &policy.values.held[R_SESSION_TIMEOUT][0];

	*held = (struct policy_held){.set = true, .value = 3600};
	ck_assert_uint_eq(policy_session_s(&policy), 3600);
	held->value = INT64_C(1) << 33;
	ck_assert_uint_eq(policy_session_s(&policy), UINT32_MAX);
	held->value = 0;
	ck_assert_uint_eq(policy_session_s(&policy), 0);
}
END_TEST

/* With a login's proof goes how old it is; what it opened may last only so long (C-21). */
START_TEST(c21_reauthentication_when_a_session_is_over)
{
	struct policy_held *held = &policy.values.held[R_SESSION_TIMEOUT][0];
	struct policy_account_answer answer;

	facts.completed_age_ms = INT64_C(365) * 86400 * 1000;
	expect(WF_VERDICT_ACCEPT, "ok");
	*held = (struct policy_held){.set = true, .value = 3600};
	(void)snprintf(held->origin.criterion, sizeof(held->origin.criterion), "IPA-6.9");
	expect(WF_VERDICT_REJECT, "session-over");
	policy_account(&policy, &facts, &account, NOW, &answer);
	ck_assert_str_eq(answer.rule, "session.timeout IPA-6.9");
	facts.completed_age_ms = 3600 * 1000;
	expect(WF_VERDICT_REJECT, "session-over");
	facts.completed_age_ms--;
	expect(WF_VERDICT_ACCEPT, "ok");
	facts.completed = 0;
	expect(WF_VERDICT_REJECT, "no-transaction");
}
END_TEST

static Suite *
account_suite(void)
{
	Suite *suite = suite_create("policy_account");
	TCase *tc = tcase_create("questions");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, covered_logins_pass);
	tcase_add_test(tc, the_rule_of_an_uncovered_login);
	tcase_add_test(tc, a_code_alone_covers_where_the_code_alone_is_asked);
	tcase_add_test(tc, unknown_is_refused);
	tcase_add_test(tc, entries_by_grant);
	tcase_add_test(tc, disabled_is_refused_everywhere);
	tcase_add_test(tc, validity_has_two_ends);
	tcase_add_test(tc, an_exemption_ends);
	tcase_add_test(tc, an_expired_password_never_stops_a_job);
	tcase_add_test(tc, root_and_its_services);
	tcase_add_test(tc, service_accounts_come_by_key_from_listed_sources);
	tcase_add_test(tc, lists_of_sources);
	tcase_add_test(tc, sessions_beyond_all_counting);
	tcase_add_test(tc, c21_reauthentication_when_a_session_is_over);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(account_suite)
