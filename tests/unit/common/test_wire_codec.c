/*
 * Frames: every message of the table there and back at every version, and each rule of strictness
 * broken once for each message and field that it applies to.
 */
#include "config.h"

#include <string.h>

#include "common/wire.h"
#include "tests/unit/common/wire_sample.h"
#include "tests/unit/faults.h"
#include "tests/unit/unit.h"

#define MSGS 30 /* rows of the message table; row_count_is_known holds it to that */

static const struct wf_msg_spec *
spec_of(int row)
{
	size_t count;

	return wf_wire_msgs(&count) + row;
}

START_TEST(row_count_is_known)
{
	size_t count;

	(void)wf_wire_msgs(&count);
	ck_assert_uint_eq(count, MSGS);
}
END_TEST

static void
round_trip(int row, uint16_t version, enum sample kind)
{
	struct wf_msg msg, back;
	struct wf_buf frame, again;

	sample_make((size_t)row, version, kind, &msg);
	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	wf_buf_init(&again, WF_WIRE_FRAME_MAX);
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_OK);
	ck_assert_int_eq(wf_msg_decode(frame.data, frame.len, &back), WF_OK);
	if (version == WF_WIRE_VERSION)
		ck_assert(sample_equal(&msg, &back));
	ck_assert_int_eq(wf_msg_encode(&back, &again), WF_OK);
	ck_assert_uint_eq(again.len, frame.len);
	ck_assert_mem_eq(again.data, frame.data, frame.len);
	wf_buf_clear(&frame);
	wf_buf_clear(&again);
	wf_msg_clear(&msg);
	wf_msg_clear(&back);
}

START_TEST(every_message_makes_the_round_trip)
{
	for (int version = spec_of(_i)->since; version <= WF_WIRE_VERSION; version++)
		for (int kind = 0; kind < SAMPLE_COUNT; kind++)
			round_trip(_i, (uint16_t)version, (enum sample)kind);
}
END_TEST

/* In an old frame newer fields are missing and nothing else is. */
START_TEST(an_old_version_leaves_newer_fields_out)
{
	uint16_t oldest = spec_of(_i)->since;
	struct wf_msg msg, back;
	struct wf_buf frame;

	sample_make((size_t)_i, oldest, SAMPLE_SMALL, &msg);
	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_OK);
	ck_assert_int_eq(wf_msg_decode(frame.data, frame.len, &back), WF_OK);
	for (size_t i = 0; i < msg.nvalues; i++) {
		enum wf_field_id id = msg.values[i].id;
		bool old = wf_wire_field(id)->since <= oldest;

		ck_assert_uint_eq(wf_msg_count(&back, id), old ? 1 : 0);
	}
	wf_buf_clear(&frame);
	wf_msg_clear(&msg);
	wf_msg_clear(&back);
}
END_TEST

/* The required fields of a message, raw, without `but` (0: none) and with its repetition apart. */
static void
raw_required(struct wf_buf *frame, int row, unsigned version, enum wf_field_id but)
{
	const struct wf_msg_spec *spec = spec_of(row);
	uint8_t bytes[64];

	raw_start(frame, version, spec->type);
	for (const struct wf_msg_field *field = spec->fields; field->id != 0; field++) {
		size_t len = wf_wire_field(field->id)->min;

		if (!field->required || field->id == but)
			continue;
		sample_value(field->id, len, bytes);
		raw_field(frame, field->id, bytes, len);
	}
}

static wf_status
raw_end(struct wf_buf *frame)
{
	wf_status status;

	raw_finish(frame);
	status = raw_decode(frame);
	wf_buf_clear(frame);
	return status;
}

