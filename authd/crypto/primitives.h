/*
 * The few algorithms that the keyring is made of, as functions that cannot be called in a wrong
 * order.  Only for authd/crypto.  Any thread.  WF_NO_MEMORY and WF_CRYPTO can come from each.
 */
#ifndef WF_AUTHD_CRYPTO_PRIMITIVES_H
#define WF_AUTHD_CRYPTO_PRIMITIVES_H

#include <stddef.h>
#include <stdint.h>

#include "common/secret.h"
#include "common/status.h"

#define CRYPTO_HASH_LEN 32
#define CRYPTO_NONCE_LEN 12
#define CRYPTO_TAG_LEN 16

/* Borrowed bytes that are not secret; bytes may be NULL when len is 0. */
struct crypto_bytes {
	const void *bytes;
	size_t len;
};

/* Once before all others, best at the start: WF_CRYPTO if OpenSSL cannot be used. */
WF_MUST_USE wf_status crypto_start(void);

/* HKDF-SHA-256 (RFC 5869), extract and expand: `len` bytes, at most WF_SECRET_MAX. */
WF_MUST_USE wf_status crypto_hkdf(const struct wf_secret *key, struct crypto_bytes salt,
	struct crypto_bytes info, size_t len, struct wf_secret *derived_r);

/* HMAC-SHA-256 (RFC 2104) over the parts, one behind the other. */
WF_MUST_USE wf_status crypto_hmac(const struct wf_secret *key, const struct crypto_bytes *parts,
	size_t count, uint8_t mac_r[CRYPTO_HASH_LEN]);

/* AES-256-GCM.  `key` has 32 bytes; a nonce must never come twice with one key. */
struct crypto_gcm {
	const struct wf_secret *key;
	const uint8_t *nonce; /* CRYPTO_NONCE_LEN */
	struct crypto_bytes aad;
};

/* `out` gets `len` bytes of ciphertext and may be `in` itself. */
WF_MUST_USE wf_status crypto_gcm_seal(const struct crypto_gcm *gcm, const uint8_t *in, size_t len,
	uint8_t *out, uint8_t tag_r[CRYPTO_TAG_LEN]);
/* WF_CORRUPT if the tag does not fit: `out` has then been wiped. */
WF_MUST_USE wf_status crypto_gcm_open(const struct crypto_gcm *gcm, const uint8_t *in, size_t len,
	const uint8_t tag[CRYPTO_TAG_LEN], uint8_t *out);

#endif
