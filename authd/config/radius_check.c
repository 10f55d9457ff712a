/*
 * What must hold of a client, a reply and the listeners once everything is read: first its profile
 * fills a client in, then each rule of a table looks at it, and at last it gets its row among the
 * policy's services.
 */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "authd/config/config_put.h"
#include "authd/config/radius_profiles.h"
#include "common/i18n.h"
#include "common/pin.h"

/* One client under examination. */
struct exam {
	struct config_load *load;
	struct config_client *client;
	size_t index;
};

static const struct config_row *
row_of(const struct config_load *load, const char *option)
{
	return config_row_find(load->rows, load->nrows, "client", option);
}

static const struct config_seen *
seen_of(const struct exam *exam, const char *option)
{
	return &exam->load
			->clients_seen[exam->index][row_of(exam->load, option) - exam->load->rows];
}

static bool
is_written(const struct exam *exam, const char *option)
{
	return seen_of(exam, option)->nfile > 0;
}

/*
 * The line where the option is written, else that of the section; the load's file becomes the one
 * it is in.
 */
static int
line_of(const struct exam *exam, const char *option)
{
	const struct config_seen *seen = seen_of(exam, option);

	if (seen->nfile == 0) {
		exam->load->file = exam->client->origin.file;
		return exam->client->origin.line;
	}
	exam->load->file = exam->load->files[seen->nfile - 1];
	return seen->line;
}

/* --- the profile --- */

static void
fill_in(const struct exam *exam)
{
	const struct config_profile *profile = config_profile_find(exam->client->profile);

	for (const struct config_profile_line *line = profile->lines; line->option != NULL;
		line++) {
		const struct config_put put = {.load = exam->load,
			.row = row_of(exam->load, line->option),
			.title = exam->client->name,
			.value = line->value,
			.origin = exam->client->origin};

		if (!is_written(exam, line->option) && !config_put_value(&put))
			config_fail(exam->load, 0, "%s",
				profile->name); /* coverage: the table is right */
	}
}

/* --- who it is --- */

static void
check_identity(const struct exam *exam)
{
	const struct config_client *client = exam->client;
	bool tls = client->ncertificates > 0 || client->psk_identity[0] != '\0';

	if (client->nnetworks == 0 && !tls)
		config_fail(exam->load, line_of(exam, "network"),
			_("client '%s' has neither 'network' nor 'certificate' nor 'psk_identity': "
			  "nobody could be it"),
			client->name);
	else if (client->nnetworks > 0 && client->secret_file[0] == '\0' && !tls)
		config_fail(exam->load, line_of(exam, "secret_file"),
			_("client '%s' has no 'secret_file'; make one with 'warifu radius secret "
			  "%s'"),
			client->name, client->name);
	else if (client->nnetworks == 0 && client->secret_file[0] != '\0')
		config_fail(exam->load, line_of(exam, "secret_file"),
			_("client '%s' has no 'network', so its secret has no meaning; take it "
			  "out"),
			client->name);
}

/* A key for TLS and its name. */
static void
check_psk(const struct exam *exam)
{
	const struct config_radius *radius = &exam->load->config->radius;
	const struct config_radius earlier = {.clients = radius->clients, .nclients = exam->index};
	const struct config_client *client = exam->client;
	const struct config_client *other =
		config_client_by_identity(&earlier, client->psk_identity);

	if ((client->psk_identity[0] == '\0') != (client->psk_file[0] == '\0'))
		config_fail(exam->load,
			line_of(exam, client->psk_file[0] == '\0' ? "psk_identity" : "psk_file"),
			_("client '%s' needs both 'psk_identity' and 'psk_file', or neither"),
			client->name);
	if (other != NULL)
		config_fail(exam->load, line_of(exam, "psk_identity"),
			_("psk_identity '%s' of client '%s' is also that of client '%s' (%s:%d)"),
			client->psk_identity, client->name, other->name, other->origin.file,
			other->origin.line);
}

static bool
is_range(const struct wf_network *network)
{
	return network->prefix < 128;
}

