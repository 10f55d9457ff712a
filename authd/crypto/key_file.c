/*
 * The key file: reading, checking, creating and changing it.  Strict: a line that is not exactly
 * what we would have written is an error, since a key that was damaged unnoticed would make every
 * secret sealed with it unreadable.  The content is only ever in secret memory, and no error shows
 * any of it.
 *
 *     1:q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=
 *     2:...
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "authd/crypto/file_io.h"
#include "authd/crypto/keyring_impl.h"
#include "common/fault.h"
#include "common/i18n.h"
#include "common/random.h"

#define KEY_TEXT_LEN 44 /* of 32 bytes in base64 */
#define KEY_LINE_MAX 56 /* ten digits, ':', the key, '\n' */

_Static_assert(KEYRING_KEYS_MAX *KEY_LINE_MAX <= WF_SECRET_MAX, "a key file fits into a secret");

/* Where a reader of the file stands, and where its complaints go. */
struct key_parser {
	const char *path;
	size_t line;
	char *why;
	size_t why_size;
};

static wf_status
parse_fail(const struct key_parser *parser, const char *sentence)
{
	(void)snprintf(
		parser->why, parser->why_size, "%s:%zu: %s", parser->path, parser->line, sentence);
	return WF_CORRUPT;
}

/* The six bits of a base64 digit, without a look-up that the cache could tell of; else 64. */
static uint8_t
base64_value(uint8_t digit)
{
	unsigned value = 64;

	value = digit >= 'A' && digit <= 'Z' ? digit - 'A' + 0u : value;
	value = digit >= 'a' && digit <= 'z' ? digit - 'a' + 26u : value;
	value = digit >= '0' && digit <= '9' ? digit - '0' + 52u : value;
	value = digit == '+' ? 62 : value;
	value = digit == '/' ? 63 : value;
	return (uint8_t)value;
}

/* 43 digits and '=' to 32 bytes; false for anything else, unused bits that are set included. */
static bool
base64_decode(const uint8_t *text, uint8_t key_r[KEYRING_KEY_LEN])
{
	uint32_t bits = 0;
	unsigned held = 0;
	size_t used = 0;

	for (size_t i = 0; i < KEY_TEXT_LEN - 1; i++) {
		uint8_t value = base64_value(text[i]);

		if (value > 63)
			return false;
		bits = (bits << 6 | value) & 0xffff;
		held += 6;
		if (held >= 8) {
			held -= 8;
			key_r[used++] = (uint8_t)(bits >> held);
		}
	}
	return text[KEY_TEXT_LEN - 1] == '=' && (bits & 3) == 0;
}

static void
base64_encode(const uint8_t key[KEYRING_KEY_LEN], uint8_t text_r[KEY_TEXT_LEN])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	unsigned held = 0;
	size_t used = 0;

	for (size_t i = 0; i < KEYRING_KEY_LEN; i++) {
		bits = (bits << 8 | key[i]) & 0xffff;
		for (held += 8; held >= 6; held -= 6)
			text_r[used++] = (uint8_t)digits[bits >> (held - 6) & 63];
	}
	text_r[used++] = (uint8_t)digits[bits << (6 - held) & 63];
	text_r[used] = '=';
}

/* A decimal id without leading zeros before the colon; 0 if there is none. */
static uint32_t
parse_id(const uint8_t *line, size_t len)
{
	uint64_t id = 0;

	if (len == 0 || len > 10 || line[0] == '0')
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (line[i] < '0' || line[i] > '9')
			return 0;
		id = id * 10 + (uint64_t)(line[i] - '0');
	}
	return id <= UINT32_MAX ? (uint32_t)id : 0;
}

