/*
 * Values of the sections radius, client and reply on their way to their places: one small function
 * for each type of row.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "authd/config/config_put.h"
#include "authd/config/config_value.h"
#include "authd/config/radius_profiles.h"
#include "common/pin.h"

/* The row's word that was written; that at the end, without a text: none is. */
static const struct config_word *
word_of(const struct config_put *put)
{
	const struct config_word *word = put->row->words;

	while (word->word != NULL && strcmp(word->word, put->value) != 0)
		word++;
	return word;
}

bool
config_put_word(const struct config_put *put)
{
	const struct config_word *word = word_of(put);

	if (word->word == NULL)
		return false;
	memcpy(config_place(put), &word->value, sizeof(word->value));
	return true;
}

bool
config_put_flag(const struct config_put *put)
{
	const struct config_word *word = word_of(put);
	unsigned flags = 0;

	if (word->word == NULL)
		return false;
	if (put->index > 0)
		memcpy(&flags, config_place(put), sizeof(flags));
	flags |= (unsigned)word->value;
	memcpy(config_place(put), &flags, sizeof(flags));
	return true;
}

/* --- addresses --- */

/* "HOST:PORT" or "[HOST]:PORT" in two; false if it is neither. */
static bool
split_address(const char *text, char host_r[64], in_port_t *port_r, bool *ipv6_r)
{
	const char *colon = strrchr(text, ':');
	int64_t port;
	bool ipv6 = text[0] == '[';
	size_t len = colon == NULL ? 0 : (size_t)(colon - text);

	if (len == 0 || len >= 64 || !config_number(colon + 1, &port) || port < 1 || port > 65535)
		return false;
	if (ipv6 && (len < 3 || text[len - 1] != ']'))
		return false;
	(void)snprintf(host_r, 64, "%.*s", (int)(ipv6 ? len - 2 : len), text + (ipv6 ? 1 : 0));
	*port_r = htons((uint16_t)port);
	*ipv6_r = ipv6;
	return true;
}

bool
config_listener(
	const char *text, enum config_transport transport, struct config_listener *listener_r)
{
	struct config_listener listener = {.transport = transport};
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	char host[64];
	in_port_t port;
	bool ipv6;

	if (!split_address(text, host, &port, &ipv6))
		return false;
	v4.sin_port = v6.sin6_port = port;
	if (inet_pton(ipv6 ? AF_INET6 : AF_INET, host,
		    ipv6 ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr) != 1)
		return false;
	listener.address_len = ipv6 ? sizeof(v6) : sizeof(v4);
	memcpy(&listener.address, ipv6 ? (void *)&v6 : (void *)&v4, listener.address_len);
	(void)snprintf(listener.text, sizeof(listener.text), "%s", text);
	*listener_r = listener;
	return true;
}

/* What was said of this transport before, in an earlier file or by the built-in values. */
static void
forget_listeners(struct config_radius *radius, enum config_transport transport)
{
	size_t kept = 0;

	for (size_t i = 0; i < radius->nlisteners; i++)
		if (radius->listeners[i].transport != transport)
			radius->listeners[kept++] = radius->listeners[i];
	radius->nlisteners = kept;
}

bool
config_put_listen(const struct config_put *put)
{
	struct config_radius *radius = &put->load->config->radius;
	enum config_transport transport = (enum config_transport)put->row->min;
	struct config_listener listener;
	bool none = put->index == 0 && strcmp(put->value, "none") == 0;

	if (!none && !config_listener(put->value, transport, &listener))
		return false;
	if (put->index == 0)
		forget_listeners(radius, transport);
	if (none)
		return true;
	if (radius->nlisteners == CONFIG_LISTENERS_MAX)
		return false;
	listener.written = true;
	radius->listeners[radius->nlisteners++] = listener;
	return true;
}

/* --- lists --- */

bool
config_put_dictionary(const struct config_put *put)
{
	struct config_radius *radius = &put->load->config->radius;

	if (put->index >= CONFIG_DICTIONARIES_MAX ||
		!config_is_path(put->value, sizeof(radius->dictionaries[0]) - 1))
		return false;
	(void)snprintf(radius->dictionaries[put->index], sizeof(radius->dictionaries[0]), "%s",
		put->value);
	radius->ndictionaries = put->index + 1;
	return true;
}

bool
config_put_network(const struct config_put *put)
{
	struct config_client *client = config_client_record(put->load, put->title);

	if (put->index >= CONFIG_CLIENT_NETWORKS_MAX ||
		wf_network_parse(put->value, &client->networks[put->index]) != WF_OK)
		return false;
	client->nnetworks = put->index + 1;
	return true;
}

bool
config_put_certificate(const struct config_put *put)
{
	struct config_client *client = config_client_record(put->load, put->title);
	const char *name = put->value;
	char pin[WF_PIN_SIZE];

	if (put->index >= CONFIG_CLIENT_CERTIFICATES_MAX || name[0] == '\0' ||
		!config_is_text(name, sizeof(client->certificates[0]) - 1))
		return false;
	if (wf_pin_is_meant(name)) {
		if (!wf_pin_read(name, pin))
			return false;
		name = pin;
	}
	(void)snprintf(client->certificates[put->index], sizeof(client->certificates[0]), "%s",
		name);
	client->ncertificates = put->index + 1;
	return true;
}

