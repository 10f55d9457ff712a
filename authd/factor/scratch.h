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
	size_t mapped;		 /* bytes of the whole mapping, this struct included */
	uint8_t *memory;	 /* page aligned, pre-faulted */
	size_t size;		 /* of memory; 0 = none */
	bool lent;
};

/* With `size` bytes of memory behind the struct; 0 for crypt(3) alone.  WF_NO_MEMORY. */
WF_MUST_USE wf_status scratch_make(size_t size, struct factor_scratch **scratch_r);
void scratch_drop(struct factor_scratch **scratch);
/*
 * Lends the memory, or maps fresh memory when `scratch` is NULL, too small or lent already.  NULL when
 * there is none to be had.  Returning does not wipe what was lent; the hash library does that.
 */
void *scratch_lend(struct factor_scratch *scratch, size_t bytes);
void scratch_return(struct factor_scratch *scratch, void *memory, size_t bytes);

#endif
