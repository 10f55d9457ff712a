/*
 * Looking things up in the part of the configuration that is about RADIUS.  Changes nothing.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include "authd/config/radius.h"

#include <string.h>
#include <strings.h>

const struct config_client *
config_client_find(const struct config_radius *radius, const char *name)
{
	for (size_t i = 0; i < radius->nclients; i++)
		if (strcmp(radius->clients[i].name, name) == 0)
			return &radius->clients[i];
	return NULL;
}

/* Whether the address lies in the network. */
static bool
covers(const struct wf_network *network, const uint8_t address[16])
{
	unsigned whole = network->prefix / 8;
	unsigned rest = network->prefix % 8;

	if (memcmp(network->bytes, address, whole) != 0)
		return false;
	return rest == 0 || (network->bytes[whole] ^ address[whole]) >> (8 - rest) == 0;
}

static bool
has_address(const struct config_client *client, const uint8_t address[16])
{
	for (size_t i = 0; i < client->nnetworks; i++)
		if (covers(&client->networks[i], address))
			return true;
	return false;
}

/* No two clients' networks overlap, so the first is the only one. */
const struct config_client *
config_client_by_address(const struct config_radius *radius, const uint8_t address[16])
{
	for (size_t i = 0; i < radius->nclients; i++)
		if (has_address(&radius->clients[i], address))
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

bool
config_groups_match(const struct config_groups *wanted, const char groups[][CONFIG_GROUP_SIZE], size_t n)
{
	if (wanted->n == 0)
		return true;
	for (size_t i = 0; i < wanted->n; i++)
		for (size_t j = 0; j < n; j++)
			if (strcmp(wanted->names[i], groups[j]) == 0)
				return true;
	return false;
}
