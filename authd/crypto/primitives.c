/*
 * HKDF, HMAC, AES-256-GCM and SHA-256 through OpenSSL's EVP.  Knows no keys and no formats.
 * OpenSSL's error queue belongs to the thread and is emptied on failure, so that it cannot grow.
 */
#include "config.h"

#include "authd/crypto/primitives.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdatomic.h>
#include <string.h>

#include "authd/crypto/keyring.h"
#include "common/fault.h"

static char digest_name[] = "SHA256";

/*
 * Looking an algorithm up by its name costs more than a short use of it, so each is looked up once
 * and kept for ever.  Two threads may do so at once: the second one's goes back.
 */
#define KEPT(type, fetch, release, name)                               \
	static type *kept_##fetch(void)                                \
	{                                                              \
		static type *_Atomic kept;                             \
		type *none = NULL;                                     \
		type *found = atomic_load(&kept);                      \
                                                                       \
		if (found != NULL)                                     \
			return found;                                  \
		found = fetch(NULL, name, NULL);                       \
		if (found == NULL)                                     \
			return NULL;                                   \
		if (atomic_compare_exchange_strong(&kept, &none, found)) \
			return found;                                  \
		release(found);                                        \
		return none;                                           \
	}

KEPT(EVP_MD, EVP_MD_fetch, EVP_MD_free, "SHA256")
KEPT(EVP_CIPHER, EVP_CIPHER_fetch, EVP_CIPHER_free, "AES-256-GCM")

wf_status
crypto_start(void)
{
	EVP_KDF *kdf = NULL;
	wf_status status = WF_CRYPTO;

	wf_fault_shelter(true); /* OpenSSL 3.0 goes on with locks that it could not make */
	if (OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL) == 1)
		kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	if (kdf != NULL && kept_EVP_MD_fetch() != NULL && kept_EVP_CIPHER_fetch() != NULL)
		status = WF_OK;
	EVP_KDF_free(kdf);
	wf_fault_shelter(false);
	return status;
}

static wf_status
crypto_result(bool ok, wf_status status)
{
	if (ok)
		return WF_OK;
	ERR_clear_error();
	return status;
}

wf_status
crypto_sha256(const void *bytes, size_t len, uint8_t hash_r[32])
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	const EVP_MD *sha256 = wf_fault(WF_FAULT_ALLOC) ? NULL : kept_EVP_MD_fetch();

	if (sha256 == NULL || !EVP_Digest(bytes, len, hash, NULL, sha256, NULL))
		return crypto_result(false, WF_CRYPTO);
	memcpy(hash_r, hash, CRYPTO_HASH_LEN);
	return WF_OK;
}

/* OSSL_PARAM has no const; OpenSSL only reads what is set. */
static OSSL_PARAM
param_octets(const char *name, const void *bytes, size_t len)
{
	union {
		const void *from;
		void *to;
	} unconst = {.from = bytes != NULL ? bytes : ""};

	return OSSL_PARAM_construct_octet_string(name, unconst.to, len);
}

static EVP_KDF_CTX *
hkdf_new(void)
{
	EVP_KDF *kdf = wf_fault(WF_FAULT_ALLOC) ? NULL : EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;

	EVP_KDF_free(kdf);
	return ctx;
}

wf_status
crypto_hkdf(const struct wf_secret *key, struct crypto_bytes salt, struct crypto_bytes info,
	size_t len, struct wf_secret *derived_r)
{
	static const uint8_t zeros[WF_SECRET_MAX];
	struct wf_secret derived = WF_SECRET_EMPTY;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest_name, 0),
		param_octets(OSSL_KDF_PARAM_KEY, key->bytes, key->len),
		param_octets(OSSL_KDF_PARAM_SALT, salt.bytes, salt.len),
		param_octets(OSSL_KDF_PARAM_INFO, info.bytes, info.len),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF_CTX *ctx;
	wf_status status = len > WF_SECRET_MAX ? WF_TOO_LONG : wf_secret_set(&derived, zeros, len);

	if (status != WF_OK)
		return status;
	ctx = hkdf_new();
	status = crypto_result(
		ctx != NULL && EVP_KDF_derive(ctx, derived.bytes, len, params) == 1, WF_CRYPTO);
	EVP_KDF_CTX_free(ctx);
	if (status == WF_OK)
		wf_secret_move(derived_r, &derived);
	wf_secret_clear(&derived);
	return status;
}

#define HMAC_BLOCK 64 /* octets that SHA-256 takes in at a time */
#define HMAC_INNER 0x36
#define HMAC_OUTER 0x5c

/* The key as one block, a longer one by its hash. */
static wf_status
hmac_block(const struct wf_secret *key, uint8_t block_r[HMAC_BLOCK])
{
	memset(block_r, 0, HMAC_BLOCK);
	if (key->len > HMAC_BLOCK)
		return crypto_sha256(key->bytes, key->len, block_r);
	if (key->len > 0)
		memcpy(block_r, key->bytes, key->len);
	return WF_OK;
}

