/*
 * What goes into the password field of a first request: password and code as the client's mode
 * joins them, asked for by prompts. One thread.
 */
#ifndef WF_CTL_RADIUS_ANSWER_H
#define WF_CTL_RADIUS_ANSWER_H

#include "common/secret.h"
#include "ctl/ctl.h"

/*
 * `mode` as in warifu.conf. WF_OK, or after telling why not: as prompt_secret(), WF_TOO_LONG, or
 * WF_UNSUPPORTED for a mode that is not known here.
 */
WF_MUST_USE wf_status radius_answer_first(struct ctl *ctl, const char *mode, const char *separator,
	struct wf_secret *answer_r);

#endif
