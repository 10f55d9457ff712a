/* The system calls that the daemon and its libraries need once it serves. */
#ifndef WF_AUTHD_SANDBOX_CALLS_H
#define WF_AUTHD_SANDBOX_CALLS_H

#include <stddef.h>

extern const char *const sandbox_calls[];
extern const size_t sandbox_calls_count;
/* Those that a relay needs besides. */
extern const char *const sandbox_calls_relay[];
extern const size_t sandbox_calls_relay_count;

#endif
