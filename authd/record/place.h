/*
 * How far something has come that reads no rows: a number and, where it does not go on, why; kept
 * in the store (table cursor).  One thread.
 */
#ifndef WF_AUTHD_RECORD_PLACE_H
#define WF_AUTHD_RECORD_PLACE_H

#include "authd/store/store.h"

struct place {
	struct store *store;
	char name[sizeof(((struct store_cursor *)NULL)->name)];
	bool known; /* what follows is as in the store */
	uint64_t at;
	char why[sizeof(((struct store_cursor *)NULL)->why)];
	struct store_job job; /* also the owner's, for jobs of its own */
};

/* Unless it is known. */
WF_MUST_USE wf_status place_read(struct place *place);
/* The effect that moves it, for a commit that holds more; place_moved() once that has succeeded. */
void place_effect(
	const struct place *place, uint64_t to, const char *why, struct effect *effect_r);
void place_moved(struct place *place, wf_status status, const struct effect *effect);
/* In a commit of its own.  If it fails the place is read anew. */
WF_MUST_USE wf_status place_write(struct place *place, uint64_t to, const char *why);

#endif
