/*
 * From the factors' answers to one durable write: which lanes count, which effects apply, which
 * rows say so.  The store chooses between the applied and the conflict row inside the commit.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/engine/internal.h"

#define SLOWEST_MAX_MS 1000
#define LEFT "upstream-left" /* reason: another server's question was left open */

/* What all prompts together came to. */
struct outcome {
	enum store_outcome settle;
	enum audit_result result;
	enum wf_verdict verdict;
	char reason[48];
	bool count_account, count_possession;
};

struct sums {
	unsigned proved, failed, replayed, unsure; /* kinds */
	bool guessed; /* some check said no although the answer as a whole is unsure */
	const char *first_no, *first_unsure;
};

static void
sum_up(const struct transaction *txn, struct sums *sums_r)
{
	const struct verify *verify = &txn->verify;
	struct sums sums = {.proved = txn->gateway.proved};
	unsigned unasked = 0;

	for (size_t i = 0; i < verify->nprompts; i++) {
		const struct verify_result *one = &verify->results[i];
		unsigned kind = one->kind == KIND_NONE ? (unsigned)KIND_OTHER : (unsigned)one->kind;

		if (one->result.answer == FACTOR_YES) {
			sums.proved |= kind;
		} else if (one->result.replayed) {
			sums.replayed |= kind;
		} else if (upstream_unasked(txn, i)) {
			unasked |= kind;
		} else if (one->result.answer == FACTOR_UNSURE) {
			sums.unsure |= kind;
			sums.guessed = sums.guessed || one->result.guess;
			sums.first_unsure =
				sums.first_unsure == NULL ? one->result.reason : sums.first_unsure;
		} else {
			sums.failed |= kind;
			sums.first_no = sums.first_no == NULL ? one->result.reason : sums.first_no;
		}
	}
	if (sums.replayed == 0 && sums.unsure == 0) /* what was not asked is not right */
		sums.failed |= unasked;
	*sums_r = sums;
}

static struct outcome
outcome_wrong(const struct transaction *txn, const struct sums *sums)
{
	struct outcome outcome = {
		.settle = SETTLE_FAILURE,
		.result = AUDIT_FAILURE,
		.verdict = WF_VERDICT_REJECT,
		.count_account = true,
	};
	const char *reason = sums->first_no != NULL ? sums->first_no : "wrong-answer";

	outcome.count_possession =
		((sums->proved & KIND_KNOWLEDGE) != 0 || txn->demand.password_elsewhere) &&
		!txn->doomed;
	AUDIT_TEXT(outcome.reason, txn->doomed ? txn->doom : reason);
	return outcome;
}

/* One secret said no, another could not be checked: counted as a guess, told as UNAVAILABLE. */
static struct outcome
outcome_guessed(const struct transaction *txn, const struct sums *sums)
{
	struct outcome outcome = outcome_wrong(txn, sums);

	outcome.result = AUDIT_UNAVAILABLE;
	outcome.verdict = WF_VERDICT_UNAVAILABLE;
	AUDIT_TEXT(outcome.reason, sums->first_unsure);
	return outcome;
}

static struct outcome
outcome_right(const struct transaction *txn, const struct sums *sums)
{
	struct outcome outcome = {.result = AUDIT_SUCCESS, .verdict = WF_VERDICT_ACCEPT};
	bool several = (sums->proved & (sums->proved - 1)) != 0;

	outcome.settle = several ? SETTLE_SUCCESS : SETTLE_PARTIAL;
	AUDIT_TEXT(outcome.reason, "ok");
	if ((txn->peer != NULL && !txn->told) || txn->gateway.asks)
		return outcome; /* who comes through a gateway asks again, with the same key */
	outcome = (struct outcome){.settle = SETTLE_RELEASE,
		.result = AUDIT_FAILURE,
		.verdict = WF_VERDICT_REJECT,
		.reason = "abandoned"};
	return outcome;
}

static struct outcome
outcome_none(enum wf_verdict verdict, enum audit_result result, const char *reason)
{
	struct outcome outcome = {.settle = SETTLE_RELEASE, .result = result, .verdict = verdict};

	AUDIT_TEXT(outcome.reason, reason);
	return outcome;
}

