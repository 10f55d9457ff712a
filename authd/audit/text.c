/*
 * Cleaning of texts before they enter the record.  Names, hosts and reasons come from people who may
 * want a line of the log to say something else: whatever steers a terminal, breaks a line or turns
 * the direction of writing becomes '?', and so does every byte that is no UTF-8.
 */
#include "config.h"

#include "authd/audit/audit.h"

#include <stdbool.h>
#include <string.h>

/* Lead octets by their fixed bits, and the smallest character that may use the form (RFC 3629, 3). */
static const struct text_form {
	uint8_t mask, lead, len;
	uint32_t least;
} text_forms[] = {
	{0x80, 0x00, 1, 0x0},
	{0xe0, 0xc0, 2, 0x80},
	{0xf0, 0xe0, 3, 0x800},
	{0xf8, 0xf0, 4, 0x10000},
};

/* Characters that are no text: controls, separators of lines, marks of direction, surrogates. */
static const struct text_range {
	uint32_t first, last;
} text_unclean[] = {
	{0x0000, 0x001f}, {0x007f, 0x009f}, {0x061c, 0x061c},	 {0x200b, 0x200f},	 {0x2028, 0x202e},
	{0x2060, 0x206f}, {0xd800, 0xdfff}, {0xfeff, 0xfeff},	 {0xfff9, 0xfffb},	 {0xe0000, 0xe007f},
	{0x110000, UINT32_MAX},
};

static const struct text_form *
text_form_of(uint8_t lead)
{
	for (size_t i = 0; i < sizeof(text_forms) / sizeof(text_forms[0]); i++)
		if ((lead & text_forms[i].mask) == text_forms[i].lead)
			return &text_forms[i];
	return NULL;
}

static bool
text_is_clean(uint32_t rune)
{
	for (size_t i = 0; i < sizeof(text_unclean) / sizeof(text_unclean[0]); i++)
		if (rune >= text_unclean[i].first && rune <= text_unclean[i].last)
			return false;
	return true;
}

/* Bytes of the character at `at`, with the character in rune_r; 0 if it is broken. */
static size_t
text_step(const char *at, uint32_t *rune_r)
{
	const struct text_form *form = text_form_of((uint8_t)at[0]);
	uint32_t rune;

	if (form == NULL)
		return 0;
	rune = (uint8_t)at[0] & (uint8_t)~form->mask;
	for (size_t i = 1; i < form->len; i++) {
		/* The NUL at the end is no continuation, so this never reads past it. */
		if (((uint8_t)at[i] & 0xc0) != 0x80)
			return 0;
		rune = rune << 6 | ((uint8_t)at[i] & 0x3f);
	}
	if (rune < form->least)
		return 0;
	*rune_r = rune;
	return form->len;
}

void
audit_text(char *field, size_t size, const char *text)
{
	size_t used = 0;

	while (text != NULL && *text != '\0') {
		uint32_t rune = 0;
		size_t step = text_step(text, &rune);
		bool clean = step > 0 && text_is_clean(rune);
		size_t need = clean ? step : 1;

		if (size - used <= need)
			break;
		if (clean)
			memmove(field + used, text, step);
		else
			field[used] = '?';
		used += need;
		text += step > 0 ? step : 1;
	}
	memset(field + used, 0, size - used);
}
