/*
 * RADIUS over TLS: who is let in by real certificates and keys, who is not and why, and who may
 * stay after a reload (checklist F and G1).
 */
#include "config.h"

#include <openssl/pem.h>

#include "common/tls/term.h"
#include "tests/unit/descriptors.h"
#include "tests/unit/radius/radsec_rig.h"

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

/* What is spoken with whom, by what each end permits; NULL: nothing at all. */
static const struct {
	const char *option; /* ours */
	struct peer_options peer;
	const char *chosen;
} versions[] = {
	{"", {.protocols = "\x0aradius/1.0"}, "radius/1.0"},
	{"", {.protocols = "\x0aradius/1.1"}, "radius/1.1"},
	{"", {.protocols = "\x0aradius/1.0\x0aradius/1.1"}, "radius/1.1"},
	{"", {.protocols = "\x0aradius/1.1", .version = TLS1_2_VERSION}, NULL},
	{"", {.protocols = "\x0aradius/1.1\x0aradius/1.0", .version = TLS1_2_VERSION},
		"radius/1.0"},
	{"", {.protocols = "\x08http/1.1\x0aradius/1.1"}, "radius/1.1"},
	{"", {.protocols = "\x0bradius/1.1x"}, NULL},
	{"", {.protocols = NULL}, ""},
	{"version = \"1.0\"\n", {.protocols = "\x0aradius/1.0\x0aradius/1.1"}, "radius/1.0"},
	{"version = \"1.0\"\n", {.protocols = "\x0aradius/1.1"}, NULL},
	{"version = {\"1.1\"}\n", {.protocols = "\x0aradius/1.0\x0aradius/1.1"}, "radius/1.1"},
	{"version = {\"1.1\"}\n", {.protocols = "\x0aradius/1.0"}, NULL},
	{"version = {\"1.1\"}\n", {.protocols = NULL}, NULL},
	{"version = {\"1.1\"}\n", {.protocols = NULL, .version = TLS1_2_VERSION}, NULL},
	{"version = {\"1.0\", \"1.1\"}\n", {.protocols = "\x0aradius/1.1"}, "radius/1.1"},
};

START_TEST(g1_the_version_is_agreed_on)
{
	struct peer_options options = versions[_i].peer;
	const char *wanted = versions[_i].chosen;
	const unsigned char *chosen;
	struct peer peer;
	unsigned len;

	options.certificate = "gw.example";
	start(versions[_i].option, GATEWAYS);
	(void)connect_from(&peer, &options, "192.0.2.1");
	if (wanted == NULL) {
		ck_assert(peer_is_hung_up(&peer));
		ck_assert_uint_eq(counts[STATS_CONNECTIONS], 0);
		peer_close(&peer);
		return;
	}
	expect_in(&peer, "gw");
	SSL_get0_alpn_selected(peer.tls, &chosen, &len);
	ck_assert_uint_eq(len, strlen(wanted));
	if (len > 0)
		ck_assert_mem_eq(chosen, wanted, len);
	ck_assert((last.nonce != NULL) == (strcmp(wanted, "radius/1.1") == 0));
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_V11], last.nonce != NULL);
	peer_close(&peer);
}
END_TEST

START_TEST(g1_who_offers_nothing_is_told_so)
{
	static struct peer_options options = {.certificate = "gw.example"};
	struct peer peer;

	start("version = {\"1.1\"}\n", GATEWAYS);
	(void)connect_from(&peer, &options, "192.0.2.1");
	ck_assert(peer_is_hung_up(&peer));
	ck_assert_msg(strstr(said, "it offers no protocol by ALPN") != NULL, "%s", said);
	peer_close(&peer);
}
END_TEST

