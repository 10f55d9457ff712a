/*
 * Which States this front end has sent in a challenge not long ago: a request that brings one of
 * them back is in the middle of a login and goes first under overload (checklist D7; RFC 5080
 * section 2.2.1).  It decides about nothing else; whether a State is good is the daemon's word.
 * So a table of hashes is enough, and one that forgets the oldest under pressure.
 */
#ifndef WF_RADIUS_ISSUED_H
#define WF_RADIUS_ISSUED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

struct issued; /* one thread */

/* WF_NO_MEMORY, WF_UNAVAILABLE: no random bytes. */
WF_MUST_USE wf_status issued_new(struct issued **issued_r);
void issued_free(struct issued **issued);
void issued_add(struct issued *issued, const uint8_t *state, size_t len, int64_t now_us);
/* Sent within the last two minutes. */
bool issued_seen(const struct issued *issued, const uint8_t *state, size_t len, int64_t now_us);

#endif
