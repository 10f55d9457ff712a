/* What the benchmarks' programs do when something is missing. */
#ifndef WF_TESTS_BENCH_TOOL_H
#define WF_TESTS_BENCH_TOOL_H

#include <stddef.h>

/* Says so under the program's name, and ends it. */
_Noreturn void give_up(const char *what);
/* Zeroed, never NULL. */
void *memory(size_t n, size_t size);

#endif
