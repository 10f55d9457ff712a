/*
 * Where `warifu radius test` may send a password and what a client's secret hides: to a listener of
 * this machine that nobody holds but who may know both anyway. What the daemon names, or whoever
 * types the command, is not believed here. One thread.
 */
#ifndef WF_CTL_RADIUS_PLACE_H
#define WF_CTL_RADIUS_PLACE_H

#include <sys/socket.h>

#include "ctl/porthold.h"

enum place_fault {
	PLACE_FINE = 0, /* also where nobody listens */
	PLACE_FOREIGN,	/* no address of this machine */
	PLACE_HELD,	/* somebody else's program has the port; who is in holder_r */
	PLACE_UNSEEN	/* it cannot be told; errno has why */
};

/* `user`: of warifu-radiusd; root and the caller may hold the port, too. */
enum place_fault place_check(
	const struct sockaddr *server, uid_t user, struct port_holder *holder_r);

#endif
