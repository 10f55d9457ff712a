/*
 * One row of the log as one line of JSON, and back.  The line carries everything that the row's
 * encoding has, exactly, with its number and chain hash: so an export can be encoded again and
 * checked against the chain by who has nothing else.  Keys, in this order, are audit_columns;
 * seq and count are numbers, all else are texts, times with microseconds and the row's own offset:
 *
 *   {"seq":1,"time":"2026-03-01T09:00:00.000000+09:00","user":"alice", ... ,"hash":"00ff..."}
 *
 * Pure; any thread.
 */
#ifndef WF_AUTHD_AUDIT_EXPORT_H
#define WF_AUTHD_AUDIT_EXPORT_H

#include "authd/audit/audit.h"

/* No line is longer: every text full of what has to be escaped. */
#define AUDIT_EXPORT_MAX 5120

struct audit_exported {
	uint64_t seq;
	uint8_t chain[32];
	struct audit_row row;
};

/*
 * Appends the line, without an end of line, to `line` (its max: at least AUDIT_EXPORT_MAX more than
 * it holds).  `row` is in its canonical form, as every decoded row is.  WF_NO_MEMORY, WF_TOO_LONG.
 */
WF_MUST_USE wf_status audit_export_row(
	const struct audit_row *row, uint64_t seq, const uint8_t chain[32], struct wf_buf *line);
/*
 * WF_CORRUPT for anything that audit_export_row() would not write, to the byte; WF_NO_MEMORY.
 */
WF_MUST_USE wf_status audit_export_parse(
	const char *line, size_t len, struct audit_exported *exported_r);

#endif
