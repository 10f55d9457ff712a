/* radius client and radius secret, in a folder of the test's own, with the real warifud --check. */
#include "config.h"

#include <ctype.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/radius_secret.h"
#include "tests/unit/ctl/rig.h"
#include "tests/unit/unit.h"

static struct rig rig;

static void
set_up(void)
{
	char text[1024];

	rig_start(&rig, NULL, 0);
	rig_write(&rig, "old.secret", "0123456789abcdef0123456789abcdef\n");
	ck_assert_int_eq(chmod(rig_path(&rig, "old.secret"), 0400), 0);
	snprintf(text, sizeof(text), "radius { user = \"\" }\nclient old { network = 192.0.2.7 secret_file = \"%s\" }\n",
		rig_path(&rig, "old.secret"));
	rig_write(&rig, "warifu.conf", text);
}

static void
tear_down(void)
{
	rig_stop(&rig);
}

/* `warifu radius WORDS` with this folder's configuration, this user as the owner, and `daemon` as the judge. */
static int
radius(const char *words, const char *daemon)
{
	const char *build = getenv("top_builddir");
	char line[4096];
	char check[1024] = "";

	if (daemon != NULL)
		snprintf(check, sizeof(check), " --daemon %.500s/%s", build != NULL ? build : ".", daemon);
	snprintf(line, sizeof(line), "radius %s --config %.500s/warifu.conf --owner %s%s", words, rig.dir,
		getpwuid(geteuid())->pw_name, check);
	return rig_run(&rig, NULL, line);
}

static mode_t
mode_of(const char *name)
{
	struct stat st;

	ck_assert_msg(stat(rig_path(&rig, name), &st) == 0, "%s is not there", name);
	return st.st_mode & 07777;
}

static bool
is_there(const char *name)
{
	return access(rig_path(&rig, name), F_OK) == 0;
}

/* --- secret --- */

START_TEST(a_secret_is_made_and_shown_once)
{
	char first[64];

	ck_assert_int_eq(radius("secret vpn1", NULL), CTL_OK);
	ck_assert_int_eq((int)mode_of("radius/vpn1.secret"), 0400);
	snprintf(first, sizeof(first), "%s", rig_read(&rig, "radius/vpn1.secret"));
	ck_assert_uint_eq(strlen(first), 33);
	ck_assert_int_eq(first[32], '\n');
	first[32] = '\0';
	for (size_t i = 0; i < 32; i++)
		ck_assert_msg(isalnum((unsigned char)first[i]) && strchr("lIO01", first[i]) == NULL, "%s", first);
	ck_assert_ptr_nonnull(strstr(rig.out, first));
	ck_assert(!is_there("radius/vpn1.secret.new"));
	ck_assert_int_eq(radius("secret vpn1", NULL), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "is there already"));
	ck_assert_str_eq(rig.out, "");
	ck_assert_int_eq(radius("secret vpn1 --replace", NULL), CTL_OK);
	ck_assert_ptr_null(strstr(rig.out, first));
	ck_assert_str_ne(rig_read(&rig, "radius/vpn1.secret"), first);
}
END_TEST

START_TEST(a_secret_in_json)
{
	char wanted[256];

	ck_assert_int_eq(radius("secret vpn1 --json", NULL), CTL_OK);
	snprintf(wanted, sizeof(wanted), "\"secret\": \"%.32s\"", rig_read(&rig, "radius/vpn1.secret"));
	ck_assert_msg(strstr(rig.out, wanted) != NULL, "%s", rig.out);
	ck_assert_ptr_nonnull(strstr(rig.out, "\"client\": \"vpn1\""));
}
END_TEST

/* The daemon says where, but it does not choose a file for root to write. */
START_TEST(a_secret_goes_into_the_folder_of_secrets)
{
	static const struct rig_act acts[] = {{.act = "radius.client.list",
		.columns = {"client", "secret-file"},
		.rows = {{"vpn", "/nonexistent/x"}, {"vpn1", "/nonexistent/folder/secret"}}}};

	rig_stop(&rig);
	rig_start(&rig, acts, 1);
	ck_assert_int_eq(rig_run(&rig, NULL, "radius secret vpn1"), CTL_NO);
	ck_assert_msg(strstr(rig.err, "the file is /nonexistent/folder/secret, which is not in " WF_SYSCONFDIR "/radius") != NULL,
		"%s", rig.err);
	ck_assert(access("/nonexistent", F_OK) != 0);
}
END_TEST

