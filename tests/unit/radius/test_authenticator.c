/* Computing with the shared secret: the examples of the RFCs, and everything turned round once. */
#include "config.h"

#include <string.h>

#include "tests/unit/radius/craft.h"
#include "tests/unit/unit.h"
#include "tests/vectors/rfc2865.h"

static struct craft craft;
static struct packet packet;
static struct binding binding;

static void
setup(void)
{
	craft_binding(&binding, RFC2865_SECRET);
}

static void
teardown(void)
{
	craft_unbind(&binding);
}

static void
read_request(const char *hex)
{
	craft_hex(&craft, hex);
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	ck_assert_uint_eq(packet.len, craft.len);
}

/* The reply of an example, without the authenticator, which reply_end() must compute (A5). */
static void
replies(const struct rfc2865_exchange *exchange)
{
	struct craft wanted;
	struct wf_buf frame;

	craft_hex(&wanted, exchange->reply);
	wf_buf_init(&frame, PACKET_MAX);
	ck_assert_int_eq(wf_buf_put(&frame, wanted.bytes, wanted.len), WF_OK);
	memset(frame.data + 2, 0xee, 18);
	ck_assert_int_eq(reply_end(&binding, &frame, &packet), WF_OK);
	ck_assert_uint_eq(frame.len, wanted.len);
	ck_assert_mem_eq(frame.data, wanted.bytes, wanted.len);
	wf_buf_clear(&frame);
}

/* The other side: the password is hidden as there, and the reply is known as the answer. */
static void
asks(const struct rfc2865_exchange *exchange, const struct attribute *hidden)
{
	uint8_t made[HIDDEN_MAX], asked[PACKET_AUTHENTICATOR];
	struct wf_secret password = WF_SECRET_EMPTY;
	struct craft reply;
	size_t len = 0;

	memcpy(asked, packet.authenticator, sizeof(asked));
	if (hidden != NULL) {
		ck_assert_int_eq(wf_secret_set(&password, exchange->password,
					 strlen(exchange->password)),
			WF_OK);
		ck_assert_int_eq(
			authenticator_hide(&binding, asked, &password, made, &len), WF_OK);
		ck_assert_uint_eq(len, hidden->len);
		ck_assert_mem_eq(made, hidden->value, len);
		wf_secret_clear(&password);
	}
	craft_hex(&reply, exchange->reply);
	ck_assert_int_eq(craft_read(&reply, &packet), PACKET_FINE);
	ck_assert_int_eq(authenticator_verify_reply(&binding, asked, &packet), WF_OK);
	ck_assert_int_eq(
		authenticator_verify_reply_message(&binding, asked, &packet), WF_NOT_FOUND);
	asked[15] ^= 1;
	ck_assert_int_eq(authenticator_verify_reply(&binding, asked, &packet), WF_NO);
}

START_TEST(examples)
{
	const struct rfc2865_exchange *exchange = &rfc2865_exchanges[_i];
	struct wf_secret password = WF_SECRET_EMPTY;
	const struct attribute *hidden;

	read_request(exchange->request);
	hidden = packet_next(&packet, ATTR_USER_PASSWORD, NULL);
	ck_assert_int_eq(hidden != NULL, exchange->password != NULL);
	if (hidden != NULL) {
		ck_assert_int_eq(authenticator_reveal(&binding, &packet, hidden, &password), WF_OK);
		ck_assert_str_eq((const char *)password.bytes, exchange->password);
		wf_secret_clear(&password);
	}
	ck_assert_int_eq(authenticator_verify_message(&binding, &packet),
		packet.code == CODE_STATUS_SERVER ? WF_OK : WF_NOT_FOUND);
	replies(exchange);
	asks(exchange, hidden);
}
END_TEST

/* C1, E1: any change to any octet of the packet, and another secret, are seen. */
START_TEST(c1_message_authenticator)
{
	struct binding other = binding;
	struct wf_secret longer = WF_SECRET_EMPTY;

	craft_begin(&craft, CODE_ACCESS_REQUEST);
	craft_text(&craft, ATTR_USER_NAME, "bob");
	craft_sign(&craft, &binding);
	craft_text(&craft, ATTR_NAS_IDENTIFIER, "vpn");
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	ck_assert_int_eq(authenticator_verify_message(&binding, &packet), WF_NO);

	craft.len -= 5;
	craft_end(&craft);
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	ck_assert_int_eq(authenticator_verify_message(&binding, &packet), WF_OK);
	for (size_t i = 0; i < craft.len; i++) {
		craft.bytes[i] ^= 1;
		if (craft_read(&craft, &packet) == PACKET_FINE &&
			packet.message_authenticator != NULL)
			ck_assert_int_eq(authenticator_verify_message(&binding, &packet), WF_NO);
		craft.bytes[i] ^= 1;
	}
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	ck_assert_int_eq(
		wf_secret_set(&longer, RFC2865_SECRET "x", strlen(RFC2865_SECRET) + 1), WF_OK);
	other.secret = &longer;
	ck_assert_int_eq(authenticator_verify_message(&other, &packet), WF_NO);
	wf_secret_clear(&longer);
}
END_TEST