/*
 * The password was right.  Nothing is written of it but that the code is awaited, or else that
 * nobody brought one.
 */
static struct outcome
outcome_first(void)
{
	return (struct outcome){.settle = SETTLE_CHALLENGE,
		.result = AUDIT_FAILURE,
		.verdict = WF_VERDICT_REJECT,
		.reason = "abandoned"};
}

/*
 * Another server wants to know more.  If nobody answers it the row says so, and it is counted for
 * possession: what was answered before may have been a guess, and was evaluated.  One at a token of
 * ours is known to be, and counts as any.
 */
static struct outcome
outcome_asked_back(const struct transaction *txn)
{
	struct outcome outcome = outcome_first();

	outcome.count_possession = true;
	outcome.count_account = txn->upstream.further.guessed;
	AUDIT_TEXT(outcome.reason, LEFT);
	return outcome;
}

/* The same over PAM, where nobody will answer any more. */
static struct outcome
outcome_left(const struct transaction *txn)
{
	struct outcome outcome = outcome_none(WF_VERDICT_UNAVAILABLE, AUDIT_FAILURE, "abandoned");

	/* it is us who end it, but a guess stays one */
	if (txn->engine->draining && !txn->upstream.further.guessed)
		return outcome;
	outcome.settle = SETTLE_FAILURE;
	outcome.count_possession = true;
	outcome.count_account = txn->upstream.further.guessed;
	AUDIT_TEXT(outcome.reason, LEFT);
	return outcome;
}

/*
 * Its question could not be asked, or its answer not be told: as free as one that is left open,
 * were it not counted.
 */
static struct outcome
outcome_unsure(const struct transaction *txn, const struct sums *sums)
{
	struct outcome outcome =
		outcome_none(WF_VERDICT_UNAVAILABLE, AUDIT_UNAVAILABLE, sums->first_unsure);

	if (!txn->upstream.undecided || txn->engine->draining)
		return outcome;
	outcome.settle = SETTLE_FAILURE;
	outcome.count_possession = true;
	return outcome;
}

/*
 * Nobody is let in by a first password.  Where the client can ask for another one it is a success
 * up to that; else nothing happens, and the code may be used for the change.
 */
static struct outcome
outcome_must_change(const struct transaction *txn, const struct sums *sums)
{
	struct outcome outcome;

	if (txn->round != ROUND_SECOND)
		return outcome_none(WF_VERDICT_REJECT, AUDIT_FAILURE, "must-change");
	outcome = outcome_right(txn, sums);
	outcome.verdict = WF_VERDICT_REJECT;
	AUDIT_TEXT(outcome.reason, "must-change");
	return outcome;
}

/* What the list of leaked passwords said, in whichever round. */
static enum store_leak
leak_of(const struct transaction *txn)
{
	return txn->verify.leak > txn->gateway.leak ? txn->verify.leak : txn->gateway.leak;
}

/* Of the right password, by whichever round; its length is 0 where none of ours was asked for. */
static const struct password_note *
note_of(const struct transaction *txn)
{
	return txn->verify.note.length > 0 ? &txn->verify.note : &txn->gateway.note;
}

/* Of a gateway's login; behind PAM the account phase asks for the change. */
static bool
must_change(const struct transaction *txn)
{
	return txn->gateway.asks && (txn->gateway.must_change || leak_of(txn) == STORE_LEAK_FOUND);
}

/*
 * Wrong beats unsure beats replayed beats right: a guess is counted even if another factor could
 * not be checked, and only all right is right.
 */
static struct outcome
decide(const struct transaction *txn)
{
	const struct verify *verify = &txn->verify;
	struct sums sums;

	if (verify->status == WF_EXPIRED)
		return outcome_none(WF_VERDICT_REJECT, AUDIT_FAILURE, "abandoned");
	if (verify->status != WF_OK)
		return outcome_none(WF_VERDICT_UNAVAILABLE, AUDIT_UNAVAILABLE, "overload");
	if (txn->upstream.left)
		return outcome_left(txn);
	if (txn->upstream.asked_back)
		return outcome_asked_back(txn);
	sum_up(txn, &sums);
	if (txn->doomed || sums.failed != 0)
		return outcome_wrong(txn, &sums);
	if (sums.guessed)
		return outcome_guessed(txn, &sums);
	if (sums.unsure != 0)
		return outcome_unsure(txn, &sums);
	if (sums.replayed != 0)
		return outcome_none(WF_VERDICT_REJECT, AUDIT_FAILURE, "replayed");
	if (txn->round == ROUND_FIRST)
		return outcome_first();
	if (!policy_satisfied(&txn->demand, sums.proved))
		return outcome_wrong(txn, &sums);
	return must_change(txn) ? outcome_must_change(txn, &sums) : outcome_right(txn, &sums);
}