START_TEST(newer_fields_in_an_old_frame_are_refused)
{
	const struct wf_msg_spec *spec = spec_of(_i);
	uint8_t bytes[64];

	for (const struct wf_msg_field *field = spec->fields; field->id != 0; field++) {
		struct wf_buf frame;
		size_t len = wf_wire_field(field->id)->min;

		if (field->required || wf_wire_field(field->id)->since <= spec->since)
			continue;
		sample_value(field->id, len, bytes);
		raw_required(&frame, _i, spec->since, (enum wf_field_id)0);
		raw_field(&frame, field->id, bytes, len);
		ck_assert_int_eq(raw_end(&frame), WF_INVALID);
		raw_required(&frame, _i, WF_WIRE_VERSION, (enum wf_field_id)0);
		raw_field(&frame, field->id, bytes, len);
		ck_assert_int_eq(raw_end(&frame), WF_OK);
	}
}
END_TEST

/* Front ends of an older release know nothing of it, and nobody takes it for theirs. */
START_TEST(a_newer_message_in_an_old_frame_is_refused)
{
	const struct wf_msg_spec *spec = spec_of(_i);

	for (unsigned version = WF_WIRE_OLDEST; version < spec->since; version++) {
		struct wf_msg msg;
		struct wf_buf frame;

		sample_make((size_t)_i, (uint16_t)version, SAMPLE_SMALL, &msg);
		wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
		ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_INVALID);
		ck_assert_uint_eq(frame.len, 0);
		wf_msg_clear(&msg);
		raw_required(&frame, _i, version, (enum wf_field_id)0);
		ck_assert_int_eq(raw_end(&frame), WF_INVALID);
	}
}
END_TEST

START_TEST(a_missing_field_is_refused)
{
	const struct wf_msg_spec *spec = spec_of(_i);

	for (const struct wf_msg_field *field = spec->fields; field->id != 0; field++) {
		struct wf_buf frame;

		raw_required(&frame, _i, WF_WIRE_VERSION, field->id);
		ck_assert_int_eq(raw_end(&frame), field->required ? WF_INVALID : WF_OK);
	}
}
END_TEST

START_TEST(a_second_field_is_refused_unless_repeated)
{
	const struct wf_msg_spec *spec = spec_of(_i);
	uint8_t bytes[64];

	for (const struct wf_msg_field *field = spec->fields; field->id != 0; field++) {
		struct wf_buf frame;
		size_t len = wf_wire_field(field->id)->min;

		sample_value(field->id, len, bytes);
		raw_required(&frame, _i, WF_WIRE_VERSION, field->id);
		raw_field(&frame, field->id, bytes, len);
		raw_field(&frame, field->id, bytes, len);
		ck_assert_int_eq(raw_end(&frame), field->repeated ? WF_OK : WF_INVALID);
	}
}
END_TEST

START_TEST(sizes_just_outside_are_refused)
{
	const struct wf_msg_spec *spec = spec_of(_i);
	uint8_t bytes[WF_WIRE_FRAME_MAX];

	for (const struct wf_msg_field *field = spec->fields; field->id != 0; field++) {
		const struct wf_field_spec *about = wf_wire_field(field->id);
		size_t lens[] = {about->min, about->max, about->max + 1U, about->min - 1U};

		for (size_t i = 0; i < 3U + (about->min > 0); i++) {
			struct wf_buf frame;

			sample_value(field->id, lens[i], bytes);
			raw_required(&frame, _i, WF_WIRE_VERSION, field->id);
			raw_field(&frame, field->id, bytes, lens[i]);
			ck_assert_int_eq(raw_end(&frame), i < 2 ? WF_OK : WF_INVALID);
		}
	}
}
END_TEST

START_TEST(fields_of_other_messages_are_refused)
{
	const struct wf_msg_spec *spec = spec_of(_i);
	uint8_t bytes[64];

	for (unsigned id = 0; id < 64; id++) {
		const struct wf_field_spec *about = wf_wire_field((enum wf_field_id)id);
		struct wf_buf frame;
		bool own = false;

		for (const struct wf_msg_field *field = spec->fields; field->id != 0; field++)
			own = own || field->id == id;
		if (own)
			continue;
		sample_value((enum wf_field_id)id, about != NULL ? about->min : 1, bytes);
		raw_required(&frame, _i, WF_WIRE_VERSION, (enum wf_field_id)0);
		raw_field(&frame, id, bytes, about != NULL ? about->min : 1);
		ck_assert_int_eq(raw_end(&frame), WF_INVALID);
	}
}
END_TEST

