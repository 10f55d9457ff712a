/*
 * Tokens and recovery codes: add and list.  A secret leaves once, in the reply to its making, and
 * only after the commit; it stands in no row of the log and is wiped here.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/account/internal.h"
#include "common/fault.h"

/* as in the choice */
static const enum factor_id type_factors[] = {FACTOR_TOTP, FACTOR_HOTP, FACTOR_RECOVERY};
static const char *const state_names[] = {[CREDENTIAL_PENDING] = "pending",
	[CREDENTIAL_ACTIVE] = "active",
	[CREDENTIAL_VOID] = "void",
	[CREDENTIAL_RESYNC] = "resync"};
static const char *const algorithm_names[] = {
	[OTP_SHA1] = "sha1", [OTP_SHA256] = "sha256", [OTP_SHA512] = "sha512"};

#define STEP_S 30
#define DIGITS 6

/* --- labels --- */

static bool
label_used(const struct act_subject *subject, const char *label)
{
	for (size_t i = 0; i < subject->n; i++)
		if (strcmp(subject->credentials[i].label, label) == 0)
			return true;
	return false;
}

/* Labels tell the sealed secrets of an account apart, so each stands once. */
static wf_status
choose_label(
	struct act_call *call, const struct act_subject *subject, struct credential *credential)
{
	const char *label = act_arg(call, "label");
	unsigned number = 0;

	if (label != NULL) {
		(void)snprintf(credential->label, sizeof(credential->label), "%s", label);
		if (label_used(subject, label))
			return act_say(call, WF_EXISTS,
				_("'%s' has a credential '%s' already: choose another label."),
				subject->account.name, label);
		return WF_OK;
	}
	do {
		(void)snprintf(credential->label, sizeof(credential->label), "%s-%u",
			act_factor_name(credential->factor), ++number);
	} while (label_used(subject, credential->label));
	return WF_OK;
}

/* --- what may be asked for --- */

static wf_status
check_type_args(struct act_call *call, enum factor_id factor)
{
	static const struct {
		const char *name;
		bool fits[FACTOR_ID_COUNT];
	} rules[] = {
		{"algorithm", {[FACTOR_TOTP] = true}},
		{"digits", {[FACTOR_TOTP] = true, [FACTOR_HOTP] = true}},
		{"step", {[FACTOR_TOTP] = true}},
		{"count", {[FACTOR_RECOVERY] = true}},
	};

	for (size_t i = 0; i < COUNT_OF(rules); i++)
		if (act_arg(call, rules[i].name) != NULL && !rules[i].fits[factor])
			return act_say(call, WF_INVALID, _("'%s' does not go with the type %s."),
				rules[i].name, act_factor_name(factor));
	return WF_OK;
}

/* A set of recovery codes takes the place of the one before it. */
static wf_status
check_room(struct act_call *call, const struct act_subject *subject, enum factor_id factor)
{
	size_t n = 0;

	if (subject->account.kind == ACCOUNT_SERVICE)
		return act_say(call, WF_INVALID,
			_("A service account has no tokens: it comes with its key."));
	for (size_t i = 0; i < subject->n; i++)
		n += factor != FACTOR_RECOVERY || subject->credentials[i].factor != FACTOR_RECOVERY;
	if (n >= CREDENTIALS_MAX)
		return act_say(call, WF_CONFLICT,
			_("'%s' has %d credentials, and more are not possible: remove one first."),
			subject->account.name, CREDENTIALS_MAX);
	return WF_OK;
}

static void
fill_credential(struct act_call *call, const struct act_subject *subject, enum factor_id factor,
	struct credential *credential_r)
{
	const bool totp = factor == FACTOR_TOTP;
	int algorithm = act_choice(call, "algorithm");

	*credential_r = (struct credential){
		.account_id = subject->account.id,
		.factor = factor,
		.state = factor == FACTOR_RECOVERY ? CREDENTIAL_ACTIVE : CREDENTIAL_PENDING,
		.algorithm = algorithm < 0 ? OTP_SHA1 : (enum otp_algorithm)(OTP_SHA1 + algorithm),
		.digits = factor == FACTOR_RECOVERY ? 0
						    : (uint32_t)act_number(call, "digits", DIGITS),
		.step_s = totp ? (uint32_t)act_number(call, "step", STEP_S) : 0,
		.counter = totp ? -1 : 0,
		.created_us = subject->wall_us,
	};
}

/* --- TOTP and HOTP --- */

