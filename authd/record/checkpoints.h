/*
 * Makes the log's checkpoints and puts them where they outlive it: a part of the record (record.c).
 *
 * One is made every log.checkpoint_rows rows, every hour with rows, behind the last row of a month
 * and at an orderly stop, and stored in the commit that moves the follower's cursor.  Then it goes
 * to the log of the machine and, where log.checkpoint_file is set, to that file; each of the two
 * has a cursor of its own over the numbers of the checkpoints, so what could not be put out is put
 * out later, in order.
 *
 * When the key file has a new current key the former one signs that it is replaced, the new one
 * signs which it replaces, and a row of the log says so, all in one commit.
 */
#ifndef WF_AUTHD_RECORD_CHECKPOINTS_H
#define WF_AUTHD_RECORD_CHECKPOINTS_H

#include "authd/record/record.h"

/* The cursors' names: of the follower, and of what was put out. */
#define CHECKPOINTS_FOLLOWER "checkpoints"
#define CHECKPOINTS_SYSLOG "checkpoint.syslog"
#define CHECKPOINTS_FILE "checkpoint.file"

WF_MUST_USE wf_status checkpoints_start(const struct record_base *base,
	const struct config *config, const struct keyring *keys, void **part_r);
void checkpoints_configure(
	void *part, const struct config *config, const struct keyring *keys);
void checkpoints_stop(void **part);

#endif
