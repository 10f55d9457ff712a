/* Copies a file that nobody else may read. Any thread. */
#ifndef WF_CTL_COPY_H
#define WF_CTL_COPY_H

#include "common/status.h"

/*
 * Copies the plain file `from` (no symbolic link) to the new file `to`, mode 0600, durably, and
 * reads it back to see that it is the same. WF_IO with errno (EEXIST: `to` is there and stays as it
 * is); nothing half-copied is left. WF_CORRUPT with errno EIO: read back different.
 */
WF_MUST_USE wf_status copy_file(const char *from, const char *to);

#endif
