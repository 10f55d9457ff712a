/* Text of strangers. Pure. */
#include "config.h"

#include "authd/egress/reply_text.h"

#include <stdbool.h>
#include <string.h>

#include "common/utf8.h"

#define PIECE_MAX 1024

static bool
is_blank(uint8_t byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r') || byte == '\0';
}

/* With one blank for each run, and none at the ends. */
static size_t
squeeze(const uint8_t *bytes, size_t len, uint8_t piece_r[PIECE_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < len && n < PIECE_MAX; i++) {
		if (!is_blank(bytes[i]))
			piece_r[n++] = bytes[i];
		else if (n > 0 && piece_r[n - 1] != ' ')
			piece_r[n++] = ' ';
	}
	return n > 0 && piece_r[n - 1] == ' ' ? n - 1 : n;
}

void
reply_text_add(char *text, size_t size, const uint8_t *bytes, size_t len)
{
	uint8_t piece[PIECE_MAX];
	size_t n = squeeze(bytes, len, piece);
	size_t used = strlen(text);

	if (n == 0 || size - used < 3)
		return;
	if (used > 0)
		text[used++] = ' ';
	(void)wf_utf8_escape(piece, n, NULL, text + used, size - used);
}
