/*
 * Whole configurations: what a file changes and what it leaves, conf.d, owners and modes, and the shipped
 * file.
 */
#include "config.h"

#include "authd/config/config.h"

#include <errno.h>

#include "authd/config/config_load.h"
#include "common/fault.h"
#include "tests/unit/config/fixture.h"
#include "tests/unit/config/printed.h"

static struct printed default_text, other_text;

static void
print_defaults(void)
{
	struct config *config;

	write_main("");
	config = load();
	print_config(&default_text, config);
	config_free(&config);
}

/* --- what a file says --- */

START_TEST(an_empty_file_is_the_default)
{
	struct config *config;
	char host[65];

	write_main("");
	config = load();
	ck_assert_str_eq(config->file, main_file);
	ck_assert_str_eq(config->run_dir, WF_RUNDIR);
	ck_assert_str_eq(config->state_dir, WF_STATEDIR);
	ck_assert_str_eq(config->user, "warifu");
	ck_assert_str_eq(config->issuer, "Warifu");
	ck_assert_int_eq(config->mode, MODE_ENFORCE);
	ck_assert_uint_eq(config->workers, 0);
	ck_assert_uint_eq(config->queue, 256);
	ck_assert_uint_eq(config->connections, 1024);
	ck_assert_uint_eq(config->password_cost.memory_kib, 19456);
	ck_assert_uint_eq(config->password_cost.passes, 2);
	ck_assert_uint_eq(config->password_cost.lanes, 1);
	ck_assert_int_eq(gethostname(host, sizeof(host)), 0);
	ck_assert_str_eq(config->node, host);
	ck_assert_uint_eq(config->role_groups[0], (gid_t)-1);
	config_free(&config);
	ck_assert_ptr_null(config);
	config_free(&config);
}
END_TEST

/* Text that sets a row to something else than its default. */
static void
inverted(const struct config_row *row, char *text_r, size_t size)
{
	static const struct {
		enum config_type type;
		const char *value;
	} values[] = {
		{CONFIG_TEXT, "\"call 1234\""}, {CONFIG_LABEL, "Example"}, {CONFIG_NAME, "node7"},
		{CONFIG_NAME_OR_NONE, "\"\""}, {CONFIG_PATH, "/somewhere/else"}, {CONFIG_MODE, "observe"},
		{CONFIG_BACKOFF, "{1, 2, 1m}"}, {CONFIG_INTERNAL, "{10.0.0.0/8}"},
		{CONFIG_SHARED, "{192.0.2.1, \"2001:db8::/32\"}"}, {CONFIG_SERVICE_KINDS, "1"},
		{CONFIG_WORDS, "{acme, widget}"}, {CONFIG_TRUSTED, "{192.0.2.1}"}, {CONFIG_SECONDS, "1d"},
	};
	const char *title = strcmp(row->section, "zone") == 0 ? " internal" : "";
	char value[64] = "";
	size_t count;

	for (size_t i = 0; i < LENGTH(values); i++)
		if (values[i].type == row->type)
			(void)snprintf(value, sizeof(value), "%s", values[i].value);
	if (row->type == CONFIG_PARAM) {
		const struct policy_param_spec *spec = &policy_params(&count)[row->param];

		/* one step towards the middle, so that checks across options hold */
		(void)snprintf(value, sizeof(value), "%lld",
			(long long)(spec->value > spec->min ? spec->value - 1 : spec->value + 1));
	} else if (row->type == CONFIG_UNSIGNED) {
		(void)snprintf(value, sizeof(value), "%lld",
			(long long)(row->max > 60000 && row->max < 70000 ? 7 : row->max));
	}
	if (row->section[0] == '\0')
		(void)snprintf(text_r, size, "%s = %s\n", row->name, value);
	else
		(void)snprintf(text_r, size, "%s%s { %s = %s }\n", row->section, title, row->name, value);
}

