/*
 * Base64 (RFC 4648), both alphabets. Strict: no blanks, no foreign characters, no bits that nothing
 * stands for. Any thread; nothing is kept.
 */
#ifndef WF_COMMON_BASE64_H
#define WF_COMMON_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

/* Characters for `len` octets, without padding. */
#define WF_BASE64_LEN(len) (((len) * 4 + 2) / 3)

/* Section 5, without padding; text_r has room for WF_BASE64_LEN(len) + 1. */
void wf_base64url_encode(const uint8_t *bytes, size_t len, char *text_r);
/* Section 4, padded; text_r has room for WF_BASE64_LEN(len) + 4. */
void wf_base64_encode(const uint8_t *bytes, size_t len, char *text_r);
/*
 * Section 5, without padding. WF_INVALID: it is none; WF_TOO_LONG: more than `size` octets. bytes_r
 * may have been written to on failure: who reads a secret wipes it.
 */
WF_MUST_USE wf_status wf_base64url_decode(
	const char *text, size_t len, uint8_t *bytes_r, size_t size, size_t *len_r);
/* Section 4, padded to whole groups of four; otherwise as wf_base64url_decode(). */
WF_MUST_USE wf_status wf_base64_decode(
	const char *text, size_t len, uint8_t *bytes_r, size_t size, size_t *len_r);

#endif
