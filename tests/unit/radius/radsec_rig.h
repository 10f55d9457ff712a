/*
 * What the tests of RADIUS over TLS share: certificates, a server from a configuration, what it
 * hands on, and clients that connect to it.
 */
#ifndef WF_TESTS_UNIT_RADIUS_RADSEC_RIG_H
#define WF_TESTS_UNIT_RADIUS_RADSEC_RIG_H

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
static size_t lengths[64], taken, settled, hung_up, lines;

static inline struct wf_now
read_clock(void *ctx)
{
	(void)ctx;
	return (struct wf_now){.wall_us = now_us, .boot_us = now_us};
}

static inline void
receive(void *ctx, const struct route *route, const uint8_t *bytes, size_t len)
{
	(void)ctx;
	last = *route;
	memcpy(packets[taken % 64], bytes, len);
	lengths[taken % 64] = len;
	taken++;
}

static inline void
on_settled(void *ctx)
{
	(void)ctx;
	settled++;
}

static inline void
on_hung_up(void *ctx, const void *place)
{
	(void)ctx;
	ck_assert_ptr_nonnull(place);
	hung_up++;
}

static inline void
count(void *ctx, const struct client *client, size_t counter)
{
	(void)ctx;
	counts[counter]++;
	counted_for = client;
}

static inline void
say(int priority, const char *text)
{
	(void)priority;
	snprintf(said, sizeof(said), "%s", text);
	lines++;
}

/* --- the server --- */

static inline void
write_config(const char *options, const char *clients)
{
	char text[4096];

	snprintf(text, sizeof(text),
		"radius {\nradsec = \"[::]:2083\"\ncertificate = \"%s/server.pem\"\n"
		"key = \"%s/server.key\"\nca = \"%s/ca.pem\"\n%s}\n%s",
		folder, folder, folder, options, clients);
	write_main(text);
}

static inline struct site *
load_site(void)
{
	char why[SITE_WHY_MAX] = "";
	struct site *loaded = NULL;

	ck_assert_msg(site_load(main_file, &books, &loaded, why) == WF_OK, "%s", why);
	return loaded;
}

/* WF_OK, or what radsec_new() says. */
static inline wf_status
make_radsec(void)
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

	return radsec_new(&whole, site, &radsec);
}

/* With the configuration that is in its file. */
static inline void
start_written(void)
{
	site = load_site();
	ck_assert_int_eq(make_radsec(), WF_OK);
}

static inline void
start(const char *options, const char *clients)
{
	write_config(options, clients);
	start_written();
}

/* What a SIGHUP does. */
static inline void
reload(const char *options, const char *clients)
{
	struct site *next;

	write_config(options, clients);
	next = load_site();
	radsec_use(radsec, next);
	site_return(&site);
	site = next;
}

static inline void
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
	taken = settled = hung_up = lines = 0;
	said[0] = '\0';
	now_us = 1000 * SECOND;
}

static inline void
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

static inline void
clients_with_key(char *text_r, size_t size)
{
	snprintf(text_r, size,
		GATEWAYS "client keyed {\npsk_identity = \"branch 1\" psk_file = \"%s\" }\n"
			 "client keyed2 {\npsk_identity = \"branch 2\" psk_file = \"%s\"\n"
			 "network = 10.0.0.0/8 }\n",
		psk_path, psk_path);
}

/* --- a client --- */

static inline struct sockaddr_storage
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
static inline void
arrive(struct peer *peer, struct peer_options *options, const char *from)
{
	struct sockaddr_storage address = address_of(from);
	int fd;

	options->folder = folder;
	fd = peer_open(peer, base, options);
	radsec_take(radsec, fd, &address);
}

static inline bool
connect_from(struct peer *peer, struct peer_options *options, const char *from)
{
	arrive(peer, options, from);
	return peer_shake_hands(peer);
}

static inline void
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
static inline struct peer
enter(void)
{
	struct peer peer;

	ck_assert(connect_from(&peer, &gateway, "192.0.2.1"));
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_REFUSED], 0);
	return peer;
}

#endif