/* Every option alone changes its own field and no other. */
START_TEST(every_option_reaches_its_field)
{
	struct config_row rows[CONFIG_ROWS_MAX];
	size_t n = config_rows(rows);
	char text[256], name[64], wanted[64];

	print_defaults();
	for (size_t i = 0; i < n; i++) {
		struct config *config;

		if (config_section_titled(rows[i].section) && strcmp(rows[i].section, "zone") != 0)
			continue; /* the tests of services and of RADIUS */
		if (rows[i].type == CONFIG_COMPLY) /* test_comply */
			continue;
		if (strcmp(rows[i].section, "radius") == 0 || strncmp(rows[i].section, "relay", 5) == 0)
			continue;
		if (strcmp(rows[i].section, "mail") == 0 || strcmp(rows[i].section, "alert") == 0)
			continue; /* below: some need others beside them */
		inverted(&rows[i], text, sizeof(text));
		write_main(text);
		config = load();
		print_config(&other_text, config);
		config_free(&config);
		(void)snprintf(wanted, sizeof(wanted), "%s%s%s", rows[i].section,
			rows[i].section[0] == '\0' ? "" : ".", rows[i].name);
		ck_assert_msg(differing(&default_text, &other_text, name, sizeof(name)) == 1,
			"%s changes not exactly one field", text);
		ck_assert_str_eq(name, wanted);
	}
}
END_TEST

/* How mail and alerts are written; `changed`: another value for each. */
static const struct {
	const char *section, *option, *value, *changed;
} alert_options[] = {
	{"mail", "servers", "{'smtp://mail.example.jp:587'}", "{'smtps://mail.example.jp:465'}"},
	{"mail", "from", "'a@example.jp'", "'b@example.jp'"},
	{"mail", "user", "warifu", "mailer"},
	{"mail", "password_file", "/one", "/other"},
	{"mail", "ca_file", "/ca", "/other-ca"},
	{"mail", "timeout", "20s", "59s"},
	{"alert", "operators", "{'a@example.jp'}", "{'a@example.jp', 'b@example.jp'}"},
	{"alert", "operators_level", "1", "0"},
	{"alert", "officers", "{'c@example.jp'}", "{'d@example.jp'}"},
	{"alert", "officers_level", "2", "3"},
	{"alert", "languages", "{ja}", "{en, ja}"},
	{"alert", "hook", "/hook", "/other-hook"},
	{"alert", "hook_timeout", "10s", "60s"},
	{"alert", "hourly", "20", "1000"},
};

static void
load_alert(struct printed *out, size_t changed)
{
	char text[1024] = "";
	size_t len = 0;
	struct config *config;

	for (size_t i = 0; i < LENGTH(alert_options); i++) {
		const char *section = alert_options[i].section;
		bool first = i == 0 || strcmp(section, alert_options[i - 1].section) != 0;
		bool last = i + 1 == LENGTH(alert_options) ||
			    strcmp(section, alert_options[i + 1].section) != 0;

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s%s = %s\n%s",
			first ? section : "", first ? " {\n" : "", alert_options[i].option,
			i == changed ? alert_options[i].changed : alert_options[i].value,
			last ? "}\n" : "");
		ck_assert_uint_lt(len, sizeof(text));
	}
	write_main(text);
	config = load();
	print_config(out, config);
	config_free(&config);
}

START_TEST(every_option_of_mail_and_alert_reaches_its_field)
{
	struct config_row rows[CONFIG_ROWS_MAX];
	size_t n = config_rows(rows), met = 0;
	char name[64], wanted[64];

	load_alert(&default_text, LENGTH(alert_options));
	for (size_t i = 0; i < LENGTH(alert_options); i++) {
		load_alert(&other_text, i);
		(void)snprintf(wanted, sizeof(wanted), "%s.%s", alert_options[i].section,
			alert_options[i].option);
		ck_assert_msg(differing(&default_text, &other_text, name, sizeof(name)) == 1,
			"%s changes not exactly one field", wanted);
		ck_assert_str_eq(name, wanted);
	}
	for (size_t i = 0; i < n; i++)
		met += strcmp(rows[i].section, "mail") == 0 ||
		       strcmp(rows[i].section, "alert") == 0;
	ck_assert_uint_eq(met, LENGTH(alert_options));
}
END_TEST

