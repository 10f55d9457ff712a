/*
 * What a configuration may not say: a table of bad inputs and the exact sentence that each gets.
 */
#include "config.h"

#include "tests/unit/config/fixture.h"

#define NUMBER_1_1000 "accepted: a number from 1 to 1000"
#define NETWORKS                                                                               \
	"accepted: a list of 1 to 64 networks such as 192.0.2.0/24 or 2001:db8::/32, without " \
	"bits "                                                                                \
	"set behind the prefix, or single addresses"
#define DURATION_YEAR "accepted: 0 to 31536000 seconds, written as in 90, 90s, 10m, 1h or 1d"
#define BACKOFF                                                                       \
	"accepted: a list of 1 to 16 delays of 0 to 3600 seconds, none shorter than the " \
	"one before"
#define SWITCH "accepted: true or false (also yes, on, no, off)"
#define NAME "accepted: 1 to 64 letters, digits, '.', '_' and '-', not beginning with '-'"
#define LOCK_OPTIONS "accepted: threshold, duration, backoff_cap, backoff"
#define TOP_OPTIONS                                                                               \
	"accepted: reply_grid, mode, user, node, run_dir, state_dir, key_file, breakglass_file, " \
	"workers, queue, connections, issuer, helpdesk, profiles_dir, comply; sections: lock, "   \
	"possession, source, password, "                                                          \
	"mfa, totp, hotp, recovery, deadline, log, zone, service, host, findings, detect, "       \
	"radius, client, reply, relay, relays, egress, upstream, stream, "                        \
	"resolve, deviate, draft, backup, mail, alert"
#define REGISTER_OPTIONS "class, data, grants, scope, administrator, responsible"
#define SERVICE_OPTIONS \
	"accepted: asked, kinds, ask, key_only, root, console, invoker, shell, " REGISTER_OPTIONS
#define CLASSES                                                                                 \
	"accepted: server, vpn, firewall-admin, entry-point-admin, wlan, remote-access, cloud, " \
	"cloud-admin, published-application, log-store, network-device"
