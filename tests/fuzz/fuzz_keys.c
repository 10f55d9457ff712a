/*
 * The key file. It is taken only in the one form in which it is written: a damaged key that went
 * unnoticed would make what it seals unreadable. No complaint shows any of it.
 */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authd/crypto/keyring_impl.h"
#include "tests/fuzz/fuzz.h"

#define FILE_MAX 2048
#define SHOWN_MIN 8 /* so many characters in a row of the file would be a part of a key */

static void
put_file(const uint8_t *data, size_t size)
{
	int fd = open(fuzz_path("key"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	FUZZ_CHECK(fd >= 0);
	FUZZ_CHECK(size == 0 || write(fd, data, size) == (ssize_t)size);
	FUZZ_CHECK(close(fd) == 0);
}

static void
file_is(const uint8_t *data, size_t size)
{
	static uint8_t text[FILE_MAX];
	int fd = open(fuzz_path("key"), O_RDONLY | O_CLOEXEC);

	FUZZ_CHECK(fd >= 0);
	FUZZ_CHECK(read(fd, text, sizeof(text)) == (ssize_t)size);
	FUZZ_CHECK(memcmp(text, data, size) == 0);
	FUZZ_CHECK(close(fd) == 0);
}

/* The complaint has the path and its own words, but no run of the file's characters. */
static void
shows_nothing(const char *why, const uint8_t *data, size_t size)
{
	const char *said = why + strlen(fuzz_path("key"));

	FUZZ_CHECK(fuzz_shows(why, 512, false) &&
		   strncmp(why, fuzz_path("key"), (size_t)(said - why)) == 0);
	for (size_t i = 0; i + SHOWN_MIN <= size; i++) {
		char part[SHOWN_MIN + 1] = "";

		memcpy(part, data + i, SHOWN_MIN);
		if (strlen(part) == SHOWN_MIN)
			FUZZ_CHECK(strstr(said, part) == NULL ||
				strspn(part, " .:,abcdefghijklmnopqrstuvwxyz") == SHOWN_MIN);
	}
}

/* Rising ids, whole keys, and the same file when it is written anew. */
static void
taken(const struct keyring *keys, const uint8_t *data, size_t size)
{
	char text[17];

	FUZZ_CHECK(keys->count >= 1 && keys->count <= KEYRING_KEYS_MAX);
	for (size_t i = 0; i < keys->count; i++) {
		FUZZ_CHECK(keys->keys[i].id > (i > 0 ? keys->keys[i - 1].id : 0));
		FUZZ_CHECK(keys->keys[i].bytes.len == KEYRING_KEY_LEN);
		FUZZ_CHECK(keyring_fingerprint(keys, keys->keys[i].id, text) == WF_OK);
	}
	FUZZ_CHECK(keyring_lookup(keys) == keys->keys[0].id);
	FUZZ_CHECK(keyring_current(keys) == keys->keys[keys->count - 1].id);
	if (keys->count > 2)
		return;
	FUZZ_CHECK(keyring_prune(fuzz_path("key"), 0) == WF_OK);
	file_is(data, size);
}

void
wf_fuzz_one(const uint8_t *data, size_t size)
{
	struct keyring *keys = NULL;
	char why[512];
	wf_status status;

	put_file(data, size);
	status = keyring_load(fuzz_path("key"), &keys, why, sizeof(why));
	FUZZ_CHECK((status == WF_OK) == (keys != NULL));
	if (status == WF_OK) {
		FUZZ_CHECK(why[0] == '\0');
		taken(keys, data, size);
	} else {
		FUZZ_CHECK(status == WF_CORRUPT);
		shows_nothing(why, data, size);
	}
	keyring_free(&keys);
}
