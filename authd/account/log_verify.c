/*
 * log.verify: every row of the log against the chain of hashes, against the columns that searches
 * go by, and against the store's own checkpoints.
 */
#include "config.h"

#include "authd/account/log_proof.h"

static wf_status
visit(void *ctx, const struct store_audit_entry *entry)
{
	struct proof *proof = ctx;
	wf_status status = audit_check_row(
		proof->check, entry->seq, entry->encoded, entry->encoded_len, entry->chain);

	if (status == WF_OK && entry->differs != NULL)
		audit_check_column(proof->check, entry->differs);
	return status == WF_OK ? WF_OK : act_say_store(proof->call, status, NULL);
}

static void
visit_end(void *ctx, const struct store_view *last)
{
	const struct proof *proof = ctx;

	audit_check_end(proof->check, &last->head);
}

static wf_status
say_verdict(const struct proof *proof)
{
	const struct audit_check_sums *sums = audit_check_sums(proof->check);
	const struct audit_fault *first = &proof->faults[0];

	if (proof->nfaults == 0 && sums->restores > 0)
		return act_say(proof->call, WF_OK,
			WF_NGETTEXT("%llu row, none missing, added or changed. Restores: %llu.",
				"%llu rows, none missing, added or changed. Restores: %llu.",
				sums->rows),
			(unsigned long long)sums->rows, (unsigned long long)sums->restores);
	if (proof->nfaults == 0)
		return act_say(proof->call, WF_OK,
			WF_NGETTEXT("%llu row, none missing, added or changed.",
				"%llu rows, none missing, added or changed.", sums->rows),
			(unsigned long long)sums->rows);
	return act_say(proof->call, WF_CORRUPT,
		_("The log is not in order from row %llu on: %s Keep a copy of the store "
		  "before anything else."),
		(unsigned long long)first->bad_seq, first->text);
}

wf_status
act_log_verify(struct act_call *call)
{
	struct proof *proof = NULL;
	wf_status status = proof_begin(call, &proof);

	if (status != WF_OK)
		return status;
	status = audit_check_begin(proof->check);
	status = status == WF_OK ? act_each_proof(call, visit, visit_end, proof)
				 : act_say_store(call, status, NULL);
	if (status == WF_OK)
		status = proof_report(proof);
	if (status == WF_OK)
		status = say_verdict(proof);
	proof_end(&proof);
	return status;
}
