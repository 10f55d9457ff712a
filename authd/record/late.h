/*
 * Something that has to keep up with the log, and does not: a row when it has been so for LATE_US,
 * and one when it is over.  Detection makes a finding of the first (authd/detect/sight.c), so that
 * people are told.  Of the boot clock: no jump of the date makes anything late.  One thread.
 */
#ifndef WF_AUTHD_RECORD_LATE_H
#define WF_AUTHD_RECORD_LATE_H

#include "authd/store/store.h"
#include "common/clock.h"

#define LATE_US INT64_C(900000000)

struct late {
	const char *event; /* of the rows: borrowed; NULL: nobody is told */
	char about[48];	   /* their reason: which one; "" = there is but one */
	struct store *store;
	struct wf_clock clock;
	int64_t well_boot_us; /* when it last kept up */
	bool told;
};

/* `event` NULL: nothing is watched, and the rest may be NULL, too. */
void late_init(struct late *late_r, const char *event, const char *about, struct store *store,
	const struct wf_clock *clock);
/*
 * Whether it keeps up now, and what it waits for or goes on with, in words for the row.  Waits for
 * the store when there is something to tell; what cannot be written is tried again next time.
 */
void late_watch(struct late *late, bool well, const char *words);

#endif
