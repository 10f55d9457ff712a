/* The small process that takes a pam install back unless it is confirmed in time. */
#ifndef WF_CTL_PAMTIMER_H
#define WF_CTL_PAMTIMER_H

#include <stdbool.h>

#include "ctl/pamfiles.h"

/*
 * Fills in token, deadline, boot and login for an install now. WF_UNAVAILABLE without randomness.
 */
WF_MUST_USE wf_status pam_pending_make(
	const struct ctl *ctl, int64_t span_us, mode_t mode, struct pam_pending *pending_r);
/*
 * Starts it, detached from this login: own session, no terminal, no open descriptors. The pending
 * file must be there already. WF_OK means that the program runs.
 */
WF_MUST_USE wf_status pam_timer_start(
	const struct ctl *ctl, const struct pam_place *place, const struct pam_pending *pending);
/* Whether its time is over, or the machine was started anew since. */
bool pam_pending_overdue(const struct ctl *ctl, const struct pam_pending *pending);

#endif
