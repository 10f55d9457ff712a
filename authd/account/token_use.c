/*
 * Tokens at work: confirm, resync, remove.  Codes are checked by the factors, the same way as at a
 * login; a wrong one is a row of the log too.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authd/account/internal.h"

/* --- which token --- */

static const struct credential *
find_id(const struct act_subject *subject, int64_t id)
{
	for (size_t i = 0; i < subject->n; i++)
		if (subject->credentials[i].id == id &&
			subject->credentials[i].factor != FACTOR_PASSWORD)
			return &subject->credentials[i];
	return NULL;
}

static const struct credential *
newest_pending(const struct act_subject *subject)
{
	const struct credential *newest = NULL;

	for (size_t i = 0; i < subject->n; i++)
		if (subject->credentials[i].state == CREDENTIAL_PENDING &&
			(newest == NULL || subject->credentials[i].id > newest->id))
			newest = &subject->credentials[i];
	return newest;
}

/* The account and its token of argument `id`. */
static wf_status
find(struct act_call *call, struct act_subject *subject_r, const struct credential **credential_r)
{
	wf_status status = act_subject_to_change(call, subject_r);

	if (status != WF_OK)
		return status;
	*credential_r = find_id(subject_r, act_number(call, "id", 0));
	if (*credential_r == NULL)
		return act_say(call, WF_NOT_FOUND,
			_("'%s' has no token of this number; 'warifu token list %s' shows all."),
			subject_r->account.name, subject_r->account.name);
	return WF_OK;
}

/* --- a code that was not right --- */

static const struct {
	const char *reason;
	const char *text;
} reason_texts[] = {
	{"replayed", N_("This code was used already: wait for the next one.")},
	{"clock-suspect", N_("The clock of this machine jumped, so codes by time cannot be "
			     "checked: set it, then "
			     "'warifu clock accept'.")},
};

static const char *
wrong_text(const char *reason)
{
	for (size_t i = 0; i < COUNT_OF(reason_texts); i++)
		if (strcmp(reason_texts[i].reason, reason) == 0)
			return _(reason_texts[i].text);
	return _("The code is not right. Check that it comes from this token, and that clock and "
		 "time zone of the device "
		 "are right.");
}

static wf_status
record_wrong(struct act_call *call, const struct act_subject *subject,
	const struct credential *credential, enum audit_result result, const char *reason)
{
	struct act_change change;

	act_change_init(call, &change, subject->account.name, "%s '%s'",
		act_factor_name(credential->factor), credential->label);
	change.row.result = result;
	AUDIT_TEXT(change.row.reason, reason);
	return act_commit(call, &change);
}

/* Writes the row; WF_NO or WF_UNAVAILABLE with its sentence. */
static wf_status
say_wrong(struct act_call *call, const struct act_subject *subject,
	const struct credential *credential, bool unsure, const char *reason)
{
	wf_status status = record_wrong(
		call, subject, credential, unsure ? AUDIT_UNAVAILABLE : AUDIT_FAILURE, reason);

	if (status != WF_OK)
		return status;
	return act_say(call, unsure ? WF_UNAVAILABLE : WF_NO, "%s", wrong_text(reason));
}

/* --- confirm --- */

static void
verify(struct act_call *call, const struct credential *credential, struct factor_result *result_r)
{
	const struct policy *policy = &call->daemon->config->policy;
	const struct factor_input input = {
		.answer = act_secret(call, "code"),
		.credential = credential,
		.keys = call->daemon->keys,
		.now = wf_clock_now(&call->daemon->clock),
		.totp_window = (uint32_t)policy_value(policy, P_TOTP_WINDOW),
		.totp_drift = (uint32_t)policy_value(policy, P_TOTP_DRIFT),
		.hotp_lookahead = (uint32_t)policy_value(policy, P_HOTP_LOOKAHEAD),
		.clock_suspect = store_clock_suspect(call->daemon->store),
		.scratch = call->scratch,
	};
	const struct factor_ops *ops = factor_ops(credential->factor);

	memset(result_r, 0, sizeof(*result_r));
	ops->verify(&input, result_r);
}

