/*
 * Messages in memory: the table is sound, adders refuse what it does not allow, readers find the
 * rest.
 */
#include "config.h"

#include "common/wire.h"

#include <string.h>

#include "tests/unit/common/wire_sample.h"
#include "tests/unit/unit.h"

static struct wf_msg msg;

static void
setup(void)
{
	wf_msg_init(&msg, WF_MSG_BEGIN, WF_WIRE_VERSION);
}

static void
teardown(void)
{
	wf_msg_clear(&msg);
}

static void
start(enum wf_msg_type type)
{
	wf_msg_clear(&msg);
	wf_msg_init(&msg, type, WF_WIRE_VERSION);
}

START_TEST(the_table_is_sound)
{
	static const size_t widths[] = {
		[WF_T_U8] = 1, [WF_T_U16] = 2, [WF_T_U32] = 4, [WF_T_U64] = 8};
	size_t nmsgs, nfields;
	const struct wf_msg_spec *specs = wf_wire_msgs(&nmsgs);
	const struct wf_field_spec *fields = wf_wire_fields(&nfields);

	for (size_t i = 0; i < nfields; i++) {
		ck_assert_ptr_eq(wf_wire_field(fields[i].id), &fields[i]);
		ck_assert_uint_le(fields[i].min, fields[i].max);
		ck_assert_uint_ge(fields[i].since, WF_WIRE_OLDEST);
		ck_assert_uint_le(fields[i].since, WF_WIRE_VERSION);
		if (fields[i].type <= WF_T_U64) {
			ck_assert_uint_eq(fields[i].min, widths[fields[i].type]);
			ck_assert_uint_eq(fields[i].max, widths[fields[i].type]);
		}
	}
	for (size_t i = 0; i < nmsgs; i++) {
		ck_assert_ptr_eq(wf_wire_msg(specs[i].type), &specs[i]);
		ck_assert_int_eq(specs[i].reply, specs[i].type >= WF_MSG_PROMPTS);
		for (const struct wf_msg_field *row = specs[i].fields; row->id != 0; row++)
			ck_assert_ptr_nonnull(wf_wire_field(row->id));
	}
}
END_TEST

/* A field that no message has, or a message number used twice, is a slip of the pen. */
START_TEST(every_field_is_used)
{
	size_t nmsgs, nfields;
	const struct wf_msg_spec *specs = wf_wire_msgs(&nmsgs);
	const struct wf_field_spec *fields = wf_wire_fields(&nfields);

	for (size_t f = 0; f < nfields; f++) {
		size_t uses = 0;

		for (size_t i = 0; i < nmsgs; i++)
			for (const struct wf_msg_field *row = specs[i].fields; row->id != 0; row++)
				uses += row->id == fields[f].id;
		ck_assert_msg(uses > 0, "no message has %s", fields[f].name);
	}
}
END_TEST

START_TEST(what_is_not_in_the_table_is_not_there)
{
	ck_assert_ptr_null(wf_wire_field((enum wf_field_id)0));
	ck_assert_ptr_null(wf_wire_field((enum wf_field_id)999));
	ck_assert_ptr_null(wf_wire_msg((enum wf_msg_type)0));
	ck_assert_ptr_null(wf_wire_msg((enum wf_msg_type)999));
	start((enum wf_msg_type)999);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_USER, "bob"), WF_INVALID);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_PURPOSE, 1), WF_INVALID);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, (enum wf_field_id)999, "x", 1), WF_INVALID);
}
END_TEST

