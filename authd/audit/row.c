/*
 * The audit row and its canonical encoding.  One table says where each field lies and how it is
 * written; encoder, decoder and the test of every field walk it.
 *
 * There is exactly one encoding of a row.  The encoder brings the row into its canonical form
 * first (clean texts, a source, a count, times of the aggregated attempts); the decoder refuses
 * whatever is not in that form, so that nobody can change stored bytes and have the same row come
 * out.
 */
#include "config.h"

#include "authd/audit/audit.h"

#include <stdbool.h>
#include <string.h>


#define ROW_VERSION 1
#define ROW_NO_SOURCE "local:unknown"

enum field_type { FIELD_U32, FIELD_I32, FIELD_I64, FIELD_TEXT };

struct row_field {
	enum field_type type;
	size_t offset, size;
	int64_t least, most; /* of numbers */
};

#define NUMBER(member, type, least, most)                                       \
	{                                                                       \
		type, offsetof(struct audit_row, member),                       \
			sizeof(((struct audit_row *)NULL)->member), least, most \
	}
#define TEXT(member)                                                     \
	{                                                                \
		FIELD_TEXT, offsetof(struct audit_row, member),          \
			sizeof(((struct audit_row *)NULL)->member), 0, 0 \
	}

/* The order is that of the encoding: append only, with a new version. */
static const struct row_field row_fields[] = {
	NUMBER(class, FIELD_U32, AUDIT_AUTH, AUDIT_TOMBSTONE),
	NUMBER(time_us, FIELD_I64, INT64_MIN, INT64_MAX),
	NUMBER(offset_min, FIELD_I32, -1440, 1440),
	NUMBER(result, FIELD_U32, AUDIT_FAILURE, AUDIT_UNAVAILABLE),
	TEXT(event),
	TEXT(reason),
	TEXT(source),
	TEXT(host),
	TEXT(user),
	TEXT(machine),
	TEXT(service),
	TEXT(action),
	TEXT(factors),
	TEXT(kinds),
	TEXT(rule),
	TEXT(txn),
	TEXT(operator_name),
	TEXT(ticket),
	TEXT(approver),
	TEXT(detail),
	TEXT(node),
	NUMBER(count, FIELD_U32, 1, UINT32_MAX),
	NUMBER(first_us, FIELD_I64, INT64_MIN, INT64_MAX),
	NUMBER(last_us, FIELD_I64, INT64_MIN, INT64_MAX),
};

#define TEXT_MOST sizeof(((struct audit_row *)NULL)->detail) /* the longest one */
#define ROW_FIELDS (sizeof(row_fields) / sizeof(row_fields[0]))

_Static_assert(sizeof(enum audit_class) == sizeof(uint32_t), "enums are written as u32");

void
audit_row_init(struct audit_row *row, enum audit_class class, const char *event)
{
	memset(row, 0, sizeof(*row));
	row->class = class;
	row->result = AUDIT_NEUTRAL;
	row->count = 1;
	AUDIT_TEXT(row->event, event);
}

/* The one form of a row that is encoded. */
static void
row_make_canonical(struct audit_row *row)
{
	for (size_t i = 0; i < ROW_FIELDS; i++) {
		char *text = (char *)row + row_fields[i].offset;

		if (row_fields[i].type != FIELD_TEXT)
			continue;
		text[row_fields[i].size - 1] = '\0';
		audit_text(text, row_fields[i].size, text);
	}
	if (row->source[0] == '\0')
		AUDIT_TEXT(row->source, ROW_NO_SOURCE);
	if (row->count == 0)
		row->count = 1;
	if (row->first_us == 0)
		row->first_us = row->time_us;
	if (row->last_us == 0)
		row->last_us = row->time_us;
}

static int64_t
number_read(const struct audit_row *row, const struct row_field *field)
{
	const char *at = (const char *)row + field->offset;
	uint32_t u32;
	int32_t i32;
	int64_t i64;

	if (field->type == FIELD_I64) {
		memcpy(&i64, at, sizeof(i64));
		return i64;
	}
	if (field->type == FIELD_I32) {
		memcpy(&i32, at, sizeof(i32));
		return i32;
	}
	memcpy(&u32, at, sizeof(u32));
	return u32;
}