/* B1: right, wrong by one bit, and all zeros. */
START_TEST(b1_accounting)
{
	const struct digest_part parts[] = {
		{craft.bytes, 26}, {RFC2865_SECRET, strlen(RFC2865_SECRET)}};

	craft_begin(&craft, CODE_ACCOUNTING_REQUEST);
	craft_add(&craft, ATTR_ACCT_STATUS_TYPE, "\0\0\0\1", 4);
	memset(craft.bytes + 4, 0, 16);
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	ck_assert_int_eq(authenticator_verify_request(&binding, &packet), WF_NO);
	ck_assert_int_eq(digest_md5(binding.digest, parts, 2, craft.bytes + 4), WF_OK);
	ck_assert_int_eq(authenticator_verify_request(&binding, &packet), WF_OK);
	craft.bytes[25] ^= 1;
	ck_assert_int_eq(authenticator_verify_request(&binding, &packet), WF_NO);
}
END_TEST

/* Hides as RFC 2865 section 5.2 says, an own computation. */
static void
add_password(const char *text, size_t len, size_t padded)
{
	uint8_t clear[144] = {0}, hidden[144];
	const uint8_t *before = craft.bytes + 4;

	memcpy(clear, text, len);
	for (size_t at = 0; at < padded; at += 16) {
		const struct digest_part parts[] = {
			{RFC2865_SECRET, strlen(RFC2865_SECRET)}, {before, 16}};

		ck_assert_int_eq(digest_md5(binding.digest, parts, 2, hidden + at), WF_OK);
		for (size_t i = 0; i < 16; i++)
			hidden[at + i] ^= clear[at + i];
		before = hidden + at;
	}
	craft_add(&craft, ATTR_USER_PASSWORD, hidden, padded);
}

static const struct {
	const char *text;
	size_t len, padded;
	wf_status status;
	size_t left; /* octets of the password, NULs at the end taken off */
} password_rows[] = {
	{"", 0, 16, WF_OK, 0},
	{"hello", 5, 16, WF_OK, 5},
	{"0123456789abcdef", 16, 16, WF_OK, 16},
	{"0123456789abcdefg", 17, 32, WF_OK, 17},
	{"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef012345678"
	 "9abcdef"
	 "0123456789abcdef0123456789abcdef",
		128, 128, WF_OK, 128},
	{"hello\0junk", 10, 16, WF_OK, 10}, /* A8: still there, to be refused */
	{"hello", 5, 0, WF_INVALID, 0},
	{"hello", 5, 17, WF_INVALID, 0},
	{"hello", 5, 144, WF_INVALID, 0},
};

START_TEST(a8_password)
{
	struct wf_secret password = WF_SECRET_EMPTY;

	craft_begin(&craft, CODE_ACCESS_REQUEST);
	if (password_rows[_i].padded % 16 == 0)
		add_password(
			password_rows[_i].text, password_rows[_i].len, password_rows[_i].padded);
	else
		craft_add(&craft, ATTR_USER_PASSWORD, craft.bytes, password_rows[_i].padded);
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	ck_assert_int_eq(authenticator_reveal(&binding, &packet, &packet.attributes[0], &password),
		password_rows[_i].status);
	ck_assert_uint_eq(password.len, password_rows[_i].left);
	if (password.len > 0)
		ck_assert_mem_eq(password.bytes, password_rows[_i].text, password.len);
	wf_secret_clear(&password);
}
END_TEST

