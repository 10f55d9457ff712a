/* The life of requests, with a daemon and a network that are functions here. */
#include "config.h"

#include "common/text.h"
#include "tests/unit/radius/exchange_rig.h"
#include "tests/unit/faults.h"

START_TEST(verdicts)
{
	static const struct {
		enum wf_verdict verdict;
		uint8_t code; /* 0: no reply */
	} rows[] = {
		{WF_VERDICT_ACCEPT, CODE_ACCESS_ACCEPT},
		{WF_VERDICT_REJECT, CODE_ACCESS_REJECT},
		{WF_VERDICT_UNAVAILABLE, 0},
		{WF_VERDICT_IGNORE, 0},
		{WF_VERDICT_CHANGE, CODE_ACCESS_REJECT},
		{WF_VERDICT_EXPIRED, CODE_ACCESS_REJECT},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t before = sent;

		send_login(SECOND);
		ck_assert_uint_eq(asked, i + 1);
		answer(tags[i], rows[i].verdict, SECOND);
		ck_assert_uint_eq(sent - before, rows[i].code != 0);
		if (rows[i].code != 0)
			ck_assert_uint_eq(last[0], rows[i].code);
		ck_assert_uint_eq(exchanges_count(exchanges), 0);
	}
}
END_TEST

/* Of the reply that was sent last. */
static const char *
reply_text(void)
{
	static char text[ATTRIBUTE_VALUE_MAX + 1];
	const struct attribute *attribute;
	struct packet packet;

	ck_assert_int_eq(packet_read(last, last_len, &packet), PACKET_FINE);
	attribute = packet_next(&packet, ATTR_REPLY_MESSAGE, NULL);
	ck_assert_ptr_nonnull(attribute);
	snprintf(text, sizeof(text), "%.*s", (int)attribute->len, (const char *)attribute->value);
	return text;
}

/* The daemon names what is to be said, or says it; of groups it says what it may. */
START_TEST(what_the_daemon_says)
{
	struct wf_msg msg;

	send_login(SECOND);
	ck_assert_int_eq(fill_result(&msg, tags[0], WF_VERDICT_REJECT), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_TEXT_ID, WF_TEXT_REFUSED), WF_OK);
	exchanges_answer(exchanges, &msg, SECOND);
	wf_msg_clear(&msg);
	ck_assert_str_eq(reply_text(), wf_text(WF_TEXT_REFUSED, NULL));
	send_login(SECOND);
	ck_assert_int_eq(fill_result(&msg, tags[1], WF_VERDICT_ACCEPT), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_TEXT, "Good morning."), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_GROUP, "staff"), WF_OK);
	exchanges_answer(exchanges, &msg, SECOND);
	wf_msg_clear(&msg);
	ck_assert_uint_eq(last[0], CODE_ACCESS_ACCEPT);
	ck_assert_str_eq(reply_text(), "Good morning.");
}
END_TEST

/* Silence, and the device may ask again. */
START_TEST(a_challenge_that_is_none)
{
	struct craft craft;
	struct wf_msg msg;

	make_login(&craft);
	for (size_t i = 0; i < 2; i++) {
		receive(&craft, SECOND);
		ck_assert_uint_eq(asked, i + 1);
		wf_msg_init(&msg, WF_MSG_CHALLENGE, WF_WIRE_VERSION);
		ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_TAG, tags[i]), WF_OK);
		exchanges_answer(exchanges, &msg, SECOND); /* neither STATE nor prompt */
		wf_msg_clear(&msg);
	}
	ck_assert_uint_eq(sent, 0);
	ck_assert_uint_eq(count(STATS_UNAVAILABLE), 2);
}
END_TEST

/* A newer packet of the same identifier has its place: the older one's answer goes nowhere. */
START_TEST(an_answer_to_one_that_was_replaced)
{
	struct craft craft;

	make_login_as(&craft, 200, 1);
	receive(&craft, SECOND);
	make_login_as(&craft, 200, 2);
	receive(&craft, SECOND);
	ck_assert_uint_eq(asked, 2);
	answer(tags[0], WF_VERDICT_ACCEPT, SECOND);
	ck_assert_uint_eq(sent, 0);
	answer(tags[1], WF_VERDICT_REJECT, SECOND);
	ck_assert_uint_eq(sent, 1);
	ck_assert_uint_eq(last[0], CODE_ACCESS_REJECT);
}
END_TEST

