/*
 * Messages of syslog, taken apart again by a reader that knows nothing of the writer: the grammar
 * of RFC 5424, section 6, rule by rule, and its examples.
 */
#include "config.h"

#include "authd/audit/format_syslog.h"

#include <ctype.h>
#include <string.h>

#include "tests/unit/audit/rows.h"
#include "tests/unit/unit.h"

#define PARAMETERS_MAX 64

/* What the reader finds. */
struct message {
	unsigned priority;
	char time[40], host[256], app[49], process[129], msgid[33];
	struct {
		char element[33], name[33], value[1024];
	} parameters[PARAMETERS_MAX];
	size_t n;
	char text[AUDIT_LINE_MAX + 1];
};

static struct message message;
static struct wf_buf out;

/* --- the reader --- */

static bool
is_printable(char c)
{
	return c > 32 && c < 127;
}

/* PRINTUSASCII up to the next blank, at least one; NULL: it is none. */
static const char *
read_word(const char *at, char *word_r, size_t size)
{
	size_t n = 0;

	while (is_printable(*at) && n + 1 < size)
		word_r[n++] = *at++;
	word_r[n] = '\0';
	return n > 0 && *at == ' ' ? at + 1 : NULL;
}

/* SD-NAME: 1*32PRINTUSASCII but '=', blank, ']' and '"'. */
static const char *
read_name(const char *at, char name_r[33])
{
	size_t n = 0;

	while (is_printable(*at) && strchr("=]\"", *at) == NULL && n < 32)
		name_r[n++] = *at++;
	name_r[n] = '\0';
	return n > 0 ? at : NULL;
}

/* PARAM-VALUE behind the first quote; '"', '\' and ']' stand behind a backslash alone. */
static const char *
read_value(const char *at, char *value_r, size_t size)
{
	size_t n = 0;

	for (; *at != '"'; at++) {
		if (*at == '\0' || *at == ']' || n + 1 >= size)
			return NULL;
		if (*at == '\\' && (at[1] == '"' || at[1] == '\\' || at[1] == ']'))
			at++;
		value_r[n++] = *at;
	}
	value_r[n] = '\0';
	return at + 1;
}

static const char *
read_parameter(const char *at, const char *element)
{
	ck_assert_uint_lt(message.n, PARAMETERS_MAX);
	snprintf(message.parameters[message.n].element, 33, "%s", element);
	at = read_name(at, message.parameters[message.n].name);
	if (at == NULL || at[0] != '=' || at[1] != '"')
		return NULL;
	return read_value(at + 2, message.parameters[message.n++].value, 1024);
}

static const char *
read_element(const char *at)
{
	char element[33];

	at = read_name(at + 1, element);
	while (at != NULL && *at == ' ')
		at = read_parameter(at + 1, element);
	return at != NULL && *at == ']' ? at + 1 : NULL;
}

/* RFC 5424, section 6.2.3, as far as form goes. */
static bool
is_time(const char *text)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd.dddddd+dd:dd";

	if (strcmp(text, "-") == 0)
		return true;
	if (strlen(text) != strlen(form))
		return false;
	for (size_t i = 0; form[i] != '\0'; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)text[i])
				   : text[i] != form[i] && !(form[i] == '+' && text[i] == '-'))
			return false;
	return true;
}

/* False: no message of RFC 5424. */
static bool
read_message(const char *at)
{
	const struct {
		char *word;
		size_t size;
	} words[] = {
		{message.time, sizeof(message.time)},
		{message.host, sizeof(message.host)},
		{message.app, sizeof(message.app)},
		{message.process, sizeof(message.process)},
		{message.msgid, sizeof(message.msgid)},
	};
	int used = 0;

	memset(&message, 0, sizeof(message));
	if (sscanf(at, "<%3u>1 %n", &message.priority, &used) != 1 || used == 0 ||
		message.priority > 191)
		return false;
	at += used;
	for (size_t i = 0; at != NULL && i < sizeof(words) / sizeof(words[0]); i++)
		at = read_word(at, words[i].word, words[i].size);
	if (at == NULL || !is_time(message.time))
		return false;
	while (at != NULL && *at == '[')
		at = read_element(at);
	if (at == NULL || *at != ' ')
		return false;
	snprintf(message.text, sizeof(message.text), "%s", at + 1);
	return true;
}

static const char *
parameter(const char *element, const char *name)
{
	for (size_t i = 0; i < message.n; i++)
		if (strcmp(message.parameters[i].element, element) == 0 &&
			strcmp(message.parameters[i].name, name) == 0)
			return message.parameters[i].value;
	return "(none)";
}

/* The reader itself, by the RFC's examples (section 6.5) and against what it must refuse. */
static const struct {
	bool fine;
	const char *text;
} examples[] = {
	{true, "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - [x@1 a=\"b\"] %% "
	       "It's time to make the do-nuts."},
	{true, "<165>1 2003-10-11T22:14:15.003000+00:00 mymachine.example.com evntslog - ID47 "
	       "[exampleSDID@32473 iut=\"3\" eventSource=\"Application\" eventID=\"1011\"]"
	       "[examplePriority@32473 class=\"high\"] x"},
	{false, "<192>1 - h a - - [x@1 a=\"b\"] x"},
	{false, "<14>1 - h a - - [x@1 a=\"b] x"},
	{false, "<14>1 - h a - - [x@1 a=\"]\"] x"},
	{false, "<14>1 - h a - - [x@1 a=b] x"},
	{false, "<14>1 - h  a - - [x@1 a=\"b\"] x"},
	{false, "<14>1 yesterday h a - - [x@1 a=\"b\"] x"},
};

