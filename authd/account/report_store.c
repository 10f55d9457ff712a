/* What stands in the store, for the report: accounts, grants, sessions, findings, months. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/report.h"
#include "authd/account/settings.h"
#include "authd/account/upstream_of.h"

#define DAY_US (INT64_C(86400) * US_PER_S)
#define DORMANT_DAYS 90 /* where no document says a number */

/* --- accounts --- */

struct walk {
	struct reporting *reporting;
	int64_t date_us;
	const struct account *account;
	bool second; /* it has a second factor */
};

static struct report_held *
held_of(struct walk *walk)
{
	return &walk->reporting->store.accounts;
}

static wf_status
take_credential(void *ctx, const struct credential *credential)
{
	struct reporting *reporting = ctx;
	wf_status status = WF_OK;

	if (credential->state == CREDENTIAL_ACTIVE &&
		(credential->factor == FACTOR_TOTP || credential->factor == FACTOR_HOTP))
		status = report_set_add(&reporting->store.tokens, (uint64_t)credential->account_id);
	return status == WF_OK ? WF_OK : act_say_store(reporting->call, status, NULL);
}

/* An active token, or another server that knows its codes. */
static bool
has_second(const struct reporting *reporting, const struct account *account)
{
	return report_set_has(&reporting->store.tokens, (uint64_t)account->id) ||
	       account_upstream(&reporting->call->daemon->config->upstreams, account, NULL, 0,
		       KIND_POSSESSION) != NULL;
}

static void
count_password(struct walk *walk)
{
	const struct account *account = walk->account;
	const struct password_note *note = &account->password;
	const struct policy *policy = &walk->reporting->call->daemon->config->policy;
	struct report_held *held = held_of(walk);
	const enum rule_guard guard = policy_guard(policy, account->kind, walk->second);

	if (note->set_us == 0)
		return;
	held->passwords++;
	held->noted += note->length > 0;
	held->too_short += note->length > 0 &&
			   (int64_t)note->length <
				   policy_number_of(policy, R_PASSWORD_MIN, account->kind, guard);
	held->checkable += policy->leaks != NULL;
	held->leaks_checked += note->checked_us > 0;
	if (note->checked_us > 0 && (held->checked_us == 0 || note->checked_us < held->checked_us))
		held->checked_us = note->checked_us;
	if (held->oldest_us == 0 || note->set_us < held->oldest_us)
		held->oldest_us = note->set_us;
}

static void
count_enabled(struct walk *walk)
{
	const struct account *account = walk->account;
	struct report_held *held = held_of(walk);
	const int64_t seen_us =
		account->last_login_us > 0 ? account->last_login_us : account->created_us;

	held->enabled++;
	held->privileged += account->kind == ACCOUNT_PRIVILEGED;
	held->must_change += account->must_change;
	held->shared += account->shared;
	held->ending += account->valid_until_us > 0;
	held->over += account->valid_until_us > 0 && account->valid_until_us <= walk->date_us;
	held->dormant += walk->date_us - seen_us > held->dormant_days * DAY_US;
	held->wanting_second += account->kind != ACCOUNT_SERVICE;
	held->with_second += account->kind != ACCOUNT_SERVICE && walk->second;
	if (account->kind == ACCOUNT_PRIVILEGED)
		*(account->person[0] != '\0' ? &held->persons : &held->no_person) += 1;
	if (!report_is_default_id(account->name))
		return;
	if (held->default_ids++ == 0)
		(void)snprintf(held->default_id, sizeof(held->default_id), "%.64s", account->name);
}

static wf_status
take_account(void *ctx, const struct account *account)
{
	struct walk *walk = ctx;
	struct report_held *held = held_of(walk);
	wf_status status = WF_OK;

	walk->account = account;
	walk->second = has_second(walk->reporting, account);
	held->known++;
	held->exempt += account->standing == STANDING_EXEMPT;
	if (account->standing != STANDING_MANAGED)
		return WF_OK;
	held->accounts++;
	if (account->kind == ACCOUNT_PRIVILEGED)
		status = report_set_add_name(&walk->reporting->store.privileged, account->name);
	if (account->kind == ACCOUNT_SERVICE)
		status = report_set_add_name(&walk->reporting->store.services, account->name);
	if (status != WF_OK)
		return act_say_store(walk->reporting->call, status, NULL);
	if (account->state != ACCOUNT_ENABLED) {
		held->disabled++;
		return WF_OK;
	}
	count_enabled(walk);
	count_password(walk);
	return WF_OK;
}

