/* The life of requests, with a daemon and a network that are functions here. */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "radius/exchange.h"
#include "tests/unit/radius/craft.h"
#include "tests/unit/unit.h"

#define SECOND INT64_C(1000000)
#define ROOM 16 /* questions at once */

static struct config_client config = {.name = "vpn", .timeout_ms = 5000, .rate = 1000};
static struct book book;
static struct client client = {.config = &config, .book = &book};
static struct site site;
static struct learned *learned;
static struct exchanges *exchanges;
static struct binding binding;
static bool up;
static wf_status asks; /* what asking gives */
static uint64_t tags[64];
static size_t asked, said, sent;
static uint8_t last[PACKET_MAX];
static size_t last_len;
static uint8_t next_id;

static wf_status
ask(void *ctx, const struct wf_msg *msg)
{
	(void)ctx;
	if (asks == WF_OK)
		ck_assert_int_eq(wf_msg_get_uint(msg, WF_F_TAG, &tags[asked++]), WF_OK);
	return asks;
}

static bool
is_up(void *ctx)
{
	(void)ctx;
	return up;
}

static void
say(int priority, const char *text)
{
	(void)priority;
	ck_assert_ptr_nonnull(text);
	said++;
}

static bool
take_reply(const struct route *route, const uint8_t *bytes, size_t len)
{
	(void)route;
	memcpy(last, bytes, len);
	last_len = len;
	sent++;
	return true;
}

static const struct route_ops ops = {.send = take_reply};

static void
setup(void)
{
	const struct exchanges_options options = {
		.ask = ask,
		.up = is_up,
		.say = say,
		.under_way_max = ROOM,
		.waiting_max = 4,
		.cache_max = 64,
	};
	struct exchanges_options whole = options;
	struct clients_row row = {.client = 0};
	size_t line;

	craft_binding(&binding, "secret");
	ck_assert_int_eq(wf_secret_set(&client.secret, "secret", 6), WF_OK);
	ck_assert_int_eq(wf_network_parse("192.0.2.1", &row.network), WF_OK);
	ck_assert_int_eq(clients_new(&row, 1, &site.table), WF_OK);
	site.clients = &client;
	site.nclients = 1;
	site.lent = 1;
	ck_assert_int_eq(learned_open("/nonexistent/learned", &learned, &line), WF_OK);
	whole.learned = learned;
	ck_assert_int_eq(exchanges_new(&whole, &site, &exchanges), WF_OK);
	up = true;
	asks = WF_OK;
	asked = said = sent = 0;
	memset(&book, 0, sizeof(book));
}

static void
teardown(void)
{
	exchanges_free(&exchanges);
	ck_assert_ptr_null(exchanges);
	exchanges_free(&exchanges);
	ck_assert_uint_eq(site.lent, 1); /* all of it was given back */
	clients_free(&site.table);
	wf_secret_clear(&client.secret);
	learned_free(&learned);
	craft_unbind(&binding);
}

static struct route
route_of(const char *address)
{
	struct route route = {.ops = &ops, .port = 1000, .authentication = true};

	ck_assert_int_eq(inet_pton(AF_INET6, address, &route.address), 1);
	return route;
}

static void
receive(struct craft *craft, int64_t now_us)
{
	const struct route route = route_of("::ffff:192.0.2.1");

	exchanges_receive(exchanges, &route, craft->bytes, craft->len, now_us);
}

/* A login with an identifier of its own. */
static void
make_login(struct craft *craft)
{
	static const uint8_t hidden[16] = {0};

	craft_begin(craft, CODE_ACCESS_REQUEST);
	craft->bytes[1] = ++next_id;
	craft->bytes[4] = next_id;
	craft_text(craft, ATTR_USER_NAME, "alice");
	craft_text(craft, ATTR_NAS_IDENTIFIER, "nas");
	{
		const struct digest_part parts[] = {{"secret", 6}, {craft->bytes + 4, 16}};
		uint8_t pad[16];

		ck_assert_int_eq(digest_md5(binding.digest, parts, 2, pad), WF_OK);
		for (size_t i = 0; i < sizeof(pad); i++)
			pad[i] ^= i < 4 ? (uint8_t)"open"[i] : hidden[i];
		craft_add(craft, ATTR_USER_PASSWORD, pad, sizeof(pad));
	}
	craft_sign(craft, &binding);
}

static void
send_login(int64_t now_us)
{
	struct craft craft;

	make_login(&craft);
	receive(&craft, now_us);
}

static void
answer(uint64_t tag, enum wf_verdict verdict, int64_t now_us)
{
	struct wf_msg msg;

	wf_msg_init(&msg, WF_MSG_RESULT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_TAG, tag), WF_OK);
	ck_assert_int_eq(wf_msg_add_uint(&msg, WF_F_VERDICT, verdict), WF_OK);
	exchanges_answer(exchanges, &msg, now_us);
	wf_msg_clear(&msg);
}

static uint64_t
count(size_t counter)
{
	ck_assert_uint_ge(
		exchanges_stats(exchanges)->counters[counter], book.stats.counters[counter]);
	return exchanges_stats(exchanges)->counters[counter];
}

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
	tcase_add_test(tc, tags_are_checked);
	tcase_add_test(tc, d2_resent);
	tcase_add_test(tc, late_and_lost);
	tcase_add_test(tc, waits_for_the_daemon);
	tcase_add_test(tc, bounds);
	tcase_add_test(tc, d7_known_states_have_room_of_their_own);
	tcase_add_test(tc, a1_strangers);
	tcase_add_test(tc, rate_of_the_client);
	tcase_add_test(tc, bad_options);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(exchange_suite)
