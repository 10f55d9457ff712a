/*
 * The sections with a title: what a title may be, and the record that it stands for.  A service or
 * host may be written in several places, a client, a reply or an upstream in one.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/config/config_load.h"
#include "authd/config/config_say.h"
#include "authd/config/config_value.h"
#include "common/fault.h"
#include "common/i18n.h"
#include "common/utf8.h"

/* A title on its way; `shown` is safe to show. */
struct title {
	struct config_load *load;
	const char *text, *shown;
	int line;
};

/* --- sections that are records of a list --- */

#define CONFIG_AT(field) offsetof(struct config, field)
#define LOAD_AT(field) offsetof(struct config_load, field)

static void
client_defaults(void *record)
{
	config_client_defaults(record);
}

static void
upstream_defaults(void *record)
{
	config_upstream_defaults(record);
}

static void
stream_defaults(void *record)
{
	config_stream_defaults(record);
}

/* Each record begins with its name. */
struct config_records {
	const char *section;
	size_t list, n; /* within struct config */
	size_t size, origin; /* of a record; within it */
	size_t max;
	size_t seen; /* within struct config_load: rows of CONFIG_ROWS_MAX */
	void (*defaults)(void *record); /* NULL: zeros */
};
#define ANSWERS(name, field)                                                                  \
	{                                                                                     \
		name, CONFIG_AT(comply.field.list), CONFIG_AT(comply.field.n),                \
			sizeof(struct config_answer), offsetof(struct config_answer, origin), \
			CONFIG_ANSWERS_MAX, LOAD_AT(field##_seen), NULL                       \
	}
enum { OF_CLIENT, OF_REPLY }; /* the first of them */
static const struct config_records kinds[] = {
	[OF_CLIENT] = {"client", CONFIG_AT(radius.clients), CONFIG_AT(radius.nclients),
		sizeof(struct config_client), offsetof(struct config_client, origin),
		CONFIG_CLIENTS_MAX, LOAD_AT(clients_seen), client_defaults},
	[OF_REPLY] = {"reply", CONFIG_AT(radius.replies), CONFIG_AT(radius.nreplies),
		sizeof(struct config_reply), offsetof(struct config_reply, origin),
		CONFIG_REPLIES_MAX, LOAD_AT(replies_seen), NULL},
	{"upstream", CONFIG_AT(upstreams.list), CONFIG_AT(upstreams.n),
		sizeof(struct config_upstream), offsetof(struct config_upstream, origin),
		CONFIG_UPSTREAMS_MAX, LOAD_AT(upstreams_seen), upstream_defaults},
	{"stream", CONFIG_AT(streams.list), CONFIG_AT(streams.n), sizeof(struct config_stream),
		offsetof(struct config_stream, origin), CONFIG_STREAMS_MAX, LOAD_AT(streams_seen),
		stream_defaults},
	ANSWERS("resolve", resolves),
	ANSWERS("deviate", deviates),
	ANSWERS("draft", drafts),
};
_Static_assert(offsetof(struct config_client, name) == 0 &&
		       offsetof(struct config_reply, name) == 0 &&
		       offsetof(struct config_upstream, name) == 0 &&
		       offsetof(struct config_stream, name) == 0 &&
		       offsetof(struct config_answer, name) == 0,
	"records are found by what they begin with");

const struct config_records *
config_records_find(const char *section)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].section, section) == 0)
			return &kinds[i];
	return NULL;
}

static char *
list_of(const struct config_load *load, const struct config_records *records)
{
	char *list;

	memcpy(&list, (char *)load->config + records->list, sizeof(list));
	return list;
}

static size_t *
count_of(const struct config_load *load, const struct config_records *records)
{
	return (size_t *)((char *)load->config + records->n);
}

size_t
config_record_index(
	const struct config_load *load, const struct config_records *records, const char *name)
{
	const char *record = list_of(load, records);
	size_t n = *count_of(load, records), i = 0;

	while (i < n && strcmp(record + i * records->size, name) != 0)
		i++;
	return i;
}

void *
config_record(
	const struct config_load *load, const struct config_records *records, const char *name)
{
	return list_of(load, records) + config_record_index(load, records, name) * records->size;
}

struct config_seen *
config_record_seen(struct config_load *load, const struct config_records *records, const char *name)
{
	struct config_seen *seen = (struct config_seen *)((char *)load + records->seen);

	return seen + config_record_index(load, records, name) * CONFIG_ROWS_MAX;
}

static bool
is_known(const struct config_load *load, const struct config_records *records, const char *name)
{
	return config_record_index(load, records, name) < *count_of(load, records);
}

const void *
config_record_at(const struct config *config, const struct config_records *records, size_t i)
{
	const char *list;
	size_t n;

	memcpy(&list, (const char *)config + records->list, sizeof(list));
	memcpy(&n, (const char *)config + records->n, sizeof(n));
	return i < n ? list + i * records->size : NULL;
}

size_t
config_reply_index(const struct config_load *load, const char *name)
{
	return config_record_index(load, &kinds[OF_REPLY], name);
}

struct config_client *
config_client_record(const struct config_load *load, const char *name)
{
	return config_record(load, &kinds[OF_CLIENT], name);
}

