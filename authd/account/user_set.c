/* Properties and standing of an account.  A row says each old and new value. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "authd/account/internal.h"

#define FIELD_TEXT 1040 /* the longest field, in quotes */

/* One settable property: how it reads in the row, and how it is set from its argument. */
struct field {
	const char *name;
	void (*text)(const struct account *account, char *text_r);
	void (*set)(const struct act_call *call, const char *name, struct account *account);
};

static void
uid_text(const struct account *account, char *text_r)
{
	(void)snprintf(text_r, FIELD_TEXT, "%" PRId64, account->uid);
}

static void
uid_set(const struct act_call *call, const char *name, struct account *account)
{
	account->uid = act_number(call, name, -1);
}

static void
kind_text(const struct account *account, char *text_r)
{
	(void)snprintf(text_r, FIELD_TEXT, "%s", act_kind_name(account->kind));
}

static void
kind_set(const struct act_call *call, const char *name, struct account *account)
{
	account->kind = (enum account_kind)act_choice(call, name);
}

static void
must_change_text(const struct account *account, char *text_r)
{
	(void)snprintf(text_r, FIELD_TEXT, "%s", act_bool_text(account->must_change));
}

static void
must_change_set(const struct act_call *call, const char *name, struct account *account)
{
	account->must_change = act_flag(call, name, true);
	account->change_rule[0] = '\0';
}

static void
display_text(const struct account *account, char *text_r)
{
	(void)snprintf(text_r, FIELD_TEXT, "'%s'", account->display);
}

static void
shared_text(const struct account *account, char *text_r)
{
	(void)snprintf(text_r, FIELD_TEXT, "%s", account->shared ? "yes" : "no");
}

static void
shared_set(const struct act_call *call, const char *name, struct account *account)
{
	account->shared = act_flag(call, name, account->shared);
}

static void
display_set(const struct act_call *call, const char *name, struct account *account)
{
	(void)snprintf(account->display, sizeof(account->display), "%s", act_arg(call, name));
}

static void
person_text(const struct account *account, char *text_r)
{
	(void)snprintf(text_r, FIELD_TEXT, "'%s'", account->person);
}

static void
person_set(const struct act_call *call, const char *name, struct account *account)
{
	(void)snprintf(account->person, sizeof(account->person), "%s", act_arg(call, name));
}

static void
sources_text(const struct account *account, char *text_r)
{
	(void)snprintf(text_r, FIELD_TEXT, "'%s'", account->sources);
}

static void
sources_set(const struct act_call *call, const char *name, struct account *account)
{
	(void)snprintf(account->sources, sizeof(account->sources), "%s", act_arg(call, name));
}

static void
groups_text(const struct account *account, char *text_r)
{
	char groups[ACT_GROUPS_SIZE];

	(void)snprintf(text_r, FIELD_TEXT, "'%s'", act_groups_text(account, groups));
}

static void
groups_set(const struct act_call *call, const char *name, struct account *account)
{
	char bad[ACT_GROUP_SHOWN];

	(void)!act_groups_read(act_arg(call, name), account, bad); /* they have been checked */
}

static void
moment_text(int64_t wall_us, char *text_r)
{
	char text[ACT_TIME_SIZE];

	(void)snprintf(text_r, FIELD_TEXT, "%s", wall_us == 0 ? "open" : act_time(wall_us, text));
}

static void
from_text(const struct account *account, char *text_r)
{
	moment_text(account->valid_from_us, text_r);
}

static void
from_set(const struct act_call *call, const char *name, struct account *account)
{
	account->valid_from_us = act_number(call, name, 0);
}

static void
until_text(const struct account *account, char *text_r)
{
	moment_text(account->valid_until_us, text_r);
}

static void
until_set(const struct act_call *call, const char *name, struct account *account)
{
	account->valid_until_us = act_number(call, name, 0);
}

static const struct field fields[] = {
	{"uid", uid_text, uid_set},
	{"kind", kind_text, kind_set},
	{"must-change", must_change_text, must_change_set},
	{"shared", shared_text, shared_set},
	{"display", display_text, display_set},
	{"person", person_text, person_set},
	{"sources", sources_text, sources_set},
	{"groups", groups_text, groups_set},
	{"valid-from", from_text, from_set},
	{"valid-until", until_text, until_set},
};