static wf_status
parse_line(const struct key_parser *parser, const uint8_t *line, size_t len, struct keyring *keys)
{
	static const uint8_t zeros[KEYRING_KEY_LEN];
	const uint8_t *colon = memchr(line, ':', len);
	size_t id_len = colon != NULL ? (size_t)(colon - line) : 0;
	uint32_t id = parse_id(line, id_len);
	struct keyring_key *key = &keys->keys[keys->count];
	wf_status status;

	if (keys->count == KEYRING_KEYS_MAX)
		return parse_fail(parser, _("there are more than 16 keys."));
	if (id == 0 || len - id_len - 1 != KEY_TEXT_LEN)
		return parse_fail(parser, _("this is not a line of the form ID:KEY, the key being "
					    "44 characters of base64."));
	if (keys->count > 0 && id <= keys->keys[keys->count - 1].id)
		return parse_fail(
			parser, _("the number of this key is not greater than the one before it."));
	status = wf_secret_set(&key->bytes, zeros, sizeof(zeros));
	if (status != WF_OK)
		return status;
	keys->count++;
	key->id = id;
	if (!base64_decode(colon + 1, key->bytes.bytes))
		return parse_fail(parser,
			_("the key is not proper base64 of 32 bytes: was the file damaged?"));
	return WF_OK;
}

static wf_status
parse_text(struct key_parser *parser, const struct wf_secret *text, struct keyring *keys)
{
	const uint8_t *at = text->bytes;
	size_t left = text->len;

	while (left > 0) {
		const uint8_t *end = memchr(at, '\n', left);
		size_t len = end != NULL ? (size_t)(end - at) : left;
		wf_status status;

		parser->line++;
		if (end == NULL)
			return parse_fail(
				parser, _("the last line has no end: the file was cut off."));
		status = parse_line(parser, at, len, keys);
		if (status != WF_OK)
			return status;
		at += len + 1;
		left -= len + 1;
	}
	parser->line = 1;
	return keys->count > 0 ? WF_OK : parse_fail(parser, _("there is no key in this file."));
}

/* True for a file in the folder where systemd puts the credentials of the unit. */
static bool
is_credential(const char *path)
{
	const char *folder = secure_getenv("CREDENTIALS_DIRECTORY");
	size_t len = folder != NULL ? strlen(folder) : 0;

	return len > 0 && strncmp(path, folder, len) == 0 && path[len] == '/' &&
	       strchr(path + len + 1, '/') == NULL;
}

/* NULL if the file is closed enough, else a sentence that says what to do. */
static const char *
access_fault(const char *path, const struct stat *file)
{
	mode_t forbidden = is_credential(path) ? 0137 : 0177;

	if (!S_ISREG(file->st_mode))
		return _("the key file must be a regular file.");
	if (file->st_uid != geteuid() && file->st_uid != 0 && geteuid() != 0)
		return _("the key file belongs to somebody else: give it to the user of the daemon "
			 "with chown.");
	if ((file->st_mode & forbidden) != 0)
		return _("others may read or change the key file: run chmod 0600 on it.");
	return NULL;
}

static wf_status
open_fail(const char *path, int error, char *why_r, size_t size)
{
	char reason[128];
	const char *text = strerror_r(error, reason, sizeof(reason));

	if (error == ENOENT)
		(void)snprintf(why_r, size,
			_("%s: there is no key file: put your copy of it there, or run warifu init "
			  "on a new "
			  "machine."),
			path);
	else if (error == ELOOP)
		(void)snprintf(
			why_r, size, _("%s: the key file may not be a symbolic link."), path);
	else
		(void)snprintf(why_r, size, _("%s: the key file cannot be read: %s."), path, text);
	return file_status(error);
}

/* Opens and checks; the descriptor is the caller's. */
static wf_status
key_file_open(const char *path, int *fd_r, struct stat *file_r, char *why_r, size_t size)
{
	const char *fault;
	int fd;

	errno = EIO;
	fd = wf_fault(WF_FAULT_FILE) ? -1
				     : open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return open_fail(path, errno, why_r, size);
	errno = EIO;
	if (wf_fault(WF_FAULT_FILE) || fstat(fd, file_r) != 0) {
		wf_status status = open_fail(path, errno, why_r, size);

		(void)close(fd);
		return status;
	}
	fault = access_fault(path, file_r);
	if (fault != NULL) {
		(void)snprintf(why_r, size, "%s: %s", path, fault);
		(void)close(fd);
		return WF_DENIED;
	}
	*fd_r = fd;
	return WF_OK;
}

