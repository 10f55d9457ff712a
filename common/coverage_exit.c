/*
 * Only in a build that counts coverage: a child that ends by _exit() or becomes another program
 * writes its counts first, as exit() does. Stands in the place of libc's functions, for our own
 * code as well.  Counting meets no fault of a test: libgcov does not survive one.
 */
#include "config.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "common/fault.h"

/* libgcov's: writes what was counted, and begins anew. */
void __gcov_dump(void);
void __gcov_reset(void);

/* Before libgcov's own, which runs at the very end. */
static void __attribute__((destructor))
count_unharmed(void)
{
	wf_fault_shelter(true);
}

void
_exit(int status)
{
	wf_fault_shelter(true);
	__gcov_dump();
	for (;;)
		syscall(SYS_exit_group, status);
}

int
execve(const char *path, char *const argv[], char *const envp[])
{
	int result;

	wf_fault_shelter(true);
	__gcov_dump();
	wf_fault_shelter(false);
	result = (int)syscall(SYS_execve, path, argv, envp);
	__gcov_reset(); /* else they would be written again */
	return result;
}

int
execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}
