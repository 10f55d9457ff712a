/*
 * A folder of copies: which of this node's are there, taking away those that the rule lets go,
 * bringing one to another folder.  What has not a name of ours is never looked into, changed or
 * removed, so one folder may serve several hosts.  Functions block on the disk, or on the network
 * behind a mount.
 */
#ifndef WF_AUTHD_VAULT_SHELF_H
#define WF_AUTHD_VAULT_SHELF_H

#include "authd/vault/plan.h"
#include "common/status.h"

struct shelf {
	int64_t *times; /* of the copies there, rising; their names follow from them */
	size_t n;
};

/*
 * WF_NOT_FOUND: there is no such folder; WF_DENIED, WF_IO (errno tells more), WF_NO_MEMORY.  The
 * caller clears shelf_r.
 */
WF_MUST_USE wf_status shelf_read(const char *folder, const char *node, struct shelf *shelf_r);
void shelf_clear(struct shelf *shelf);
/* The last one that is not of a clock that was wrong (PLAN_STEP_US); 0 = there is none. */
int64_t shelf_newest(const struct shelf *shelf, int64_t now_us);
/* Whether the copy of this time is there. */
bool shelf_has(const struct shelf *shelf, int64_t time_us);
/*
 * Takes away what need not be kept any longer, and is not in `other` (NULL: none): what is there
 * shall be in both.  Gives how many copies that were.
 */
size_t shelf_prune(const char *folder, const char *node, const struct plan_keep *keep,
	int64_t now_us, const struct shelf *other);
/*
 * Brings a copy to another folder, which has to be there: whole, durable, and compared with the
 * first one before it has its name.  One that is there already stays.  A sentence in why_r.
 */
WF_MUST_USE wf_status shelf_bring(
	const char *from, const char *to, const char *name, char *why_r, size_t size);

#endif
