/* The life of requests, with a daemon and a network that are functions here. */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "radius/exchange.h"
#include "tests/unit/faults.h"
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
		const struct digest_part parts[] = {
			{binding.secret->bytes, binding.secret->len}, {craft->bytes + 4, 16}};
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

static wf_status
fill_result(struct wf_msg *msg, uint64_t tag, enum wf_verdict verdict)
{
	wf_status status;

	wf_msg_init(msg, WF_MSG_RESULT, WF_WIRE_VERSION);
	status = wf_msg_add_uint(msg, WF_F_TAG, tag);
	return status == WF_OK ? wf_msg_add_uint(msg, WF_F_VERDICT, verdict) : status;
}

static void
answer(uint64_t tag, enum wf_verdict verdict, int64_t now_us)
{
	struct wf_msg msg;

	ck_assert_int_eq(fill_result(&msg, tag, verdict), WF_OK);
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

/* --- over TLS --- */

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

static void
accounting(struct craft *craft, const char *secret)
{
	static const uint8_t zero[PACKET_AUTHENTICATOR] = {0};
	static const uint8_t start[4] = {0, 0, 0, 1};
	struct digest_part parts[] = {{craft->bytes, 0}, {secret, strlen(secret)}};

	craft_begin(craft, CODE_ACCOUNTING_REQUEST);
	craft_add(craft, ATTR_ACCT_STATUS_TYPE, start, sizeof(start));
	craft_text(craft, ATTR_ACCT_SESSION_ID, "s1");
	craft_text(craft, ATTR_USER_NAME, "alice");
	craft_text(craft, ATTR_NAS_IDENTIFIER, "nas");
	craft_end(craft);
	memcpy(craft->bytes + 4, zero, sizeof(zero));
	parts[0].len = craft->len;
	ck_assert_int_eq(digest_md5(binding.digest, parts, 2, craft->bytes + 4), WF_OK);
}

START_TEST(f8_accounting_on_the_same_connection)
{
	struct craft craft;

	accounting(&craft, "radsec");
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
	accounting(craft, "secret");
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

/* An Accounting-Request of a session that starts, signed with `secret`. */
static void
make_record(struct craft *craft, const char *secret)
{
	struct digest_part parts[2] = {{craft->bytes, 0}, {secret, strlen(secret)}};
	uint8_t md5[DIGEST_LEN];

	craft_begin(craft, CODE_ACCOUNTING_REQUEST);
	craft->bytes[1] = ++next_id;
	memset(craft->bytes + 4, 0, PACKET_AUTHENTICATOR);
	craft_add(craft, ATTR_ACCT_STATUS_TYPE, "\0\0\0\1", 4);
	craft_text(craft, ATTR_ACCT_SESSION_ID, "s1");
	craft_text(craft, ATTR_USER_NAME, "alice");
	craft_text(craft, ATTR_NAS_IDENTIFIER, "nas");
	parts[0].len = craft->len;
	ck_assert_int_eq(digest_md5(binding.digest, parts, 2, md5), WF_OK);
	memcpy(craft->bytes + 4, md5, sizeof(md5));
}

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
	TCase *tc = tcase_create("all"), *tls = tcase_create("tls");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, verdicts);
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
	tcase_add_checked_fixture(tls, setup_tls, teardown);
	tcase_add_test(tls, f5_a_login_with_the_fixed_secret);
	tcase_add_test(tls, f5_no_authenticator_is_needed);
	tcase_add_test(tls, f8_accounting_on_the_same_connection);
	tcase_add_loop_test(tls, f2_such_a_packet_ends_its_connection, 0,
		sizeof(breaches) / sizeof(breaches[0]));
	tcase_add_test(tls, f2_too_many_attributes_are_dropped);
	tcase_add_test(tls, f3_a_closed_connection_has_no_replies);
	tcase_add_test(tls, f3_waiting_ones_of_a_closed_connection);
	tcase_add_test(tls, e2_f3_status_server_on_the_shared_connection);
	tcase_add_loop_test(tls, f7_requests_of_no_use_here_are_told_so, 0, 4);
	tcase_add_loop_test(tls, f2_replies_are_dropped, 0, 9);
	suite_add_tcase(suite, tls);
	return suite;
}

UNIT_MAIN(exchange_suite)
