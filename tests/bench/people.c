/* Names, secrets and codes of the benchmarks' people.  Computed apart from the product's own code for it. */
#include "config.h"

#include "tests/bench/people.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEEN 10

void
people_name(uint32_t number, char name_r[PEOPLE_NAME_SIZE])
{
	(void)snprintf(name_r, PEOPLE_NAME_SIZE, "u%07u", (unsigned)number);
}

void
people_secret(uint32_t number, uint8_t secret_r[PEOPLE_SECRET_LEN])
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	char text[32];
	int len = snprintf(text, sizeof(text), "bench %u", (unsigned)number);

	if (EVP_Digest(text, (size_t)len, hash, NULL, EVP_sha256(), NULL) != 1)
		abort();
	memcpy(secret_r, hash, PEOPLE_SECRET_LEN);
}

void
people_code(uint32_t number, uint64_t counter, char code_r[PEOPLE_CODE_SIZE])
{
	uint8_t secret[PEOPLE_SECRET_LEN];
	uint8_t mac[EVP_MAX_MD_SIZE];
	uint8_t text[8];
	uint32_t value;
	const uint8_t *at;

	people_secret(number, secret);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)(counter >> (56 - 8 * i));
	if (HMAC(EVP_sha1(), secret, sizeof(secret), text, sizeof(text), mac, NULL) == NULL)
		abort();
	at = mac + (mac[19] & 15);
	value = ((uint32_t)(at[0] & 0x7f) << 24) | ((uint32_t)at[1] << 16) | ((uint32_t)at[2] << 8) | at[3];
	(void)snprintf(code_r, PEOPLE_CODE_SIZE, "%06u", (unsigned)(value % 1000000));
}

bool
people_code_again(uint32_t number, uint64_t counter)
{
	char code[PEOPLE_CODE_SIZE], before[PEOPLE_CODE_SIZE];

	people_code(number, counter, code);
	for (uint64_t i = 1; i <= SEEN && i <= counter; i++) {
		people_code(number, counter - i, before);
		if (strcmp(code, before) == 0)
			return true;
	}
	return false;
}
