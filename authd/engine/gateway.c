/*
 * Rounds of a RADIUS login.  An ATTEMPT is a transaction that brings its answer along: it goes the
 * way of every other one, against the same counters, and only its first and last steps are here.
 *
 * A client without challenges sends all in one field.  With them a login has two rounds, which
 * share nothing but the id in STATE: the first verifies the password and is told the same whatever
 * it was, the second takes up the challenge that a right one has left in the store, at most once.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/engine/internal.h"
#include "authd/factor/split.h"
#include "common/text.h"

static wf_status
read_answer(struct gateway *gateway, const struct wf_msg *msg)
{
	const uint8_t *bytes;
	size_t len;

	if (wf_msg_get_bytes(msg, WF_F_ANSWER, 0, &bytes, &len) != WF_OK || bytes[0] != 0)
		return WF_INVALID;
	return wf_msg_get_secret(msg, WF_F_ANSWER, 0, 1, &gateway->answer);
}

static wf_status
read_attempt(struct transaction *txn, const struct wf_msg *msg)
{
	struct gateway *gateway = &txn->gateway;
	uint64_t patience;
	wf_status status = asker_read(&txn->asker, txn->peer, msg);

	gateway->asks = true;
	gateway->patience_ms = -1;
	if (wf_msg_get_uint(msg, WF_F_PATIENCE, &patience) == WF_OK)
		gateway->patience_ms = (int64_t)patience;
	if (status == WF_OK)
		status = wf_msg_get_uint(msg, WF_F_TAG, &gateway->tag);
	if (status == WF_OK)
		status =
			wf_msg_get_text(msg, WF_F_STATE, 0, gateway->state, sizeof(gateway->state));
	if (status == WF_OK)
		status = read_answer(gateway, msg);
	if (status == WF_OK)
		status = txn_bind_key(txn, msg);
	return status;
}

wf_status
txn_attempt(struct engine *engine, struct engine_peer *peer, const struct wf_msg *msg)
{
	struct transaction *txn;
	wf_status awaits = forced_awaits(engine, msg);
	wf_status status;

	if (awaits == WF_OK)
		return errand_start(engine, peer, msg);
	status = txn_new(engine, peer, &txn);
	if (status != WF_OK)
		return status;
	txn->gateway.unsure = awaits != WF_NO;
	txn->round_us = wf_clock_now(&engine->clock).boot_us;
	txn->purpose = WF_PURPOSE_LOGIN;
	txn->answered = true;
	status = read_attempt(txn, msg);
	if (status != WF_OK) {
		txn_discard(txn);
		return status;
	}
	txn_step(txn, TXN_BEGIN);
	return WF_OK;
}

static const struct config_client *
client_of(const struct transaction *txn)
{
	return config_client_find(&txn->engine->config->radius, txn->asker.service);
}

/*
 * A made-up STATE never reaches the store; who sent it is answered like anybody else.  One that
 * could not be looked at neither: it may be a forced change's, of which the store knows nothing,
 * and would be refused.
 */
static bool
read_state(struct transaction *txn)
{
	struct gateway *gateway = &txn->gateway;
	uint8_t id[WF_TXN_LEN];
	wf_status status;

	if (gateway->unsure)
		return false;
	if (gateway->state[0] == '\0')
		return true;
	txn->round = ROUND_SECOND;
	status = state_open(txn->engine->keys, gateway->state, txn->asker.service, txn->asker.user,
		id, &txn->upstream.further.round);
	gateway->state_is_ours = status == WF_OK;
	if (gateway->state_is_ours)
		txn_take_id(txn, id);
	return status == WF_OK || status == WF_NO;
}

bool
gateway_begin(struct transaction *txn)
{
	const struct config_client *client = client_of(txn);

	if (client == NULL) {
		AUDIT_TEXT(txn->reason, "no client of this name is configured");
		return false;
	}
	txn->gateway.mode = client->mode;
	snprintf(txn->gateway.separator, sizeof(txn->gateway.separator), "%s", client->separator);
	asker_gateway(&txn->asker, client, &txn->engine->config->policy);
	return read_state(txn);
}

