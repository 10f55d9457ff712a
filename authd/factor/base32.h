/* Base32 (RFC 4648 section 6), without padding. */
#ifndef WF_AUTHD_FACTOR_BASE32_H
#define WF_AUTHD_FACTOR_BASE32_H

#include <stddef.h>
#include <stdint.h>

/* Characters of `len` octets, without NUL. */
#define BASE32_LEN(len) (((len) * 8 + 4) / 5)

/* Writes BASE32_LEN(len) characters and NUL. */
void base32_encode(const uint8_t *bytes, size_t len, char *text_r);

#endif
