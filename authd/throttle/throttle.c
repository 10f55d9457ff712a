/*
 * Counting of wrong answers.  Pure: states, limits and the lock clock's time in, answers and new
 * states out.  May not know the store, the policy or any clock.
 *
 * Two kinds of window.  A lane that locks counts from its first failure for window_ms and then
 * forgets all at once; without a window it forgets at a success, an unlock or the end of a lock.
 * A lane that only slows leaks instead: `threshold` failures flow off in each window, evenly, and
 * window_start_ms is the moment up to which this was settled (moved by whole failures, so that
 * nothing is lost by rounding however often it is called).
 */
#include "config.h"

#include "authd/throttle/throttle.h"

/* A source that has been slowed to the full is free again after this many windows. */
#define SLOW_WINDOWS 2
#define SLOW_CAP_MS 15000
#define MS_PER_S 1000

static int64_t
saturating_add(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return a < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

static uint32_t
saturating_add_u32(uint32_t a, uint32_t b)
{
	return b > UINT32_MAX - a ? UINT32_MAX : a + b;
}

/* From `since` to `now`; 0 if it lies ahead. */
static int64_t
elapsed(int64_t since, int64_t now_ms)
{
	int64_t ms = 0;

	if (now_ms <= since)
		return 0;
	return __builtin_sub_overflow(now_ms, since, &ms) ? INT64_MAX : ms;
}

/* A moment that is a time: neither "none" (0) nor "for ever". */
static int64_t
moment(int64_t ms)
{
	if (ms < 1)
		return 1;
	return ms == THROTTLE_FOREVER ? THROTTLE_FOREVER - 1 : ms;
}

static struct throttle_state
cleared(const struct throttle_state *state)
{
	struct throttle_state fresh = *state;

	fresh.failures = 0;
	fresh.last_failure_ms = 0;
	fresh.window_start_ms = 0;
	fresh.locked_until_ms = 0;
	fresh.strangers = 0;
	fresh.strangers_until_ms = 0;
	return fresh;
}

/* Where the lock that a failure at `failed_ms` sets ends: see throttle_limit.lock_ms. */
static int64_t
lock_end(const struct throttle_state *state, const struct throttle_limit *limit, int64_t failed_ms)
{
	int64_t by_window = saturating_add(state->window_start_ms, limit->window_ms);
	int64_t by_length = saturating_add(failed_ms, limit->lock_ms);

	if (limit->window_ms <= 0)
		return limit->lock_ms <= 0 ? THROTTLE_FOREVER : moment(by_length);
	if (limit->lock_ms <= 0 || by_window > by_length)
		return moment(by_window);
	return moment(by_length);
}

uint32_t
throttle_reserve(uint32_t threshold)
{
	if (threshold < 2)
		return 0;
	return threshold < 6 ? 1 : threshold / 3;
}

/* What strangers may use of the threshold. */
static uint32_t
strangers_part(const struct throttle_limit *limit)
{
	return limit->reserve < limit->threshold ? limit->threshold - limit->reserve : 0;
}

/*
 * The end of the strangers' lock forgives what they did and nothing else: what familiar places did
 * goes on to count, or both together would get more than the threshold.
 */
static struct throttle_state
strangers_current(
	const struct throttle_state *state, const struct throttle_limit *limit, int64_t now_ms)
{
	struct throttle_state now = *state;

	if (now.strangers_until_ms == 0 && limit->reserve > 0 && now.strangers > 0 &&
		now.strangers >= strangers_part(limit))
		now.strangers_until_ms = lock_end(state, limit, state->last_failure_ms);
	if (now.strangers_until_ms == 0 || now.strangers_until_ms == THROTTLE_FOREVER ||
		now_ms < now.strangers_until_ms)
		return now;
	now.failures -= now.strangers < now.failures ? now.strangers : now.failures;
	now.strangers = 0;
	now.strangers_until_ms = 0;
	return now.failures == 0 && now.locked_until_ms == 0 ? cleared(state) : now;
}

/* What has not flowed off yet of a lane that only slows. */
static struct throttle_state
leaked(const struct throttle_state *state, const struct throttle_limit *limit, int64_t now_ms)
{
	struct throttle_state left = *state;
	int64_t per_failure = limit->threshold > 0 ? limit->window_ms / limit->threshold : 1;
	int64_t gone;

	left.locked_until_ms = 0;
	if (limit->window_ms <= 0)
		return left;
	if (per_failure < 1)
		per_failure = 1;
	gone = elapsed(state->window_start_ms, now_ms) / per_failure;
	if (gone >= state->failures)
		return cleared(state);
	left.failures -= (uint32_t)gone;
	left.window_start_ms += gone * per_failure;
	return left;
}

struct throttle_state
throttle_current(
	const struct throttle_state *state, const struct throttle_limit *limit, int64_t now_ms)
{
	struct throttle_state now;

	if (limit->slow_only)
		return leaked(state, limit, now_ms);
	now = strangers_current(state, limit, now_ms);
	/*
	 * The threshold was lowered meanwhile: without a lock nobody would ever be admitted again.
	 */
	if (now.locked_until_ms == 0 && now.failures > 0 && now.failures >= limit->threshold)
		now.locked_until_ms = lock_end(state, limit, state->last_failure_ms);
	if (now.locked_until_ms == THROTTLE_FOREVER)
		return now;
	if (now.locked_until_ms != 0)
		return now_ms >= now.locked_until_ms ? cleared(state) : now;
	if (limit->window_ms > 0 && elapsed(now.window_start_ms, now_ms) >= limit->window_ms)
		return cleared(state);
	return now;
}

int64_t
throttle_backoff_ms(const struct throttle_limit *limit, uint32_t failures)
{
	uint64_t cap = limit->backoff_cap_s;
	uint64_t delay;
	uint32_t doublings;

	if (failures == 0 || limit->nbackoff == 0 || limit->nbackoff > THROTTLE_BACKOFF_MAX)
		return 0;
	if (failures <= limit->nbackoff) {
		delay = limit->backoff_s[failures - 1];
		return (int64_t)(delay < cap ? delay : cap) * MS_PER_S;
	}
	delay = limit->backoff_s[limit->nbackoff - 1];
	doublings = failures - (uint32_t)limit->nbackoff;
	for (; doublings > 0 && delay > 0 && delay < cap; doublings--)
		delay *= 2;
	return (int64_t)(delay < cap ? delay : cap) * MS_PER_S;
}

/* What somebody of the attempt's side did: neither waits for what the other has done. */
static uint32_t
failures_beside(const struct throttle_state *now, const struct throttle_limit *limit)
{
	if (!limit->familiar)
		return limit->reserve > 0 ? now->strangers : now->failures;
	return now->strangers < now->failures ? now->failures - now->strangers : 0;
}

/* Until when the lock that concerns the attempt holds; 0: none does. */
static int64_t
locked_until(const struct throttle_state *now, const struct throttle_limit *limit)
{
	if (limit->familiar || now->locked_until_ms > now->strangers_until_ms)
		return now->locked_until_ms;
	return now->strangers_until_ms;
}

static bool
is_full(const struct throttle_state *now, const struct throttle_limit *limit)
{
	if (saturating_add_u32(now->failures, now->pending) >= limit->threshold)
		return true;
	return !limit->familiar && limit->reserve > 0 &&
	       saturating_add_u32(now->strangers, now->strangers_pending) >= strangers_part(limit);
}

/* One lane's answer. */
static enum throttle_answer
read_lane(const struct throttle_state *state, const struct throttle_limit *limit, int64_t now_ms,
	int64_t *wait_ms_r)
{
	struct throttle_state now = throttle_current(state, limit, now_ms);
	uint32_t failures = failures_beside(&now, limit);
	int64_t until = locked_until(&now, limit);
	int64_t free_at;

	*wait_ms_r = 0;
	if (limit->slow_only)
		return THROTTLE_ADMIT;
	if (until != 0) {
		if (until != THROTTLE_FOREVER)
			*wait_ms_r = elapsed(now_ms, until);
		return THROTTLE_LOCKED;
	}
	free_at = saturating_add(now.last_failure_ms, throttle_backoff_ms(limit, failures));
	if (failures > 0 && free_at > now_ms) {
		*wait_ms_r = elapsed(now_ms, free_at);
		return THROTTLE_BACKOFF;
	}
	return is_full(&now, limit) ? THROTTLE_FULL : THROTTLE_ADMIT;
}

enum throttle_answer
throttle_read(const struct throttle_state *states, const struct throttle_limit *limits, size_t n,
	int64_t now_ms, int64_t *wait_ms_r)
{
	enum throttle_answer strictest = THROTTLE_ADMIT;
	int64_t longest = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t wait;
		enum throttle_answer answer = read_lane(&states[i], &limits[i], now_ms, &wait);

		if (answer > strictest) {
			strictest = answer;
			longest = wait;
		} else if (answer == strictest && wait > longest) {
			longest = wait;
		}
	}
	*wait_ms_r = longest;
	return strictest;
}

