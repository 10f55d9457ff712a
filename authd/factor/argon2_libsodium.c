/*
 * Argon2id by libsodium, which has AVX2 and AVX-512 code.
 *
 * It cannot work in a caller's memory: each call maps its own, and unmaps it wiped.  Its raw
 * function hashes with one lane and a salt of 16 octets only; its verification takes an encoded
 * string with any number of lanes and any salt, so that hashes made by libargon2 stay good.  It has
 * one return value for "no" and "could not", told apart by errno.
 */
#include "config.h"

#include "authd/factor/argon2.h"

#include <errno.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "common/fault.h"

const char factor_argon2_name[] = "libsodium";
const bool factor_argon2_in_scratch = false;
const uint32_t factor_argon2_lanes_max = 1;

static pthread_once_t sodium_once = PTHREAD_ONCE_INIT;
static int sodium_rc = -1;

static void
sodium_start(void)
{
	sodium_rc = sodium_init();
}

/* The library finds out which instructions the processor has. */
static wf_status
sodium_ready(void)
{
	if (wf_fault(WF_FAULT_ALLOC))
		return WF_NO_MEMORY;
	(void)pthread_once(&sodium_once, sodium_start);
	return sodium_rc < 0 ? WF_CRYPTO : WF_OK;
}

/* Neither function takes NULL for an empty password. */
static const char *
sodium_text(const struct wf_secret *password)
{
	return password->len == 0 ? "" : (const char *)password->bytes;
}

wf_status
factor_argon2_hash(const struct wf_secret *password, const struct phc *phc,
	struct factor_scratch *scratch, uint8_t *hash_r)
{
	uint8_t hash[PHC_HASH_MAX];
	wf_status status = sodium_ready();

	(void)scratch;
	if (phc->cost.lanes != 1 || phc->salt_len != crypto_pwhash_argon2id_SALTBYTES)
		return WF_UNSUPPORTED;
	errno = 0;
	if (status == WF_OK &&
		crypto_pwhash_argon2id(hash, phc->hash_len, sodium_text(password), password->len,
			phc->salt, phc->cost.passes, (size_t)phc->cost.memory_kib * 1024,
			crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
		status = errno == ENOMEM ? WF_NO_MEMORY : WF_CRYPTO;
	if (status == WF_OK)
		memcpy(hash_r, hash, phc->hash_len);
	wf_wipe(hash, sizeof(hash));
	return status;
}

wf_status
factor_argon2_verify(
	const struct wf_secret *password, const struct phc *phc, struct factor_scratch *scratch)
{
	char text[PHC_TEXT_MAX];
	wf_status status = sodium_ready();

	(void)scratch;
	if (status == WF_OK)
		status = phc_format(phc, text, sizeof(text));
	if (status != WF_OK)
		return status;
	errno = 0;
	if (crypto_pwhash_argon2id_str_verify(text, sodium_text(password), password->len) == 0)
		status = WF_OK;
	else
		status = errno == EINVAL ? WF_NO : WF_NO_MEMORY;
	wf_wipe(text, sizeof(text));
	return status;
}