START_TEST(every_service_option_reaches_its_field)
{
	static const struct {
		const char *text, *name;
	} table[] = {
		{"service sshd { asked = no key_only = no }", "service.asked"},
		{"service cron { asked = yes }", "service.asked"},
		{"service sshd { kinds = 1 }", "service.kinds"},
		{"service sshd { ask = {code} }", "service.ask"},
		{"service sshd { key_only = off }", "service.key_only"},
		{"service sshd { root = on }", "service.root"},
		{"service sshd { console = true }", "service.console"},
		{"service sudo { invoker = false }", "service.invoker"},
	};
	char name[64];

	print_defaults();
	for (size_t i = 0; i < LENGTH(table); i++) {
		struct config *config;

		write_main(table[i].text);
		config = load();
		print_config(&other_text, config);
		config_free(&config);
		ck_assert_int_eq(differing(&default_text, &other_text, name, sizeof(name)), i == 0 ? 2 : 1);
		ck_assert_str_eq(name, table[i].name);
	}
}
END_TEST

START_TEST(values_carry_their_origin)
{
	const struct policy_number *number;
	struct config *config;

	write_main("\nlock {\n\tthreshold = 5\n\n\tduration = 10m }\nservice vpn { kinds = 1 }\n");
	config = load();
	number = &config->policy.numbers[P_LOCK_THRESHOLD];
	ck_assert_int_eq(number->value, 5);
	ck_assert_str_eq(number->origin.file, main_file);
	ck_assert_int_eq(number->origin.line, 3);
	ck_assert_str_eq(number->origin.force, "local");
	ck_assert_str_eq(number->origin.criterion, "SCS-4-1-4-1");
	number = &config->policy.numbers[P_LOCK_DURATION_S];
	ck_assert_int_eq(number->value, 600);
	ck_assert_int_eq(number->origin.line, 5);
	ck_assert_str_eq(number->origin.force, "deviation");
	ck_assert_str_eq(number->origin.criterion, "IPA-6.10f");
	number = &config->policy.numbers[P_MFA_KINDS];
	ck_assert_int_eq(number->origin.line, 0);
	ck_assert_str_eq(policy_service_find(&config->policy, "vpn")->demand_origin.force, "deviation");
	ck_assert_int_eq(policy_service_find(&config->policy, "vpn")->demand_origin.line, 6);
	ck_assert_int_eq(policy_service_find(&config->policy, "vpn")->origin.line, 6);
	config_free(&config);
}
END_TEST

START_TEST(cheap_hashes_are_noticed)
{
	static const struct {
		unsigned memory_kib, passes;
		bool weak;
	} table[] = {{19456, 2, false}, {19456, 1, true}, {1024, 1, true}, {7168, 5, false}, {7167, 5, true},
		{46080, 1, false}, {1048576, 16, false}};
	char text[96];

	for (size_t i = 0; i < LENGTH(table); i++) {
		struct config *config;

		(void)snprintf(text, sizeof(text), "password { memory_kib = %u passes = %u }",
			table[i].memory_kib, table[i].passes);
		write_main(text);
		config = load();
		ck_assert_int_eq(config_cost_is_weak(config), table[i].weak);
		config_free(&config);
	}
}
END_TEST

START_TEST(durations_have_units)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} table[] = {{"90", 90}, {"90s", 90}, {"10m", 600}, {"1h", 3600}, {"1d", 86400}, {"0", 0},
		{"\"2h\"", 7200}, {"365d", 31536000}};
	char text[64];

	for (size_t i = 0; i < LENGTH(table); i++) {
		struct config *config;

		(void)snprintf(text, sizeof(text), "lock { duration = %s }", table[i].text);
		write_main(text);
		config = load();
		ck_assert_int_eq(
			policy_value(&config->policy, P_LOCK_DURATION_S), table[i].seconds);
		config_free(&config);
	}
}
END_TEST

