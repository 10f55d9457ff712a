/*
 * Exchanges whose packets come by a TLS connection: what is demanded of them and what is not, and
 * what ends the connection (checklist F).
 */
#include "config.h"

#include "tests/unit/radius/exchange_rig.h"

static uint8_t places[2]; /* two connections */
static size_t hung_up;

static void
note_hang_up(const struct route *route, const char *why)
{
	ck_assert_ptr_nonnull(why);
	ck_assert(route->place == &places[0] || route->place == &places[1]);
	hung_up++;
}

static const struct route_ops tls_ops = {.send = take_reply, .hang_up = note_hang_up};

/* F5, F8: the client is known by its connection, the secret is the fixed one. */
static struct route
tls_route(uint32_t number)
{
	struct route route = route_of("::ffff:198.51.100.9");

	route.ops = &tls_ops;
	route.place = &places[number];
	route.listener = 100 + number;
	route.accounting = true;
	route.client = &client;
	return route;
}

static void
receive_tls(struct craft *craft, uint32_t number)
{
	const struct route route = tls_route(number);

	exchanges_receive(exchanges, &route, craft->bytes, craft->len, SECOND);
}

static void
setup_tls(void)
{
	setup();
	craft_unbind(&binding);
	craft_binding(&binding, "radsec");
	hung_up = 0;
}

/* The reply is right by the fixed secret. */
static void
expect_reply(uint8_t code, const struct craft *request)
{
	struct packet packet;
	uint8_t zeroed[PACKET_MAX], digest[DIGEST_LEN];
	const struct digest_part parts[] = {{zeroed, last_len}, {"radsec", 6}};

	ck_assert_uint_eq(sent, 1);
	ck_assert_int_eq(packet_read(last, last_len, &packet), PACKET_FINE);
	ck_assert_uint_eq(packet.code, code);
	memcpy(zeroed, last, last_len);
	memcpy(zeroed + 4, request->bytes + 4, PACKET_AUTHENTICATOR);
	ck_assert_int_eq(digest_md5(binding.digest, parts, 2, digest), WF_OK);
	ck_assert_mem_eq(packet.authenticator, digest, DIGEST_LEN);
}

START_TEST(f5_a_login_with_the_fixed_secret)
{
	struct craft craft;

	make_login(&craft);
	receive_tls(&craft, 0);
	ck_assert_uint_eq(asked, 1);
	answer(tags[0], WF_VERDICT_ACCEPT, SECOND);
	expect_reply(CODE_ACCESS_ACCEPT, &craft);
	ck_assert_uint_eq(hung_up, 0);
}
END_TEST

/* The client's own secret and its rule about Message-Authenticators are for datagrams. */
START_TEST(f5_no_authenticator_is_needed)
{
	struct craft craft;

	ck_assert_int_eq(config.message_authenticator, CLIENT_AUTHENTICATOR_REQUIRED);
	make_login(&craft);
	craft.len -= 18;
	craft_text(&craft, ATTR_PROXY_STATE, "hop 1");
	craft_end(&craft);
	receive_tls(&craft, 0);
	ck_assert_uint_eq(asked, 1);
	ck_assert_uint_eq(said, 0);
	ck_assert_uint_eq(count(STATS_PROTECTION + PROTECTION_UNSIGNED), 0);
}
END_TEST

START_TEST(f8_accounting_on_the_same_connection)
{
	struct craft craft;

	make_record(&craft, "radsec");
	receive_tls(&craft, 0);
	ck_assert_uint_eq(asked, 1);
	answer(tags[0], WF_VERDICT_ACCEPT, SECOND);
	ck_assert_uint_eq(last[0], CODE_ACCOUNTING_RESPONSE);
	ck_assert_uint_eq(hung_up, 0);
}
END_TEST

