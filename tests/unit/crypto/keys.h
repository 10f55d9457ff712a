/* Key files and keyrings for tests, in a folder of their own that is removed at the end. */
#ifndef WF_TESTS_UNIT_CRYPTO_KEYS_H
#define WF_TESTS_UNIT_CRYPTO_KEYS_H

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/crypto/keyring.h"

/* Bytes 0 to 31, and 32 to 63; any other. */
#define KEY_1 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KEY_2 "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
#define KEY_3 "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="
#define FINGERPRINT_1 "58ac6e785bebca67"
#define FINGERPRINT_2 "5cdf21d76b60b39a"

static char keys_folder[64];
static char keys_path[96];
static char keys_why[256];

static inline void
keys_set_up(void)
{
	(void)snprintf(keys_folder, sizeof(keys_folder), "./keys-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(keys_folder));
	(void)snprintf(keys_path, sizeof(keys_path), "%s/key", keys_folder);
	keys_why[0] = '\0';
}

/* Number of files in the folder; `unlink_too` takes them away. */
static inline size_t
keys_files(bool unlink_too)
{
	DIR *folder = opendir(keys_folder);
	size_t count = 0;

	ck_assert_ptr_nonnull(folder);
	for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
		if (entry->d_name[0] == '.')
			continue;
		count++;
		if (unlink_too)
			ck_assert_int_eq(unlinkat(dirfd(folder), entry->d_name, 0), 0);
	}
	(void)closedir(folder);
	return count;
}

static inline void
keys_tear_down(void)
{
	(void)keys_files(true);
	ck_assert_int_eq(rmdir(keys_folder), 0);
}

static inline void
keys_write(const char *text, size_t len, mode_t mode)
{
	int fd = open(keys_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	ck_assert_int_eq(close(fd), 0);
}

/* The file's text, for comparing. Static. */
static inline const char *
keys_read_text(void)
{
	static char text[2048];
	int fd = open(keys_path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	ck_assert_int_ge(fd, 0);
	len = read(fd, text, sizeof(text) - 1);
	ck_assert_int_ge(len, 0);
	text[len] = '\0';
	ck_assert_int_eq(close(fd), 0);
	return text;
}

/* Loads; a failure ends the test. */
static inline struct keyring *
keys_load(void)
{
	struct keyring *keys = NULL;
	wf_status status = keyring_load(keys_path, &keys, keys_why, sizeof(keys_why));

	ck_assert_msg(status == WF_OK, "%s: %s", wf_status_name(status), keys_why);
	ck_assert_str_eq(keys_why, "");
	return keys;
}

/* A keyring from the text of a key file. */
static inline struct keyring *
keys_from(const char *text)
{
	keys_write(text, strlen(text), 0600);
	return keys_load();
}

/* A file in memory with this content, to be read from its beginning. */
static inline int
memory_file(const void *bytes, size_t len)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* The whole content of a file in memory; the caller frees it. */
static inline uint8_t *
memory_content(int fd, size_t *len_r)
{
	off_t end = lseek(fd, 0, SEEK_END);
	uint8_t *bytes = malloc((size_t)end + 1);

	ck_assert_int_ge(end, 0);
	ck_assert_ptr_nonnull(bytes);
	ck_assert_int_eq(pread(fd, bytes, (size_t)end, 0), end);
	*len_r = (size_t)end;
	return bytes;
}

#endif
