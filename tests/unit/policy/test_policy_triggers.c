/* Which logins each trigger of mfa.required wants two kinds for: the place alone decides. */
#include "config.h"

#include "authd/policy/policy_rules.h"

#include "tests/unit/unit.h"

#define CLASSES (CLASS_NETWORK_DEVICE + 1)
#define ALL ((1U << CLASSES) - 1)
#define OF(class) (1U << CLASS_##class)

static struct policy policy;
static struct policy_service *service;

static void
ask_for(int64_t triggers)
{
	for (size_t i = 0; i < RULE_CELLS; i++)
		policy.values.held[R_MFA_REQUIRED][i] =
			(struct policy_held){.set = true, .value = triggers};
}

static void
set_up(void)
{
	policy_init(&policy);
	ck_assert_int_eq(policy_service_add(&policy, "app", &service), WF_OK);
	service->kinds = 1;
}

/*
 * The classes for which each fires: from the internet, and from inside or at the console; with
 * data that matter, and with others.
 */
static const struct {
	enum rule_trigger trigger;
	unsigned outside, inside, outside_trifling, inside_trifling;
} fires[] = {
	{TRIGGER_LOG_STORE, OF(LOG_STORE), 0, OF(LOG_STORE), 0},
	{TRIGGER_ENTRY_POINT_ADMIN, OF(FIREWALL_ADMIN) | OF(ENTRY_POINT_ADMIN) | OF(NETWORK_DEVICE),
		OF(FIREWALL_ADMIN) | OF(ENTRY_POINT_ADMIN) | OF(NETWORK_DEVICE),
		OF(FIREWALL_ADMIN) | OF(ENTRY_POINT_ADMIN) | OF(NETWORK_DEVICE),
		OF(FIREWALL_ADMIN) | OF(ENTRY_POINT_ADMIN) | OF(NETWORK_DEVICE)},
	{TRIGGER_CLOUD_ADMIN, OF(CLOUD) | OF(CLOUD_ADMIN), OF(CLOUD) | OF(CLOUD_ADMIN),
		OF(CLOUD) | OF(CLOUD_ADMIN), OF(CLOUD) | OF(CLOUD_ADMIN)},
	{TRIGGER_CLOUD_IMPORTANT, OF(CLOUD) | OF(CLOUD_ADMIN), OF(CLOUD) | OF(CLOUD_ADMIN), 0, 0},
	{TRIGGER_PUBLISHED_APPLICATION, OF(PUBLISHED), OF(PUBLISHED), OF(PUBLISHED), OF(PUBLISHED)},
	{TRIGGER_REMOTE_ACCESS, OF(VPN) | OF(REMOTE_ACCESS) | OF(SERVER),
		OF(VPN) | OF(REMOTE_ACCESS), OF(VPN) | OF(REMOTE_ACCESS) | OF(SERVER),
		OF(VPN) | OF(REMOTE_ACCESS)},
	{TRIGGER_ADMIN_INTERNET, ALL, 0, ALL, 0},
	{TRIGGER_ADMIN, ALL, ALL, ALL, ALL},
	{TRIGGER_USER_INTERNET_IMPORTANT, ALL, 0, 0, 0},
	{TRIGGER_LAN_IMPORTANT, 0, ALL, 0, 0},
	{TRIGGER_ALL_ACCOUNTS, ALL, ALL, ALL, ALL},
	{TRIGGER_PRIVILEGED_OPERATION, 0, 0, 0, 0},
};

static const enum account_kind kinds[] = {ACCOUNT_GENERAL, ACCOUNT_PRIVILEGED, ACCOUNT_SERVICE};

/* Whoever asks: or the prompts would tell what kind of account it is (I5). */
static void
expect(enum service_class class, enum data_class data, enum zone zone, unsigned classes)
{
	service->entry = (struct policy_entry){.class = class, .data = data};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct policy_facts facts = {
			.service = "app", .zone = zone, .kind = kinds[i]};
		int64_t asked = policy.values.held[R_MFA_REQUIRED][0].value;
		bool wanted = (classes >> class & 1U) != 0;

		ck_assert_msg(policy_trigger(&policy, service, &facts) == (wanted ? asked : 0),
			"class %d, data %d, zone %d, kind %d", class, data, zone, kinds[i]);
	}
}