/* Each tag works once; nothing is answered that was not asked. */
START_TEST(tags_are_checked)
{
	send_login(SECOND);
	answer(tags[0] + 1, WF_VERDICT_ACCEPT, SECOND);
	answer(tags[0] + 4096, WF_VERDICT_ACCEPT, SECOND);
	answer(tags[0] % 4096, WF_VERDICT_ACCEPT, SECOND);
	answer(0, WF_VERDICT_ACCEPT, SECOND);
	ck_assert_uint_eq(sent, 0);
	answer(tags[0], WF_VERDICT_REJECT, SECOND);
	answer(tags[0], WF_VERDICT_ACCEPT, SECOND);
	ck_assert_uint_eq(sent, 1);
	ck_assert_uint_eq(last[0], CODE_ACCESS_REJECT);
}
END_TEST

START_TEST(d2_resent)
{
	struct craft craft;
	uint8_t first[PACKET_MAX];

	make_login(&craft);
	receive(&craft, SECOND);
	receive(&craft, 2 * SECOND);
	ck_assert_uint_eq(asked, 1);
	ck_assert_uint_eq(count(STATS_DUPLICATES_BUSY), 1);
	answer(tags[0], WF_VERDICT_ACCEPT, 2 * SECOND);
	memcpy(first, last, last_len);
	receive(&craft, 20 * SECOND);
	ck_assert_uint_eq(sent, 2);
	ck_assert_mem_eq(first, last, last_len);
	ck_assert_uint_eq(asked, 1);
	/* Its time is over: asked anew. */
	receive(&craft, 2 * SECOND + EXCHANGES_KEEP_US);
	ck_assert_uint_eq(asked, 2);
}
END_TEST

START_TEST(late_and_lost)
{
	struct craft craft;

	make_login(&craft);
	receive(&craft, SECOND);
	answer(tags[0], WF_VERDICT_ACCEPT, 6 * SECOND);
	ck_assert_uint_eq(sent, 0);
	ck_assert_uint_eq(count(STATS_LATE), 1);
	receive(&craft, 7 * SECOND);
	exchanges_tick(exchanges, 12 * SECOND);
	ck_assert_uint_eq(count(STATS_LATE), 2);
	receive(&craft, 13 * SECOND);
	exchanges_lost(exchanges);
	ck_assert_uint_eq(count(STATS_LOST), 1);
	ck_assert_uint_eq(exchanges_count(exchanges), 0);
	answer(tags[2], WF_VERDICT_ACCEPT, 13 * SECOND);
	ck_assert_uint_eq(sent, 0);
	receive(&craft, 14 * SECOND);
	ck_assert_uint_eq(asked, 4);
}
END_TEST

/* While the daemon is away requests wait for it, and go on when it is there. */
START_TEST(waits_for_the_daemon)
{
	up = false;
	send_login(SECOND);
	ck_assert_uint_eq(asked, 0);
	up = true;
	exchanges_pump(exchanges, 2 * SECOND);
	ck_assert_uint_eq(asked, 1);
	up = false;
	send_login(3 * SECOND);
	exchanges_tick(exchanges, 9 * SECOND);
	ck_assert_uint_eq(exchanges_count(exchanges), 0);
	asks = WF_UNAVAILABLE;
	up = true;
	send_login(10 * SECOND);
	ck_assert_uint_eq(count(STATS_LOST), 1);
	asks = WF_NO_MEMORY;
	send_login(10 * SECOND);
	ck_assert_uint_eq(count(STATS_INTERNAL), 1);
	ck_assert_uint_eq(exchanges_count(exchanges), 0);
}
END_TEST

