/*
 * Memory for slow hashes.  glibc maps and faults 19 MiB afresh on every call above its threshold; a
 * buffer that a worker keeps while it is busy saves that (up to half of the time above 32 MiB).  It
 * is mapped by the first hash and given back after a quiet while: an idle daemon is small.  It
 * stays out of core dumps and is locked if the limits allow: the first block of Argon2's memory
 * would let anyone who finds it in swap guess passwords at the speed of a fast hash.
 */
#include "config.h"

#include "authd/factor/scratch.h"

#include <sys/mman.h>

#include "authd/factor/factor.h"
#include "common/fault.h"
#include "common/secret.h"

static void *
memory_map(size_t bytes)
{
	void *memory;

	if (wf_fault(WF_FAULT_ALLOC))
		return NULL;
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return NULL;
	(void)madvise(memory, bytes, MADV_DONTDUMP);
	/*
	 * Few large pages instead of thousands of small ones, where the machine has them to give.
	 */
	(void)madvise(memory, bytes, MADV_HUGEPAGE);
	(void)mlock(memory, bytes);
	return memory;
}

/* Bytes that are worth keeping: a rare hash that is dearer than the rest maps its own each time. */
static size_t
keep_max(const struct factor_scratch *scratch)
{
	if (scratch->keep != SCRATCH_KEEP_COST)
		return scratch->keep;
	return (size_t)password_cost_get().memory_kib * 1024;
}

wf_status
scratch_make(size_t keep, struct factor_scratch **scratch_r)
{
	struct factor_scratch *scratch = memory_map(sizeof(*scratch));

	if (scratch == NULL)
		return WF_NO_MEMORY;
	scratch->keep = keep;
	*scratch_r = scratch;
	return WF_OK;
}

/*
 * The kernel wipes what it hands to others; this wipes what a swap or a dump could have seen
 * meanwhile.
 */
void
scratch_rest(struct factor_scratch *scratch)
{
	if (scratch->memory == NULL || scratch->lent)
		return;
	wf_wipe(scratch->memory, scratch->size);
	(void)munmap(scratch->memory, scratch->size);
	scratch->memory = NULL;
	scratch->size = 0;
}

void
scratch_drop(struct factor_scratch **scratch)
{
	if (*scratch == NULL)
		return;
	(*scratch)->lent = false;
	scratch_rest(*scratch);
	wf_wipe(*scratch, sizeof(**scratch));
	(void)munmap(*scratch, sizeof(**scratch));
	*scratch = NULL;
}

/* Makes what is kept at least as large. */
static bool
grow(struct factor_scratch *scratch, size_t bytes)
{
	uint8_t *memory;

	if (bytes <= scratch->size)
		return true;
	scratch_rest(scratch);
	memory = memory_map(bytes);
	if (memory == NULL)
		return false;
	scratch->memory = memory;
	scratch->size = bytes;
	return true;
}

void *
scratch_lend(struct factor_scratch *scratch, size_t bytes)
{
	if (scratch == NULL || scratch->lent ||
		(bytes > scratch->size && bytes > keep_max(scratch)))
		return memory_map(bytes);
	if (!grow(scratch, bytes))
		return NULL;
	scratch->lent = true;
	return scratch->memory;
}

void
scratch_return(struct factor_scratch *scratch, void *memory, size_t bytes)
{
	if (scratch != NULL && memory == scratch->memory)
		scratch->lent = false;
	else
		(void)munmap(memory, bytes);
}

wf_status
factor_scratch_new(void **scratch_r)
{
	struct factor_scratch *scratch = NULL;
	wf_status status = scratch_make(SCRATCH_KEEP_COST, &scratch);

	if (status == WF_OK)
		*scratch_r = scratch;
	return status;
}

void
factor_scratch_rest(void *scratch)
{
	scratch_rest(scratch);
}

void
factor_scratch_free(void **scratch)
{
	struct factor_scratch *own = *scratch;

	scratch_drop(&own);
	*scratch = NULL;
}
