/* What the doctor says of the RADIUS server, seen from this machine. One thread. */
#ifndef WF_CTL_RADIUS_DOCTOR_H
#define WF_CTL_RADIUS_DOCTOR_H

#include "ctl/ctl.h"
#include "ctl/sshd.h"

/*
 * Whether it serves; if not, which program holds one of its ports in its place, as far as the
 * caller may see that. The daemon must answer. False: there is nothing to say, as without clients.
 */
bool radius_finding(struct ctl *ctl, enum finding_level *level_r, char *text_r, size_t size);

#endif
