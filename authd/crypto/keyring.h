/*
 * Keys at rest and what is done with them.  The key file (mode 0600, owner warifu, or a
 * systemd credential) holds numbered 256-bit master keys, one "id:base64" a line, ids
 * rising.  The first line is the key of all look-ups and stays for ever; the last one is
 * current.  From a master key HKDF-SHA-256 derives one key per purpose.
 * A loaded keyring is read-only: it may be used by all threads at once.
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
#define KEYRING_KEYS_MAX 16
#define KEYRING_SEAL_OVERHEAD 28 /* 12 nonce + 16 tag */

/*
 * The file must be a regular one, not a link, owned by root or by the caller (root accepts any
 * owner), and closed to group and others; below $CREDENTIALS_DIRECTORY it may also be readable,
 * but not writable, for a group.  WF_NOT_FOUND, WF_DENIED (mode or owner), WF_CORRUPT, WF_IO,
 * WF_NO_MEMORY; a sentence with file and line in why_r, never a part of a key.
 */
WF_MUST_USE wf_status keyring_load(
	const char *path, struct keyring **keys_r, char *why_r, size_t size);
/*
 * Creates the file with one fresh key, 0600, durably and whole: an interrupted call leaves no file
 * at `path`.  WF_EXISTS: it is there already and untouched.  WF_UNAVAILABLE: no randomness.
 */
WF_MUST_USE wf_status keyring_create(const char *path);
/*
 * Appends a fresh key durably (temporary file, fsync, rename, fsync of the folder); the caller
 * then loads anew.  Owner and group of the file stay.  WF_FULL: KEYRING_KEYS_MAX keys;
 * WF_CONFLICT: somebody else is changing it; WF_UNSUPPORTED: it is a systemd credential; else as
 * keyring_load.
 */
WF_MUST_USE wf_status keyring_add(const char *path, uint32_t *key_id_r);
/*
 * Drops every key but the first (for look-ups), the current one and the one with the id `keep`
 * (0 = no other), durably.  As keyring_add.
 */
WF_MUST_USE wf_status keyring_prune(const char *path, uint32_t keep);
/* Removes what a crash left beside the key file while it was changed; at start. */
void keyring_tidy(const char *path);
void keyring_free(struct keyring **keys);

/* Id of the key that seals from now on. */
uint32_t keyring_current(const struct keyring *keys);
/* Ids of all keys, rising; how many. */
size_t keyring_ids(const struct keyring *keys, uint32_t ids_r[KEYRING_KEYS_MAX]);
/* Id of the key of all look-ups. */
uint32_t keyring_lookup(const struct keyring *keys);
/*
 * First 8 bytes of SHA-256 over a derived id key, in hex: tells keys apart without showing one.
 * WF_NOT_FOUND.
 */
WF_MUST_USE wf_status keyring_fingerprint(
	const struct keyring *keys, uint32_t key_id, char text_r[17]);

/*
 * AES-256-GCM with a key derived from the current one; AAD = table, account id, label, key id, so
 * that a row moved elsewhere does not open.  `sealed_r` gets nonce, ciphertext, tag: plain->len +
 * KEYRING_SEAL_OVERHEAD bytes.  WF_TOO_LONG: `size` is less.  Table and label together: at most
 * 400 bytes; NULL counts as empty.
 */
struct keyring_aad {
	const char *table;
	int64_t account_id;
	const char *label;
};
WF_MUST_USE wf_status keyring_seal(const struct keyring *keys, const struct keyring_aad *aad,
	const struct wf_secret *plain, uint8_t *sealed_r, size_t size, size_t *len_r,
	uint32_t *key_id_r);
/* WF_NOT_FOUND: no such key; WF_CORRUPT: does not open: wrong key or place, or altered. */
WF_MUST_USE wf_status keyring_open(const struct keyring *keys, uint32_t key_id,
	const struct keyring_aad *aad, const uint8_t *sealed, size_t len,
	struct wf_secret *plain_r);

/*
 * HMAC-SHA-256 under the derived key of `purpose` ("name", "recovery", "source"; at most 40
 * bytes), over `context` 0x00 `bytes`.  `context` may be NULL (empty).  Always from the first key
 * of the file, so that look-ups survive a rotation; keyring_prune keeps that line.
 */
WF_MUST_USE wf_status keyring_mac(const struct keyring *keys, const char *purpose,
	const char *context, const void *bytes, size_t len, uint8_t mac_r[32]);

/*
 * Encrypts what is left of from_fd (backup) in 64 KiB records, each with its number and a last
 * flag as AAD: reordering and cutting show.  Every file has a key of its own, derived with a
 * random salt from the current key.  Decryption reads to the end of from_fd; if it fails, a
 * regular to_fd is cut back to where it stood, since nothing is proved before the last record.
 * WF_NOT_FOUND: made with a key that is not here; WF_VERSION; WF_CORRUPT: altered or cut; WF_IO.
 * A sentence in why_r.
 */
WF_MUST_USE wf_status keyring_encrypt_file(const struct keyring *keys, int from_fd, int to_fd);
WF_MUST_USE wf_status keyring_decrypt_file(
	const struct keyring *keys, int from_fd, int to_fd, char *why_r, size_t size);

/* SHA-256 of a buffer, for callers that need no key. */
WF_MUST_USE wf_status crypto_sha256(const void *bytes, size_t len, uint8_t hash_r[32]);

#endif
