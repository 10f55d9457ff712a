/*
 * Services with and without a row, and in which zone a source lies.
 */
#include "config.h"

#include "authd/policy/policy.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

START_TEST(jobs_are_not_asked)
{
	static const char *const jobs[] = {"cron", "crond", "anacron", "fcron", "at", "atd",
		"systemd-user", "runuser", "runuser-l", "gdm-launch-environment", "lightdm-greeter",
		"sddm-greeter"};
	struct policy policy;

	policy_init(&policy);
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
		ck_assert_msg(
			!policy_service_find(&policy, jobs[i])->asked, "%s is asked", jobs[i]);
}
END_TEST

START_TEST(flags_of_the_known_services)
{
	static const struct {
		const char *name;
		bool key_only, root, console, invoker, shell;
	} table[] = {
		{"sshd", true, false, false, false, true},
		{"login", false, true, true, false, true},
		{"gdm-password", false, false, true, false, false},
		{"lightdm", false, false, true, false, false},
		{"sddm", false, false, true, false, false},
		{"su", false, false, false, false, true},
		{"su-l", false, false, false, false, true},
		{"sudo", false, false, false, true, true},
		{"sudo-i", false, false, false, true, true},
		{"passwd", false, true, false, false, false},
		{"never-heard-of", false, false, false, false, false},
	};
	struct policy policy;

	policy_init(&policy);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct policy_service *service = policy_service_find(&policy, table[i].name);

		ck_assert(service->asked);
		ck_assert_int_eq(service->kinds, 0);
		ck_assert_int_eq(service->key_only, table[i].key_only);
		ck_assert_int_eq(service->root_allowed, table[i].root);
		ck_assert_int_eq(service->console, table[i].console);
		ck_assert_int_eq(service->invoker, table[i].invoker);
		ck_assert_int_eq(service->shell, table[i].shell);
		ck_assert_str_eq(service->origin.force, "default");
	}
}
END_TEST

START_TEST(rows_are_added_up_to_a_limit)
{
	struct policy policy;
	struct policy_service *service = NULL, *again = NULL;
	char name[80];

	policy_init(&policy);
	ck_assert_int_eq(policy_service_add(&policy, "vpn", &service), WF_OK);
	ck_assert_str_eq(service->name, "vpn");
	ck_assert(service->asked);
	service->asked = false;
	ck_assert_int_eq(policy_service_add(&policy, "vpn", &again), WF_OK);
	ck_assert_ptr_eq(service, again);
	ck_assert(!policy_service_find(&policy, "vpn")->asked);

	ck_assert_int_eq(policy_service_add(&policy, "", &again), WF_INVALID);
	memset(name, 'x', 65);
	name[65] = '\0';
	ck_assert_int_eq(policy_service_add(&policy, name, &again), WF_TOO_LONG);
	name[64] = '\0';
	ck_assert_int_eq(policy_service_add(&policy, name, &again), WF_OK);
	ck_assert_str_eq(policy_service_find(&policy, name)->name, name);

	for (size_t i = policy.nservices; i < POLICY_SERVICES_MAX; i++) {
		(void)snprintf(name, sizeof(name), "service%zu", i);
		ck_assert_int_eq(policy_service_add(&policy, name, &again), WF_OK);
	}
	ck_assert_int_eq(policy_service_add(&policy, "one too many", &again), WF_FULL);
	ck_assert_int_eq(policy_service_add(&policy, "vpn", &again), WF_OK);
	ck_assert(policy_service_find(&policy, "one too many")->asked);
}
END_TEST

START_TEST(zones)
{
	static const struct {
		const char *rhost, *tty;
		bool console;
		enum zone zone;
	} table[] = {
		{"10.1.2.3", "ssh", false, ZONE_INTERNAL},
		{"10.2.2.3", "ssh", false, ZONE_INTERNET},
		{"2001:db8::7", "ssh", false, ZONE_INTERNAL},
		{"2001:db9::7", "ssh", false, ZONE_INTERNET},
		{"::ffff:10.1.2.3", "ssh", false, ZONE_INTERNAL},
		{"host.example.org", "ssh", false, ZONE_INTERNET},
		{"10.1.2.3", "tty1", true, ZONE_INTERNAL}, /* a remote host is never the console */
		{"", "tty1", true, ZONE_CONSOLE},
		{"", "tty1", false, ZONE_INTERNET},
		{"", "", true, ZONE_INTERNET},
		{"", "pts/3", true, ZONE_INTERNET},
		{"", "/dev/pts/3", true, ZONE_INTERNET},
		{NULL, ":0", true, ZONE_CONSOLE},
	};
	struct policy policy;

	policy_init(&policy);
	policy.ninternal = 2;
	ck_assert_int_eq(wf_network_parse("10.1.0.0/16", &policy.internal[0]), WF_OK);
	ck_assert_int_eq(wf_network_parse("2001:db8::/32", &policy.internal[1]), WF_OK);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct wf_source source;

		wf_source_from_pam(table[i].rhost, table[i].tty, &source);
		ck_assert_msg(policy_zone(&policy, &source, table[i].console) == table[i].zone,
			"row %zu: %s", i, source.text);
	}
}
END_TEST

static Suite *
services_suite(void)
{
	Suite *suite = suite_create("policy_services");
	TCase *tc = tcase_create("services");

	tcase_add_test(tc, jobs_are_not_asked);
	tcase_add_test(tc, flags_of_the_known_services);
	tcase_add_test(tc, rows_are_added_up_to_a_limit);
	tcase_add_test(tc, zones);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(services_suite)
