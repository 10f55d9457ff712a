/*
 * Pairs that logged in lately: a table of sets of eight; a new pair replaces the oldest of its set.
 */
#include "config.h"

#include "authd/engine/familiar.h"

#include <stdlib.h>
#include <string.h>

#include "common/fault.h"
#include "common/random.h"
#include "common/secret.h"

#define WAYS 8
#define SETS (FAMILIAR_PAIRS / WAYS)

struct pair {
	uint8_t account[ADMISSION_KEY_LEN], source[ADMISSION_KEY_LEN];
	int64_t at_us;
	bool used;
};

struct familiar {
	uint64_t seed; /* nobody outside can tell which pairs share a set */
	struct pair pairs[SETS][WAYS];
};

wf_status
familiar_new(struct familiar **familiar_r)
{
	struct familiar *familiar = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*familiar));
	wf_status status;

	if (familiar == NULL)
		return WF_NO_MEMORY;
	status = wf_random_bytes(&familiar->seed, sizeof(familiar->seed));
	if (status != WF_OK) {
		free(familiar);
		return status;
	}
	*familiar_r = familiar;
	return WF_OK;
}

void
familiar_free(struct familiar **familiar)
{
	free(*familiar);
	*familiar = NULL;
}

static size_t
set_of(const struct familiar *familiar, const uint8_t *account, const uint8_t *source)
{
	uint64_t hash = UINT64_C(14695981039346656037) ^ familiar->seed;

	for (size_t i = 0; i < ADMISSION_KEY_LEN; i++)
		hash = (hash ^ account[i]) * UINT64_C(1099511628211);
	for (size_t i = 0; i < ADMISSION_KEY_LEN; i++)
		hash = (hash ^ source[i]) * UINT64_C(1099511628211);
	return (size_t)((hash ^ hash >> 32) % SETS);
}

static bool
is_pair(const struct pair *pair, const uint8_t *account, const uint8_t *source)
{
	return pair->used && wf_mem_equal(pair->account, account, ADMISSION_KEY_LEN) &&
	       wf_mem_equal(pair->source, source, ADMISSION_KEY_LEN);
}

void
familiar_add(struct familiar *familiar, const uint8_t account[ADMISSION_KEY_LEN],
	     const uint8_t source[ADMISSION_KEY_LEN], int64_t now_us)
{
	struct pair *set = familiar->pairs[set_of(familiar, account, source)];
	struct pair *place = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (is_pair(&set[i], account, source)) {
			set[i].at_us = now_us;
			return;
		}
		if (!set[i].used || (place->used && set[i].at_us < place->at_us))
			place = &set[i];
	}
	*place = (struct pair){.at_us = now_us, .used = true};
	memcpy(place->account, account, ADMISSION_KEY_LEN);
	memcpy(place->source, source, ADMISSION_KEY_LEN);
}

bool
familiar_has(const struct familiar *familiar, const uint8_t account[ADMISSION_KEY_LEN],
	     const uint8_t source[ADMISSION_KEY_LEN], int64_t now_us)
{
	const struct pair *set = familiar->pairs[set_of(familiar, account, source)];

	for (size_t i = 0; i < WAYS; i++)
		if (is_pair(&set[i], account, source))
			return now_us - set[i].at_us < FAMILIAR_US;
	return false;
}
