/*
 * RFC 6238 appendix B: TOTP values of 8 digits, step 30 s.  The secrets are the ASCII digits
 * repeated to the length of the hash's output, as the appendix's program has it (erratum 2866).
 */
#ifndef WF_TESTS_VECTORS_RFC6238_H
#define WF_TESTS_VECTORS_RFC6238_H

#include <stdint.h>

#define RFC6238_SECRET_SHA1 "12345678901234567890"
#define RFC6238_SECRET_SHA256 "12345678901234567890123456789012"
#define RFC6238_SECRET_SHA512 "1234567890123456789012345678901234567890123456789012345678901234"

static const struct rfc6238_row {
	int64_t time_s;
	const char *codes[3]; /* SHA-1, SHA-256, SHA-512 */
} rfc6238_rows[6] = {
	{59, {"94287082", "46119246", "90693936"}},
	{1111111109, {"07081804", "68084774", "25091201"}},
	{1111111111, {"14050471", "67062674", "99943326"}},
	{1234567890, {"89005924", "91819424", "93441116"}},
	{2000000000, {"69279037", "90698825", "38618901"}},
	{20000000000, {"65353130", "77737706", "47863826"}},
};

#endif
