/*
 * The front: sockets, connections, frames.  It decodes, asks the engine (PAM, RADIUS) or runs an
 * act (control), and writes replies.  No policy, no store, no counters here.
 *
 * One socket per role; a caller's role is its socket AND what the kernel says of it (SO_PEERCRED).
 * Everything runs in the loop thread, but for acts, which have threads of their own.
 */
#ifndef WF_AUTHD_FRONT_FRONT_H
#define WF_AUTHD_FRONT_FRONT_H

#include <event2/event.h>

#include "authd/account/act.h"
#include "authd/engine/engine.h"

struct front;

/*
 * Who takes the messages of all roles instead of engine and acts: the relay of a host without
 * accounts.
 */
struct front_taker {
	void *ctx;
	/* As engine_handle(). */
	wf_status (*handle)(void *ctx, struct engine_peer *peer, const struct wf_msg *msg);
	void (*gone)(void *ctx, struct engine_peer *peer);
	/* Nothing is under way for the peer: it may be hung up on when it says nothing. */
	bool (*idle)(void *ctx, const struct engine_peer *peer);
};

struct front_options {
	struct event_base *base;
	const struct front_taker *taker; /* NULL: the engine, and acts */
	struct engine *engine;
	struct mailbox *mailbox;
	struct worker_pool *acts; /* threads with a factor scratch each */
	struct wf_clock clock;
	void (*say)(int priority, const char *text);
	/*
	 * Lends configuration, keys, store and hooks to an act; called in the loop thread, in
	 * pairs.
	 */
	void (*lend)(void *ctx, struct act_daemon *daemon_r);
	void (*give_back)(void *ctx, const struct act_daemon *daemon);
	void *lend_ctx;
	/* caps; root knows only the second, all others share half of it */
	unsigned connections_uid, connections_all;
	uid_t radius_uid; /* besides root, who may use the radius socket; (uid_t)-1 = nobody */
};

WF_MUST_USE wf_status front_new(const struct front_options *options, struct front **front_r);
/* Takes a listening socket over, for `role`. */
WF_MUST_USE wf_status front_listen(struct front *front, enum front_role role, int fd);
/* Stops accepting; what is connected goes on. */
void front_stop(struct front *front);
/* True while an act runs or a reply waits to be written. */
bool front_busy(const struct front *front);
size_t front_connections(const struct front *front);
/*
 * Stops and closes all connections.  Acts that have not begun are not run any more; those that run
 * go on, and may still need the loop: only when front_busy() is false may the threads of the acts
 * be ended and the front be freed.
 */
void front_close(struct front *front);
void front_free(struct front **front);

#endif
