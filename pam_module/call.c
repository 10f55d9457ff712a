/* Small questions to PAM about the current call. */
#include "config.h"

#include "pam_module/call.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>

#include "common/clock.h"

#define US_PER_S 1000000

wf_status
call_user(struct call *call)
{
	const char *user = NULL;
	size_t len;

	if (pam_get_user(call->pamh, &user, NULL) != PAM_SUCCESS || user == NULL) {
		pam_syslog(call->pamh, LOG_NOTICE, "no user name was given; access refused");
		return WF_NO;
	}
	len = strnlen(user, WF_NAME_MAX + 1);
	if (len == 0 || len > WF_NAME_MAX || memchr(user, '\n', len) != NULL) {
		pam_syslog(call->pamh, LOG_NOTICE,
			"a user name that is empty, longer than %d bytes or has a line feed; "
			"access refused",
			WF_NAME_MAX);
		return WF_NO;
	}
	call->user = user;
	return WF_OK;
}

static int64_t
deadline_in(unsigned seconds)
{
	return wf_clock_now(&wf_clock_system).boot_us + (int64_t)seconds * US_PER_S;
}

int64_t
call_person_deadline(const struct call *call)
{
	return deadline_in(call->options.timeout_s);
}

/* Never more than the stanza allows for all of it. */
static int64_t
deadline_within(const struct call *call, unsigned seconds)
{
	unsigned limit = call->options.timeout_s;

	return deadline_in(limit < seconds ? limit : seconds);
}

int64_t
call_machine_deadline(const struct call *call)
{
	return deadline_within(call, CALL_MACHINE_S);
}

int64_t
call_prompts_deadline(const struct call *call)
{
	return deadline_within(call, CALL_PROMPTS_S);
}

const char *
call_item(const struct call *call, int item)
{
	const void *value = NULL;

	if (pam_get_item(call->pamh, item, &value) != PAM_SUCCESS || value == NULL)
		return "";
	return value;
}