/* A packet with an attribute of this length octet at its end. */
static void
bad_attribute(struct craft *craft, uint8_t len)
{
	make_login(craft);
	craft->bytes[craft->len++] = ATTR_CLASS;
	craft->bytes[craft->len++] = len;
	craft_end(craft);
}

static void
bad_record(struct craft *craft, uint8_t arg)
{
	(void)arg;
	make_record(craft, "secret");
}

static void
bad_signature(struct craft *craft, uint8_t code)
{
	make_login(craft);
	craft->bytes[0] = code;
	craft->bytes[craft->len - 1] ^= 1;
}

static void
unsigned_status(struct craft *craft, uint8_t arg)
{
	(void)arg;
	craft_begin(craft, CODE_STATUS_SERVER);
	craft_end(craft);
}

static const struct {
	void (*make)(struct craft *craft, uint8_t arg);
	uint8_t arg;
} breaches[] = {
	{bad_attribute, 0},
	{bad_attribute, 1},
	{bad_attribute, 3},
	{bad_record, 0},
	{bad_signature, CODE_ACCESS_REQUEST},
	{bad_signature, CODE_STATUS_SERVER},
	{unsigned_status, 0},
};

START_TEST(f2_such_a_packet_ends_its_connection)
{
	struct craft craft;

	breaches[_i].make(&craft, breaches[_i].arg);
	receive_tls(&craft, 0);
	ck_assert_uint_eq(hung_up, 1);
	ck_assert_uint_eq(asked + sent, 0);
	/* A datagram of the same kind is dropped, and that is all. */
	receive(&craft, SECOND);
	ck_assert_uint_eq(hung_up, 1);
}
END_TEST

/* Right, but more than is looked at: its connection is not at fault. */
START_TEST(f2_too_many_attributes_are_dropped)
{
	struct craft craft;

	craft_begin(&craft, CODE_ACCESS_REQUEST);
	for (int i = 0; i <= PACKET_ATTRIBUTES_MAX; i++)
		craft_text(&craft, ATTR_CLASS, "x");
	craft_end(&craft);
	receive_tls(&craft, 0);
	ck_assert_uint_eq(hung_up + asked + sent, 0);
	ck_assert_uint_eq(count(STATS_FORM + PACKET_TOO_MANY), 1);
}
END_TEST

/* Who is told what is of no use here is told it at his rate. */
START_TEST(f7_within_the_rate)
{
	struct craft craft;

	config.rate = 1;
	for (int i = 0; i < 5; i++) {
		craft_begin(&craft, CODE_DISCONNECT_REQUEST);
		craft_end(&craft);
		receive_tls(&craft, 0);
	}
	config.rate = 1000;
	ck_assert_uint_eq(sent, 1);
	ck_assert_uint_eq(count(STATS_RATE), 4);
}
END_TEST

START_TEST(f3_a_closed_connection_has_no_replies)
{
	struct craft craft;

	make_login(&craft);
	receive_tls(&craft, 0);
	receive_tls(&craft, 1); /* the same request, but not the same connection */
	ck_assert_uint_eq(asked, 2);
	receive_tls(&craft, 1);
	ck_assert_uint_eq(count(STATS_DUPLICATES_BUSY), 1);
	exchanges_hung_up(exchanges, &places[0]);
	ck_assert_uint_eq(count(STATS_HUNG_UP), 1);
	ck_assert_uint_eq(exchanges_count(exchanges), 1);
	answer(tags[0], WF_VERDICT_ACCEPT, SECOND);
	ck_assert_uint_eq(sent, 0);
	answer(tags[1], WF_VERDICT_ACCEPT, SECOND);
	ck_assert_uint_eq(sent, 1);
	receive_tls(&craft, 1); /* D2 within a connection */
	ck_assert_uint_eq(sent, 2);
	ck_assert_uint_eq(asked, 2);
}
END_TEST

