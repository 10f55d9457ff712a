/*
 * Exported lines.  There is exactly one line for a row: reading one back ends by writing it again
 * and comparing, so the reader below may be plain, and whatever is spelled in another way is
 * refused rather than guessed at.
 */
#include "config.h"

#include "authd/audit/export.h"

#include <string.h>
#include <time.h>

#include "authd/audit/cells.h"
#include "common/secret.h"

#define US_PER_S INT64_C(1000000)
#define TEXT_MAX 520 /* the longest field is detail */

/* --- writing --- */

/* Cleaned texts have no controls: two characters alone have to be escaped (RFC 8259, section 7). */
static wf_status
put_escaped(struct wf_buf *line, const char *text)
{
	wf_status status = WF_OK;

	while (status == WF_OK && *text != '\0') {
		size_t plain = strcspn(text, "\"\\");

		status = wf_buf_put(line, text, plain);
		text += plain;
		if (status != WF_OK || *text == '\0')
			break;
		status = wf_buf_put_u8(line, '\\');
		if (status == WF_OK)
			status = wf_buf_put(line, text++, 1);
	}
	return status;
}

static bool
is_number(size_t column)
{
	return strchr(audit_columns[column], ':') != NULL;
}

static wf_status
put_cell(struct wf_buf *line, size_t column, const char *cell)
{
	const char *key = audit_columns[column];
	const char *quote = is_number(column) ? "" : "\"";
	wf_status status = wf_buf_put(line, column == 0 ? "{\"" : ",\"", 2);

	if (status == WF_OK)
		status = wf_buf_put(line, key, strcspn(key, ":"));
	if (status == WF_OK)
		status = wf_buf_put(line, "\":", 2);
	if (status == WF_OK)
		status = wf_buf_put(line, quote, strlen(quote));
	if (status == WF_OK)
		status = put_escaped(line, cell);
	return status == WF_OK ? wf_buf_put(line, quote, strlen(quote)) : status;
}

wf_status
audit_export_row(
	const struct audit_row *row, uint64_t seq, const uint8_t chain[32], struct wf_buf *line)
{
	const size_t before = line->len;
	struct audit_cells cells;
	wf_status status = WF_OK;

	audit_row_cells(row, seq, chain, &cells);
	for (size_t i = 0; status == WF_OK && i < AUDIT_COLUMNS; i++)
		status = put_cell(line, i, cells.cells[i]);
	if (status == WF_OK)
		status = wf_buf_put_u8(line, '}');
	if (status != WF_OK)
		wf_buf_cut(line, before);
	return status;
}

/* --- reading: each step moves on, or says that this is none of our lines --- */

struct cursor {
	const char *at, *end;
};

static bool
take(struct cursor *cursor, const char *word, size_t len)
{
	if ((size_t)(cursor->end - cursor->at) < len || strncmp(cursor->at, word, len) != 0)
		return false;
	cursor->at += len;
	return true;
}

static bool
take_key(struct cursor *cursor, size_t column)
{
	const char *key = audit_columns[column];

	return take(cursor, column == 0 ? "{\"" : ",\"", 2) &&
	       take(cursor, key, strcspn(key, ":")) && take(cursor, "\":", 2);
}

/* A text in quotes, or a number up to the comma: no number is the last one of a line. */
static bool
take_value(struct cursor *cursor, bool number, char text_r[TEXT_MAX])
{
	const char behind = number ? ',' : '"';
	size_t n = 0;

	if (!number && !take(cursor, "\"", 1))
		return false;
	while (cursor->at < cursor->end && n + 1 < TEXT_MAX && *cursor->at != behind) {
		if (*cursor->at == '\\' && ++cursor->at == cursor->end)
			return false;
		text_r[n++] = *cursor->at++;
	}
	text_r[n] = '\0';
	return number || take(cursor, "\"", 1);
}

