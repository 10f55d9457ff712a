/*
 * From a verdict to a PAM code: one table, and the only place that gives PAM_IGNORE for an answer
 * of the daemon. Whatever is not in the table is a refusal.
 */
#ifndef WF_PAM_VERDICT_H
#define WF_PAM_VERDICT_H

#include "common/status.h"
#include "common/wire.h"

enum pam_group { GROUP_AUTH, GROUP_ACCOUNT, GROUP_SESSION, GROUP_PASSWORD, GROUP_COUNT };

int verdict_code(enum wf_verdict verdict, enum pam_group group);
/* Of a dialog without a verdict: WF_NO is a refusal; everything else "could not tell". */
int status_code(wf_status status, enum pam_group group);

#endif