/* No more than the room under way, no more than four waiting; room is used at once. */
START_TEST(bounds)
{
	for (int i = 0; i < 30; i++)
		send_login(SECOND);
	ck_assert_uint_eq(asked, ROOM - ROOM / 8);
	ck_assert_uint_eq(exchanges_count(exchanges), ROOM - ROOM / 8 + 4);
	ck_assert_uint_eq(count(STATS_QUEUE_FULL), 30 - (ROOM - ROOM / 8) - 4);
	answer(tags[0], WF_VERDICT_REJECT, SECOND);
	exchanges_pump(exchanges, SECOND);
	ck_assert_uint_eq(asked, ROOM - ROOM / 8 + 1);
}
END_TEST

START_TEST(d7_known_states_have_room_of_their_own)
{
	static const char state[] = "0123456789012345678901234567890123456789";
	const struct wf_prompt prompt = {.id = 1, .text = WF_TEXT_CODE, .ttl_s = 60};
	static const uint8_t txn[WF_TXN_LEN];
	struct craft craft;
	struct wf_msg msg;

	send_login(SECOND);
	wf_msg_init(&msg, WF_MSG_CHALLENGE, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_TAG, tags[0]), WF_OK);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_TXN, txn, sizeof(txn)), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(&msg, WF_F_STATE, state), WF_OK);
	ck_assert_int_eq(wf_msg_add_prompt(&msg, &prompt), WF_OK);
	exchanges_answer(exchanges, &msg, SECOND);
	wf_msg_clear(&msg);
	ck_assert_uint_eq(last[0], CODE_ACCESS_CHALLENGE);
	for (int i = 0; i < 20; i++)
		send_login(SECOND);
	ck_assert_uint_eq(asked, 1 + ROOM - ROOM / 8);
	/* A State that was sent goes on; one that was not waits like anybody. */
	for (int i = 0; i < 2; i++) {
		craft_begin(&craft, CODE_ACCESS_REQUEST);
		craft.bytes[1] = ++next_id;
		craft_text(&craft, ATTR_USER_NAME, "alice");
		craft_text(&craft, ATTR_NAS_IDENTIFIER, "nas");
		craft_text(&craft, ATTR_STATE,
			i == 0 ? "x123456789012345678901234567890123456789" : state);
		craft_add(&craft, ATTR_USER_PASSWORD, craft.bytes + 4, 16);
		craft_sign(&craft, &binding);
		receive(&craft, SECOND);
		ck_assert_uint_eq(asked, 1 + ROOM - ROOM / 8 + (unsigned)i);
	}
}
END_TEST

START_TEST(a1_strangers)
{
	const struct route route = route_of("::ffff:192.0.2.2");
	struct craft craft;

	make_login(&craft);
	exchanges_receive(exchanges, &route, craft.bytes, craft.len, SECOND);
	exchanges_receive(exchanges, &route, craft.bytes, craft.len, SECOND);
	ck_assert_uint_eq(count(STATS_UNKNOWN_CLIENT), 2);
	ck_assert_uint_eq(said, 1);
	ck_assert_uint_eq(asked + sent, 0);
}
END_TEST

static void
receive_at(bool accounting, struct craft *craft)
{
	struct route route = route_of("::ffff:192.0.2.1");

	route.authentication = !accounting;
	route.accounting = accounting;
	exchanges_receive(exchanges, &route, craft->bytes, craft->len, SECOND);
}

/* Acknowledged when it is stored, and only then. */
START_TEST(b2_records)
{
	static const struct {
		enum wf_verdict verdict;
		bool answered;
	} rows[] = {
		{WF_VERDICT_ACCEPT, true},
		{WF_VERDICT_REJECT, false},
		{WF_VERDICT_UNAVAILABLE, false},
	};
	struct craft craft;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t before = sent;

		make_record(&craft, "secret");
		receive_at(true, &craft);
		ck_assert_uint_eq(asked, i + 1);
		ck_assert_uint_eq(sent, before);
		answer(tags[i], rows[i].verdict, SECOND);
		ck_assert_uint_eq(sent - before, rows[i].answered);
		if (rows[i].answered)
			ck_assert_uint_eq(last[0], CODE_ACCOUNTING_RESPONSE);
	}
	ck_assert_uint_eq(count(STATS_RECORDS), 3);
	receive_at(true, &craft); /* it may come again */
	ck_assert_uint_eq(asked, 4);
}
END_TEST

