/* Accounts: add, enable, disable, remove, new password. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"

/* --- add --- */

static wf_status
said_exists(struct act_call *call, const struct account *account)
{
	if (account->standing != STANDING_MANAGED)
		return act_say(call, WF_EXISTS,
			_("There is an account '%s' already, which is %s: take it over with "
			  "'warifu user manage %s', then "
			  "give it a password."),
			account->name, _(act_standing_name(account->standing)), account->name);
	return act_say(call, WF_EXISTS,
		_("There is an account '%s' already: change it with 'warifu user set'."),
		account->name);
}

static wf_status
check_new(struct act_call *call, const char *name)
{
	struct act_subject subject;
	wf_status status = act_subject_read(call, name, &subject);

	if (status == WF_OK)
		return said_exists(call, &subject.account);
	return status == WF_NOT_FOUND ? WF_OK : status;
}

static wf_status
check_until(struct act_call *call, int64_t until_us, const char *name)
{
	if (until_us != 0 && until_us <= wf_clock_now(&call->daemon->clock).wall_us)
		return act_say(call, WF_INVALID, _("'%s' has passed already."), name);
	return WF_OK;
}

/*
 * Who is given a password by somebody else changes it at first use.  The one exception: root
 * himself, while nobody can administer yet, sets up the first administrator at his own terminal.
 */
static wf_status
decide_must_change(struct act_call *call, bool preset, bool *must_r)
{
	bool must = act_flag(call, "must-change", preset);
	bool ruler = true;
	wf_status status = WF_OK;

	if (!must && !call->self)
		status = call->peer.uid == 0 ? act_ruler_exists(call, 0, &ruler) : WF_OK;
	if (status != WF_OK)
		return status;
	if (!must && !call->self && ruler)
		return act_say(call, WF_INVALID,
			_("A password that somebody else sets must be changed at first use: leave "
			  "'must-change' out."));
	*must_r = must;
	return WF_OK;
}

static wf_status
fill_new(struct act_call *call, struct account *account)
{
	const char *name = act_arg(call, "user");
	const char *display = act_arg(call, "display");
	const char *sources = act_arg(call, "sources");
	const char *person = act_arg(call, "person");
	const char *groups = act_arg(call, "groups");
	char bad[ACT_GROUP_SHOWN];
	int kind = act_choice(call, "kind");
	int64_t uid;
	wf_status status = act_uid(call, name, &uid);

	if (status != WF_OK)
		return status;
	act_account_init(call, account, name, uid);
	account->kind = kind < 0 ? ACCOUNT_GENERAL : (enum account_kind)kind;
	account->valid_until_us = act_number(call, "valid-until", 0);
	(void)snprintf(
		account->display, sizeof(account->display), "%s", display != NULL ? display : "");
	(void)snprintf(
		account->sources, sizeof(account->sources), "%s", sources != NULL ? sources : "");
	(void)snprintf(
		account->person, sizeof(account->person), "%s", person != NULL ? person : "");
	if (groups != NULL)
		(void)!act_groups_read(groups, account, bad); /* they have been checked */
	status = check_until(call, account->valid_until_us, "valid-until");
	return status == WF_OK ? act_account_fits(call, account) : status;
}

static wf_status
check_first_password(
	struct act_call *call, struct account *account, struct new_password *fresh_r)
{
	const struct wf_secret *password = act_secret(call, "password");
	wf_status status;

	if (password == NULL) {
		if (act_arg(call, "must-change") != NULL)
			return act_say(call, WF_INVALID, _("'must-change' needs a password."));
		return WF_OK;
	}
	if (account->kind == ACCOUNT_SERVICE)
		return act_say(call, WF_INVALID,
			_("A service account has no password: it comes with its key."));
	status = decide_must_change(call, true, &account->must_change);
	if (status != WF_OK)
		return status;
	return act_password_check(call, account,
		policy_guard(&call->daemon->config->policy, account->kind, true), password,
		fresh_r);
}

static wf_status
commit_new(
	struct act_call *call, const struct account *account, const struct new_password *fresh)
{
	const struct wf_secret *password = act_secret(call, "password");
	struct credential credential;
	struct act_change change;
	char groups[ACT_GROUPS_SIZE];
	wf_status status;

	act_change_init(call, &change, account->name, "kind %s, uid %lld, %s password%s%s%s%s",
		act_kind_name(account->kind), (long long)account->uid,
		password == NULL       ? "no"
		: account->must_change ? "first"
				       : "own",
		account->ngroups > 0 ? ", groups " : "", act_groups_text(account, groups),
		account->person[0] != '\0' ? ", person " : "", account->person);
	act_change_add(&change, EFFECT_ACCOUNT_ADD, 0)->account = account;
	if (password != NULL) {
		status = act_password_make(call, fresh, &credential);
		if (status != WF_OK)
			return status;
		act_change_add(&change, EFFECT_CREDENTIAL_ADD, 0)->credential = &credential;
	}
	return act_commit(call, &change);
}

wf_status
act_user_add(struct act_call *call)
{
	struct account account;
	struct new_password fresh;
	wf_status status = check_new(call, act_arg(call, "user"));

	if (status == WF_OK)
		status = fill_new(call, &account);
	if (status == WF_OK)
		status = check_first_password(call, &account, &fresh);
	if (status == WF_OK)
		status = commit_new(call, &account, &fresh);
	if (status != WF_OK)
		return status;
	if (account.kind == ACCOUNT_SERVICE)
		return act_say(call, WF_OK,
			_("The service account '%s' was added; it comes with its key, from %s."),
			account.name, account.sources);
	(void)act_say(call, WF_OK, _("The account '%s' was added."), account.name);
	if (act_secret(call, "password") == NULL)
		act_say_more(
			call, _("Give it a password with 'warifu user passwd %s'."), account.name);
	act_say_more(call, _("Give it a token with 'warifu token add %s totp'."), account.name);
	return WF_OK;
}

