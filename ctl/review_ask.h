/* The daemon's lists about a month, part by part: see authd/account/review.h.  One thread. */
#ifndef WF_CTL_REVIEW_ASK_H
#define WF_CTL_REVIEW_ASK_H

#include "ctl/ask.h"

struct review_listing {
	const char *act;
	const char *list; /* of review.rows; NULL: none */
	const char *key;  /* column by which the next part is asked for */
	uint64_t most;    /* rows; 0: all */
	void (*put)(void *ctx, const struct table *rows);
	void *ctx;
};

/* One part, behind `after` (NULL: the first); the caller clears the answer. The exit code. */
int review_fetch(struct ctl *ctl, const char *month, const struct review_listing *listing,
	const char *after, struct answer *answer_r);
/* Gives all parts to `put`, one by one. The exit code. */
int review_walk(struct ctl *ctl, const char *month, const struct review_listing *listing);

#endif
