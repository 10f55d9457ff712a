/*
 * RADIUS over TLS with real certificates and keys: who is let in and who is not, and what becomes
 * of bytes in a connection (checklist F and G1).
 */
#include "config.h"

#include <arpa/inet.h>
#include <signal.h>

#include "radius/packet.h"
#include "radius/radsec.h"
#include "tests/unit/config/fixture.h"
#include "tests/unit/tls/peer.h"
#include "tests/unit/tls/pki.h"

#define SECOND INT64_C(1000000)
#define KEY "00112233445566778899aabbccddeeff"
#define GATEWAYS                                                           \
	"client gw {\ncertificate = \"gw.example\" }\n"                    \
	"client near {\ncertificate = \"near.example\" network = 10.0.0.0/8 }\n"

static struct event_base *base;
static struct books books;
static struct site *site;
static struct radsec *radsec;
static int64_t now_us;
static uint64_t counts[STATS_COUNTERS];
static const struct client *counted_for;
static char said[1024], psk_path[96];
static struct route last;
static uint8_t packets[64][PACKET_MAX];
static size_t lengths[64], taken, settled, hung_up;

static struct wf_now
read_clock(void *ctx)
{
	(void)ctx;
	return (struct wf_now){.wall_us = now_us, .boot_us = now_us};
}

static void
receive(void *ctx, const struct route *route, const uint8_t *bytes, size_t len)
{
	(void)ctx;
	last = *route;
	memcpy(packets[taken % 64], bytes, len);
	lengths[taken % 64] = len;
	taken++;
}

static void
on_settled(void *ctx)
{
	(void)ctx;
	settled++;
}

static void
on_hung_up(void *ctx, const void *place)
{
	(void)ctx;
	ck_assert_ptr_nonnull(place);
	hung_up++;
}

static void
count(void *ctx, const struct client *client, size_t counter)
{
	(void)ctx;
	counts[counter]++;
	counted_for = client;
}

static void
say(int priority, const char *text)
{
	(void)priority;
	snprintf(said, sizeof(said), "%s", text);
}

/* --- the server --- */

static void
write_config(const char *options, const char *clients)
{
	char text[4096];

	snprintf(text, sizeof(text),
		"radius {\nradsec = \"[::]:2083\"\ncertificate = \"%s/server.pem\"\n"
		"key = \"%s/server.key\"\nca = \"%s/ca.pem\"\n%s}\n%s",
		folder, folder, folder, options, clients);
	write_main(text);
}

static struct site *
load_site(void)
{
	char why[SITE_WHY_MAX] = "";
	struct site *loaded = NULL;

	ck_assert_msg(site_load(main_file, &books, &loaded, why) == WF_OK, "%s", why);
	return loaded;
}

static void
start(const char *options, const char *clients)
{
	const struct radsec_options whole = {
		.base = base,
		.clock = {.read = read_clock},
		.receive = receive,
		.settled = on_settled,
		.hung_up = on_hung_up,
		.count = count,
		.say = say,
	};

	write_config(options, clients);
	site = load_site();
	ck_assert_int_eq(radsec_new(&whole, site, &radsec), WF_OK);
}

/* What a SIGHUP does. */
static void
reload(const char *options, const char *clients)
{
	struct site *next;

	write_config(options, clients);
	next = load_site();
	radsec_use(radsec, next);
	site_return(&site);
	site = next;
}

static void
set_up(void)
{
	static const struct pki_order orders[] = {
		{.name = "ca"},
		{.name = "server", .issuer = "ca", .alternatives = "DNS:radius.example"},
		{.name = "gw.example", .issuer = "ca"},
		{.name = "many", .issuer = "ca", .alternatives = "DNS:x.example,DNS:GW.example"},
		{.name = "near.example", .issuer = "ca"},
		{.name = "stranger", .issuer = "ca", .alternatives = "DNS:a\\.b,IP:192.0.2.9"},
		{.name = "old", .issuer = "ca", .alternatives = "DNS:gw.example",
			.from_days = -9, .to_days = -2},
		{.name = "other-ca"},
		{.name = "forged", .issuer = "other-ca", .alternatives = "DNS:gw.example"},
	};

	signal(SIGPIPE, SIG_IGN); /* as the program does */
	setup();
	for (size_t i = 0; i < LENGTH(orders); i++)
		pki_make(folder, &orders[i]);
	write_file("psk", KEY "\n", sizeof(KEY));
	snprintf(psk_path, sizeof(psk_path), "%s/psk", folder);
	ck_assert_int_eq(chmod(psk_path, 0600), 0);
	base = event_base_new();
	ck_assert_ptr_nonnull(base);
	memset(counts, 0, sizeof(counts));
	taken = settled = hung_up = 0;
	said[0] = '\0';
	now_us = 1000 * SECOND;
}

