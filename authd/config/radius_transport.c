/*
 * Which clients may send in the clear (C-26).  RADIUS over UDP hides a password behind MD5 at best,
 * so where a document wants such connections encrypted it stays within the own networks: on this
 * machine, or in a network of `zone.internal`.  A client that lies outside is refused at the start;
 * one whose network reaches outside is asked for each datagram.
 *
 * May decide nothing: what is wanted comes out of the composition, `deviate` included.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <string.h>

#include "authd/config/config_load.h"
#include "authd/config/config_say.h"
#include "common/i18n.h"

/* Which members of `transport.encrypted` speak of a client, by what lies behind it. */
static const struct {
	enum service_class class;
	int64_t wires;
} classes[] = {
	{CLASS_VPN, WIRE_REMOTE},
	{CLASS_REMOTE_ACCESS, WIRE_REMOTE},
	{CLASS_CLOUD, WIRE_PUBLISHED},
	{CLASS_CLOUD_ADMIN, WIRE_PUBLISHED | WIRE_MANAGEMENT},
	{CLASS_PUBLISHED, WIRE_PUBLISHED},
	{CLASS_FIREWALL_ADMIN, WIRE_MANAGEMENT},
	{CLASS_ENTRY_POINT_ADMIN, WIRE_MANAGEMENT},
	{CLASS_NETWORK_DEVICE, WIRE_MANAGEMENT},
};

static int64_t
wires_of(const struct config_client *client)
{
	int64_t wires = WIRE_ALL;

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (classes[i].class == client->entry.class)
			wires |= classes[i].wires;
	return wires;
}

/* This machine, as networks are written: IPv4 as ::ffff:a.b.c.d. */
static const struct wf_network loopback[] = {
	{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 0}, 104},
	{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128},
};

/* Whether one of `list` has all of `network`, or with `partly` any of it. */
static bool
list_has(const struct wf_network *list, size_t n, const struct wf_network *network, bool partly)
{
	for (size_t i = 0; i < n; i++) {
		bool inside = list[i].prefix <= network->prefix &&
			      config_network_covers(&list[i], network->bytes);

		if (inside || (partly && config_network_covers(network, list[i].bytes)))
			return true;
	}
	return false;
}

static bool
own_has(const struct policy *policy, const struct wf_network *network, bool partly)
{
	return list_has(policy->internal, policy->ninternal, network, partly) ||
	       list_has(loopback, sizeof(loopback) / sizeof(loopback[0]), network, partly);
}

bool
config_client_may_send(
	const struct config *config, const struct config_client *client, const uint8_t address[16])
{
	struct wf_network host = {.prefix = 128};

	memcpy(host.bytes, address, sizeof(host.bytes));
	return !client->own_networks_alone || own_has(&config->policy, &host, false);
}

/* The first document that wants this client's packets encrypted; 0: none does. */
static int64_t
wanted_of(const struct policy *policy, const struct config_client *client)
{
	int64_t wanted = wires_of(client) & policy_members_of(policy, R_TRANSPORT_ENCRYPTED,
						    ACCOUNT_GENERAL, GUARD_NONE);

	return wanted & -wanted;
}

static void
fail_outside(struct config_load *load, const struct config_client *client,
	const struct wf_network *network, int64_t wanted)
{
	const struct origin *origin = policy_member_origin(&load->config->policy,
		R_TRANSPORT_ENCRYPTED, ACCOUNT_GENERAL, GUARD_NONE, wanted);
	const char *slash = strrchr(origin->file, '/');
	char text[CONFIG_NETWORK_SIZE];

	config_network_text(network, text);
	load->file = client->origin.file;
	config_fail(load, client->origin.line,
		_("client '%s' would send passwords in the clear from %s, which is in no network "
		  "of 'zone.internal': %s (%s:%d) wants them encrypted. Let it come over TLS (take "
		  "out 'secret_file', write 'certificate' and 'radius.radsec'); or, if a tunnel "
		  "protects it, list its network; or write a section deviate "
		  "\"transport.encrypted\""),
		client->name, text, origin->criterion, slash == NULL ? origin->file : slash + 1,
		origin->line);
}

static void
check_client(struct config_load *load, struct config_client *client)
{
	const struct policy *policy = &load->config->policy;
	int64_t wanted = wanted_of(policy, client);

	if (client->secret_file[0] == '\0' || wanted == 0)
		return;
	for (size_t i = 0; i < client->nnetworks && load->status == WF_OK; i++) {
		if (!own_has(policy, &client->networks[i], true))
			fail_outside(load, client, &client->networks[i], wanted);
		if (!own_has(policy, &client->networks[i], false))
			client->own_networks_alone = true;
	}
}

void
config_radius_check_transport(struct config_load *load)
{
	struct config_radius *radius = &load->config->radius;
	const char *file = load->file;

	for (size_t i = 0; i < radius->nclients; i++)
		check_client(load, &radius->clients[i]);
	load->file = file;
}
