/*
 * A message in memory: adding to it and reading from it, each value checked
 * against the table. The frame around it is wire_codec.c's. Nothing here
 * interprets a value beyond its form.
 */
#include "config.h"

#include "common/wire.h"

#include <string.h>

#include "common/utf8.h"
#include "common/wire_check.h"

#define BIT(type) (1U << (type))
#define UINT_TYPES (BIT(WF_T_U8) | BIT(WF_T_U16) | BIT(WF_T_U32) | BIT(WF_T_U64))
#define TEXT_TYPES (BIT(WF_T_NAME) | BIT(WF_T_TEXT))
#define SECRET_TYPES BIT(WF_T_SECRET)
#define BYTES_TYPES (TEXT_TYPES | SECRET_TYPES | BIT(WF_T_BYTES))
#define TAGGED_TYPES (SECRET_TYPES | BIT(WF_T_BYTES))

/* True for the messages that may have a secret. */
static bool
wire_msg_is_secret(enum wf_msg_type type)
{
	const struct wf_msg_spec *spec = wf_wire_msg(type);
	const struct wf_msg_field *row = spec != NULL ? spec->fields : NULL;

	for (; row != NULL && row->id != 0; row++)
		if (wf_wire_field(row->id)->type == WF_T_SECRET)
			return true;
	return false;
}

void
wf_msg_init(struct wf_msg *msg, enum wf_msg_type type, uint16_t version)
{
	*msg = (struct wf_msg){.version = version, .type = type};
	if (wire_msg_is_secret(type))
		wf_buf_init_secret(&msg->bytes, WF_WIRE_FRAME_MAX);
	else
		wf_buf_init(&msg->bytes, WF_WIRE_FRAME_MAX);
}

void
wf_msg_clear(struct wf_msg *msg)
{
	wf_buf_clear(&msg->bytes);
	msg->nvalues = 0;
}

const struct wf_msg_field *
wf_wire_msg_field(enum wf_msg_type type, enum wf_field_id id)
{
	const struct wf_msg_spec *spec = wf_wire_msg(type);
	const struct wf_msg_field *row;

	if (spec == NULL)
		return NULL;
	for (row = spec->fields; row->id != 0; row++)
		if (row->id == id)
			return row;
	return NULL;
}

static bool
wire_value_is_well_formed(const struct wf_field_spec *field, const uint8_t *bytes, size_t len)
{
	bool lines = field->id == WF_F_TEXT || field->id == WF_F_CELL;

	if (len == 0)
		return true;
	if (field->type == WF_T_NAME)
		return memchr(bytes, '\0', len) == NULL && memchr(bytes, '\n', len) == NULL;
	if (field->type == WF_T_TEXT)
		return wf_utf8_valid(bytes, len, lines);
	return true;
}

/* May `id` with this value be added to the message? */
static wf_status
msg_check(const struct wf_msg *msg, enum wf_field_id id, const uint8_t *bytes, size_t len)
{
	const struct wf_msg_field *row = wf_wire_msg_field(msg->type, id);
	const struct wf_field_spec *field = wf_wire_field(id);

	if (row == NULL)
		return WF_INVALID;
	if (!row->repeated && wf_msg_count(msg, id) > 0)
		return WF_INVALID;
	if (len > field->max)
		return WF_TOO_LONG;
	if (len < field->min || !wire_value_is_well_formed(field, bytes, len))
		return WF_INVALID;
	return msg->nvalues < WF_WIRE_FIELDS_MAX ? WF_OK : WF_TOO_LONG;
}

/* Makes the bytes behind `off` a value of the message, or takes them off again. */
static wf_status
msg_accept(struct wf_msg *msg, enum wf_field_id id, size_t off)
{
	size_t len = msg->bytes.len - off;
	const uint8_t *bytes = len > 0 ? msg->bytes.data + off : NULL;
	wf_status status = msg_check(msg, id, bytes, len);

	if (status != WF_OK) {
		wf_buf_cut(&msg->bytes, off);
		return status;
	}
	msg->values[msg->nvalues++] = (struct wf_msg_value){.id = id, .off = off, .len = len};
	return WF_OK;
}

wf_status
wf_wire_msg_append(struct wf_msg *msg, enum wf_field_id id, const void *bytes, size_t len)
{
	size_t off = msg->bytes.len;
	wf_status status = wf_buf_put(&msg->bytes, bytes, len);

	return status == WF_OK ? msg_accept(msg, id, off) : status;
}

/* True when the field exists and its type is among `types`. */
static bool
wire_field_is(enum wf_field_id id, unsigned types)
{
	const struct wf_field_spec *field = wf_wire_field(id);

	return field != NULL && (types & BIT(field->type)) != 0;
}

