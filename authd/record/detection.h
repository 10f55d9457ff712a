/*
 * The follower `detect`: hands rows of the log to the rules (authd/detect), and writes what they
 * find.  A finding, its incident, what was learned and the cursor behind the rows are one commit,
 * so a crash neither loses nor doubles any of them.  After a start the windows are filled again
 * from the rows before the cursor, without a word.
 *
 * Rows that were written a week before they are read (a store that is older than detection) only
 * teach habits: nobody wants to be told of last year.
 */
#ifndef WF_AUTHD_RECORD_DETECTION_H
#define WF_AUTHD_RECORD_DETECTION_H

#include "authd/record/record.h"

wf_status detection_start(const struct record_base *base, const struct config *config,
	const struct keyring *keys, void **part_r);
void detection_configure(void *part, const struct config *config, const struct keyring *keys);
/* Any thread: why the newest file of countries is not used; "": it is, or there is none. */
void detection_countries(void *part, char *why_r, size_t size);
void detection_stop(void **part);

#endif
