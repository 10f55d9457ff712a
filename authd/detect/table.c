/* Bounded tables by name.  Pure. */
#include "config.h"

#include "authd/detect/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fault.h"

#define WAYS 16

uint64_t
table_hash(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

	for (; *text != '\0'; text++)
		hash = (hash ^ (uint8_t)*text) * UINT64_C(1099511628211);
	return hash == 0 ? 1 : hash;
}

bool
detect_table_init(struct table *table, size_t size, size_t n, int64_t keep_us)
{
	*table = (struct table){.size = size, .keep_us = keep_us};
	table->n = (n + WAYS - 1) / WAYS * WAYS;
	table->entries = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(table->n, size);
	return table->entries != NULL;
}

void
detect_table_clear(struct table *table)
{
	free(table->entries);
	*table = (struct table){.entries = NULL};
}

static struct table_head *
head_at(const struct table *table, size_t i)
{
	return (struct table_head *)(void *)(table->entries + i * table->size);
}

void *
detect_table_at(const struct table *table, size_t i)
{
	struct table_head *head = head_at(table, i);

	return head->hash == 0 ? NULL : head;
}

/* The first of the places that a name may have. */
static size_t
row_of(const struct table *table, uint64_t hash)
{
	return (size_t)(hash % (table->n / WAYS)) * WAYS;
}

static struct table_head *
find(const struct table *table, uint64_t hash, const char *key)
{
	size_t first = row_of(table, hash);

	for (size_t i = first; i < first + WAYS; i++) {
		struct table_head *head = head_at(table, i);

		if (head->hash == hash && strcmp(head->key, key) == 0)
			return head;
	}
	return NULL;
}

void *
detect_table_find(const struct table *table, const char *key)
{
	return find(table, table_hash(key), key);
}

static uint32_t
score_of(const struct table *table, const struct table_head *head, int64_t now_us)
{
	bool old = table->keep_us != 0 && now_us - head->used_us > table->keep_us;

	if (head->hash == 0 || (old && head->score != TABLE_PINNED))
		return 0;
	return head->score;
}

static bool
gives_way_before(const struct table *table, const struct table_head *a, const struct table_head *b,
	int64_t now_us)
{
	uint32_t one = score_of(table, a, now_us), other = score_of(table, b, now_us);

	if (a->hash == 0 || b->hash == 0)
		return a->hash == 0 && b->hash != 0;
	return one != other ? one < other : a->used_us < b->used_us;
}

static struct table_head *
make_room(const struct table *table, uint64_t hash, int64_t now_us)
{
	size_t first = row_of(table, hash);
	struct table_head *least = head_at(table, first);

	for (size_t i = first + 1; i < first + WAYS; i++)
		if (gives_way_before(table, head_at(table, i), least, now_us))
			least = head_at(table, i);
	return least->hash != 0 && least->score == TABLE_PINNED ? NULL : least;
}

void *
detect_table_take(struct table *table, const char *key, int64_t now_us)
{
	uint64_t hash = table_hash(key);
	struct table_head *head = find(table, hash, key);

	if (head == NULL) {
		head = make_room(table, hash, now_us);
		if (head == NULL)
			return NULL;
		memset(head, 0, table->size);
		head->hash = hash;
		(void)snprintf(head->key, sizeof(head->key), "%s", key);
	}
	head->used_us = now_us;
	return head;
}

void
detect_table_drop(void *entry)
{
	((struct table_head *)entry)->hash = 0;
}
