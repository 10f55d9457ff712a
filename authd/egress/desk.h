/*
 * The running program: the daemon's connections, its questions, and the threads that ask them.
 * Nothing is decided or remembered here; what a lost connection has asked for is forgotten.
 *
 * Loop thread.
 */
#ifndef WF_AUTHD_EGRESS_DESK_H
#define WF_AUTHD_EGRESS_DESK_H

#include <event2/event.h>

#include "authd/egress/site.h"

struct desk;

struct desk_options {
	struct event_base *base;
	struct wf_clock clock;
	uid_t daemon; /* who may ask */
	void (*say)(int priority, const char *text);
};

/*
 * Listens at `fd`, and uses the site, whose threads run, until another one is given.  `fd` stays
 * the caller's when it fails.
 */
WF_MUST_USE wf_status desk_new(
	const struct desk_options *options, struct site *site, int fd, struct desk **desk_r);
/* New questions are asked by this one. */
void desk_use(struct desk *desk, struct site *site);
/* Several times a second. */
void desk_tick(struct desk *desk);
size_t desk_orders(const struct desk *desk);
/* Hangs up and waits for the threads, which send nothing any more. */
void desk_free(struct desk **desk);

#endif
