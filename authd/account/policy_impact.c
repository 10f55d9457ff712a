/*
 * Who would be affected if other documents were complied with: the configuration as a start would
 * compose it (config_load_preview), held against the accounts of the store.  Nothing is changed.
 *
 * Accounts come page by page and are forgotten; what stays is one bit for each account (whether it
 * has an active token), the counts, and a few names of each finding.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/account/internal.h"
#include "authd/account/upstream_of.h"
#include "authd/policy/policy_rules.h"
#include "common/fault.h"

#define NAMES_SHOWN 5
#define NAMES_SIZE 512

/* What may become of an account; each has a row in the table below. */
enum effect_on {
	ON_SHORT = 0,
	ON_CLASSES,
	ON_UNKNOWN,
	ON_SECOND,
	ON_NAME,
	ON_BROUGHT,
	ON_AGE,
	ONS
};

static const struct {
	const char *what;
	enum rule_id rule;
	const char *text; /* N_() */
} findings[ONS] = {
	[ON_SHORT] = {"password-short", R_PASSWORD_MIN,
		N_("The password is shorter than what would be asked for: it must be changed.")},
	[ON_CLASSES] = {"password-classes", R_PASSWORD_CLASSES,
		N_("The password lacks classes of characters that would be asked for: it must be "
		   "changed.")},
	[ON_UNKNOWN] = {"password-unknown", R_PASSWORD_MIN,
		N_("How long the password is was not recorded, or not so far: whether it is long "
		   "enough shows at the next login, or when it is changed.")},
	[ON_SECOND] = {"no-second-factor", R_MFA_KINDS,
		N_("Two kinds of factors would be asked for, and the account has no token: give "
		   "it one before.")},
	[ON_NAME] = {"forbidden-name", R_ACCOUNTS_FORBIDDEN_NAMES,
		N_("No account may have this name: give the person another account.")},
	[ON_BROUGHT] = {"default-id", R_ACCOUNTS_DEFAULT_IDS,
		N_("The account is one that a product brings along, and such ones may not log in "
		   "here, by a document that is complied with.")},
	[ON_AGE] = {"password-old", R_PASSWORD_MAX_AGE,
		N_("The password is older than what would be allowed: change it.")},
};

/* One kind of account, one finding: what is asked for may differ between kinds. */
struct tally {
	uint64_t n;
	size_t named;
	char names[NAMES_SIZE];
	char criterion[sizeof(((struct origin *)NULL)->criterion)]; /* of the first one */
};

struct impact {
	struct act_call *call;
	const struct config *today;
	struct config *tomorrow;
	uint8_t *bits; /* by the account's id: has an active token */
	size_t nbits;
	int64_t date_us;
	wf_status status; /* of a row told by the loader */
	size_t nstart;    /* sentences that a start would end with */
	char first[800];  /* of them */
	struct tally tallies[RULE_KINDS][ONS];
	uint64_t accounts, affected;
};

static const char *const columns[] = {
	"what", "who", "for", "accounts:number", "today", "then", "criterion", "text"};
#define COLUMNS COUNT_OF(columns)

static wf_status
put_row(struct impact *impact, const char *const cells[COLUMNS])
{
	return act_row_out(impact->call, cells, COLUMNS);
}

/* --- what a start would say --- */

/* "warifu.conf:3: 'session.timeout' has no value: ... Say one: resolve ..." */
static void
tell(void *ctx, const char *sentence)
{
	struct impact *impact = ctx;
	const char *const cells[COLUMNS] = {"start", "", "", "", "", "", "", sentence};

	if (impact->nstart++ == 0)
		(void)snprintf(impact->first, sizeof(impact->first), "%s", sentence);
	if (impact->status == WF_OK)
		impact->status = put_row(impact, cells);
}

/* Also below the table, whose last column may lie beyond the terminal's edge. */
static void
say_start(const struct impact *impact)
{
	if (impact->nstart == 0)
		return;
	act_say_more(impact->call,
		WF_NGETTEXT("The daemon would not start with them, for %zu reason:",
			"The daemon would not start with them, for %zu reasons; the first:",
			impact->nstart),
		impact->nstart);
	act_say_more(impact->call, "%s", impact->first);
}

