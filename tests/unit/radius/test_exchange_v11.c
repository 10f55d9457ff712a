/*
 * RADIUS/1.1 (RFC 9765; checklist G2, G3): Tokens in place of identifiers and authenticators,
 * nothing hidden, nothing signed, nothing resent.
 */
#include "config.h"

#include "tests/unit/radius/exchange_rig.h"

static const uint8_t nonce[ROUTE_NONCE] = {7};
static size_t hung_up;

static void
note_hang_up(const struct route *route, const char *why)
{
	ck_assert(route->nonce == nonce && why[0] != '\0');
	hung_up++;
}

static const struct route_ops v11_ops = {.send = take_reply, .hang_up = note_hang_up};

static void
setup_v11(void)
{
	setup();
	hung_up = 0;
}

static void
give(const struct craft *craft)
{
	struct route route = route_of("::ffff:198.51.100.9");

	route.ops = &v11_ops;
	route.place = &hung_up;
	route.listener = 100;
	route.accounting = true;
	route.client = &client;
	route.nonce = nonce;
	exchanges_receive(exchanges, &route, craft->bytes, craft->len, SECOND);
}

/* A header with this Token; the octets that are reserved are not zero, which says nothing. */
static void
begin(struct craft *craft, uint8_t code, uint8_t token)
{
	craft_begin(craft, code);
	craft->bytes[1] = 99;
	memset(craft->bytes + 4, token, PACKET_TOKEN);
}

static void
make(struct craft *craft, uint8_t token, const char *password)
{
	begin(craft, CODE_ACCESS_REQUEST, token);
	craft_text(craft, ATTR_USER_NAME, "alice");
	craft_text(craft, ATTR_NAS_IDENTIFIER, "nas");
	craft_text(craft, ATTR_USER_PASSWORD, password);
	craft_end(craft);
}

static void
expect_reply(uint8_t code, uint8_t token)
{
	static const uint8_t zeros[PACKET_AUTHENTICATOR - PACKET_TOKEN];
	struct packet reply;

	ck_assert_int_eq(packet_read(last, last_len, &reply), PACKET_FINE);
	ck_assert_uint_eq(reply.code, code);
	ck_assert_uint_eq(reply.id, 0);
	for (size_t i = 0; i < PACKET_TOKEN; i++)
		ck_assert_uint_eq(reply.authenticator[i], token);
	ck_assert_mem_eq(reply.authenticator + PACKET_TOKEN, zeros, sizeof(zeros));
	ck_assert(!packet_has(&reply, ATTR_MESSAGE_AUTHENTICATOR));
}

START_TEST(g2_the_token_comes_back)
{
	static const struct {
		enum wf_verdict verdict;
		uint8_t code;
	} rows[] = {
		{WF_VERDICT_ACCEPT, CODE_ACCESS_ACCEPT},
		{WF_VERDICT_REJECT, CODE_ACCESS_REJECT},
	};
	struct craft craft;

	make(&craft, 0x5a, "open it");
	give(&craft);
	ck_assert_uint_eq(asked, 1);
	answer(tags[0], rows[_i].verdict, SECOND);
	ck_assert_uint_eq(sent, 1);
	expect_reply(rows[_i].code, 0x5a);
	ck_assert_uint_eq(hung_up + said, 0);
}
END_TEST

/* More than there are identifiers, answered in another order. */
START_TEST(g2_tokens_tell_requests_apart)
{
	struct craft craft;

	for (uint8_t token = 1; token <= 3; token++) {
		make(&craft, token, "open it");
		give(&craft);
	}
	ck_assert_uint_eq(asked, 3);
	for (uint8_t token = 3; token >= 1; token--) {
		answer(tags[token - 1], WF_VERDICT_ACCEPT, SECOND);
		expect_reply(CODE_ACCESS_ACCEPT, token);
	}
	ck_assert_uint_eq(sent, 3);
	ck_assert_uint_eq(count(STATS_REPLACED), 0);
}
END_TEST

/* Each is asked about; that two are the same request is for the daemon to know, by their key. */
START_TEST(g2_nothing_is_a_duplicate_here)
{
	struct craft craft;

	make(&craft, 1, "open it");
	give(&craft);
	give(&craft);
	ck_assert_uint_eq(asked, 2);
	answer(tags[0], WF_VERDICT_ACCEPT, SECOND);
	answer(tags[1], WF_VERDICT_ACCEPT, SECOND);
	ck_assert_uint_eq(sent, 2);
	give(&craft);
	ck_assert_uint_eq(asked, 3);
	ck_assert_uint_eq(count(STATS_DUPLICATES_BUSY) + count(STATS_DUPLICATES_KNOWN), 0);
}
END_TEST

