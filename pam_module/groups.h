/* The module's work, one function for each thing that PAM asks for. They return PAM codes. */
#ifndef WF_PAM_GROUPS_H
#define WF_PAM_GROUPS_H

#include "pam_module/call.h"

int auth_run(const struct call *call);
/* The code that setcred gives; there is no credential to set. */
int auth_setcred(const struct call *call);
int account_run(const struct call *call);
int session_open(const struct call *call);
int session_close(const struct call *call);
int password_prelim(const struct call *call);
int password_update(const struct call *call);

#endif
