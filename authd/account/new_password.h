/*
 * A password that is about to be set, by its owner or for him: judged by the policy, compared with
 * those that it may not be, hashed.  The same for acts and logins.
 */
#ifndef WF_AUTHD_ACCOUNT_NEW_PASSWORD_H
#define WF_AUTHD_ACCOUNT_NEW_PASSWORD_H

#include "authd/policy/policy_password.h"
#include "authd/store/store.h"

#define NEW_PASSWORD_WHY 512

struct new_password {
	/* in; borrowed */
	const struct policy *policy;
	const struct account *account;
	enum rule_guard guard; /* of that account */
	const struct wf_secret *password;
	const char *language; /* of the sentence: of the owner, or of who acts for him */
	/*
	 * What it may not be, as new_password_wants() has asked for it.  Only where its owner sets
	 * it: to anybody else the answer would tell one of his passwords.
	 */
	const struct store_hash *hashes;
	size_t nhashes;
	int64_t now_us; /* wall clock */
	/* out */
	struct password_note note;
	const char *reason;         /* of a refusal, for the row: static text */
	enum store_hash_of reused;  /* of the reason "password-reuse" */
	char why[NEW_PASSWORD_WHY]; /* the sentence of a refusal */
};

/* How many hashes of each sort the owner's new password is compared with. */
void new_password_wants(const struct policy *policy, size_t wanted_r[HASH_SORTS]);
/*
 * WF_OK; WF_NO with reason and sentence; others: could not be told, and nothing may be set.  Waits
 * for the disk and takes the time of a hash for each comparison: workers and act threads only.
 */
WF_MUST_USE wf_status new_password_judge(struct new_password *fresh, void *scratch);
/* The hash, in a credential that is ready for EFFECT_CREDENTIAL_ADD. */
WF_MUST_USE wf_status new_password_make(
	const struct new_password *fresh, void *scratch, struct credential *credential_r);
/* The credential of a hash that was made elsewhere. */
void new_password_credential(
	int64_t account_id, const char *hash, int64_t now_us, struct credential *credential_r);

#endif
