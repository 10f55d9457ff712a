/*
 * Saying a thing once: the first time for a client, and then at most once an hour, with how often
 * it has happened since (checklist I5).  Pure.
 */
#ifndef WF_RADIUS_COMPLAINT_H
#define WF_RADIUS_COMPLAINT_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: never yet. */
struct complaint {
	int64_t next_us; /* boot clock: not said again before it; 0: never said */
	uint64_t since;	 /* times that were not said */
};

/* It has happened; true if it is to be said now, as the `times_r`th time since it was said last. */
bool complaint_due(struct complaint *complaint, int64_t now_us, uint64_t *times_r);

#endif
