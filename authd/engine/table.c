/*
 * The transaction's states: one constant table, one setter.  A pair that is not in the table is our
 * own or the peer's violation and ends in REJECT.
 */
#include "config.h"

#include "authd/engine/internal.h"

#define LATE { on_late, TXN_DONE }

static const struct txn_rule rules[TXN_STATES][TXN_EVENTS] = {
	[TXN_NEW] = {
		[TXN_BEGIN] = { on_begin, TXN_OPEN },
	},
	[TXN_OPEN] = {
		[TXN_FACTS] = { on_facts, TXN_CHALLENGED },
		[TXN_ANSWER] = { on_early_answer, TXN_OPEN },
		[TXN_OBSERVED] = { on_observed, TXN_COMMITTING },
		[TXN_KNOWN] = { on_settled, TXN_DONE },
		[TXN_FAILED] = { on_failed, TXN_DONE },
		[TXN_DEADLINE] = { on_failed, TXN_DONE },
		[TXN_ABORT] = { on_abort, TXN_DONE },
	},
	[TXN_CHALLENGED] = {
		[TXN_ANSWER] = { on_answer, TXN_VERIFYING },
		[TXN_FAILED] = { on_failed, TXN_DONE },
		[TXN_DEADLINE] = { on_silence, TXN_DONE },
		[TXN_ABORT] = { on_abort, TXN_DONE },
	},
	[TXN_VERIFYING] = {
		[TXN_ADMITTED] = { on_admitted, TXN_VERIFYING },
		[TXN_WAIT] = { on_wait, TXN_VERIFYING },
		[TXN_REFUSED] = { on_refused, TXN_COMMITTING },
		[TXN_VERIFIED] = { on_verified, TXN_COMMITTING },
		[TXN_ASKED_BACK] = { on_asked_back, TXN_FURTHER },
		[TXN_FAILED] = { on_failed, TXN_DONE },
		[TXN_DEADLINE] = { on_overdue, TXN_VERIFYING },
		[TXN_ABORT] = { on_abort_busy, TXN_VERIFYING },
	},
	[TXN_FURTHER] = {
		[TXN_ANSWER] = { on_further_answer, TXN_VERIFYING },
		[TXN_FAILED] = { on_failed, TXN_DONE },
		[TXN_DEADLINE] = { on_left, TXN_COMMITTING },
		[TXN_ABORT] = { on_left_by_peer, TXN_COMMITTING },
	},
	[TXN_COMMITTING] = {
		[TXN_SETTLED] = { on_settled, TXN_DONE },
		/* evaluated ahead, and not admitted: it goes the long way */
		[TXN_ADMITTED] = { on_admitted, TXN_VERIFYING },
		[TXN_WAIT] = { on_wait, TXN_VERIFYING },
		[TXN_REFUSED] = { on_refused, TXN_COMMITTING },
		[TXN_UNSETTLED] = { on_unsettled, TXN_VERIFYING },
		[TXN_FAILED] = { on_failed, TXN_DONE },
		[TXN_DEADLINE] = { on_overdue, TXN_COMMITTING },
		[TXN_ABORT] = { on_abort_busy, TXN_COMMITTING },
	},
	[TXN_DONE] = {
		[TXN_FACTS] = LATE,
		[TXN_OBSERVED] = LATE,
		[TXN_KNOWN] = LATE,
		[TXN_FAILED] = LATE,
		[TXN_DEADLINE] = LATE,
		[TXN_ABORT] = LATE,
		[TXN_SETTLED] = LATE,
	},
};

static const char *const state_names[TXN_STATES] = {
	[TXN_NEW] = "new",	       [TXN_OPEN] = "open",
	[TXN_CHALLENGED] = "challenged", [TXN_VERIFYING] = "verifying",
	[TXN_FURTHER] = "further",     [TXN_COMMITTING] = "committing",
	[TXN_DONE] = "done",
};

static const char *const event_names[TXN_EVENTS] = {
	[TXN_BEGIN] = "begin",	     [TXN_FACTS] = "facts",	  [TXN_OBSERVED] = "observed",
	[TXN_KNOWN] = "known",	     [TXN_ANSWER] = "answer",	  [TXN_ADMITTED] = "admitted",
	[TXN_REFUSED] = "refused",   [TXN_WAIT] = "wait",	  [TXN_VERIFIED] = "verified",
	[TXN_SETTLED] = "settled",   [TXN_FAILED] = "failed",	  [TXN_DEADLINE] = "deadline",
	[TXN_ASKED_BACK] = "asked-back", [TXN_ABORT] = "abort",	  [TXN_UNSETTLED] = "unsettled",
};

const struct txn_rule *
txn_rule(enum txn_state state, enum txn_event event)
{
	return &rules[state][event];
}

const char *
txn_state_name(enum txn_state state)
{
	return state_names[state];
}

const char *
txn_event_name(enum txn_event event)
{
	return event_names[event];
}

/* The one setter of a state.  A handler may end the transaction: it is not touched after it. */
void
txn_step(struct transaction *txn, enum txn_event event)
{
	const struct txn_rule *rule = txn_rule(txn->state, event);

	if (rule->handle == NULL) {
		on_violation(txn);
		return;
	}
	txn->state = rule->next;
	rule->handle(txn);
}
