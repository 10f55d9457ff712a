/* Access-Requests of our own: what a server makes of them, and which answers are taken for one. */
#include "config.h"

#include <string.h>

#include "radius/access.h"
#include "radius/request.h"
#include "tests/unit/radius/craft.h"
#include "tests/unit/unit.h"

#define STATE "0123456789012345678901234567890123456789"

static struct binding binding;
static struct wf_secret password;
static struct wf_buf frame, reply;
static struct packet packet, answer;
static struct access_request request;

static void
setup(void)
{
	craft_binding(&binding, "plum blossom lane");
	wf_buf_init(&frame, PACKET_MAX);
	wf_buf_init(&reply, PACKET_MAX);
	ck_assert_int_eq(wf_secret_set(&password, "correct horse battery", 21), WF_OK);
	request = (struct access_request){.user = "alice",
		.password = &password,
		.nas = "here",
		.id = 7,
		.authenticator = {1, 2, 3}};
}

static void
teardown(void)
{
	wf_secret_clear(&password);
	wf_buf_clear(&frame);
	wf_buf_clear(&reply);
	craft_unbind(&binding);
}

static void
encode(void)
{
	wf_buf_cut(&frame, 0);
	ck_assert_int_eq(access_encode(&binding, &request, &frame), WF_OK);
	ck_assert_int_eq(packet_read(frame.data, frame.len, &packet), PACKET_FINE);
}

/* What a server checks of a request, in its order. */
START_TEST(a_server_takes_it)
{
	struct wf_secret came = WF_SECRET_EMPTY;
	const struct attribute *hidden;

	encode();
	ck_assert_uint_eq(packet.code, CODE_ACCESS_REQUEST);
	ck_assert_uint_eq(packet.attributes[0].type, ATTR_MESSAGE_AUTHENTICATOR);
	ck_assert_int_eq(authenticator_verify_message(&binding, &packet), WF_OK);
	ck_assert_int_eq(request_check(&packet)->answer, REQUEST_EVALUATE);
	hidden = packet_next(&packet, ATTR_USER_PASSWORD, NULL);
	ck_assert_int_eq(authenticator_reveal(&binding, &packet, hidden, &came), WF_OK);
	ck_assert(wf_secret_equal(&came, &password));
	ck_assert(!packet_has(&packet, ATTR_STATE));
	wf_secret_clear(&came);
}
END_TEST

START_TEST(a_state_goes_back_as_it_came)
{
	const struct attribute *state;

	request.state = (const uint8_t *)STATE;
	request.state_len = strlen(STATE);
	encode();
	state = packet_next(&packet, ATTR_STATE, NULL);
	ck_assert_ptr_nonnull(state);
	ck_assert_uint_eq(state->len, strlen(STATE));
	ck_assert_mem_eq(state->value, STATE, state->len);
	ck_assert_int_eq(authenticator_verify_message(&binding, &packet), WF_OK);
}
END_TEST

START_TEST(a8_length_of_the_password)
{
	static const struct {
		size_t len;
		wf_status status;
		uint8_t hidden;
	} rows[] = {{0, WF_INVALID, 0}, {1, WF_OK, 16}, {16, WF_OK, 16}, {17, WF_OK, 32},
		{128, WF_OK, 128}, {129, WF_TOO_LONG, 0}};
	uint8_t text[129];

	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		wf_buf_cut(&frame, 0);
		ck_assert_int_eq(wf_secret_set(&password, text, rows[i].len), WF_OK);
		ck_assert_int_eq(access_encode(&binding, &request, &frame), rows[i].status);
		if (rows[i].status != WF_OK)
			continue;
		encode();
		ck_assert_uint_eq(
			packet_next(&packet, ATTR_USER_PASSWORD, NULL)->len, rows[i].hidden);
	}
}
END_TEST

static enum access_fault
check(void)
{
	return access_check(&binding, &request, reply.data, reply.len, &answer);
}

/* The reply of a server to the request. */
static void
answer_with(enum packet_code code)
{
	encode();
	wf_buf_cut(&reply, 0);
	ck_assert_int_eq(reply_begin(&reply, code, &packet), WF_OK);
	ck_assert_int_eq(reply_add(&reply, ATTR_REPLY_MESSAGE, "hello", 5), WF_OK);
	ck_assert_int_eq(reply_end(&binding, &reply, &packet), WF_OK);
}

START_TEST(answers)
{
	static const struct {
		enum packet_code code;
		enum access_fault fault;
	} rows[] = {{CODE_ACCESS_ACCEPT, ACCESS_FINE}, {CODE_ACCESS_REJECT, ACCESS_FINE},
		{CODE_ACCESS_CHALLENGE, ACCESS_FINE}, {CODE_ACCESS_REQUEST, ACCESS_FORM},
		{CODE_PROTOCOL_ERROR, ACCESS_FORM}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		answer_with(rows[i].code);
		ck_assert_int_eq(check(), rows[i].fault);
	}
}
END_TEST

/* A5, I1: no octet of the answer can be changed, and no other request has this answer. */
START_TEST(a5_forged_answers)
{
	struct binding other = binding;
	struct wf_secret wrong = WF_SECRET_EMPTY;

	answer_with(CODE_ACCESS_ACCEPT);
	for (size_t i = 0; i < reply.len; i++) {
		reply.data[i] ^= 0x40;
		ck_assert_int_ne(check(), ACCESS_FINE);
		reply.data[i] ^= 0x40;
	}
	ck_assert_int_eq(check(), ACCESS_FINE);
	request.authenticator[15] ^= 1;
	ck_assert_int_eq(check(), ACCESS_AUTHENTICATOR);
	request.authenticator[15] ^= 1;
	request.id++;
	ck_assert_int_eq(check(), ACCESS_ID);
	request.id--;
	ck_assert_int_eq(wf_secret_set(&wrong, "another", 7), WF_OK);
	other.secret = &wrong;
	ck_assert_int_eq(access_check(&other, &request, reply.data, reply.len, &answer),
		ACCESS_AUTHENTICATOR);
	ck_assert_int_eq(access_check(&binding, &request, reply.data, 19, &answer), ACCESS_FORM);
	wf_secret_clear(&wrong);
}
END_TEST

/* Signs the header anew, as one could who knows the secret; the Message-Authenticator stays. */
static void
sign_header(void)
{
	const struct digest_part parts[] = {
		{reply.data, 4},
		{request.authenticator, PACKET_AUTHENTICATOR},
		{reply.data + PACKET_HEADER, reply.len - PACKET_HEADER},
		{binding.secret->bytes, binding.secret->len},
	};
	uint8_t md5[DIGEST_LEN];

	ck_assert_int_eq(digest_md5(binding.digest, parts, 4, md5), WF_OK);
	memcpy(reply.data + 4, md5, sizeof(md5));
}

START_TEST(i1_unsigned_answers)
{
	answer_with(CODE_ACCESS_ACCEPT);
	reply.data[PACKET_HEADER + 2] ^= 1;
	sign_header();
	ck_assert_int_eq(check(), ACCESS_SIGNATURE);
	reply.data[PACKET_HEADER] = ATTR_CLASS;
	sign_header();
	ck_assert_int_eq(check(), ACCESS_UNSIGNED);
}
END_TEST

static Suite *
access_suite(void)
{
	Suite *suite = suite_create("access");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_server_takes_it);
	tcase_add_test(tc, a_state_goes_back_as_it_came);
	tcase_add_test(tc, a8_length_of_the_password);
	tcase_add_test(tc, answers);
	tcase_add_test(tc, a5_forged_answers);
	tcase_add_test(tc, i1_unsigned_answers);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(access_suite)
