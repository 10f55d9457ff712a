/*
 * RADIUS over TLS: who is known by the fingerprint of his certificate, whoever has signed it
 * (RFC 6614 section 2.3; checklist F6).
 */
#include "config.h"

#include <openssl/pem.h>

#include "common/pin.h"
#include "tests/unit/radius/radsec_rig.h"

/* NAME.pem's. */
static const char *
pin_of(const char *name)
{
	static char pin[WF_PIN_SIZE];
	uint8_t digest[EVP_MAX_MD_SIZE];
	char path[160];
	X509 *certificate;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.pem", folder, name);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	certificate = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	ck_assert_int_eq(X509_digest(certificate, EVP_sha256(), digest, NULL), 1);
	X509_free(certificate);
	wf_pin_write(digest, pin);
	return pin;
}

/* GATEWAYS, and one that is known by the fingerprint of NAME.pem. */
static const char *
with_pin(const char *name)
{
	static char text[512];

	snprintf(text, sizeof(text), GATEWAYS "client pinned {\ncertificate = \"%s\" }\n",
		pin_of(name));
	return text;
}

static const struct pki_order alone = {.name = "alone"};

START_TEST(a_fingerprint_lets_in)
{
	static struct peer_options clients[] = {
		{.certificate = "alone", .version = TLS1_2_VERSION},
		{.certificate = "alone", .version = TLS1_3_VERSION},
		{.certificate = "forged"}, /* by an authority that nobody knows */
		{.certificate = "stranger"}, /* by ours, with a name that nobody knows */
		{.certificate = "gw.example"}, /* goes before its name */
	};
	struct peer peer;

	pki_make(folder, &alone);
	start("", with_pin(clients[_i].certificate));
	ck_assert_msg(connect_from(&peer, &clients[_i], "192.0.2.1"), "%s", said);
	expect_in(&peer, "pinned");
	ck_assert_msg(strstr(said, pin_of(clients[_i].certificate)) != NULL, "%s", said);
	peer_close(&peer);
}
END_TEST

START_TEST(fingerprints_alone_need_no_authority)
{
	static struct peer_options options = {.certificate = "alone"};
	static struct peer_options signed_one = {.certificate = "gw.example"};
	char text[512];
	struct peer peer;

	pki_make(folder, &alone);
	snprintf(text, sizeof(text),
		"radius { radsec = \"[::]:2083\" certificate = \"%s/server.pem\"\n"
		"key = \"%s/server.key\" }\nclient pinned {\ncertificate = \"%s\" }",
		folder, folder, pin_of("alone"));
	write_main(text);
	start_written();
	ck_assert_msg(connect_from(&peer, &options, "192.0.2.1"), "%s", said);
	expect_in(&peer, "pinned");
	peer_close(&peer);
	(void)connect_from(&peer, &signed_one, "192.0.2.1");
	ck_assert(peer_is_hung_up(&peer));
	peer_close(&peer);
}
END_TEST

/* What an authority would have to vouch for may be wrong with it, nothing else. */
START_TEST(a_fingerprint_forgives_nothing_else)
{
	static const struct pki_order ended = {
		.name = "ended", .issuer = "other-ca", .from_days = -9, .to_days = -2};
	static const struct {
		struct peer_options options;
		const char *said;
	} rows[] = {
		{{.certificate = "ended"}, "certificate has expired"},
		{{.certificate = "gw.example"}, "certificate revoked"},
	};
	struct peer_options options = rows[_i].options;
	char crl[160];
	struct peer peer;

	pki_make(folder, &ended);
	pki_revoke(folder, "ca", "gw.example", "ca");
	snprintf(crl, sizeof(crl), "crl = \"%s/ca.crl\"\n", folder);
	start(crl, with_pin(options.certificate));
	(void)connect_from(&peer, &options, "192.0.2.1");
	ck_assert(peer_is_hung_up(&peer));
	ck_assert_msg(strstr(said, rows[_i].said) != NULL, "%s", said);
	ck_assert_uint_eq(counts[STATS_CONNECTIONS], 0);
	peer_close(&peer);
}
END_TEST