static bool
read_digits(const char **at, uint64_t most, uint64_t *value_r)
{
	uint64_t value = 0;
	const char *first = *at;

	for (; **at >= '0' && **at <= '9'; (*at)++) {
		uint64_t digit = (uint64_t)(**at - '0');

		if (value > (most - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*value_r = value;
	return *at != first;
}

/* The parts of a time; years may have a sign. */
enum part { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, FRACTION, AWAY_HOURS, AWAY_MINUTES, PARTS };

struct moment {
	int64_t parts[PARTS];
	bool west;
};

static bool
read_moment(const char *text, struct moment *moment_r)
{
	static const char behind[] = "--T::.?:"; /* the sign of the offset at '?' */
	const int64_t era = text[0] == '-' ? -1 : 1;

	text += era < 0;
	for (size_t i = 0; i < PARTS; i++) {
		uint64_t value;

		if (!read_digits(&text, 999999, &value))
			return false;
		moment_r->parts[i] = (int64_t)value;
		if (behind[i] == '?')
			moment_r->west = *text == '-';
		else if (*text != behind[i])
			return false;
		text += *text != '\0';
	}
	moment_r->parts[YEAR] *= era;
	return true;
}

bool
audit_time_read(const char *text, int64_t *us_r, int32_t *offset_r)
{
	struct moment moment = {.west = false};
	int64_t away, seconds, early;
	struct tm tm = {.tm_isdst = 0};

	if (!read_moment(text, &moment))
		return false;
	tm.tm_year = (int)moment.parts[YEAR] - 1900;
	tm.tm_mon = (int)moment.parts[MONTH] - 1;
	tm.tm_mday = (int)moment.parts[DAY];
	tm.tm_hour = (int)moment.parts[HOUR];
	tm.tm_min = (int)moment.parts[MINUTE];
	tm.tm_sec = (int)moment.parts[SECOND];
	away = moment.parts[AWAY_HOURS] * 60 + moment.parts[AWAY_MINUTES];
	away = moment.west ? -away : away;
	seconds = (int64_t)timegm(&tm) - away * 60;
	early = seconds < 0; /* the first second there is begins before the first microsecond */
	if (__builtin_mul_overflow(seconds + early, US_PER_S, us_r) ||
		__builtin_add_overflow(*us_r, moment.parts[FRACTION] - early * US_PER_S, us_r))
		return false;
	*offset_r = (int32_t)away;
	return true;
}

static bool
read_hash(const char *text, uint8_t chain_r[32])
{
	static const char digits[] = "0123456789abcdef";

	if (strlen(text) != 64)
		return false;
	for (size_t i = 0; i < 64; i++) {
		const char *digit = strchr(digits, text[i]);

		if (digit == NULL)
			return false;
		chain_r[i / 2] = (uint8_t)(chain_r[i / 2] << 4 | (digit - digits));
	}
	return true;
}

static bool
read_class(const char *text, enum audit_class *class_r)
{
	for (int i = AUDIT_AUTH; i <= AUDIT_TOMBSTONE; i++)
		if (strcmp(audit_class_name((enum audit_class)i), text) == 0) {
			*class_r = (enum audit_class)i;
			return true;
		}
	return false;
}

static bool
read_result(const char *text, enum audit_result *result_r)
{
	for (int i = AUDIT_FAILURE; i <= AUDIT_UNAVAILABLE; i++)
		if (strcmp(audit_result_name((enum audit_result)i), text) == 0) {
			*result_r = (enum audit_result)i;
			return true;
		}
	return false;
}

static bool
read_text(const char *text, char *field, size_t size)
{
	size_t len = strlen(text);

	if (len >= size)
		return false;
	memcpy(field, text, len + 1);
	return true;
}

static bool
read_row_time(const char *text, struct audit_row *row, size_t offset)
{
	int64_t us;

	if (!audit_time_read(text, &us, &row->offset_min))
		return false;
	memcpy((char *)row + offset, &us, sizeof(us));
	return true;
}

static bool
read_cell(const struct audit_cell_source *source, const char *text, struct audit_exported *to)
{
	uint64_t value;

	switch (source->kind) {
	case AUDIT_CELL_TEXT:
		return read_text(text, (char *)&to->row + source->offset, source->size);
	case AUDIT_CELL_TIME:
		return read_row_time(text, &to->row, source->offset);
	case AUDIT_CELL_CLASS:
		return read_class(text, &to->row.class);
	case AUDIT_CELL_RESULT:
		return read_result(text, &to->row.result);
	case AUDIT_CELL_SEQ:
		return read_digits(&text, UINT64_MAX, &to->seq);
	case AUDIT_CELL_HASH:
		return read_hash(text, to->chain);
	case AUDIT_CELL_COUNT:
	default:
		if (!read_digits(&text, UINT32_MAX, &value))
			return false;
		to->row.count = (uint32_t)value;
		return true;
	}
}

static bool
read_line(struct cursor *cursor, struct audit_exported *to)
{
	char text[TEXT_MAX] = "";

	for (size_t i = 0; i < AUDIT_COLUMNS; i++)
		if (!take_key(cursor, i) || !take_value(cursor, is_number(i), text) ||
			!read_cell(&audit_cell_sources[i], text, to))
			return false;
	return take(cursor, "}", 1) && cursor->at == cursor->end;
}

/* Whether these bytes, and no others, are how this row is written. */
static wf_status
is_its_line(const struct audit_exported *exported, const char *line, size_t len)
{
	struct wf_buf again;
	wf_status status;

	wf_buf_init(&again, AUDIT_EXPORT_MAX);
	status = audit_export_row(&exported->row, exported->seq, exported->chain, &again);
	if (status == WF_OK && (again.len != len || !wf_mem_equal(again.data, line, len)))
		status = WF_CORRUPT;
	wf_buf_clear(&again);
	return status;
}

wf_status
audit_export_parse(const char *line, size_t len, struct audit_exported *exported_r)
{
	struct cursor cursor = {line, line + len};
	struct audit_exported exported;
	wf_status status;

	memset(&exported, 0, sizeof(exported));
	if (!read_line(&cursor, &exported) || !audit_row_is_canonical(&exported.row))
		return WF_CORRUPT;
	status = is_its_line(&exported, line, len);
	if (status == WF_OK)
		*exported_r = exported;
	return status;
}
