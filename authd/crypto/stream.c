/*
 * Encryption of files of any length, in records.
 *
 *     "WFCRYPT1", u32 key id, 32 bytes of salt,
 *     then records: up to 65536 bytes of ciphertext, 16 bytes of tag
 *
 * The key is derived from the master key and the salt, so it serves this file alone and the nonce
 * can be the record's number.  The number, whether it is the last record, and bytes that the
 * caller wants bound are associated data: a record that was moved, left out, or taken from another
 * file does not open, and neither does the last one of a file that was cut at a record's edge.
 * Every record but the last is full, so the reader knows the last by looking one byte ahead.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authd/crypto/file_io.h"
#include "authd/crypto/keyring_impl.h"
#include "common/fault.h"
#include "common/i18n.h"
#include "common/random.h"

#define STREAM_MAGIC "WFCRYPT1"
#define STREAM_MAGIC_LEN 8
#define STREAM_SALT_LEN 32
#define STREAM_HEADER_LEN (STREAM_MAGIC_LEN + 4 + STREAM_SALT_LEN)
#define STREAM_RECORD 65536
#define STREAM_AAD_MAX 1024

struct stream {
	struct wf_secret key;
	struct crypto_bytes bound;
	int from_fd, to_fd;
	uint64_t number; /* of the next record */
	uint8_t *bytes;  /* one record with its tag, and the first byte of the next */
};

#define STREAM_BUFFER (STREAM_RECORD + CRYPTO_TAG_LEN + 1)

typedef wf_status (*stream_step)(struct stream *stream, size_t len, bool last);

static wf_status
stream_open(struct stream *stream)
{
	stream->bytes = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, STREAM_BUFFER);
	return stream->bytes != NULL ? WF_OK : WF_NO_MEMORY;
}

static void
stream_close(struct stream *stream)
{
	if (stream->bytes != NULL)
		wf_wipe(stream->bytes, STREAM_BUFFER);
	free(stream->bytes);
	stream->bytes = NULL;
	wf_secret_clear(&stream->key);
}

/*
 * Cuts what comes from from_fd into pieces of `unit` bytes; the last one, perhaps empty, is told.
 */
static wf_status
stream_run(struct stream *stream, size_t unit, stream_step step)
{
	size_t have = 0;
	bool last = false;
	wf_status status = WF_OK;

	while (status == WF_OK && !last) {
		size_t got;
		uint8_t ahead;

		status = file_read(stream->from_fd, stream->bytes + have, unit + 1 - have, &got);
		if (status != WF_OK)
			return status;
		have += got;
		last = have <= unit;
		ahead = stream->bytes[unit];
		status = step(stream, last ? have : unit, last);
		stream->bytes[0] = ahead;
		have = 1;
		stream->number++;
	}
	return status;
}

static wf_status
record_aad(const struct stream *stream, bool last, struct wf_buf *aad)
{
	wf_status status = wf_buf_put_u64(aad, stream->number);

	if (status == WF_OK)
		status = wf_buf_put_u8(aad, last ? 1 : 0);
	if (status == WF_OK)
		status = wf_buf_put(aad, stream->bound.bytes, stream->bound.len);
	return status;
}

static void
record_nonce(const struct stream *stream, uint8_t nonce_r[CRYPTO_NONCE_LEN])
{
	memset(nonce_r, 0, CRYPTO_NONCE_LEN);
	for (size_t i = 0; i < 8; i++)
		nonce_r[CRYPTO_NONCE_LEN - 1 - i] = (uint8_t)(stream->number >> (8 * i));
}

/* Seals the record in the buffer and writes it with its tag. */
static wf_status
record_seal(struct stream *stream, size_t len, bool last)
{
	uint8_t nonce[CRYPTO_NONCE_LEN], tag[CRYPTO_TAG_LEN];
	struct wf_buf aad;
	wf_status status;

	wf_buf_init(&aad, STREAM_AAD_MAX);
	record_nonce(stream, nonce);
	status = record_aad(stream, last, &aad);
	if (status == WF_OK)
		status = crypto_gcm_seal(
			&(struct crypto_gcm){&stream->key, nonce, {aad.data, aad.len}},
			stream->bytes, len, stream->bytes, tag);
	if (status == WF_OK)
		status = file_write(stream->to_fd, stream->bytes, len);
	if (status == WF_OK)
		status = file_write(stream->to_fd, tag, sizeof(tag));
	wf_buf_clear(&aad);
	return status;
}

/* Opens the record in the buffer and writes its content. */
static wf_status
record_open(struct stream *stream, size_t len, bool last)
{
	uint8_t nonce[CRYPTO_NONCE_LEN], tag[CRYPTO_TAG_LEN];
	struct wf_buf aad;
	wf_status status;

	if (len < CRYPTO_TAG_LEN)
		return WF_CORRUPT;
	len -= CRYPTO_TAG_LEN;
	memcpy(tag, stream->bytes + len, sizeof(tag));
	wf_buf_init(&aad, STREAM_AAD_MAX);
	record_nonce(stream, nonce);
	status = record_aad(stream, last, &aad);
	if (status == WF_OK)
		status = crypto_gcm_open(
			&(struct crypto_gcm){&stream->key, nonce, {aad.data, aad.len}},
			stream->bytes, len, tag, stream->bytes);
	if (status == WF_OK)
		status = file_write(stream->to_fd, stream->bytes, len);
	wf_buf_clear(&aad);
	return status;
}