bool
config_put_group(const struct config_put *put)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
	struct group_set *groups = config_place(put);
	size_t len = strlen(put->value);

	if (put->index >= CONFIG_GROUPS_MAX || len == 0 || len >= CONFIG_GROUP_SIZE ||
		strspn(put->value, allowed) != len)
		return false;
	(void)snprintf(groups->names[put->index], sizeof(groups->names[0]), "%s", put->value);
	groups->n = put->index + 1;
	return true;
}

bool
config_put_reply(const struct config_put *put)
{
	struct config_client *client = config_client_record(put->load, put->title);

	if (put->index >= CONFIG_CLIENT_REPLIES_MAX || !config_is_name(put->value))
		return false;
	(void)snprintf(
		client->reply_names[put->index], sizeof(client->reply_names[0]), "%s", put->value);
	client->nreplies = put->index + 1;
	return true;
}

/* --- attributes --- */

#define BLANKS " \t"

/* The value behind the equal sign: as it is, or between quotation marks with \" and \\ in it. */
static bool
take_value(const char *text, char value_r[CONFIG_VALUE_SIZE])
{
	bool quoted = text[0] == '"';
	size_t n = 0;

	for (text += quoted; *text != '\0' && !(quoted && *text == '"'); text++) {
		if (quoted && *text == '\\' && (text[1] == '"' || text[1] == '\\'))
			text++;
		if (n == CONFIG_VALUE_SIZE - 1)
			return false;
		value_r[n++] = *text;
	}
	if (quoted && (*text != '"' || text[1 + strspn(text + 1, BLANKS)] != '\0'))
		return false;
	while (!quoted && n > 0 && strchr(BLANKS, value_r[n - 1]) != NULL)
		n--;
	value_r[n] = '\0';
	return n > 0;
}

/* "NAME = VALUE"; both outputs are garbage if it is none. */
static bool
take_attribute(
	const char *text, char name_r[CONFIG_ATTRIBUTE_SIZE], char value_r[CONFIG_VALUE_SIZE])
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	size_t len;

	if (!config_is_text(text, CONFIG_ATTRIBUTE_SIZE + 2 * CONFIG_VALUE_SIZE))
		return false;
	text += strspn(text, BLANKS);
	len = strspn(text, allowed);
	if (len == 0 || len >= CONFIG_ATTRIBUTE_SIZE)
		return false;
	(void)snprintf(name_r, CONFIG_ATTRIBUTE_SIZE, "%.*s", (int)len, text);
	text += len;
	text += strspn(text, BLANKS);
	if (*text++ != '=')
		return false;
	return take_value(text + strspn(text, BLANKS), value_r);
}

bool
config_put_attribute(const struct config_put *put)
{
	struct config_reply *reply = config_reply_record(put->load, put->title);
	struct config_attribute attribute = {.origin = put->origin};

	if (put->index >= CONFIG_ATTRIBUTES_MAX ||
		!take_attribute(put->value, attribute.name, attribute.value))
		return false;
	reply->attributes[put->index] = attribute;
	reply->nattributes = put->index + 1;
	return true;
}

bool
config_put_group_attribute(const struct config_put *put)
{
	struct config_client *client = config_client_record(put->load, put->title);
	char name[CONFIG_ATTRIBUTE_SIZE], value[CONFIG_VALUE_SIZE];

	if (!take_attribute(put->value, name, value) || strstr(value, "%group") == NULL ||
		strlen(value) >= sizeof(client->group_format))
		return false;
	memcpy(client->group_attribute, name, sizeof(name));
	memcpy(client->group_format, value, strlen(value) + 1);
	return true;
}

/* --- numbers and names --- */

bool
config_put_profile(const struct config_put *put)
{
	if (config_profile_find(put->value) == NULL)
		return false;
	(void)snprintf(config_place(put), put->row->size, "%s", put->value);
	return true;
}

bool
config_put_seconds(const struct config_put *put)
{
	int64_t seconds;
	unsigned ms;

	if (!config_duration(put->value, &seconds) || seconds < put->row->min ||
		seconds > put->row->max)
		return false;
	ms = (unsigned)seconds * 1000;
	memcpy(config_place(put), &ms, sizeof(ms));
	return true;
}

bool
config_put_kinds(const struct config_put *put)
{
	int64_t value;

	if (!config_number(put->value, &value) || value < put->row->min || value > put->row->max)
		return false;
	memcpy(config_place(put), &value, sizeof(value));
	return true;
}

bool
config_put_day(const struct config_put *put)
{
	int64_t day;

	if (!config_day(put->value, &day))
		return false;
	memcpy(config_place(put), &day, sizeof(day));
	return true;
}
