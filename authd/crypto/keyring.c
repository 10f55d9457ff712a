/*
 * What the keys are used for: sealing single secrets, keyed hashes for look-ups, fingerprints.
 * Each use has a key of its own, derived from a master key, so that no output of one helps with
 * another.
 *
 * Nonces of seals are random: 96 bits, and far fewer than 2^32 seals under one key (NIST SP
 * 800-38D, 8.3), since a seal is made only when a token is enrolled or keys are rotated.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/crypto/keyring_impl.h"
#include "common/random.h"

#define PURPOSE_MAX 64
#define AAD_MAX 512

static const char *const mac_purposes[KEYRING_MACS] = {
	[KEYRING_MAC_NAME] = "name",
	[KEYRING_MAC_RECOVERY] = "recovery",
};

static void
key_clear(struct keyring_key *key)
{
	wf_secret_clear(&key->bytes);
	wf_secret_clear(&key->seal);
}

void
keyring_free(struct keyring **keys)
{
	if (*keys == NULL)
		return;
	for (size_t i = 0; i < (*keys)->count; i++)
		key_clear(&(*keys)->keys[i]);
	for (size_t i = 0; i < KEYRING_MACS; i++)
		wf_secret_clear(&(*keys)->macs[i]);
	free(*keys);
	*keys = NULL;
}

const struct keyring_key *
keyring_find(const struct keyring *keys, uint32_t key_id)
{
	for (size_t i = 0; i < keys->count; i++)
		if (keys->keys[i].id == key_id)
			return &keys->keys[i];
	return NULL;
}

uint32_t
keyring_current(const struct keyring *keys)
{
	return keys->keys[keys->count - 1].id;
}

size_t
keyring_ids(const struct keyring *keys, uint32_t ids_r[KEYRING_KEYS_MAX])
{
	for (size_t i = 0; i < keys->count; i++)
		ids_r[i] = keys->keys[i].id;
	return keys->count;
}

uint32_t
keyring_lookup(const struct keyring *keys)
{
	return keys->keys[0].id;
}

wf_status
keyring_derive(const struct keyring_key *key, const char *purpose, struct crypto_bytes salt,
	struct wf_secret *derived_r)
{
	char info[PURPOSE_MAX];
	int len = snprintf(info, sizeof(info), "warifu %s", purpose);

	if (len < 0 || (size_t)len >= sizeof(info))
		return WF_TOO_LONG;
	return crypto_hkdf(&key->bytes, salt, (struct crypto_bytes){info, (size_t)len},
		KEYRING_KEY_LEN, derived_r);
}

wf_status
keyring_fingerprint(const struct keyring *keys, uint32_t key_id, char text_r[17])
{
	const struct keyring_key *key = keyring_find(keys, key_id);
	struct wf_secret derived = WF_SECRET_EMPTY;
	uint8_t hash[CRYPTO_HASH_LEN];
	wf_status status;

	if (key == NULL)
		return WF_NOT_FOUND;
	status = keyring_derive(key, "fingerprint 1", (struct crypto_bytes){NULL, 0}, &derived);
	if (status == WF_OK)
		status = crypto_sha256(derived.bytes, derived.len, hash);
	wf_secret_clear(&derived);
	for (size_t i = 0; status == WF_OK && i < 8; i++)
		(void)snprintf(text_r + 2 * i, 3, "%02x", hash[i]);
	return status;
}

static wf_status
mac_key_derive(const struct keyring *keys, const char *purpose, struct wf_secret *derived_r)
{
	char name[PURPOSE_MAX];

	if (snprintf(name, sizeof(name), "mac 1 %s", purpose) >= (int)sizeof(name))
		return WF_TOO_LONG;
	return keyring_derive(&keys->keys[0], name, (struct crypto_bytes){NULL, 0}, derived_r);
}

static wf_status
seal_key_derive(const struct keyring_key *key, struct wf_secret *derived_r)
{
	return keyring_derive(key, "seal 1", (struct crypto_bytes){NULL, 0}, derived_r);
}

wf_status
keyring_prepare(struct keyring *keys)
{
	wf_status status = WF_OK;

	for (size_t i = 0; status == WF_OK && i < keys->count; i++)
		status = seal_key_derive(&keys->keys[i], &keys->keys[i].seal);
	for (size_t i = 0; status == WF_OK && i < KEYRING_MACS; i++)
		status = mac_key_derive(keys, mac_purposes[i], &keys->macs[i]);
	return status;
}

/* The prepared key of a purpose, or NULL. */
static const struct wf_secret *
mac_key_find(const struct keyring *keys, const char *purpose)
{
	for (size_t i = 0; i < KEYRING_MACS; i++)
		if (strcmp(mac_purposes[i], purpose) == 0 && keys->macs[i].len > 0)
			return &keys->macs[i];
	return NULL;
}

