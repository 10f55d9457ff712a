/*
 * A trial of a restore: a copy is decrypted into a folder of its own, looked at as a whole, and
 * made ready as a real restore makes it ready, while the daemon goes on working.  Nothing of the
 * live store is touched, and nothing is left behind.
 */
#ifndef WF_AUTHD_VAULT_DRILL_H
#define WF_AUTHD_VAULT_DRILL_H

#include "authd/vault/copy.h"

struct drill_facts {
	struct copy_facts copy;
	int64_t took_us; /* from the beginning to a store that could be started (RTO) */
	int64_t age_us;  /* of the copy: what is younger would be lost now (RPO) */
};

/*
 * `path` of the copy; the scratch folder is made below `state_dir`.  WF_CONFLICT: another trial is
 * under way; whatever else goes wrong is a trial that failed.  A sentence in why_r.  Blocks for as
 * long as a restore takes; never in the loop thread.
 */
WF_MUST_USE wf_status drill_run(const struct copy_job *job, const char *state_dir,
	const char *path, struct drill_facts *facts_r, char *why_r, size_t size);
/* Removes what a crash left; at start. */
void drill_tidy(const char *state_dir);

#endif