static void
check_authenticator(const struct exam *exam)
{
	const struct config_client *client = exam->client;
	char text[CONFIG_NETWORK_SIZE];

	if (client->message_authenticator != CLIENT_AUTHENTICATOR_AUTO)
		return;
	for (size_t i = 0; i < client->nnetworks; i++) {
		if (!is_range(&client->networks[i]))
			continue;
		config_network_text(&client->networks[i], text);
		config_fail(exam->load, line_of(exam, "message_authenticator"),
			_("client '%s' is the network %s: what one gateway there can do says "
			  "nothing of the others; write "
			  "message_authenticator = required or optional, or a client for each "
			  "address"),
			client->name, text);
	}
}

static bool
networks_overlap(const struct wf_network *a, const struct wf_network *b)
{
	const struct wf_network *wide = a->prefix < b->prefix ? a : b;
	const struct wf_network *narrow = wide == a ? b : a;

	return config_network_covers(wide, narrow->bytes);
}

static void
compare_network(const struct exam *exam, const struct wf_network *network,
	const struct config_client *other)
{
	char own[CONFIG_NETWORK_SIZE], theirs[CONFIG_NETWORK_SIZE];

	for (size_t i = 0; i < other->nnetworks; i++) {
		if (&other->networks[i] == network ||
			!networks_overlap(network, &other->networks[i]))
			continue;
		config_network_text(network, own);
		config_network_text(&other->networks[i], theirs);
		config_fail(exam->load, line_of(exam, "network"),
			_("%s of client '%s' overlaps with %s of client '%s' (%s:%d); a packet "
			  "must be of one client"),
			own, exam->client->name, theirs, other->name, other->origin.file,
			other->origin.line);
	}
}

static void
check_networks(const struct exam *exam)
{
	const struct config_client *clients = exam->load->config->radius.clients;

	for (size_t i = 0; i < exam->client->nnetworks && exam->client->secret_file[0] != '\0'; i++)
		for (size_t j = 0; j <= exam->index; j++)
			if (clients[j].secret_file[0] != '\0')
				compare_network(exam, &exam->client->networks[i], &clients[j]);
}

static void
check_certificates(const struct exam *exam)
{
	const struct config_radius *radius = &exam->load->config->radius;
	const struct config_radius earlier = {.clients = radius->clients, .nclients = exam->index};

	for (size_t i = 0; i < exam->client->ncertificates; i++) {
		const struct config_client *other =
			config_client_by_certificate(&earlier, exam->client->certificates[i]);

		if (other != NULL)
			config_fail(exam->load, line_of(exam, "certificate"),
				_("certificate '%s' of client '%s' is also that of client '%s' "
				  "(%s:%d)"),
				exam->client->certificates[i], exam->client->name, other->name,
				other->origin.file, other->origin.line);
	}
}

/* --- what it is asked --- */

static void
check_separator(const struct exam *exam)
{
	const struct config_client *client = exam->client;
	bool wanted = client->mode == CLIENT_SEPARATOR;

	if (wanted == (client->separator[0] != '\0'))
		return;
	if (wanted)
		config_fail(exam->load, line_of(exam, "mode"),
			_("client '%s' needs 'separator': what stands between password and code"),
			client->name);
	else
		config_fail(exam->load, line_of(exam, "separator"),
			_("client '%s' has a 'separator', which mode = %s has no use for; take it "
			  "out, or write mode = separator"),
			client->name, config_mode_name(client->mode));
}

/* Kinds that the client's logins are asked for. */
static int64_t
kinds_of(const struct exam *exam)
{
	return exam->client->kinds > 0 ? exam->client->kinds
				       : policy_kinds(&exam->load->config->policy);
}

/* SCS-4-5-1-7, ISAC-2.1.4 */
static void
check_class(const struct exam *exam)
{
	struct config_client *client = exam->client;

	if (!policy_class_administers(client->entry.class))
		return;
	if (client->kinds == 1 || client->mode == CLIENT_CODE)
		config_fail(exam->load, line_of(exam, client->kinds == 1 ? "kinds" : "mode"),
			_("client '%s' is of class %s, whose logins prove two kinds: password and "
			  "code"),
			client->name, config_class_name(client->entry.class));
	else if (kinds_of(exam) < 2)
		client->kinds = 2;
}