START_TEST(names_that_are_none)
{
	static const char *const names[] = {"../x", ".x", "a/b", "a@b", "--", "a%20b",
		"0123456789012345678901234567890123456789012345678901234567890123x"};
	char words[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(words, sizeof(words), "secret %s", names[i]);
		ck_assert_int_eq(radius(words, NULL), CTL_USAGE);
		snprintf(words, sizeof(words), "client add %s --network 192.0.2.1", names[i]);
		ck_assert_int_eq(radius(words, "warifud"), CTL_USAGE);
	}
	ck_assert(!is_there("radius") && !is_there("conf.d"));
}
END_TEST

/* 256 bits; for a client that has no secret it need not be said. */
START_TEST(a_key_is_made_and_shown_once)
{
	static const struct rig_act acts[] = {{.act = "radius.client.list",
		.columns = {"client", "secret-file", "psk-file"},
		.rows = {{"vpn", "", "/nonexistent/folder/psk"}}}};
	char key[RADIUS_SECRET_SIZE + 1], line[2048];

	ck_assert_int_eq(radius("secret vpn1 --psk", NULL), CTL_OK);
	ck_assert_int_eq((int)mode_of("radius/vpn1.psk"), 0400);
	snprintf(key, sizeof(key), "%s", rig_read(&rig, "radius/vpn1.psk"));
	ck_assert_uint_eq(strspn(key, "0123456789abcdef"), 64);
	ck_assert_str_eq(key + 64, "\n");
	key[64] = '\0';
	ck_assert_ptr_nonnull(strstr(rig.out, key));
	ck_assert_ptr_nonnull(strstr(rig.out, "with its psk_identity"));
	ck_assert(!is_there("radius/vpn1.secret"));
	rig_stop(&rig);
	rig_start(&rig, acts, 1);
	ck_assert_int_eq(rig_run(&rig, NULL, "radius secret vpn"), CTL_NO);
	ck_assert_msg(strstr(rig.err, "the file is /nonexistent/folder/psk, which") != NULL, "%s",
		rig.err);
	/* nor where the file is named */
	snprintf(line, sizeof(line), "radius secret vpn --owner %s --file %s",
		getpwuid(geteuid())->pw_name, rig_path(&rig, "named"));
	ck_assert_int_eq(rig_run(&rig, NULL, line), CTL_OK);
	ck_assert_uint_eq(strspn(rig_read(&rig, "named"), "0123456789abcdef"), 64);
}
END_TEST

/* --- add --- */

START_TEST(a_client_is_added)
{
	static const char wanted[] = "# Made by 'warifu radius client add'; see warifu.conf(5).\n"
				     "client \"vpn1\" {\n"
				     "\tnetwork = {\"192.0.2.1\", \"2001:db8::/64\"}\n"
				     "\tprofile = \"fortigate\"\n"
				     "\tclass = \"vpn\"\n"
				     "\tgroups = {\"staff\", \"b\"}\n"
				     "\tsecret_file = \"%s\"\n"
				     "}\n";
	char text[4096];

	ck_assert_int_eq(radius("client add vpn1 --network 192.0.2.1,,2001:db8::/64 --profile fortigate --class vpn --groups 'staff, b'",
				 "warifud"), CTL_OK);
	snprintf(text, sizeof(text), wanted, rig_path(&rig, "radius/vpn1.secret"));
	ck_assert_str_eq(rig_read(&rig, "conf.d/radius-vpn1.conf"), text);
	ck_assert_int_eq((int)mode_of("conf.d/radius-vpn1.conf"), 0644);
	ck_assert_int_eq((int)mode_of("radius/vpn1.secret"), 0400);
	snprintf(text, sizeof(text), "%.32s", rig_read(&rig, "radius/vpn1.secret"));
	ck_assert_ptr_nonnull(strstr(rig.out, text));
	ck_assert_ptr_null(strstr(rig.out, "fine"));
	ck_assert_int_eq(radius("client add vpn1 --network 192.0.2.2", "warifud"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "is there already; edit it"));
}
END_TEST

/* Where TLS is spoken, as a client by certificate needs it. */
static void
listen_to_tls(void)
{
	static const char text[] = "radius { user = \"\" radsec = {\"127.0.0.1:2083\"} "
				   "certificate = \"/x.pem\" key = \"/x.key\" ca = \"/ca.pem\" }\n";

	rig_write(&rig, "warifu.conf", text);
}

