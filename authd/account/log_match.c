/*
 * What somebody needs of the log who holds checkpoints against it that he has: where the log says
 * itself that rows of it are gone (log.claims), and the chain hashes of the rows that his
 * checkpoints speak of (log.match).  The check is his: authd/audit/check.h, with the keys of
 * log.key.  That the rows between follow from each other is what log.verify shows.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/account/internal.h"
#include "authd/audit/export.h"

/* --- log.claims --- */

struct claims {
	struct act_call *call;
	const char *event; /* these rows alone; NULL: all */
	struct wf_buf line;
};

static wf_status
send_claim(void *ctx, const struct store_audit_entry *entry)
{
	struct claims *claims = ctx;
	char seq[ACT_NUMBER_SIZE];
	const char *cells[2];
	struct audit_row row;
	wf_status status = audit_row_decode(entry->encoded, entry->encoded_len, &row);

	/* One that cannot be read claims nothing, and log.verify names it. */
	if (status != WF_OK || (claims->event != NULL && strcmp(row.event, claims->event) != 0))
		return WF_OK;
	wf_buf_cut(&claims->line, 0);
	status = audit_export_row(&row, entry->seq, entry->chain, &claims->line);
	if (status == WF_OK)
		status = wf_buf_put_u8(&claims->line, '\0');
	if (status != WF_OK)
		return act_say_store(claims->call, status, NULL);
	cells[0] = act_moment_text((int64_t)entry->seq, seq);
	cells[1] = (const char *)claims->line.data;
	return act_row_out(claims->call, cells, COUNT_OF(cells));
}

wf_status
act_log_claims(struct act_call *call)
{
	static const char *const columns[] = {"seq:number", "line"};
	static const struct {
		enum audit_class class;
		const char *event;
	} kinds[] = {{AUDIT_SYSTEM, "restore"}, {AUDIT_TOMBSTONE, NULL}};
	struct claims claims = {.call = call};
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	wf_buf_init(&claims.line, AUDIT_EXPORT_MAX + 1);
	for (size_t i = 0; status == WF_OK && i < COUNT_OF(kinds); i++) {
		const struct store_view view = {.result = -1, .class = (int)kinds[i].class};

		claims.event = kinds[i].event;
		status = act_each_row(call, &view, send_claim, &claims);
	}
	wf_buf_clear(&claims.line);
	return status;
}

/* --- log.match --- */

/* The row `seq`, or the first one behind it; WF_NOT_FOUND: there is none. */
static wf_status
row_at(struct act_call *call, struct store_job *job, uint64_t seq)
{
	struct store_audit_entry *entry = job->u.view.audit;
	wf_status status;

	store_job_init(job, STORE_VIEW);
	job->u.view.kind = VIEW_PROOF;
	job->u.view.after = seq > 0 ? seq - 1 : 0;
	job->u.view.limit = 1;
	job->u.view.audit = entry;
	status = store_run(call->daemon->store, job);
	if (status != WF_OK)
		return act_say_store(call, status, job->cause);
	return job->u.view.n > 0 ? WF_OK : WF_NOT_FOUND;
}

static wf_status
send_hash(struct act_call *call, const struct store_audit_entry *entry)
{
	char seq[ACT_NUMBER_SIZE], chain[2 * sizeof(entry->chain) + 1];
	const char *const cells[] = {seq, chain};

	(void)act_moment_text((int64_t)entry->seq, seq);
	for (size_t i = 0; i < sizeof(entry->chain); i++)
		(void)snprintf(chain + 2 * i, 3, "%02x", entry->chain[i]);
	return act_row_out(call, cells, COUNT_OF(cells));
}

/* The next number of "1,17,33"; false: no more. */
static bool
next_number(const char **at, uint64_t *number_r)
{
	char *end;

	*number_r = strtoull(*at, &end, 10);
	if (end == *at)
		return false;
	*at = *end == ',' ? end + 1 : end;
	return true;
}

wf_status
act_log_match(struct act_call *call)
{
	static const char *const columns[] = {"seq:number", "chain"};
	const char *at = act_arg(call, "rows");
	struct store_audit_entry entry;
	struct store_job job;
	uint64_t seq;
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	job.u.view.audit = &entry;
	while (status == WF_OK && next_number(&at, &seq)) {
		status = row_at(call, &job, seq);
		if (status == WF_OK)
			status = send_hash(call, &entry);
	}
	return status == WF_NOT_FOUND ? WF_OK : status;
}
