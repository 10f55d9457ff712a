/*
 * The lock clock (I6): milliseconds that never step back.  While the machine runs it follows
 * CLOCK_BOOTTIME; across downtime it advances by wall time, never by more than a day unless the
 * wall clock is known to be synchronised.  Pure.
 */
#ifndef WF_AUTHD_THROTTLE_LOCKCLOCK_H
#define WF_AUTHD_THROTTLE_LOCKCLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/clock.h"

/* What is stored with every commit. */
struct lockclock_saved {
	int64_t lock_ms;
	struct wf_now at;
	char boot_id[37];
};

struct lockclock {
	int64_t base_ms;       /* lock clock at start */
	struct wf_now start;   /* clocks at start */
	int64_t drift_base_us; /* wall - boot when last believed */
	bool suspect;          /* wall clock jumped forward by more than a day */
};

/* `saved` NULL: a new store.  Same boot id: boot time delta; else wall delta, 0 if negative. */
void lockclock_start(struct lockclock *clock_r, const struct lockclock_saved *saved, const char *boot_id,
		     struct wf_now now, bool synchronised, bool was_suspect);
int64_t lockclock_ms(const struct lockclock *clock, struct wf_now now);
/* Looks for a forward jump of the wall clock of more than a day against boot time; small drift is followed. */
void lockclock_watch(struct lockclock *clock, struct wf_now now, bool synchronised);
/* `warifu clock accept`. */
void lockclock_accept(struct lockclock *clock, struct wf_now now);

#endif
