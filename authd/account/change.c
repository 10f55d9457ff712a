/* What an act changes, and the row that says so: one commit. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "authd/account/internal.h"

static int32_t
offset_minutes(int64_t wall_us)
{
	time_t seconds = (time_t)(wall_us / US_PER_S);
	struct tm local;

	return localtime_r(&seconds, &local) == NULL ? 0 : (int32_t)(local.tm_gmtoff / 60);
}

/* "what changed; reason: why" */
static void
put_detail(const struct act_call *call, struct audit_row *row, const char *detail)
{
	const char *reason = act_arg(call, "reason");
	char text[sizeof(row->detail)];

	(void)snprintf(text, sizeof(text), "%s%s%s", detail,
		reason != NULL && detail[0] != '\0' ? "; reason: " : "",
		reason != NULL ? reason : "");
	AUDIT_TEXT(row->detail, text);
}

void
act_row(struct act_call *call, struct audit_row *row_r, const char *user, const char *detail)
{
	const char *node = call->daemon->config->node;
	char source[sizeof(row_r->source)];

	audit_row_init(row_r, AUDIT_ADMIN, call->act->id);
	row_r->result = AUDIT_SUCCESS;
	row_r->time_us = wf_clock_now(&call->daemon->clock).wall_us;
	row_r->first_us = row_r->time_us;
	row_r->last_us = row_r->time_us;
	row_r->offset_min = offset_minutes(row_r->time_us);
	(void)snprintf(source, sizeof(source), "local:%lu", (unsigned long)call->peer.uid);
	AUDIT_TEXT(row_r->source, source);
	AUDIT_TEXT(row_r->host, node);
	AUDIT_TEXT(row_r->node, node);
	AUDIT_TEXT(row_r->user, user);
	AUDIT_TEXT(row_r->service, "warifu");
	AUDIT_TEXT(row_r->action, call->act->id);
	AUDIT_TEXT(row_r->operator_name, call->operator_name);
	AUDIT_TEXT(row_r->ticket, act_arg(call, "ticket"));
	AUDIT_TEXT(row_r->reason, act_arg(call, "reason"));
	put_detail(call, row_r, detail);
}

void
act_change_init(struct act_call *call, struct act_change *change_r, const char *user,
	const char *format, ...)
{
	char detail[sizeof(change_r->row.detail)];
	va_list list;

	memset(change_r, 0, sizeof(*change_r));
	va_start(list, format);
	(void)vsnprintf(detail, sizeof(detail), format, list);
	va_end(list);
	act_row(call, &change_r->row, user, detail);
}

struct effect *
act_change_add(struct act_change *change, enum effect_kind kind, int64_t account_id)
{
	struct effect *effect = &change->effects[change->neffects++];

	effect->kind = kind;
	effect->account_id = account_id;
	return effect;
}

void
act_change_proof(const struct act_call *call, struct act_change *change)
{
	struct effect *effect;

	if (!call->self)
		return;
	effect = act_change_add(change, EFFECT_PROOF_USE, 0);
	effect->blob_len = WF_TXN_LEN;
	act_proof_id(call, effect->blob);
}

wf_status
act_commit(struct act_call *call, struct act_change *change)
{
	struct store_job job = {.kind = STORE_ADMIN};
	struct store_admin *admin = &job.u.admin;
	wf_status status;

	admin->effects = change->effects;
	admin->neffects = change->neffects;
	admin->rows = &change->row;
	admin->nrows = 1;
	status = store_run(call->daemon->store, &job);
	if (status != WF_OK)
		return act_say_store(call, status, job.cause);
	change->account_id = admin->account_id;
	change->credential_id = admin->credential_id;
	change->grant_id = admin->grant_id;
	change->norders = admin->norders;
	return WF_OK;
}
