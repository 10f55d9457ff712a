/* Files of evidence: what an auditor has without our daemon, public keys, checkpoints, exports. */
#ifndef WF_CTL_EVIDENCE_H
#define WF_CTL_EVIDENCE_H

#include "authd/audit/check.h"
#include "ctl/ctl.h"

/* Trusts all keys of a file of PEM.  False: told. */
bool evidence_keys(struct ctl *ctl, const char *path, struct audit_check *check);
/*
 * Gives each checkpoint of a file, however it is wrapped, to `take` (false ends it), and counts
 * what begins like one and cannot be read.  False: told, or so `take` said.
 */
bool evidence_checkpoints(struct ctl *ctl, const char *path,
	bool (*take)(void *ctx, const struct audit_checkpoint *checkpoint), void *ctx,
	uint64_t *broken_r);
/* Feeds the rows of an export to a check that has begun; "-" is standard input.  False: told. */
bool evidence_export(struct ctl *ctl, const char *path, struct audit_check *check);

#endif
