/*
 * The generic cell rate algorithm: one number remembers how far ahead of an even pace a client is;
 * a second ahead is as far as it may be. That is a bucket with tokens, without the counting of
 * tokens.
 */
#include "config.h"

#include "radius/rate.h"

#define AHEAD_US 1000000

bool
rate_take(struct rate *rate, unsigned per_second, int64_t now_us)
{
	int64_t each_us = AHEAD_US / (int64_t)per_second;
	int64_t due_us = rate->due_us > now_us ? rate->due_us : now_us;

	if (due_us - now_us > AHEAD_US - each_us)
		return false;
	rate->due_us = due_us + each_us;
	return true;
}