/* Sets what was given; "kind: general -> privileged; ..." of what became different. */
static void
apply(const struct act_call *call, struct account *account, char *detail_r, size_t size)
{
	size_t len = 0;

	detail_r[0] = '\0';
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		char before[FIELD_TEXT], after[FIELD_TEXT];

		if (act_arg(call, fields[i].name) == NULL)
			continue;
		fields[i].text(account, before);
		fields[i].set(call, fields[i].name, account);
		fields[i].text(account, after);
		if (strcmp(before, after) != 0 && len < size)
			len += (size_t)snprintf(detail_r + len, size - len,
				"%s%s: %.150s -> %.150s", len > 0 ? "; " : "", fields[i].name,
				before, after);
	}
}

/* Of the kind that it was: what it has met before is not asked again. */
static wf_status
fits_still(struct act_call *call, const struct act_subject *before, const struct account *after)
{
	wf_status status = act_kind_fits(call, after);

	if (status == WF_OK)
		status = act_shared_fits(call, after);
	if (status == WF_OK && before->account.person[0] != '\0')
		status = act_person_told(call, after);
	return status;
}

static wf_status
check(struct act_call *call, const struct act_subject *before, const struct account *after)
{
	wf_status status = after->kind != before->account.kind ? act_account_fits(call, after)
							       : fits_still(call, before, after);

	if (status == WF_OK && after->uid != before->account.uid)
		status = act_uid_free(call, after->uid, after->name);
	if (status == WF_OK && (after->kind != ACCOUNT_PRIVILEGED || after->shared))
		status = act_not_last_ruler(call, before);
	if (status == WF_OK && after->valid_until_us != 0 &&
		after->valid_from_us >= after->valid_until_us)
		status = act_say(
			call, WF_INVALID, _("'valid-until' must be later than 'valid-from'."));
	if (status == WF_OK && before->account.must_change && !after->must_change &&
		call->peer.uid != 0)
		status = act_say(call, WF_DENIED,
			_("Only root may take back that a password must be changed."));
	return status;
}

/* A general password may be shorter than a privileged one must be (IPA-6.10g). */
static bool
raised(const struct account *before, const struct account *after)
{
	return after->kind == ACCOUNT_PRIVILEGED && before->kind != ACCOUNT_PRIVILEGED &&
	       !after->must_change;
}

static wf_status
commit(struct act_call *call, const struct account *account, const char *detail)
{
	struct act_change change;

	act_change_init(call, &change, account->name, "%s", detail);
	act_change_add(&change, EFFECT_ACCOUNT_SET, account->id)->account = account;
	return act_commit(call, &change);
}

wf_status
act_user_set(struct act_call *call)
{
	struct act_subject subject;
	struct account account;
	char detail[sizeof(((struct audit_row *)NULL)->detail)];
	bool higher;
	wf_status status = act_subject_to_change(call, &subject);

	if (status != WF_OK)
		return status;
	account = subject.account;
	apply(call, &account, detail, sizeof(detail));
	higher = raised(&subject.account, &account);
	if (detail[0] == '\0')
		return act_say(
			call, WF_OK, _("'%s' is so already; nothing was changed."), account.name);
	status = check(call, &subject, &account);
	if (status != WF_OK)
		return status;
	account.must_change = account.must_change || higher;
	status = commit(call, &account, detail);
	if (status != WF_OK)
		return status;
	(void)act_say(call, WF_OK, _("'%s' was changed."), account.name);
	if (higher)
		act_say_more(call, _("Its password must be changed at the next login: privileged "
				     "ones are longer."));
	return WF_OK;
}

/* --- standing: what happens to a Unix user at his login --- */

