/*
 * A centre that is reached over RADIUS, through warifu-egress: for hosts that can do no better.
 *
 * RADIUS asks for a password first and says what else it wants in a challenge. So the person is
 * asked for the password before anybody knows whether there is a centre, then for whatever the
 * challenge says, as often as it comes. What RADIUS cannot do is refused here: changes of
 * passwords, callers that are not root (nobody could tell whose account they may ask about), and
 * the account phase of a login that was not accepted here a moment ago, as one with a key alone.
 *
 * A centre is away while warifu-egress is, and for AWAY_US after SILENCES questions in a row that
 * nobody answered: whoever comes then meets nobody, and may use the emergency code. One alone says
 * little: a Warifu is silent, too, where it could not tell (one account's own server may be away),
 * and nobody else's login depends on that. A question that could not be put to it says nothing at
 * all: a person's answer may be too long, a crowd may fill the queue, and neither may shut out all
 * others.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "authd/relay/relay_internal.h"
#include "common/fault.h"
#include "common/random.h"

#define AWAY_US INT64_C(10000000)
#define SILENCES 2
#define ROUNDS_MAX 8
#define ACCEPTED_MAX 256
#define ACCEPTED_US INT64_C(120000000) /* from the Accept to the account phase */
#define PROMPT_ID 1

/* The login of a caller. */
struct plain_login {
	uint8_t txn[WF_TXN_LEN];
	unsigned rounds;
	struct egress_ticket *ticket; /* NULL: the person is asked */
	uint8_t state[WF_PEER_STATE_MAX];
	size_t state_len;
};

/* Logins that were accepted; the oldest one makes room. */
struct plain_accepted {
	struct accepted {
		uint8_t txn[WF_TXN_LEN];
		char user[WF_NAME_MAX + 1];
		int64_t boot_us; /* 0: free */
	} rows[ACCEPTED_MAX];
	size_t next;
};

static int64_t
now_us(const struct relay *relay)
{
	return wf_clock_now(&relay->options.clock).boot_us;
}

/* --- is it there? --- */

static void
away(struct relay *relay, const char *why)
{
	(void)snprintf(relay->why, sizeof(relay->why), "%.200s", why);
	relay->state = RELAY_AWAY;
	centre_told_away(relay, relay->why);
}

/* As far as anybody can tell without asking. */
static void
come_up(struct relay *relay)
{
	relay->state = RELAY_UP;
	if (!relay->was_up)
		relay_say(relay, LOG_NOTICE, "the centre %s can be asked over RADIUS",
			relay->config->relay.server);
	relay->was_up = true;
}

static void
tick(struct relay *relay)
{
	bool up = egress_is_up(relay->options.egress);

	if (!up && relay->state == RELAY_UP)
		away(relay, "warifu-egress is away");
	else if (up && relay->state == RELAY_AWAY && now_us(relay) >= relay->try_us)
		come_up(relay);
}

/* --- replies --- */

static wf_status
give(struct local *local, const struct wf_msg *msg, wf_status status)
{
	if (status == WF_OK && !local->peer->send(local->peer, msg))
		status = WF_IO;
	return status;
}

static wf_status
send_result(struct local *local, const uint8_t *txn, enum wf_verdict verdict, enum wf_text_id text)
{
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_RESULT, local->peer->version);
	status = wf_msg_add_uint(&msg, WF_F_VERDICT, verdict);
	if (status == WF_OK && text != WF_TEXT_NONE)
		status = wf_msg_add_uint(&msg, WF_F_TEXT_ID, text);
	if (status == WF_OK && txn != NULL)
		status = wf_msg_add_bytes(&msg, WF_F_TXN, txn, WF_TXN_LEN);
	status = give(local, &msg, status);
	wf_msg_clear(&msg);
	return status;
}

