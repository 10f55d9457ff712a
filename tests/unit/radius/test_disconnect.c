/* Disconnect-Requests octet by octet, and what is taken for an answer (checklist H1 to H3). */
#include "config.h"

#include <string.h>

#include "radius/disconnect.h"
#include "tests/unit/radius/craft.h"
#include "tests/unit/unit.h"

static struct binding binding;
static struct wf_buf request;
static struct packet packet;
static struct craft answer;
static uint32_t cause;

static void
setup(void)
{
	craft_binding(&binding, "secret");
	wf_buf_init(&request, PACKET_MAX);
}

static void
teardown(void)
{
	wf_buf_clear(&request);
	craft_unbind(&binding);
}

static void
encode(const struct disconnect *disconnect)
{
	wf_buf_cut(&request, 0);
	ck_assert_int_eq(disconnect_encode(&binding, disconnect, 9, &request), WF_OK);
	ck_assert_int_eq(packet_read(request.data, request.len, &packet), PACKET_FINE);
}

/* An answer of a gateway, signed with `secret`. */
static void
sign(uint8_t code, uint8_t id, const char *secret)
{
	struct digest_part parts[2] = {{answer.bytes, 0}, {secret, strlen(secret)}};
	uint8_t md5[DIGEST_LEN];

	answer.bytes[0] = code;
	answer.bytes[1] = id;
	memcpy(answer.bytes + 4, request.data + 4, PACKET_AUTHENTICATOR);
	parts[0].len = answer.len;
	ck_assert_int_eq(digest_md5(binding.digest, parts, 2, md5), WF_OK);
	memcpy(answer.bytes + 4, md5, sizeof(md5));
}

static wf_status
take(uint8_t code, uint8_t id, const char *secret)
{
	sign(code, id, secret);
	return disconnect_read(&binding, &request, answer.bytes, answer.len, &cause);
}

START_TEST(h1_signed_like_accounting)
{
	const struct disconnect disconnect = {.user = "alice", .session = "s1"};
	uint8_t zeroed[PACKET_MAX], md5[DIGEST_LEN], hmac[DIGEST_LEN];
	struct digest_part parts[2] = {{zeroed, 0}, {"secret", 6}};

	encode(&disconnect);
	ck_assert_uint_eq(packet.code, CODE_DISCONNECT_REQUEST);
	ck_assert_uint_eq(packet.id, 9);
	ck_assert_int_eq(authenticator_verify_request(&binding, &packet), WF_OK);
	/*
	 * The Message-Authenticator stands first, over zeros in the place of both authenticators.
	 */
	ck_assert_uint_eq(packet.attributes[0].type, ATTR_MESSAGE_AUTHENTICATOR);
	memcpy(zeroed, request.data, request.len);
	memset(zeroed + 4, 0, PACKET_AUTHENTICATOR);
	memset(zeroed + PACKET_HEADER + 2, 0, PACKET_AUTHENTICATOR);
	parts[0].len = request.len;
	ck_assert_int_eq(digest_hmac(binding.digest, binding.secret, parts, 1, hmac), WF_OK);
	ck_assert_mem_eq(packet.message_authenticator, hmac, sizeof(hmac));
	memcpy(zeroed + PACKET_HEADER + 2, hmac, sizeof(hmac));
	ck_assert_int_eq(digest_md5(binding.digest, parts, 2, md5), WF_OK);
	ck_assert_mem_eq(packet.authenticator, md5, sizeof(md5));
}
END_TEST

START_TEST(h2_what_it_holds)
{
	struct disconnect disconnect = {.user = "alice", .session = "s1", .nas = "192.0.2.1",
		.framed = "10.0.0.9", .wall_us = INT64_C(1700000000) * 1000000};
	uint32_t stamp;

	encode(&disconnect);
	ck_assert_uint_eq(packet.nattributes, 6);
	ck_assert(packet_has(&packet, ATTR_NAS_IP_ADDRESS));
	ck_assert(packet_number(&packet, ATTR_EVENT_TIMESTAMP, &stamp));
	ck_assert_uint_eq(stamp, 1700000000);
	disconnect.nas[0] = 'x';
	disconnect.framed[0] = '\0';
	disconnect.user[0] = '\0';
	encode(&disconnect);
	ck_assert_uint_eq(packet.nattributes, 4);
	ck_assert(packet_has(&packet, ATTR_NAS_IDENTIFIER));
	memcpy(disconnect.nas, "2001:db8::1", 12);
	encode(&disconnect);
	ck_assert(packet_has(&packet, ATTR_NAS_IPV6_ADDRESS));
	disconnect.session[0] = '\0';
	wf_buf_cut(&request, 0);
	ck_assert_int_eq(disconnect_encode(&binding, &disconnect, 9, &request), WF_INVALID);
}
END_TEST

START_TEST(answers)
{
	const struct disconnect disconnect = {.user = "alice", .session = "s1"};

	encode(&disconnect);
	craft_begin(&answer, CODE_DISCONNECT_ACK);
	ck_assert_int_eq(take(CODE_DISCONNECT_ACK, 9, "secret"), WF_OK);
	ck_assert_uint_eq(cause, 0);
	craft_add(&answer, ATTR_ERROR_CAUSE, "\0\0\1\xf7", 4);
	ck_assert_int_eq(take(CODE_DISCONNECT_NAK, 9, "secret"), WF_NO);
	ck_assert_uint_eq(cause, 503);
	ck_assert_int_eq(take(CODE_DISCONNECT_ACK, 9, "secreT"), WF_INVALID);
	ck_assert_int_eq(take(CODE_DISCONNECT_ACK, 8, "secret"), WF_INVALID);
	ck_assert_int_eq(take(CODE_ACCESS_ACCEPT, 9, "secret"), WF_INVALID);
	ck_assert_int_eq(take(CODE_DISCONNECT_REQUEST, 9, "secret"), WF_INVALID);
	sign(CODE_DISCONNECT_ACK, 9, "secret");
	answer.bytes[answer.len - 1] ^= 1;
	ck_assert_int_eq(
		disconnect_read(&binding, &request, answer.bytes, answer.len, &cause), WF_INVALID);
	ck_assert_int_eq(disconnect_read(&binding, &request, answer.bytes, 19, &cause), WF_INVALID);
}
END_TEST

static Suite *
disconnect_suite(void)
{
	Suite *suite = suite_create("disconnect");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, h1_signed_like_accounting);
	tcase_add_test(tc, h2_what_it_holds);
	tcase_add_test(tc, answers);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(disconnect_suite)
