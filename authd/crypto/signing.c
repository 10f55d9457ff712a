/*
 * Ed25519 through OpenSSL.  A public key as PEM is always the same twelve octets of ASN.1 before
 * its 32 (RFC 8410, section 10.1), so it is written and read without a parser of ASN.1.
 */
#include "config.h"

#include "authd/crypto/signing.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "authd/crypto/keyring_impl.h"
#include "common/base64.h"
#include "common/fault.h"

#define PEM_BEGIN "-----BEGIN PUBLIC KEY-----"
#define PEM_END "-----END PUBLIC KEY-----"
#define PURPOSE_SIZE 48

static const uint8_t spki[] = {
	0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

#define SPKI_LEN (sizeof(spki) + SIGNING_PUBLIC_LEN)

static wf_status
result(bool ok, wf_status status)
{
	if (ok)
		return WF_OK;
	ERR_clear_error();
	return status;
}

static EVP_PKEY *
private_of(const struct wf_secret *seed)
{
	return wf_fault(WF_FAULT_ALLOC) ? NULL
					: EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL,
						  seed->bytes, seed->len);
}

wf_status
signing_public_set(struct signing_public *public_r, const uint8_t bytes[SIGNING_PUBLIC_LEN])
{
	struct signing_public public = {.fingerprint = ""};
	uint8_t hash[CRYPTO_HASH_LEN];
	wf_status status = crypto_sha256(bytes, SIGNING_PUBLIC_LEN, hash);

	if (status != WF_OK)
		return status;
	memcpy(public.bytes, bytes, sizeof(public.bytes));
	for (size_t i = 0; i < 8; i++)
		(void)snprintf(public.fingerprint + 2 * i, 3, "%02x", hash[i]);
	*public_r = public;
	return WF_OK;
}

static wf_status
public_of(const struct wf_secret *seed, struct signing_public *public_r)
{
	EVP_PKEY *pkey = private_of(seed);
	uint8_t bytes[SIGNING_PUBLIC_LEN];
	size_t len = sizeof(bytes);
	wf_status status = result(pkey != NULL &&
					  EVP_PKEY_get_raw_public_key(pkey, bytes, &len) == 1 &&
					  len == sizeof(bytes),
		WF_CRYPTO);

	EVP_PKEY_free(pkey);
	return status == WF_OK ? signing_public_set(public_r, bytes) : status;
}

wf_status
signing_key_derive(const struct keyring *keys, uint32_t key_id, const char *purpose,
	struct signing_key *key_r)
{
	const struct keyring_key *master = keyring_find(keys, key_id);
	struct signing_key key = {.seed = WF_SECRET_EMPTY};
	char name[PURPOSE_SIZE];
	wf_status status;

	if (master == NULL)
		return WF_NOT_FOUND;
	if (snprintf(name, sizeof(name), "sign 1 %s", purpose) >= (int)sizeof(name))
		return WF_TOO_LONG;
	status = keyring_derive(master, name, (struct crypto_bytes){NULL, 0}, &key.seed);
	if (status == WF_OK)
		status = public_of(&key.seed, &key.public);
	if (status == WF_OK) {
		key_r->public = key.public;
		wf_secret_move(&key_r->seed, &key.seed);
	}
	signing_key_clear(&key);
	return status;
}

void
signing_key_clear(struct signing_key *key)
{
	wf_secret_clear(&key->seed);
}

wf_status
signing_sign(const struct signing_key *key, const void *bytes, size_t len,
	uint8_t signature_r[SIGNING_SIGNATURE_LEN])
{
	EVP_PKEY *pkey = private_of(&key->seed);
	EVP_MD_CTX *ctx = pkey != NULL ? EVP_MD_CTX_new() : NULL;
	uint8_t signature[SIGNING_SIGNATURE_LEN];
	size_t size = sizeof(signature);
	bool ok = ctx != NULL && EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
		  EVP_DigestSign(ctx, signature, &size, bytes, len) == 1 &&
		  size == sizeof(signature);

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	if (ok)
		memcpy(signature_r, signature, sizeof(signature));
	return result(ok, WF_CRYPTO);
}

wf_status
signing_verify(const struct signing_public *public, const void *bytes, size_t len,
	const uint8_t signature[SIGNING_SIGNATURE_LEN])
{
	EVP_PKEY *pkey = wf_fault(WF_FAULT_ALLOC)
				 ? NULL
				 : EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
					   public->bytes, sizeof(public->bytes));
	EVP_MD_CTX *ctx = pkey != NULL ? EVP_MD_CTX_new() : NULL;
	bool ready = ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1;
	bool fits = ready && EVP_DigestVerify(
				     ctx, signature, SIGNING_SIGNATURE_LEN, bytes, len) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return result(fits, ready ? WF_CORRUPT : WF_CRYPTO);
}

void
signing_public_write(const struct signing_public *public, char pem_r[SIGNING_PEM_SIZE])
{
	uint8_t der[SPKI_LEN];
	char text[WF_BASE64_LEN(SPKI_LEN) + 4];

	memcpy(der, spki, sizeof(spki));
	memcpy(der + sizeof(spki), public->bytes, sizeof(public->bytes));
	wf_base64_encode(der, sizeof(der), text);
	(void)snprintf(pem_r, SIGNING_PEM_SIZE, PEM_BEGIN "\n%s\n" PEM_END "\n", text);
}

/* The base64 between the two lines, without what breaks it into lines. */
static size_t
pem_body(const char *from, const char *to, char *body_r, size_t size)
{
	size_t n = 0;

	for (; from < to && n < size; from++) {
		if (*from != '\n' && *from != '\r' && *from != ' ')
			body_r[n++] = *from;
	}
	return n;
}

wf_status
signing_public_read(const char *text, size_t len, struct signing_public *public_r, size_t *used_r)
{
	const char *begin = memmem(text, len, PEM_BEGIN, sizeof(PEM_BEGIN) - 1);
	const char *body, *end;
	char base64[WF_BASE64_LEN(SPKI_LEN) + 8];
	uint8_t der[SPKI_LEN];
	size_t n = 0;
	wf_status status;

	if (begin == NULL)
		return WF_NOT_FOUND;
	body = begin + sizeof(PEM_BEGIN) - 1;
	end = memmem(body, len - (size_t)(body - text), PEM_END, sizeof(PEM_END) - 1);
	if (end == NULL)
		return WF_CORRUPT;
	n = pem_body(body, end, base64, sizeof(base64));
	if (wf_base64_decode(base64, n, der, sizeof(der), &n) != WF_OK || n != sizeof(der) ||
		!wf_mem_equal(der, spki, sizeof(spki)))
		return WF_CORRUPT;
	status = signing_public_set(public_r, der + sizeof(spki));
	if (status == WF_OK)
		*used_r = (size_t)(end - text) + sizeof(PEM_END) - 1;
	return status;
}
