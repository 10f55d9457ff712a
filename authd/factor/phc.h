/*
 * The encoded form of an Argon2id hash, "$argon2id$v=19$m=19456,t=2,p=1$salt$hash", as libargon2
 * and libsodium write it.  The parser is strict and bounded: a hash string may come from an import,
 * and must not make a worker take all memory or run for ever.
 */
#ifndef WF_AUTHD_FACTOR_PHC_H
#define WF_AUTHD_FACTOR_PHC_H

#include <stddef.h>
#include <stdint.h>

#include "authd/factor/factor.h"
#include "common/status.h"

#define PHC_PREFIX "$argon2id$"
#define PHC_SALT_MIN 8
#define PHC_SALT_MAX 64
#define PHC_HASH_MIN 16
#define PHC_HASH_MAX 64
#define PHC_TEXT_MAX 256 /* with NUL; longer than any text in these bounds */

struct phc {
	struct password_cost cost;
	uint8_t salt[PHC_SALT_MAX];
	size_t salt_len;
	uint8_t hash[PHC_HASH_MAX];
	size_t hash_len;
};

/* WF_INVALID outside the bounds that password_cost_set states. */
WF_MUST_USE wf_status phc_cost_check(const struct password_cost *cost);
/*
 * WF_INVALID for anything that is not exactly the form above with version 19, cost, salt and hash
 * in bounds: no leading zeros, no padding, no bits behind the last octet, nothing behind the end.
 */
WF_MUST_USE wf_status phc_parse(const char *text, struct phc *phc_r);
/* WF_TOO_LONG when `size` is too small. */
WF_MUST_USE wf_status phc_format(const struct phc *phc, char *text_r, size_t size);

#endif
