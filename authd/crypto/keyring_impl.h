/* What a keyring is made of; only for authd/crypto. */
#ifndef WF_AUTHD_CRYPTO_KEYRING_IMPL_H
#define WF_AUTHD_CRYPTO_KEYRING_IMPL_H

#include "authd/crypto/keyring.h"
#include "authd/crypto/primitives.h"

struct keyring_key {
	uint32_t id;
	struct wf_secret bytes; /* KEYRING_KEY_LEN */
	struct wf_secret seal;  /* derived from them for sealing; empty until keyring_prepare */
};

/* Keyed hashes whose key is derived once: each login needs several of them. */
enum keyring_mac_id { KEYRING_MAC_NAME, KEYRING_MAC_RECOVERY, KEYRING_MACS };

/* Ids rise strictly: the first key is the one for look-ups, the last one the current. */
struct keyring {
	size_t count; /* at least 1 in a loaded keyring */
	struct keyring_key keys[KEYRING_KEYS_MAX];
	struct wf_secret macs[KEYRING_MACS]; /* of the first key */
};

/* Derives what is used all the time.  A keyring works without, more slowly. */
WF_MUST_USE wf_status keyring_prepare(struct keyring *keys);

/* NULL if there is none of this id. */
const struct keyring_key *keyring_find(const struct keyring *keys, uint32_t key_id);

/* The key of a purpose: HKDF-SHA-256 with "warifu PURPOSE" as info.  `salt` may be empty. */
WF_MUST_USE wf_status keyring_derive(const struct keyring_key *key, const char *purpose,
	struct crypto_bytes salt, struct wf_secret *derived_r);

/* As keyring_encrypt_file and keyring_decrypt_file, bound to `aad`: it opens with the same only. */
WF_MUST_USE wf_status stream_encrypt(
	const struct keyring *keys, struct crypto_bytes aad, int from_fd, int to_fd);
WF_MUST_USE wf_status stream_decrypt(const struct keyring *keys, struct crypto_bytes aad,
	int from_fd, int to_fd, char *why_r, size_t size);

#endif
