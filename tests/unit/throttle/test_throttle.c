/*
 * Counting: thresholds, locks and their ends, back-off, the lane that only slows, and the
 * arithmetic at its edges.
 */
#include "config.h"

#include "authd/throttle/throttle.h"

#include <string.h>

#include "tests/unit/unit.h"

#define S ((int64_t)1000)
#define HOUR (3600 * S)
#define DAY (24 * HOUR)
#define T0 ((int64_t)50 * DAY)

static const struct throttle_limit account_limit = {
	.lane = LANE_ACCOUNT,
	.threshold = 10,
	.lock_ms = HOUR,
	.backoff_s = {0, 0, 1, 2, 4, 8},
	.nbackoff = 6,
	.backoff_cap_s = 60,
};
static const struct throttle_limit possession_limit = {
	.lane = LANE_POSSESSION,
	.threshold = 20,
	.window_ms = DAY,
};
static const struct throttle_limit source_limit = {
	.lane = LANE_SOURCE,
	.threshold = 100,
	.window_ms = 600 * S,
	.slow_only = true,
};

static struct throttle_state
fresh(enum throttle_lane lane)
{
	struct throttle_state state = {.lane = lane};

	memset(state.key, 0xa5, sizeof(state.key));
	return state;
}

/* n failures, all at `now`. */
static struct throttle_state
failed_times(const struct throttle_limit *limit, uint32_t n, int64_t now)
{
	struct throttle_state state = fresh(limit->lane);

	for (uint32_t i = 0; i < n; i++)
		state = throttle_failed(&state, limit, now, 1);
	return state;
}

static enum throttle_answer
answer(const struct throttle_state *state, const struct throttle_limit *limit, int64_t now)
{
	int64_t wait;

	return throttle_read(state, limit, 1, now, &wait);
}

static int64_t
wait_of(const struct throttle_state *state, const struct throttle_limit *limit, int64_t now)
{
	int64_t wait = -1;

	(void)throttle_read(state, limit, 1, now, &wait);
	return wait;
}

START_TEST(backoff_follows_the_list_then_doubles)
{
	static const int64_t seconds[] = {0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60};

	for (uint32_t n = 0; n < sizeof(seconds) / sizeof(seconds[0]); n++)
		ck_assert_int_eq(throttle_backoff_ms(&account_limit, n), seconds[n] * S);
	ck_assert_int_eq(throttle_backoff_ms(&account_limit, UINT32_MAX), 60 * S);
}
END_TEST

START_TEST(backoff_edges)
{
	struct throttle_limit limit = account_limit;

	limit.backoff_cap_s = 0;
	ck_assert_int_eq(throttle_backoff_ms(&limit, 6), 0);
	ck_assert_int_eq(throttle_backoff_ms(&limit, 9), 0);
	limit = account_limit;
	limit.nbackoff = 0;
	ck_assert_int_eq(throttle_backoff_ms(&limit, 9), 0);
	limit.nbackoff = THROTTLE_BACKOFF_MAX + 1;
	ck_assert_int_eq(throttle_backoff_ms(&limit, 9), 0);
	limit.nbackoff = 2; /* a list that ends with 0 cannot be doubled */
	ck_assert_int_eq(throttle_backoff_ms(&limit, UINT32_MAX), 0);
	limit = (struct throttle_limit){
		.backoff_s = {UINT32_MAX}, .nbackoff = 1, .backoff_cap_s = UINT32_MAX};
	ck_assert_int_eq(throttle_backoff_ms(&limit, 1), UINT32_MAX * S);
	ck_assert_int_eq(throttle_backoff_ms(&limit, UINT32_MAX), UINT32_MAX * S);
	limit.backoff_s[0] = 100;
	limit.backoff_cap_s = 30; /* the cap holds within the list, too */
	ck_assert_int_eq(throttle_backoff_ms(&limit, 1), 30 * S);
}
END_TEST

