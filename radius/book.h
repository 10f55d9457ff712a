/*
 * What is remembered of a client while the program runs, by its name, over every reload of the
 * configuration: counters, its rate, what has been said about it.  Loop thread.
 */
#ifndef WF_RADIUS_BOOK_H
#define WF_RADIUS_BOOK_H

#include "common/status.h"
#include "radius/complaint.h"
#include "radius/rate.h"
#include "radius/stats.h"

/* Complaints about a client, each said by itself; causes of a rule are counted in its table. */
#define BOOK_CAUSES 64

struct book {
	char name[65];
	struct rate rate;
	/* of the log, about its connections: how many in the minute that began then */
	unsigned lines;
	int64_t lines_us;
	struct stats stats;
	struct complaint complaints[BOOK_CAUSES];
	struct book *next;
};

struct books {
	struct book *first; /* owned */
};

/*
 * The client's book, a new one if it has none; the books' own, until books_clear(). WF_NO_MEMORY.
 */
WF_MUST_USE wf_status books_open(struct books *books, const char *name, struct book **book_r);
void books_clear(struct books *books);

#endif
