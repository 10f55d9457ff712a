/*
 * From the configuration to what the network's side works with. Loaded whole or not at all: a
 * secret that cannot be read or an attribute that no dictionary has stops the start, or leaves the
 * old site in force.
 */
#include "config.h"

#include "radius/site.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/fault.h"
#include "common/i18n.h"

#define DICTIONARY WF_RADIUSDIR "/dictionary"

/* Where a failure has left its sentence. */
struct loading {
	struct site *site;
	struct books *books;
	char *why;
};

static wf_status
complain(const struct loading *loading, wf_status status, const char *text)
{
	snprintf(loading->why, SITE_WHY_MAX, "%s", text);
	return status;
}

static wf_status
load_secret(const struct loading *loading, struct client *client)
{
	const struct config_client *config = client->config;
	uid_t user = loading->site->config->radius_uid;
	struct config_secret_finding finding;
	wf_status status;

	if (config->secret_file[0] == '\0')
		return WF_OK;
	status = config_secret_read(config->secret_file, user, &client->secret);
	if (status == WF_OK)
		return WF_OK;
	finding = config_secret_check(config, user, 0);
	if (!finding.psk && finding.fault != SECRET_FINE &&
		!config_secret_is_warning(finding.fault))
		config_secret_say(config, &finding, loading->why, SITE_WHY_MAX);
	else
		snprintf(loading->why, SITE_WHY_MAX, _("client '%s': secret %s cannot be read: %s"),
			config->name, config->secret_file, _(wf_status_text(status)));
	return status;
}

static wf_status
load_clients(const struct loading *loading)
{
	struct site *site = loading->site;
	const struct config_radius *radius = &site->config->radius;
	wf_status status = WF_OK;

	site->clients = wf_fault(WF_FAULT_ALLOC)
				? NULL
				: calloc(radius->nclients + 1, sizeof(*site->clients));
	if (site->clients == NULL)
		return complain(loading, WF_NO_MEMORY, _(wf_status_text(WF_NO_MEMORY)));
	for (size_t i = 0; status == WF_OK && i < radius->nclients; i++) {
		struct client *client = &site->clients[i];

		client->config = &radius->clients[i];
		client->number = (uint32_t)i;
		site->nclients = i + 1;
		status = load_secret(loading, client);
		if (status == WF_OK &&
			books_open(loading->books, client->config->name, &client->book) != WF_OK)
			status = complain(loading, WF_NO_MEMORY, _(wf_status_text(WF_NO_MEMORY)));
	}
	return status;
}

/*
 * Clients known by a certificate alone have no network, and none without a secret is asked over
 * UDP (A1).
 */
static wf_status
load_table(const struct loading *loading)
{
	struct site *site = loading->site;
	struct clients_row *rows =
		wf_fault(WF_FAULT_ALLOC)
			? NULL
			: calloc(site->nclients * CONFIG_CLIENT_NETWORKS_MAX + 1, sizeof(*rows));
	size_t n = 0;
	wf_status status;

	if (rows == NULL)
		return complain(loading, WF_NO_MEMORY, _(wf_status_text(WF_NO_MEMORY)));
	for (size_t i = 0; i < site->nclients; i++) {
		const struct config_client *client = &site->config->radius.clients[i];

		for (size_t k = 0; k < client->nnetworks && site->clients[i].secret.len > 0; k++)
			rows[n++] = (struct clients_row){client->networks[k], (uint32_t)i};
	}
	status = clients_new(rows, n, &site->table);
	free(rows);
	return status == WF_OK ? WF_OK : complain(loading, status, _(wf_status_text(status)));
}

static wf_status
load_tls(const struct loading *loading)
{
	return site_load_tls(loading->site, loading->why);
}

static wf_status
load_dictionary(const struct loading *loading)
{
	const struct config_radius *radius = &loading->site->config->radius;
	struct dictionary **dictionary = &loading->site->dictionary;
	char why[DICTIONARY_WHY_MAX] = "";
	wf_status status = dictionary_new(dictionary);

	if (status == WF_OK)
		status = dictionary_load(*dictionary, DICTIONARY, why);
	for (size_t i = 0; status == WF_OK && i < radius->ndictionaries; i++)
		status = dictionary_load(*dictionary, radius->dictionaries[i], why);
	return status == WF_OK ? WF_OK
			       : complain(loading, status,
					 why[0] != '\0' ? why : _(wf_status_text(status)));
}