/* What somebody has answered stays his, whatever documents are tried. */
static void
say_answers(const struct impact *impact)
{
	if (impact->tomorrow->comply.nanswers > 0)
		act_say_more(impact->call, "%s",
			_("The sections 'resolve' and 'deviate' of today are taken over; one that "
			  "would not fit is told as something the start would say."));
}

/* --- what holds --- */

static wf_status
setting_row(struct impact *impact, enum rule_id rule, unsigned kinds, size_t cell)
{
	const struct rule_spec *spec = rule_spec(rule);
	const struct policy_held *now = &impact->today->policy.values.held[rule][cell];
	const struct policy_held *then = &impact->tomorrow->policy.values.held[rule][cell];
	char values[2][RULE_VALUE_SIZE] = {"", ""}, names[RULE_NAMES_SIZE] = "";
	const char *const cells[COLUMNS] = {"setting", spec->name, names, "", values[0], values[1],
		then->origin.criterion, _(spec->about)};

	if (now->set)
		rule_value_text(spec, now->value, values[0]);
	if (then->set)
		rule_value_text(spec, then->value, values[1]);
	if ((spec->splits & RULE_BY_KIND) != 0)
		rule_kinds_text(kinds, names);
	return put_row(impact, cells);
}

static bool
cell_changes(const struct impact *impact, enum rule_id rule, size_t cell)
{
	const struct policy_held *now = &impact->today->policy.values.held[rule][cell];
	const struct policy_held *then = &impact->tomorrow->policy.values.held[rule][cell];

	return now->set != then->set || now->value != then->value;
}

/* The guard in force for most of a kind: with a second factor where two kinds are demanded. */
static size_t
cell_of(const struct impact *impact, enum account_kind kind)
{
	return (size_t)kind * RULE_GUARDS +
	       (size_t)policy_guard(&impact->tomorrow->policy, kind, true);
}

static wf_status
setting_rows(struct impact *impact, enum rule_id rule)
{
	const struct rule_spec *spec = rule_spec(rule);
	wf_status status = WF_OK;

	if (spec->source != RULE_NUMBERS && spec->source != RULE_HELD)
		return WF_OK;
	for (int kind = 0; status == WF_OK && kind < RULE_KINDS; kind++) {
		size_t cell = cell_of(impact, (enum account_kind)kind);

		if (cell_changes(impact, rule, cell))
			status = setting_row(impact, rule, 1U << kind, cell);
		if ((spec->splits & RULE_BY_KIND) == 0)
			break;
	}
	return status;
}

/* --- accounts --- */

static wf_status
note_token(void *ctx, const struct credential *credential)
{
	struct impact *impact = ctx;
	size_t byte = (size_t)credential->account_id / 8;

	if (credential->state != CREDENTIAL_ACTIVE ||
		(credential->factor != FACTOR_TOTP && credential->factor != FACTOR_HOTP))
		return WF_OK;
	if (byte >= impact->nbits) {
		size_t more = byte + 1 + byte / 2;
		uint8_t *grown = wf_fault(WF_FAULT_ALLOC) ? NULL : realloc(impact->bits, more);

		if (grown == NULL)
			return act_say_store(impact->call, WF_NO_MEMORY, NULL);
		memset(grown + impact->nbits, 0, more - impact->nbits);
		impact->bits = grown;
		impact->nbits = more;
	}
	impact->bits[byte] |= (uint8_t)(1U << credential->account_id % 8);
	return WF_OK;
}

static bool
has_second(const struct impact *impact, const struct account *account)
{
	size_t byte = (size_t)account->id / 8;

	if (byte < impact->nbits && (impact->bits[byte] >> account->id % 8 & 1) != 0)
		return true;
	return (account_upstream_kinds(&impact->tomorrow->upstreams, account, NULL, 0) &
		       KIND_POSSESSION) != 0;
}

