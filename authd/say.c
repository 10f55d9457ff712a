/* Log lines of the daemon, to syslog (so also journald) or standard error. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

#include "authd/say.h"

static bool use_stderr;

void
say_open(bool to_stderr)
{
	use_stderr = to_stderr;
	if (!to_stderr)
		openlog("warifud", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
}

static void
clean(const char *text, char *line, size_t size)
{
	size_t len = 0;

	for (; *text != '\0' && len + 1 < size; text++)
		line[len++] = (char)((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
	line[len] = '\0';
}

void
say(int priority, const char *text)
{
	char line[1024];

	clean(text, line, sizeof(line));
	if (use_stderr)
		fprintf(stderr, "warifud: %s\n", line);
	else
		syslog(priority, "%s", line);
}

void
say_f(int priority, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say(priority, text);
}
