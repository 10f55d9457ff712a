/*
 * Who is told of what, as a table; how many messages leave in an hour; what stands in them whatever
 * names people have chosen; and that what is read back is what was written, or nothing.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/alert/message.h"
#include "authd/egress/mime.h"
#include "common/base64.h"
#include "tests/unit/unit.h"

#define HOUR INT64_C(3600000000)

static struct config_alert alert;
static struct config_mail mail = {.nservers = 1, .timeout_ms = 2000, .from = "warifu@example.jp"};

static void
setup(void)
{
	alert = (struct config_alert){.least = {1, 2}, .languages = ALERT_EN, .hourly = 20};
	snprintf(alert.people[ALERT_OPERATORS].to[0], CONFIG_ADDRESS_SIZE, "ops@example.jp");
	snprintf(alert.people[ALERT_OFFICERS].to[0], CONFIG_ADDRESS_SIZE, "ciso@example.jp");
	alert.people[ALERT_OPERATORS].n = alert.people[ALERT_OFFICERS].n = 1;
	snprintf(alert.hook, sizeof(alert.hook), "/bin/true");
}

/* --- classes and levels --- */

static const struct {
	unsigned level;
	bool told; /* operators by this way, before */
	bool operators, officers;
} table[] = {
	{0, false, false, false},
	{1, false, true, false},
	{1, true, false, false},
	{2, false, true, true},
	{2, true, false, true},
	{3, false, true, true},
	{3, true, false, true},
};

static void
check_way(enum alert_way way, const uint32_t bits[INCIDENT_CLASSES], int i)
{
	struct incident incident = {
		.level = table[i].level, .told = table[i].told ? bits[ALERT_OPERATORS] : 0};
	uint32_t wanted = (table[i].operators ? bits[ALERT_OPERATORS] : 0) |
			  (table[i].officers ? bits[ALERT_OFFICERS] : 0);

	ck_assert_uint_eq(alert_due(&alert, bits, &incident), wanted);
	ck_assert(alert_way_used(&alert, way));
}

START_TEST(classes_and_levels)
{
	uint32_t seen = 0;

	for (unsigned way = 0; way < ALERT_WAYS; way++) {
		uint32_t bits[INCIDENT_CLASSES];

		alert_bits(&alert, (enum alert_way)way, bits);
		ck_assert_uint_eq(seen & (bits[0] | bits[1]), 0);
		seen |= bits[0] | bits[1];
		check_way((enum alert_way)way, bits, _i);
	}
}
END_TEST

START_TEST(who_has_no_address_has_no_mail)
{
	uint32_t bits[INCIDENT_CLASSES];

	alert.people[ALERT_OFFICERS].n = 0;
	alert.hook[0] = '\0';
	ck_assert(!alert_way_used(&alert, ALERT_MAIL_OFFICERS));
	ck_assert(!alert_way_used(&alert, ALERT_HOOK));
	ck_assert(alert_way_used(&alert, ALERT_LOG));
	alert_bits(&alert, ALERT_MAIL_OFFICERS, bits);
	ck_assert_uint_eq(bits[0] | bits[1], 0);
}
END_TEST

/* --- the hour --- */

START_TEST(the_last_message_of_an_hour_tells_all)
{
	struct alert_budget budget = {.sent = 0};

	ck_assert_int_eq(alert_plan(&budget, 3, 0, 0, 1), ALERT_NOTHING);
	ck_assert_int_eq(alert_plan(&budget, 3, 2, 1, 1), ALERT_EACH);
	alert_spend(&budget, 1);
	ck_assert_int_eq(alert_plan(&budget, 3, 1, 1, 2), ALERT_EACH);
	ck_assert_int_eq(alert_plan(&budget, 3, 2, 1, 2), ALERT_TOGETHER);
	alert_spend(&budget, 1);
	ck_assert_int_eq(alert_plan(&budget, 3, 1, 1, 2), ALERT_TOGETHER);
	alert_spend(&budget, 1);
	ck_assert_int_eq(alert_plan(&budget, 3, 23, 1, HOUR), ALERT_WAIT);
	ck_assert_int_eq(alert_plan(&budget, 3, 23, 2, HOUR), ALERT_TOGETHER);
	ck_assert_int_eq(alert_plan(&budget, 3, 23, 1, HOUR + 1), ALERT_TOGETHER);
	ck_assert_int_eq(alert_plan(&budget, 3, 2, 1, HOUR + 1), ALERT_EACH);
}
END_TEST

