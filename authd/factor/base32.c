/* Base32 as people type it into an authenticator: capital letters and 2 to 7, no padding. */
#include "config.h"

#include "authd/factor/base32.h"

void
base32_encode(const uint8_t *bytes, size_t len, char *text_r)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint32_t bits = 0;
	unsigned held = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | bytes[i];
		for (held += 8; held >= 5; held -= 5)
			*text_r++ = alphabet[bits >> (held - 5) & 31];
	}
	if (held > 0)
		*text_r++ = alphabet[bits << (5 - held) & 31];
	*text_r = '\0';
}
