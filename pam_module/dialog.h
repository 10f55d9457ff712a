/*
 * One transaction with the daemon: BEGIN, then rounds of PROMPTS and ANSWER, then RESULT.
 * Everything of a round is asked before anything of it is sent, so that nobody learns from the
 * first answer's fate whether it was right.
 */
#ifndef WF_PAM_DIALOG_H
#define WF_PAM_DIALOG_H

#include "common/client.h"
#include "pam_module/call.h"
#include "pam_module/talk.h"

#define DIALOG_ROUNDS_MAX 8
#define DIALOG_PROMPTS_MAX 8 /* in one round */

/*
 * Runs the transaction over an open connection, which the caller closes. WF_OK: result_r has the
 * daemon's verdict, has_txn with it, and password_r what was typed (or taken from PAM) for the
 * password prompt, empty if there was none. WF_NO: the user or the stanza gave no usable answer,
 * the daemon was told. Everything else: could not tell. `deadline_us` is that of all rounds
 * together. silent_r (or NULL) is set in any case: true when the daemon let the time for its first
 * reply pass, or is a relay whose centre is away (WF_EXPIRED), so that nobody was asked anything.
 */
WF_MUST_USE wf_status dialog_run(const struct call *call, struct wf_client *client,
	enum wf_purpose purpose, int64_t deadline_us, struct result *result_r,
	struct wf_secret *password_r, bool *silent_r);

/*
 * Begins a transaction only to see whether the daemon would ask, and takes it back. WF_OK with the
 * verdict ACCEPT when it would, with the daemon's own verdict when it said one at once.
 */
WF_MUST_USE wf_status dialog_probe(const struct call *call, struct wf_client *client,
	enum wf_purpose purpose, int64_t deadline_us, struct result *result_r);

#endif
