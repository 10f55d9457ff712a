/*
 * session: opens and closes are rows of the log. What cannot be recorded is not opened; a logout is
 * never held up.
 */
#include "config.h"

#include <security/pam_ext.h>
#include <syslog.h>

#include "pam_module/groups.h"
#include "pam_module/request.h"
#include "pam_module/state.h"
#include "pam_module/talk.h"
#include "pam_module/verdict.h"

static wf_status
session_tell(const struct call *call, enum wf_session_event event, struct result *result_r)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_SESSION, WF_WIRE_VERSION);
	status = request_add_txn(call, &msg);
	if (status == WF_OK)
		status = wf_msg_add_uint(&msg, WF_F_EVENT, event);
	if (status == WF_OK)
		status = request_fill(call, &msg);
	if (status == WF_OK)
		status = talk_once(call, &msg, call_machine_deadline(call), result_r);
	wf_msg_clear(&msg);
	return status;
}

int
session_open(const struct call *call)
{
	struct result result = {.verdict = WF_VERDICT_REJECT};
	wf_status status = session_tell(call, WF_SESSION_OPEN, &result);

	talk_log_trouble(call, "session open", status);
	if (state_is_emergency(call->pamh, call->user)) {
		pam_syslog(call->pamh, LOG_ALERT,
			"session of %s opened by the emergency code just used", call->user);
		return PAM_SUCCESS;
	}
	if (status != WF_OK)
		return status_code(status, GROUP_SESSION);
	return verdict_code(result.verdict, GROUP_SESSION);
}

int
session_close(const struct call *call)
{
	struct result result = {.verdict = WF_VERDICT_REJECT};
	wf_status status = session_tell(call, WF_SESSION_CLOSE, &result);

	talk_log_trouble(call, "session close", status);
	return PAM_SUCCESS;
}
