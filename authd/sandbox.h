/*
 * The daemon's cage, entered after privilege is dropped and before the first thread: Landlock (where the
 * kernel has it) leaves its own folders and a few that are read; seccomp leaves the system calls of a
 * list and kills the process at any other.
 */
#ifndef WF_AUTHD_SANDBOX_H
#define WF_AUTHD_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "common/status.h"

struct sandbox_path {
	const char *path; /* one that does not exist is passed over */
	bool write;
};

/* For good.  WF_UNSUPPORTED: no Landlock here (go on); WF_DENIED: it has, and refused. */
WF_MUST_USE wf_status sandbox_paths(const struct sandbox_path *paths, size_t n);
/* For good, for all threads started later.  Anything but WF_OK must be fatal. */
WF_MUST_USE wf_status sandbox_calls(void);

#endif
