/* See the header.  One place at a time. */
#include "config.h"

#include "tests/fuzz/exchange_place.h"

#include <string.h>

#include "radius/authenticator.h"
#include "tests/fuzz/fuzz.h"

#define SECRET "xyzzy5461"
#define SEALED "radsec"
#define STATE "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t_"
#define ACCEPTS_KEPT 256

static struct config_client configs[2] = {
	{.name = "strict", .timeout_ms = 5000, .rate = 100000},
	{.name = "old",
		.timeout_ms = 5000,
		.rate = 100000,
		.message_authenticator = CLIENT_AUTHENTICATOR_OPTIONAL},
};
static struct book books[2];
static struct client clients[2];
static struct config whole; /* complies with nothing */
static struct site site = {.config = &whole};
static struct learned *learned;
static struct place *here;
static uint8_t connections[PLACE_CONNECTIONS]; /* their addresses are places of routes */
static const uint8_t nonce[ROUTE_NONCE] = {1};
static uint32_t numbers; /* of connections */
static uint8_t accepts[ACCEPTS_KEPT][PACKET_AUTHENTICATOR]; /* those that went out */
static size_t naccepts;
static bool may_accept; /* the daemon has just said so, or a Status-Server asks */

/* --- what goes out --- */

static wf_status
ask(void *ctx, const struct wf_msg *msg)
{
	struct place *place = ctx;
	struct wf_buf frame;
	struct wf_msg back;
	uint64_t tag = 0;

	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	FUZZ_CHECK(wf_msg_encode(msg, &frame) == WF_OK);
	FUZZ_CHECK(wf_msg_decode(frame.data, frame.len, &back) == WF_OK);
	FUZZ_CHECK(wf_msg_get_uint(&back, WF_F_TAG, &tag) == WF_OK && tag != 0);
	wf_msg_clear(&back);
	wf_buf_clear(&frame);
	place->tags[place->asked++ % 64] = tag;
	return WF_OK;
}

static bool
is_up(void *ctx)
{
	return ((const struct place *)ctx)->up;
}

static void
say(int priority, const char *text)
{
	(void)priority;
	FUZZ_CHECK(fuzz_shows(text, 1024, false));
}

/* The same bytes again, or the daemon's word. */
static void
justified(const struct packet *reply)
{
	for (size_t i = 0; i < naccepts && i < ACCEPTS_KEPT; i++)
		if (memcmp(accepts[i], reply->authenticator, PACKET_AUTHENTICATOR) == 0)
			return;
	FUZZ_CHECK(may_accept);
	memcpy(accepts[naccepts++ % ACCEPTS_KEPT], reply->authenticator, PACKET_AUTHENTICATOR);
}

/* RFC 9765: reserved octets are zeros, and nothing is signed. */
static void
plain(const struct packet *reply)
{
	static const uint8_t zeros[PACKET_AUTHENTICATOR - PACKET_TOKEN];

	FUZZ_CHECK(reply->id == 0 &&
		   memcmp(reply->authenticator + PACKET_TOKEN, zeros, sizeof(zeros)) == 0);
	FUZZ_CHECK(!packet_has(reply, ATTR_MESSAGE_AUTHENTICATOR));
}

static bool
take_reply(const struct route *route, const uint8_t *bytes, size_t len)
{
	struct packet reply;

	if (route->client != NULL && here->ended[(const uint8_t *)route->place - connections])
		return false; /* as a connection does that is about to go */
	FUZZ_CHECK(here->due > 0);
	here->due--;
	FUZZ_CHECK(packet_read(bytes, len, &reply) == PACKET_FINE && reply.len == len);
	if (route->nonce != NULL)
		plain(&reply);
	else if (reply.code != CODE_ACCOUNTING_RESPONSE)
		FUZZ_CHECK(reply.attributes[0].type == ATTR_MESSAGE_AUTHENTICATOR);
	if (reply.code == CODE_ACCESS_ACCEPT && route->nonce == NULL)
		justified(&reply);
	else if (reply.code == CODE_ACCESS_ACCEPT)
		FUZZ_CHECK(may_accept);
	return true;
}

static void
hang_up(const struct route *route, const char *why)
{
	FUZZ_CHECK(why[0] != '\0');
	here->ended[(const uint8_t *)route->place - connections] = true;
}

static const struct route_ops datagram_ops = {.send = take_reply};
static const struct route_ops tls_ops = {.send = take_reply, .hang_up = hang_up};

/* --- the place --- */

static void
make_site(void)
{
	struct clients_row rows[2] = {{.client = 0}, {.client = 1}};

	FUZZ_CHECK(wf_network_parse("192.0.2.0", &rows[0].network) == WF_OK &&
		   wf_network_parse("192.0.2.1", &rows[1].network) == WF_OK);
	FUZZ_CHECK(clients_new(rows, 2, &site.table) == WF_OK);
	memset(books, 0, sizeof(books));
	for (size_t i = 0; i < 2; i++) {
		clients[i] = (struct client){
			.config = &configs[i], .number = (uint32_t)i, .book = &books[i]};
		FUZZ_CHECK(wf_secret_set(&clients[i].secret, SECRET, strlen(SECRET)) == WF_OK);
	}
	site.clients = clients;
	site.nclients = 2;
	site.lent = 1;
}

