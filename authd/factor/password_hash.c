/* The cost of new password hashes, making them, and telling which stored ones can be verified. */
#include "config.h"

#include "authd/factor/factor.h"

#include <stdatomic.h>
#include <string.h>

#include "authd/factor/argon2.h"
#include "authd/factor/password.h"
#include "authd/factor/phc.h"
#include "common/random.h"

#define SALT_LEN 16
#define HASH_LEN 32

/*
 * In one word, so that a reload changes it whole while workers read: memory << 32, passes << 16,
 * lanes.
 */
/* PASSWORD_COST_DEFAULT */
static _Atomic uint64_t current_cost = (uint64_t)19456 << 32 | 2 << 16 | 1;

wf_status
password_cost_set(const struct password_cost *cost)
{
	wf_status status = phc_cost_check(cost);

	if (status == WF_OK &&
		cost->lanes > factor_argon2_lanes_max) /* coverage: only libsodium has a limit */
		status = WF_UNSUPPORTED;
	if (status == WF_OK)
		atomic_store(&current_cost, (uint64_t)cost->memory_kib << 32 |
						    (uint64_t)cost->passes << 16 | cost->lanes);
	return status;
}

struct password_cost
password_cost_get(void)
{
	uint64_t cost = atomic_load(&current_cost);

	return (struct password_cost){
		.memory_kib = (uint32_t)(cost >> 32),
		.passes = (uint32_t)(cost >> 16 & 0xffff),
		.lanes = (uint32_t)(cost & 0xffff),
	};
}

const char *
password_backend(void)
{
	return factor_argon2_name;
}

wf_status
password_hash(const struct wf_secret *password, void *scratch, char *hash_r, size_t size)
{
	struct phc phc = {.cost = password_cost_get(), .salt_len = SALT_LEN, .hash_len = HASH_LEN};
	wf_status status;

	if (password->len == 0)
		return WF_INVALID;
	status = wf_random_bytes(phc.salt, SALT_LEN);
	if (status == WF_OK)
		status = factor_argon2_hash(password, &phc, scratch, phc.hash);
	if (status == WF_OK)
		status = phc_format(&phc, hash_r, size);
	wf_wipe(&phc, sizeof(phc));
	return status;
}

wf_status
password_hash_check(const char *hash)
{
	struct phc phc;

	if (strncmp(hash, PHC_PREFIX, strlen(PHC_PREFIX)) == 0)
		return phc_parse(hash, &phc);
	return password_crypt_check(hash);
}
