/*
 * Bounded bytes, in and out. Nothing here knows what the bytes mean. The
 * memory of a wf_buf may have held secrets, so it is wiped before it goes back
 * to the allocator; that is why it is never passed to realloc().
 */
#include "config.h"

#include "common/buf.h"

#include <stdlib.h>
#include <string.h>

#include "common/fault.h"
#include "common/secret.h"

#define BUF_FIRST 64 /* bytes of the first allocation */
#define BUF_FIRST_SECRET 4096

void
wf_buf_init(struct wf_buf *buf, size_t max)
{
	*buf = (struct wf_buf){.max = max};
}

void
wf_buf_init_secret(struct wf_buf *buf, size_t max)
{
	*buf = (struct wf_buf){.max = max, .secret = true};
}

static uint8_t *
buf_memory_new(const struct wf_buf *buf, size_t cap)
{
	if (buf->secret)
		return wf_secret_memory_new(cap);
	return wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(cap);
}

static void
buf_memory_free(const struct wf_buf *buf)
{
	if (buf->secret) {
		wf_secret_memory_free(buf->data, buf->cap);
		return;
	}
	wf_wipe(buf->data, buf->cap);
	free(buf->data);
}

void
wf_buf_clear(struct wf_buf *buf)
{
	buf_memory_free(buf);
	*buf = (struct wf_buf){.max = buf->max, .secret = buf->secret};
}

/* The next capacity: doubled until `need` fits, never above the ceiling. need <= max. */
static size_t
buf_capacity_for(const struct wf_buf *buf, size_t need)
{
	size_t first = buf->secret ? BUF_FIRST_SECRET : BUF_FIRST;
	size_t cap = buf->cap > 0 ? buf->cap : first;

	while (cap < need && cap <= buf->max / 2)
		cap *= 2;
	return cap < need ? buf->max : cap;
}

static wf_status
buf_grow(struct wf_buf *buf, size_t need)
{
	size_t cap = buf_capacity_for(buf, need);
	uint8_t *data = buf_memory_new(buf, cap);

	if (data == NULL)
		return WF_NO_MEMORY;
	if (buf->len > 0)
		memcpy(data, buf->data, buf->len);
	buf_memory_free(buf);
	buf->data = data;
	buf->cap = cap;
	return WF_OK;
}

/* Makes room for `len` more bytes. */
static wf_status
buf_reserve(struct wf_buf *buf, size_t len)
{
	if (buf->max - buf->len < len)
		return WF_TOO_LONG;
	if (buf->cap - buf->len < len)
		return buf_grow(buf, buf->len + len);
	return WF_OK;
}

wf_status
wf_buf_put(struct wf_buf *buf, const void *bytes, size_t len)
{
	wf_status status = buf_reserve(buf, len);

	if (status != WF_OK)
		return status;
	if (len > 0)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	return WF_OK;
}

wf_status
wf_buf_put_space(struct wf_buf *buf, size_t len, uint8_t **space_r)
{
	wf_status status = buf_reserve(buf, len);

	if (status != WF_OK)
		return status;
	if (len > 0)
		memset(buf->data + buf->len, 0, len);
	*space_r = len > 0 ? buf->data + buf->len : buf->data;
	buf->len += len;
	return WF_OK;
}

void
wf_buf_cut(struct wf_buf *buf, size_t len)
{
	if (len >= buf->len)
		return;
	wf_wipe(buf->data + len, buf->len - len);
	buf->len = len;
}

/* The low `width` bytes of `value`, highest first. */
static wf_status
buf_put_uint(struct wf_buf *buf, uint64_t value, size_t width)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < width; i++)
		bytes[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
	return wf_buf_put(buf, bytes, width);
}

wf_status
wf_buf_put_u8(struct wf_buf *buf, uint8_t value)
{
	return buf_put_uint(buf, value, 1);
}

wf_status
wf_buf_put_u16(struct wf_buf *buf, uint16_t value)
{
	return buf_put_uint(buf, value, 2);
}

wf_status
wf_buf_put_u32(struct wf_buf *buf, uint32_t value)
{
	return buf_put_uint(buf, value, 4);
}

wf_status
wf_buf_put_u64(struct wf_buf *buf, uint64_t value)
{
	return buf_put_uint(buf, value, 8);
}

wf_status
wf_buf_put_block(struct wf_buf *buf, const void *bytes, size_t len)
{
	size_t before = buf->len;
	wf_status status;

	if (len > UINT16_MAX)
		return WF_TOO_LONG;
	status = wf_buf_put_u16(buf, (uint16_t)len);
	if (status == WF_OK)
		status = wf_buf_put(buf, bytes, len);
	if (status != WF_OK)
		wf_buf_cut(buf, before);
	return status;
}

void
wf_reader_init(struct wf_reader *reader, const void *bytes, size_t len)
{
	static const uint8_t nothing[1];

	reader->at = len > 0 ? bytes : nothing;
	reader->end = reader->at + len;
}

size_t
wf_reader_left(const struct wf_reader *reader)
{
	return (size_t)(reader->end - reader->at);
}

wf_status
wf_reader_get(struct wf_reader *reader, size_t len, const uint8_t **bytes_r)
{
	if (wf_reader_left(reader) < len)
		return WF_INVALID;
	*bytes_r = reader->at;
	reader->at += len;
	return WF_OK;
}

static wf_status
reader_get_uint(struct wf_reader *reader, size_t width, uint64_t *value_r)
{
	const uint8_t *bytes;
	uint64_t value = 0;

	if (wf_reader_get(reader, width, &bytes) != WF_OK)
		return WF_INVALID;
	for (size_t i = 0; i < width; i++)
		value = value << 8 | bytes[i];
	*value_r = value;
	return WF_OK;
}

wf_status
wf_reader_get_u8(struct wf_reader *reader, uint8_t *value_r)
{
	uint64_t value;

	if (reader_get_uint(reader, 1, &value) != WF_OK)
		return WF_INVALID;
	*value_r = (uint8_t)value;
	return WF_OK;
}

wf_status
wf_reader_get_u16(struct wf_reader *reader, uint16_t *value_r)
{
	uint64_t value;

	if (reader_get_uint(reader, 2, &value) != WF_OK)
		return WF_INVALID;
	*value_r = (uint16_t)value;
	return WF_OK;
}

wf_status
wf_reader_get_u32(struct wf_reader *reader, uint32_t *value_r)
{
	uint64_t value;

	if (reader_get_uint(reader, 4, &value) != WF_OK)
		return WF_INVALID;
	*value_r = (uint32_t)value;
	return WF_OK;
}

wf_status
wf_reader_get_u64(struct wf_reader *reader, uint64_t *value_r)
{
	return reader_get_uint(reader, 8, value_r);
}

wf_status
wf_reader_get_block(struct wf_reader *reader, const uint8_t **bytes_r, size_t *len_r)
{
	struct wf_reader ahead = *reader;
	const uint8_t *bytes;
	uint16_t len;

	if (wf_reader_get_u16(&ahead, &len) != WF_OK)
		return WF_INVALID;
	if (wf_reader_get(&ahead, len, &bytes) != WF_OK)
		return WF_INVALID;
	*reader = ahead;
	*bytes_r = bytes;
	*len_r = len;
	return WF_OK;
}