/* A client that a reload has taken away admits nobody. */
void
gateway_facts(
	const struct transaction *txn, const struct account *account, struct policy_facts *facts)
{
	const struct config_client *client = client_of(txn);

	facts->admin_entry = client == NULL || policy_class_administers(client->entry.class);
	facts->outside_groups =
		client == NULL || (account != NULL && !config_groups_match(&client->groups,
							      account->groups, account->ngroups));
}

void
gateway_round(struct transaction *txn)
{
	if (txn->round == ROUND_WHOLE && txn->gateway.mode == CLIENT_CHALLENGE &&
		txn->demand.nprompts > 1)
		txn->round = ROUND_FIRST;
}

void
gateway_known(
	struct transaction *txn, const uint8_t id[WF_TXN_LEN], const struct store_further *further)
{
	struct policy_facts facts;

	txn_facts(txn, NULL, &facts);
	policy_eval(&txn->engine->config->policy, &facts, &txn->demand);
	txn_take_id(txn, id);
	txn->round = ROUND_FIRST;
	txn->upstream.further = *further;
	txn->upstream.asked_back = further->round > 0;
	txn->verdict = WF_VERDICT_REJECT;
}

void
gateway_account(struct transaction *txn, const struct account *account,
	const struct credential *credentials, size_t n)
{
	const struct config *config = txn->engine->config;
	struct gateway *gateway = &txn->gateway;

	gateway->ngroups = account != NULL ? account->ngroups : 0;
	gateway->must_change =
		account != NULL && policy_must_change(&config->policy, account,
					   account_guard(config, account, credentials, n),
					   store_date_us(txn->engine->store), gateway->change_rule);
	if (gateway->ngroups > 0)
		memcpy(gateway->groups, account->groups, sizeof(gateway->groups));
}

static struct wf_secret *
answer_to(struct verify *verify, enum wf_text_id text)
{
	for (size_t i = 0; i < verify->nprompts; i++)
		if (verify->prompts[i].text == text)
			return &verify->answers[i];
	return NULL;
}

wf_status
gateway_answers(struct transaction *txn)
{
	struct gateway *gateway = &txn->gateway;
	struct verify *verify = &txn->verify;
	const struct split_spec spec = {
		.mode = gateway->mode,
		.separator = gateway->separator,
		.digits = split_digits(verify->credentials, verify->ncredentials),
	};
	struct wf_secret *password = answer_to(verify, WF_TEXT_PASSWORD),
			 *code = answer_to(verify, WF_TEXT_CODE);
	wf_status status = WF_OK;

	if (verify->nprompts == 1)
		status = wf_secret_copy(&verify->answers[0], &gateway->answer);
	else if (password != NULL && code != NULL)
		status = split_answer(&spec, &gateway->answer, password, code);
	else
		status = WF_UNSUPPORTED;
	if (!txn->ahead)
		wf_secret_clear(&gateway->answer);
	return status;
}

void
gateway_resume(struct transaction *txn)
{
	struct store_resume *resume = &txn->job.u.resume;

	store_job_init(&txn->job, STORE_RESUME);
	memcpy(resume->txn, txn->id, WF_TXN_LEN);
	resume->name = txn->asker.user;
	resume->service = txn->asker.service;
	resume->lease_ms = LEASE_MS;
	resume->further = (struct store_further){.round = txn->upstream.further.round};
	fill_interrupted(txn, &resume->interrupted);
	txn_submit(txn);
}

static const char *const state_reasons[] = {
	[RESUME_FOUND] = NULL,
	[RESUME_UNKNOWN] = "state-unknown",
	[RESUME_USED] = "state-used",
	[RESUME_ENDED] = "state-ended",
};

