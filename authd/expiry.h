/*
 * When rows of the log go: once a day, at the hour that log.expiry_hour says, a pass removes the
 * months that are older than what is kept; what a stop cut short goes on at the next start.  It
 * works in the housekeeping's thread, in small commits with pauses between, so that no login waits
 * for it.
 */
#ifndef WF_AUTHD_EXPIRY_H
#define WF_AUTHD_EXPIRY_H

#include "authd/account/log_keep.h"
#include "common/clock.h"

struct store;

struct expiry {
	struct log_keep keep; /* of the configuration in force */
	int hour;
	int64_t next_us;  /* date of the next pass; 0: not known yet */
	int64_t wait_us;  /* boot clock: not before, after trouble */
	bool passing;     /* months may be begun */
	bool going;       /* there may be something to do now */
};

/* What holds from now on; not while a turn runs. */
void expiry_set(struct expiry *expiry, const struct policy *policy);
/*
 * Called about once a second; waits for the disk, for half a second at most.  What there is to be
 * told goes to the log of the machine.
 */
void expiry_turn(struct expiry *expiry, struct store *store, const struct wf_clock *clock);

/* The next time after `date_us` at which it is `hour` o'clock here.  Pure but for the zone. */
int64_t expiry_next(int64_t date_us, int hour);

#endif