void
place_open(struct place *place)
{
	const struct exchanges_options options = {
		.ask = ask,
		.up = is_up,
		.ctx = place,
		.say = say,
		.under_way_max = 16,
		.waiting_max = 8,
		.cache_max = 64,
	};
	struct exchanges_options with_learned = options;
	size_t line;

	*place = (struct place){.now_us = 1000000, .up = true};
	here = place;
	naccepts = 0;
	may_accept = false;
	make_site();
	FUZZ_CHECK(learned_open("/nonexistent/learned", &learned, &line) == WF_OK);
	with_learned.learned = learned;
	FUZZ_CHECK(exchanges_new(&with_learned, &site, &place->exchanges) == WF_OK);
}

void
place_close(struct place *place)
{
	place_tick(place, INT64_C(10000000));
	FUZZ_CHECK(exchanges_count(place->exchanges) == 0); /* nobody waits for ever */
	exchanges_free(&place->exchanges);
	FUZZ_CHECK(site.lent == 1);
	clients_free(&site.table);
	for (size_t i = 0; i < 2; i++)
		wf_secret_clear(&clients[i].secret);
	learned_free(&learned);
}

static struct route
route_of(unsigned last)
{
	return (struct route){
		.ops = &datagram_ops,
		.address = {.s6_addr = {[10] = 0xff, [11] = 0xff, 192, 0, 2, (uint8_t)last}},
		.port = 1000,
		.authentication = true,
		.accounting = true,
	};
}

/* One packet causes one reply at most, and with it others have their turn, who get none by that. */
static void
receive(struct place *place, const struct route *route, const uint8_t *bytes, size_t len)
{
	place->due = 1;
	may_accept = len > 0 && bytes[0] == CODE_STATUS_SERVER;
	exchanges_receive(place->exchanges, route, bytes, len, place->now_us);
	may_accept = false;
}

void
place_datagram(struct place *place, unsigned from, const uint8_t *bytes, size_t len)
{
	const struct route route = route_of(from);

	receive(place, &route, bytes, len);
}

void
place_packet(struct place *place, unsigned connection, const uint8_t *bytes, size_t len)
{
	struct route route = route_of(9);

	FUZZ_CHECK(!place->ended[connection]);
	route.ops = &tls_ops;
	route.place = &connections[connection];
	route.listener = 100 + numbers * PLACE_CONNECTIONS + connection;
	route.client = &clients[connection % 2];
	route.nonce = connection + 1 == PLACE_CONNECTIONS ? nonce : NULL;
	receive(place, &route, bytes, len);
}

void
place_hang_up(struct place *place, unsigned connection)
{
	place->ended[connection] = true;
	exchanges_hung_up(place->exchanges, &connections[connection]);
	place->ended[connection] = false;
	numbers++;
}

void
place_answer(struct place *place, unsigned which, unsigned verdict)
{
	const struct wf_prompt prompt = {.id = 1, .text = WF_TEXT_CODE, .ttl_s = 60};
	static const uint8_t txn[WF_TXN_LEN];
	bool challenge = verdict >= WF_VERDICT_COUNT;
	struct wf_msg msg;

	wf_msg_init(&msg, challenge ? WF_MSG_CHALLENGE : WF_MSG_RESULT, WF_WIRE_VERSION);
	FUZZ_CHECK(wf_msg_add_uint(&msg, WF_F_TAG, place->tags[which % 64]) == WF_OK);
	if (challenge)
		FUZZ_CHECK(wf_msg_add_bytes(&msg, WF_F_TXN, txn, sizeof(txn)) == WF_OK &&
			   wf_msg_add_text(&msg, WF_F_STATE, STATE) == WF_OK &&
			   wf_msg_add_prompt(&msg, &prompt) == WF_OK);
	else
		FUZZ_CHECK(wf_msg_add_uint(&msg, WF_F_VERDICT, verdict) == WF_OK);
	place->due = 1;
	may_accept = verdict == WF_VERDICT_ACCEPT;
	exchanges_answer(place->exchanges, &msg, place->now_us);
	may_accept = false;
	wf_msg_clear(&msg);
}

void
place_tick(struct place *place, int64_t us)
{
	place->now_us += us;
	place->due = 16; /* rejections of what waited for its turn */
	exchanges_tick(place->exchanges, place->now_us);
}

void
place_sign(uint8_t *bytes, size_t len, bool tls)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	const char *text = tls ? SEALED : SECRET;
	struct digest_part parts[2] = {{bytes, len}, {text, strlen(text)}};
	struct packet packet;
	struct digest *digest;
	uint8_t *place;

	if (len < PACKET_HEADER || len > PACKET_MAX)
		return;
	bytes[2] = (uint8_t)(len >> 8);
	bytes[3] = (uint8_t)len;
	if (packet_read(bytes, len, &packet) != PACKET_FINE)
		return;
	FUZZ_CHECK(digest_new(&digest) == WF_OK &&
		   wf_secret_set(&secret, text, strlen(text)) == WF_OK);
	if (packet.message_authenticator != NULL) {
		place = bytes + (packet.message_authenticator - bytes);
		memset(place, 0, PACKET_AUTHENTICATOR);
		FUZZ_CHECK(digest_hmac(digest, &secret, parts, 1, place) == WF_OK);
	}
	if (packet.code == CODE_ACCOUNTING_REQUEST) {
		memset(bytes + 4, 0, PACKET_AUTHENTICATOR);
		FUZZ_CHECK(digest_md5(digest, parts, 2, bytes + 4) == WF_OK);
	}
	wf_secret_clear(&secret);
	digest_free(&digest);
}