START_TEST(f3_waiting_ones_of_a_closed_connection)
{
	struct craft craft;

	up = false;
	make_login(&craft);
	receive_tls(&craft, 0);
	exchanges_hung_up(exchanges, &places[0]);
	up = true;
	exchanges_pump(exchanges, SECOND);
	ck_assert_uint_eq(asked, 0);
	ck_assert_uint_eq(exchanges_count(exchanges), 0);
}
END_TEST

START_TEST(e2_f3_status_server_on_the_shared_connection)
{
	struct craft craft;

	craft_begin(&craft, CODE_STATUS_SERVER);
	craft.bytes[1] = 0; /* the watchdog's own identifier */
	craft_sign(&craft, &binding);
	receive_tls(&craft, 0);
	expect_reply(CODE_ACCESS_ACCEPT, &craft);
	ck_assert_uint_eq(hung_up, 0);
}
END_TEST

/* Disconnect- and CoA-Request, and what no RFC knows. */
START_TEST(f7_requests_of_no_use_here_are_told_so)
{
	static const uint8_t codes[] = {CODE_DISCONNECT_REQUEST, 43, 13, 250};
	const struct attribute *original;
	struct craft craft;
	struct packet packet;
	uint32_t cause;

	craft_begin(&craft, codes[_i]);
	craft_text(&craft, ATTR_PROXY_STATE, "hop 1");
	craft_end(&craft);
	receive_tls(&craft, 0);
	expect_reply(CODE_PROTOCOL_ERROR, &craft);
	ck_assert_int_eq(packet_read(last, last_len, &packet), PACKET_FINE);
	ck_assert(packet_number(&packet, ATTR_ERROR_CAUSE, &cause));
	ck_assert_uint_eq(cause, 406);
	original = packet_next(&packet, ATTR_EXTENDED_1, NULL);
	ck_assert_ptr_nonnull(original);
	ck_assert_uint_eq(original->len, 5);
	ck_assert_uint_eq(original->value[0], 4);
	ck_assert_uint_eq(original->value[4], codes[_i]);
	ck_assert(packet_has(&packet, ATTR_PROXY_STATE));
	ck_assert_uint_eq(hung_up, 0);
	receive(&craft, SECOND); /* a datagram is not answered */
	ck_assert_uint_eq(sent, 1);
}
END_TEST

/* A reply to a reply would never end. */
START_TEST(f2_replies_are_dropped)
{
	static const uint8_t codes[] = {2, 3, 5, 11, 41, 42, 44, 45, 52};
	struct craft craft;

	craft_begin(&craft, codes[_i]);
	craft_end(&craft);
	receive_tls(&craft, 0);
	ck_assert_uint_eq(sent + hung_up, 0);
	ck_assert_uint_eq(count(STATS_CODE), 1);
}
END_TEST

static Suite *
exchange_tls_suite(void)
{
	Suite *suite = suite_create("exchange_tls");
	TCase *tls = tcase_create("tls");

	tcase_add_checked_fixture(tls, setup_tls, teardown);
	tcase_add_test(tls, f5_a_login_with_the_fixed_secret);
	tcase_add_test(tls, f5_no_authenticator_is_needed);
	tcase_add_test(tls, f8_accounting_on_the_same_connection);
	tcase_add_loop_test(tls, f2_such_a_packet_ends_its_connection, 0,
		sizeof(breaches) / sizeof(breaches[0]));
	tcase_add_test(tls, f2_too_many_attributes_are_dropped);
	tcase_add_test(tls, f7_within_the_rate);
	tcase_add_test(tls, f3_a_closed_connection_has_no_replies);
	tcase_add_test(tls, f3_waiting_ones_of_a_closed_connection);
	tcase_add_test(tls, e2_f3_status_server_on_the_shared_connection);
	tcase_add_loop_test(tls, f7_requests_of_no_use_here_are_told_so, 0, 4);
	tcase_add_loop_test(tls, f2_replies_are_dropped, 0, 9);
	suite_add_tcase(suite, tls);
	return suite;
}

UNIT_MAIN(exchange_tls_suite)
