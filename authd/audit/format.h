/*
 * One audit row as a row of a table: stable column names, and a text for each.  This is what the
 * log view sends to the CLI; JSON, CSV and tables for people are made from it there.  Pure.
 */
#ifndef WF_AUTHD_AUDIT_FORMAT_H
#define WF_AUTHD_AUDIT_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "authd/audit/audit.h"

/*
 * seq:number time user source host machine service event action result reason factors kinds rule
 * operator ticket count:number txn detail node approver class first last hash
 *
 * The times are RFC 3339 with microseconds and the offset of the row; hash is the chain hash in
 * hex.
 */
#define AUDIT_COLUMNS 25

/* Column specs as in WF_F_COLUMN, in the order of the cells.  Static. */
extern const char *const audit_columns[AUDIT_COLUMNS];

struct audit_cells {
	const char *cells[AUDIT_COLUMNS]; /* never NULL; point into the row and into this struct */
	char seq[21], count[11];
	char time[40], first[40], last[40];
	char hash[65];
};

/*
 * Fills cells_r, whose texts are valid as long as both `row` and cells_r stay where they are and
 * unchanged.  `chain` is the stored chain hash, or NULL: then that cell is empty.
 */
void audit_row_cells(const struct audit_row *row, uint64_t seq, const uint8_t *chain,
	struct audit_cells *cells_r);

/* RFC 3339 with microseconds at that offset from UTC: 2026-03-01T09:00:00.000000+09:00. */
void audit_time_text(int64_t time_us, int32_t offset_min, char text_r[40]);
/*
 * Reads it again: microseconds since 1970, and the offset in minutes.  False: it is none, or beyond
 * what they can say.
 */
bool audit_time_read(const char *text, int64_t *us_r, int32_t *offset_r);

#endif
