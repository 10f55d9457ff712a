/*
 * Header and checks of backup files.
 *
 *     "WARIFUBK", u16 version, u16 length of what follows:
 *     u32 schema, u64 time, and, each with its u16 length, node, fingerprint of the current key,
 *     fingerprint of the key of look-ups; then the stream
 *
 * All bytes of the header are associated data of every record of the stream.
 */
#include "config.h"

#include "authd/crypto/backup_file.h"

#include <stdio.h>
#include <string.h>

#include "authd/crypto/file_io.h"
#include "authd/crypto/keyring_impl.h"
#include "common/i18n.h"

#define BACKUP_MAGIC "WARIFUBK"
#define BACKUP_MAGIC_LEN 8
#define BACKUP_VERSION 1
#define BACKUP_PREFIX_LEN (BACKUP_MAGIC_LEN + 4)
#define BACKUP_BODY_MAX 256

static wf_status
body_put(const struct backup_info *info, struct wf_buf *body)
{
	wf_status status = wf_buf_put_u32(body, info->schema);

	if (status == WF_OK)
		status = wf_buf_put_u64(body, (uint64_t)info->time_us);
	if (status == WF_OK)
		status = wf_buf_put_block(
			body, info->node, strnlen(info->node, sizeof(info->node) - 1));
	if (status == WF_OK)
		status = wf_buf_put_block(body, info->fingerprint, strlen(info->fingerprint));
	if (status == WF_OK)
		status = wf_buf_put_block(body, info->lookup, strlen(info->lookup));
	return status;
}

static wf_status
header_put(const struct backup_info *info, struct wf_buf *header)
{
	struct wf_buf body;
	wf_status status;

	wf_buf_init(&body, BACKUP_BODY_MAX);
	status = body_put(info, &body);
	if (status == WF_OK)
		status = wf_buf_put(header, BACKUP_MAGIC, BACKUP_MAGIC_LEN);
	if (status == WF_OK)
		status = wf_buf_put_u16(header, BACKUP_VERSION);
	if (status == WF_OK)
		status = wf_buf_put_block(header, body.data, body.len);
	wf_buf_clear(&body);
	return status;
}

wf_status
backup_file_write(
	const struct keyring *keys, const struct backup_info *info, int from_fd, int to_fd)
{
	struct backup_info full = *info;
	struct wf_buf header;
	wf_status status;

	wf_buf_init(&header, BACKUP_PREFIX_LEN + BACKUP_BODY_MAX);
	status = keyring_fingerprint(keys, keyring_current(keys), full.fingerprint);
	if (status == WF_OK)
		status = keyring_fingerprint(keys, keyring_lookup(keys), full.lookup);
	if (status == WF_OK)
		status = header_put(&full, &header);
	if (status == WF_OK)
		status = file_write(to_fd, header.data, header.len);
	if (status == WF_OK)
		status = stream_encrypt(
			keys, (struct crypto_bytes){header.data, header.len}, from_fd, to_fd);
	wf_buf_clear(&header);
	return status;
}

/* A text field of exactly the size allowed; false if it is longer or holds a NUL. */
static bool
text_get(struct wf_reader *reader, char *text_r, size_t size)
{
	const uint8_t *bytes;
	size_t len;

	if (wf_reader_get_block(reader, &bytes, &len) != WF_OK || len >= size)
		return false;
	memset(text_r, 0, size);
	memcpy(text_r, bytes, len);
	return strlen(text_r) == len;
}

static wf_status
body_get(const uint8_t *bytes, size_t len, struct backup_info *info_r)
{
	struct backup_info info = {.schema = 0};
	struct wf_reader reader;
	uint64_t time_us;

	wf_reader_init(&reader, bytes, len);
	if (wf_reader_get_u32(&reader, &info.schema) != WF_OK ||
		wf_reader_get_u64(&reader, &time_us) != WF_OK)
		return WF_CORRUPT;
	if (!text_get(&reader, info.node, sizeof(info.node)) ||
		!text_get(&reader, info.fingerprint, sizeof(info.fingerprint)) ||
		!text_get(&reader, info.lookup, sizeof(info.lookup)) ||
		wf_reader_left(&reader) != 0)
		return WF_CORRUPT;
	info.time_us = (int64_t)time_us;
	*info_r = info;
	return WF_OK;
}

