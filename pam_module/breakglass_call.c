/* When the emergency path is open, its two prompts, and what its outcome means; see the header. */
#include "config.h"

#include "pam_module/breakglass_call.h"

#include <security/pam_ext.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "common/clock.h"
#include "pam_module/conversation.h"
#include "pam_module/helper.h"
#include "pam_module/state.h"
#include "pam_module/verdict.h"

#define US_PER_S 1000000
#define MISTYPED_MAX 3 /* mistyped codes count for nothing and may be typed again */

/* Drivers of terminals that stand beside the machine, or are its management console. */
static const char *const console_drivers[] = {
	"tty", "ttyS", "ttyAMA", "ttyUSB", "ttymxc", "ttysclp", "hvc", "hvsi", "sclp_line", "xvc",
};

static const char *
without_dev(const char *tty)
{
	return strncmp(tty, "/dev/", 5) == 0 ? tty + 5 : tty;
}

bool
breakglass_is_console(const char *tty)
{
	const char *name = without_dev(tty);

	if (strcmp(name, "console") == 0)
		return true;
	for (size_t i = 0; i < sizeof(console_drivers) / sizeof(console_drivers[0]); i++) {
		size_t len = strlen(console_drivers[i]);
		const char *number = name + len;

		if (strncmp(name, console_drivers[i], len) == 0 && number[0] != '\0' &&
			strspn(number, "0123456789") == strlen(number))
			return true;
	}
	return false;
}

bool
breakglass_offered(const struct call *call)
{
	const char *file = call->options.breakglass;
	struct stat st;

	if (file == NULL || geteuid() != 0 || call_item(call, PAM_RHOST)[0] != '\0' ||
		!breakglass_is_console(call_item(call, PAM_TTY)))
		return false;
	if (lstat(file, &st) == 0)
		return true;
	pam_syslog(call->pamh, LOG_ERR, "the emergency path is not open: %s: %m", file);
	return false;
}

/* What the outcome means, and what stands in the log about it. */
static const struct outcome {
	wf_status status;
	bool refused; /* a definite no; otherwise "could not tell" */
	int priority;
	const char *text;
} outcome_table[] = {
	{WF_OK, false, LOG_ALERT, "an emergency code was used up"},
	{WF_NO, true, LOG_ALERT, "wrong PIN or emergency code"},
	{WF_LOCKED, true, LOG_ALERT,
		"locked after ten wrong tries: 'warifu emergency unlock' as root opens it"},
	{WF_INVALID, true, LOG_NOTICE, "mistyped emergency code, not counted"},
	{WF_DENIED, false, LOG_ERR, "the file must be a plain one of root with mode 0600"},
	{WF_CORRUPT, false, LOG_ERR,
		"the file is damaged: 'warifu emergency new' as root makes another"},
	{WF_TIMEOUT, false, LOG_ERR, "no answer in time: is another attempt going on?"},
	{WF_UNAVAILABLE, false, LOG_ERR, "the helper program could not be run: is it installed?"},
};

static const struct outcome *
outcome_find(wf_status status)
{
	static const struct outcome other = {WF_IO, false, LOG_ERR, "the check could not be made"};

	for (size_t i = 0; i < sizeof(outcome_table) / sizeof(outcome_table[0]); i++)
		if (outcome_table[i].status == status)
			return &outcome_table[i];
	return &other;
}

static void
outcome_log(const struct call *call, wf_status status, uint32_t slot)
{
	const struct outcome *outcome = outcome_find(status);
	const char *tty = call_item(call, PAM_TTY);

	if (status == WF_OK)
		pam_syslog(call->pamh, outcome->priority,
			"emergency file %s: %s: number %u, user %s, tty %s",
			call->options.breakglass, outcome->text, slot + 1, call->user, tty);
	else
		pam_syslog(call->pamh, outcome->priority,
			"emergency file %s: %s (%s): user %s, tty %s", call->options.breakglass,
			outcome->text, wf_status_name(status), call->user, tty);
}

/* Asks both and has both checked. WF_OK only when the helper said that a code was used up. */
static wf_status
attempt(const struct call *call, uint32_t *slot_r)
{
	struct wf_secret pin = WF_SECRET_EMPTY;
	struct wf_secret code = WF_SECRET_EMPTY;
	struct helper_request request = {
		.file = call->options.breakglass,
		.user = call->user,
		.tty = without_dev(call_item(call, PAM_TTY)),
		.pin = &pin,
		.code = &code,
	};
	wf_status answer = WF_UNAVAILABLE;
	wf_status status = conversation_ask_id(call, WF_TEXT_PASSWORD, &pin);

	if (status == WF_OK)
		status = conversation_ask_id(call, WF_TEXT_EMERGENCY_CODE, &code);
	if (status == WF_OK)
		status = helper_run(call->options.helper, &request,
			wf_clock_now(&wf_clock_system).boot_us + HELPER_TIME_S * (int64_t)US_PER_S,
			&answer, slot_r);
	/* An improper reply is not a mistyped code. */
	if (status == WF_INVALID)
		status = WF_UNAVAILABLE;
	wf_secret_clear(&pin);
	wf_secret_clear(&code);
	return status == WF_OK ? answer : status;
}

static bool
remember(const struct call *call)
{
	struct state state;

	state_load(call->pamh, &state);
	memcpy(state.emergency, call->user, strlen(call->user) + 1);
	return state_save(call->pamh, &state);
}

int
breakglass_run(const struct call *call)
{
	wf_status status = WF_INVALID;
	uint32_t slot = 0;

	for (int i = 0; i < MISTYPED_MAX && status == WF_INVALID; i++) {
		status = attempt(call, &slot);
		outcome_log(call, status, slot);
		if (status != WF_OK)
			conversation_tell_id(call, true,
				outcome_find(status)->refused ? WF_TEXT_REFUSED
							      : WF_TEXT_UNAVAILABLE);
	}
	if (status != WF_OK)
		return status_code(outcome_find(status)->refused ? WF_NO : status, GROUP_AUTH);
	if (!remember(call))
		return status_code(WF_NO_MEMORY, GROUP_AUTH);
	return PAM_SUCCESS;
}
