/*
 * Disconnect-Requests under way: sent, sent again, answered or given up.  Loop thread; the socket
 * is made when it is first needed.
 */
#ifndef WF_RADIUS_DISCONNECTS_H
#define WF_RADIUS_DISCONNECTS_H

#include <event2/event.h>

#include "common/clock.h"
#include "radius/disconnect.h"
#include "radius/site.h"

#define DISCONNECT_PORT 3799 /* RFC 5176 section 2.1 */

struct disconnects;

/*
 * How it ended, with a sentence for the log of sessions: WF_OK ended, WF_NO refused by the
 * gateway, WF_TIMEOUT...
 */
typedef void disconnects_done(void *ctx, uint64_t tag, wf_status status, const char *text);

/* WF_NO_MEMORY, WF_UNSUPPORTED (no MD5). */
WF_MUST_USE wf_status disconnects_new(struct event_base *base, const struct wf_clock *clock,
	disconnects_done *done, void *ctx, struct disconnects **disconnects_r);
void disconnects_free(struct disconnects **disconnects);
/*
 * Sends the request to the gateway of `client`: at the address that `disconnect->nas` is if it is
 * one of the client's, else at the client's only address.  WF_OK: `done` follows, never before
 * this returns.  WF_EXISTS: an order of this tag is under way already.  WF_NOT_FOUND: where the
 * gateway is cannot be told; WF_FULL, WF_NO_MEMORY, what disconnect_encode gives.
 */
WF_MUST_USE wf_status disconnects_start(struct disconnects *disconnects, uint64_t tag,
	struct site *site, const struct client *client, const struct disconnect *disconnect);
/* Sends again and gives up.  Several times a second. */
void disconnects_tick(struct disconnects *disconnects);

#endif
