/*
 * The text of an emergency code. It is read from paper and typed at a console in a bad hour, so it
 * forgives what people confuse, and four characters of check tell a typing error from a wrong code:
 * a typing error is never counted as a guess, and is no help to a guesser, who can compute the
 * check.
 */
#include "config.h"

#include <string.h>

#include "common/breakglass.h"

#define CODE_SYMBOLS 30 /* 26 for 128 bits and two zero bits, 4 for the check */
#define CODE_DATA_SYMBOLS 26
#define CODE_GROUP 5
#define CHECK_BITS 20

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* CRC-24 (RFC 4880, section 6.1), of which the low 20 bits are used. */
static uint32_t
code_check(const uint8_t code[WF_BREAKGLASS_CODE_BYTES])
{
	uint32_t crc = 0xB704CE;

	for (size_t i = 0; i < WF_BREAKGLASS_CODE_BYTES; i++) {
		crc ^= (uint32_t)code[i] << 16;
		for (int bit = 0; bit < 8; bit++) {
			crc <<= 1;
			if ((crc & 0x1000000) != 0)
				crc ^= 0x1864CFB;
		}
	}
	return crc & ((1U << CHECK_BITS) - 1);
}

/* Five bits from bit `at` on, most significant first; bits behind the end are zero. */
static unsigned
code_symbol(const uint8_t code[WF_BREAKGLASS_CODE_BYTES], size_t at)
{
	unsigned value = 0;

	for (size_t bit = at; bit < at + 5; bit++) {
		value <<= 1;
		if (bit < WF_BREAKGLASS_CODE_BYTES * 8)
			value |= (unsigned)(code[bit / 8] >> (7 - bit % 8)) & 1U;
	}
	return value;
}

void
wf_breakglass_code_format(
	const uint8_t code[WF_BREAKGLASS_CODE_BYTES], char text_r[WF_BREAKGLASS_CODE_TEXT])
{
	uint32_t check = code_check(code);
	char *out = text_r;

	for (size_t i = 0; i < CODE_SYMBOLS; i++) {
		unsigned value;

		if (i < CODE_DATA_SYMBOLS)
			value = code_symbol(code, i * 5);
		else
			value = (unsigned)(check >> (5 * (CODE_SYMBOLS - 1 - i))) & 31U;
		if (i > 0 && i % CODE_GROUP == 0)
			*out++ = '-';
		*out++ = alphabet[value];
	}
	*out = '\0';
}

/* The value of one typed character; -1 for none. */
static int
symbol_value(char typed)
{
	const char *found;

	if (typed >= 'a' && typed <= 'z')
		typed = (char)(typed - 'a' + 'A');
	if (typed == 'O')
		typed = '0';
	if (typed == 'I' || typed == 'L')
		typed = '1';
	found = typed == '\0' ? NULL : strchr(alphabet, typed);
	return found == NULL ? -1 : (int)(found - alphabet);
}

/* WF_INVALID unless there are exactly CODE_SYMBOLS symbols. */
static wf_status
symbols_read(const char *text, size_t len, uint8_t symbols_r[CODE_SYMBOLS])
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++) {
		int value;

		if (text[i] == '-' || text[i] == ' ')
			continue;
		value = symbol_value(text[i]);
		if (value < 0 || count == CODE_SYMBOLS)
			return WF_INVALID;
		symbols_r[count++] = (uint8_t)value;
	}
	return count == CODE_SYMBOLS ? WF_OK : WF_INVALID;
}

static void
symbols_to_bytes(const uint8_t symbols[CODE_SYMBOLS], uint8_t code_r[WF_BREAKGLASS_CODE_BYTES])
{
	memset(code_r, 0, WF_BREAKGLASS_CODE_BYTES);
	for (size_t bit = 0; bit < WF_BREAKGLASS_CODE_BYTES * 8; bit++) {
		unsigned value = (unsigned)(symbols[bit / 5] >> (4 - bit % 5)) & 1U;

		code_r[bit / 8] = (uint8_t)(code_r[bit / 8] | value << (7 - bit % 8));
	}
}

wf_status
wf_breakglass_code_parse(const char *text, size_t len, uint8_t code_r[WF_BREAKGLASS_CODE_BYTES])
{
	uint8_t symbols[CODE_SYMBOLS] = {0};
	uint8_t code[WF_BREAKGLASS_CODE_BYTES];
	uint32_t check = 0;
	wf_status status = symbols_read(text, len, symbols);

	if (status == WF_OK) {
		symbols_to_bytes(symbols, code);
		for (size_t i = CODE_DATA_SYMBOLS; i < CODE_SYMBOLS; i++)
			check = check << 5 | symbols[i];
		if ((symbols[CODE_DATA_SYMBOLS - 1] & 3) != 0 || check != code_check(code))
			status = WF_INVALID;
	}
	if (status == WF_OK)
		memcpy(code_r, code, sizeof(code));
	wf_wipe(symbols, sizeof(symbols));
	wf_wipe(code, sizeof(code));
	return status;
}
