/*
 * When the load generator does what: logins at a pace that no reply changes, and what follows a
 * fixed time after something else (a packet sent again, a code typed).  Pure but for memory.
 */
#ifndef WF_TESTS_BENCH_SCHEDULE_H
#define WF_TESTS_BENCH_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The time of the nth (from 0) at so many a second. */
int64_t schedule_due_us(int64_t start_us, double rate, uint64_t n);

struct delayed {
	int64_t due_us;
	uint32_t what; /* the caller's */
	uint32_t mark; /* the caller's */
};

/* Things that all wait equally long: in the order they came.  All zero: empty. */
struct delays {
	struct delayed *items; /* owned; a ring */
	size_t room, first, n;
};

/* False: no memory. */
bool delays_add(struct delays *delays, struct delayed item);
/* The first one if it is due, which is taken out. */
bool delays_take(struct delays *delays, int64_t now_us, struct delayed *item_r);
/* When the first one is due; `later_us` if that is sooner or there is none. */
int64_t delays_next_us(const struct delays *delays, int64_t later_us);
void delays_clear(struct delays *delays);

#endif