static wf_status
header_write(int fd, uint32_t key_id, const uint8_t salt[STREAM_SALT_LEN])
{
	struct wf_buf header;
	wf_status status;

	wf_buf_init(&header, STREAM_HEADER_LEN);
	status = wf_buf_put(&header, STREAM_MAGIC, STREAM_MAGIC_LEN);
	if (status == WF_OK)
		status = wf_buf_put_u32(&header, key_id);
	if (status == WF_OK)
		status = wf_buf_put(&header, salt, STREAM_SALT_LEN);
	if (status == WF_OK)
		status = file_write(fd, header.data, header.len);
	wf_buf_clear(&header);
	return status;
}

wf_status
stream_encrypt(const struct keyring *keys, struct crypto_bytes aad, int from_fd, int to_fd)
{
	const struct keyring_key *key = &keys->keys[keys->count - 1];
	struct stream stream = {.bound = aad, .from_fd = from_fd, .to_fd = to_fd};
	uint8_t salt[STREAM_SALT_LEN];
	wf_status status = wf_random_bytes(salt, sizeof(salt));

	if (status == WF_OK)
		status = keyring_derive(
			key, "stream 1", (struct crypto_bytes){salt, sizeof(salt)}, &stream.key);
	if (status == WF_OK)
		status = stream_open(&stream);
	if (status == WF_OK)
		status = header_write(to_fd, key->id, salt);
	if (status == WF_OK)
		status = stream_run(&stream, STREAM_RECORD, record_seal);
	stream_close(&stream);
	return status;
}

wf_status
keyring_encrypt_file(const struct keyring *keys, int from_fd, int to_fd)
{
	return stream_encrypt(keys, (struct crypto_bytes){NULL, 0}, from_fd, to_fd);
}

/* Reads the header and derives the key that it names. */
static wf_status
header_read(const struct keyring *keys, struct stream *stream)
{
	uint8_t header[STREAM_HEADER_LEN];
	const struct keyring_key *key;
	struct wf_reader reader;
	const uint8_t *magic, *salt;
	uint32_t key_id;
	size_t len;

	if (file_read(stream->from_fd, header, sizeof(header), &len) != WF_OK)
		return WF_IO;
	wf_reader_init(&reader, header, len);
	if (wf_reader_get(&reader, STREAM_MAGIC_LEN, &magic) != WF_OK ||
		wf_reader_get_u32(&reader, &key_id) != WF_OK ||
		wf_reader_get(&reader, STREAM_SALT_LEN, &salt) != WF_OK)
		return WF_CORRUPT;
	if (!wf_mem_equal(magic, STREAM_MAGIC, STREAM_MAGIC_LEN))
		return wf_mem_equal(magic, STREAM_MAGIC, STREAM_MAGIC_LEN - 1) ? WF_VERSION
									       : WF_CORRUPT;
	key = keyring_find(keys, key_id);
	if (key == NULL)
		return WF_NOT_FOUND;
	return keyring_derive(
		key, "stream 1", (struct crypto_bytes){salt, STREAM_SALT_LEN}, &stream->key);
}

static const struct {
	wf_status status;
	const char *sentence;
} decrypt_sentences[] = {
	{WF_CORRUPT,
		N_("The file is damaged, was altered, or is not complete: take another copy.")},
	{WF_NOT_FOUND, N_("The file was encrypted with a key that is not in the key file.")},
	{WF_VERSION,
		N_("The file was made by a newer version of Warifu: install that version first.")},
};

static const char *
decrypt_sentence(wf_status status)
{
	for (size_t i = 0; i < sizeof(decrypt_sentences) / sizeof(decrypt_sentences[0]); i++)
		if (decrypt_sentences[i].status == status)
			return _(decrypt_sentences[i].sentence);
	return _(wf_status_text(status));
}

wf_status
stream_decrypt(const struct keyring *keys, struct crypto_bytes aad, int from_fd, int to_fd,
	char *why_r, size_t size)
{
	struct stream stream = {.bound = aad, .from_fd = from_fd, .to_fd = to_fd};
	off_t start = lseek(to_fd, 0, SEEK_CUR);
	wf_status status = header_read(keys, &stream);

	if (status == WF_OK)
		status = stream_open(&stream);
	if (status == WF_OK)
		status = stream_run(&stream, STREAM_RECORD + CRYPTO_TAG_LEN, record_open);
	stream_close(&stream);
	if (status == WF_OK)
		return WF_OK;
	/* Nothing of it is proved: take back what was written. Not possible on a pipe. */
	if (start >= 0 && (ftruncate(to_fd, start) != 0 || lseek(to_fd, start, SEEK_SET) < 0))
		errno = 0;
	(void)snprintf(why_r, size, "%s", decrypt_sentence(status));
	return status;
}

wf_status
keyring_decrypt_file(const struct keyring *keys, int from_fd, int to_fd, char *why_r, size_t size)
{
	return stream_decrypt(keys, (struct crypto_bytes){NULL, 0}, from_fd, to_fd, why_r, size);
}