/* Else what two gateways send first would be the same request (DESIGN I2). */
START_TEST(g2_each_connection_has_its_own_mark)
{
	static struct peer_options options = {
		.certificate = "gw.example", .protocols = "\x0aradius/1.1"};
	uint8_t nonce[ROUTE_NONCE];
	struct peer peers[2];

	start("", GATEWAYS);
	ck_assert(connect_from(&peers[0], &options, "192.0.2.1"));
	expect_in(&peers[0], "gw");
	memcpy(nonce, last.nonce, sizeof(nonce));
	expect_in(&peers[0], "gw");
	ck_assert_mem_eq(last.nonce, nonce, sizeof(nonce));
	ck_assert(connect_from(&peers[1], &options, "192.0.2.1"));
	expect_in(&peers[1], "gw");
	ck_assert_mem_ne(last.nonce, nonce, sizeof(nonce));
	peer_close(&peers[0]);
	peer_close(&peers[1]);
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
	const char *said; /* what the log says */
} refusals[] = {
	{{.certificate = "stranger"}, "its certificate is for '192.0.2.9'"},
	{{.certificate = "near.example"}, "its certificate is for 'near.example'"},
	{{.certificate = "forged"}, "put the certificate of its authority into radius.ca"},
	{{.certificate = "old"}, "certificate has expired"},
	{{.certificate = NULL}, "peer did not return a certificate: give it one"},
	{{.certificate = "gw.example", .version = TLS1_1_VERSION},
		"it must speak TLS 1.2 at least"},
	{{.certificate = "gw.example", .protocols = "\x0aradius/1.2"},
		"no application protocol"},
	{{.certificate = "gw.example", .ca = "other-ca"},
		"let it believe the authority of radius.certificate"},
	{{.identity = "nobody", .key = KEY},
		"no client section with psk_identity \"nobody\""},
	{{.identity = "nobody", .key = KEY, .version = TLS1_2_VERSION},
		"no client section with psk_identity \"nobody\""},
	{{.identity = "branch 1", .key = "ff" KEY}, "its key is not the one in psk_file"},
	{{.identity = "branch 1", .key = "ff" KEY, .version = TLS1_2_VERSION}, "TLS: "},
	{{.identity = "branch 2", .key = KEY}, "no client section with psk_identity"},
	{{.identity = "bad\nname", .key = KEY}, "psk_identity \"bad\\x0aname\""},
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

/* One address that comes again and again: the other one's cause is still told. */
START_TEST(strangers_do_not_hide_each_other)
{
	struct peer_options options = {.certificate = "stranger"};
	struct peer peer;

	start("", GATEWAYS);
	for (int i = 0; i < 5; i++) {
		(void)connect_from(&peer, &options, i < 4 ? "192.0.2.1" : "192.0.2.2");
		ck_assert(peer_is_hung_up(&peer));
		peer_close(&peer);
	}
	ck_assert_uint_eq(lines, 2);
	ck_assert_ptr_nonnull(strstr(said, "from 192.0.2.2:4000"));
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_REFUSED], 5);
}
END_TEST

START_TEST(a_gateway_that_comes_again_fills_no_log)
{
	struct peer peer;

	start("", GATEWAYS);
	for (int i = 0; i < 40; i++) {
		peer = enter();
		peer_close(&peer);
		ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	}
	ck_assert_uint_eq(counts[STATS_CONNECTIONS], 40);
	ck_assert_uint_le(lines, 32);
	now_us += 60 * SECOND;
	said[0] = '\0';
	peer = enter();
	ck_assert_ptr_nonnull(strstr(said, "is connected"));
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

	snprintf(text, sizeof(text),
		"radius { radsec = \"[::]:2083\" }\n"
		"client k {\npsk_identity = k psk_file = \"%s\" }",
		psk_path);
	write_main(text);
	start_written();
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
	arrive(&peer, &options, "192.0.2.1");
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_REFUSED], 2);
	ck_assert_uint_eq(lines, 1); /* not a line for each */
	peer_close(&peer);
	arrive(&peer, &options, "2001:db8::1");
	ck_assert_ptr_nonnull(strstr(said, "from [2001:db8::1]:4000"));
	peer_close(&peer);
	now_us += 60 * SECOND;
	arrive(&peer, &options, "192.0.2.1");
	ck_assert_uint_eq(lines, 3);
	peer_close(&peer);
}
END_TEST

/* A socket that radsec listens at, and somebody who has connected to it. */
static int
knock(void)
{
	struct sockaddr_in own = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(own);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int client = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(listener, (struct sockaddr *)&own, sizeof(own)), 0);
	ck_assert_int_eq(listen(listener, 8), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&own, &len), 0);
	ck_assert_int_eq(radsec_listen(radsec, listener), WF_OK);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&own, len), 0);
	return client;
}

