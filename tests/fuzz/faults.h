/*
 * Seeded faults for targets: one octet of the input says which fallible call fails. Without
 * --enable-fault-injection nothing fails, and the octet is passed over.
 */
#ifndef WF_TESTS_FUZZ_FAULTS_H
#define WF_TESTS_FUZZ_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/fault.h"

#ifdef WF_FAULT

/* Low seven bits: the how manieth call fails, 0 for none; the bit 0x80: all behind it fail, too. */
static struct fuzz_faults {
	uint64_t left; /* calls until the one that fails, at the time of holding */
	uint64_t nth;
	bool lasts, seeded;
} fuzz_faults;

static inline void
fuzz_faults_seed(uint8_t octet)
{
	fuzz_faults = (struct fuzz_faults){.nth = octet & 0x7f, .lasts = (octet & 0x80) != 0};
	fuzz_faults.seeded = fuzz_faults.nth > 0;
	wf_fault_arm(fuzz_faults.nth, fuzz_faults.lasts);
}

static inline bool
fuzz_faults_seeded(void)
{
	return fuzz_faults.seeded;
}

/* Between these two the target's own calls neither fail nor count. */
static inline void
fuzz_faults_hold(void)
{
	uint64_t seen = wf_fault_count();

	if (fuzz_faults.nth > seen)
		fuzz_faults.left = fuzz_faults.nth - seen;
	else
		fuzz_faults.left = fuzz_faults.lasts && fuzz_faults.nth > 0 ? 1 : 0;
	wf_fault_arm(0, false);
}

static inline void
fuzz_faults_resume(void)
{
	fuzz_faults.nth = fuzz_faults.left;
	wf_fault_arm(fuzz_faults.nth, fuzz_faults.lasts);
}

#else

static inline void
fuzz_faults_seed(uint8_t octet)
{
	(void)octet;
}

static inline bool
fuzz_faults_seeded(void)
{
	return false;
}

static inline void
fuzz_faults_hold(void)
{
}

static inline void
fuzz_faults_resume(void)
{
}

#endif

#endif
