/* A login transaction of the CLI's own: BEGIN, PROMPTS, ANSWER, RESULT over the pam socket. */
#include "config.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/client.h"
#include "common/i18n.h"
#include "common/random.h"
#include "common/text.h"
#include "ctl/prompt.h"
#include "ctl/prove.h"
#include "ctl/text.h"

#define PAM_SOCKET "pam.sock"
#define WAIT_US INT64_C(110000000)
#define ROUNDS_MAX 8 /* another server may ask back five times */
#define IDEMPOTENCY_LEN 32

struct proof {
	struct ctl *ctl;
	const char *user;
	struct wf_client *client;
	int64_t deadline;
	uint8_t txn[WF_TXN_LEN];
};

bool
prove_is_own(const struct ctl *ctl, const char *user)
{
	const struct passwd *entry = getpwuid(ctl->uid);

	return ctl->uid != 0 && entry != NULL && strcmp(entry->pw_name, user) == 0;
}

/* The socket for logins lies beside the one for acts. */
static void
pam_socket(const struct ctl *ctl, char *path, size_t size)
{
	const char *slash = strrchr(ctl->socket, '/');
	int folder = slash != NULL ? (int)(slash - ctl->socket) + 1 : 0;
	struct text text;

	text_init(&text, path, size);
	text_add(&text, "%.*s%s", folder, ctl->socket, PAM_SOCKET);
}

static wf_status
add_idempotency(struct wf_msg *msg)
{
	uint8_t key[IDEMPOTENCY_LEN];
	wf_status status = wf_random_bytes(key, sizeof(key));

	return status == WF_OK ? wf_msg_add_bytes(msg, WF_F_IDEMPOTENCY, key, sizeof(key)) : status;
}

static wf_status
exchange(struct proof *proof, struct wf_msg *request, struct wf_msg *reply_r)
{
	wf_status status = add_idempotency(request);

	if (status == WF_OK)
		status = wf_client_send(proof->client, request, proof->deadline);
	wf_msg_clear(request);
	return status == WF_OK ? wf_client_receive(proof->client, proof->deadline, reply_r)
			       : status;
}

static wf_status
begin(struct proof *proof, struct wf_msg *reply_r)
{
	const char *tty = ttyname(STDIN_FILENO);
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_BEGIN, WF_WIRE_VERSION);
	status = wf_msg_add_uint(&msg, WF_F_PURPOSE, WF_PURPOSE_LOGIN);
	if (status == WF_OK)
		status = wf_msg_add_bytes(&msg, WF_F_USER, proof->user, strlen(proof->user));
	if (status == WF_OK)
		status = wf_msg_add_text(&msg, WF_F_SERVICE, WF_PROOF_SERVICE);
	if (status == WF_OK)
		status = wf_msg_add_text(&msg, WF_F_TTY, tty);
	if (status == WF_OK)
		status = wf_msg_add_text(&msg, WF_F_LANGUAGE, proof->ctl->language);
	if (status == WF_OK)
		return exchange(proof, &msg, reply_r);
	wf_msg_clear(&msg);
	return status;
}

/* In the words of the server that asks, where there are any. */
static wf_status
ask_prompt(struct proof *proof, const struct wf_prompt *prompt, const char *question,
	struct wf_secret *answer_r)
{
	char text[1100];

	if (question[0] == '\0')
		return prompt_text(
			proof->ctl, wf_text(prompt->text, proof->ctl->language), answer_r);
	snprintf(text, sizeof(text), "%s ", question);
	return prompt_text(proof->ctl, text, answer_r);
}

static wf_status
answer_prompt(struct proof *proof, const struct wf_prompt *prompt, const char *question,
	struct wf_msg *msg)
{
	struct wf_secret answer = WF_SECRET_EMPTY;
	wf_status status = ask_prompt(proof, prompt, question, &answer);

	if (status == WF_OK)
		status = wf_msg_add_tagged(msg, WF_F_ANSWER, prompt->id, answer.bytes, answer.len);
	wf_secret_clear(&answer);
	return status;
}

