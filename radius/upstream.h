/*
 * The connection to the daemon: one, over which many questions are under way at once, each with
 * its TAG.  It is made anew by itself when it breaks, and what was asked over the old one is lost:
 * the devices ask again.
 *
 * Loop thread.  Never blocks; what cannot be sent now waits in memory of its own, wiped when it
 * has left.
 */
#ifndef WF_RADIUS_UPSTREAM_H
#define WF_RADIUS_UPSTREAM_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/clock.h"
#include "common/wire.h"

struct upstream;

struct upstream_options {
	struct event_base *base;
	struct wf_clock clock;
	const char *path; /* of radius.sock; kept, not copied */
	uid_t owner;	  /* the daemon runs as it or as root; (uid_t)-1: whoever it is */
	void (*say)(int priority, const char *text);
	/* What came, one by one; the message is the upstream's. */
	void (*message)(void *ctx, const struct wf_msg *msg);
	/* All that came at once has been handed over. */
	void (*settled)(void *ctx);
	/* The connection is there, or is gone with what was asked over it. */
	void (*up)(void *ctx);
	void (*lost)(void *ctx);
	void *ctx;
};

/* Not connected yet: upstream_tick() does that.  WF_INVALID: the path is too long; WF_NO_MEMORY. */
WF_MUST_USE wf_status upstream_new(
	const struct upstream_options *options, struct upstream **upstream_r);
/* Calls nothing back. */
void upstream_free(struct upstream **upstream);
/* Connects when it is time to.  Call it several times a second. */
void upstream_tick(struct upstream *upstream);
bool upstream_is_up(const struct upstream *upstream);
/*
 * Queues a message; upstream_flush() sends what is queued.  WF_UNAVAILABLE: there is no
 * connection; WF_FULL: the daemon does not read; what wf_msg_encode gives.
 */
WF_MUST_USE wf_status upstream_send(struct upstream *upstream, const struct wf_msg *msg);
void upstream_flush(struct upstream *upstream);

#endif
