/*
 * Checking and showing text from outside. Names and hosts reach us from people
 * who want a log line or a terminal to say something else; what could do that
 * is refused on the wire and escaped on the screen.
 */
#include "config.h"

#include "common/utf8.h"

#include <stdio.h>
#include <string.h>

/* Lead octets by their fixed bits, and the smallest rune that may use the form (RFC 3629, 3). */
static const struct utf8_form {
	uint8_t mask, lead;
	uint8_t len;
	uint32_t least;
} utf8_forms[] = {
	{0x80, 0x00, 1, 0x0},
	{0xe0, 0xc0, 2, 0x80},
	{0xf0, 0xe0, 3, 0x800},
	{0xf8, 0xf0, 4, 0x10000},
};

/* Format characters that would break a line or turn its direction. */
static const struct utf8_range {
	uint32_t first, last;
} utf8_unshown[] = {
	{0x061c, 0x061c}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x2069}, {0xfeff, 0xfeff},
};

static const struct utf8_form *
utf8_form_of(uint8_t lead)
{
	for (size_t i = 0; i < sizeof(utf8_forms) / sizeof(utf8_forms[0]); i++)
		if ((lead & utf8_forms[i].mask) == utf8_forms[i].lead)
			return &utf8_forms[i];
	return NULL;
}

static bool
utf8_is_scalar(uint32_t rune, uint32_t least)
{
	return rune >= least && rune <= 0x10ffff && (rune < 0xd800 || rune > 0xdfff);
}

size_t
wf_utf8_decode(const uint8_t *bytes, size_t len, uint32_t *rune_r)
{
	const struct utf8_form *form = utf8_form_of(bytes[0]);
	uint32_t rune;

	if (form == NULL || len < form->len)
		return 0;
	rune = bytes[0] & (uint8_t)~form->mask;
	for (size_t i = 1; i < form->len; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		rune = rune << 6 | (bytes[i] & 0x3f);
	}
	if (!utf8_is_scalar(rune, form->least))
		return 0;
	*rune_r = rune;
	return form->len;
}

bool
wf_utf8_is_control(uint32_t rune)
{
	return rune < 0x20 || (rune >= 0x7f && rune < 0xa0);
}

bool
wf_utf8_valid(const void *bytes, size_t len, bool lines)
{
	const uint8_t *at = bytes;

	while (len > 0) {
		uint32_t rune;
		size_t step = wf_utf8_decode(at, len, &rune);

		if (step == 0)
			return false;
		if (wf_utf8_is_control(rune) && !(lines && (rune == '\t' || rune == '\n')))
			return false;
		at += step;
		len -= step;
	}
	return true;
}

static bool
utf8_is_shown(uint32_t rune)
{
	for (size_t i = 0; i < sizeof(utf8_unshown) / sizeof(utf8_unshown[0]); i++)
		if (rune >= utf8_unshown[i].first && rune <= utf8_unshown[i].last)
			return false;
	return !wf_utf8_is_control(rune);
}

/*
 * The escaped form of the next character in piece_r (17 bytes hold any); gives the bytes consumed.
 */
static size_t
utf8_escape_one(const uint8_t *at, size_t len, const char *also, char piece_r[17])
{
	uint32_t rune = 0;
	size_t step = wf_utf8_decode(at, len, &rune);
	size_t count = step > 0 ? step : 1;
	bool behind = rune == '\\' || (rune > 0 && rune < 0x80 && strchr(also, (int)rune) != NULL);

	if (step > 0 && utf8_is_shown(rune)) {
		(void)snprintf(piece_r, 17, "%s%.*s", behind ? "\\" : "", (int)step,
			(const char *)at);
		return step;
	}
	for (size_t i = 0; i < count; i++)
		(void)snprintf(piece_r + 4 * i, 5, "\\x%02x", at[i]);
	return count;
}

size_t
wf_utf8_escape(const void *bytes, size_t len, const char *also, char *text_r, size_t size)
{
	const uint8_t *at = bytes;
	size_t used = 0;

	while (len > 0) {
		char piece[17];
		size_t step = utf8_escape_one(at, len, also != NULL ? also : "", piece);
		size_t need = strlen(piece);

		if (used + need >= size)
			break;
		memcpy(text_r + used, piece, need);
		used += need;
		at += step;
		len -= step;
	}
	if (size > 0)
		text_r[used] = '\0';
	return used;
}
