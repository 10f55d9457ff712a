/*
 * The cache of requests and replies: a hash table with chains over a fixed pool of entries, and a
 * list of those with a reply by its age. Only what has a reply that is too old goes, or, when
 * there is no room, old enough; what is worked on is never pushed out, so a flood fills the table
 * and is dropped, and what was begun is still answered once.
 */
#include "config.h"

#include "radius/duplicates.h"

#include <stdlib.h>
#include <string.h>

#include "common/fault.h"
#include "common/random.h"
#include "common/secret.h"

/* entries looked at for each request, so that none waits for a long sweep */
#define EXPIRE_AT_ONCE 16
/* a reply that was kept so long may give way to a new request (D3) */
#define KEEP_LEAST_US INT64_C(5000000)
#define CLIENT_SLOTS 4096 /* counters of clients; two that fall together share their limit */

struct duplicate {
	struct duplicate_key key;
	uint8_t authenticator[PACKET_AUTHENTICATOR];
	uint64_t serial; /* 0: not in use */
	uint32_t client;
	int64_t until_us;
	uint8_t *reply; /* owned; NULL while it is worked on */
	size_t reply_len;
	struct duplicate *chain;	/* next of the bucket, or of the free ones */
	struct duplicate *older, *newer; /* by age */
};

struct duplicates {
	struct duplicates_options options;
	struct duplicate *pool;
	size_t fresh; /* entries of the pool that were never used: their memory is not there yet */
	struct duplicate **buckets;
	size_t nbuckets;
	struct duplicate *free;
	struct duplicate *oldest, *newest;
	size_t used;
	uint64_t serial, seed;
	uint32_t of_client[CLIENT_SLOTS];
};

static struct duplicate **
bucket_of(struct duplicates *duplicates, const struct duplicate_key *key)
{
	uint64_t hash = duplicates->seed;
	uint64_t words[3];

	memcpy(words, key->address.s6_addr, 16);
	words[2] = (uint64_t)key->port << 48 | (uint64_t)key->listener << 16 |
		   (uint64_t)key->id << 8 | key->code;
	/* Multiply and fold: fast, and not to be foreseen without the seed. */
	for (size_t i = 0; i < 3; i++) {
		hash = (hash ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 29;
	}
	return &duplicates->buckets[hash % duplicates->nbuckets];
}

static bool
same_key(const struct duplicate_key *a, const struct duplicate_key *b)
{
	return a->id == b->id && a->port == b->port && a->listener == b->listener &&
	       a->code == b->code && IN6_ARE_ADDR_EQUAL(&a->address, &b->address);
}

static wf_status
pool_new(struct duplicates *duplicates)
{
	size_t n = duplicates->options.entries_max;

	/* four in a chain when it is full; fewer lines of the cache when it is not */
	duplicates->nbuckets = n / 4 + 1;
	duplicates->pool = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(n, sizeof(*duplicates->pool));
	duplicates->buckets = wf_fault(WF_FAULT_ALLOC)
				      ? NULL
				      : calloc(duplicates->nbuckets, sizeof(struct duplicate *));
	if (duplicates->pool == NULL || duplicates->buckets == NULL)
		return WF_NO_MEMORY;
	return wf_random_bytes(&duplicates->seed, sizeof(duplicates->seed));
}

wf_status
duplicates_new(const struct duplicates_options *options, struct duplicates **duplicates_r)
{
	struct duplicates *duplicates;
	wf_status status;

	if (options->entries_max == 0 || options->client_max == 0 || options->keep_us <= 0)
		return WF_INVALID;
	duplicates = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*duplicates));
	if (duplicates == NULL)
		return WF_NO_MEMORY;
	duplicates->options = *options;
	status = pool_new(duplicates);
	if (status != WF_OK) {
		duplicates_free(&duplicates);
		return status;
	}
	*duplicates_r = duplicates;
	return WF_OK;
}

void
duplicates_free(struct duplicates **duplicates)
{
	if (*duplicates == NULL)
		return;
	for (size_t i = 0; i < (*duplicates)->fresh; i++)
		free((*duplicates)->pool[i].reply);
	free((*duplicates)->pool);
	free((*duplicates)->buckets);
	free(*duplicates);
	*duplicates = NULL;
}

/* The neighbours' links, or the ends of the list, past an entry. */
static void
age_unlink(struct duplicates *duplicates, struct duplicate *entry)
{
	*(entry->older == NULL ? &duplicates->oldest : &entry->older->newer) = entry->newer;
	*(entry->newer == NULL ? &duplicates->newest : &entry->newer->older) = entry->older;
}

static void
age_append(struct duplicates *duplicates, struct duplicate *entry)
{
	entry->older = duplicates->newest;
	entry->newer = NULL;
	*(duplicates->newest == NULL ? &duplicates->oldest : &duplicates->newest->newer) = entry;
	duplicates->newest = entry;
}

