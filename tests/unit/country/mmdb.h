/* A file of countries for a test, as tests/system/mmdb.py writes it. */
#ifndef WF_TESTS_UNIT_COUNTRY_MMDB_H
#define WF_TESTS_UNIT_COUNTRY_MMDB_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* `version` "4" or "6", `key` "country" or "registered_country", places "192.0.2.0/24=JP"; two. */
static inline void
mmdb_write(const char *path, const char *version, const char *key, const char *one,
	const char *other)
{
	const char *top = getenv("top_srcdir");
	char script[512];
	int status = -1;
	pid_t child;

	(void)snprintf(
		script, sizeof(script), "%s/tests/system/mmdb.py", top == NULL ? ".." : top);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		(void)execlp("python3", "python3", "-B", script, path, version, key, one, other,
			(char *)NULL);
		_exit(127);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}

#endif
