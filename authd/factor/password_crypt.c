/*
 * Imported crypt(3) hashes, as /etc/shadow has them, verified by libxcrypt.  New hashes are never
 * made here: a login with such a hash replaces it.
 */
#include "config.h"

#include "authd/factor/password.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "authd/factor/factor.h"
#include "common/fault.h"

#define ROUNDS "rounds=" /* an option of SHA-crypt */
#define ROUNDS_MIN 1000    /* fewer are refused by crypt(3) */
#define ROUNDS_MAX 5000000 /* some seconds of SHA-512-crypt */
#define BCRYPT_COST_MAX 15
#define YESCRYPT_MEMORY "789ABCDEF" /* N = 2^10 to 2^18, 1 GiB with r = 32 */
#define YESCRYPT_SALT_MAX 86
#define BSDI_COUNT_LEN 4	   /* digits of six bits, the lowest first */

static const char alphabet[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static bool
rounds_bounded(const char *setting)
{
	unsigned long rounds;
	char *end;

	if (strncmp(setting, ROUNDS, strlen(ROUNDS)) != 0)
		return true;
	setting += strlen(ROUNDS);
	rounds = strtoul(setting, &end, 10);
	return setting[0] >= '1' && setting[0] <= '9' && *end == '$' && rounds >= ROUNDS_MIN &&
	       rounds <= ROUNDS_MAX;
}

static bool
bcrypt_bounded(const char *setting)
{
	return strtoul(setting, NULL, 10) <= BCRYPT_COST_MAX;
}

/* crypt's base64 of up to 64 octets: groups of four, and no bits set behind the last octet. */
static bool
is_yescrypt_salt(const char *salt, size_t len)
{
	static const size_t values[4] = {64, 0, 4, 16}; /* of the last character, by len % 4 */

	if (strspn(salt, alphabet) < len || len > YESCRYPT_SALT_MAX)
		return false;
	return len == 0 || strchr(alphabet, salt[len - 1]) < alphabet + values[len % 4];
}

/*
 * "j9T$salt$": flavour, memory cost, block size (8 or 32), as crypt_gensalt() writes them. Of a
 * whole hash.
 */
static bool
yescrypt_bounded(const char *setting)
{
	return setting[0] == 'j' && strchr(YESCRYPT_MEMORY, setting[1]) != NULL &&
	       (setting[2] == '5' || setting[2] == 'T') && setting[3] == '$' &&
	       is_yescrypt_salt(setting + 4, strcspn(setting + 4, "$"));
}

/* "J9..": at most 2^18 rounds, a tenth of a second. */
static bool
bsdi_bounded(const char *setting)
{
	return setting[BSDI_COUNT_LEN - 1] == '.';
}

static bool
always_bounded(const char *setting)
{
	(void)setting;
	return true;
}

/* How the hashes of a method look. */
struct method {
	const char *prefix;
	size_t dollars; /* in all of the text, an option "rounds=" not counted */
	size_t digits;	/* behind the last '$', or behind the prefix where there is none */
	bool (*bounded)(const char *setting);
};

/*
 * Nothing but these, whatever else libxcrypt can compute: the cost of $7$, $sha1$ and $md5 is
 * whatever their text says, up to hours and all memory.
 */
static const struct method methods[] = {
	{"$1$", 3, 22, always_bounded},
	{"$5$", 3, 43, rounds_bounded},
	{"$6$", 3, 86, rounds_bounded},
	{"$2a$", 3, 53, bcrypt_bounded},
	{"$2b$", 3, 53, bcrypt_bounded},
	{"$2y$", 3, 53, bcrypt_bounded},
	{"$y$", 4, 43, yescrypt_bounded},
	{"$gy$", 4, 43, yescrypt_bounded},
	{"_", 0, 19, bsdi_bounded},
	{"", 0, 13, always_bounded}, /* DES */
};

static const struct method *
method_of(const char *hash)
{
	const struct method *method = methods;

	while (strncmp(hash, method->prefix, strlen(method->prefix)) != 0)
		method++;
	return method;
}

static size_t
count_of(const char *text, char c)
{
	size_t n = 0;

	for (; *text != '\0'; text++)
		n += *text == c;
	return n;
}

/* A setting without its hash would pass crypt_checksalt(), and never match. */
static bool
is_whole(const char *hash, const struct method *method)
{
	const char *setting = hash + strlen(method->prefix);
	const char *last = strrchr(hash, '$');
	const char *digits = last != NULL ? last + 1 : setting;
	size_t option =
		method->bounded == rounds_bounded && strncmp(setting, ROUNDS, strlen(ROUNDS)) == 0;

	return count_of(hash, '$') == method->dollars + option &&
	       strspn(digits, alphabet) == method->digits && digits[method->digits] == '\0';
}

wf_status
password_crypt_check(const char *hash)
{
	const struct method *method = method_of(hash);
	int rc = hash[0] == '\0' ? CRYPT_SALT_INVALID : crypt_checksalt(hash);

	if (rc == CRYPT_SALT_INVALID || /* coverage: Debian disables no method */
		rc == CRYPT_SALT_METHOD_DISABLED)
		return WF_INVALID;
	return is_whole(hash, method) && method->bounded(hash + strlen(method->prefix))
		       ? WF_OK
		       : WF_INVALID;
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
	return crypt_rn(answer->len == 0 ? "" : (const char *)answer->bytes, hash, data,
		(int)sizeof(*data));
}

static wf_status
crypt_status(const char *computed, const char *hash)
{
	/* longer than the method can take, so it was never set */
	if (computed == NULL && errno == ERANGE)
		return WF_NO;
	if (computed == NULL)
		return errno == ENOMEM ? WF_NO_MEMORY : WF_CRYPTO; /* coverage: no other comes */
	if (strlen(computed) != strlen(hash) || /* coverage: is_whole() has seen to the length */
		!wf_mem_equal(computed, hash, strlen(hash)))
		return WF_NO;
	return WF_OK;
}

wf_status
password_crypt_verify(
	const struct wf_secret *answer, const char *hash, struct factor_scratch *scratch)
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
