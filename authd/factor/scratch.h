/* The memory of one worker for slow hashes.  Belongs to one thread at a time; never shared. */
#ifndef WF_AUTHD_FACTOR_SCRATCH_H
#define WF_AUTHD_FACTOR_SCRATCH_H

#include <crypt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

struct factor_scratch {
	struct crypt_data crypt; /* of crypt(3); all zero between uses */
	/* bytes of memory to keep at most; SCRATCH_KEEP_COST = what today's cost asks for */
	size_t keep;
	uint8_t *memory;	 /* page aligned; NULL until it is lent first, and after a rest */
	size_t size;		 /* of memory; 0 = none */
	bool lent;
};

#define SCRATCH_KEEP_COST SIZE_MAX

/* Takes no memory for hashes yet, and keeps up to `keep` bytes of it between two.  WF_NO_MEMORY. */
WF_MUST_USE wf_status scratch_make(size_t keep, struct factor_scratch **scratch_r);
void scratch_drop(struct factor_scratch **scratch);
/*
 * Lends the memory that was kept, or maps some: to be kept, unless `scratch` is NULL, lent already,
 * or the need is over what it may keep.  NULL when there is none to be had.  Returning does not
 * wipe what was lent; the hash library does that.
 */
void *scratch_lend(struct factor_scratch *scratch, size_t bytes);
void scratch_return(struct factor_scratch *scratch, void *memory, size_t bytes);
/* Gives back what is kept and not lent; the next loan maps it anew. */
void scratch_rest(struct factor_scratch *scratch);

#endif
