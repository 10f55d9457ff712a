/* Classes of times: below 32 us one for each microsecond, then 32 for each power of two. */
#include "config.h"

#include "tests/bench/histogram.h"

#define STEPS 32
#define STEPS_BITS 5

static unsigned
class_of(uint64_t us)
{
	unsigned shift = 0;
	unsigned class;

	while (us >> shift >= 2 * STEPS)
		shift++;
	class = shift * STEPS + (unsigned)(us >> shift);
	return class < HISTOGRAM_CLASSES ? class : HISTOGRAM_CLASSES - 1;
}

/* The last microsecond of a class. */
static int64_t
class_end(unsigned class)
{
	unsigned shift = class < STEPS ? 0 : (class >> STEPS_BITS) - 1;
	uint64_t step = class - shift * STEPS;

	return (int64_t)(((step + 1) << shift) - 1);
}

void
histogram_add(struct histogram *histogram, int64_t us)
{
	if (us < 0)
		us = 0;
	histogram->classes[class_of((uint64_t)us)]++;
	histogram->n++;
	if (us > histogram->longest_us)
		histogram->longest_us = us;
}

double
histogram_ms(const struct histogram *histogram, double share)
{
	uint64_t wanted = (uint64_t)((double)histogram->n * share + 0.999999);
	uint64_t seen = 0;
	int64_t us = 0;

	for (unsigned i = 0;
		i < HISTOGRAM_CLASSES && seen < (wanted > 0 ? wanted : 1) && histogram->n > 0;
		i++) {
		seen += histogram->classes[i];
		us = class_end(i);
	}
	if (us > histogram->longest_us)
		us = histogram->longest_us;
	return (double)us / 1e3;
}
