/* One pam_conv call for each prompt; see the header. */
#include "config.h"

#include "pam_module/conversation.h"

#include <security/pam_ext.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

static void
response_free(char *response)
{
	if (response == NULL)
		return;
	wf_wipe(response, strlen(response));
	free(response);
}

wf_status
conversation_ask(const struct call *call, const char *text, bool echo, struct wf_secret *answer_r)
{
	char *response = NULL;
	wf_status status = WF_NO;
	int code;

	code = pam_prompt(call->pamh, echo ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF, &response,
		"%s", text);
	if (code == PAM_SUCCESS && response != NULL)
		status = wf_secret_set(answer_r, response, strlen(response));
	response_free(response);
	return status == WF_TOO_LONG ? WF_NO : status;
}

wf_status
conversation_ask_id(const struct call *call, enum wf_text_id text, struct wf_secret *answer_r)
{
	return conversation_ask(call, wf_text(text, call->options.language), false, answer_r);
}

void
conversation_tell(const struct call *call, bool error, const char *text)
{
	if (text[0] == '\0' || call->options.quiet || (call->flags & PAM_SILENT) != 0)
		return;
	(void)pam_prompt(call->pamh, error ? PAM_ERROR_MSG : PAM_TEXT_INFO, NULL, "%s", text);
}

void
conversation_tell_id(const struct call *call, bool error, enum wf_text_id text)
{
	conversation_tell(call, error, wf_text(text, call->options.language));
}
