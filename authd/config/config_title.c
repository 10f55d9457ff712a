/*
 * The sections with a title: what a title may be, and the record that it stands for.  A service may be written in
 * several places, a client or a reply in one.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/config/config_load.h"
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

size_t
config_client_index(const struct config_load *load, const char *name)
{
	const struct config_radius *radius = &load->config->radius;
	size_t i = 0;

	while (i < radius->nclients && strcmp(radius->clients[i].name, name) != 0)
		i++;
	return i;
}

size_t
config_reply_index(const struct config_load *load, const char *name)
{
	const struct config_radius *radius = &load->config->radius;
	size_t i = 0;

	while (i < radius->nreplies && strcmp(radius->replies[i].name, name) != 0)
		i++;
	return i;
}

struct config_client *
config_client_record(const struct config_load *load, const char *name)
{
	return &load->config->radius.clients[config_client_index(load, name)];
}

struct config_reply *
config_reply_record(const struct config_load *load, const char *name)
{
	return &load->config->radius.replies[config_reply_index(load, name)];
}

static void
title_zone(const struct title *title)
{
	if (strcmp(title->text, "internal") != 0)
		config_fail(title->load, title->line, _("unknown zone '%s'; accepted: internal"), title->shown);
}

static void
title_service(const struct title *title)
{
	struct policy_service *service;

	if (!config_is_name(title->text)) {
		config_fail(title->load, title->line,
			_("'%s' is no name of a service; accepted: 1 to 64 letters, digits, '.', '_' and '-', "
			  "not beginning with '-'"),
			title->shown);
		return;
	}
	if (policy_service_add(&title->load->config->policy, title->text, &service) != WF_OK)
		config_fail(title->load, title->line, _("there are more than %d services"), POLICY_SERVICES_MAX);
}

/* Whether there may be a record of this title now: the section is not another one of the same title. */
static bool
is_first(const struct title *title, const char *section, const struct origin *earlier)
{
	if (earlier == NULL || strcmp(title->load->open, title->text) == 0)
		return true;
	config_fail(title->load, title->line, _("there is another %s '%s' in %s:%d; give one of them another name"), section,
		title->shown, earlier->file, earlier->line);
	return false;
}

static bool
is_named(const struct title *title, const char *section)
{
	if (config_is_name(title->text))
		return true;
	config_fail(title->load, title->line,
		_("'%s' is no name of a %s; accepted: 1 to 64 letters, digits, '.', '_' and '-', not beginning with '-'"),
		title->shown, section);
	return false;
}

/* Room for one record more behind `n`, zeroed; false after the error was told. */
static bool
grow(const struct title *title, void **records, size_t n, size_t size, size_t max)
{
	char *grown;

	if (n == max) {
		config_fail(title->load, title->line, _("there are more than %zu such sections"), max);
		return false;
	}
	grown = wf_fault(WF_FAULT_ALLOC) ? NULL : reallocarray(*records, n + 1, size);
	if (grown == NULL) {
		title->load->status = WF_NO_MEMORY;
		return false;
	}
	memset(grown + n * size, 0, size);
	*records = grown;
	return true;
}

static void
set_origin(const struct title *title, struct origin *origin)
{
	(void)snprintf(origin->file, sizeof(origin->file), "%s", title->load->file);
	(void)snprintf(origin->force, sizeof(origin->force), "local");
	origin->line = title->line;
}

static void
title_client(const struct title *title)
{
	struct config_radius *radius = &title->load->config->radius;
	size_t i = config_client_index(title->load, title->text);
	void *clients = radius->clients;
	struct config_client *client;

	if (!is_named(title, "client") ||
		!is_first(title, "client", i < radius->nclients ? &radius->clients[i].origin : NULL) ||
		i < radius->nclients ||
		!grow(title, &clients, radius->nclients, sizeof(*client), CONFIG_CLIENTS_MAX))
		return;
	radius->clients = clients;
	client = &radius->clients[radius->nclients++];
	(void)snprintf(client->name, sizeof(client->name), "%s", title->text);
	set_origin(title, &client->origin);
	config_client_defaults(client);
}

static void
title_reply(const struct title *title)
{
	struct config_radius *radius = &title->load->config->radius;
	size_t i = config_reply_index(title->load, title->text);
	void *replies = radius->replies;
	struct config_reply *reply;

	if (!is_named(title, "reply") ||
		!is_first(title, "reply", i < radius->nreplies ? &radius->replies[i].origin : NULL) ||
		i < radius->nreplies ||
		!grow(title, &replies, radius->nreplies, sizeof(*reply), CONFIG_REPLIES_MAX))
		return;
	radius->replies = replies;
	reply = &radius->replies[radius->nreplies++];
	(void)snprintf(reply->name, sizeof(reply->name), "%s", title->text);
	set_origin(title, &reply->origin);
}

static const struct {
	const char *section;
	void (*take)(const struct title *title);
} titles[] = {
	{"zone", title_zone}, {"service", title_service}, {"client", title_client}, {"reply", title_reply}};

void
config_title(struct config_load *load, const char *section, const char *text, int line)
{
	char shown[72];
	const struct title title = {.load = load, .text = text, .shown = shown, .line = line};

	(void)wf_utf8_escape(text, strlen(text), NULL, shown, sizeof(shown));
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (strcmp(titles[i].section, section) == 0)
			titles[i].take(&title);
	if (load->status == WF_OK)
		(void)snprintf(load->open, sizeof(load->open), "%s", text);
}

void
config_title_end(struct config_load *load, const char *section, const char *text, int line)
{
	/* Without a value in it nobody has seen the title; libconfuse may name another section of the kind then. */
	bool unseen = load->open[0] == '\0' && config_client_index(load, text) == load->config->radius.nclients &&
		      config_reply_index(load, text) == load->config->radius.nreplies;

	if (unseen)
		config_title(load, section, text, line);
	load->open[0] = '\0';
}