/* What each mode can carry. */
static void
check_mode(const struct exam *exam)
{
	const struct config_client *client = exam->client;

	if (client->mode == CLIENT_CODE && client->kinds > 1)
		config_fail(exam->load, line_of(exam, "kinds"),
			_("client '%s' sends the code alone (mode = code), so it proves one kind; "
			  "change 'kinds' or 'mode'"),
			client->name);
	else if (client->mode != CLIENT_CODE && client->mode != CLIENT_CHALLENGE &&
		 kinds_of(exam) < 2)
		config_fail(exam->load, line_of(exam, "mode"),
			_("client '%s' sends password and code together (mode = %s), but is asked "
			  "for the password alone; "
			  "write kinds = 2, or mode = challenge"),
			client->name, config_mode_name(client->mode));
}

static void
check_send_groups(const struct exam *exam)
{
	const struct config_client *client = exam->client;

	if (client->send_groups && client->group_attribute[0] == '\0')
		config_fail(exam->load, line_of(exam, "send_groups"),
			_("client '%s' is to be sent groups, but 'group_attribute' does not say in "
			  "which attribute"),
			client->name);
}

static void
check_replies(const struct exam *exam)
{
	const struct config_radius *radius = &exam->load->config->radius;
	struct config_client *client = exam->client;

	for (size_t i = 0; i < client->nreplies; i++) {
		client->replies[i] = config_reply_index(exam->load, client->reply_names[i]);
		if (client->replies[i] == radius->nreplies)
			config_fail(exam->load, line_of(exam, "reply"),
				_("client '%s' names the reply '%s', but there is no such section"),
				client->name, client->reply_names[i]);
	}
}

/* --- its service --- */

static void
keep_lines(const struct exam *exam)
{
	size_t n;
	const struct config_row *rows = config_radius_rows(&n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].section, "client") == 0)
			exam->client->lines[i] = seen_of(exam, rows[i].name)->line;
}

static void
add_service(const struct exam *exam)
{
	const struct config_client *client = exam->client;
	struct policy *policy = &exam->load->config->policy;
	const struct policy_service *known = policy_service_find(policy, client->name);
	struct policy_service *service;

	if (known->name[0] != '\0' || strcmp(client->name, WF_PROOF_SERVICE) == 0) {
		config_fail(exam->load, line_of(exam, "network"),
			_("client '%s' has the name of a service; give it another one, because "
			  "both share rules and log"),
			client->name);
		return;
	}
	if (policy_service_add(policy, client->name, &service) != WF_OK) {
		config_fail(exam->load, client->origin.line, _("there are more than %d services"),
			POLICY_SERVICES_MAX);
		return;
	}
	service->origin = client->origin;
	service->gateway = true;
	service->entry = client->entry;
	service->kinds = client->kinds;
	service->ask = client->mode == CLIENT_CODE ? POLICY_ASK_CODE : 0;
	if (client->kinds > 0 || service->ask != 0)
		config_demand(service, service->ask != 0 ? 1 : client->kinds, &client->origin);
}

static void (*const rules[])(const struct exam *exam) = {
	fill_in,
	check_identity,
	check_psk,
	check_authenticator,
	check_networks,
	check_certificates,
	check_separator,
	check_class,
	check_send_groups,
	check_replies,
	keep_lines,
	add_service,
};

/* --- replies and listeners --- */

/* What a reply of ours sets by itself, or no Accept may hold (A11, A12, RFC 3579). */
static bool
is_reserved(const char *name)
{
	static const char *const reserved[] = {"User-Password", "CHAP-Password", "CHAP-Challenge",
		"State", "Proxy-State", "EAP-Message", "Message-Authenticator", "Error-Cause",
		"Prompt", "Vendor-Specific"};

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcasecmp(reserved[i], name) == 0)
			return true;
	return false;
}

