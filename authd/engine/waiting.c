/*
 * Attempts held back because pending ones fill the limit (DESIGN section 2, step 3).  They wait in
 * order of arrival, are never counted for waiting, and end UNAVAILABLE at their deadline.
 */
#include "config.h"

#include <string.h>

#include "authd/engine/internal.h"

/* Its deadline came while a commit was under way that could have settled it. */
static bool
is_overdue(const struct transaction *txn)
{
	return wf_clock_now(&txn->engine->clock).boot_us >= txn->due_us;
}

void
on_wait(struct transaction *txn)
{
	struct transaction **at = &txn->engine->waiting;

	turn_end(txn); /* others may have theirs meanwhile */
	if (txn->peer == NULL || txn->told || txn->engine->draining || is_overdue(txn)) {
		txn_step(txn, TXN_FAILED);
		return;
	}
	while (*at != NULL)
		at = &(*at)->next_waiting;
	*at = txn;
	txn->waiting = true;
	txn->next_waiting = NULL;
}

void
waiting_remove(struct transaction *txn)
{
	struct transaction **at = &txn->engine->waiting;

	if (!txn->waiting)
		return;
	while (*at != NULL && *at != txn)
		at = &(*at)->next_waiting;
	if (*at == txn)
		*at = txn->next_waiting;
	txn->waiting = false;
	txn->next_waiting = NULL;
}

/* Takes up to `max` of them out first: asking again may put one back, at the end. */
static struct transaction *
take(struct engine *engine, const char *user, size_t max)
{
	struct transaction *taken = NULL, **tail = &taken, **at = &engine->waiting;

	while (*at != NULL && max > 0) {
		struct transaction *txn = *at;

		if (user != NULL && strcmp(txn->asker.user, user) != 0) {
			at = &txn->next_waiting;
			continue;
		}
		*at = txn->next_waiting;
		txn->next_waiting = NULL;
		txn->waiting = false;
		*tail = txn;
		tail = &txn->next_waiting;
		max--;
	}
	return taken;
}

void
waiting_retry(struct engine *engine, const char *user, size_t max)
{
	struct transaction *txn = take(engine, user, max);

	while (txn != NULL) {
		struct transaction *next = txn->next_waiting;

		txn->next_waiting = NULL;
		txn_admit(txn);
		txn = next;
	}
}
