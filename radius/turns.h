/*
 * Who goes next when more requests wait than may be under way: those in the middle of a login
 * first, in their order (checklist D7), then the clients in turn, so that the load of one does not
 * delay another. Bounded: when it is full, the client with most waiting gives way.  Pure; one
 * thread.
 */
#ifndef WF_RADIUS_TURNS_H
#define WF_RADIUS_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

struct turns;

/* Part of what waits; the caller's, and in one queue at most. */
struct turn {
	struct turn *next, *previous;
	uint32_t flow; /* turns_push's; for the queue alone */
	bool waits;
};

/* `clients`: their numbers are below it.  WF_INVALID: a bound of zero; WF_NO_MEMORY. */
WF_MUST_USE wf_status turns_new(size_t clients, size_t max, struct turns **turns_r);
/* What still waits is let go of, not freed. */
void turns_free(struct turns **turns);
/*
 * Queues it; `urgent` for one that continues a login.  NULL: there was room.  Else the one that
 * had to give way and waits no more: a younger one of the client with most waiting, or `turn`
 * itself.
 */
struct turn *turns_push(struct turns *turns, struct turn *turn, uint32_t client, bool urgent);
/* The next one, or NULL; `urgent_only`: of those in the middle of a login. */
struct turn *turns_pop(struct turns *turns, bool urgent_only);
/* Takes it out, wherever it stands; nothing if it does not wait. */
void turns_remove(struct turns *turns, struct turn *turn);
size_t turns_count(const struct turns *turns);

#endif
