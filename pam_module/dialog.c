/* The rounds of a transaction; see the header. Knows no PAM codes. */
#include "config.h"

#include "pam_module/dialog.h"

#include <security/pam_ext.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "common/text.h"
#include "pam_module/conversation.h"
#include "pam_module/request.h"

struct dialog {
	const struct call *call;
	struct wf_client *client;
	enum wf_purpose purpose;
	int64_t deadline_us;
	bool silent; /* the first reply did not come in time, or the daemon's centre is away */
	bool has_txn;
	uint8_t txn[WF_TXN_LEN];
	struct wf_prompt prompts[DIALOG_PROMPTS_MAX];
	struct wf_secret answers[DIALOG_PROMPTS_MAX];
	size_t nprompts;
	char question[RESULT_TEXT_MAX + 1]; /* stands for the last prompt's text; "" = does not */
	bool first_pass_spent; /* one earlier password is tried once */
	struct wf_secret password;
};

static void
answers_clear(struct dialog *dialog)
{
	for (size_t i = 0; i < DIALOG_PROMPTS_MAX; i++)
		wf_secret_clear(&dialog->answers[i]);
	dialog->nprompts = 0;
}

static bool
is_password(const struct wf_prompt *prompt)
{
	return prompt->text == WF_TEXT_PASSWORD || prompt->text == WF_TEXT_CURRENT_PASSWORD;
}

/* Where an earlier module has left the password that this purpose asks for. */
static int
token_item(enum wf_purpose purpose)
{
	return purpose == WF_PURPOSE_CHANGE ? PAM_OLDAUTHTOK : PAM_AUTHTOK;
}

/* WF_NOT_FOUND: none was left, or it is spent. */
static wf_status
first_pass_take(struct dialog *dialog, struct wf_secret *answer_r)
{
	const char *token = call_item(dialog->call, token_item(dialog->purpose));
	wf_status status;

	if (dialog->first_pass_spent || token[0] == '\0')
		return WF_NOT_FOUND;
	dialog->first_pass_spent = true;
	status = wf_secret_set(answer_r, token, strlen(token));
	return status == WF_TOO_LONG ? WF_NO : status;
}

/* In the words of the server that asks, where there are any. */
static wf_status
ask(const struct dialog *dialog, const struct wf_prompt *prompt, struct wf_secret *answer_r)
{
	bool last = prompt == &dialog->prompts[dialog->nprompts - 1];
	const char *own = wf_text(prompt->text, dialog->call->options.language);
	char question[sizeof(dialog->question) + 1];

	if (!last || dialog->question[0] == '\0')
		return conversation_ask(dialog->call, own, prompt->echo, answer_r);
	(void)snprintf(question, sizeof(question), "%s ", dialog->question);
	return conversation_ask(dialog->call, question, prompt->echo, answer_r);
}

static wf_status
answer_password(struct dialog *dialog, const struct wf_prompt *prompt, struct wf_secret *answer_r)
{
	enum first_pass first_pass = dialog->call->options.first_pass;
	wf_status status = WF_NOT_FOUND;

	if (first_pass != FIRST_PASS_NO)
		status = first_pass_take(dialog, answer_r);
	if (status == WF_NOT_FOUND && first_pass == FIRST_PASS_USE) {
		pam_syslog(dialog->call->pamh, LOG_NOTICE,
			"use_first_pass: no earlier module has left a password; access refused");
		return WF_NO;
	}
	if (status == WF_NOT_FOUND)
		status = ask(dialog, prompt, answer_r);
	if (status == WF_OK)
		status = wf_secret_copy(&dialog->password, answer_r);
	return status;
}

static wf_status
answer_one(struct dialog *dialog, const struct wf_prompt *prompt, struct wf_secret *answer_r)
{
	if (is_password(prompt))
		return answer_password(dialog, prompt, answer_r);
	return ask(dialog, prompt, answer_r);
}

/*
 * Takes over the round's prompts; WF_INVALID for a text that is none of ours or another
 * transaction.
 */
