/*
 * Observe mode: nobody is asked, and the row says what would have become of the login: who is refused
 * whatever he answers, and why; or that he would have been asked ("observed").  Decides nothing: the
 * answer is always IGNORE.
 */
#include "config.h"

#include "authd/account/upstream_of.h"
#include "authd/engine/internal.h"

static bool
is_locked(const struct store_read *read)
{
	int64_t wait_ms;

	return throttle_read(read->lanes.states, read->lanes.limits, read->lanes.n, read->lock_ms, &wait_ms) ==
	       THROTTLE_LOCKED;
}

/* Whether the account has what it takes to answer: right answers alone would do. */
static bool
could_answer(const struct transaction *txn, const struct store_read *read)
{
	unsigned kinds = account_upstream_kinds(&txn->engine->config->upstreams, &read->account, read->credentials,
						read->ncredentials);

	for (size_t i = 0; i < read->ncredentials; i++) {
		const struct factor_ops *ops = factor_ops(read->credentials[i].factor);

		if (ops != NULL && read->credentials[i].state == CREDENTIAL_ACTIVE)
			kinds |= (unsigned)ops->kind;
	}
	return policy_satisfied(&txn->demand, kinds);
}

/* In the order in which an enforced login would meet them. */
static const char *
reason_of(const struct transaction *txn)
{
	const struct store_read *read = &txn->job.u.read;
	const char *reason = txn->doomed ? txn->doom : NULL;

	if (reason == NULL && is_locked(read))
		reason = "locked";
	if (reason == NULL)
		reason = account_doom(read->found ? &read->account : NULL, store_date_us(txn->engine->store));
	if (reason == NULL && !could_answer(txn, read))
		reason = "no-factor";
	return reason != NULL ? reason : "observed";
}

void
on_observed(struct transaction *txn)
{
	txn->verdict = WF_VERDICT_IGNORE;
	settle_refusal(txn, reason_of(txn));
}
