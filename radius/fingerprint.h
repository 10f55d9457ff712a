/*
 * The idempotency key of a request: SHA-256 of who sent it and what it says, so that the same request gets
 * the same decision, whichever listener or node it comes to and however often (DESIGN I2; checklist B4).
 */
#ifndef WF_RADIUS_FINGERPRINT_H
#define WF_RADIUS_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

#define FINGERPRINT_LEN 32

struct fingerprint_part {
	const void *bytes; /* may be NULL when len is 0 */
	size_t len;
};

/* Each part with its length, so that no two lists of parts are alike.  WF_CRYPTO, and fingerprint_r is untouched. */
WF_MUST_USE wf_status fingerprint_make(const struct fingerprint_part *parts, size_t n, uint8_t fingerprint_r[FINGERPRINT_LEN]);

#endif
