/*
 * Rows of the log as cells.  The columns are a table: a cell is a text of the row, a text that the
 * cells keep because it has to be made, or one of the fixed names.
 */
#include "config.h"

#include "authd/audit/format.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#define US_PER_S 1000000

const char *const audit_columns[AUDIT_COLUMNS] = {
	"seq:number",
	"time",
	"user",
	"source",
	"host",
	"machine",
	"service",
	"event",
	"action",
	"result",
	"reason",
	"factors",
	"kinds",
	"rule",
	"operator",
	"ticket",
	"count:number",
	"txn",
	"detail",
	"node",
	"approver",
	"class",
	"first",
	"last",
	"hash",
};

enum cell_place { CELL_ROW, CELL_MADE, CELL_CLASS, CELL_RESULT };

#define ROW(member)                                          \
	{                                                    \
		CELL_ROW, offsetof(struct audit_row, member) \
	}
#define MADE(member)                                            \
	{                                                       \
		CELL_MADE, offsetof(struct audit_cells, member) \
	}

/* In the order of audit_columns. */
static const struct cell_source {
	enum cell_place place;
	size_t offset;
} cell_sources[AUDIT_COLUMNS] = {
	MADE(seq),
	MADE(time),
	ROW(user),
	ROW(source),
	ROW(host),
	ROW(machine),
	ROW(service),
	ROW(event),
	ROW(action),
	{CELL_RESULT, 0},
	ROW(reason),
	ROW(factors),
	ROW(kinds),
	ROW(rule),
	ROW(operator_name),
	ROW(ticket),
	MADE(count),
	ROW(txn),
	ROW(detail),
	ROW(node),
	ROW(approver),
	{CELL_CLASS, 0},
	MADE(first),
	MADE(last),
	MADE(hash),
};

void
audit_time_text(int64_t time_us, int32_t offset_min, char text_r[40])
{
	int64_t fraction = (time_us % US_PER_S + US_PER_S) % US_PER_S;
	time_t local = (time_t)((time_us / US_PER_S) - (time_us % US_PER_S < 0) +
				(int64_t)offset_min * 60);
	int32_t away = offset_min < 0 ? -offset_min : offset_min;
	struct tm tm = {.tm_mday = 1};

	(void)gmtime_r(&local, &tm);
	(void)snprintf(text_r, 40, "%04d-%02d-%02dT%02d:%02d:%02d.%06d%c%02d:%02d",
		tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		(int)fraction, offset_min < 0 ? '-' : '+', away / 60 % 100, away % 60);
}

static void
hash_text(const uint8_t *chain, char text_r[65])
{
	text_r[0] = '\0';
	for (size_t i = 0; chain != NULL && i < 32; i++)
		(void)snprintf(text_r + 2 * i, 3, "%02x", chain[i]);
}

static const char *
cell_text(const struct cell_source *source, const struct audit_row *row,
	const struct audit_cells *made)
{
	switch (source->place) {
	case CELL_CLASS:
		return audit_class_name(row->class);
	case CELL_RESULT:
		return audit_result_name(row->result);
	case CELL_ROW:
		return (const char *)row + source->offset;
	case CELL_MADE:
	default:
		return (const char *)made + source->offset;
	}
}

void
audit_row_cells(const struct audit_row *row, uint64_t seq, const uint8_t *chain,
	struct audit_cells *cells_r)
{
	(void)snprintf(cells_r->seq, sizeof(cells_r->seq), "%" PRIu64, seq);
	(void)snprintf(cells_r->count, sizeof(cells_r->count), "%" PRIu32, row->count);
	audit_time_text(row->time_us, row->offset_min, cells_r->time);
	audit_time_text(row->first_us, row->offset_min, cells_r->first);
	audit_time_text(row->last_us, row->offset_min, cells_r->last);
	hash_text(chain, cells_r->hash);
	for (size_t i = 0; i < AUDIT_COLUMNS; i++)
		cells_r->cells[i] = cell_text(&cell_sources[i], row, cells_r);
}
