/*
 * What a part under test gets instead of the world: a clock that stands still, somebody who hears
 * what it logs, addresses. One clock and one log a program; a test sets them back itself.
 */
#ifndef WF_TESTS_UNIT_WITNESS_H
#define WF_TESTS_UNIT_WITNESS_H

#include <stdint.h>
#include <sys/socket.h>

#include "common/clock.h"

extern struct wf_now now;
struct wf_now read_clock(void *ctx); /* gives it */

extern char said[4096]; /* every line, as far as there is room */
extern char last_said[512];
extern unsigned nsaid; /* lines */
void say(int priority, const char *text);
void said_forget(void);

/* A numeric address; port 0 is one that is free. */
struct sockaddr_storage address_of(const char *text, uint16_t port, socklen_t *len_r);

#endif
