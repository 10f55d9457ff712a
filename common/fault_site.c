/*
 * Where a fallible call comes from, as one number: a hash of the return addresses above it, each as
 * its distance from the beginning of its program or library, so that it is the same in every
 * process of a build. A test that lets each *kind* of call fail once takes its rounds from these;
 * the number of a call says nothing of its kind. Allocates nothing and takes no lock: it runs
 * within malloc().
 */
#include "config.h"

#include "common/fault_site.h"

#include <dlfcn.h>
#include <link.h>
#include <stddef.h>
#include <unwind.h>

/* FNV-1a, by words instead of octets. */
#define HASH_BEGIN UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME UINT64_C(0x100000001b3)

struct walk {
	uint64_t hash;
	uint64_t left; /* frames still to be looked at */
	/* Those of the program itself; NULL: nobody asks. */
	_Atomic uint64_t *own;
	size_t nown, max;
};

static void
mix(struct walk *walk, uint64_t word)
{
	walk->hash = (walk->hash ^ word) * HASH_PRIME;
	walk->hash ^= walk->hash >> 29;
}

static _Unwind_Reason_Code
on_frame(struct _Unwind_Context *frame, void *context)
{
	struct walk *walk = context;
	uintptr_t address = (uintptr_t)_Unwind_GetIP(frame);
	struct dl_find_object object;

	if (walk->left == 0)
		return _URC_END_OF_STACK;
	walk->left--;
	if (_dl_find_object((void *)address, &object) != 0)
		return _URC_NO_REASON;
	mix(walk, (uintptr_t)object.dlfo_map_end - (uintptr_t)object.dlfo_map_start);
	mix(walk, address - (uintptr_t)object.dlfo_map_start);
	if (walk->nown < walk->max && object.dlfo_link_map->l_name[0] == '\0')
		walk->own[walk->nown++] = address - (uintptr_t)object.dlfo_link_map->l_addr;
	return _URC_NO_REASON;
}

uint64_t
wf_fault_site(uint64_t depth)
{
	struct walk walk = {.hash = HASH_BEGIN, .left = depth};

	(void)_Unwind_Backtrace(on_frame, &walk);
	return walk.hash == 0 ? 1 : walk.hash;
}

void
wf_fault_stack(_Atomic uint64_t *stack_r, size_t max)
{
	struct walk walk = {.left = UINT64_MAX, .own = stack_r, .max = max};

	(void)_Unwind_Backtrace(on_frame, &walk);
	while (walk.nown < max)
		stack_r[walk.nown++] = 0;
}
