/*
 * Finding a host by its name and connecting to it, in a thread of its own: both may take long,
 * and the name look-up cannot be told to hurry.
 */
#ifndef WF_AUTHD_RELAY_DIAL_H
#define WF_AUTHD_RELAY_DIAL_H

#include "authd/worker/worker.h"

#define DIAL_S 5 /* for connecting, to all addresses of the name together */

struct dial {
	/* in */
	char host[256], port[6];
	struct wf_clock clock;
	/* out */
	int fd; /* connected, does not block; the caller's.  -1: not connected, see why */
	char why[160];
};

/* In a worker. */
void dial_run(struct dial *dial);

#endif