START_TEST(the_reader_knows_right_from_wrong)
{
	ck_assert_int_eq(read_message(examples[_i].text), examples[_i].fine);
}
END_TEST

/* --- the writer --- */

static void
setup(void)
{
	wf_buf_init(&out, AUDIT_LINE_MAX);
}

static void
teardown(void)
{
	wf_buf_clear(&out);
}

static const char *
text_of(void)
{
	static char text[AUDIT_LINE_MAX + 1];

	memcpy(text, out.data, out.len);
	text[out.len] = '\0';
	ck_assert_uint_eq(strlen(text), out.len);
	return text;
}

static const char *
format(const struct audit_row *row, uint64_t seq, uint32_t enterprise)
{
	const struct audit_syslog how = {.enterprise = enterprise};
	const struct audit_entry entry = {.row = row, .seq = seq};

	wf_buf_cut(&out, 0);
	ck_assert_int_eq(audit_syslog(&how, &entry, &out), WF_OK);
	return text_of();
}

START_TEST(a_row_is_json_in_a_header)
{
	struct audit_row row;

	full_row(&row);
	ck_assert_str_eq(format(&row, 5, 0),
		"<84>1 2026-03-01T09:00:00.123456+09:00 node1 warifu - login "
		"[meta sequenceId=\"5\"][origin software=\"warifu\" swVersion=\"" PACKAGE_VERSION
		"\"] "
		"{\"seq\":5,\"time\":\"2026-03-01T09:00:00.123456+09:00\","
		"\"user\":\"\\u82b1\\u5b50\",\"source\":\"192.0.2.7\",\"host\":\"host1\","
		"\"machine\":\"ssh\",\"service\":\"sshd\",\"event\":\"login\","
		"\"action\":\"authenticate\",\"result\":\"failure\",\"reason\":\"wrong-password\","
		"\"factors\":\"password+totp\",\"kinds\":\"knowledge+possession\","
		"\"rule\":\"lock.threshold SCS-4-1-4-1\",\"operator\":\"root\",\"ticket\":\"T-1\","
		"\"count\":2,\"txn\":\"00112233445566778899aabbccddeeff\",\"detail\":\"try 3\","
		"\"node\":\"node1\",\"approver\":\"officer\",\"class\":\"auth\","
		"\"first\":\"2026-03-01T08:58:20.000000+09:00\","
		"\"last\":\"2026-03-01T09:00:00.123456+09:00\"}");
	ck_assert(read_message(text_of()));
	for (const char *at = message.text; *at != '\0'; at++)
		ck_assert(*at >= ' ' && *at <= '~');
}
END_TEST

/* With the site's own number: each column is a parameter. */
START_TEST(a_row_is_structured_data)
{
	struct audit_cells cells;
	struct audit_row row;

	full_row(&row);
	audit_row_cells(&row, 5, NULL, &cells);
	ck_assert(read_message(format(&row, 5, 4711)));
	ck_assert_str_eq(message.text, "login failure: wrong-password");
	for (size_t i = 0; i < AUDIT_COLUMNS; i++) {
		char name[33];

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(audit_columns[i], ":"),
			audit_columns[i]);
		ck_assert_str_eq(parameter("warifu@4711", name),
			cells.cells[i][0] != '\0' ? cells.cells[i] : "(none)");
	}
}
END_TEST

/* Whatever somebody is called, it is one message, and his name one value. */
START_TEST(names_forge_nothing)
{
	struct audit_row row;

	nasty_row(&row, nasty_names[_i].name);
	ck_assert_msg(read_message(format(&row, 5, 4711)), "%s", text_of());
	ck_assert_str_eq(message.app, "warifu");
	ck_assert_uint_eq(message.priority, 84);
	ck_assert_str_eq(parameter("warifu@4711", "user"),
		nasty_names[_i].clean[0] != '\0' ? nasty_names[_i].clean : "(none)");
	ck_assert_str_eq(parameter("warifu@4711", "result"), "failure");
	ck_assert_msg(read_message(format(&row, 5, 0)), "%s", text_of());
	ck_assert_int_eq(message.text[0], '{');
	ck_assert_ptr_null(strpbrk(text_of(), "\r\n\x1b"));
}
END_TEST