struct kind_name {
	unsigned kind;
	const char *name;
};

static const struct kind_name kind_names[] = {{KIND_KNOWLEDGE, "knowledge"},
	{KIND_POSSESSION, "possession"}, {KIND_BIOMETRIC, "biometric"}, {KIND_OTHER, "other"}};

static void
append(char *text, size_t size, const char *word)
{
	size_t len = strlen(text);

	snprintf(text + len, size - len, "%s%s", len == 0 ? "" : "+", word);
}

/* "totp"; of another server with its name, "upstream:otp1". */
static const char *
name_of(const struct transaction *txn, size_t prompt, const struct factor_ops *ops, char *name,
	size_t size)
{
	if ((ops->flags & FACTOR_EGRESS) == 0)
		return ops->name;
	snprintf(name, size, "%s:%s", ops->name, txn->upstream.servers[prompt]);
	return name;
}

/*
 * The factors that were proved, by name, tag and kind; an address that counted is told, but is
 * nobody's answer.
 */
static void
name_factors(const struct transaction *txn, struct audit_row *row, unsigned *kinds_r)
{
	unsigned kinds = txn->gateway.proved, shown = KIND_NONE;
	char name[80];

	AUDIT_TEXT(row->factors, txn->gateway.factors);
	for (size_t i = 0; i < txn->verify.nprompts; i++) {
		const struct factor_ops *ops = factor_ops(txn->verify.results[i].factor);

		if (txn->verify.results[i].result.answer != FACTOR_YES || ops == NULL)
			continue;
		append(row->factors, sizeof(row->factors),
			name_of(txn, i, ops, name, sizeof(name)));
		kinds |= (unsigned)ops->kind;
	}
	if (row->result == AUDIT_SUCCESS && txn->demand.given != 0) {
		append(row->factors, sizeof(row->factors), "address");
		shown = txn->demand.given;
	}
	for (size_t i = 0; i < sizeof(kind_names) / sizeof(kind_names[0]); i++)
		if ((kinds | shown) & kind_names[i].kind)
			append(row->kinds, sizeof(row->kinds), kind_names[i].name);
	*kinds_r = kinds;
}

static void
fill_row(struct transaction *txn, struct audit_row *row, enum audit_result result,
	const char *reason)
{
	const char *note = txn->upstream.note;
	char detail[sizeof(row->detail) + sizeof(txn->upstream.note) + 32];

	row_fill(row, txn->engine, &txn->asker, AUDIT_AUTH,
		txn->purpose == WF_PURPOSE_CHANGE ? "password.prove" : "login");
	AUDIT_TEXT(row->action, "authenticate");
	AUDIT_TEXT(row->txn, txn->id_hex);
	row_outcome(row, result, reason, txn->rule);
	snprintf(detail, sizeof(detail), "%s%s%s%s", row->detail,
		txn->reserve_used ? "; reserve used" : "", note[0] != '\0' ? "; " : "", note);
	AUDIT_TEXT(row->detail, detail);
}

/*
 * Everything was right, but the password must be changed: it is known to whoever guesses, or a rule
 * of today asks for another one.
 */
static void
note_change(const struct transaction *txn, const struct outcome *outcome, struct audit_row *row)
{
	char detail[sizeof(row->detail) + POLICY_RULE_SIZE + 32];
	bool refused = strcmp(outcome->reason, "must-change") == 0;
	bool leaked = leak_of(txn) == STORE_LEAK_FOUND;
	char leak[POLICY_RULE_SIZE];
	const char *rule = leaked ? leak : txn->gateway.change_rule;

	policy_change_rule(&txn->engine->config->policy, CHANGE_ON_LEAK, leak);
	if (!refused && !(leaked && outcome->result == AUDIT_SUCCESS))
		return;
	snprintf(detail, sizeof(detail), "%s; change of password: %s", row->detail, rule);
	AUDIT_TEXT(row->detail, detail);
}