static wf_status
send_otp(struct act_call *call, const struct act_subject *subject,
	const struct credential *credential, int64_t id, const struct wf_secret *secret)
{
	static const char *const columns[] = {
		"id:number", "type", "label", "uri", "secret", "issuer"};
	const char *issuer = call->daemon->config->issuer;
	struct wf_secret uri = WF_SECRET_EMPTY, base32 = WF_SECRET_EMPTY;
	struct otp_spec spec;
	char id_text[ACT_NUMBER_SIZE];
	wf_status status;

	act_otp_spec(credential, &spec);
	status = otp_uri(secret, &spec, issuer, subject->account.name, 0, &uri, &base32);
	if (status != WF_OK)
		(void)act_say(call, status,
			_("The token was added, but cannot be shown: remove it and add another."));
	else
		status = act_head(call, columns, COUNT_OF(columns));
	if (status == WF_OK) {
		const char *cells[] = {act_number_text(id, id_text),
			act_factor_name(credential->factor), credential->label,
			(const char *)uri.bytes, (const char *)base32.bytes, issuer};

		status = act_row_out(call, cells, COUNT_OF(cells));
	}
	wf_secret_clear(&uri);
	wf_secret_clear(&base32);
	return status;
}

static wf_status
seal_new(struct act_call *call, struct credential *credential, struct wf_secret *secret_r)
{
	struct otp_spec spec;
	wf_status status;

	act_otp_spec(credential, &spec);
	status = otp_secret_new(&spec, secret_r);
	if (status == WF_OK)
		status = act_otp_seal(call->daemon->keys, secret_r, credential);
	if (status != WF_OK)
		return act_say(call, status,
			_("No secret could be made, and nothing was changed: %s"),
			_(wf_status_text(status)));
	return WF_OK;
}

static wf_status
commit_otp(struct act_call *call, const struct act_subject *subject,
	const struct credential *credential, int64_t *id_r)
{
	struct act_change change;
	wf_status status;

	act_change_init(call, &change, subject->account.name,
		"%s '%s' added, pending until a code of it is entered",
		act_factor_name(credential->factor), credential->label);
	act_change_add(&change, EFFECT_CREDENTIAL_ADD, subject->account.id)->credential =
		credential;
	status = act_commit(call, &change);
	if (status == WF_OK)
		*id_r = change.credential_id;
	return status;
}

static wf_status
add_otp(struct act_call *call, const struct act_subject *subject, struct credential *credential)
{
	struct wf_secret secret = WF_SECRET_EMPTY;
	int64_t id = 0;
	wf_status status = seal_new(call, credential, &secret);

	if (status == WF_OK)
		status = commit_otp(call, subject, credential, &id);
	if (status == WF_OK)
		status = send_otp(call, subject, credential, id, &secret);
	wf_secret_clear(&secret);
	if (status != WF_OK)
		return status;
	return act_say(call, WF_OK,
		_("'%s' was added. It counts once a code of it was entered: 'warifu token confirm "
		  "%s', or at the next login."),
		credential->label, subject->account.name);
}

/* --- recovery codes --- */

struct code_set {
	size_t n;
	struct wf_secret texts[RECOVERY_CODES_MAX];
	uint8_t hashes[RECOVERY_CODES_MAX][32];
};

static void
code_set_free(struct code_set **set)
{
	if (*set == NULL)
		return;
	for (size_t i = 0; i < RECOVERY_CODES_MAX; i++)
		wf_secret_clear(&(*set)->texts[i]);
	free(*set);
	*set = NULL;
}

static wf_status
code_set_new(struct act_call *call, int64_t account_id, struct code_set **set_r)
{
	const struct policy *policy = &call->daemon->config->policy;
	int64_t count = act_number(call, "count", policy_value(policy, P_RECOVERY_CODES));
	struct code_set *set = wf_fault(WF_FAULT_ALLOC) ? NULL : calloc(1, sizeof(*set));
	wf_status status = set == NULL ? WF_NO_MEMORY : WF_OK;

	if (count < 1 || count > RECOVERY_CODES_MAX)
		count = RECOVERY_CODES_MAX;
	while (status == WF_OK && set->n < (size_t)count) {
		status = recovery_code_new(
			call->daemon->keys, account_id, &set->texts[set->n], set->hashes[set->n]);
		if (status == WF_OK)
			set->n++;
	}
	if (status == WF_OK) {
		*set_r = set;
		return WF_OK;
	}
	code_set_free(&set);
	return act_say(call, status, _("No codes could be made, and nothing was changed: %s"),
		_(wf_status_text(status)));
}

static wf_status
commit_codes(struct act_call *call, const struct act_subject *subject,
	const struct credential *credential, const struct code_set *set, int64_t *id_r)
{
	struct act_change change;
	struct effect *effect;
	wf_status status;

	act_change_init(call, &change, subject->account.name,
		"%zu recovery codes '%s', older ones void", set->n, credential->label);
	act_change_add(&change, EFFECT_CREDENTIAL_VOID, subject->account.id)->factor =
		FACTOR_RECOVERY;
	effect = act_change_add(&change, EFFECT_CREDENTIAL_ADD, subject->account.id);
	effect->credential = credential;
	effect->codes = set->hashes;
	effect->ncodes = set->n;
	status = act_commit(call, &change);
	if (status == WF_OK)
		*id_r = change.credential_id;
	return status;
}

