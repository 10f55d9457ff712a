/* The account that an act is about: what is known of it, and who may change it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"
#include "authd/account/upstream_of.h"

#define PROOF_MS 300000

static const enum throttle_lane which[] = {LANE_ACCOUNT, LANE_POSSESSION};

static wf_status
fill_lanes(struct act_call *call, const char *user, struct store_lanes *lanes)
{

	for (size_t i = 0; i < COUNT_OF(which); i++) {
		wf_status status =
			account_lane_key(call->daemon->keys, which[i], user, lanes->states[i].key);

		if (status != WF_OK)
			return status;
		lanes->states[i].lane = which[i];
	}
	lanes->n = COUNT_OF(which);
	return WF_OK;
}

/* As it counts at this moment: an ended lock or window has gone. */
static struct throttle_state
lane_now(const struct act_call *call, const struct store_read *read, enum throttle_lane lane)
{
	struct throttle_limit limit;

	account_lane_limit(&call->daemon->config->policy, lane, read->account.kind, &limit);
	return throttle_current(&read->lanes.states[lane], &limit, read->lock_ms);
}

static void
take(const struct act_call *call, const struct store_read *read, struct act_subject *subject_r)
{
	subject_r->account = read->account;
	subject_r->n = 0;
	for (size_t i = 0; i < read->ncredentials; i++)
		if (read->credentials[i].state != CREDENTIAL_VOID)
			subject_r->credentials[subject_r->n++] = read->credentials[i];
	subject_r->lock_ms = read->lock_ms;
	subject_r->reserve_uses = read->reserve_uses;
	subject_r->account_lane = lane_now(call, read, LANE_ACCOUNT);
	subject_r->possession_lane = lane_now(call, read, LANE_POSSESSION);
	subject_r->wall_us = wf_clock_now(&call->daemon->clock).wall_us;
}

wf_status
act_subject_read(struct act_call *call, const char *user, struct act_subject *subject_r)
{
	struct store_job job = {.kind = STORE_READ};
	wf_status status = fill_lanes(call, user, &job.u.read.lanes);

	job.u.read.name = user;
	job.u.read.uid = -1;
	job.u.read.uses_wanted = true;
	if (status == WF_OK)
		status = store_run(call->daemon->store, &job);
	if (status != WF_OK)
		return act_say_store(
			call, status == WF_NOT_FOUND ? WF_UNAVAILABLE : status, job.cause);
	if (!job.u.read.found)
		return WF_NOT_FOUND;
	take(call, &job.u.read, subject_r);
	return WF_OK;
}

wf_status
act_subject(struct act_call *call, struct act_subject *subject_r)
{
	const char *user = act_arg(call, "user");
	wf_status status = act_subject_read(call, user, subject_r);

	if (status == WF_NOT_FOUND)
		return act_say(call, status,
			_("There is no account '%s'; 'warifu user list' shows all."), user);
	return status;
}

wf_status
act_subject_to_change(struct act_call *call, struct act_subject *subject_r)
{
	wf_status status = act_subject(call, subject_r);
	const struct account *account = &subject_r->account;

	if (status != WF_OK || call->self || call->role >= ROLE_ADMINISTRATOR)
		return status;
	if (account->kind == ACCOUNT_PRIVILEGED)
		return act_say(call, WF_DENIED,
			_("'%s' is a privileged account: only an administrator may do this."),
			account->name);
	if (account->uid >= 0 && (uid_t)account->uid == call->peer.uid)
		return act_say(call, WF_DENIED,
			_("'%s' is your own account: use 'passwd' for the password, and ask a "
			  "colleague for the rest."),
			account->name);
	return WF_OK;
}

void
act_proof_id(const struct act_call *call, uint8_t txn_r[WF_TXN_LEN])
{
	const char *hex = act_arg(call, "txn");

	for (size_t i = 0; i < WF_TXN_LEN; i++) {
		unsigned byte = 0;

		(void)sscanf(hex + 2 * i, "%2x", &byte);
		txn_r[i] = (uint8_t)byte;
	}
}

/*
 * The proof is a transaction of the service that only the CLI's own prompt uses, so that a login's
 * transaction, whose id stands in every environment, proves nothing here.
 */
static bool
proves(const struct act_call *call, const struct store_read *read)
{
	const unsigned both = KIND_KNOWLEDGE | KIND_POSSESSION;

	return read->found && read->txn_found && read->txn_account == read->account.id &&
	       read->account.uid >= 0 && (uid_t)read->account.uid == call->peer.uid &&
	       read->account.state == ACCOUNT_ENABLED &&
	       read->account.standing == STANDING_MANAGED &&
	       read->txn_purpose == WF_PURPOSE_LOGIN &&
	       strcmp(read->txn_service, WF_PROOF_SERVICE) == 0 &&
	       (read->txn_kinds & both) == both && read->txn_age_ms < PROOF_MS;
}

