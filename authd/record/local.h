/*
 * Rows for programs of this machine, by datagrams to their sockets: the journal and syslog.  A row
 * counts as taken when the datagram has: it lies in the socket's queue then, and outlives a
 * restart of whoever reads it, but not one of the machine.
 *
 * One thread at a time.
 */
#ifndef WF_AUTHD_RECORD_LOCAL_H
#define WF_AUTHD_RECORD_LOCAL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

struct local {
	const char *path; /* of the socket; borrowed */
	const atomic_bool *stopping;
	int fd; /* -1: not open */
};

/* One datagram; waits for two seconds at most.  WF_UNAVAILABLE, WF_TIMEOUT: with why_r in words. */
WF_MUST_USE wf_status local_send(struct local *local, const uint8_t *bytes, size_t len,
	char *why_r, size_t size);
void local_close(struct local *local);

#endif
