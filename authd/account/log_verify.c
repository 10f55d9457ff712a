/*
 * log.verify: every row of the log against the chain of hashes, against the columns that searches
 * go by, and against the store's own checkpoints.  log.match: checkpoints that were kept elsewhere,
 * a page of them at a time, against the rows that they speak of; it holds what log.verify holds,
 * and is of use only together with it.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/account/log_proof.h"

#define LINES 16 /* of log.match */

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
	wf_status status = proof_begin(call, true, &proof);

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

/* --- log.match --- */

static wf_status
add_lines(struct proof *proof)
{
	wf_status status = WF_OK;

	for (int i = 1; status == WF_OK && i <= LINES; i++) {
		const char *line;
		char name[16];

		(void)snprintf(name, sizeof(name), "line%d", i);
		line = act_arg(proof->call, name);
		if (line != NULL)
			status = audit_check_add_text(proof->check, line, strlen(line));
	}
	return status;
}

static wf_status
note_restore(void *ctx, const struct store_audit_entry *entry)
{
	const struct proof *proof = ctx;

	audit_check_restored(proof->check, entry->encoded, entry->encoded_len);
	return WF_OK;
}

/* The row `seq`, or the first one behind it; of the last one as `head` where there is none. */
static wf_status
row_at(struct proof *proof, struct store_job *job, uint64_t seq, struct audit_head *row_r)
{
	static const struct audit_head none = {.seq = 0};
	struct store_audit_entry *entry = job->u.view.audit;
	wf_status status;

	store_job_init(job, STORE_VIEW);
	job->u.view.kind = VIEW_PROOF;
	job->u.view.after = seq - 1;
	job->u.view.limit = 1;
	job->u.view.audit = entry;
	status = store_run(proof->call->daemon->store, job);
	if (status != WF_OK)
		return act_say_store(proof->call, status, job->cause);
	*row_r = none;
	if (job->u.view.n == 0)
		return WF_OK;
	row_r->seq = entry->seq;
	memcpy(row_r->chain, entry->chain, sizeof(row_r->chain));
	return WF_OK;
}

static wf_status
match_rows(struct proof *proof)
{
	struct store_audit_entry entry;
	struct store_job job;
	struct audit_head row = {.seq = 1};
	uint64_t wanted;
	wf_status status = WF_OK;

	job.u.view.audit = &entry;
	while (status == WF_OK && row.seq != 0 &&
		(wanted = audit_check_wants(proof->check)) != 0) {
		status = row_at(proof, &job, wanted, &row);
		if (status == WF_OK && row.seq != 0)
			audit_check_meet(proof->check, &row);
	}
	return status;
}

wf_status
act_log_match(struct act_call *call)
{
	const struct store_view system = {.result = -1, .class = AUDIT_SYSTEM};
	struct proof *proof = NULL;
	wf_status status = proof_begin(call, false, &proof);

	if (status != WF_OK)
		return status;
	status = add_lines(proof);
	if (status == WF_OK)
		status = audit_check_begin(proof->check);
	if (status != WF_OK)
		(void)act_say_store(call, status, NULL);
	if (status == WF_OK)
		status = act_each_row(call, &system, note_restore, proof);
	if (status == WF_OK)
		status = match_rows(proof);
	if (status == WF_OK)
		audit_check_end(proof->check, NULL);
	if (status == WF_OK)
		status = proof_report(proof);
	proof_end(&proof);
	return status;
}
