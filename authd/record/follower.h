/*
 * A follower reads the log as it grows, in order, and keeps its place in it: a thread of its own
 * and a cursor in the store.  Nothing waits for it: a login is over when its row is durable.
 *
 * It hands rows to `take`, and moves its cursor behind them once that has returned WF_OK.  After
 * anything else it hands over the same rows again, from behind those that are taken for good, after
 * a second, then after longer and longer, up to half a minute.  So every row is taken at least
 * once; exactly once where `take` moves the cursor by itself, with EFFECT_CURSOR in the commit that
 * also holds what it made of the rows (follower_cursor).  What keeps a follower where it is stands
 * beside its cursor, in words, for `warifu status`, and is told to the log of the machine when it
 * begins and when it is over.
 */
#ifndef WF_AUTHD_RECORD_FOLLOWER_H
#define WF_AUTHD_RECORD_FOLLOWER_H

#include "authd/store/store.h"

#define FOLLOWER_PAGE VIEW_PAGE /* rows that are taken at a time, at most */

struct follower;

/* What a hook is called with, and what it answers besides its status. */
struct follower_turn {
	/* in */
	const char *name; /* the cursor's */
	uint64_t from;    /* where it stands: the first row is a later one */
	const struct store_audit_entry *entries;
	size_t n; /* 0 in `idle` and `finish` */
	struct wf_now now;
	/* out */
	uint64_t to;   /* where it stands then; filled in: behind all rows.  Less: some are taken */
	/*
	 * Up to where rows are taken for good; filled in: all up to `to`.  Those between both come
	 * again after a failure and at the next start: `from` is smaller then.
	 */
	uint64_t sure;
	bool moved;    /* the hook has moved it there itself */
	char why[256]; /* why not, in words; "" = the status says it */
};

struct follower_options {
	const char *name; /* of its cursor, up to 63 octets; copied */
	struct store *store;
	struct wf_clock clock;
	void (*say)(int priority, const char *text); /* the log of the machine; NULL = nothing */
	/* Without a cursor yet it begins behind the last row; else with the first one kept. */
	bool from_end;
	/* Of the rows that say that it is behind (late.h), and which one it is; NULL: none. */
	const char *late_event, *late_about;
	unsigned idle_ms; /* pause at the log's end, and the first one after a failure; 0 = 1000 */
	void *ctx;
	/* All in the follower's thread.  They may wait for the store. */
	wf_status (*take)(void *ctx, struct follower_turn *turn);
	/* At the log's end, before each pause; NULL = nothing. */
	wf_status (*idle)(void *ctx, struct follower_turn *turn);
	/*
	 * Last, after follower_stop(), if the log's end was reached within three seconds; NULL:
	 * nothing, and rows that are not taken by then wait for the next start.
	 */
	wf_status (*finish)(void *ctx, struct follower_turn *turn);
	/* In the thread of follower_stop(): a hook that waits for something returns soon. NULL */
	void (*interrupt)(void *ctx);
};

/* WF_INVALID: a name that is none; WF_NO_MEMORY, WF_UNAVAILABLE (no thread). */
WF_MUST_USE wf_status follower_start(
	const struct follower_options *options, struct follower **follower_r);
/* Waits until its thread has ended; before store_close.  NULL and pointers to NULL are fine. */
void follower_stop(struct follower **follower);
/* True once follower_stop() has begun: for hooks that take long.  Any thread. */
bool follower_stopping(const struct follower *follower);
/* The effect that moves the cursor to turn->to for good, for a job of the hook's own. */
void follower_cursor(const struct follower_turn *turn, struct effect *effect_r);

#endif
