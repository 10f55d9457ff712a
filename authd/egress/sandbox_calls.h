/* The system calls that the program and its libraries need once it serves. */
#ifndef WF_AUTHD_EGRESS_SANDBOX_CALLS_H
#define WF_AUTHD_EGRESS_SANDBOX_CALLS_H

#include <stddef.h>

extern const char *const sandbox_calls[];
extern const size_t sandbox_calls_count;

#endif