START_TEST(one_an_hour)
{
	struct alert_budget budget = {.sent = 0};

	ck_assert_int_eq(alert_plan(&budget, 1, 1, 1, 5), ALERT_TOGETHER);
	alert_spend(&budget, 1);
	ck_assert_int_eq(alert_plan(&budget, 1, 1, 1, 6), ALERT_WAIT);
}
END_TEST

/* --- what stands in a message --- */

static const char *const nasty[] = {"a\r\nBcc: evil@example.org\r\n\r\nbody", "a\nX: y",
	"=?UTF-8?B?AAAA?=",
	"\xff\xfe", "\xe2\x80\xae" "abc", "\x1b]0;t\x07", "\"},{\"event\":\"x", "花子"};

static struct incident
incident_of(const char *name)
{
	struct incident one = {.id = 7, .level = 2, .first_seq = 3, .last_seq = 5, .rows = 3};

	snprintf(one.rule, sizeof(one.rule), "%s", name);
	snprintf(one.user, sizeof(one.user), "%s", name);
	snprintf(one.source, sizeof(one.source), "192.0.2.1");
	return one;
}

static struct alert_note
note_of(const struct incident *one)
{
	return (struct alert_note){.list = one,
		.n = 1,
		.total = 1,
		.worst = 2,
		.bits = UINT32_MAX,
		.node = "web1",
		.rows = "3 5"};
}

static size_t
count_lines(const char *text, size_t len, const char *start)
{
	size_t n = 0, size = strlen(start);

	for (size_t i = 0; i + size <= len; i++)
		n += (i == 0 || text[i - 1] == '\n') && strncmp(text + i, start, size) == 0;
	return n;
}

/* The message of a letter: no line that the name has made. */
static void
check_message(const struct wf_buf *load)
{
	const struct mime_stamp stamp = {.from = mail.from, .wall_us = 0};
	struct letter letter;
	struct wf_buf out;

	ck_assert_int_eq(letter_read(load->data, load->len, &letter), WF_OK);
	wf_buf_init(&out, MIME_MAX);
	ck_assert_int_eq(mime_write(&letter, &stamp, &out), WF_OK);
	ck_assert_uint_eq(count_lines((const char *)out.data, out.len, "Bcc:"), 0);
	ck_assert_uint_eq(count_lines((const char *)out.data, out.len, "X:"), 0);
	ck_assert_uint_eq(count_lines((const char *)out.data, out.len, "Subject:"), 1);
	for (size_t i = 0, column = 0; i < out.len; i++, column++) {
		column = out.data[i] == '\n' ? 0 : column;
		ck_assert(out.data[i] < 0x7f && column < 200);
	}
	wf_buf_clear(&out);
}

START_TEST(no_name_makes_a_line)
{
	struct incident one = incident_of(nasty[_i]);
	struct alert_note note = note_of(&one);
	struct alert_message message;

	alert_message_init(&message);
	ck_assert_int_eq(
		alert_message_make(&message, ALERT_MAIL_OPERATORS, &note, &alert, &mail), WF_OK);
	check_message(&message.load);
	ck_assert_int_eq(alert_message_make(&message, ALERT_HOOK, &note, &alert, &mail), WF_OK);
	ck_assert_ptr_eq(memchr(message.load.data, '\n', message.load.len),
		message.load.data + message.load.len - 1);
	ck_assert_int_eq(alert_message_make(&message, ALERT_LOG, &note, &alert, &mail), WF_OK);
	ck_assert_ptr_null(strpbrk((const char *)message.load.data, "\r\n\x1b"));
	alert_message_clear(&message);
}
END_TEST

