/* The configuration in effect as text: complete, in one order, without secrets. */
#include "config.h"

#include "authd/config/effective.h"

#include <stdlib.h>

#include "authd/config/config_show.h"
#include "tests/unit/config/fixture.h"

static struct config *loaded;
static struct config_effective effective;

static void
take(const char *text)
{
	config_effective_clear(&effective);
	if (loaded != NULL)
		config_free(&loaded);
	write_main(text);
	loaded = load();
	ck_assert_int_eq(config_effective(loaded, &effective), WF_OK);
}

static void
done(void)
{
	config_effective_clear(&effective);
	if (loaded != NULL)
		config_free(&loaded);
	teardown();
}

static const char *
value_of(const char *name)
{
	for (size_t i = 0; i < effective.n; i++)
		if (strcmp(effective.list[i].name, name) == 0)
			return effective.list[i].value;
	ck_abort_msg("there is no setting '%s'", name);
	return "";
}

/* One section of each kind, and each type of value in one of them. */
#define ALL                                                                                        \
	"mode = observe\n"                                                                         \
	"helpdesk = \"say \\\"help\\\"\"\n"                                                        \
	"lock {\n\tbackoff = {0, 5, 60}\n}\n"                                                      \
	"source {\n\tshared = {192.0.2.1, 2001:db8::/32}\n\ttrusted = {192.0.2.9}\n}\n"           \
	"password {\n\twords = {\"example\", \"ex, ample\"}\n}\n"                                  \
	"zone \"internal\" {\n\tnetworks = {192.0.2.0/24}\n}\n"                                    \
	"backup {\n\tevery = 1h\n}\n"                                                              \
	"service \"vpn\" {\n\task = {password, code}\n\tkey_only = no\n\tclass = server\n}\n"      \
	"host \"web1\" {\n\tscope = {admins, staff}\n\tgrants = required\n}\n"              \
	"detect \"source-spray\" {\n\twindow = 20m\n\taccounts = 7\n}\n"                           \
	"radius {\n\tlisten = {192.0.2.1:1812}\n\tversion = {1.1}\n}\n"                            \
	"client \"gate\" {\n\tnetwork = {192.0.2.7}\n\tsecret_file = /etc/secret\n"                \
	"\tsecret_changed = 2026-01-31\n\tmode = code-last\n\treply = {staff}\n"                   \
	"\tgroup_attribute = \"Class = \\\"%group\\\"\"\n}\n"                                      \
	"reply \"staff\" {\n\tattributes = {\"Filter-Id = staff\","                                \
	" \"Tunnel-Password = hunter2\"}\n}\n"                                                     \
	"upstream \"old\" {\n\tservers = {192.0.2.5:1812}\n\tsecret_file = /etc/other\n"           \
	"\tfactor = possession\n\tgroups = {moved}\n}\n"                                           \
	"stream \"siem\" {\n\tto = \"tcp://192.0.2.6:514\"\n\trows = {auth, finding}\n}\n"         \
	"mail {\n\tservers = {\"smtp://mail.example.jp:587\"}\n\tfrom = warifu@example.jp\n}\n"  \
	"alert {\n\toperators = {ops@example.jp}\n}\n"                                           \
	"relays {\n\tlisten = {192.0.2.1:7443}\n\tcertificate = /etc/c.pem\n\tkey = /etc/k.pem\n"  \
	"\tca = /etc/ca.pem\n\tallow = {web1, web2}\n}\n"

