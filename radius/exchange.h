/*
 * The life of a request, from a datagram (or a frame of a TLS connection) to its reply: whose it
 * is, whether it is what it should be, whether it came before, and then a question to the daemon
 * and its answer.  Only the daemon's word makes an Access-Accept.
 *
 * Knows routes, not sockets; asks through functions that it is given.  Loop thread; time is a
 * parameter.
 */
#ifndef WF_RADIUS_EXCHANGE_H
#define WF_RADIUS_EXCHANGE_H

#include "common/wire.h"
#include "radius/learned.h"
#include "radius/route.h"
#include "radius/site.h"
#include "radius/stats.h"

struct exchanges;

struct exchanges_options {
	/* The daemon: a question to it (wf_link_send), and whether it is there. */
	wf_status (*ask)(void *ctx, const struct wf_msg *msg);
	bool (*up)(void *ctx);
	void *ctx;
	void (*say)(int priority, const char *text);
	struct learned *learned; /* borrowed */
	size_t under_way_max;	 /* questions at once, at most EXCHANGES_UNDER_WAY_MAX */
	size_t waiting_max;	 /* requests that wait for their turn */
	size_t cache_max;	 /* requests and replies remembered (duplicates.h) */
};

#define EXCHANGES_UNDER_WAY_MAX 4096
/* A reply is kept so long (D3: 5 to 30 s). */
#define EXCHANGES_KEEP_US INT64_C(30000000)

/* Lends itself the site.  WF_INVALID, WF_NO_MEMORY, WF_UNSUPPORTED: no MD5 here (I7). */
WF_MUST_USE wf_status exchanges_new(
	const struct exchanges_options *options, struct site *site, struct exchanges **exchanges_r);
void exchanges_free(struct exchanges **exchanges);
/* New requests follow this site; those under way end with the one that they began with. */
void exchanges_use(struct exchanges *exchanges, struct site *site);

/* Bytes that came by a route; what it takes of them is copied. */
void exchanges_receive(struct exchanges *exchanges, const struct route *route, const uint8_t *bytes,
	size_t len, int64_t now_us);
/* A message of the daemon. */
void exchanges_answer(struct exchanges *exchanges, const struct wf_msg *msg, int64_t now_us);
/* The daemon is there (again): what waits goes on. */
void exchanges_pump(struct exchanges *exchanges, int64_t now_us);
/* It is gone, and what it was asked with it. */
void exchanges_lost(struct exchanges *exchanges);
/*
 * A connection is gone, and what came by it is not answered any more (F3).  Its cached replies
 * are found by nobody: no other connection has its number.
 */
void exchanges_hung_up(struct exchanges *exchanges, const void *place);
/* Counts what happened to a connection, in all and for its client; NULL: nobody's. */
void exchanges_count_for(
	struct exchanges *exchanges, const struct client *client, size_t counter);
/* Lets go of those whose client waits no more.  Several times a second. */
void exchanges_tick(struct exchanges *exchanges, int64_t now_us);

size_t exchanges_count(const struct exchanges *exchanges);
/* Over all clients, and of packets of none. */
const struct stats *exchanges_stats(const struct exchanges *exchanges);
struct site *exchanges_site(struct exchanges *exchanges);

#endif
