/*
 * The lock clock (I6): milliseconds that never step back.  While the machine runs it follows
 * CLOCK_BOOTTIME; across a reboot it advances by wall time, but not at all by more than a day
 * unless the wall clock is known to be synchronised.  Pure; any thread, a clock belongs to one at a
 * time.
 *
 * The wall clock is suspect after a jump of more than a day, forward or back, that no time source
 * vouches for: one-time codes by time could then be codes of another year.  It is believed again
 * when it is synchronised, when it returns to within a day of where it was expected, or by
 * lockclock_accept().  Smaller steps are followed.  The lock clock itself never depends on it while
 * the machine runs.
 *
 * Meanwhile the time is expected to be where the wall clock was last believed, plus the time since
 * then as far as a boot clock measured it.
 */
#ifndef WF_AUTHD_THROTTLE_LOCKCLOCK_H
#define WF_AUTHD_THROTTLE_LOCKCLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/clock.h"

/* What is stored with every commit. */
struct lockclock_saved {
	int64_t lock_ms;
	struct wf_now at; /* wall_us as lockclock_expected_us says */
	char boot_id[37]; /* "" = unknown: counts as another boot */
};

struct lockclock {
	/* lock clock at start; at least 1, because 0 means "none" in the states */
	int64_t base_ms;
	struct wf_now start;   /* clocks at start */
	int64_t drift_base_us; /* wall - boot when last believed, or as the last boot left it */
	bool suspect;          /* the wall clock jumped by more than a day */
	/* it is later than expected by a time that nobody measured (the machine was off) */
	bool at_least;
};

/*
 * `saved` NULL: a new store, which begins at 1 and believes the wall clock.  Same boot id: advances
 * by the difference of boot time, 0 if negative.  Else by the difference of wall time: 0 if
 * negative, or more than a day and not `synchronised`.  `was_suspect` is the standing stored with
 * `saved`: its wall_us is then what was expected, and a time across another boot is not credited at
 * all.
 */
void lockclock_start(struct lockclock *clock_r, const struct lockclock_saved *saved,
	const char *boot_id, struct wf_now now, bool synchronised, bool was_suspect);
int64_t lockclock_ms(const struct lockclock *clock, struct wf_now now);
/*
 * The wall clock is more than a day from where it was last believed: only then it matters whether
 * it is synchronised.
 */
bool lockclock_jumped(const struct lockclock *clock, struct wf_now now);
/* Looks for a jump of the wall clock against boot time; to be called often (each second). */
void lockclock_watch(struct lockclock *clock, struct wf_now now, bool synchronised);
/* `warifu clock accept`: what the wall clock shows now is believed. */
void lockclock_accept(struct lockclock *clock, struct wf_now now);
/* The wall clock while it is believed, else where it was expected. */
int64_t lockclock_expected_us(const struct lockclock *clock, struct wf_now now);
/*
 * By what dates are judged (an account's validity): as expected; across another boot, where that is
 * only a bound, the wall clock if it is later.  So no jump while the machine runs makes all
 * accounts expire, and none that has expired comes back.
 */
int64_t lockclock_date_us(const struct lockclock *clock, struct wf_now now);

#endif
