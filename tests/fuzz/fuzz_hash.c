/*
 * Stored password hashes, as an import brings them. What is taken can be computed with what the
 * daemon has, in bounded time: a hash that passes the check and then cannot be verified locks its
 * owner out, and one that runs for hours takes a worker from everybody.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "authd/factor/password.h"
#include "authd/factor/phc.h"
#include "tests/fuzz/fuzz.h"

#define FILLED 0xa5

static bool
always(const char *setting)
{
	(void)setting;
	return true;
}

static bool
rounds_are_few(const char *setting)
{
	return strncmp(setting, "rounds=", 7) != 0 || strtoul(setting + 7, NULL, 10) <= 2000;
}

static bool
is_bcrypt_of_4(const char *setting)
{
	return strncmp(setting, "04$", 3) == 0;
}

static bool
is_small_yescrypt(const char *setting)
{
	return setting[0] == 'j' && setting[1] == '7';
}

/* Methods of crypt(3) by their beginnings, and up to which cost they are computed here. */
static const struct method {
	const char *prefix;
	bool (*cheap)(const char *setting);
} methods[] = {
	{"$1$", always},
	{"$5$", rounds_are_few},
	{"$6$", rounds_are_few},
	{"$2a$", is_bcrypt_of_4},
	{"$2b$", is_bcrypt_of_4},
	{"$2y$", is_bcrypt_of_4},
	{"$y$", is_small_yescrypt},
	{"$gy$", is_small_yescrypt},
	{"_", always},
	{"", always},
};

static const struct method *
method_of(const char *hash)
{
	const struct method *method = methods;

	while (strncmp(hash, method->prefix, strlen(method->prefix)) != 0)
		method++;
	return method;
}

static void
argon2(const char *text)
{
	char again[PHC_TEXT_MAX];
	struct phc phc;

	memset(&phc, FILLED, sizeof(phc));
	if (phc_parse(text, &phc) != WF_OK) {
		FUZZ_CHECK(fuzz_all(&phc, sizeof(phc), FILLED));
		return;
	}
	FUZZ_CHECK(phc_cost_check(&phc.cost) == WF_OK);
	FUZZ_CHECK(phc.salt_len >= PHC_SALT_MIN && phc.salt_len <= PHC_SALT_MAX);
	FUZZ_CHECK(phc.hash_len >= PHC_HASH_MIN && phc.hash_len <= PHC_HASH_MAX);
	FUZZ_CHECK(phc_format(&phc, again, sizeof(again)) == WF_OK && strcmp(text, again) == 0);
	FUZZ_CHECK(phc_format(&phc, again, strlen(text)) == WF_TOO_LONG);
	FUZZ_CHECK(password_hash_check(text) == WF_OK);
	FUZZ_CHECK(password_crypt_check(text) == WF_INVALID);
}

static void
crypt3(const char *text)
{
	const struct method *method = method_of(text);
	struct wf_secret answer = WF_SECRET_EMPTY;
	wf_status status;

	if (password_crypt_check(text) != WF_OK)
		return;
	/* No method that is not in the table, and no text that /etc/shadow could not hold. */
	FUZZ_CHECK(method->prefix[0] != '\0' || text[0] != '$');
	FUZZ_CHECK(method->prefix[0] != '\0' || strlen(text) == 13);
	FUZZ_CHECK(strpbrk(text, ":*! \t\n\\") == NULL && text[0] != '\0');
	if (!method->cheap(text + strlen(method->prefix)))
		return;
	FUZZ_CHECK(wf_secret_set(&answer, "plum", 4) == WF_OK);
	status = password_crypt_verify(&answer, text, NULL);
	FUZZ_CHECK(status == WF_OK || status == WF_NO);
	wf_secret_clear(&answer);
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	argon2(text);
	crypt3(text);
	free(text);
}
