/* Orders, as a table. */
#include "config.h"

#include "radius/orders.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "common/say.h"

#define ORDER_MAX 65
#define ARG_MAX 512

/* The value of "name=value" among the order's arguments; "" if it is not there or does not fit. */
static void
argument(const struct wf_msg *order, const char *name, char *value_r, size_t size)
{
	size_t len = strlen(name);
	char text[ARG_MAX];

	value_r[0] = '\0';
	for (size_t i = 0; i < wf_msg_count(order, WF_F_ARG); i++) {
		if (wf_msg_get_text(order, WF_F_ARG, i, text, sizeof(text)) != WF_OK ||
			strncmp(text, name, len) != 0 || text[len] != '=')
			continue;
		if (strlen(text + len + 1) < size)
			snprintf(value_r, size, "%s", text + len + 1);
		return;
	}
}

/* What becomes of an order; an order without a status yet is answered later. */
struct outcome {
	bool later;
	wf_status status;
	const char *text; /* NULL or static: why */
};

static void
report(struct server *server, struct wf_msg *done, uint64_t tag, const struct outcome *outcome)
{
	wf_status status = wf_msg_add_uint(done, WF_F_TAG, tag);

	if (status == WF_OK)
		status = wf_msg_add_uint(done, WF_F_STATUS, (uint64_t)outcome->status);
	if (status == WF_OK)
		status = wf_msg_add_text(done, WF_F_TEXT, outcome->text);
	if (status != WF_OK || wf_link_send(server->upstream, done) != WF_OK)
		wf_say(LOG_NOTICE, "what became of an order could not be told; it comes again");
	wf_msg_clear(done);
}

/*
 * Cells "client TAB counter TAB value", one for each counter that is not zero; "" for all clients
 * together.
 */
static wf_status
add_counters(struct wf_msg *done, const char *name, const struct stats *stats)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < STATS_COUNTERS; i++) {
		char cell[192];

		if (stats->counters[i] == 0 || stats_name(i) == NULL)
			continue;
		snprintf(cell, sizeof(cell), "%s\t%s\t%" PRIu64, name, stats_name(i),
			stats->counters[i]);
		status = wf_msg_add_text(done, WF_F_CELL, cell);
	}
	return status;
}

/* Of the client that is named, or of all together. */
static struct outcome
order_stats(struct server *server, const struct wf_msg *order, uint64_t tag, struct wf_msg *done)
{
	const struct book *book = server->books.first;
	char name[sizeof(book->name)];

	(void)tag;
	argument(order, "client", name, sizeof(name));
	if (name[0] == '\0')
		return (struct outcome){
			.status = add_counters(done, "", exchanges_stats(server->exchanges))};
	while (book != NULL && strcmp(book->name, name) != 0)
		book = book->next;
	return (struct outcome){
		.status = book == NULL ? WF_OK : add_counters(done, name, &book->stats)};
}

/* How long certificates and lists are good; who asked says it in his language. */
static struct outcome
order_terms(struct server *server, const struct wf_msg *order, uint64_t tag, struct wf_msg *done)
{
	char line[WF_TERM_TEXT_MAX];
	struct wf_term term;

	(void)order;
	(void)tag;
	site_tls_term(server->site, &term);
	wf_term_write(&term, line);
	return (struct outcome){.status = wf_msg_add_text(done, WF_F_CELL, line)};
}

static const struct client *
find_client(const struct site *site, const char *name)
{
	for (size_t i = 0; i < site->nclients; i++)
		if (strcmp(site->clients[i].config->name, name) == 0)
			return &site->clients[i];
	return NULL;
}

static const char *
why_not_sent(wf_status status)
{
	if (status == WF_NOT_FOUND)
		return "where the gateway is is not known: neither is its name an address, nor has "
		       "its client one alone";
	return status == WF_OK ? NULL : wf_status_text(status);
}

/*
 * RFC 5176; a name that the client's section changes is left out, as the gateway knows it
 * otherwise.
 */
static struct outcome
order_disconnect(
	struct server *server, const struct wf_msg *order, uint64_t tag, struct wf_msg *done)
{
	struct disconnect disconnect = {.wall_us = wf_clock_now(&server->clock).wall_us};
	const struct client *client;
	struct outcome outcome = {.later = true};
	char service[65];

	(void)done;
	argument(order, "service", service, sizeof(service));
	argument(order, "user", disconnect.user, sizeof(disconnect.user));
	argument(order, "nas", disconnect.nas, sizeof(disconnect.nas));
	argument(order, "session", disconnect.session, sizeof(disconnect.session));
	argument(order, "address", disconnect.framed, sizeof(disconnect.framed));
	client = find_client(server->site, service);
	if (client == NULL)
		return (struct outcome){
			.status = WF_NOT_FOUND, .text = "its client is not configured any more"};
	if (client->secret.len == 0)
		return (struct outcome){.status = WF_UNSUPPORTED,
			.text = "its client comes over TLS alone, and a gateway takes no orders "
				"there; give it a network and a secret_file for them"};
	if (disconnect.session[0] != '\0' &&
		(client->config->fold_case || client->config->strip_realm))
		disconnect.user[0] = '\0';
	outcome.status =
		disconnects_start(server->disconnects, tag, server->site, client, &disconnect);
	outcome.later = outcome.status == WF_OK || outcome.status == WF_EXISTS;
	outcome.text = why_not_sent(outcome.status);
	return outcome;
}

void
orders_disconnected(void *ctx, uint64_t tag, wf_status status, const char *text)
{
	const struct outcome outcome = {.status = status, .text = text};
	struct wf_msg done;

	wf_msg_init(&done, WF_MSG_DONE, WF_WIRE_VERSION);
	report(ctx, &done, tag, &outcome);
}

static const struct {
	const char *name;
	struct outcome (*run)(struct server *server, const struct wf_msg *order, uint64_t tag,
		struct wf_msg *done);
} orders[] = {
	{"stats", order_stats},
	{"terms", order_terms},
	{"disconnect", order_disconnect},
};

static struct outcome
run(struct server *server, const struct wf_msg *order, uint64_t tag, struct wf_msg *done)
{
	char name[ORDER_MAX];

	if (wf_msg_get_text(order, WF_F_ORDER, 0, name, sizeof(name)) == WF_OK)
		for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
			if (strcmp(orders[i].name, name) == 0)
				return orders[i].run(server, order, tag, done);
	return (struct outcome){
		.status = WF_UNSUPPORTED, .text = "this server knows no such order"};
}

void
orders_take(struct server *server, const struct wf_msg *msg)
{
	struct outcome outcome;
	struct wf_msg done;
	uint64_t tag;

	if (wf_msg_get_uint(msg, WF_F_TAG, &tag) != WF_OK)
		return;
	wf_msg_init(&done, WF_MSG_DONE, WF_WIRE_VERSION);
	outcome = run(server, msg, tag, &done);
	if (outcome.later)
		wf_msg_clear(&done);
	else
		report(server, &done, tag, &outcome);
}
