/*
 * The most frequent names of a stream in bounded memory (Metwally, Agrawal, El Abbadi: Efficient
 * Computation of Frequent and Top-k Elements in Data Streams, "Space-Saving").  While there are no
 * more names than places all counts are exact.  Then a new name takes the place of the lightest
 * one, whose weight it inherits as a bound of what may have been missed of it; so each name with
 * more than 1/places of all has a place, and what is told of it is no more than the truth.
 */
#ifndef WF_AUTHD_ACCOUNT_REVIEW_TOP_H
#define WF_AUTHD_ACCOUNT_REVIEW_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

enum review_outcome {
	REVIEW_SUCCESS = 0,
	REVIEW_FAILURE,
	REVIEW_REFUSED, /* not looked at: locked, too early */
	REVIEW_UNAVAILABLE,
	REVIEW_OTHER,
	REVIEW_OUTCOMES
};

struct review_counts {
	uint64_t of[REVIEW_OUTCOMES];
};
uint64_t review_counts_all(const struct review_counts *counts);

struct review_top;

/* So many names of so many bytes at most, their end included.  WF_NO_MEMORY. */
WF_MUST_USE wf_status review_top_new(size_t places, size_t size, struct review_top **top_r);
void review_top_free(struct review_top **top);
void review_top_add(
	struct review_top *top, const char *name, enum review_outcome outcome, uint64_t n);

/* What stands in a place. */
struct review_named {
	const char *name; /* the table's */
	bool at_least;	  /* it is no less */
	struct review_counts counts;
};
/* NULL counts: the name has no place. */
const struct review_counts *review_top_find(const struct review_top *top, const char *name);
/*
 * The `most` most frequent ones, of equal ones in the order of their names; gives how many.
 * rest_r: all the others together.
 */
size_t review_top_list(const struct review_top *top, struct review_named *list_r, size_t most,
	struct review_counts *rest_r);

#endif
