/*
 * Only in a build that counts coverage: a child that ends by _exit() or becomes another program
 * writes its counts first, as exit() does. Stands in the place of libc's functions, for our own
 * code as well.
 */
#include "config.h"

#include <sys/syscall.h>
#include <unistd.h>

/* libgcov's: writes what was counted, and begins anew. */
void __gcov_dump(void);
void __gcov_reset(void);

void
_exit(int status)
{
	__gcov_dump();
	for (;;)
		syscall(SYS_exit_group, status);
}

int
execve(const char *path, char *const argv[], char *const envp[])
{
	int result;

	__gcov_dump();
	result = (int)syscall(SYS_execve, path, argv, envp);
	__gcov_reset(); /* else they would be written again */
	return result;
}

int
execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}