/* RFC 2047: words of whole characters, in lines of at most 76. */
START_TEST(subjects_are_encoded_words)
{
	struct letter letter = {.n = 1, .to = {"a@b"}, .id = "x", .body = "b\n", .len = 2};
	const struct mime_stamp stamp = {.from = "w@example.jp", .wall_us = 0};
	char decoded[LETTER_SUBJECT_SIZE * 2] = "";
	struct wf_buf out;
	const char *at;

	for (int i = 0; i < 40; i++)
		strncat(letter.subject, "指摘", sizeof(letter.subject) - strlen(letter.subject) - 1);
	wf_buf_init(&out, MIME_MAX);
	ck_assert_int_eq(mime_write(&letter, &stamp, &out), WF_OK);
	ck_assert_int_eq(wf_buf_put_u8(&out, 0), WF_OK);
	at = strstr((const char *)out.data, "Subject:") + 8;
	for (size_t len = 0; strncmp(at, " =?UTF-8?B?", 11) == 0; at += 2) {
		const char *end = strstr(at + 11, "?=");
		uint8_t word[64];
		size_t n;

		ck_assert_int_le(end + 2 - at + (len == 0 ? 8 : 0), 76);
		ck_assert_int_eq(wf_base64_decode(at + 11, (size_t)(end - at - 11), word,
					 sizeof(word), &n), WF_OK);
		ck_assert((word[0] & 0xc0) != 0x80);
		memcpy(decoded + len, word, n);
		len += n;
		at = end + 2;
	}
	ck_assert_str_eq(decoded, letter.subject);
	ck_assert_ptr_nonnull(
		strstr((const char *)out.data, "Date: Thu, 01 Jan 1970 00:00:00 +0000"));
	wf_buf_clear(&out);
}
END_TEST

static void
make_letter(const struct alert_note *note, struct wf_buf *body, struct letter *letter_r)
{
	wf_buf_init(body, ALERT_BODY_MAX);
	ck_assert_int_eq(alert_letter(note, &alert, body, letter_r), WF_OK);
	ck_assert_int_eq(wf_buf_put_u8(body, 0), WF_OK);
	letter_r->body = (const char *)body->data;
}

static void
check_id(const struct alert_note *note, const char *id, bool same)
{
	struct letter letter;
	struct wf_buf body;

	make_letter(note, &body, &letter);
	ck_assert_int_eq(strcmp(letter.id, id) == 0, same);
	wf_buf_clear(&body);
}

/* Numbers are of one host, and of one life of its store. */
START_TEST(an_id_is_of_one_finding)
{
	struct incident one = incident_of("hana"), other;
	struct alert_note note = note_of(&one);
	struct letter letter;
	struct wf_buf body;

	one.opened_us = 4711;
	other = one;
	make_letter(&note, &body, &letter);
	check_id(&note, letter.id, true);
	note.node = "web2";
	check_id(&note, letter.id, false);
	note.node = "web1";
	note.list = &other;
	check_id(&note, letter.id, true);
	other.opened_us++;
	check_id(&note, letter.id, false);
	note.list = &one;
	note.bare = true;
	check_id(&note, letter.id, false);
	wf_buf_clear(&body);
}
END_TEST

START_TEST(a_bare_letter_has_no_names)
{
	struct incident one = incident_of("hana");
	struct alert_note note = note_of(&one);
	struct letter letter;
	struct wf_buf body;

	note.bare = true;
	make_letter(&note, &body, &letter);
	ck_assert_str_eq(letter.subject, "[Warifu web1] finding 7, level 2");
	ck_assert_ptr_null(strstr(letter.body, "hana"));
	ck_assert_ptr_null(strstr(letter.body, "192.0.2.1"));
	ck_assert_ptr_nonnull(strstr(letter.body, "warifu finding show 7\n"));
	wf_buf_clear(&body);
}
END_TEST

/* Nobody and nowhere: a stream, a duty, a way of the alerts. */
START_TEST(which_one_it_is_about)
{
	struct incident one = incident_of("");
	struct alert_note note = note_of(&one);
	struct alert_message message;
	struct letter letter;
	struct wf_buf body;
	char line[ALERT_LINE_SIZE];

	one.source[0] = '\0';
	snprintf(one.rule, sizeof(one.rule), "alert-fault");
	snprintf(one.key, sizeof(one.key), "alert mail.officers");
	make_letter(&note, &body, &letter);
	ck_assert_ptr_nonnull(strstr(letter.body, "\nWhich: alert mail.officers\n"));
	ck_assert_ptr_null(strstr(letter.body, "Account:"));
	wf_buf_clear(&body);
	alert_line(&note, line);
	ck_assert_ptr_nonnull(strstr(line, "; which: alert mail.officers"));
	alert_message_init(&message);
	ck_assert_int_eq(alert_message_make(&message, ALERT_HOOK, &note, &alert, &mail), WF_OK);
	ck_assert_ptr_nonnull(memmem(message.load.data, message.load.len,
		"\"key\":\"alert mail.officers\"", strlen("\"key\":\"alert mail.officers\"")));
	alert_message_clear(&message);
}
END_TEST