START_TEST(backoff_is_answered_until_it_is_over)
{
	struct throttle_state state = failed_times(&account_limit, 5, T0); /* 4 s */

	ck_assert_int_eq(answer(&state, &account_limit, T0), THROTTLE_BACKOFF);
	ck_assert_int_eq(wait_of(&state, &account_limit, T0), 4 * S);
	ck_assert_int_eq(answer(&state, &account_limit, T0 + 4 * S - 1), THROTTLE_BACKOFF);
	ck_assert_int_eq(wait_of(&state, &account_limit, T0 + 4 * S - 1), 1);
	ck_assert_int_eq(answer(&state, &account_limit, T0 + 4 * S), THROTTLE_ADMIT);
	ck_assert_int_eq(wait_of(&state, &account_limit, T0 + 4 * S), 0);
}
END_TEST

START_TEST(the_failure_that_reaches_the_threshold_locks)
{
	struct throttle_state state = failed_times(&account_limit, 9, T0);

	ck_assert_int_eq(state.locked_until_ms, 0);
	ck_assert_int_eq(answer(&state, &account_limit, T0 + 60 * S), THROTTLE_ADMIT);
	state = throttle_failed(&state, &account_limit, T0 + 60 * S, 1);
	ck_assert_uint_eq(state.failures, 10);
	ck_assert_int_eq(state.locked_until_ms, T0 + 60 * S + HOUR);
	ck_assert_int_eq(answer(&state, &account_limit, T0 + 60 * S), THROTTLE_LOCKED);
	ck_assert_int_eq(wait_of(&state, &account_limit, T0 + 61 * S), HOUR - S);
}
END_TEST

START_TEST(an_ended_lock_clears_the_count)
{
	struct throttle_state locked = failed_times(&account_limit, 10, T0);
	struct throttle_state now = throttle_current(&locked, &account_limit, T0 + HOUR - 1);

	ck_assert_uint_eq(now.failures, 10);
	ck_assert_int_eq(now.locked_until_ms, T0 + HOUR);
	locked.pending = 3;
	now = throttle_current(&locked, &account_limit, T0 + HOUR);
	ck_assert_uint_eq(now.failures, 0);
	ck_assert_uint_eq(now.pending, 3);
	ck_assert_int_eq(now.locked_until_ms, 0);
	ck_assert_int_eq(now.last_failure_ms, 0);
	ck_assert_int_eq(now.window_start_ms, 0);
	ck_assert_int_eq(now.lane, LANE_ACCOUNT);
	ck_assert_mem_eq(now.key, locked.key, sizeof(now.key));
	/* the next failure counts as the first again */
	now = throttle_failed(&locked, &account_limit, T0 + HOUR, 1);
	ck_assert_uint_eq(now.failures, 1);
	ck_assert_int_eq(now.window_start_ms, T0 + HOUR);
	ck_assert_int_eq(now.locked_until_ms, 0);
}
END_TEST

START_TEST(without_a_duration_the_lock_lasts_until_unlocked)
{
	struct throttle_limit limit = account_limit;
	struct throttle_state state;

	limit.lock_ms = 0;
	state = failed_times(&limit, 10, T0);
	ck_assert_int_eq(state.locked_until_ms, THROTTLE_FOREVER);
	ck_assert_int_eq(answer(&state, &limit, INT64_MAX), THROTTLE_LOCKED);
	ck_assert_int_eq(wait_of(&state, &limit, INT64_MAX), 0);
	state = throttle_unlocked(&state);
	ck_assert_uint_eq(state.failures, 0);
	ck_assert_int_eq(answer(&state, &limit, T0), THROTTLE_ADMIT);
}
END_TEST

START_TEST(account_failures_do_not_age)
{
	struct throttle_state state = failed_times(&account_limit, 9, T0);

	state = throttle_failed(&state, &account_limit, T0 + 4000 * DAY, 1);
	ck_assert_int_eq(answer(&state, &account_limit, T0 + 4000 * DAY), THROTTLE_LOCKED);
}
END_TEST

START_TEST(pending_ones_fill_the_threshold)
{
	struct throttle_state state = failed_times(&account_limit, 2, T0);

	state.pending = 7;
	ck_assert_int_eq(answer(&state, &account_limit, T0), THROTTLE_ADMIT);
	state.pending = 8;
	ck_assert_int_eq(answer(&state, &account_limit, T0), THROTTLE_FULL);
	ck_assert_int_eq(wait_of(&state, &account_limit, T0), 0);
	state.pending = UINT32_MAX;
	ck_assert_int_eq(answer(&state, &account_limit, T0), THROTTLE_FULL);
	state = fresh(LANE_ACCOUNT);
	state.pending = 10;
	ck_assert_int_eq(answer(&state, &account_limit, T0), THROTTLE_FULL);
}
END_TEST

