/*
 * A new password.  Either a transaction with purpose CHANGE has proved the old one not longer than
 * ten minutes ago, or root sets somebody's: then it must be changed at first use.  Root of a host
 * behind a relay is not root here, and sets nobody's.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/engine/internal.h"
#include "common/fault.h"

#define PROOF_MS INT64_C(600000)

static void
refuse(struct errand *errand, const char *reason)
{
	row_fill(&errand->row, errand->engine, &errand->asker, AUDIT_ADMIN, "password.change");
	row_outcome(&errand->row, AUDIT_FAILURE, reason, "");
	errand_record(errand, WF_VERDICT_REJECT,
		errand->text[0] != '\0' ? WF_TEXT_NONE : WF_TEXT_REFUSED, true);
}

static void
changed(struct errand *errand)
{
	if (errand->has_txn && errand->job.status == WF_CONFLICT)
		refuse(errand, "not-proved"); /* another change was quicker */
	else if (errand->job.status != WF_OK)
		errand_unavailable(errand, "store");
	else
		errand_answer(errand, WF_VERDICT_ACCEPT, WF_TEXT_CHANGED);
}

size_t
change_effects(struct errand *errand, bool must_change)
{
	const struct policy *policy = &errand->engine->config->policy;
	int64_t id = errand->account.id;

	errand->effects[0] = (struct effect){.kind = EFFECT_PASSWORD_KEEP,
		.account_id = id,
		.value = policy_value(policy, P_PASSWORD_HISTORY)};
	errand->effects[1] = (struct effect){
		.kind = EFFECT_CREDENTIAL_VOID, .account_id = id, .factor = FACTOR_PASSWORD};
	errand->effects[2] = (struct effect){
		.kind = EFFECT_CREDENTIAL_ADD, .account_id = id, .credential = &errand->credential
	};
	errand->effects[3] =
		(struct effect){.kind = EFFECT_MUST_CHANGE, .account_id = id, .value = must_change};
	return 4;
}

/* A proof is worth one new password, or one comparison with those of other accounts. */
static struct effect
use_proof(const struct errand *errand)
{
	struct effect effect = {.kind = EFFECT_PROOF_USE, .blob_len = WF_TXN_LEN};

	memcpy(effect.blob, errand->txn, WF_TXN_LEN);
	return effect;
}

static size_t
fill_effects(struct errand *errand)
{
	size_t n = change_effects(errand, !errand->has_txn);

	if (errand->has_txn)
		errand->effects[n++] = use_proof(errand);
	return n;
}

static void
commit(struct errand *errand, size_t neffects, void (*step)(struct errand *errand))
{
	struct store_admin *admin = &errand->job.u.admin;

	memset(&errand->job, 0, sizeof(errand->job));
	errand->job.kind = STORE_ADMIN;
	admin->effects = errand->effects;
	admin->neffects = neffects;
	admin->rows = &errand->row;
	admin->nrows = 1;
	errand_submit(errand, step);
}

static void
reuse_recorded(struct errand *errand)
{
	if (errand->job.status == WF_OK)
		errand_answer(errand, WF_VERDICT_REJECT, WF_TEXT_NONE);
	else if (errand->job.status == WF_CONFLICT)
		refuse(errand, "not-proved");
	else
		errand_unavailable(errand, "store");
}

/*
 * It is another account's: the answer has told that, so its proof is gone and the row stands alone.
 */
static void
refuse_reuse(struct errand *errand)
{
	char rule[POLICY_RULE_SIZE];

	policy_unique_rule(&errand->engine->config->policy, rule);
	row_fill(&errand->row, errand->engine, &errand->asker, AUDIT_ADMIN, "password.change");
	row_outcome(&errand->row, AUDIT_FAILURE, errand->fresh.reason, rule);
	errand->effects[0] = use_proof(errand);
	commit(errand, 1, reuse_recorded);
}

