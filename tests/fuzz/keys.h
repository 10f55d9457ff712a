/* A keyring of one key that is the same in every run, so that what a seed holds opens again. */
#ifndef WF_TESTS_FUZZ_KEYS_H
#define WF_TESTS_FUZZ_KEYS_H

#include "authd/crypto/keyring_impl.h"
#include "tests/fuzz/fuzz.h"

static inline const struct keyring *
fuzz_keys(void)
{
	static struct keyring keys;
	static const uint8_t key[KEYRING_KEY_LEN] = "fuzz";

	if (keys.count == 0) {
		FUZZ_CHECK(wf_secret_set(&keys.keys[0].bytes, key, sizeof(key)) == WF_OK);
		keys.keys[0].id = 1;
		keys.count = 1;
	}
	return &keys;
}

#endif
