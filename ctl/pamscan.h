/* All services of a PAM folder that use Warifu. One thread. */
#ifndef WF_CTL_PAMSCAN_H
#define WF_CTL_PAMSCAN_H

#include "ctl/pamfiles.h"

/*
 * Calls `visit` for each, in the order of their names: one service after the other, and with
 * `common` a file of pam-auth-update (common-auth...) as well. Saved and temporary files are left
 * out. CTL_OK, or CTL_NO after telling that the folder cannot be read.
 */
int pam_scan(struct ctl *ctl, const struct parsed *parsed,
	void (*visit)(void *context, const char *name, bool common), void *context);

#endif
