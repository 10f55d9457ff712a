/*
 * The lock clock: a table of what clocks do to a machine, at a start and while it runs.  Each row
 * says by how much the lock clock advances and whether the wall clock is believed.
 */
#include "config.h"

#include "authd/throttle/lockclock.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#define S ((int64_t)1000000) /* one second in us */
#define HOUR (3600 * S)
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)
#define Y2026 (56 * YEAR)
#define Y2099 (129 * YEAR)
#define BOOT_A "11111111-1111-4111-8111-111111111111"
#define BOOT_B "22222222-2222-4222-8222-222222222222"
#define SAVED_MS ((int64_t)5000000)
#define UP (100 * S) /* boot clock when saved */

#define SYNCED true
#define ALONE false
#define WAS_SUSPECT true
#define BELIEVED false
#define SUSPECT true
#define FINE false

static const struct start_row {
	const char *what;
	int64_t saved_wall;
	const char *boot_id;
	int64_t wall, boot; /* at the start */
	bool synchronised, was_suspect;
	int64_t advance_s; /* of the lock clock */
	bool suspect;
} start_table[] = {
	{"restart of the daemon", Y2026, BOOT_A, Y2026 + 5 * S, UP + 5 * S, ALONE, BELIEVED, 5,
		FINE},
	{"restart, wall stepped back a second", Y2026, BOOT_A, Y2026 - S, UP + 5 * S, ALONE,
		BELIEVED, 5, FINE},
	{"restart, wall stepped back an hour", Y2026, BOOT_A, Y2026 - HOUR, UP + 5 * S, ALONE,
		BELIEVED, 5, FINE},
	{"restart, wall forward an hour", Y2026, BOOT_A, Y2026 + HOUR, UP + 5 * S, ALONE, BELIEVED,
		5, FINE},
	{"restart, wall forward 2 days", Y2026, BOOT_A, Y2026 + 2 * DAY, UP + 5 * S, ALONE,
		BELIEVED, 5, SUSPECT},
	{"the same, synchronised", Y2026, BOOT_A, Y2026 + 2 * DAY, UP + 5 * S, SYNCED, BELIEVED, 5,
		FINE},
	{"restart after 3 days of standstill", Y2026, BOOT_A, Y2026 + 3 * DAY, UP + 3 * DAY, ALONE,
		BELIEVED, 3 * 86400, FINE},
	{"restart, wall at 2099", Y2026, BOOT_A, Y2099, UP + 5 * S, ALONE, BELIEVED, 5, SUSPECT},
	{"restart at 2099, was suspect", Y2026, BOOT_A, Y2099 + 5 * S, UP + 5 * S, ALONE,
		WAS_SUSPECT, 5, SUSPECT},
	{"back from 2099 by NTP", Y2026, BOOT_A, Y2026, UP + 5 * S, SYNCED, WAS_SUSPECT, 5, FINE},
	{"back from 2099 by hand", Y2026, BOOT_A, Y2026, UP + 5 * S, ALONE, WAS_SUSPECT, 5, FINE},
	{"wall fell to 1970", Y2026, BOOT_A, 9 * S, UP + 5 * S, ALONE, BELIEVED, 5, SUSPECT},
	{"boot clock went back under the same id", Y2026, BOOT_A, Y2026, UP - 50 * S, ALONE,
		BELIEVED, 0, FINE},

	{"reboot", Y2026, BOOT_B, Y2026 + 60 * S, 9 * S, ALONE, BELIEVED, 60, FINE},
	{"reboot, wall back a second", Y2026, BOOT_B, Y2026 - S, 9 * S, ALONE, BELIEVED, 0, FINE},
	{"reboot, wall back an hour", Y2026, BOOT_B, Y2026 - HOUR, 9 * S, ALONE, BELIEVED, 0, FINE},
	{"reboot, wall back a year", Y2026, BOOT_B, Y2026 - YEAR, 9 * S, ALONE, BELIEVED, 0,
		SUSPECT},
	{"reboot, wall back a year by NTP", Y2026, BOOT_B, Y2026 - YEAR, 9 * S, SYNCED, BELIEVED, 0,
		FINE},
	{"a night off", Y2026, BOOT_B, Y2026 + 12 * HOUR, 9 * S, ALONE, BELIEVED, 12 * 3600, FINE},
	{"exactly a day off", Y2026, BOOT_B, Y2026 + DAY, 9 * S, ALONE, BELIEVED, 86400, FINE},
	{"a moment more than a day off", Y2026, BOOT_B, Y2026 + DAY + 1, 9 * S, ALONE, BELIEVED, 0,
		SUSPECT},
	{"a weekend off, no time source", Y2026, BOOT_B, Y2026 + 60 * HOUR, 9 * S, ALONE, BELIEVED,
		0, SUSPECT},
	{"a weekend off, synchronised", Y2026, BOOT_B, Y2026 + 60 * HOUR, 9 * S, SYNCED, BELIEVED,
		60 * 3600, FINE},
	{"reboot into 2099", Y2026, BOOT_B, Y2099, 9 * S, ALONE, BELIEVED, 0, SUSPECT},
	{"reboot from 2099 by NTP", Y2026, BOOT_B, Y2026, 9 * S, SYNCED, WAS_SUSPECT, 0, FINE},
	{"reboot from 2099 by hand", Y2026, BOOT_B, Y2026, 9 * S, ALONE, WAS_SUSPECT, 0, FINE},
	{"boot without a clock: 1970", Y2026, BOOT_B, 9 * S, 9 * S, ALONE, BELIEVED, 0, SUSPECT},
	{"second boot without a clock", Y2026, BOOT_B, 9 * S, 9 * S, ALONE, WAS_SUSPECT, 0,
		SUSPECT},
	{"clock found after a boot at 1970: no lock is shortened", Y2026, BOOT_B, Y2026 + HOUR,
		9 * S, SYNCED, WAS_SUSPECT, 0, FINE},
	{"the same by hand", Y2026, BOOT_B, Y2026 + HOUR, 9 * S, ALONE, WAS_SUSPECT, 0, FINE},
	{"the same by hand, after more than a day", Y2026, BOOT_B, Y2026 + 2 * DAY, 9 * S, ALONE,
		WAS_SUSPECT, 0, SUSPECT},
	{"boot id unknown: as a reboot", Y2026, "", Y2026 + 60 * S, UP + 5 * S, ALONE, BELIEVED, 60,
		FINE},
	{"wall at the end of time", Y2026, BOOT_B, INT64_MAX, 9 * S, ALONE, BELIEVED, 0, SUSPECT},
	{"wall at the beginning of time", Y2026, BOOT_B, INT64_MIN, 9 * S, ALONE, BELIEVED, 0,
		SUSPECT},
};

