/* Log lines of a server, to syslog (so also journald) or standard error. */
#include "config.h"

#include "common/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

static const char *name = "warifu";
static bool use_stderr;

void
wf_say_open(const char *program, bool to_stderr)
{
	name = program;
	use_stderr = to_stderr;
	if (!to_stderr)
		openlog(name, LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
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
wf_say(int priority, const char *text)
{
	char line[1024];

	clean(text, line, sizeof(line));
	if (use_stderr)
		fprintf(stderr, "%s: %s\n", name, line);
	else
		syslog(priority, "%s", line);
}

void
wf_say_f(int priority, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	wf_say(priority, text);
}
