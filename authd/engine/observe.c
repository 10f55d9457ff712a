/*
 * Observe mode: nobody is asked, and the row says what would have become of the login: who is
 * refused whatever he answers, and why; or that he would have been asked ("observed").  Decides
 * nothing: the answer is always IGNORE.  Nothing is reserved or counted for it.
 */
#include "config.h"

#include "authd/account/upstream_of.h"
#include "authd/engine/internal.h"

/* Whether the account has what it takes to answer: right answers alone would do. */
static bool
could_answer(const struct transaction *txn, const struct store_read *read)
{
	unsigned kinds = account_upstream_kinds(&txn->engine->config->upstreams, &read->account,
		read->credentials, read->ncredentials);

	for (size_t i = 0; i < read->ncredentials; i++) {
		const struct factor_ops *ops = factor_ops(read->credentials[i].factor);

		if (ops != NULL && read->credentials[i].state == CREDENTIAL_ACTIVE)
			kinds |= (unsigned)ops->kind;
	}
	return policy_satisfied(&txn->demand, kinds);
}

/* In the order in which an enforced login would meet them, once it is admitted. */
static const char *
reason_of(const struct transaction *txn)
{
	const struct store_read *read = &txn->job.u.read;
	const char *reason = txn->doomed ? txn->doom : NULL;

	if (reason == NULL)
		reason = account_doom(
			read->found ? &read->account : NULL, store_date_us(txn->engine->store));
	if (reason == NULL && !could_answer(txn, read))
		reason = "no-factor";
	return reason != NULL ? reason : "observed";
}

/*
 * Whether it would be admitted depends on where it comes from, so the store is asked as a login
 * would ask it.
 */
void
on_observed(struct transaction *txn)
{
	const char *reason = reason_of(txn);

	txn->verdict = WF_VERDICT_IGNORE;
	AUDIT_TEXT(txn->reason, reason);
	store_job_init(&txn->job, STORE_FORETELL);
	if (admission_fill(txn, &txn->job.u.foretell) == WF_OK)
		txn_submit(txn);
	else
		settle_refusal(txn, reason);
}

/*
 * Where it could not be foretold, the row says what is known: in this mode nobody is kept out by
 * it.
 */
void
foretold_arrived(struct transaction *txn)
{
	const char *barred =
		txn->job.status == WF_OK ? attempt_barred(txn, &txn->job.u.foretell) : NULL;
	char reason[sizeof(txn->reason)];

	AUDIT_TEXT(reason, barred != NULL ? barred : txn->reason);
	settle_refusal(txn, reason);
}
