/*
 * Passwords: what is demanded of a new one, what is kept of it, and when one of before must go.
 * Pure but for the dictionary and the list of leaked passwords, which are asked for new ones alone.
 *
 * What is demanded depends on the kind of account and on its guard: which other control protects
 * the password (C-03).  Eight characters suffice behind a second factor and sixteen do not come too
 * many without one.
 */
#ifndef WF_AUTHD_POLICY_POLICY_PASSWORD_H
#define WF_AUTHD_POLICY_POLICY_PASSWORD_H

#include "authd/policy/policy.h"
#include "authd/policy/values.h"

/* A new password and whose it is to be. */
struct policy_candidate {
	const struct account *account;
	enum rule_guard guard;
	const struct wf_secret *password;
};

/*
 * WF_OK: it may be set, and note_r says what it met; its times are 0.  WF_NO with a sentence in the
 * language of the thread's locale that says what is wrong, what would pass, and by which rule.
 * WF_UNAVAILABLE: the list of leaked passwords could not be read.  Length in characters (RFC 3629;
 * a malformed byte is one).  May wait for the disk; any thread.
 *
 * A phrase of three words and 16 characters is no word, whatever its words are (C-04).
 */
WF_MUST_USE wf_status policy_password(const struct policy *policy,
	const struct policy_candidate *candidate, struct password_note *note_r, char *why_r,
	size_t size);
/* Length and classes, as they are kept of a password; the rest of note_r is 0.  Any thread. */
void policy_password_note(const struct wf_secret *password, struct password_note *note_r);
/*
 * WF_OK: it is known to whoever guesses: in the list of leaked passwords, or one of our own words.
 * WF_NO: it is not; WF_IO: it could not be told.  May wait for the disk; any thread.
 */
WF_MUST_USE wf_status policy_leaked(const struct policy *policy, const struct wf_secret *password);
/*
 * True when the account's password must be changed at this login: it was set by somebody else or
 * has leaked, it falls short of what its guard of today asks for (C-03), or it is older than it may
 * be (C-01).  rule_r names the rule.
 */
bool policy_must_change(const struct policy *policy, const struct account *account,
	enum rule_guard guard, int64_t wall_us, char rule_r[POLICY_RULE_SIZE]);
/*
 * Whether documents want the passwords of one person's accounts of this kind to differ (C-20),
 * with the rule.  They are compared anyway; but then somebody has to say which accounts are one
 * person's.
 */
bool policy_unique_demanded(
	const struct policy *policy, enum account_kind kind, char rule_r[POLICY_RULE_SIZE]);
/* The rule of a change that such an event asks for. */
void policy_change_rule(
	const struct policy *policy, enum rule_change event, char rule_r[POLICY_RULE_SIZE]);
/* The same, of a password that no other account of the person may have (C-20). */
void policy_unique_rule(const struct policy *policy, char rule_r[POLICY_RULE_SIZE]);

#endif
