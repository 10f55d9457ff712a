/*
 * Finding a host by its name and connecting to it, in a thread of its own: both may take long,
 * and the name look-up cannot be told to hurry.
 */
#ifndef WF_COMMON_TLS_DIAL_H
#define WF_COMMON_TLS_DIAL_H

#include <sys/socket.h>

#include "common/clock.h"

#define WF_DIAL_S 5 /* for connecting, to all addresses of the name together */

struct wf_dial {
	/* in */
	char host[256], port[6];
	int type; /* SOCK_STREAM, or SOCK_DGRAM for a socket that sends there */
	struct wf_clock clock;
	/* out */
	int fd; /* connected, does not block; the caller's.  -1: not connected, see why */
	char why[160];
};

/* In a thread that may wait. */
void wf_dial_run(struct wf_dial *dial);

#endif