/* A list of one's own authority says nothing of others' certificates. */
START_TEST(a_fingerprint_beside_a_list)
{
	static struct peer_options options = {.certificate = "alone"};
	char crl[160];
	struct peer peer;

	pki_make(folder, &alone);
	pki_revoke(folder, "ca", "gw.example", "ca");
	snprintf(crl, sizeof(crl), "crl = \"%s/ca.crl\"\n", folder);
	start(crl, with_pin("alone"));
	ck_assert_msg(connect_from(&peer, &options, "192.0.2.1"), "%s", said);
	expect_in(&peer, "pinned");
	peer_close(&peer);
}
END_TEST

START_TEST(a_name_is_no_fingerprint)
{
	char name[128];
	struct pki_order liar = {.name = "liar", .issuer = "ca", .alternatives = name};
	struct peer_options options = {.certificate = "liar"};
	struct peer peer;

	pki_make(folder, &alone);
	snprintf(name, sizeof(name), "DNS:%s", pin_of("alone"));
	pki_make(folder, &liar);
	start("", with_pin("alone"));
	(void)connect_from(&peer, &options, "192.0.2.1");
	ck_assert(peer_is_hung_up(&peer));
	ck_assert_msg(strstr(said, "its certificate is for 'sha256:") != NULL, "%s", said);
	peer_close(&peer);
}
END_TEST

/* The operator can copy it from the log. */
START_TEST(an_unknown_fingerprint_is_told)
{
	static struct peer_options options = {.certificate = "alone"};
	struct peer peer;

	pki_make(folder, &alone);
	start("", with_pin("forged"));
	(void)connect_from(&peer, &options, "192.0.2.1");
	ck_assert(peer_is_hung_up(&peer));
	ck_assert_msg(strstr(said, "put its fingerprint into the client's 'certificate'") != NULL,
		"%s", said);
	ck_assert_msg(strstr(said, pin_of("alone")) != NULL, "%s", said);
	ck_assert_uint_eq(counts[STATS_CONNECTIONS_REFUSED], 1);
	peer_close(&peer);
}
END_TEST

START_TEST(a_reload_reviews_fingerprints)
{
	static struct peer_options options = {.certificate = "alone"};
	struct peer peer;

	pki_make(folder, &alone);
	start("", with_pin("alone"));
	ck_assert(connect_from(&peer, &options, "192.0.2.1"));
	reload("", with_pin("alone"));
	peer_write(&peer, (const uint8_t[PACKET_HEADER]){12, 1, 0, PACKET_HEADER}, PACKET_HEADER);
	ck_assert_uint_eq(taken, 1);
	ck_assert_str_eq(last.client->config->name, "pinned");
	reload("", with_pin("forged"));
	ck_assert(peer_is_hung_up(&peer));
	ck_assert_msg(strstr(said, "no client section is for it any more") != NULL, "%s", said);
	peer_close(&peer);
}
END_TEST

/* Who has come by a name is whose fingerprint it is, as soon as somebody lists that. */
START_TEST(a_reload_prefers_fingerprints)
{
	static struct peer_options options = {.certificate = "gw.example"};
	struct peer peer;

	start("", GATEWAYS);
	ck_assert(connect_from(&peer, &options, "192.0.2.1"));
	expect_in(&peer, "gw");
	reload("", with_pin("gw.example"));
	peer_write(&peer, (const uint8_t[PACKET_HEADER]){12, 1, 0, PACKET_HEADER}, PACKET_HEADER);
	ck_assert_str_eq(last.client->config->name, "pinned");
	reload("", GATEWAYS);
	peer_write(&peer, (const uint8_t[PACKET_HEADER]){12, 2, 0, PACKET_HEADER}, PACKET_HEADER);
	ck_assert_str_eq(last.client->config->name, "gw");
	peer_close(&peer);
}
END_TEST

static Suite *
radsec_pin_suite(void)
{
	Suite *suite = suite_create("radius_radsec_pin");
	TCase *tc = tcase_create("radsec_pin");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_fingerprint_lets_in, 0, 5);
	tcase_add_test(tc, fingerprints_alone_need_no_authority);
	tcase_add_loop_test(tc, a_fingerprint_forgives_nothing_else, 0, 2);
	tcase_add_test(tc, a_fingerprint_beside_a_list);
	tcase_add_test(tc, a_name_is_no_fingerprint);
	tcase_add_test(tc, an_unknown_fingerprint_is_told);
	tcase_add_test(tc, a_reload_reviews_fingerprints);
	tcase_add_test(tc, a_reload_prefers_fingerprints);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(radsec_pin_suite)
