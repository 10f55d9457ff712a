/*
 * Counting of wrong answers, as pure functions over plain states: who may still try, when
 * somebody is locked, how long the wait is.  Knows neither store nor policy nor clock.
 *
 * Lanes: ACCOUNT counts wrong answers between two of {completed login, recorded unlock, end of a
 * lock} (I1); POSSESSION counts right knowledge with wrong possession and is reset by age or the
 * helpdesk alone (I11); SOURCE only slows down (never locks).
 *
 * A lock is no weapon: part of the ACCOUNT lane's threshold, the reserve, is kept for places from
 * which the account has logged in before (familiar ones); strangers have what is left of it.  It is
 * one count, divided and never added to, so both together stay below the threshold (I1).  Strangers
 * who have used up their part are locked by themselves, for as long as anybody would be, and who is
 * familiar has what remains.
 *
 * Times are milliseconds of the lock clock (throttle/lockclock.h), which never steps back.
 */
#ifndef WF_AUTHD_THROTTLE_THROTTLE_H
#define WF_AUTHD_THROTTLE_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum throttle_lane { LANE_ACCOUNT = 0, LANE_POSSESSION = 1, LANE_SOURCE = 2, LANE_COUNT };

#define THROTTLE_KEY_LEN 32
#define THROTTLE_FOREVER INT64_MAX
#define THROTTLE_BACKOFF_MAX 16

struct throttle_state {
	uint8_t key[THROTTLE_KEY_LEN]; /* keyed hash of lane and name or source */
	enum throttle_lane lane;
	uint32_t failures;
	uint32_t pending;         /* reservations not yet settled, from the store */
	int64_t last_failure_ms;  /* 0 = none */
	int64_t window_start_ms;  /* of the failures counted; 0 = none */
	int64_t locked_until_ms;  /* 0 = not locked, THROTTLE_FOREVER = until unlocked */
	uint32_t strangers;         /* of `failures`: those of strangers */
	uint32_t strangers_pending; /* of `pending`, too */
	int64_t strangers_until_ms; /* they alone are locked until then; as locked_until_ms */
};

struct throttle_limit {
	enum throttle_lane lane;
	uint32_t threshold;    /* >= 1; the failure that reaches it locks */
	/* from the first failure counted; 0: only success, unlock or a lock's end forget */
	int64_t window_ms;
	/*
	 * From the locking failure on.  0: until unlocked, or with a window until the window's end.
	 * With both the later of the two ends (I11: only age and the helpdesk open the lane).
	 */
	int64_t lock_ms;
	/* ACCOUNT, without a window: of the threshold, kept for familiar places; less than it */
	uint32_t reserve;
	bool familiar; /* the attempt comes from one of them */
	/* SOURCE: never locks; threshold failures flow off evenly in each window */
	bool slow_only;
	/*
	 * Delay after the nth settled failure is backoff_s[n - 1]; beyond the list the last is
	 * doubled for each further failure, up to the cap.  A cap of 0, like an empty list, is no
	 * back-off.
	 */
	uint32_t backoff_s[THROTTLE_BACKOFF_MAX];
	size_t nbackoff;
	uint32_t backoff_cap_s;
};

enum throttle_answer {
	THROTTLE_ADMIT = 0,
	/* failures + pending reach the threshold: wait, somebody else's attempt decides */
	THROTTLE_FULL,
	THROTTLE_BACKOFF, /* too early: refused unevaluated, not counted */
	THROTTLE_LOCKED
};

/*
 * The state as it is now: an ended lock or window has cleared its count (the end of a lock is one
 * of I1's events).  A count over a threshold that was lowered meanwhile is a lock from the last
 * failure on.  `pending` is passed through, here and below.  All functions: any input, no overflow.
 */
struct throttle_state throttle_current(
	const struct throttle_state *state, const struct throttle_limit *limit, int64_t now_ms);
/* What is kept of a threshold: a third, one at least, nothing of 1 (10 = 7 + 3, 3 = 2 + 1). */
uint32_t throttle_reserve(uint32_t threshold);
/*
 * Strictest answer over all lanes (LOCKED > BACKOFF > FULL > ADMIT); a lane that only slows always
 * admits.  wait_ms_r: how long at least, 0 if unknown (FULL) or until unlocked.
 */
enum throttle_answer throttle_read(const struct throttle_state *states,
	const struct throttle_limit *limits, size_t n, int64_t now_ms, int64_t *wait_ms_r);
/*
 * After one more settled failure of `weight` (0 counts nothing); sets the lock when the threshold
 * is reached, and never shortens one.  A lane that only slows holds twice its threshold at most, so
 * that it is free again two windows later.
 */
struct throttle_state throttle_failed(const struct throttle_state *state,
	const struct throttle_limit *limit, int64_t now_ms, uint32_t weight);
/* After a completed login: POSSESSION and SOURCE stay as they are, and so does a lock, also that of
 * strangers alone.
 */
struct throttle_state throttle_succeeded(const struct throttle_state *state);
/* After a recorded unlock: any lane is as new. */
struct throttle_state throttle_unlocked(const struct throttle_state *state);
/* Delay before the nth+1 try after n settled failures. */
int64_t throttle_backoff_ms(const struct throttle_limit *limit, uint32_t failures);
/*
 * How long replies to this source are held back: 0 below the threshold, then growing, capped at 15
 * s.
 */
int64_t throttle_slow_ms(
	const struct throttle_state *state, const struct throttle_limit *limit, int64_t now_ms);
const char *throttle_answer_name(enum throttle_answer answer);

#endif