static void
fill_login_effects(const struct transaction *txn, struct store_settle *settle)
{
	int64_t now_us = wf_clock_now(&txn->engine->clock).wall_us;
	enum store_leak leak = leak_of(txn);
	const struct password_note *note = note_of(txn);
	char rule[POLICY_RULE_SIZE];
	struct effect *effect;

	settle->effects[settle->neffects++] = (struct effect){
		.kind = EFFECT_LAST_LOGIN,
		.account_id = txn->account,
		.value = now_us,
		.value2 = leak == STORE_LEAK_UNKNOWN ? 0 : now_us,
	};
	if (note->length > 0)
		settle->effects[settle->neffects++] = (struct effect){.kind = EFFECT_PASSWORD_NOTE,
			.account_id = txn->account,
			.value = note->length,
			.value2 = note->classes};
	if (leak != STORE_LEAK_FOUND)
		return;
	effect = &settle->effects[settle->neffects++];
	*effect =
		(struct effect){.kind = EFFECT_MUST_CHANGE, .account_id = txn->account, .value = 1};
	policy_change_rule(&txn->engine->config->policy, CHANGE_ON_LEAK, rule);
	snprintf(effect->text, sizeof(effect->text), "%.63s", rule);
}

static void
fill_effects(struct transaction *txn, struct store_settle *settle)
{
	_Static_assert(POLICY_PROMPTS_MAX * sizeof(((struct factor_result *)0)->effects) /
					       sizeof(struct effect) +
				       4 <=
			       STORE_EFFECTS_MAX,
		"an effect that is left out lets a code be used again");
	for (size_t i = 0; i < txn->verify.nprompts; i++) {
		const struct factor_result *result = &txn->verify.results[i].result;

		for (size_t k = 0; k < result->neffects; k++)
			settle->effects[settle->neffects++] = result->effects[k];
	}
	if (txn->purpose != WF_PURPOSE_LOGIN)
		return;
	grants_use(txn->engine, txn->grant, txn->account, settle->effects, &settle->neffects);
	fill_login_effects(txn, settle);
}

static void
fill_rows(struct transaction *txn, struct store_settle *settle, const struct outcome *outcome)
{
	const struct policy *policy = &txn->engine->config->policy;

	fill_row(txn, &settle->applied, outcome->result, outcome->reason);
	note_change(txn, outcome, &settle->applied);
	name_factors(txn, &settle->applied, &settle->kinds);
	settle->conflict = settle->applied;
	row_outcome(&settle->conflict, AUDIT_FAILURE, "replayed", txn->rule);
	row_fill(&settle->locked, txn->engine, &txn->asker, AUDIT_FINDING, "lock");
	AUDIT_TEXT(settle->locked.txn, txn->id_hex);
	row_outcome(&settle->locked, AUDIT_NEUTRAL, "threshold", "");
	policy_held_rule(
		policy, R_LOCK_THRESHOLD, txn->asker.kind, GUARD_NONE, 0, settle->locked.rule);
	if (txn->known && !txn->shadow && txn->verify.status == WF_OK)
		return;
	/*
	 * Names without account, and what was doomed from the start: gathered, and their locks are
	 * no finding.  What was admitted and never evaluated is gathered, too: it cost the peer
	 * nothing.
	 */
	txn->noted = true;
	if (!refusals_note(
		    txn->engine->refusals, &settle->applied, refusal_kind(&txn->asker, txn->known)))
		settle->applied.class = 0;
	settle->locked.class = 0;
}