/* The loop does not turn in vain; the operator is told once a minute; and it goes on by itself. */
START_TEST(without_descriptors_accepting_pauses)
{
	struct rlimit before;
	int client;

	start("", GATEWAYS);
	client = knock();
	before = descriptors_use_up();
	for (size_t i = 0; i < 4; i++) {
		now_us += 20 * SECOND;
		radsec_tick(radsec);
		ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
		ck_assert_uint_eq(lines, i < 3 ? 1 : 2);
	}
	descriptors_give_back(&before);
	ck_assert_ptr_nonnull(strstr(said, "there are no descriptors or no memory left"));
	ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	ck_assert_uint_eq(radsec_count(radsec), 0); /* it waits for the tick */
	radsec_tick(radsec);
	ck_assert_int_ge(event_base_loop(base, EVLOOP_NONBLOCK), 0);
	ck_assert_uint_eq(radsec_count(radsec), 1);
	close(client);
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

/* The handshake has begun with files and keys that are not in force any more when it is done. */
START_TEST(g1_a_reload_ends_versions)
{
	static struct peer_options options = {
		.certificate = "gw.example", .protocols = "\x0aradius/1.1"};
	struct peer peers[2];

	start("", GATEWAYS);
	ck_assert(connect_from(&peers[0], &options, "192.0.2.1"));
	expect_in(&peers[0], "gw");
	peers[1] = enter();
	expect_in(&peers[1], "gw");
	reload("version = \"1.0\"\n", GATEWAYS);
	ck_assert(peer_is_hung_up(&peers[0]));
	ck_assert_uint_eq(radsec_count(radsec), 1);
	reload("version = \"1.1\"\n", GATEWAYS);
	ck_assert(peer_is_hung_up(&peers[1]));
	peer_close(&peers[0]);
	peer_close(&peers[1]);
}
END_TEST

START_TEST(a_reload_ends_handshakes)
{
	struct peer_options options = changes[_i].options;
	char clients[1024], crl[160];
	struct peer peer;

	clients_with_key(clients, sizeof(clients));
	start("", clients);
	arrive(&peer, &options, "192.0.2.1");
	ck_assert_int_ne(SSL_do_handshake(peer.tls), 1);
	for (int i = 0; i < 5; i++)
		(void)event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	pki_revoke(folder, "ca", "gw.example", "ca");
	snprintf(crl, sizeof(crl), "crl = \"%s/ca.crl\"\n", folder);
	write_file("psk", "ff" KEY, sizeof("ff" KEY) - 1);
	reload(crl, clients);
	(void)peer_shake_hands(&peer);
	ck_assert(peer_is_hung_up(&peer));
	ck_assert_msg(strstr(said, "a reload came") != NULL, "%s", said);
	ck_assert_uint_eq(counts[STATS_CONNECTIONS], 0);
	ck_assert_uint_eq(radsec_count(radsec), 0);
	peer_close(&peer);
}
END_TEST

START_TEST(a_reload_without_TLS_leaves_nobody)
{
	struct peer peer;
	struct site *next;

	start("", GATEWAYS);
	peer = enter();
	write_main("");
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

/* Nobody is there to type a passphrase. */
START_TEST(an_encrypted_key_is_refused)
{
	char path[160], why[SITE_WHY_MAX] = "";
	struct site *none = NULL;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	FILE *file;

	snprintf(path, sizeof(path), "%s/server.key", folder);
	file = fopen(path, "w");
	ck_assert_int_eq(PEM_write_PKCS8PrivateKey(
				 file, key, EVP_aes_128_cbc(), "secret", 6, NULL, NULL),
		1);
	ck_assert_int_eq(fclose(file), 0);
	EVP_PKEY_free(key);
	write_config("", GATEWAYS);
	ck_assert_int_eq(site_load(main_file, &books, &none, why), WF_INVALID);
	ck_assert_msg(strstr(why, "cannot be used") != NULL, "%s", why);
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

/* The server's certificate, its authority's and the list: which of them is told, and how. */
static const struct term {
	int server_days, ca_days, list_from_days, list_days; /* list_days 0: there is none */
	wf_status status;
	const char *told;
} terms[] = {
	{40, 90, 0, 0, WF_OK, "server.pem: valid for 40 more days"},
	{90, 40, 0, 0, WF_OK, "ca.pem: valid for 40 more days"},
	{29, 90, 0, 0, WF_NO, "certificate %/server.pem: ends in 29 days; "},
	{-2, 90, 0, 0, WF_INVALID, "certificate %/server.pem: has expired; "},
	{90, 20, 0, 0, WF_NO, "authority %/ca.pem: ends in 20 days; "},
	{90, -2, 0, 0, WF_INVALID, "authority %/ca.pem: has expired; "},
	{90, 90, -20, 10, WF_OK, "ca.crl: valid for 10 more days"},
	{90, 90, -28, 7, WF_NO, "certificates %/ca.crl: ends in 7 days; everybody is refused"},
	{90, 90, -9, -2, WF_INVALID, "certificates %/ca.crl: has expired; everybody is refused"},
	{20, 90, -20, 10, WF_NO, "server.pem: ends in 20 days"},
	{20, 90, -28, 7, WF_NO, "ca.crl: ends in 7 days"},
	{-2, 90, -28, 7, WF_INVALID, "server.pem: has expired"},
};

static void
make_terms(const struct term *row)
{
	const struct pki_order ca = {.name = "ca", .from_days = -90, .to_days = row->ca_days};
	const struct pki_order server = {.name = "server",
		.issuer = "ca",
		.from_days = -20,
		.to_days = row->server_days};
	char crl[160] = "";

	pki_make(folder, &ca);
	pki_make(folder, &server);
	if (row->list_days != 0) {
		pki_list(folder, "ca", "ca", row->list_from_days, row->list_days);
		snprintf(crl, sizeof(crl), "crl = \"%s/ca.crl\"\n", folder);
	}
	write_config(crl, GATEWAYS);
	site = load_site();
}

/* '%' stands for the folder. */
static void
expect_told(const char *text, const char *wanted)
{
	const char *mark = strchr(wanted, '%');
	char whole[256];

	snprintf(whole, sizeof(whole), "%.*s%s%s", mark != NULL ? (int)(mark - wanted) : 0, wanted,
		mark != NULL ? folder : "", mark != NULL ? mark + 1 : wanted);
	ck_assert_msg(strstr(text, whole) != NULL, "%s, not %s", text, whole);
}

START_TEST(what_ends_is_told_before)
{
	const struct term *row = &terms[_i];
	char text[SITE_WHY_MAX];

	make_terms(row);
	ck_assert_int_eq(site_tls_check(site, text), row->status);
	expect_told(text, row->told);
	site_say_terms(site, say);
	ck_assert((said[0] == '\0') == (row->status == WF_OK));
}
END_TEST

static void
append(const char *to, const char *from)
{
	char path[160], bytes[4096];
	FILE *in, *out;

	snprintf(path, sizeof(path), "%s/%s", folder, from);
	in = fopen(path, "r");
	snprintf(path, sizeof(path), "%s/%s", folder, to);
	out = fopen(path, "a");
	ck_assert(in != NULL && out != NULL);
	ck_assert_uint_gt(fwrite(bytes, 1, fread(bytes, 1, sizeof(bytes), in), out), 0);
	fclose(in);
	ck_assert_int_eq(fclose(out), 0);
}

/* The old one stays in the file until the new one has come. */
START_TEST(a_list_that_is_followed_is_not_missed)
{
	static const struct term row = {90, 90, -9, -2, WF_INVALID, ""};
	char text[SITE_WHY_MAX];

	make_terms(&row);
	pki_list(folder, "ca", "new", 0, 40);
	append("ca.crl", "new.crl");
	site_return(&site);
	site = load_site();
	ck_assert_int_eq(site_tls_check(site, text), WF_OK);
	expect_told(text, "ca.crl: valid for 40 more days");
}
END_TEST

START_TEST(once_a_day)
{
	int64_t due_us = 0;

	ck_assert(wf_term_due(&due_us, 7 * SECOND));
	ck_assert(!wf_term_due(&due_us, 7 * SECOND + 86399 * SECOND));
	ck_assert(wf_term_due(&due_us, 7 * SECOND + 86400 * SECOND));
	ck_assert(!wf_term_due(&due_us, 8 * SECOND + 86400 * SECOND));
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
	tcase_add_loop_test(tc, g1_the_version_is_agreed_on, 0, (int)LENGTH(versions));
	tcase_add_test(tc, g1_who_offers_nothing_is_told_so);
	tcase_add_test(tc, g2_each_connection_has_its_own_mark);
	tcase_add_test(tc, a_network_limits_a_certificate);
	tcase_add_loop_test(tc, others_are_refused_with_a_reason, 0, (int)LENGTH(refusals));
	tcase_add_loop_test(tc, a_key_lets_in, 0, 3);
	tcase_add_test(tc, a_key_counts_for_nothing_beside_a_certificate);
	tcase_add_test(tc, keys_alone_need_no_certificate);
	tcase_add_test(tc, what_is_no_TLS_is_refused);
	tcase_add_test(tc, addresses_of_nobody_cost_no_handshake);
	tcase_add_test(tc, without_descriptors_accepting_pauses);
	tcase_add_test(tc, a_revoked_certificate_is_refused);
	tcase_add_loop_test(tc, a_reload_reviews_connections, 0, (int)LENGTH(changes));
	tcase_add_test(tc, g1_a_reload_ends_versions);
	tcase_add_loop_test(tc, a_reload_ends_handshakes, 0, (int)LENGTH(changes));
	tcase_add_test(tc, a_reload_without_TLS_leaves_nobody);
	tcase_add_loop_test(tc, files_that_cannot_be_used, 0, 6);
	tcase_add_test(tc, an_encrypted_key_is_refused);
	tcase_add_test(tc, a_key_of_another_certificate);
	tcase_add_test(tc, strangers_do_not_hide_each_other);
	tcase_add_test(tc, a_gateway_that_comes_again_fills_no_log);
	tcase_add_loop_test(tc, what_ends_is_told_before, 0, (int)LENGTH(terms));
	tcase_add_test(tc, a_list_that_is_followed_is_not_missed);
	tcase_add_test(tc, once_a_day);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(radsec_suite)
