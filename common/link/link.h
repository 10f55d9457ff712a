/*
 * One side of a Unix socket over which frames go: of a program that keeps a connection to another
 * one, with many questions under way at once, or of that other one, for a connection that it has
 * accepted.  The former makes the connection anew by itself when it breaks; what was asked over the
 * old one is lost, and its owner is told.
 *
 * Loop thread.  Never blocks; what comes and what cannot be sent now lies in memory of its own,
 * wiped when it has left.
 */
#ifndef WF_COMMON_LINK_LINK_H
#define WF_COMMON_LINK_LINK_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/clock.h"
#include "common/wire.h"

struct wf_link;

struct wf_link_options {
	struct event_base *base;
	struct wf_clock clock;
	const char *path; /* of the socket; kept, not copied.  NULL: of wf_link_new_on() */
	uid_t owner;      /* who serves it must be this or root; (uid_t)-1: whoever it is */
	/* For the log: "the daemon", and what that it is away means.  Kept, not copied. */
	const char *peer, *away;
	void (*say)(int priority, const char *text);
	/* What came, one by one; the message is the link's. */
	void (*message)(void *ctx, const struct wf_msg *msg);
	/* All that came at once has been handed over; NULL: no matter. */
	void (*settled)(void *ctx);
	/*
	 * The connection is there (what is sent now goes first; NULL: no matter), or is gone with
	 * what was asked over it.  Nothing but WF_OK leaves it again.
	 */
	wf_status (*up)(void *ctx);
	void (*lost)(void *ctx);
	void *ctx;
};

/* Not connected yet: wf_link_tick() does that.  WF_INVALID: the path is too long; WF_NO_MEMORY. */
WF_MUST_USE wf_status wf_link_new(const struct wf_link_options *options, struct wf_link **link_r);
/*
 * Of a connection that was accepted: `fd`, which does not block, is the link's once this says
 * WF_OK.  When it is lost, it stays so.
 */
WF_MUST_USE wf_status wf_link_new_on(
	const struct wf_link_options *options, int fd, struct wf_link **link_r);
/* Calls nothing back.  Not from within a callback of its own. */
void wf_link_free(struct wf_link **link);
/* Connects when it is time to.  Call it several times a second. */
void wf_link_tick(struct wf_link *link);
bool wf_link_is_up(const struct wf_link *link);
/*
 * Queues a message; wf_link_flush() sends what is queued.  WF_UNAVAILABLE: there is no connection;
 * WF_FULL: the other side does not read; what wf_msg_encode gives.
 */
WF_MUST_USE wf_status wf_link_send(struct wf_link *link, const struct wf_msg *msg);
void wf_link_flush(struct wf_link *link);

#endif