static void
tear_down(void)
{
	radsec_free(&radsec);
	ck_assert_ptr_null(radsec);
	radsec_free(&radsec);
	site_return(&site);
	books_clear(&books);
	event_base_free(base);
	teardown();
}

static void
clients_with_key(char *text_r, size_t size)
{
	snprintf(text_r, size,
		GATEWAYS "client keyed {\npsk_identity = \"branch 1\" psk_file = \"%s\" }\n"
			 "client keyed2 {\npsk_identity = \"branch 2\" psk_file = \"%s\"\n"
			 "network = 10.0.0.0/8 }\n",
		psk_path, psk_path);
}

/* --- a client --- */

static struct sockaddr_storage
address_of(const char *text)
{
	struct sockaddr_storage address = {.ss_family = AF_INET};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address;

	v4->sin_port = htons(4000);
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1)
		return address;
	v6->sin6_family = AF_INET6;
	ck_assert_int_eq(inet_pton(AF_INET6, text, &v6->sin6_addr), 1);
	return address;
}

/* Has connected; no byte of TLS yet. */
static void
arrive(struct peer *peer, struct peer_options *options, const char *from)
{
	struct sockaddr_storage address = address_of(from);
	int fd;

	options->folder = folder;
	fd = peer_open(peer, base, options);
	radsec_take(radsec, fd, &address);
}

static bool
connect_from(struct peer *peer, struct peer_options *options, const char *from)
{
	arrive(peer, options, from);
	return peer_shake_hands(peer);
}

static void
expect_in(struct peer *peer, const char *client)
{
	static const uint8_t packet[PACKET_HEADER] = {12, 1, 0, PACKET_HEADER};
	size_t before = taken;

	peer_write(peer, packet, sizeof(packet));
	ck_assert_msg(taken == before + 1, "%s", said);
	ck_assert_str_eq(last.client->config->name, client);
	ck_assert_ptr_eq(counted_for, last.client);
}

static struct peer_options gateway = {.certificate = "gw.example"};

/* A client that is in. */
static struct peer
enter(void)
{
	struct peer peer;

	ck_assert(connect_from(&peer, &gateway, "192.0.2.1"));
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_REFUSED], 0);
	return peer;
}

/* --- who is let in --- */

START_TEST(a_certificate_lets_in)
{
	static struct peer_options clients[] = {
		{.certificate = "gw.example", .ca = "ca"},
		{.certificate = "many", .ca = "ca"},
		{.certificate = "gw.example", .version = TLS1_2_VERSION},
		{.certificate = "gw.example", .version = TLS1_3_VERSION},
		{.certificate = "gw.example", .protocols = "\x0aradius/1.1\x0aradius/1.0"},
	};
	struct peer peer;

	start("", GATEWAYS);
	ck_assert(connect_from(&peer, &clients[_i], "192.0.2.1"));
	expect_in(&peer, "gw");
	ck_assert_uint_eq(counts[STATS_CONNECTIONS], 1);
	ck_assert(last.authentication && last.accounting); /* F8 */
	ck_assert_uint_eq(last.port, 4000);
	ck_assert_uint_eq(last.address.s6_addr[15], 1);
	ck_assert_uint_ge(last.listener, CONFIG_LISTENERS_MAX);
	ck_assert_uint_ge(settled, 1);
	ck_assert_ptr_nonnull(strstr(said, "client \"gw\" at 192.0.2.1:4000 is connected (TLSv1."));
	peer_close(&peer);
	ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	ck_assert_uint_eq(radsec_count(radsec), 0);
	ck_assert_uint_eq(hung_up, 1);
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_REFUSED] + counts[STATS_CONNECTIONS_BROKEN], 0);
}
END_TEST

START_TEST(a_protocol_that_is_offered_is_chosen)
{
	static struct peer_options options = {
		.certificate = "gw.example", .protocols = "\x0aradius/1.0"};
	const unsigned char *chosen;
	struct peer peer;
	unsigned len;

	start("", GATEWAYS);
	ck_assert(connect_from(&peer, &options, "192.0.2.1"));
	SSL_get0_alpn_selected(peer.tls, &chosen, &len);
	ck_assert_uint_eq(len, 10);
	ck_assert_mem_eq(chosen, "radius/1.0", 10);
	peer_close(&peer);
}
END_TEST

