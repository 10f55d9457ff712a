/* Text that is added to until it is full. */
#include <config.h> /* the build's: in quotes it would be the one beside this file */

#include "authd/config/config_say.h"

#include <stdarg.h>
#include <stdio.h>

void
config_say(struct config_text *text, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text->bytes + text->len, text->size - text->len, format, ap);
	va_end(ap);
	if (n > 0)
		text->len += (size_t)n;
	if (text->len >= text->size)
		text->len = text->size - 1;
}
