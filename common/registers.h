/*
 * The processor's vector registers. memcpy() leaves in them what it copied last, a thread that waits keeps
 * them for as long as it waits, and a core of the process has them all.
 */
#ifndef WF_COMMON_REGISTERS_H
#define WF_COMMON_REGISTERS_H

/* Zeroes them, on processors that we know how to tell to. Any thread. */
void wf_registers_wipe(void);

#endif