START_TEST(each_type_is_there)
{
	static const struct setting rows[] = {
		{"mode", "observe"},
		{"helpdesk", "\"say \\\"help\\\"\""},
		{"user", "\"warifu\""},
		{"workers", "0"},
		{"lock.threshold", "10"},
		{"lock.backoff", "{0, 5, 60}"},
		{"source.shared", "{\"192.0.2.1\", \"2001:db8::/32\"}"},
		{"source.trusted", "{\"192.0.2.9\"}"},
		{"password.words", "{\"example\", \"ex, ample\"}"},
		{"zone \"internal\".networks", "{\"192.0.2.0/24\"}"},
		{"backup.every", "3600"},
		{"service \"vpn\".ask", "{\"password\", \"code\"}"},
		{"service \"vpn\".key_only", "false"},
		{"service \"vpn\".class", "server"},
		{"service \"vpn\".kinds", "0"},
		{"host \"web1\".scope", "{\"admins\", \"staff\"}"},
		{"detect \"source-spray\".window", "1200"},
		{"detect \"source-spray\".accounts", "7"},
		{"detect \"log-fault\".off", "\"\""},
		{"findings.level", "1"},
		{"radius.listen", "{\"192.0.2.1:1812\"}"},
		{"radius.version", "{\"1.1\"}"},
		{"radius.dictionary", "{}"},
		{"client \"gate\".network", "{\"192.0.2.7\"}"},
		{"client \"gate\".secret_file", "\"/etc/secret\""},
		{"client \"gate\".secret_changed", "2026-01-31"},
		{"client \"gate\".mode", "code-last"},
		{"client \"gate\".reply", "{\"staff\"}"},
		{"client \"gate\".group_attribute", "\"Class = %group\""},
		{"client \"gate\".certificate", "{}"},
		{"client \"gate\".profile", "\"generic\""},
		{"client \"gate\".timeout", "5"},
		{"upstream \"old\".servers", "{\"192.0.2.5:1812\"}"},
		{"upstream \"old\".factor", "possession"},
		{"stream \"siem\".to", "\"tcp://192.0.2.6:514\""},
		{"stream \"siem\".rows", "{\"auth\", \"finding\"}"},
		{"mail.servers", "{\"smtp://mail.example.jp:587\"}"},
		{"mail.from", "\"warifu@example.jp\""},
		{"alert.operators", "{\"ops@example.jp\"}"},
		{"relays.listen", "{\"192.0.2.1:7443\"}"},
		{"relays.allow", "{\"web1\", \"web2\"}"},
		{"relay.server", "\"\""},
		{"comply", "{}"},
		{"policy lock.threshold", "10"},
		{"policy password.min [general, service; all]", "8"},
	};

	take(ALL);
	for (size_t i = 0; i < LENGTH(rows); i++)
		ck_assert_str_eq(value_of(rows[i].name), rows[i].value);
}
END_TEST

/* Each row of each section that is there, once; so an option that is added is not forgotten. */
START_TEST(each_option_is_there)
{
	struct config_row rows[CONFIG_ROWS_MAX];
	const size_t n = config_rows(rows);
	char end[80];

	take(ALL);
	for (size_t i = 0; i < n; i++) {
		bool found = strcmp(rows[i].section, "resolve") == 0 ||
			     strcmp(rows[i].section, "deviate") == 0 ||
			     strcmp(rows[i].section, "draft") == 0;

		ck_assert_msg(config_show_knows(rows[i].type), "the type of %s.%s is not in the "
			"table of config_show.c", rows[i].section, rows[i].name);
		(void)snprintf(end, sizeof(end), "%s%s", rows[i].section[0] == '\0' ? "" : ".",
			rows[i].name);
		for (size_t j = 0; j < effective.n && !found; j++) {
			const char *name = effective.list[j].name;
			const size_t len = strlen(rows[i].section);

			found = strncmp(name, rows[i].section, len) == 0 &&
				strlen(name) >= strlen(end) &&
				strcmp(name + strlen(name) - strlen(end), end) == 0;
		}
		ck_assert_msg(found, "%s.%s", rows[i].section, rows[i].name);
	}
}
END_TEST

START_TEST(no_secret_is_there)
{
	take(ALL);
	ck_assert_str_eq(value_of("reply \"staff\".attributes"),
		"{\"Filter-Id = staff\", \"Tunnel-Password = " CONFIG_SECRET_SHOWN "\"}");
	ck_assert_ptr_null(strstr(effective.text, "hunter2"));
}
END_TEST

static const struct {
	const char *attribute, *shown;
} attributes[] = {
	{"Ascend-Send-Passwd = hunter3", "Ascend-Send-Passwd = " CONFIG_SECRET_SHOWN},
	{"Cisco-AVPair = ip:tunnel-password=hunter3", "Cisco-AVPair = " CONFIG_SECRET_SHOWN},
	{"Cisco-AVPair = tacacs Key 7 hunter3", "Cisco-AVPair = " CONFIG_SECRET_SHOWN},
	{"Cisco-AVPair = shell:priv-lvl=15", "Cisco-AVPair = shell:priv-lvl=15"},
	{"Filter-Id = hockey", "Filter-Id = hockey"},
};