struct config_reply *
config_reply_record(const struct config_load *load, const char *name)
{
	return config_record(load, &kinds[OF_REPLY], name);
}

/* --- titles --- */

static void
title_zone(const struct title *title)
{
	if (strcmp(title->text, "internal") != 0)
		config_fail(title->load, title->line, _("unknown zone '%s'; accepted: internal"),
			title->shown);
}

static void
title_service(const struct title *title)
{
	struct policy_service *service;

	if (!config_is_name(title->text)) {
		config_fail(title->load, title->line,
			_("'%s' is no name of a service; accepted: 1 to 64 letters, digits, '.', "
			  "'_' and '-', "
			  "not beginning with '-'"),
			title->shown);
		return;
	}
	if (policy_service_add(&title->load->config->policy, title->text, &service) != WF_OK)
		config_fail(title->load, title->line, _("there are more than %d services"),
			POLICY_SERVICES_MAX);
}

static bool
is_named(const struct title *title, const char *section)
{
	if (config_is_name(title->text))
		return true;
	config_fail(title->load, title->line,
		_("'%s' cannot be the name of a section '%s'; accepted: 1 to 64 letters, digits, "
		  "'.', '_' and '-', not beginning with '-'"),
		title->shown, section);
	return false;
}

static void
title_host(const struct title *title)
{
	struct policy_host *host;

	if (is_named(title, "host") &&
		policy_host_add(&title->load->config->policy, title->text, &host) != WF_OK)
		config_fail(title->load, title->line, _("there are more than %d hosts"),
			POLICY_HOSTS_MAX);
}

/*
 * Whether there may be a record of this title now: the section is not another one of the same
 * title.
 */
static bool
is_first(const struct title *title, const struct config_records *records)
{
	const char *record = config_record(title->load, records, title->text);
	const struct origin *earlier =
		(const struct origin *)(const void *)(record + records->origin);

	if (!is_known(title->load, records, title->text) ||
		strcmp(title->load->open, title->text) == 0)
		return true;
	config_fail(title->load, title->line,
		_("there is another %s '%s' in %s:%d; give one of them another name"),
		records->section, title->shown, earlier->file, earlier->line);
	return false;
}

/* One record more, zeroed; NULL after the error was told. */
static char *
grow(const struct title *title, const struct config_records *records)
{
	size_t *n = count_of(title->load, records);
	char *grown;

	if (*n == records->max) {
		config_fail(title->load, title->line, _("there are more than %zu such sections"),
			records->max);
		return NULL;
	}
	grown = wf_fault(WF_FAULT_ALLOC)
			? NULL
			: reallocarray(list_of(title->load, records), *n + 1, records->size);
	if (grown == NULL) {
		title->load->status = WF_NO_MEMORY;
		return NULL;
	}
	memcpy((char *)title->load->config + records->list, &grown, sizeof(grown));
	return memset(grown + (*n)++ * records->size, 0, records->size);
}

static void
set_origin(const struct title *title, struct origin *origin)
{
	(void)snprintf(origin->file, sizeof(origin->file), "%s", title->load->file);
	(void)snprintf(origin->force, sizeof(origin->force), "local");
	origin->line = title->line;
}

static void
title_record(const struct title *title, const struct config_records *records)
{
	char *record;

	if (!is_named(title, records->section) || !is_first(title, records) ||
		is_known(title->load, records, title->text))
		return;
	record = grow(title, records);
	if (record == NULL)
		return;
	(void)snprintf(record, sizeof(((struct config_client *)NULL)->name), "%s", title->text);
	set_origin(title, (struct origin *)(void *)(record + records->origin));
	if (records->defaults != NULL)
		records->defaults(record);
}

static void
title_detect(const struct title *title)
{
	char rules[512];
	struct config_text text = {.bytes = rules, .size = sizeof(rules)};

	if (detect_rule_find(title->text) >= 0)
		return;
	config_detect_rules_say(&text);
	config_fail(title->load, title->line, _("there is no rule '%s'; accepted: %s"),
		title->shown, rules);
}

static const struct {
	const char *section;
	void (*take)(const struct title *title);
} titles[] = {{"zone", title_zone}, {"service", title_service}, {"host", title_host},
	{"detect", title_detect}};

void
config_title(struct config_load *load, const char *section, const char *text, int line)
{
	char shown[72];
	const struct title title = {.load = load, .text = text, .shown = shown, .line = line};
	const struct config_records *records = config_records_find(section);

	(void)wf_utf8_escape(text, strlen(text), NULL, shown, sizeof(shown));
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (strcmp(titles[i].section, section) == 0)
			titles[i].take(&title);
	if (records != NULL)
		title_record(&title, records);
	if (load->status == WF_OK)
		(void)snprintf(load->open, sizeof(load->open), "%s", text);
}

void
config_title_end(struct config_load *load, const char *section, const char *text, int line)
{
	/*
	 * Without a value in it nobody has seen the title; libconfuse may name another section of
	 * the kind then.
	 */
	bool unseen = load->open[0] == '\0';

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		unseen = unseen && !is_known(load, &kinds[i], text);
	if (unseen)
		config_title(load, section, text, line);
	load->open[0] = '\0';
}
