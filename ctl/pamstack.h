/*
 * What the stack of a PAM service holds, with the files that it includes: read only, for the
 * doctor. One thread.
 */
#ifndef WF_CTL_PAMSTACK_H
#define WF_CTL_PAMSTACK_H

#include <stdbool.h>

#include "ctl/pamfiles.h"

struct pam_stack {
	bool exists;
	bool uses;	   /* names pam_warifu.so at all */
	bool accounts;	   /* in the account phase */
	bool sessions;	   /* at the begin and end of sessions */
	bool session_late; /* stanza_session_late() */
	bool systemd;	   /* opens sessions at systemd, which can end them */
};

/* A stack that cannot be read does not exist. */
void pam_stack_read(const struct pam_place *place, struct pam_stack *stack_r);

#endif
