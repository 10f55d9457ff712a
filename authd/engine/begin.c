/*
 * The first half of a login: who asks, what is demanded, and the prompts.  Known, unknown, disabled
 * and locked accounts take the same path and get the same prompts (I5); what dooms an attempt is
 * noted here and decided again, from fresh data, when it is admitted.
 *
 * Prompts follow from service and purpose alone, so they leave before the store is asked, and no
 * time can tell what it has to say.  Where something else than prompts may have to be said (an
 * exempt name, observe mode, a request that may have been decided already), they wait for the
 * store, and leave on the grid.
 */
#include "config.h"

#include <string.h>

#include "authd/engine/internal.h"

/*
 * The stored key also binds who asked for whom, from where and for what: nothing else fetches the
 * verdict.
 */
wf_status
txn_bind_key(struct transaction *txn, const struct wf_msg *msg)
{
	const uint8_t *key;
	size_t len;
	struct {
		uint32_t role, uid, purpose;
		uint8_t key[32];
		char user[WF_NAME_MAX + 1], service[65], rhost[256], tty[65], host[65];
	} bound;

	if (wf_msg_get_bytes(msg, WF_F_IDEMPOTENCY, 0, &key, &len) != WF_OK)
		return WF_OK;
	if (len != sizeof(bound.key))
		return WF_INVALID;
	memset(&bound, 0, sizeof(bound));
	bound.role = (uint32_t)txn->peer->role;
	bound.uid = (uint32_t)txn->peer->cred.uid;
	memcpy(bound.key, key, sizeof(bound.key));
	bound.purpose = (uint32_t)txn->purpose;
	memcpy(bound.user, txn->asker.user, sizeof(bound.user));
	memcpy(bound.service, txn->asker.service, sizeof(bound.service));
	memcpy(bound.rhost, txn->asker.rhost, sizeof(bound.rhost));
	memcpy(bound.tty, txn->asker.tty, sizeof(bound.tty));
	memcpy(bound.host, txn->asker.host, sizeof(bound.host));
	txn->has_idempotency = true;
	return crypto_sha256(&bound, sizeof(bound), txn->idempotency);
}

static wf_status
read_begin(struct transaction *txn, const struct wf_msg *msg)
{
	uint64_t purpose;
	wf_status status = asker_read(&txn->asker, txn->peer, msg);

	if (status == WF_OK)
		status = wf_msg_get_uint(msg, WF_F_PURPOSE, &purpose);
	if (status != WF_OK)
		return status;
	if (purpose != WF_PURPOSE_LOGIN && purpose != WF_PURPOSE_CHANGE)
		return WF_INVALID;
	txn->purpose = (enum wf_purpose)purpose;
	return txn_bind_key(txn, msg);
}

wf_status
txn_begin(struct engine *engine, struct engine_peer *peer, const struct wf_msg *msg)
{
	struct transaction *txn;
	wf_status status = txn_new(engine, peer, &txn);

	if (status != WF_OK)
		return status;
	txn->round_us = wf_clock_now(&engine->clock).boot_us;
	status = read_begin(txn, msg);
	if (status != WF_OK) {
		txn_discard(txn);
		return status;
	}
	txn_step(txn, TXN_BEGIN);
	return WF_OK;
}

/* False: the transaction has ended over it, and may be gone. */
static bool
send_prompts(struct transaction *txn)
{
	struct wf_msg msg;
	wf_status status;

	if (txn->peer == NULL)
		return true;
	txn->asked = true;
	wf_msg_init(&msg, WF_MSG_PROMPTS, txn->version);
	status = wf_msg_add_bytes(&msg, WF_F_TXN, txn->id, WF_TXN_LEN);
	for (size_t i = 0; status == WF_OK && i < txn->demand.nprompts; i++)
		status = wf_msg_add_prompt(&msg, &txn->demand.prompts[i]);
	if (status == WF_OK && !txn->peer->send(txn->peer, &msg))
		peer_drop(txn->peer);
	wf_msg_clear(&msg);
	if (status != WF_OK)
		txn_step(txn, TXN_FAILED);
	return status == WF_OK;
}

/*
 * Who proves himself to the command warifu is asked in observe mode, too: that is when tokens are
 * handed out.  So is who comes through a gateway, because there nobody else would ask.
 */
static bool
only_observes(const struct transaction *txn)
{
	return txn->engine->config->mode == MODE_OBSERVE && !txn->gateway.asks &&
	       strcmp(txn->asker.service, WF_PROOF_SERVICE) != 0;
}

/*
 * Whether something else than prompts may have to be said.  A peer that is not root shall not learn
 * who is exempt, not by the time either: it always waits.
 */
