/*
 * How long rows of the log are kept, and how they go.
 *
 * Months are sealed when they end: the first row that is written in another month is preceded by
 * the row log.month, which says what the month's rows were.  A month is a run of row numbers, by
 * the date (store_date_us) at which rows were written; so it has no holes, whatever clocks did.
 *
 * Expiry removes whole months, the oldest first, in two steps that may be torn apart anywhere:
 * one commit writes the tombstone and moves the place from which the log is kept (and shown, and
 * verified) behind the month; then the rows go, a few in each commit.  What a crash leaves is
 * finished by the next call.
 *
 * A month goes only when all clocks say that it is old enough: the date, the wall clock, and the
 * lock clock, which no command moves and no jump of the wall clock; and the last checkpoint of its
 * rows, so that nothing is removed of which it could be shown that it was younger.
 * Nothing goes while the clock is suspect.
 */
#ifndef WF_AUTHD_STORE_RETENTION_H
#define WF_AUTHD_STORE_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "authd/audit/run.h"
#include "common/status.h"

struct store;

/* One month, kept or not; entries of removed ones stay. */
struct store_month {
	struct audit_run run; /* last_seq 0: the month that is being written */
	int64_t closed_us;    /* date at which it was sealed, and no later by any later month's */
	int64_t closed_ms;    /* lock clock at that time */
	uint64_t tombstone;   /* row that says that it was removed; 0 = it is kept */
	int64_t expired_us;   /* date of that */
	bool removed;         /* all of its rows are gone */
};

/* An order of somebody that nothing expires. */
struct store_hold {
	bool held;
	int64_t since_us;
	char by[257], reason[257], ticket[65];
};

enum store_expiry_step {
	EXPIRY_DONE = 0,  /* nothing is old enough */
	EXPIRY_TOMBSTONE, /* a month was given its tombstone: go on */
	EXPIRY_REMOVED,   /* some rows, or what was known of removed ones, have gone: go on */
	EXPIRY_HELD,      /* somebody holds all of it */
	EXPIRY_SUSPECT    /* the clock is under suspicion */
};

/*
 * The local month (202610) that a date is of; what no calendar has is of the nearest that one has.
 */
int store_month_of(int64_t date_us);
/* From its first microsecond to the one behind its last. */
void store_month_span(int month, int64_t *from_us_r, int64_t *until_us_r);

#define STORE_EXPIRY_ROWS 256 /* in one commit, see doc/TESTING.md part k */

struct store_expiry {
	/* in */
	int64_t keep_us; /* the retention in force; 0 = no month ever goes */
	char rule[65];   /* who asks for it, for the tombstone */
	bool begin;      /* false: only what was begun is carried on */
	size_t rows;     /* removed in this step at most; 0 = STORE_EXPIRY_ROWS */
	/* out */
	enum store_expiry_step step;
	struct audit_run run; /* EXPIRY_TOMBSTONE: of which month */
	size_t removed;
};

/*
 * One step, one commit.  Waits for it: not for the loop thread.  WF_FULL and other failures:
 * nothing happened, try again later.
 */
WF_MUST_USE wf_status store_expire_log(struct store *store, struct store_expiry *expiry);

/*
 * Whether a month may go at this date and lock clock.  Pure.  `due_us_r` (may be NULL): the
 * earliest date at which it will, as it looks now; INT64_MAX for the month that is being written.
 */
bool store_month_is_due(const struct store_month *month, int64_t keep_us, int64_t date_us,
	int64_t lock_ms, int64_t *due_us_r);

#endif
