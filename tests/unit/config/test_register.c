/*
 * What warifu.conf says of services, hosts and clients in the register: the same options in all.
 */
#include <config.h>

#include "tests/unit/config/fixture.h"

static const struct policy_host *
host_of(const struct config *config, const char *name)
{
	const struct policy *policy = &config->policy;

	for (size_t i = 0; i < policy->nhosts; i++)
		if (strcmp(policy->hosts[i].name, name) == 0)
			return &policy->hosts[i];
	ck_abort_msg("no host %s", name);
}

/* Services, hosts and clients have the same options of the register. */
START_TEST(the_register_is_read)
{
	const struct config_client *client;
	const struct policy_entry *entry;
	struct config *config;

	write_main("host web1 { class = log-store data = important }\n"
		   "service sshd { grants = required scope = {\"ops\", \"staff\"}\n"
		   " administrator = \"Arai\" responsible = \"Baba\" data = 2 }\n"
		   "host web1 { grants = required }\n"
		   "client gw { network = {\"192.0.2.1\"} secret_file = \"/s\" class = cloud\n"
		   " data = general grants = required }\n");
	config = load();
	ck_assert_uint_eq(config->policy.nhosts, 1);
	ck_assert_int_eq(host_of(config, "web1")->entry.class, CLASS_LOG_STORE);
	ck_assert_int_eq(host_of(config, "web1")->entry.data, DATA_3);
	ck_assert_int_eq(host_of(config, "web1")->entry.grants, GRANTS_REQUIRED);
	entry = &policy_service_find(&config->policy, "sshd")->entry;
	ck_assert_int_eq(entry->data, DATA_2);
	ck_assert_uint_eq(entry->scope.n, 2);
	ck_assert_str_eq(entry->scope.names[1], "staff");
	ck_assert_str_eq(entry->administrator, "Arai");
	ck_assert_str_eq(entry->responsible, "Baba");
	client = config_client_find(&config->radius, "gw");
	ck_assert_int_eq(client->entry.data, DATA_1);
	entry = &policy_service_find(&config->policy, "gw")->entry;
	ck_assert_int_eq(entry->class, CLASS_CLOUD);
	ck_assert_int_eq(entry->grants, GRANTS_REQUIRED);
	config_free(&config);
}
END_TEST

static Suite *
register_suite(void)
{
	Suite *suite = suite_create("config_register");
	TCase *tcase = tcase_create("load");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, the_register_is_read);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(register_suite)