static bool
must_look_first(const struct transaction *txn)
{
	return txn->has_idempotency || !txn->asker.trusted || only_observes(txn) ||
	       policy_place_matters(&txn->engine->config->policy, txn->asker.service) ||
	       store_may_be_exempt(txn->engine->store, txn->asker.user);
}

void
txn_facts(
	const struct transaction *txn, const struct account *account, struct policy_facts *facts_r)
{
	facts_fill(facts_r, &txn->asker, txn->purpose, account);
	grants_facts(txn->engine, &txn->asker, account, txn->grant, facts_r);
	if (txn->gateway.asks)
		gateway_facts(txn, account, facts_r);
	else
		facts_r->exempt = policy_exempt(account, store_date_us(txn->engine->store));
}

/* What will be asked, as far as can be said without a look at the account. */
static void
foresee(struct transaction *txn)
{
	struct policy_facts facts;

	txn_facts(txn, NULL, &facts);
	policy_eval(&txn->engine->config->policy, &facts, &txn->demand);
}

/* Asks without a look at the account, where that may be; false as above. */
static bool
ask_at_once(struct transaction *txn)
{
	return must_look_first(txn) || txn->demand.nprompts == 0 || send_prompts(txn);
}

/* Until when, and from where as far as it is known already. */
static bool
prepare(struct transaction *txn)
{
	int64_t ms = policy_value(&txn->engine->config->policy, P_PERSON_DEADLINE_S) * 1000;

	if (txn->engine->draining)
		return false;
	if (txn->gateway.asks && txn->gateway.patience_ms >= 0 && txn->gateway.patience_ms < ms)
		ms = txn->gateway.patience_ms;
	if (!txn_arm_deadline(txn, ms))
		return false;
	if (txn->gateway.asks)
		return gateway_begin(txn);
	wf_source_from_pam(
		txn->asker.trusted ? txn->asker.rhost : NULL, txn->asker.tty, &txn->asker.source);
	return true;
}

void
on_begin(struct transaction *txn)
{
	if (!prepare(txn))
		txn_step(txn, TXN_FAILED);
	else if (!txn->gateway.asks || repeats_enter(txn))
		txn_look(txn);
}

void
txn_look(struct transaction *txn)
{
	struct engine *engine = txn->engine;
	struct store_read *read = &txn->job.u.read;

	foresee(txn);
	store_job_init(&txn->job, STORE_READ);
	read->name = txn->asker.user;
	read->uid = -1;
	read->bare = !only_observes(txn) && !verify_may_be_ahead(txn);
	read->has_idempotency = txn->has_idempotency;
	memcpy(read->idempotency, txn->idempotency, sizeof(read->idempotency));
	asker_session(&txn->asker, read);
	grants_ask(engine, &txn->asker, read);
	if (lanes_fill(engine, &txn->asker, false, &read->lanes) != WF_OK) {
		txn_step(txn, TXN_FAILED);
		return;
	}
	if (ask_at_once(txn))
		txn_submit(txn);
}

static void
doom(struct transaction *txn, const char *reason)
{
	if (!txn->doomed)
		AUDIT_TEXT(txn->doom, reason);
	txn->doomed = true;
	/* its first round is counted as pending under the account's own key */
	txn->shadow = txn->round != ROUND_SECOND;
}

/* A peer that is not root may only ask about its own account. */
static void
judge_peer(struct transaction *txn, const struct store_read *read)
{
	if (txn->asker.trusted)
		return;
	txn->foreign =
		!read->found || read->account.uid < 0 || (uid_t)read->account.uid != txn->asker.uid;
	if (txn->foreign)
		doom(txn, "not-own-account");
}

static bool
same_prompts(const struct policy_demand *a, const struct policy_demand *b)
{
	bool same = a->nprompts == b->nprompts;

	for (size_t i = 0; same && i < a->nprompts; i++)
		same = a->prompts[i].id == b->prompts[i].id &&
		       a->prompts[i].text == b->prompts[i].text;
	return same;
}

/*
 * A name without a managed account is not doomed here but when it is admitted: it counts like any
 * other.  What the account is tells a foreign peer nothing, not even an exemption.
 */
static void
judge_demand(struct transaction *txn, const struct store_read *read)
{
	struct policy_facts facts;
	const struct policy *policy = &txn->engine->config->policy;
	const struct account *account = read->found && !txn->foreign ? &read->account : NULL;
	struct policy_demand before;

	txn_facts(txn, account, &facts);
	before = txn->demand;
	policy_eval(policy, &facts, &txn->demand);
	txn->stale = txn->asked && txn->demand.decision != POLICY_NOT_ASKED &&
		     !same_prompts(&before, &txn->demand);
	AUDIT_TEXT(txn->rule, txn->demand.nsets > 0 ? txn->demand.sets[0].rule : txn->demand.rule);
	if (txn->demand.decision != POLICY_DENY || (!facts.known && !facts.root))
		return;
	doom(txn, txn->demand.reason);
	AUDIT_TEXT(txn->rule, txn->demand.rule);
}

