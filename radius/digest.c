/* MD5 and HMAC-MD5 over parts. */
#include "config.h"

#include "radius/digest.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/fault.h"

struct digest {
	EVP_MD *md5, *sha256; /* fetched once: that takes longer than a digest */
	EVP_MD_CTX *md5_ctx, *sha256_ctx;
	EVP_MAC_CTX *hmac_ctx;
};

static EVP_MAC_CTX *
hmac_context(void)
{
	char name[] = "MD5", properties[] = "-fips";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_PROPERTIES, properties, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", "-fips");
	EVP_MAC_CTX *ctx = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);

	EVP_MAC_free(mac); /* the context holds it */
	if (ctx != NULL && EVP_MAC_CTX_set_params(ctx, params) != 1) {
		EVP_MAC_CTX_free(ctx);
		ctx = NULL;
	}
	return ctx;
}

wf_status
digest_new(struct digest **digest_r)
{
	struct digest *digest = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*digest));

	if (digest == NULL)
		return WF_NO_MEMORY;
	wf_fault_shelter(true); /* OpenSSL 3.0 goes on with locks that it could not make */
	digest->md5 = EVP_MD_fetch(NULL, "MD5", "-fips");
	digest->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	digest->md5_ctx = EVP_MD_CTX_new();
	digest->sha256_ctx = EVP_MD_CTX_new();
	digest->hmac_ctx = hmac_context();
	wf_fault_shelter(false);
	if (digest->md5 == NULL || digest->sha256 == NULL || digest->md5_ctx == NULL ||
		digest->sha256_ctx == NULL || digest->hmac_ctx == NULL) {
		digest_free(&digest);
		return WF_UNSUPPORTED;
	}
	*digest_r = digest;
	return WF_OK;
}

void
digest_free(struct digest **digest)
{
	if (*digest == NULL)
		return;
	EVP_MD_CTX_free((*digest)->md5_ctx);
	EVP_MD_CTX_free((*digest)->sha256_ctx);
	EVP_MD_free((*digest)->md5);
	EVP_MD_free((*digest)->sha256);
	EVP_MAC_CTX_free((*digest)->hmac_ctx);
	free(*digest);
	*digest = NULL;
}

static wf_status
compute(EVP_MD_CTX *ctx, const EVP_MD *md, const struct digest_part *parts, size_t nparts,
	uint8_t *digest_r, size_t len)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	bool fine = EVP_DigestInit_ex2(ctx, md, NULL) == 1;

	for (size_t i = 0; fine && i < nparts; i++)
		fine = EVP_DigestUpdate(ctx, parts[i].bytes, parts[i].len) == 1;
	if (!fine || EVP_DigestFinal_ex(ctx, digest, NULL) != 1)
		return WF_CRYPTO;
	memcpy(digest_r, digest, len);
	return WF_OK;
}

wf_status
digest_md5(struct digest *digest, const struct digest_part *parts, size_t nparts,
	uint8_t md5_r[DIGEST_LEN])
{
	return compute(digest->md5_ctx, digest->md5, parts, nparts, md5_r, DIGEST_LEN);
}

wf_status
digest_sha256(struct digest *digest, const struct digest_part *parts, size_t nparts,
	uint8_t sha256_r[DIGEST_SHA256_LEN])
{
	return compute(
		digest->sha256_ctx, digest->sha256, parts, nparts, sha256_r, DIGEST_SHA256_LEN);
}

wf_status
digest_hmac(struct digest *digest, const struct wf_secret *key, const struct digest_part *parts,
	size_t nparts, uint8_t hmac_r[DIGEST_LEN])
{
	uint8_t hmac[DIGEST_LEN];
	size_t len;
	bool fine = EVP_MAC_init(digest->hmac_ctx, key->bytes, key->len, NULL) == 1;

	for (size_t i = 0; fine && i < nparts; i++)
		fine = EVP_MAC_update(digest->hmac_ctx, parts[i].bytes, parts[i].len) == 1;
	if (!fine || EVP_MAC_final(digest->hmac_ctx, hmac, &len, sizeof(hmac)) != 1 ||
		len != sizeof(hmac))
		return WF_CRYPTO;
	memcpy(hmac_r, hmac, sizeof(hmac));
	return WF_OK;
}