START_TEST(starts)
{
	const struct start_row *row = &start_table[_i];
	struct lockclock_saved saved = {
		.lock_ms = SAVED_MS,
		.at = {.wall_us = row->saved_wall, .boot_us = UP},
		.boot_id = BOOT_A,
	};
	struct wf_now now = {.wall_us = row->wall, .boot_us = row->boot};
	struct lockclock clock;

	lockclock_start(&clock, &saved, row->boot_id, now, row->synchronised, row->was_suspect);
	ck_assert_msg(lockclock_ms(&clock, now) - SAVED_MS == row->advance_s * 1000,
		"%s: advanced by %lld ms", row->what,
		(long long)(lockclock_ms(&clock, now) - SAVED_MS));
	ck_assert_msg(clock.suspect == row->suspect, "%s: suspect is %d", row->what, clock.suspect);
}
END_TEST

/* A day of events after a start in 2026 at boot + 100 s; each row is one look at the clocks. */
static const struct watch_row {
	const char *what;
	int64_t wall, boot;
	bool synchronised;
	bool suspect;
	bool again; /* a new machine: start afresh before this row */
} watch_table[] = {
	{"a second later", Y2026 + S, UP + S, ALONE, FINE, true},
	{"back 10 s", Y2026 - 8 * S, UP + 2 * S, ALONE, FINE, false},
	{"forward an hour", Y2026 + HOUR, UP + 3 * S, ALONE, FINE, false},
	{"forward another 23.9 hours", Y2026 + 25 * HOUR - 6 * 60 * S, UP + 4 * S, ALONE, FINE,
		false},
	{"forward 2 days more", Y2026 + 73 * HOUR, UP + 5 * S, ALONE, SUSPECT, false},
	{"still so", Y2026 + 73 * HOUR + S, UP + 6 * S, ALONE, SUSPECT, false},
	{"returned to where it was", Y2026 + 25 * HOUR, UP + 7 * S, ALONE, FINE, false},

	{"to 2099", Y2099, UP + S, ALONE, SUSPECT, true},
	{"within 2099", Y2099 + HOUR, UP + 2 * S, ALONE, SUSPECT, false},
	{"and back", Y2026 + 3 * S, UP + 3 * S, ALONE, FINE, false},
	{"to 2099 again", Y2099, UP + 4 * S, ALONE, SUSPECT, false},
	{"a time source vouches for it", Y2099, UP + 5 * S, SYNCED, FINE, false},
	{"the source goes, the time stays", Y2099 + S, UP + 6 * S, ALONE, FINE, false},
	{"back to 2026, alone", Y2026, UP + 7 * S, ALONE, SUSPECT, false},

	{"back a year", Y2026 - YEAR, UP + S, ALONE, SUSPECT, true},
	{"back a year by NTP", Y2026 - YEAR, UP + S, SYNCED, FINE, true},
	{"to 1970", 0, UP + S, ALONE, SUSPECT, true},
	{"set right by NTP", Y2026, UP + 2 * S, SYNCED, FINE, false},
	{"back exactly a day", Y2026 - DAY + S, UP + S, ALONE, FINE, true},
	{"back a moment more", Y2026 - DAY + S - 1, UP + S, ALONE, SUSPECT, true},
	{"forward exactly a day", Y2026 + DAY + S, UP + S, ALONE, FINE, true},
	{"forward a moment more", Y2026 + DAY + S + 1, UP + S, ALONE, SUSPECT, true},
	{"a week of suspend: both clocks went on", Y2026 + 7 * DAY, UP + 7 * DAY, ALONE, FINE,
		true},
	{"the end of time", INT64_MAX, UP + S, ALONE, SUSPECT, true},
	{"the beginning of time", INT64_MIN, UP + S, ALONE, SUSPECT, true},
};