START_TEST(values_come_back)
{
	const uint8_t *bytes;
	uint64_t value;
	size_t len;
	char text[WF_NAME_MAX + 1];

	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_PURPOSE, WF_PURPOSE_CHANGE), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_USER, "花子"), WF_OK);
	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_EVIDENCE, 1, "one", 3), WF_OK);
	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_EVIDENCE, 2, NULL, 0), WF_OK);
	ck_assert_int_eq(wf_msg_get_uint(&msg, WF_F_PURPOSE, &value), WF_OK);
	ck_assert_uint_eq(value, WF_PURPOSE_CHANGE);
	ck_assert_int_eq(wf_msg_get_text(&msg, WF_F_USER, 0, text, sizeof(text)), WF_OK);
	ck_assert_str_eq(text, "花子");
	ck_assert_uint_eq(wf_msg_count(&msg, WF_F_EVIDENCE), 2);
	ck_assert_int_eq(wf_msg_get_bytes(&msg, WF_F_EVIDENCE, 0, &bytes, &len), WF_OK);
	ck_assert_uint_eq(len, 4);
	ck_assert_mem_eq(bytes, "\1one", 4);
	ck_assert_int_eq(wf_msg_get_bytes(&msg, WF_F_EVIDENCE, 1, &bytes, &len), WF_OK);
	ck_assert_uint_eq(len, 1);
	ck_assert_mem_eq(bytes, "\2", 1);
	ck_assert_int_eq(wf_msg_get_bytes(&msg, WF_F_EVIDENCE, 2, &bytes, &len), WF_NOT_FOUND);
}
END_TEST

START_TEST(wider_numbers_come_back)
{
	uint64_t value = 77;

	start(WF_MSG_RESULT);
	ck_assert_int_eq(wf_msg_get_uint(&msg, WF_F_TEXT_ID, &value), WF_NOT_FOUND);
	ck_assert_uint_eq(value, 77);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_TEXT_ID, 0x10000), WF_TOO_LONG);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_TEXT_ID, 0xabcd), WF_OK);
	ck_assert_int_eq(wf_msg_get_uint(&msg, WF_F_TEXT_ID, &value), WF_OK);
	ck_assert_uint_eq(value, 0xabcd);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_VERDICT, 256), WF_TOO_LONG);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_VERDICT, 255), WF_OK);
}
END_TEST

START_TEST(a_field_that_the_message_lacks_is_refused)
{
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_VERDICT, 1), WF_INVALID);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_CELL, ""), WF_INVALID);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_ARG, "a=b"), WF_INVALID);
	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_ANSWER, 1, "x", 1), WF_INVALID);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_SECRET, "x", 1), WF_INVALID);
	ck_assert_uint_eq(msg.nvalues, 0);
	ck_assert_uint_eq(msg.bytes.len, 0);
}
END_TEST

START_TEST(a_second_one_is_refused_unless_repeated)
{
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_USER, "bob"), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_USER, "bob"), WF_INVALID);
	ck_assert_uint_eq(wf_msg_count(&msg, WF_F_USER), 1);
	ck_assert_uint_eq(msg.bytes.len, 3);
}
END_TEST

START_TEST(adders_keep_to_their_types)
{
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_USER, 1), WF_INVALID);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_PURPOSE, "1"), WF_INVALID);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_EVIDENCE, "1"), WF_INVALID);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_PURPOSE, "1", 1), WF_INVALID);
	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_USER, 'b', "ob", 2), WF_INVALID);
	ck_assert_uint_eq(msg.nvalues, 0);
}
END_TEST

START_TEST(readers_keep_to_their_types)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	uint64_t value = 77;
	char text[8] = "kept";

	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_USER, "bob"), WF_OK);
	ck_assert_int_eq(wf_msg_get_uint(&msg, WF_F_USER, &value), WF_INVALID);
	ck_assert_int_eq(wf_msg_get_secret(&msg, WF_F_USER, 0, 0, &secret), WF_INVALID);
	ck_assert_int_eq(wf_msg_get_text(&msg, WF_F_ANSWER, 0, text, sizeof(text)), WF_INVALID);
	ck_assert_int_eq(wf_msg_get_text(&msg, WF_F_PURPOSE, 0, text, sizeof(text)), WF_INVALID);
	ck_assert_str_eq(text, "kept");
	ck_assert_uint_eq(value, 77);
	ck_assert_ptr_null(secret.bytes);
}
END_TEST

