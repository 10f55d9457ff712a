/* SHA-256 over files and texts: see digest.h. */
#include "config.h"

#include "authd/crypto/digest.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "authd/crypto/file_io.h"
#include "common/fault.h"

#define DIGEST_LEN 32
#define STEP 65536

static void
digest_text(const uint8_t hash[DIGEST_LEN], char text_r[DIGEST_TEXT_SIZE])
{
	for (size_t i = 0; i < DIGEST_LEN; i++)
		(void)snprintf(text_r + 2 * i, 3, "%02x", hash[i]);
}

/* struct digest_sum is OpenSSL's context. */
static EVP_MD_CTX *
context(struct digest_sum *digest)
{
	return (EVP_MD_CTX *)digest;
}

wf_status
digest_sum_new(struct digest_sum **digest_r)
{
	EVP_MD_CTX *ctx = wf_fault(WF_FAULT_ALLOC) ? NULL : EVP_MD_CTX_new();

	if (ctx == NULL)
		return WF_NO_MEMORY;
	if (EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1) {
		EVP_MD_CTX_free(ctx);
		return WF_CRYPTO;
	}
	*digest_r = (struct digest_sum *)ctx;
	return WF_OK;
}

wf_status
digest_sum_add(struct digest_sum *digest, const void *bytes, size_t len)
{
	return EVP_DigestUpdate(context(digest), bytes, len) == 1 ? WF_OK : WF_CRYPTO;
}

wf_status
digest_sum_end(struct digest_sum *digest, char text_r[DIGEST_TEXT_SIZE])
{
	uint8_t hash[EVP_MAX_MD_SIZE];

	if (EVP_DigestFinal_ex(context(digest), hash, NULL) != 1)
		return WF_CRYPTO;
	digest_text(hash, text_r);
	return WF_OK;
}

void
digest_sum_free(struct digest_sum **digest)
{
	EVP_MD_CTX_free(context(*digest));
	*digest = NULL;
}

static wf_status
digest_rest(int fd, struct digest_sum *digest)
{
	uint8_t bytes[STEP];
	size_t len = STEP;
	wf_status status = WF_OK;

	while (status == WF_OK && len == STEP) {
		status = file_read(fd, bytes, STEP, &len);
		if (status == WF_OK)
			status = digest_sum_add(digest, bytes, len);
	}
	return status;
}

wf_status
digest_file(int fd, char text_r[DIGEST_TEXT_SIZE])
{
	struct digest_sum *digest = NULL;
	wf_status status = digest_sum_new(&digest);

	if (status == WF_OK && lseek(fd, 0, SEEK_SET) != 0)
		status = WF_IO;
	if (status == WF_OK)
		status = digest_rest(fd, digest);
	if (status == WF_OK)
		status = digest_sum_end(digest, text_r);
	digest_sum_free(&digest);
	return status;
}

wf_status
digest_bytes(const void *bytes, size_t len, char text_r[DIGEST_TEXT_SIZE])
{
	uint8_t hash[EVP_MAX_MD_SIZE];

	if (wf_fault(WF_FAULT_ALLOC) ||
		EVP_Digest(bytes, len, hash, NULL, EVP_sha256(), NULL) != 1)
		return WF_CRYPTO;
	digest_text(hash, text_r);
	return WF_OK;
}