static wf_status
send_prompt(struct local *local, enum wf_text_id text, const char *words, bool echo)
{
	const struct policy *policy = &local->relay->config->policy;
	const struct wf_prompt prompt = {.id = PROMPT_ID,
		.echo = echo,
		.text = text,
		.ttl_s = (uint32_t)policy->numbers[P_PERSON_DEADLINE_S].value};
	struct wf_msg msg;
	wf_status status;

	wf_msg_init(&msg, WF_MSG_PROMPTS, local->peer->version);
	status = wf_msg_add_bytes(&msg, WF_F_TXN, local->plain->txn, WF_TXN_LEN);
	if (status == WF_OK)
		status = wf_msg_add_prompt(&msg, &prompt);
	if (status == WF_OK)
		status = wf_msg_add_text(&msg, WF_F_TEXT, words);
	status = give(local, &msg, status);
	wf_msg_clear(&msg);
	local->asked = true;
	return status;
}

static void
end_login(struct local *local)
{
	if (local->plain == NULL)
		return;
	egress_drop(&local->plain->ticket);
	free(local->plain);
	local->plain = NULL;
	local->pending = 0;
	local->begun = local->asked = false;
}

static void
hang_up(struct local *local)
{
	end_login(local);
	if (local->peer->drop != NULL)
		local->peer->drop(local->peer);
}

/* --- what was accepted --- */

static void
remember_accepted(struct relay *relay, const struct local *local)
{
	struct accepted *row = &relay->accepted->rows[relay->accepted->next];

	relay->accepted->next = (relay->accepted->next + 1) % ACCEPTED_MAX;
	memcpy(row->txn, local->plain->txn, WF_TXN_LEN);
	(void)snprintf(row->user, sizeof(row->user), "%s", local->user);
	row->boot_us = now_us(relay);
}

static bool
was_accepted(const struct relay *relay, const uint8_t *txn, const char *user)
{
	int64_t oldest = now_us(relay) - ACCEPTED_US;

	for (size_t i = 0; i < ACCEPTED_MAX; i++) {
		const struct accepted *row = &relay->accepted->rows[i];

		if (row->boot_us > 0 && row->boot_us >= oldest &&
			wf_mem_equal(row->txn, txn, WF_TXN_LEN) && strcmp(row->user, user) == 0)
			return true;
	}
	return false;
}

/* --- what the centre says --- */

static wf_status
take_accept(struct local *local, const struct egress_reply *reply)
{
	uint8_t txn[WF_TXN_LEN];

	(void)reply;
	memcpy(txn, local->plain->txn, sizeof(txn));
	remember_accepted(local->relay, local);
	end_login(local);
	return send_result(local, txn, WF_VERDICT_ACCEPT, WF_TEXT_NONE);
}

static wf_status
take_reject(struct local *local, const struct egress_reply *reply)
{
	(void)reply;
	end_login(local);
	return send_result(local, NULL, WF_VERDICT_REJECT, WF_TEXT_REFUSED);
}

static wf_status
take_challenge(struct local *local, const struct egress_reply *reply)
{
	struct plain_login *login = local->plain;

	if (++login->rounds >= ROUNDS_MAX)
		return take_reject(local, reply);
	memcpy(login->state, reply->state, reply->state_len);
	login->state_len = reply->state_len;
	return send_prompt(local, WF_TEXT_CODE, reply->text, reply->echo);
}

/* Only what was asked and not answered, or not so that it can be believed. */
static void
note_silence(struct relay *relay, const struct egress_reply *reply)
{
	bool silent = egress_is_silence(reply);

	relay->silences += silent;
	if (reply->why != WF_WHY_AWAY && (!silent || relay->silences < SILENCES))
		return;
	relay->try_us = now_us(relay) + AWAY_US;
	away(relay, reply->cause);
}

static void
note_answer(struct relay *relay)
{
	relay->silences = 0;
	if (relay->told_away)
		centre_told_back(relay);
}

/* The person was asked already: plainly unavailable. */
static wf_status
take_silence(struct local *local, const struct egress_reply *reply)
{
	note_silence(local->relay, reply);
	egress_drop(&local->plain->ticket);
	free(local->plain);
	local->plain = NULL;
	return local_answer_away(local);
}

