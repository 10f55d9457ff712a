/*
 * UDP: sockets that take and give many datagrams at once, each reply from the address that its
 * request came to (RFC 2865 section 3: a device matches both).  What is in a datagram is not
 * looked at here.  Loop thread.
 */
#ifndef WF_RADIUS_LISTENER_H
#define WF_RADIUS_LISTENER_H

#include <event2/event.h>

#include "authd/config/radius.h"
#include "radius/route.h"

struct listener;

/* What a listener hands on. */
struct listener_sink {
	void (*receive)(void *ctx, const struct route *route, const uint8_t *bytes, size_t len);
	/* All that came at once has been handed on. */
	void (*settled)(void *ctx);
	void *ctx;
};

/*
 * A bound socket, not yet watched; errno says why not. Before privilege is dropped: a port may be
 * below 1024.
 */
WF_MUST_USE wf_status listener_open(const struct config_listener *config, int *fd_r);
/*
 * Takes the descriptor over, also when it fails; `number` is its own among all transports.
 * WF_NO_MEMORY.
 */
WF_MUST_USE wf_status listener_new(struct event_base *base, int fd,
	const struct config_listener *config, uint16_t number, const struct listener_sink *sink,
	struct listener **listener_r);
void listener_free(struct listener **listener);
/* Sends what is queued; the listener does so by itself after each batch of datagrams. */
void listener_flush(struct listener *listener);

#endif