static wf_status
read_or_new(struct act_call *call, struct act_subject *subject, bool *fresh_r)
{
	const char *name = act_arg(call, "user");
	wf_status status = act_subject_read(call, name, subject);
	int64_t uid = -1;

	*fresh_r = status == WF_NOT_FOUND;
	if (status == WF_OK && act_arg(call, "uid") != NULL &&
		act_number(call, "uid", -1) != subject->account.uid)
		return act_say(call, WF_CONFLICT,
			_("The account '%s' has another uid: change it with 'warifu user set'."),
			name);
	if (!*fresh_r)
		return status;
	status = act_uid(call, name, &uid);
	if (status != WF_OK)
		return status;
	*subject = (struct act_subject){.wall_us = wf_clock_now(&call->daemon->clock).wall_us};
	act_account_init(call, &subject->account, name, uid);
	return WF_OK;
}

static wf_status
stand(struct act_call *call, enum account_standing standing, int64_t until_us)
{
	struct act_subject subject;
	struct account *account = &subject.account;
	struct act_change change;
	char until[ACT_TIME_SIZE] = "";
	bool fresh;
	wf_status status = read_or_new(call, &subject, &fresh);

	if (status == WF_OK && until_us != 0 && until_us <= subject.wall_us)
		status = act_say(call, WF_INVALID, _("'%s' has passed already."), "until");
	if (status == WF_OK)
		status = act_not_last_ruler(call, &subject);
	if (status != WF_OK)
		return status;
	account->standing = standing;
	account->standing_until_us = until_us;
	(void)snprintf(account->reason, sizeof(account->reason), "%s", act_arg(call, "reason"));
	if (until_us != 0)
		(void)act_time(until_us, until);
	act_change_init(call, &change, account->name, "%s%s%s", act_standing_name(standing),
		until[0] != '\0' ? " until " : "", until);
	act_change_add(&change, fresh ? EFFECT_ACCOUNT_ADD : EFFECT_ACCOUNT_SET, account->id)
		->account = account;
	return act_commit(call, &change);
}

/* What documents refuse a name for, an exemption does not take away. */
static void
warn_of_name(struct act_call *call, const struct account *account)
{
	const bool root = account->uid == 0;
	const struct policy_facts facts = {.service = root ? "login" : "sshd",
		.user = account->name,
		.kind = account->kind,
		.zone = ZONE_CONSOLE,
		.root = root,
		.exempt = true};
	struct policy_demand demand;

	policy_eval(&call->daemon->config->policy, &facts, &demand);
	if (demand.decision == POLICY_DENY)
		act_say_more(call, _("But documents refuse this name all the same (%s)."),
			demand.rule);
}

wf_status
act_user_exempt(struct act_call *call)
{
	int64_t until_us = act_number(call, "until", 0);
	char until[ACT_TIME_SIZE];
	struct act_subject subject;
	wf_status status = stand(call, STANDING_EXEMPT, until_us);

	if (status != WF_OK)
		return status;
	status = act_say(call, WF_OK,
		_("'%s' is left to the other PAM modules until %s; after that it is refused."),
		act_arg(call, "user"), act_time(until_us, until));
	if (act_subject_read(call, act_arg(call, "user"), &subject) == WF_OK)
		warn_of_name(call, &subject.account);
	return status;
}

wf_status
act_user_refuse(struct act_call *call)
{
	wf_status status = stand(call, STANDING_REFUSED, 0);

	if (status != WF_OK)
		return status;
	return act_say(call, WF_OK, _("'%s' is refused from now on."), act_arg(call, "user"));
}

wf_status
act_user_manage(struct act_call *call)
{
	struct act_subject subject;
	struct account *account = &subject.account;
	wf_status status = act_subject_to_change(call, &subject);

	if (status != WF_OK)
		return status;
	if (account->standing == STANDING_MANAGED)
		return act_say(call, WF_OK, _("'%s' is managed already; nothing was changed."),
			account->name);
	account->standing = STANDING_MANAGED;
	account->standing_until_us = 0;
	if (account->state == ACCOUNT_ENABLED)
		account->reason[0] = '\0';
	status = commit(call, account, "managed");
	if (status != WF_OK)
		return status;
	(void)act_say(call, WF_OK, _("'%s' is managed by Warifu from now on."), account->name);
	if (subject.n == 0)
		act_say_more(
			call, _("Give it a password with 'warifu user passwd %s'."), account->name);
	return WF_OK;
}
