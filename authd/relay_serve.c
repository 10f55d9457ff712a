/*
 * Serving as a relay: the same start as any daemon of ours (privilege dropped, limits, cage), but
 * no key, no store, no accounts, and a small loop.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "authd/base.h"
#include "authd/crypto/primitives.h"
#include "authd/daemon.h"
#include "authd/relay/relay.h"
#include "common/notify.h"
#include "common/say.h"
#include "common/signals.h"

#define CONNECTIONS_ALL 4096
#define TICK_US 100000
#define TICKS_A_SECOND 10

struct relay_daemon {
	const struct wf_options *options;
	const struct openings *openings;
	struct config *config;
	struct wf_clock clock;
	struct event_base *base;
	struct mailbox *mailbox;
	struct worker_pool *dialler;
	struct egress *egress; /* for a centre over RADIUS */
	char egress_path[sizeof(((struct config *)NULL)->run_dir) + 16];
	struct relay *relay;
	struct front *front;
	struct event *mail, *tick;
	unsigned ticks;
	bool broken;
};

static void
reload(struct relay_daemon *daemon)
{
	struct config *config = NULL;
	struct config_error error = {""};
	char why[512] = "section relay is missing";
	wf_status status = config_load(daemon->options->config, &config, &error);

	wf_notify_reloading();
	if (status != WF_OK) {
		wf_say_f(LOG_ERR, "configuration not reloaded, the old one stays in force: %s",
			error.text);
	} else if (!config_is_relay(&config->relay) ||
		   relay_configure(daemon->relay, config, why, sizeof(why)) != WF_OK) {
		wf_say_f(
			LOG_ERR, "configuration not reloaded, the old one stays in force: %s", why);
		config_free(&config);
	} else {
		config_free(&daemon->config);
		daemon->config = config;
		wf_say(LOG_NOTICE, "configuration reloaded");
	}
	wf_notify_ready();
}

static void
mail_arrived(evutil_socket_t fd, short what, void *arg)
{
	struct relay_daemon *daemon = arg;

	(void)fd;
	(void)what;
	mailbox_run(daemon->mailbox);
}

static void
each_second(struct relay_daemon *daemon)
{
	wf_notify_alive();
	base_watch_again(daemon->base);
	if (loop_sockets_there(daemon->openings->own, daemon->openings->nown))
		return;
	daemon->broken = true;
	event_base_loopbreak(daemon->base);
}

static void
tick(evutil_socket_t fd, short what, void *arg)
{
	struct relay_daemon *daemon = arg;

	(void)fd;
	(void)what;
	if (wf_signals_take(WF_SIGNAL_STOP)) {
		event_base_loopbreak(daemon->base);
		return;
	}
	if (wf_signals_take(WF_SIGNAL_RELOAD))
		reload(daemon);
	relay_tick(daemon->relay);
	if (++daemon->ticks % TICKS_A_SECOND == 0)
		each_second(daemon);
}

static bool
start_loop(struct relay_daemon *daemon)
{
	const struct timeval interval = {.tv_usec = TICK_US};

	if (wf_signals_heed(-1, false) != WF_OK)
		return false;
	daemon->mail = event_new(daemon->base, mailbox_fd(daemon->mailbox), EV_READ | EV_PERSIST,
		mail_arrived, daemon);
	daemon->tick = event_new(daemon->base, -1, EV_PERSIST, tick, daemon);
	return daemon->mail != NULL && daemon->tick != NULL && event_add(daemon->mail, NULL) == 0 &&
	       event_add(daemon->tick, &interval) == 0;
}

static wf_status
start_egress(struct relay_daemon *daemon)
{
	const struct egress_options options = {
		.clock = daemon->clock,
		.path = daemon->egress_path,
		.owner = daemon->config->upstreams.uid,
		.say = wf_say,
	};

	if (daemon->config->relay.upstream[0] == '\0')
		return WF_OK;
	snprintf(daemon->egress_path, sizeof(daemon->egress_path), "%s/egress.sock",
		daemon->config->run_dir);
	return egress_new(daemon->base, &options, &daemon->egress);
}