wf_status
wf_msg_add_uint(struct wf_msg *msg, enum wf_field_id id, uint64_t value)
{
	uint8_t bytes[8];
	size_t width;

	if (!wire_field_is(id, UINT_TYPES))
		return WF_INVALID;
	width = wf_wire_field(id)->max;
	/* From the lowest octet up; what is left of the value then did not fit. */
	for (size_t i = width; i > 0; i--, value >>= 8)
		bytes[i - 1] = (uint8_t)value;
	if (value != 0)
		return WF_TOO_LONG;
	return wf_wire_msg_append(msg, id, bytes, width);
}

wf_status
wf_msg_add_bytes(struct wf_msg *msg, enum wf_field_id id, const void *bytes, size_t len)
{
	if (!wire_field_is(id, BYTES_TYPES))
		return WF_INVALID;
	return wf_wire_msg_append(msg, id, bytes, len);
}

wf_status
wf_msg_add_text(struct wf_msg *msg, enum wf_field_id id, const char *text)
{
	const struct wf_msg_field *row = wf_wire_msg_field(msg->type, id);
	size_t len = text != NULL ? strlen(text) : 0;

	if (row == NULL || !wire_field_is(id, TEXT_TYPES))
		return WF_INVALID;
	if (len == 0 && !row->required)
		return WF_OK;
	return wf_wire_msg_append(msg, id, text, len);
}

wf_status
wf_msg_add_tagged(
	struct wf_msg *msg, enum wf_field_id id, uint8_t tag, const void *bytes, size_t len)
{
	size_t off = msg->bytes.len;
	wf_status status;

	if (!wire_field_is(id, TAGGED_TYPES))
		return WF_INVALID;
	status = wf_buf_put_u8(&msg->bytes, tag);
	if (status == WF_OK)
		status = wf_buf_put(&msg->bytes, bytes, len);
	if (status == WF_OK)
		return msg_accept(msg, id, off);
	wf_buf_cut(&msg->bytes, off);
	return status;
}

size_t
wf_msg_count(const struct wf_msg *msg, enum wf_field_id id)
{
	size_t count = 0;

	for (size_t i = 0; i < msg->nvalues; i++)
		count += msg->values[i].id == id;
	return count;
}

wf_status
wf_msg_get_bytes(const struct wf_msg *msg, enum wf_field_id id, size_t index,
	const uint8_t **bytes_r, size_t *len_r)
{
	static const uint8_t nothing[1];

	for (size_t i = 0; i < msg->nvalues; i++) {
		const struct wf_msg_value *value = &msg->values[i];

		if (value->id != id || index-- > 0)
			continue;
		*bytes_r = value->len > 0 ? msg->bytes.data + value->off : nothing;
		*len_r = value->len;
		return WF_OK;
	}
	return WF_NOT_FOUND;
}

wf_status
wf_msg_get_uint(const struct wf_msg *msg, enum wf_field_id id, uint64_t *value_r)
{
	const uint8_t *bytes;
	size_t len;
	uint64_t value = 0;

	if (!wire_field_is(id, UINT_TYPES))
		return WF_INVALID;
	if (wf_msg_get_bytes(msg, id, 0, &bytes, &len) != WF_OK)
		return WF_NOT_FOUND;
	for (size_t i = 0; i < len; i++)
		value = value << 8 | bytes[i];
	*value_r = value;
	return WF_OK;
}

wf_status
wf_msg_get_text(
	const struct wf_msg *msg, enum wf_field_id id, size_t index, char *text_r, size_t size)
{
	const uint8_t *bytes = NULL;
	size_t len = 0;

	if (!wire_field_is(id, TEXT_TYPES))
		return WF_INVALID;
	/* Absent is as good as empty: len stays 0. */
	(void)!wf_msg_get_bytes(msg, id, index, &bytes, &len);
	if (len >= size)
		return WF_TOO_LONG;
	if (len > 0)
		memcpy(text_r, bytes, len);
	text_r[len] = '\0';
	return WF_OK;
}

wf_status
wf_msg_get_secret(const struct wf_msg *msg, enum wf_field_id id, size_t index, size_t skip,
	struct wf_secret *secret_r)
{
	const uint8_t *bytes;
	size_t len;

	if (!wire_field_is(id, SECRET_TYPES))
		return WF_INVALID;
	if (wf_msg_get_bytes(msg, id, index, &bytes, &len) != WF_OK)
		return WF_NOT_FOUND;
	if (len < skip)
		return WF_INVALID;
	return wf_secret_set(secret_r, bytes + skip, len - skip);
}
