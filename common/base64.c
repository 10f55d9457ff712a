/*
 * Base64 both ways. Six bits a character, gathered in a small number; what is left over at the end
 * must be zero, so that there is one text for each value.
 */
#include "config.h"

#include "common/base64.h"

/* The letter of six bits. `tail` are the two characters in which the alphabets differ. */
static char
letter_of(uint32_t value, const char tail[2])
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	value &= 63;
	if (value < 62)
		return letters[value];
	return tail[value - 62];
}

/* Where the text ends. */
static char *
encode(const uint8_t *bytes, size_t len, const char tail[2], char *text_r)
{
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | bytes[i];
		for (have += 8; have >= 6; have -= 6)
			*text_r++ = letter_of(bits >> (have - 6), tail);
	}
	if (have > 0)
		*text_r++ = letter_of(bits << (6 - have), tail);
	*text_r = '\0';
	return text_r;
}

void
wf_base64url_encode(const uint8_t *bytes, size_t len, char *text_r)
{
	(void)encode(bytes, len, "-_", text_r);
}

void
wf_base64_encode(const uint8_t *bytes, size_t len, char *text_r)
{
	char *end = encode(bytes, len, "+/", text_r);

	for (; (end - text_r) % 4 != 0; end++)
		*end = '=';
	*end = '\0';
}

/* 0..63, or -1. */
static int
value_of(char c, const char tail[2])
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == tail[0])
		return 62;
	return c == tail[1] ? 63 : -1;
}

static wf_status
decode(const char *text, size_t len, const char tail[2], uint8_t *bytes_r, size_t size,
	size_t *len_r)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int value = value_of(text[i], tail);

		if (value < 0)
			return WF_INVALID;
		bits = bits << 6 | (uint32_t)value;
		have += 6;
		if (have < 8)
			continue;
		if (n == size)
			return WF_TOO_LONG;
		have -= 8;
		bytes_r[n++] = (uint8_t)(bits >> have);
		bits &= (1U << have) - 1;
	}
	if (have >= 6 || bits != 0)
		return WF_INVALID;
	*len_r = n;
	return WF_OK;
}

wf_status
wf_base64url_decode(const char *text, size_t len, uint8_t *bytes_r, size_t size, size_t *len_r)
{
	return decode(text, len, "-_", bytes_r, size, len_r);
}

wf_status
wf_base64_decode(const char *text, size_t len, uint8_t *bytes_r, size_t size, size_t *len_r)
{
	if (len % 4 != 0)
		return WF_INVALID;
	for (size_t pad = 0; pad < 2 && len > 0 && text[len - 1] == '='; pad++)
		len--;
	return decode(text, len, "+/", bytes_r, size, len_r);
}
