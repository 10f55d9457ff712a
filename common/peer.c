/*
 * Peers and processes, as the kernel describes them. No names are looked up:
 * NSS may ask a network, and the daemon that asks it may be what NSS waits for.
 */
#include "config.h"

#include "common/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/fault.h"

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif
#define PEER_GROUPS_TRIES 3 /* the peer's list was fixed at connect(); more tries cannot help */
#define SESSION_UNSET UINT32_MAX

/* All groups in one allocation of the size that the kernel asks for. */
static wf_status
peer_read_groups(int fd, gid_t **groups_r, size_t *ngroups_r)
{
	socklen_t len = WF_PEER_GROUPS_MAX * sizeof(gid_t);

	for (int i = 0; i < PEER_GROUPS_TRIES; i++) {
		gid_t *groups = wf_fault(WF_FAULT_ALLOC) ? NULL : malloc(len);

		if (groups == NULL)
			return WF_NO_MEMORY;
		if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) == 0) {
			*groups_r = groups;
			*ngroups_r = len / sizeof(gid_t);
			return WF_OK;
		}
		free(groups);
		if (errno != ERANGE)
			break;
	}
	return WF_UNAVAILABLE;
}

wf_status
wf_peer_get(int fd, struct wf_peer *peer_r)
{
	struct wf_peer peer = {.ngroups = 0};
	struct ucred cred;
	socklen_t len = sizeof(cred);
	gid_t *groups;
	wf_status status;

	if (wf_fault(WF_FAULT_SOCKET) || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
		return WF_UNAVAILABLE;
	status = peer_read_groups(fd, &groups, &peer.ngroups);
	if (status != WF_OK)
		return status;
	if (peer.ngroups > WF_PEER_GROUPS_MAX)
		peer.ngroups = WF_PEER_GROUPS_MAX;
	memcpy(peer.groups, groups, peer.ngroups * sizeof(gid_t));
	free(groups);
	peer.uid = cred.uid;
	peer.gid = cred.gid;
	peer.pid = cred.pid;
	*peer_r = peer;
	return WF_OK;
}

bool
wf_peer_in_group(const struct wf_peer *peer, gid_t gid)
{
	if (peer->gid == gid)
		return true;
	for (size_t i = 0; i < peer->ngroups; i++)
		if (peer->groups[i] == gid)
			return true;
	return false;
}

/* /proc/PID/`name` as text of at most size - 1 bytes. */
static wf_status
process_read(pid_t pid, const char *name, char *text_r, size_t size)
{
	char path[64];
	ssize_t got;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	if (wf_fault(WF_FAULT_FILE))
		return WF_IO;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? WF_NOT_FOUND : WF_IO;
	got = read(fd, text_r, size - 1);
	if (got < 0 && errno == ESRCH) /* gone between open and read */
		got = 0;
	close(fd);
	if (got <= 0)
		return got == 0 ? WF_NOT_FOUND : WF_IO;
	text_r[got] = '\0';
	return WF_OK;
}

/*
 * "PID (NAME) STATE PPID ... STARTTIME ...", proc(5): fields 4 and 22. The name may hold anything,
 * brackets and spaces too, so counting starts behind the last bracket.
 */
static wf_status
process_parse_stat(const char *stat, struct wf_process *process_r)
{
	const char *rest = strrchr(stat, ')');
	int parent;
	unsigned long long start;

	if (rest == NULL)
		return WF_INVALID;
	if (sscanf(rest,
		    ") %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d "
		    "%llu",
		    &parent, &start) != 2)
		return WF_INVALID;
	process_r->parent = parent;
	process_r->start = start;
	return WF_OK;
}

wf_status
wf_process_get(pid_t pid, struct wf_process *process_r)
{
	struct wf_process process = {.pid = pid};
	char stat[1024];
	wf_status status = process_read(pid, "stat", stat, sizeof(stat));

	if (status == WF_OK)
		status = process_parse_stat(stat, &process);
	if (status != WF_OK)
		return status;
	*process_r = process;
	return WF_OK;
}

wf_status
wf_process_session(pid_t pid, uint32_t *session_r)
{
	char text[16];
	char *end;
	unsigned long session;
	wf_status status = process_read(pid, "sessionid", text, sizeof(text));

	if (status != WF_OK)
		return status;
	session = strtoul(text, &end, 10);
	if (end == text || *end != '\0' || session > UINT32_MAX)
		return WF_INVALID;
	if (session == SESSION_UNSET)
		return WF_NOT_FOUND;
	*session_r = (uint32_t)session;
	return WF_OK;
}

void
wf_lineage_read(pid_t pid, struct wf_lineage *lineage_r)
{
	struct wf_lineage lineage = {.n = 0};
	struct wf_process process;

	if (wf_process_session(pid, &lineage.audit_session) != WF_OK)
		lineage.audit_session = 0;
	while (lineage.n < WF_LINEAGE_MAX && pid > 1 && wf_process_get(pid, &process) == WF_OK) {
		lineage.pids[lineage.n] = process.pid;
		lineage.starts[lineage.n] = process.start;
		lineage.n++;
		pid = process.parent;
	}
	*lineage_r = lineage;
}