START_TEST(a_network_limits_a_certificate)
{
	static struct peer_options options = {.certificate = "near.example"};
	struct peer peer;

	start("", GATEWAYS);
	ck_assert(connect_from(&peer, &options, "10.1.2.3"));
	expect_in(&peer, "near");
	peer_close(&peer);
	(void)connect_from(&peer, &options, "192.0.2.1");
	ck_assert(peer_is_hung_up(&peer));
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_REFUSED], 1);
	peer_close(&peer);
}
END_TEST

static const struct refusal {
	struct peer_options options;
	const char *from, *said; /* what the log says; from NULL: 192.0.2.1 */
} refusals[] = {
	{{.certificate = "stranger"}, NULL, "its certificate is for '192.0.2.9'"},
	{{.certificate = "near.example"}, NULL, "its certificate is for 'near.example'"},
	{{.certificate = "forged"}, NULL, "unable to get local issuer certificate"},
	{{.certificate = "old"}, NULL, "certificate has expired"},
	{{.certificate = NULL}, NULL, "peer did not return a certificate"},
	{{.certificate = "gw.example", .version = TLS1_1_VERSION}, NULL, "unsupported protocol"},
	{{.certificate = "gw.example", .protocols = "\x0aradius/1.1"}, NULL,
		"no application protocol"},
	{{.certificate = "gw.example", .ca = "other-ca"}, NULL, "it refuses our certificate"},
	{{.identity = "nobody", .key = KEY}, NULL, "no client section with psk_identity \"nobody\""},
	{{.identity = "nobody", .key = KEY, .version = TLS1_2_VERSION}, NULL,
		"no client section with psk_identity \"nobody\""},
	{{.identity = "branch 1", .key = "ff" KEY}, NULL, "binder does not verify"},
	{{.identity = "branch 1", .key = "ff" KEY, .version = TLS1_2_VERSION}, NULL, "TLS: "},
	{{.identity = "branch 2", .key = KEY}, NULL, "no client section with psk_identity"},
	{{.identity = "bad\nname", .key = KEY}, NULL, "psk_identity \"bad\\x0aname\""},
};

START_TEST(others_are_refused_with_a_reason)
{
	struct peer_options options = refusals[_i].options;
	char clients[1024];
	struct peer peer;

	clients_with_key(clients, sizeof(clients));
	start("", clients);
	(void)connect_from(&peer, &options, "192.0.2.1");
	ck_assert(peer_is_hung_up(&peer));
	ck_assert_msg(strstr(said, refusals[_i].said) != NULL, "%s", said);
	ck_assert_ptr_nonnull(strstr(said, "a TLS connection from 192.0.2.1:4000 is not let in: "));
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_REFUSED], 1);
	ck_assert_uint_eq(counts[STATS_CONNECTIONS], 0);
	ck_assert_uint_eq(taken, 0);
	ck_assert_uint_eq(radsec_count(radsec), 0);
	peer_close(&peer);
}
END_TEST

START_TEST(a_key_lets_in)
{
	static struct peer_options options[] = {
		{.identity = "branch 1", .key = KEY},
		{.identity = "branch 1", .key = KEY, .version = TLS1_2_VERSION},
		{.identity = "branch 1", .key = KEY, .version = TLS1_3_VERSION},
	};
	char clients[1024];
	struct peer peer;

	clients_with_key(clients, sizeof(clients));
	start("", clients);
	ck_assert_msg(connect_from(&peer, &options[_i], "192.0.2.1"), "%s", said);
	expect_in(&peer, "keyed");
	ck_assert_ptr_nonnull(strstr(said, "key 'branch 1'"));
	peer_close(&peer);
}
END_TEST

START_TEST(a_key_counts_for_nothing_beside_a_certificate)
{
	static struct peer_options options = {.certificate = "gw.example",
		.identity = "nobody", .key = KEY, .version = TLS1_3_VERSION};
	char clients[1024];
	struct peer peer;

	clients_with_key(clients, sizeof(clients));
	start("", clients);
	ck_assert_msg(connect_from(&peer, &options, "192.0.2.1"), "%s", said);
	expect_in(&peer, "gw");
	peer_close(&peer);
}
END_TEST

