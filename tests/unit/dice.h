/* Numbers drawn from a seed: the same ones from the same seed. */
#ifndef WF_TESTS_UNIT_DICE_H
#define WF_TESTS_UNIT_DICE_H

#include <stdint.h>

/* Marsaglia's xorshift; the state is never 0.  Less than `below`. */
static inline unsigned
dice_pick(uint32_t *state, unsigned below)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state % below;
}

#endif
