/*
 * password: the change of a password in PAM's two passes. The first proves the old one (or a
 * recovery code) in a transaction; the second asks for the new one and hands it over together with
 * that transaction. root, changing somebody else's, proves nothing.
 *
 * passwd is set-uid: the daemon sees root and would take a change without a transaction as root's.
 * So who is asking is decided here, by the real uid, and a user without a proved transaction gets
 * no further.
 */
#include "config.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "pam_module/conversation.h"
#include "pam_module/dialog.h"
#include "pam_module/groups.h"
#include "pam_module/request.h"
#include "pam_module/state.h"
#include "pam_module/talk.h"
#include "pam_module/verdict.h"

#define DOING "password change"
#define TRIES 3

static bool
by_root(const struct call *call)
{
	return getuid() == 0 && (call->flags & PAM_CHANGE_EXPIRED_AUTHTOK) == 0;
}

/*
 * Keeps for the second pass how the first ended: proved, with the transaction, or ignored, because
 * then the second has to be ignored without a question; and the old password for modules behind us.
 */
static bool
keep_outcome(const struct call *call, const struct result *result, const struct wf_secret *password)
{
	struct state state;

	state_load(call->pamh, &state);
	state.change_ignored = result->verdict == WF_VERDICT_IGNORE;
	state.has_change = result->verdict == WF_VERDICT_ACCEPT && !by_root(call);
	if (state.has_change && !result->has_txn)
		return false;
	memcpy(state.change, result->txn, WF_TXN_LEN);
	memcpy(state.change_user, call->user, strlen(call->user) + 1);
	if (!state_save(call->pamh, &state))
		return false;
	return password->len == 0 ||
		pam_set_item(call->pamh, PAM_OLDAUTHTOK, password->bytes) == PAM_SUCCESS;
}

static bool
forget_outcome(const struct call *call)
{
	struct state state;

	state_load(call->pamh, &state);
	state.has_change = false;
	state.change_ignored = false;
	return state_save(call->pamh, &state);
}

static bool
was_ignored(const struct call *call)
{
	struct state state;

	state_load(call->pamh, &state);
	return state.change_ignored && strcmp(state.change_user, call->user) == 0;
}

/* Whether the daemon proves the user, or for root whether it would work for this user at all. */
static wf_status
prove(const struct call *call, struct result *result_r, struct wf_secret *password_r)
{
	int64_t deadline_us = call_person_deadline(call);
	struct wf_client *client = NULL;
	wf_status status = talk_open(call, call_machine_deadline(call), &client);

	if (status == WF_OK && by_root(call))
		status = dialog_probe(call, client, WF_PURPOSE_CHANGE, deadline_us, result_r);
	else if (status == WF_OK)
		status = dialog_run(
			call, client, WF_PURPOSE_CHANGE, deadline_us, result_r, password_r, NULL);
	wf_client_close(&client);
	return status;
}

static int
trouble(const struct call *call, wf_status status)
{
	talk_log_trouble(call, DOING, status);
	conversation_tell_id(
		call, true, status == WF_NO ? WF_TEXT_REFUSED : WF_TEXT_UNAVAILABLE);
	return status_code(status, GROUP_PASSWORD);
}

int
password_prelim(const struct call *call)
{
	struct result result = {.verdict = WF_VERDICT_REJECT};
	struct wf_secret password = WF_SECRET_EMPTY;
	wf_status status;
	bool goes_on;

	if (!forget_outcome(call))
		return trouble(call, WF_NO_MEMORY);
	status = prove(call, &result, &password);
	goes_on = result.verdict == WF_VERDICT_ACCEPT || result.verdict == WF_VERDICT_IGNORE;
	if (status == WF_OK && goes_on && !keep_outcome(call, &result, &password)) {
		/* The second pass must not find a proof of a first one that failed. */
		(void)forget_outcome(call);
		status = WF_NO_MEMORY;
	}
	wf_secret_clear(&password);
	if (status != WF_OK)
		return trouble(call, status);
	if (!goes_on)
		conversation_tell(call, true, result.text);
	return verdict_code(result.verdict, GROUP_PASSWORD);
}

/* A new password from an earlier module. WF_NOT_FOUND: ask; WF_NO: there is none and must be. */
static wf_status
new_from_earlier(const struct call *call, struct wf_secret *password_r)
{
	enum first_pass first_pass = call->options.first_pass;
	const char *token = call_item(call, PAM_AUTHTOK);
	wf_status status;

	if (first_pass == FIRST_PASS_NO || (first_pass == FIRST_PASS_TRY && token[0] == '\0'))
		return WF_NOT_FOUND;
	if (token[0] == '\0') {
		pam_syslog(call->pamh, LOG_NOTICE,
			"use_first_pass: no earlier module has left a new password; not changed");
		return WF_NO;
	}
	status = wf_secret_set(password_r, token, strlen(token));
	return status == WF_TOO_LONG ? WF_NO : status;
}