/* Held back by its source alone: slowed, never refused (the source rule of DESIGN section 3). */
static void
judge_source(struct transaction *txn, const struct store_read *read)
{
	if (read->lanes.n <= LANE_SOURCE)
		return;
	txn->slow_ms = throttle_slow_ms(
		&read->lanes.states[LANE_SOURCE], &read->lanes.limits[LANE_SOURCE], read->lock_ms);
}

/* The same request was decided just now: the same answer. */
static bool
was_decided(struct transaction *txn)
{
	const struct store_read *read = &txn->job.u.read;
	static const struct store_further none;
	uint8_t id[WF_TXN_LEN];

	if (read->verdict_known && !read->verdict_challenged) {
		txn->verdict = read->verdict;
		if (txn->gateway.asks)
			gateway_account(txn, read->found ? &read->account : NULL, read->credentials,
				read->ncredentials);
		return true;
	}
	if (!txn->gateway.asks || (!read->verdict_known && !repeats_find(txn, id)))
		return false;
	if (read->verdict_known)
		gateway_known(txn, read->verdict_txn, &read->verdict_further);
	else
		gateway_known(txn, id, &none);
	return true;
}

void
facts_arrived(struct transaction *txn)
{
	struct engine *engine = txn->engine;
	const struct store_read *read = &txn->job.u.read;

	if (txn->state == TXN_DONE || txn->job.status != WF_OK || engine->draining) {
		AUDIT_TEXT(txn->reason, engine->draining ? "stopping" : "store");
		txn_step(txn, TXN_FAILED);
		return;
	}
	if (was_decided(txn)) {
		txn_step(txn, TXN_KNOWN);
		return;
	}
	asker_locate(&txn->asker, &engine->config->policy, read);
	txn->known = read->found;
	txn->account = read->found ? read->account.id : 0;
	txn->grant = read->grant;
	judge_peer(txn, read);
	judge_demand(txn, read);
	judge_source(txn, read);
	if (txn->gateway.asks)
		gateway_round(txn);
	if (txn->demand.decision == POLICY_NOT_ASKED && !txn->gateway.asks) {
		txn->verdict = WF_VERDICT_IGNORE;
		txn_step(txn, TXN_KNOWN);
		return;
	}
	if (txn->stale) { /* asked by a configuration that is no more */
		AUDIT_TEXT(txn->reason, "reloaded");
		txn_step(txn, TXN_FAILED);
		return;
	}
	txn_step(txn, only_observes(txn) ? TXN_OBSERVED : TXN_FACTS);
}

static void
grid_reached(evutil_socket_t fd, short what, void *arg)
{
	struct transaction *txn = arg;

	(void)fd;
	(void)what;
	if (txn->state == TXN_CHALLENGED)
		(void)send_prompts(txn);
}

/* A slowed source has waited long enough. */
static void
hold_over(evutil_socket_t fd, short what, void *arg)
{
	struct transaction *txn = arg;

	(void)fd;
	(void)what;
	txn->held = false;
	if (txn->state == TXN_CHALLENGED && txn->answered)
		txn_step(txn, TXN_ANSWER);
}

static void
hold(struct transaction *txn)
{
	struct timeval tv = {.tv_sec = (time_t)(txn->slow_ms / 1000),
		.tv_usec = (suseconds_t)(txn->slow_ms % 1000 * 1000)};

	txn->held = true;
	txn->grid = timer_new(txn->engine, hold_over, txn);
	if (txn->grid == NULL || evtimer_add(txn->grid, &tv) != 0)
		txn_step(txn, TXN_FAILED);
}

static void
ask_on_grid(struct transaction *txn)
{
	if (!txn_arm_grid(txn, grid_reached, txn->slow_ms))
		txn_step(txn, TXN_FAILED);
}

/* The peer was quicker than the store. */
void
on_early_answer(struct transaction *txn)
{
	(void)txn;
}

/*
 * Prompts that waited for the store leave on the grid: how long it took says nothing.  Where they
 * are out already, a slowed source's answers wait instead.
 */
void
on_facts(struct transaction *txn)
{
	if (txn->demand.nprompts == 0) {
		txn_step(txn, TXN_FAILED);
	} else if (!txn->asked && !txn->answered) {
		ask_on_grid(txn);
	} else if (txn->slow_ms > 0) {
		hold(txn);
	} else if (txn->answered) {
		txn_step(txn, TXN_ANSWER);
	}
}
