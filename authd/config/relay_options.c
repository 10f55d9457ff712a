/*
 * The options of the sections relay and relays: rows, how their values get to their places, what
 * they accept, and what must hold of them together.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "authd/config/config_put.h"
#include "authd/config/config_say.h"
#include "authd/config/config_value.h"
#include "common/i18n.h"

#define RELAY(field)                                                                               \
	.section = "relay", .offset = offsetof(struct config, relay.field),                        \
	.size = sizeof(((struct config *)NULL)->relay.field)
#define RELAYS(field)                                                                              \
	.section = "relays", .offset = offsetof(struct config, relays.field),                      \
	.size = sizeof(((struct config *)NULL)->relays.field)

static const struct config_row rows[] = {
	{RELAY(server), .name = "server", .type = CONFIG_SERVER},
	{RELAY(trust.certificate), .name = "certificate", .type = CONFIG_PATH},
	{RELAY(trust.key), .name = "key", .type = CONFIG_PATH},
	{RELAY(trust.ca), .name = "ca", .type = CONFIG_PATH},
	{RELAY(upstream), .name = "upstream", .type = CONFIG_NAME},
	{RELAYS(listeners), .name = "listen", .type = CONFIG_RELAYS_LISTEN},
	{RELAYS(trust.certificate), .name = "certificate", .type = CONFIG_PATH},
	{RELAYS(trust.key), .name = "key", .type = CONFIG_PATH},
	{RELAYS(trust.ca), .name = "ca", .type = CONFIG_PATH},
	{RELAYS(allow), .name = "allow", .type = CONFIG_HOSTS},
};
_Static_assert(sizeof(rows) / sizeof(rows[0]) <= RELAY_ROWS_MAX, "room in the table of all rows");

const struct config_row *
config_relay_rows(size_t *n_r)
{
	*n_r = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

/* --- values --- */

bool
config_put_server(const struct config_put *put)
{
	struct config_relay *relay = &put->load->config->relay;

	if (strlen(put->value) >= sizeof(relay->server) ||
		!config_server(put->value, relay->host, relay->port))
		return false;
	(void)snprintf(relay->server, sizeof(relay->server), "%s", put->value);
	return true;
}

bool
config_put_relays_listen(const struct config_put *put)
{
	struct config_relays *relays = &put->load->config->relays;

	if (put->index >= CONFIG_RELAY_LISTENERS_MAX ||
		!config_listener(put->value, LISTEN_TLS, &relays->listeners[put->index]))
		return false;
	relays->nlisteners = put->index + 1;
	return true;
}

/* Names of hosts know no capitals. */
bool
config_put_host(const struct config_put *put)
{
	struct config_relays *relays = &put->load->config->relays;
	char *name;

	if (put->index >= CONFIG_HOSTS_MAX || !config_is_name(put->value))
		return false;
	name = relays->allow[put->index];
	(void)snprintf(name, sizeof(relays->allow[0]), "%s", put->value);
	for (; *name != '\0'; name++)
		*name = (char)tolower((unsigned char)*name);
	relays->nallow = put->index + 1;
	return true;
}

/* --- what is accepted --- */

void
config_accepted_server(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text, "%s",
		_("a host with its port such as auth.example.jp:7443, 192.0.2.1:7443 or "
		  "[2001:db8::1]:7443"));
}

void
config_accepted_relays_listen(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text,
		_("a list of 1 to %d addresses with ports such as 0.0.0.0:7443 or [::]:7443"),
		CONFIG_RELAY_LISTENERS_MAX);
}

void
config_accepted_hosts(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text, _("a list of 1 to %d names of hosts as in their certificates"),
		CONFIG_HOSTS_MAX);
}

/* --- all together --- */

/* The first option of the section that is written; NULL: none is. */
static const char *
first_written(struct config_load *load, const char *section)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].section, section) == 0 &&
			config_line_of(load, section, rows[i].name) > 0)
			return rows[i].name;
	return NULL;
}

/* All options of the section but the one that stands instead of them. */
static void
check_section(struct config_load *load, const char *section, const char *instead)
{
	const char *written = first_written(load, section);

	for (size_t i = 0; written != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].section, section) != 0 || strcmp(rows[i].name, instead) == 0 ||
			config_line_of(load, section, rows[i].name) > 0)
			continue;
		config_fail(load, config_line_of(load, section, written),
			_("section '%s' lacks '%s'; it needs all of its options"), section,
			rows[i].name);
	}
}

/* A relay over RADIUS. */
static void
check_upstream(struct config_load *load)
{
	struct config_relay *relay = &load->config->relay;
	const char *name = relay->upstream;
	const struct config_upstream *upstream =
		config_upstream_find(&load->config->upstreams, name);
	int line = config_line_of(load, "relay", "upstream");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].section, "relay") == 0 &&
			strcmp(rows[i].name, "upstream") != 0 &&
			config_line_of(load, "relay", rows[i].name) > 0)
			config_fail(load, line,
				_("section 'relay' has 'upstream' and '%s'; the centre is reached "
				  "in one way: leave out one of them"),
				rows[i].name);
	(void)snprintf(relay->server, sizeof(relay->server), "%s", name);
	if (upstream == NULL)
		config_fail(load, line,
			_("section 'relay' names the upstream '%s', but there is no such section"),
			name);
	else if (upstream->factor != UPSTREAM_NONE)
		config_fail(load, line,
			_("upstream '%s' is the factor of some accounts, but a relay has none; "
			  "leave out its 'factor' and 'groups'"),
			name);
}

bool
config_is_relay(const struct config_relay *relay)
{
	return relay->host[0] != '\0' || relay->upstream[0] != '\0';
}

void
config_relay_check(struct config_load *load)
{
	bool relay = config_is_relay(&load->config->relay);

	if (load->config->relay.upstream[0] != '\0')
		check_upstream(load);
	else
		check_section(load, "relay", "upstream");
	check_section(load, "relays", "");
	if (relay && load->config->relays.nlisteners > 0)
		config_fail(load, config_line_of(load, "relays", "listen"), "%s",
			_("a relay has no accounts, so it serves no relays; leave out section "
			  "'relay' or 'relays'"));
}