#define LONG_64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct bad_row {
	const char *text, *sentence;
} bad_table[] = {
	/* comments are blanked out before libconfuse, which miscounts their lines */
	{"reply_grid = //", "warifu.conf:1: the file ends in the middle of an option"},
	{"# one\n// two # three\n/* four\n five */ lock { # six\n threshold = x }",
		"warifu.conf:5: 'lock.threshold' cannot be 'x'; " NUMBER_1_1000},
	{"helpdesk = \"# /* //\"\nlock { threshold = x }",
		"warifu.conf:2: 'lock.threshold' cannot be 'x'; " NUMBER_1_1000},
	{"foo = 1", "warifu.conf:1: unknown option 'foo'; " TOP_OPTIONS},
	{"\n\nmoed = enforce",
		"warifu.conf:3: unknown option 'moed'; " TOP_OPTIONS " (did you mean 'mode'?)"},
	{"lokc { }",
		"warifu.conf:1: unknown option 'lokc'; " TOP_OPTIONS " (did you mean 'lock'?)"},
	{"threshold = 5", "warifu.conf:1: unknown option 'threshold'; " TOP_OPTIONS},
	{"lock {\n tresholds = 5 }",
		"warifu.conf:2: unknown option 'tresholds' in section 'lock'; " LOCK_OPTIONS
		" (did you mean 'threshold'?)"},
	{"lock {\n mode = 5 }",
		"warifu.conf:2: unknown option 'mode' in section 'lock'; " LOCK_OPTIONS},
	{"lock {\n lock { } }",
		"warifu.conf:2: unknown option 'lock' in section 'lock'; " LOCK_OPTIONS},
	{"service sshd {\n rooot = yes }",
		"warifu.conf:2: unknown option 'rooot' in section 'service'; " SERVICE_OPTIONS
		" (did you mean 'root'?)"},
	{"host web1 {\n asked = yes }",
		"warifu.conf:2: unknown option 'asked' in section 'host'; "
		"accepted: " REGISTER_OPTIONS},
	{"host \"-w\" {\n }",
		"warifu.conf:2: '-w' cannot be the name of a section 'host'; " NAME},
	{"service sshd { class = laptop }",
		"warifu.conf:1: 'service.class' cannot be 'laptop'; " CLASSES},
	{"host web1 { data = 4 }",
		"warifu.conf:1: 'host.data' cannot be '4'; accepted: 1, 2, 3, general, important, "
		"unclassified"},
	{"service sshd { grants = yes }",
		"warifu.conf:1: 'service.grants' cannot be 'yes'; accepted: required, optional"},
	{"host web1 {\n scope = {\"staff\"} }",
		"warifu.conf:2: host 'web1' says who may be granted it ('scope'), but needs no "
		"grant; write grants = required, or take 'scope' out"},
	{"service cron { grants = required }",
		"warifu.conf:1: service 'cron' is not asked, so 'grants' has no meaning; change "
		"one of them"},
	{"\xe9 = 1", "warifu.conf:1: unknown option '\\xe9'; " TOP_OPTIONS},
	{"\"\nlock=x|threshold\" = 1", "warifu.conf:2: unknown option '\\x0alock'; " TOP_OPTIONS
				       " (did you mean 'lock'?)"},
	{"\"lock|threshold\" = 1", "warifu.conf:1: unknown option 'threshold'; " TOP_OPTIONS},
	{"lock { threshold = 0 }", "warifu.conf:1: 'lock.threshold' cannot be '0'; " NUMBER_1_1000},
	{"lock { threshold = 1001 }",
		"warifu.conf:1: 'lock.threshold' cannot be '1001'; " NUMBER_1_1000},
	{"lock { threshold = -1 }",
		"warifu.conf:1: 'lock.threshold' cannot be '-1'; " NUMBER_1_1000},
	{"lock { threshold = ten }",
		"warifu.conf:1: 'lock.threshold' cannot be 'ten'; " NUMBER_1_1000},
	{"lock { threshold = 5m }",
		"warifu.conf:1: 'lock.threshold' cannot be '5m'; " NUMBER_1_1000},
	{"lock { threshold = 0x10 }",
		"warifu.conf:1: 'lock.threshold' cannot be '0x10'; " NUMBER_1_1000},
	{"lock { threshold = \"\" }",
		"warifu.conf:1: 'lock.threshold' cannot be ''; " NUMBER_1_1000},
	{"lock { threshold = \" 5\" }",
		"warifu.conf:1: 'lock.threshold' cannot be ' 5'; " NUMBER_1_1000},
	{"lock { threshold = 99999999999999999999 }",
		"warifu.conf:1: 'lock.threshold' cannot be '99999999999999999999'; " NUMBER_1_1000},
	{"lock { duration = 1w }", "warifu.conf:1: 'lock.duration' cannot be '1w'; " DURATION_YEAR},
	{"lock { duration = 366d }",
		"warifu.conf:1: 'lock.duration' cannot be '366d'; " DURATION_YEAR},
	{"lock { duration = 1h30m }",
		"warifu.conf:1: 'lock.duration' cannot be '1h30m'; " DURATION_YEAR},
	{"lock { duration = h }", "warifu.conf:1: 'lock.duration' cannot be 'h'; " DURATION_YEAR},
	{"lock { duration = 9223372036854775807d }",
		"warifu.conf:1: 'lock.duration' cannot be '9223372036854775807d'; " DURATION_YEAR},
	{"lock { backoff = {0, 4, 2} }", "warifu.conf:1: 'lock.backoff' cannot be '2'; " BACKOFF},
	{"lock { backoff = {0, -1} }", "warifu.conf:1: 'lock.backoff' cannot be '-1'; " BACKOFF},
	{"lock { backoff = {2h} }", "warifu.conf:1: 'lock.backoff' cannot be '2h'; " BACKOFF},
	{"lock { backoff = {0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,9} }",
		"warifu.conf:1: 'lock.backoff' cannot be '9'; " BACKOFF},
	{"lock { backoff = { } }",
		"warifu.conf:1: this list is empty; leave the option out instead"},
	{"source {\nshared = {\n# none\n} }",
		"warifu.conf:4: this list is empty; leave the option out instead"},
	{"mode = enforced",
		"warifu.conf:1: 'mode' cannot be 'enforced'; accepted: enforce or observe"},
	{"mode = {enforce}", "warifu.conf:1: '{' is not expected here"},
	{"mode = enforce\nmode = observe",
		"warifu.conf:2: 'mode' is written twice in this file, first in line 1"},
	{"lock { threshold = 5 }\nlock { threshold = 6 }",
		"warifu.conf:2: 'lock.threshold' is written twice in this file, first in line 1"},
	{"user = \"-root\"",
		"warifu.conf:1: 'user' cannot be '-root'; " NAME "; or \"\" for nobody"},
	{"user = \"a b\"", "warifu.conf:1: 'user' cannot be 'a b'; " NAME "; or \"\" for nobody"},
	{"node = \"\"", "warifu.conf:1: 'node' cannot be ''; " NAME},
	{"node = " LONG_64 "y", "warifu.conf:1: 'node' cannot be '" LONG_64 "y'; " NAME},
	{"run_dir = run", "warifu.conf:1: 'run_dir' cannot be 'run'; accepted: an absolute path of "
			  "at most 91 bytes"},
	{"run_dir = /" LONG_64 "/xxxxxxxxxxxxxxxxxxxxxxxxxx",
		"warifu.conf:1: 'run_dir' cannot be '/" LONG_64
		"/xxxxx'; accepted: an absolute path of at most 91 bytes"},
	{"state_dir = \"/a\\nb\"", "warifu.conf:1: 'state_dir' cannot be '/a\\x0ab'; accepted: an "
				   "absolute path of at most 255 bytes"},
	{"workers = 257",
		"warifu.conf:1: 'workers' cannot be '257'; accepted: a number from 0 to 256"},
	{"queue = 0", "warifu.conf:1: 'queue' cannot be '0'; accepted: a number from 1 to 65536"},
	{"queue = many",
		"warifu.conf:1: 'queue' cannot be 'many'; accepted: a number from 1 to 65536"},
	{"issuer = \"A:B\"", "warifu.conf:1: 'issuer' cannot be 'A:B'; accepted: 1 to 64 bytes of "
			     "UTF-8 on one line, without a colon"},
	{"issuer = \"\"", "warifu.conf:1: 'issuer' cannot be ''; accepted: 1 to 64 bytes of UTF-8 "
			  "on one line, without a colon"},
	{"helpdesk = \"\\x1b[2J\"", "warifu.conf:1: 'helpdesk' cannot be '\\x1b[2J'; accepted: one "
				    "line of at most 128 bytes of UTF-8"},
	{"helpdesk = \"\xff\"", "warifu.conf:1: 'helpdesk' cannot be '\\xff'; accepted: one line "
				"of at most 128 bytes of UTF-8"},
	{"helpdesk = call 1234", "warifu.conf:1: unknown option '1234'; " TOP_OPTIONS},
	{"helpdesk = \"${HOME}\"",
		"warifu.conf:1: environment variables are not read; write the value itself"},
	{"helpdesk = ${HOME}",
		"warifu.conf:1: environment variables are not read; write the value itself"},
	{"helpdesk = \"call\n\n", "warifu.conf:1: the quotation mark opened here is not closed"},
	{"\nhelpdesk = 'call", "warifu.conf:2: the quotation mark opened here is not closed"},
	{"\n/* helpdesk = 1", "warifu.conf:2: the comment opened here is not closed"},
	{"workers = *",
		"warifu.conf:1: a character has no meaning here; put texts in quotation marks"},
	{"\nsource { shared += {10.0.0.0/8} }",
		"warifu.conf:2: a character has no meaning here; put texts in quotation marks"},
	{"lock|threshold = 4",
		"warifu.conf:1: a character has no meaning here; put texts in quotation marks"},
	{"workers = \f1",
		"warifu.conf:1: a character has no meaning here; put texts in quotation marks"},
	{"workers 4", "warifu.conf:1: an equal sign is missing behind 'workers'"},
	{"workers =", "warifu.conf:1: the file ends in the middle of an option"},
	{"\nlock {\n threshold = 5\n", "warifu.conf:2: the brace opened here is not closed"},
	{"source {\n shared = {10.0.0.0/8\n}",
		"warifu.conf:1: the brace opened here is not closed"},
	{"lock { threshold = 5 } }", "warifu.conf:1: this '}' closes nothing"},
	{"lock = 5", "warifu.conf:1: 'lock' is a section: write its options between '{' and '}'"},
	{"lock \"x\" { }",
		"warifu.conf:1: 'lock' is a section: write its options between '{' and '}'"},
	{"service { }", "warifu.conf:1: 'service' needs a name, as in service \"sshd\" { ... }"},
	{"= 5", "warifu.conf:1: '=' is not expected here"},
	{"helpdesk = \"\\400\"",
		"warifu.conf:1: '\\400' stands for no character; write a backslash twice"},
	{"helpdesk = \"\\9\"",
		"warifu.conf:1: '\\9' stands for no character; write a backslash twice"},
	{"source { shared = {10.0.0.1/8} }",
		"warifu.conf:1: 'source.shared' cannot be '10.0.0.1/8'; " NETWORKS},
	{"zone internal { networks = {10.0.0.0/8, example.org} }",
		"warifu.conf:1: 'zone.networks' cannot be 'example.org'; " NETWORKS},
	{"zone internal {\n networks = {\n 10.0.0.0/8,\n 10.0.0.0/33} }",
		"warifu.conf:4: 'zone.networks' cannot be '10.0.0.0/33'; " NETWORKS},
	{"zone internal { networks = 10.0.0.0/8 networks = 10.1.0.0/16 }",
		"warifu.conf:1: 'zone.networks' is written twice in this file, first in line 1"},
	{"zone console { networks = {10.0.0.0/8} }",
		"warifu.conf:1: unknown zone 'console'; accepted: internal"},
	{"zone inter {\n}", "warifu.conf:2: unknown zone 'inter'; accepted: internal"},
	{"service \"a b\" { root = yes }", "warifu.conf:1: 'a b' is no name of a service; " NAME},
	{"service \"\" {}", "warifu.conf:1: '' is no name of a service; " NAME},
	{"service sshd { root = maybe }",
		"warifu.conf:1: 'service.root' cannot be 'maybe'; " SWITCH},
	{"service sshd { root = TRUE }", "warifu.conf:1: 'service.root' cannot be 'TRUE'; " SWITCH},
	{"service sshd { kinds = 3 }",
		"warifu.conf:1: 'service.kinds' cannot be '3'; accepted: a number from 0 to 2"},
	{"service backup { asked = no\n key_only = yes }",
		"warifu.conf:2: service 'backup' is not asked, so 'key_only' has no meaning; "
		"change one of them"},
	{"service sshd { ask = {token} }", "warifu.conf:1: 'service.ask' cannot be 'token'; "
					   "accepted: a list of password and code"},
	{"service sshd { ask = {} }",
		"warifu.conf:1: this list is empty; leave the option out instead"},
	{"service sshd { ask = {code}\n kinds = 2 }",
		"warifu.conf:2: service 'sshd' does not ask for as many kinds as its 'kinds' says; "
		"change 'ask' or 'kinds'"},
	{"service cron { ask = {code} }", "warifu.conf:1: service 'cron' is not asked, so 'ask' "
					  "has no meaning; change one of them"},
	{"mfa { kinds = 3 }",
		"warifu.conf:1: 'mfa.kinds' cannot be '3'; accepted: a number from 1 to 2"},
	{"mfa { kinds = 0 }",
		"warifu.conf:1: 'mfa.kinds' cannot be '0'; accepted: a number from 1 to 2"},
	{"password { min = 129 }",
		"warifu.conf:1: 'password.min' cannot be '129'; accepted: a number from 1 to 128"},
	{"password {\n min = 14 }", "warifu.conf:2: 'password.min_privileged' is 12, which is less "
				    "than 'password.min', 14; change one of them"},
	{"password {\n min = 10\n min_privileged = 9 }",
		"warifu.conf:3: 'password.min_privileged' is 9, which is less than 'password.min', "
		"10; change one of them"},
	{"hotp { resync = 5 }", "warifu.conf:1: 'hotp.resync' is 5, which is less than "
				"'hotp.lookahead', 10; change one of them"},
	{"deadline { person = 10\n machine = 20 }",
		"warifu.conf:1: 'deadline.person' is 10, which is less than 'deadline.machine', "
		"20; change one of them"},
	{"password { lanes = 17 }",
		"warifu.conf:1: 'password.lanes' cannot be '17'; accepted: a number from 1 to 16"},
	{"reply_grid = 50ms", "warifu.conf:1: 'reply_grid' cannot be '50ms'; accepted: a number of "
			      "milliseconds from 1 to 5000"},
	{"log { retention_days = 1y }", "warifu.conf:1: 'log.retention_days' cannot be '1y'; "
					"accepted: a number of days from 1 to 36525"},
	{"deadline { person = 5 }", "warifu.conf:1: 'deadline.person' cannot be '5'; accepted: 10 "
				    "to 600 seconds, written as in 90, 90s, 10m, 1h or 1d"},
};

