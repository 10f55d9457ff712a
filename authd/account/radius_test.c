/*
 * What `warifu radius test` needs to know to send a request from this machine: the client that such
 * a request would be of, where its secret lies, and where the RADIUS server listens. No secret.
 */
#include "config.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"

static const uint8_t loopbacks[][16] = {
	{[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1}, /* 127.0.0.1 */
	{[15] = 1},					  /* ::1 */
};
static const struct wf_network loopback_net = {
	.bytes = {[10] = 0xff, [11] = 0xff, [12] = 127}, .prefix = 104};

/* The address of this machine that is in the network; NULL: none is for sure. */
static const uint8_t *
loopback_of(const struct wf_network *network)
{
	for (size_t i = 0; i < COUNT_OF(loopbacks); i++)
		if (config_network_covers(network, loopbacks[i]))
			return loopbacks[i];
	return config_network_covers(&loopback_net, network->bytes) ? network->bytes : NULL;
}

/* Of a client that can be tested from here. */
static const uint8_t *
address_of(const struct config_client *client)
{
	const uint8_t *address = NULL;

	for (size_t i = 0;
		client->secret_file[0] != '\0' && address == NULL && i < client->nnetworks; i++)
		address = loopback_of(&client->networks[i]);
	return address;
}

static bool
is_ipv4(const uint8_t address[16])
{
	return config_network_covers(
		&(struct wf_network){.bytes = {[10] = 0xff, [11] = 0xff}, .prefix = 96}, address);
}

static void
put_address(const uint8_t address[16], char text_r[INET6_ADDRSTRLEN])
{
	bool ipv4 = is_ipv4(address);

	(void)inet_ntop(
		ipv4 ? AF_INET : AF_INET6, address + (ipv4 ? 12 : 0), text_r, INET6_ADDRSTRLEN);
}

/* The first listener of the address's family, as somebody on this machine reaches it. */
static bool
put_server(const struct config_radius *radius, const uint8_t address[16], char *text_r, size_t size)
{
	char own[INET6_ADDRSTRLEN];

	for (size_t i = 0; i < radius->nlisteners; i++) {
		const struct config_listener *listener = &radius->listeners[i];
		bool bracket = listener->text[0] == '[';

		if (listener->transport != LISTEN_AUTHENTICATION || bracket == is_ipv4(address))
			continue;
		put_address(address, own);
		if (strncmp(listener->text, "0.0.0.0:", 8) == 0 ||
			strncmp(listener->text, "[::]:", 5) == 0)
			(void)snprintf(text_r, size, bracket ? "[%s]%s" : "%s%s", own,
				strrchr(listener->text, ':'));
		else
			(void)snprintf(text_r, size, "%s", listener->text);
		return true;
	}
	return false;
}

static wf_status
put(struct act_call *call, const char *option, const char *value)
{
	const char *cells[] = {option, value};

	return act_row_out(call, cells, COUNT_OF(cells));
}

static wf_status
put_all(struct act_call *call, const struct config_client *client, const char *address,
	const char *server)
{
	const struct config *config = call->daemon->config;
	char timeout[ACT_NUMBER_SIZE];
	const char *const rows[][2] = {
		{"client", client->name},
		{"address", address},
		{"server", server},
		{"secret-file", client->secret_file},
		{"client-mode", config_mode_name(client->mode)},
		{"separator", client->separator},
		{"timeout-ms", act_number_text(client->timeout_ms, timeout)},
	};
	static const char *const columns[] = {"option", "value"};
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	for (size_t i = 0; status == WF_OK && i < COUNT_OF(rows); i++)
		status = put(call, rows[i][0], rows[i][1]);
	for (size_t i = 0; status == WF_OK && i < config->radius.ndictionaries; i++)
		status = put(call, "dictionary", config->radius.dictionaries[i]);
	return status;
}

/* The named one, or the first that can be tested. */
static const struct config_client *
choose(const struct config_radius *radius, const char *name)
{
	if (name != NULL)
		return config_client_find(radius, name);
	for (size_t i = 0; i < radius->nclients; i++)
		if (address_of(&radius->clients[i]) != NULL)
			return &radius->clients[i];
	return NULL;
}

wf_status
act_radius_test(struct act_call *call)
{
	const struct config_radius *radius = &call->daemon->config->radius;
	const char *name = act_arg(call, "client");
	const struct config_client *client = choose(radius, name);
	const uint8_t *address = client != NULL ? address_of(client) : NULL;
	char own[INET6_ADDRSTRLEN], server[80];

	if (client == NULL && name != NULL)
		return act_say(call, WF_NOT_FOUND,
			_("There is no RADIUS client '%s': see 'warifu radius client list'."),
			name);
	if (client == NULL)
		return act_say(call, WF_NOT_FOUND,
			_("No RADIUS client has an address of this machine's own, so no request "
			  "from here would be answered."));
	if (address == NULL)
		return act_say(call, WF_NOT_FOUND,
			_("RADIUS client '%s' has no address of this machine's own: test it at the "
			  "gateway, or from here with a client for 127.0.0.1."),
			client->name);
	put_address(address, own);
	if (!put_server(radius, address, server, sizeof(server)))
		return act_say(call, WF_NOT_FOUND,
			_("The RADIUS server listens for no requests of %s: see 'listen' in "
			  "section 'radius' of warifu.conf."),
			own);
	return put_all(call, client, own, server);
}
