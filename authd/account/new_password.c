/*
 * See new_password.h.  The comparison with the passwords of one person's other accounts (C-20)
 * could serve somebody who holds one of them to guess the others.  So it is made last, for a
 * password that could be set, and a caller takes the proof away that led here: one guess for each,
 * with a row (forced.c: three for a login).  A guess that misses becomes the new password, and the
 * next one has to wait: what the lock of the other account would not count, time does.
 */
#include "config.h"

#include "authd/account/new_password.h"

#include <stdio.h>
#include <string.h>

#include "authd/account/act.h"
#include "authd/factor/factor.h"
#include "common/i18n.h"
#include "common/language.h"

#define ACCOUNTS_OF_ONE 8 /* of one person that are looked at */
#define ACCOUNTS_INTERVAL_US INT64_C(7200000000) /* twelve guesses a day: 3 in 6 h (IPA-6.10e) */

void
new_password_wants(const struct policy *policy, size_t wanted_r[HASH_SORTS])
{
	wanted_r[HASH_OWN] = 1;
	wanted_r[HASH_FORMER] = (size_t)policy_value(policy, P_PASSWORD_HISTORY);
	wanted_r[HASH_PERSON] = ACCOUNTS_OF_ONE;
}

static void
say_reuse(struct new_password *fresh, enum store_hash_of of)
{
	static const struct {
		const char *sentence, *rule;
	} rows[HASH_SORTS] = {
		[HASH_OWN] = {N_("This is the password of today; choose another one"),
			"password.change (own)"},
		[HASH_FORMER] = {N_("This is a former password; choose one that was not in use "
				    "before"),
			"password.history (own)"},
		[HASH_PERSON] = {N_("Another account of yours has this password; choose one that "
				    "you use for this account alone"),
			NULL},
	};
	char unique[POLICY_RULE_SIZE];

	fresh->reason = "password-reuse";
	fresh->reused = of;
	policy_unique_rule(fresh->policy, unique);
	(void)snprintf(fresh->why, sizeof(fresh->why), _("%s (rule %s)."), _(rows[of].sentence),
		rows[of].rule == NULL ? unique : rows[of].rule);
}

/* Whom nobody has asked for another one, and who is compared with his other accounts. */
static bool
is_too_soon(const struct new_password *fresh)
{
	const int64_t age = fresh->now_us - fresh->account->password.set_us;
	bool others = false;

	for (size_t i = 0; i < fresh->nhashes; i++)
		others = others || fresh->hashes[i].of == HASH_PERSON;
	return others && !fresh->account->must_change && age >= 0 && age < ACCOUNTS_INTERVAL_US;
}

static wf_status
refuse_too_soon(struct new_password *fresh)
{
	fresh->reason = "password-too-soon";
	(void)snprintf(fresh->why, sizeof(fresh->why), "%s",
		_("You have other accounts, so a new password can be set every two hours only; "
		  "ask your helpdesk if it cannot wait (rule password.change (own))."));
	return WF_NO;
}

static wf_status
compare_all(struct new_password *fresh, void *scratch)
{
	for (size_t i = 0; i < fresh->nhashes; i++) {
		wf_status status =
			password_matches(fresh->password, fresh->hashes[i].text, scratch);

		if (status == WF_NO)
			continue;
		if (status != WF_OK)
			return status;
		say_reuse(fresh, fresh->hashes[i].of);
		return WF_NO;
	}
	return WF_OK;
}

wf_status
new_password_judge(struct new_password *fresh, void *scratch)
{
	const struct policy_candidate candidate = {
		.account = fresh->account, .guard = fresh->guard, .password = fresh->password};
	void *before = wf_language_begin(fresh->language);
	wf_status status;

	fresh->reason = "password-rule";
	status = policy_password(
		fresh->policy, &candidate, &fresh->note, fresh->why, sizeof(fresh->why));
	if (status == WF_OK)
		status = is_too_soon(fresh) ? refuse_too_soon(fresh) : compare_all(fresh, scratch);
	if (status == WF_OK && fresh->policy->leaks != NULL)
		fresh->note.checked_us = fresh->now_us;
	wf_language_end(before);
	return status;
}

void
new_password_credential(
	int64_t account_id, const char *hash, int64_t now_us, struct credential *credential_r)
{
	size_t len = strlen(hash);

	*credential_r = (struct credential){
		.account_id = account_id,
		.factor = FACTOR_PASSWORD,
		.state = CREDENTIAL_ACTIVE,
		.label = "password",
		.created_us = now_us,
	};
	if (len >= sizeof(credential_r->secret))
		len = sizeof(credential_r->secret) - 1;
	memcpy(credential_r->secret, hash, len);
	credential_r->secret_len = len;
}

wf_status
new_password_make(
	const struct new_password *fresh, void *scratch, struct credential *credential_r)
{
	char hash[CREDENTIAL_SECRET_MAX];
	wf_status status = password_hash(fresh->password, scratch, hash, sizeof(hash));

	if (status != WF_OK)
		return status;
	new_password_credential(fresh->account->id, hash, fresh->now_us, credential_r);
	credential_r->note = fresh->note;
	wf_wipe(hash, sizeof(hash));
	return WF_OK;
}