START_TEST(b1_records_of_somebody_else)
{
	struct craft craft;

	for (int i = 0; i < 2; i++) {
		make_record(&craft, "Secret");
		receive_at(true, &craft);
	}
	ck_assert_uint_eq(count(STATS_AUTHENTICATOR), 2);
	ck_assert_uint_eq(said, 1);
	make_record(&craft, "secret");
	craft.bytes[craft.len - 1] ^= 1;
	receive_at(true, &craft);
	ck_assert_uint_eq(count(STATS_AUTHENTICATOR), 3);
	ck_assert_uint_eq(asked + sent, 0);
}
END_TEST

static void
make_status(struct craft *craft, bool sign)
{
	craft_begin(craft, CODE_STATUS_SERVER);
	craft->bytes[1] = ++next_id;
	if (sign)
		craft_sign(craft, &binding);
}

/* Each listener answers in its own words, and only while logins would be answered. */
START_TEST(e1_status_server)
{
	static const uint8_t replies[] = {CODE_ACCESS_ACCEPT, CODE_ACCOUNTING_RESPONSE};
	struct craft craft;

	for (int accounting = 0; accounting < 2; accounting++) {
		up = true;
		make_status(&craft, true);
		receive_at(accounting, &craft);
		ck_assert_uint_eq(sent, (size_t)accounting + 1);
		ck_assert_uint_eq(last[0], replies[accounting]);
		make_status(&craft, false);
		receive_at(accounting, &craft);
		up = false;
		make_status(&craft, true);
		receive_at(accounting, &craft);
		ck_assert_uint_eq(sent, (size_t)accounting + 1);
	}
	ck_assert_uint_eq(count(STATS_STATUS), 6);
	ck_assert_uint_eq(count(STATS_STATUS_REPLIES), 2);
	ck_assert_uint_eq(count(STATS_UNAVAILABLE), 2);
	ck_assert_uint_eq(count(STATS_PROTECTION + PROTECTION_WRONG), 2);
	ck_assert_uint_eq(asked, 0);
}
END_TEST

/* Not signed, or by somebody else: nothing is asked, and it is said once for each cause. */
START_TEST(c1_protection)
{
	struct craft craft;

	for (int i = 0; i < 2; i++) {
		make_login(&craft);
		craft.bytes[craft.len - 1] ^= 1;
		receive(&craft, SECOND);
		make_login(&craft);
		craft.len -= 18; /* the Message-Authenticator */
		craft_end(&craft);
		receive(&craft, SECOND);
	}
	ck_assert_uint_eq(count(STATS_PROTECTION + PROTECTION_WRONG), 2);
	ck_assert_uint_eq(count(STATS_PROTECTION + PROTECTION_MISSING), 2);
	ck_assert_uint_eq(said, 2);
	ck_assert_uint_eq(asked + sent, 0);
}
END_TEST

/* What is not served where it came to, or nowhere. */
START_TEST(a2_codes)
{
	struct craft craft;

	make_login(&craft);
	receive_at(true, &craft);
	make_record(&craft, "secret");
	receive_at(false, &craft);
	craft_begin(&craft, CODE_ACCESS_ACCEPT);
	receive(&craft, SECOND);
	craft_begin(&craft, 99);
	receive(&craft, SECOND);
	ck_assert_uint_eq(count(STATS_CODE), 4);
	craft_begin(&craft, CODE_ACCESS_REQUEST);
	craft.bytes[3]++; /* longer than it is */
	receive(&craft, SECOND);
	ck_assert_uint_eq(count(STATS_FORM + PACKET_CUT), 1);
	ck_assert_uint_eq(asked + sent, 0);
}
END_TEST

static bool
lose_reply(const struct route *route, const uint8_t *bytes, size_t len)
{
	(void)route;
	(void)bytes;
	(void)len;
	return false;
}

