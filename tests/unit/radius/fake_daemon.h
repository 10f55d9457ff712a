/*
 * The daemon's end of radius.sock, in the test's own process: a listening socket in a folder of
 * its own, one connection, whole messages or any bytes. Failures inside end the test.
 */
#ifndef WF_TESTS_UNIT_RADIUS_FAKE_DAEMON_H
#define WF_TESTS_UNIT_RADIUS_FAKE_DAEMON_H

#include <stdbool.h>
#include <stddef.h>

#include "common/wire.h"

struct fake_daemon {
	char folder[32], path[64];
	int listener, fd; /* -1: none */
	struct wf_buf in; /* what came and was not taken */
	bool ended;	  /* the other end has closed */
};

void fake_daemon_open(struct fake_daemon *daemon);
void fake_daemon_close(struct fake_daemon *daemon);
/* True if somebody has connected; the one of before, if there was one, is hung up on. */
bool fake_daemon_accept(struct fake_daemon *daemon);
void fake_daemon_hang_up(struct fake_daemon *daemon);
void fake_daemon_write(struct fake_daemon *daemon, const void *bytes, size_t len);
void fake_daemon_say(struct fake_daemon *daemon, const struct wf_msg *msg);
/* True with the next message that has come whole by now; the caller clears it. */
bool fake_daemon_hear(struct fake_daemon *daemon, struct wf_msg *msg_r);

#endif
