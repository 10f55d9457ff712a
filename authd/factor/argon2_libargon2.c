/*
 * Argon2id by libargon2, in the worker's own memory.
 *
 * The library asks for its memory through a callback that carries no context, hence the
 * thread-local pointer.  It wipes the memory before it gives it back.  Lanes are computed one after
 * the other in this thread: the pool has a worker for each processor already, and more threads
 * would only wait for each other (and need clone() in the sandbox).
 */
#include "config.h"

#include "authd/factor/argon2.h"

#include <argon2.h>
#include <string.h>

const char factor_argon2_name[] = "libargon2";
const bool factor_argon2_in_scratch = true;
const uint32_t factor_argon2_lanes_max = 16;

static _Thread_local struct factor_scratch *lender;

static int
memory_take(uint8_t **memory, size_t bytes)
{
	*memory = scratch_lend(lender, bytes);
	return *memory == NULL ? ARGON2_MEMORY_ALLOCATION_ERROR : ARGON2_OK;
}

static void
memory_give(uint8_t *memory, size_t bytes)
{
	scratch_return(lender, memory, bytes);
}

static wf_status
status_of(int rc)
{
	if (rc == ARGON2_OK)
		return WF_OK;
	return rc == ARGON2_MEMORY_ALLOCATION_ERROR ? WF_NO_MEMORY : WF_CRYPTO;
}

wf_status
factor_argon2_hash(const struct wf_secret *password, const struct phc *phc,
	struct factor_scratch *scratch, uint8_t *hash_r)
{
	uint8_t salt[PHC_SALT_MAX];
	uint8_t hash[PHC_HASH_MAX] = {0};
	argon2_context context = {
		.out = hash,
		.outlen = (uint32_t)phc->hash_len,
		.pwd = password->bytes,
		.pwdlen = (uint32_t)password->len,
		.salt = salt,
		.saltlen = (uint32_t)phc->salt_len,
		.t_cost = phc->cost.passes,
		.m_cost = phc->cost.memory_kib,
		.lanes = phc->cost.lanes,
		.threads = 1,
		.version = ARGON2_VERSION_13,
		.allocate_cbk = memory_take,
		.free_cbk = memory_give,
		.flags = ARGON2_DEFAULT_FLAGS,
	};
	wf_status status;

	memcpy(salt, phc->salt, phc->salt_len);
	lender = scratch;
	status = status_of(argon2_ctx(&context, Argon2_id));
	lender = NULL;
	if (status == WF_OK)
		memcpy(hash_r, hash, phc->hash_len);
	wf_wipe(hash, sizeof(hash));
	return status;
}

wf_status
factor_argon2_verify(
	const struct wf_secret *password, const struct phc *phc, struct factor_scratch *scratch)
{
	uint8_t hash[PHC_HASH_MAX] = {0};
	wf_status status = factor_argon2_hash(password, phc, scratch, hash);

	if (status == WF_OK && !wf_mem_equal(hash, phc->hash, phc->hash_len))
		status = WF_NO;
	wf_wipe(hash, sizeof(hash));
	return status;
}