START_TEST(keys_alone_need_no_certificate)
{
	static struct peer_options options = {.identity = "k", .key = KEY};
	static struct peer_options certified = {.certificate = "gw.example"};
	char text[512];
	struct peer peer;

	start("", GATEWAYS); /* replaced at once */
	snprintf(text, sizeof(text),
		"radius { radsec = \"[::]:2083\" }\nclient k {\npsk_identity = k psk_file = \"%s\" }",
		psk_path);
	write_main(text);
	radsec_free(&radsec);
	site_return(&site);
	site = load_site();
	ck_assert_int_eq(radsec_new(&(struct radsec_options){.base = base,
					    .clock = {.read = read_clock},
					    .receive = receive,
					    .settled = on_settled,
					    .hung_up = on_hung_up,
					    .count = count,
					    .say = say},
				 site, &radsec),
		WF_OK);
	ck_assert_msg(connect_from(&peer, &options, "192.0.2.1"), "%s", said);
	expect_in(&peer, "k");
	peer_close(&peer);
	(void)connect_from(&peer, &certified, "192.0.2.1");
	ck_assert(peer_is_hung_up(&peer));
	peer_close(&peer);
}
END_TEST

/* F1 */
START_TEST(what_is_no_TLS_is_refused)
{
	static struct peer_options options = {.certificate = "gw.example"};
	static const uint8_t packet[PACKET_HEADER] = {1, 1, 0, PACKET_HEADER};
	struct peer peer;

	start("", GATEWAYS);
	arrive(&peer, &options, "192.0.2.1");
	ck_assert_int_eq(write(SSL_get_fd(peer.tls), packet, sizeof(packet)), sizeof(packet));
	for (int i = 0; i < 4; i++)
		ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	ck_assert_uint_eq(radsec_count(radsec), 0);
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_REFUSED], 1);
	ck_assert_uint_eq(taken, 0);
	peer_close(&peer);
}
END_TEST

START_TEST(addresses_of_nobody_cost_no_handshake)
{
	static struct peer_options options = {.certificate = "near.example"};
	struct peer peer;

	start("", "client near {\ncertificate = \"near.example\" network = 10.0.0.0/8 }\n");
	arrive(&peer, &options, "192.0.2.1");
	ck_assert_uint_eq(radsec_count(radsec), 0);
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_REFUSED], 1);
	ck_assert_ptr_nonnull(strstr(said, "permits this address"));
	peer_close(&peer);
	arrive(&peer, &options, "2001:db8::1");
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_REFUSED], 2);
	ck_assert_ptr_null(strstr(said, "2001:db8")); /* not a line for each */
	now_us += 5 * SECOND;
	peer_close(&peer);
	arrive(&peer, &options, "2001:db8::1");
	ck_assert_ptr_nonnull(strstr(said, "from [2001:db8::1]:4000"));
	peer_close(&peer);
}
END_TEST

/* --- revocation, reload --- */

START_TEST(a_revoked_certificate_is_refused)
{
	static struct peer_options options = {.certificate = "gw.example"};
	char crl[160];
	struct peer peer;

	pki_revoke(folder, "ca", "gw.example", "ca");
	snprintf(crl, sizeof(crl), "crl = \"%s/ca.crl\"\n", folder);
	start(crl, GATEWAYS);
	(void)connect_from(&peer, &options, "192.0.2.1");
	ck_assert(peer_is_hung_up(&peer));
	ck_assert_msg(strstr(said, "certificate revoked") != NULL, "%s", said);
	peer_close(&peer);
	options.certificate = "many";
	ck_assert(connect_from(&peer, &options, "192.0.2.1"));
	expect_in(&peer, "gw");
	peer_close(&peer);
}
END_TEST

static const struct change {
	const char *clients, *said; /* said NULL: it stays */
	bool revoke, another_key;
	struct peer_options options;
} changes[] = {
	{GATEWAYS, NULL, false, false, {.certificate = "gw.example"}},
	{"client new-name {\ncertificate = \"gw.example\" }\n", NULL, false, false,
		{.certificate = "gw.example"}},
	{"client gw {\ncertificate = \"gw2.example\" }\n", "no client section is for it any more",
		false, false, {.certificate = "gw.example"}},
	{GATEWAYS, "its certificate is believed no more", true, false,
		{.certificate = "gw.example"}},
	{GATEWAYS, NULL, true, false, {.certificate = "many"}},
	{NULL, NULL, false, false, {.identity = "branch 1", .key = KEY}},
	{NULL, "its key has been changed", false, true, {.identity = "branch 1", .key = KEY}},
};

