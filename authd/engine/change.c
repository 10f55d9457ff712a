/*
 * A new password.  Either a transaction with purpose CHANGE has proved the old one not longer than ten
 * minutes ago, or root sets somebody's: then it must be changed at first use.  Root of a host behind a relay is not
 * root here, and sets nobody's.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/engine/internal.h"
#include "common/i18n.h"

#define PROOF_MS INT64_C(600000)

static void
refuse(struct errand *errand, const char *reason)
{
	row_fill(&errand->row, errand->engine, &errand->asker, AUDIT_ADMIN, "password.change");
	row_outcome(&errand->row, AUDIT_FAILURE, reason, "");
	errand_record(errand, WF_VERDICT_REJECT, errand->text[0] != '\0' ? WF_TEXT_NONE : WF_TEXT_REFUSED, true);
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
	struct credential *credential = &errand->credential;
	size_t len = strlen(errand->hash);

	credential->account_id = errand->account.id;
	credential->factor = FACTOR_PASSWORD;
	credential->state = CREDENTIAL_ACTIVE;
	credential->created_us = wf_clock_now(&errand->engine->clock).wall_us;
	snprintf(credential->label, sizeof(credential->label), "password");
	memcpy(credential->secret, errand->hash, len + 1);
	credential->secret_len = len;
	errand->effects[0] = (struct effect){
		.kind = EFFECT_CREDENTIAL_VOID, .account_id = errand->account.id, .factor = FACTOR_PASSWORD
	};
	errand->effects[1] = (struct effect){
		.kind = EFFECT_CREDENTIAL_ADD, .account_id = errand->account.id, .credential = credential
	};
	errand->effects[2] = (struct effect){
		.kind = EFFECT_MUST_CHANGE, .account_id = errand->account.id, .value = must_change
	};
	return 3;
}

static size_t
fill_effects(struct errand *errand)
{
	size_t n = change_effects(errand, !errand->has_txn);

	if (!errand->has_txn)
		return n;
	errand->effects[n] = (struct effect){.kind = EFFECT_PROOF_USE, .blob_len = WF_TXN_LEN};
	memcpy(errand->effects[n].blob, errand->txn, WF_TXN_LEN);
	return n + 1;
}

static void
store_hash(struct errand *errand)
{
	struct store_admin *admin = &errand->job.u.admin;

	wf_secret_clear(&errand->secret);
	if (errand->work_status != WF_OK) {
		errand_unavailable(errand, "hash");
		return;
	}
	row_fill(&errand->row, errand->engine, &errand->asker, AUDIT_ADMIN, "password.change");
	row_outcome(&errand->row, AUDIT_SUCCESS, errand->has_txn ? "own" : "set-by-root", "");
	memset(&errand->job, 0, sizeof(errand->job));
	errand->job.kind = STORE_ADMIN;
	admin->effects = errand->effects;
	admin->neffects = fill_effects(errand);
	admin->rows = &errand->row;
	admin->nrows = 1;
	errand_submit(errand, changed);
}

void
change_hash(struct worker_job *job, void *scratch)
{
	struct errand *errand = job->ctx;

	errand->work_status = password_hash(&errand->secret, scratch, errand->hash, sizeof(errand->hash));
}

/*
 * A transaction's id is no secret: it proves something for the account's own uid and for root's programs, and for
 * one change alone (the store takes it away with it).
 */
static bool
proved(const struct errand *errand, const struct store_read *read)
{
	if (!errand->has_txn)
		return errand->asker.trusted && errand->asker.uid == 0 && errand->asker.host[0] == '\0';
	if (!errand->asker.trusted && (read->account.uid < 0 || (uid_t)read->account.uid != errand->asker.uid))
		return false;
	return read->txn_found && read->txn_account == read->account.id && read->txn_age_ms < PROOF_MS &&
	       asker_same_host(&errand->asker, read->txn_service) && read->txn_purpose == WF_PURPOSE_CHANGE;
}

static void
check(struct errand *errand)
{
	const struct policy *policy = &errand->engine->config->policy;
	const struct store_read *read = &errand->job.u.read;

	if (errand->job.status != WF_OK) {
		errand_unavailable(errand, "store");
		return;
	}
	asker_locate(&errand->asker, policy, read);
	if (!read->found || read->account.standing != STANDING_MANAGED || !proved(errand, read)) {
		refuse(errand, "not-proved");
		return;
	}
	errand->account = read->account;
	if (policy_password(policy, &errand->account, &errand->secret, errand->text, sizeof(errand->text)) != WF_OK) {
		refuse(errand, "password-rule");
		return;
	}
	errand->text[0] = '\0';
	errand_work(errand, change_hash, store_hash);
}

void
change_phase(struct errand *errand)
{
	errand_read(errand, check);
}
