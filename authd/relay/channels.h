/*
 * Numbers of callers on one connection between relay and centre.  A number names a place in the
 * table and how often it has been given: it comes again only after 4 million others of the same
 * place.  Knows nothing of what is kept.
 */
#ifndef WF_AUTHD_RELAY_CHANNELS_H
#define WF_AUTHD_RELAY_CHANNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

#define CHANNELS_MAX 1024

struct channels {
	struct channel_slot {
		void *kept;      /* NULL = free */
		uint32_t number; /* of now, or the last one */
	} slots[CHANNELS_MAX];
	size_t n;
	uint32_t next; /* place to look at first */
};

/* The relay's end: gives a number.  WF_FULL.  `kept` is borrowed and not NULL. */
WF_MUST_USE wf_status channels_add(struct channels *channels, void *kept, uint32_t *number_r);
/*
 * The centre's end: takes the relay's number.  WF_EXISTS: its place is taken, by itself or
 * another one.
 */
WF_MUST_USE wf_status channels_put(struct channels *channels, uint32_t number, void *kept);
/* NULL: there is none of this number. */
void *channels_get(const struct channels *channels, uint32_t number);
void channels_remove(struct channels *channels, uint32_t number);
/*
 * What is kept at the first taken place from *at on, which moves behind it; NULL: none is left. 
 * Removing is allowed.
 */
void *channels_each(const struct channels *channels, size_t *at);

#endif