START_TEST(each_trigger_at_each_place)
{
	ask_for(fires[_i].trigger);
	for (int class = 0; class < CLASSES; class ++) {
		enum service_class here = (enum service_class) class;

		expect(here, DATA_3, ZONE_INTERNET, fires[_i].outside);
		expect(here, DATA_UNCLASSIFIED, ZONE_INTERNET, fires[_i].outside);
		expect(here, DATA_3, ZONE_INTERNAL, fires[_i].inside);
		expect(here, DATA_3, ZONE_CONSOLE, fires[_i].inside);
		expect(here, DATA_1, ZONE_INTERNET, fires[_i].outside_trifling);
		expect(here, DATA_1, ZONE_INTERNAL, fires[_i].inside_trifling);
	}
}
END_TEST

START_TEST(an_operation_of_another_account)
{
	const struct policy_facts facts = {.service = "app", .zone = ZONE_CONSOLE};

	ask_for(TRIGGER_PRIVILEGED_OPERATION);
	ck_assert_int_eq(policy_trigger(&policy, service, &facts), 0);
	service->operation = true;
	ck_assert_int_eq(policy_trigger(&policy, service, &facts), TRIGGER_PRIVILEGED_OPERATION);
	ask_for(0);
	ck_assert_int_eq(policy_trigger(&policy, service, &facts), 0);
}
END_TEST

/* What fires for the account's own kind is named before what fires for others. */
START_TEST(the_narrower_is_named)
{
	struct policy_facts facts = {.service = "app", .zone = ZONE_INTERNET};

	ask_for(TRIGGER_ALL_ACCOUNTS | TRIGGER_ADMIN);
	ck_assert_int_eq(policy_trigger(&policy, service, &facts), TRIGGER_ALL_ACCOUNTS);
	facts.kind = ACCOUNT_PRIVILEGED;
	ck_assert_int_eq(policy_trigger(&policy, service, &facts), TRIGGER_ADMIN);
}
END_TEST

START_TEST(the_least_that_is_asked_anywhere)
{
	ck_assert_int_eq(policy_kinds_least(&policy, service), 1);
	ask_for(TRIGGER_ADMIN_INTERNET); /* not inside */
	ck_assert_int_eq(policy_kinds_least(&policy, service), 1);
	ask_for(TRIGGER_ADMIN_INTERNET | TRIGGER_LAN_IMPORTANT);
	ck_assert_int_eq(policy_kinds_least(&policy, service), 2);
	ask_for(TRIGGER_ALL_ACCOUNTS);
	ck_assert_int_eq(policy_kinds_least(&policy, service), 2);
	service->kinds = 2;
	ask_for(0);
	ck_assert_int_eq(policy_kinds_least(&policy, service), 2);
}
END_TEST

START_TEST(where_prompts_depend_on_the_place)
{
	ck_assert(!policy_place_matters(&policy, "app"));
	ask_for(TRIGGER_LAN_IMPORTANT);
	ck_assert(policy_place_matters(&policy, "app"));
	service->kinds = 2; /* both are asked everywhere */
	ck_assert(!policy_place_matters(&policy, "app"));
	policy.ntrusted = 1; /* but where an address counts */
	ck_assert(policy_place_matters(&policy, "app"));
}
END_TEST

static Suite *
suite(void)
{
	Suite *it = suite_create("policy/triggers");
	TCase *places = tcase_create("places");

	tcase_add_checked_fixture(places, set_up, NULL);
	tcase_add_loop_test(
		places, each_trigger_at_each_place, 0, (int)(sizeof(fires) / sizeof(fires[0])));
	tcase_add_test(places, an_operation_of_another_account);
	tcase_add_test(places, the_narrower_is_named);
	tcase_add_test(places, the_least_that_is_asked_anywhere);
	tcase_add_test(places, where_prompts_depend_on_the_place);
	suite_add_tcase(it, places);
	return it;
}

UNIT_MAIN(suite)
