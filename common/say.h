/*
 * A server's own log: one line, once, with the cause and what to do.  The record of logins is the
 * store's. For programs alone: neither the module nor library code says anything.
 */
#ifndef WF_COMMON_SAY_H
#define WF_COMMON_SAY_H

#include <stdbool.h>

/* `program` as the lines begin; kept, not copied. */
void wf_say_open(const char *program, bool to_stderr);
/* Priority as of syslog; any thread.  Control characters become '?'. */
void wf_say(int priority, const char *text);
void wf_say_f(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
