/*
 * See review_top.h.  Places stand in a heap by weight, the lightest first, and are found by name
 * through chains of a hash table.
 */
#include "config.h"

#include "authd/account/review_top.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/detect/table.h"
#include "common/fault.h"

#define NONE UINT32_MAX

struct place {
	uint64_t weight; /* of it, and of whom it displaced */
	uint64_t missed; /* of that, what was inherited */
	struct review_counts counts;
	uint32_t next; /* of its chain */
	uint32_t heap; /* where in the heap */
};

struct review_top {
	size_t max, size, n;
	struct place *places;
	char *names;
	uint32_t *heap, *chains; /* `max` of each */
	struct review_counts sum;
};

uint64_t
review_counts_all(const struct review_counts *counts)
{
	uint64_t all = 0;

	for (size_t i = 0; i < REVIEW_OUTCOMES; i++)
		all += counts->of[i];
	return all;
}

static void *
memory(size_t n, size_t size)
{
	return wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(n, size);
}

wf_status
review_top_new(size_t places, size_t size, struct review_top **top_r)
{
	struct review_top *top = memory(1, sizeof(*top));

	if (top == NULL)
		return WF_NO_MEMORY;
	top->max = places;
	top->size = size;
	top->places = memory(places, sizeof(*top->places));
	top->names = memory(places, size);
	top->heap = memory(places, sizeof(*top->heap));
	top->chains = memory(places, sizeof(*top->chains));
	if (top->places == NULL || top->names == NULL || top->heap == NULL ||
		top->chains == NULL) {
		review_top_free(&top);
		return WF_NO_MEMORY;
	}
	memset(top->chains, 0xff, places * sizeof(*top->chains)); /* NONE */
	*top_r = top;
	return WF_OK;
}

void
review_top_free(struct review_top **top)
{
	if (*top == NULL)
		return;
	free((*top)->places);
	free((*top)->names);
	free((*top)->heap);
	free((*top)->chains);
	free(*top);
	*top = NULL;
}

static char *
name_of(const struct review_top *top, uint32_t at)
{
	return top->names + at * top->size;
}

static uint32_t *
chain_of(const struct review_top *top, const char *name)
{
	return &top->chains[table_hash(name) % top->max];
}

static uint32_t
find(const struct review_top *top, const char *name)
{
	uint32_t at = *chain_of(top, name);

	while (at != NONE && strcmp(name_of(top, at), name) != 0)
		at = top->places[at].next;
	return at;
}

/* --- the heap --- */

static void
heap_put(struct review_top *top, uint32_t where, uint32_t at)
{
	top->heap[where] = at;
	top->places[at].heap = where;
}

/* A place has become heavier, or is the last one: it sinks. */
static void
sink(struct review_top *top, uint32_t at)
{
	uint32_t where = top->places[at].heap;

	for (;;) {
		uint32_t child = 2 * where + 1;

		if (child + 1 < top->n && top->places[top->heap[child + 1]].weight <
						  top->places[top->heap[child]].weight)
			child++;
		if (child >= top->n ||
			top->places[top->heap[child]].weight >= top->places[at].weight)
			break;
		heap_put(top, where, top->heap[child]);
		where = child;
	}
	heap_put(top, where, at);
}

/* A new place, which nobody is lighter than. */
static void
rise(struct review_top *top, uint32_t at)
{
	uint32_t where = (uint32_t)top->n - 1;

	while (where > 0 &&
		top->places[top->heap[(where - 1) / 2]].weight > top->places[at].weight) {
		heap_put(top, where, top->heap[(where - 1) / 2]);
		where = (where - 1) / 2;
	}
	heap_put(top, where, at);
}

/* --- places --- */

static void
unchain(struct review_top *top, uint32_t at)
{
	uint32_t *link = chain_of(top, name_of(top, at));

	while (*link != at)
		link = &top->places[*link].next;
	*link = top->places[at].next;
}

static void
give_name(struct review_top *top, uint32_t at, const char *name)
{
	uint32_t *chain;

	(void)snprintf(name_of(top, at), top->size, "%s", name);
	chain = chain_of(top, name_of(top, at));
	top->places[at].next = *chain;
	*chain = at;
}

/* One for a name that has none: a free one, or that of the lightest. */
static uint32_t
take(struct review_top *top, const char *name)
{
	uint32_t at = (uint32_t)top->n;
	struct place *place;

	if (top->n < top->max) {
		top->n++;
		give_name(top, at, name);
		rise(top, at);
		return at;
	}
	at = top->heap[0];
	place = &top->places[at];
	unchain(top, at);
	place->missed = place->weight;
	place->counts = (struct review_counts){.of = {0}};
	give_name(top, at, name);
	return at;
}

void
review_top_add(struct review_top *top, const char *name, enum review_outcome outcome, uint64_t n)
{
	char text[512];
	uint32_t at;

	/* as it is kept, so that it is found again */
	(void)snprintf(text, top->size < sizeof(text) ? top->size : sizeof(text), "%s", name);
	at = find(top, text);
	if (at == NONE)
		at = take(top, text);
	top->places[at].weight += n;
	top->places[at].counts.of[outcome] += n;
	top->sum.of[outcome] += n;
	sink(top, at);
}

const struct review_counts *
review_top_find(const struct review_top *top, const char *name)
{
	const uint32_t at = find(top, name);

	return at == NONE ? NULL : &top->places[at].counts;
}

static bool
is_before(const struct review_named *a, const struct review_named *b)
{
	const uint64_t x = review_counts_all(&a->counts), y = review_counts_all(&b->counts);

	return x != y ? x > y : strcmp(a->name, b->name) < 0;
}

/* Keeps the list in order; gives its new length. */
static size_t
insert(struct review_named *list, size_t n, size_t most, const struct review_named *one)
{
	size_t at = n < most ? n : n - 1;

	if (n == most && !is_before(one, &list[at]))
		return n;
	for (; at > 0 && is_before(one, &list[at - 1]); at--)
		list[at] = list[at - 1];
	list[at] = *one;
	return n < most ? n + 1 : n;
}

size_t
review_top_list(const struct review_top *top, struct review_named *list_r, size_t most,
	struct review_counts *rest_r)
{
	size_t n = 0;

	for (uint32_t at = 0; at < top->n; at++) {
		const struct review_named one = {.name = name_of(top, at),
			.at_least = top->places[at].missed > 0,
			.counts = top->places[at].counts};

		n = insert(list_r, n, most, &one);
	}
	*rest_r = top->sum;
	for (size_t i = 0; i < n; i++)
		for (size_t o = 0; o < REVIEW_OUTCOMES; o++)
			rest_r->of[o] -= list_r[i].counts.of[o];
	return n;
}
