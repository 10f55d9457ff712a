/*
 * Emergency codes that were used while the daemon was away enter the chain at its next start.  The file
 * is root's, the daemon is not: a short-lived child keeps root for the one act of marking slots as
 * reported, and ends when the pipe to it closes.
 */
#ifndef WF_AUTHD_BREAKGLASS_REPORT_H
#define WF_AUTHD_BREAKGLASS_REPORT_H

#include "authd/daemon.h"
#include "common/breakglass.h"

struct breakglass_report {
	struct wf_breakglass_use uses[WF_BREAKGLASS_CODES_MAX];
	size_t n;
	int pipe; /* to the child that marks; -1 = none needed */
};

/* As root, before privilege is dropped and before any thread: what was used, and the child. */
void breakglass_collect(const char *path, struct breakglass_report *report_r);
/* After the store is open: one row each, then marked. */
void breakglass_write(struct daemon *daemon, struct breakglass_report *report);

#endif