static void
check_reply(struct config_load *load, const struct config_reply *reply)
{
	load->file = reply->origin.file;
	if (reply->nattributes == 0)
		config_fail(
			load, reply->origin.line, _("reply '%s' has no 'attributes'"), reply->name);
	for (size_t i = 0; i < reply->nattributes; i++) {
		if (!is_reserved(reply->attributes[i].name))
			continue;
		load->file = reply->attributes[i].origin.file;
		config_fail(load, reply->attributes[i].origin.line,
			_("reply '%s' cannot have %s: the server sets it by itself, or it has no "
			  "place in an Accept"),
			reply->name, reply->attributes[i].name);
	}
}

/* By what clients prove who they are over TLS, how often. */
struct proofs {
	size_t names, pins, keys;
};

static struct proofs
count_proofs(const struct config_radius *radius)
{
	struct proofs proofs = {0, 0, 0};

	for (size_t i = 0; i < radius->nclients; i++) {
		const struct config_client *client = &radius->clients[i];

		for (size_t k = 0; k < client->ncertificates; k++)
			++*(wf_pin_is_meant(client->certificates[k]) ? &proofs.pins
								     : &proofs.names);
		proofs.keys += client->psk_identity[0] != '\0';
	}
	return proofs;
}

/* Where all who come by TLS have a key, nobody shows a certificate, neither they nor we. */
static bool
has_own_certificate(const struct config_radius *radius, const struct proofs *proofs)
{
	if (radius->certificate[0] == '\0' && radius->key[0] == '\0')
		return proofs->keys > 0 && proofs->names + proofs->pins == 0;
	return radius->certificate[0] != '\0' && radius->key[0] != '\0';
}

/* A name in a certificate is worth what the authority is that wrote it. */
static bool
has_authority(const struct config_radius *radius, const struct proofs *proofs)
{
	return radius->ca[0] != '\0' || (proofs->names == 0 && proofs->pins + proofs->keys > 0);
}

/* Who has no secret can come by TLS alone. */
static void
check_tls_clients(struct config_load *load)
{
	const struct config_radius *radius = &load->config->radius;

	for (size_t i = 0; i < radius->nclients; i++) {
		const struct config_client *client = &radius->clients[i];

		if (client->secret_file[0] != '\0')
			continue;
		load->file = client->origin.file;
		config_fail(load, client->origin.line,
			_("client '%s' can come by TLS alone, which is not served: write "
			  "'radius.radsec', or give it 'network' and 'secret_file'"),
			client->name);
		return;
	}
}

static void
check_tls(struct config_load *load)
{
	const struct config_radius *radius = &load->config->radius;
	const struct proofs proofs = count_proofs(radius);

	if (!config_radius_serves(radius, LISTEN_TLS))
		check_tls_clients(load);
	else if (!has_own_certificate(radius, &proofs))
		config_fail(load, 0, "%s",
			_("'radius.radsec' needs 'radius.certificate' and 'radius.key'"));
	else if (!has_authority(radius, &proofs))
		config_fail(load, 0, "%s",
			_("'radius.radsec' needs 'radius.ca', unless each client has a key or is "
			  "known by a fingerprint"));
}

void
config_radius_check(struct config_load *load)
{
	struct config_radius *radius = &load->config->radius;
	const char *file = load->file;

	for (size_t i = 0; i < radius->nclients && load->status == WF_OK; i++) {
		const struct exam exam = {.load = load, .client = &radius->clients[i], .index = i};

		for (size_t j = 0; j < sizeof(rules) / sizeof(rules[0]) && load->status == WF_OK;
			j++)
			rules[j](&exam);
	}
	for (size_t i = 0; i < radius->nreplies; i++)
		check_reply(load, &radius->replies[i]);
	load->file = file;
	check_tls(load);
}

void
config_radius_check_modes(struct config_load *load)
{
	struct config_radius *radius = &load->config->radius;

	for (size_t i = 0; i < radius->nclients && load->status == WF_OK; i++)
		check_mode(
			&(struct exam){.load = load, .client = &radius->clients[i], .index = i});
}