START_TEST(a_reload_reviews_connections)
{
	struct peer_options options = changes[_i].options;
	char clients[1024], crl[160] = "";
	struct peer peer;

	clients_with_key(clients, sizeof(clients));
	start("", clients);
	ck_assert(connect_from(&peer, &options, "192.0.2.1"));
	if (changes[_i].revoke) {
		pki_revoke(folder, "ca", "gw.example", "ca");
		snprintf(crl, sizeof(crl), "crl = \"%s/ca.crl\"\n", folder);
	}
	if (changes[_i].another_key)
		write_file("psk", "ff" KEY, sizeof("ff" KEY) - 1);
	reload(crl, changes[_i].clients != NULL ? changes[_i].clients : clients);
	ck_assert_int_eq(peer_is_hung_up(&peer), changes[_i].said != NULL);
	ck_assert_uint_eq(radsec_count(radsec), changes[_i].said == NULL);
	if (changes[_i].said != NULL)
		ck_assert_msg(strstr(said, changes[_i].said) != NULL, "%s", said);
	else
		peer_write(&peer, (const uint8_t[PACKET_HEADER]){12, 1, 0, PACKET_HEADER},
			PACKET_HEADER);
	ck_assert_uint_eq(taken, changes[_i].said == NULL);
	if (taken > 0)
		ck_assert_ptr_eq(last.client, &site->clients[last.client->number]);
	peer_close(&peer);
}
END_TEST

START_TEST(a_reload_without_TLS_leaves_nobody)
{
	struct peer peer;
	struct site *next;

	start("", GATEWAYS);
	peer = enter();
	write_main(GATEWAYS);
	next = load_site();
	ck_assert_ptr_null(next->tls);
	radsec_use(radsec, next);
	site_return(&site);
	site = next;
	ck_assert(peer_is_hung_up(&peer));
	peer_close(&peer);
	arrive(&peer, &gateway, "192.0.2.1");
	ck_assert_uint_eq(radsec_count(radsec), 0);
	peer_close(&peer);
}
END_TEST

/* --- packets --- */

/* A packet of `len` octets whose body is all `fill`. */
static size_t
make_packet(uint8_t *packet_r, uint16_t len, uint8_t fill)
{
	memset(packet_r, fill, len);
	packet_r[0] = CODE_ACCESS_REQUEST;
	packet_r[2] = (uint8_t)(len >> 8);
	packet_r[3] = (uint8_t)len;
	return len;
}

static void
expect_packet(size_t i, size_t len, uint8_t fill)
{
	ck_assert_uint_eq(lengths[i], len);
	ck_assert_uint_eq(packets[i][len - 1], fill);
}

START_TEST(packets_octet_by_octet)
{
	uint8_t packet[60];
	struct peer peer;

	start("", GATEWAYS);
	peer = enter();
	make_packet(packet, sizeof(packet), 7);
	for (size_t i = 0; i < sizeof(packet); i++) {
		ck_assert_uint_eq(taken, 0);
		peer_write(&peer, packet + i, 1);
	}
	ck_assert_uint_eq(taken, 1);
	expect_packet(0, sizeof(packet), 7);
	peer_close(&peer);
}
END_TEST

START_TEST(packets_in_one_record_and_over_two)
{
	uint8_t bytes[3 * PACKET_MAX];
	size_t len = 0;
	struct peer peer;

	start("", GATEWAYS);
	peer = enter();
	len += make_packet(bytes + len, 20, 1);
	len += make_packet(bytes + len, 4096, 2);
	len += make_packet(bytes + len, 21, 3);
	len += make_packet(bytes + len, 30, 4);
	peer_write(&peer, bytes, len - 20); /* in the middle of the last one */
	for (int i = 0; i < 4; i++)
		ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	ck_assert_uint_eq(taken, 3);
	peer_write(&peer, bytes + len - 20, 20);
	ck_assert_uint_eq(taken, 4);
	expect_packet(0, 20, 1);
	expect_packet(1, 4096, 2);
	expect_packet(2, 21, 3);
	expect_packet(3, 30, 4);
	peer_close(&peer);
}
END_TEST

/* F2: what came before it has been taken, what comes behind it never is. */
START_TEST(a_bad_length_ends_the_connection)
{
	static const uint16_t bad[] = {0, 1, 19, 4097, 65535};
	uint8_t bytes[200];
	size_t len;
	struct peer peer;

	start("", GATEWAYS);
	peer = enter();
	len = make_packet(bytes, 40, 1);
	make_packet(bytes + len, 20, 2);
	bytes[len + 2] = (uint8_t)(bad[_i] >> 8);
	bytes[len + 3] = (uint8_t)bad[_i];
	len += 20;
	len += make_packet(bytes + len, 40, 3);
	peer_write(&peer, bytes, len);
	ck_assert(peer_is_hung_up(&peer));
	ck_assert_uint_eq(taken, 1);
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_BROKEN], 1);
	ck_assert_uint_eq(counts[STATS_FORM + PACKET_LENGTH], 1);
	ck_assert_ptr_nonnull(strstr(said, "client \"gw\" at 192.0.2.1:4000 is disconnected: it "
					   "sent what is no right packet (length)"));
	peer_close(&peer);
}
END_TEST

