/*
 * A PAM module for the tests alone: leaves its first argument in PAM_AUTHTOK, as a module that
 * asked for a new password would.
 */
#include "config.h"

#include <security/pam_modules.h>

int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	if ((flags & PAM_PRELIM_CHECK) != 0 || argc == 0)
		return PAM_SUCCESS;
	return pam_set_item(pamh, PAM_AUTHTOK, argv[0]);
}
