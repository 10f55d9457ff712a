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

static wf_status
digest_rest(int fd, EVP_MD_CTX *ctx)
{
	uint8_t bytes[STEP];
	size_t len = STEP;
	wf_status status = WF_OK;

	while (status == WF_OK && len == STEP) {
		status = file_read(fd, bytes, STEP, &len);
		if (status == WF_OK && EVP_DigestUpdate(ctx, bytes, len) != 1)
			status = WF_CRYPTO;
	}
	return status;
}

wf_status
digest_file(int fd, char text_r[DIGEST_TEXT_SIZE])
{
	EVP_MD_CTX *ctx = wf_fault(WF_FAULT_ALLOC) ? NULL : EVP_MD_CTX_new();
	uint8_t hash[EVP_MAX_MD_SIZE];
	wf_status status = ctx == NULL ? WF_NO_MEMORY : WF_OK;

	if (status == WF_OK && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
		status = WF_CRYPTO;
	if (status == WF_OK && lseek(fd, 0, SEEK_SET) != 0)
		status = WF_IO;
	if (status == WF_OK)
		status = digest_rest(fd, ctx);
	if (status == WF_OK && EVP_DigestFinal_ex(ctx, hash, NULL) != 1)
		status = WF_CRYPTO;
	EVP_MD_CTX_free(ctx);
	if (status == WF_OK)
		digest_text(hash, text_r);
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