/* None is cut amid a line: fewer are described, and the others counted. */
START_TEST(long_names_are_fewer)
{
	static struct incident list[ALERT_SHOWN];
	struct alert_note note = note_of(list);
	struct letter letter;
	struct wf_buf body;
	size_t described;
	char rest[64];

	for (size_t i = 0; i < ALERT_SHOWN; i++) {
		list[i] = incident_of("x");
		memset(list[i].user, 'u', sizeof(list[i].user) - 1);
		memset(list[i].key, 'k', sizeof(list[i].key) - 1);
		memset(list[i].source, 's', sizeof(list[i].source) - 1);
	}
	note.n = ALERT_SHOWN;
	note.total = 30;
	alert.languages = ALERT_EN | ALERT_JA;
	make_letter(&note, &body, &letter);
	described = count_lines(letter.body, letter.len, "7, level 2") / 2;
	ck_assert_uint_gt(described, 1);
	ck_assert_uint_lt(described, ALERT_SHOWN);
	snprintf(rest, sizeof(rest), "... and %zu more\n", 30 - described);
	ck_assert_uint_eq(count_lines(letter.body, letter.len, rest), 2);
	ck_assert_uint_eq(count_lines(letter.body, letter.len, "    warifu finding list\n"), 2);
	wf_buf_clear(&body);
}
END_TEST

/* --- letters as bytes --- */

static void
write_letter(struct wf_buf *out)
{
	struct letter letter = {.n = 0, .id = "finding.7", .subject = "s", .body = "b\n", .len = 2};

	ck_assert_int_eq(letter_add(&letter, "ops@example.jp"), WF_OK);
	ck_assert_int_eq(letter_add(&letter, "ops@example.jp"), WF_OK);
	ck_assert_uint_eq(letter.n, 1);
	wf_buf_init(out, 4096);
	ck_assert_int_eq(letter_write(&letter, out), WF_OK);
}

START_TEST(a_cut_letter_is_none)
{
	struct letter read;
	struct wf_buf out;

	write_letter(&out);
	ck_assert_int_eq(letter_read(out.data, out.len, &read), WF_OK);
	ck_assert_str_eq(read.to[0], "ops@example.jp");
	ck_assert_str_eq(read.id, "finding.7");
	ck_assert_int_eq(memcmp(read.body, "b\n", read.len), 0);
	for (size_t len = 0; len + 2 < out.len; len++)
		ck_assert_int_ne(letter_read(out.data, len, &read), WF_OK);
	out.data[0] = 200;
	ck_assert_int_eq(letter_read(out.data, out.len, &read), WF_INVALID);
	wf_buf_clear(&out);
}
END_TEST

static const char *const no_addresses[] = {"", "ops", "@example.jp", "ops@", "a b@example.jp",
	"<a@b>", "a@b\r\nRCPT TO:<c@d>", "a@b,c@d", "a..b@c", ".a@b", "a@b.", "\"a\"@b", "花子@b"};

START_TEST(what_is_no_address)
{
	struct letter letter = {.n = 0};

	ck_assert_int_eq(letter_add(&letter, no_addresses[_i]), WF_INVALID);
	ck_assert_uint_eq(letter.n, 0);
}
END_TEST

static Suite *
alert_suite(void)
{
	Suite *suite = suite_create("alert");
	TCase *tc = tcase_create("alert");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, classes_and_levels, 0, sizeof(table) / sizeof(table[0]));
	tcase_add_test(tc, who_has_no_address_has_no_mail);
	tcase_add_test(tc, the_last_message_of_an_hour_tells_all);
	tcase_add_test(tc, one_an_hour);
	tcase_add_loop_test(tc, no_name_makes_a_line, 0, sizeof(nasty) / sizeof(nasty[0]));
	tcase_add_test(tc, subjects_are_encoded_words);
	tcase_add_test(tc, an_id_is_of_one_finding);
	tcase_add_test(tc, a_bare_letter_has_no_names);
	tcase_add_test(tc, which_one_it_is_about);
	tcase_add_test(tc, long_names_are_fewer);
	tcase_add_test(tc, a_cut_letter_is_none);
	tcase_add_loop_test(
		tc, what_is_no_address, 0, sizeof(no_addresses) / sizeof(no_addresses[0]));
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(alert_suite)
