/*
 * A trail: the last rows that count towards something, in order, at most so many.  What is older
 * than the window does not count any more; when there is no room the oldest goes.  So a threshold
 * may not be greater than the room (and a trail tells exactly which rows made it full).
 */
#ifndef WF_AUTHD_DETECT_TRAIL_H
#define WF_AUTHD_DETECT_TRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trail_mark {
	int64_t time_us;
	uint64_t seq;	    /* of the row */
	uint64_t tag, tag2; /* what is told apart: hashes of an account, a source */
	uint32_t weight;    /* tries that the row stands for */
};

#define TRAIL_SHORT 32
#define TRAIL_LONG 256

struct trail { /* all zero is an empty one */
	uint32_t n;
	struct trail_mark marks[TRAIL_SHORT]; /* oldest first */
};
struct trail_long {
	uint32_t n;
	struct trail_mark marks[TRAIL_LONG];
};

/* The same functions for both lengths: a trail lent for one call. */
struct trail_view {
	uint32_t *n;
	struct trail_mark *marks;
	uint32_t max;
};
static inline struct trail_view
trail_of(struct trail *trail)
{
	return (struct trail_view){&trail->n, trail->marks, TRAIL_SHORT};
}
static inline struct trail_view
trail_of_long(struct trail_long *trail)
{
	return (struct trail_view){&trail->n, trail->marks, TRAIL_LONG};
}

/* Whether a time lies in the window that ends now; a clock that was set back excludes nothing. */
static inline bool
trail_holds(int64_t time_us, int64_t now_us, int64_t window_us)
{
	return time_us > now_us - window_us && time_us < now_us + window_us;
}

void trail_add(struct trail_view trail, const struct trail_mark *mark);
/*
 * The mark with these tags, if there is one, becomes the newest one, with both weights if it was
 * still in the window.
 */
void trail_touch(
	struct trail_view trail, const struct trail_mark *mark, int64_t window_us);
/* Takes out the marks with this tag, and with this tag2 unless that is 0. */
void trail_forget(struct trail_view trail, uint64_t tag, uint64_t tag2);

/* What lies in the window; `tag` 0: of all. */
struct trail_sum {
	uint64_t weight;
	uint32_t tags, tags2; /* different ones */
};
struct trail_sum trail_sum(
	struct trail_view trail, int64_t now_us, int64_t window_us, uint64_t tag);

#endif