/* Magic, version and length; the length of the body in len_r. */
static wf_status
prefix_get(const uint8_t *bytes, size_t len, uint16_t *len_r)
{
	struct wf_reader reader;
	const uint8_t *magic;
	uint16_t version;

	wf_reader_init(&reader, bytes, len);
	if (wf_reader_get(&reader, BACKUP_MAGIC_LEN, &magic) != WF_OK ||
		!wf_mem_equal(magic, BACKUP_MAGIC, BACKUP_MAGIC_LEN) ||
		wf_reader_get_u16(&reader, &version) != WF_OK || version == 0)
		return WF_CORRUPT;
	if (version > BACKUP_VERSION)
		return WF_VERSION;
	if (wf_reader_get_u16(&reader, len_r) != WF_OK || *len_r > BACKUP_BODY_MAX)
		return WF_CORRUPT;
	return WF_OK;
}

/* The header as read, in header_r, and what it says. */
static wf_status
header_get(int fd, struct wf_buf *header_r, struct backup_info *info_r)
{
	uint8_t bytes[BACKUP_PREFIX_LEN + BACKUP_BODY_MAX];
	uint16_t body_len = 0;
	size_t len, rest;
	wf_status status = file_read(fd, bytes, BACKUP_PREFIX_LEN, &len);

	if (status == WF_OK)
		status = prefix_get(bytes, len, &body_len);
	if (status == WF_OK)
		status = file_read(fd, bytes + BACKUP_PREFIX_LEN, body_len, &rest);
	if (status == WF_OK)
		status = rest == body_len ? body_get(bytes + BACKUP_PREFIX_LEN, body_len, info_r)
					  : WF_CORRUPT;
	if (status == WF_OK)
		status = wf_buf_put(header_r, bytes, BACKUP_PREFIX_LEN + (size_t)body_len);
	return status;
}

static wf_status
header_fail(wf_status status, char *why_r, size_t size)
{
	const char *sentence = _(wf_status_text(status));

	if (status == WF_VERSION)
		sentence = _("This backup was made by a newer version of Warifu: install that "
			     "version first.");
	else if (status == WF_CORRUPT)
		sentence = _("This is no backup of Warifu, or its beginning is damaged.");
	(void)snprintf(why_r, size, "%s", sentence);
	return status;
}

wf_status
backup_file_inspect(int from_fd, struct backup_info *info_r, char *why_r, size_t size)
{
	struct wf_buf header;
	wf_status status;

	wf_buf_init(&header, BACKUP_PREFIX_LEN + BACKUP_BODY_MAX);
	status = header_get(from_fd, &header, info_r);
	wf_buf_clear(&header);
	return status == WF_OK ? WF_OK : header_fail(status, why_r, size);
}

/* WF_NOT_FOUND, and the sentence, unless the keyring has the keys that the header names. */
static wf_status
keys_check(const struct keyring *keys, const struct backup_info *info, char *why_r, size_t size)
{
	char has[KEYRING_KEYS_MAX * 18] = "", text[17], first[17] = "";
	bool found = false;
	size_t used = 0;

	for (size_t i = 0; i < keys->count; i++) {
		wf_status status = keyring_fingerprint(keys, keys->keys[i].id, text);

		if (status != WF_OK)
			return header_fail(status, why_r, size);
		used += (size_t)snprintf(
			has + used, sizeof(has) - used, "%s%s", i > 0 ? ", " : "", text);
		found = found || strcmp(text, info->fingerprint) == 0;
		if (i == 0)
			memcpy(first, text, sizeof(first));
	}
	if (found && strcmp(first, info->lookup) == 0)
		return WF_OK;
	(void)snprintf(why_r, size,
		_("This backup was made with key %s, the key file has %s: put the right key file "
		  "in place."),
		found ? info->lookup : info->fingerprint, found ? first : has);
	return WF_NOT_FOUND;
}

static wf_status
schema_check(const struct backup_info *info, uint32_t schema_max, char *why_r, size_t size)
{
	if (info->schema <= schema_max)
		return WF_OK;
	(void)snprintf(why_r, size,
		_("This backup has schema %u, and this version of Warifu knows up to %u: install "
		  "the newer "
		  "version first."),
		(unsigned)info->schema, (unsigned)schema_max);
	return WF_VERSION;
}

wf_status
backup_file_read(const struct keyring *keys, uint32_t schema_max, int from_fd, int to_fd,
	struct backup_info *info_r, char *why_r, size_t size)
{
	struct backup_info info;
	struct wf_buf header;
	wf_status status;

	wf_buf_init(&header, BACKUP_PREFIX_LEN + BACKUP_BODY_MAX);
	status = header_get(from_fd, &header, &info);
	if (status != WF_OK)
		(void)header_fail(status, why_r, size);
	else
		status = schema_check(&info, schema_max, why_r, size);
	if (status == WF_OK)
		status = keys_check(keys, &info, why_r, size);
	if (status == WF_OK)
		status = stream_decrypt(keys, (struct crypto_bytes){header.data, header.len},
			from_fd, to_fd, why_r, size);
	wf_buf_clear(&header);
	if (status == WF_OK)
		*info_r = info;
	return status;
}
