/*
 * Memory for slow hashes.  glibc maps and faults 19 MiB afresh on every call above its threshold; a
 * buffer that a worker keeps saves that (up to half of the time above 32 MiB).  It stays out of core
 * dumps and is locked if the limits allow: the first block of Argon2's memory would let anyone who finds
 * it in swap guess passwords at the speed of a fast hash.
 */
#include "config.h"

#include "authd/factor/scratch.h"

#include <sys/mman.h>
#include <unistd.h>

#include "authd/factor/argon2.h"
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
	/* Few large pages instead of thousands of small ones, where the machine has them to give. */
	(void)madvise(memory, bytes, MADV_HUGEPAGE);
	(void)mlock(memory, bytes);
	return memory;
}

static size_t
whole_pages(size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) / page * page;
}

wf_status
scratch_make(size_t size, struct factor_scratch **scratch_r)
{
	size_t head = whole_pages(sizeof(struct factor_scratch));
	uint8_t *pages = memory_map(head + size);
	struct factor_scratch *scratch;

	if (pages == NULL)
		return WF_NO_MEMORY;
	scratch = (struct factor_scratch *)(void *)pages;
	scratch->mapped = head + size;
	scratch->memory = pages + head;
	scratch->size = size;
	/* Written, not only read: a page that was only read is the kernel's shared page of zeros. */
	for (size_t at = 0; at < size; at += 4096)
		((volatile uint8_t *)scratch->memory)[at] = 0;
	*scratch_r = scratch;
	return WF_OK;
}

void
scratch_drop(struct factor_scratch **scratch)
{
	size_t mapped;

	if (*scratch == NULL)
		return;
	mapped = (*scratch)->mapped;
	wf_wipe(*scratch, mapped);
	(void)munmap(*scratch, mapped);
	*scratch = NULL;
}

void *
scratch_lend(struct factor_scratch *scratch, size_t bytes)
{
	if (scratch == NULL || scratch->lent || bytes > scratch->size)
		return memory_map(bytes);
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
	struct password_cost cost = password_cost_get();
	struct factor_scratch *scratch = NULL;
	wf_status status;

	status = scratch_make(factor_argon2_in_scratch ? (size_t)cost.memory_kib * 1024 : 0, &scratch);
	if (status == WF_OK)
		*scratch_r = scratch;
	return status;
}

void
factor_scratch_free(void **scratch)
{
	struct factor_scratch *own = *scratch;

	scratch_drop(&own);
	*scratch = NULL;
}