/* The longest row, of the characters that grow most. */
START_TEST(the_longest_row_fits)
{
	static const char *const fills[] = {"\"", "\\", "]", "é", "花", "\xf0\xa0\xae\xb7"};
	struct audit_row row;
	char name[600] = "";

	while (strlen(name) + 5 < sizeof(name))
		strncat(name, fills[_i], 5);
	nasty_row(&row, name);
	AUDIT_TEXT(row.host, name);
	AUDIT_TEXT(row.machine, name);
	AUDIT_TEXT(row.service, name);
	AUDIT_TEXT(row.action, name);
	AUDIT_TEXT(row.factors, name);
	AUDIT_TEXT(row.kinds, name);
	AUDIT_TEXT(row.rule, name);
	AUDIT_TEXT(row.txn, name);
	AUDIT_TEXT(row.ticket, name);
	AUDIT_TEXT(row.approver, name);
	ck_assert(read_message(format(&row, UINT64_MAX, 0)));
	ck_assert(read_message(format(&row, UINT64_MAX, UINT32_MAX)));
	wf_buf_cut(&out, 0);
	ck_assert_int_eq(audit_syslog_local(
				 &(struct audit_entry){.row = &row, .seq = UINT64_MAX}, &out),
		WF_OK);
}
END_TEST

/* What does not fit leaves nothing of itself. */
START_TEST(a_full_buffer_stays_as_it_was)
{
	const struct audit_syslog how = {.form = AUDIT_FORM_RFC5424};
	struct audit_row row;
	const struct audit_entry entry = {.row = &row, .seq = 1};

	full_row(&row);
	wf_buf_clear(&out);
	wf_buf_init(&out, 100);
	ck_assert_int_eq(wf_buf_put(&out, "abc", 3), WF_OK);
	ck_assert_int_eq(audit_syslog(&how, &entry, &out), WF_TOO_LONG);
	ck_assert_int_eq(audit_syslog_local(&entry, &out), WF_TOO_LONG);
	ck_assert_uint_eq(out.len, 3);
}
END_TEST

static const struct {
	uint64_t seq;
	const char *sequence;
} sequences[] = {
	{1, "1"},
	{2147483647, "2147483647"},
	{UINT64_C(2147483648), "1"},
	{UINT64_C(4294967295), "1"},
	{0, "(none)"}, /* it has no number */
};

START_TEST(sequence_ids_begin_again)
{
	struct audit_row row;

	full_row(&row);
	ck_assert(read_message(format(&row, sequences[_i].seq, 0)));
	ck_assert_str_eq(parameter("meta", "sequenceId"), sequences[_i].sequence);
}
END_TEST

START_TEST(a_time_beyond_four_digits_is_none)
{
	struct audit_row row;

	full_row(&row);
	row.time_us = INT64_C(253402300800000000); /* the year 10000 */
	ck_assert(read_message(format(&row, 1, 0)));
	ck_assert_str_eq(message.time, "-");
}
END_TEST

static const struct {
	enum audit_class class;
	enum audit_result result;
	unsigned severity;
} severities[] = {
	{AUDIT_AUTH, AUDIT_SUCCESS, 6},
	{AUDIT_AUTH, AUDIT_FAILURE, 4},
	{AUDIT_AUTH, AUDIT_UNAVAILABLE, 3},
	{AUDIT_ADMIN, AUDIT_SUCCESS, 5},
	{AUDIT_FINDING, AUDIT_NEUTRAL, 4},
	{AUDIT_SYSTEM, AUDIT_FAILURE, 3},
	{AUDIT_TOMBSTONE, AUDIT_NEUTRAL, 5},
	{(enum audit_class)0, AUDIT_SUCCESS, 4},
	{(enum audit_class)99, AUDIT_SUCCESS, 4},
	{AUDIT_AUTH, (enum audit_result)9, 4},
};

START_TEST(severity_follows_from_class_and_result)
{
	struct audit_row row = {.class = severities[_i].class, .result = severities[_i].result};

	ck_assert_uint_eq(audit_severity(&row), severities[_i].severity);
}
END_TEST

START_TEST(the_local_log_has_a_header_of_its_own)
{
	struct audit_row row;

	full_row(&row);
	ck_assert_int_eq(
		audit_syslog_local(&(struct audit_entry){.row = &row, .seq = 1}, &out), WF_OK);
	ck_assert_int_eq(strncmp(text_of(), "<84>Mar  1 09:00:00 warifu: {\"seq\":1,", 37), 0);
}
END_TEST

#define LOOP(test, table) \
	tcase_add_loop_test(tc, test, 0, (int)(sizeof(table) / sizeof((table)[0])))

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("format_syslog");
	TCase *tc = tcase_create("format_syslog");

	tcase_add_checked_fixture(tc, setup, teardown);
	LOOP(the_reader_knows_right_from_wrong, examples);
	tcase_add_test(tc, a_row_is_json_in_a_header);
	tcase_add_test(tc, a_row_is_structured_data);
	tcase_add_loop_test(tc, names_forge_nothing, 0, NASTY_NAMES);
	tcase_add_loop_test(tc, the_longest_row_fits, 0, 6);
	tcase_add_test(tc, a_full_buffer_stays_as_it_was);
	LOOP(sequence_ids_begin_again, sequences);
	tcase_add_test(tc, a_time_beyond_four_digits_is_none);
	LOOP(severity_follows_from_class_and_result, severities);
	tcase_add_test(tc, the_local_log_has_a_header_of_its_own);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(make_suite)