static wf_status
load_reply(
	const struct loading *loading, const struct config_reply *config, struct site_reply *reply)
{
	reply->groups = &config->groups;
	for (size_t i = 0; i < config->nattributes; i++) {
		const struct config_attribute *attribute = &config->attributes[i];
		char why[DICTIONARY_WHY_MAX] = "";
		wf_status status = dictionary_encode(loading->site->dictionary, attribute->name,
			attribute->value, &reply->values[i], why);

		if (status != WF_OK) {
			snprintf(loading->why, SITE_WHY_MAX, "%s:%d: %s", attribute->origin.file,
				attribute->origin.line, why);
			return status;
		}
	}
	reply->n = config->nattributes;
	return WF_OK;
}

static wf_status
load_replies(const struct loading *loading)
{
	struct site *site = loading->site;
	const struct config_radius *radius = &site->config->radius;
	wf_status status = WF_OK;

	site->replies = wf_fault(WF_FAULT_ALLOC)
				? NULL
				: calloc(radius->nreplies + 1, sizeof(*site->replies));
	if (site->replies == NULL)
		return complain(loading, WF_NO_MEMORY, _(wf_status_text(WF_NO_MEMORY)));
	for (size_t i = 0; status == WF_OK && i < radius->nreplies; i++)
		status = load_reply(loading, &radius->replies[i], &site->replies[i]);
	return status;
}

/* Groups are known at a login only, but the name of their attribute is now. */
static wf_status
check_group_attributes(const struct loading *loading)
{
	const struct config_radius *radius = &loading->site->config->radius;

	for (size_t i = 0; i < radius->nclients; i++) {
		const struct config_client *client = &radius->clients[i];

		if (!client->send_groups ||
			dictionary_find(loading->site->dictionary, client->group_attribute) != NULL)
			continue;
		snprintf(loading->why, SITE_WHY_MAX,
			_("%s:%d: client '%s': group_attribute names '%s', which no dictionary "
			  "has"),
			client->origin.file, client->origin.line, client->name,
			client->group_attribute);
		return WF_NOT_FOUND;
	}
	return WF_OK;
}

static wf_status
load_config(const struct loading *loading, const char *file)
{
	struct config_error error = {""};
	wf_status status = config_load(file, &loading->site->config, &error);

	return status == WF_OK ? WF_OK : complain(loading, status, error.text);
}

wf_status
site_load(const char *file, struct books *books, struct site **site_r, char why_r[SITE_WHY_MAX])
{
	static wf_status (*const steps[])(const struct loading *loading) = {
		load_clients, load_table, load_tls, load_dictionary, load_replies,
		check_group_attributes};
	struct loading loading = {.books = books, .why = why_r};
	wf_status status;

	loading.site = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*loading.site));
	if (loading.site == NULL)
		return complain(&loading, WF_NO_MEMORY, _(wf_status_text(WF_NO_MEMORY)));
	loading.site->lent = 1;
	status = load_config(&loading, file);
	for (size_t i = 0; status == WF_OK && i < sizeof(steps) / sizeof(steps[0]); i++)
		status = steps[i](&loading);
	if (status != WF_OK) {
		site_return(&loading.site);
		return status;
	}
	*site_r = loading.site;
	return WF_OK;
}

struct site *
site_borrow(struct site *site)
{
	site->lent++;
	return site;
}

void
site_return(struct site **site)
{
	struct site *gone = *site;

	*site = NULL;
	if (gone == NULL || --gone->lent > 0)
		return;
	for (size_t i = 0; i < gone->nclients; i++) {
		wf_secret_clear(&gone->clients[i].secret);
		wf_secret_clear(&gone->clients[i].psk);
	}
	SSL_CTX_free(gone->tls);
	free(gone->clients);
	free(gone->replies);
	clients_free(&gone->table);
	dictionary_free(&gone->dictionary);
	config_free(&gone->config);
	free(gone);
}

const struct client *
site_client(const struct site *site, const struct in6_addr *address, bool *single_r)
{
	uint32_t number;

	return clients_find(site->table, address, &number, single_r) ? &site->clients[number]
								     : NULL;
}