START_TEST(a_lowered_threshold_locks_from_the_last_failure)
{
	struct throttle_limit lower = account_limit;
	struct throttle_state state = failed_times(&account_limit, 7, T0);

	lower.threshold = 5;
	ck_assert_int_eq(answer(&state, &lower, T0 + 60 * S), THROTTLE_LOCKED);
	ck_assert_int_eq(wait_of(&state, &lower, T0 + 60 * S), HOUR - 60 * S);
	ck_assert_int_eq(answer(&state, &lower, T0 + HOUR), THROTTLE_ADMIT);
	ck_assert_uint_eq(throttle_current(&state, &lower, T0 + HOUR).failures, 0);
	lower.threshold = 7; /* reached is reached */
	ck_assert_int_eq(answer(&state, &lower, T0 + 60 * S), THROTTLE_LOCKED);
	lower.threshold = 8;
	ck_assert_int_eq(answer(&state, &lower, T0 + 60 * S), THROTTLE_ADMIT);
}
END_TEST

START_TEST(no_failure_shortens_a_lock)
{
	struct throttle_limit shorter = account_limit;
	struct throttle_state state = failed_times(&account_limit, 10, T0);

	shorter.lock_ms = 60 * S;
	state = throttle_failed(&state, &shorter, T0 + S, 1);
	ck_assert_uint_eq(state.failures, 11);
	ck_assert_int_eq(state.locked_until_ms, T0 + HOUR);
	shorter.lock_ms = 0;
	state = throttle_failed(&state, &shorter, T0 + S, 1);
	ck_assert_int_eq(state.locked_until_ms, THROTTLE_FOREVER);
	state = throttle_failed(&state, &account_limit, T0 + S, 1);
	ck_assert_int_eq(state.locked_until_ms, THROTTLE_FOREVER);
}
END_TEST

START_TEST(success_clears_the_account_lane_alone)
{
	struct throttle_state state = failed_times(&account_limit, 9, T0);

	state.pending = 2;
	state = throttle_succeeded(&state);
	ck_assert_uint_eq(state.failures, 0);
	ck_assert_uint_eq(state.pending, 2);
	ck_assert_int_eq(state.last_failure_ms, 0);
	state = failed_times(&possession_limit, 9, T0);
	ck_assert_uint_eq(throttle_succeeded(&state).failures, 9);
	state = failed_times(&source_limit, 9, T0);
	ck_assert_uint_eq(throttle_succeeded(&state).failures, 9);
	state = failed_times(&account_limit, 10, T0); /* a lock is not a success's to lift */
	ck_assert_int_eq(throttle_succeeded(&state).locked_until_ms, T0 + HOUR);
}
END_TEST

START_TEST(unlock_clears_every_lane)
{
	static const struct throttle_limit *const limits[] = {
		&account_limit, &possession_limit, &source_limit};
	struct throttle_state state = failed_times(limits[_i], 20, T0);

	state.pending = 1;
	state = throttle_unlocked(&state);
	ck_assert_uint_eq(state.failures, 0);
	ck_assert_int_eq(state.locked_until_ms, 0);
	ck_assert_int_eq(state.window_start_ms, 0);
	ck_assert_int_eq(state.last_failure_ms, 0);
	ck_assert_uint_eq(state.pending, 1);
	ck_assert_int_eq(state.lane, limits[_i]->lane);
}
END_TEST

START_TEST(possession_counts_a_day_and_locks_to_its_end)
{
	struct throttle_state state = fresh(LANE_POSSESSION);

	for (int64_t i = 0; i < 19; i++)
		state = throttle_failed(&state, &possession_limit, T0 + i * HOUR, 1);
	ck_assert_int_eq(state.window_start_ms, T0);
	ck_assert_int_eq(answer(&state, &possession_limit, T0 + 19 * HOUR), THROTTLE_ADMIT);
	state = throttle_failed(&state, &possession_limit, T0 + 20 * HOUR, 1);
	ck_assert_int_eq(state.locked_until_ms, T0 + DAY);
	ck_assert_int_eq(answer(&state, &possession_limit, T0 + DAY - 1), THROTTLE_LOCKED);
	ck_assert_int_eq(answer(&state, &possession_limit, T0 + DAY), THROTTLE_ADMIT);
	ck_assert_uint_eq(throttle_current(&state, &possession_limit, T0 + DAY).failures, 0);
}
END_TEST