void
resume_arrived(struct transaction *txn)
{
	const struct store_resume *resume = &txn->job.u.resume;

	if (txn->job.status != WF_OK) {
		AUDIT_TEXT(txn->reason, "store");
		txn_step(txn, TXN_FAILED);
		return;
	}
	if (resume->answer != RESUME_FOUND) {
		AUDIT_TEXT(txn->refused, state_reasons[resume->answer]);
		txn_step(txn, TXN_REFUSED);
		return;
	}
	txn->gateway.proved = resume->kinds;
	txn->gateway.leak = resume->leak;
	txn->gateway.note = resume->note;
	txn->upstream.further = resume->further;
	snprintf(txn->gateway.factors, sizeof(txn->gateway.factors), "%s", resume->factors);
	attempt_admitted(txn, resume->found ? &resume->account : NULL, resume->credentials,
		resume->ncredentials);
	txn_step(txn, TXN_ADMITTED);
}

/* That the password must be changed, what comes next, and `host`. */
static wf_status
add_must_change(
	const struct transaction *txn, enum wf_text_id next, const char *host, struct wf_msg *msg)
{
	const char *language = txn->asker.language;
	char text[512];

	snprintf(text, sizeof(text), "%s %s%s", wf_text(WF_TEXT_MUST_CHANGE, language),
		wf_text(next, language), host);
	return wf_msg_add_text(msg, WF_F_TEXT, text);
}

wf_status
gateway_describe(const struct transaction *txn, struct wf_msg *result)
{
	const struct gateway *gateway = &txn->gateway;
	const char *host = txn->engine->config->radius.enrolment_host;
	wf_status status = wf_msg_add_uint(result, WF_F_TAG, gateway->tag);

	if (txn->verdict == WF_VERDICT_REJECT && txn->text == WF_TEXT_MUST_CHANGE &&
		host[0] != '\0' && status == WF_OK)
		return add_must_change(txn, WF_TEXT_ENROLMENT, host, result);
	if (txn->verdict != WF_VERDICT_ACCEPT)
		return status;
	for (size_t i = 0; status == WF_OK && i < gateway->ngroups; i++)
		status = wf_msg_add_text(result, WF_F_GROUP, gateway->groups[i]);
	return status;
}


/* What is asked: the code, or what another server or a forced change wants to know. */
static struct wf_prompt
challenge_prompt(const struct transaction *txn)
{
	struct wf_prompt prompt = txn->demand.prompts[txn->demand.nprompts - 1];

	if (txn->gateway.forced)
		prompt.text = WF_TEXT_NEW_PASSWORD;
	if (!txn->upstream.asked_back)
		return prompt;
	prompt.text = WF_TEXT_CODE;
	prompt.echo = txn->upstream.further.echo;
	return prompt;
}

static wf_status
challenge_text(const struct transaction *txn, struct wf_msg *msg)
{
	if (txn->gateway.forced)
		return add_must_change(txn, WF_TEXT_NEW_PASSWORD, "", msg);
	return txn->upstream.asked_back
		       ? wf_msg_add_text(msg, WF_F_TEXT, txn->upstream.further.question)
		       : WF_OK;
}

wf_status
gateway_challenge(const struct transaction *txn, struct wf_msg *msg_r)
{
	const struct gateway *gateway = &txn->gateway;
	unsigned round = txn->upstream.asked_back ? txn->upstream.further.round : 0;
	struct wf_prompt prompt;
	char state[WF_STATE_LEN + 1];
	wf_status status;

	wf_msg_init(msg_r, WF_MSG_CHALLENGE, txn->version);
	if (txn->demand.nprompts == 0)
		return WF_INVALID;
	prompt = challenge_prompt(txn);
	status = state_make(txn->engine->keys, gateway->forced ? gateway->forced_id : txn->id,
		txn->asker.service, txn->asker.user, round, state);
	if (status == WF_OK)
		status = wf_msg_add_uint(msg_r, WF_F_TAG, txn->gateway.tag);
	if (status == WF_OK)
		status = wf_msg_add_bytes(msg_r, WF_F_TXN, txn->id, WF_TXN_LEN);
	if (status == WF_OK)
		status = wf_msg_add_text(msg_r, WF_F_STATE, state);
	if (status == WF_OK)
		status = wf_msg_add_prompt(msg_r, &prompt);
	return status == WF_OK ? challenge_text(txn, msg_r) : status;
}
