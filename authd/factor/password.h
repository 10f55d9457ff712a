/* Passwords: the verifiers of the kinds of hashes.  Internal to authd/factor. */
#ifndef WF_AUTHD_FACTOR_PASSWORD_H
#define WF_AUTHD_FACTOR_PASSWORD_H

#include "authd/factor/scratch.h"
#include "common/secret.h"
#include "common/status.h"

/*
 * One answer against one encoded hash: WF_OK, WF_NO; WF_INVALID: no hash of this kind; others:
 * could not tell.  `scratch` may be NULL.
 */
WF_MUST_USE wf_status password_argon2_verify(const struct wf_secret *answer, const char *hash,
					     struct factor_scratch *scratch);
WF_MUST_USE wf_status password_crypt_verify(const struct wf_secret *answer, const char *hash,
					    struct factor_scratch *scratch);
/*
 * WF_OK or WF_INVALID: a crypt(3) hash, whole, of a method that libxcrypt has, in bounds, not
 * locked.
 */
WF_MUST_USE wf_status password_crypt_check(const char *hash);

#endif
