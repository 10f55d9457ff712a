/*
 * Running an act: language, arguments, role, proof, then the handler.  Acts that change what they have
 * read run one at a time, so that none of two changes gets lost.
 */
#include "config.h"

#include <pthread.h>
#include <string.h>

#include "authd/account/internal.h"

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
			_("You may do '%s' for your own account only, after proving password and token, or ask "
			  "somebody of the group %s."), act->id, groups[act->role]);
	return act_say(call, WF_DENIED, _("You may not do '%s': ask somebody of the group %s, or root."), act->id,
		groups[act->role]);
}

/*
 * An owner without a role needs the proof.  So does one with a role short of administrator, for his own
 * account: a helpdesk's open terminal must not be a way to its own credentials.  That second half is
 * act_subject_to_change's.
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
	return call->role >= call->act->role ? WF_OK : deny(call);
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

wf_status
act_run(const struct act *act, struct act_call *call)
{
	void *before = act_language_begin(call->language);
	wf_status status;

	call->act = act;
	call->text[0] = '\0';
	if (call->operator_name[0] == '\0')
		act_operator(&call->peer, call->operator_name, sizeof(call->operator_name));
	status = check_and_handle(call);
	if (call->text[0] == '\0')
		(void)act_say(call, status, "%s", _(wf_status_text(status)));
	act_language_end(before);
	return status;
}