START_TEST(sizes_are_exact)
{
	char name[WF_NAME_MAX + 2];
	uint8_t key[33] = {0};

	memset(name, 'n', sizeof(name));
	name[WF_NAME_MAX + 1] = '\0';
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_USER, name), WF_TOO_LONG);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_USER, ""), WF_INVALID);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_USER, NULL), WF_INVALID);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_USER, name + 1), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_IDEMPOTENCY, key, 31), WF_INVALID);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_IDEMPOTENCY, key, 33), WF_TOO_LONG);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_IDEMPOTENCY, NULL, 0), WF_INVALID);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_IDEMPOTENCY, key, 32), WF_OK);
}
END_TEST

START_TEST(more_than_a_frame_is_refused_at_once)
{
	static const uint8_t bytes[8191];

	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_EVIDENCE, 1, bytes, sizeof(bytes)), WF_OK);
	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_EVIDENCE, 1, bytes, sizeof(bytes)), WF_OK);
	ck_assert_int_eq(
		wf_msg_add_tagged(&msg, WF_F_EVIDENCE, 1, bytes, sizeof(bytes)), WF_TOO_LONG);
	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_EVIDENCE, 1, NULL, 0), WF_TOO_LONG);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_USER, "bob"), WF_TOO_LONG);
	ck_assert_uint_eq(msg.nvalues, 2);
	ck_assert_uint_eq(msg.bytes.len, WF_WIRE_FRAME_MAX);
}
END_TEST

START_TEST(more_values_than_places_are_refused)
{
	start(WF_MSG_ROW);
	for (size_t i = 0; i < WF_WIRE_FIELDS_MAX; i++)
		ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_CELL, "c"), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_CELL, "c"), WF_TOO_LONG);
	ck_assert_uint_eq(wf_msg_count(&msg, WF_F_CELL), WF_WIRE_FIELDS_MAX);
	ck_assert_uint_eq(msg.bytes.len, WF_WIRE_FIELDS_MAX);
}
END_TEST

static const struct {
	enum wf_msg_type type;
	enum wf_field_id id;
	const char *bytes;
	size_t len;
	bool good;
} contents[] = {
	{WF_MSG_BEGIN, WF_F_USER, "\xff\x01\x1b", 3, true},
	{WF_MSG_BEGIN, WF_F_USER, "a\0b", 3, false},
	{WF_MSG_BEGIN, WF_F_USER, "a\nb", 3, false},
	{WF_MSG_BEGIN, WF_F_SERVICE, "sshd", 4, true},
	{WF_MSG_BEGIN, WF_F_SERVICE, "ss\0hd", 5, false},
	{WF_MSG_BEGIN, WF_F_SERVICE, "ss\thd", 5, false},
	{WF_MSG_BEGIN, WF_F_SERVICE, "ss\nhd", 5, false},
	{WF_MSG_BEGIN, WF_F_RHOST, "\x1b[2J", 4, false},
	{WF_MSG_BEGIN, WF_F_RHOST, "\xff", 1, false},
	{WF_MSG_BEGIN, WF_F_RHOST, "\xe3\x81", 2, false},
	{WF_MSG_BEGIN, WF_F_RHOST, "\xe3\x81\x82", 3, true},
	{WF_MSG_BEGIN, WF_F_RHOST, "\x7f", 1, false},
	{WF_MSG_BEGIN, WF_F_RHOST, "\xc2\x9b", 2, false},
	{WF_MSG_BEGIN, WF_F_EVIDENCE, "\1\0\xff\n", 4, true},
	{WF_MSG_END, WF_F_TEXT, "a\tb\nc", 5, true},
	{WF_MSG_END, WF_F_TEXT, "a\rb", 3, false},
	{WF_MSG_END, WF_F_TEXT, "a\0b", 3, false},
	{WF_MSG_ROW, WF_F_CELL, "a\tb\nc", 5, true},
	{WF_MSG_ROW, WF_F_CELL, "", 0, true},
	{WF_MSG_ROW, WF_F_CELL, "\x1b", 1, false},
	{WF_MSG_HEAD, WF_F_COLUMN, "a\nb", 3, false},
	{WF_MSG_ACT, WF_F_ARG, "k=v\n", 4, false},
	{WF_MSG_ACT, WF_F_SECRET_ARG, "k=\0\n\xff", 5, true},
};