static void
number_write(struct audit_row *row, const struct row_field *field, int64_t value)
{
	char *at = (char *)row + field->offset;
	uint32_t u32 = (uint32_t)value;
	int32_t i32 = (int32_t)value;

	if (field->type == FIELD_I64)
		memcpy(at, &value, sizeof(value));
	else if (field->type == FIELD_I32)
		memcpy(at, &i32, sizeof(i32));
	else
		memcpy(at, &u32, sizeof(u32));
}

static wf_status
field_encode(const struct audit_row *row, const struct row_field *field, struct wf_buf *encoded)
{
	const char *text = (const char *)row + field->offset;
	int64_t value;

	if (field->type == FIELD_TEXT)
		return wf_buf_put_block(encoded, text, strlen(text));
	value = number_read(row, field);
	if (value < field->least || value > field->most)
		return WF_INVALID;
	return wf_buf_put_u64(encoded, (uint64_t)value);
}

wf_status
audit_row_encode(const struct audit_row *row, struct wf_buf *encoded)
{
	struct audit_row canonical = *row;
	size_t before = encoded->len;
	wf_status status = wf_buf_put_u8(encoded, ROW_VERSION);

	row_make_canonical(&canonical);
	for (size_t i = 0; status == WF_OK && i < ROW_FIELDS; i++)
		status = field_encode(&canonical, &row_fields[i], encoded);
	if (status != WF_OK)
		wf_buf_cut(encoded, before);
	return status;
}

static wf_status
text_decode(struct wf_reader *reader, const struct row_field *field, struct audit_row *row)
{
	const uint8_t *bytes;
	size_t len;
	wf_status status = wf_reader_get_block(reader, &bytes, &len);

	if (status != WF_OK || len >= field->size)
		return WF_CORRUPT;
	memcpy((char *)row + field->offset, bytes, len);
	return strnlen((char *)row + field->offset, field->size) == len ? WF_OK : WF_CORRUPT;
}

static wf_status
field_decode(struct wf_reader *reader, const struct row_field *field, struct audit_row *row)
{
	uint64_t raw;
	int64_t value;

	if (field->type == FIELD_TEXT)
		return text_decode(reader, field, row);
	if (wf_reader_get_u64(reader, &raw) != WF_OK)
		return WF_CORRUPT;
	value = (int64_t)raw;
	if (value < field->least || value > field->most)
		return WF_CORRUPT;
	number_write(row, field, value);
	return WF_OK;
}

static bool
text_is_canonical(const struct audit_row *row, const struct row_field *field)
{
	const char *text = (const char *)row + field->offset;
	char clean[TEXT_MOST];

	if (strnlen(text, field->size) == field->size)
		return false;
	audit_text(clean, field->size, text);
	return strcmp(clean, text) == 0;
}

/* What row_make_canonical() would change, found without a copy of the row. */
bool
audit_row_is_canonical(const struct audit_row *row)
{
	for (size_t i = 0; i < ROW_FIELDS; i++)
		if (row_fields[i].type == FIELD_TEXT && !text_is_canonical(row, &row_fields[i]))
			return false;
	return row->source[0] != '\0' && row->count != 0 &&
	       (row->first_us != 0 || row->time_us == 0) &&
	       (row->last_us != 0 || row->time_us == 0);
}

wf_status
audit_row_decode(const uint8_t *bytes, size_t len, struct audit_row *row_r)
{
	struct wf_reader reader;
	struct audit_row row;
	uint8_t version;

	memset(&row, 0, sizeof(row));
	wf_reader_init(&reader, bytes, len);
	if (wf_reader_get_u8(&reader, &version) != WF_OK || version == 0)
		return WF_CORRUPT;
	if (version > ROW_VERSION)
		return WF_VERSION;
	for (size_t i = 0; i < ROW_FIELDS; i++)
		if (field_decode(&reader, &row_fields[i], &row) != WF_OK)
			return WF_CORRUPT;
	if (wf_reader_left(&reader) != 0 || !audit_row_is_canonical(&row))
		return WF_CORRUPT;
	*row_r = row;
	return WF_OK;
}
