/*
 * The second half of a login: the answers are in.  Reserve first (I1: nothing is evaluated that is
 * not already counted as pending), then evaluate what the reservation read, never what BEGIN read.
 *
 * Where an evaluation takes microseconds it comes first, and one commit admits and settles it
 * (verify_ahead): I1 holds as well, since nobody is told what was found before it is counted; and
 * what BEGIN read is believed only if the commit reads the same.
 */
#include "config.h"

#include <string.h>

#include "authd/engine/internal.h"

static wf_status
take_answer(struct transaction *txn, const struct wf_msg *msg, size_t index)
{
	const struct wf_prompt *prompt = &txn->demand.prompts[index];
	const uint8_t *bytes;
	size_t len;

	for (size_t i = 0; wf_msg_get_bytes(msg, WF_F_ANSWER, i, &bytes, &len) == WF_OK; i++)
		if (len >= 1 && bytes[0] == prompt->id)
			return wf_msg_get_secret(
				msg, WF_F_ANSWER, i, 1, &txn->verify.answers[index]);
	return WF_INVALID;
}

bool
txn_may_answer(const struct transaction *txn)
{
	bool open =
		txn->state == TXN_OPEN || txn->state == TXN_CHALLENGED || txn->state == TXN_FURTHER;

	return txn->asked && !txn->answered && (open || (txn->state == TXN_DONE && !txn->told));
}

static wf_status
take_answers(struct transaction *txn, const struct wf_msg *msg)
{
	wf_status status = WF_OK;

	if (txn->state == TXN_FURTHER)
		return upstream_read_answer(txn, msg);
	if (wf_msg_count(msg, WF_F_ANSWER) != txn->demand.nprompts)
		return WF_INVALID;
	for (size_t i = 0; status == WF_OK && i < txn->demand.nprompts; i++)
		status = take_answer(txn, msg, i);
	return status;
}

wf_status
txn_answer(struct engine_peer *peer, const struct wf_msg *msg)
{
	const uint8_t *id;
	size_t len;
	struct transaction *txn;
	wf_status status = wf_msg_get_bytes(msg, WF_F_TXN, 0, &id, &len);

	if (status != WF_OK || len != WF_TXN_LEN)
		return WF_INVALID;
	txn = txn_find(peer, id);
	if (txn == NULL || !txn_may_answer(txn))
		return WF_DENIED;
	if (txn->state == TXN_DONE)
		return WF_OK;
	status = take_answers(txn, msg);
	if (status != WF_OK)
		return status;
	txn->round_us = wf_clock_now(&txn->engine->clock).boot_us;
	txn->answered = true;
	if (!txn->held)
		txn_step(txn, TXN_ANSWER);
	return WF_OK;
}

void
fill_interrupted(struct transaction *txn, struct audit_row *row)
{
	row_fill(row, txn->engine, &txn->asker, AUDIT_AUTH, "login");
	AUDIT_TEXT(row->action, "authenticate");
	AUDIT_TEXT(row->txn, txn->id_hex);
	row_outcome(row, AUDIT_FAILURE, "interrupted", txn->rule);
}

wf_status
admission_fill(struct transaction *txn, struct store_admission *admission)
{
	admission->name = txn->shadow ? "" : txn->asker.user; /* no account has the empty name */
	lanes_divide(txn->engine, &txn->asker, txn->shadow, admission);
	return lanes_fill(txn->engine, &txn->asker, txn->shadow, &admission->lanes);
}

void
txn_reserve(struct transaction *txn)
{
	struct store_reserve *reserve = &txn->job.u.reserve;

	if (txn->round == ROUND_SECOND) {
		gateway_resume(txn);
		return;
	}
	store_job_init(&txn->job, STORE_RESERVE);
	memcpy(reserve->txn, txn->id, WF_TXN_LEN);
	reserve->known = txn->known && !txn->shadow;
	reserve->lease_ms = LEASE_MS;
	fill_interrupted(txn, &reserve->interrupted);
	if (admission_fill(txn, &reserve->admission) != WF_OK) {
		txn_step(txn, TXN_FAILED);
		return;
	}
	txn_submit(txn);
}

