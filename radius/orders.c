/* Orders, as a table. */
#include "config.h"

#include "radius/orders.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ORDER_MAX 65

/* A cell "client TAB counter TAB value" for each counter that is not zero; "" for all clients together. */
static wf_status
add_counters(struct wf_msg *done, const char *name, const struct stats *stats)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < STATS_COUNTERS; i++) {
		char cell[192];

		if (stats->counters[i] == 0 || stats_name(i) == NULL)
			continue;
		snprintf(cell, sizeof(cell), "%s\t%s\t%" PRIu64, name, stats_name(i), stats->counters[i]);
		status = wf_msg_add_text(done, WF_F_CELL, cell);
	}
	return status;
}

/* As many as fit into one message. */
static wf_status
add_all(struct server *server, struct wf_msg *done)
{
	wf_status status = add_counters(done, "", exchanges_stats(server->exchanges));

	for (const struct book *book = server->books.first; status == WF_OK && book != NULL; book = book->next)
		status = add_counters(done, book->name, &book->stats);
	return status == WF_TOO_LONG || status == WF_FULL ? WF_OK : status;
}

/* "client=NAME": of that one, who may not have been heard of yet. */
static wf_status
order_stats(struct server *server, const struct wf_msg *order, struct wf_msg *done)
{
	static const char word[] = "client=";
	char arg[128];
	wf_status status = wf_msg_get_text(order, WF_F_ARG, 0, arg, sizeof(arg));

	if (status != WF_OK)
		return status;
	if (arg[0] == '\0')
		return add_all(server, done);
	if (strncmp(arg, word, sizeof(word) - 1) != 0)
		return WF_INVALID;
	for (const struct book *book = server->books.first; book != NULL; book = book->next)
		if (strcmp(book->name, arg + sizeof(word) - 1) == 0)
			return add_counters(done, book->name, &book->stats);
	return WF_OK;
}

static const struct {
	const char *name;
	wf_status (*run)(struct server *server, const struct wf_msg *order, struct wf_msg *done);
} orders[] = {
	{"stats", order_stats},
};

static wf_status
run(struct server *server, const struct wf_msg *order, struct wf_msg *done)
{
	char name[ORDER_MAX];
	wf_status status = wf_msg_get_text(order, WF_F_ORDER, 0, name, sizeof(name));

	for (size_t i = 0; status == WF_OK && i < sizeof(orders) / sizeof(orders[0]); i++)
		if (strcmp(orders[i].name, name) == 0)
			return orders[i].run(server, order, done);
	return status == WF_OK ? WF_UNSUPPORTED : status;
}

void
orders_take(struct server *server, const struct wf_msg *msg)
{
	struct wf_msg done;
	uint64_t tag;
	wf_status status;

	if (wf_msg_get_uint(msg, WF_F_TAG, &tag) != WF_OK)
		return;
	wf_msg_init(&done, WF_MSG_DONE, WF_WIRE_VERSION);
	status = wf_msg_add_uint(&done, WF_F_TAG, tag);
	if (status == WF_OK)
		status = wf_msg_add_uint(&done, WF_F_STATUS, (uint64_t)run(server, msg, &done));
	if (status == WF_OK)
		status = upstream_send(server->upstream, &done);
	wf_msg_clear(&done); /* what could not be sent is ordered again */
}
