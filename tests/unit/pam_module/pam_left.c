/*
 * A PAM module for the tests alone: leaves its first argument in PAM_AUTHTOK, as a module that
 * asked for a new password would; and takes what is left for pam_systemd, as that does behind us in
 * the stack, into the environment, where a test can see it.
 */
#include "config.h"

#include <security/pam_modules.h>
#include <stdio.h>

int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	if ((flags & PAM_PRELIM_CHECK) != 0 || argc == 0)
		return PAM_SUCCESS;
	return pam_set_item(pamh, PAM_AUTHTOK, argv[0]);
}

int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const void *limit = NULL;
	char text[64];

	(void)flags;
	(void)argc;
	(void)argv;
	if (pam_get_data(pamh, "systemd.runtime_max_sec", &limit) != PAM_SUCCESS || limit == NULL)
		return PAM_SUCCESS;
	(void)snprintf(text, sizeof(text), "LIMIT=%.40s", (const char *)limit);
	return pam_putenv(pamh, text);
}

int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}