/* A reply that does not leave is remembered: the device asks again. */
START_TEST(a_reply_that_is_lost)
{
	static const struct route_ops losing = {.send = lose_reply};
	struct route route = route_of("::ffff:192.0.2.1");
	struct craft craft;

	route.ops = &losing;
	make_login(&craft);
	exchanges_receive(exchanges, &route, craft.bytes, craft.len, SECOND);
	answer(tags[0], WF_VERDICT_ACCEPT, SECOND);
	ck_assert_uint_eq(count(STATS_SEND), 1);
	exchanges_receive(exchanges, &route, craft.bytes, craft.len, SECOND);
	ck_assert_uint_eq(count(STATS_SEND), 2);
	receive(&craft, SECOND);
	ck_assert_uint_eq(sent, 1);
	ck_assert_uint_eq(last[0], CODE_ACCESS_ACCEPT);
	ck_assert_uint_eq(asked, 1);
}
END_TEST

#ifdef WF_FAULT
static struct craft faulty;
static size_t faulty_sent;

static void
begin_round(void)
{
	make_login(&faulty);
	asked = 0;
	faulty_sent = sent;
}

static wf_status
run_round(void)
{
	struct wf_msg msg;
	wf_status status;

	receive(&faulty, SECOND);
	if (asked != 1)
		return WF_NO_MEMORY;
	status = fill_result(&msg, tags[0], WF_VERDICT_ACCEPT);
	if (status == WF_OK)
		exchanges_answer(exchanges, &msg, SECOND);
	wf_msg_clear(&msg);
	return sent > faulty_sent ? WF_OK : WF_NO_MEMORY;
}

/* An accept or silence; a login that met silence goes through when it comes again. */
static void
end_round(wf_status status)
{
	if (status == WF_OK) {
		ck_assert_uint_eq(last[0], CODE_ACCESS_ACCEPT);
	} else {
		ck_assert_uint_eq(sent, faulty_sent);
		exchanges_lost(exchanges);
		asked = 0;
		receive(&faulty, SECOND);
		ck_assert_uint_eq(asked, 1);
		answer(tags[0], WF_VERDICT_ACCEPT, SECOND);
		ck_assert_uint_eq(sent, faulty_sent + 1);
	}
	ck_assert_uint_eq(exchanges_count(exchanges), 0);
}

START_TEST(faults)
{
	static const struct fault_scenario scenario = {begin_round, run_round, end_round};

	/* what is sent and cannot be remembered is asked of the daemon again, which knows it */
	ck_assert_uint_ge(fault_loop_lenient(&scenario), 3);
}
END_TEST
#endif

START_TEST(rate_of_the_client)
{
	config.rate = 3;
	for (int i = 0; i < 10; i++)
		send_login(SECOND);
	config.rate = 1000;
	ck_assert_uint_eq(asked, 3);
	ck_assert_uint_eq(count(STATS_RATE), 7);
}
END_TEST

START_TEST(bad_options)
{
	struct exchanges_options none = {.under_way_max = 1};
	struct exchanges *nothing = NULL;

	ck_assert_int_eq(exchanges_new(&none, &site, &nothing), WF_INVALID);
	none.under_way_max = EXCHANGES_UNDER_WAY_MAX + 1;
	ck_assert_int_eq(exchanges_new(&none, &site, &nothing), WF_INVALID);
	ck_assert_ptr_null(nothing);
}
END_TEST

static Suite *
exchange_suite(void)
{
	Suite *suite = suite_create("exchange");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, verdicts);
	tcase_add_test(tc, what_the_daemon_says);
	tcase_add_test(tc, a_challenge_that_is_none);
	tcase_add_test(tc, an_answer_to_one_that_was_replaced);
	tcase_add_test(tc, tags_are_checked);
	tcase_add_test(tc, d2_resent);
	tcase_add_test(tc, late_and_lost);
	tcase_add_test(tc, waits_for_the_daemon);
	tcase_add_test(tc, bounds);
	tcase_add_test(tc, d7_known_states_have_room_of_their_own);
	tcase_add_test(tc, a1_strangers);
	tcase_add_test(tc, b2_records);
	tcase_add_test(tc, b1_records_of_somebody_else);
	tcase_add_test(tc, e1_status_server);
	tcase_add_test(tc, c1_protection);
	tcase_add_test(tc, a2_codes);
	tcase_add_test(tc, a_reply_that_is_lost);
#ifdef WF_FAULT
	tcase_add_test(tc, faults);
#endif
	tcase_add_test(tc, rate_of_the_client);
	tcase_add_test(tc, bad_options);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(exchange_suite)