static void
fill_settle(struct transaction *txn, struct store_settle *settle, const struct outcome *outcome)
{
	memcpy(settle->txn, txn->id, WF_TXN_LEN);
	settle->outcome = outcome->settle;
	settle->count[LANE_ACCOUNT] = outcome->count_account;
	settle->count[LANE_POSSESSION] = outcome->count_possession;
	/* who leaves a question open, or is cut off, weighs on no source: only failures that are
	 * known slow one down, and the lock does not rest on it */
	settle->count[LANE_SOURCE] = outcome->count_account && outcome->settle != SETTLE_CHALLENGE;
	settle->account = txn->account;
	settle->purpose = txn->purpose;
	asker_place(&txn->asker, settle->service);
	settle->has_idempotency =
		txn->has_idempotency && txn->verify.status == WF_OK &&
		(outcome->verdict != WF_VERDICT_UNAVAILABLE || txn->upstream.undecided);
	settle->challenged = (txn->round == ROUND_FIRST || txn->upstream.asked_back) &&
			     outcome->verdict == WF_VERDICT_REJECT;
	if (txn->upstream.asked_back)
		settle->further = txn->upstream.further;
	settle->challenge_ms =
		policy_value(&txn->engine->config->policy, P_PERSON_DEADLINE_S) * 1000;
	settle->leak = txn->verify.leak;
	settle->note = txn->verify.note;
	memcpy(settle->idempotency, txn->idempotency, sizeof(settle->idempotency));
	settle->verdict = outcome->verdict;
	settle->verdict_conflict = WF_VERDICT_REJECT;
	if (outcome->settle == SETTLE_SUCCESS || outcome->settle == SETTLE_PARTIAL)
		fill_effects(txn, settle);
	fill_rows(txn, settle, outcome);
	AUDIT_TEXT(settle->factors, settle->applied.factors);
}

/*
 * A machine that was asleep or busy says nothing of the hashes: past the bound it is not believed.
 */
static void
note_elapsed(struct engine *engine, int64_t elapsed_us)
{
	int64_t elapsed_ms = elapsed_us / 1000;
	uint32_t ms = elapsed_ms < SLOWEST_MAX_MS ? (uint32_t)elapsed_ms : SLOWEST_MAX_MS;

	if (ms > engine->slowest_hash_ms)
		engine->slowest_hash_ms = ms;
}

void
settle_measured(struct transaction *txn)
{
	note_elapsed(txn->engine, txn->verify.elapsed_us);
	if (txn->ticket.state == TICKET_RUNS)
		admission_measured(txn->engine->admission, txn->verify.elapsed_us);
	turn_end(txn);
	grid_note_hash(txn->engine, txn->verify.thread_us);
}

/* The job that will say it: of what is reserved, or of what the same commit admits. */
static struct store_settle *
settle_begin(struct transaction *txn)
{
	struct store_attempt *attempt = &txn->job.u.attempt;
	struct store_seen seen = {.found = false}; /* a shadow has no account */

	if (!txn->ahead) {
		store_job_init(&txn->job, STORE_SETTLE);
		return &txn->job.u.settle;
	}
	if (!txn->shadow)
		store_see(&txn->job.u.read, &seen);
	verify_clear_credentials(&txn->verify); /* they are where the job comes */
	store_job_init(&txn->job, STORE_ATTEMPT);
	attempt->seen = seen;
	return &attempt->settle;
}

/* Locked: evaluated against nothing and without a reservation; a refusal, not an attempt. */
void
on_verified(struct transaction *txn)
{
	struct store_settle *settle;
	struct outcome outcome;

	if (!txn->reserved && !txn->ahead) {
		txn->weighs = txn->weighs && txn->verify.status == WF_OK;
		settle_refusal(txn, txn->doom);
		return;
	}
	outcome = decide(txn);
	settle = settle_begin(txn);
	if ((txn->ahead && admission_fill(txn, &txn->job.u.attempt.admission) != WF_OK) ||
	    lanes_fill(txn->engine, &txn->asker, txn->shadow, &settle->lanes) != WF_OK) {
		txn_step(txn, TXN_FAILED);
		return;
	}
	fill_settle(txn, settle, &outcome);
	settle->source_weight = source_weight(txn->engine, &settle->lanes);
	if (strcmp(outcome.reason, "must-change") == 0)
		txn->text = WF_TEXT_MUST_CHANGE;
	AUDIT_TEXT(txn->reason, outcome.reason);
	txn_submit(txn);
}

