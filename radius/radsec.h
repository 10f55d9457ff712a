/*
 * RADIUS over TLS (RFC 6614; checklist F): connections of clients that prove who they are by a
 * certificate or a key, and packets in them by their own length.  What is in a packet is the
 * exchange's matter; here it is kept apart from others, counted and bounded.
 *
 * Loop thread only.
 */
#ifndef WF_RADIUS_RADSEC_H
#define WF_RADIUS_RADSEC_H

#include <event2/event.h>

#include "common/clock.h"
#include "radius/route.h"
#include "radius/site.h"

struct radsec;

struct radsec_options {
	struct event_base *base;
	struct wf_clock clock;
	void (*receive)(void *ctx, const struct route *route, const uint8_t *bytes, size_t len);
	/* All that came at once has been handed on. */
	void (*settled)(void *ctx);
	/* A connection is over: routes with this place are good no more. */
	void (*hung_up)(void *ctx, const void *place);
	/* Something has happened to a connection; NULL: of nobody that is known. */
	void (*count)(void *ctx, const struct client *client, size_t counter);
	void *ctx;
	void (*say)(int priority, const char *text);
};

/* Lends itself the site, which has a context of TLS.  WF_NO_MEMORY. */
WF_MUST_USE wf_status radsec_new(
	const struct radsec_options *options, struct site *site, struct radsec **radsec_r);
/* Ends all connections; `hung_up` is told of each. */
void radsec_free(struct radsec **radsec);
/* Takes over a listening socket, also when it fails.  WF_FULL, WF_NO_MEMORY. */
WF_MUST_USE wf_status radsec_listen(struct radsec *radsec, int fd);
/*
 * Takes over a connected socket from that address, as if it had been accepted. False: it is closed,
 * and costs no handshake.
 */
bool radsec_take(struct radsec *radsec, int fd, const struct sockaddr_storage *from);
/*
 * After a reload: whoever is no client any more, or whose certificate is believed no more, is
 * disconnected.  A site without TLS leaves the context of before in use for nobody.
 */
void radsec_use(struct radsec *radsec, struct site *site);
/* Several times a second: ends of those that are idle or old, and new ones again. */
void radsec_tick(struct radsec *radsec);
/* Connections, those in the middle of their handshake included. */
size_t radsec_count(const struct radsec *radsec);

#endif