static wf_status
read_accounts(struct reporting *reporting)
{
	const struct policy_held *dormant =
		policy_held_strictest(&reporting->call->daemon->config->policy, R_ACCOUNTS_DORMANT);
	struct walk walk = {
		.reporting = reporting, .date_us = store_date_us(reporting->call->daemon->store)};
	wf_status status;

	reporting->store.accounts.dormant_days =
		dormant->set && dormant->value > 0 ? dormant->value : DORMANT_DAYS;
	status = act_each_credential(reporting->call, 0, take_credential, reporting);
	report_set_sort(&reporting->store.tokens);
	if (status == WF_OK)
		status = act_each_account(reporting->call, 0, take_account, &walk);
	report_set_sort(&reporting->store.privileged);
	report_set_sort(&reporting->store.services);
	return status;
}

/* --- grants, sessions, findings, months --- */

static wf_status
take_grant(void *ctx, const struct grant *grant)
{
	struct reporting *reporting = ctx;
	struct report_grants *grants = &reporting->store.grants;

	grants->all++;
	grants->holding += act_grant_state(grant, store_date_us(reporting->call->daemon->store)) ==
			   GRANT_HOLDS;
	return WF_OK;
}

static wf_status
take_session(void *ctx, const struct store_session_entry *session)
{
	struct reporting *reporting = ctx;
	struct report_sessions *sessions = &reporting->store.sessions;
	const struct policy_held *longest =
		policy_held_strictest(&reporting->call->daemon->config->policy, R_SESSION_TIMEOUT);
	const int64_t age_us = store_date_us(reporting->call->daemon->store) - session->opened_us;

	sessions->open++;
	sessions->too_long += longest->set && age_us > longest->value * US_PER_S;
	if (sessions->oldest_us == 0 || session->opened_us < sessions->oldest_us)
		sessions->oldest_us = session->opened_us;
	return WF_OK;
}

static wf_status
take_incident(void *ctx, const struct incident *incident)
{
	struct reporting *reporting = ctx;
	struct report_incidents *incidents = &reporting->store.incidents;

	if (incident->opened_us < reporting->period.since_us ||
		incident->opened_us >= reporting->period.until_us)
		return WF_OK;
	incidents->found++;
	incidents->told += incident->told != 0;
	if (incident->closed_us == 0) {
		if (incidents->open++ == 0 || incident->opened_us < incidents->oldest_open_us) {
			incidents->oldest_open_us = incident->opened_us;
			incidents->oldest_open = (uint64_t)incident->id;
		}
		return WF_OK;
	}
	incidents->closed++;
	if (incident->closed_us < incidents->closed_us)
		return WF_OK;
	incidents->closed_us = incident->closed_us;
	(void)snprintf(
		incidents->closed_by, sizeof(incidents->closed_by), "%s", incident->closed_by);
	return WF_OK;
}

static wf_status
take_month(void *ctx, const struct store_month *month)
{
	struct reporting *reporting = ctx;

	reporting->store.months_removed += month->tombstone != 0;
	reporting->store.months_sealed += month->tombstone == 0 && month->run.last_seq != 0;
	return WF_OK;
}

wf_status
report_store_read(struct reporting *reporting)
{
	struct act_call *call = reporting->call;
	const struct store_view incidents = {.kind = VIEW_INCIDENTS, .result = -1};
	wf_status status = read_accounts(reporting);

	if (status == WF_OK)
		status = act_each_grant(call, NULL, true, take_grant, reporting);
	if (status == WF_OK)
		status = act_each_session(call, NULL, take_session, reporting);
	if (status == WF_OK)
		status = act_each_incident(call, &incidents, take_incident, reporting);
	if (status == WF_OK)
		status = act_each_month(call, take_month, reporting);
	if (status == WF_OK)
		status = review_due_read(call, reporting->period.since_us,
			reporting->period.until_us, &reporting->reviews);
	if (status == WF_OK)
		status = act_counts(call, &reporting->counts);
	if (status == WF_OK)
		status = duties_read(call, &reporting->duties);
	if (status == WF_OK)
		status = settings_read(call, &reporting->configuration);
	return status == WF_OK ? act_streams(call, &reporting->streams) : status;
}
