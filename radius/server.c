/*
 * Putting together, and the loop. Signals are noted and heeded at the next tick; what happens in
 * between are datagrams and the daemon's answers.
 */
#include "config.h"

#include "radius/server.h"

#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "common/notify.h"
#include "common/say.h"
#include "common/signals.h"
#include "common/tls/term.h"
#include "radius/orders.h"

#define TICK_US 50000
#define ALIVE_US 1000000
#define WAITING_MAX 8192
#define CACHE_MAX 524288

static int64_t
now_us(const struct server *server)
{
	return wf_clock_now(&server->clock).boot_us;
}

/* From the daemon. */

static void
daemon_message(void *ctx, const struct wf_msg *msg)
{
	struct server *server = ctx;

	if (msg->type == WF_MSG_ORDER)
		orders_take(server, msg);
	else
		exchanges_answer(server->exchanges, msg, now_us(server));
}

/* What was asked and answered in one go leaves together. */
static void
flush(struct server *server)
{
	exchanges_pump(server->exchanges, now_us(server));
	wf_link_flush(server->upstream);
	for (size_t i = 0; i < server->nlisteners; i++)
		listener_flush(server->listeners[i]);
}

static void
settled(void *ctx)
{
	flush(ctx);
}

/* First of all, that it may send orders. */
static wf_status
daemon_up(void *ctx)
{
	struct server *server = ctx;
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_WORK, WF_WIRE_VERSION);
	status = wf_link_send(server->upstream, &msg);
	wf_msg_clear(&msg);
	if (status == WF_OK)
		exchanges_pump(server->exchanges, now_us(server));
	return status;
}

static void
daemon_lost(void *ctx)
{
	struct server *server = ctx;

	exchanges_lost(server->exchanges);
}

/* From the network. */

static void
datagram(void *ctx, const struct route *route, const uint8_t *bytes, size_t len)
{
	struct server *server = ctx;

	exchanges_receive(server->exchanges, route, bytes, len, now_us(server));
}

static void
hung_up(void *ctx, const void *place)
{
	struct server *server = ctx;

	exchanges_hung_up(server->exchanges, place);
}

static void
count(void *ctx, const struct client *client, size_t counter)
{
	struct server *server = ctx;

	exchanges_count_for(server->exchanges, client, counter);
}

/* From the exchanges. */

static wf_status
ask_daemon(void *ctx, const struct wf_msg *msg)
{
	struct server *server = ctx;

	return wf_link_send(server->upstream, msg);
}

static bool
daemon_is_up(void *ctx)
{
	const struct server *server = ctx;

	return wf_link_is_up(server->upstream);
}

/* The tick. */

static void
reload(struct server *server)
{
	struct site *site = NULL;
	char why[SITE_WHY_MAX] = "";

	wf_notify_reloading();
	if (site_load(server->options->config, &server->books, &site, why) == WF_OK) {
		exchanges_use(server->exchanges, site);
		if (server->radsec != NULL)
			radsec_use(server->radsec, site);
		site_return(&server->site);
		server->site = site;
		server->terms_us = 0; /* to be looked at */
		wf_say(LOG_NOTICE,
			"configuration reloaded; listeners, user and folders change at a restart");
	} else {
		wf_say_f(
			LOG_ERR, "configuration not reloaded, the old one stays in force: %s", why);
	}
	wf_notify_ready();
}

static void
say_stats(struct server *server)
{
	char text[900];

	stats_print(exchanges_stats(server->exchanges), text, sizeof(text));
	wf_say_f(LOG_NOTICE, "counters: %s", text);
	for (const struct book *book = server->books.first; book != NULL; book = book->next) {
		stats_print(&book->stats, text, sizeof(text));
		wf_say_f(LOG_NOTICE, "counters of client \"%s\": %s", book->name, text);
	}
}

static void
heed_signals(struct server *server)
{
	if (wf_signals_take(WF_SIGNAL_RELOAD))
		reload(server);
	if (wf_signals_take(WF_SIGNAL_STATS))
		say_stats(server);
	if (wf_signals_take(WF_SIGNAL_STOP) && !server->stopping) {
		server->stopping = true;
		wf_notify_stopping();
		event_base_loopbreak(server->base);
	}
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct server *server = arg;
	int64_t now = now_us(server);

	(void)fd;
	(void)what;
	heed_signals(server);
	if (now - server->alive_us >= ALIVE_US) {
		server->alive_us = now;
		wf_notify_alive();
		if (learned_unsaved(server->learned) && learned_save(server->learned) == WF_OK)
			wf_say(LOG_NOTICE, "what was learned about clients is written down now");
	}
	if (wf_term_due(&server->terms_us, now))
		site_say_terms(server->site, wf_say);
	if (server->radsec != NULL)
		radsec_tick(server->radsec);
	wf_link_tick(server->upstream);
	exchanges_tick(server->exchanges, now);
	disconnects_tick(server->disconnects);
	flush(server);
}

