/* Trails: the rows that count towards something.  Pure. */
#include "config.h"

#include "authd/detect/trail.h"

#include <string.h>

static void
take_out(struct trail_view trail, uint32_t at)
{
	memmove(&trail.marks[at], &trail.marks[at + 1],
		(*trail.n - at - 1) * sizeof(trail.marks[0]));
	(*trail.n)--;
}

void
trail_add(struct trail_view trail, const struct trail_mark *mark)
{
	if (*trail.n == trail.max)
		take_out(trail, 0);
	trail.marks[(*trail.n)++] = *mark;
}

void
trail_touch(struct trail_view trail, const struct trail_mark *mark, int64_t window_us)
{
	struct trail_mark whole = *mark;

	for (uint32_t i = 0; i < *trail.n; i++) {
		if (trail.marks[i].tag != mark->tag || trail.marks[i].tag2 != mark->tag2)
			continue;
		if (trail_holds(trail.marks[i].time_us, mark->time_us, window_us))
			whole.weight += trail.marks[i].weight;
		take_out(trail, i);
		break;
	}
	trail_add(trail, &whole);
}

void
trail_forget(struct trail_view trail, uint64_t tag, uint64_t tag2)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < *trail.n; i++)
		if (trail.marks[i].tag != tag || (tag2 != 0 && trail.marks[i].tag2 != tag2))
			trail.marks[kept++] = trail.marks[i];
	*trail.n = kept;
}

/* Whether none before it, that counts, has the same; `offset` is that of the tag. */
static bool
is_first(struct trail_view trail, const bool *counts, uint32_t at, size_t offset)
{
	uint64_t value, other;

	memcpy(&value, (const char *)&trail.marks[at] + offset, sizeof(value));
	for (uint32_t i = 0; i < at; i++) {
		memcpy(&other, (const char *)&trail.marks[i] + offset, sizeof(other));
		if (counts[i] && other == value)
			return false;
	}
	return true;
}

struct trail_sum
trail_sum(struct trail_view trail, int64_t now_us, int64_t window_us, uint64_t tag)
{
	struct trail_sum sum = {0};
	bool counts[TRAIL_LONG];

	for (uint32_t i = 0; i < *trail.n; i++) {
		const struct trail_mark *mark = &trail.marks[i];

		counts[i] = trail_holds(mark->time_us, now_us, window_us) &&
			    (tag == 0 || mark->tag == tag);
		if (!counts[i])
			continue;
		sum.weight += mark->weight;
		sum.tags += is_first(trail, counts, i, offsetof(struct trail_mark, tag));
		sum.tags2 += is_first(trail, counts, i, offsetof(struct trail_mark, tag2));
	}
	return sum;
}