/* Everything that one look at an account needs. */
struct look {
	const struct impact *impact;
	const struct account *account;
	enum rule_guard guard;
	bool second;
};

static int64_t
asked(const struct look *look, enum rule_id rule)
{
	return policy_number_of(
		&look->impact->tomorrow->policy, rule, look->account->kind, look->guard);
}

/* One whose length was noted as far as it is noted may still be shorter than a longer demand. */
static bool
is_short(const struct look *look)
{
	const uint32_t length = look->account->password.length;

	return length > 0 && length < PASSWORD_LENGTH_NOTED &&
	       (int64_t)length < asked(look, R_PASSWORD_MIN);
}

static bool
lacks_classes(const struct look *look)
{
	int64_t classes = policy_members_of(&look->impact->tomorrow->policy, R_PASSWORD_CLASSES,
		look->account->kind, look->guard);

	return look->account->password.length > 0 &&
	       (classes & ~(int64_t)look->account->password.classes) != 0;
}

static bool
is_unknown(const struct look *look)
{
	const struct password_note *note = &look->account->password;
	int64_t least = asked(look, R_PASSWORD_MIN);

	return note->set_us != 0 && (note->length == 0 || (note->length >= PASSWORD_LENGTH_NOTED &&
								  least > note->length));
}

static bool
lacks_second(const struct look *look)
{
	return look->account->kind != ACCOUNT_SERVICE && !look->second &&
	       policy_kinds(&look->impact->tomorrow->policy) > 1;
}

static bool
is_forbidden(const struct look *look)
{
	char rule[POLICY_RULE_SIZE];

	return policy_name_forbidden(&look->impact->tomorrow->policy, look->account->name,
		look->account->kind, rule);
}

static bool
is_brought_along(const struct look *look)
{
	char rule[POLICY_RULE_SIZE];

	return !is_forbidden(look) && policy_default_id_refused(&look->impact->tomorrow->policy,
					      look->account, rule);
}

static bool
is_old(const struct look *look)
{
	const int64_t days = asked(look, R_PASSWORD_MAX_AGE);
	const int64_t set_us = look->account->password.set_us;

	return days > 0 && set_us != 0 && look->impact->date_us - set_us > days * 86400 * US_PER_S;
}

static bool (*const questions[ONS])(const struct look *) = {
	[ON_SHORT] = is_short,
	[ON_CLASSES] = lacks_classes,
	[ON_UNKNOWN] = is_unknown,
	[ON_SECOND] = lacks_second,
	[ON_NAME] = is_forbidden,
	[ON_BROUGHT] = is_brought_along,
	[ON_AGE] = is_old,
};

static void
count_in(struct tally *tally, const struct look *look, enum rule_id rule)
{
	const char *name = look->account->name;
	size_t len = strlen(tally->names);

	if (tally->n++ == 0)
		memcpy(tally->criterion,
			policy_held(&look->impact->tomorrow->policy, rule, look->account->kind,
				look->guard)
				->origin.criterion,
			sizeof(tally->criterion));
	if (tally->named == NAMES_SHOWN || len + strlen(name) + 3 > sizeof(tally->names))
		return;
	(void)snprintf(
		tally->names + len, sizeof(tally->names) - len, "%s%s", len == 0 ? "" : " ", name);
	tally->named++;
}

/* No exemption helps against what a name is refused for. */
static bool
asks_exempt(size_t on)
{
	return on == ON_NAME || on == ON_BROUGHT;
}

/* Who cannot log in today is not affected. */
static wf_status
look_at(void *ctx, const struct account *account)
{
	struct impact *impact = ctx;
	const struct policy *policy = &impact->tomorrow->policy;
	struct look look = {.impact = impact, .account = account};
	const bool exempt = policy_exempt(account, impact->date_us);
	bool any = false;

	if ((account->standing != STANDING_MANAGED && !exempt) || account->state != ACCOUNT_ENABLED)
		return WF_OK;
	impact->accounts++;
	look.second = has_second(impact, account);
	look.guard = policy_guard(policy, account->kind, look.second);
	for (size_t i = 0; i < ONS; i++) {
		if ((exempt && !asks_exempt(i)) || !questions[i](&look))
			continue;
		count_in(&impact->tallies[account->kind][i], &look, findings[i].rule);
		any = any || i != ON_UNKNOWN; /* nobody knows */
	}
	impact->affected += any;
	return WF_OK;
}

