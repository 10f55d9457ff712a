/*
 * The load generator's requests, read by the server's own code; and replies that are right, and
 * those that are not.
 */
#include "config.h"

#include <string.h>

#include "radius/authenticator.h"
#include "radius/request.h"
#include "tests/bench/radius_packets.h"
#include "tests/unit/unit.h"

#define SECRET "a secret of the benchmarks alone"

static struct asker asker;
static uint8_t request[REQUEST_MAX];
static size_t request_len;
static const uint8_t authenticator[PACKET_AUTHENTICATOR] = {
	9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 6};

static void
ask(bool message_authenticator, const char *password, const struct asker_state *state)
{
	const struct asker_login login = {.id = 200,
		.authenticator = authenticator,
		.name = "u0000001",
		.password = password,
		.state = state};

	asker_clear(&asker);
	ck_assert(asker_init(&asker, SECRET, message_authenticator));
	request_len = asker_request(&asker, &login, request);
}

static void
stop(void)
{
	asker_clear(&asker);
}

/* What a server makes of it. */
static void
read_back(const char *password, bool has_message, bool has_state)
{
	struct binding binding = {.digest = asker.digest, .secret = &asker.secret};
	struct wf_secret found = WF_SECRET_EMPTY;
	struct packet packet;

	ck_assert_int_eq(packet_read(request, request_len, &packet), PACKET_FINE);
	ck_assert_uint_eq(packet.id, 200);
	ck_assert_int_eq(authenticator_verify_message(&binding, &packet),
		has_message ? WF_OK : WF_NOT_FOUND);
	ck_assert_int_eq(request_check(&packet)->answer, REQUEST_EVALUATE);
	ck_assert_int_eq(authenticator_reveal(&binding, &packet,
				 packet_next(&packet, ATTR_USER_PASSWORD, NULL), &found),
		WF_OK);
	ck_assert_uint_eq(found.len, strlen(password));
	ck_assert_mem_eq(found.bytes, password, found.len);
	ck_assert(packet_has(&packet, ATTR_STATE) == has_state);
	wf_secret_clear(&found);
}

START_TEST(requests)
{
	const struct asker_state state = {
		.len = 40, .bytes = "0123456789012345678901234567890123456789"};
	char longest[130];

	ask(true, "123456", NULL);
	read_back("123456", true, false);
	ask(true, "a password of more than sixteen octets", &state);
	read_back("a password of more than sixteen octets", true, true);
	ask(false, "exactly 16 chars", NULL);
	read_back("exactly 16 chars", false, false);
	memset(longest, 'x', sizeof(longest));
	longest[129] = '\0';
	ask(true, longest, NULL);
	ck_assert_uint_eq(request_len, 0);
}
END_TEST

/* A reply whose octet `i` was changed.  Its own authenticator is no part of the HMAC. */
static void
check_refused(const struct packet *reply, size_t i)
{
	bool of_header = i >= 4 && i < PACKET_HEADER;
	bool first;

	ck_assert_msg(!asker_verify(&asker, request, reply), "octet %zu", i);
	if (!of_header && reply->message_authenticator != NULL)
		ck_assert_msg(
			!asker_verify_message(&asker, request, reply, &first), "octet %zu", i);
}

START_TEST(replies)
{
	struct binding binding;
	struct packet asked;
	struct packet reply;
	struct wf_buf frame;
	bool first = false;

	ask(true, "123456", NULL);
	binding = (struct binding){.digest = asker.digest, .secret = &asker.secret};
	ck_assert_int_eq(packet_read(request, request_len, &asked), PACKET_FINE);
	wf_buf_init(&frame, PACKET_MAX);
	ck_assert_int_eq(reply_begin(&frame, CODE_ACCESS_ACCEPT, &asked), WF_OK);
	ck_assert_int_eq(reply_add(&frame, ATTR_CLASS, "staff", 5), WF_OK);
	ck_assert_int_eq(reply_end(&binding, &frame, &asked), WF_OK);
	ck_assert_int_eq(packet_read(frame.data, frame.len, &reply), PACKET_FINE);
	ck_assert(asker_verify(&asker, request, &reply));
	ck_assert(asker_verify_message(&asker, request, &reply, &first));
	ck_assert(first);
	for (size_t i = 0; i < frame.len; i++) {
		frame.data[i] ^= 1;
		if (packet_read(frame.data, frame.len, &reply) == PACKET_FINE)
			check_refused(&reply, i);
		frame.data[i] ^= 1;
	}
	wf_buf_clear(&frame);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("bench/radius_packets");
	TCase *tcase = tcase_create("radius_packets");

	tcase_add_checked_fixture(tcase, NULL, stop);
	tcase_add_test(tcase, requests);
	tcase_add_test(tcase, replies);
	suite_add_tcase(suite, tcase);
	return suite;
}

UNIT_MAIN(make_suite)
