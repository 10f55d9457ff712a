/* What is written to standard output or standard error, kept. */
#ifndef WF_TESTS_UNIT_AUTHD_SAID_H
#define WF_TESTS_UNIT_AUTHD_SAID_H

#include <stdio.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* What `say` writes to this stream; static, until the next call. */
static inline const char *
said(FILE *stream, void (*say)(void *ctx), void *ctx)
{
	static char text[4096];
	FILE *file = tmpfile();
	int kept = dup(fileno(stream));
	size_t len;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(kept, 0);
	(void)fflush(stream);
	ck_assert_int_ge(dup2(fileno(file), fileno(stream)), 0);
	say(ctx);
	(void)fflush(stream);
	ck_assert_int_ge(dup2(kept, fileno(stream)), 0);
	(void)close(kept);
	rewind(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	(void)fclose(file);
	return text;
}

#endif
