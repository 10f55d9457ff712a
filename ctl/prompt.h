/*
 * Questions to the person at the terminal (/dev/tty), or lines of standard input with --stdin.
 * Secrets are read without echo and never come from anywhere else: not from the command line, not
 * from the environment. One thread.
 */
#ifndef WF_CTL_PROMPT_H
#define WF_CTL_PROMPT_H

#include "common/secret.h"
#include "ctl/ctl.h"

/*
 * All give WF_OK, or after telling the user why not: WF_UNAVAILABLE (no terminal, end of input,
 * interrupted), WF_TOO_LONG, WF_INVALID (empty or no text), WF_NO (the two entries of a new secret
 * differ). `label` is translated already and ends with a colon.
 */
WF_MUST_USE wf_status prompt_secret(struct ctl *ctl, const char *label, struct wf_secret *secret_r);
/* The same for a text of the daemon's or a server's, which may end with a blank or be unclean. */
WF_MUST_USE wf_status prompt_text(struct ctl *ctl, const char *text, struct wf_secret *secret_r);
/* Asks twice at a terminal, once with --stdin. */
WF_MUST_USE wf_status prompt_new_secret(
	struct ctl *ctl, const char *label, const char *again, struct wf_secret *secret_r);
/* With echo. An empty answer takes `preset`, if there is one. */
WF_MUST_USE wf_status prompt_line(
	struct ctl *ctl, const char *label, const char *preset, char *text_r, size_t size);
/* "yes" or "no" in full, in English or the language in use; asks again until it is one of them. */
WF_MUST_USE wf_status prompt_yes(struct ctl *ctl, const char *label, bool *yes_r);

#endif
