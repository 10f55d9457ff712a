/*
 * warifu-pam-try SERVICE USER FOLDER: one login through the PAM stack SERVICE of FOLDER, with the
 * terminal for the questions, for `warifu pam install`. A program of its own, so that `warifu` does
 * not load PAM modules into itself. Exit code 0: accepted; 1: refused; 2: PAM could not start.
 */
#include "config.h"

#include <locale.h>
#include <security/pam_appl.h>
#include <security/pam_misc.h>
#include <stdio.h>
#include <unistd.h>

enum { TRY_ACCEPTED = 0, TRY_REFUSED = 1, TRY_FAILED = 2 };

static int
try_login(pam_handle_t *pamh)
{
	const char *tty = ttyname(STDIN_FILENO);
	int result = PAM_SUCCESS;

	if (tty != NULL)
		result = pam_set_item(pamh, PAM_TTY, tty);
	if (result == PAM_SUCCESS)
		result = pam_authenticate(pamh, 0);
	if (result == PAM_SUCCESS)
		result = pam_acct_mgmt(pamh, 0);
	if (result != PAM_SUCCESS && result != PAM_NEW_AUTHTOK_REQD)
		fprintf(stderr, "%s\n", pam_strerror(pamh, result));
	pam_end(pamh, result);
	return result == PAM_SUCCESS || result == PAM_NEW_AUTHTOK_REQD ? TRY_ACCEPTED : TRY_REFUSED;
}

int
main(int argc, char **argv)
{
	const struct pam_conv conversation = {misc_conv, NULL};
	pam_handle_t *pamh = NULL;

	setlocale(LC_ALL, "");
	if (argc != 4 ||
		pam_start_confdir(argv[1], argv[2], &conversation, argv[3], &pamh) != PAM_SUCCESS)
		return TRY_FAILED;
	return try_login(pamh);
}
