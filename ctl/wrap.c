/* Where a line may end is asked of two neighbours, one after the other. */
#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "ctl/wrap.h"

#define ROOM_MIN 16 /* columns; in fewer nothing can be read */

/* A character of the text; 0 bytes at its end. */
struct sign {
	wchar_t c;
	size_t len;
	size_t width;
	bool in_word; /* behind a letter or a digit */
};

static struct sign
read_sign(const char *at)
{
	mbstate_t state = {0};
	wchar_t c = L'\0';
	size_t len = *at == '\0' ? 0 : mbrtowc(&c, at, MB_CUR_MAX, &state);
	int width;

	if (len == (size_t)-1 || len == (size_t)-2)
		return (struct sign){.c = L'?', .len = 1, .width = 1};
	width = wcwidth(c);
	return (struct sign){.c = c, .len = len, .width = width > 0 ? (size_t)width : 0};
}

static bool
is_one_of(wchar_t c, const wchar_t *list)
{
	return c != L'\0' && wcschr(list, c) != NULL;
}

/* Of a word: "where-possible"; none of "--json" or "4-1-3-3". */
static bool
is_hyphen(const struct sign *sign)
{
	return sign->c == L'-' && sign->in_word;
}

/* Between two that are no blanks; the rules of Japanese typesetting, as far as they matter here. */
static bool
may_part(const struct sign *before, const struct sign *after)
{
	static const wchar_t *const no_begin =
		L"、。，．・：；？！）」』】〕》〉ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々,.:;?!)]}%'";
	static const wchar_t *const no_end = L"（「『【〔《〈([{'";

	if (before->width < 2 && after->width < 2)
		return is_hyphen(before) && iswalpha((wint_t)after->c);
	return !is_one_of(after->c, no_begin) && !is_one_of(before->c, no_end);
}

const char *
wrap_line(const char *text, size_t width, size_t *len_r)
{
	struct sign before = {0};
	const char *at = text, *end = NULL, *next = NULL;
	size_t used = 0;

	for (;;) {
		struct sign sign = read_sign(at);

		if (sign.len == 0 || sign.c == L'\n') {
			*len_r = (size_t)(at - text);
			return sign.len == 0 ? NULL : at + 1;
		}
		if (sign.c == L' ' && at > text) {
			end = at;
			next = at + strspn(at, " ");
		} else if (before.len > 0 && before.c != L' ' && may_part(&before, &sign)) {
			end = next = at;
		}
		if (used + sign.width > width && at > text) {
			next = end != NULL ? next : at;
			*len_r = (size_t)((end != NULL ? end : at) - text);
			return *next != '\0' ? next : NULL;
		}
		used += sign.width;
		at += sign.len;
		sign.in_word = iswalnum((wint_t)before.c) != 0;
		before = sign;
	}
}

size_t
wrap_widest_piece(const char *text)
{
	struct sign before = {0};
	size_t piece = 0, widest = 0;

	for (struct sign sign = read_sign(text); sign.len > 0; sign = read_sign(text)) {
		if (sign.c == L' ' || sign.c == L'\n' ||
			(before.len > 0 && may_part(&before, &sign)))
			piece = 0;
		piece += sign.c == L' ' ? 0 : sign.width;
		widest = piece > widest ? piece : widest;
		sign.in_word = iswalnum((wint_t)before.c) != 0;
		before = sign;
		text += sign.len;
	}
	return widest;
}

void
wrap_print(const char *text, size_t indent, size_t width, FILE *out)
{
	size_t room = width > indent ? width - indent : 0;
	size_t len;

	if (room < ROOM_MIN) {
		fprintf(out, "%s\n", text);
		return;
	}
	do {
		const char *next = wrap_line(text, room, &len);

		fprintf(out, "%.*s\n%*s", (int)len, text, next != NULL ? (int)indent : 0, "");
		text = next;
	} while (text != NULL);
}
