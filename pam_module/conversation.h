/*
 * Asking and telling through the application's conversation function, which may do anything: fail,
 * answer NULL, take a minute. Every answer is taken as a secret and its source is wiped.
 */
#ifndef WF_PAM_CONVERSATION_H
#define WF_PAM_CONVERSATION_H

#include <stdbool.h>

#include "common/secret.h"
#include "common/status.h"
#include "common/wire.h"
#include "pam_module/call.h"

/*
 * One prompt. WF_NO when the application gives no answer, or one that is longer than a secret may
 * be (it is never cut); an empty answer is an answer. WF_NO_MEMORY.
 */
WF_MUST_USE wf_status conversation_ask(
	const struct call *call, const char *text, bool echo, struct wf_secret *answer_r);
/* The same for one of our own texts, without echo. */
WF_MUST_USE wf_status conversation_ask_id(
	const struct call *call, enum wf_text_id text, struct wf_secret *answer_r);

/* Shows a text, unless the application or the stanza wants none. Failing to show is no failure. */
void conversation_tell(const struct call *call, bool error, const char *text);
void conversation_tell_id(const struct call *call, bool error, enum wf_text_id text);

#endif
