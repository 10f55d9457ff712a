/*
 * Running an act: language, arguments, role, proof, then the handler.  Acts that change what they
 * have read run one at a time, so that none of two changes gets lost.
 */
#include "config.h"

#include <pthread.h>
#include <string.h>

#include "authd/account/internal.h"
#include "common/language.h"

#define DENIALS_A_MINUTE 30

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static const char *const groups[ROLE_COUNT] = {
	[ROLE_NONE] = "",
	[ROLE_VIEWER] = "warifu-viewer",
	[ROLE_AUDITOR] = "warifu-auditor",
	[ROLE_HELPDESK] = "warifu-helpdesk",
	[ROLE_OFFICER] = "warifu-officer",
	[ROLE_ADMINISTRATOR] = "warifu-admin",
};

static wf_status
deny(struct act_call *call)
{
	const struct act *act = call->act;

	if (act->self && call->role == ROLE_NONE)
		return act_say(call, WF_DENIED,
			_("You may do '%s' for your own account only, after proving password and "
			  "token, or ask "
			  "somebody of the group %s."),
			act->id, groups[act->role]);
	return act_say(call, WF_DENIED,
		_("You may not do '%s': ask somebody of the group %s, or root."), act->id,
		groups[act->role]);
}

/*
 * An owner without a role needs the proof.  So does one with a role short of administrator, for his
 * own account: a helpdesk's open terminal must not be a way to its own credentials.  That second
 * half is act_subject_to_change's.
 */
static wf_status
permit(struct act_call *call)
{
	wf_status status = WF_OK;

	call->self = false;
	if (call->act->self && act_arg(call, "txn") != NULL)
		status = act_prove(call, &call->self);
	if (status != WF_OK || call->self)
		return status;
	if (call->role < call->act->role)
		return deny(call);
	return call->act->shows_log ? act_log_access(call) : WF_OK;
}

static wf_status
handle(struct act_call *call)
{
	wf_status status;

	if (!call->act->alone)
		return call->act->handle(call);
	(void)pthread_mutex_lock(&one_at_a_time);
	status = call->act->handle(call);
	(void)pthread_mutex_unlock(&one_at_a_time);
	return status;
}

/* Role first: who may not do it learns nothing about its arguments. */
static wf_status
check_and_handle(struct act_call *call)
{
	wf_status status;

	if (call->role < call->act->role && !call->act->self)
		return deny(call);
	status = act_args_check(call);
	if (status == WF_OK)
		status = permit(call);
	if (status == WF_OK)
		status = handle(call);
	return status;
}

/*
 * Who tries what he may not do is worth a row; but nobody without a role may fill the
 * log with them, so there is an end to it each minute.
 */
static bool
denial_counts(int64_t wall_us)
{
	static int64_t minute = -1;
	static unsigned written;
	const int64_t now = wall_us / (60 * US_PER_S);
	bool counts;

	(void)pthread_mutex_lock(&one_at_a_time);
	if (now != minute) {
		minute = now;
		written = 0;
	}
	counts = written < DENIALS_A_MINUTE;
	written += counts;
	(void)pthread_mutex_unlock(&one_at_a_time);
	return counts;
}

/* The denial stands whether or not its row can be written. */
static void
record_denial(struct act_call *call)
{
	const char *user = act_arg(call, "user");
	struct store_job job = {.kind = STORE_ADMIN};
	struct audit_row row;

	if ((!call->act->changes && call->rule[0] == '\0') ||
		!denial_counts(wf_clock_now(&call->daemon->clock).wall_us))
		return;
	act_row(call, &row, user != NULL ? user : "", "");
	row.result = AUDIT_FAILURE;
	AUDIT_TEXT(row.reason, "denied");
	AUDIT_TEXT(row.rule, call->rule);
	job.u.admin.rows = &row;
	job.u.admin.nrows = 1;
	if (store_run(call->daemon->store, &job) != WF_OK)
		return;
}

wf_status
act_run(const struct act *act, struct act_call *call)
{
	void *before = wf_language_begin(call->language);
	wf_status status;

	call->act = act;
	call->text[0] = '\0';
	call->rule[0] = '\0';
	if (call->operator_name[0] == '\0')
		act_operator(&call->peer, call->operator_name, sizeof(call->operator_name));
	status = check_and_handle(call);
	if (status == WF_DENIED)
		record_denial(call);
	if (call->text[0] == '\0')
		(void)act_say(call, status, "%s", _(wf_status_text(status)));
	wf_language_end(before);
	return status;
}
