/* Rows as lines of JSON: everything is in the line, and only our own lines are read back. */
#include "config.h"

#include "authd/audit/export.h"

#include <stdio.h>
#include <string.h>

#include "authd/audit/format.h"
#include "tests/unit/audit/rows.h"
#include "tests/unit/unit.h"

static uint8_t chain[32];
static struct wf_buf line;
static struct audit_row row;

static void
setup(void)
{
	for (size_t i = 0; i < sizeof(chain); i++)
		chain[i] = (uint8_t)(i * 7);
	wf_buf_init(&line, AUDIT_EXPORT_MAX);
	full_row(&row);
}

static void
teardown(void)
{
	wf_buf_clear(&line);
}

static void
write_line(uint64_t seq)
{
	wf_buf_cut(&line, 0);
	ck_assert_int_eq(audit_export_row(&row, seq, chain, &line), WF_OK);
}

/* The row as it is stored, hash and all, comes back from its line. */
static void
comes_back(uint64_t seq)
{
	struct wf_buf before, after;
	struct audit_exported found;

	write_line(seq);
	ck_assert_msg(audit_export_parse((char *)line.data, line.len, &found) == WF_OK, "%.*s",
		(int)line.len, (char *)line.data);
	ck_assert_uint_eq(found.seq, seq);
	ck_assert_mem_eq(found.chain, chain, sizeof(chain));
	wf_buf_init(&before, AUDIT_ENCODED_MAX);
	wf_buf_init(&after, AUDIT_ENCODED_MAX);
	ck_assert_int_eq(audit_row_encode(&row, &before), WF_OK);
	ck_assert_int_eq(audit_row_encode(&found.row, &after), WF_OK);
	ck_assert_uint_eq(before.len, after.len);
	ck_assert_mem_eq(before.data, after.data, before.len);
	wf_buf_clear(&before);
	wf_buf_clear(&after);
}

START_TEST(a_line_has_all_there_is)
{
	static const char wanted[] =
		"{\"seq\":7,\"time\":\"2026-03-01T09:00:00.123456+09:00\",\"user\":\"花子\","
		"\"source\":\"192.0.2.7\",\"host\":\"host1\",\"machine\":\"ssh\","
		"\"service\":\"sshd\",\"event\":\"login\",\"action\":\"authenticate\","
		"\"result\":\"failure\",\"reason\":\"wrong-password\","
		"\"factors\":\"password+totp\",\"kinds\":\"knowledge+possession\","
		"\"rule\":\"lock.threshold SCS-4-1-4-1\",\"operator\":\"root\",\"ticket\":\"T-1\","
		"\"count\":2,\"txn\":\"00112233445566778899aabbccddeeff\",\"detail\":\"try 3\","
		"\"node\":\"node1\",\"approver\":\"officer\",\"class\":\"auth\","
		"\"first\":\"2026-03-01T08:58:20.000000+09:00\","
		"\"last\":\"2026-03-01T09:00:00.123456+09:00\","
		"\"hash\":\"00070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9\"}";

	write_line(7);
	ck_assert_uint_eq(line.len, sizeof(wanted) - 1);
	ck_assert_mem_eq(line.data, wanted, line.len);
	comes_back(7);
}
END_TEST

static const struct {
	int64_t time_us;
	int32_t offset_min;
} moments[] = {
	{1, 0}, {-1, 0}, {-1, -1}, {1772323200123456, 540}, {1772323200123456, -720},
	{1772323200000000, 1440}, {1772323200000000, -1440}, {-62135596800000001, 0},
	{INT64_C(253402300800000000), 60}, {INT64_C(-70000000000000000), 540},
	{INT64_C(9000000000000000000), 0},
};

START_TEST(times_keep_microseconds_and_offset)
{
	row.time_us = moments[_i].time_us;
	row.first_us = moments[_i].time_us;
	row.last_us = moments[_i].time_us + 7;
	row.offset_min = moments[_i].offset_min;
	comes_back(UINT64_MAX);
}
END_TEST

/* Nothing that a name can hold leaves its cell: one line, and no more quotes than ours. */
static const char *const names[] = {
	"\"", "\\", "\\\"", "a\",\"result\":\"success", "a\nb", "a\r\n{\"seq\":1}",
	"\033[31mroot\033[0m", "\xe2\x80\xae" "gro", "\xe2\x81\xa6x\xe2\x81\xa9", "\xc2\x85",
	"\xe2\x80\xa8", "\xff\xfe", "\x7f",
	"=1+1", "+1", "-1", "@A1", "\t=1", "花子", "\xf0\x9f\x98\x80", "\\u0022", "}", "{", ",", "",
};

static bool
has_control(const struct wf_buf *bytes)
{
	for (size_t i = 0; i < bytes->len; i++)
		if (bytes->data[i] < ' ' || bytes->data[i] == 0x7f)
			return true;
	return false;
}

START_TEST(names_forge_nothing)
{
	AUDIT_TEXT(row.user, names[_i]);
	AUDIT_TEXT(row.detail, names[_i]);
	AUDIT_TEXT(row.source, names[_i][0] == '\0' ? "x" : names[_i]);
	comes_back(3);
	ck_assert(!has_control(&line));
	ck_assert_ptr_null(memmem(line.data, line.len, "\xe2\x80\xae", 3));
	ck_assert_ptr_null(memmem(line.data, line.len, "\xe2\x81\xa6", 3));
}
END_TEST

