/*
 * Rows of the log as cells.  The columns are a table: a cell is a text of the row, a text that the
 * cells keep because it has to be made, or one of the fixed names.
 */
#include "config.h"

#include "authd/audit/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "authd/audit/cells.h"

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

#define TEXT(member)                                                   \
	{                                                              \
		AUDIT_CELL_TEXT, offsetof(struct audit_row, member),   \
			sizeof(((struct audit_row *)NULL)->member), 0  \
	}
#define TIME(member, cell)                                             \
	{                                                              \
		AUDIT_CELL_TIME, offsetof(struct audit_row, member),   \
			sizeof(((struct audit_row *)NULL)->member),    \
			offsetof(struct audit_cells, cell)             \
	}
#define MADE(kind, cell)                                       \
	{                                                      \
		kind, 0, 0, offsetof(struct audit_cells, cell) \
	}
#define NAME(kind)         \
	{                  \
		kind, 0, 0, 0 \
	}

const struct audit_cell_source audit_cell_sources[AUDIT_COLUMNS] = {
	MADE(AUDIT_CELL_SEQ, seq),
	TIME(time_us, time),
	TEXT(user),
	TEXT(source),
	TEXT(host),
	TEXT(machine),
	TEXT(service),
	TEXT(event),
	TEXT(action),
	NAME(AUDIT_CELL_RESULT),
	TEXT(reason),
	TEXT(factors),
	TEXT(kinds),
	TEXT(rule),
	TEXT(operator_name),
	TEXT(ticket),
	MADE(AUDIT_CELL_COUNT, count),
	TEXT(txn),
	TEXT(detail),
	TEXT(node),
	TEXT(approver),
	NAME(AUDIT_CELL_CLASS),
	TIME(first_us, first),
	TIME(last_us, last),
	MADE(AUDIT_CELL_HASH, hash),
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
	static const char digits[] = "0123456789abcdef";
	size_t n = chain != NULL ? 32 : 0;

	for (size_t i = 0; i < n; i++) {
		text_r[2 * i] = digits[chain[i] >> 4];
		text_r[2 * i + 1] = digits[chain[i] & 15];
	}
	text_r[2 * n] = '\0';
}

static const char *
cell_text(const struct audit_cell_source *source, const struct audit_row *row,
	const struct audit_cells *made)
{
	if (source->kind == AUDIT_CELL_CLASS)
		return audit_class_name(row->class);
	if (source->kind == AUDIT_CELL_RESULT)
		return audit_result_name(row->result);
	if (source->kind == AUDIT_CELL_TEXT)
		return (const char *)row + source->offset;
	return (const char *)made + source->made;
}

/* Most rows are of one moment. */
static void
other_time(const struct audit_row *row, int64_t time_us, const char time[40], char text_r[40])
{
	if (time_us == row->time_us)
		memcpy(text_r, time, 40);
	else
		audit_time_text(time_us, row->offset_min, text_r);
}

void
audit_row_cells(const struct audit_row *row, uint64_t seq, const uint8_t *chain,
	struct audit_cells *cells_r)
{
	(void)snprintf(cells_r->seq, sizeof(cells_r->seq), "%" PRIu64, seq);
	(void)snprintf(cells_r->count, sizeof(cells_r->count), "%" PRIu32, row->count);
	audit_time_text(row->time_us, row->offset_min, cells_r->time);
	other_time(row, row->first_us, cells_r->time, cells_r->first);
	other_time(row, row->last_us, cells_r->time, cells_r->last);
	hash_text(chain, cells_r->hash);
	for (size_t i = 0; i < AUDIT_COLUMNS; i++)
		cells_r->cells[i] = cell_text(&audit_cell_sources[i], row, cells_r);
}
