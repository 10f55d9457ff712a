/* The rules: a table of pure functions over a sight.  Nobody but detect.c calls them. */
#ifndef WF_AUTHD_DETECT_JUDGE_H
#define WF_AUTHD_DETECT_JUDGE_H

#include "authd/detect/sight.h"

/* What they may look at. */
struct court {
	const struct detect_options *options;
	struct trail_long *crowd; /* failures of accounts; tag: source, tag2: account */
	struct trail *faults;	  /* of the log; tag: which */
};

struct ruling {
	unsigned level;
	const char *key; /* borrowed from the row, or constant */
	bool who, where; /* the row's user and source are the incident's */
	/* the rows before this one that count towards it, at most DETECT_SEQS; 0 = this alone */
	size_t n;
	uint64_t seqs[DETECT_SEQS];
	int64_t first_us;
};

/* Whether rule `rule` finds something in this row; the counters have counted it already. */
bool judge(enum detect_rule rule, const struct court *court, const struct sight *sight,
	struct ruling *ruling_r);

#endif
