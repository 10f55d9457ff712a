/* Views of RADIUS's clients, and what the doctor says of them. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/account/rig.h"

#define SECTION                                                                                    \
	"client vpn1 {\n network = {192.0.2.1, \"2001:db8::/64\"}\n secret_file = \"%1$s/one\"\n " \
	"profile = fortigate\n groups = {a, b}\n}\n"                                               \
	"client fw { certificate = gw.example message_authenticator = %2$s class = "               \
	"firewall-admin timeout = 7 }\n"                                                           \
	"radius { radsec = \"[::]:2083\" certificate = /c key = /k ca = /a }\n"

/* The rig's configuration gets the clients of this text. */
static void
take(const char *text)
{
	rig.config.radius = rig_take("clients.conf", text)->radius;
	rig.config.radius_uid = geteuid();
}

static void
take_clients(const char *authenticator)
{
	char text[2048];

	snprintf(text, sizeof(text), SECTION, rig.dir, authenticator);
	take(text);
}

static void
put_secret(const char *text, mode_t mode)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/one", rig.dir);
	(void)unlink(path);
	if (text == NULL)
		return;
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	ck_assert_int_ge(fputs(text, out), 0);
	ck_assert_int_eq(fclose(out), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static struct {
	wf_status asked, status;
	const char *line;
} terms = {.line = "certificate 0 8640000 /c"};

static wf_status
ask_terms(void *ctx, const char *order, const char *arg, struct wf_msg *done_r)
{
	(void)ctx;
	ck_assert_str_eq(order, "terms");
	ck_assert_ptr_null(arg);
	if (terms.asked != WF_OK)
		return terms.asked;
	wf_msg_init(done_r, WF_MSG_DONE, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(done_r, WF_F_STATUS, terms.status), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(done_r, WF_F_CELL, terms.line), WF_OK);
	return WF_OK;
}

static void
set_up(void)
{
	rig_setup();
	rig.daemon.ask_front = ask_terms;
	take_clients("required");
	put_secret("0123456789abcdef0123456789abcdef\n", 0400);
}

static void
tear_down(void)
{
	put_secret(NULL, 0);
	rig_teardown();
}

START_TEST(clients_are_listed)
{
	rig_ok("radius.client.list");
	ck_assert_uint_eq(rig.nrows, 2);
	ck_assert_str_eq(rig_cell(0, "client"), "vpn1");
	ck_assert_str_eq(rig_cell(0, "sources"), "192.0.2.1 2001:db8::/64");
	ck_assert_str_eq(rig_cell(0, "client-mode"), "challenge");
	ck_assert_str_eq(rig_cell(0, "transport"), "udp");
	ck_assert_str_eq(rig_cell(1, "transport"), "tls");
	ck_assert_str_eq(rig_cell(0, "proof"), "secret");
	ck_assert_str_eq(rig_cell(1, "proof"), "certificate");
	ck_assert_str_eq(rig_cell(0, "profile"), "fortigate");
	ck_assert_str_eq(rig_cell(0, "secret"), "ok");
	ck_assert_int_eq(rig_number(0, "timeout-ms"), 5000);
	ck_assert_str_eq(rig_cell(1, "class"), "firewall-admin");
	ck_assert_str_eq(rig_cell(1, "sources"), "gw.example");
	ck_assert_str_eq(rig_cell(1, "secret"), "");
	put_secret("short\n", 0400);
	rig_ok("radius.client.list");
	ck_assert_str_eq(rig_cell(0, "secret"), "short");
	put_secret(NULL, 0);
	rig_ok("radius.client.list");
	ck_assert_str_eq(rig_cell(0, "secret"), "missing");
}
END_TEST

static wf_status front_status;

/* A front end that has heard of vpn1 alone. */
static wf_status
ask_front(void *ctx, const char *order, const char *arg, struct wf_msg *done_r)
{
	(void)ctx;
	ck_assert_str_eq(order, "stats");
	if (front_status != WF_OK)
		return front_status;
	wf_msg_init(done_r, WF_MSG_DONE, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(done_r, WF_F_STATUS, 0), WF_OK);
	if (arg == NULL)
		ck_assert_int_eq(wf_msg_add_text(done_r, WF_F_CELL, "\trequests\t12"), WF_OK);
	if (arg == NULL || strcmp(arg, "client=vpn1") == 0)
		ck_assert_int_eq(wf_msg_add_text(done_r, WF_F_CELL, "vpn1\taccepts\t7"), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(done_r, WF_F_CELL, "no counter at all"), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(done_r, WF_F_CELL, "vpn1\tno number\t-7"), WF_OK);
	return WF_OK;
}

START_TEST(what_the_front_end_counts)
{
	rig.daemon.ask_front = ask_front;
	front_status = WF_OK;
	rig_ok("radius.stats");
	ck_assert_uint_eq(rig.nrows, 2);
	ck_assert_str_eq(rig_cell(0, "client"), "");
	ck_assert_str_eq(rig_cell(0, "counter"), "requests");
	ck_assert_int_eq(rig_number(0, "value"), 12);
	ck_assert_str_eq(rig_cell(1, "client"), "vpn1");
	ck_assert_str_eq(rig_cell(1, "counter"), "accepts");
	rig_ok("radius.stats", "client=fw");
	ck_assert_uint_eq(rig.nrows, 0);
	rig_no(WF_NOT_FOUND, "There is no RADIUS client 'x': see 'warifu radius client list'.",
		"radius.stats", "client=x");
	front_status = WF_UNAVAILABLE;
	rig_no(WF_UNAVAILABLE,
		"The RADIUS server is not connected: see 'systemctl status warifu-radiusd'.",
		"radius.stats");
	front_status = WF_TIMEOUT;
	rig_no(WF_TIMEOUT, "The RADIUS server did not answer; try again.", "radius.stats",
		"client=vpn1");
}
END_TEST

static size_t
row_of(const char *option)
{
	size_t row = 0;

	while (strcmp(rig_cell(row, "option"), option) != 0)
		row++;
	return row;
}

START_TEST(a_client_is_shown_with_origins)
{
	char origin[256];

	rig_ok("radius.client.show", "client=vpn1");
	ck_assert_str_eq(rig_cell(row_of("network"), "value"), "192.0.2.1, 2001:db8::/64");
	snprintf(origin, sizeof(origin), "%s/clients.conf:2", rig.dir);
	ck_assert_str_eq(rig_cell(row_of("network"), "origin"), origin);
	ck_assert_str_eq(rig_cell(row_of("groups"), "value"), "a, b");
	ck_assert_str_eq(rig_cell(row_of("timeout"), "value"), "5");
	ck_assert_str_eq(rig_cell(row_of("timeout"), "origin"), "profile fortigate");
	ck_assert_str_ne(rig_cell(row_of("timeout"), "why"), "");
	ck_assert_str_eq(
		rig_cell(row_of("group_attribute"), "value"), "Fortinet-Group-Name = %group");
	ck_assert_str_eq(rig_cell(row_of("rate"), "value"), "100");
	ck_assert_str_eq(rig_cell(row_of("rate"), "origin"), "built in");
	ck_assert_str_eq(rig_cell(row_of("send_groups"), "value"), "false");
	ck_assert_str_eq(rig_cell(row_of("secret_changed"), "value"), "");
	ck_assert_ptr_nonnull(strstr(rig.text, "PAP"));
	rig_ok("radius.client.show", "client=fw");
	ck_assert_str_eq(rig_cell(row_of("timeout"), "value"), "7");
	ck_assert_str_eq(rig_cell(row_of("class"), "value"), "firewall-admin");
	ck_assert_str_eq(rig_cell(row_of("certificate"), "value"), "gw.example");
	ck_assert_str_eq(rig_cell(row_of("kinds"), "value"), "0");
	rig_no(WF_NOT_FOUND, "There is no RADIUS client 'vpn': see 'warifu radius client list'.",
		"radius.client.show", "client=vpn");
}
END_TEST

/* --- as whom, and where to, a request from this machine is sent --- */

#define CLIENT(name, network) \
	"client " name " { network = \"" network "\" secret_file = /s/" name " timeout = 7 }\n"

static const struct {
	const char *text, *client, *address, *server;
} targets[] = {
	{CLIENT("far", "192.0.2.1") CLIENT("near", "127.0.0.1"), "near", "127.0.0.1",
		"127.0.0.1:1812"},
	{CLIENT("near", "127.0.0.7"), "near", "127.0.0.7", "127.0.0.7:1812"},
	{CLIENT("near", "127.0.0.0/8"), "near", "127.0.0.1", "127.0.0.1:1812"},
	{CLIENT("near", "127.1.0.0/16"), "near", "127.1.0.0", "127.1.0.0:1812"},
	{CLIENT("all", "0.0.0.0/0"), "all", "127.0.0.1", "127.0.0.1:1812"},
	{CLIENT("six", "::1"), "six", "::1", "[::1]:1812"},
	{"radius { listen = {\"[::]:1900\", \"192.0.2.9:1901\"} }\n" CLIENT("near", "127.0.0.1"),
		"near", "127.0.0.1", "192.0.2.9:1901"},
	{"radius { listen = {\"[::]:1900\", \"192.0.2.9:1901\"} }\n" CLIENT("six", "::/0"), "six",
		"::1", "[::1]:1900"},
};

START_TEST(a_test_has_a_target)
{
	take(targets[_i].text);
	rig_ok("radius.test");
	ck_assert_str_eq(rig_cell(row_of("client"), "value"), targets[_i].client);
	ck_assert_str_eq(rig_cell(row_of("address"), "value"), targets[_i].address);
	ck_assert_str_eq(rig_cell(row_of("server"), "value"), targets[_i].server);
	ck_assert_str_eq(rig_cell(row_of("client-mode"), "value"), "challenge");
	ck_assert_str_eq(rig_cell(row_of("timeout-ms"), "value"), "7000");
}
END_TEST

START_TEST(a_test_names_client_and_dictionaries)
{
	take("radius { dictionary = {/one, /two} }\n" CLIENT("near", "127.0.0.1")
			CLIENT("next", "127.0.0.2"));
	rig_ok("radius.test", "client=next");
	ck_assert_str_eq(rig_cell(row_of("client"), "value"), "next");
	ck_assert_str_eq(rig_cell(row_of("secret-file"), "value"), "/s/next");
	ck_assert_uint_eq(row_of("dictionary"), rig.nrows - 2);
	ck_assert_str_eq(rig_cell(rig.nrows - 1, "value"), "/two");
}
END_TEST

START_TEST(listeners_are_of_use_with_clients_alone)
{
	rig_ok("radius.listeners");
	ck_assert_uint_eq(rig.nrows, 5);
	ck_assert_str_eq(rig_cell(4, "protocol"), "tcp");
	ck_assert_str_eq(rig_cell(0, "address"), "0.0.0.0:1812");
	ck_assert_str_eq(rig_cell(0, "protocol"), "udp");
	take("radius { listen = \"[::1]:1900\" }");
	rig_ok("radius.listeners");
	ck_assert_uint_eq(rig.nrows, 0);
}
END_TEST

START_TEST(a_test_without_target)
{
	rig_no(WF_NOT_FOUND,
		"No RADIUS client has an address of this machine's own, so no request from here "
		"would be answered.",
		"radius.test");
	rig_no(WF_NOT_FOUND, "There is no RADIUS client 'x': see 'warifu radius client list'.",
		"radius.test", "client=x");
	rig_no(WF_NOT_FOUND,
		"RADIUS client 'vpn1' has no address of this machine's own: test it at the "
		"gateway, or from here with a client for 127.0.0.1.",
		"radius.test", "client=vpn1");
	take("radius { listen = \"[::]:1812\" }\n" CLIENT("near", "127.0.0.1"));
	rig_no(WF_NOT_FOUND,
		"The RADIUS server listens for no requests of 127.0.0.1: see 'listen' in section "
		"'radius' of warifu.conf.",
		"radius.test");
}
END_TEST

/* Level and text of one of the doctor's rows. */
static void
doctor(const char *name, const char *level, const char *part)
{
	size_t row = 0;

	rig_ok("doctor");
	while (strcmp(rig_cell(row, "name"), name) != 0)
		row++;
	ck_assert_msg(strcmp(rig_cell(row, "level"), level) == 0 &&
			      strstr(rig_cell(row, "text"), part) != NULL,
		"%s: %s", rig_cell(row, "level"), rig_cell(row, "text"));
}

START_TEST(the_doctor_looks_at_clients)
{
	doctor("RADIUS clients", "ok", "RADIUS clients: 2");
	doctor("RADIUS secrets", "ok", "(2)");
	put_secret("0123456789abcdef0123456789abcdef\n", 0440);
	doctor("RADIUS secrets", "bad", "client 'vpn1'");
	put_secret("short\n", 0400);
	doctor("RADIUS secrets", "warn", "client 'vpn1'");
	take_clients("optional");
	doctor("RADIUS clients", "warn", "1 (fw");
	take_clients("auto");
	doctor("RADIUS clients", "ok", "RADIUS clients: 2");
}
END_TEST

START_TEST(the_doctor_looks_at_certificates)
{
	static const struct {
		wf_status asked, status;
		const char *line, *level, *part;
	} rows[] = {
		{WF_OK, WF_OK, "certificate 0 8640000 /c", "ok", "/c: valid for 100 more days"},
		{WF_OK, WF_OK, "list 1 86400 /l", "warn", "/l: ends in 1 days"},
		{WF_OK, WF_OK, "authority 1 -1 /a", "bad", "/a: has expired"},
		{WF_OK, WF_OK, "a sentence of an older server", "warn", "could not be asked"},
		{WF_OK, WF_UNSUPPORTED, NULL, "warn", "could not be asked"},
		{WF_UNAVAILABLE, WF_OK, "", "warn", "'warifu-radiusd --check'"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		terms.asked = rows[i].asked;
		terms.status = rows[i].status;
		terms.line = rows[i].line;
		doctor("RADIUS certificates", rows[i].level, rows[i].part);
	}
	terms.asked = WF_OK;
	terms.line = "none 0 0 ";
	doctor("RADIUS certificates", "warn", "could not be asked");
	rig.config.radius.certificate[0] = '\0';
	doctor("RADIUS certificates", "ok", "goes by keys alone");
	rig.config.radius.nlisteners = 0;
	doctor("RADIUS certificates", "ok", "RADIUS is not served over TLS");
	doctor("relay certificates", "ok", "No relays are served");
	rig.figures.relays_term = (struct wf_term){WF_TERM_AUTHORITY, true, 86400, "/ca"};
	doctor("relay certificates", "warn", "/ca: ends in 1 days");
	rig.figures.relays_term.seconds = -1;
	doctor("relay certificates", "bad", "/ca: has expired");
}
END_TEST

START_TEST(the_doctor_looks_at_other_servers)
{
	static struct config_upstream upstream = {.name = "otp1"};

	doctor("other servers", "ok", "No other servers are asked");
	snprintf(upstream.secret_file, sizeof(upstream.secret_file), "%s/one", rig.dir);
	rig.config.upstreams =
		(struct config_upstreams){.list = &upstream, .n = 1, .uid = geteuid()};
	doctor("other servers", "bad", "warifu-egress is not there");
	rig.figures.egress = true;
	doctor("other servers", "ok", "(sections: 1)");
	rig.figures.silent = 1;
	snprintf(rig.figures.silent_names, sizeof(rig.figures.silent_names), "otp1");
	doctor("other servers", "warn", "No answer when last asked: otp1.");
	put_secret("0123456789abcdef0123456789abcdef\n", 0440);
	doctor("other servers", "bad", "upstream 'otp1': secret");
	put_secret("short\n", 0400);
	doctor("other servers", "warn", "guessed from one packet");
}
END_TEST

static Suite *
radius_suite(void)
{
	Suite *suite = suite_create("account_radius");
	TCase *tc = tcase_create("views");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, clients_are_listed);
	tcase_add_test(tc, what_the_front_end_counts);
	tcase_add_test(tc, a_client_is_shown_with_origins);
	tcase_add_loop_test(tc, a_test_has_a_target, 0, sizeof(targets) / sizeof(targets[0]));
	tcase_add_test(tc, a_test_names_client_and_dictionaries);
	tcase_add_test(tc, a_test_without_target);
	tcase_add_test(tc, listeners_are_of_use_with_clients_alone);
	tcase_add_test(tc, the_doctor_looks_at_clients);
	tcase_add_test(tc, the_doctor_looks_at_certificates);
	tcase_add_test(tc, the_doctor_looks_at_other_servers);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(radius_suite)