/* Setting up. */

static bool
set_up_upstream(struct server *server)
{
	const struct wf_link_options options = {
		.base = server->base,
		.clock = server->clock,
		.path = server->daemon_path,
		.owner = server->daemon_uid,
		.peer = "the daemon",
		.away = "requests get no reply until it is back",
		.say = wf_say,
		.message = daemon_message,
		.settled = settled,
		.up = daemon_up,
		.lost = daemon_lost,
		.ctx = server,
	};

	return wf_link_new(&options, &server->upstream) == WF_OK;
}

static bool
set_up_exchanges(struct server *server)
{
	const struct exchanges_options options = {
		.ask = ask_daemon,
		.up = daemon_is_up,
		.ctx = server,
		.say = wf_say,
		.learned = server->learned,
		.under_way_max = EXCHANGES_UNDER_WAY_MAX,
		.waiting_max = WAITING_MAX,
		.cache_max = CACHE_MAX,
	};
	wf_status status = exchanges_new(&options, server->site, &server->exchanges);

	if (status == WF_UNSUPPORTED)
		wf_say(LOG_ERR, "this machine's OpenSSL has no MD5, which RADIUS is made of: "
				"RADIUS cannot be served here");
	if (status == WF_OK)
		status = disconnects_new(server->base, &server->clock, orders_disconnected, server,
			&server->disconnects);
	return status == WF_OK;
}

static bool
set_up_radsec(struct server *server)
{
	const struct radsec_options options = {
		.base = server->base,
		.clock = server->clock,
		.receive = datagram,
		.settled = settled,
		.hung_up = hung_up,
		.count = count,
		.ctx = server,
		.say = wf_say,
	};

	return server->site->tls == NULL ||
	       radsec_new(&options, server->site, &server->radsec) == WF_OK;
}

/* The transport's own part takes the socket over. */
static wf_status
listen_at(struct server *server, size_t i, int fd)
{
	const struct listener_sink sink = {.receive = datagram, .settled = settled, .ctx = server};
	const struct config_listener *config = &server->site->config->radius.listeners[i];
	wf_status status;

	if (config->transport == LISTEN_TLS)
		return radsec_listen(server->radsec, fd);
	status = listener_new(server->base, fd, config, (uint16_t)i, &sink,
		&server->listeners[server->nlisteners]);
	server->nlisteners += status == WF_OK;
	return status;
}

static bool
set_up_listeners(struct server *server)
{
	for (size_t i = 0; i < server->nfds; i++) {
		int fd = server->fds[i];

		server->fds[i] = -1;
		if (fd >= 0 && listen_at(server, i, fd) != WF_OK)
			return false;
	}
	return true;
}

static bool
set_up_tick(struct server *server)
{
	const struct timeval every = {.tv_usec = TICK_US};

	server->tick = event_new(server->base, -1, EV_PERSIST, on_tick, server);
	return server->tick != NULL && event_add(server->tick, &every) == 0;
}

bool
server_set_up(struct server *server)
{
	server->base = event_base_new();
	if (server->base != NULL && set_up_upstream(server) && set_up_exchanges(server) &&
		set_up_radsec(server) && set_up_listeners(server) && set_up_tick(server) &&
		wf_signals_heed(-1, true) == WF_OK) {
		wf_link_tick(server->upstream);
		return true;
	}
	wf_say(LOG_ERR, "the server could not be set up: is there memory enough?");
	return false;
}

bool
server_run(struct server *server)
{
	int result = event_base_dispatch(server->base);

	return result >= 0 && server->stopping;
}

void
server_clear(struct server *server)
{
	for (size_t i = 0; i < server->nlisteners; i++)
		listener_free(&server->listeners[i]);
	for (size_t i = 0; i < server->nfds; i++)
		if (server->fds[i] >= 0)
			close(server->fds[i]);
	if (server->tick != NULL)
		event_free(server->tick);
	radsec_free(&server->radsec);
	wf_link_free(&server->upstream);
	exchanges_free(&server->exchanges);
	disconnects_free(&server->disconnects);
	if (server->base != NULL)
		event_base_free(server->base);
	learned_free(&server->learned);
	site_return(&server->site);
	books_clear(&server->books);
}