static wf_status (*const takes[])(struct local *local, const struct egress_reply *reply) = {
	[WF_OUTCOME_UNREACHABLE] = take_silence,
	[WF_OUTCOME_REJECT] = take_reject,
	[WF_OUTCOME_ACCEPT] = take_accept,
	[WF_OUTCOME_CHALLENGE] = take_challenge,
	[WF_OUTCOME_DELIVERED] = take_silence, /* never of a question */
};

static void
answered(void *ctx, const struct egress_reply *reply)
{
	struct local *local = ctx;

	local->plain->ticket = NULL;
	if (reply->outcome != WF_OUTCOME_UNREACHABLE)
		note_answer(local->relay);
	if (takes[reply->outcome](local, reply) != WF_OK)
		hang_up(local);
}

/* --- what callers say --- */

static wf_status
begin_login(struct relay *relay, struct local *local)
{
	struct plain_login *login;

	if (relay->state != RELAY_UP)
		return local_answer_away(local);
	login = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*login));
	if (login == NULL || wf_random_bytes(login->txn, sizeof(login->txn)) != WF_OK) {
		free(login);
		return local_answer_away(local);
	}
	local->plain = login;
	return send_prompt(local, WF_TEXT_PASSWORD, "", false);
}

static wf_status
take_begin(struct relay *relay, struct local *local, const struct wf_msg *msg)
{
	uint64_t purpose;
	wf_status status = wf_msg_get_uint(msg, WF_F_PURPOSE, &purpose);

	if (status != WF_OK)
		return status;
	if (purpose != WF_PURPOSE_LOGIN) {
		relay_say(relay, LOG_NOTICE,
			"%s: a password cannot be changed over RADIUS; change it on a host with "
			"another way to the centre",
			local->service);
		return send_result(local, NULL, WF_VERDICT_REJECT, WF_TEXT_REFUSED);
	}
	local->pending = 1;
	local->begun = true;
	local->asked = false;
	return begin_login(relay, local);
}

static wf_status
ask(struct relay *relay, struct local *local, const struct wf_secret *answer)
{
	struct plain_login *login = local->plain;
	const struct config_relay *centre = &relay->config->relay;
	const struct config_upstream *upstream =
		config_upstream_find(&relay->config->upstreams, centre->upstream);
	struct wf_source source;
	struct egress_question question = {.trade = WF_TRADE_RADIUS,
		.server = centre->upstream,
		.user = local->user,
		.answer = answer,
		.state = login->state,
		.state_len = login->state_len,
		.nas = "",
		.deadline_boot_us =
			now_us(relay) + ((int64_t)config_upstream_longest(upstream) + 1000) * 1000};

	wf_source_from_pam(local->rhost, local->tty, &source);
	question.source = source.remote ? source.text : "";
	return egress_ask(relay->options.egress, &question, answered, local, &login->ticket);
}

static bool
is_of_login(const struct local *local, const struct wf_msg *msg)
{
	const uint8_t *txn;
	size_t len;

	return local->plain != NULL && local->plain->ticket == NULL &&
	       wf_msg_get_bytes(msg, WF_F_TXN, 0, &txn, &len) == WF_OK &&
	       wf_mem_equal(txn, local->plain->txn, WF_TXN_LEN);
}

static wf_status
take_answer(struct relay *relay, struct local *local, const struct wf_msg *msg)
{
	static const struct egress_reply silent = {
		.outcome = WF_OUTCOME_UNREACHABLE, .cause = "it cannot be asked just now"};
	struct wf_secret answer = WF_SECRET_EMPTY;
	const uint8_t *bytes;
	size_t len;
	wf_status status;

	if (local->plain == NULL && local->pending == 0)
		return WF_OK; /* has its result already */
	if (!is_of_login(local, msg) || wf_msg_count(msg, WF_F_ANSWER) != 1 ||
		wf_msg_get_bytes(msg, WF_F_ANSWER, 0, &bytes, &len) != WF_OK ||
		bytes[0] != PROMPT_ID)
		return WF_DENIED;
	status = wf_msg_get_secret(msg, WF_F_ANSWER, 0, 1, &answer);
	if (status == WF_OK)
		status = ask(relay, local, &answer);
	wf_secret_clear(&answer);
	return status == WF_OK ? WF_OK : take_silence(local, &silent);
}

