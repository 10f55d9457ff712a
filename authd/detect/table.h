/*
 * A table of bounded size with names as keys.  A name has WAYS places; when all are taken, the
 * entry with the lowest score makes room, of equal ones that which was not used for longest.  So a
 * flood of names displaces each other, never an entry that is more suspicious than they are.
 */
#ifndef WF_AUTHD_DETECT_TABLE_H
#define WF_AUTHD_DETECT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TABLE_KEY_SIZE 272
#define TABLE_PINNED UINT32_MAX /* score of what may not be displaced */

/* How an entry begins; the rest is the owner's, zeros when it is new. */
struct table_head {
	uint64_t hash;	 /* 0 = free */
	int64_t used_us; /* when it was last taken */
	uint32_t score;	 /* the owner's */
	char key[TABLE_KEY_SIZE];
};

struct table {
	uint8_t *entries;
	size_t size, n; /* of an entry, and how many */
	int64_t keep_us; /* scores of entries that were not used for so long count as 0; 0: never */
};

/* Entries of `size` bytes; n is rounded up.  False: no memory. */
bool detect_table_init(struct table *table, size_t size, size_t n, int64_t keep_us);
void detect_table_clear(struct table *table);
/* NULL: it is not there. */
void *detect_table_find(const struct table *table, const char *key);
/* The entry of this name, a new one if need be; NULL: all places are pinned. */
void *detect_table_take(struct table *table, const char *key, int64_t now_us);
/* Of the place `i`, below n; NULL: it is free. */
void *detect_table_at(const struct table *table, size_t i);
void detect_table_drop(void *entry);

/* Not 0; the same for ever: stored by habits. */
uint64_t table_hash(const char *text);

#endif
