/*
 * A run of rows as the log itself tells of it, in the detail of a row:
 *
 *	log.month (system): the month has ended, and these were its rows
 *	log.expire (tombstone): these rows have been removed; the kept ones follow this chain hash
 *
 * Pure: knows neither store nor clock.
 */
#ifndef WF_AUTHD_AUDIT_RUN_H
#define WF_AUTHD_AUDIT_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "authd/audit/audit.h"

#define AUDIT_EVENT_MONTH "log.month"
#define AUDIT_EVENT_EXPIRE "log.expire"

struct audit_run {
	int month;                    /* 202610 */
	uint64_t first_seq, last_seq; /* both of the run, nothing missing between */
	int64_t first_us, last_us;    /* times of the first and of the last row */
	uint8_t chain[32];            /* chain hash of the last row */
};

/*
 * Writes `run` into the row's detail: "2026-10: rows 1 to 93, count 93, 2026-10-01T00:00:00.000000Z
 * to 2026-10-31T23:59:59.999999Z, chain 0123..."
 */
void audit_run_put(const struct audit_run *run, struct audit_row *row);
/* False: the row is no log.month or log.expire as audit_run_put() makes it. */
bool audit_run_get(const struct audit_row *row, struct audit_run *run_r);
/*
 * Whether `row` is the tombstone by which the kept rows may begin behind `before`: it says that
 * the rows up to before->seq are gone, and that this was the chain hash of the last.
 */
bool audit_run_buries(const struct audit_row *row, const struct audit_head *before);

#endif
