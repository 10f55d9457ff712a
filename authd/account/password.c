/* A password that somebody sets by an act: judged, hashed, committed with the rest of the act. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"

enum rule_guard
act_password_guard(const struct act_call *call, const struct act_subject *subject)
{
	if (call->self)
		return account_guard(call->daemon->config, &subject->account, subject->credentials,
			subject->n);
	return policy_guard(&call->daemon->config->policy, subject->account.kind, true);
}

/* Only to its owner may it be told which passwords this one is not to be. */
static wf_status
read_hashes(struct act_call *call, const struct account *account, struct store_hash *hashes,
	size_t *n_r)
{
	struct store_job job = {.kind = STORE_READ};
	wf_status status;

	if (!call->self)
		return WF_OK;
	job.u.read.name = account->name;
	job.u.read.uid = -1;
	job.u.read.bare = true;
	job.u.read.hashes = hashes;
	new_password_wants(&call->daemon->config->policy, job.u.read.hashes_wanted);
	status = store_run(call->daemon->store, &job);
	if (status != WF_OK)
		return act_say_store(call, status, job.cause);
	*n_r = job.u.read.nhashes;
	return WF_OK;
}

/* A row, and the proof is gone: it was worth one comparison with another account. */
static wf_status
refuse_reuse(struct act_call *call, const struct new_password *fresh)
{
	struct act_change change;
	char rule[POLICY_RULE_SIZE];
	wf_status status;

	act_change_init(call, &change, fresh->account->name, "new password");
	policy_unique_rule(fresh->policy, rule);
	change.row.result = AUDIT_FAILURE;
	AUDIT_TEXT(change.row.reason, fresh->reason);
	AUDIT_TEXT(change.row.rule, rule);
	act_change_proof(call, &change);
	status = act_commit(call, &change);
	return status == WF_OK ? act_say(call, WF_INVALID, "%s", fresh->why) : status;
}

static wf_status
said(struct act_call *call, wf_status status, const struct new_password *fresh)
{
	if (status == WF_OK)
		return WF_OK;
	if (status != WF_NO)
		return act_say(call, status, _("The password could not be checked: %s"),
			_(wf_status_text(status)));
	if (fresh->reused == HASH_PERSON)
		return refuse_reuse(call, fresh);
	return act_say(call, WF_INVALID, "%s", fresh->why);
}

wf_status
act_password_check(struct act_call *call, const struct account *account, enum rule_guard guard,
	const struct wf_secret *password, struct new_password *fresh_r)
{
	struct store_hash hashes[STORE_HASHES_MAX];
	wf_status status;

	*fresh_r = (struct new_password){
		.policy = &call->daemon->config->policy,
		.account = account,
		.guard = guard,
		.password = password,
		.language = call->language,
		.hashes = hashes,
		.now_us = wf_clock_now(&call->daemon->clock).wall_us,
	};
	status = read_hashes(call, account, hashes, &fresh_r->nhashes);
	if (status == WF_OK)
		status = said(call, new_password_judge(fresh_r, call->scratch), fresh_r);
	wf_wipe(hashes, sizeof(hashes));
	fresh_r->hashes = NULL;
	fresh_r->nhashes = 0;
	return status;
}

wf_status
act_password_make(struct act_call *call, const struct new_password *fresh,
	struct credential *credential_r)
{
	wf_status status = new_password_make(fresh, call->scratch, credential_r);

	if (status != WF_OK)
		return act_say(call, status,
			_("The password could not be hashed, and nothing was changed: %s"),
			_(wf_status_text(status)));
	return WF_OK;
}
