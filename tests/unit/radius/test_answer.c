/* Replies octet by octet: order (I1), Proxy-States (A6), what a code may hold (A10 to A12). */
#include "config.h"

#include <string.h>

#include "radius/answer.h"
#include "tests/unit/radius/craft.h"
#include "tests/unit/unit.h"

static struct binding binding;
static struct craft request;
static struct packet packet;
static struct wf_buf frame;
static struct packet reply;

static void
setup(void)
{
	craft_binding(&binding, "secret");
	craft_begin(&request, CODE_ACCESS_REQUEST);
	craft_text(&request, ATTR_USER_NAME, "alice");
	wf_buf_init(&frame, PACKET_MAX);
}

static void
teardown(void)
{
	wf_buf_clear(&frame);
	craft_unbind(&binding);
}

static wf_status
encode(const struct answer *answer)
{
	ck_assert_int_eq(craft_read(&request, &packet), PACKET_FINE);
	wf_buf_cut(&frame, 0);
	return answer_encode(answer, &binding, &packet, &frame);
}

/* The reply is a packet of its own; `types` in their order. */
static void
holds(const uint8_t *types, size_t n)
{
	ck_assert_int_eq(packet_read(frame.data, frame.len, &reply), PACKET_FINE);
	ck_assert_uint_eq(reply.id, packet.id);
	ck_assert_uint_eq(reply.nattributes, n);
	for (size_t i = 0; i < n; i++)
		ck_assert_uint_eq(reply.attributes[i].type, types[i]);
}

static void
text_of(size_t at, const char *wanted)
{
	ck_assert_uint_eq(reply.attributes[at].len, strlen(wanted));
	ck_assert_mem_eq(reply.attributes[at].value, wanted, strlen(wanted));
}

START_TEST(a11_reject)
{
	static const uint8_t types[] = {
		ATTR_MESSAGE_AUTHENTICATOR, ATTR_REPLY_MESSAGE, ATTR_PROXY_STATE, ATTR_PROXY_STATE};
	const struct answer answer = {.code = CODE_ACCESS_REJECT, .text = "No."};

	craft_text(&request, ATTR_PROXY_STATE, "one");
	craft_text(&request, ATTR_PROXY_STATE, "two");
	ck_assert_int_eq(encode(&answer), WF_OK);
	holds(types, 4);
	text_of(1, "No.");
	text_of(2, "one");
	text_of(3, "two");
}
END_TEST

START_TEST(a12_challenge)
{
	static const uint8_t types[] = {ATTR_MESSAGE_AUTHENTICATOR, ATTR_REPLY_MESSAGE, ATTR_STATE,
		ATTR_PROMPT, ATTR_SESSION_TIMEOUT};
	struct answer answer = {
		.code = CODE_ACCESS_CHALLENGE, .text = "Code: ", .state = "state", .ttl_s = 60};
	uint32_t number;

	ck_assert_int_eq(encode(&answer), WF_OK);
	holds(types, 5);
	text_of(2, "state");
	ck_assert(packet_number(&reply, ATTR_PROMPT, &number));
	ck_assert_uint_eq(number, 0);
	ck_assert(packet_number(&reply, ATTR_SESSION_TIMEOUT, &number));
	ck_assert_uint_eq(number, 60);
	answer.echo = true;
	answer.ttl_s = 0;
	ck_assert_int_eq(encode(&answer), WF_OK);
	holds(types, 4);
	ck_assert(packet_number(&reply, ATTR_PROMPT, &number));
	ck_assert_uint_eq(number, 1);
}
END_TEST

START_TEST(accept_with_attributes)
{
	static const uint8_t types[] = {
		ATTR_MESSAGE_AUTHENTICATOR, ATTR_FILTER_ID, ATTR_VENDOR_SPECIFIC};
	static const uint8_t vendor[] = {0, 0, 0x30, 0x44, 1, 4, 'a', 'b'};
	const struct dictionary_value values[] = {
		{.type = ATTR_FILTER_ID, .len = 3, .bytes = "vpn"},
		{.vendor = 12356, .type = 1, .len = 2, .bytes = "ab"},
	};
	const struct answer answer = {
		.code = CODE_ACCESS_ACCEPT, .attributes = values, .nattributes = 2};

	ck_assert_int_eq(encode(&answer), WF_OK);
	holds(types, 3);
	text_of(1, "vpn");
	ck_assert_uint_eq(reply.attributes[2].len, sizeof(vendor));
	ck_assert_mem_eq(reply.attributes[2].value, vendor, sizeof(vendor));
}
END_TEST

START_TEST(accounting_response_is_bare)
{
	const struct answer answer = {.code = CODE_ACCOUNTING_RESPONSE};

	ck_assert_int_eq(encode(&answer), WF_OK);
	holds(NULL, 0);
}
END_TEST

START_TEST(what_a_code_may_not_hold)
{
	const struct dictionary_value value = {.type = ATTR_FILTER_ID, .len = 1, .bytes = "x"};
	const struct answer wrong[] = {
		{.code = CODE_ACCESS_REJECT, .attributes = &value, .nattributes = 1},
		{.code = CODE_ACCESS_CHALLENGE,
			.state = "s",
			.attributes = &value,
			.nattributes = 1},
		{.code = CODE_ACCESS_CHALLENGE},
		{.code = CODE_ACCESS_REJECT, .state = "s"},
		{.code = CODE_ACCESS_ACCEPT, .state = "s"},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ck_assert_int_eq(encode(&wrong[i]), WF_INVALID);
}
END_TEST

/* Long texts are divided between characters, of one octet or of four. */
START_TEST(long_texts)
{
	static const char *const letters[] = {"x", "\xc3\xa9", "\xe5\x89\xb2", "\xf0\x9f\x8e\x8b"};

	for (size_t i = 0; i < 4; i++) {
		char text[1025] = "", whole[1025] = "";
		struct answer answer = {.code = CODE_ACCESS_REJECT, .text = text};

		for (size_t len = 0; len + 4 < sizeof(text); len += strlen(letters[i]))
			memcpy(text + len, letters[i], strlen(letters[i]) + 1);
		ck_assert_int_eq(encode(&answer), WF_OK);
		ck_assert_int_eq(packet_read(frame.data, frame.len, &reply), PACKET_FINE);
		ck_assert_uint_eq(reply.nattributes, 6);
		for (size_t at = 0, k = 1; k < 6; k++) {
			ck_assert_uint_eq(reply.attributes[k].len % strlen(letters[i]), 0);
			memcpy(whole + at, reply.attributes[k].value, reply.attributes[k].len);
			at += reply.attributes[k].len;
		}
		ck_assert_str_eq(whole, text);
	}
}
END_TEST

START_TEST(does_not_fit)
{
	char text[4096];
	const struct answer answer = {.code = CODE_ACCESS_REJECT, .text = text};

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert_int_eq(encode(&answer), WF_TOO_LONG);
}
END_TEST

static Suite *
answer_suite(void)
{
	Suite *suite = suite_create("answer");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a11_reject);
	tcase_add_test(tc, a12_challenge);
	tcase_add_test(tc, accept_with_attributes);
	tcase_add_test(tc, accounting_response_is_bare);
	tcase_add_test(tc, what_a_code_may_not_hold);
	tcase_add_test(tc, long_texts);
	tcase_add_test(tc, does_not_fit);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(answer_suite)
