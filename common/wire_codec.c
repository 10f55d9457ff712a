/*
 * Frames: a message to bytes and back, and the prompt within PROMPTS. The
 * decoder is strict, because whatever it lets through is trusted to have the
 * form that the table says; it reads only through wf_reader.
 */
#include "config.h"

#include "common/wire.h"
#include "common/wire_check.h"

#define FRAME_PREFIX 4 /* the length itself */
#define FIELD_HEADER 4 /* id and length of a field */

static bool
wire_version_is_known(uint16_t version)
{
	return version >= WF_WIRE_OLDEST && version <= WF_WIRE_VERSION;
}

static bool
wire_field_is_in(enum wf_field_id id, uint16_t version)
{
	const struct wf_field_spec *field = wf_wire_field(id);

	return field != NULL && field->since <= version;
}

/* Known type, and every field there that its version requires. */
static bool
msg_is_complete(const struct wf_msg *msg)
{
	const struct wf_msg_spec *spec = wf_wire_msg(msg->type);
	const struct wf_msg_field *row;

	if (spec == NULL || spec->since > msg->version)
		return false;
	for (row = spec->fields; row->id != 0; row++) {
		bool wanted = row->required && /* coverage: no field is newer than its message yet */
			      wire_field_is_in(row->id, msg->version);

		if (wanted && wf_msg_count(msg, row->id) == 0)
			return false;
	}
	return true;
}

static size_t
msg_frame_len(const struct wf_msg *msg)
{
	size_t len = WF_WIRE_HEADER;

	for (size_t i = 0; i < msg->nvalues; i++)
		if (wire_field_is_in(msg->values[i].id, msg->version))
			len += FIELD_HEADER + msg->values[i].len;
	return len;
}

static wf_status
frame_put_header(struct wf_buf *frame, const struct wf_msg *msg, size_t len)
{
	wf_status status = wf_buf_put_u32(frame, (uint32_t)(len - FRAME_PREFIX));

	if (status == WF_OK)
		status = wf_buf_put_u16(frame, msg->version);
	if (status == WF_OK)
		status = wf_buf_put_u16(frame, (uint16_t)msg->type);
	return status;
}

static wf_status
frame_put_value(struct wf_buf *frame, const struct wf_msg *msg, const struct wf_msg_value *value)
{
	const uint8_t *bytes = value->len > 0 ? msg->bytes.data + value->off : NULL;
	wf_status status;

	if (!wire_field_is_in(value->id, msg->version))
		return WF_OK;
	status = wf_buf_put_u16(frame, (uint16_t)value->id);
	return status == WF_OK ? wf_buf_put_block(frame, bytes, value->len) : status;
}

wf_status
wf_msg_encode(const struct wf_msg *msg, struct wf_buf *frame)
{
	size_t before = frame->len;
	size_t len = msg_frame_len(msg);
	wf_status status;

	if (!wire_version_is_known(msg->version))
		return WF_VERSION;
	if (!msg_is_complete(msg))
		return WF_INVALID;
	if (len > WF_WIRE_FRAME_MAX)
		return WF_TOO_LONG;
	status = frame_put_header(frame, msg, len);
	for (size_t i = 0; status == WF_OK && i < msg->nvalues; i++)
		status = frame_put_value(frame, msg, &msg->values[i]);
	if (status != WF_OK)
		wf_buf_cut(frame, before);
	return status;
}

wf_status
wf_frame_length(const uint8_t *bytes, size_t len, size_t *frame_len_r)
{
	struct wf_reader reader;
	uint32_t rest;

	wf_reader_init(&reader, bytes, len);
	if (wf_reader_get_u32(&reader, &rest) != WF_OK)
		return WF_AGAIN;
	if (rest < WF_WIRE_HEADER - FRAME_PREFIX || rest > WF_WIRE_FRAME_MAX - FRAME_PREFIX)
		return WF_INVALID;
	*frame_len_r = FRAME_PREFIX + rest;
	return WF_OK;
}

