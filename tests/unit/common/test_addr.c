/* Sources and networks: canonical text, nothing resolved, garbage made harmless, no host bits. */
#include "config.h"

#include "common/addr.h"

#include <string.h>

#include "tests/unit/unit.h"

static const struct {
	const char *rhost, *tty, *text;
	bool remote;
} sources[] = {
	{"192.0.2.7", "ssh", "192.0.2.7", true},
	{"::ffff:192.0.2.7", NULL, "192.0.2.7", true},
	{"::FFFF:c000:0207", NULL, "192.0.2.7", true},
	{"2001:DB8:0:0:0:0:0:1", NULL, "2001:db8::1", true},
	{"2001:db8::1%eth0", NULL, "2001:db8::1", true},
	{"fe80::1%2", NULL, "fe80::1", true},
	{"::ffff:192.0.2.7%eth0", NULL, "192.0.2.7", true},
	{"::1", NULL, "::1", true},
	{"localhost", NULL, "127.0.0.1", true},
	{"127.0.0.1", NULL, "127.0.0.1", true},
	{"192.0.2.7%eth0", NULL, "name:192.0.2.7%eth0", true},
	{"192.0.2.07", NULL, "name:192.0.2.07", true},
	{"192.0.2", NULL, "name:192.0.2", true},
	{"192.0.2.256", NULL, "name:192.0.2.256", true},
	{" 192.0.2.7", NULL, "name:?192.0.2.7", true},
	{"[2001:db8::1]", NULL, "name:[2001:db8::1]", true},
	{"%eth0", NULL, "name:%eth0", true},
	{"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%1", NULL,
		"name:2001:db8:ffff:ffff:ffff:ffff:ffff:ffff:f", true},
	{"host.example.net", "pts/0", "name:host.example.net", true},
	{"evil\n\x1b[2Jname", NULL, "name:evil??[2Jname", true},
	{"日", NULL, "name:???", true},
	{"0123456789012345678901234567890123456789X", NULL,
		"name:0123456789012345678901234567890123456789", true},
	{NULL, "/dev/tty1", "local:tty1", false},
	{"", "tty1", "local:tty1", false},
	{NULL, "/dev/pts/12", "local:pts/12", false},
	{NULL, ":0", "local::0", false},
	{NULL, "tty S0\n", "local:tty?S0?", false},
	{NULL, "端末", "local:??????", false},
	{NULL, "", "local:unknown", false},
	{NULL, "/dev/", "local:unknown", false},
	{NULL, NULL, "local:unknown", false},
	{"", NULL, "local:unknown", false},
};

START_TEST(source_table)
{
	struct wf_source source;

	wf_source_from_pam(sources[_i].rhost, sources[_i].tty, &source);
	ck_assert_str_eq(source.text, sources[_i].text);
	ck_assert_int_eq(source.remote, sources[_i].remote);
}
END_TEST

START_TEST(a_long_tty_is_cut)
{
	struct wf_source source;
	char tty[200];

	memset(tty, 't', sizeof(tty) - 1);
	tty[sizeof(tty) - 1] = '\0';
	wf_source_from_pam(NULL, tty, &source);
	ck_assert_uint_eq(strlen(source.text), WF_SOURCE_MAX - 1);
}
END_TEST