static wf_status
commit_confirm(struct act_call *call, const struct act_subject *subject,
	const struct credential *credential, const struct factor_result *result)
{
	struct act_change change;
	wf_status status;

	act_change_init(call, &change, subject->account.name, "%s '%s' confirmed by a code",
		act_factor_name(credential->factor), credential->label);
	for (size_t i = 0; i < result->neffects && i < COUNT_OF(result->effects); i++)
		change.effects[change.neffects++] = result->effects[i];
	status = act_commit(call, &change);
	if (status != WF_OK)
		return status;
	return act_say(call, WF_OK, _("'%s' counts from now on."), credential->label);
}

static wf_status
find_pending(struct act_call *call, struct act_subject *subject_r,
	const struct credential **credential_r)
{
	wf_status status;

	if (act_arg(call, "id") != NULL) {
		status = find(call, subject_r, credential_r);
	} else {
		status = act_subject_to_change(call, subject_r);
		*credential_r = status == WF_OK ? newest_pending(subject_r) : NULL;
	}
	if (status != WF_OK)
		return status;
	if (*credential_r == NULL)
		return act_say(call, WF_NOT_FOUND, _("No token of '%s' waits for a code."),
			subject_r->account.name);
	if ((*credential_r)->state == CREDENTIAL_ACTIVE)
		return act_say(
			call, WF_CONFLICT, _("'%s' counts already."), (*credential_r)->label);
	if ((*credential_r)->state == CREDENTIAL_RESYNC)
		return act_say(call, WF_CONFLICT,
			_("'%s' wants two codes in a row: use 'warifu token resync'."),
			(*credential_r)->label);
	return WF_OK;
}

wf_status
act_token_confirm(struct act_call *call)
{
	struct act_subject subject;
	const struct credential *credential;
	struct factor_result result;
	wf_status status = find_pending(call, &subject, &credential);

	if (status != WF_OK)
		return status;
	verify(call, credential, &result);
	if (result.answer != FACTOR_YES)
		return say_wrong(
			call, &subject, credential, result.answer == FACTOR_UNSURE, result.reason);
	return commit_confirm(call, &subject, credential, &result);
}

/* --- resync --- */

struct resync {
	int64_t counter; /* HOTP: next; TOTP: step of the second code */
	int64_t drift;
	enum effect_kind effect;
};

#define TOTP_SEARCH 20 /* steps each way: ten minutes at 30 s */

static bool
code_matches(const struct wf_secret *secret, const struct otp_spec *spec, int64_t counter,
	const struct wf_secret *code)
{
	char right[9];
	bool same;

	if (counter < 0 || otp_code(secret, spec, (uint64_t)counter, right) != WF_OK)
		return false;
	same = code->len == strlen(right) && wf_mem_equal(code->bytes, right, code->len);
	wf_wipe(right, sizeof(right));
	return same;
}

/* Two codes in a row, both newer than the last one used; the step of the second. */
static wf_status
totp_search(struct act_call *call, const struct credential *credential,
	const struct wf_secret *secret, struct resync *resync_r)
{
	const int64_t now =
		wf_clock_now(&call->daemon->clock).wall_us / US_PER_S / credential->step_s;
	struct otp_spec spec;

	act_otp_spec(credential, &spec);
	for (int64_t step = now - TOTP_SEARCH; step <= now + TOTP_SEARCH; step++) {
		if (step <= credential->counter ||
			!code_matches(secret, &spec, step, act_secret(call, "code1")) ||
			!code_matches(secret, &spec, step + 1, act_secret(call, "code2")))
			continue;
		/* The second code is the one that the token shows now, or showed a moment ago. */
		*resync_r = (struct resync){
			.counter = step + 1, .drift = step + 1 - now, .effect = EFFECT_TOTP_ADVANCE
		};
		return WF_OK;
	}
	return WF_NO;
}

static wf_status
hotp_search(struct act_call *call, const struct credential *credential,
	const struct wf_secret *secret, struct resync *resync_r)
{
	const struct policy *policy = &call->daemon->config->policy;
	struct otp_spec spec;
	uint64_t next = 0;
	wf_status status;

	act_otp_spec(credential, &spec);
	status = hotp_resync(secret, &spec, (uint64_t)credential->counter,
		(uint32_t)policy_value(policy, P_HOTP_RESYNC),
		(const char *)act_secret(call, "code1")->bytes,
		(const char *)act_secret(call, "code2")->bytes, &next);
	if (status == WF_OK)
		*resync_r = (struct resync){.counter = (int64_t)next, .effect = EFFECT_HOTP_RESYNC};
	return status == WF_INVALID || status == WF_NOT_FOUND ? WF_NO : status;
}