START_TEST(possession_ages_without_a_lock)
{
	struct throttle_state state = failed_times(&possession_limit, 19, T0);

	ck_assert_uint_eq(throttle_current(&state, &possession_limit, T0 + DAY - 1).failures, 19);
	ck_assert_uint_eq(throttle_current(&state, &possession_limit, T0 + DAY).failures, 0);
	state = throttle_failed(&state, &possession_limit, T0 + DAY, 1);
	ck_assert_uint_eq(state.failures, 1);
	ck_assert_int_eq(state.window_start_ms, T0 + DAY);
}
END_TEST

START_TEST(with_window_and_duration_the_later_end_counts)
{
	struct throttle_limit limit = possession_limit;
	struct throttle_state state;

	limit.threshold = 1;
	limit.lock_ms = HOUR;
	state = failed_times(&limit, 1, T0);
	ck_assert_int_eq(state.locked_until_ms, T0 + DAY);
	limit.lock_ms = 2 * DAY;
	state = failed_times(&limit, 1, T0);
	ck_assert_int_eq(state.locked_until_ms, T0 + 2 * DAY);
	ck_assert_int_eq(answer(&state, &limit, T0 + DAY + HOUR), THROTTLE_LOCKED);
}
END_TEST

START_TEST(a_source_is_slowed_and_never_refused)
{
	struct throttle_state state = failed_times(&source_limit, 99, T0);

	ck_assert_int_eq(throttle_slow_ms(&state, &source_limit, T0), 0);
	state = throttle_failed(&state, &source_limit, T0, 1);
	ck_assert_int_eq(throttle_slow_ms(&state, &source_limit, T0), 150);
	state = throttle_failed(&state, &source_limit, T0, 50);
	ck_assert_int_eq(throttle_slow_ms(&state, &source_limit, T0), 7650);
	state = throttle_failed(&state, &source_limit, T0, UINT32_MAX);
	ck_assert_uint_eq(state.failures, 200);
	ck_assert_int_eq(throttle_slow_ms(&state, &source_limit, T0), 15000);
	state.pending = UINT32_MAX;
	state.locked_until_ms = THROTTLE_FOREVER; /* was never ours */
	ck_assert_int_eq(answer(&state, &source_limit, T0), THROTTLE_ADMIT);
	ck_assert_int_eq(throttle_current(&state, &source_limit, T0).locked_until_ms, 0);
	state = failed_times(&account_limit, 9, T0);
	ck_assert_int_eq(throttle_slow_ms(&state, &account_limit, T0), 0);
}
END_TEST

START_TEST(a_source_is_free_two_windows_later)
{
	struct throttle_state state = throttle_failed(
		&(struct throttle_state){.lane = LANE_SOURCE}, &source_limit, T0, 5000);

	ck_assert_int_gt(throttle_slow_ms(&state, &source_limit, T0 + 600 * S), 0);
	ck_assert_int_eq(throttle_slow_ms(&state, &source_limit, T0 + 606 * S), 0);
	ck_assert_uint_eq(throttle_current(&state, &source_limit, T0 + 1199 * S).failures, 1);
	ck_assert_uint_eq(throttle_current(&state, &source_limit, T0 + 1200 * S).failures, 0);
}
END_TEST

START_TEST(nothing_is_lost_by_rounding)
{
	struct throttle_state state = fresh(LANE_SOURCE);

	/* one failure every 5.9 s is a little more than 100 in 10 minutes: it must add up */
	for (int64_t i = 0; i < 6000; i++)
		state = throttle_failed(&state, &source_limit, T0 + i * 5900, 1);
	ck_assert_uint_ge(state.failures, 99);
	/* one every 6.1 s is less: it must not, however often it is looked at */
	state = fresh(LANE_SOURCE);
	for (int64_t i = 0; i < 6000; i++) {
		state = throttle_failed(&state, &source_limit, T0 + i * 6100, 1);
		state = throttle_current(&state, &source_limit, T0 + i * 6100 + 3000);
	}
	ck_assert_uint_le(state.failures, 2);
}
END_TEST