/* A lane that only slows: counts, but not so far that it would take long to be free again. */
static struct throttle_state
slowed(const struct throttle_state *now, const struct throttle_limit *limit, int64_t now_ms,
	uint32_t weight)
{
	struct throttle_state next = *now;
	uint64_t most = (uint64_t)limit->threshold * SLOW_WINDOWS;

	next.failures = saturating_add_u32(now->failures, weight);
	if (next.failures > most)
		next.failures = (uint32_t)most;
	if (now->failures == 0)
		next.window_start_ms = moment(now_ms);
	next.last_failure_ms = moment(now_ms);
	return next;
}

struct throttle_state
throttle_failed(const struct throttle_state *state, const struct throttle_limit *limit,
	int64_t now_ms, uint32_t weight)
{
	struct throttle_state next = throttle_current(state, limit, now_ms);
	int64_t until;

	if (weight == 0)
		return next;
	if (limit->slow_only)
		return slowed(&next, limit, now_ms, weight);
	if (next.failures == 0)
		next.window_start_ms = moment(now_ms);
	next.failures = saturating_add_u32(next.failures, weight);
	next.last_failure_ms = moment(now_ms);
	if (!limit->familiar)
		next.strangers = saturating_add_u32(next.strangers, weight);
	until = lock_end(&next, limit, next.last_failure_ms);
	if (next.failures >= limit->threshold && until > next.locked_until_ms)
		next.locked_until_ms = until;
	if (limit->reserve > 0 && next.strangers >= strangers_part(limit) &&
		until > next.strangers_until_ms && !limit->familiar)
		next.strangers_until_ms = until;
	return next;
}