/* The whole file into secret memory. */
static wf_status
key_file_read(int fd, const char *path, struct wf_secret *text_r, char *why_r, size_t size)
{
	static const uint8_t zeros[WF_SECRET_MAX];
	struct wf_secret text = WF_SECRET_EMPTY;
	wf_status status = wf_secret_set(&text, zeros, sizeof(zeros));

	if (status != WF_OK)
		return status;
	status = file_read(fd, text.bytes, WF_SECRET_MAX, &text.len);
	if (status != WF_OK)
		status = open_fail(path, errno, why_r, size);
	else if (text.len == WF_SECRET_MAX) {
		(void)snprintf(why_r, size, _("%s: this is too long for a key file."), path);
		status = WF_CORRUPT;
	}
	if (status == WF_OK)
		wf_secret_move(text_r, &text);
	wf_secret_clear(&text);
	return status;
}

/* The keys of an open key file. */
static wf_status
keys_read(int fd, const char *path, struct keyring **keys_r, char *why_r, size_t size)
{
	struct key_parser parser = {.path = path, .why = why_r, .why_size = size};
	struct wf_secret text = WF_SECRET_EMPTY;
	struct keyring *keys = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*keys));
	wf_status status;

	if (keys == NULL)
		return WF_NO_MEMORY;
	status = key_file_read(fd, path, &text, why_r, size);
	if (status == WF_OK)
		status = parse_text(&parser, &text, keys);
	wf_secret_clear(&text);
	if (status == WF_OK)
		*keys_r = keys;
	else
		keyring_free(&keys);
	return status;
}

wf_status
keyring_load(const char *path, struct keyring **keys_r, char *why_r, size_t size)
{
	struct keyring *keys = NULL;
	struct stat file = {.st_ino = 0};
	wf_status status;
	int fd = -1;

	(void)snprintf(
		why_r, size, _("%s: there is not enough memory to read the key file."), path);
	status = crypto_start();
	if (status != WF_OK) {
		(void)snprintf(why_r, size, "OpenSSL: %s", _(wf_status_text(status)));
		return status;
	}
	status = key_file_open(path, &fd, &file, why_r, size);
	if (status != WF_OK)
		return status;
	status = keys_read(fd, path, &keys, why_r, size);
	(void)close(fd);
	if (status == WF_OK)
		status = keyring_prepare(keys);
	if (status != WF_OK) {
		keyring_free(&keys);
		return status;
	}
	if (size > 0)
		why_r[0] = '\0';
	*keys_r = keys;
	return WF_OK;
}

/* One fresh key at the end of the keyring. */
static wf_status
keys_grow(struct keyring *keys)
{
	static const uint8_t zeros[KEYRING_KEY_LEN];
	uint32_t last = keys->count > 0 ? keyring_current(keys) : 0;
	struct keyring_key *key = &keys->keys[keys->count];
	wf_status status;

	if (keys->count == KEYRING_KEYS_MAX || last == UINT32_MAX)
		return WF_FULL;
	status = wf_secret_set(&key->bytes, zeros, sizeof(zeros));
	if (status == WF_OK)
		status = wf_random_bytes(key->bytes.bytes, key->bytes.len);
	if (status != WF_OK) {
		wf_secret_clear(&key->bytes);
		return status;
	}
	key->id = last + 1;
	keys->count++;
	return WF_OK;
}

/* The text of the file for these keys. */
static wf_status
keys_print(const struct keyring *keys, struct wf_secret *text_r)
{
	static const uint8_t zeros[WF_SECRET_MAX];
	size_t len = 0;
	wf_status status = wf_secret_set(text_r, zeros, sizeof(zeros));

	if (status != WF_OK)
		return status;
	for (size_t i = 0; i < keys->count; i++) {
		len += (size_t)snprintf((char *)text_r->bytes + len, WF_SECRET_MAX - len,
			"%" PRIu32 ":", keys->keys[i].id);
		base64_encode(keys->keys[i].bytes.bytes, text_r->bytes + len);
		len += KEY_TEXT_LEN;
		text_r->bytes[len++] = '\n';
	}
	text_r->bytes[len] = '\0';
	text_r->len = len;
	return WF_OK;
}

