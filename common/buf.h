/*
 * Bounded bytes: every byte that comes from outside is read through wf_reader,
 * every byte that leaves is written through wf_buf.  Checks are by subtraction
 * (`end - at < need`), so no sum can wrap.  Integers are big endian.
 * Neither type is shared between threads.
 */
#ifndef WF_COMMON_BUF_H
#define WF_COMMON_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

/* A growing buffer with a hard ceiling.  Its memory is wiped whenever it is grown or freed. */
struct wf_buf {
	uint8_t *data; /* owned */
	size_t len;    /* bytes written */
	size_t cap;    /* bytes allocated */
	size_t max;    /* ceiling; a write past it gives WF_TOO_LONG and changes nothing */
	bool secret;   /* in memory of its own, left out of core dumps */
};

void wf_buf_init(struct wf_buf *buf, size_t max);
/* For bytes that may be secret: they lie in wf_secret_memory_new(), a page at least. */
void wf_buf_init_secret(struct wf_buf *buf, size_t max);
/* Wipes and frees the content; the buffer may be used again. */
void wf_buf_clear(struct wf_buf *buf);
/*
 * Writers append. `bytes` may not lie in the buffer itself; it may be NULL when len is 0.
 * WF_NO_MEMORY and WF_TOO_LONG leave the buffer as it was.
 */
WF_MUST_USE wf_status wf_buf_put(struct wf_buf *buf, const void *bytes, size_t len);
/*
 * Appends `len` zero bytes and lends them for filling in; valid until the next call on the buffer.
 */
WF_MUST_USE wf_status wf_buf_put_space(struct wf_buf *buf, size_t len, uint8_t **space_r);
/* Cuts the content back to `len` bytes and wipes what was behind; a longer `len` does nothing. */
void wf_buf_cut(struct wf_buf *buf, size_t len);
WF_MUST_USE wf_status wf_buf_put_u8(struct wf_buf *buf, uint8_t value);
WF_MUST_USE wf_status wf_buf_put_u16(struct wf_buf *buf, uint16_t value);
WF_MUST_USE wf_status wf_buf_put_u32(struct wf_buf *buf, uint32_t value);
WF_MUST_USE wf_status wf_buf_put_u64(struct wf_buf *buf, uint64_t value);
/* A u16 length and the bytes; more than 65535 bytes is WF_TOO_LONG. */
WF_MUST_USE wf_status wf_buf_put_block(struct wf_buf *buf, const void *bytes, size_t len);

/* A view on bytes that somebody else owns; every getter moves it forward or leaves it alone. */
struct wf_reader {
	const uint8_t *at;
	const uint8_t *end;
};

void wf_reader_init(struct wf_reader *reader, const void *bytes, size_t len);
size_t wf_reader_left(const struct wf_reader *reader);
/* WF_INVALID when fewer bytes are left than asked for; outputs are then untouched. */
WF_MUST_USE wf_status wf_reader_get(struct wf_reader *reader, size_t len, const uint8_t **bytes_r);
WF_MUST_USE wf_status wf_reader_get_u8(struct wf_reader *reader, uint8_t *value_r);
WF_MUST_USE wf_status wf_reader_get_u16(struct wf_reader *reader, uint16_t *value_r);
WF_MUST_USE wf_status wf_reader_get_u32(struct wf_reader *reader, uint32_t *value_r);
WF_MUST_USE wf_status wf_reader_get_u64(struct wf_reader *reader, uint64_t *value_r);
WF_MUST_USE wf_status wf_reader_get_block(struct wf_reader *reader, const uint8_t **bytes_r,
					  size_t *len_r);

#endif
