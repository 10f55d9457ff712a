/*
 * Lists of leaked passwords as large as wanted, in the form of Have I Been Pwned: made by counting,
 * so that they need no sorting.  Line i of n begins with the 64 bits i * (2^64 / n) + a little.
 */
#ifndef WF_TESTS_LEAK_SAMPLE_H
#define WF_TESTS_LEAK_SAMPLE_H

#include <stdint.h>

#include "common/leak_list.h"

/* The hash of line i of n; always the same. */
void leak_sample_key(uint64_t i, uint64_t n, uint8_t key_r[WF_LEAK_KEY]);
/* Writes lines `from` to `to` - 1 of n with this end of line; 0, or -1 with errno. */
int leak_sample_write(const char *path, uint64_t from, uint64_t to, uint64_t n, const char *end);

#endif
