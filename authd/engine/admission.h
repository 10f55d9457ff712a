/*
 * Who is evaluated next: a fair queue in front of the reservation, for answers that need a slow
 * hash. What waits here is not counted, not pending and not in the store, so turning it away costs
 * nothing.
 *
 * A data structure alone: it knows tickets, keys and times that are given to it, no transaction and
 * no clock.  Loop thread only.  Every call is O(1) but for the number of flows when the queue is
 * full, and of tickets that run (a few for each thread).
 */
#ifndef WF_AUTHD_ENGINE_ADMISSION_H
#define WF_AUTHD_ENGINE_ADMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

#define ADMISSION_KEY_LEN 16

struct admission;
struct admission_flow;

enum ticket_state { TICKET_OUT = 0, TICKET_WAITS, TICKET_RUNS };

/* Embedded in what waits; all zero before its first offer. */
struct admission_ticket {
	/* of the name, whether or not there is such an account (I5) */
	uint8_t account[ADMISSION_KEY_LEN];
	uint8_t source[ADMISSION_KEY_LEN];
	int64_t due_us; /* boot time by which it must have been evaluated */
	void *owner;
	/* The queue's: */
	enum ticket_state state;
	struct admission_flow *flow;
	struct admission_ticket *prev, *next;
};

/*
 * `threads` compute hashes; at most `queue` strangers wait, and a quarter as many again of those
 * known.  WF_NO_MEMORY.
 */
WF_MUST_USE wf_status admission_new(unsigned threads, size_t queue, struct admission **admission_r);
/* Tickets that are still in it are forgotten. */
void admission_free(struct admission **admission);
/* A reload: from now on so many. */
void admission_configure(struct admission *admission, size_t queue);

/*
 * Takes the ticket to the end of its flow; it must be out.  False: it could not be evaluated before
 * it is due, or the queue is full of others who have waited for less each.  *displaced_r: the
 * ticket that had to go for it, out now, or NULL.
 */
bool admission_offer(struct admission *admission, struct admission_ticket *ticket, int64_t now_us,
		     struct admission_ticket **displaced_r);
/*
 * The ticket whose turn it is, which runs from now on; NULL: nobody waits whose turn it could be.
 */
struct admission_ticket *admission_next(struct admission *admission);
/* A ticket that waits and is past due, out now; NULL: none. */
struct admission_ticket *admission_overdue(struct admission *admission, int64_t now_us);
/* Takes it out, whether it waits, runs or is out already. */
void admission_leave(struct admission *admission, struct admission_ticket *ticket);

/* One evaluation took so long: what waits is estimated by the moving mean of these. */
void admission_measured(struct admission *admission, int64_t took_us);
/*
 * A login of this account from this source was completed: the pair has a share of its own for a
 * month.
 */
void admission_succeeded(struct admission *admission, const uint8_t account[ADMISSION_KEY_LEN],
			 const uint8_t source[ADMISSION_KEY_LEN], int64_t now_us);

size_t admission_waiting(const struct admission *admission);
/* How long the ticket would wait if it were offered now. */
int64_t admission_wait_us(
	const struct admission *admission, const struct admission_ticket *ticket, int64_t now_us);

#endif
