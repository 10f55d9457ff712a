/*
 * What `warifu doctor` says of accounts and credentials: one pass over all of them, then a check
 * for each thing to be said.  Reads only.
 */
#include "config.h"

#include "authd/account/doctor.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/upstream_of.h"
#include "authd/policy/policy_words.h"

#define LEAK_DAYS 91 /* a quarter */
#define DAY_US (86400 * US_PER_S)
#define CODES_LOW 3

static unsigned
count_kinds(const struct config *config, const struct act_subject *subject)
{
	unsigned kinds = account_upstream_kinds(
		&config->upstreams, &subject->account, subject->credentials, subject->n);
	unsigned n = 0;

	for (size_t i = 0; i < subject->n; i++) {
		const struct factor_ops *ops = factor_ops(subject->credentials[i].factor);

		if (ops != NULL && subject->credentials[i].state == CREDENTIAL_ACTIVE)
			kinds |= (unsigned)ops->kind;
	}
	for (; kinds != 0; kinds &= kinds - 1)
		n++;
	return n;
}

static void
found_add(struct doctor_found *found, const char *name)
{
	const size_t len = strlen(found->names);
	const char *comma = len > 0 ? ", " : "";

	found->n++;
	if (len + strlen(comma) + strlen(name) < sizeof(found->names))
		(void)snprintf(
			found->names + len, sizeof(found->names) - len, "%s%s", comma, name);
	else
		found->more = true;
}

/* What stands behind the names that had room. */
static const char *
found_more(const struct doctor_found *found)
{
	return found->more ? "..." : "";
}

static bool
is_live(const struct account *account)
{
	return account->standing == STANDING_MANAGED && account->state == ACCOUNT_ENABLED;
}

static wf_status
tally_kinds(struct report *report, const struct account *account)
{
	const int64_t wanted = policy_kinds(&report->call->daemon->config->policy);
	struct act_subject subject;
	wf_status status;

	if (!is_live(account) || account->kind == ACCOUNT_SERVICE)
		return WF_OK;
	status = act_subject_read(report->call, account->name, &subject);
	if (status == WF_OK &&
		(int64_t)count_kinds(report->call->daemon->config, &subject) < wanted)
		found_add(&report->tally.unable, account->name);
	return status == WF_NOT_FOUND ? WF_OK : status; /* removed meanwhile */
}

static void
tally_name(struct report *report, const struct account *account)
{
	const struct policy *policy = &report->call->daemon->config->policy;
	struct doctor_tally *tally = &report->tally;

	if (account->state != ACCOUNT_ENABLED || account->standing == STANDING_REFUSED)
		return;
	if (policy_name_forbidden(policy, account->name, account->kind, tally->forbidden.rule))
		found_add(&tally->forbidden, account->name);
	else if (policy_default_id_refused(policy, account, tally->brought.rule))
		found_add(&tally->brought, account->name);
}

static wf_status
count_account(void *ctx, const struct account *account)
{
	size_t *n = ctx;

	(void)account;
	(*n)++;
	return WF_OK;
}

/* C-20: whose it is has to be said, of his other accounts too, or it is compared with nothing. */
static wf_status
tally_person(struct report *report, const struct account *account)
{
	const struct policy *policy = &report->call->daemon->config->policy;
	struct doctor_tally *tally = &report->tally;
	size_t n = 0;
	wf_status status;

	if (!is_live(account) || account->kind != ACCOUNT_PRIVILEGED ||
		!policy_unique_demanded(policy, account->kind, tally->nobodys.rule))
		return WF_OK;
	if (account->person[0] == '\0') {
		found_add(&tally->nobodys, account->name);
		return WF_OK;
	}
	status = act_each_of_person(report->call, account->person, count_account, &n);
	if (status == WF_OK && n < 2)
		found_add(&tally->alone, account->name);
	return status;
}

/* How long a password may go without being looked up (ISAC-3.2.7a). */
static int64_t
leak_days(const struct policy *policy)
{
	const struct policy_held *held = policy_held_strictest(policy, R_PASSWORD_LEAK_CHECK);

	return held->set && held->value > 0 ? held->value : LEAK_DAYS;
}

static void
tally_password(struct report *report, const struct account *account)
{
	struct doctor_tally *tally = &report->tally;
	const int64_t age_us = tally->now_us - account->password.checked_us;
	const int64_t days = leak_days(&report->call->daemon->config->policy);

	if (is_live(account) && account->password.set_us != 0 && age_us > days * DAY_US)
		found_add(&tally->unchecked, account->name);
}

static wf_status
tally_account(void *ctx, const struct account *account)
{
	struct report *report = ctx;
	struct doctor_tally *tally = &report->tally;
	wf_status status;

	if (account->standing == STANDING_EXEMPT) {
		tally->exempt++;
		tally->ended += account->standing_until_us <= tally->now_us;
	}
	tally_name(report, account);
	tally_password(report, account);
	status = tally_person(report, account);
	return status == WF_OK ? tally_kinds(report, account) : status;
}

static wf_status
tally_credential(void *ctx, const struct credential *credential)
{
	struct doctor_tally *tally = ctx;
	const bool live = credential->state != CREDENTIAL_VOID;

	if (live && (credential->factor == FACTOR_TOTP || credential->factor == FACTOR_HOTP))
		tally->stale += credential->key_id != tally->key_id;
	if (live && credential->factor == FACTOR_RECOVERY)
		tally->few_codes += credential->remaining < CODES_LOW;
	return WF_OK;
}