START_TEST(content_table)
{
	wf_status status;

	start(contents[_i].type);
	status = wf_msg_add_bytes(&msg, contents[_i].id, contents[_i].bytes, contents[_i].len);
	ck_assert_int_eq(status, contents[_i].good ? WF_OK : WF_INVALID);
}
END_TEST

START_TEST(empty_text_is_left_out_unless_required)
{
	const uint8_t *bytes = NULL;
	size_t len = 77;
	char text[2] = "x";

	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_RHOST, ""), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_TTY, NULL), WF_OK);
	ck_assert_uint_eq(msg.nvalues, 0);
	ck_assert_int_eq(wf_msg_get_text(&msg, WF_F_RHOST, 0, text, sizeof(text)), WF_OK);
	ck_assert_str_eq(text, "");
	start(WF_MSG_ROW);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_CELL, ""), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_CELL, NULL), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_CELL, "x"), WF_OK);
	ck_assert_uint_eq(wf_msg_count(&msg, WF_F_CELL), 3);
	ck_assert_int_eq(wf_msg_get_bytes(&msg, WF_F_CELL, 1, &bytes, &len), WF_OK);
	ck_assert_uint_eq(len, 0);
	ck_assert_ptr_nonnull(bytes);
}
END_TEST

START_TEST(text_must_fit_with_its_nul)
{
	char text[5] = "keep";

	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_USER, "alice"), WF_OK);
	ck_assert_int_eq(wf_msg_get_text(&msg, WF_F_USER, 0, text, sizeof(text)), WF_TOO_LONG);
	ck_assert_str_eq(text, "keep");
	ck_assert_int_eq(wf_msg_get_text(&msg, WF_F_TTY, 0, text, 0), WF_TOO_LONG);
	ck_assert_int_eq(wf_msg_get_text(&msg, WF_F_TTY, 0, text, 1), WF_OK);
}
END_TEST

START_TEST(secrets_come_back_behind_their_tag)
{
	struct wf_secret secret = WF_SECRET_EMPTY;

	start(WF_MSG_ANSWER);
	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_ANSWER, 1, "password", 8), WF_OK);
	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_ANSWER, 2, "", 0), WF_OK);
	ck_assert_int_eq(wf_msg_get_secret(&msg, WF_F_ANSWER, 0, 1, &secret), WF_OK);
	ck_assert_mem_eq(secret.bytes, "password", 9);
	ck_assert_int_eq(wf_msg_get_secret(&msg, WF_F_ANSWER, 1, 2, &secret), WF_INVALID);
	ck_assert_int_eq(wf_msg_get_secret(&msg, WF_F_ANSWER, 2, 1, &secret), WF_NOT_FOUND);
	ck_assert_uint_eq(secret.len, 8);
	ck_assert_int_eq(wf_msg_get_secret(&msg, WF_F_ANSWER, 1, 1, &secret), WF_OK);
	ck_assert_uint_eq(secret.len, 0);
}
END_TEST

START_TEST(the_longest_answer_is_the_longest_secret)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	uint8_t bytes[WF_SECRET_MAX + 1];

	memset(bytes, 's', sizeof(bytes));
	start(WF_MSG_ANSWER);
	ck_assert_int_eq(
		wf_msg_add_tagged(&msg, WF_F_ANSWER, 1, bytes, sizeof(bytes)), WF_TOO_LONG);
	ck_assert_uint_eq(msg.bytes.len, 0);
	ck_assert_int_eq(wf_msg_add_tagged(&msg, WF_F_ANSWER, 1, bytes, WF_SECRET_MAX), WF_OK);
	ck_assert_int_eq(wf_msg_get_secret(&msg, WF_F_ANSWER, 0, 0, &secret), WF_TOO_LONG);
	ck_assert_int_eq(wf_msg_get_secret(&msg, WF_F_ANSWER, 0, 1, &secret), WF_OK);
	ck_assert_uint_eq(secret.len, WF_SECRET_MAX);
	wf_secret_clear(&secret);
}
END_TEST

