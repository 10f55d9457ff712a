/* Ends of the benchmarks' programs: see tool.h. */
#include "config.h"

#include "tests/bench/tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void
give_up(const char *what)
{
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
	exit(1);
}

void *
memory(size_t n, size_t size)
{
	void *bytes = calloc(n, size);

	if (bytes == NULL)
		give_up("no memory");
	return bytes;
}
