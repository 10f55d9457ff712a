/*
 * The account phase: may this account use this service now, and is the login covered by a
 * transaction that proved what the service demands?  A plain `publickey` login skips PAM's
 * authentication: this is where it is caught.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/engine/internal.h"

#define COVER_MS INT64_C(3600000) /* a transaction covers the login it began, for an hour at most */

/*
 * Kinds proved for this login, and when: by its own transaction, or, for sudo and the like whose
 * authentication was skipped by a time stamp, by the recorded login of the same user that they run
 * in.
 */
static void
completed_fill(
	struct policy_facts *facts, const struct errand *errand, const struct store_read *read)
{
	char place[STORE_PLACE_SIZE];

	asker_place(&errand->asker, place);
	if (read->txn_found && read->found && read->txn_account == read->account.id &&
	    read->txn_purpose == WF_PURPOSE_LOGIN && strcmp(read->txn_service, place) == 0 &&
	    read->txn_age_ms < COVER_MS) {
		facts->completed = read->txn_kinds;
		facts->completed_age_ms = read->txn_age_ms;
	} else if (read->session_found && strcmp(read->session_user, errand->asker.user) == 0) {
		facts->completed = read->session_kinds;
		facts->completed_age_ms = read->session_age_ms;
	}
}

static bool
observing(const struct errand *errand)
{
	return errand->engine->config->mode == MODE_OBSERVE;
}

static void
record(struct errand *errand, const struct policy_account_answer *answer, bool accepted)
{
	row_fill(&errand->row, errand->engine, &errand->asker, AUDIT_AUTH, "login");
	AUDIT_TEXT(errand->row.action, "account");
	row_outcome(&errand->row,
		observing(errand) ? AUDIT_NEUTRAL
		: accepted        ? AUDIT_SUCCESS
				  : AUDIT_FAILURE,
		answer->reason, answer->rule);
	if (accepted) {
		AUDIT_TEXT(errand->row.factors, "ssh-key");
		AUDIT_TEXT(errand->row.kinds, "possession");
	}
}

static void
answer_with(struct errand *errand, const struct policy_account_answer *answer)
{
	static const enum wf_text_id texts[WF_VERDICT_COUNT] = {
		[WF_VERDICT_REJECT] = WF_TEXT_REFUSED,
		[WF_VERDICT_EXPIRED] = WF_TEXT_REFUSED,
		[WF_VERDICT_CHANGE] = WF_TEXT_MUST_CHANGE,
	};
	bool observe = observing(errand);
	enum wf_verdict verdict = observe ? WF_VERDICT_IGNORE : answer->verdict;
	enum wf_text_id text_id = observe ? WF_TEXT_NONE : texts[answer->verdict];
	bool refused =
		answer->verdict == WF_VERDICT_REJECT || answer->verdict == WF_VERDICT_EXPIRED;
	bool by_key =
		answer->verdict == WF_VERDICT_ACCEPT && errand->account.kind == ACCOUNT_SERVICE;
	/* What went through the auth lines, where nobody was asked, has its row from there. */
	bool observed = observe && errand->has_txn;

	if (observed || (!refused && !by_key)) {
		errand_answer(errand, verdict, text_id);
		return;
	}
	record(errand, answer, by_key);
	errand_record(errand, verdict, text_id, refused);
}

static void
decide(struct errand *errand)
{
	const struct policy *policy = &errand->engine->config->policy;
	const struct store_read *read = &errand->job.u.read;
	const struct account *account = read->found ? &read->account : NULL;
	struct policy_account_answer answer;
	struct policy_facts facts;

	if (errand->job.status != WF_OK) {
		errand_unavailable(errand, "store");
		return;
	}
	asker_locate(&errand->asker, policy, read);
	facts_fill(&facts, &errand->asker, WF_PURPOSE_LOGIN, account);
	completed_fill(&facts, errand, read);
	if (account != NULL)
		facts.guard = account_guard(
			errand->engine->config, account, read->credentials, read->ncredentials);
	errand->grant = read->grant;
	grants_facts(errand->engine, &errand->asker, account, errand->grant, &facts);
	if (account != NULL)
		errand->account = *account;
	policy_account(policy, &facts, account, store_date_us(errand->engine->store), &answer);
	if (!errand->asker.trusted &&
		(account == NULL || account->uid != (int64_t)errand->asker.uid)) {
		answer.verdict = WF_VERDICT_REJECT;
		snprintf(answer.reason, sizeof(answer.reason), "not-own-account");
	}
	answer_with(errand, &answer);
}

void
account_phase(struct errand *errand)
{
	errand_read(errand, decide);
}
