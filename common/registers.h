/*
 * The processor's vector registers. memcpy() leaves in them what it copied last, a thread that
 * waits keeps them for as long as it waits, and a core of the process has them all.
 */
#ifndef WF_COMMON_REGISTERS_H
#define WF_COMMON_REGISTERS_H

#include <stdbool.h>

/* Zeroes them, on processors that we know how to tell to. Any thread. */
void wf_registers_wipe(void);
/* The same on x86-64, as for a processor that has these; one that lacks them dies of it. */
void wf_registers_wipe_of(bool avx, bool avx512);

#endif