/* Asks twice. WF_CONFLICT: the two differ, which has been said; WF_NO: given up, or empty. */
static wf_status
new_from_user(const struct call *call, struct wf_secret *password_r)
{
	struct wf_secret first = WF_SECRET_EMPTY;
	struct wf_secret second = WF_SECRET_EMPTY;
	wf_status status = conversation_ask_id(call, WF_TEXT_NEW_PASSWORD, &first);

	if (status == WF_OK && first.len == 0)
		status = WF_NO;
	if (status == WF_OK)
		status = conversation_ask_id(call, WF_TEXT_REPEAT_PASSWORD, &second);
	if (status == WF_OK && !wf_secret_equal(&first, &second)) {
		conversation_tell_id(call, true, WF_TEXT_MISMATCH);
		status = WF_CONFLICT;
	}
	if (status == WF_OK)
		wf_secret_move(password_r, &first);
	wf_secret_clear(&first);
	wf_secret_clear(&second);
	return status;
}

/* WF_NO without a proof where one is needed. */
static wf_status
change_fill(const struct call *call, const struct wf_secret *password, struct wf_msg *msg)
{
	struct state state;
	wf_status status = WF_OK;

	state_load(call->pamh, &state);
	if (state.has_change && strcmp(state.change_user, call->user) == 0)
		status = wf_msg_add_bytes(msg, WF_F_TXN, state.change, WF_TXN_LEN);
	else if (!by_root(call))
		status = WF_NO;
	if (status == WF_OK)
		status = request_fill(call, msg);
	if (status == WF_OK)
		status = wf_msg_add_bytes(msg, WF_F_SECRET, password->bytes, password->len);
	return status;
}

/* A person's time for the reply: given up earlier, the change might have been made all the same. */
static wf_status
change_send(const struct call *call, const struct wf_secret *password, struct result *result_r)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_CHANGE, WF_WIRE_VERSION);
	status = change_fill(call, password, &msg);
	if (status == WF_OK)
		status = talk_once(call, &msg, call_person_deadline(call), result_r);
	wf_msg_clear(&msg);
	return status;
}

/* Gets one new password and tries it. `again_r`: it may be asked for once more. */
static wf_status
change_once(const struct call *call, struct result *result_r, bool *again_r)
{
	struct wf_secret password = WF_SECRET_EMPTY;
	wf_status status = new_from_earlier(call, &password);
	bool asked = status == WF_NOT_FOUND;

	if (asked)
		status = new_from_user(call, &password);
	*again_r = asked && status == WF_CONFLICT;
	if (status == WF_OK)
		status = change_send(call, &password, result_r);
	if (status == WF_OK && result_r->verdict == WF_VERDICT_REJECT)
		*again_r = asked;
	if (status == WF_OK && result_r->verdict == WF_VERDICT_ACCEPT &&
		pam_set_item(call->pamh, PAM_AUTHTOK, password.bytes) != PAM_SUCCESS)
		status = WF_NO_MEMORY;
	wf_secret_clear(&password);
	return status == WF_CONFLICT ? WF_NO : status;
}

static int
conclude(const struct call *call, const struct result *result)
{
	if (result->verdict == WF_VERDICT_ACCEPT) {
		(void)forget_outcome(call); /* the daemon takes a transaction once */
		conversation_tell(call, false, result->text);
	}
	return verdict_code(result->verdict, GROUP_PASSWORD);
}

int
password_update(const struct call *call)
{
	struct result result = {.verdict = WF_VERDICT_REJECT};
	wf_status status = WF_NO;
	bool again = true;

	if (was_ignored(call))
		return verdict_code(WF_VERDICT_IGNORE, GROUP_PASSWORD);
	for (int i = 0; i < TRIES && again; i++) {
		result = (struct result){.verdict = WF_VERDICT_REJECT};
		status = change_once(call, &result, &again);
		if (status == WF_OK && result.verdict != WF_VERDICT_ACCEPT &&
			result.verdict != WF_VERDICT_IGNORE)
			conversation_tell(call, true, result.text);
	}
	if (status != WF_OK && status != WF_NO)
		return trouble(call, status);
	if (status == WF_NO)
		return status_code(status, GROUP_PASSWORD);
	return conclude(call, &result);
}
