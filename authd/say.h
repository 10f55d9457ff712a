/* The daemon's own log: one line, once, with the cause and what to do.  The record of logins is the store's. */
#ifndef WF_AUTHD_SAY_H
#define WF_AUTHD_SAY_H

#include <stdbool.h>

void say_open(bool to_stderr);
/* Priority as of syslog; any thread.  Control characters become '?'. */
void say(int priority, const char *text);
void say_f(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