START_TEST(prompts_come_back)
{
	const struct wf_prompt a = {.id = 1, .echo = false, .text = WF_TEXT_PASSWORD, .ttl_s = 110};
	const struct wf_prompt b = {
		.id = 200, .echo = true, .text = WF_TEXT_EMERGENCY_CODE, .ttl_s = 0xfedcba98};
	struct wf_prompt prompt;

	ck_assert_int_eq(wf_msg_add_prompt(&msg, &a), WF_INVALID);
	start(WF_MSG_PROMPTS);
	ck_assert_int_eq(wf_msg_add_prompt(&msg, &a), WF_OK);
	ck_assert_int_eq(wf_msg_add_prompt(&msg, &b), WF_OK);
	ck_assert_int_eq(wf_msg_get_prompt(&msg, 0, &prompt), WF_OK);
	ck_assert_uint_eq(prompt.id, 1);
	ck_assert(!prompt.echo);
	ck_assert_int_eq(prompt.text, WF_TEXT_PASSWORD);
	ck_assert_uint_eq(prompt.ttl_s, 110);
	ck_assert_int_eq(wf_msg_get_prompt(&msg, 1, &prompt), WF_OK);
	ck_assert_uint_eq(prompt.id, 200);
	ck_assert(prompt.echo);
	ck_assert_int_eq(prompt.text, WF_TEXT_EMERGENCY_CODE);
	ck_assert_uint_eq(prompt.ttl_s, 0xfedcba98);
	ck_assert_int_eq(wf_msg_get_prompt(&msg, 2, &prompt), WF_NOT_FOUND);
}
END_TEST

START_TEST(nonsense_in_a_prompt_is_refused)
{
	static const uint8_t echo[8] = {1, 2, 0, 1};
	static const uint8_t text[8] = {1, 0, 0, WF_TEXT_COUNT};
	static const uint8_t high[8] = {1, 0, 1, 1};
	struct wf_prompt prompt = {.id = 77};

	start(WF_MSG_PROMPTS);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_PROMPT, echo, 8), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_PROMPT, text, 8), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_PROMPT, high, 8), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_PROMPT, high, 7), WF_INVALID);
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(wf_msg_get_prompt(&msg, i, &prompt), WF_INVALID);
	ck_assert_uint_eq(prompt.id, 77);
}
END_TEST

static Suite *
wire_suite(void)
{
	Suite *suite = suite_create("wire");
	TCase *tc = tcase_create("messages");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, the_table_is_sound);
	tcase_add_test(tc, every_field_is_used);
	tcase_add_test(tc, what_is_not_in_the_table_is_not_there);
	tcase_add_test(tc, values_come_back);
	tcase_add_test(tc, wider_numbers_come_back);
	tcase_add_test(tc, a_field_that_the_message_lacks_is_refused);
	tcase_add_test(tc, a_second_one_is_refused_unless_repeated);
	tcase_add_test(tc, adders_keep_to_their_types);
	tcase_add_test(tc, readers_keep_to_their_types);
	tcase_add_test(tc, sizes_are_exact);
	tcase_add_test(tc, more_than_a_frame_is_refused_at_once);
	tcase_add_test(tc, more_values_than_places_are_refused);
	tcase_add_loop_test(tc, content_table, 0, sizeof(contents) / sizeof(contents[0]));
	tcase_add_test(tc, empty_text_is_left_out_unless_required);
	tcase_add_test(tc, text_must_fit_with_its_nul);
	tcase_add_test(tc, secrets_come_back_behind_their_tag);
	tcase_add_test(tc, the_longest_answer_is_the_longest_secret);
	tcase_add_test(tc, prompts_come_back);
	tcase_add_test(tc, nonsense_in_a_prompt_is_refused);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(wire_suite)
