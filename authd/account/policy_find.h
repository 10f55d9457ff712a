/*
 * How what is in force stands against what a document asks for, claim by claim.  One for all who
 * ask: `policy check` and the report.  Nobody else includes this.
 */
#ifndef WF_AUTHD_ACCOUNT_POLICY_FIND_H
#define WF_AUTHD_ACCOUNT_POLICY_FIND_H

#include "authd/account/policy_view.h"

enum policy_finding {
	POLICY_MET = 0,
	POLICY_DEVIATES,  /* not met on purpose: a line of warifu.conf says why */
	POLICY_NOT_MET,
	POLICY_PARTLY,    /* some of a set is enforced */
	POLICY_NOT_YET,   /* nothing enforces it */
	POLICY_ELSEWHERE, /* about a guard that no account here has */
	POLICY_ADVICE,    /* it does not bind */
	POLICY_FINDINGS
};

struct policy_find {
	const struct policy_view *view; /* borrowed */
	struct composed *today;         /* what is in force, as if it had been composed; owned */
};
/* Closed by the caller; on failure a sentence is said, and find_r is untouched. */
WF_MUST_USE wf_status policy_find_open(
	const struct policy_view *view, struct policy_find *find_r);
void policy_find_close(struct policy_find *find);
enum policy_finding policy_find(const struct policy_find *find, const struct compose_claim *claim);
/* What is in force where the claim speaks, at its weakest; "" = nothing. */
const char *policy_find_text(const struct policy_find *find, const struct compose_claim *claim,
	char text_r[RULE_VALUE_SIZE]);
/* Whether a line of warifu.conf speaks of what the claim asks for. */
bool policy_answer_is_about(
	const struct compose_answer *answer, const struct compose_claim *claim);
const char *policy_finding_word(enum policy_finding finding); /* N_() */

#endif
