/* Which attributes an accepted account's reply carries. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "radius/site.h"

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

/* Seconds of an attribute that is a number. */
static uint32_t
seconds_of(const struct dictionary_value *value)
{
	uint32_t seconds = 0;

	for (size_t i = 0; i < value->len && i < sizeof(seconds); i++)
		seconds = seconds << 8 | value->bytes[i];
	return seconds;
}

static struct dictionary_value
seconds_value(enum attribute_type type, uint32_t seconds)
{
	return (struct dictionary_value){.type = (uint8_t)type,
		.len = sizeof(seconds),
		.bytes = {(uint8_t)(seconds >> 24), (uint8_t)(seconds >> 16),
			(uint8_t)(seconds >> 8), (uint8_t)seconds}};
}

/*
 * Whatever sections say, no session is longer than what documents want (C-21): theirs may only be
 * shorter, and where they say nothing, it is said for them, in the place of the last attribute if
 * there is no other.
 */
static void
limit_time(struct gathered *gathered, enum attribute_type type, uint32_t most)
{
	const struct dictionary_value value = seconds_value(type, most);
	bool said = false;

	if (most == 0)
		return;
	for (size_t i = 0; i < gathered->n; i++) {
		struct dictionary_value *theirs = &gathered->values[i];

		if (theirs->vendor != 0 || theirs->type != value.type)
			continue;
		said = true;
		if (seconds_of(theirs) > most || seconds_of(theirs) == 0) /* 0: without end */
			*theirs = value;
	}
	if (!said && gathered->n == gathered->max && gathered->n > 0)
		gathered->n--;
	if (!said)
		gather(gathered, &value);
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
	struct gathered gathered = {.values = values_r, .max = max};

	for (size_t i = 0; i < client->config->nreplies; i++) {
		const struct site_reply *reply = &site->replies[client->config->replies[i]];

		if (config_groups_match(reply->groups, groups, ngroups))
			gather_reply(&gathered, reply);
	}
	if (client->config->send_groups)
		gather_groups(&gathered, site, client->config, groups, ngroups);
	limit_time(&gathered, ATTR_SESSION_TIMEOUT, longest(site, R_SESSION_TIMEOUT));
	limit_time(&gathered, ATTR_IDLE_TIMEOUT, longest(site, R_IDLE_LOCK));
	return gathered.n;
}
