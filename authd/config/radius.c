/*
 * Looking things up in the part of the configuration that is about RADIUS.  Changes nothing.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include "authd/config/radius.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool
config_radius_serves(const struct config_radius *radius, enum config_transport transport)
{
	for (size_t i = 0; i < radius->nlisteners; i++)
		if (radius->listeners[i].transport == transport)
			return true;
	return false;
}

const struct config_client *
config_client_find(const struct config_radius *radius, const char *name)
{
	for (size_t i = 0; i < radius->nclients; i++)
		if (strcmp(radius->clients[i].name, name) == 0)
			return &radius->clients[i];
	return NULL;
}

static bool
is_ipv4(const uint8_t bytes[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(bytes, mapped, sizeof(mapped)) == 0;
}

bool
config_network_covers(const struct wf_network *network, const uint8_t address[16])
{
	unsigned whole = network->prefix / 8;
	unsigned rest = network->prefix % 8;

	if (is_ipv4(network->bytes) != is_ipv4(address) ||
		memcmp(network->bytes, address, whole) != 0)
		return false;
	return rest == 0 || (network->bytes[whole] ^ address[whole]) >> (8 - rest) == 0;
}

void
config_network_text(const struct wf_network *network, char text_r[CONFIG_NETWORK_SIZE])
{
	bool ipv4 = is_ipv4(network->bytes);
	char host[INET6_ADDRSTRLEN] = "";

	(void)inet_ntop(
		ipv4 ? AF_INET : AF_INET6, network->bytes + (ipv4 ? 12 : 0), host, sizeof(host));
	if (network->prefix == 128)
		(void)snprintf(text_r, CONFIG_NETWORK_SIZE, "%s", host);
	else
		(void)snprintf(text_r, CONFIG_NETWORK_SIZE, "%s/%u", host,
			network->prefix - (ipv4 ? 96 : 0));
}

static bool
has_address(const struct config_client *client, const uint8_t address[16])
{
	for (size_t i = 0; i < client->nnetworks; i++)
		if (config_network_covers(&client->networks[i], address))
			return true;
	return false;
}

/* No two networks of clients with a secret overlap, so the first is the only one. */
const struct config_client *
config_client_by_address(const struct config_radius *radius, const uint8_t address[16])
{
	for (size_t i = 0; i < radius->nclients; i++)
		if (radius->clients[i].secret_file[0] != '\0' &&
			has_address(&radius->clients[i], address))
			return &radius->clients[i];
	return NULL;
}

static bool
has_certificate(const struct config_client *client, const char *name)
{
	for (size_t i = 0; i < client->ncertificates; i++)
		if (strcasecmp(client->certificates[i], name) == 0)
			return true;
	return false;
}

const struct config_client *
config_client_by_certificate(const struct config_radius *radius, const char *name)
{
	for (size_t i = 0; i < radius->nclients; i++)
		if (has_certificate(&radius->clients[i], name))
			return &radius->clients[i];
	return NULL;
}

const struct config_client *
config_client_by_identity(const struct config_radius *radius, const char *identity)
{
	for (size_t i = 0; i < radius->nclients; i++)
		if (identity[0] != '\0' && strcmp(radius->clients[i].psk_identity, identity) == 0)
			return &radius->clients[i];
	return NULL;
}

bool
config_client_may_connect(const struct config_client *client, const uint8_t address[16])
{
	return client->nnetworks == 0 || has_address(client, address);
}

bool
config_groups_match(
	const struct group_set *wanted, const char groups[][CONFIG_GROUP_SIZE], size_t n)
{
	return policy_groups_match(wanted, groups, n);
}