START_TEST(whoever_reads_a_packet_can_hang_up)
{
	struct peer peer;

	start("", GATEWAYS);
	peer = enter();
	expect_in(&peer, "gw");
	last.ops->hang_up(&last, "attribute");
	ck_assert(!last.ops->send(&last, (const uint8_t *)"x", 1));
	ck_assert(peer_is_hung_up(&peer));
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_BROKEN], 1);
	ck_assert_ptr_nonnull(strstr(said, "(attribute)"));
	peer_close(&peer);
}
END_TEST

START_TEST(replies_in_any_order)
{
	uint8_t packet[PACKET_HEADER], got[4];
	struct route first;
	struct peer peer;

	start("", GATEWAYS);
	peer = enter();
	make_packet(packet, sizeof(packet), 1);
	peer_write(&peer, packet, sizeof(packet));
	first = last;
	peer_write(&peer, packet, sizeof(packet));
	ck_assert(last.ops->send(&last, (const uint8_t *)"ab", 2));
	ck_assert(first.ops->send(&first, (const uint8_t *)"cd", 2));
	ck_assert_uint_eq(peer_read(&peer, got, sizeof(got)), sizeof(got));
	ck_assert_mem_eq(got, "abcd", 4);
	peer_close(&peer);
}
END_TEST

START_TEST(who_does_not_read_is_hung_up_on)
{
	static uint8_t reply[PACKET_MAX];
	struct peer peer;
	size_t sent = 0;

	start("", GATEWAYS);
	peer = enter();
	expect_in(&peer, "gw");
	while (sent < 10000 && last.ops->send(&last, reply, sizeof(reply)))
		sent++;
	ck_assert_uint_lt(sent, 10000);
	ck_assert_uint_gt(sent, 64); /* what waits without harm */
	(void)event_base_loop(base, EVLOOP_NONBLOCK);
	ck_assert_uint_eq(radsec_count(radsec), 0);
	ck_assert_ptr_nonnull(strstr(said, "it does not take what it is sent"));
	peer_close(&peer);
}
END_TEST

START_TEST(connections_have_numbers_of_their_own)
{
	struct peer one, two;
	uint32_t number;

	start("", GATEWAYS);
	one = enter();
	expect_in(&one, "gw");
	number = last.listener;
	two = enter();
	peer_write(&two, (const uint8_t[PACKET_HEADER]){12, 1, 0, PACKET_HEADER}, PACKET_HEADER);
	ck_assert_uint_eq(taken, 2);
	ck_assert_uint_ne(last.listener, number);
	peer_close(&one);
	peer_close(&two);
}
END_TEST

/* --- limits (F4) --- */

START_TEST(one_client_has_so_many_connections)
{
	struct peer peers[3];

	start("radsec_client_connections = 2\n", GATEWAYS);
	for (size_t i = 0; i < 3; i++)
		peers[i] = enter();
	ck_assert(!peer_is_hung_up(&peers[0]) && !peer_is_hung_up(&peers[1]));
	ck_assert(peer_is_hung_up(&peers[2]));
	ck_assert_uint_eq(counts[STATS_CONNECTIONS], 2);
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_CROWDED], 1);
	peer_close(&peers[1]);
	(void)event_base_loop(base, EVLOOP_NONBLOCK);
	peer_close(&peers[2]);
	peers[2] = enter();
	ck_assert(!peer_is_hung_up(&peers[2]));
	peer_close(&peers[0]);
	peer_close(&peers[2]);
}
END_TEST

START_TEST(all_have_so_many_connections)
{
	struct peer peers[3];

	start("radsec_connections = 2\n", GATEWAYS);
	peers[0] = enter();
	peers[1] = enter();
	ck_assert(!connect_from(&peers[2], &gateway, "192.0.2.1"));
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_CROWDED], 1);
	ck_assert_ptr_nonnull(strstr(said, "radius.radsec_connections"));
	for (size_t i = 0; i < 3; i++)
		peer_close(&peers[i]);
}
END_TEST

