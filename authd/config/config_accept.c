/*
 * What each type of option accepts, in a sentence.  May not read files or change a configuration.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <string.h>

#include "authd/config/config_say.h"
#include "authd/config/config_table.h"
#include "authd/config/radius_profiles.h"
#include "common/i18n.h"

static void
accepted_param(const struct config_row *row, struct config_text *text)
{
	size_t count;
	const char *unit = policy_params(&count)[row->param].unit;

	if (strcmp(unit, "s") == 0)
		config_say(text, _("%lld to %lld seconds, written as in 90, 90s, 10m, 1h or 1d"),
			(long long)row->min, (long long)row->max);
	else if (strcmp(unit, "ms") == 0)
		config_say(text, _("a number of milliseconds from %lld to %lld"),
			(long long)row->min, (long long)row->max);
	else if (strcmp(unit, "days") == 0)
		config_say(text, _("a number of days from %lld to %lld"), (long long)row->min,
			(long long)row->max);
	else
		config_say(text, _("a number from %lld to %lld"), (long long)row->min,
			(long long)row->max);
}

static void
accepted_number(const struct config_row *row, struct config_text *text)
{
	config_say(text, _("a number from %lld to %lld"), (long long)row->min, (long long)row->max);
}

static void
accepted_text(const struct config_row *row, struct config_text *text)
{
	config_say(text, _("one line of at most %zu bytes of UTF-8"), row->size - 1);
}

static void
accepted_label(const struct config_row *row, struct config_text *text)
{
	config_say(text, _("1 to %zu bytes of UTF-8 on one line, without a colon"), row->size - 1);
}

static void
accepted_name(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(
		text, "%s", _("1 to 64 letters, digits, '.', '_' and '-', not beginning with '-'"));
}

static void
accepted_name_or_none(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text, "%s",
		_("1 to 64 letters, digits, '.', '_' and '-', not beginning with '-'; or \"\" for "
		  "nobody"));
}

static void
accepted_path(const struct config_row *row, struct config_text *text)
{
	config_say(text, _("an absolute path of at most %zu bytes"), row->size - 1);
}

static void
accepted_mode(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text, "%s", _("enforce or observe"));
}

static void
accepted_backoff(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text,
		_("a list of 1 to %d delays of 0 to 3600 seconds, none shorter than the one "
		  "before"),
		POLICY_BACKOFF_MAX);
}

static void
accepted_networks(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text,
		_("a list of 1 to %d networks such as 192.0.2.0/24 or 2001:db8::/32, without bits "
		  "set "
		  "behind the prefix, or single addresses"),
		POLICY_NETWORKS_MAX);
}

static void
accepted_guessed(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text, _("a list of 1 to %d words of 3 to %d bytes each"), POLICY_WORDS_MAX,
		POLICY_WORD_SIZE - 1);
}

static void
accepted_switch(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text, "%s", _("true or false (also yes, on, no, off)"));
}

static void
accepted_words(const struct config_row *row, struct config_text *text)
{
	for (const struct config_word *word = row->words; word->word != NULL; word++)
		config_say(text, "%s%s", word == row->words ? "" : ", ", word->word);
}

static void
accepted_flags(const struct config_row *row, struct config_text *text)
{
	config_say(text, "%s", _("a list of one or more of these: "));
	accepted_words(row, text);
}

static void
accepted_profile(const struct config_row *row, struct config_text *text)
{
	size_t n;
	const struct config_profile *profiles = config_profiles(&n);

	(void)row;
	for (size_t i = 0; i < n; i++)
		config_say(text, "%s%s", i == 0 ? "" : ", ", profiles[i].name);
}

static void
accepted_listen(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text,
		_("a list of 1 to %d addresses with ports such as 192.0.2.1:1812, 0.0.0.0:1812 or "
		  "[2001:db8::1]:1812, "
		  "or \"none\" alone"),
		CONFIG_LISTENERS_MAX);
}

static void
accepted_dictionaries(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text, _("a list of 1 to %d absolute paths"), CONFIG_DICTIONARIES_MAX);
}

static void
accepted_client_networks(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text,
		_("a list of 1 to %d networks such as 192.0.2.0/24 or 2001:db8::/32, without bits "
		  "set "
		  "behind the prefix, or single addresses"),
		CONFIG_CLIENT_NETWORKS_MAX);
}

static void
accepted_certificates(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text,
		_("a list of 1 to %d names that stand in certificates, or fingerprints: sha256: "
		  "and 64 hexadecimal digits"),
		CONFIG_CLIENT_CERTIFICATES_MAX);
}

static void
accepted_groups(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text,
		_("a list of 1 to %d groups, each of 1 to %d of a-z, 0-9, '.', '_' and '-'"),
		CONFIG_GROUPS_MAX, CONFIG_GROUP_SIZE - 1);
}

static void
accepted_replies(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(
		text, _("a list of 1 to %d names of 'reply' sections"), CONFIG_CLIENT_REPLIES_MAX);
}

static void
accepted_attributes(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text,
		_("a list of 1 to %d attributes such as 'Filter-Id = \"staff\"' or "
		  "'Session-Timeout = 3600'"),
		CONFIG_ATTRIBUTES_MAX);
}

static void
accepted_group_attribute(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text, "%s",
		_("an attribute with %group (one for each group) or %groups (all in one), such as "
		  "'Class = \"OU=%group;\"'"));
}

static void
accepted_day(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text, "%s", _("a day such as 2026-01-31"));
}

static void
accepted_seconds(const struct config_row *row, struct config_text *text)
{
	config_say(text, _("%lld to %lld seconds, written as in 90, 90s, 10m, 1h or 1d"),
		(long long)row->min, (long long)row->max);
}

static void
accepted_ask(const struct config_row *row, struct config_text *text)
{
	(void)row;
	config_say(text, "%s", _("a list of password and code"));
}

static void (*const accepted[])(const struct config_row *, struct config_text *) = {
	[CONFIG_PARAM] = accepted_param,
	[CONFIG_UNSIGNED] = accepted_number,
	[CONFIG_TEXT] = accepted_text,
	[CONFIG_LABEL] = accepted_label,
	[CONFIG_NAME] = accepted_name,
	[CONFIG_NAME_OR_NONE] = accepted_name_or_none,
	[CONFIG_PATH] = accepted_path,
	[CONFIG_MODE] = accepted_mode,
	[CONFIG_BACKOFF] = accepted_backoff,
	[CONFIG_INTERNAL] = accepted_networks,
	[CONFIG_SHARED] = accepted_networks,
	[CONFIG_WORDS] = accepted_guessed,
	[CONFIG_TRUSTED] = accepted_networks,
	[CONFIG_SWITCH] = accepted_switch,
	[CONFIG_SERVICE_KINDS] = accepted_number,
	[CONFIG_SERVICE_ASK] = accepted_ask,
	[CONFIG_WORD] = accepted_words,
	[CONFIG_FLAGS] = accepted_flags,
	[CONFIG_LISTEN] = accepted_listen,
	[CONFIG_DICTIONARIES] = accepted_dictionaries,
	[CONFIG_NETWORKS] = accepted_client_networks,
	[CONFIG_CERTIFICATES] = accepted_certificates,
	[CONFIG_GROUPS] = accepted_groups,
	[CONFIG_REPLIES] = accepted_replies,
	[CONFIG_ATTRIBUTES] = accepted_attributes,
	[CONFIG_GROUP_ATTRIBUTE] = accepted_group_attribute,
	[CONFIG_PROFILE] = accepted_profile,
	[CONFIG_SECONDS] = accepted_seconds,
	[CONFIG_KINDS] = accepted_number,
	[CONFIG_DAY] = accepted_day,
	[CONFIG_SERVER] = config_accepted_server,
	[CONFIG_RELAYS_LISTEN] = config_accepted_relays_listen,
	[CONFIG_HOSTS] = config_accepted_hosts,
	[CONFIG_SERVERS] = config_accepted_servers,
	[CONFIG_RECEIVER] = config_accepted_receiver,
	[CONFIG_MAIL_SERVERS] = config_accepted_mail_servers,
	[CONFIG_ADDRESS] = config_accepted_address,
	[CONFIG_PEOPLE] = config_accepted_people,
	[CONFIG_DETECT] = accepted_number,
	[CONFIG_DETECT_SECONDS] = accepted_seconds,
	[CONFIG_COMPLY] = config_accepted_comply,
	[CONFIG_IS] = config_accepted_is,
};

void
config_accepted(const struct config_row *row, char *text_r, size_t size)
{
	struct config_text text = {.bytes = text_r, .size = size};

	accepted[row->type](row, &text);
}
