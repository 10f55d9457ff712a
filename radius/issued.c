/*
 * Buckets of four hashes, keyed by a seed that nobody outside knows; the oldest of a bucket makes
 * room.
 */
#include "config.h"

#include "radius/issued.h"

#include <stdlib.h>

#include "common/fault.h"
#include "common/random.h"

#define BUCKETS 8192
#define WAYS 4
#define KEEP_US INT64_C(120000000)

struct issued_entry {
	uint64_t hash;
	int64_t until_us; /* 0: free */
};

struct issued {
	uint64_t seed;
	struct issued_entry entries[BUCKETS][WAYS];
};

wf_status
issued_new(struct issued **issued_r)
{
	struct issued *issued = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*issued));
	wf_status status;

	if (issued == NULL)
		return WF_NO_MEMORY;
	status = wf_random_bytes(&issued->seed, sizeof(issued->seed));
	if (status != WF_OK) {
		free(issued);
		return status;
	}
	*issued_r = issued;
	return WF_OK;
}

void
issued_free(struct issued **issued)
{
	free(*issued);
	*issued = NULL;
}

static uint64_t
hash_of(const struct issued *issued, const uint8_t *state, size_t len)
{
	uint64_t hash = issued->seed;

	for (size_t i = 0; i < len; i++) {
		hash = (hash ^ state[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return hash;
}

void
issued_add(struct issued *issued, const uint8_t *state, size_t len, int64_t now_us)
{
	uint64_t hash = hash_of(issued, state, len);
	struct issued_entry *bucket = issued->entries[hash % BUCKETS];
	struct issued_entry *oldest = &bucket[0];

	for (size_t i = 1; i < WAYS; i++)
		if (bucket[i].until_us < oldest->until_us)
			oldest = &bucket[i];
	*oldest = (struct issued_entry){.hash = hash, .until_us = now_us + KEEP_US};
}

bool
issued_seen(const struct issued *issued, const uint8_t *state, size_t len, int64_t now_us)
{
	uint64_t hash = hash_of(issued, state, len);
	const struct issued_entry *bucket = issued->entries[hash % BUCKETS];

	for (size_t i = 0; i < WAYS; i++)
		if (bucket[i].hash == hash && bucket[i].until_us > now_us)
			return true;
	return false;
}