/* Nobody gets far by opening connections and saying nothing. */
START_TEST(the_oldest_handshake_gives_way)
{
	struct peer slow[9], good;

	start("", GATEWAYS);
	for (size_t i = 0; i < 8; i++)
		arrive(&slow[i], &gateway, "192.0.2.1");
	ck_assert_uint_eq(radsec_count(radsec), 8);
	arrive(&slow[8], &gateway, "198.51.100.1"); /* of another address */
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_CROWDED], 0);
	ck_assert(connect_from(&good, &gateway, "192.0.2.1"));
	expect_in(&good, "gw");
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_CROWDED], 1);
	ck_assert(peer_is_hung_up(&slow[0]));
	ck_assert(peer_shake_hands(&slow[1]));
	for (size_t i = 0; i < 9; i++)
		peer_close(&slow[i]);
	peer_close(&good);
}
END_TEST

START_TEST(so_many_handshakes_in_all)
{
	struct peer slow[65];
	char from[16];

	start("", GATEWAYS);
	for (size_t i = 0; i < 65; i++) {
		snprintf(from, sizeof(from), "192.0.2.%zu", i);
		arrive(&slow[i], &gateway, from);
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
	}
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_CROWDED], 1);
	ck_assert_uint_eq(radsec_count(radsec), 64);
	for (size_t i = 0; i < 65; i++)
		peer_close(&slow[i]);
}
END_TEST

/* The gate: a turn of the loop goes on with one of them. */
START_TEST(handshakes_take_turns)
{
	struct peer peers[4];
	size_t answered, turns = 0;
	uint8_t byte;

	start("", GATEWAYS);
	for (size_t i = 0; i < 4; i++) {
		arrive(&peers[i], &gateway, "192.0.2.1");
		ck_assert_int_ne(SSL_do_handshake(peers[i].tls), 1); /* its hello is on the way */
	}
	do {
		(void)event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		turns++;
		answered = 0;
		for (size_t i = 0; i < 4; i++)
			answered += recv(SSL_get_fd(peers[i].tls), &byte, 1, MSG_PEEK) == 1;
		ck_assert_uint_le(answered, turns);
	} while (answered < 4 && turns < 20);
	ck_assert_uint_eq(answered, 4);
	for (size_t i = 0; i < 4; i++) {
		ck_assert(peer_shake_hands(&peers[i]));
		peer_close(&peers[i]);
	}
}
END_TEST

START_TEST(idle_ones_are_ended)
{
	struct peer peer;

	start("radsec_idle = 60\n", GATEWAYS);
	peer = enter();
	now_us += 59 * SECOND;
	radsec_tick(radsec);
	ck_assert(!peer_is_hung_up(&peer));
	expect_in(&peer, "gw");
	now_us += 59 * SECOND;
	peer_write(&peer, "\x0c", 1); /* the beginning of a packet is no packet */
	radsec_tick(radsec);
	ck_assert(!peer_is_hung_up(&peer));
	now_us += 2 * SECOND;
	radsec_tick(radsec);
	ck_assert(peer_is_hung_up(&peer));
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_IDLE], 1);
	peer_close(&peer);
}
END_TEST

START_TEST(old_ones_are_ended_when_they_are_quiet)
{
	struct peer peer;
	int i;

	start("radsec_lifetime = 600\n", GATEWAYS);
	peer = enter();
	for (i = 0; i < 700 && !peer.ended; i++) {
		now_us += SECOND;
		expect_in(&peer, "gw");
		radsec_tick(radsec);
		if (radsec_count(radsec) == 0 || i == 610)
			break;
	}
	ck_assert_int_eq(i, 610); /* it was never quiet */
	now_us += 3 * SECOND;
	radsec_tick(radsec);
	ck_assert(peer_is_hung_up(&peer));
	peer_close(&peer);
	peer = enter();
	for (i = 0; i < 700; i++) {
		now_us += SECOND;
		peer_write(&peer, (const uint8_t[PACKET_HEADER]){12, 1, 0, 20}, PACKET_HEADER);
		radsec_tick(radsec);
		(void)event_base_loop(base, EVLOOP_NONBLOCK);
		if (radsec_count(radsec) == 0)
			break;
	}
	ck_assert_int_eq(i, 660); /* the grace is over */
	peer_close(&peer);
}
END_TEST

/* --- files --- */

