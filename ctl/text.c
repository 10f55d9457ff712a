/* Bounded text for messages. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctl/text.h"

void
text_init(struct text *text, char *buffer, size_t size)
{
	text->at = buffer;
	text->left = size;
	buffer[0] = '\0';
}

void
text_add(struct text *text, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text->at, text->left, format, args);
	va_end(args);
	if (n < 0)
		return;
	if ((size_t)n >= text->left)
		n = (int)text->left - 1;
	text->at += n;
	text->left -= (size_t)n;
}

void
text_add_choices(struct text *text, const char *choices)
{
	for (;;) {
		size_t len = strcspn(choices, "|");

		text_add(text, "%.*s", (int)len, choices);
		if (choices[len] == '\0')
			return;
		text_add(text, ", ");
		choices += len + 1;
	}
}

int
text_is_choice(const char *choices, const char *word)
{
	size_t wanted = strlen(word);

	for (;;) {
		size_t len = strcspn(choices, "|");

		if (len == wanted && strncmp(choices, word, len) == 0)
			return 1;
		if (choices[len] == '\0')
			return 0;
		choices += len + 1;
	}
}

void
text_copy(char *to, size_t size, const char *from)
{
	struct text text;

	text_init(&text, to, size);
	text_add(&text, "%s", from);
}
