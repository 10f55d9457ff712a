/*
 * The options of the sections radius, client and reply as rows, and their built-in values.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <string.h>

#include "authd/config/config_load.h"
#include "common/radius_words.h"

#define RADIUS(field)                                                                              \
	.section = "radius", .offset = offsetof(struct config, radius.field),                      \
	.size = sizeof(((struct config *)NULL)->radius.field)
#define CLIENT(field)                                                                              \
	.section = "client", .offset = offsetof(struct config_client, field),                      \
	.size = sizeof(((struct config_client *)NULL)->field)
#define REPLY(field) .section = "reply", .offset = offsetof(struct config_reply, field)

#define WORD(value, word) {word, value},

static const struct config_word authenticators[] = {WF_RADIUS_AUTHENTICATORS(WORD) {NULL, 0}};
static const struct config_word modes[] = {WF_RADIUS_MODES(WORD) {NULL, 0}};
static const struct config_word versions[] = {
	{"1.0", RADIUS_1_0}, {"1.1", RADIUS_1_1}, {NULL, 0}};
static const struct config_word zones[] = {
	{"internet", ZONE_INTERNET}, {"internal", ZONE_INTERNAL}, {NULL, 0}};

static const struct config_row rows[] = {
	{RADIUS(listeners), .name = "listen", .type = CONFIG_LISTEN, .min = LISTEN_AUTHENTICATION},
	{RADIUS(listeners), .name = "accounting", .type = CONFIG_LISTEN, .min = LISTEN_ACCOUNTING},
	{RADIUS(listeners), .name = "radsec", .type = CONFIG_LISTEN, .min = LISTEN_TLS},
	{RADIUS(certificate), .name = "certificate", .type = CONFIG_PATH},
	{RADIUS(key), .name = "key", .type = CONFIG_PATH},
	{RADIUS(ca), .name = "ca", .type = CONFIG_PATH},
	{RADIUS(crl), .name = "crl", .type = CONFIG_PATH},
	{RADIUS(versions), .name = "version", .type = CONFIG_FLAGS, .words = versions},
	{RADIUS(radsec_connections), .name = "radsec_connections", .type = CONFIG_UNSIGNED,
		.min = 1, .max = 4096},
	{RADIUS(radsec_client_connections), .name = "radsec_client_connections",
		.type = CONFIG_UNSIGNED, .min = 1, .max = 4096},
	{RADIUS(radsec_idle_ms), .name = "radsec_idle", .type = CONFIG_SECONDS, .min = 10,
		.max = 86400},
	{RADIUS(radsec_lifetime_ms), .name = "radsec_lifetime", .type = CONFIG_SECONDS, .min = 60,
		.max = 30 * 86400},
	{RADIUS(dictionaries), .name = "dictionary", .type = CONFIG_DICTIONARIES},
	{RADIUS(user), .name = "user", .type = CONFIG_NAME_OR_NONE},
	{RADIUS(enrolment_host), .name = "enrolment_host", .type = CONFIG_NAME_OR_NONE},
	{RADIUS(state_dir), .name = "state_dir", .type = CONFIG_PATH},
	{CLIENT(networks), .name = "network", .type = CONFIG_NETWORKS},
	{CLIENT(certificates), .name = "certificate", .type = CONFIG_CERTIFICATES},
	{CLIENT(psk_identity), .name = "psk_identity", .type = CONFIG_TEXT, .min = 1},
	{CLIENT(psk_file), .name = "psk_file", .type = CONFIG_PATH},
	{CLIENT(secret_file), .name = "secret_file", .type = CONFIG_PATH},
	{CLIENT(secret_changed_day), .name = "secret_changed", .type = CONFIG_DAY},
	{CLIENT(profile), .name = "profile", .type = CONFIG_PROFILE},
	{CLIENT(message_authenticator), .name = "message_authenticator", .type = CONFIG_WORD,
		.words = authenticators},
	{CLIENT(proxies), .name = "proxies", .type = CONFIG_SWITCH},
	{CLIENT(mode), .name = "mode", .type = CONFIG_WORD, .words = modes},
	{CLIENT(separator), .name = "separator", .type = CONFIG_TEXT},
	{CLIENT(groups), .name = "groups", .type = CONFIG_GROUPS},
	{CLIENT(zone), .name = "zone", .type = CONFIG_WORD, .words = zones},
	CONFIG_REGISTER_ROWS("client", struct config_client, entry),
	{CLIENT(trust_calling_station), .name = "trust_calling_station", .type = CONFIG_SWITCH},
	{CLIENT(kinds), .name = "kinds", .type = CONFIG_KINDS, .max = 2},
	{CLIENT(fold_case), .name = "fold_case", .type = CONFIG_SWITCH},
	{CLIENT(strip_realm), .name = "strip_realm", .type = CONFIG_SWITCH},
	{CLIENT(timeout_ms), .name = "timeout", .type = CONFIG_SECONDS, .min = 1, .max = 120},
	{CLIENT(rate), .name = "rate", .type = CONFIG_UNSIGNED, .min = 1, .max = 100000},
	{CLIENT(send_groups), .name = "send_groups", .type = CONFIG_SWITCH},
	{CLIENT(group_attribute), .name = "group_attribute", .type = CONFIG_GROUP_ATTRIBUTE},
	{CLIENT(replies), .name = "reply", .type = CONFIG_REPLIES},
	{REPLY(groups), .name = "groups", .type = CONFIG_GROUPS},
	{REPLY(attributes), .name = "attributes", .type = CONFIG_ATTRIBUTES},
};
_Static_assert(
	sizeof(rows) / sizeof(rows[0]) <= CONFIG_RADIUS_ROWS_MAX, "room in the table of all rows");
_Static_assert(sizeof(enum client_mode) == sizeof(unsigned) &&
		       sizeof(enum zone) == sizeof(unsigned) &&
		       sizeof(enum client_authenticator) == sizeof(unsigned),
	"words are put as unsigned numbers");

const struct config_row *
config_radius_rows(size_t *n_r)
{
	*n_r = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

const char *
config_mode_name(enum client_mode mode)
{
	return config_word_of(modes, mode);
}

const char *
config_authenticator_name(enum client_authenticator authenticator)
{
	return config_word_of(authenticators, authenticator);
}

void
config_client_defaults(struct config_client *client)
{
	(void)snprintf(client->profile, sizeof(client->profile), "generic");
	client->secret_changed_day = -1;
	client->message_authenticator = CLIENT_AUTHENTICATOR_REQUIRED;
	client->mode = CLIENT_CHALLENGE;
	client->zone = ZONE_INTERNET;
	client->entry.class = CLASS_VPN;
	client->timeout_ms = 5000;
	client->rate = 100;
}

static void
listen_on(struct config_radius *radius, enum config_transport transport, const char *text)
{
	struct config_listener *listener = &radius->listeners[radius->nlisteners];

	if (config_listener(text, transport, listener))
		radius->nlisteners++;
}

void
config_radius_defaults(struct config_radius *radius)
{
	(void)snprintf(radius->user, sizeof(radius->user), "warifu-radius");
	(void)snprintf(radius->state_dir, sizeof(radius->state_dir), "%s", WF_STATEDIR "-radius");
	radius->versions = RADIUS_1_0 | RADIUS_1_1;
	radius->radsec_connections = 256;
	radius->radsec_client_connections = 16;
	radius->radsec_idle_ms = 600 * 1000;
	radius->radsec_lifetime_ms = 86400 * 1000;
	listen_on(radius, LISTEN_AUTHENTICATION, "0.0.0.0:1812");
	listen_on(radius, LISTEN_AUTHENTICATION, "[::]:1812");
	listen_on(radius, LISTEN_ACCOUNTING, "0.0.0.0:1813");
	listen_on(radius, LISTEN_ACCOUNTING, "[::]:1813");
}