/* What an untrusted peer asks for somebody else ends before it costs a hash. */
void
on_answer(struct transaction *txn)
{
	if (txn->foreign)
		txn_refuse(txn, WF_VERDICT_REJECT, txn->doom);
	else if (txn->round == ROUND_SECOND && !txn->gateway.state_is_ours)
		txn_refuse(txn, WF_VERDICT_REJECT, "state-unknown");
	else
		txn_admit(txn);
}

/* Which of the locks it was. */
static const char *
lock_reason(const struct store_lanes *lanes, int64_t lock_ms)
{
	struct throttle_state possession = throttle_current(
		&lanes->states[LANE_POSSESSION], &lanes->limits[LANE_POSSESSION], lock_ms);
	struct throttle_state account = throttle_current(
		&lanes->states[LANE_ACCOUNT], &lanes->limits[LANE_ACCOUNT], lock_ms);

	if (possession.locked_until_ms != 0)
		return "locked-possession";
	return account.locked_until_ms != 0 ? "locked" : "locked-strangers";
}

static const char *
barred_by_lock(struct transaction *txn, const struct store_admission *admission)
{
	const struct policy *policy = &txn->engine->config->policy;
	const char *reason = lock_reason(&admission->lanes, store_lock_ms(txn->engine->store));

	if (strcmp(reason, "locked-possession") == 0)
		policy_rule(policy, P_POSSESSION_THRESHOLD, txn->rule, sizeof(txn->rule));
	else
		policy_held_rule(policy, R_LOCK_THRESHOLD, admission->kind, GUARD_NONE, 0,
				 txn->rule);
	return reason;
}

/* A lock adds nothing to what dooms an attempt anyway; too early is said of anybody. */
const char *
attempt_barred(struct transaction *txn, const struct store_admission *admission)
{
	if (admission->answer == THROTTLE_LOCKED && !txn->doomed)
		return barred_by_lock(txn, admission);
	if (admission->answer != THROTTLE_BACKOFF)
		return NULL;
	policy_rule(&txn->engine->config->policy, P_BACKOFF_CAP_S, txn->rule, sizeof(txn->rule));
	return "back-off";
}

const char *
account_doom(const struct account *account, int64_t wall_us)
{
	if (account == NULL)
		return "unknown-user";
	if (account->standing != STANDING_MANAGED)
		return "not-managed";
	if (account->state != ACCOUNT_ENABLED)
		return "disabled";
	if (account->valid_from_us != 0 && wall_us < account->valid_from_us)
		return "not-yet-valid";
	if (account->valid_until_us != 0 && wall_us >= account->valid_until_us)
		return "expired";
	return NULL;
}

void
attempt_judge(struct transaction *txn, const struct account *account,
	const struct credential *credentials, size_t n)
{
	const char *reason = account_doom(account, store_date_us(txn->engine->store));

	txn->known = account != NULL;
	txn->account = account != NULL ? account->id : 0;
	txn->asker.kind = account != NULL ? account->kind : ACCOUNT_GENERAL;
	if (txn->gateway.asks)
		gateway_account(txn, account, credentials, n);
	if (reason == NULL || txn->doomed)
		return;
	txn->doomed = true;
	txn->doomed_by_account = true;
	AUDIT_TEXT(txn->doom, reason);
}

void
attempt_admitted(struct transaction *txn, const struct account *account,
	const struct credential *credentials, size_t n)
{
	txn->reserved = true;
	txn->reserved_us = wf_clock_now(&txn->engine->clock).boot_us;
	attempt_judge(txn, account, credentials, n);
}