START_TEST(the_strictest_lane_answers)
{
	struct throttle_limit limits[3] = {account_limit, possession_limit, source_limit};
	struct throttle_state states[3];
	int64_t wait;

	states[0] = failed_times(&account_limit, 4, T0); /* back-off 2 s */
	states[1] = fresh(LANE_POSSESSION);
	states[2] = failed_times(&source_limit, 150, T0);
	ck_assert_int_eq(throttle_read(states, limits, 3, T0, &wait), THROTTLE_BACKOFF);
	ck_assert_int_eq(wait, 2 * S);
	states[1].pending = 20;
	ck_assert_int_eq(throttle_read(states, limits, 3, T0, &wait), THROTTLE_BACKOFF);
	ck_assert_int_eq(throttle_read(states, limits, 3, T0 + 2 * S, &wait), THROTTLE_FULL);
	ck_assert_int_eq(wait, 0);
	states[1] = failed_times(&possession_limit, 20, T0);
	ck_assert_int_eq(throttle_read(states, limits, 3, T0, &wait), THROTTLE_LOCKED);
	ck_assert_int_eq(wait, DAY);
	states[0] = failed_times(&account_limit, 10, T0); /* both locked: the longer wait */
	ck_assert_int_eq(throttle_read(states, limits, 3, T0, &wait), THROTTLE_LOCKED);
	ck_assert_int_eq(wait, DAY);
	states[0].locked_until_ms = THROTTLE_FOREVER; /* a milder answer's wait is not this one's */
	states[1] = fresh(LANE_POSSESSION);
	ck_assert_int_eq(throttle_read(states, limits, 3, T0, &wait), THROTTLE_LOCKED);
	ck_assert_int_eq(wait, 0);
	limits[1].backoff_s[0] = 7;
	limits[1].nbackoff = 1;
	limits[1].backoff_cap_s = 60;
	states[1] = failed_times(&limits[1], 1, T0);
	ck_assert_int_eq(throttle_read(states, limits, 3, T0, &wait), THROTTLE_LOCKED);
	ck_assert_int_eq(wait, 0);
	ck_assert_int_eq(throttle_read(states, limits, 0, T0, &wait), THROTTLE_ADMIT);
	ck_assert_int_eq(wait, 0);
}
END_TEST

START_TEST(a_failure_of_no_weight_counts_nothing)
{
	struct throttle_state state = failed_times(&account_limit, 3, T0);

	state = throttle_failed(&state, &account_limit, T0 + S, 0);
	ck_assert_uint_eq(state.failures, 3);
	ck_assert_int_eq(state.last_failure_ms, T0);
}
END_TEST

/* Whatever is put in: no overflow (the sanitizers look), and a lock that time sets ends by time. */
START_TEST(arithmetic_at_its_edges)
{
	static const int64_t times[] = {
		INT64_MIN, INT64_MIN + 1, -1, 0, 1, T0, INT64_MAX - 1, INT64_MAX};
	static const uint32_t counts[] = {0, 1, 2, UINT32_MAX - 1, UINT32_MAX};
	const size_t nt = sizeof(times) / sizeof(times[0]);
	const size_t nc = sizeof(counts) / sizeof(counts[0]);

	for (size_t i = 0; i < nt * nt * nt * nc * nc * 2; i++) {
		size_t k = i;
		struct throttle_limit limit = account_limit;
		struct throttle_state state = fresh(LANE_ACCOUNT);
		struct throttle_state next;
		int64_t now, wait;

		limit.slow_only = k % 2 == 1, k /= 2;
		limit.lock_ms = times[k % nt], k /= nt;
		limit.window_ms = times[k % nt], k /= nt;
		now = times[k % nt], k /= nt;
		limit.threshold = counts[k % nc], k /= nc;
		state.failures = counts[k % nc];
		state.pending = UINT32_MAX;
		state.last_failure_ms = state.window_start_ms = times[i % nt];
		next = throttle_failed(&state, &limit, now, UINT32_MAX);
		(void)throttle_read(&next, &limit, 1, now, &wait);
		ck_assert_int_ge(wait, 0);
		ck_assert_int_ge(throttle_slow_ms(&next, &limit, now), 0);
		ck_assert_int_le(throttle_slow_ms(&next, &limit, now), 15000);
		if (limit.slow_only || limit.lock_ms > 0 || limit.window_ms > 0)
			ck_assert_int_lt(next.locked_until_ms, THROTTLE_FOREVER);
	}
}
END_TEST

