/*
 * What warifu.conf says of servers that are asked: every option reaches its field, contradictions,
 * looking up.
 */
#include <config.h>

#include "tests/unit/config/fixture.h"

#define SERVER " servers = \"192.0.2.1:1812\" secret_file = /s "

START_TEST(defaults)
{
	struct config *config;
	const struct config_upstream *upstream;

	write_main("");
	config = load();
	ck_assert_uint_eq(config->upstreams.n, 0);
	ck_assert_str_eq(config->upstreams.user, "warifu-egress");
	ck_assert_ptr_null(config_upstream_find(&config->upstreams, "a"));
	config_free(&config);
	write_main("\nupstream a {" SERVER "}");
	config = load();
	ck_assert_uint_eq(config->upstreams.n, 1);
	upstream = config_upstream_find(&config->upstreams, "a");
	ck_assert_ptr_eq(upstream, config->upstreams.list);
	ck_assert_int_eq(upstream->origin.line, 2);
	ck_assert_str_eq(upstream->origin.file, main_file);
	ck_assert_int_eq(upstream->factor, UPSTREAM_NONE);
	ck_assert_int_eq(upstream->message_authenticator, CLIENT_AUTHENTICATOR_REQUIRED);
	ck_assert_uint_eq(upstream->timeout_ms, 3000);
	ck_assert_uint_eq(upstream->tries, 2);
	ck_assert_uint_eq(upstream->parallel, 8);
	ck_assert_str_eq(upstream->nas, "");
	ck_assert_uint_eq(config_upstream_longest(upstream), 6000);
	config_free(&config);
}
END_TEST

START_TEST(every_option_reaches_its_field)
{
	struct config *config;
	const struct config_upstream *upstream;

	write_main("egress { user = \"\" }\n"
		   "upstream first {" SERVER "}\n"
		   "upstream a { servers = {\"192.0.2.1:1812\", \"[2001:db8::1]:1645\"} "
		   "secret_file = /s factor = knowledge\n"
		   "groups = {g, h} timeout = 30s tries = 5 parallel = 32 message_authenticator = "
		   "optional\n"
		   "nas_identifier = \"this one\" }");
	config = load();
	ck_assert_str_eq(config->upstreams.user, "");
	ck_assert_uint_eq(config->upstreams.uid, geteuid());
	ck_assert_uint_eq(config->upstreams.gid, getegid());
	ck_assert_uint_eq(config->upstreams.n, 2);
	upstream = config_upstream_find(&config->upstreams, "a");
	ck_assert_ptr_eq(upstream, &config->upstreams.list[1]);
	ck_assert_uint_eq(upstream->nservers, 2);
	ck_assert_str_eq(upstream->servers[0].text, "192.0.2.1:1812");
	ck_assert_int_eq(upstream->servers[1].address.ss_family, AF_INET6);
	ck_assert_str_eq(upstream->secret_file, "/s");
	ck_assert_int_eq(upstream->factor, UPSTREAM_KNOWLEDGE);
	ck_assert_uint_eq(upstream->groups.n, 2);
	ck_assert_str_eq(upstream->groups.names[1], "h");
	ck_assert_uint_eq(upstream->timeout_ms, 30000);
	ck_assert_uint_eq(upstream->tries, 5);
	ck_assert_uint_eq(upstream->parallel, 32);
	ck_assert_int_eq(upstream->message_authenticator, CLIENT_AUTHENTICATOR_OPTIONAL);
	ck_assert_str_eq(upstream->nas, "this one");
	ck_assert_uint_eq(config_upstream_longest(upstream), 300000);
	config_free(&config);
}
END_TEST

START_TEST(relay_over_radius)
{
	struct config *config;

	write_main("upstream a {" SERVER "}\nrelay { upstream = a }");
	config = load();
	ck_assert_str_eq(config->relay.upstream, "a");
	ck_assert_str_eq(config->relay.host, "");
	ck_assert(config_is_relay(&config->relay));
	config_free(&config);
	write_main("upstream a {" SERVER "}");
	config = load();
	ck_assert(!config_is_relay(&config->relay));
	config_free(&config);
}
END_TEST

START_TEST(an_account_has_a_factor_in_one_place)
{
	struct config *config;
	const char one[][CONFIG_GROUP_SIZE] = {"other", "g"}, two[][CONFIG_GROUP_SIZE] = {"h"};

	write_main("upstream none {" SERVER "}\n"
		   "upstream a {" SERVER "factor = possession groups = {g} }\n"
		   "upstream b {" SERVER "factor = knowledge groups = {g, h} }");
	config = load();
	ck_assert_str_eq(
		config_upstream_of(&config->upstreams, UPSTREAM_POSSESSION, one, 2)->name, "a");
	ck_assert_str_eq(
		config_upstream_of(&config->upstreams, UPSTREAM_KNOWLEDGE, one, 2)->name, "b");
	ck_assert_str_eq(
		config_upstream_of(&config->upstreams, UPSTREAM_KNOWLEDGE, two, 1)->name, "b");
	ck_assert_ptr_null(config_upstream_of(&config->upstreams, UPSTREAM_POSSESSION, two, 1));
	ck_assert_ptr_null(config_upstream_of(&config->upstreams, UPSTREAM_POSSESSION, one, 0));
	ck_assert_ptr_null(config_upstream_of(&config->upstreams, UPSTREAM_NONE, one, 2));
	config_free(&config);
}
END_TEST

