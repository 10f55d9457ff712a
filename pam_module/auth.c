/*
 * auth: proves who it is. The verdict is the daemon's; here it is only asked for, remembered and
 * translated. Whatever happens without a verdict is "could not tell", never success.
 */
#include "config.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>

#include "pam_module/breakglass_call.h"
#include "pam_module/conversation.h"
#include "pam_module/dialog.h"
#include "pam_module/groups.h"
#include "pam_module/state.h"
#include "pam_module/talk.h"
#include "pam_module/verdict.h"

#define DOING "authentication"

/* What later groups and modules need; only after a verdict that lets the login go on. */
static bool
remember(const struct call *call, const struct result *result, const struct wf_secret *password)
{
	struct state state;

	state_load(call->pamh, &state);
	state.ignored = result->verdict == WF_VERDICT_IGNORE;
	if (!state_save(call->pamh, &state))
		return false;
	if (result->has_txn && !state_txn_set(call->pamh, result->txn))
		return false;
	return password->len == 0 ||
		pam_set_item(call->pamh, PAM_AUTHTOK, password->bytes) == PAM_SUCCESS;
}

/* Nothing of an earlier attempt through this handle may vouch for this one. */
static bool
forget(const struct call *call)
{
	struct state state;

	state_txn_forget(call->pamh);
	state_load(call->pamh, &state);
	state.ignored = false;
	state.emergency[0] = '\0';
	return state_save(call->pamh, &state);
}

static int
trouble(const struct call *call, wf_status status)
{
	talk_log_trouble(call, DOING, status);
	conversation_tell_id(
		call, true, status == WF_NO ? WF_TEXT_REFUSED : WF_TEXT_UNAVAILABLE);
	return status_code(status, GROUP_AUTH);
}

static int
conclude(const struct call *call, const struct result *result, const struct wf_secret *password)
{
	bool goes_on =
		result->verdict == WF_VERDICT_ACCEPT || result->verdict == WF_VERDICT_IGNORE;

	if (goes_on && !remember(call, result, password)) {
		/* What was remembered before it failed is of a login that does not go on. */
		(void)forget(call);
		return trouble(call, WF_NO_MEMORY);
	}
	if (result->verdict != WF_VERDICT_IGNORE)
		conversation_tell(call, !goes_on, result->text);
	return verdict_code(result->verdict, GROUP_AUTH);
}

/*
 * The daemon is away: nobody listens, or who does says nothing in time, before anything was asked.
 */
static int
unreachable(const struct call *call, wf_status status)
{
	int code = trouble(call, status);

	return breakglass_offered(call) ? breakglass_run(call) : code;
}

int
auth_run(const struct call *call)
{
	int64_t deadline_us = call_person_deadline(call);
	struct result result = {.verdict = WF_VERDICT_REJECT};
	struct wf_secret password = WF_SECRET_EMPTY;
	struct wf_client *client = NULL;
	wf_status status;
	bool silent;
	int code;

	if (!forget(call))
		return trouble(call, WF_NO_MEMORY);
	status = talk_open(call, call_machine_deadline(call), &client);
	silent = status == WF_UNAVAILABLE || status == WF_TIMEOUT;
	if (status == WF_OK)
		status = dialog_run(
			call, client, WF_PURPOSE_LOGIN, deadline_us, &result, &password, &silent);
	wf_client_close(&client);
	if (silent)
		return unreachable(call, status);
	code = status == WF_OK ? conclude(call, &result, &password) : trouble(call, status);
	wf_secret_clear(&password);
	return code;
}

/*
 * There is nothing to set. PAM_SUCCESS, because setcred must be able to succeed where auth has, and
 * it proves nothing: applications call it after authenticate. PAM_IGNORE where auth was ignored. In
 * sshd another process asks than the one that authenticated, and there it is PAM_SUCCESS.
 */
int
auth_setcred(const struct call *call)
{
	struct state state;

	state_load(call->pamh, &state);
	return state.ignored ? verdict_code(WF_VERDICT_IGNORE, GROUP_AUTH) : PAM_SUCCESS;
}
