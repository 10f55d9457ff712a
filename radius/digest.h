/*
 * MD5 and HMAC-MD5, which RADIUS is made of (RFC 2865 section 3, RFC 3579 section 3.2), from
 * OpenSSL. MD5 is fetched by name and property, so that a machine in FIPS mode says so at the
 * start and not at the first packet (checklist I7).
 */
#ifndef WF_RADIUS_DIGEST_H
#define WF_RADIUS_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "common/secret.h"
#include "common/status.h"

#define DIGEST_LEN 16
#define DIGEST_SHA256_LEN 32

struct digest; /* one thread at a time */

struct digest_part {
	const void *bytes; /* may be NULL when len is 0 */
	size_t len;
};

/*
 * WF_UNSUPPORTED: this OpenSSL has no MD5, not even for what is no cryptography any more;
 * WF_NO_MEMORY.
 */
WF_MUST_USE wf_status digest_new(struct digest **digest_r);
void digest_free(struct digest **digest);
/* Over all parts in their order.  WF_CRYPTO leaves md5_r as it was. */
WF_MUST_USE wf_status digest_md5(struct digest *digest, const struct digest_part *parts,
	size_t nparts, uint8_t md5_r[DIGEST_LEN]);
/* SHA-256 the same way, for what is our own and no part of RADIUS. */
WF_MUST_USE wf_status digest_sha256(struct digest *digest, const struct digest_part *parts,
	size_t nparts, uint8_t sha256_r[DIGEST_SHA256_LEN]);
/* RFC 2104 with `key`. */
WF_MUST_USE wf_status digest_hmac(struct digest *digest, const struct wf_secret *key,
	const struct digest_part *parts, size_t nparts, uint8_t hmac_r[DIGEST_LEN]);

#endif
