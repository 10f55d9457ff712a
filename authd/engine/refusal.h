/*
 * Refusals before evaluation, gathered (I3): the first of a minute for a (source, account) is a row
 * at once, the rest of that minute become one row with a count at its end; beyond REFUSAL_NAMES
 * pairs in a minute one overflow row takes the rest.  So a flood cannot fill the disk.
 *
 * Nor can one that lasts: each kind of refusal has an allowance of pairs, which is saved up to a
 * bound, so that the beginning of an attack is told in full and its weeks in one row a minute.
 * They are apart, so that names made up (by strangers, or by a local user) hide no refusal of an
 * account.  Loop thread only; pure but for its table.
 */
#ifndef WF_AUTHD_ENGINE_REFUSAL_H
#define WF_AUTHD_ENGINE_REFUSAL_H

#include <stdbool.h>

#include "authd/audit/audit.h"

#define REFUSAL_NAMES 1024

enum refusal_kind {
	REFUSAL_STRANGER = 0, /* no account of ours is named */
	REFUSAL_ACCOUNT,
	REFUSAL_CLAIMED, /* by a program without root's rights: name and source are its own say */
	REFUSAL_KINDS
};

/* Pairs a minute, and how many may be saved up. */
struct refusal_allowance { uint32_t rate, most; };
extern const struct refusal_allowance refusal_allowances[REFUSAL_KINDS];
/*
 * Two rows for each pair, and an overflow row each minute: the most rows that refusals can make in
 * so many minutes.
 */
#define REFUSAL_ROWS(minutes) ((minutes) * (2 * (8 + 16 + 2) + 1) + 2 * (1024 + 1024 + 256))

struct refusals;

WF_MUST_USE wf_status refusals_new(struct refusals **refusals_r);
void refusals_free(struct refusals **refusals);
/* True: `row` is to be written now.  False: it is counted and comes with the end of the minute. */
bool refusals_note(struct refusals *refusals, const struct audit_row *row, enum refusal_kind kind);
/*
 * A row that was handed out, or was to be written now, and could not be written: it comes again
 * with the next ones.
 */
void refusals_return(struct refusals *refusals, const struct audit_row *row);
/*
 * A row that was noted just now is none after all; `written` is what refusals_note() said of it.
 * If it was to be written, the next one of the pair is instead.
 */
void refusals_take_back(struct refusals *refusals, const struct audit_row *row, bool written);
/*
 * Hands out one gathered row whose minute has ended before `now_us` (any minute if `all`); false
 * when there is none left.
 */
bool refusals_take(struct refusals *refusals, int64_t now_us, bool all, struct audit_row *row_r);

#endif
