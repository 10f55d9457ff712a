/*
 * What one pass over a month's rows counts, in bounded memory.  Pure: knows neither store nor
 * clock; days and hours are those of the process's time zone.
 */
#ifndef WF_AUTHD_ACCOUNT_REVIEW_TALLY_H
#define WF_AUTHD_ACCOUNT_REVIEW_TALLY_H

#include "authd/account/review_top.h"
#include "authd/audit/audit.h"

/* Lists of single rows, in the order of their names in review_list_names. */
enum review_list {
	REVIEW_LOCKS = 0,
	REVIEW_UNLOCKS,
	REVIEW_ACTS,	 /* administrative acts, unlocks and tokens aside */
	REVIEW_TOKENS,	 /* made, confirmed, removed */
	REVIEW_FAULTS,	 /* the log, or what leaves by it, was not whole */
	REVIEW_LISTS
};
extern const char *const review_list_names[REVIEW_LISTS + 1]; /* ends with NULL */
#define REVIEW_LIST_NAMES "locks|unlocks|acts|tokens|faults"
#define REVIEW_LIST_MAX 10000 /* rows that a list names; more are counted */

/* The person behind an operator: "alice" of "root (via alice)". */
#define REVIEW_PERSON_SIZE 257
void review_person(const char *operator_name, char person_r[REVIEW_PERSON_SIZE]);

struct review_tally;

/* A month from the first microsecond to the one behind its last.  WF_NO_MEMORY. */
WF_MUST_USE wf_status review_tally_new(
	int64_t from_us, int64_t until_us, struct review_tally **tally_r);
void review_tally_free(struct review_tally **tally);
/* WF_NO_MEMORY: a list could not grow; the row is not counted then. */
WF_MUST_USE wf_status review_tally_row(
	struct review_tally *tally, uint64_t seq, const struct audit_row *row);
/*
 * Whose administrative acts are counted apart, so that their number is exact however many people
 * administer: to be said before the first row.
 */
void review_tally_watch(struct review_tally *tally, const char *person);
bool review_tally_watches(const struct review_tally *tally, const char *person);
/* A row that cannot be read. */
void review_tally_spoilt(struct review_tally *tally);

uint64_t review_tally_rows(const struct review_tally *tally);
uint64_t review_tally_damaged(const struct review_tally *tally);
void review_tally_sums(const struct review_tally *tally, struct review_counts *counts_r);
/* How many administrative acts (of all lists) the one who is watched did. */
uint64_t review_tally_own(const struct review_tally *tally);
/* Row numbers, ascending; `all_r`: how many there are, which may be more than are named. */
const uint64_t *review_tally_list(const struct review_tally *tally, enum review_list list,
	size_t *named_r, uint64_t *all_r);

/*
 * One line of figures.  Parts, in this order:
 *
 *	day	"2026-10-01": each day of the month
 *	hour	"mon-00" to "sun-23": 7 x 24
 *	service, source, kinds, factors	logins by each, the most frequent 20 and the rest; kinds and
 *		factors are those that were proved, so a login that proved nothing stands under ""
 *	reason	of what did not succeed, likewise
 *	event	rows that are no logins, by their event, likewise
 *	operator	administrative acts by person, likewise
 *	list	"locks", ...: rows in each list (as `other`)
 */
struct review_figure {
	const char *part, *name;
	bool rest;     /* all those of the part that are not named */
	bool at_least; /* it is no less; what is missing stands in the rest */
	struct review_counts counts;
};
WF_MUST_USE wf_status review_figures_each(const struct review_tally *tally,
	wf_status (*visit)(void *ctx, const struct review_figure *figure), void *ctx);

#endif