START_TEST(a_client_by_certificate_has_no_secret)
{
	listen_to_tls();
	ck_assert_int_eq(radius("client add vpn1 --certificate gw.example.org --json", "warifud"), CTL_OK);
	ck_assert(is_there("conf.d/radius-vpn1.conf") && !is_there("radius"));
	ck_assert_ptr_nonnull(strstr(rig.out, "\"client\": \"vpn1\""));
	ck_assert_msg(strstr(rig.out, "\"secret-file\": null") != NULL, "%s", rig.out);
}
END_TEST

/* Over TLS alone, from there; a secret beside it would let it come in the clear. */
START_TEST(a_client_by_key)
{
	static const char wanted[] = "\tnetwork = {\"192.0.2.1\"}\n"
				     "\tpsk_identity = \"branch 1\"\n"
				     "\tpsk_file = \"%s\"\n}\n";
	char text[4096];

	rig_write(&rig, "warifu.conf",
		"radius { user = \"\" radsec = {\"127.0.0.1:2083\"} }\n");
	ck_assert_int_eq(radius("client add vpn1 --psk-identity 'branch 1' --network 192.0.2.1",
				 "warifud"),
		CTL_OK);
	snprintf(text, sizeof(text), wanted, rig_path(&rig, "radius/vpn1.psk"));
	ck_assert_msg(strstr(rig_read(&rig, "conf.d/radius-vpn1.conf"), text) != NULL, "%s",
		rig_read(&rig, "conf.d/radius-vpn1.conf"));
	ck_assert_int_eq((int)mode_of("radius/vpn1.psk"), 0400);
	ck_assert(!is_there("radius/vpn1.secret"));
	snprintf(text, sizeof(text), "%.64s", rig_read(&rig, "radius/vpn1.psk"));
	ck_assert_ptr_nonnull(strstr(rig.out, text));
	ck_assert_int_eq(radius("client add vpn2 --psk-identity 'branch 1'", "warifud"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "so the client vpn2 was not added"));
	ck_assert(!is_there("conf.d/radius-vpn2.conf") && !is_there("radius/vpn2.psk"));
}
END_TEST

START_TEST(a_client_by_fingerprint)
{
	static const char words[] = "client add vpn1 --network 192.0.2.1 --certificate sha256:"
				    "00112233445566778899aabbccddeeff"
				    "00112233445566778899aabbccddeeff";

	rig_write(&rig, "warifu.conf",
		"radius { user = \"\" radsec = {\"127.0.0.1:2083\"} "
		"certificate = \"/x.pem\" key = \"/x.key\" }\n");
	ck_assert_int_eq(radius(words, "warifud"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig_read(&rig, "conf.d/radius-vpn1.conf"),
		"certificate = {\"sha256:0011"));
	ck_assert(!is_there("radius"));
	ck_assert_int_eq(radius("client add vpn2 --certificate sha256:00", "warifud"), CTL_NO);
	ck_assert_ptr_nonnull(strstr(rig.err, "so the client vpn2 was not added"));
}
END_TEST

START_TEST(a_separator_goes_with_its_mode)
{
	static const char words[] = "client add vpn1 --network 192.0.2.1 --mode separator "
				    "--separator ,";

	ck_assert_int_eq(radius(words, "warifud"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig_read(&rig, "conf.d/radius-vpn1.conf"),
		"\tseparator = \",\"\n"));
	ck_assert_int_eq(radius("client add vpn2 --network 192.0.2.2 --mode separator", "warifud"),
		CTL_NO);
}
END_TEST

START_TEST(what_would_not_load_is_not_added)
{
	static const char *const wrong[] = {"--network 192.0.2.7", "--network 192.0.2.0/24", "--network 10.0.0.1/8", "--network here",
		"--network 192.0.2.1 --groups Staff", "--network 192.0.2.0/28 --message-authenticator auto",
		"--network 192.0.2.1 --class firewall-admin --mode code", "--profile fortigate", ""};
	char words[256];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(words, sizeof(words), "client add vpn1 %s", wrong[i]);
		ck_assert_msg(radius(words, "warifud") == CTL_NO, "%s", words);
		ck_assert_ptr_nonnull(strstr(rig.err, "so the client vpn1 was not added"));
		ck_assert_str_eq(rig.out, "");
		ck_assert(!is_there("conf.d/radius-vpn1.conf") && !is_there("conf.d/radius-vpn1.conf.new"));
		ck_assert(!is_there("radius/vpn1.secret"));
	}
	ck_assert_int_eq(radius("client add vpn1 --network 192.0.2.1\"", "warifud"), CTL_USAGE);
	ck_assert_int_eq(radius("client add vpn1 --network 192.0.2.1 --groups ${HOME}", "warifud"), CTL_USAGE);
	ck_assert_int_eq(radius("client add vpn1 --network 192.0.2.1", "no-such-program"), CTL_NO);
	ck_assert(!is_there("conf.d/radius-vpn1.conf") && !is_there("radius/vpn1.secret"));
}
END_TEST