/* Cut off with the length as it was: never a message. */
START_TEST(a_cut_frame_is_refused_at_every_byte)
{
	struct wf_msg msg, back;
	struct wf_buf frame;

	sample_make((size_t)_i, WF_WIRE_VERSION, SAMPLE_SMALL, &msg);
	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_OK);
	for (size_t len = 0; len < frame.len; len++) {
		uint8_t cut[1024];

		memcpy(cut, frame.data, len);
		ck_assert_int_eq(wf_msg_decode(cut, len, &back), WF_INVALID);
	}
	wf_buf_clear(&frame);
	wf_msg_clear(&msg);
}
END_TEST

/* Cut off with the length put right: a message only if it is exactly what would be encoded. */
static void
check_canonical(const struct wf_buf *frame)
{
	struct wf_msg back;
	struct wf_buf again;

	if (wf_msg_decode(frame->data, frame->len, &back) != WF_OK)
		return;
	wf_buf_init(&again, WF_WIRE_FRAME_MAX);
	ck_assert_int_eq(wf_msg_encode(&back, &again), WF_OK);
	ck_assert_uint_eq(again.len, frame->len);
	ck_assert_mem_eq(again.data, frame->data, frame->len);
	wf_buf_clear(&again);
	wf_msg_clear(&back);
}

START_TEST(a_shortened_frame_is_refused_or_canonical)
{
	struct wf_msg msg;
	struct wf_buf frame;

	sample_make((size_t)_i, WF_WIRE_VERSION, SAMPLE_REQUIRED, &msg);
	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_OK);
	while (frame.len > 5) {
		wf_buf_cut(&frame, frame.len - 1);
		raw_finish(&frame);
		ck_assert_int_eq(raw_decode(&frame), WF_INVALID);
	}
	wf_buf_clear(&frame);
	wf_msg_clear(&msg);
	sample_make((size_t)_i, WF_WIRE_VERSION, SAMPLE_SMALL, &msg);
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_OK);
	while (frame.len > 5) {
		wf_buf_cut(&frame, frame.len - 1);
		raw_finish(&frame);
		check_canonical(&frame);
	}
	wf_buf_clear(&frame);
	wf_msg_clear(&msg);
}
END_TEST

START_TEST(trailing_bytes_are_refused)
{
	struct wf_msg msg;
	struct wf_buf frame;

	for (size_t extra = 1; extra <= 4; extra++) {
		sample_make((size_t)_i, WF_WIRE_VERSION, SAMPLE_SMALL, &msg);
		wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
		ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_OK);
		ck_assert_int_eq(wf_buf_put(&frame, "\0\0\0", extra), WF_OK);
		ck_assert_int_eq(raw_decode(&frame), WF_INVALID); /* behind the frame */
		raw_finish(&frame);
		ck_assert_int_eq(raw_decode(&frame), WF_INVALID); /* inside it */
		wf_buf_clear(&frame);
		wf_msg_clear(&msg);
	}
}
END_TEST

/* Each byte changed to a few others: whatever still decodes is what would be encoded. */
START_TEST(changed_bytes_are_refused_or_canonical)
{
	static const uint8_t changes[] = {0x01, 0x02, 0x80, 0xff};
	struct wf_msg msg;
	struct wf_buf frame;

	sample_make((size_t)_i, WF_WIRE_VERSION, SAMPLE_SMALL, &msg);
	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_OK);
	for (size_t i = 0; i < frame.len; i++) {
		for (size_t c = 0; c < sizeof(changes); c++) {
			frame.data[i] ^= changes[c];
			check_canonical(&frame);
			frame.data[i] ^= changes[c];
		}
	}
	wf_buf_clear(&frame);
	wf_msg_clear(&msg);
}
END_TEST

