/*
 * A client's values as they would be written in its section, for those who look at it.  One small
 * function for each type of row.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "authd/config/config_say.h"
#include "authd/config/config_table.h"

/* The place of the value. */
static const void *
place(const struct config_row *row, const struct config_client *client)
{
	return (const char *)client + row->offset;
}

static void
show_text(
	const struct config_row *row, const struct config_client *client, struct config_text *text)
{
	config_say(text, "%s", (const char *)place(row, client));
}

static void
show_switch(
	const struct config_row *row, const struct config_client *client, struct config_text *text)
{
	config_say(text, "%s", *(const bool *)place(row, client) ? "true" : "false");
}

static void
show_unsigned(
	const struct config_row *row, const struct config_client *client, struct config_text *text)
{
	config_say(text, "%u", *(const unsigned *)place(row, client));
}

static void
show_seconds(
	const struct config_row *row, const struct config_client *client, struct config_text *text)
{
	config_say(text, "%u", *(const unsigned *)place(row, client) / 1000);
}

static void
show_kinds(
	const struct config_row *row, const struct config_client *client, struct config_text *text)
{
	config_say(text, "%lld", (long long)*(const int64_t *)place(row, client));
}

static void
show_day(const struct config_row *row, const struct config_client *client, struct config_text *text)
{
	time_t seconds = (time_t)(*(const int64_t *)place(row, client) * 86400);
	struct tm day;

	if (seconds >= 0 && gmtime_r(&seconds, &day) != NULL)
		config_say(text, "%04d-%02d-%02d", day.tm_year + 1900, day.tm_mon + 1, day.tm_mday);
}

static void
show_word(
	const struct config_row *row, const struct config_client *client, struct config_text *text)
{
	unsigned value = *(const unsigned *)place(row, client);

	for (const struct config_word *word = row->words; word->word != NULL; word++)
		if (word->value == value)
			config_say(text, "%s", word->word);
}

static void
show_networks(
	const struct config_row *row, const struct config_client *client, struct config_text *text)
{
	char network[CONFIG_NETWORK_SIZE];

	(void)row;
	for (size_t i = 0; i < client->nnetworks; i++) {
		config_network_text(&client->networks[i], network);
		config_say(text, "%s%s", i == 0 ? "" : ", ", network);
	}
}

static void
show_certificates(
	const struct config_row *row, const struct config_client *client, struct config_text *text)
{
	(void)row;
	for (size_t i = 0; i < client->ncertificates; i++)
		config_say(text, "%s%s", i == 0 ? "" : ", ", client->certificates[i]);
}

static void
show_groups(
	const struct config_row *row, const struct config_client *client, struct config_text *text)
{
	const struct group_set *groups = place(row, client);

	for (size_t i = 0; i < groups->n; i++)
		config_say(text, "%s%s", i == 0 ? "" : ", ", groups->names[i]);
}

static void
show_replies(
	const struct config_row *row, const struct config_client *client, struct config_text *text)
{
	(void)row;
	for (size_t i = 0; i < client->nreplies; i++)
		config_say(text, "%s%s", i == 0 ? "" : ", ", client->reply_names[i]);
}

static void
show_group_attribute(
	const struct config_row *row, const struct config_client *client, struct config_text *text)
{
	(void)row;
	if (client->group_attribute[0] != '\0')
		config_say(text, "%s = %s", client->group_attribute, client->group_format);
}

static void (*const shows[CONFIG_TYPES])(const struct config_row *row,
	const struct config_client *client, struct config_text *text) = {
	[CONFIG_TEXT] = show_text,
	[CONFIG_PATH] = show_text,
	[CONFIG_PROFILE] = show_text,
	[CONFIG_SWITCH] = show_switch,
	[CONFIG_UNSIGNED] = show_unsigned,
	[CONFIG_SECONDS] = show_seconds,
	[CONFIG_KINDS] = show_kinds,
	[CONFIG_DAY] = show_day,
	[CONFIG_WORD] = show_word,
	[CONFIG_NETWORKS] = show_networks,
	[CONFIG_CERTIFICATES] = show_certificates,
	[CONFIG_GROUPS] = show_groups,
	[CONFIG_REPLIES] = show_replies,
	[CONFIG_GROUP_ATTRIBUTE] = show_group_attribute,
};

void
config_client_show(
	const struct config_row *row, const struct config_client *client, char *text_r, size_t size)
{
	struct config_text text = {.bytes = text_r, .size = size};

	text_r[0] = '\0';
	shows[row->type](row, client, &text);
}