static wf_status
take_abort(struct relay *relay, struct local *local, const struct wf_msg *msg)
{
	(void)relay;
	(void)msg;
	end_login(local);
	return WF_OK;
}

/* In force is who was accepted; more nobody here can tell. */
static wf_status
take_account(struct relay *relay, struct local *local, const struct wf_msg *msg)
{
	const uint8_t *txn;
	size_t len;
	bool fine = wf_msg_get_bytes(msg, WF_F_TXN, 0, &txn, &len) == WF_OK &&
		    was_accepted(relay, txn, local->user);

	if (fine)
		return send_result(local, txn, WF_VERDICT_ACCEPT, WF_TEXT_NONE);
	relay_say(relay, LOG_NOTICE,
		"%s: a login that was not accepted here just now, with a key alone perhaps, is "
		"refused: the centre cannot be asked about it over RADIUS",
		local->service);
	return send_result(local, NULL, WF_VERDICT_REJECT, WF_TEXT_REFUSED);
}

static wf_status
take_session(struct relay *relay, struct local *local, const struct wf_msg *msg)
{
	(void)relay;
	(void)msg;
	return send_result(local, NULL, WF_VERDICT_ACCEPT, WF_TEXT_NONE);
}

static wf_status
take_change(struct relay *relay, struct local *local, const struct wf_msg *msg)
{
	(void)relay;
	(void)msg;
	return send_result(local, NULL, WF_VERDICT_REJECT, WF_TEXT_REFUSED);
}

static const struct {
	enum wf_msg_type type;
	bool names; /* who asks for what */
	wf_status (*take)(struct relay *relay, struct local *local, const struct wf_msg *msg);
} messages[] = {
	{WF_MSG_BEGIN, true, take_begin},
	{WF_MSG_ANSWER, false, take_answer},
	{WF_MSG_ABORT, false, take_abort},
	{WF_MSG_ACCOUNT, true, take_account},
	{WF_MSG_SESSION, true, take_session},
	{WF_MSG_CHANGE, true, take_change},
};

static wf_status
message(struct relay *relay, struct engine_peer *peer, const struct wf_msg *msg)
{
	struct local *local = local_of(relay, peer);
	wf_status status = WF_OK;

	if (local == NULL)
		return WF_NO_MEMORY;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		if (messages[i].type != msg->type)
			continue;
		if (messages[i].names && local->plain != NULL)
			return WF_DENIED; /* or the login under way would become another's */
		if (messages[i].names)
			status = local_remember(local, msg);
		if (status != WF_OK)
			return status;
		if (peer->cred.uid != 0 && messages[i].names)
			return send_result(local, NULL, WF_VERDICT_REJECT, WF_TEXT_REFUSED);
		return messages[i].take(relay, local, msg);
	}
	return WF_DENIED;
}

/* --- beginning and end --- */

static wf_status
configure(struct relay *relay, const struct config *config, char *why_r, size_t size)
{
	if (relay->accepted == NULL)
		relay->accepted =
			wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*relay->accepted));
	if (relay->accepted == NULL) {
		(void)snprintf(why_r, size, "no memory");
		return WF_NO_MEMORY;
	}
	relay->config = config;
	return WF_OK;
}

static void
gone(struct engine_peer *peer)
{
	struct local *local = peer->taken;

	if (local == NULL)
		return;
	end_login(local);
	local_forget(local);
}

static void
close_all(struct relay *relay)
{
	for (struct local *local = relay->locals; local != NULL; local = local->next)
		end_login(local);
}

const struct relay_way relay_over_radius = {
	.configure = configure,
	.tick = tick,
	.message = message,
	.gone = gone,
	.close = close_all,
};
