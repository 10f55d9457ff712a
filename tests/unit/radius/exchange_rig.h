/*
 * What the tests of exchanges share: a client, and a daemon and a network that are functions here.
 */
#ifndef WF_TESTS_UNIT_RADIUS_EXCHANGE_RIG_H
#define WF_TESTS_UNIT_RADIUS_EXCHANGE_RIG_H

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
static struct config site_config;
static struct site site = {.config = &site_config};
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

static inline wf_status
ask(void *ctx, const struct wf_msg *msg)
{
	(void)ctx;
	if (asks == WF_OK)
		ck_assert_int_eq(wf_msg_get_uint(msg, WF_F_TAG, &tags[asked++]), WF_OK);
	return asks;
}

static inline bool
is_up(void *ctx)
{
	(void)ctx;
	return up;
}

static inline void
say(int priority, const char *text)
{
	(void)priority;
	ck_assert_ptr_nonnull(text);
	said++;
}

static inline bool
take_reply(const struct route *route, const uint8_t *bytes, size_t len)
{
	(void)route;
	memcpy(last, bytes, len);
	last_len = len;
	sent++;
	return true;
}

static const struct route_ops ops = {.send = take_reply};

static inline void
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

static inline void
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

static inline struct route
route_of(const char *address)
{
	struct route route = {.ops = &ops, .port = 1000, .authentication = true};

	ck_assert_int_eq(inet_pton(AF_INET6, address, &route.address), 1);
	return route;
}

static inline void
receive(struct craft *craft, int64_t now_us)
{
	const struct route route = route_of("::ffff:192.0.2.1");

	exchanges_receive(exchanges, &route, craft->bytes, craft->len, now_us);
}

/* A login with this identifier, and an authenticator that begins so. */
static inline void
make_login_as(struct craft *craft, uint8_t id, uint8_t first)
{
	static const uint8_t hidden[16] = {0};

	craft_begin(craft, CODE_ACCESS_REQUEST);
	craft->bytes[1] = id;
	craft->bytes[4] = first;
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

/* With an identifier of its own. */
static inline void
make_login(struct craft *craft)
{
	next_id++;
	make_login_as(craft, next_id, next_id);
}

static inline void
send_login(int64_t now_us)
{
	struct craft craft;

	make_login(&craft);
	receive(&craft, now_us);
}

static inline wf_status
fill_result(struct wf_msg *msg, uint64_t tag, enum wf_verdict verdict)
{
	wf_status status;

	wf_msg_init(msg, WF_MSG_RESULT, WF_WIRE_VERSION);
	status = wf_msg_add_uint(msg, WF_F_TAG, tag);
	return status == WF_OK ? wf_msg_add_uint(msg, WF_F_VERDICT, verdict) : status;
}

static inline void
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

/* An Accounting-Request of a session that starts, signed with `secret`. */
static inline void
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

#endif
