/*
 * Whose question of a section is asked next when all its threads are busy: sources take turns (a
 * subscriber's network is one; where none is known, the account), so that nobody who asks much
 * holds up others, and of one account so many wait or are asked at most.  When it is full, the
 * source with most waiting gives way (radius/turns.h).
 *
 * Loop thread.
 */
#ifndef WF_AUTHD_EGRESS_QUEUE_H
#define WF_AUTHD_EGRESS_QUEUE_H

#include "radius/turns.h"

#define QUEUE_MAX 64	    /* questions that wait for a thread of their section */
#define QUEUE_ACCOUNT_MAX 8 /* of one account, those that are asked included */

struct queue;

/* Of one question; the caller's. */
struct queue_place {
	struct turn turn; /* first: what turns.h gives back is the place */
	uint8_t account;  /* which counter; the queue's */
};

/* WF_NO_MEMORY; WF_IO: no randomness. */
WF_MUST_USE wf_status queue_new(struct queue **queue_r);
void queue_free(struct queue **queue);
/*
 * NULL: it waits.  Else the one that had to give way, perhaps `place` itself: it waits no more, and
 * has left.
 */
struct queue_place *queue_push(
	struct queue *queue, struct queue_place *place, const char *source, const char *user);
/* The next one, or NULL; it counts for its account until it leaves. */
struct queue_place *queue_pop(struct queue *queue);
/* It is answered. */
void queue_leave(struct queue *queue, const struct queue_place *place);

#endif
