/*
 * Keys at rest and what is done with them.  The key file (mode 0600, owner warifu, or a
 * systemd credential) holds numbered 256-bit master keys, one "id:base64" a line, the
 * last one current.  From a master key HKDF-SHA-256 derives one key per purpose.
 * Read-only after loading: may be used by all threads at once.
 */
#ifndef WF_AUTHD_CRYPTO_KEYRING_H
#define WF_AUTHD_CRYPTO_KEYRING_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/secret.h"
#include "common/status.h"

struct keyring;

#define KEYRING_KEY_LEN 32
#define KEYRING_SEAL_OVERHEAD 28 /* 12 nonce + 16 tag */

/* WF_NOT_FOUND, WF_DENIED (mode or owner too open), WF_CORRUPT; a sentence with file and line in why_r. */
WF_MUST_USE wf_status keyring_load(const char *path, struct keyring **keys_r, char *why_r, size_t size);
/* Creates the file with one fresh key (O_EXCL, 0600, fsync of file and folder).  WF_EXISTS. */
WF_MUST_USE wf_status keyring_create(const char *path);
/* Appends a fresh key durably (temporary file, fsync, rename); the caller then loads anew. */
WF_MUST_USE wf_status keyring_add(const char *path, uint32_t *key_id_r);
/* Drops every key but the current one, durably. */
WF_MUST_USE wf_status keyring_prune(const char *path);
void keyring_free(struct keyring **keys);

uint32_t keyring_current(const struct keyring *keys);
/* First 8 bytes of SHA-256 over a derived id key, in hex: tells keys apart without showing one. */
WF_MUST_USE wf_status keyring_fingerprint(const struct keyring *keys, uint32_t key_id, char text_r[17]);

/*
 * AES-256-GCM with the current key; AAD = table, account id, credential label.., so that a row moved
 * elsewhere does not open.  `sealed_r` gets nonce, ciphertext, tag.
 */
struct keyring_aad {
	const char *table;
	int64_t account_id;
	const char *label;
};
WF_MUST_USE wf_status keyring_seal(const struct keyring *keys, const struct keyring_aad *aad, const struct wf_secret *plain,
				   uint8_t *sealed_r, size_t size, size_t *len_r, uint32_t *key_id_r);
/* WF_NOT_FOUND: no such key; WF_CORRUPT: does not open. */
WF_MUST_USE wf_status keyring_open(const struct keyring *keys, uint32_t key_id, const struct keyring_aad *aad,
				   const uint8_t *sealed, size_t len, struct wf_secret *plain_r);

/*
 * HMAC-SHA-256 under the derived key of `purpose` ("name", "recovery", "source"), over
 * `context` 0x00 `bytes`.  Always from the OLDEST key that is marked as lookup key in the file
 * (its first line), so that look-ups survive a rotation; keyring_prune keeps that line.
 */
WF_MUST_USE wf_status keyring_mac(const struct keyring *keys, const char *purpose, const char *context,
				  const void *bytes, size_t len, uint8_t mac_r[32]);

/* Encrypts a stream (backup) in 64 KiB records, each with its number and a last flag as AAD: reordering and cutting show. */
WF_MUST_USE wf_status keyring_encrypt_file(const struct keyring *keys, int from_fd, int to_fd);
WF_MUST_USE wf_status keyring_decrypt_file(const struct keyring *keys, int from_fd, int to_fd, char *why_r, size_t size);

/* SHA-256 of a buffer, for callers that need no key. */
WF_MUST_USE wf_status crypto_sha256(const void *bytes, size_t len, uint8_t hash_r[32]);

#endif