START_TEST(a_lock_at_the_end_of_time_is_not_for_ever)
{
	struct throttle_limit limit = account_limit;
	struct throttle_state state;

	limit.lock_ms = INT64_MAX;
	state = failed_times(&limit, 10, T0);
	ck_assert_int_eq(state.locked_until_ms, THROTTLE_FOREVER - 1);
	limit.lock_ms = 5;
	state = failed_times(&limit, 10, -100); /* no moment is "none" */
	ck_assert_int_eq(state.locked_until_ms, 6);
	ck_assert_int_eq(state.last_failure_ms, 1);
}
END_TEST

START_TEST(a_limit_without_a_window_does_not_leak)
{
	struct throttle_limit limit = source_limit;
	struct throttle_state state;

	limit.window_ms = 0;
	state = failed_times(&limit, 100, T0);
	ck_assert_uint_eq(throttle_current(&state, &limit, INT64_MAX).failures, 100);
	limit.window_ms = 50; /* less than one ms for each */
	ck_assert_uint_eq(throttle_current(&state, &limit, T0 + 40).failures, 60);
	limit.threshold = 0;
	ck_assert_int_eq(throttle_slow_ms(&state, &limit, T0), 0);
}
END_TEST

START_TEST(answers_have_names)
{
	ck_assert_str_eq(throttle_answer_name(THROTTLE_ADMIT), "admit");
	ck_assert_str_eq(throttle_answer_name(THROTTLE_FULL), "full");
	ck_assert_str_eq(throttle_answer_name(THROTTLE_BACKOFF), "back-off");
	ck_assert_str_eq(throttle_answer_name(THROTTLE_LOCKED), "locked");
	ck_assert_str_eq(throttle_answer_name((enum throttle_answer)99), "unknown");
}
END_TEST

/* The account's limit with its reserve, for who comes from a familiar place or does not. */
static struct throttle_limit
divided(bool familiar)
{
	struct throttle_limit limit = account_limit;

	limit.nbackoff = 0;
	limit.reserve = 3;
	limit.familiar = familiar;
	return limit;
}

START_TEST(a_third_is_kept)
{
	static const uint32_t kept[] = {0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3};

	for (uint32_t threshold = 0; threshold < sizeof(kept) / sizeof(kept[0]); threshold++)
		ck_assert_uint_eq(throttle_reserve(threshold), kept[threshold]);
	ck_assert_uint_eq(throttle_reserve(UINT32_MAX), UINT32_MAX / 3);
}
END_TEST

START_TEST(the_threshold_is_divided)
{
	struct throttle_limit stranger = divided(false);
	struct throttle_limit familiar = divided(true);
	struct throttle_state state = failed_times(&stranger, 7, T0);

	ck_assert_int_eq(answer(&state, &stranger, T0), THROTTLE_LOCKED);
	ck_assert_int_eq(wait_of(&state, &stranger, T0), HOUR);
	state = throttle_failed(&state, &stranger, T0 - S, 1); /* a clock that stepped back */
	ck_assert_int_eq(wait_of(&state, &stranger, T0), HOUR);
	state = failed_times(&stranger, 7, T0);
	ck_assert_int_eq(answer(&state, &familiar, T0), THROTTLE_ADMIT);
	state.pending = 2;
	ck_assert_int_eq(answer(&state, &familiar, T0), THROTTLE_ADMIT);
	state.pending = 3;
	ck_assert_int_eq(answer(&state, &familiar, T0), THROTTLE_FULL);
	for (int i = 0; i < 3; i++)
		state = throttle_failed(&state, &familiar, T0 + S, 1);
	ck_assert_uint_eq(state.failures, 10);
	ck_assert_uint_eq(state.strangers, 7);
	ck_assert_int_eq(answer(&state, &familiar, T0 + S), THROTTLE_LOCKED);
	/* strangers wait for the later end of the two */
	ck_assert_int_eq(wait_of(&state, &stranger, T0 + S), HOUR);
}
END_TEST

