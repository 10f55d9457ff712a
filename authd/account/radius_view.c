/*
 * The clients of RADIUS as the configuration has them: all in a table, or one with where each value
 * comes from.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"
#include "authd/config/config_table.h"
#include "authd/config/radius_profiles.h"
#include "common/pin.h"

#define VALUE_SIZE 2048

/* How it stands with its secret or its key, whichever is worse, in a word. */
static const char *
secret_word(struct act_call *call, const struct config_client *client)
{
	static const char *const words[] = {
		[SECRET_FINE] = "ok",
		[SECRET_MISSING] = "missing",
		[SECRET_IRREGULAR] = "irregular",
		[SECRET_OWNER] = "owner",
		[SECRET_OPEN] = "readable",
		[SECRET_EMPTY] = "empty",
		[SECRET_LONG] = "long",
		[SECRET_UNSEEN] = "unseen",
		[SECRET_SHORT] = "short",
		[SECRET_OLD] = "old",
	};
	const int64_t wall_us = wf_clock_now(&call->daemon->clock).wall_us;

	if (client->secret_file[0] == '\0' && client->psk_file[0] == '\0')
		return "";
	return words[config_secret_check(client, call->daemon->config->radius_uid, wall_us).fault];
}

/* Networks, names of certificates, the name of its key. */
static void
put_sources(const struct config_client *client, char *text_r, size_t size)
{
	size_t len = 0;

	text_r[0] = '\0';
	for (size_t i = 0; i < client->nnetworks && len < size; i++) {
		char network[CONFIG_NETWORK_SIZE];

		config_network_text(&client->networks[i], network);
		len += (size_t)snprintf(
			text_r + len, size - len, "%s%s", len == 0 ? "" : " ", network);
	}
	for (size_t i = 0; i < client->ncertificates && len < size; i++)
		len += (size_t)snprintf(text_r + len, size - len, "%s%s", len == 0 ? "" : " ",
			client->certificates[i]);
	if (client->psk_identity[0] != '\0' && len < size)
		(void)snprintf(text_r + len, size - len, "%s%s", len == 0 ? "" : " ",
			client->psk_identity);
}

static bool
has_certificate(const struct config_client *client, bool pin)
{
	for (size_t i = 0; i < client->ncertificates; i++)
		if (wf_pin_is_meant(client->certificates[i]) == pin)
			return true;
	return false;
}

/* A word, where it applies. */
struct word {
	bool applies;
	const char *text;
};

#define WORDS_SIZE 64 /* of all words of a list, with blanks between and a NUL */

static void
put_words(const struct word *words, size_t n, char text_r[WORDS_SIZE])
{
	size_t len = 0;

	text_r[0] = '\0';
	for (size_t i = 0; i < n; i++)
		if (words[i].applies && len < WORDS_SIZE)
			len += (size_t)snprintf(text_r + len, WORDS_SIZE - len, "%s%s",
				len == 0 ? "" : " ", words[i].text);
}

/* How it may come. */
static void
put_transports(const struct config_client *client, char text_r[WORDS_SIZE])
{
	const struct word words[] = {
		{client->secret_file[0] != '\0', "udp"},
		{client->ncertificates > 0, "tls"},
		{client->psk_identity[0] != '\0', "tls-psk"},
	};

	put_words(words, COUNT_OF(words), text_r);
}

/* By what it proves that it is itself. */
static void
put_proofs(const struct config_client *client, char text_r[WORDS_SIZE])
{
	const struct word words[] = {
		{client->secret_file[0] != '\0', "secret"},
		{has_certificate(client, false), "certificate"},
		{has_certificate(client, true), "fingerprint"},
		{client->psk_identity[0] != '\0', "key"},
	};

	put_words(words, COUNT_OF(words), text_r);
}

static wf_status
list_one(struct act_call *call, const struct config_client *client)
{
	char sources[VALUE_SIZE], transports[WORDS_SIZE], proofs[WORDS_SIZE];
	char timeout[ACT_NUMBER_SIZE], rate[ACT_NUMBER_SIZE];
	const char *cells[] = {client->name, config_class_name(client->entry.class),
		client->profile, config_mode_name(client->mode), transports, proofs, sources,
		config_authenticator_name(client->message_authenticator), secret_word(call, client),
		client->secret_file, client->psk_file,
		act_number_text(client->timeout_ms, timeout),
		act_number_text(client->rate, rate)};

	put_transports(client, transports);
	put_proofs(client, proofs);
	put_sources(client, sources, sizeof(sources));
	return act_row_out(call, cells, COUNT_OF(cells));
}