wf_status
doctor_tally(struct report *report)
{
	wf_status status;

	report->tally.now_us = wf_clock_now(&report->call->daemon->clock).wall_us;
	report->tally.key_id = keyring_current(report->call->daemon->keys);
	status = act_each_account(report->call, 0, tally_account, report);
	if (status == WF_OK)
		status = act_each_credential(report->call, 0, tally_credential, &report->tally);
	return status;
}

enum level
doctor_accounts(struct report *report)
{
	if (report->tally.ended > 0)
		return TELL(report, WARN,
			_("Exemptions that have ended: %zu. These users are refused now: see "
			  "'warifu user list'."),
			report->tally.ended);
	if (!report->health.ruler)
		return TELL(report, WARN, "%s",
			_("There is no enabled privileged account with password and token yet: run "
			  "'warifu init'."));
	return TELL(report, OK, _("Accounts: %llu; locked: %llu; exempt: %zu."),
		(unsigned long long)report->health.counts.accounts,
		(unsigned long long)report->health.counts.locked, report->tally.exempt);
}

enum level
doctor_names(struct report *report)
{
	const struct doctor_found *forbidden = &report->tally.forbidden;
	const struct doctor_found *brought = &report->tally.brought;
	const bool by_two = (policy_members_of(&report->call->daemon->config->policy,
				     R_ACCOUNTS_DEFAULT_IDS, ACCOUNT_GENERAL, GUARD_NONE) &
				    DEFAULT_ID_MFA) != 0;

	if (forbidden->n > 0)
		return TELL(report, WARN,
			_("Accounts with a name that may not be: %zu (%s%s; %s). They are refused "
			  "at every login: disable or remove them."),
			forbidden->n, forbidden->names, found_more(forbidden), forbidden->rule);
	if (brought->n > 0)
		return TELL(report, WARN,
			by_two ? _("Accounts that a product brings along: %zu (%s%s; %s). They are "
				   "refused where fewer than two kinds are demanded: disable or "
				   "remove them.")
			       : _("Accounts that a product brings along: %zu (%s%s; %s). They are "
				   "refused at every login: disable or remove them."),
			brought->n, brought->names, found_more(brought), brought->rule);
	return TELL(report, OK, "%s", _("No account has a name that documents refuse."));
}

enum level
doctor_persons(struct report *report)
{
	const struct doctor_tally *tally = &report->tally;
	const struct doctor_found *nobodys = &tally->nobodys;
	char rule[POLICY_RULE_SIZE];

	if (nobodys->n > 0)
		return TELL(report, WARN,
			_("Privileged accounts that do not say whose they are: %zu (%s%s). Their "
			  "passwords are compared with no others of that person (%s): 'warifu "
			  "user set USER --person TEXT', for each of his accounts."),
			nobodys->n, nobodys->names, found_more(nobodys), nobodys->rule);
	if (!policy_unique_demanded(
		    &report->call->daemon->config->policy, ACCOUNT_PRIVILEGED, rule))
		return TELL(report, OK, "%s",
			_("No document wants the passwords of one person's accounts to differ."));
	if (tally->alone.n > 0)
		return TELL(report, OK,
			_("Every privileged account says whose it is (%s). The only one of that "
			  "person: %zu (%s%s); if he has another one, 'warifu user set' it too."),
			rule, tally->alone.n, tally->alone.names, found_more(&tally->alone));
	return TELL(report, OK,
		_("Every privileged account says whose it is, as does another one of that person "
		  "(%s)."),
		rule);
}

enum level
doctor_dictionary(struct report *report)
{
	const char *source = policy_words_source();

	if (source == NULL)
		return TELL(report, WARN, "%s",
			_("There is no dictionary to compare new passwords with, only our own "
			  "list of words: install the package cracklib-runtime."));
	return TELL(report, OK, _("New passwords are compared with the dictionary %s."), source);
}

enum level
doctor_leaks(struct report *report)
{
	const struct config *config = report->call->daemon->config;
	const struct doctor_found *unchecked = &report->tally.unchecked;
	bool wanted = policy_held_strictest(&config->policy, R_PASSWORD_LEAK_CHECK)->set;

	if (config->policy.leaks == NULL)
		return TELL(report, wanted ? BAD : OK, "%s",
			_("There is no list of leaked passwords, so common words alone are looked "
			  "up: write 'leak_list' into section 'password'."));
	if (unchecked->n > 0)
		return TELL(report, WARN,
			_("Passwords that no login has compared with the list of leaked ones for "
			  "%lld days: %zu (%s%s)."),
			(long long)leak_days(&config->policy), unchecked->n, unchecked->names,
			found_more(unchecked));
	return TELL(report, OK,
		_("All passwords were compared with %s in the last %lld days."), config->leak_list,
		(long long)leak_days(&config->policy));
}

enum level
doctor_factors(struct report *report)
{
	const struct doctor_found *unable = &report->tally.unable;

	if (unable->n > 0)
		return TELL(report, WARN,
			_("Enabled accounts that are refused whatever they enter, for want of a "
			  "password or token: %zu (%s%s). "
			  "See 'warifu user list', 'warifu token add'."),
			unable->n, unable->names, found_more(unable));
	return TELL(report, OK, "%s",
		_("Every enabled account has the password and token that a login demands."));
}

enum level
doctor_keys(struct report *report)
{
	if (report->tally.stale > 0)
		return TELL(report, WARN,
			_("Tokens sealed with an older key: %zu. Run 'warifu key rotate' to "
			  "finish."),
			report->tally.stale);
	return TELL(report, OK, _("All tokens are sealed with key %u (%s)."), report->tally.key_id,
		report->health.fingerprint);
}

enum level
doctor_codes(struct report *report)
{
	return TELL(report, OK, _("Sets of recovery codes with fewer than %d codes left: %zu."),
		CODES_LOW, report->tally.few_codes);
}
