/*
 * Every row of the log against the chain of hashes.  The first fault ends it: what stands behind
 * could be shown to follow the faulty row, but not that it is what was written.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"

struct check {
	struct audit_verifier verifier;
	struct store_kept kept; /* where it begins, and the row that says so */
	bool buried;            /* that row was met, and says it */
	uint64_t first_seq, problem_seq;
	char problem[256];
};

/* The tombstone that the first kept row rests on is itself a row of what is kept. */
static void
note_tombstone(struct check *check, const struct store_audit_entry *entry)
{
	struct audit_row row;

	if (entry->seq == check->kept.tombstone &&
		audit_row_decode(entry->encoded, entry->encoded_len, &row) == WF_OK)
		check->buried = audit_run_buries(&row, &check->kept.before);
}

static wf_status
visit(void *ctx, const struct store_audit_entry *entry)
{
	struct check *check = ctx;
	wf_status status;

	if (check->first_seq == 0)
		check->first_seq = entry->seq;
	status = audit_verify_row(&check->verifier, entry->seq, entry->encoded, entry->encoded_len,
		entry->chain, check->problem, sizeof(check->problem));
	if (status == WF_OK)
		note_tombstone(check, entry);
	if (status == WF_OK)
		return WF_OK;
	check->problem_seq = entry->seq;
	return status == WF_CORRUPT || status == WF_VERSION ? WF_NO : status;
}

/* Rows are gone from the front, and no row of the log says that they may be. */
static void
say_headless(struct check *check)
{
	check->problem_seq = check->first_seq;
	(void)snprintf(check->problem, sizeof(check->problem),
		_("The rows before it are missing, and row %llu is no tombstone that stands for "
		  "them."),
		(unsigned long long)check->kept.tombstone);
}

static void
hex(const uint8_t *bytes, size_t len, char *text_r)
{
	text_r[0] = '\0';
	for (size_t i = 0; i < len; i++)
		(void)snprintf(text_r + 2 * i, 3, "%02x", bytes[i]);
}

static wf_status
report(struct act_call *call, const struct check *check)
{
	static const char *const columns[] = {"ok:bool", "node", "rows:number", "first-seq:number",
		"last-seq:number", "head", "problem", "problem-seq:number"};
	const struct audit_verifier *verifier = &check->verifier;
	char rows[ACT_NUMBER_SIZE], first[ACT_NUMBER_SIZE], last[ACT_NUMBER_SIZE],
		problem[ACT_NUMBER_SIZE];
	char head[65];
	const char *cells[] = {act_bool_text(check->problem_seq == 0),
		store_node(call->daemon->store), act_number_text((int64_t)verifier->rows, rows),
		act_moment_text((int64_t)check->first_seq, first),
		act_moment_text((int64_t)verifier->head.seq, last), head, check->problem,
		act_moment_text((int64_t)check->problem_seq, problem)};
	wf_status status;

	hex(verifier->head.chain, sizeof(verifier->head.chain), head);
	status = act_head(call, columns, COUNT_OF(columns));
	return status == WF_OK ? act_row_out(call, cells, COUNT_OF(cells)) : status;
}

wf_status
act_log_verify(struct act_call *call)
{
	const struct store_view view = {.result = -1};
	struct check check = {.first_seq = 0};
	struct store_hold hold;
	wf_status status = act_kept(call, &check.kept, &hold);

	if (status != WF_OK)
		return status;
	check.verifier.head = check.kept.before;
	status = act_each_row(call, &view, visit, &check);
	if (status == WF_OK && check.problem_seq == 0 && check.kept.tombstone != 0 &&
		!check.buried)
		say_headless(&check);
	if (status == WF_OK)
		status = report(call, &check);
	if (status != WF_OK)
		return status;
	if (check.problem_seq != 0)
		return act_say(call, WF_CORRUPT,
			_("The log is not in order from row %llu on: %s Keep a copy of the store "
			  "before anything else."),
			(unsigned long long)check.problem_seq, check.problem);
	return act_say(call, WF_OK,
		WF_NGETTEXT("%llu row, none missing, added or changed.",
			"%llu rows, none missing, added or changed.", check.verifier.rows),
		(unsigned long long)check.verifier.rows);
}