/* The longest row there is fits, and the next byte would not. */
START_TEST(the_longest_line_fits)
{
	char quotes[600];
	struct wf_buf little;

	memset(quotes, '"', sizeof(quotes) - 1);
	quotes[sizeof(quotes) - 1] = '\0';
	AUDIT_TEXT(row.event, quotes);
	AUDIT_TEXT(row.reason, quotes);
	AUDIT_TEXT(row.source, quotes);
	AUDIT_TEXT(row.host, quotes);
	AUDIT_TEXT(row.user, quotes);
	AUDIT_TEXT(row.machine, quotes);
	AUDIT_TEXT(row.service, quotes);
	AUDIT_TEXT(row.action, quotes);
	AUDIT_TEXT(row.factors, quotes);
	AUDIT_TEXT(row.kinds, quotes);
	AUDIT_TEXT(row.rule, quotes);
	AUDIT_TEXT(row.txn, quotes);
	AUDIT_TEXT(row.operator_name, quotes);
	AUDIT_TEXT(row.ticket, quotes);
	AUDIT_TEXT(row.approver, quotes);
	AUDIT_TEXT(row.detail, quotes);
	AUDIT_TEXT(row.node, quotes);
	row.count = UINT32_MAX;
	comes_back(UINT64_MAX);
	wf_buf_init(&little, line.len - 1);
	ck_assert_int_eq(audit_export_row(&row, UINT64_MAX, chain, &little), WF_TOO_LONG);
	ck_assert_uint_eq(little.len, 0);
	wf_buf_clear(&little);
}
END_TEST

/* One change in a line of ours, and it is none of ours. */
static const struct {
	const char *from, *to;
} changes[] = {
	{"{\"seq\"", "{ \"seq\""},
	{"\"seq\":7", "\"seq\":07"},
	{"\"seq\":7", "\"seq\":7.0"},
	{"\"seq\":7", "\"seq\":\"7\""},
	{"\"seq\":7", "\"seq\":99999999999999999999"},
	{"\"seq\":7,", ""},
	{"\"count\":2", "\"count\":0"},
	{"\"count\":2", "\"count\":4294967296"},
	{"\"user\":", "\"User\":"},
	{"花子", "\\u82b1\\u5b50"},
	{"花子", "\\n"},
	{"花子", "\\"},
	{"花子", "\xe2\x80\xae"},
	{"192.0.2.7", ""},
	{"192.0.2.7", "192.0.2.7 192.0.2.7 192.0.2.7 192.0.2.7 192.0.2.7 192.0.2.7 192.0.2.7"},
	{"T09:00:00.123456+09:00\",\"user", "T00:00:00.123456+00:00\",\"user"},
	{"T09:00:00.123456+09:00\",\"user", "T09:00:00.123456+09:00Z\",\"user"},
	{"T09:00:00.123456+09:00\",\"user", " 09:00:00.123456+09:00\",\"user"},
	{"2026-03-01T09:00:00.123456+09:00\",\"user", "2026-02-29T09:00:00.123456+09:00\",\"user"},
	{"2026-03-01T09:00:00.123456+09:00\",\"user",
		"999999-03-01T09:00:00.123456+09:00\",\"user"},
	{"\"class\":\"auth\"", "\"class\":\"unknown\""},
	{"\"result\":\"failure\"", "\"result\":\"unknown\""},
	{"\"hash\":\"00", "\"hash\":\"0g"},
	{"\"hash\":\"00", "\"hash\":\"0"},
	{"\"hash\":\"00070e151c23", "\"hash\":\"00070E151C23"},
	{"\"}", "\"} "},
	{"\"}", "\"}}"},
	{"\"}", "\""},
	{"\"}", ""},
};

START_TEST(what_we_would_not_write_is_refused)
{
	char text[AUDIT_EXPORT_MAX], changed[2 * AUDIT_EXPORT_MAX];
	struct audit_exported found;
	const char *at;

	write_line(7);
	(void)snprintf(text, sizeof(text), "%.*s", (int)line.len, (char *)line.data);
	at = strstr(text, changes[_i].from);
	ck_assert_ptr_nonnull(at);
	(void)snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text,
		changes[_i].to, at + strlen(changes[_i].from));
	memset(&found, 0x5a, sizeof(found));
	ck_assert_msg(
		audit_export_parse(changed, strlen(changed), &found) == WF_CORRUPT, "%s", changed);
	ck_assert_uint_eq(found.row.count, 0x5a5a5a5a);
}
END_TEST

START_TEST(half_a_line_is_none)
{
	struct audit_exported found;

	write_line(7);
	for (size_t len = 0; len < line.len; len++)
		ck_assert_int_eq(audit_export_parse((char *)line.data, len, &found), WF_CORRUPT);
}
END_TEST

static Suite *
export_suite(void)
{
	Suite *suite = suite_create("audit/export");
	TCase *tcase = tcase_create("export");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_line_has_all_there_is);
	tcase_add_loop_test(tcase, times_keep_microseconds_and_offset, 0,
		(int)(sizeof(moments) / sizeof(moments[0])));
	tcase_add_loop_test(
		tcase, names_forge_nothing, 0, (int)(sizeof(names) / sizeof(names[0])));
	tcase_add_test(tcase, the_longest_line_fits);
	tcase_add_loop_test(tcase, what_we_would_not_write_is_refused, 0,
		(int)(sizeof(changes) / sizeof(changes[0])));
	tcase_add_test(tcase, half_a_line_is_none);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(export_suite)