static void
release(struct duplicates *duplicates, struct duplicate *entry)
{
	struct duplicate **link = bucket_of(duplicates, &entry->key);

	while (*link != entry)
		link = &(*link)->chain;
	*link = entry->chain;
	if (entry->reply != NULL)
		age_unlink(duplicates, entry);
	duplicates->of_client[entry->client % CLIENT_SLOTS]--;
	duplicates->used--;
	free(entry->reply);
	memset(entry, 0, sizeof(*entry));
	entry->chain = duplicates->free;
	duplicates->free = entry;
}

/* The oldest of those with a reply, if their time is over. */
static void
expire(struct duplicates *duplicates, int64_t now_us)
{
	for (int i = 0; i < EXPIRE_AT_ONCE && duplicates->oldest != NULL; i++) {
		if (duplicates->oldest->until_us > now_us)
			return;
		release(duplicates, duplicates->oldest);
	}
}

static struct duplicate *
find(struct duplicates *duplicates, const struct duplicate_key *key)
{
	struct duplicate *entry = *bucket_of(duplicates, key);

	while (entry != NULL && !same_key(&entry->key, key))
		entry = entry->chain;
	return entry;
}

/*
 * A free entry, if need be that of the oldest reply that was kept as long as it must be (D3);
 * NULL: there is none.
 */
static struct duplicate *
take_free(struct duplicates *duplicates, int64_t now_us)
{
	struct duplicate *oldest = duplicates->oldest;
	struct duplicate *entry;

	if (duplicates->free == NULL && duplicates->fresh < duplicates->options.entries_max)
		return &duplicates->pool[duplicates->fresh++];
	if (duplicates->free == NULL && oldest != NULL &&
		now_us - (oldest->until_us - duplicates->options.keep_us) >= KEEP_LEAST_US)
		release(duplicates, oldest);
	entry = duplicates->free;
	if (entry != NULL)
		duplicates->free = entry->chain;
	return entry;
}

static struct duplicate *
take(struct duplicates *duplicates, const struct duplicate_key *key, uint32_t client,
	int64_t now_us)
{
	struct duplicate *entry;
	struct duplicate **bucket;

	if (duplicates->of_client[client % CLIENT_SLOTS] >= duplicates->options.client_max)
		return NULL;
	entry = take_free(duplicates, now_us);
	if (entry == NULL)
		return NULL;
	duplicates->used++;
	duplicates->of_client[client % CLIENT_SLOTS]++;
	entry->key = *key;
	entry->client = client;
	entry->serial = ++duplicates->serial;
	bucket = bucket_of(duplicates, key);
	entry->chain = *bucket;
	*bucket = entry;
	return entry;
}

enum duplicate_answer
duplicates_look(struct duplicates *duplicates, const struct duplicate_key *key, uint32_t client,
	const uint8_t authenticator[PACKET_AUTHENTICATOR], int64_t now_us,
	struct duplicate **entry_r, uint64_t *serial_r)
{
	struct duplicate *entry;

	expire(duplicates, now_us);
	entry = find(duplicates, key);
	if (entry != NULL && entry->reply != NULL && entry->until_us <= now_us) {
		release(duplicates, entry);
		entry = NULL;
	}
	if (entry != NULL &&
		!wf_mem_equal(entry->authenticator, authenticator, PACKET_AUTHENTICATOR)) {
		release(duplicates, entry);
		entry = NULL;
	}
	if (entry != NULL) {
		*entry_r = entry;
		return entry->reply == NULL ? DUPLICATE_BUSY : DUPLICATE_KNOWN;
	}
	entry = take(duplicates, key, client, now_us);
	if (entry == NULL)
		return DUPLICATE_FULL;
	memcpy(entry->authenticator, authenticator, PACKET_AUTHENTICATOR);
	*entry_r = entry;
	*serial_r = entry->serial;
	return DUPLICATE_NEW;
}

wf_status
duplicates_reply(struct duplicates *duplicates, struct duplicate *entry, uint64_t serial,
	const uint8_t *bytes, size_t len, int64_t now_us)
{
	uint8_t *copy;

	if (entry->serial != serial)
		return WF_NOT_FOUND;
	copy = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(len);
	if (copy == NULL) {
		release(duplicates, entry);
		return WF_NO_MEMORY;
	}
	memcpy(copy, bytes, len);
	entry->reply = copy;
	entry->reply_len = len;
	entry->until_us = now_us + duplicates->options.keep_us;
	age_append(duplicates, entry);
	return WF_OK;
}

void
duplicates_forget(struct duplicates *duplicates, struct duplicate *entry, uint64_t serial)
{
	if (entry->serial == serial)
		release(duplicates, entry);
}

const uint8_t *
duplicate_reply(const struct duplicate *entry, size_t *len_r)
{
	*len_r = entry->reply_len;
	return entry->reply;
}

size_t
duplicates_count(const struct duplicates *duplicates)
{
	return duplicates->used;
}
