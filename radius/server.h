/*
 * The running server: everything that main() puts together, and its loop.  One thread.
 */
#ifndef WF_RADIUS_SERVER_H
#define WF_RADIUS_SERVER_H

#include <event2/event.h>

#include "common/clock.h"
#include "common/link/link.h"
#include "radius/disconnects.h"
#include "radius/exchange.h"
#include "radius/listener.h"
#include "radius/options.h"
#include "radius/radsec.h"

struct server {
	const struct wf_options *options;
	struct wf_clock clock;
	struct books books;
	struct site *site;
	struct learned *learned;
	int fds[CONFIG_LISTENERS_MAX]; /* opened, not yet a listener's; -1 = none */
	size_t nfds;
	uid_t daemon_uid; /* who serves radius.sock */
	char daemon_path[128];
	struct event_base *base;
	struct wf_link *upstream; /* to the daemon */
	struct exchanges *exchanges;
	struct disconnects *disconnects;
	struct listener *listeners[CONFIG_LISTENERS_MAX];
	size_t nlisteners;
	struct radsec *radsec; /* NULL: TLS is not served */
	struct event *tick;
	int64_t alive_us; /* the service manager was told */
	int64_t terms_us; /* when certificates and lists are looked at again */
	bool stopping;
};

/* Loop, upstream, exchanges, listeners: all but the serving.  False after it was logged. */
bool server_set_up(struct server *server);
/* Until SIGTERM or SIGINT; SIGHUP loads the configuration again, SIGUSR1 logs the counters. */
bool server_run(struct server *server);
void server_clear(struct server *server);

#endif
