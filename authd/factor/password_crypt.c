/*
 * Imported crypt(3) hashes, as /etc/shadow has them, verified by libxcrypt.  New hashes are never made
 * here: a login with such a hash replaces it.
 */
#include "config.h"

#include "authd/factor/password.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "authd/factor/factor.h"
#include "common/fault.h"

#define HASH_PART_MIN 22 /* md5crypt's; the shortest behind the last '$' of any method */
#define DES_LEN 13
#define BSDI_LEN 20
#define ROUNDS_MAX 5000000 /* some seconds of SHA-512-crypt */
#define BCRYPT_COST_MAX 15
#define YESCRYPT_MEMORY_MAX 'F' /* N = 2^18, 1 GiB with r = 32 */

static const char alphabet[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* A setting without its hash would pass crypt_checksalt(), and never match. */
static bool
is_whole(const char *hash)
{
	const char *last = strrchr(hash, '$');

	if (last == NULL)
		return strlen(hash) == (hash[0] == '_' ? BSDI_LEN : DES_LEN);
	return strlen(last + 1) >= HASH_PART_MIN && strspn(last + 1, alphabet) == strlen(last + 1);
}

static bool
rounds_bounded(const char *setting)
{
	return strncmp(setting, "rounds=", 7) != 0 || strtoul(setting + 7, NULL, 10) <= ROUNDS_MAX;
}

static bool
bcrypt_bounded(const char *setting)
{
	return strtoul(setting, NULL, 10) <= BCRYPT_COST_MAX;
}

/* "j9T$...": flavour, memory cost, block size (8 or 32), as crypt_gensalt() writes them. */
static bool
yescrypt_bounded(const char *setting)
{
	return setting[0] == 'j' && setting[1] <= YESCRYPT_MEMORY_MAX && setting[1] != '\0' &&
	       (setting[2] == '5' || setting[2] == 'T') && setting[3] == '$';
}

static bool
is_bounded(const char *hash)
{
	static const struct {
		const char *prefix;
		bool (*bounded)(const char *setting);
	} methods[] = {
		{"$5$", rounds_bounded},
		{"$6$", rounds_bounded},
		{"$2a$", bcrypt_bounded},
		{"$2b$", bcrypt_bounded},
		{"$2y$", bcrypt_bounded},
		{"$y$", yescrypt_bounded},
		{"$gy$", yescrypt_bounded},
	};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		size_t len = strlen(methods[i].prefix);

		if (strncmp(hash, methods[i].prefix, len) == 0)
			return methods[i].bounded(hash + len);
	}
	return true;
}

wf_status
password_crypt_check(const char *hash)
{
	int rc = hash[0] == '\0' ? CRYPT_SALT_INVALID : crypt_checksalt(hash);

	if (rc == CRYPT_SALT_INVALID || rc == CRYPT_SALT_METHOD_DISABLED)
		return WF_INVALID;
	return is_whole(hash) && is_bounded(hash) ? WF_OK : WF_INVALID;
}

/* NULL and errno when it cannot be computed. */
static const char *
crypt_in(struct crypt_data *data, const struct wf_secret *answer, const char *hash)
{
	if (wf_fault(WF_FAULT_ALLOC)) {
		errno = ENOMEM;
		return NULL;
	}
	errno = 0;
	return crypt_rn(answer->len == 0 ? "" : (const char *)answer->bytes, hash, data, (int)sizeof(*data));
}

static wf_status
crypt_status(const char *computed, const char *hash)
{
	if (computed == NULL) /* ERANGE: longer than the method can take, so it was never set */
		return errno == ERANGE ? WF_NO : errno == ENOMEM ? WF_NO_MEMORY : WF_CRYPTO;
	if (strlen(computed) != strlen(hash) || !wf_mem_equal(computed, hash, strlen(hash)))
		return WF_NO;
	return WF_OK;
}

wf_status
password_crypt_verify(const struct wf_secret *answer, const char *hash, struct factor_scratch *scratch)
{
	struct factor_scratch *own = NULL;
	struct crypt_data *data;
	wf_status status;

	if (password_crypt_check(hash) != WF_OK)
		return WF_INVALID;
	if (scratch == NULL && scratch_make(0, &own) != WF_OK)
		return WF_NO_MEMORY;
	data = scratch != NULL ? &scratch->crypt : &own->crypt;
	status = crypt_status(crypt_in(data, answer, hash), hash);
	wf_wipe(data, sizeof(*data));
	scratch_drop(&own);
	return status;
}
