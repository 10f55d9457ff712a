/*
 * Refusals before evaluation, gathered (I3): the first of a minute for a (source, account) is a row at
 * once, the rest of that minute become one row with a count at its end; beyond REFUSAL_NAMES pairs in a
 * minute one overflow row takes the rest.  So a flood cannot fill the disk.  What programs without root's
 * rights ask has REFUSAL_CLAIMED of these pairs, so that no local user hides others' refusals behind names
 * that he makes up.  Loop thread only; pure but for its table.
 */
#ifndef WF_AUTHD_ENGINE_REFUSAL_H
#define WF_AUTHD_ENGINE_REFUSAL_H

#include <stdbool.h>

#include "authd/audit/audit.h"

#define REFUSAL_NAMES 1024
#define REFUSAL_CLAIMED 256

struct refusals;

WF_MUST_USE wf_status refusals_new(struct refusals **refusals_r);
void refusals_free(struct refusals **refusals);
/*
 * True: `row` is to be written now.  False: it is counted and comes with the end of the minute.  `trusted`: its
 * name and source are facts (root, RADIUS).
 */
bool refusals_note(struct refusals *refusals, const struct audit_row *row, bool trusted);
/* A row that was handed out, or was to be written now, and could not be written: it comes again with the next ones. */
void refusals_return(struct refusals *refusals, const struct audit_row *row, bool trusted);
/*
 * Hands out one gathered row whose minute has ended before `now_us` (any minute if `all`); false when
 * there is none left.
 */
bool refusals_take(struct refusals *refusals, int64_t now_us, bool all, struct audit_row *row_r);

#endif