START_TEST(pending_strangers_fill_their_part)
{
	struct throttle_limit stranger = divided(false);
	struct throttle_limit familiar = divided(true);
	struct throttle_state state = failed_times(&stranger, 5, T0);

	state.pending = 4;
	state.strangers_pending = 1;
	ck_assert_int_eq(answer(&state, &stranger, T0), THROTTLE_ADMIT);
	state.strangers_pending = 2;
	ck_assert_int_eq(answer(&state, &stranger, T0), THROTTLE_FULL);
	ck_assert_int_eq(answer(&state, &familiar, T0), THROTTLE_ADMIT);
	stranger.reserve = stranger.threshold; /* nothing is left for them, and nothing overflows */
	state.strangers_pending = 0;
	state.strangers = 0;
	ck_assert_int_eq(answer(&state, &stranger, T0), THROTTLE_FULL);
}
END_TEST

START_TEST(the_end_of_their_lock_forgives_strangers_alone)
{
	struct throttle_limit stranger = divided(false);
	struct throttle_limit familiar = divided(true);
	struct throttle_state state = failed_times(&stranger, 7, T0);

	state = throttle_failed(&state, &familiar, T0 + S, 2);
	state = throttle_current(&state, &stranger, T0 + HOUR - 1);
	ck_assert_uint_eq(state.failures, 9);
	state = throttle_current(&state, &stranger, T0 + HOUR);
	ck_assert_uint_eq(state.failures, 2);
	ck_assert_uint_eq(state.strangers, 0);
	ck_assert_int_eq(state.strangers_until_ms, 0);
	ck_assert_int_eq(answer(&state, &stranger, T0 + HOUR), THROTTLE_ADMIT);
}
END_TEST

/* Nor does it end a lock of the whole account that lasts longer, as one of an older policy may. */
START_TEST(the_end_of_their_lock_ends_no_other)
{
	struct throttle_limit stranger = divided(false);
	struct throttle_state state = failed_times(&stranger, 7, T0);

	state.locked_until_ms = T0 + DAY;
	state = throttle_current(&state, &stranger, T0 + HOUR);
	ck_assert_uint_eq(state.failures, 0);
	ck_assert_int_eq(state.strangers_until_ms, 0);
	ck_assert_int_eq(state.locked_until_ms, T0 + DAY);
	ck_assert_int_eq(answer(&state, &stranger, T0 + HOUR), THROTTLE_LOCKED);
	ck_assert_int_eq(answer(&state, &stranger, T0 + DAY), THROTTLE_ADMIT);
}
END_TEST

/* A reserve that came later divides what was counted before it. */
START_TEST(a_reserve_that_comes_later_locks_strangers)
{
	struct throttle_limit stranger = divided(false);
	struct throttle_state state = failed_times(&account_limit, 8, T0);

	ck_assert_int_eq(answer(&state, &stranger, T0), THROTTLE_LOCKED);
	ck_assert_int_eq(answer(&state, &stranger, T0 + HOUR), THROTTLE_ADMIT);
	stranger.lock_ms = 0;
	ck_assert_int_eq(answer(&state, &stranger, T0 + 9 * DAY), THROTTLE_LOCKED);
	ck_assert_int_eq(wait_of(&state, &stranger, T0 + 9 * DAY), 0);
}
END_TEST

START_TEST(a_login_at_home_opens_nothing_for_strangers)
{
	struct throttle_limit stranger = divided(false);
	struct throttle_limit familiar = divided(true);
	struct throttle_state state = failed_times(&stranger, 7, T0);

	state = throttle_succeeded(&state);
	ck_assert_uint_eq(state.failures, 0);
	ck_assert_int_eq(answer(&state, &stranger, T0 + S), THROTTLE_LOCKED);
	for (int i = 0; i < 9; i++)
		state = throttle_failed(&state, &familiar, T0 + S, 1);
	ck_assert_int_eq(answer(&state, &familiar, T0 + S), THROTTLE_ADMIT);
	/* more was forgiven than is left to be: nothing goes below zero */
	state = throttle_current(&state, &familiar, T0 + HOUR);
	ck_assert_uint_eq(state.failures, 9);
	ck_assert_int_eq(throttle_unlocked(&state).strangers_until_ms, 0);
}
END_TEST