START_TEST(bad_inputs_get_their_sentence)
{
	write_main(bad_table[_i].text);
	ck_assert_str_eq(refused(WF_INVALID), bad_table[_i].sentence);
}
END_TEST

/* libconfuse's lexer is one for the process: after any bad file the next good one must load. */
START_TEST(a_bad_file_leaves_nothing_behind)
{
	struct config *config;

	for (size_t i = 0; i < LENGTH(bad_table); i++) {
		write_main(bad_table[i].text);
		(void)refused(WF_INVALID);
		write_main("lock { threshold = 3 } helpdesk = \"x\"\n");
		config = load();
		ck_assert_int_eq(policy_value(&config->policy, P_LOCK_THRESHOLD), 3);
		ck_assert_str_eq(config->policy.helpdesk, "x");
		config_free(&config);
	}
}
END_TEST

START_TEST(more_services_than_fit)
{
	char text[8192];
	size_t len = 0;

	for (int i = 0; i < POLICY_SERVICES_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "service s%d {}\n", i);
	write_main(text);
	ck_assert_str_eq(refused(WF_INVALID), "warifu.conf:299: there are more than 320 services");
}
END_TEST

START_TEST(more_networks_than_fit)
{
	char text[4096];
	size_t len = (size_t)snprintf(text, sizeof(text), "zone internal { networks = {");

	for (int i = 0; i <= POLICY_NETWORKS_MAX; i++)
		len += (size_t)snprintf(
			text + len, sizeof(text) - len, "%s10.0.0.%d", i == 0 ? "" : ", ", i);
	(void)snprintf(text + len, sizeof(text) - len, "} }");
	write_main(text);
	ck_assert_str_eq(refused(WF_INVALID),
		"warifu.conf:1: 'zone.networks' cannot be '10.0.0.64'; " NETWORKS);
}
END_TEST

static Suite *
bad_suite(void)
{
	Suite *suite = suite_create("config_bad");
	TCase *tc = tcase_create("sentences");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, bad_inputs_get_their_sentence, 0, (int)LENGTH(bad_table));
	tcase_add_test(tc, a_bad_file_leaves_nothing_behind);
	tcase_add_test(tc, more_services_than_fit);
	tcase_add_test(tc, more_networks_than_fit);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(bad_suite)
