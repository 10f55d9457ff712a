/*
 * Injection of faults, in builds made with --enable-fault-injection only: every
 * call that may fail asks wf_fault() first.  The shipped build has a constant
 * false here and carries nothing of it.
 */
#ifndef WF_COMMON_FAULT_H
#define WF_COMMON_FAULT_H

#include <stdbool.h>
#include <stdint.h>

enum wf_fault_point {
	WF_FAULT_ALLOC,
	WF_FAULT_RANDOM,
	WF_FAULT_STORE,
	WF_FAULT_FILE,
	WF_FAULT_SOCKET,
	WF_FAULT_THREAD,
	WF_FAULT_CLOCK,
	WF_FAULT_POINT_COUNT
};

#ifdef WF_FAULT
/* True when this call is to fail.  Counts calls over all threads. */
bool wf_fault(enum wf_fault_point point);
/* Arms: the nth (1-based) fallible call fails, once or from then on; 0 disarms and resets the count. */
void wf_fault_arm(uint64_t nth, bool from_then_on);
/* Calls seen since the last wf_fault_arm. */
uint64_t wf_fault_count(void);
#else
static inline bool
wf_fault(enum wf_fault_point point)
{
	(void)point;
	return false;
}
#endif

#endif