static wf_status
tally_row(struct impact *impact, enum account_kind kind, size_t on)
{
	const struct tally *tally = &impact->tallies[kind][on];
	char count[ACT_NUMBER_SIZE], who[NAMES_SIZE + 8];
	const char *const cells[COLUMNS] = {findings[on].what, who, act_kind_name(kind),
		act_number_text((int64_t)tally->n, count), "", "", tally->criterion,
		_(findings[on].text)};

	(void)snprintf(
		who, sizeof(who), "%s%s", tally->names, tally->n > tally->named ? " ..." : "");
	return put_row(impact, cells);
}

/* --- all together --- */

static wf_status
walk_accounts(struct impact *impact)
{
	wf_status status = act_each_credential(impact->call, 0, note_token, impact);

	return status == WF_OK ? act_each_account(impact->call, 0, look_at, impact) : status;
}

static wf_status
put_all(struct impact *impact)
{
	wf_status status = WF_OK;

	for (size_t rule = 0; status == WF_OK && rule < R_COUNT; rule++)
		status = setting_rows(impact, (enum rule_id)rule);
	for (size_t kind = 0; kind < RULE_KINDS; kind++)
		for (size_t on = 0; status == WF_OK && on < ONS; on++)
			if (impact->tallies[kind][on].n > 0)
				status = tally_row(impact, (enum account_kind)kind, on);
	return status;
}

/* "scs4,kubota" in its parts; `text` is cut up. */
static size_t
split(char *text, const char *names_r[CONFIG_COMPLY_MAX + 1])
{
	char *rest = text;
	size_t n = 0;

	for (char *name = strtok_r(text, ", ", &rest); name != NULL && n <= CONFIG_COMPLY_MAX;
		name = strtok_r(NULL, ", ", &rest))
		names_r[n++] = name;
	return n;
}

static wf_status
load_tomorrow(struct impact *impact, const char *comply)
{
	const char *names[CONFIG_COMPLY_MAX + 1];
	struct config_preview preview = {.names = names, .tell = tell, .ctx = impact};
	struct config_error error;
	char text[1025];
	wf_status status;

	(void)snprintf(text, sizeof(text), "%s", comply);
	preview.n = split(text, names);
	if (preview.n == 0 || preview.n > CONFIG_COMPLY_MAX)
		return act_say(impact->call, WF_INVALID,
			_("--comply takes 1 to %d profiles with commas between: see 'warifu policy "
			  "profiles'."),
			CONFIG_COMPLY_MAX);
	status = config_load_preview(impact->today->file, &preview, &impact->tomorrow, &error);
	if (status != WF_OK)
		return act_say(impact->call, status, "%s", error.text);
	return impact->status;
}

wf_status
act_policy_impact(struct act_call *call)
{
	struct impact *impact = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*impact));
	wf_status status;

	if (impact == NULL)
		return act_say_store(call, WF_NO_MEMORY, NULL);
	impact->call = call;
	impact->today = call->daemon->config;
	impact->date_us = store_date_us(call->daemon->store);
	status = act_head(call, columns, COLUMNS);
	if (status == WF_OK)
		status = load_tomorrow(impact, act_arg(call, "comply"));
	if (status == WF_OK)
		status = walk_accounts(impact);
	if (status == WF_OK)
		status = put_all(impact);
	if (status == WF_OK)
		act_say_text(call, _("%llu of %llu accounts that can log in are affected."),
			(unsigned long long)impact->affected, (unsigned long long)impact->accounts);
	if (status == WF_OK)
		say_answers(impact);
	if (status == WF_OK)
		say_start(impact);
	if (status == WF_OK)
		(void)act_say_observed(call);
	config_free(&impact->tomorrow);
	free(impact->bits);
	free(impact);
	return status;
}
