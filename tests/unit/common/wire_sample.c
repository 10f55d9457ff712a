/*
 * Messages made from the table itself: a new message or field is tested from the day it is added.
 */
#include "config.h"

#include "tests/unit/common/wire_sample.h"

#include <check.h>
#include <string.h>

#define LONG_VALUE 700 /* three of each field stay below the ceiling of a frame */

void
sample_value(enum wf_field_id id, size_t len, uint8_t *bytes_r)
{
	static const uint8_t prompt[8] = {1, 0, 0, WF_TEXT_PASSWORD, 0, 0, 0, 110};

	for (size_t i = 0; i < len; i++)
		bytes_r[i] = (uint8_t)('a' + (i + id) % 26);
	if (id == WF_F_PROMPT && len == sizeof(prompt))
		memcpy(bytes_r, prompt, sizeof(prompt));
}

static void
sample_add(struct wf_msg *msg, const struct wf_msg_field *row, enum sample kind)
{
	const struct wf_field_spec *field = wf_wire_field(row->id);
	size_t len = kind == SAMPLE_LARGE ? field->max : field->min;
	size_t times = kind == SAMPLE_LARGE && row->repeated ? 3 : 1;
	uint8_t bytes[LONG_VALUE];

	if (len > sizeof(bytes))
		len = sizeof(bytes);
	sample_value(row->id, len, bytes);
	for (size_t i = 0; i < times; i++) {
		if (field->type <= WF_T_U64)
			ck_assert_int_eq(wf_msg_add_uint(msg, row->id, 1), WF_OK);
		else
			ck_assert_int_eq(wf_msg_add_bytes(msg, row->id, bytes, len), WF_OK);
	}
}

void
sample_make(size_t row, uint16_t version, enum sample kind, struct wf_msg *msg_r)
{
	size_t count;
	const struct wf_msg_spec *spec = wf_wire_msgs(&count) + row;

	ck_assert_uint_lt(row, count);
	wf_msg_init(msg_r, spec->type, version);
	for (const struct wf_msg_field *field = spec->fields; field->id != 0; field++)
		if (field->required || kind != SAMPLE_REQUIRED)
			sample_add(msg_r, field, kind);
}

bool
sample_equal(const struct wf_msg *a, const struct wf_msg *b)
{
	if (a->version != b->version || a->type != b->type || a->nvalues != b->nvalues)
		return false;
	for (size_t i = 0; i < a->nvalues; i++) {
		const struct wf_msg_value *left = &a->values[i];
		const struct wf_msg_value *right = &b->values[i];

		if (left->id != right->id || left->len != right->len)
			return false;
		if (left->len > 0 && memcmp(a->bytes.data + left->off,
					     b->bytes.data + right->off, left->len) != 0)
			return false;
	}
	return true;
}

void
raw_start(struct wf_buf *frame, unsigned version, unsigned type)
{
	wf_buf_init(frame, 4 * WF_WIRE_FRAME_MAX);
	ck_assert_int_eq(wf_buf_put_u32(frame, 0), WF_OK);
	ck_assert_int_eq(wf_buf_put_u16(frame, (uint16_t)version), WF_OK);
	ck_assert_int_eq(wf_buf_put_u16(frame, (uint16_t)type), WF_OK);
}

void
raw_field(struct wf_buf *frame, unsigned id, const void *bytes, size_t len)
{
	ck_assert_int_eq(wf_buf_put_u16(frame, (uint16_t)id), WF_OK);
	ck_assert_int_eq(wf_buf_put_block(frame, bytes, len), WF_OK);
}

void
raw_finish(struct wf_buf *frame)
{
	size_t rest = frame->len - 4;

	for (size_t i = 0; i < 4; i++)
		frame->data[i] = (uint8_t)(rest >> (8 * (3 - i)));
}

wf_status
raw_decode(const struct wf_buf *frame)
{
	struct wf_msg msg;
	wf_status status = wf_msg_decode(frame->data, frame->len, &msg);

	if (status == WF_OK)
		wf_msg_clear(&msg);
	return status;
}
