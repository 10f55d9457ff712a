/*
 * The place of a fallible call, for the page of faults; see fault_site.c. In builds with fault
 * injection only.
 */
#ifndef WF_COMMON_FAULT_SITE_H
#define WF_COMMON_FAULT_SITE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A number other than 0 for the `depth` innermost frames above, this function's caller among them.
 * Any thread; no allocation, no errno.
 */
uint64_t wf_fault_site(uint64_t depth);
/*
 * The innermost `max` of those frames that are the program's own, as addr2line takes them; zeros
 * behind the last.
 */
void wf_fault_stack(_Atomic uint64_t *stack_r, size_t max);

#endif
