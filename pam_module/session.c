/*
 * session: opens and closes are rows of the log. What cannot be recorded is not opened; a logout is
 * never held up.
 *
 * A session whose length is limited is ended by systemd: pam_systemd, behind this module in the
 * stack, takes the limit from the data that are left for it here (pam_systemd(8)) and ends the
 * session's scope when it is over, whatever runs in it.  Without pam_systemd nobody ends it;
 * 'warifu session list' shows since when it is open.
 *
 * A shell that may not be left alone for longer than so long ends by itself: bash, ksh, mksh and
 * zsh go by TMOUT.  It stands in the session's environment, where its owner may take it out again:
 * who is kept from something by it is whoever passes an open terminal, not its owner.
 */
#include "config.h"

#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "common/fault.h"
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

#define LIMIT_DATA "systemd.runtime_max_sec"
#define LIMIT_SIZE 16

static void
limit_cleanup(pam_handle_t *pamh, void *data, int error_status)
{
	(void)pamh;
	(void)error_status;
	free(data);
}

/* For pam_systemd; false: it could not be left for it, and the session would have no end. */
static bool
limit_leave(const struct call *call, uint32_t seconds)
{
	char *text = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(LIMIT_SIZE);

	if (text == NULL)
		return false;
	(void)snprintf(text, LIMIT_SIZE, "%us", seconds);
	if (pam_set_data(call->pamh, LIMIT_DATA, text, limit_cleanup) == PAM_SUCCESS)
		return true;
	free(text);
	return false;
}

#define IDLE_ENV "TMOUT"
#define IDLE_SIZE (sizeof(IDLE_ENV "=") + 10) /* digits of a u32 */

/* `text` if it is a plain number of seconds from 1 to `most`, else `most`. */
static uint32_t
idle_least(const char *text, uint32_t most)
{
	size_t len = text == NULL ? 0 : strlen(text);
	unsigned long theirs;

	if (len == 0 || len > 9 || strspn(text, "0123456789") != len)
		return most;
	theirs = strtoul(text, NULL, 10);
	return theirs > 0 && theirs < most ? (uint32_t)theirs : most;
}

/*
 * For the shell; false: it could not be left for it.  Who is nowhere near a terminal is a script
 * (sshd names one of each session: a command that it runs waits no longer, either).
 * What is there may be shorter: from a module before us or, with su and sudo, from the caller.
 */
static bool
idle_leave(const struct call *call, uint32_t seconds)
{
	char entry[IDLE_SIZE];
	uint32_t least = idle_least(getenv(IDLE_ENV), seconds);

	if (call_item(call, PAM_TTY)[0] == '\0')
		return true;
	least = idle_least(pam_getenv(call->pamh, IDLE_ENV), least);
	(void)snprintf(entry, sizeof(entry), IDLE_ENV "=%u", least);
	return pam_putenv(call->pamh, entry) == PAM_SUCCESS;
}

static bool
limits_leave(const struct call *call, const struct result *result)
{
	return (result->session_s == 0 || limit_leave(call, result->session_s)) &&
	       (result->idle_s == 0 || idle_leave(call, result->idle_s));
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
	if (status == WF_OK && !limits_leave(call, &result))
		status = WF_NO_MEMORY;
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
