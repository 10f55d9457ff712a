/*
 * The cages that programs enter once they have what they need: no right of root any more, Landlock
 * (where the kernel has it) for the files that are left, seccomp for the system calls of a list,
 * with death at any other; the latter two in a library of their own, which the PAM module does not
 * link.
 *  Before the first thread is started.
 */
#ifndef WF_COMMON_SANDBOX_H
#define WF_COMMON_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "common/status.h"

/*
 * No core, no tracing by the own user, no new privileges by execve().  WF_DENIED: at least one of
 * them could not be had.
 */
WF_MUST_USE wf_status wf_sandbox_limits(void);

/*
 * Gives up every capability for good, also for programs started later: a process of uid 0 keeps
 * what the files of root let their owner do, and nothing else.  WF_DENIED: some are left.
 */
WF_MUST_USE wf_status wf_sandbox_privilege(void);

struct wf_sandbox_path {
	const char *path; /* one that does not exist is passed over */
	bool write;
};

/* For good.  WF_UNSUPPORTED: no Landlock here (go on); WF_DENIED: it has, and refused. */
WF_MUST_USE wf_status wf_sandbox_paths(const struct wf_sandbox_path *paths, size_t n);

/*
 * For good, for all threads started later: the calls named, and death at any other.  A name that
 * this machine's kernel interface does not have is passed over.  Anything but WF_OK must be fatal.
 * Builds without libseccomp, or with sanitizers, whose calls cannot be listed, do nothing and say
 * WF_OK.
 */
WF_MUST_USE wf_status wf_sandbox_calls(const char *const *calls, size_t n);

#endif
