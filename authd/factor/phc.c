/* Reads and writes the encoded form of Argon2id hashes.  Computes nothing. */
#include "config.h"

#include "authd/factor/phc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MEMORY_KIB_MAX (UINT32_C(1) << 20) /* 1 GiB */
#define MEMORY_KIB_PER_LANE 8		   /* RFC 9106 section 3.1 */
#define PASSES_MAX 16
#define LANES_MAX 16

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

wf_status
phc_cost_check(const struct password_cost *cost)
{
	if (cost->lanes < 1 || cost->lanes > LANES_MAX || cost->passes < 1 ||
		cost->passes > PASSES_MAX)
		return WF_INVALID;
	if (cost->memory_kib < MEMORY_KIB_PER_LANE * cost->lanes ||
		cost->memory_kib > MEMORY_KIB_MAX)
		return WF_INVALID;
	return WF_OK;
}

/* Base64 without padding (RFC 4648 section 4 and 3.2), `len` characters. */
static wf_status
base64_decode(const char *text, size_t len, uint8_t *bytes_r, size_t size, size_t *len_r)
{
	uint32_t bits = 0;
	unsigned held = 0;
	size_t out = 0;

	for (size_t i = 0; i < len; i++) {
		const char *at = strchr(alphabet, text[i]);

		if (at == NULL)
			return WF_INVALID;
		bits = (bits << 6 | (uint32_t)(at - alphabet)) & 0xfff;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		if (out >= size)
			return WF_INVALID;
		bytes_r[out++] = (uint8_t)(bits >> held);
	}
	/* One text for one value: no lone character, no bits that say nothing. */
	if (held >= 6 || (bits & ((1U << held) - 1)) != 0)
		return WF_INVALID;
	*len_r = out;
	return WF_OK;
}

static void
base64_encode(const uint8_t *bytes, size_t len, char *text_r)
{
	uint32_t bits = 0;
	unsigned held = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | bytes[i];
		for (held += 8; held >= 6; held -= 6)
			*text_r++ = alphabet[bits >> (held - 6) & 63];
	}
	if (held > 0)
		*text_r++ = alphabet[bits << (6 - held) & 63];
	*text_r = '\0';
}

/* `name` and a decimal number without leading zeros; moves *at behind it. */
static wf_status
take_number(const char **at, const char *name, uint32_t *value_r)
{
	size_t name_len = strlen(name);
	const char *digits = *at + name_len;
	uint32_t value = 0;
	size_t n = strncmp(*at, name, name_len) == 0 ? strspn(digits, "0123456789") : 0;

	if (n == 0 || n > 9 || (digits[0] == '0' && n > 1))
		return WF_INVALID;
	for (size_t i = 0; i < n; i++)
		value = value * 10 + (uint32_t)(digits[i] - '0');
	*at = digits + n;
	*value_r = value;
	return WF_OK;
}

static wf_status
take_base64(const char **at, size_t min, size_t max, uint8_t *bytes_r, size_t *len_r)
{
	const char *text = *at;
	size_t len;

	if (*text != '$')
		return WF_INVALID;
	text++;
	len = strcspn(text, "$");
	if (base64_decode(text, len, bytes_r, max, len_r) != WF_OK || *len_r < min)
		return WF_INVALID;
	*at = text + len;
	return WF_OK;
}

wf_status
phc_parse(const char *text, struct phc *phc_r)
{
	struct phc phc = {.salt_len = 0};
	const char *at = text;
	uint32_t version = 0;

	if (take_number(&at, PHC_PREFIX "v=", &version) != WF_OK || version != 19 ||
	    take_number(&at, "$m=", &phc.cost.memory_kib) != WF_OK ||
	    take_number(&at, ",t=", &phc.cost.passes) != WF_OK ||
	    take_number(&at, ",p=", &phc.cost.lanes) != WF_OK || phc_cost_check(&phc.cost) != WF_OK)
		return WF_INVALID;
	if (take_base64(&at, PHC_SALT_MIN, PHC_SALT_MAX, phc.salt, &phc.salt_len) != WF_OK ||
		take_base64(&at, PHC_HASH_MIN, PHC_HASH_MAX, phc.hash, &phc.hash_len) != WF_OK ||
		*at != '\0')
		return WF_INVALID;
	*phc_r = phc;
	return WF_OK;
}

wf_status
phc_format(const struct phc *phc, char *text_r, size_t size)
{
	char salt[PHC_SALT_MAX * 4 / 3 + 3];
	char hash[PHC_HASH_MAX * 4 / 3 + 3];
	char text[PHC_TEXT_MAX];
	int len;

	base64_encode(phc->salt, phc->salt_len, salt);
	base64_encode(phc->hash, phc->hash_len, hash);
	len = snprintf(text, sizeof(text),
		PHC_PREFIX "v=19$m=%" PRIu32 ",t=%" PRIu32 ",p=%" PRIu32 "$%s$%s",
		phc->cost.memory_kib, phc->cost.passes, phc->cost.lanes, salt, hash);
	if ((size_t)len >= size)
		return WF_TOO_LONG;
	memcpy(text_r, text, (size_t)len + 1);
	return WF_OK;
}