static wf_status
answer_round(struct proof *proof, const struct wf_msg *prompts, struct wf_msg *reply_r)
{
	size_t len, n = wf_msg_count(prompts, WF_F_PROMPT);
	const uint8_t *txn;
	char question[1025];
	struct wf_msg msg;
	wf_status status = wf_msg_get_bytes(prompts, WF_F_TXN, 0, &txn, &len);

	if (status != WF_OK || len != WF_TXN_LEN ||
		wf_msg_get_text(prompts, WF_F_TEXT, 0, question, sizeof(question)) != WF_OK)
		return WF_INVALID;
	wf_msg_init(&msg, WF_MSG_ANSWER, WF_WIRE_VERSION);
	status = wf_msg_add_bytes(&msg, WF_F_TXN, txn, len);
	for (size_t i = 0; status == WF_OK && i < n; i++) {
		struct wf_prompt prompt;

		status = wf_msg_get_prompt(prompts, i, &prompt);
		if (status == WF_OK)
			status = answer_prompt(proof, &prompt, i + 1 == n ? question : "", &msg);
	}
	if (status == WF_OK)
		return exchange(proof, &msg, reply_r);
	wf_msg_clear(&msg);
	return status;
}

static wf_status
take_result(struct proof *proof, const struct wf_msg *msg)
{
	uint64_t verdict = WF_VERDICT_REJECT;
	const uint8_t *txn;
	size_t len;

	if (msg->type != WF_MSG_RESULT || wf_msg_get_uint(msg, WF_F_VERDICT, &verdict) != WF_OK)
		return WF_INVALID;
	if (verdict == WF_VERDICT_UNAVAILABLE)
		return WF_UNAVAILABLE;
	if (verdict != WF_VERDICT_ACCEPT)
		return WF_NO;
	if (wf_msg_get_bytes(msg, WF_F_TXN, 0, &txn, &len) != WF_OK || len != WF_TXN_LEN)
		return WF_INVALID;
	memcpy(proof->txn, txn, WF_TXN_LEN);
	return WF_OK;
}

static wf_status
converse(struct proof *proof)
{
	struct wf_msg now;
	wf_status status = begin(proof, &now);

	for (int round = 0; status == WF_OK && now.type == WF_MSG_PROMPTS; round++) {
		struct wf_msg next;

		status = round < ROUNDS_MAX ? answer_round(proof, &now, &next) : WF_INVALID;
		wf_msg_clear(&now);
		if (status == WF_OK)
			now = next;
	}
	if (status != WF_OK)
		return status;
	status = take_result(proof, &now);
	wf_msg_clear(&now);
	return status;
}

/* The transaction's id in hex into ctl->proof. */
static wf_status
prove(struct ctl *ctl, const char *user)
{
	struct proof proof = {.ctl = ctl, .user = user};
	char path[512];
	wf_status status;

	pam_socket(ctl, path, sizeof(path));
	proof.deadline = wf_clock_now(&wf_clock_system).boot_us + WAIT_US;
	status = wf_client_open(path, ctl->owner, proof.deadline, &proof.client);
	if (status == WF_OK)
		status = converse(&proof);
	wf_client_close(&proof.client);
	for (size_t i = 0; status == WF_OK && i < WF_TXN_LEN; i++)
		snprintf(ctl->proof + 2 * i, 3, "%02x", proof.txn[i]);
	return status;
}

void
ask_as_owner(struct ctl *ctl, struct ask *ask, const char *user, struct answer *answer_r)
{
	wf_status status;

	if (ctl->proof[0] != '\0') {
		ask_text(ask, "txn", ctl->proof);
		ask_daemon(ctl, ask, answer_r);
		return;
	}
	ask_daemon(ctl, ask, answer_r);
	if (!answer_r->answered || answer_r->status != WF_DENIED || !prove_is_own(ctl, user))
		return;
	fprintf(ctl->err, "%s\n", _("This changes your own account: prove that it is you."));
	status = prove(ctl, user);
	if (status != WF_OK) {
		text_copy(answer_r->text, sizeof(answer_r->text),
			status == WF_NO
				? _("That was not right; nothing was changed.")
				: _("The proof could not be checked; nothing was changed."));
		answer_r->status = status == WF_NO ? WF_DENIED : status;
		return;
	}
	answer_clear(answer_r);
	ask_text(ask, "txn", ctl->proof);
	ask_daemon(ctl, ask, answer_r);
}