static const struct {
	const char *text, *sentence;
} bad[] = {
	{"upstream a { }", "warifu.conf:1: upstream 'a' lacks 'servers'"},
	{"upstream a {\n servers = \"192.0.2.1:1812\" }",
		"warifu.conf:2: upstream 'a' lacks 'secret_file'"},
	{"upstream a {" SERVER "groups = g }", "warifu.conf:1: upstream 'a' lacks 'factor'"},
	{"upstream a {" SERVER "factor = possession }",
		"warifu.conf:1: upstream 'a' lacks 'groups'"},
	{"upstream a {" SERVER "factor = biometric }",
		"warifu.conf:1: 'upstream.factor' cannot be 'biometric'; accepted: possession, "
		"knowledge"},
	{"upstream a { servers = \"example.jp:1812\" }",
		"warifu.conf:1: 'upstream.servers' cannot be 'example.jp:1812'; accepted: a list "
		"of 1 to 8 addresses with "
		"ports such as 192.0.2.1:1812 or [2001:db8::1]:1812"},
	{"upstream a {" SERVER "message_authenticator = auto }",
		"warifu.conf:1: 'upstream.message_authenticator' cannot be 'auto'; accepted: "
		"required, optional"},
	{"upstream \"a b\" { }", "warifu.conf:1: 'a b' cannot be the name of a section 'upstream'; "
				 "accepted: 1 to 64 letters, digits, '.', '_' and '-', not "
				 "beginning with '-'"},
	{"upstream a {" SERVER "}\nupstream a {" SERVER "}",
		"warifu.conf:2: there is another upstream 'a' in FOLDER/warifu.conf:1; give one of "
		"them another name"},
	{"upstream a {" SERVER "factor = possession groups = {f, g} }\n"
	 "upstream b {" SERVER "factor = possession groups = {g, h} }",
		"warifu.conf:2: group 'g' of upstream 'b' has the same factor at upstream 'a' "
		"(FOLDER/warifu.conf:1); leave it "
		"in one of them"},
	{"relay { upstream = a }", "warifu.conf:1: section 'relay' names the upstream 'a', but "
				   "there is no such section"},
	{"upstream a {" SERVER "factor = possession groups = g }\nrelay { upstream = a }",
		"warifu.conf:2: upstream 'a' is the factor of some accounts, but a relay has none; "
		"leave out its 'factor' and "
		"'groups'"},
	{"upstream a {" SERVER "}\nrelay { upstream = a server = \"b:1\" }",
		"warifu.conf:2: section 'relay' has 'upstream' and 'server'; the centre is reached "
		"in one way: leave out one of "
		"them"},
};

START_TEST(contradictions)
{
	expect_refusal(bad[_i].text, bad[_i].sentence);
}
END_TEST

START_TEST(too_many_sections)
{
	char text[8192];
	size_t len = 0;

	for (int i = 0; i <= CONFIG_UPSTREAMS_MAX; i++)
		len += (size_t)snprintf(
			text + len, sizeof(text) - len, "upstream u%d {" SERVER "}\n", i);
	write_main(text);
	ck_assert_str_eq(
		refused(WF_INVALID), "warifu.conf:33: there are more than 32 such sections");
}
END_TEST

START_TEST(secrets_are_looked_at)
{
	struct config_upstreams upstreams = {.uid = (uid_t)-1};
	struct config_upstream upstream = {.name = "a"};
	char text[512];
	struct stat st;

	(void)snprintf(upstream.secret_file, sizeof(upstream.secret_file), "%s/secret", folder);
	ck_assert_int_eq(config_upstream_secret_check(&upstreams, &upstream, 0), SECRET_MISSING);
	write_file("secret", "0123456789abcdef0\n", 18);
	ck_assert_int_eq(stat(upstream.secret_file, &st), 0);
	ck_assert_int_eq(chmod(upstream.secret_file, 0440), 0);
	ck_assert_int_eq(config_upstream_secret_check(&upstreams, &upstream, 0), SECRET_OPEN);
	ck_assert_int_eq(chmod(upstream.secret_file, 0400), 0);
	ck_assert_int_eq(
		config_upstream_secret_check(&upstreams, &upstream, st.st_mtime * INT64_C(1000000)),
		SECRET_FINE);
	ck_assert_int_eq(config_upstream_secret_check(&upstreams, &upstream,
				 st.st_mtime * INT64_C(1000000) + INT64_C(367) * 86400 * 1000000),
		SECRET_OLD);
	config_upstream_secret_say(&upstream, SECRET_OPEN, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "is open to others; close it: chmod go="));
	ck_assert_int_eq(strncmp(text, "upstream 'a': secret /", 22), 0);
}
END_TEST

static Suite *
upstream_suite(void)
{
	Suite *suite = suite_create("config_upstream");
	TCase *tcase = tcase_create("load");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, defaults);
	tcase_add_test(tcase, every_option_reaches_its_field);
	tcase_add_test(tcase, relay_over_radius);
	tcase_add_test(tcase, an_account_has_a_factor_in_one_place);
	tcase_add_loop_test(tcase, contradictions, 0, (int)LENGTH(bad));
	tcase_add_test(tcase, too_many_sections);
	tcase_add_test(tcase, secrets_are_looked_at);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(upstream_suite)
