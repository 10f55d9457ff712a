/* Privilege of servers: dropped for good before the first byte of a peer is read, and verified. */
#ifndef WF_COMMON_PRIVILEGE_H
#define WF_COMMON_PRIVILEGE_H

#include <sys/types.h>

#include "common/status.h"

/* Uid and gid of a user by name; WF_NOT_FOUND. */
WF_MUST_USE wf_status wf_privilege_user(const char *name, uid_t *uid_r, gid_t *gid_r);
/*
 * Becomes that user for good and checks that there is no way back.  WF_DENIED if anything of it
 * fails.
 */
WF_MUST_USE wf_status wf_privilege_drop(uid_t uid, gid_t gid);
/*
 * No core dump, no ptrace by others, no new privileges, descriptors up to the hard limit, umask
 * 077.
 */
WF_MUST_USE wf_status wf_privilege_limits(void);

#endif