static bool
start_relay(struct relay_daemon *daemon)
{
	const struct worker_options dialler = {
		.threads = 1, .queue_max = 1, .name = "dial", .clock = daemon->clock};
	char why[512] = "";

	if (!base_step(mailbox_new(&daemon->mailbox), "the mailbox") ||
		!base_step(start_egress(daemon), "the way to other servers") ||
		!base_step(worker_pool_new(&dialler, &daemon->dialler), "a thread"))
		return false;
	const struct relay_options options = {
		.base = daemon->base,
		.mailbox = daemon->mailbox,
		.dialler = daemon->dialler,
		.egress = daemon->egress,
		.clock = daemon->clock,
		.say = wf_say,
	};
	if (relay_new(&options, daemon->config, &daemon->relay, why, sizeof(why)) == WF_OK)
		return true;
	wf_say_f(LOG_ERR, "section relay: %s", why);
	return false;
}

static bool
start_front(struct relay_daemon *daemon)
{
	const struct front_options options = {
		.base = daemon->base,
		.taker = relay_taker(daemon->relay),
		.mailbox = daemon->mailbox,
		.clock = daemon->clock,
		.say = wf_say,
		.connections_uid = daemon->config->connections,
		.connections_all = CONNECTIONS_ALL,
		.radius_uid = (uid_t)-1,
	};
	wf_status status = front_new(&options, &daemon->front);

	for (size_t i = 0; status == WF_OK && i < daemon->openings->n; i++)
		if (daemon->openings->sockets[i].role != FRONT_RADIUS)
			status = front_listen(daemon->front, daemon->openings->sockets[i].role,
				daemon->openings->sockets[i].fd);
	return base_step(status, "the sockets");
}

static bool
set_up(struct relay_daemon *daemon)
{
	struct config_error error = {""};

	if (config_load(daemon->options->config, &daemon->config, &error) != WF_OK) {
		wf_say(LOG_ERR, error.text);
		return false;
	}
	if (!daemon_cage(daemon->config))
		return false;
	daemon->base = base_new();
	return base_step(crypto_start(), "cryptography") &&
	       base_step(daemon->base == NULL ? WF_NO_MEMORY : WF_OK, "the loop") &&
	       start_relay(daemon) && start_front(daemon) &&
	       base_step(start_loop(daemon) ? WF_OK : WF_NO_MEMORY, "the loop");
}

/* Callers are told before their connections go; threads end before what they use. */
static void
tear_down(struct relay_daemon *daemon)
{
	wf_notify_stopping();
	if (daemon->relay != NULL)
		relay_stop(daemon->relay);
	if (daemon->front != NULL)
		front_close(daemon->front);
	worker_pool_free(&daemon->dialler);
	if (daemon->mailbox != NULL)
		mailbox_run(daemon->mailbox);
	front_free(&daemon->front);
	relay_free(&daemon->relay);
	egress_free(&daemon->egress);
	if (daemon->mail != NULL)
		event_free(daemon->mail);
	if (daemon->tick != NULL)
		event_free(daemon->tick);
	if (daemon->base != NULL)
		event_base_free(daemon->base);
	mailbox_free(&daemon->mailbox);
	config_free(&daemon->config);
}

int
relay_serve(const struct wf_options *options, const struct openings *openings)
{
	struct relay_daemon daemon = {
		.options = options, .openings = openings, .clock = wf_clock_system};
	int code = 1;

	if (set_up(&daemon)) {
		wf_say_f(LOG_NOTICE, "version %s serves %s as a relay of %s", PACKAGE_VERSION,
			daemon.config->run_dir, daemon.config->relay.server);
		wf_notify_ready();
		code = event_base_dispatch(daemon.base) >= 0 && !daemon.broken ? 0 : 1;
		if (code != 0)
			wf_say(LOG_ERR, "the daemon ended by itself; start it again");
	}
	tear_down(&daemon);
	wf_secret_keep(0);
	return code;
}