static enum audit_result
refusal_result(enum wf_verdict verdict)
{
	static const enum audit_result results[WF_VERDICT_COUNT] = {
		[WF_VERDICT_REJECT] = AUDIT_FAILURE, [WF_VERDICT_ACCEPT] = AUDIT_FAILURE,
		[WF_VERDICT_UNAVAILABLE] = AUDIT_UNAVAILABLE, [WF_VERDICT_IGNORE] = AUDIT_NEUTRAL,
		[WF_VERDICT_CHANGE] = AUDIT_FAILURE, [WF_VERDICT_EXPIRED] = AUDIT_FAILURE,
	};

	return results[verdict];
}

/*
 * What is to be written of a refusal: its row, if it is not gathered, and its weight; with that the
 * verdict, so that the same request weighs once.
 */
static void
submit_refusal(struct transaction *txn)
{
	struct store_settle *settle = &txn->job.u.settle;

	store_job_init(&txn->job, STORE_SETTLE);
	if (lanes_fill(txn->engine, &txn->asker, txn->shadow, &settle->lanes) != WF_OK) {
		txn_step(txn, TXN_FAILED);
		return;
	}
	settle->outcome = SETTLE_REFUSED;
	settle->count[LANE_SOURCE] = txn->weighs;
	settle->source_weight = source_weight(txn->engine, &settle->lanes);
	/* of a first round the STATE is remembered instead: see repeats.c */
	settle->has_idempotency =
		txn->weighs && txn->has_idempotency && txn->round != ROUND_FIRST;
	memcpy(settle->idempotency, txn->idempotency, sizeof(settle->idempotency));
	settle->verdict = txn->verdict;
	if (txn->unwritten)
		settle->applied = txn->refusal;
	txn_submit(txn);
}

/* A refusal before evaluation: its row is written now, or counted for the end of the minute. */
void
settle_refusal(struct transaction *txn, const char *reason)
{
	struct audit_row *row = &txn->refusal;

	if (txn->round == ROUND_FIRST && txn->verdict == WF_VERDICT_REJECT)
		repeats_refused(txn);
	fill_row(txn, row, refusal_result(txn->verdict), reason);
	AUDIT_TEXT(txn->reason, reason);
	txn->unwritten =
		refusals_note(txn->engine->refusals, row, refusal_kind(&txn->asker, txn->known));
	if (txn->unwritten || txn->weighs)
		submit_refusal(txn);
	else
		txn_step(txn, TXN_SETTLED);
}

/*
 * Everything was proved and is committed; too many at once: he is refused with the text that says
 * why.  What fails for any other cause is no refusal (I4).
 */
static void
force_change(struct transaction *txn, const struct store_settle *settle)
{
	wf_status status;

	if (settle->outcome != SETTLE_SUCCESS && settle->outcome != SETTLE_PARTIAL)
		return;
	if (!must_change(txn) || !settle->was_applied)
		return;
	status = forced_begin(txn, &settle->applied, txn->gateway.forced_id);
	txn->gateway.forced = status == WF_OK;
	if (status != WF_OK && status != WF_FULL)
		txn->verdict = WF_VERDICT_UNAVAILABLE;
}

static void
note_weight(const struct transaction *txn, const struct store_settle *settle)
{
	if (settle->count[LANE_SOURCE])
		source_failed(txn->engine, &settle->lanes);
}

void
settle_done(struct transaction *txn, const struct store_settle *settle)
{
	txn->verdict = settle->was_applied ? settle->verdict : settle->verdict_conflict;
	if (txn->verdict == WF_VERDICT_ACCEPT)
		turns_succeeded(txn);
	note_weight(txn, settle);
	force_change(txn, settle);
	waiting_retry(txn->engine, txn->asker.user, settle->lock_set ? SIZE_MAX : 16);
	txn_step(txn, TXN_SETTLED);
}

void
settle_arrived(struct transaction *txn)
{
	const struct store_settle *settle = &txn->job.u.settle;

	if (txn->job.status != WF_OK) {
		AUDIT_TEXT(txn->reason, "store");
		txn_step(txn, TXN_FAILED);
		return;
	}
	txn->unwritten = false;
	if (settle->outcome != SETTLE_REFUSED) {
		settle_done(txn, settle);
		return;
	}
	note_weight(txn, settle);
	txn_step(txn, TXN_SETTLED);
}