START_TEST(watching)
{
	struct lockclock clock = {.base_ms = 0};
	int64_t before = 0;

	for (size_t i = 0; i < sizeof(watch_table) / sizeof(watch_table[0]); i++) {
		const struct watch_row *row = &watch_table[i];
		struct wf_now now = {.wall_us = row->wall, .boot_us = row->boot};
		struct wf_now first = {.wall_us = Y2026, .boot_us = UP};

		if (row->again) {
			lockclock_start(&clock, NULL, BOOT_A, first, false, false);
			before = 0;
		}
		lockclock_watch(&clock, now, row->synchronised);
		ck_assert_msg(clock.suspect == row->suspect, "%s: suspect is %d", row->what,
			clock.suspect);
		/* whatever the wall clock does, the lock clock has followed boot time */
		ck_assert_int_eq(lockclock_ms(&clock, now), 1 + (row->boot - UP) / 1000);
		ck_assert_int_ge(lockclock_ms(&clock, now), before);
		before = lockclock_ms(&clock, now);
	}
}
END_TEST

START_TEST(a_new_store_begins_at_one)
{
	struct lockclock clock;
	struct wf_now now = {.wall_us = Y2026, .boot_us = UP};

	lockclock_start(&clock, NULL, BOOT_A, now, false, false);
	ck_assert_int_eq(lockclock_ms(&clock, now), 1);
	ck_assert(!clock.suspect);
}
END_TEST

