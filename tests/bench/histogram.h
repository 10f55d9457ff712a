/*
 * Times, kept as counts in classes that grow with the time: 32 classes for each power of two, so a
 * percentile is told within a 32nd part, and a million of them take as much memory as one.
 */
#ifndef WF_TESTS_BENCH_HISTOGRAM_H
#define WF_TESTS_BENCH_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_CLASSES 1024 /* up to hours; what is longer counts as the last */

struct histogram {
	uint64_t classes[HISTOGRAM_CLASSES];
	uint64_t n;
	int64_t longest_us;
};

/* A negative time counts as 0. */
void histogram_add(struct histogram *histogram, int64_t us);
/*
 * The time that `share` (0..1) of all stay within, in milliseconds: the end of its class, but
 * never more than the longest.  0 without any.
 */
double histogram_ms(const struct histogram *histogram, double share);

#endif
