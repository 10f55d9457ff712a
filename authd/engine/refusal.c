/* Gathering of refusals: an open-addressed table of this minute's (source, user) pairs. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "authd/engine/refusal.h"
#include "common/fault.h"

#define MINUTE_US 60000000
#define SLOTS (2 * REFUSAL_NAMES)
#define OTHERS "(others)" /* no source has brackets */

struct slot {
	bool used;
	bool open; /* the row that is written at once was taken back */
	uint32_t more; /* beyond the row that was written at once */
	int64_t first_us;
	struct audit_row row; /* the newest of them */
};

struct refusals {
	int64_t minute; /* number of the minute that the table holds */
	size_t used;
	uint32_t left[REFUSAL_KINDS]; /* of the allowances */
	int64_t refilled;             /* number of the minute in which they last grew */
	struct slot overflow;
	struct slot slots[SLOTS];
	size_t taken; /* cursor of refusals_take */
};

wf_status
refusals_new(struct refusals **refusals_r)
{
	struct refusals *refusals = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*refusals));

	if (refusals == NULL)
		return WF_NO_MEMORY;
	refusals->minute = -1;
	for (size_t i = 0; i < REFUSAL_KINDS; i++)
		refusals->left[i] = refusal_allowances[i].most;
	*refusals_r = refusals;
	return WF_OK;
}

void
refusals_free(struct refusals **refusals)
{
	free(*refusals);
	*refusals = NULL;
}

static uint64_t
hash_text(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (uint8_t)*text) * UINT64_C(1099511628211);
	return (hash ^ 0xff) * UINT64_C(1099511628211);
}

static bool
same_pair(const struct audit_row *a, const struct audit_row *b)
{
	return strcmp(a->user, b->user) == 0 && strcmp(a->source, b->source) == 0;
}

const struct refusal_allowance refusal_allowances[REFUSAL_KINDS] = {
	[REFUSAL_STRANGER] = {8, 1024},
	[REFUSAL_ACCOUNT] = {16, 1024},
	[REFUSAL_CLAIMED] = {2, 256},
};

/* By the wall clock's minutes: a step forward fills up to the bound, a step back takes nothing. */
static void
refill(struct refusals *refusals, int64_t minute)
{
	int64_t passed = minute - refusals->refilled;

	if (passed == 0)
		return;
	refusals->refilled = minute;
	if (passed < 0)
		return;
	for (size_t i = 0; i < REFUSAL_KINDS; i++) {
		const struct refusal_allowance *allowance = &refusal_allowances[i];
		int64_t more =
			passed > allowance->most ? allowance->most : passed * allowance->rate;
		int64_t left = refusals->left[i] + more;

		refusals->left[i] = left < allowance->most ? (uint32_t)left : allowance->most;
	}
}

/* The pair's slot, a free one for it, or NULL when the minute has too many names. */
static struct slot *
find(struct refusals *refusals, const struct audit_row *row)
{
	size_t at = (size_t)(hash_text(hash_text(UINT64_C(14695981039346656037), row->user),
				     row->source) %
			     SLOTS);

	while (refusals->slots[at].used) {
		if (same_pair(&refusals->slots[at].row, row))
			return &refusals->slots[at];
		at = (at + 1) % SLOTS;
	}
	return refusals->used < REFUSAL_NAMES ? &refusals->slots[at] : NULL;
}

static void
occupy(struct refusals *refusals, struct slot *slot, const struct audit_row *row)
{
	slot->used = true;
	slot->more = 0;
	slot->row = *row;
	refusals->used++;
}

static void
add(struct slot *slot, const struct audit_row *row)
{
	uint32_t n = row->count > 0 ? row->count : 1;

	if (slot->more == 0 || row->first_us < slot->first_us)
		slot->first_us = row->first_us;
	if (slot->more == 0 || row->time_us >= slot->row.time_us)
		slot->row = *row;
	slot->more = slot->more > UINT32_MAX - n ? UINT32_MAX : slot->more + n;
}

static bool
note_overflow(struct refusals *refusals, const struct audit_row *row)
{
	add(&refusals->overflow, row);
	return false;
}

/*
 * A new minute starts only once the old one was taken out; until then refusals are added to the old
 * one, so that none is lost.
 */
bool
refusals_note(struct refusals *refusals, const struct audit_row *row, enum refusal_kind kind)
{
	struct slot *slot;

	refill(refusals, row->time_us / MINUTE_US);

	if (refusals->used == 0 && refusals->overflow.more == 0)
		refusals->minute = row->time_us / MINUTE_US;
	slot = find(refusals, row);
	if (slot == NULL || (!slot->used && refusals->left[kind] == 0))
		return note_overflow(refusals, row);
	if (slot->open) {
		slot->open = false;
		return true;
	}
	if (slot->used) {
		add(slot, row);
		return false;
	}
	occupy(refusals, slot, row);
	refusals->left[kind]--;
	return true;
}

void
refusals_take_back(struct refusals *refusals, const struct audit_row *row, bool written)
{
	struct slot *slot = find(refusals, row);

	if (slot == NULL || !slot->used)
		slot = &refusals->overflow; /* too many names, or none left of the allowance */
	if (written)
		slot->open = slot->used;
	else if (slot->more > 0)
		slot->more--;
}

/* Into the table as it is now, of whatever minute: counts move on to the next row, none is lost. */
void
refusals_return(struct refusals *refusals, const struct audit_row *row)
{
	bool overflow = strcmp(row->source, OTHERS) == 0;
	struct slot *slot = overflow ? &refusals->overflow : find(refusals, row);

	if (refusals->used == 0 && refusals->overflow.more == 0)
		refusals->minute = row->last_us / MINUTE_US;
	refusals->taken = 0; /* pairs that were handed out may have been counted again meanwhile */
	if (slot == NULL)
		slot = &refusals->overflow;
	if (slot != &refusals->overflow && !slot->used)
		occupy(refusals, slot, row);
	add(slot, row);
}

static bool
hand_out(struct slot *slot, struct audit_row *row_r)
{
	if (slot->more == 0)
		return false;
	*row_r = slot->row;
	row_r->count = slot->more;
	row_r->first_us = slot->first_us;
	row_r->last_us = slot->row.time_us;
	slot->more = 0;
	return true;
}

static void
start_over(struct refusals *refusals)
{
	memset(refusals->slots, 0, sizeof(refusals->slots));
	memset(&refusals->overflow, 0, sizeof(refusals->overflow));
	refusals->used = 0;
	refusals->taken = 0;
	refusals->minute = -1;
}

bool
refusals_take(struct refusals *refusals, int64_t now_us, bool all, struct audit_row *row_r)
{
	if (!all && refusals->minute == now_us / MINUTE_US)
		return false;
	for (; refusals->taken < SLOTS; refusals->taken++)
		if (refusals->slots[refusals->taken].used &&
			hand_out(&refusals->slots[refusals->taken], row_r))
			return true;
	if (hand_out(&refusals->overflow, row_r)) {
		AUDIT_TEXT(row_r->user, OTHERS);
		AUDIT_TEXT(row_r->source, OTHERS);
		AUDIT_TEXT(row_r->reason, "overflow");
		return true;
	}
	if (refusals->used > 0)
		start_over(refusals);
	return false;
}
