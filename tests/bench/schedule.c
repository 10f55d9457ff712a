/* A pace, and queues of what waits. */
#include "config.h"

#include "tests/bench/schedule.h"

#include <stdlib.h>

#define ROOM_FIRST 1024

int64_t
schedule_due_us(int64_t start_us, double rate, uint64_t n)
{
	return start_us + (int64_t)((double)n * 1e6 / rate);
}

static bool
grow(struct delays *delays)
{
	size_t room = delays->room == 0 ? ROOM_FIRST : 2 * delays->room;
	struct delayed *items = calloc(room, sizeof(*items));

	if (items == NULL)
		return false;
	for (size_t i = 0; i < delays->n; i++)
		items[i] = delays->items[(delays->first + i) % delays->room];
	free(delays->items);
	*delays = (struct delays){.items = items, .room = room, .n = delays->n};
	return true;
}

bool
delays_add(struct delays *delays, struct delayed item)
{
	if (delays->n == delays->room && !grow(delays))
		return false;
	delays->items[(delays->first + delays->n++) % delays->room] = item;
	return true;
}

bool
delays_take(struct delays *delays, int64_t now_us, struct delayed *item_r)
{
	if (delays->n == 0 || delays->items[delays->first].due_us > now_us)
		return false;
	*item_r = delays->items[delays->first];
	delays->first = (delays->first + 1) % delays->room;
	delays->n--;
	return true;
}

int64_t
delays_next_us(const struct delays *delays, int64_t later_us)
{
	if (delays->n == 0 || delays->items[delays->first].due_us > later_us)
		return later_us;
	return delays->items[delays->first].due_us;
}

void
delays_clear(struct delays *delays)
{
	free(delays->items);
	*delays = (struct delays){.items = NULL};
}
