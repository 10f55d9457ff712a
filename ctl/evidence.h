/*
 * Evidence: what an auditor has without our daemon (public keys, checkpoints, exports), what the
 * daemon says of its log, and the check of both.
 */
#ifndef WF_CTL_EVIDENCE_H
#define WF_CTL_EVIDENCE_H

#include "authd/audit/check.h"
#include "ctl/args.h"
#include "ctl/ctl.h"
#include "ctl/table.h"

/* --- evidence.c: a check, and what it has found --- */

struct verifying {
	struct ctl *ctl;
	struct audit_check *check; /* owned */
	struct table table;        /* of the faults */
};

/* `options`, whose ctx and fault are set here, are borrowed until the end.  False: told. */
bool verifying_begin(
	struct verifying *verifying, struct ctl *ctl, struct audit_check_options *options);
void verifying_end(struct verifying *verifying);
/* For people: each restore with its row, its time and what it lost. */
void verifying_say_restores(const struct verifying *verifying);

/* --- evidence_live.c: the log of the daemon --- */

/* CTL_OK, or CTL_NO with what is wrong told. */
int evidence_live(struct ctl *ctl, const struct parsed *parsed);

/* --- evidence_files.c --- */

/* Trusts all keys of a file of PEM, or of a text that is called `path`.  False: told. */
bool evidence_keys(struct ctl *ctl, const char *path, struct audit_check *check);
bool evidence_keys_text(struct ctl *ctl, const char *path, const char *text, size_t len,
	struct audit_check *check);
/* Adds the checkpoints of a file, however it is wrapped.  False: told. */
bool evidence_checkpoints(struct ctl *ctl, const char *path, struct audit_check *check);
/* Feeds the rows of an export to a check that has begun; "-" is standard input.  False: told. */
bool evidence_export(struct ctl *ctl, const char *path, struct audit_check *check);

#endif
