/*
 * Cleaning of texts before they enter the record.  Names, hosts and reasons come from people who
 * may want a line of the log to say something else: whatever steers a terminal, breaks a line or
 * turns the direction of writing becomes '?', and so does every byte that is no UTF-8.
 */
#include "config.h"

#include "authd/audit/audit.h"

#include <stdbool.h>
#include <string.h>

#include "common/utf8.h"

/* Characters that are no text: controls, separators of lines, marks of direction, tags. */
static const struct text_range {
	uint32_t first, last;
} text_unclean[] = {
	{0x061c, 0x061c},
	{0x200b, 0x200f},
	{0x2028, 0x202e},
	{0x2060, 0x206f},
	{0xfeff, 0xfeff},
	{0xfff9, 0xfffb},
	{0xe0000, 0xe007f},
};

static bool
text_is_clean(uint32_t rune)
{
	for (size_t i = 0; i < sizeof(text_unclean) / sizeof(text_unclean[0]); i++)
		if (rune >= text_unclean[i].first && rune <= text_unclean[i].last)
			return false;
	return !wf_utf8_is_control(rune);
}

/* How much of it is printable ASCII that fits: most texts are nothing else. */
static size_t
text_plain(const char *text, size_t len, size_t size)
{
	size_t most = len < size ? len : size - 1;
	size_t n = 0;

	while (n < most && text[n] >= ' ' && text[n] <= '~')
		n++;
	return n;
}

void
audit_text(char *field, size_t size, const char *text)
{
	size_t left = text != NULL ? strlen(text) : 0;
	size_t used = left > 0 ? text_plain(text, left, size) : 0;

	if (used > 0) {
		memmove(field, text, used);
		text += used;
		left -= used;
	}

	while (left > 0) {
		uint32_t rune = 0;
		size_t step = wf_utf8_decode((const uint8_t *)text, left, &rune);
		bool clean = step > 0 && text_is_clean(rune);
		size_t need = clean ? step : 1;

		if (size - used <= need)
			break;
		if (clean)
			memmove(field + used, text, step);
		else
			field[used] = '?';
		used += need;
		step = step > 0 ? step : 1;
		text += step;
		left -= step;
	}
	memset(field + used, 0, size - used);
}