START_TEST(neither_side_waits_for_the_other)
{
	struct throttle_limit stranger = divided(false);
	struct throttle_limit familiar = divided(true);
	struct throttle_state state;

	stranger.nbackoff = account_limit.nbackoff;
	familiar.nbackoff = account_limit.nbackoff;
	state = failed_times(&stranger, 5, T0);
	ck_assert_int_eq(answer(&state, &stranger, T0), THROTTLE_BACKOFF);
	ck_assert_int_eq(answer(&state, &familiar, T0), THROTTLE_ADMIT);
	state = failed_times(&familiar, 5, T0);
	ck_assert_int_eq(answer(&state, &familiar, T0), THROTTLE_BACKOFF);
	ck_assert_int_eq(answer(&state, &stranger, T0), THROTTLE_ADMIT);
	state.strangers = 99; /* no such state is stored */
	ck_assert_int_eq(answer(&state, &familiar, T0), THROTTLE_ADMIT);
}
END_TEST

static Suite *
throttle_suite(void)
{
	Suite *suite = suite_create("throttle");
	TCase *lanes = tcase_create("lanes");
	TCase *edges = tcase_create("edges");
	TCase *reserve = tcase_create("reserve");

	tcase_add_test(lanes, backoff_follows_the_list_then_doubles);
	tcase_add_test(lanes, backoff_edges);
	tcase_add_test(lanes, backoff_is_answered_until_it_is_over);
	tcase_add_test(lanes, the_failure_that_reaches_the_threshold_locks);
	tcase_add_test(lanes, an_ended_lock_clears_the_count);
	tcase_add_test(lanes, without_a_duration_the_lock_lasts_until_unlocked);
	tcase_add_test(lanes, account_failures_do_not_age);
	tcase_add_test(lanes, pending_ones_fill_the_threshold);
	tcase_add_test(lanes, a_lowered_threshold_locks_from_the_last_failure);
	tcase_add_test(lanes, no_failure_shortens_a_lock);
	tcase_add_test(lanes, success_clears_the_account_lane_alone);
	tcase_add_loop_test(lanes, unlock_clears_every_lane, 0, 3);
	tcase_add_test(lanes, possession_counts_a_day_and_locks_to_its_end);
	tcase_add_test(lanes, possession_ages_without_a_lock);
	tcase_add_test(lanes, with_window_and_duration_the_later_end_counts);
	tcase_add_test(lanes, a_source_is_slowed_and_never_refused);
	tcase_add_test(lanes, a_source_is_free_two_windows_later);
	tcase_add_test(lanes, nothing_is_lost_by_rounding);
	tcase_add_test(lanes, the_strictest_lane_answers);
	tcase_add_test(lanes, a_failure_of_no_weight_counts_nothing);
	tcase_add_test(edges, arithmetic_at_its_edges);
	tcase_add_test(edges, a_lock_at_the_end_of_time_is_not_for_ever);
	tcase_add_test(edges, a_limit_without_a_window_does_not_leak);
	tcase_add_test(edges, answers_have_names);
	suite_add_tcase(suite, lanes);
	suite_add_tcase(suite, edges);
	tcase_add_test(reserve, a_third_is_kept);
	tcase_add_test(reserve, the_threshold_is_divided);
	tcase_add_test(reserve, pending_strangers_fill_their_part);
	tcase_add_test(reserve, the_end_of_their_lock_forgives_strangers_alone);
	tcase_add_test(reserve, the_end_of_their_lock_ends_no_other);
	tcase_add_test(reserve, a_reserve_that_comes_later_locks_strangers);
	tcase_add_test(reserve, a_login_at_home_opens_nothing_for_strangers);
	tcase_add_test(reserve, neither_side_waits_for_the_other);
	suite_add_tcase(suite, reserve);
	return suite;
}

UNIT_MAIN(throttle_suite)
