/* Bytes written as hex, for test vectors. */
#ifndef WF_TESTS_UNIT_CRYPTO_HEX_H
#define WF_TESTS_UNIT_CRYPTO_HEX_H

#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Gives the number of bytes; a vector that does not fit or is no hex ends the test. */
static inline size_t
unhex(const char *text, uint8_t *bytes_r, size_t size)
{
	size_t len = strlen(text) / 2;

	ck_assert_uint_eq(strlen(text) % 2, 0);
	ck_assert_uint_le(len, size);
	for (size_t i = 0; i < len; i++) {
		unsigned value = 0;

		ck_assert_int_eq(sscanf(text + 2 * i, "%2x", &value), 1);
		bytes_r[i] = (uint8_t)value;
	}
	return len;
}

#endif