static wf_status
prompts_read(struct dialog *dialog, const struct wf_msg *msg)
{
	size_t count = wf_msg_count(msg, WF_F_PROMPT);
	const uint8_t *txn;
	size_t len;

	if (count == 0 || count > DIALOG_PROMPTS_MAX ||
		wf_msg_get_bytes(msg, WF_F_TXN, 0, &txn, &len) != WF_OK || len != WF_TXN_LEN ||
		(dialog->has_txn && !wf_mem_equal(dialog->txn, txn, WF_TXN_LEN)))
		return WF_INVALID;
	memcpy(dialog->txn, txn, WF_TXN_LEN);
	dialog->has_txn = true;
	for (size_t i = 0; i < count; i++) {
		struct wf_prompt *prompt = &dialog->prompts[i];

		if (wf_msg_get_prompt(msg, i, prompt) != WF_OK || prompt->text == WF_TEXT_NONE ||
			(unsigned)prompt->text >= WF_TEXT_COUNT)
			return WF_INVALID;
	}
	dialog->nprompts = count;
	return wf_msg_get_text(msg, WF_F_TEXT, 0, dialog->question, sizeof(dialog->question));
}

static wf_status
prompts_ask(struct dialog *dialog)
{
	for (size_t i = 0; i < dialog->nprompts; i++) {
		wf_status status =
			answer_one(dialog, &dialog->prompts[i], &dialog->answers[i]);

		if (status != WF_OK)
			return status;
	}
	return WF_OK;
}

static wf_status
answer_fill(const struct dialog *dialog, struct wf_msg *msg)
{
	wf_status status = wf_msg_add_bytes(msg, WF_F_TXN, dialog->txn, WF_TXN_LEN);

	for (size_t i = 0; i < dialog->nprompts && status == WF_OK; i++)
		status = wf_msg_add_tagged(msg, WF_F_ANSWER, dialog->prompts[i].id,
			dialog->answers[i].bytes, dialog->answers[i].len);
	return status;
}

static wf_status
answer_send(struct dialog *dialog)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_ANSWER, WF_WIRE_VERSION);
	status = answer_fill(dialog, &msg);
	if (status == WF_OK)
		status = wf_client_send(dialog->client, &msg, dialog->deadline_us);
	wf_msg_clear(&msg);
	answers_clear(dialog);
	return status;
}

/* Best effort: a daemon that does not hear of it sees the connection close. */
static void
abort_send(struct dialog *dialog)
{
	struct wf_msg msg;
	wf_status status;

	if (!dialog->has_txn)
		return;
	wf_msg_init(&msg, WF_MSG_ABORT, WF_WIRE_VERSION);
	status = wf_msg_add_bytes(&msg, WF_F_TXN, dialog->txn, WF_TXN_LEN);
	if (status == WF_OK)
		status = wf_client_send(dialog->client, &msg, call_machine_deadline(dialog->call));
	(void)status;
	wf_msg_clear(&msg);
}

static wf_status
begin_fill(const struct dialog *dialog, struct wf_msg *msg)
{
	wf_status status = wf_msg_add_uint(msg, WF_F_PURPOSE, dialog->purpose);

	if (status == WF_OK)
		status = request_fill(dialog->call, msg);
	return status;
}

/* Sends BEGIN and waits for the first reply, which needs no person. */
static wf_status
begin(struct dialog *dialog, struct wf_msg *reply_r)
{
	int64_t deadline_us = call_prompts_deadline(dialog->call);
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_BEGIN, WF_WIRE_VERSION);
	status = begin_fill(dialog, &msg);
	if (status == WF_OK)
		status = wf_client_send(dialog->client, &msg, deadline_us);
	if (status == WF_OK)
		status = wf_client_receive(dialog->client, deadline_us, reply_r);
	wf_msg_clear(&msg);
	return status;
}

