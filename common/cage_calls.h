/* The system calls of every server; common/cage.c's. */
#ifndef WF_COMMON_CAGE_CALLS_H
#define WF_COMMON_CAGE_CALLS_H

#include <stddef.h>

extern const char *const cage_calls[];
extern const size_t cage_calls_count;

#endif
