/*
 * The monthly review: what the log holds of one month, counted in one pass over its rows, and the
 * sign-off that closes it (SCS-4-4-3-3, ISAC-6.1.4, KUBOTA-144).
 *
 * A row is of the month that its time is of, in the daemon's time zone, as `warifu log` has it; so
 * each row is of exactly one, also what was written a little later than it happened.  What the
 * store sealed as the month (authd/store/retention.h) is signed with it, as its chain hash.
 *
 * Acts, all for auditors and above, all with `month` ("2026-10"; none: the last that has ended):
 *
 *	review.show	one row: how far the counting is (`counted` of about `rows`), sums, state,
 *			hash.  Each call counts on for a while: call it until `complete`.
 *	review.figures	the figures, when it is complete: see review_figures_each()
 *	review.findings	the findings that touch the month; `after`
 *	review.rows	the rows of one list (`list`, enum review_list); `after`
 *	review.accounts	accounts that nobody uses, as they stand now; `after`
 *	review.sign	the sign-off: a row of the log; `hash` is the one that was shown
 *	review.list	the months, and who has signed
 *
 * Counts are of logins, refusals that share a row each for itself.  What has been counted is kept
 * in memory for a while, of four people or months at most.
 */
#ifndef WF_AUTHD_ACCOUNT_REVIEW_H
#define WF_AUTHD_ACCOUNT_REVIEW_H

#include "authd/account/internal.h"
#include "authd/account/review_tally.h"
#include "authd/crypto/digest.h"

#define REVIEW_RUNS_MAX 16
#define REVIEW_MONTH_SIZE 16

/* --- review_month.c: what there is of a month --- */
struct review_month {
	int number; /* 202610 */
	char name[REVIEW_MONTH_SIZE];
	int64_t from_us, until_us; /* until is no part of it */
	struct review_run {
		uint64_t first, last;
		uint8_t chain[32]; /* of the last row; zeros while it is written */
		bool gone;	   /* it has expired */
	} runs[REVIEW_RUNS_MAX]; /* that were sealed, or are written, under its number */
	size_t n;
	bool ended;
	uint64_t rows, gone; /* of these: that are there; that have expired */
};
/* The month of argument `month`.  WF_INVALID, WF_NOT_FOUND, with a sentence. */
WF_MUST_USE wf_status review_month_read(struct act_call *call, struct review_month *month_r);
/* "empty", "open", "whole", "partly-expired" or "expired". */
const char *review_month_state(const struct review_month *month);
/* Chain hash of the last sealed row, in hex; "" while there is none. */
#define REVIEW_HEAD_SIZE 65
const char *review_month_head(const struct review_month *month, char text_r[REVIEW_HEAD_SIZE]);
/* Whether a finding has a row in the month that ends and begins so. */
bool review_touches(const struct incident *incident, int64_t from_us, int64_t until_us);

/* --- review_count.c: the counting --- */
struct review_progress {
	uint64_t counted;
	bool complete;
};
/*
 * Counts on for a while; the first time with a row of the log, which seals a month that has ended,
 * and then the month is read anew.
 */
WF_MUST_USE wf_status review_count(
	struct act_call *call, struct review_month *month, struct review_progress *progress_r);
/*
 * Runs `use` on what was counted, which nobody changes meanwhile.  WF_CONFLICT with a sentence: it
 * is not complete, or forgotten.
 */
WF_MUST_USE wf_status review_counted(struct act_call *call, const struct review_month *month,
	wf_status (*use)(void *ctx, const struct review_tally *tally), void *ctx);

/* --- review_findings.c --- */
/* Each finding with a row in the month. */
WF_MUST_USE wf_status review_each_finding(struct act_call *call, const struct review_month *month,
	uint64_t after, wf_status (*visit)(void *ctx, const struct incident *incident), void *ctx);

/* --- review_sign.c --- */
/* What is signed: figures, lists of rows, findings with what was decided. */
struct review_sum {
	uint64_t rows;
	uint64_t open, findings; /* of the findings */
	unsigned level;		 /* the highest that was decided, or found where nobody has */
	uint64_t own;		 /* administrative acts of the one who looks */
	char hash[DIGEST_TEXT_SIZE];
};
WF_MUST_USE wf_status review_sum(
	struct act_call *call, const struct review_month *month, struct review_sum *sum_r);

/* One sign-off, as its row says. */
struct review_signed {
	int month;
	uint64_t seq;
	int64_t time_us;
	char by[257], hash[DIGEST_TEXT_SIZE];
};
/* All that the log still has, the oldest first. */
WF_MUST_USE wf_status review_each_signed(struct act_call *call,
	wf_status (*visit)(void *ctx, const struct review_signed *sign), void *ctx);

/* --- review_list.c --- */
/* Months that ended in a period, and that had to be signed by its end. */
#define REVIEW_NAMES_SIZE 256
struct review_due {
	uint64_t due, met;		 /* met: of these, whose sign-off the log has */
	char missing[REVIEW_NAMES_SIZE]; /* "2026-05, 2026-06": the others, as many as fit */
	struct review_signed last;	 /* the last sign-off of them; seq 0 = none */
};
/* Months whose rows have expired, and that nobody is known to have signed, are not among them. */
WF_MUST_USE wf_status review_due_read(
	struct act_call *call, int64_t since_us, int64_t until_us, struct review_due *due_r);
/*
 * Whether the duty is done when this month is signed now: no other one is overdue, and it had not
 * been signed yet, or is the last that has ended.
 */
WF_MUST_USE wf_status review_completes(struct act_call *call, int month, bool *completes_r);

/* --- review_view.c --- */
/* Whether the one who asks is that operator, by whatever name. */
bool review_is_own(const struct act_call *call, const char *operator_name);

#endif
