/* Tries a login through a PAM stack that is not installed yet. */
#ifndef WF_CTL_PAMTRY_H
#define WF_CTL_PAMTRY_H

#include "ctl/ctl.h"
#include "ctl/pamfiles.h"

/*
 * Runs warifu-pam-try on a copy of the services' folder in which the service has `text`, for
 * `user`, with this terminal for the questions. WF_OK: the login would succeed; WF_NO: refused;
 * WF_NOT_FOUND, WF_IO: it could not be tried. Nothing is left behind.
 */
WF_MUST_USE wf_status pam_try(
	struct ctl *ctl, const struct pam_place *place, const char *text, const char *user);

#endif
