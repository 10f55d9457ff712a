/*
 * The event base of the daemon and of a relay, and what can go wrong before it runs.
 */
#ifndef WF_AUTHD_BASE_H
#define WF_AUTHD_BASE_H

#include <event2/event.h>
#include <stdbool.h>

#include "common/status.h"

/* What libevent says goes to our log from then on.  NULL without memory. */
struct event_base *base_new(void);
/*
 * Where the kernel has refused to watch something since the last call, has everything watched anew
 * that waits without a time.  Loop thread, about once a second.
 */
void base_watch_again(struct event_base *base);
/* Whether a step of the start succeeded; says which one did not, and why. */
bool base_step(wf_status status, const char *what);

#endif
