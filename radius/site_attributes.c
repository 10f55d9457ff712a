/* Which attributes an accepted account's reply carries. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "radius/site.h"

#define LIMITS_MAX 3 /* attributes of a session's end, for which there is always room */

/* Attributes gathered so far. */
struct gathered {
	struct dictionary_value *values;
	size_t n, max;
};

static void
gather(struct gathered *gathered, const struct dictionary_value *value)
{
	if (gathered->n < gathered->max)
		gathered->values[gathered->n++] = *value;
}

static bool
has(const struct gathered *gathered, size_t n, const struct dictionary_value *value)
{
	for (size_t i = 0; i < n; i++)
		if (gathered->values[i].vendor == value->vendor &&
			gathered->values[i].type == value->type)
			return true;
	return false;
}

static void
gather_reply(struct gathered *gathered, const struct site_reply *reply)
{
	size_t before = gathered->n;

	for (size_t i = 0; i < reply->n; i++)
		if (!has(gathered, before, &reply->values[i]))
			gather(gathered, &reply->values[i]);
}

static uint32_t
number_of(const struct dictionary_value *value)
{
	uint32_t number = 0;

	for (size_t i = 0; i < value->len && i < sizeof(number); i++)
		number = number << 8 | value->bytes[i];
	return number;
}

static struct dictionary_value
number_value(enum attribute_type type, uint32_t number)
{
	return (struct dictionary_value){.type = (uint8_t)type,
		.len = sizeof(number),
		.bytes = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
			(uint8_t)(number >> 8), (uint8_t)number}};
}

static bool
looser_time(uint32_t theirs, uint32_t most)
{
	return theirs > most || theirs == 0; /* 0: without end */
}

static bool
looser_action(uint32_t theirs, uint32_t most)
{
	return theirs > most;
}

/*
 * Puts `most` in the place of each attribute of its type that says something looser; true if there
 * is any of that type.
 */
static bool
limit_said(struct gathered *gathered, enum attribute_type type, uint32_t most,
	bool (*looser)(uint32_t theirs, uint32_t most))
{
	bool said = false;

	for (size_t i = 0; i < gathered->n; i++) {
		struct dictionary_value *theirs = &gathered->values[i];

		if (theirs->vendor != 0 || theirs->type != type)
			continue;
		said = true;
		if (looser(number_of(theirs), most))
			*theirs = number_value(type, most);
	}
	return said;
}

static void
gather_number(struct gathered *gathered, enum attribute_type type, uint32_t number)
{
	const struct dictionary_value value = number_value(type, number);

	gather(gathered, &value);
}

/*
 * Whatever sections say, no session is longer than what documents want (C-21): theirs may only be
 * shorter, and where they say nothing, it is said for them.
 */
static void
limit_time(struct gathered *gathered, enum attribute_type type, uint32_t most)
{
	if (most > 0 && !limit_said(gathered, type, most, looser_time))
		gather_number(gathered, type, most);
}

enum termination { TERMINATION_DEFAULT = 0, TERMINATION_REQUEST = 1 }; /* RFC 2865, 5.29 */

/*
 * What becomes of a session whose time is over.  Default is its end, which is what happens where
 * nothing is said.  In a wireless network the end would be a silent one: the device comes back by
 * itself with what it has kept, so it is the access point that has to ask anew, in a login of its
 * own.  Elsewhere nobody may go on in this way: a gateway that sends again what was typed once
 * would have no person prove anything.  A section may say Default for either.
 */
static void
limit_action(struct gathered *gathered, const struct config_client *client)
{
	uint32_t most = client->entry.class == CLASS_WLAN ? TERMINATION_REQUEST
							  : TERMINATION_DEFAULT;

	if (!limit_said(gathered, ATTR_TERMINATION_ACTION, most, looser_action) &&
		most != TERMINATION_DEFAULT)
		gather_number(gathered, ATTR_TERMINATION_ACTION, most);
}

/* `format` with the groups in the place of its "%group" or "%groups"; false: it does not fit. */
static bool
fill_in(const char *format, const char *groups, char *text_r, size_t size)
{
	const char *place = strstr(format, "%group");
	size_t before = place != NULL ? (size_t)(place - format) : strlen(format);
	const char *behind =
		place == NULL ? "" : place + (strncmp(place, "%groups", 7) == 0 ? 7 : 6);
	int len = snprintf(
		text_r, size, "%.*s%s%s", (int)before, format, place != NULL ? groups : "", behind);

	return len >= 0 && (size_t)len < size;
}

static void
gather_group(struct gathered *gathered, const struct site *site, const struct config_client *client,
	const char *groups)
{
	char text[ATTRIBUTE_VALUE_MAX + 1], why[DICTIONARY_WHY_MAX];
	struct dictionary_value value;

	if (fill_in(client->group_format, groups, text, sizeof(text)) &&
		dictionary_encode(site->dictionary, client->group_attribute, text, &value, why) ==
			WF_OK)
		gather(gathered, &value);
}

static bool
wanted(const struct config_client *client, const char *group)
{
	for (size_t i = 0; i < client->groups.n; i++)
		if (strcmp(client->groups.names[i], group) == 0)
			return true;
	return client->groups.n == 0;
}

static void
gather_groups(struct gathered *gathered, const struct site *site,
	const struct config_client *client, const char groups[][CONFIG_GROUP_SIZE], size_t ngroups)
{
	char all[CONFIG_GROUPS_MAX * (CONFIG_GROUP_SIZE + 1)] = "";
	bool together = strstr(client->group_format, "%groups") != NULL;
	size_t len = 0;

	for (size_t i = 0; i < ngroups; i++) {
		if (!wanted(client, groups[i]))
			continue;
		if (!together)
			gather_group(gathered, site, client, groups[i]);
		else if (len + CONFIG_GROUP_SIZE + 1 < sizeof(all))
			len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%s",
				len > 0 ? ";" : "", groups[i]);
	}
	if (together && len > 0)
		gather_group(gathered, site, client, all);
}

/* These parameters know neither kinds of accounts nor guards; 0: nobody says. */
static uint32_t
longest(const struct site *site, enum rule_id rule)
{
	int64_t s = policy_number_of(&site->config->policy, rule, ACCOUNT_GENERAL, GUARD_MFA);

	return s < 0 ? 0 : s < UINT32_MAX ? (uint32_t)s : UINT32_MAX;
}

size_t
site_attributes(const struct site *site, const struct client *client,
	const char groups[][CONFIG_GROUP_SIZE], size_t ngroups, struct dictionary_value *values_r,
	size_t max)
{
	struct gathered gathered = {
		.values = values_r, .max = max > LIMITS_MAX ? max - LIMITS_MAX : 0};

	for (size_t i = 0; i < client->config->nreplies; i++) {
		const struct site_reply *reply = &site->replies[client->config->replies[i]];

		if (config_groups_match(reply->groups, groups, ngroups))
			gather_reply(&gathered, reply);
	}
	if (client->config->send_groups)
		gather_groups(&gathered, site, client->config, groups, ngroups);
	gathered.max = max;
	limit_time(&gathered, ATTR_SESSION_TIMEOUT, longest(site, R_SESSION_TIMEOUT));
	if (longest(site, R_SESSION_TIMEOUT) > 0)
		limit_action(&gathered, client->config);
	limit_time(&gathered, ATTR_IDLE_TIMEOUT, longest(site, R_IDLE_LOCK));
	return gathered.n;
}
