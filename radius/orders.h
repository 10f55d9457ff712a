/*
 * What the daemon wants done (DESIGN section 4: a durable outbox): each order is done and its end
 * reported.
 */
#ifndef WF_RADIUS_ORDERS_H
#define WF_RADIUS_ORDERS_H

#include "common/wire.h"
#include "radius/server.h"

/*
 * One ORDER; the answer leaves with the next flush, or the order comes again over the next
 * connection.
 */
void orders_take(struct server *server, const struct wf_msg *msg);
/* A Disconnect-Request has ended (disconnects_done). */
void orders_disconnected(void *server, uint64_t tag, wf_status status, const char *text);

#endif