wf_status
act_prove(struct act_call *call, bool *self_r)
{
	struct store_job job = {.kind = STORE_READ};
	wf_status status;

	job.u.read.name = act_arg(call, "user");
	job.u.read.uid = -1;
	job.u.read.has_txn = true;
	act_proof_id(call, job.u.read.txn);
	status = store_run(call->daemon->store, &job);
	if (status != WF_OK)
		return act_say_store(call, status, job.cause);
	if (!proves(call, &job.u.read))
		return act_say(call, WF_DENIED,
			_("This proof does not count (any more): enter password and code again, "
			  "for your own account."));
	*self_r = true;
	return WF_OK;
}

bool
act_lane_locked(const struct throttle_state *lane, int64_t lock_ms)
{
	return lane->locked_until_ms > lock_ms;
}

bool
act_lane_locked_to_strangers(const struct throttle_state *lane, int64_t lock_ms)
{
	return !act_lane_locked(lane, lock_ms) && lane->strangers_until_ms > lock_ms;
}

const char *
act_factor_name(enum factor_id factor)
{
	const struct factor_ops *ops = factor_ops(factor);

	return ops != NULL ? ops->name : "";
}

static bool
has_active(const struct act_subject *subject, enum factor_id factor)
{
	for (size_t i = 0; i < subject->n; i++)
		if (subject->credentials[i].factor == factor &&
			subject->credentials[i].state == CREDENTIAL_ACTIVE)
			return true;
	return false;
}

/* "totp", "upstream:otp1"; what does not fit is cut. */
static void
add_factor(enum factor_id factor, const char *server, char *text, size_t size)
{
	size_t len = strlen(text);

	(void)snprintf(text + len, size - len, "%s%s%s%s", len > 0 ? "+" : "",
		act_factor_name(factor), server[0] != '\0' ? ":" : "", server);
}

void
act_factors(
	const struct act_call *call, const struct act_subject *subject, char *text_r, size_t size)
{
	text_r[0] = '\0';
	for (int id = FACTOR_NONE + 1; id < FACTOR_ID_COUNT; id++) {
		enum factor_id factor = (enum factor_id)id;
		const struct factor_ops *ops = factor_ops(factor);
		const struct config_upstream *section = NULL;

		if (ops != NULL && (ops->flags & FACTOR_EGRESS) != 0)
			section = account_upstream(&call->daemon->config->upstreams,
				&subject->account, subject->credentials, subject->n, ops->kind);
		if (section != NULL || has_active(subject, factor))
			add_factor(factor, section != NULL ? section->name : "", text_r, size);
	}
}

bool
act_subject_rules(const struct act_subject *subject)
{
	const struct account *account = &subject->account;

	return account->kind == ACCOUNT_PRIVILEGED && account->state == ACCOUNT_ENABLED &&
	       account->standing == STANDING_MANAGED && has_active(subject, FACTOR_PASSWORD) &&
	       (has_active(subject, FACTOR_TOTP) || has_active(subject, FACTOR_HOTP));
}

struct ruler_search {
	struct act_call *call;
	int64_t except;
	bool found;
};

static wf_status
visit_account(void *ctx, const struct account *account)
{
	struct ruler_search *search = ctx;
	struct act_subject subject = {.account.id = 0};
	wf_status status;

	if (account->kind != ACCOUNT_PRIVILEGED || account->id == search->except)
		return WF_OK;
	status = act_subject_read(search->call, account->name, &subject);
	if (status == WF_NOT_FOUND) /* removed meanwhile */
		return WF_OK;
	if (status != WF_OK)
		return status;
	search->found = act_subject_rules(&subject);
	return search->found ? WF_NO : WF_OK;
}

wf_status
act_ruler_exists(struct act_call *call, int64_t except, bool *yes_r)
{
	struct ruler_search search = {.call = call, .except = except};
	wf_status status = act_each_account(call, 0, visit_account, &search);

	if (status == WF_OK)
		*yes_r = search.found;
	return status;
}

wf_status
act_not_last_ruler(struct act_call *call, const struct act_subject *subject)
{
	bool other = false;
	wf_status status;

	if (!act_subject_rules(subject))
		return WF_OK;
	status = act_ruler_exists(call, subject->account.id, &other);
	if (status != WF_OK || other)
		return status;
	return act_say(call, WF_CONFLICT,
		_("'%s' is the last enabled privileged account with a token: give another one a "
		  "token first."),
		subject->account.name);
}
