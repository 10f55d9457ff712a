/*
 * The lock clock.  Pure: it is handed readings of the other clocks and reads none itself.
 *
 * What may move it: boot time while the machine runs, always; wall time across a reboot, because
 * nothing else has gone on meanwhile.  Wall time is believed when it is synchronised or differs
 * from what was expected by a day at most; otherwise the clock is suspect, and what was expected is
 * saved in its place.  Neither measures a time across another boot: it is not credited at all, so
 * that neither a clock set forward nor one that stood at 1970 when the lock was set and returned
 * can end it.  Errors only ever lengthen a lock, and by no more than the downtime: none lasts for
 * ever.
 */
#include "config.h"

#include "authd/throttle/lockclock.h"

#include <string.h>

#define DAY_US ((int64_t)86400 * 1000000)
#define US_PER_MS 1000
/* 0 means "none" in the counters' states. */
#define FIRST_MS 1

static int64_t
difference(int64_t a, int64_t b)
{
	int64_t result;

	if (__builtin_sub_overflow(a, b, &result))
		return a < 0 ? INT64_MIN : INT64_MAX;
	return result;
}

/* `b` is positive. */
static int64_t
saturating_add(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* Wall time as the boot clock sees it: constant while neither is touched. */
static int64_t
offset_us(struct wf_now now)
{
	return difference(now.wall_us, now.boot_us);
}

static bool
within_a_day(int64_t us)
{
	return us >= -DAY_US && us <= DAY_US;
}

static int64_t
advanced(int64_t lock_ms, int64_t by_us)
{
	int64_t from = lock_ms < FIRST_MS ? FIRST_MS : lock_ms;

	return by_us > 0 ? saturating_add(from, by_us / US_PER_MS) : from;
}

/*
 * Another boot: only the wall clock knows how long the machine was away, if it is to be believed.
 */
static int64_t
away_us(const struct lockclock_saved *saved, struct wf_now now, bool synchronised)
{
	int64_t away = difference(now.wall_us, saved->at.wall_us);

	return synchronised || within_a_day(away) ? away : 0;
}

static bool
same_boot(const struct lockclock_saved *saved, const char *boot_id)
{
	return boot_id[0] != '\0' && strncmp(saved->boot_id, boot_id, sizeof(saved->boot_id)) == 0;
}

/* Sets what the clock was and what is expected of the wall clock. */
static void
start_from(struct lockclock *clock, const struct lockclock_saved *saved, const char *boot_id,
	bool synchronised)
{
	struct wf_now now = clock->start;
	bool same = same_boot(saved, boot_id);
	int64_t by_us = same ? difference(now.boot_us, saved->at.boot_us) : 0;

	if (!same && !clock->suspect)
		by_us = away_us(saved, now, synchronised);
	clock->base_ms = advanced(saved->lock_ms, by_us);
	clock->at_least = !same || clock->suspect;
	clock->drift_base_us = same ? offset_us(saved->at)
				    : difference(saved->at.wall_us, now.boot_us);
}

void
lockclock_start(struct lockclock *clock_r, const struct lockclock_saved *saved, const char *boot_id,
	struct wf_now now, bool synchronised, bool was_suspect)
{
	struct lockclock clock = {.base_ms = FIRST_MS,
		.start = now,
		.drift_base_us = offset_us(now),
		.suspect = was_suspect};

	if (saved != NULL)
		start_from(&clock, saved, boot_id, synchronised);
	lockclock_watch(&clock, now, synchronised);
	*clock_r = clock;
}

int64_t
lockclock_ms(const struct lockclock *clock, struct wf_now now)
{
	return advanced(clock->base_ms, difference(now.boot_us, clock->start.boot_us));
}

bool
lockclock_jumped(const struct lockclock *clock, struct wf_now now)
{
	return !within_a_day(difference(offset_us(now), clock->drift_base_us));
}

void
lockclock_watch(struct lockclock *clock, struct wf_now now, bool synchronised)
{
	if (synchronised || !lockclock_jumped(clock, now))
		lockclock_accept(clock, now);
	else
		clock->suspect = true;
}

void
lockclock_accept(struct lockclock *clock, struct wf_now now)
{
	clock->drift_base_us = offset_us(now);
	clock->suspect = false;
	clock->at_least = false;
}

int64_t
lockclock_expected_us(const struct lockclock *clock, struct wf_now now)
{
	return clock->suspect ? saturating_add(clock->drift_base_us, now.boot_us) : now.wall_us;
}

int64_t
lockclock_date_us(const struct lockclock *clock, struct wf_now now)
{
	int64_t expected = lockclock_expected_us(clock, now);

	return clock->at_least && now.wall_us > expected ? now.wall_us : expected;
}
