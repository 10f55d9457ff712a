/* Messages made from the table itself, and raw frames for what the encoder would never write. */
#ifndef WF_TESTS_WIRE_SAMPLE_H
#define WF_TESTS_WIRE_SAMPLE_H

#include "common/wire.h"

enum sample {
	SAMPLE_REQUIRED, /* required fields alone, the smallest values */
	SAMPLE_SMALL,    /* every field once, the smallest values */
	SAMPLE_LARGE,    /* every field, repeated ones three times, long values */
	SAMPLE_COUNT
};

/* The message in row `row` of the table; asserts on failure. The caller clears it. */
void sample_make(size_t row, uint16_t version, enum sample kind, struct wf_msg *msg_r);
/* A value of exactly `len` bytes that is well formed for the field. */
void sample_value(enum wf_field_id id, size_t len, uint8_t *bytes_r);
/* True when both have the same version, type and values in the same order. */
bool sample_equal(const struct wf_msg *a, const struct wf_msg *b);

/* Raw frames: header, fields, and at last the length. */
void raw_start(struct wf_buf *frame, unsigned version, unsigned type);
void raw_field(struct wf_buf *frame, unsigned id, const void *bytes, size_t len);
void raw_finish(struct wf_buf *frame);
/* Decodes and clears at once: for tests that only want the status. */
wf_status raw_decode(const struct wf_buf *frame);

#endif
