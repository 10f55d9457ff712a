/*
 * Rows sorted by length of prefix, the longest first, and then by address. Each length in use is a
 * run that is searched by halving: a site has two or three lengths, however many clients.
 */
#include "config.h"

#include "radius/clients.h"

#include <stdlib.h>
#include <string.h>

#include "common/fault.h"

#define BITS 128

struct run {
	unsigned prefix;
	size_t first, n; /* in rows */
};

struct clients {
	struct clients_row *rows;
	size_t nrows;
	struct run runs[BITS + 1];
	size_t nruns;
};

static int
compare(const void *left, const void *right)
{
	const struct clients_row *a = left, *b = right;

	if (a->network.prefix != b->network.prefix)
		return a->network.prefix > b->network.prefix ? -1 : 1;
	/* addresses: no secret */
	return memcmp(a->network.bytes, b->network.bytes, sizeof(a->network.bytes));
}

/* Stable: qsort() is not, and the first of two rows with the same network counts. */
static void
sort(struct clients_row *rows, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct clients_row row = rows[i];
		size_t at = i;

		for (; at > 0 && compare(&rows[at - 1], &row) > 0; at--)
			rows[at] = rows[at - 1];
		rows[at] = row;
	}
}

static void
find_runs(struct clients *clients)
{
	for (size_t i = 0; i < clients->nrows; i++) {
		unsigned prefix = clients->rows[i].network.prefix;

		if (clients->nruns == 0 || clients->runs[clients->nruns - 1].prefix != prefix)
			clients->runs[clients->nruns++] =
				(struct run){.prefix = prefix, .first = i};
		clients->runs[clients->nruns - 1].n++;
	}
}

wf_status
clients_new(const struct clients_row *rows, size_t n, struct clients **clients_r)
{
	struct clients *clients = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*clients));

	if (clients == NULL)
		return WF_NO_MEMORY;
	clients->rows = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(n + 1, sizeof(*clients->rows));
	if (clients->rows == NULL) {
		clients_free(&clients);
		return WF_NO_MEMORY;
	}
	if (n > 0)
		memcpy(clients->rows, rows, n * sizeof(*rows));
	clients->nrows = n;
	sort(clients->rows, n);
	find_runs(clients);
	*clients_r = clients;
	return WF_OK;
}

void
clients_free(struct clients **clients)
{
	if (*clients == NULL)
		return;
	free((*clients)->rows);
	free(*clients);
	*clients = NULL;
}

/* The address with all bits behind the prefix cleared. */
static struct clients_row
masked(const struct in6_addr *address, unsigned prefix)
{
	struct clients_row row = {.network.prefix = prefix};

	for (unsigned i = 0; i < sizeof(row.network.bytes); i++) {
		unsigned bits = prefix > i * 8 ? prefix - i * 8 : 0;

		row.network.bytes[i] = bits >= 8
					       ? address->s6_addr[i]
					       : (uint8_t)(address->s6_addr[i] & ~(0xffU >> bits));
	}
	return row;
}

/* The first row of the run that equals the key; NULL if none does. */
static const struct clients_row *
search(const struct clients_row *rows, size_t n, const struct clients_row *key)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&rows[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && compare(&rows[low], key) == 0 ? &rows[low] : NULL;
}

bool
clients_find(const struct clients *clients, const struct in6_addr *address, uint32_t *client_r,
	bool *single_r)
{
	for (size_t i = 0; i < clients->nruns; i++) {
		const struct run *run = &clients->runs[i];
		struct clients_row key = masked(address, run->prefix);
		const struct clients_row *row = search(clients->rows + run->first, run->n, &key);

		if (row == NULL)
			continue;
		*client_r = row->client;
		*single_r = run->prefix == BITS;
		return true;
	}
	return false;
}