START_TEST(root_alone_adds)
{
	rig.ctl.uid = 1000;
	ck_assert_int_eq(radius("client add vpn1 --network 192.0.2.1", "warifud"), CTL_DENIED);
	ck_assert_int_eq(radius("secret vpn1", NULL), CTL_DENIED);
	ck_assert(!is_there("radius") && !is_there("conf.d"));
}
END_TEST

/* --- list, show --- */

START_TEST(the_daemon_lists_and_shows)
{
	static const struct rig_act acts[] = {
		{.act = "radius.client.list",
			.columns = {"client", "class", "profile", "client-mode", "transport", "sources",
				"message-authenticator", "secret", "rate:number"},
			.rows = {{"vpn1", "vpn", "fortigate", "challenge", "udp", "192.0.2.1", "required", "ok",
				"100"}}},
		{.act = "radius.client.show",
			.text = "Fortinet FortiGate: advice",
			.columns = {"option", "value", "origin", "why"},
			.rows = {{"timeout", "5", "profile fortigate", "so"}}}};

	rig_stop(&rig);
	rig_start(&rig, acts, 2);
	ck_assert_int_eq(rig_run(&rig, NULL, "radius client list"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "Message-Authenticator"));
	ck_assert_ptr_null(strstr(rig.out, "100"));
	ck_assert_int_eq(rig_run(&rig, NULL, "radius client list --json"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "\"rate\": 100"));
	ck_assert_int_eq(rig_run(&rig, NULL, "radius client show vpn1"), CTL_OK);
	ck_assert_ptr_nonnull(strstr(rig.out, "profile fortigate"));
	ck_assert_ptr_nonnull(strstr(rig.out, "Fortinet FortiGate: advice"));
	ck_assert_str_eq(rig_asked(&rig), "radius.client.list\nradius.client.list\nradius.client.show client=vpn1\n");
}
END_TEST

START_TEST(words_that_do_not_go_together)
{
	static const struct {
		const char *words, *error;
	} table[] = {
		{"radius client", "'radius client' needs ACTION"},
		{"radius client remove", "ACTION must be one of list, add, show, not 'remove'"},
		{"radius client show", "'radius client show' needs the client's NAME"},
		{"radius client add", "'radius client add' needs the client's NAME"},
		{"radius client list vpn1", "'radius client list' takes no NAME"},
		{"radius client show vpn1 --network 192.0.2.1", "can be said with 'radius client add' alone"},
		{"radius client add vpn1 --profile cisco", "--profile must be one of"},
		{"radius", "'radius' needs one of: client, secret"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ck_assert_int_eq(rig_run(&rig, NULL, table[i].words), CTL_USAGE);
		ck_assert_msg(strstr(rig.err, table[i].error) != NULL, "%s: %s", table[i].words, rig.err);
	}
}
END_TEST

static Suite *
radius_suite(void)
{
	Suite *suite = suite_create("radius");
	TCase *tc = tcase_create("commands");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_secret_is_made_and_shown_once);
	tcase_add_test(tc, a_secret_in_json);
	tcase_add_test(tc, a_secret_goes_into_the_folder_of_secrets);
	tcase_add_test(tc, a_key_is_made_and_shown_once);
	tcase_add_test(tc, names_that_are_none);
	tcase_add_test(tc, a_client_is_added);
	tcase_add_test(tc, a_client_by_certificate_has_no_secret);
	tcase_add_test(tc, a_client_by_key);
	tcase_add_test(tc, a_client_by_fingerprint);
	tcase_add_test(tc, a_separator_goes_with_its_mode);
	tcase_add_test(tc, what_would_not_load_is_not_added);
	tcase_add_test(tc, root_alone_adds);
	tcase_add_test(tc, the_daemon_lists_and_shows);
	tcase_add_test(tc, words_that_do_not_go_together);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(radius_suite)
