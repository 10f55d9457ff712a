/*
 * So many requests a second and no more, with as many at once.  Pure: time is a parameter.
 */
#ifndef WF_RADIUS_RATE_H
#define WF_RADIUS_RATE_H

#include <stdbool.h>
#include <stdint.h>

/* All zero: nothing was taken yet. */
struct rate {
	int64_t due_us; /* when all that was taken would have come at an even pace */
};

/* True and counted if one more may pass now; `per_second` at least 1. */
bool rate_take(struct rate *rate, unsigned per_second, int64_t now_us);

#endif