wf_status
act_radius_client_list(struct act_call *call)
{
	static const char *const columns[] = {"client", "class", "profile", "client-mode",
		"transport", "proof", "sources", "message-authenticator", "secret", "secret-file",
		"psk-file", "timeout-ms:number", "rate:number"};
	const struct config_radius *radius = &call->daemon->config->radius;
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	for (size_t i = 0; status == WF_OK && i < radius->nclients; i++)
		status = list_one(call, &radius->clients[i]);
	return status;
}

/* --- where the server listens; nowhere, as long as there is nobody to serve --- */

wf_status
act_radius_listeners(struct act_call *call)
{
	static const char *const columns[] = {"address", "protocol"};
	const struct config_radius *radius = &call->daemon->config->radius;
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	for (size_t i = 0; status == WF_OK && radius->nclients > 0 && i < radius->nlisteners; i++) {
		const struct config_listener *listener = &radius->listeners[i];
		const char *cells[] = {
			listener->text, listener->transport == LISTEN_TLS ? "tcp" : "udp"};

		status = act_row_out(call, cells, COUNT_OF(cells));
	}
	return status;
}

/* --- one --- */

static const struct config_profile_line *
line_of_profile(const struct config_client *client, const char *option)
{
	const struct config_profile_line *line = config_profile_find(client->profile)->lines;

	while (line->option != NULL && strcmp(line->option, option) != 0)
		line++;
	return line->option == NULL ? NULL : line;
}

static wf_status
show_one(struct act_call *call, const struct config_client *client, const struct config_row *row,
	int line)
{
	const struct config_profile_line *preset =
		line > 0 ? NULL : line_of_profile(client, row->name);
	char value[VALUE_SIZE], origin[160];
	const char *cells[] = {row->name, value, origin, preset == NULL ? "" : _(preset->why)};

	config_client_show(row, client, value, sizeof(value));
	if (line > 0)
		(void)snprintf(origin, sizeof(origin), "%s:%d", client->origin.file, line);
	else if (preset != NULL)
		(void)snprintf(origin, sizeof(origin), _("profile %s"), client->profile);
	else
		(void)snprintf(origin, sizeof(origin), "%s", _("built in"));
	return act_row_out(call, cells, COUNT_OF(cells));
}

/* No options by themselves: what the others make of it. */
static wf_status
show_made(struct act_call *call, const struct config_client *client)
{
	static const struct {
		const char *name;
		void (*put)(const struct config_client *client, char text_r[WORDS_SIZE]);
	} made[] = {{"transport", put_transports}, {"proof", put_proofs}};
	wf_status status = WF_OK;

	for (size_t i = 0; i < COUNT_OF(made) && status == WF_OK; i++) {
		char words[WORDS_SIZE];
		const char *cells[] = {made[i].name, words, "", ""};

		made[i].put(client, words);
		status = act_row_out(call, cells, COUNT_OF(cells));
	}
	return status;
}

static wf_status
say_advice(struct act_call *call, const struct config_client *client)
{
	const struct config_profile *profile = config_profile_find(client->profile);

	if (profile->advice != NULL)
		act_say_text(call, "%s: %s", profile->product, _(profile->advice));
	return WF_OK;
}

wf_status
act_radius_client_show(struct act_call *call)
{
	static const char *const columns[] = {"option", "value", "origin", "why"};
	const struct config_client *client =
		config_client_find(&call->daemon->config->radius, act_arg(call, "client"));
	size_t n;
	const struct config_row *rows = config_radius_rows(&n);
	wf_status status;

	if (client == NULL)
		return act_say(call, WF_NOT_FOUND,
			_("There is no RADIUS client '%s': see 'warifu radius client list'."),
			act_arg(call, "client"));
	status = act_head(call, columns, COUNT_OF(columns));
	if (status == WF_OK)
		status = show_made(call, client);
	for (size_t i = 0; status == WF_OK && i < n; i++)
		if (strcmp(rows[i].section, "client") == 0)
			status = show_one(call, client, &rows[i], client->lines[i]);
	return status == WF_OK ? say_advice(call, client) : status;
}
