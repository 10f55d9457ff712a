/*
 * The streams of the log: a follower for each section `stream`, which formats rows and hands them
 * to warifu-egress, or to a program of this machine.  A part of the record (record.c).
 */
#ifndef WF_AUTHD_RECORD_STREAMS_H
#define WF_AUTHD_RECORD_STREAMS_H

#include "authd/record/record.h"

WF_MUST_USE wf_status streams_start(const struct record_base *base, const struct config *config,
	const struct keyring *keys, void **part_r);
/* Streams that are written as before go on; others begin or end. */
void streams_configure(void *part, const struct config *config, const struct keyring *keys);
void streams_stop(void **part);

#endif