static wf_status
send_codes(struct act_call *call, const struct code_set *set, int64_t id)
{
	static const char *const columns[] = {"id:number", "number:number", "code"};
	char id_text[ACT_NUMBER_SIZE], number[ACT_NUMBER_SIZE];
	wf_status status = act_head(call, columns, COUNT_OF(columns));

	for (size_t i = 0; status == WF_OK && i < set->n; i++) {
		const char *cells[] = {
			act_number_text(id, id_text), act_number_text((int64_t)i + 1, number),
			(const char *)set->texts[i].bytes
		};

		status = act_row_out(call, cells, COUNT_OF(cells));
	}
	return status;
}

static wf_status
add_codes(struct act_call *call, const struct act_subject *subject, struct credential *credential)
{
	struct code_set *set = NULL;
	int64_t id = 0;
	wf_status status = code_set_new(call, subject->account.id, &set);

	if (status == WF_OK)
		status = commit_codes(call, subject, credential, set, &id);
	if (status == WF_OK)
		status = send_codes(call, set, id);
	if (status == WF_OK)
		(void)act_say(call, WF_OK,
			WF_NGETTEXT("'%s' has %zu recovery code, which counts at once; older ones "
				    "are void.",
				"'%s' has %zu recovery codes, which count at once; older ones are "
				"void.",
				set->n),
			subject->account.name, set->n);
	code_set_free(&set);
	return status;
}

wf_status
act_token_add(struct act_call *call)
{
	const enum factor_id factor = type_factors[act_choice(call, "type")];
	struct act_subject subject;
	struct credential credential;
	wf_status status = check_type_args(call, factor);

	if (status == WF_OK)
		status = act_subject_to_change(call, &subject);
	if (status == WF_OK)
		status = check_room(call, &subject, factor);
	if (status != WF_OK)
		return status;
	fill_credential(call, &subject, factor, &credential);
	status = choose_label(call, &subject, &credential);
	if (status != WF_OK)
		return status;
	return factor == FACTOR_RECOVERY ? add_codes(call, &subject, &credential)
					 : add_otp(call, &subject, &credential);
}

/* --- list --- */

struct listing {
	struct act_call *call;
	size_t n;
};

static wf_status
list_one(void *ctx, const struct credential *credential)
{
	struct listing *listing = ctx;
	char id[ACT_NUMBER_SIZE], digits[ACT_NUMBER_SIZE], step[ACT_NUMBER_SIZE],
		remaining[ACT_NUMBER_SIZE];
	char drift[ACT_NUMBER_SIZE], created[ACT_NUMBER_SIZE], used[ACT_NUMBER_SIZE];
	const bool totp = credential->factor == FACTOR_TOTP,
		   recovery = credential->factor == FACTOR_RECOVERY;
	const bool otp = totp || credential->factor == FACTOR_HOTP;
	const char *cells[] = {act_number_text(credential->id, id),
		act_factor_name(credential->factor), credential->label,
		(size_t)credential->state < COUNT_OF(state_names) ? state_names[credential->state]
								  : "",
		otp && (size_t)credential->algorithm < COUNT_OF(algorithm_names)
			? algorithm_names[credential->algorithm]
			: "",
		otp ? act_number_text(credential->digits, digits) : "",
		totp ? act_number_text(credential->step_s, step) : "",
		recovery ? act_number_text(credential->remaining, remaining) : "",
		totp ? act_number_text(credential->drift, drift) : "",
		act_moment_text(credential->created_us, created),
		act_moment_text(credential->used_us, used)};

	if (credential->factor == FACTOR_PASSWORD)
		return WF_OK;
	listing->n++;
	return act_row_out(listing->call, cells, COUNT_OF(cells));
}

wf_status
act_token_list(struct act_call *call)
{
	static const char *const columns[] = {"id:number", "type", "label", "state", "algorithm",
		"digits:number", "step:number", "remaining:number", "drift:number", "created:time",
		"used:time"};
	struct listing listing = {.call = call};
	struct act_subject subject;
	wf_status status = act_subject(call, &subject);

	if (status == WF_OK)
		status = act_head(call, columns, COUNT_OF(columns));
	if (status == WF_OK)
		status = act_each_credential(call, subject.account.id, list_one, &listing);
	if (status != WF_OK)
		return status;
	return act_say(call, WF_OK, WF_NGETTEXT("%zu token.", "%zu tokens.", listing.n), listing.n);
}