static struct policy_service
load_service(const char *text, const char *name)
{
	struct policy_service service;
	struct config *config;

	write_main(text);
	config = load();
	service = *policy_service_find(&config->policy, name);
	config_free(&config);
	return service;
}

START_TEST(what_a_service_asks_for_itself)
{
	struct policy_service service = load_service("\nservice sshd {\n\task = {\"code\"}\n\troot = yes\n}\n", "sshd");

	ck_assert_uint_eq(service.ask, POLICY_ASK_CODE);
	ck_assert_int_eq(service.demand_origin.line, 3);
	ck_assert_str_eq(service.demand_origin.file, main_file);
	ck_assert_str_eq(service.demand_origin.force, "deviation");
	ck_assert_str_eq(service.demand_origin.criterion, "SCS-4-1-3-3");
	service = load_service("service sshd { ask = {password, code} kinds = 2 }", "sshd");
	ck_assert_uint_eq(service.ask, POLICY_ASK_PASSWORD | POLICY_ASK_CODE);
	ck_assert_str_eq(service.demand_origin.force, "local");
	service = load_service("service sshd { ask = {password, code} } service sshd { ask = {code} }", "sshd");
	ck_assert_uint_eq(service.ask, POLICY_ASK_CODE);
	service = load_service("service su { kinds = 1 }", "su");
	ck_assert_str_eq(service.demand_origin.force, "deviation");
	service = load_service("service su { kinds = 0 }", "su");
	ck_assert_str_eq(service.demand_origin.force, "local");
}
END_TEST

START_TEST(comments_quotes_and_repeated_sections)
{
	struct config *config;

	write_main("# one\n// two\n/* three\n   lines */\nhelpdesk = 'a ${b} # c' # four\n"
		   "lock { threshold = 4 } lock { backoff_cap = 30 }\n"
		   "service \"vpn\" { kinds = 2 }\nservice vpn { root = true }\n"
		   "zone internal { networks = {10.0.0.0/8,\n  192.168.0.0/16} }\n");
	config = load();
	ck_assert_str_eq(config->policy.helpdesk, "a ${b} # c");
	ck_assert_int_eq(policy_value(&config->policy, P_LOCK_THRESHOLD), 4);
	ck_assert_int_eq(policy_value(&config->policy, P_BACKOFF_CAP_S), 30);
	ck_assert_int_eq(policy_service_find(&config->policy, "vpn")->kinds, 2);
	ck_assert(policy_service_find(&config->policy, "vpn")->root_allowed);
	ck_assert_uint_eq(config->policy.ninternal, 2);
	config_free(&config);
}
END_TEST

START_TEST(an_empty_section_declares_a_service)
{
	struct config *config;

	write_main("service vpn {}\nzone internal { }\n");
	config = load();
	ck_assert_str_eq(policy_service_find(&config->policy, "vpn")->name, "vpn");
	config_free(&config);
}
END_TEST

#define LOCK_OPTIONS "accepted: threshold, duration, backoff_cap, backoff"

/* --- files --- */

START_TEST(later_files_replace_values)
{
	struct config *config;
	char path[160];

	write_main("lock { threshold = 5 duration = 2h backoff = {1, 2, 3} }\n");
	make_folder("conf.d");
	write_file("conf.d/20-b.conf", "lock { threshold = 7 backoff = {9} }\n", 37);
	write_file("conf.d/10-a.conf", "\nlock { threshold = 6 duration = 3h }\n", 38);
	write_file("conf.d/.hidden.conf", "nonsense", 8);
	write_file("conf.d/readme.txt", "nonsense", 8);
	write_file("conf.d/.conf", "nonsense", 8);
	config = load();
	ck_assert_int_eq(policy_value(&config->policy, P_LOCK_THRESHOLD), 7);
	ck_assert_int_eq(policy_value(&config->policy, P_LOCK_DURATION_S), 10800);
	ck_assert_uint_eq(config->policy.nbackoff, 1);
	ck_assert_uint_eq(config->policy.backoff_s[0], 9);
	(void)snprintf(path, sizeof(path), "%s/conf.d/10-a.conf", folder);
	ck_assert_str_eq(config->policy.numbers[P_LOCK_DURATION_S].origin.file, path);
	ck_assert_int_eq(config->policy.numbers[P_LOCK_DURATION_S].origin.line, 2);
	config_free(&config);
	write_file("conf.d/30.conf", "\n\nlock { foo = 1 }", 18);
	ck_assert_str_eq(refused(WF_INVALID),
		"conf.d/30.conf:3: unknown option 'foo' in section 'lock'; " LOCK_OPTIONS);
}
END_TEST

