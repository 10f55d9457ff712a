/* Who is at the other end of a Unix socket: by the kernel's word, not by name look-up. */
#ifndef WF_COMMON_PEER_H
#define WF_COMMON_PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/status.h"

#define WF_PEER_GROUPS_MAX 64

struct wf_peer {
	uid_t uid;
	gid_t gid;
	pid_t pid;
	gid_t groups[WF_PEER_GROUPS_MAX]; /* supplementary, SO_PEERGROUPS; extra ones are dropped */
	size_t ngroups;
};

/* SO_PEERCRED and SO_PEERGROUPS of a connected socket. */
WF_MUST_USE wf_status wf_peer_get(int fd, struct wf_peer *peer_r);
bool wf_peer_in_group(const struct wf_peer *peer, gid_t gid);

/* One step up the process tree, from /proc: parent and start time (clock ticks since boot). */
struct wf_process {
	pid_t pid;
	pid_t parent;
	unsigned long long start; /* distinguishes a reused pid */
};
WF_MUST_USE wf_status wf_process_get(pid_t pid, struct wf_process *process_r);
/* Audit session id of a process; WF_NOT_FOUND when unset or the kernel has none. */
WF_MUST_USE wf_status wf_process_session(pid_t pid, uint32_t *session_r);

#define WF_LINEAGE_MAX 16

/*
 * A process and its ancestors up to init's children, itself first, and the audit session it runs
 * in.
 */
struct wf_lineage {
	pid_t pids[WF_LINEAGE_MAX];
	unsigned long long starts[WF_LINEAGE_MAX];
	size_t n;
	uint32_t audit_session; /* 0 = unset, or unknown */
};
/* As far as it can be told. */
void wf_lineage_read(pid_t pid, struct wf_lineage *lineage_r);

#endif
