/*
 * Values as they would be written, for those who look at them: the other way round of
 * config_apply.c, one small function for each type of row.  A value is none, one or several
 * elements, which are handed on one by one; who asks puts them together.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include "authd/config/config_show.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "authd/config/config_say.h"

static const void *
place(const struct config_show *show)
{
	return (const char *)show->record + show->row->offset;
}

static void say(const struct config_show *show, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void
say(const struct config_show *show, const char *format, ...)
{
	char text[CONFIG_ELEMENT_SIZE];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	show->element(show->ctx, text);
}

/* --- one element --- */

static void
show_text(const struct config_show *show)
{
	say(show, "%s", (const char *)place(show));
}

static void
show_switch(const struct config_show *show)
{
	say(show, "%s", *(const bool *)place(show) ? "true" : "false");
}

static void
show_mode(const struct config_show *show)
{
	say(show, "%s", show->config->mode == MODE_OBSERVE ? "observe" : "enforce");
}

static void
show_unsigned(const struct config_show *show)
{
	say(show, "%u", *(const unsigned *)place(show));
}

/* What nobody has written, where that is something of its own, is none. */
static void
show_seconds(const struct config_show *show)
{
	const unsigned ms = *(const unsigned *)place(show);

	if (ms != CONFIG_BACKUP_BY_POLICY)
		say(show, "%u", ms / 1000);
}

static void
show_number(const struct config_show *show)
{
	say(show, "%lld", (long long)*(const int64_t *)place(show));
}

static void
show_param(const struct config_show *show)
{
	say(show, "%lld", (long long)policy_value(&show->config->policy, show->row->param));
}

static void
show_service_kinds(const struct config_show *show)
{
	const struct policy_service *service = show->record;

	say(show, "%lld", (long long)service->kinds);
}

static void
show_day(const struct config_show *show)
{
	const int64_t days = *(const int64_t *)place(show);
	const time_t seconds = (time_t)(days * 86400);
	struct tm day;

	if (days >= 0 && gmtime_r(&seconds, &day) != NULL)
		say(show, "%04d-%02d-%02d", day.tm_year + 1900, day.tm_mon + 1, day.tm_mday);
}

static void
show_word(const struct config_show *show)
{
	const unsigned value = *(const unsigned *)place(show);

	for (const struct config_word *word = show->row->words; word->word != NULL; word++)
		if (word->value == value)
			say(show, "%s", word->word);
}

static void
show_group_attribute(const struct config_show *show)
{
	const struct config_client *client = show->record;

	if (client->group_attribute[0] != '\0')
		say(show, "%s = %s", client->group_attribute, client->group_format);
}

static void
show_server(const struct config_show *show)
{
	say(show, "%s", show->config->relay.server);
}

static void
show_receiver(const struct config_show *show)
{
	const struct config_stream *stream = show->record;

	say(show, "%s", stream->to);
}

/* --- several --- */

static void
say_networks(const struct config_show *show, const struct wf_network *networks, size_t n)
{
	char text[CONFIG_NETWORK_SIZE];

	for (size_t i = 0; i < n; i++) {
		config_network_text(&networks[i], text);
		say(show, "%s", text);
	}
}

static void
show_internal(const struct config_show *show)
{
	say_networks(show, show->config->policy.internal, show->config->policy.ninternal);
}

static void
show_shared(const struct config_show *show)
{
	say_networks(show, show->config->policy.shared, show->config->policy.nshared);
}

static void
show_trusted(const struct config_show *show)
{
	say_networks(show, show->config->policy.trusted, show->config->policy.ntrusted);
}

static void
show_networks(const struct config_show *show)
{
	const struct config_client *client = show->record;

	say_networks(show, client->networks, client->nnetworks);
}

/* Texts that stand one behind the other, `size` bytes each. */
static void
say_texts(const struct config_show *show, const void *texts, size_t size, size_t n)
{
	for (size_t i = 0; i < n; i++)
		say(show, "%s", (const char *)texts + i * size);
}

#define SAY_TEXTS(show, texts, n) say_texts((show), (texts), sizeof((texts)[0]), (n))