static const struct {
	unsigned version, type;
	wf_status status;
} headers[] = {
	{0, WF_MSG_ABORT, WF_VERSION},
	{1, WF_MSG_ABORT, WF_OK},
	{2, WF_MSG_ABORT, WF_OK},
	{3, WF_MSG_ABORT, WF_OK},
	{4, WF_MSG_ABORT, WF_OK},
	{5, WF_MSG_ABORT, WF_VERSION},
	{0x0100, WF_MSG_ABORT, WF_VERSION},
	{0x0102, WF_MSG_ABORT, WF_VERSION},
	{65535, WF_MSG_ABORT, WF_VERSION},
	{2, 0, WF_INVALID},
	{2, 7, WF_INVALID},
	{2, 0x0100 | WF_MSG_ABORT, WF_INVALID},
	{2, 65535, WF_INVALID},
	{3, 65535, WF_INVALID},
	{4, 65535, WF_INVALID},
	{5, 65535, WF_VERSION},
};

START_TEST(header_table)
{
	static const uint8_t txn[WF_TXN_LEN] = {1};
	struct wf_buf frame;

	raw_start(&frame, headers[_i].version, headers[_i].type);
	raw_field(&frame, WF_F_TXN, txn, sizeof(txn));
	ck_assert_int_eq(raw_end(&frame), headers[_i].status);
}
END_TEST

START_TEST(a_bare_header_of_an_unknown_type_is_refused)
{
	struct wf_buf frame;

	raw_start(&frame, WF_WIRE_VERSION, 999);
	ck_assert_int_eq(raw_end(&frame), WF_INVALID);
}
END_TEST

/* Evidence that fills a frame up to `len` bytes. */
static void
fill_frame(struct wf_msg *msg, size_t len)
{
	static const uint8_t zeros[8191];
	size_t left = len - WF_WIRE_HEADER;

	wf_msg_init(msg, WF_MSG_BEGIN, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_add_uint(msg, WF_F_PURPOSE, 1), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(msg, WF_F_USER, "u"), WF_OK);
	ck_assert_int_eq(wf_msg_add_text(msg, WF_F_SERVICE, "s"), WF_OK);
	left -= 3 * 5 + 4 + 8192;
	ck_assert_int_eq(wf_msg_add_tagged(msg, WF_F_EVIDENCE, 1, zeros, 8191), WF_OK);
	ck_assert_int_eq(wf_msg_add_tagged(msg, WF_F_EVIDENCE, 1, zeros, left - 4 - 1), WF_OK);
}

START_TEST(a_frame_of_16_kib_is_the_largest)
{
	struct wf_msg msg, back;
	struct wf_buf frame;

	wf_buf_init(&frame, 2 * WF_WIRE_FRAME_MAX);
	fill_frame(&msg, WF_WIRE_FRAME_MAX);
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_OK);
	ck_assert_uint_eq(frame.len, WF_WIRE_FRAME_MAX);
	ck_assert_int_eq(wf_msg_decode(frame.data, frame.len, &back), WF_OK);
	ck_assert(sample_equal(&msg, &back));
	wf_msg_clear(&back);
	wf_msg_clear(&msg);
	wf_buf_clear(&frame);
	fill_frame(&msg, WF_WIRE_FRAME_MAX + 1);
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_TOO_LONG);
	ck_assert_uint_eq(frame.len, 0);
	wf_msg_clear(&msg);
}
END_TEST

/* One byte over the ceiling, made by hand: refused although every field in it is good. */
START_TEST(a_frame_of_one_byte_more_is_refused)
{
	static const uint8_t zeros[8192];

	for (size_t extra = 0; extra < 2; extra++) {
		struct wf_buf frame;
		size_t left;

		raw_start(&frame, WF_WIRE_VERSION, WF_MSG_BEGIN);
		raw_field(&frame, WF_F_PURPOSE, "\1", 1);
		raw_field(&frame, WF_F_USER, "u", 1);
		raw_field(&frame, WF_F_SERVICE, "s", 1);
		raw_field(&frame, WF_F_EVIDENCE, zeros, 8192);
		left = WF_WIRE_FRAME_MAX - frame.len - 4 + extra;
		raw_field(&frame, WF_F_EVIDENCE, zeros, left);
		ck_assert_uint_eq(frame.len, WF_WIRE_FRAME_MAX + extra);
		ck_assert_int_eq(raw_end(&frame), extra == 0 ? WF_OK : WF_INVALID);
	}
}
END_TEST

