/*
 * Counts fallible calls and makes the armed ones fail. Built only with
 * --enable-fault-injection. One count over all threads: a test that wants the
 * same call to fail each time keeps to one thread or accepts the variation.
 */
#include "config.h"

#include "common/fault.h"

#include <stdatomic.h>

static _Atomic uint64_t fault_calls;
static _Atomic uint64_t fault_nth; /* 0: disarmed */
static _Atomic bool fault_lasts;

bool
wf_fault(enum wf_fault_point point)
{
	uint64_t call = atomic_fetch_add(&fault_calls, 1) + 1;
	uint64_t nth = atomic_load(&fault_nth);

	(void)point;
	if (nth == 0)
		return false;
	return call == nth || (call > nth && atomic_load(&fault_lasts));
}

void
wf_fault_arm(uint64_t nth, bool from_then_on)
{
	atomic_store(&fault_nth, 0);
	atomic_store(&fault_lasts, from_then_on);
	atomic_store(&fault_calls, 0);
	atomic_store(&fault_nth, nth);
}

uint64_t
wf_fault_count(void)
{
	return atomic_load(&fault_calls);
}