struct throttle_state
throttle_succeeded(const struct throttle_state *state)
{
	struct throttle_state fresh = cleared(state);

	if (state->lane != LANE_ACCOUNT || state->locked_until_ms != 0)
		return *state;
	fresh.strangers_until_ms = state->strangers_until_ms;
	return fresh;
}

struct throttle_state
throttle_unlocked(const struct throttle_state *state)
{
	return cleared(state);
}

int64_t
throttle_slow_ms(
	const struct throttle_state *state, const struct throttle_limit *limit, int64_t now_ms)
{
	struct throttle_state now = throttle_current(state, limit, now_ms);
	uint64_t over;
	uint64_t ms;

	if (!limit->slow_only || limit->threshold == 0 || now.failures < limit->threshold)
		return 0;
	over = (uint64_t)now.failures - limit->threshold + 1;
	ms = over * SLOW_CAP_MS / limit->threshold;
	return ms < SLOW_CAP_MS ? (int64_t)ms : SLOW_CAP_MS;
}

const char *
throttle_answer_name(enum throttle_answer answer)
{
	static const char *const names[] = {
		[THROTTLE_ADMIT] = "admit",
		[THROTTLE_FULL] = "full",
		[THROTTLE_BACKOFF] = "back-off",
		[THROTTLE_LOCKED] = "locked",
	};

	return (size_t)answer < sizeof(names) / sizeof(names[0]) ? names[answer] : "unknown";
}