/* I1: the Message-Authenticator comes first, and a client that looks at both finds both right. */
START_TEST(i1_reply)
{
	static const enum packet_code codes[] = {
		CODE_ACCESS_ACCEPT, CODE_ACCESS_REJECT, CODE_ACCESS_CHALLENGE, CODE_PROTOCOL_ERROR};
	struct wf_buf frame;
	struct packet reply;
	struct digest_part whole[2] = {{NULL, 0}, {RFC2865_SECRET, strlen(RFC2865_SECRET)}};
	uint8_t copy[PACKET_MAX], hmac[16], md5[16];

	craft_begin(&craft, CODE_ACCESS_REQUEST);
	craft_text(&craft, ATTR_PROXY_STATE, "first");
	craft_text(&craft, ATTR_USER_NAME, "bob");
	craft_text(&craft, ATTR_PROXY_STATE, "second");
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	wf_buf_init(&frame, PACKET_MAX);
	ck_assert_int_eq(reply_begin(&frame, codes[_i], &packet), WF_OK);
	ck_assert_int_eq(reply_add(&frame, ATTR_REPLY_MESSAGE, "hello", 5), WF_OK);
	ck_assert_int_eq(reply_add_number(&frame, ATTR_PROMPT, 0x01020304), WF_OK);
	ck_assert_int_eq(reply_add_vendor(&frame, 12356, 6, "super", 5), WF_OK);
	ck_assert_int_eq(reply_copy_proxy_states(&frame, &packet), WF_OK);
	ck_assert_int_eq(reply_end(&binding, &frame, &packet), WF_OK);

	ck_assert_int_eq(packet_read(frame.data, frame.len, &reply), PACKET_FINE);
	ck_assert_uint_eq(reply.len, frame.len);
	ck_assert_uint_eq(reply.code, (uint8_t)codes[_i]);
	ck_assert_uint_eq(reply.id, packet.id);
	ck_assert_uint_eq(reply.nattributes, 6);
	ck_assert_ptr_eq(reply.message_authenticator, frame.data + 22);
	ck_assert_mem_eq(reply.attributes[2].value, "\1\2\3\4", 4);
	ck_assert_uint_eq(reply.attributes[3].len, 11);
	ck_assert_mem_eq(reply.attributes[3].value, "\0\0\x30\x44\6\7super", 11);
	/* A6 */
	ck_assert_mem_eq(reply.attributes[4].value, "first", 5);
	ck_assert_mem_eq(reply.attributes[5].value, "second", 6);

	memcpy(copy, frame.data, frame.len);
	memcpy(copy + 4, packet.authenticator, 16);
	whole[0] = (struct digest_part){copy, frame.len};
	ck_assert_int_eq(digest_md5(binding.digest, whole, 2, md5), WF_OK);
	ck_assert_mem_eq(md5, reply.authenticator, 16);
	memset(copy + 22, 0, 16);
	ck_assert_int_eq(digest_hmac(binding.digest, binding.secret, whole, 1, hmac), WF_OK);
	ck_assert_mem_eq(hmac, reply.message_authenticator, 16);
	wf_buf_clear(&frame);
}
END_TEST

START_TEST(accounting_reply_has_no_message_authenticator)
{
	struct wf_buf frame;

	craft_begin(&craft, CODE_ACCOUNTING_REQUEST);
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	wf_buf_init(&frame, PACKET_MAX);
	ck_assert_int_eq(reply_begin(&frame, CODE_ACCOUNTING_RESPONSE, &packet), WF_OK);
	ck_assert_int_eq(reply_end(&binding, &frame, &packet), WF_OK);
	ck_assert_uint_eq(frame.len, PACKET_HEADER);
	wf_buf_clear(&frame);
}
END_TEST

/* What does not fit leaves the reply as it was. */
START_TEST(replies_are_bounded)
{
	static const uint8_t value[ATTRIBUTE_VALUE_MAX + 1];
	struct wf_buf frame;
	size_t len;

	craft_begin(&craft, CODE_ACCESS_REQUEST);
	for (int i = 0; i < 15; i++)
		craft_add(&craft, ATTR_PROXY_STATE, value, ATTRIBUTE_VALUE_MAX);
	ck_assert_int_eq(craft_read(&craft, &packet), PACKET_FINE);
	wf_buf_init(&frame, PACKET_MAX);
	ck_assert_int_eq(reply_begin(&frame, CODE_ACCESS_REJECT, &packet), WF_OK);
	ck_assert_int_eq(reply_add(&frame, ATTR_REPLY_MESSAGE, value, sizeof(value)), WF_TOO_LONG);
	ck_assert_int_eq(
		reply_add_vendor(&frame, 9, 1, value, ATTRIBUTE_VALUE_MAX - 5), WF_TOO_LONG);
	ck_assert_int_eq(reply_add_vendor(&frame, 9, 1, value, ATTRIBUTE_VALUE_MAX - 6), WF_OK);
	len = frame.len;
	ck_assert_int_eq(reply_copy_proxy_states(&frame, &packet), WF_TOO_LONG);
	ck_assert_uint_eq(frame.len, len);
	while (reply_add(&frame, ATTR_REPLY_MESSAGE, value, 100) == WF_OK)
		ck_assert_uint_le(frame.len, PACKET_MAX);
	ck_assert_uint_gt(frame.len, PACKET_MAX - 102);
	wf_buf_clear(&frame);
}
END_TEST

static Suite *
authenticator_suite(void)
{
	Suite *suite = suite_create("authenticator");
	TCase *tc = tcase_create("secret");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
		tc, examples, 0, sizeof(rfc2865_exchanges) / sizeof(rfc2865_exchanges[0]));
	tcase_add_test(tc, c1_message_authenticator);
	tcase_add_test(tc, b1_accounting);
	tcase_add_loop_test(tc, a8_password, 0, sizeof(password_rows) / sizeof(password_rows[0]));
	tcase_add_loop_test(tc, i1_reply, 0, 4);
	tcase_add_test(tc, accounting_reply_has_no_message_authenticator);
	tcase_add_test(tc, replies_are_bounded);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(authenticator_suite)
