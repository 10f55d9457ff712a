/* What the views of the policy share; nobody else includes this. */
#ifndef WF_AUTHD_ACCOUNT_POLICY_VIEW_H
#define WF_AUTHD_ACCOUNT_POLICY_VIEW_H

#include "authd/account/act.h"

/*
 * Opened for one act; the book is the configuration's, or read for this view where no document is
 * complied with.
 */
struct policy_view {
	struct act_call *call;
	const struct config_comply *comply;
	struct rules_book own;
	bool japanese;
};
/* Closed by the caller; on failure a sentence is said and there is nothing to close. */
WF_MUST_USE wf_status policy_view_open(struct act_call *call, struct policy_view *view_r);
void policy_view_close(struct policy_view *view);
const struct rules_book *policy_view_book(const struct policy_view *view);
/* By name, with a sentence when there is none. */
WF_MUST_USE wf_status policy_view_profile(
	const struct policy_view *view, const char *name, const struct rules_profile **profile_r);
/* Added to what there is; the caller clears them. */
WF_MUST_USE wf_status policy_view_claims(const struct policy_view *view,
	const struct rules_profile *profile, struct rules_claims *claims_r);

/* Demanded and not done, for want of something on this host: a list of leaked passwords. */
bool policy_view_lacks(const struct policy *policy, enum rule_id rule);

/* What is let off, and by which criterion it is a deviation; texts are borrowed. */
struct policy_allowed {
	const char *parameter, *profile;
	const struct rules_criterion *criterion;
	const char *value, *in_force; /* what is asked for; who or what it is about */
	bool deviates;		      /* false: this was looked at, and is met */
	const char *note;
};
typedef wf_status policy_allowed_visit(void *ctx, const struct policy_allowed *allowed);
/*
 * Services, service accounts and privileged accounts; `against`: of this profile, NULL: of all that
 * are complied with.  Stops at the first visit that is not WF_OK.
 */
WF_MUST_USE wf_status policy_view_allowed(const struct policy_view *view,
	const struct rules_claims *claims, const char *against, policy_allowed_visit *put,
	void *ctx);

#define POLICY_VIEW_CLAIM_COLUMNS 12
extern const char *const policy_view_claim_columns[POLICY_VIEW_CLAIM_COLUMNS];
/* One claim as a row. */
WF_MUST_USE wf_status policy_view_claim(const struct policy_view *view,
	const struct compose_claim *claim, const char *verdict, const char *in_force);

#endif