static void
show_words(const struct config_show *show)
{
	SAY_TEXTS(show, show->config->policy.words, show->config->policy.nwords);
}

static void
show_dictionaries(const struct config_show *show)
{
	SAY_TEXTS(show, show->config->radius.dictionaries, show->config->radius.ndictionaries);
}

static void
show_certificates(const struct config_show *show)
{
	const struct config_client *client = show->record;

	SAY_TEXTS(show, client->certificates, client->ncertificates);
}

static void
show_groups(const struct config_show *show)
{
	const struct group_set *groups = place(show);

	SAY_TEXTS(show, groups->names, groups->n);
}

static void
show_replies(const struct config_show *show)
{
	const struct config_client *client = show->record;

	SAY_TEXTS(show, client->reply_names, client->nreplies);
}

static void
show_hosts(const struct config_show *show)
{
	SAY_TEXTS(show, show->config->relays.allow, show->config->relays.nallow);
}

static void
show_comply(const struct config_show *show)
{
	SAY_TEXTS(show, show->config->comply.names, show->config->comply.n);
}

static void
show_is(const struct config_show *show)
{
	const struct config_answer *answer = show->record;

	SAY_TEXTS(show, answer->is, answer->nis);
}

static void
show_flags(const struct config_show *show)
{
	const unsigned value = *(const unsigned *)place(show);

	for (const struct config_word *word = show->row->words; word->word != NULL; word++)
		if ((value & word->value) == word->value)
			say(show, "%s", word->word);
}

static void
show_ask(const struct config_show *show)
{
	const struct policy_service *service = show->record;

	if ((service->ask & POLICY_ASK_PASSWORD) != 0)
		say(show, "password");
	if ((service->ask & POLICY_ASK_CODE) != 0)
		say(show, "code");
}

static void
show_backoff(const struct config_show *show)
{
	const struct policy *policy = &show->config->policy;

	for (size_t i = 0; i < policy->nbackoff; i++)
		say(show, "%u", (unsigned)policy->backoff_s[i]);
}

static void
show_listen(const struct config_show *show)
{
	const struct config_radius *radius = &show->config->radius;

	for (size_t i = 0; i < radius->nlisteners; i++)
		if (radius->listeners[i].transport == (enum config_transport)show->row->min)
			say(show, "%s", radius->listeners[i].text);
}

static void
show_relays_listen(const struct config_show *show)
{
	const struct config_relays *relays = &show->config->relays;

	for (size_t i = 0; i < relays->nlisteners; i++)
		say(show, "%s", relays->listeners[i].text);
}

static void
show_servers(const struct config_show *show)
{
	const struct config_upstream *upstream = show->record;

	for (size_t i = 0; i < upstream->nservers; i++)
		say(show, "%s", upstream->servers[i].text);
}

static void
show_mail_servers(const struct config_show *show)
{
	const struct config_mail *mail = &show->config->mail;

	for (size_t i = 0; i < mail->nservers; i++)
		say(show, "%s", mail->servers[i].to);
}

static void
show_people(const struct config_show *show)
{
	const struct config_people *people = place(show);

	for (size_t i = 0; i < people->n; i++)
		say(show, "%s", people->to[i]);
}

/* The end of the first word in it that secrets are called by; NULL: none. */
static const char *
secret_word(const char *text)
{
	static const char *const marks[] = {"passw", "secret", "key", "psk"};
	const char *first = NULL;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const char *at = strcasestr(text, marks[i]);

		if (at != NULL && (first == NULL || at + strlen(marks[i]) < first))
			first = at + strlen(marks[i]);
	}
	return first;
}

/*
 * Attributes that carry a password or a key to a device stand in warifu.conf as they are; some
 * say only in their value what it is ("ip:tunnel-password=...").
 */
static bool
is_secret(const struct config_attribute *attribute)
{
	const char *behind = secret_word(attribute->value);

	return secret_word(attribute->name) != NULL ||
	       (behind != NULL && strpbrk(behind, "=: ") != NULL);
}

