/* The daemon's program as a tool: what needs its eyes, and no running daemon. */
#ifndef WF_CTL_WARIFUD_H
#define WF_CTL_WARIFUD_H

#include <stdbool.h>

#include "ctl/args.h"
#include "ctl/ctl.h"

#define WARIFUD_TASK_MAX 4

/*
 * Runs warifud (another one by the option --daemon) for `task`, WARIFUD_TASK_MAX words at most and
 * NULL, with the configuration that --config names. What it says goes to the user, of a quiet one
 * its complaints alone. False if it could not be run, which is told, or did not end well, which it
 * has told itself.
 */
bool warifud_run(struct ctl *ctl, const struct parsed *parsed, const char *const *task, bool quiet);

#endif