wf_status
keyring_mac(const struct keyring *keys, const char *purpose, const char *context, const void *bytes,
	size_t len, uint8_t mac_r[32])
{
	const char *prefix = context != NULL ? context : "";
	struct crypto_bytes parts[] = {{prefix, strlen(prefix) + 1}, {bytes, len}};
	const struct wf_secret *key = mac_key_find(keys, purpose);
	struct wf_secret derived = WF_SECRET_EMPTY;
	wf_status status;

	if (key != NULL)
		return crypto_hmac(key, parts, len > 0 ? 2 : 1, mac_r);
	status = mac_key_derive(keys, purpose, &derived);
	if (status == WF_OK)
		status = crypto_hmac(&derived, parts, len > 0 ? 2 : 1, mac_r);
	wf_secret_clear(&derived);
	return status;
}

/* What a seal is bound to.  Texts have their length before them: no two places look alike. */
static wf_status
aad_put(struct wf_buf *aad, const struct keyring_aad *place, uint32_t key_id)
{
	const char *table = place->table != NULL ? place->table : "";
	const char *label = place->label != NULL ? place->label : "";
	wf_status status = wf_buf_put_block(aad, "warifu seal 1", 13);

	if (status == WF_OK)
		status = wf_buf_put_block(aad, table, strlen(table));
	if (status == WF_OK)
		status = wf_buf_put_u64(aad, (uint64_t)place->account_id);
	if (status == WF_OK)
		status = wf_buf_put_block(aad, label, strlen(label));
	if (status == WF_OK)
		status = wf_buf_put_u32(aad, key_id);
	return status;
}

/* The key that seals: the prepared one, or one derived into `derived`, which the caller clears. */
static wf_status
seal_key(const struct keyring_key *key, struct wf_secret *derived, const struct wf_secret **seal_r)
{
	wf_status status = key->seal.len > 0 ? WF_OK : seal_key_derive(key, derived);

	if (status == WF_OK)
		*seal_r = key->seal.len > 0 ? &key->seal : derived;
	return status;
}

wf_status
keyring_seal(const struct keyring *keys, const struct keyring_aad *aad,
	const struct wf_secret *plain, uint8_t *sealed_r, size_t size, size_t *len_r,
	uint32_t *key_id_r)
{
	const struct keyring_key *key = &keys->keys[keys->count - 1];
	uint8_t sealed[WF_SECRET_MAX + KEYRING_SEAL_OVERHEAD];
	struct wf_secret derived = WF_SECRET_EMPTY;
	const struct wf_secret *sealing = NULL;
	struct wf_buf bound;
	wf_status status;

	if (plain->len > WF_SECRET_MAX || size < plain->len + KEYRING_SEAL_OVERHEAD)
		return WF_TOO_LONG;
	wf_buf_init(&bound, AAD_MAX);
	status = aad_put(&bound, aad, key->id);
	if (status == WF_OK)
		status = seal_key(key, &derived, &sealing);
	if (status == WF_OK)
		status = wf_random_bytes(sealed, CRYPTO_NONCE_LEN);
	if (status == WF_OK)
		status = crypto_gcm_seal(
			&(struct crypto_gcm){sealing, sealed, {bound.data, bound.len}},
			plain->bytes, plain->len, sealed + CRYPTO_NONCE_LEN,
			sealed + CRYPTO_NONCE_LEN + plain->len);
	wf_secret_clear(&derived);
	wf_buf_clear(&bound);
	if (status != WF_OK)
		return status;
	memcpy(sealed_r, sealed, plain->len + KEYRING_SEAL_OVERHEAD);
	*len_r = plain->len + KEYRING_SEAL_OVERHEAD;
	*key_id_r = key->id;
	return WF_OK;
}

wf_status
keyring_open(const struct keyring *keys, uint32_t key_id, const struct keyring_aad *aad,
	const uint8_t *sealed, size_t len, struct wf_secret *plain_r)
{
	const struct keyring_key *key = keyring_find(keys, key_id);
	struct wf_secret derived = WF_SECRET_EMPTY, plain = WF_SECRET_EMPTY;
	const struct wf_secret *sealing = NULL;
	struct wf_buf bound;
	wf_status status;

	if (key == NULL)
		return WF_NOT_FOUND;
	if (len < KEYRING_SEAL_OVERHEAD || len > WF_SECRET_MAX + KEYRING_SEAL_OVERHEAD)
		return WF_CORRUPT;
	wf_buf_init(&bound, AAD_MAX);
	status = aad_put(&bound, aad, key_id);
	if (status == WF_OK)
		status = seal_key(key, &derived, &sealing);
	/* The ciphertext goes into secret memory and becomes the plain text there. */
	if (status == WF_OK)
		status = wf_secret_set(
			&plain, sealed + CRYPTO_NONCE_LEN, len - KEYRING_SEAL_OVERHEAD);
	if (status == WF_OK)
		status = crypto_gcm_open(
			&(struct crypto_gcm){sealing, sealed, {bound.data, bound.len}},
			plain.bytes, plain.len, sealed + len - CRYPTO_TAG_LEN, plain.bytes);
	if (status == WF_OK)
		wf_secret_move(plain_r, &plain);
	wf_secret_clear(&plain);
	wf_secret_clear(&derived);
	wf_buf_clear(&bound);
	return status;
}
