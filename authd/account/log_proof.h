/* The check behind log.verify and reports.  Nobody else includes this. */
#ifndef WF_AUTHD_ACCOUNT_LOG_PROOF_H
#define WF_AUTHD_ACCOUNT_LOG_PROOF_H

#include "authd/account/internal.h"
#include "authd/audit/check.h"

#define PROOF_FAULTS 64 /* that are shown; all are counted */

struct proof {
	struct act_call *call;
	struct audit_check *check; /* owned */
	char store[17];
	struct audit_fault faults[PROOF_FAULTS];
	size_t nfaults;
};

/*
 * A check of this store's log against its own checkpoints, which trusts the keys of the keyring and
 * what they announce.  On failure a sentence, and nothing to end.
 */
WF_MUST_USE wf_status proof_begin(struct act_call *call, struct proof **proof_r);
void proof_end(struct proof **proof);
/* One row of sums and the first fault, then a row for each further one. */
WF_MUST_USE wf_status proof_report(const struct proof *proof);

#endif