static wf_status
search(struct act_call *call, const struct credential *credential, struct resync *resync_r)
{
	const bool totp = credential->factor == FACTOR_TOTP;
	struct wf_secret secret = WF_SECRET_EMPTY;
	wf_status status;

	if (totp && store_clock_suspect(call->daemon->store))
		return act_say(call, WF_UNAVAILABLE, "%s", wrong_text("clock-suspect"));
	status = act_otp_open(call->daemon->keys, credential, &secret);
	if (status != WF_OK)
		return act_say(call, WF_UNAVAILABLE,
			_("The secret of this token cannot be opened (%s): is its key in the key "
			  "file?"),
			_(wf_status_text(status)));
	status = totp ? totp_search(call, credential, &secret, resync_r)
		      : hotp_search(call, credential, &secret, resync_r);
	wf_secret_clear(&secret);
	return status;
}

static wf_status
commit_resync(struct act_call *call, const struct act_subject *subject,
	const struct credential *credential, const struct resync *resync)
{
	const int64_t most = policy_value(&call->daemon->config->policy, P_TOTP_DRIFT);
	struct act_change change;
	struct effect *effect;
	wf_status status;

	if (resync->effect == EFFECT_TOTP_ADVANCE && llabs(resync->drift) > most)
		return act_say(call, WF_NO,
			_("The codes are right, but the token's clock is %lld seconds off: set it, "
			  "then try again."),
			(long long)resync->drift * (long long)credential->step_s);
	act_change_init(call, &change, subject->account.name, "%s '%s' in step again",
		act_factor_name(credential->factor), credential->label);
	effect = act_change_add(&change, resync->effect, subject->account.id);
	effect->credential_id = credential->id;
	effect->value = resync->counter;
	effect->value2 = resync->drift;
	if (credential->state == CREDENTIAL_PENDING && resync->effect == EFFECT_TOTP_ADVANCE)
		act_change_add(&change, EFFECT_CREDENTIAL_ACTIVATE, subject->account.id)
			->credential_id = credential->id;
	status = act_commit(call, &change);
	if (status != WF_OK)
		return status;
	return act_say(
		call, WF_OK, _("'%s' is in step again; its next code counts."), credential->label);
}

wf_status
act_token_resync(struct act_call *call)
{
	struct act_subject subject;
	const struct credential *credential;
	struct resync resync = {.effect = EFFECT_NONE};
	wf_status status = find(call, &subject, &credential);

	if (status == WF_OK && credential->factor == FACTOR_RECOVERY)
		status = act_say(call, WF_INVALID, _("Recovery codes cannot get out of step."));
	if (status != WF_OK)
		return status;
	status = search(call, credential, &resync);
	if (status == WF_NO)
		return say_wrong(call, &subject, credential, false, "wrong-code");
	return status == WF_OK ? commit_resync(call, &subject, credential, &resync) : status;
}

/* --- remove --- */

static wf_status
without(struct act_call *call, const struct act_subject *subject,
	const struct credential *credential)
{
	struct act_subject left = *subject;

	left.n = 0;
	for (size_t i = 0; i < subject->n; i++)
		if (subject->credentials[i].id != credential->id)
			left.credentials[left.n++] = subject->credentials[i];
	return act_subject_rules(&left) ? WF_OK : act_not_last_ruler(call, subject);
}

wf_status
act_token_remove(struct act_call *call)
{
	struct act_subject subject;
	const struct credential *credential;
	struct act_change change;
	wf_status status = find(call, &subject, &credential);

	if (status == WF_OK)
		status = without(call, &subject, credential);
	if (status != WF_OK)
		return status;
	act_change_init(call, &change, subject.account.name, "%s '%s' removed",
		act_factor_name(credential->factor), credential->label);
	act_change_add(&change, EFFECT_CREDENTIAL_VOID, subject.account.id)->credential_id =
		credential->id;
	status = act_commit(call, &change);
	if (status != WF_OK)
		return status;
	return act_say(call, WF_OK, _("'%s' was removed."), credential->label);
}