START_TEST(accepting_ends_suspicion_where_the_clock_is)
{
	struct lockclock clock;
	struct lockclock_saved saved = {
		.lock_ms = SAVED_MS, .at = {.wall_us = Y2026, .boot_us = UP}, .boot_id = BOOT_A};
	struct wf_now now = {.wall_us = Y2099, .boot_us = UP};

	lockclock_start(&clock, &saved, BOOT_A, now, false, true);
	lockclock_watch(&clock, now, false);
	ck_assert(clock.suspect);
	lockclock_accept(&clock, now);
	ck_assert(!clock.suspect);
	now.wall_us += HOUR;
	lockclock_watch(&clock, now, false);
	ck_assert(!clock.suspect);
}
END_TEST

/* After a forward jump across a reboot the clock may return by itself to where it was left. */
START_TEST(returning_after_a_jump_across_a_reboot)
{
	struct lockclock clock;
	struct lockclock_saved saved = {
		.lock_ms = SAVED_MS, .at = {.wall_us = Y2026, .boot_us = UP}, .boot_id = BOOT_A};
	struct wf_now now = {.wall_us = Y2026 + 30 * HOUR, .boot_us = S};

	lockclock_start(&clock, &saved, BOOT_B, now, false, false);
	ck_assert(clock.suspect);
	now = (struct wf_now){.wall_us = Y2026 + 30 * HOUR + S, .boot_us = 2 * S};
	lockclock_watch(&clock, now, false);
	ck_assert(clock.suspect);
	now = (struct wf_now){.wall_us = Y2026 + HOUR, .boot_us = 3 * S};
	lockclock_watch(&clock, now, false);
	ck_assert(!clock.suspect);
}
END_TEST

START_TEST(it_never_steps_back_and_never_overflows)
{
	struct lockclock clock;
	struct lockclock_saved saved = {
		.lock_ms = INT64_MAX - 10, .at = {.wall_us = 0, .boot_us = 0}, .boot_id = BOOT_A};
	struct wf_now now = {.wall_us = Y2026, .boot_us = INT64_MAX};

	lockclock_start(&clock, &saved, BOOT_A, now, false, false);
	ck_assert_int_eq(lockclock_ms(&clock, now), INT64_MAX);
	saved.lock_ms = INT64_MIN;
	now.boot_us = INT64_MIN;
	lockclock_start(&clock, &saved, BOOT_A, now, false, false);
	ck_assert_int_eq(lockclock_ms(&clock, now), 1);
	now.boot_us = INT64_MAX;
	ck_assert_int_gt(lockclock_ms(&clock, now), 1);
	now.boot_us = INT64_MIN;
	ck_assert_int_eq(lockclock_ms(&clock, now), 1);
	now = (struct wf_now){.wall_us = INT64_MIN, .boot_us = 0};
	lockclock_start(&clock, NULL, BOOT_A, now, false, false);
	ck_assert(!clock.suspect);
}
END_TEST

/*
 * What is expected of a clock that jumped, and by what dates are judged; over restarts and boots.
 */
