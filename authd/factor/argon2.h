/*
 * Argon2id behind two functions, so that configure can choose who computes it: argon2_libargon2.c
 * or argon2_libsodium.c.  Both give the same hash for the same input.  Any thread, each with its
 * own scratch.
 */
#ifndef WF_AUTHD_FACTOR_ARGON2_H
#define WF_AUTHD_FACTOR_ARGON2_H

#include <stdbool.h>
#include <stdint.h>

#include "authd/factor/phc.h"
#include "authd/factor/scratch.h"
#include "common/secret.h"
#include "common/status.h"

/* "libargon2" or "libsodium". */
extern const char factor_argon2_name[];
/* Whether the scratch memory is used: a backend that maps its own need not have any kept. */
extern const bool factor_argon2_in_scratch;
/*
 * Most lanes that factor_argon2_hash can do; factor_argon2_verify does all that phc_parse lets
 * through.
 */
extern const uint32_t factor_argon2_lanes_max;

/*
 * phc->hash_len octets into hash_r, from the password and phc's cost and salt (its hash is not
 * read). `scratch` may be NULL.  WF_NO_MEMORY; WF_UNSUPPORTED: too many lanes or a salt length
 * other than
 * 16.
 */
WF_MUST_USE wf_status factor_argon2_hash(const struct wf_secret *password, const struct phc *phc,
					 struct factor_scratch *scratch, uint8_t *hash_r);
/* WF_OK, WF_NO; WF_NO_MEMORY or WF_CRYPTO when it could not be computed. */
WF_MUST_USE wf_status factor_argon2_verify(const struct wf_secret *password, const struct phc *phc,
					   struct factor_scratch *scratch);

#endif