/* A contradiction between files is named where the later value stands. */
START_TEST(contradictions_across_files)
{
	write_main("password { min = 13 min_privileged = 14 }\n");
	make_folder("conf.d");
	write_file("conf.d/a.conf", "\npassword { min_privileged = 12 }\n", 34);
	ck_assert_str_eq(refused(WF_INVALID), "conf.d/a.conf:2: 'password.min_privileged' is 12, which is less "
					      "than 'password.min', 13; change one of them");
}
END_TEST

START_TEST(a_host_whose_name_is_none)
{
	static struct config config;
	static struct config_load load_of;

	config_defaults(&config);
	config.node[0] = '\0';
	load_of.config = &config;
	load_of.error = &error;
	load_of.file = "FILE";
	load_of.nrows = config_rows(load_of.rows);
	config_check(&load_of);
	ck_assert_int_eq(load_of.status, WF_INVALID);
	ck_assert_str_eq(error.text, "FILE: the host's name is no name; write 'node = NAME'");
}
END_TEST

START_TEST(a_missing_file)
{
	struct config *config = NULL;

	ck_assert_str_eq(refused(WF_NOT_FOUND), "warifu.conf: cannot be read: No such file or directory");
	/* the compiled-in file is not there in a build tree, or is a good one */
	if (config_load(NULL, &config, &error) != WF_OK)
		ck_assert_int_eq(strncmp(error.text, WF_SYSCONFDIR "/warifu.conf", strlen(WF_SYSCONFDIR) + 12), 0);
	config_free(&config);
}
END_TEST

START_TEST(files_that_others_may_write)
{
	char path[160], wanted[400];

	write_main("");
	ck_assert_int_eq(chmod(main_file, 0646), 0);
	(void)snprintf(wanted, sizeof(wanted),
		"warifu.conf: can be written by others (mode 0646); close it: chmod go-w '%s'", main_file);
	ck_assert_str_eq(refused(WF_DENIED), wanted);
	ck_assert_int_eq(chmod(main_file, 0664), 0);
	ck_assert_ptr_nonnull(strstr(refused(WF_DENIED), "(mode 0664)"));
	ck_assert_int_eq(chmod(main_file, 0600), 0);
	make_folder("conf.d");
	(void)snprintf(path, sizeof(path), "%s/conf.d", folder);
	ck_assert_int_eq(chmod(path, 0777), 0);
	ck_assert_ptr_nonnull(strstr(refused(WF_DENIED), "conf.d: can be written by others"));
	ck_assert_int_eq(chmod(path, 0755), 0);
	write_file("conf.d/a.conf", "", 0);
	(void)snprintf(path, sizeof(path), "%s/conf.d/a.conf", folder);
	ck_assert_int_eq(chmod(path, 0602), 0);
	ck_assert_ptr_nonnull(strstr(refused(WF_DENIED), "a.conf: can be written by others"));
}
END_TEST

#define LONG_64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