static const struct {
	uint8_t bytes[4];
	size_t len;
	wf_status status;
	size_t frame_len;
} lengths[] = {
	{{0}, 0, WF_AGAIN, 0},
	{{0, 0, 0}, 3, WF_AGAIN, 0},
	{{0, 0, 0, 0}, 4, WF_INVALID, 0},
	{{0, 0, 0, 3}, 4, WF_INVALID, 0},
	{{0, 0, 0, 4}, 4, WF_OK, 8},
	{{0, 0, 0x3f, 0xfc}, 4, WF_OK, 16384},
	{{0, 0, 0x3f, 0xfd}, 4, WF_INVALID, 0},
	{{0, 1, 0, 4}, 4, WF_INVALID, 0},
	{{0xff, 0xff, 0xff, 0xff}, 4, WF_INVALID, 0},
};

START_TEST(length_table)
{
	size_t frame_len = 0;

	ck_assert_int_eq(wf_frame_length(lengths[_i].bytes, lengths[_i].len, &frame_len),
		lengths[_i].status);
	ck_assert_uint_eq(frame_len, lengths[_i].frame_len);
}
END_TEST

START_TEST(what_may_not_be_said_is_not_encoded)
{
	struct wf_msg msg;
	struct wf_buf frame;

	wf_buf_init(&frame, WF_WIRE_FRAME_MAX);
	ck_assert_int_eq(wf_buf_put(&frame, "before", 6), WF_OK);
	wf_msg_init(&msg, WF_MSG_ABORT, WF_WIRE_VERSION);
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_INVALID);
	ck_assert_int_eq(wf_msg_add_bytes(&msg, WF_F_TXN, "0123456789abcdef", 16), WF_OK);
	msg.version = WF_WIRE_VERSION + 1;
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_VERSION);
	msg.version = WF_WIRE_OLDEST - 1;
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_VERSION);
	msg.version = WF_WIRE_OLDEST;
	msg.type = (enum wf_msg_type)999;
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_INVALID);
	msg.type = WF_MSG_ABORT;
	ck_assert_uint_eq(frame.len, 6);
	ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_OK);
	ck_assert_uint_eq(frame.len, 6 + 8 + 4 + 16);
	ck_assert_mem_eq(frame.data, "before\0\0\0\x18\0\1\0\3\0\1\0\x10" "0123456789abcdef", 34);
	wf_msg_clear(&msg);
	wf_buf_clear(&frame);
}
END_TEST

START_TEST(a_full_buffer_is_left_as_it_was)
{
	struct wf_msg msg;

	sample_make(0, WF_WIRE_VERSION, SAMPLE_SMALL, &msg);
	for (size_t room = 0; room < 40; room++) {
		struct wf_buf frame;

		wf_buf_init(&frame, 3 + room);
		ck_assert_int_eq(wf_buf_put(&frame, "abc", 3), WF_OK);
		ck_assert_int_eq(wf_msg_encode(&msg, &frame), WF_TOO_LONG);
		ck_assert_uint_eq(frame.len, 3);
		wf_buf_clear(&frame);
	}
	wf_msg_clear(&msg);
}
END_TEST

START_TEST(a_failed_decode_leaves_the_message_alone)
{
	struct wf_msg msg, before;
	struct wf_buf frame;

	memset(&before, 0x5a, sizeof(before));
	memcpy(&msg, &before, sizeof(msg));
	raw_start(&frame, WF_WIRE_VERSION, WF_MSG_ABORT);
	raw_finish(&frame);
	ck_assert_int_eq(wf_msg_decode(frame.data, frame.len, &msg), WF_INVALID);
	ck_assert_mem_eq(&msg, &before, sizeof(msg));
	wf_buf_clear(&frame);
}
END_TEST

