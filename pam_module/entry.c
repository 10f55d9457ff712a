/*
 * The six entry points that PAM calls. They read the options, find the user, and hand over; they
 * keep nothing. Reentrant: all state is on the stack or in the PAM handle.
 */
#include "config.h"

#include <security/pam_modules.h>

#include "pam_module/call.h"
#include "pam_module/groups.h"
#include "pam_module/verdict.h"

/* Options first, then the user; `run` only when both are right. */
static int
enter(pam_handle_t *pamh, int flags, int argc, const char **argv, enum pam_group group,
	int (*run)(const struct call *call))
{
	struct call call = {.pamh = pamh, .flags = (unsigned)flags};
	wf_status status;

	if (!options_parse(pamh, argc, argv, &call.options))
		return PAM_SERVICE_ERR;
	status = call_user(&call);
	if (status != WF_OK)
		return status_code(status, group);
	return run(&call);
}

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return enter(pamh, flags, argc, argv, GROUP_AUTH, auth_run);
}

int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return enter(pamh, flags, argc, argv, GROUP_AUTH, auth_setcred);
}

int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return enter(pamh, flags, argc, argv, GROUP_ACCOUNT, account_run);
}

int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return enter(pamh, flags, argc, argv, GROUP_SESSION, session_open);
}

int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return enter(pamh, flags, argc, argv, GROUP_SESSION, session_close);
}

int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return enter(pamh, flags, argc, argv, GROUP_PASSWORD,
		(flags & PAM_PRELIM_CHECK) != 0 ? password_prelim : password_update);
}
