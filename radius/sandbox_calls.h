/* The system calls that the server and its libraries need once it serves. */
#ifndef WF_RADIUS_SANDBOX_CALLS_H
#define WF_RADIUS_SANDBOX_CALLS_H

#include <stddef.h>

extern const char *const sandbox_calls[];
extern const size_t sandbox_calls_count;

#endif
