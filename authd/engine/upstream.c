/*
 * Factors that another server knows: its questions to the person, and our questions to it.
 *
 * A server is asked last.  All that is checked here has been right by then, and the attempt is
 * reserved; so who is unknown, locked or has a wrong password or code of our own never reaches it,
 * and locks nobody there.  What it says is one more answer: the counters, the row and the verdict
 * stay ours.
 *
 * It may ask for more, a few times.  Over PAM that is one more round of prompts of the same
 * transaction, which waits in the state FURTHER; over RADIUS a challenge like the one for a code,
 * whose reservation waits in the store.  Who leaves such a question open is counted for possession:
 * nobody knows whether his answer before it was right, and the server has done what the question
 * cost.  So is a question that could not be put to him, or whose answer could not be to it.
 *
 * One question of an account is out at a time; others of it wait for their turn.  What was asked is
 * waited for even if nobody waits for us any more: a wrong answer is counted also of who hangs up.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/upstream_of.h"
#include "authd/egress/egress.h"
#include "authd/engine/internal.h"

#define MARGIN_US INT64_C(10000000)
#define SAYS_SO_MS 1000 /* for warifu-egress to say that nobody answered */

_Static_assert(sizeof(((struct store_further *)0)->question) >= EGRESS_TEXT_MAX,
	"a question is kept whole");

static void ask(struct transaction *txn);

/* --- who is asked --- */

wf_status
upstream_choose(struct transaction *txn, const struct account *account)
{
	struct upstream *upstream = &txn->upstream;
	struct verify *verify = &txn->verify;
	wf_status status = WF_OK;

	if (txn->doomed || account == NULL)
		return WF_OK;
	if (upstream->further.round > 0) { /* the answer to its question is for nobody else */
		memcpy(upstream->servers[0], upstream->further.server,
			sizeof(upstream->servers[0]));
		wf_secret_move(&upstream->answers[0], &verify->answers[0]);
		return WF_OK;
	}
	for (size_t i = 0; status == WF_OK && i < verify->nprompts; i++) {
		const struct factor_ops *ops = factor_upstream(verify->prompts[i].text);
		const struct config_upstream *section =
			ops == NULL ? NULL
				    : account_upstream(&txn->engine->config->upstreams, account,
					      verify->credentials, verify->ncredentials, ops->kind);

		if (section == NULL)
			continue;
		snprintf(upstream->servers[i], sizeof(upstream->servers[i]), "%s", section->name);
		status = wf_secret_copy(&upstream->answers[i], &verify->answers[i]);
	}
	return status;
}

bool
upstream_unasked(const struct transaction *txn, size_t prompt)
{
	return txn->upstream.servers[prompt][0] != '\0' && !txn->upstream.asked[prompt];
}

/*
 * The next prompt that a server has to be asked about; false: none, or something else is not right.
 */
static bool
find_next(const struct transaction *txn, size_t *at_r)
{
	const struct verify *verify = &txn->verify;
	bool found = false;

	if (verify->status != WF_OK || txn->doomed)
		return false;
	for (size_t i = 0; i < verify->nprompts; i++) {
		const struct factor_result *result = &verify->results[i].result;

		if (result->answer == FACTOR_YES)
			continue;
		if (!upstream_unasked(txn, i) || result->replayed)
			return false;
		if (!found)
			*at_r = i;
		found = true;
	}
	return found;
}

/* --- whose turn it is --- */

static struct transaction *
first_of(const struct engine *engine, int64_t account)
{
	struct transaction *txn = engine->asking;

	while (txn != NULL && txn->account != account)
		txn = txn->upstream.next;
	return txn;
}

static void
enter(struct transaction *txn)
{
	struct transaction **at = &txn->engine->asking;

	while (*at != NULL)
		at = &(*at)->upstream.next;
	*at = txn;
	txn->upstream.next = NULL;
	txn->busy = true;
}

static void
leave(struct transaction *txn)
{
	struct transaction **at = &txn->engine->asking;

	while (*at != NULL && *at != txn)
		at = &(*at)->upstream.next;
	if (*at == txn)
		*at = txn->upstream.next;
	txn->busy = false;
}

bool
upstream_start(struct transaction *txn)
{
	struct upstream *upstream = &txn->upstream;

	if (!find_next(txn, &upstream->at))
		return false;
	enter(txn);
	if (first_of(txn->engine, txn->account) == txn)
		ask(txn);
	return true;
}

/* --- what it says --- */

static void
note(struct transaction *txn, const char *who, const char *what)
{
	struct upstream *upstream = &txn->upstream;

	snprintf(upstream->note, sizeof(upstream->note), "upstream %s%s%s%s: %s",
		upstream->servers[upstream->at], who[0] != '\0' ? " (" : "", who,
		who[0] != '\0' ? ")" : "", what);
}

