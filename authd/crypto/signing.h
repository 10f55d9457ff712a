/*
 * Signatures (Ed25519, RFC 8032) that anybody can check who has the public key.  The private key is
 * derived from a master key of the keyring, so there is no further secret to keep: as long as a
 * master key is in the key file, what it signs with is there, too.  Any thread.
 */
#ifndef WF_AUTHD_CRYPTO_SIGNING_H
#define WF_AUTHD_CRYPTO_SIGNING_H

#include "authd/crypto/keyring.h"

#define SIGNING_PUBLIC_LEN 32
#define SIGNING_SIGNATURE_LEN 64
#define SIGNING_PEM_SIZE 128 /* of a public key as PEM, with NUL */

struct signing_public {
	uint8_t bytes[SIGNING_PUBLIC_LEN];
	char fingerprint[17]; /* first 8 octets of its SHA-256 in hex: its name */
};

struct signing_key {
	struct signing_public public;
	struct wf_secret seed;
};

/*
 * The key of `purpose` ("checkpoint") from the master key `key_id`.  WF_NOT_FOUND: there is none of
 * this id; WF_NO_MEMORY, WF_CRYPTO.  The caller clears it.
 */
WF_MUST_USE wf_status signing_key_derive(const struct keyring *keys, uint32_t key_id,
	const char *purpose, struct signing_key *key_r);
void signing_key_clear(struct signing_key *key);
WF_MUST_USE wf_status signing_sign(const struct signing_key *key, const void *bytes, size_t len,
	uint8_t signature_r[SIGNING_SIGNATURE_LEN]);

/* WF_CORRUPT: it is not the signature of these bytes by that key; WF_CRYPTO: could not be told. */
WF_MUST_USE wf_status signing_verify(const struct signing_public *public, const void *bytes,
	size_t len, const uint8_t signature[SIGNING_SIGNATURE_LEN]);
/* From its octets. */
WF_MUST_USE wf_status signing_public_set(
	struct signing_public *public_r, const uint8_t bytes[SIGNING_PUBLIC_LEN]);
/* As PEM, as openssl(1) reads and writes it (RFC 8410). */
void signing_public_write(const struct signing_public *public, char pem_r[SIGNING_PEM_SIZE]);
/*
 * The first such key in a text, and how many octets it took with what stands before it.
 * WF_NOT_FOUND: there is none; WF_CORRUPT: what begins like one is no Ed25519 key.
 */
WF_MUST_USE wf_status signing_public_read(
	const char *text, size_t len, struct signing_public *public_r, size_t *used_r);

#endif
