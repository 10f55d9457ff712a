/* When to say what has happened again. */
#include "config.h"

#include "radius/complaint.h"

#define SILENCE_US (INT64_C(3600) * 1000000)

bool
complaint_due(struct complaint *complaint, int64_t now_us, uint64_t *times_r)
{
	complaint->since++;
	if (complaint->next_us != 0 && now_us < complaint->next_us)
		return false;
	*times_r = complaint->since;
	complaint->since = 0;
	complaint->next_us = now_us + SILENCE_US;
	return true;
}