static enum txn_event
admitted(struct transaction *txn, const struct store_admission *admission)
{
	const struct store_reserve *reserve = &txn->job.u.reserve;

	txn->reserve_used = admission->reserve_used;
	attempt_admitted(txn, admission->found ? &reserve->account : NULL, reserve->credentials,
			 reserve->ncredentials);
	return TXN_ADMITTED;
}

/*
 * Refused for what was tried before, locked or too early, weighs on the source as a wrong answer
 * would: else what lock a name has could be told by the slowing (I5).  Like a wrong answer it does
 * so only for a peer that waits for it.
 */
static enum txn_event
locked(struct transaction *txn, const struct store_admission *admission)
{
	const char *reason = attempt_barred(txn, admission);

	if (reason != NULL)
		AUDIT_TEXT(txn->doom, reason);
	txn->doomed = true; /* evaluated against nothing: same work, the result is thrown away */
	txn->weighs = true; /* unless it is not evaluated: see on_verified() */
	return TXN_ADMITTED;
}

static enum txn_event
too_early(struct transaction *txn, const struct store_admission *admission)
{
	AUDIT_TEXT(txn->refused, attempt_barred(txn, admission));
	txn->weighs = txn->peer != NULL && !txn->told;
	return TXN_REFUSED;
}

static enum txn_event
full(struct transaction *txn, const struct store_admission *admission)
{
	(void)txn;
	(void)admission;
	return TXN_WAIT;
}

static enum txn_event (*const answers[])(struct transaction *, const struct store_admission *) = {
	[THROTTLE_ADMIT] = admitted,
	[THROTTLE_FULL] = full,
	[THROTTLE_BACKOFF] = too_early,
	[THROTTLE_LOCKED] = locked,
};

void
reserve_arrived(struct transaction *txn)
{
	const struct store_admission *admission = &txn->job.u.reserve.admission;

	if (txn->job.status != WF_OK) {
		AUDIT_TEXT(txn->reason, "store");
		txn_step(txn, TXN_FAILED);
		return;
	}
	txn_step(txn, answers[admission->answer](txn, admission));
}

void
attempt_forget(struct transaction *txn)
{
	const struct store_settle *settle = &txn->job.u.attempt.settle;

	if (!txn->ahead)
		return;
	txn->ahead = false;
	if (txn->doomed_by_account) {
		txn->doomed = false;
		txn->doomed_by_account = false;
		txn->doom[0] = '\0';
	}
	if (txn->noted)
		refusals_take_back(
			txn->engine->refusals, &settle->applied, settle->applied.class != 0);
	txn->noted = false;
	txn->text = WF_TEXT_NONE;
	txn->reason[0] = '\0';
}

/* Evaluated ahead, and then not settled: as if it came now, but for who is admitted. */
static void
go_the_long_way(struct transaction *txn)
{
	const struct store_admission *admission = &txn->job.u.attempt.admission;

	attempt_forget(txn);
	if (admission->answer == THROTTLE_ADMIT)
		txn_step(txn, TXN_UNSETTLED);
	else
		txn_step(txn, answers[admission->answer](txn, admission));
}

void
attempt_arrived(struct transaction *txn)
{
	const struct store_attempt *attempt = &txn->job.u.attempt;

	if (txn->job.status != WF_OK) {
		attempt_forget(txn);
		AUDIT_TEXT(txn->reason, "store");
		txn_step(txn, TXN_FAILED);
		return;
	}
	if (!attempt->settled) {
		go_the_long_way(txn);
		return;
	}
	verify_clear(&txn->verify);
	wf_secret_clear(&txn->gateway.answer);
	settle_done(txn, &attempt->settle);
}

void
on_unsettled(struct transaction *txn)
{
	txn_reserve(txn);
}

void
on_admitted(struct transaction *txn)
{
	verify_start(txn);
}

void
on_refused(struct transaction *txn)
{
	turn_end(txn);
	settle_refusal(txn, txn->refused);
}