static wf_status
keys_write(const struct keyring *keys, const char *path, bool fresh, const struct file_owner *owner)
{
	struct wf_secret text = WF_SECRET_EMPTY;
	wf_status status = keys_print(keys, &text);

	if (status == WF_OK)
		status = file_put(path, text.bytes, text.len, fresh, owner);
	wf_secret_clear(&text);
	return status;
}

wf_status
keyring_create(const char *path)
{
	struct keyring *keys = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*keys));
	wf_status status;

	if (keys == NULL)
		return WF_NO_MEMORY;
	status = crypto_start();
	if (status == WF_OK)
		status = keys_grow(keys);
	if (status == WF_OK)
		status = keys_write(keys, path, true, NULL);
	keyring_free(&keys);
	return status;
}

/* One at a time: locks the file, and makes sure that it is still the one of that name. */
static wf_status
key_file_lock(int fd, const char *path, const struct stat *file)
{
	struct stat now;

	if (wf_fault(WF_FAULT_FILE))
		return WF_IO;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? WF_CONFLICT : WF_IO;
	if (lstat(path, &now) != 0 || now.st_dev != file->st_dev || now.st_ino != file->st_ino)
		return WF_CONFLICT;
	return WF_OK;
}

/* Reads the file under a lock, lets `change` change the keys, puts the new file in place. */
static wf_status
key_file_change(const char *path, wf_status (*change)(struct keyring *keys, uint32_t keep),
	uint32_t keep, uint32_t *key_id_r)
{
	char why[256];
	struct keyring *keys = NULL;
	struct stat file = {.st_ino = 0};
	struct file_owner owner;
	wf_status status;
	int fd = -1;

	if (is_credential(path))
		return WF_UNSUPPORTED;
	status = key_file_open(path, &fd, &file, why, sizeof(why));
	if (status != WF_OK)
		return status;
	owner = (struct file_owner){file.st_uid, file.st_gid};
	status = key_file_lock(fd, path, &file);
	if (status == WF_OK)
		status = keys_read(fd, path, &keys, why, sizeof(why));
	if (status == WF_OK)
		status = change(keys, keep);
	if (status == WF_OK)
		status = keys_write(keys, path, false, &owner);
	if (status == WF_OK)
		*key_id_r = keyring_current(keys);
	keyring_free(&keys);
	(void)close(fd);
	return status;
}

static wf_status
keys_grow_all(struct keyring *keys, uint32_t keep)
{
	(void)keep;
	return keys_grow(keys);
}

wf_status
keyring_add(const char *path, uint32_t *key_id_r)
{
	return key_file_change(path, keys_grow_all, 0, key_id_r);
}

/* Only the first, the last and the one to keep stay. */
static wf_status
keys_prune(struct keyring *keys, uint32_t keep)
{
	const uint32_t current = keyring_current(keys);
	size_t n = 1;

	for (size_t i = 1; i < keys->count; i++) {
		struct keyring_key *key = &keys->keys[i];

		if (key->id != current && key->id != keep)
			continue;
		if (i != n) {
			keys->keys[n].id = key->id;
			wf_secret_move(&keys->keys[n].bytes, &key->bytes);
		}
		n++;
	}
	while (keys->count > n)
		wf_secret_clear(&keys->keys[--keys->count].bytes);
	return WF_OK;
}

wf_status
keyring_prune(const char *path, uint32_t keep)
{
	uint32_t current;

	return key_file_change(path, keys_prune, keep, &current);
}

void
keyring_tidy(const char *path)
{
	if (!is_credential(path))
		file_tidy(path);
}
