/*
 * What warifu.conf says of RADIUS and of relays over TLS: every option reaches its field, profiles,
 * contradictions. Secrets: test_radius_secret.c.
 */
#include <config.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>

#include "authd/config/config_table.h"
#include "authd/config/radius_profiles.h"
#include "tests/unit/config/fixture.h"

#define SECRET "secret_file = \"/s\""
#define PIN_DIGITS "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define PIN "sha256:" PIN_DIGITS
#define PSK(name, identity) "client " name " { psk_identity = " identity " psk_file = \"/p\" }\n"
#define V1 "client v1 { network = 192.0.2.1 " SECRET " "

static const struct config_client *
first(const struct config *config)
{
	ck_assert_uint_ge(config->radius.nclients, 1);
	return &config->radius.clients[0];
}

/* --- values --- */

START_TEST(defaults)
{
	struct config *config;
	const struct config_radius *radius;

	write_main("");
	config = load();
	radius = &config->radius;
	ck_assert_uint_eq(radius->nclients, 0);
	ck_assert_uint_eq(radius->nreplies, 0);
	ck_assert_str_eq(radius->user, "warifu-radius");
	ck_assert_str_eq(radius->state_dir, WF_STATEDIR "-radius");
	ck_assert_str_eq(radius->enrolment_host, "");
	ck_assert_uint_eq(radius->nlisteners, 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert(!radius->listeners[i].written);
	ck_assert_str_eq(radius->listeners[1].text, "[::]:1812");
	ck_assert_int_eq(radius->listeners[3].transport, LISTEN_ACCOUNTING);
	ck_assert_ptr_null(config_client_find(radius, "v1"));
	config_free(&config);
	write_main(V1 "}");
	config = load();
	ck_assert_int_eq(first(config)->message_authenticator, CLIENT_AUTHENTICATOR_REQUIRED);
	ck_assert_int_eq(first(config)->mode, CLIENT_CHALLENGE);
	ck_assert_int_eq(first(config)->entry.class, CLASS_VPN);
	ck_assert_int_eq(first(config)->zone, ZONE_INTERNET);
	ck_assert_str_eq(first(config)->profile, "generic");
	ck_assert_uint_eq(first(config)->timeout_ms, 5000);
	ck_assert_uint_eq(first(config)->rate, 100);
	ck_assert_int_eq(first(config)->secret_changed_day, -1);
	ck_assert(!first(config)->trust_calling_station && !first(config)->send_groups &&
		  !first(config)->proxies);
	ck_assert_int_eq(first(config)->origin.line, 1);
	ck_assert_str_eq(first(config)->origin.file, main_file);
	config_free(&config);
}
END_TEST

START_TEST(the_section_radius)
{
	struct config *config;
	const struct config_radius *radius;
	const struct sockaddr_in6 *v6;
	const struct sockaddr_in *v4;

	write_main("radius {\n listen = {\"127.0.0.1:11812\", \"[2001:db8::1]:7\"}\n accounting = "
		   "none\n radsec = {\"[::]:2083\"}\n"
		   " certificate = /c\n key = /k\n ca = /a\n crl = /r\n radsec_connections = 7\n "
		   "radsec_client_connections = 3\n"
		   " radsec_idle = 1m\n radsec_lifetime = 2h\n dictionary = {/d1, /d2}\n user = "
		   "\"\"\n state_dir = /t enrolment_host = ssh.example.org }");
	config = load();
	radius = &config->radius;
	ck_assert_uint_eq(radius->nlisteners, 3);
	v4 = (const void *)&radius->listeners[0].address;
	ck_assert_int_eq(v4->sin_family, AF_INET);
	ck_assert_uint_eq(ntohs(v4->sin_port), 11812);
	ck_assert_uint_eq(ntohl(v4->sin_addr.s_addr), INADDR_LOOPBACK);
	ck_assert_uint_eq(radius->listeners[0].address_len, sizeof(*v4));
	v6 = (const void *)&radius->listeners[1].address;
	ck_assert_int_eq(v6->sin6_family, AF_INET6);
	ck_assert_uint_eq(ntohs(v6->sin6_port), 7);
	ck_assert_uint_eq(v6->sin6_addr.s6_addr[15], 1);
	ck_assert_uint_eq(radius->listeners[1].address_len, sizeof(*v6));
	ck_assert(radius->listeners[1].written);
	ck_assert_int_eq(radius->listeners[2].transport, LISTEN_TLS);
	ck_assert_str_eq(radius->certificate, "/c");
	ck_assert_str_eq(radius->key, "/k");
	ck_assert_str_eq(radius->ca, "/a");
	ck_assert_str_eq(radius->crl, "/r");
	ck_assert_uint_eq(radius->radsec_connections, 7);
	ck_assert_uint_eq(radius->radsec_client_connections, 3);
	ck_assert_uint_eq(radius->radsec_idle_ms, 60000);
	ck_assert_uint_eq(radius->radsec_lifetime_ms, 7200000);
	ck_assert_uint_eq(radius->ndictionaries, 2);
	ck_assert_str_eq(radius->dictionaries[1], "/d2");
	ck_assert_str_eq(radius->state_dir, "/t");
	ck_assert_str_eq(radius->enrolment_host, "ssh.example.org");
	ck_assert_uint_eq(config->radius_uid, geteuid());
	ck_assert_uint_eq(config->radius_gid, getegid());
	config_free(&config);
}
END_TEST

START_TEST(every_option_of_a_client)
{
	struct config *config;
	const struct config_client *client;

	write_main("client v1 {\n network = {192.0.2.0/24, \"2001:db8::1\"}\n certificate = "
		   "{\"a.example\", \"B\"}\n psk_identity = gw1\n psk_file = /p\n " SECRET
		   "\n secret_changed = \"2024-02-29\"\n profile = pan-os\n message_authenticator "
		   "= optional\n proxies = yes\n"
		   " mode = separator\n separator = \"::\"\n groups = {staff, \"a.b_c-1\"}\n zone "
		   "= internal\n class = firewall-admin\n"
		   " trust_calling_station = on\n kinds = 2\n fold_case = true\n strip_realm = "
		   "true\n timeout = 2m\n rate = 7\n"
		   " send_groups = yes\n group_attribute = 'Class = \"OU=%groups\"'\n reply = {b, "
		   "a}\n}\n"
		   "reply a { attributes = {\"X = 1\"} }\nreply b { groups = admins attributes = "
		   "{'Filter-Id = \"a \\\"b\\\" \\\\\\\\\"', 'Y=  2 3 '} }");
	config = load();
	client = first(config);
	ck_assert_uint_eq(client->nnetworks, 2);
	ck_assert_uint_eq(client->networks[0].prefix, 120);
	ck_assert_uint_eq(client->ncertificates, 2);
	ck_assert_str_eq(client->certificates[1], "B");
	ck_assert_str_eq(client->psk_identity, "gw1");
	ck_assert_str_eq(client->psk_file, "/p");
	ck_assert_ptr_eq(config_client_by_identity(&config->radius, "gw1"), client);
	ck_assert_ptr_null(config_client_by_identity(&config->radius, "gw"));
	ck_assert_ptr_null(config_client_by_identity(&config->radius, ""));
	ck_assert_str_eq(client->secret_file, "/s");
	ck_assert_int_eq(client->secret_changed_day, 19782);
	ck_assert_str_eq(client->profile, "pan-os");
	ck_assert_int_eq(client->message_authenticator, CLIENT_AUTHENTICATOR_OPTIONAL);
	ck_assert_int_eq(client->mode, CLIENT_SEPARATOR);
	ck_assert_str_eq(client->separator, "::");
	ck_assert_uint_eq(client->groups.n, 2);
	ck_assert_str_eq(client->groups.names[1], "a.b_c-1");
	ck_assert_int_eq(client->zone, ZONE_INTERNAL);
	ck_assert_int_eq(client->entry.class, CLASS_FIREWALL_ADMIN);
	ck_assert(client->proxies && client->trust_calling_station && client->fold_case &&
		  client->strip_realm);
	ck_assert_int_eq(client->kinds, 2);
	ck_assert_uint_eq(client->timeout_ms, 120000);
	ck_assert_uint_eq(client->rate, 7);
	ck_assert(client->send_groups);
	ck_assert_str_eq(client->group_attribute, "Class");
	ck_assert_str_eq(client->group_format, "OU=%groups");
	ck_assert_uint_eq(client->nreplies, 2);
	ck_assert_uint_eq(client->replies[0], 1);
	ck_assert_uint_eq(client->replies[1], 0);
	ck_assert_uint_eq(config->radius.replies[1].groups.n, 1);
	ck_assert_uint_eq(config->radius.replies[1].nattributes, 2);
	ck_assert_str_eq(config->radius.replies[1].attributes[0].name, "Filter-Id");
	ck_assert_str_eq(config->radius.replies[1].attributes[0].value, "a \"b\" \\");
	ck_assert_str_eq(config->radius.replies[1].attributes[1].name, "Y");
	ck_assert_str_eq(config->radius.replies[1].attributes[1].value, "2 3");
	ck_assert_int_eq(config->radius.replies[1].attributes[1].origin.line, 27);
	ck_assert_str_eq(config_mode_name(client->mode), "separator");
	ck_assert_str_eq(config_class_name(client->entry.class), "firewall-admin");
	ck_assert_str_eq(config_authenticator_name(client->message_authenticator), "optional");
	config_free(&config);
}
END_TEST

START_TEST(a_client_is_a_service)
{
	const struct policy_service *service;
	struct config *config;

	write_main(V1 "kinds = 1 }\nclient v2 { network = 192.0.2.2 " SECRET
		      " mode = code }\nclient v3 { network = 192.0.2.3 " SECRET " }");
	config = load();
	service = policy_service_find(&config->policy, "v1");
	ck_assert(service->asked && !service->key_only && !service->root_allowed);
	ck_assert_int_eq(service->kinds, 1);
	ck_assert_uint_eq(service->ask, 0);
	ck_assert_str_eq(service->demand_origin.force, "deviation");
	ck_assert_int_eq(service->demand_origin.line, 1);
	service = policy_service_find(&config->policy, "v2");
	ck_assert_uint_eq(service->ask, POLICY_ASK_CODE);
	ck_assert_str_eq(service->demand_origin.force, "deviation");
	service = policy_service_find(&config->policy, "v3");
	ck_assert_int_eq(service->kinds, 0);
	ck_assert_uint_eq(
		policy_asks(&config->policy, service), POLICY_ASK_PASSWORD | POLICY_ASK_CODE);
	ck_assert_int_eq(service->demand_origin.line, 0);
	config_free(&config);
	write_main("mfa { kinds = 1 }\n" V1 "class = entry-point-admin }");
	config = load();
	ck_assert_int_eq(policy_service_find(&config->policy, "v1")->kinds, 2);
	config_free(&config);
}
END_TEST

START_TEST(the_clients_of_addresses_and_certificates)
{
	static const struct {
		const char *address, *client;
	} table[] = {{"::ffff:10.0.0.1", "one"}, {"::ffff:10.0.0.10", "ten"},
		{"::ffff:10.1.2.3", "net"}, {"::ffff:10.2.0.0", NULL}, {"2001:db8::1", "six"},
		{"2001:db8:0:8000::", NULL}, {"::ffff:192.0.2.1", NULL}, {"::1", NULL}};
	struct config *config;

	write_main("client one { network = 10.0.0.1 " SECRET
		   " }\nclient ten { network = 10.0.0.10 " SECRET " }\n"
		   "client net { network = 10.1.0.0/16 " SECRET
		   " }\nclient six { network = \"2001:db8::/49\" " SECRET
		   " certificate = \"Gw.Example\" }");
	config = load();
	for (size_t i = 0; i < LENGTH(table); i++) {
		uint8_t bytes[16];
		const struct config_client *client;

		ck_assert_int_eq(inet_pton(AF_INET6, table[i].address, bytes), 1);
		client = config_client_by_address(&config->radius, bytes);
		ck_assert_msg(
			(client == NULL) == (table[i].client == NULL), "%s", table[i].address);
		if (client != NULL)
			ck_assert_str_eq(client->name, table[i].client);
	}
	ck_assert_str_eq(config_client_by_certificate(&config->radius, "gw.example")->name, "six");
	ck_assert_ptr_null(config_client_by_certificate(&config->radius, "gw.example.org"));
	ck_assert_str_eq(config_client_find(&config->radius, "ten")->name, "ten");
	config_free(&config);
}
END_TEST

START_TEST(networks_without_a_secret_only_limit_a_certificate)
{
	struct config *config;
	const struct config_client *near, *anywhere;
	uint8_t inside[16], outside[16];

	write_main("radius { radsec = \"[::]:2083\" }\n"
		   "client near { network = 10.0.0.0/8 psk_identity = n psk_file = /p }\n"
		   "client nearer { network = 10.1.0.0/16 psk_identity = m psk_file = /p }\n" PSK(
			   "far", "f"));
	config = load();
	near = config_client_find(&config->radius, "near");
	anywhere = config_client_find(&config->radius, "far");
	ck_assert_int_eq(inet_pton(AF_INET6, "::ffff:10.1.2.3", inside), 1);
	ck_assert_int_eq(inet_pton(AF_INET6, "::ffff:11.1.2.3", outside), 1);
	ck_assert_ptr_null(config_client_by_address(&config->radius, inside));
	ck_assert(config_client_may_connect(near, inside));
	ck_assert(!config_client_may_connect(near, outside));
	ck_assert(config_client_may_connect(anywhere, outside));
	config_free(&config);
}
END_TEST

START_TEST(everything_v6_is_nothing_v4)
{
	struct config *config;
	uint8_t bytes[16];

	write_main("client all { network = \"::/0\" " SECRET
		   " }\nclient v4 { network = 192.0.2.0/24 " SECRET " }");
	config = load();
	ck_assert_int_eq(inet_pton(AF_INET6, "::ffff:192.0.2.9", bytes), 1);
	ck_assert_str_eq(config_client_by_address(&config->radius, bytes)->name, "v4");
	ck_assert_int_eq(inet_pton(AF_INET6, "fe80::1", bytes), 1);
	ck_assert_str_eq(config_client_by_address(&config->radius, bytes)->name, "all");
	config_free(&config);
}
END_TEST

START_TEST(groups_are_compared_whole)
{
	static const char groups[][CONFIG_GROUP_SIZE] = {"staffs", "vpn"};
	const struct group_set none = {.n = 0}, staff = {.names = {"staff"}, .n = 1},
				   both = {.names = {"staff", "vpn"}, .n = 2};

	ck_assert(config_groups_match(&none, groups, 0));
	ck_assert(!config_groups_match(&staff, groups, 2));
	ck_assert(config_groups_match(&both, groups, 2));
	ck_assert(!config_groups_match(&both, groups, 1));
}
END_TEST

/* --- profiles --- */

START_TEST(profiles_fill_in_what_is_not_written)
{
	struct config *config;

	write_main(V1 "profile = strongswan }\nclient v2 { network = 192.0.2.2 " SECRET
		      " mode = challenge profile = strongswan }");
	config = load();
	ck_assert_int_eq(first(config)->mode, CLIENT_CODE_LAST);
	ck_assert_uint_eq(first(config)->timeout_ms, 20000);
	ck_assert_str_eq(first(config)->group_attribute, "Class");
	ck_assert_str_eq(first(config)->group_format, "%group");
	ck_assert_int_eq(config->radius.clients[1].mode, CLIENT_CHALLENGE);
	ck_assert_uint_eq(config->radius.clients[1].timeout_ms, 20000);
	config_free(&config);
}
END_TEST

START_TEST(every_profile_loads_and_weakens_nothing)
{
	size_t n;
	const struct config_profile *profiles = config_profiles(&n);

	ck_assert_uint_eq(n, 8);
	for (size_t i = 0; i < n; i++) {
		char text[256];
		struct config *config;

		(void)snprintf(text, sizeof(text), V1 "profile = %s }", profiles[i].name);
		write_main(text);
		config = load();
		ck_assert_str_eq(first(config)->profile, profiles[i].name);
		ck_assert_int_eq(
			first(config)->message_authenticator, CLIENT_AUTHENTICATOR_REQUIRED);
		ck_assert(!first(config)->trust_calling_station && !first(config)->send_groups &&
			  !first(config)->proxies);
		ck_assert_uint_eq(first(config)->nreplies, 0);
		for (const struct config_profile_line *line = profiles[i].lines;
			line->option != NULL; line++)
			ck_assert_str_ne(line->why, "");
		config_free(&config);
	}
	ck_assert_ptr_null(config_profile_find("fortigat"));
}
END_TEST

/* --- relays --- */

#define TRUST " certificate = /c key = /k ca = /a "

START_TEST(relay_options_reach_their_fields)
{
	struct config *config;

	write_main("relay { server = \"[2001:db8::1]:7443\"" TRUST "}");
	config = load();
	ck_assert_str_eq(config->relay.host, "2001:db8::1");
	ck_assert_str_eq(config->relay.port, "7443");
	ck_assert_str_eq(config->relay.trust.certificate, "/c");
	ck_assert_str_eq(config->relay.trust.key, "/k");
	ck_assert_str_eq(config->relay.trust.ca, "/a");
	config_free(&config);
	write_main("relays { listen = \"0.0.0.0:7443\" allow = {Web1.example, b}" TRUST "}");
	config = load();
	ck_assert_str_eq(config->relay.host, "");
	ck_assert_uint_eq(config->relays.nlisteners, 1);
	ck_assert_uint_eq(config->relays.nallow, 2);
	ck_assert_str_eq(config->relays.allow[0], "web1.example");
	ck_assert_str_eq(config->relays.trust.key, "/k");
	config_free(&config);
	write_main("relay {\n server = a:1 }");
	ck_assert_str_eq(refused(WF_INVALID),
		"warifu.conf:2: section 'relay' lacks 'certificate'; it needs all of its options");
	write_main("relay { server = a:1" TRUST "}\nrelays { listen = \"0.0.0.0:1\" allow = b" TRUST
		   "}");
	ck_assert_str_eq(
		refused(WF_INVALID), "warifu.conf:2: a relay has no accounts, so it serves no "
				     "relays; leave out section 'relay' or 'relays'");
	write_main("relay { server = \"a:0\"" TRUST "}");
	(void)refused(WF_INVALID);
}
END_TEST

/* --- contradictions --- */

static const struct {
	const char *text, *sentence;
} bad[] = {
	{"client v1 { }", "warifu.conf:1: client 'v1' has neither 'network' nor 'certificate' nor "
			  "'psk_identity': nobody could be it"},
	{"client v1 {\n network = 192.0.2.1 }", "warifu.conf:2: client 'v1' has no 'secret_file'; "
						"make one with 'warifu radius secret v1'"},
	{"client v1 { certificate = a\n " SECRET " }",
		"warifu.conf:2: client 'v1' has no 'network', so its secret has no meaning; take "
		"it out"},
	{"client \"a b\" { }",
		"warifu.conf:1: 'a b' cannot be the name of a section 'client'; accepted: 1 to 64 "
		"letters, digits, '.', '_' and '-', not beginning with '-'"},
	{V1 "}\nclient v2 {\n " SECRET "\n network = {198.51.100.1, 192.0.2.1} }",
		"warifu.conf:4: 192.0.2.1 of client 'v2' overlaps with 192.0.2.1 of client 'v1' "
		"(FOLDER/warifu.conf:1); a packet must be of one client"},
	{V1 "}\nclient v2 { network = 192.0.2.0/24 " SECRET " }",
		"warifu.conf:2: 192.0.2.0/24 of client 'v2' overlaps with 192.0.2.1 of client 'v1' "
		"(FOLDER/warifu.conf:1); a packet must be of one client"},
	{"client v1 { network = {10.0.0.0/8, 10.1.0.0/16} " SECRET " }",
		"warifu.conf:1: 10.0.0.0/8 of client 'v1' overlaps with 10.1.0.0/16 of client 'v1' "
		"(FOLDER/warifu.conf:1); a packet must be of one client"},
	{"client v1 { certificate = a }\nclient v2 {\n certificate = A }",
		"warifu.conf:3: certificate 'A' of client 'v2' is also that of client 'v1' "
		"(FOLDER/warifu.conf:1)"},
	{V1 "}\nclient v2 { network = 192.0.2.2 " SECRET " }\nclient v1 { rate = 1 }",
		"warifu.conf:3: there is another client 'v1' in FOLDER/warifu.conf:1; give one of "
		"them another name"},
	{"reply r { attributes = {'A = 1'} }\nreply r { attributes = {'A = 2'} }",
		"warifu.conf:2: there is another reply 'r' in FOLDER/warifu.conf:1; give one of "
		"them another name"},
	{V1 "rate = 1\n rate = 2 }",
		"warifu.conf:2: 'client.rate' is written twice in this file, first in line 1"},
	{V1 "profile = cisco }",
		"warifu.conf:1: 'client.profile' cannot be 'cisco'; accepted: generic, fortigate, "
		"pan-os, cisco-asa, ocserv, openvpn, strongswan, pam_radius"},
	{V1 "mode = concat }", "warifu.conf:1: 'client.mode' cannot be 'concat'; accepted: "
			       "challenge, code-last, code-first, separator, code, scrv1"},
	{V1 "message_authenticator = no }", "warifu.conf:1: 'client.message_authenticator' cannot "
					    "be 'no'; accepted: required, optional, auto"},
	{V1 "class = admin }",
		"warifu.conf:1: 'client.class' cannot be 'admin'; accepted: server, vpn, "
		"firewall-admin, entry-point-admin, wlan, remote-access, cloud, cloud-admin, "
		"published-application, log-store, network-device"},
	{V1 "zone = console }",
		"warifu.conf:1: 'client.zone' cannot be 'console'; accepted: internet, internal"},
	{"client v1 { network = {192.0.2.0/28} " SECRET "\n message_authenticator = auto }",
		"warifu.conf:2: client 'v1' is the network 192.0.2.0/28: what one gateway there "
		"can do says nothing of the others; write "
		"message_authenticator = required or optional, or a client for each address"},
	{V1 "mode = separator }", "warifu.conf:1: client 'v1' needs 'separator': what stands "
				  "between password and code"},
	{V1 "separator = x }", "warifu.conf:1: client 'v1' has a 'separator', which mode = "
			       "challenge has no use for; take it out, or write mode = separator"},
	{V1 "mode = separator separator = 123456789 }",
		"warifu.conf:1: 'client.separator' cannot be '123456789'; accepted: one line of at "
		"most 8 bytes of UTF-8"},
	{V1 "class = firewall-admin\n kinds = 1 }",
		"warifu.conf:2: client 'v1' is of class firewall-admin, whose logins prove two "
		"kinds: password and code"},
	{V1 "class = entry-point-admin\n mode = code }",
		"warifu.conf:2: client 'v1' is of class entry-point-admin, whose logins prove two "
		"kinds: password and code"},
	{V1 "mode = code\n kinds = 2 }", "warifu.conf:2: client 'v1' sends the code alone (mode = "
					 "code), so it proves one kind; change 'kinds' or 'mode'"},
	{V1 "mode = scrv1\n kinds = 1 }",
		"warifu.conf:1: client 'v1' sends password and code together (mode = scrv1), but "
		"is asked for the password alone; write kinds = 2, or mode = challenge"},
	{"mfa { kinds = 1 }\n" V1 "profile = strongswan }",
		"warifu.conf:2: client 'v1' sends password and code together (mode = code-last), "
		"but is asked for the password alone; write kinds = 2, or mode = challenge"},
	{V1 "kinds = 3 }",
		"warifu.conf:1: 'client.kinds' cannot be '3'; accepted: a number from 0 to 2"},
	{V1 "timeout = 0 }", "warifu.conf:1: 'client.timeout' cannot be '0'; accepted: 1 to 120 "
			     "seconds, written as in 90, 90s, 10m, 1h or 1d"},
	{V1 "timeout = 121 }", "warifu.conf:1: 'client.timeout' cannot be '121'; accepted: 1 to "
			       "120 seconds, written as in 90, 90s, 10m, 1h or 1d"},
	{V1 "secret_changed = \"2026-02-29\" }",
		"warifu.conf:1: 'client.secret_changed' cannot be '2026-02-29'; accepted: a day "
		"such as 2026-01-31"},
	{V1 "send_groups = yes }", "warifu.conf:1: client 'v1' is to be sent groups, but "
				   "'group_attribute' does not say in which attribute"},
	{V1 "group_attribute = \"Class = staff\" }",
		"warifu.conf:1: 'client.group_attribute' cannot be 'Class = staff'; accepted: an "
		"attribute with %group (one for each group) or "
		"%groups (all in one), such as 'Class = \"OU=%group;\"'"},
	{V1 "groups = Staff }",
		"warifu.conf:1: 'client.groups' cannot be 'Staff'; accepted: a list of 1 to 16 "
		"groups, each of 1 to 32 of a-z, 0-9, '.', '_' and '-'"},
	{V1 "groups = \"\" }", "warifu.conf:1: 'client.groups' cannot be ''; accepted: a list of 1 "
			       "to 16 groups, each of 1 to 32 of a-z, 0-9, '.', '_' and '-'"},
	{V1 "\n reply = r }",
		"warifu.conf:2: client 'v1' names the reply 'r', but there is no such section"},
	{"client sshd { network = 192.0.2.1 " SECRET " }",
		"warifu.conf:1: client 'sshd' has the name of a service; give it another one, "
		"because both share rules and log"},
	{"client warifu { network = 192.0.2.1 " SECRET " }",
		"warifu.conf:1: client 'warifu' has the name of a service; give it another one, "
		"because both share rules and log"},
	{V1 "}\nservice v1 { kinds = 1 }", "warifu.conf:1: client 'v1' has the name of a service; "
					   "give it another one, because both share rules and log"},
	{"reply r { groups = a }", "warifu.conf:1: reply 'r' has no 'attributes'"},
	{"reply r {\n attributes = {'A = 1',\n 'state = 1'} }",
		"warifu.conf:3: reply 'r' cannot have state: the server sets it by itself, or it "
		"has no place in an Accept"},
	{"reply r { attributes = {Filter-Id} }",
		"warifu.conf:1: 'reply.attributes' cannot be 'Filter-Id'; accepted: a list of 1 to "
		"32 attributes such as 'Filter-Id = \"staff\"' or 'Session-Timeout = 3600'"},
	{"reply r { attributes = {'A = \"x'} }",
		"warifu.conf:1: 'reply.attributes' cannot be 'A = \"x'; accepted: a list of 1 to "
		"32 attributes such as 'Filter-Id = \"staff\"' or 'Session-Timeout = 3600'"},
	{"reply r { attributes = {'A = '} }",
		"warifu.conf:1: 'reply.attributes' cannot be 'A = '; accepted: a list of 1 to 32 "
		"attributes such as 'Filter-Id = \"staff\"' or 'Session-Timeout = 3600'"},
	{"radius { listen = 1812 }", "warifu.conf:1: 'radius.listen' cannot be '1812'; accepted: a "
				     "list of 1 to 16 addresses with ports such as 192.0.2.1:1812, "
				     "0.0.0.0:1812 or [2001:db8::1]:1812, or \"none\" alone"},
	{"radius { radsec = \"[::]:2083\" }",
		"warifu.conf: 'radius.radsec' needs 'radius.certificate' and 'radius.key'"},
	{"radius { radsec = \"[::]:2083\" certificate = /c }\n" PSK("a", "x"),
		"warifu.conf: 'radius.radsec' needs 'radius.certificate' and 'radius.key'"},
	{"radius { radsec = \"[::]:2083\" }\n" PSK("a", "x") "client b { certificate = b }",
		"warifu.conf: 'radius.radsec' needs 'radius.certificate' and 'radius.key'"},
	{PSK("a", "x") "client b {\n psk_identity = x\n psk_file = /q }",
		"warifu.conf:3: psk_identity 'x' of client 'b' is also that of client 'a' "
		"(FOLDER/warifu.conf:1)"},
	{"client a {\n certificate = \"sha256:12\" }",
		"warifu.conf:2: 'client.certificate' cannot be 'sha256:12'; accepted: a list of 1 "
		"to 8 names that stand in certificates, or fingerprints: sha256: and 64 "
		"hexadecimal digits"},
	{"radius { radsec = \"[::]:2083\" certificate = /c key = /k }\n"
	 "client a { certificate = {\"" PIN "\", b} }",
		"warifu.conf: 'radius.radsec' needs 'radius.ca', unless each client has a "
		"key or is known by a fingerprint"},
	{"radius { radsec = \"[::]:2083\" }\nclient a { certificate = \"" PIN "\" }",
		"warifu.conf: 'radius.radsec' needs 'radius.certificate' and 'radius.key'"},
	{"client a { certificate = \"" PIN "\" }\n"
	 "client b {\n certificate = \"SHA256:" PIN_DIGITS "\" }",
		"warifu.conf:3: certificate '" PIN "' of client 'b' is also that of client 'a' "
		"(FOLDER/warifu.conf:1)"},
	{"client a {\n psk_identity = x }",
		"warifu.conf:2: client 'a' needs both 'psk_identity' and 'psk_file', or neither"},
	{"client a { certificate = a }\nclient b {\n psk_identity = x psk_file = /x }",
		"warifu.conf:1: client 'a' can come by TLS alone, which is not served: write "
		"'radius.radsec', or give it 'network' and 'secret_file'"},
	{"client a { certificate = a\n psk_file = /x }",
		"warifu.conf:2: client 'a' needs both 'psk_identity' and 'psk_file', or neither"},
};

/* The sentence with the folder's name taken out, which tests do not know. */
static const char *
without_folder(const char *sentence)
{
	static char text[1024];
	const char *at = strstr(sentence, folder);

	if (at == NULL)
		return sentence;
	(void)snprintf(text, sizeof(text), "%.*sFOLDER%s", (int)(at - sentence), sentence,
		at + strlen(folder));
	return text;
}

START_TEST(contradictions_get_their_sentence)
{
	write_main(bad[_i].text);
	ck_assert_str_eq(without_folder(refused(WF_INVALID)), bad[_i].sentence);
}
END_TEST

START_TEST(addresses_that_are_none)
{
	static const char *const table[] = {"", "192.0.2.1", "192.0.2.1:", "192.0.2.1:0",
		"192.0.2.1:65536", "192.0.2.1:-1", ":1812", "[]:1812", "[::1:1812", "::1:1812",
		"2001:db8::1:1812", "[192.0.2.1]:1812", "localhost:1812", "[::1]1812",
		"[::1%lo]:1812",
		"1:2:3:4:5:6:7:8:1111:2222:3333:4444:5555:6666:7777:8888:9999:1812"};
	struct config_listener listener = {.text = "untouched"};

	for (size_t i = 0; i < LENGTH(table); i++)
		ck_assert_msg(!config_listener(table[i], LISTEN_AUTHENTICATION, &listener), "%s",
			table[i]);
	ck_assert_str_eq(listener.text, "untouched");
}
END_TEST

START_TEST(the_second_file_says_where)
{
	static const char again[] = "\nclient v1 { rate = 5 }\n";
	static const char overlapping[] = "client v2 {\n network = 192.0.2.1 secret_file = /s }";

	make_folder("conf.d");
	write_main(V1 "}");
	write_file("conf.d/a.conf", again, strlen(again));
	ck_assert_str_eq(without_folder(refused(WF_INVALID)),
		"conf.d/a.conf:2: there is another client 'v1' in FOLDER/warifu.conf:1; give one "
		"of them another name");
	write_file("conf.d/a.conf", overlapping, strlen(overlapping));
	ck_assert_str_eq(without_folder(refused(WF_INVALID)),
		"conf.d/a.conf:2: 192.0.2.1 of client 'v2' overlaps with 192.0.2.1 of client 'v1' "
		"(FOLDER/warifu.conf:1); a packet must be "
		"of one client");
}
END_TEST

START_TEST(more_than_fit)
{
	static char text[65536];
	struct config *config;
	size_t len = 0;

	for (int i = 0; i < CONFIG_CLIENTS_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
			"client c%d { network = 10.0.%d.1 " SECRET " }\n", i, i);
	write_main(text);
	config = load();
	ck_assert_uint_eq(config->radius.nclients, CONFIG_CLIENTS_MAX);
	ck_assert_str_eq(config->radius.clients[255].name, "c255");
	config_free(&config);
	(void)snprintf(text + len, sizeof(text) - len, "client one-more { }");
	write_main(text);
	ck_assert_str_eq(
		refused(WF_INVALID), "warifu.conf:257: there are more than 256 such sections");
}
END_TEST

START_TEST(days)
{
	static const struct {
		const char *text;
		int day; /* -1: none */
	} table[] = {{"1970-01-01", 0}, {"2000-02-29", 11016}, {"2026-01-31", 20484},
		{"2100-02-28", 47540}, {"2100-02-29", -1}, {"1969-12-31", -1}, {"2026-13-01", -1},
		{"2026-00-10", -1}, {"2026-04-31", -1}, {"2026-04-00", -1}, {"2026-1-31", -1},
		{"2026/01/31", -1}, {"2026-01-31 ", -1}, {"2026-12-31", 20818}};

	for (size_t i = 0; i < LENGTH(table); i++) {
		struct config *config = NULL;
		char text[160];

		(void)snprintf(text, sizeof(text), V1 "secret_changed = \"%s\" }", table[i].text);
		write_main(text);
		if (table[i].day < 0) {
			(void)refused(WF_INVALID);
			continue;
		}
		config = load();
		ck_assert_int_eq(first(config)->secret_changed_day, table[i].day);
		config_free(&config);
	}
}
END_TEST

static Suite *
radius_suite(void)
{
	Suite *suite = suite_create("config_radius");
	TCase *tc = tcase_create("sections");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, defaults);
	tcase_add_test(tc, the_section_radius);
	tcase_add_test(tc, every_option_of_a_client);
	tcase_add_test(tc, a_client_is_a_service);
	tcase_add_test(tc, the_clients_of_addresses_and_certificates);
	tcase_add_test(tc, networks_without_a_secret_only_limit_a_certificate);
	tcase_add_test(tc, everything_v6_is_nothing_v4);
	tcase_add_test(tc, groups_are_compared_whole);
	tcase_add_test(tc, profiles_fill_in_what_is_not_written);
	tcase_add_test(tc, every_profile_loads_and_weakens_nothing);
	tcase_add_loop_test(tc, contradictions_get_their_sentence, 0, (int)LENGTH(bad));
	tcase_add_test(tc, relay_options_reach_their_fields);
	tcase_add_test(tc, addresses_that_are_none);
	tcase_add_test(tc, the_second_file_says_where);
	tcase_add_test(tc, more_than_fit);
	tcase_add_test(tc, days);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(radius_suite)