START_TEST(more_fields_than_places_are_refused)
{
	for (size_t extra = 0; extra < 2; extra++) {
		struct wf_buf frame;

		raw_start(&frame, WF_WIRE_VERSION, WF_MSG_ROW);
		for (size_t i = 0; i < WF_WIRE_FIELDS_MAX + extra; i++)
			raw_field(&frame, WF_F_CELL, "c", 1);
		ck_assert_int_eq(raw_end(&frame), extra == 0 ? WF_OK : WF_INVALID);
	}
}
END_TEST

#ifdef WF_FAULT
/* Want of memory is no fault of the peer's. */
static struct wf_buf no_room_frame;

static wf_status
no_room_run(void)
{
	struct wf_msg msg;
	wf_status status = wf_msg_decode(no_room_frame.data, no_room_frame.len, &msg);

	if (status == WF_OK)
		wf_msg_clear(&msg);
	return status;
}

static void
no_room_end(wf_status status)
{
	ck_assert_msg(status == WF_OK || status == WF_NO_MEMORY, "%s", wf_status_name(status));
}

START_TEST(no_memory_is_said_so)
{
	static const struct fault_scenario scenario = {NULL, no_room_run, no_room_end};

	raw_start(&no_room_frame, WF_WIRE_VERSION, WF_MSG_ROW);
	raw_field(&no_room_frame, WF_F_CELL, "c", 1);
	raw_finish(&no_room_frame);
	fault_loop(&scenario);
	wf_buf_clear(&no_room_frame);
}
END_TEST

static void
add_fault_tests(TCase *tc)
{
	tcase_add_test(tc, no_memory_is_said_so);
}
#else
static void
add_fault_tests(TCase *tc)
{
	(void)tc;
}
#endif

#define ROWS(table) ((int)(sizeof(table) / sizeof((table)[0])))

static Suite *
codec_suite(void)
{
	Suite *suite = suite_create("wire_codec");
	TCase *each = tcase_create("each message");
	TCase *frames = tcase_create("frames");

	tcase_add_loop_test(each, every_message_makes_the_round_trip, 0, MSGS);
	tcase_add_loop_test(each, an_old_version_leaves_newer_fields_out, 0, MSGS);
	tcase_add_loop_test(each, newer_fields_in_an_old_frame_are_refused, 0, MSGS);
	tcase_add_loop_test(each, a_newer_message_in_an_old_frame_is_refused, 0, MSGS);
	tcase_add_loop_test(each, a_missing_field_is_refused, 0, MSGS);
	tcase_add_loop_test(each, a_second_field_is_refused_unless_repeated, 0, MSGS);
	tcase_add_loop_test(each, sizes_just_outside_are_refused, 0, MSGS);
	tcase_add_loop_test(each, fields_of_other_messages_are_refused, 0, MSGS);
	tcase_add_loop_test(each, a_cut_frame_is_refused_at_every_byte, 0, MSGS);
	tcase_add_loop_test(each, a_shortened_frame_is_refused_or_canonical, 0, MSGS);
	tcase_add_loop_test(each, trailing_bytes_are_refused, 0, MSGS);
	tcase_add_loop_test(each, changed_bytes_are_refused_or_canonical, 0, MSGS);
	suite_add_tcase(suite, each);
	tcase_add_test(frames, row_count_is_known);
	tcase_add_loop_test(frames, header_table, 0, ROWS(headers));
	tcase_add_test(frames, a_bare_header_of_an_unknown_type_is_refused);
	tcase_add_test(frames, a_frame_of_16_kib_is_the_largest);
	tcase_add_test(frames, a_frame_of_one_byte_more_is_refused);
	tcase_add_loop_test(frames, length_table, 0, ROWS(lengths));
	tcase_add_test(frames, what_may_not_be_said_is_not_encoded);
	tcase_add_test(frames, a_full_buffer_is_left_as_it_was);
	tcase_add_test(frames, a_failed_decode_leaves_the_message_alone);
	tcase_add_test(frames, more_fields_than_places_are_refused);
	add_fault_tests(frames);
	suite_add_tcase(suite, frames);
	return suite;
}

UNIT_MAIN(codec_suite)