/* The hash of the block, each of its octets changed by `pad`, and the parts behind it. */
static bool
hmac_hash(EVP_MD_CTX *ctx, const uint8_t block[HMAC_BLOCK], uint8_t pad,
	const struct crypto_bytes *parts, size_t count, uint8_t hash_r[CRYPTO_HASH_LEN])
{
	uint8_t padded[HMAC_BLOCK];
	bool ok;

	for (size_t i = 0; i < HMAC_BLOCK; i++)
		padded[i] = block[i] ^ pad;
	ok = EVP_DigestInit_ex(ctx, kept_EVP_MD_fetch(), NULL) == 1 &&
	     EVP_DigestUpdate(ctx, padded, HMAC_BLOCK) == 1;
	for (size_t i = 0; ok && i < count; i++)
		ok = EVP_DigestUpdate(ctx, parts[i].bytes, parts[i].len) == 1;
	wf_wipe(padded, sizeof(padded));
	return ok && EVP_DigestFinal_ex(ctx, hash_r, NULL) == 1;
}

/*
 * By its definition, two hashes: OpenSSL's own looks its digest up by name each time and takes
 * three times as long, and each login needs several.
 */
wf_status
crypto_hmac(const struct wf_secret *key, const struct crypto_bytes *parts, size_t count,
	uint8_t mac_r[CRYPTO_HASH_LEN])
{
	EVP_MD_CTX *ctx = wf_fault(WF_FAULT_ALLOC) ? NULL : EVP_MD_CTX_new();
	uint8_t block[HMAC_BLOCK], hash[CRYPTO_HASH_LEN];
	const struct crypto_bytes inner = {hash, sizeof(hash)};
	bool ok = ctx != NULL && kept_EVP_MD_fetch() != NULL && hmac_block(key, block) == WF_OK &&
		  hmac_hash(ctx, block, HMAC_INNER, parts, count, hash) &&
		  hmac_hash(ctx, block, HMAC_OUTER, &inner, 1, hash);

	EVP_MD_CTX_free(ctx);
	if (ok)
		memcpy(mac_r, hash, sizeof(hash));
	wf_wipe(block, sizeof(block));
	wf_wipe(hash, sizeof(hash));
	return crypto_result(ok, WF_CRYPTO);
}

/* A context with key, nonce and associated data taken in; NULL if that failed. */
static EVP_CIPHER_CTX *
gcm_new(const struct crypto_gcm *gcm, int encrypt)
{
	EVP_CIPHER_CTX *ctx = NULL;
	const EVP_CIPHER *cipher;
	int done;

	if (gcm->key->len != KEYRING_KEY_LEN || gcm->aad.len > INT_MAX || wf_fault(WF_FAULT_ALLOC))
		return NULL;
	cipher = kept_EVP_CIPHER_fetch();
	ctx = cipher != NULL ? EVP_CIPHER_CTX_new() : NULL;
	if (ctx == NULL)
		return NULL;
	if (EVP_CipherInit_ex(ctx, cipher, NULL, gcm->key->bytes, gcm->nonce, encrypt) ==
			1 &&
		(gcm->aad.len == 0 ||
			EVP_CipherUpdate(ctx, NULL, &done, gcm->aad.bytes, (int)gcm->aad.len) == 1))
		return ctx;
	EVP_CIPHER_CTX_free(ctx);
	return NULL;
}

static bool
gcm_update(EVP_CIPHER_CTX *ctx, const uint8_t *in, size_t len, uint8_t *out)
{
	int done = 0;

	if (ctx == NULL || len > INT_MAX)
		return false;
	return len == 0 ||
	       (EVP_CipherUpdate(ctx, out, &done, in, (int)len) == 1 && done == (int)len);
}

wf_status
crypto_gcm_seal(const struct crypto_gcm *gcm, const uint8_t *in, size_t len, uint8_t *out,
	uint8_t tag_r[CRYPTO_TAG_LEN])
{
	EVP_CIPHER_CTX *ctx = gcm_new(gcm, 1);
	uint8_t rest[EVP_MAX_BLOCK_LENGTH];
	int done = 0;
	bool ok = gcm_update(ctx, in, len, out) && EVP_CipherFinal_ex(ctx, rest, &done) == 1 &&
		  EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, CRYPTO_TAG_LEN, tag_r) == 1;

	EVP_CIPHER_CTX_free(ctx);
	return crypto_result(ok, WF_CRYPTO);
}

wf_status
crypto_gcm_open(const struct crypto_gcm *gcm, const uint8_t *in, size_t len,
	const uint8_t tag[CRYPTO_TAG_LEN], uint8_t *out)
{
	EVP_CIPHER_CTX *ctx = gcm_new(gcm, 0);
	uint8_t rest[EVP_MAX_BLOCK_LENGTH], expected[CRYPTO_TAG_LEN];
	int done = 0;
	bool ran, fits;

	memcpy(expected, tag, sizeof(expected));
	ran = gcm_update(ctx, in, len, out) &&
	      EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, CRYPTO_TAG_LEN, expected) == 1;
	fits = ran && EVP_CipherFinal_ex(ctx, rest, &done) == 1;
	EVP_CIPHER_CTX_free(ctx);
	if (!fits)
		wf_wipe(out, len);
	return crypto_result(fits, ran ? WF_CORRUPT : WF_CRYPTO);
}
