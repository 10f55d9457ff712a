/* Fills a request with what PAM knows: who, by which service, from where, and sshd's evidence. */
#ifndef WF_PAM_REQUEST_H
#define WF_PAM_REQUEST_H

#include "common/status.h"
#include "common/wire.h"
#include "pam_module/call.h"

/*
 * Adds user, service, RHOST, TTY, RUSER, language and evidence as far as the message has them.
 * WF_NO when PAM's value does not fit into the message: it is refused, never cut, because a
 * shortened or left out remote host would pass for another place. Logs that. WF_NO_MEMORY.
 */
WF_MUST_USE wf_status request_fill(const struct call *call, struct wf_msg *msg);
/* The login's transaction from PAM's environment, if there is one. */
WF_MUST_USE wf_status request_add_txn(const struct call *call, struct wf_msg *msg);

#endif