START_TEST(g2_what_ends_early_is_let_go_of)
{
	struct craft craft;

	asks = WF_UNAVAILABLE;
	make(&craft, 1, "open it");
	give(&craft);
	ck_assert_uint_eq(exchanges_count(exchanges), 0);
	asks = WF_OK;
	give(&craft);
	exchanges_hung_up(exchanges, &hung_up);
	ck_assert_uint_eq(exchanges_count(exchanges), 0);
	config.rate = 1;
	give(&craft);
	give(&craft);
	config.rate = 1000;
	ck_assert_uint_gt(count(STATS_RATE), 0);
}
END_TEST

/* What stands there is passed over, whatever its form: it must not be sent (RFC 9765 5.2). */
START_TEST(g3_a_message_authenticator_means_nothing)
{
	static const uint8_t wrong[20] = {1, 2, 3};
	static const size_t lengths[] = {16, 0, 20};
	struct craft craft;

	make(&craft, 4, "open it");
	for (int twice = 0; twice < 2; twice++)
		craft_add(&craft, ATTR_MESSAGE_AUTHENTICATOR, wrong, lengths[_i]);
	craft_end(&craft);
	give(&craft);
	ck_assert_uint_eq(asked, 1);
	ck_assert_uint_eq(hung_up + said, 0);
}
END_TEST

START_TEST(g3_accounting_and_status_need_no_signature)
{
	struct craft craft;

	begin(&craft, CODE_ACCOUNTING_REQUEST, 5);
	craft_add(&craft, ATTR_ACCT_STATUS_TYPE, "\0\0\0\1", 4);
	craft_text(&craft, ATTR_ACCT_SESSION_ID, "s1");
	craft_text(&craft, ATTR_USER_NAME, "alice");
	craft_text(&craft, ATTR_NAS_IDENTIFIER, "nas");
	craft_end(&craft);
	give(&craft);
	ck_assert_uint_eq(asked, 1);
	answer(tags[0], WF_VERDICT_ACCEPT, SECOND);
	expect_reply(CODE_ACCOUNTING_RESPONSE, 5);
	begin(&craft, CODE_STATUS_SERVER, 6);
	craft_end(&craft);
	give(&craft);
	expect_reply(CODE_ACCESS_ACCEPT, 6);
	ck_assert_uint_eq(hung_up, 0);
}
END_TEST

START_TEST(g3_other_codes_are_told)
{
	struct craft craft;

	begin(&craft, CODE_COA_ACK - 1, 8); /* CoA-Request */
	craft_end(&craft);
	give(&craft);
	expect_reply(CODE_PROTOCOL_ERROR, 8);
}
END_TEST

/* EAP is refused as everywhere, and not for want of a signature. */
START_TEST(g3_eap_keeps_its_place)
{
	struct craft craft;

	begin(&craft, CODE_ACCESS_REQUEST, 9);
	craft_text(&craft, ATTR_USER_NAME, "alice");
	craft_text(&craft, ATTR_NAS_IDENTIFIER, "nas");
	craft_add(&craft, ATTR_EAP_MESSAGE, "\2\1\0\5\1", 5);
	craft_end(&craft);
	give(&craft);
	expect_reply(CODE_ACCESS_REJECT, 9);
	ck_assert_uint_eq(count(STATS_RULE), 0);
}
END_TEST

START_TEST(g3_passwords_have_1_to_128_octets)
{
	static const struct {
		size_t len;
		bool asked;
	} rows[] = {{0, false}, {1, true}, {17, true}, {128, true}, {129, false}};
	char password[130] = "";
	struct craft craft;

	memset(password, 'p', rows[_i].len);
	make(&craft, 3, password);
	give(&craft);
	ck_assert_uint_eq(asked, rows[_i].asked);
	if (!rows[_i].asked)
		expect_reply(CODE_ACCESS_REJECT, 3);
}
END_TEST

/* F2 holds as it does for RADIUS/1.0. */
START_TEST(g2_what_is_no_packet_ends_the_connection)
{
	struct craft craft;

	make(&craft, 1, "open it");
	craft.bytes[PACKET_HEADER + 1] = 1;
	give(&craft);
	ck_assert_uint_eq(hung_up, 1);
	ck_assert_uint_eq(asked + sent, 0);
}
END_TEST

static Suite *
exchange_v11_suite(void)
{
	Suite *suite = suite_create("radius_exchange_v11");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup_v11, teardown);
	tcase_add_loop_test(tc, g2_the_token_comes_back, 0, 2);
	tcase_add_test(tc, g2_tokens_tell_requests_apart);
	tcase_add_test(tc, g2_nothing_is_a_duplicate_here);
	tcase_add_test(tc, g2_what_ends_early_is_let_go_of);
	tcase_add_test(tc, g2_what_is_no_packet_ends_the_connection);
	tcase_add_loop_test(tc, g3_a_message_authenticator_means_nothing, 0, 3);
	tcase_add_test(tc, g3_accounting_and_status_need_no_signature);
	tcase_add_test(tc, g3_other_codes_are_told);
	tcase_add_test(tc, g3_eap_keeps_its_place);
	tcase_add_loop_test(tc, g3_passwords_have_1_to_128_octets, 0, 5);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(exchange_v11_suite)
