/*
 * The same request again: a RADIUS client sends its packet until it is answered, perhaps to another
 * listener. While the first one is under way, the others wait for it and then find in the store
 * what was decided.
 *
 * Of a first round that was refused without evaluation the store knows nothing.  Its STATE is
 * remembered here for as long as the store remembers the others', so that a packet that is sent
 * twice gets the same answer, whatever became of it (I5).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "authd/engine/internal.h"
#include "common/fault.h"

#define REMEMBERED_US INT64_C(30000000) /* as the store's verdicts */

wf_status
repeats_new(struct repeats **repeats_r)
{
	struct repeats *repeats = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*repeats));

	if (repeats == NULL)
		return WF_NO_MEMORY;
	*repeats_r = repeats;
	return WF_OK;
}

void
repeats_free(struct repeats **repeats)
{
	free(*repeats);
	*repeats = NULL;
}

static struct transaction **
chain_of(const struct transaction *txn)
{
	size_t i = ((size_t)txn->idempotency[0] << 8 | txn->idempotency[1]) % REPEATS_CHAINS;

	return &txn->engine->repeats->under_way[i];
}

bool
repeats_enter(struct transaction *txn)
{
	struct transaction **chain = chain_of(txn), *first = *chain;

	while (first != NULL &&
		!wf_mem_equal(first->idempotency, txn->idempotency, sizeof(txn->idempotency)))
		first = first->gateway.next_by_key;
	txn->gateway.parked = first != NULL;
	txn->gateway.entered = true;
	chain = first != NULL ? &first->gateway.repeats : chain;
	txn->gateway.next_by_key = *chain;
	*chain = txn;
	return first == NULL;
}

static bool
unlink_from(struct transaction **at, struct transaction *txn)
{
	while (*at != NULL && *at != txn)
		at = &(*at)->gateway.next_by_key;
	if (*at == NULL)
		return false;
	*at = txn->gateway.next_by_key;
	return true;
}

/* One that waits for another gives up. */
static void
unpark(struct transaction *txn)
{
	struct transaction *first = *chain_of(txn);

	while (first != NULL && !unlink_from(&first->gateway.repeats, txn))
		first = first->gateway.next_by_key;
}

/*
 * The first of them becomes the one that the others wait for; its own look-up finds what was
 * decided.
 */
static void
wake(struct transaction *waiting)
{
	while (waiting != NULL) {
		struct transaction *next = waiting->gateway.next_by_key;

		if (repeats_enter(waiting))
			txn_look(waiting);
		waiting = next;
	}
}

void
repeats_leave(struct transaction *txn)
{
	struct transaction *waiting = txn->gateway.repeats;

	if (!txn->gateway.entered)
		return;
	txn->gateway.entered = false;
	txn->gateway.repeats = NULL;
	if (txn->gateway.parked) {
		unpark(txn);
		return;
	}
	(void)unlink_from(chain_of(txn), txn);
	if (!txn->engine->stopped)
		wake(waiting);
}

/* One place for each: of two that fall together the later one stays. */
static struct refused_once *
place_of(const struct transaction *txn)
{
	size_t i = ((size_t)txn->idempotency[2] << 8 | txn->idempotency[3]) % REPEATS_REFUSED;

	return &txn->engine->repeats->refused[i];
}

void
repeats_refused(const struct transaction *txn)
{
	struct refused_once *place = place_of(txn);

	memcpy(place->key, txn->idempotency, sizeof(place->key));
	memcpy(place->txn, txn->id, WF_TXN_LEN);
	place->boot_us = wf_clock_now(&txn->engine->clock).boot_us;
}

bool
repeats_find(const struct transaction *txn, uint8_t id_r[WF_TXN_LEN])
{
	const struct refused_once *place = place_of(txn);
	int64_t since_us = wf_clock_now(&txn->engine->clock).boot_us - REMEMBERED_US;

	if (place->boot_us < since_us ||
		!wf_mem_equal(place->key, txn->idempotency, sizeof(place->key)))
		return false;
	memcpy(id_r, place->txn, WF_TXN_LEN);
	return true;
}