START_TEST(files_that_belong_to_others)
{
	struct config *config;
	char wanted[400];

	if (geteuid() != 0)
		return;
	write_main("");
	ck_assert_int_eq(chown(main_file, 4711, 0), 0);
	(void)snprintf(wanted, sizeof(wanted),
		"warifu.conf: belongs to uid 4711; it must belong to root: chown root '%s'", main_file);
	ck_assert_str_eq(refused(WF_DENIED), wanted);
	/* who owns it may read it as himself, but is held to its mode as well */
	ck_assert_int_eq(seteuid(4711), 0);
	ck_assert_str_eq(refused(WF_DENIED), "conf.d: cannot be read: Permission denied");
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(chown(folder, 4711, 0), 0);
	ck_assert_int_eq(seteuid(4711), 0);
	config = load();
	config_free(&config);
	ck_assert_int_eq(chmod(main_file, 0646), 0);
	ck_assert_ptr_nonnull(strstr(refused(WF_DENIED), "can be written by others"));
	ck_assert_int_eq(chmod(main_file, 0200), 0);
	ck_assert_str_eq(refused(WF_DENIED), "warifu.conf: cannot be read: Permission denied");
	ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(the_last_value_that_fits)
{
	struct config *config;

	write_main("helpdesk = \"" LONG_64 LONG_64 "\"\nissuer = \"" LONG_64 "\"\nnode = " LONG_64 "\n"
		   "lock { backoff = {3600} threshold = 1000 }\n"
		   "password { min = 12 min_privileged = 12 }\n");
	config = load();
	ck_assert_uint_eq(strlen(config->policy.helpdesk), 128);
	ck_assert_uint_eq(strlen(config->issuer), 64);
	ck_assert_uint_eq(strlen(config->node), 64);
	ck_assert_uint_eq(config->policy.backoff_s[0], 3600);
	config_free(&config);
	write_main("helpdesk = \"" LONG_64 LONG_64 "y\"\n");
	ck_assert_ptr_nonnull(strstr(refused(WF_INVALID), "one line of at most 128 bytes"));
	write_main("issuer = \"" LONG_64 "y\"\n");
	ck_assert_ptr_nonnull(strstr(refused(WF_INVALID), "1 to 64 bytes"));
	write_main("lock { backoff = {3601} }\n");
	ck_assert_ptr_nonnull(strstr(refused(WF_INVALID), "cannot be '3601'"));
}
END_TEST

START_TEST(things_that_are_no_configuration)
{
	static char large[1024 * 1024 + 1];

	ck_assert_int_eq(mkdir(main_file, 0755), 0);
	ck_assert_str_eq(refused(WF_INVALID), "warifu.conf: is no regular file");
	ck_assert_int_eq(rmdir(main_file), 0);
	ck_assert_int_eq(mkfifo(main_file, 0600), 0);
	ck_assert_str_eq(refused(WF_INVALID), "warifu.conf: is no regular file");
	ck_assert_int_eq(remove(main_file), 0);
	write_file("warifu.conf", "mode = \0enforce", 15);
	ck_assert_str_eq(refused(WF_INVALID), "warifu.conf: holds a NUL byte; it is no text");
	memset(large, '\n', sizeof(large));
	write_file("warifu.conf", large, sizeof(large));
	ck_assert_str_eq(refused(WF_TOO_LONG), "warifu.conf: is larger than 1048576 bytes");
	write_file("warifu.conf", large, sizeof(large) - 1);
	{
		struct config *config = load();

		config_free(&config);
	}
}
END_TEST

START_TEST(more_files_than_fit)
{
	char name[32];

	write_main("");
	make_folder("conf.d");
	for (int i = 0; i < 256; i++) {
		(void)snprintf(name, sizeof(name), "conf.d/%03d.conf", i);
		write_file(name, "", 0);
	}
	ck_assert_str_eq(refused(WF_FULL), "conf.d: holds more than 255 files");
}
END_TEST

START_TEST(comments_are_nothing)
{
	struct config *config;

	write_main("# one\nworkers = # two\n 5 // three\nhelpdesk = \"# /* // ' no comment\"\n/* four\n */queue = /**/ 50\n#");
	config = load();
	ck_assert_uint_eq(config->workers, 5);
	ck_assert_uint_eq(config->queue, 50);
	ck_assert_str_eq(config->policy.helpdesk, "# /* // ' no comment");
	config_free(&config);
}
END_TEST

START_TEST(a_further_file_is_read_last)
{
	struct config *config = NULL;
	char extra[160];

	write_main("lock { threshold = 3 }");
	make_folder("conf.d");
	write_file("conf.d/z.conf", "lock { threshold = 4 }", 22);
	write_file("conf.d/a.new", "lock { threshold = 5 }", 22);
	(void)snprintf(extra, sizeof(extra), "%s/conf.d/a.new", folder);
	ck_assert_int_eq(config_load_with(main_file, extra, &config, &error), WF_OK);
	ck_assert_int_eq(policy_value(&config->policy, P_LOCK_THRESHOLD), 5);
	config_free(&config);
	(void)snprintf(extra, sizeof(extra), "%s/none", folder);
	ck_assert_int_eq(config_load_with(main_file, extra, &config, &error), WF_NOT_FOUND);
	ck_assert_ptr_null(config);
	config = load();
	ck_assert_int_eq(policy_value(&config->policy, P_LOCK_THRESHOLD), 4);
	config_free(&config);
}
END_TEST

START_TEST(paths_too_long)
{
	struct config *config = NULL;
	char path[600];

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	ck_assert_int_eq(config_load(path, &config, &error), WF_TOO_LONG);
	ck_assert_ptr_null(config);
}
END_TEST

/* --- the shipped file --- */

static size_t
read_shipped(char *text_r, size_t size)
{
	const char *top = getenv("top_srcdir");
	char path[1024];
	FILE *in;
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/contrib/warifu.conf", top == NULL ? ".." : top);
	in = fopen(path, "r");
	ck_assert_msg(in != NULL, "%s: %s", path, strerror(errno));
	len = fread(text_r, 1, size - 1, in);
	fclose(in);
	text_r[len] = '\0';
	return len;
}

START_TEST(the_shipped_file_changes_nothing)
{
	static char text[32768];
	struct config *config;
	size_t len = read_shipped(text, sizeof(text));
	char name[64];

	print_defaults();
	write_file("warifu.conf", text, len);
	config = load();
	print_config(&other_text, config);
	config_free(&config);
	ck_assert_int_eq(differing(&default_text, &other_text, name, sizeof(name)), 0);
}
END_TEST

/* Takes the "#" from each line that has code right behind it; prose has a blank there. */
static void
uncomment(char *text)
{
	for (char *line = text; *line != '\0';) {
		if (line[0] == '#' && line[1] != ' ' && line[1] != '\n')
			line[0] = ' ';
		line += strcspn(line, "\n");
		if (*line == '\n')
			line++;
	}
}

static void
forget_examples(struct config_mail *mail, struct config_alert *alert)
{
	mail->nservers = alert->people[ALERT_OPERATORS].n = alert->people[ALERT_OFFICERS].n = 0;
	mail->from[0] = mail->user[0] = mail->password_file[0] = mail->ca_file[0] = '\0';
	alert->hook[0] = '\0';
}

/* What it says are the defaults are the defaults; some options have examples instead. */
START_TEST(the_shipped_file_tells_the_defaults)
{
	static char text[32768];
	struct config_row rows[CONFIG_ROWS_MAX];
	size_t n = config_rows(rows);
	struct policy_service *service;
	struct config *config;
	char name[64];

	(void)read_shipped(text, sizeof(text));
	uncomment(text);
	write_main(text);
	config = load();
	ck_assert_int_eq(policy_service_add(&config->policy, "sshd", &service), WF_OK);
	ck_assert_uint_eq(service->ask, policy_asks(&config->policy, &(struct policy_service){.kinds = 0}));
	service->ask = 0;
	ck_assert_str_eq(config->node, "NAME");
	ck_assert_uint_eq(config->policy.nshared, 1);
	ck_assert_uint_eq(config->policy.ninternal, 2);
	ck_assert_uint_eq(config->radius.nclients, 1);
	config->policy.nservices--; /* the client's */
	(void)gethostname(config->node, sizeof(config->node));
	config->policy.nshared = config->policy.ntrusted = 0;
	config->policy.ninternal = config->policy.nwords = 0;
	config->leak_list[0] = config->checkpoint_file[0] = '\0';
	forget_examples(&config->mail, &config->alert);
	/* these follow the prefix that was configured */
	(void)snprintf(config->run_dir, sizeof(config->run_dir), "%s", WF_RUNDIR);
	(void)snprintf(config->state_dir, sizeof(config->state_dir), "%s", WF_STATEDIR);
	(void)snprintf(config->key_file, sizeof(config->key_file), "%s/keys/warifu.key", WF_STATEDIR);
	(void)snprintf(config->breakglass_file, sizeof(config->breakglass_file), "%s/breakglass", WF_SYSCONFDIR);
	(void)snprintf(config->profiles_dir, sizeof(config->profiles_dir), "%s", PROFILEDIR);
	print_config(&other_text, config);
	config_free(&config);
	print_defaults();
	ck_assert_msg(differing(&default_text, &other_text, name, sizeof(name)) == 0, "%s differs", name);
	for (size_t i = 0; i < n; i++) {
		char line[64];

		(void)snprintf(line, sizeof(line), "%s%s = ",
			rows[i].section[0] == '\0' ? " " : "\t", rows[i].name);
		ck_assert_msg(strstr(text, line) != NULL, "%s.%s is not in contrib/warifu.conf",
			rows[i].section, rows[i].name);
	}
}
END_TEST

/* --- when calls fail --- */

#ifdef WF_FAULT
START_TEST(every_failing_call_is_survived)
{
	struct config *config = NULL;
	wf_status status = WF_NO;

	write_main("lock { threshold = 5 }\n"
		   "client v1 { network = 192.0.2.1 secret_file = /s reply = r }\n"
		   "reply r { attributes = {'A = 1'} }\n");
	make_folder("conf.d");
	write_file("conf.d/a.conf", "mode = observe\n", 15);
	for (uint64_t nth = 1; status != WF_OK; nth++) {
		ck_assert_uint_lt(nth, 100);
		(void)snprintf(error.text, sizeof(error.text), "untouched");
		wf_fault_arm(nth, _i == 1);
		status = config_load(main_file, &config, &error);
		wf_fault_arm(0, false);
		if (status == WF_OK)
			break;
		ck_assert_ptr_null(config);
		ck_assert_str_ne(error.text, "untouched");
		ck_assert_str_ne(error.text, "");
	}
	ck_assert_int_eq(config->mode, MODE_OBSERVE);
	config_free(&config);
}
END_TEST
#endif

static Suite *
config_suite(void)
{
	Suite *suite = suite_create("config");
	TCase *tc = tcase_create("load");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, an_empty_file_is_the_default);
	tcase_add_test(tc, every_option_reaches_its_field);
	tcase_add_test(tc, every_service_option_reaches_its_field);
	tcase_add_test(tc, every_option_of_mail_and_alert_reaches_its_field);
	tcase_add_test(tc, values_carry_their_origin);
	tcase_add_test(tc, cheap_hashes_are_noticed);
	tcase_add_test(tc, durations_have_units);
	tcase_add_test(tc, what_a_service_asks_for_itself);
	tcase_add_test(tc, comments_quotes_and_repeated_sections);
	tcase_add_test(tc, an_empty_section_declares_a_service);
	tcase_add_test(tc, later_files_replace_values);
	tcase_add_test(tc, contradictions_across_files);
	tcase_add_test(tc, a_host_whose_name_is_none);
	tcase_add_test(tc, a_missing_file);
	tcase_add_test(tc, files_that_others_may_write);
	tcase_add_test(tc, files_that_belong_to_others);
	tcase_add_test(tc, the_last_value_that_fits);
	tcase_add_test(tc, things_that_are_no_configuration);
	tcase_add_test(tc, more_files_than_fit);
	tcase_add_test(tc, comments_are_nothing);
	tcase_add_test(tc, a_further_file_is_read_last);
	tcase_add_test(tc, paths_too_long);
	tcase_add_test(tc, the_shipped_file_changes_nothing);
	tcase_add_test(tc, the_shipped_file_tells_the_defaults);
#ifdef WF_FAULT
	tcase_add_loop_test(tc, every_failing_call_is_survived, 0, 2);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(config_suite)