static void
conclude(struct transaction *txn, enum factor_answer answer, const char *reason)
{
	struct verify_result *result = &txn->verify.results[txn->upstream.at];
	const struct factor_ops *ops = factor_upstream(txn->verify.prompts[txn->upstream.at].text);
	bool guessed = result->result.checked || txn->upstream.further.guessed;

	/* its State is for no other server */
	txn->upstream.further = (struct store_further){.round = 0};
	factor_upstream_said(answer, reason, &result->result);
	if (answer == FACTOR_UNSURE)
		/* else a pending token could be guessed for nothing while it is away */
		result->result.guess = guessed;
	result->factor = ops->id;
	result->kind = ops->kind;
	verify_ended(txn);
}

static void
hear_accept(struct transaction *txn, const struct egress_reply *reply)
{
	note(txn, reply->server, "accept");
	conclude(txn, FACTOR_YES, "");
}

static void
hear_reject(struct transaction *txn, const struct egress_reply *reply)
{
	note(txn, reply->server, "reject");
	conclude(txn, FACTOR_NO, "upstream-refused");
}

static void
hear_nothing(struct transaction *txn, const struct egress_reply *reply)
{
	note(txn, reply->server, egress_why_name(reply->why));
	txn->upstream.undecided = txn->upstream.further.round > 0;
	conclude(txn, FACTOR_UNSURE, "upstream-away");
}

/*
 * A first round answers everybody alike, so it has no room for a question; nor has a client without
 * challenges.
 */
static bool
can_ask_back(const struct transaction *txn)
{
	return !txn->gateway.asks ||
	       (txn->gateway.mode == CLIENT_CHALLENGE && txn->round != ROUND_FIRST);
}

static void
keep_question(struct transaction *txn, const struct egress_reply *reply)
{
	struct upstream *upstream = &txn->upstream;
	struct store_further *further = &upstream->further;

	further->round++;
	memcpy(further->server, upstream->servers[upstream->at], sizeof(further->server));
	memcpy(further->state, reply->state, reply->state_len);
	further->state_len = reply->state_len;
	snprintf(further->question, sizeof(further->question), "%s", reply->text);
	further->echo = reply->echo;
	further->guessed = further->guessed || txn->verify.results[upstream->at].result.checked;
	upstream->asked_back = true;
}

static void
hear_question(struct transaction *txn, const struct egress_reply *reply)
{
	note(txn, reply->server, "challenge");
	if (!can_ask_back(txn)) {
		txn->upstream.undecided = true;
		conclude(txn, FACTOR_UNSURE, "upstream-challenge");
		return;
	}
	if (txn->upstream.further.round >= UPSTREAM_ROUNDS_MAX) {
		conclude(txn, FACTOR_NO, "upstream-rounds");
		return;
	}
	keep_question(txn, reply);
	txn->upstream.left =
		!txn->gateway.asks && (txn->peer == NULL || txn->told || txn->engine->draining);
	txn_step(txn, txn->gateway.asks || txn->upstream.left ? TXN_VERIFIED : TXN_ASKED_BACK);
}

static void (*const hear[WF_OUTCOME_COUNT])(
	struct transaction *txn, const struct egress_reply *reply) = {
	[WF_OUTCOME_UNREACHABLE] = hear_nothing,
	[WF_OUTCOME_REJECT] = hear_reject,
	[WF_OUTCOME_ACCEPT] = hear_accept,
	[WF_OUTCOME_CHALLENGE] = hear_question,
	[WF_OUTCOME_DELIVERED] = hear_nothing, /* never of a question */
};

static void
ask_first(struct engine *engine, int64_t account)
{
	struct transaction *first = first_of(engine, account);

	if (first != NULL && first->upstream.ticket == NULL)
		ask(first);
}

/* Whatever becomes of this one, the next of its account has its turn. */
static void
take(struct transaction *txn, const struct egress_reply *reply)
{
	struct engine *engine = txn->engine;
	int64_t account = txn->account;

	leave(txn);
	hear[reply->outcome](txn, reply);
	ask_first(engine, account);
}

static void
heard(void *ctx, const struct egress_reply *reply)
{
	struct transaction *txn = ctx;

	txn->upstream.ticket = NULL;
	if (txn->engine->stopped)
		txn->busy = false;
	else
		take(txn, reply);
}

/* --- what it is asked --- */

/*
 * When a question must be answered: what came later could not be settled, because the reservation
 * has ended.
 */
static int64_t
last_us(const struct transaction *txn)
{
	return txn->reserved_us + LEASE_MS * 1000 - MARGIN_US;
}

static int64_t
due_us(const struct transaction *txn, const struct config_upstream *section)
{
	int64_t longest_ms = (int64_t)config_upstream_longest(section) + SAYS_SO_MS;
	int64_t due = wf_clock_now(&txn->engine->clock).boot_us + longest_ms * 1000;

	return due < last_us(txn) ? due : last_us(txn);
}

/* A reload may have made it another one's factor. */
static bool
is_still(const struct transaction *txn, const struct config_upstream *section)
{
	const struct factor_ops *ops = factor_upstream(txn->verify.prompts[txn->upstream.at].text);

	return section->factor ==
	       (ops->kind == KIND_KNOWLEDGE ? UPSTREAM_KNOWLEDGE : UPSTREAM_POSSESSION);
}

