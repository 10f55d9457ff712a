/*
 * Which cell of the log's table is made of which part of a row: one table for the views
 * (format.c) and for reading an exported line back (export.c). Nobody else includes this.
 */
#ifndef WF_AUTHD_AUDIT_CELLS_H
#define WF_AUTHD_AUDIT_CELLS_H

#include <stddef.h>

#include "authd/audit/format.h"

enum audit_cell_kind {
	AUDIT_CELL_TEXT,   /* a text of the row */
	AUDIT_CELL_CLASS,  /* names of its enums */
	AUDIT_CELL_RESULT,
	/* texts that the cells keep because they have to be made: */
	AUDIT_CELL_SEQ,
	AUDIT_CELL_COUNT,
	AUDIT_CELL_TIME,
	AUDIT_CELL_HASH
};

struct audit_cell_source {
	enum audit_cell_kind kind;
	size_t offset; /* in struct audit_row, of texts and times */
	size_t size;
	size_t made; /* in struct audit_cells, of what is made */
};

/* In the order of audit_columns. */
extern const struct audit_cell_source audit_cell_sources[AUDIT_COLUMNS];

#endif
