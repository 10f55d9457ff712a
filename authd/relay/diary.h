/*
 * The log of a host that cannot hand its rows to anybody, because its centre is reached over
 * RADIUS: a file of lines in JSON, one for each row with the names of `warifu log`, empty cells
 * left out.  When it is full it becomes FILE.1 in the place of the one before, and a new one
 * begins; so the last rows are always there, and there is always room.
 *
 * One thread; waits for the disk.
 */
#ifndef WF_AUTHD_RELAY_DIARY_H
#define WF_AUTHD_RELAY_DIARY_H

#include "authd/audit/audit.h"
#include "common/status.h"

#define DIARY_MAX (1u << 20) /* bytes of each of the two files; some 3,000 rows */

struct diary;

/*
 * Opens or makes the file at `path`, mode 0600, and goes on behind what is in it.  WF_IO with a
 * sentence in why_r; WF_NO_MEMORY.
 */
WF_MUST_USE wf_status diary_open(
	const char *path, struct diary **diary_r, char *why_r, size_t size);
void diary_close(struct diary **diary);
/* Durable when it returns.  WF_IO: nothing of it is there; WF_TOO_LONG. */
WF_MUST_USE wf_status diary_put(struct diary *diary, const struct audit_row *row);
const char *diary_path(const struct diary *diary);

#endif