static wf_status
send_query(struct transaction *txn)
{
	struct engine *engine = txn->engine;
	struct upstream *upstream = &txn->upstream;
	const struct store_further *further = &upstream->further;
	const struct asker *asker = &txn->asker;
	const struct config_upstream *section =
		config_upstream_find(&engine->config->upstreams, upstream->servers[upstream->at]);
	struct egress_question question = {
		.trade = WF_TRADE_RADIUS,
		.server = upstream->servers[upstream->at],
		.user = asker->user,
		.answer = &upstream->answers[upstream->at],
		.state = further->state,
		.state_len = further->state_len,
		.source = asker->source.remote && strncmp(asker->source.text, "name:", 5) != 0
				  ? asker->source.text
				  : "",
		.nas = asker->nas[0] != '\0' ? asker->nas : asker->host,
	};

	if (section == NULL || engine->egress == NULL || !is_still(txn, section))
		return WF_UNAVAILABLE;
	question.deadline_boot_us = due_us(txn, section);
	return egress_ask(engine->egress, &question, heard, txn, &upstream->ticket);
}

/* Nobody waits for it any more, and it was not asked: as if it had not been evaluated. */
static void
give_up(struct transaction *txn)
{
	struct engine *engine = txn->engine;
	int64_t account = txn->account;

	leave(txn);
	txn->verify.status = WF_EXPIRED;
	txn_step(txn, TXN_VERIFIED);
	ask_first(engine, account);
}

static void
ask(struct transaction *txn)
{
	struct upstream *upstream = &txn->upstream;
	const struct egress_reply away = {.outcome = WF_OUTCOME_UNREACHABLE, .why = WF_WHY_AWAY};
	wf_status status;

	if (upstream->further.round == 0 && atomic_load(&txn->verify.job.cancelled)) {
		give_up(txn);
		return;
	}
	status = send_query(txn);
	wf_secret_clear(&upstream->answers[upstream->at]);
	upstream->asked[upstream->at] = true;
	upstream->asked_back = false;
	if (status != WF_OK)
		take(txn, &away);
}

/* --- one more round, over PAM --- */

static void
send_question(struct transaction *txn)
{
	const struct store_further *further = &txn->upstream.further;
	struct wf_prompt prompt = txn->verify.prompts[txn->upstream.at];
	struct wf_msg msg;
	wf_status status;

	/* where the server has no words, and for modules that do not know of them */
	prompt.text = WF_TEXT_CODE;
	prompt.echo = further->echo;
	wf_msg_init(&msg, WF_MSG_PROMPTS, txn->version);
	status = wf_msg_add_bytes(&msg, WF_F_TXN, txn->id, WF_TXN_LEN);
	if (status == WF_OK)
		status = wf_msg_add_prompt(&msg, &prompt);
	if (status == WF_OK && txn->version >= 3)
		status = wf_msg_add_text(&msg, WF_F_TEXT, further->question);
	txn->asked = status == WF_OK;
	if (status == WF_OK && !txn->peer->send(txn->peer, &msg))
		peer_drop(txn->peer);
	wf_msg_clear(&msg);
	if (status != WF_OK)
		txn_step(txn, TXN_FAILED);
}

static void
question_due(evutil_socket_t fd, short what, void *arg)
{
	struct transaction *txn = arg;

	(void)fd;
	(void)what;
	if (txn->state == TXN_FURTHER && txn->peer != NULL)
		send_question(txn);
}

/* The person's time, but no longer than there is to ask about his answer. */
static bool
bound_time(struct transaction *txn)
{
	int64_t last = last_us(txn) - MARGIN_US, now = wf_clock_now(&txn->engine->clock).boot_us;

	return txn->due_us <= last || txn_arm_deadline(txn, last > now ? (last - now) / 1000 : 0);
}

void
on_asked_back(struct transaction *txn)
{
	txn->asked = false;
	txn->answered = false;
	if (!bound_time(txn) || !txn_arm_grid(txn, question_due, 0))
		txn_step(txn, TXN_FAILED);
}

wf_status
upstream_read_answer(struct transaction *txn, const struct wf_msg *msg)
{
	size_t at = txn->upstream.at;
	const uint8_t *bytes;
	size_t len;

	if (wf_msg_count(msg, WF_F_ANSWER) != 1 ||
		wf_msg_get_bytes(msg, WF_F_ANSWER, 0, &bytes, &len) != WF_OK ||
		bytes[0] != txn->verify.prompts[at].id)
		return WF_INVALID;
	return wf_msg_get_secret(msg, WF_F_ANSWER, 0, 1, &txn->upstream.answers[at]);
}

void
on_further_answer(struct transaction *txn)
{
	txn->upstream.asked[txn->upstream.at] = false;
	verify_ended(txn);
}

/* Nobody answered its question. */
void
on_left(struct transaction *txn)
{
	txn->upstream.left = true;
	on_verified(txn);
}

void
on_left_by_peer(struct transaction *txn)
{
	txn->told = true;
	on_left(txn);
}

void
upstream_clear(struct transaction *txn)
{
	egress_drop(&txn->upstream.ticket);
	for (size_t i = 0; i < POLICY_PROMPTS_MAX; i++)
		wf_secret_clear(&txn->upstream.answers[i]);
}
