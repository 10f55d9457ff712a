/* SHA-256, from OpenSSL. */
#include "config.h"

#include "radius/fingerprint.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

#include "common/fault.h"

static bool
add_part(EVP_MD_CTX *context, const struct fingerprint_part *part)
{
	const uint8_t len[4] = {(uint8_t)(part->len >> 24), (uint8_t)(part->len >> 16), (uint8_t)(part->len >> 8),
		(uint8_t)part->len};

	return EVP_DigestUpdate(context, len, sizeof(len)) == 1 &&
	       (part->len == 0 || EVP_DigestUpdate(context, part->bytes, part->len) == 1);
}

wf_status
fingerprint_make(const struct fingerprint_part *parts, size_t n, uint8_t fingerprint_r[FINGERPRINT_LEN])
{
	EVP_MD_CTX *context = wf_fault(WF_FAULT_ALLOC) ? NULL : EVP_MD_CTX_new();
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	bool fine = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;

	for (size_t i = 0; fine && i < n; i++)
		fine = add_part(context, &parts[i]);
	fine = fine && EVP_DigestFinal_ex(context, hash, &len) == 1 && len == FINGERPRINT_LEN;
	EVP_MD_CTX_free(context);
	if (!fine)
		return WF_CRYPTO;
	memcpy(fingerprint_r, hash, FINGERPRINT_LEN);
	return WF_OK;
}