static void
show_attributes(const struct config_show *show)
{
	const struct config_reply *reply = show->record;

	for (size_t i = 0; i < reply->nattributes; i++) {
		const struct config_attribute *attribute = &reply->attributes[i];

		say(show, "%s = %s", attribute->name,
			is_secret(attribute) ? CONFIG_SECRET_SHOWN : attribute->value);
	}
}

/* --- all of them --- */

static const struct {
	void (*show)(const struct config_show *show);
	bool bare; /* numbers and words of ours, which need no quotation marks */
} types[CONFIG_TYPES] = {
	[CONFIG_PARAM] = {show_param, true},
	[CONFIG_UNSIGNED] = {show_unsigned, true},
	[CONFIG_TEXT] = {show_text, false},
	[CONFIG_LABEL] = {show_text, false},
	[CONFIG_NAME] = {show_text, false},
	[CONFIG_NAME_OR_NONE] = {show_text, false},
	[CONFIG_PATH] = {show_text, false},
	[CONFIG_MODE] = {show_mode, true},
	[CONFIG_BACKOFF] = {show_backoff, true},
	[CONFIG_INTERNAL] = {show_internal, false},
	[CONFIG_SHARED] = {show_shared, false},
	[CONFIG_WORDS] = {show_words, false},
	[CONFIG_TRUSTED] = {show_trusted, false},
	[CONFIG_SWITCH] = {show_switch, true},
	[CONFIG_SERVICE_KINDS] = {show_service_kinds, true},
	[CONFIG_SERVICE_ASK] = {show_ask, false},
	[CONFIG_WORD] = {show_word, true},
	[CONFIG_FLAGS] = {show_flags, false},
	[CONFIG_LISTEN] = {show_listen, false},
	[CONFIG_DICTIONARIES] = {show_dictionaries, false},
	[CONFIG_NETWORKS] = {show_networks, false},
	[CONFIG_CERTIFICATES] = {show_certificates, false},
	[CONFIG_GROUPS] = {show_groups, false},
	[CONFIG_REPLIES] = {show_replies, false},
	[CONFIG_ATTRIBUTES] = {show_attributes, false},
	[CONFIG_GROUP_ATTRIBUTE] = {show_group_attribute, false},
	[CONFIG_PROFILE] = {show_text, false},
	[CONFIG_SECONDS] = {show_seconds, true},
	[CONFIG_KINDS] = {show_number, true},
	[CONFIG_DAY] = {show_day, true},
	[CONFIG_SERVER] = {show_server, false},
	[CONFIG_RELAYS_LISTEN] = {show_relays_listen, false},
	[CONFIG_HOSTS] = {show_hosts, false},
	[CONFIG_SERVERS] = {show_servers, false},
	[CONFIG_RECEIVER] = {show_receiver, false},
	[CONFIG_MAIL_SERVERS] = {show_mail_servers, false},
	[CONFIG_ADDRESS] = {show_text, false},
	[CONFIG_PEOPLE] = {show_people, false},
	[CONFIG_DETECT] = {show_unsigned, true},
	[CONFIG_DETECT_SECONDS] = {show_unsigned, true},
	[CONFIG_COMPLY] = {show_comply, false},
	[CONFIG_IS] = {show_is, false},
};

void
config_show(const struct config_show *show)
{
	/* a type that is not here yet has no value to show; test_effective names it */
	if (types[show->row->type].show != NULL)
		types[show->row->type].show(show);
}

bool
config_show_knows(enum config_type type)
{
	return types[type].show != NULL;
}

bool
config_show_is_bare(enum config_type type)
{
	return types[type].bare;
}

/* --- of a client, for people --- */

struct plain {
	struct config_text text;
	size_t n;
};

static void
plain_element(void *ctx, const char *text)
{
	struct plain *plain = ctx;

	config_say(&plain->text, "%s%s", plain->n++ == 0 ? "" : ", ", text);
}

void
config_client_show(
	const struct config_row *row, const struct config_client *client, char *text_r, size_t size)
{
	struct plain plain = {.text = {.bytes = text_r, .size = size}};
	const struct config_show show = {
		.row = row, .record = client, .element = plain_element, .ctx = &plain};

	text_r[0] = '\0';
	config_show(&show);
}
