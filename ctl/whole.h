/*
 * A new file that is there whole or not at all: written beside its place under another name,
 * mode 0600, and given its own once all of it is on the disk. One thread.
 */
#ifndef WF_CTL_WHOLE_H
#define WF_CTL_WHOLE_H

#include <limits.h>
#include <stdio.h>

#include "common/status.h"

struct whole {
	FILE *file;          /* to write to */
	char path[PATH_MAX]; /* where it will be */
	char fresh[PATH_MAX];
};

/* WF_IO with errno: EEXIST where there is something already; it stays. */
WF_MUST_USE wf_status whole_open(struct whole *whole_r, const char *path);
/* WF_IO with errno: nothing is left then. Closes in any case. */
WF_MUST_USE wf_status whole_keep(struct whole *whole);
/* Leaves nothing behind. */
void whole_drop(struct whole *whole);

#endif
