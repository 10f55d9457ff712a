/* What the acts on accounts share. */
#include "config.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"

static const char *const kind_names[] = {[ACCOUNT_GENERAL] = "general",
	[ACCOUNT_PRIVILEGED] = "privileged",
	[ACCOUNT_SERVICE] = "service"};
static const char *const standing_names[] = {
	[STANDING_MANAGED] = "managed", [STANDING_EXEMPT] = "exempt", [STANDING_REFUSED] = "refused"
};

const char *
act_kind_name(enum account_kind kind)
{
	return (size_t)kind < COUNT_OF(kind_names) ? kind_names[kind] : "";
}

const char *
act_standing_name(enum account_standing standing)
{
	return (size_t)standing < COUNT_OF(standing_names) ? standing_names[standing] : "";
}

void
act_account_init(struct act_call *call, struct account *account_r, const char *name, int64_t uid)
{
	memset(account_r, 0, sizeof(*account_r));
	(void)snprintf(account_r->name, sizeof(account_r->name), "%s", name);
	account_r->uid = uid;
	account_r->created_us = wf_clock_now(&call->daemon->clock).wall_us;
}

/* An account's owner is told by his uid: it may stand in one account only. */
wf_status
act_uid_free(struct act_call *call, int64_t uid, const char *name)
{
	struct store_job job = {.kind = STORE_READ};
	wf_status status;

	if (uid < 0)
		return WF_OK;
	job.u.read.uid = uid;
	status = store_run(call->daemon->store, &job);
	if (status != WF_OK)
		return act_say_store(call, status, job.cause);
	if (!job.u.read.found || strcmp(job.u.read.account.name, name) == 0)
		return WF_OK;
	return act_say(call, WF_EXISTS,
		_("uid %lld belongs to the account '%s' already; a uid can have one account only."),
		(long long)uid, job.u.read.account.name);
}

wf_status
act_uid(struct act_call *call, const char *name, int64_t *uid_r)
{
	struct passwd entry, *found = NULL;
	char space[4096];
	int64_t uid = act_number(call, "uid", -1);
	wf_status status;

	if (uid < 0 && getpwnam_r(name, &entry, space, sizeof(space), &found) == 0 && found != NULL)
		uid = (int64_t)entry.pw_uid;
	status = act_uid_free(call, uid, name);
	if (status == WF_OK)
		*uid_r = uid;
	return status;
}

wf_status
act_name_permitted(struct act_call *call, const char *name, enum account_kind kind)
{
	char rule[POLICY_RULE_SIZE];

	if (!policy_name_forbidden(&call->daemon->config->policy, name, kind, rule))
		return WF_OK;
	return act_say(call, WF_DENIED,
		_("No account may have the name '%s' (%s): choose one that tells whose it is."),
		name, rule);
}

wf_status
act_shared_fits(struct act_call *call, const struct account *account)
{
	char rule[POLICY_RULE_SIZE];

	if (!account->shared)
		return WF_OK;
	if (account->kind == ACCOUNT_SERVICE)
		return act_say(call, WF_INVALID,
			_("A service account is of no person, so nobody can share it: leave "
			  "'shared' out."));
	if (account->kind == ACCOUNT_PRIVILEGED &&
		policy_shared_forbidden(&call->daemon->config->policy, account->kind, rule))
		return act_say(call, WF_DENIED,
			_("A privileged account may not be shared (%s): give each administrator "
			  "one of his own."),
			rule);
	return WF_OK;
}

wf_status
act_kind_fits(struct act_call *call, const struct account *account)
{
	if (account->kind == ACCOUNT_SERVICE && account->sources[0] == '\0')
		return act_say(call, WF_INVALID,
			_("A service account needs 'sources': the networks that it may come "
			  "from."));
	if (account->kind != ACCOUNT_SERVICE && account->sources[0] != '\0')
		return act_say(call, WF_INVALID,
			_("'sources' is for service accounts only: leave it out."));
	return WF_OK;
}

wf_status
act_person_told(struct act_call *call, const struct account *account)
{
	char rule[POLICY_RULE_SIZE];
	bool ruler = false;
	wf_status status;

	if (account->kind != ACCOUNT_PRIVILEGED || account->person[0] != '\0' ||
		!policy_unique_demanded(&call->daemon->config->policy, account->kind, rule))
		return WF_OK;
	status = act_ruler_exists(call, 0, &ruler);
	if (status != WF_OK || !ruler)
		return status;
	return act_say(call, WF_INVALID,
		_("A privileged account has to say whose it is, so that its password differs from "
		  "those of the person's other accounts (%s): add '--person TEXT', the same text "
		  "for all accounts of one person."),
		rule);
}

wf_status
act_account_fits(struct act_call *call, const struct account *account)
{
	wf_status status = act_name_permitted(call, account->name, account->kind);

	if (status == WF_OK)
		status = act_kind_fits(call, account);
	if (status == WF_OK)
		status = act_shared_fits(call, account);
	return status == WF_OK ? act_person_told(call, account) : status;
}
