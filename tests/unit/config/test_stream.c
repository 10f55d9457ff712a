/* What warifu.conf says of streams: every option reaches its field, receivers, contradictions. */
#include <config.h>

#include "tests/unit/config/fixture.h"

START_TEST(defaults)
{
	const struct config_stream *stream;
	struct config *config;

	write_main("");
	config = load();
	ck_assert_uint_eq(config->streams.n, 0);
	ck_assert(!config_streams_leave(&config->streams));
	config_free(&config);
	write_main("\nstream siem { to = \"tcp://192.0.2.1:601\" }");
	config = load();
	ck_assert_uint_eq(config->streams.n, 1);
	stream = &config->streams.list[0];
	ck_assert_str_eq(stream->name, "siem");
	ck_assert_int_eq(stream->origin.line, 2);
	ck_assert_int_eq(stream->way, STREAM_TCP);
	ck_assert_int_eq(stream->format, STREAM_RFC5424);
	ck_assert_int_eq(stream->since, STREAM_NOW);
	ck_assert_uint_eq(stream->rows, STREAM_ROWS_ALL);
	ck_assert_uint_eq(stream->enterprise, 0);
	ck_assert(config_streams_leave(&config->streams));
	config_free(&config);
}
END_TEST

START_TEST(every_option_reaches_its_field)
{
	const struct config_stream *stream;
	struct config *config;

	write_main("stream journal { to = journald }\n"
		   "stream siem { to = \"tls://log.example.jp:6514\" ca_file = /ca certificate = "
		   "/c key = /k\nrows = {auth, finding} since = all enterprise = 4294967295 }\n"
		   "stream arc { to = \"udp://[2001:db8::1]:514\" format = cef }");
	config = load();
	stream = &config->streams.list[1];
	ck_assert_int_eq(stream->way, STREAM_TLS);
	ck_assert_str_eq(stream->to, "tls://log.example.jp:6514");
	ck_assert_str_eq(stream->host, "log.example.jp");
	ck_assert_str_eq(stream->port, "6514");
	ck_assert_str_eq(stream->ca_file, "/ca");
	ck_assert_str_eq(stream->certificate, "/c");
	ck_assert_str_eq(stream->key, "/k");
	ck_assert_uint_eq(stream->rows, 1U << 1 | 1U << 4);
	ck_assert_int_eq(stream->since, STREAM_ALL);
	ck_assert_uint_eq(stream->enterprise, UINT32_MAX);
	ck_assert_int_eq(config->streams.list[2].format, STREAM_CEF);
	ck_assert_str_eq(config->streams.list[2].host, "2001:db8::1");
	config_free(&config);
}
END_TEST

static const struct {
	const char *to;
	enum stream_way way;
	const char *path;
} local[] = {
	{"journald", STREAM_JOURNALD, "/run/systemd/journal/socket"},
	{"journald:/run/systemd/journal.a/socket", STREAM_JOURNALD,
		"/run/systemd/journal.a/socket"},
	{"syslog", STREAM_SYSLOG, "/dev/log"},
	{"syslog:/run/x", STREAM_SYSLOG, "/run/x"},
};

START_TEST(what_stays_on_this_machine)
{
	struct config *config;
	char text[128];

	snprintf(text, sizeof(text), "stream a { to = \"%s\" }", local[_i].to);
	write_main(text);
	config = load();
	ck_assert_int_eq(config->streams.list[0].way, local[_i].way);
	ck_assert_str_eq(config->streams.list[0].path, local[_i].path);
	ck_assert(!config_stream_leaves(&config->streams.list[0]));
	ck_assert(!config_streams_leave(&config->streams));
	config_free(&config);
}
END_TEST

#define ACCEPTED                                                                                 \
	"; accepted: tls://HOST:PORT, tcp://HOST:PORT, udp://HOST:PORT, journald or syslog, "    \
	"the last two also with the path of a socket behind a colon"
#define TCP "to = \"tcp://h:601\" "

static const struct {
	const char *text, *sentence;
} bad[] = {
	{"stream a { }", "warifu.conf:1: stream 'a': 'to' is missing"},
	{"stream a {\n to = \"tls://h:6514\" }", "warifu.conf:2: stream 'a': 'ca_file' is missing"},
	{"stream a { to = \"tls://h\" }",
		"warifu.conf:1: 'stream.to' cannot be 'tls://h'" ACCEPTED},
	{"stream a { to = \"tcp://h:0\" }",
		"warifu.conf:1: 'stream.to' cannot be 'tcp://h:0'" ACCEPTED},
	{"stream a { to = \"http://h:80\" }",
		"warifu.conf:1: 'stream.to' cannot be 'http://h:80'" ACCEPTED},
	{"stream a { to = \"syslogs\" }",
		"warifu.conf:1: 'stream.to' cannot be 'syslogs'" ACCEPTED},
	{"stream a { to = \"journald:socket\" }",
		"warifu.conf:1: 'stream.to' cannot be 'journald:socket'" ACCEPTED},
	{"stream a { " TCP "ca_file = /ca }",
		"warifu.conf:1: stream 'a': certificates are written, but it does not go over "
		"TLS; write tls:// or take them out"},
	{"stream a { to = \"tls://h:1\" ca_file = /ca key = /k }",
		"warifu.conf:1: stream 'a': one of 'certificate' and 'key' is written; write both "
		"or none"},
	{"stream a { " TCP "format = cef enterprise = 1 }",
		"warifu.conf:1: stream 'a': only rfc5424 over a network can say an 'enterprise'; "
		"take it out"},
	{"stream a { to = journald format = cef }",
		"warifu.conf:1: stream 'a': what stays on this machine has a form of its own; take "
		"'format' out"},
	{"stream a { " TCP "enterprise = 0 }",
		"warifu.conf:1: 'stream.enterprise' cannot be '0'; accepted: a number from 1 to "
		"4294967295"},
	{"stream a { " TCP "rows = logins }",
		"warifu.conf:1: 'stream.rows' cannot be 'logins'; accepted: a list of one or more "
		"of these: all, auth, admin, session, finding, system, tombstone"},
	{"stream a234567890123456789012345678901234567890123456789 { " TCP "}",
		"warifu.conf:1: stream 'a234567890123456789012345678901234567890123456789': the "
		"name is too long; at most 48 characters are accepted"},
	{"stream a { " TCP "}\nstream a { " TCP "}",
		"warifu.conf:2: there is another stream 'a' in FOLDER/warifu.conf:1; give one of "
		"them another name"},
};

START_TEST(faults_are_said)
{
	expect_refusal(bad[_i].text, bad[_i].sentence);
}
END_TEST

#define LOOP(test, table) \
	tcase_add_loop_test(tc, test, 0, (int)(sizeof(table) / sizeof((table)[0])))

static Suite *
stream_suite(void)
{
	Suite *suite = suite_create("stream");
	TCase *tc = tcase_create("stream");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, defaults);
	tcase_add_test(tc, every_option_reaches_its_field);
	LOOP(what_stays_on_this_machine, local);
	LOOP(faults_are_said, bad);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(stream_suite)
