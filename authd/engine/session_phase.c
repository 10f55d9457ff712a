/*
 * Sessions: opened and closed are rows of the log, and the open ones place su and sudo (asker.c).
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/engine/internal.h"

static void
written(struct errand *errand)
{
	const struct policy *policy = &errand->engine->config->policy;

	if (errand->event == WF_SESSION_OPEN) {
		errand->session_s = policy_session_s(policy);
		errand->idle_s = policy_idle_s(policy, errand->asker.service, errand->account.kind);
	}
	if (errand->job.status != WF_OK)
		errand_unavailable(errand, "store");
	else
		errand_answer(errand, WF_VERDICT_ACCEPT, WF_TEXT_NONE);
}

/* Of a shared account the row has the person, too: sudo says from whose login it comes (C-13). */
static void
note_shared(const struct asker *asker, struct audit_row *row)
{
	char detail[sizeof(row->detail)];

	snprintf(detail, sizeof(detail), "%.100s; shared account, checked out by %.100s",
		row->detail, asker->ruser[0] != '\0' ? asker->ruser : "nobody known");
	AUDIT_TEXT(row->detail, detail);
}

static void
fill(struct errand *errand, struct store_session *session)
{
	const struct asker *asker = &errand->asker;

	session->event = errand->event;
	session->has_txn = errand->has_txn;
	memcpy(session->txn, errand->txn, WF_TXN_LEN);
	snprintf(session->user, sizeof(session->user), "%s", asker->user);
	snprintf(session->service, sizeof(session->service), "%s", asker->service);
	snprintf(session->tty, sizeof(session->tty), "%s", asker->tty);
	session->source = asker->source;
	session->zone = asker->zone;
	memcpy(session->host, asker->host, sizeof(session->host));
	memcpy(session->boot, asker->boot, sizeof(session->boot));
	session->pid = asker->lineage.n > 0 ? asker->lineage.pids[0] : 0;
	session->start = asker->lineage.n > 0 ? asker->lineage.starts[0] : 0;
	session->audit_session = asker->lineage.audit_session;
	row_fill(&session->row, errand->engine, asker, AUDIT_SESSION,
		 errand->event == WF_SESSION_OPEN ? "session.open" : "session.close");
	row_outcome(&session->row, AUDIT_NEUTRAL, "", "");
	if (errand->account.shared)
		note_shared(asker, &session->row);
}

static void
write_session(struct errand *errand)
{
	struct store_read *read = &errand->job.u.read;
	const struct policy *policy = &errand->engine->config->policy;
	static const char digits[] = "0123456789abcdef";

	if (errand->job.status != WF_OK) {
		errand_unavailable(errand, "store");
		return;
	}
	asker_locate(&errand->asker, policy, read);
	if (read->found)
		errand->account = read->account;
	memset(&errand->job, 0, sizeof(errand->job));
	errand->job.kind = STORE_SESSION;
	fill(errand, &errand->job.u.session);
	for (size_t i = 0; errand->has_txn && i < WF_TXN_LEN; i++) {
		errand->job.u.session.row.txn[2 * i] = digits[errand->txn[i] >> 4];
		errand->job.u.session.row.txn[2 * i + 1] = digits[errand->txn[i] & 15];
	}
	errand_submit(errand, written);
}

/* Only root may say that a session was opened; anybody else has none of ours. */
void
session_phase(struct errand *errand)
{
	const struct policy *policy = &errand->engine->config->policy;

	if (!errand->asker.trusted)
		errand_answer(errand, WF_VERDICT_REJECT, WF_TEXT_REFUSED);
	else if (!policy_service_find(policy, errand->asker.service)->asked)
		errand_answer(errand, WF_VERDICT_IGNORE, WF_TEXT_NONE);
	else
		errand_read(errand, write_session);
}
