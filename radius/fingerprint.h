/*
 * The idempotency key of a request: SHA-256 of who sent it and what it says, so that the same
 * request gets the same decision, whichever listener or node it comes to and however often (DESIGN
 * I2; checklist B4).
 */
#ifndef WF_RADIUS_FINGERPRINT_H
#define WF_RADIUS_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

#include "common/status.h"
#include "radius/digest.h"

#define FINGERPRINT_LEN DIGEST_SHA256_LEN
#define FINGERPRINT_PARTS_MAX 256

/*
 * Each part with its length, so that no two lists of parts are alike.  WF_TOO_LONG: more than
 * FINGERPRINT_PARTS_MAX parts; WF_CRYPTO; fingerprint_r is untouched then.
 */
WF_MUST_USE wf_status fingerprint_make(struct digest *digest, const struct digest_part *parts,
	size_t n, uint8_t fingerprint_r[FINGERPRINT_LEN]);

#endif
