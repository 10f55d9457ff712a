/*
 * From an answer to its reservation.  What needs a slow hash takes its turn (admission.h) before
 * anything is written: so a flood is turned away for the price of a message, and nothing is pending
 * for who waits. What needs none is reserved at once, or evaluated at once and admitted by the
 * commit that settles it.
 */
#include "config.h"

#include <string.h>

#include "authd/engine/internal.h"
#include "common/addr.h"

_Static_assert(ADMISSION_KEY_LEN == WF_SUBSCRIBER_LEN, "a subscriber is a key");

void
txn_refuse(struct transaction *txn, enum wf_verdict verdict, const char *reason)
{
	txn->verdict = verdict;
	AUDIT_TEXT(txn->refused, reason);
	txn_step(txn, TXN_REFUSED);
}

/* Could not be evaluated in time: not counted, and said to the peer at once. */
static void
refuse_overload(struct transaction *txn)
{
	txn_refuse(txn, WF_VERDICT_UNAVAILABLE, "overload");
}

/*
 * Of each machine its own: behind the uid as much of the host's name as there is room for, from its
 * beginning.
 */
static void
uid_key(const struct asker *asker, uint8_t key_r[ADMISSION_KEY_LEN])
{
	memcpy(key_r, &asker->uid, sizeof(asker->uid));
	memcpy(key_r + sizeof(asker->uid), asker->host, ADMISSION_KEY_LEN - sizeof(asker->uid));
}

/*
 * What takes turns as one source: a uid that is not trusted, an address; where many honest people
 * share the source (NAT, jump hosts, the machine itself), each account alone.
 */
static void
source_key(const struct transaction *txn, const struct store_lanes *lanes,
	uint8_t key_r[ADMISSION_KEY_LEN])
{
	const struct asker *asker = &txn->asker;

	memset(key_r, 0, ADMISSION_KEY_LEN);
	if (!asker->trusted)
		uid_key(asker, key_r);
	else if (lanes->n <= LANE_SOURCE)
		memcpy(key_r, lanes->states[LANE_ACCOUNT].key, ADMISSION_KEY_LEN);
	else if (!wf_subscriber(asker->source.text, key_r))
		memcpy(key_r, lanes->states[LANE_SOURCE].key, ADMISSION_KEY_LEN);
}

static wf_status
fill_ticket(struct transaction *txn, int64_t now_us)
{
	const struct policy *policy = &txn->engine->config->policy;
	int64_t patience_us = policy_value(policy, P_QUEUE_DEADLINE_S) * 1000000;
	struct store_lanes lanes;
	wf_status status = lanes_fill(txn->engine, &txn->asker, txn->shadow, &lanes);

	if (status != WF_OK)
		return status;
	memcpy(txn->ticket.account, lanes.states[LANE_ACCOUNT].key, ADMISSION_KEY_LEN);
	source_key(txn, &lanes, txn->ticket.source);
	txn->ticket.owner = txn;
	txn->ticket.due_us = now_us + patience_us;
	if (txn->due_us < txn->ticket.due_us)
		txn->ticket.due_us = txn->due_us;
	return WF_OK;
}

void
txn_admit(struct transaction *txn)
{
	struct engine *engine = txn->engine;
	int64_t now_us = wf_clock_now(&engine->clock).boot_us;
	struct admission_ticket *displaced;

	if (verify_pool(txn) != engine->workers) {
		if (!verify_ahead(txn))
			txn_reserve(txn);
		return;
	}
	if (fill_ticket(txn, now_us) != WF_OK) {
		txn_step(txn, TXN_FAILED);
		return;
	}
	if (!admission_offer(engine->admission, &txn->ticket, now_us, &displaced)) {
		refuse_overload(txn);
		return;
	}
	if (displaced != NULL)
		refuse_overload(displaced->owner);
	turns_take(engine);
}

static void
take_turn(struct transaction *txn, int64_t now_us)
{
	if (now_us < txn->ticket.due_us) {
		txn_reserve(txn);
		return;
	}
	turn_end(txn);
	refuse_overload(txn);
}

/* What a turn does may end another one: it is taken up by the loop that is under way. */
void
turns_take(struct engine *engine)
{
	struct admission_ticket *ticket;

	if (engine->taking_turns || engine->stopped)
		return;
	engine->taking_turns = true;
	while ((ticket = admission_next(engine->admission)) != NULL)
		take_turn(ticket->owner, wf_clock_now(&engine->clock).boot_us);
	engine->taking_turns = false;
}

void
turn_end(struct transaction *txn)
{
	bool ran = txn->ticket.state == TICKET_RUNS;

	admission_leave(txn->engine->admission, &txn->ticket);
	if (ran)
		turns_take(txn->engine);
}

void
turns_tick(struct engine *engine)
{
	int64_t now_us = wf_clock_now(&engine->clock).boot_us;
	struct admission_ticket *ticket;

	while ((ticket = admission_overdue(engine->admission, now_us)) != NULL)
		refuse_overload(ticket->owner);
	turns_take(engine);
}

void
turns_succeeded(struct transaction *txn)
{
	struct engine *engine = txn->engine;
	int64_t now_us = wf_clock_now(&engine->clock).boot_us;

	if (txn->purpose == WF_PURPOSE_LOGIN && fill_ticket(txn, now_us) == WF_OK)
		admission_succeeded(
			engine->admission, txn->ticket.account, txn->ticket.source, now_us);
}