/* One field of the frame into the message. A fault of ours stays what it is; all else is INVALID. */
static wf_status
msg_read_value(struct wf_msg *msg, struct wf_reader *reader)
{
	const uint8_t *bytes;
	uint16_t id;
	size_t len;
	wf_status status;

	if (wf_reader_get_u16(reader, &id) != WF_OK)
		return WF_INVALID;
	if (wf_reader_get_block(reader, &bytes, &len) != WF_OK)
		return WF_INVALID;
	if (!wire_field_is_in((enum wf_field_id)id, msg->version))
		return WF_INVALID;
	status = wf_wire_msg_append(msg, (enum wf_field_id)id, bytes, len);
	return status == WF_OK || status == WF_NO_MEMORY ? status : WF_INVALID;
}

static wf_status
msg_read_values(struct wf_msg *msg, struct wf_reader *reader)
{
	wf_status status = WF_OK;

	while (status == WF_OK && wf_reader_left(reader) > 0)
		status = msg_read_value(msg, reader);
	if (status == WF_OK && !msg_is_complete(msg))
		status = WF_INVALID;
	return status;
}

/* Length, version and type; `reader` stands at the first field then. */
static wf_status
frame_read_header(struct wf_reader *reader, uint16_t *version_r, uint16_t *type_r)
{
	size_t have = wf_reader_left(reader);
	const uint8_t *head;
	size_t frame_len;
	uint16_t version;

	if (wf_reader_get(reader, WF_WIRE_HEADER, &head) != WF_OK)
		return WF_INVALID;
	if (wf_frame_length(head, WF_WIRE_HEADER, &frame_len) != WF_OK || frame_len != have)
		return WF_INVALID;
	version = (uint16_t)(head[4] << 8 | head[5]);
	if (!wire_version_is_known(version))
		return WF_VERSION;
	*version_r = version;
	*type_r = (uint16_t)(head[6] << 8 | head[7]);
	return WF_OK;
}

wf_status
wf_msg_decode(const uint8_t *bytes, size_t len, struct wf_msg *msg_r)
{
	struct wf_reader reader;
	struct wf_msg msg;
	uint16_t version, type;
	wf_status status;

	wf_reader_init(&reader, bytes, len);
	status = frame_read_header(&reader, &version, &type);
	if (status != WF_OK)
		return status;
	wf_msg_init(&msg, (enum wf_msg_type)type, version);
	status = msg_read_values(&msg, &reader);
	if (status != WF_OK) {
		wf_msg_clear(&msg);
		return status;
	}
	*msg_r = msg;
	return WF_OK;
}

wf_status
wf_msg_add_prompt(struct wf_msg *msg, const struct wf_prompt *prompt)
{
	uint16_t text = (uint16_t)prompt->text;
	uint32_t ttl = prompt->ttl_s;
	const uint8_t bytes[8] = {
		prompt->id,
		prompt->echo,
		(uint8_t)(text >> 8),
		(uint8_t)text,
		(uint8_t)(ttl >> 24),
		(uint8_t)(ttl >> 16),
		(uint8_t)(ttl >> 8),
		(uint8_t)ttl,
	};

	return wf_msg_add_bytes(msg, WF_F_PROMPT, bytes, sizeof(bytes));
}

wf_status
wf_msg_get_prompt(const struct wf_msg *msg, size_t index, struct wf_prompt *prompt_r)
{
	const uint8_t *b;
	size_t len;
	unsigned text;

	/* The table fixes the length of a prompt. */
	if (wf_msg_get_bytes(msg, WF_F_PROMPT, index, &b, &len) != WF_OK)
		return WF_NOT_FOUND;
	text = (unsigned)b[2] << 8 | b[3];
	if (b[1] > 1 || text >= WF_TEXT_COUNT)
		return WF_INVALID;
	*prompt_r = (struct wf_prompt){
		.id = b[0],
		.echo = b[1] == 1,
		.text = (enum wf_text_id)text,
		.ttl_s = (uint32_t)b[4] << 24 | (uint32_t)b[5] << 16 | (uint32_t)b[6] << 8 | b[7],
	};
	return WF_OK;
}