static void
refuse_password(struct errand *errand)
{
	memcpy(errand->text, errand->fresh.why, sizeof(errand->text));
	if (errand->fresh.reused == HASH_PERSON)
		refuse_reuse(errand);
	else
		refuse(errand, errand->fresh.reason);
}

static void
judged(struct errand *errand)
{
	wf_secret_clear(&errand->secret);
	if (errand->work_status == WF_NO) {
		refuse_password(errand);
		return;
	}
	if (errand->work_status != WF_OK) {
		errand_unavailable(errand, "hash");
		return;
	}
	row_fill(&errand->row, errand->engine, &errand->asker, AUDIT_ADMIN, "password.change");
	row_outcome(&errand->row, AUDIT_SUCCESS, errand->has_txn ? "own" : "set-by-root", "");
	commit(errand, fill_effects(errand), changed);
}

void
change_judge(struct worker_job *job, void *scratch)
{
	struct errand *errand = job->ctx;

	errand->work_status = new_password_judge(&errand->fresh, scratch);
}

void
change_hash(struct worker_job *job, void *scratch)
{
	struct errand *errand = job->ctx;

	errand->work_status = new_password_make(&errand->fresh, scratch, &errand->credential);
}

void
change_judge_and_hash(struct worker_job *job, void *scratch)
{
	struct errand *errand = job->ctx;

	change_judge(job, scratch);
	if (errand->work_status == WF_OK)
		change_hash(job, scratch);
}

void
change_work(struct errand *errand, void (*run)(struct worker_job *job, void *scratch),
	void (*step)(struct errand *errand))
{
	const struct store_read *read = &errand->job.u.read;
	struct new_password *fresh = &errand->fresh;

	errand->keys = errand->engine->keys;
	fresh->policy = &errand->engine->config->policy;
	fresh->account = &errand->account;
	fresh->guard = account_guard(
		errand->engine->config, &errand->account, read->credentials, read->ncredentials);
	fresh->password = &errand->secret;
	fresh->language = errand->asker.language;
	fresh->hashes = errand->hashes;
	fresh->nhashes = read->nhashes;
	fresh->now_us = wf_clock_now(&errand->engine->clock).wall_us;
	errand_work(errand, run, step);
}

/*
 * A transaction's id is no secret: it proves something for the account's own uid and for root's
 * programs, and for one change alone (the store takes it away with it).
 */
static bool
proved(const struct errand *errand, const struct store_read *read)
{
	if (!errand->has_txn)
		return errand->asker.trusted && errand->asker.uid == 0 &&
		       errand->asker.host[0] == '\0';
	if (!errand->asker.trusted &&
		(read->account.uid < 0 || (uid_t)read->account.uid != errand->asker.uid))
		return false;
	return read->txn_found && read->txn_account == read->account.id &&
	       read->txn_age_ms < PROOF_MS && asker_same_host(&errand->asker, read->txn_service) &&
	       read->txn_purpose == WF_PURPOSE_CHANGE;
}

static void
check(struct errand *errand)
{
	const struct store_read *read = &errand->job.u.read;

	if (errand->job.status != WF_OK) {
		errand_unavailable(errand, "store");
		return;
	}
	asker_locate(&errand->asker, &errand->engine->config->policy, read);
	if (!read->found || read->account.standing != STANDING_MANAGED || !proved(errand, read)) {
		refuse(errand, "not-proved");
		return;
	}
	errand->account = read->account;
	change_work(errand, change_judge_and_hash, judged);
}

void
change_read(struct errand *errand, void (*step)(struct errand *errand))
{
	errand->hashes =
		wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(STORE_HASHES_MAX, sizeof(*errand->hashes));
	if (errand->hashes == NULL)
		errand_unavailable(errand, "no memory");
	else
		errand_read(errand, step);
}

/* Root, who sets somebody's, is not told what else that one has. */
void
change_phase(struct errand *errand)
{
	if (errand->has_txn)
		change_read(errand, check);
	else
		errand_read(errand, check);
}