/* --- password --- */

/* The proof goes with it: it was worth one password, and one comparison with others. */
static wf_status
commit_password(struct act_call *call, const struct new_password *fresh, bool must_change)
{
	const struct account *account = fresh->account;
	struct credential credential;
	struct act_change change;
	wf_status status = act_password_make(call, fresh, &credential);

	if (status != WF_OK)
		return status;
	act_change_init(call, &change, account->name, "new password%s",
		call->self ? ", by its owner" : must_change ? ", to be changed at first use" : "");
	act_change_add(&change, EFFECT_PASSWORD_KEEP, account->id)->value =
		policy_value(fresh->policy, P_PASSWORD_HISTORY);
	act_change_add(&change, EFFECT_CREDENTIAL_VOID, account->id)->factor = FACTOR_PASSWORD;
	act_change_add(&change, EFFECT_CREDENTIAL_ADD, account->id)->credential = &credential;
	act_change_add(&change, EFFECT_MUST_CHANGE, account->id)->value = must_change ? 1 : 0;
	act_change_proof(call, &change);
	return act_commit(call, &change);
}

wf_status
act_user_passwd(struct act_call *call)
{
	struct act_subject subject;
	struct new_password fresh;
	bool must_change = true;
	wf_status status = act_subject_to_change(call, &subject);

	if (status == WF_OK && subject.account.kind == ACCOUNT_SERVICE)
		status = act_say(call, WF_INVALID,
			_("A service account has no password: it comes with its key."));
	if (status == WF_OK)
		status = decide_must_change(call, !call->self, &must_change);
	if (status == WF_OK)
		status = act_password_check(call, &subject.account,
			act_password_guard(call, &subject), act_secret(call, "password"), &fresh);
	if (status == WF_OK)
		status = commit_password(call, &fresh, must_change);
	if (status != WF_OK)
		return status;
	if (must_change)
		return act_say(call, WF_OK,
			_("'%s' has a new password, which must be changed at the next login."),
			subject.account.name);
	return act_say(call, WF_OK, _("'%s' has a new password."), subject.account.name);
}

/* --- enable, disable, remove --- */

/* The sessions that RADIUS clients have told of end with the account. */
static void
disconnect(struct act_change *change, const struct account *account)
{
	struct effect *effect = act_change_add(change, EFFECT_DISCONNECT, 0);

	effect->blob_len = strlen(account->name);
	memcpy(effect->blob, account->name, effect->blob_len);
}

static void
say_disconnected(struct act_call *call, const struct act_change *change)
{
	unsigned long n = (unsigned long)change->norders;

	if (n > 0)
		act_say_more(call,
			WF_NGETTEXT("%lu session at a RADIUS client is being ended.",
				"%lu sessions at RADIUS clients are being ended.", n),
			n);
}

wf_status
act_user_enable(struct act_call *call)
{
	struct act_subject subject;
	struct account *account = &subject.account;
	struct act_change change;
	wf_status status = act_subject_to_change(call, &subject);

	if (status != WF_OK)
		return status;
	if (account->state == ACCOUNT_ENABLED)
		return act_say(call, WF_OK, _("'%s' is enabled already; nothing was changed."),
			account->name);
	account->state = ACCOUNT_ENABLED;
	account->disabled_us = 0;
	account->reason[0] = '\0';
	act_change_init(call, &change, account->name, "enabled");
	act_change_add(&change, EFFECT_ACCOUNT_SET, account->id)->account = account;
	status = act_commit(call, &change);
	return status == WF_OK ? act_say(call, WF_OK, _("'%s' may log in again."), account->name)
			       : status;
}

wf_status
act_user_disable(struct act_call *call)
{
	struct act_subject subject;
	struct account *account = &subject.account;
	struct act_change change;
	wf_status status = act_subject_to_change(call, &subject);

	if (status != WF_OK)
		return status;
	if (account->state == ACCOUNT_DISABLED)
		return act_say(call, WF_OK, _("'%s' is disabled already; nothing was changed."),
			account->name);
	status = act_not_last_ruler(call, &subject);
	if (status != WF_OK)
		return status;
	account->state = ACCOUNT_DISABLED;
	account->disabled_us = subject.wall_us;
	(void)snprintf(account->reason, sizeof(account->reason), "%s", act_arg(call, "reason"));
	act_change_init(call, &change, account->name, "disabled");
	act_change_add(&change, EFFECT_ACCOUNT_SET, account->id)->account = account;
	disconnect(&change, account);
	status = act_commit(call, &change);
	if (status != WF_OK)
		return status;
	(void)act_say(call, WF_OK,
		_("'%s' is refused from now on. Logins on this machine that are open go on."),
		account->name);
	say_disconnected(call, &change);
	return WF_OK;
}

wf_status
act_user_remove(struct act_call *call)
{
	struct act_subject subject;
	struct act_change change;
	wf_status status = act_subject_to_change(call, &subject);

	if (status == WF_OK)
		status = act_not_last_ruler(call, &subject);
	if (status != WF_OK)
		return status;
	act_change_init(
		call, &change, subject.account.name, "removed with %zu credentials", subject.n);
	(void)act_change_add(&change, EFFECT_ACCOUNT_REMOVE, subject.account.id);
	disconnect(&change, &subject.account);
	status = act_commit(call, &change);
	if (status != WF_OK)
		return status;
	(void)act_say(call, WF_OK, _("The account '%s' was removed; its rows in the log stay."),
		subject.account.name);
	say_disconnected(call, &change);
	return WF_OK;
}
