/*
 * account: may this user use this service now, and was the login covered by a transaction? A login
 * by key alone never passes auth; this is where it is caught.
 */
#include "config.h"

#include <security/pam_ext.h>
#include <syslog.h>

#include "pam_module/conversation.h"
#include "pam_module/groups.h"
#include "pam_module/request.h"
#include "pam_module/state.h"
#include "pam_module/talk.h"
#include "pam_module/verdict.h"

#define DOING "account check"

static wf_status
account_ask(const struct call *call, struct result *result_r)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_ACCOUNT, WF_WIRE_VERSION);
	status = request_add_txn(call, &msg);
	if (status == WF_OK)
		status = request_fill(call, &msg);
	if (status == WF_OK)
		status = talk_once(call, &msg, call_machine_deadline(call), result_r);
	wf_msg_clear(&msg);
	return status;
}

/* The daemon could not be asked at auth either; the spent code stands for it. */
static bool
by_emergency(const struct call *call)
{
	if (!state_is_emergency(call->pamh, call->user))
		return false;
	pam_syslog(call->pamh, LOG_ALERT, "account of %s admitted by the emergency code just used",
		call->user);
	return true;
}

int
account_run(const struct call *call)
{
	struct result result = {.verdict = WF_VERDICT_REJECT};
	wf_status status;

	if (by_emergency(call))
		return PAM_SUCCESS;
	status = account_ask(call, &result);
	if (status != WF_OK) {
		talk_log_trouble(call, DOING, status);
		conversation_tell_id(
			call, true, status == WF_NO ? WF_TEXT_REFUSED : WF_TEXT_UNAVAILABLE);
		return status_code(status, GROUP_ACCOUNT);
	}
	if (result.verdict != WF_VERDICT_IGNORE)
		conversation_tell(call,
			result.verdict != WF_VERDICT_ACCEPT && result.verdict != WF_VERDICT_CHANGE,
			result.text);
	return verdict_code(result.verdict, GROUP_ACCOUNT);
}