/* The last message: RESULT of this transaction and no other. */
static wf_status
finish(struct dialog *dialog, const struct wf_msg *msg, struct result *result_r)
{
	struct result result;
	wf_status status = talk_result(dialog->call, msg, &result);

	if (status != WF_OK)
		return status;
	if (result.has_txn && dialog->has_txn &&
		!wf_mem_equal(result.txn, dialog->txn, WF_TXN_LEN))
		return WF_INVALID;
	if (dialog->has_txn) {
		memcpy(result.txn, dialog->txn, WF_TXN_LEN);
		result.has_txn = true;
	}
	*result_r = result;
	return WF_OK;
}

/* From a relay: nobody has looked at the login. */
static bool
is_away(const struct wf_msg *msg)
{
	uint64_t text = WF_TEXT_NONE, verdict = WF_VERDICT_REJECT;

	return msg->type == WF_MSG_RESULT &&
		wf_msg_get_uint(msg, WF_F_TEXT_ID, &text) == WF_OK && text == WF_TEXT_AWAY &&
		wf_msg_get_uint(msg, WF_F_VERDICT, &verdict) == WF_OK &&
		verdict == WF_VERDICT_UNAVAILABLE;
}

/* Asks one round, sends the answers and waits for what comes next. */
static wf_status
round_run(struct dialog *dialog, struct wf_msg *msg)
{
	struct wf_msg reply;
	wf_status status = prompts_read(dialog, msg);

	if (status == WF_OK)
		status = prompts_ask(dialog);
	if (status == WF_OK)
		status = answer_send(dialog);
	if (status == WF_OK)
		status = wf_client_receive(dialog->client, dialog->deadline_us, &reply);
	answers_clear(dialog);
	if (status != WF_OK)
		return status;
	wf_msg_clear(msg);
	*msg = reply;
	return WF_OK;
}

static wf_status
rounds_run(struct dialog *dialog, struct result *result_r)
{
	struct wf_msg msg;
	wf_status status = begin(dialog, &msg);

	if (status != WF_OK) {
		dialog->silent = status == WF_TIMEOUT;
		return status;
	}
	if (is_away(&msg)) {
		dialog->silent = true;
		wf_msg_clear(&msg);
		return WF_EXPIRED;
	}
	for (int i = 0; i < DIALOG_ROUNDS_MAX && msg.type == WF_MSG_PROMPTS && status == WF_OK; i++)
		status = round_run(dialog, &msg);
	if (status == WF_OK)
		status = finish(dialog, &msg, result_r);
	wf_msg_clear(&msg);
	return status;
}

wf_status
dialog_run(const struct call *call, struct wf_client *client, enum wf_purpose purpose,
	int64_t deadline_us, struct result *result_r, struct wf_secret *password_r, bool *silent_r)
{
	struct dialog dialog = {
		.call = call, .client = client, .purpose = purpose, .deadline_us = deadline_us};
	wf_status status = rounds_run(&dialog, result_r);

	if (status == WF_OK)
		wf_secret_move(password_r, &dialog.password);
	else
		abort_send(&dialog);
	wf_secret_clear(&dialog.password);
	answers_clear(&dialog);
	if (silent_r != NULL)
		*silent_r = dialog.silent;
	return status;
}

wf_status
dialog_probe(const struct call *call, struct wf_client *client, enum wf_purpose purpose,
	int64_t deadline_us, struct result *result_r)
{
	struct dialog dialog = {
		.call = call, .client = client, .purpose = purpose, .deadline_us = deadline_us};
	struct wf_msg msg;
	wf_status status = begin(&dialog, &msg);

	if (status != WF_OK)
		return status;
	if (msg.type == WF_MSG_PROMPTS) {
		status = prompts_read(&dialog, &msg);
		if (status == WF_OK)
			*result_r = (struct result){.verdict = WF_VERDICT_ACCEPT};
		abort_send(&dialog);
	} else {
		status = finish(&dialog, &msg, result_r);
	}
	wf_msg_clear(&msg);
	return status;
}