START_TEST(files_that_cannot_be_used)
{
	static const struct {
		const char *file, *text;
		mode_t mode;
		const char *why;
	} rows[] = {
		{"server.key", NULL, 0604, "is open to everybody"},
		{"server.key", "no key", 0600, "the key "},
		{"server.pem", "no certificate", 0600, "the certificate "},
		{"ca.pem", "", 0600, "the certificate of the CA "},
		{"psk", "abc", 0600, "client 'keyed': key "},
		{"psk", NULL, 0640, "client 'keyed': key "},
	};
	char clients[1024], path[160], why[SITE_WHY_MAX] = "";
	struct site *none = NULL;

	clients_with_key(clients, sizeof(clients));
	write_config("", clients);
	snprintf(path, sizeof(path), "%s/%s", folder, rows[_i].file);
	if (rows[_i].text != NULL)
		write_file(rows[_i].file, rows[_i].text, strlen(rows[_i].text));
	ck_assert_int_eq(chmod(path, rows[_i].mode), 0);
	ck_assert_int_ne(site_load(main_file, &books, &none, why), WF_OK);
	ck_assert_msg(strstr(why, rows[_i].why) != NULL, "%s", why);
	ck_assert_ptr_null(none);
}
END_TEST

START_TEST(a_key_of_another_certificate)
{
	char text[1024], why[SITE_WHY_MAX] = "";
	struct site *none = NULL;

	snprintf(text, sizeof(text),
		"radius {\nradsec = \"[::]:2083\"\ncertificate = \"%s/server.pem\"\n"
		"key = \"%s/ca.key\"\nca = \"%s/ca.pem\" }\n" GATEWAYS,
		folder, folder, folder);
	write_main(text);
	ck_assert_int_eq(site_load(main_file, &books, &none, why), WF_INVALID);
	ck_assert_msg(strstr(why, "key values mismatch") != NULL, "%s", why);
}
END_TEST

START_TEST(an_own_certificate_that_ends)
{
	static const struct {
		int to_days;
		wf_status status;
		const char *why;
	} rows[] = {{40, WF_OK, ""}, {29, WF_NO, "ends in 2"}, {-2, WF_INVALID, "has expired"}};
	const struct pki_order order = {.name = "server",
		.issuer = "ca",
		.from_days = -20,
		.to_days = rows[_i].to_days};
	char why[512] = "";

	pki_make(folder, &order);
	write_config("", GATEWAYS);
	site = load_site();
	ck_assert_int_eq(site_tls_check(site, why, sizeof(why)), rows[_i].status);
	ck_assert_msg(strstr(why, rows[_i].why) != NULL, "%s", why);
	ck_assert((why[0] == '\0') == (rows[_i].status == WF_OK));
}
END_TEST

static Suite *
radsec_suite(void)
{
	Suite *suite = suite_create("radius_radsec");
	TCase *tc = tcase_create("radsec");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_certificate_lets_in, 0, 5);
	tcase_add_test(tc, a_protocol_that_is_offered_is_chosen);
	tcase_add_test(tc, a_network_limits_a_certificate);
	tcase_add_loop_test(tc, others_are_refused_with_a_reason, 0, (int)LENGTH(refusals));
	tcase_add_loop_test(tc, a_key_lets_in, 0, 3);
	tcase_add_test(tc, a_key_counts_for_nothing_beside_a_certificate);
	tcase_add_test(tc, keys_alone_need_no_certificate);
	tcase_add_test(tc, what_is_no_TLS_is_refused);
	tcase_add_test(tc, addresses_of_nobody_cost_no_handshake);
	tcase_add_test(tc, a_revoked_certificate_is_refused);
	tcase_add_loop_test(tc, a_reload_reviews_connections, 0, (int)LENGTH(changes));
	tcase_add_test(tc, a_reload_without_TLS_leaves_nobody);
	tcase_add_test(tc, packets_octet_by_octet);
	tcase_add_test(tc, packets_in_one_record_and_over_two);
	tcase_add_loop_test(tc, a_bad_length_ends_the_connection, 0, 5);
	tcase_add_test(tc, whoever_reads_a_packet_can_hang_up);
	tcase_add_test(tc, replies_in_any_order);
	tcase_add_test(tc, who_does_not_read_is_hung_up_on);
	tcase_add_test(tc, connections_have_numbers_of_their_own);
	tcase_add_test(tc, one_client_has_so_many_connections);
	tcase_add_test(tc, all_have_so_many_connections);
	tcase_add_test(tc, the_oldest_handshake_gives_way);
	tcase_add_test(tc, so_many_handshakes_in_all);
	tcase_add_test(tc, handshakes_take_turns);
	tcase_add_test(tc, idle_ones_are_ended);
	tcase_add_test(tc, old_ones_are_ended_when_they_are_quiet);
	tcase_add_loop_test(tc, files_that_cannot_be_used, 0, 6);
	tcase_add_test(tc, a_key_of_another_certificate);
	tcase_add_loop_test(tc, an_own_certificate_that_ends, 0, 3);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(radsec_suite)
