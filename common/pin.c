/* Digits and colons; see the header. */
#include "config.h"

#include "common/pin.h"

#include <string.h>
#include <strings.h>

#define PREFIX_LEN (sizeof(WF_PIN_PREFIX) - 1)

static const char digits[] = "0123456789abcdef";

/* -1: no hexadecimal digit. */
static int
digit_of(char character)
{
	const char *at;

	if (character >= 'A' && character <= 'F')
		character = (char)(character - 'A' + 'a');
	at = character == '\0' ? NULL : strchr(digits, character);
	return at == NULL ? -1 : (int)(at - digits);
}

bool
wf_pin_is_meant(const char *text)
{
	return strncasecmp(text, WF_PIN_PREFIX, PREFIX_LEN) == 0;
}

bool
wf_pin_read(const char *text, char pin_r[WF_PIN_SIZE])
{
	const char *at = text + PREFIX_LEN;
	uint8_t digest[WF_PIN_DIGEST];

	if (!wf_pin_is_meant(text))
		return false;
	for (size_t i = 0; i < sizeof(digest); i++) {
		int high, low;

		at += i > 0 && *at == ':';
		high = digit_of(at[0]);
		low = high < 0 ? -1 : digit_of(at[1]);
		if (low < 0)
			return false;
		digest[i] = (uint8_t)(high << 4 | low);
		at += 2;
	}
	if (*at != '\0')
		return false;
	wf_pin_write(digest, pin_r);
	return true;
}

void
wf_pin_write(const uint8_t digest[WF_PIN_DIGEST], char pin_r[WF_PIN_SIZE])
{
	char *at = pin_r + PREFIX_LEN;

	memcpy(pin_r, WF_PIN_PREFIX, PREFIX_LEN);
	for (size_t i = 0; i < WF_PIN_DIGEST; i++) {
		*at++ = digits[digest[i] >> 4];
		*at++ = digits[digest[i] & 15];
	}
	*at = '\0';
}