static const struct {
	const char *text;
	wf_status status;
	unsigned prefix;
} networks[] = {
	{"192.0.2.0/24", WF_OK, 120},
	{"192.0.2.7", WF_OK, 128},
	{"192.0.2.7/32", WF_OK, 128},
	{"0.0.0.0/0", WF_OK, 96},
	{"10.0.0.0/8", WF_OK, 104},
	{"192.0.2.128/25", WF_OK, 121},
	{"2001:db8::/32", WF_OK, 32},
	{"2001:db8::1", WF_OK, 128},
	{"::/0", WF_OK, 0},
	{"::ffff:192.0.2.0/120", WF_OK, 120},
	{"2001:db8::/33", WF_OK, 33},
	{"192.0.2.1/24", WF_INVALID, 0},
	{"192.0.2.129/25", WF_INVALID, 0},
	{"192.0.2.64/25", WF_INVALID, 0},
	{"10.0.0.1/0", WF_INVALID, 0},
	{"2001:db8::1/32", WF_INVALID, 0},
	{"2001:db8:8000::/32", WF_INVALID, 0},
	{"192.0.2.0/33", WF_INVALID, 0},
	{"2001:db8::/129", WF_INVALID, 0},
	{"192.0.2.0/", WF_INVALID, 0},
	{"192.0.2.0/024", WF_INVALID, 0},
	{"192.0.2.0/24x", WF_INVALID, 0},
	{"192.0.2.0/ 24", WF_INVALID, 0},
	{"192.0.2.0/-1", WF_INVALID, 0},
	{"192.0.2.0/1000", WF_INVALID, 0},
	{"192.0.2.0/24/24", WF_INVALID, 0},
	{"192.0.2/24", WF_INVALID, 0},
	{"/24", WF_INVALID, 0},
	{"", WF_INVALID, 0},
	{"localhost", WF_INVALID, 0},
	{"fe80::1%eth0", WF_INVALID, 0},
	{"example.net/24", WF_INVALID, 0},
	{"0123456789012345678901234567890123456789012345678901234567890/8", WF_INVALID, 0},
};

START_TEST(network_table)
{
	struct wf_network network = {.prefix = 7777};

	ck_assert_int_eq(wf_network_parse(networks[_i].text, &network), networks[_i].status);
	ck_assert_uint_eq(
		network.prefix, networks[_i].status == WF_OK ? networks[_i].prefix : 7777);
}
END_TEST

static const struct {
	const char *network, *rhost, *tty;
	bool contains;
} members[] = {
	{"192.0.2.0/24", "192.0.2.0", NULL, true},
	{"192.0.2.0/24", "192.0.2.255", NULL, true},
	{"192.0.2.0/24", "::ffff:192.0.2.9", NULL, true},
	{"192.0.2.0/24", "192.0.3.0", NULL, false},
	{"192.0.2.0/24", "192.0.1.255", NULL, false},
	{"192.0.2.0/25", "192.0.2.128", NULL, false},
	{"192.0.2.7", "192.0.2.7", NULL, true},
	{"192.0.2.7", "192.0.2.6", NULL, false},
	{"0.0.0.0/0", "203.0.113.1", NULL, true},
	{"0.0.0.0/0", "2001:db8::1", NULL, false},
	{"::/0", "2001:db8::1", NULL, true},
	{"::/0", "192.0.2.7", NULL, false},
	{"::ffff:0:0/96", "192.0.2.7", NULL, true},
	{"2001:db8::/33", "2001:db8:7fff::1", NULL, true},
	{"2001:db8::/33", "2001:db8:8000::1", NULL, false},
	{"0.0.0.0/0", "host.example.net", NULL, false},
	{"0.0.0.0/0", NULL, "tty1", false},
	{"127.0.0.0/8", "localhost", NULL, true},
};

START_TEST(membership_table)
{
	struct wf_network network;
	struct wf_source source;

	ck_assert_int_eq(wf_network_parse(members[_i].network, &network), WF_OK);
	wf_source_from_pam(members[_i].rhost, members[_i].tty, &source);
	ck_assert_int_eq(wf_network_contains(&network, &source), members[_i].contains);
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

static Suite *
addr_suite(void)
{
	Suite *suite = suite_create("addr");
	TCase *tc = tcase_create("addr");

	tcase_add_loop_test(tc, source_table, 0, ROWS(sources));
	tcase_add_test(tc, a_long_tty_is_cut);
	tcase_add_loop_test(tc, network_table, 0, ROWS(networks));
	tcase_add_loop_test(tc, membership_table, 0, ROWS(members));
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(addr_suite)