static const struct date_row {
	const char *what;
	const char *boot_id; /* NULL: the daemon runs on */
	int64_t wall, boot;
	int64_t expected, date;
} date_table[] = {
	{"believed", NULL, Y2026 + S, UP + S, Y2026 + S, Y2026 + S},
	{"to 2099", NULL, Y2099, UP + 2 * S, Y2026 + 2 * S, Y2026 + 2 * S},
	{"a day in 2099", NULL, Y2099 + DAY, UP + DAY, Y2026 + DAY, Y2026 + DAY},
	{"restart there", BOOT_A, Y2099 + DAY + S, UP + DAY + S, Y2026 + DAY + S, Y2099 + DAY + S},
	{"back by itself", NULL, Y2026 + DAY + 2 * S, UP + DAY + 2 * S, Y2026 + DAY + 2 * S,
		Y2026 + DAY + 2 * S},
	{"to 1970", NULL, 0, UP + DAY + 3 * S, Y2026 + DAY + 3 * S, Y2026 + DAY + 3 * S},
	{"boot at 1970", BOOT_B, 9 * S, 9 * S, Y2026 + DAY + 3 * S, Y2026 + DAY + 3 * S},
	{"an hour later", NULL, HOUR, HOUR, Y2026 + DAY + HOUR - 6 * S, Y2026 + DAY + HOUR - 6 * S},
	{"set by hand, the week off seen", NULL, Y2026 + 9 * DAY, HOUR + S,
		Y2026 + DAY + HOUR - 5 * S, Y2026 + 9 * DAY},
};

START_TEST(dates)
{
	struct lockclock clock = {.base_ms = 0};
	struct lockclock_saved saved = {.boot_id = BOOT_A};

	lockclock_start(&clock, NULL, BOOT_A, (struct wf_now){Y2026, UP}, false, false);
	for (size_t i = 0; i < sizeof(date_table) / sizeof(date_table[0]); i++) {
		const struct date_row *row = &date_table[i];
		struct wf_now now = {.wall_us = row->wall, .boot_us = row->boot};

		if (row->boot_id != NULL)
			lockclock_start(&clock, &saved, row->boot_id, now, false, clock.suspect);
		lockclock_watch(&clock, now, false);
		ck_assert_msg(lockclock_expected_us(&clock, now) == row->expected,
			"%s: expected at %lld s", row->what,
			(long long)(lockclock_expected_us(&clock, now) / S));
		ck_assert_msg(lockclock_date_us(&clock, now) == row->date, "%s: date %lld s",
			row->what, (long long)(lockclock_date_us(&clock, now) / S));
		saved.lock_ms = lockclock_ms(&clock, now);
		saved.at = (struct wf_now){row->expected, row->boot};
	}
	ck_assert(clock.suspect);
}
END_TEST

/* A lock of an hour, a daemon that is killed and restarted each minute: it ends after an hour. */
START_TEST(restarts_neither_shorten_nor_stretch)
{
	struct lockclock clock;
	struct lockclock_saved saved = {
		.lock_ms = SAVED_MS, .at = {.wall_us = Y2026, .boot_us = UP}, .boot_id = BOOT_A};

	for (int64_t minute = 1; minute <= 60; minute++) {
		struct wf_now now = {
			.wall_us = Y2026 + (minute % 7) * HOUR, /* wall time all over the place */
			.boot_us = UP + minute * 60 * S,
		};

		lockclock_start(&clock, &saved, BOOT_A, now, false, false);
		saved.lock_ms = lockclock_ms(&clock, now);
		saved.at = now;
	}
	ck_assert_int_eq(saved.lock_ms, SAVED_MS + 3600 * 1000);
}
END_TEST

static Suite *
lockclock_suite(void)
{
	Suite *suite = suite_create("lockclock");
	TCase *tc = tcase_create("clock");

	tcase_add_loop_test(tc, starts, 0, (int)(sizeof(start_table) / sizeof(start_table[0])));
	tcase_add_test(tc, watching);
	tcase_add_test(tc, a_new_store_begins_at_one);
	tcase_add_test(tc, accepting_ends_suspicion_where_the_clock_is);
	tcase_add_test(tc, returning_after_a_jump_across_a_reboot);
	tcase_add_test(tc, it_never_steps_back_and_never_overflows);
	tcase_add_test(tc, dates);
	tcase_add_test(tc, restarts_neither_shorten_nor_stretch);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(lockclock_suite)
