/*
 * The signals of a server.  A handler notes them alone; the loop takes them up at its next turn,
 * where any function may be called.
 *
 * One loop a process: what was noted belongs to the process.
 */
#ifndef WF_COMMON_SIGNALS_H
#define WF_COMMON_SIGNALS_H

#include <stdbool.h>

#include "common/status.h"

enum wf_signal {
	WF_SIGNAL_STOP,   /* SIGTERM, SIGINT */
	WF_SIGNAL_RELOAD, /* SIGHUP */
	WF_SIGNAL_STATS,  /* SIGUSR1 */
	WF_SIGNALS
};

/*
 * A peer that has gone, or a file that may not grow, is an error of the call and no end of the
 * program.
 */
void wf_signals_ignore(void);
/*
 * From now on they are noted; SIGUSR1 only if `stats`.  `wake_fd`, an eventfd that the loop
 * watches, wakes it at once; -1: it looks often enough.  WF_IO.
 */
WF_MUST_USE wf_status wf_signals_heed(int wake_fd, bool stats);
/* Before the eventfd is closed. */
void wf_signals_wake_nobody(void);
/* Has it come since it was last taken? */
bool wf_signals_take(enum wf_signal which);

#endif