START_TEST(no_secret_of_an_attribute_is_there)
{
	char text[512], shown[256];

	(void)snprintf(text, sizeof(text),
		"reply \"staff\" {\n\tattributes = {\"%s\"}\n}\n",
		attributes[_i].attribute);
	take(text);
	(void)snprintf(shown, sizeof(shown), "{\"%s\"}", attributes[_i].shown);
	ck_assert_str_eq(value_of("reply \"staff\".attributes"), shown);
	ck_assert_ptr_null(strstr(effective.text, "hunter3"));
}
END_TEST

/* However it is written: another order, other files and lines, what is built in said or not. */
START_TEST(equal_configurations_have_equal_texts)
{
	char *first;

	take("issuer = \"A\"\nlock {\n\tthreshold = 4\n}\nservice \"b\" {\n\tkinds = 2\n}\n"
	     "service \"a\" {\n\tkinds = 1\n}\n");
	first = effective.text;
	effective.text = NULL;
	take("# another order\nservice \"a\" {\n\tkinds = 1\n}\nservice \"b\" {\n\tkinds = 2\n}\n"
	     "\n\nlock {\n\tthreshold = 4\n}\nissuer = 'A'\nqueue = 256\n");
	ck_assert_str_eq(effective.text, first);
	free(first);
}
END_TEST

/* Two lists that look alike are two texts. */
START_TEST(unequal_ones_have_not)
{
	char *first;

	take("password {\n\twords = {\"one\", \"two\"}\n}\n");
	first = effective.text;
	effective.text = NULL;
	take("password {\n\twords = {\"one, two\"}\n}\n");
	ck_assert_str_ne(effective.text, first);
	free(first);
}
END_TEST

START_TEST(lines_are_in_the_order_of_their_bytes)
{
	const char *text;

	take(ALL);
	text = effective.text;
	ck_assert_uint_eq(strlen(text), effective.len);
	for (size_t i = 0; i < effective.n; i++) {
		char line[SETTING_NAME_SIZE + SETTING_VALUE_SIZE + 8];

		(void)snprintf(line, sizeof(line), "%s = %s\n", effective.list[i].name,
			effective.list[i].value);
		ck_assert_int_eq(strncmp(text, line, strlen(line)), 0);
		text += strlen(line);
		if (i > 0)
			ck_assert_int_lt(strcmp(effective.list[i - 1].name, effective.list[i].name),
				0);
	}
	ck_assert_str_eq(text, "");
}
END_TEST

/* A list that is longer than a value may be goes on in the next setting, and loses nothing. */
START_TEST(a_long_list_goes_on)
{
	static char text[65536];
	char name[64], host[80];
	size_t len = (size_t)snprintf(text, sizeof(text),
		"relays {\n\tlisten = {192.0.2.1:7443}\n\tcertificate = /c\n\tkey = /k\n"
		"\tca = /a\n\tallow = {h0");
	size_t parts = 1;

	for (unsigned i = 1; i < 1000; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, ", host-number-%u", i);
	(void)snprintf(text + len, sizeof(text) - len, "}\n}\n");
	take(text);
	for (unsigned i = 1; i < 1000; i++) {
		(void)snprintf(host, sizeof(host), "\"host-number-%u\"", i);
		ck_assert_msg(strstr(effective.text, host) != NULL, "%s", host);
	}
	for (size_t i = 0; i < effective.n; i++)
		parts += strncmp(effective.list[i].name, "relays.allow (", 14) == 0;
	ck_assert_uint_gt(parts, 10);
	(void)snprintf(name, sizeof(name), "relays.allow (%zu)", parts);
	ck_assert_ptr_nonnull(strstr(value_of(name), "\"host-number-999\"}"));
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("config/effective");
	TCase *tcase = tcase_create("effective");

	tcase_add_checked_fixture(tcase, setup, done);
	tcase_add_test(tcase, each_type_is_there);
	tcase_add_test(tcase, each_option_is_there);
	tcase_add_test(tcase, no_secret_is_there);
	tcase_add_loop_test(tcase, no_secret_of_an_attribute_is_there, 0,
		(int)(sizeof(attributes) / sizeof(attributes[0])));
	tcase_add_test(tcase, equal_configurations_have_equal_texts);
	tcase_add_test(tcase, unequal_ones_have_not);
	tcase_add_test(tcase, lines_are_in_the_order_of_their_bytes);
	tcase_add_test(tcase, a_long_list_goes_on);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
