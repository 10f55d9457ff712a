/*
 * bench_leaks LINES FILE SECONDS: look-ups in a list of leaked passwords of so many lines, which is
 * made at FILE; half of them hits.  Prints "MICROSECONDS_EACH BYTES".
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/leak_list.h"
#include "tests/bench/tool.h"
#include "tests/unit/common/leak_sample.h"

#define AT_ONCE 1000 /* between two looks at the clock */
#define STRIDE UINT64_C(7919) /* through the list, out of order */

static uint64_t
look_up(const struct wf_leak_list *list, uint64_t from, uint64_t lines)
{
	uint64_t hits = 0;

	for (uint64_t i = from; i < from + AT_ONCE; i++) {
		uint8_t key[WF_LEAK_KEY];

		leak_sample_key(i * STRIDE % lines, lines, key);
		key[WF_LEAK_KEY - 1] ^= i & 1;
		hits += wf_leak_list_find(list, key) == WF_OK;
	}
	return hits;
}

int
main(int argc, char **argv)
{
	struct wf_leak_finding finding;
	struct wf_leak_list *list;
	uint64_t lines, done = 0, hits = 0;
	int64_t began, now, for_us;
	struct stat st;

	if (argc != 4)
		give_up("bench_leaks LINES FILE SECONDS");
	lines = strtoull(argv[1], NULL, 10);
	for_us = (int64_t)(strtod(argv[3], NULL) * 1e6);
	if (leak_sample_write(argv[2], 0, lines, lines, "\r\n") != 0 ||
		stat(argv[2], &st) != 0 || wf_leak_list_open(argv[2], &list, &finding) != WF_OK)
		give_up("the list cannot be made");
	began = wf_clock_now(&wf_clock_system).boot_us;
	do {
		hits += look_up(list, done, lines);
		done += AT_ONCE;
		now = wf_clock_now(&wf_clock_system).boot_us;
	} while (now - began < for_us);
	if (hits * 2 != done)
		give_up("a look-up was wrong");
	printf("%.4f %lld\n", (double)(now - began) / (double)done, (long long)st.st_size);
	wf_leak_list_close(&list);
	(void)remove(argv[2]);
	return 0;
}
