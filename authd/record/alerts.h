/*
 * Telling people of incidents: a thread for each way that the configuration has, so that a way that
 * hangs holds up no other one.  What somebody has to be told of stands in the store, and so does
 * that he was told; it is noted after it has happened, so a death in between tells him twice, and
 * never not at all.  A part of the record (record.c).
 */
#ifndef WF_AUTHD_RECORD_ALERTS_H
#define WF_AUTHD_RECORD_ALERTS_H

#include "authd/record/record.h"

WF_MUST_USE wf_status alerts_start(const struct record_base *base, const struct config *config,
	const struct keyring *keys, void **part_r);
/* Each way tries at once what it has put off. */
void alerts_configure(void *part, const struct config *config, const struct keyring *keys);
void alerts_stop(void **part);

#endif
