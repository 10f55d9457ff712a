/*
 * From where the log may be read.  Documents want two kinds of factors of whoever reaches the place
 * where logs are kept through the internet (log.store: SCS-4-4-3-2, IPA-T3.8.4b, DRAFT-4-35b).  The
 * control socket is on this machine; so what counts is the recorded login that the caller runs in,
 * found as for su and sudo: by the kernel's audit session, else by his ancestors in the process
 * tree.
 *
 * A caller in a login that nobody has recorded counts as one from the internet with nothing proved.
 * One in no login at all (a unit of systemd) was started by the machine itself.  Jobs of cron are
 * in one where pam_loginuid.so is in cron's PAM file.
 */
#include "config.h"

#include "authd/account/internal.h"
#include "authd/policy/policy.h"

static bool
is_asked_for(const struct act_call *call)
{
	return (policy_members_of(&call->daemon->config->policy, R_LOG_STORE, ACCOUNT_GENERAL,
			GUARD_MFA) &
		       LOG_STORE_MFA) != 0;
}

/* Whether the login is near enough, or has proved enough. */
static bool
is_good(const struct wf_lineage *lineage, const struct store_read *login)
{
	if (!login->session_found)
		return lineage->audit_session == 0;
	return login->session_zone != ZONE_INTERNET ||
	       __builtin_popcount(login->session_kinds) >= 2;
}

static wf_status
refuse(struct act_call *call, const struct store_read *login)
{
	policy_held_rule(&call->daemon->config->policy, R_LOG_STORE, ACCOUNT_GENERAL, GUARD_MFA,
		LOG_STORE_MFA, call->rule);
	if (!login->session_found)
		return act_say(call, WF_DENIED,
			_("The log is not shown to a login that Warifu has not recorded (%s): add "
			  "pam_warifu.so to the session lines of its service and log in anew, or "
			  "use a login that has it."),
			call->rule);
	return act_say(call, WF_DENIED,
		_("The log is not shown to a login from the internet (%s) that has not proved two "
		  "kinds of factors (%s): log in anew with password and code, or from inside."),
		login->session_source.text, call->rule);
}

wf_status
act_log_access(struct act_call *call)
{
	struct store_job job;
	struct store_read *login = &job.u.read;
	struct wf_lineage lineage;
	wf_status status;

	if (!is_asked_for(call))
		return WF_OK;
	wf_lineage_read(call->peer.pid, &lineage);
	store_job_init(&job, STORE_READ);
	login->uid = -1;
	login->bare = true;
	login->audit_session = lineage.audit_session;
	login->pids = lineage.pids;
	login->starts = lineage.starts;
	login->npids = lineage.n;
	status = store_run(call->daemon->store, &job);
	if (status != WF_OK)
		return act_say_store(call, status, job.cause);
	return is_good(&lineage, login) ? WF_OK : refuse(call, login);
}
