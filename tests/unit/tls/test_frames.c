/* From bytes to frames, with a protocol of one octet of length, itself included. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "common/tls/frames.h"
#include "tests/unit/unit.h"

#define END '.' /* a frame with it ends everything */
#define BAD '!'

static bool ended;
static char taken[64];

static wf_status
measure(void *ctx, const uint8_t *bytes, size_t len, size_t *frame_r)
{
	ck_assert_ptr_eq(ctx, taken);
	if (len < 1)
		return WF_AGAIN;
	if (bytes[0] == 0xff)
		return WF_DENIED;
	*frame_r = bytes[0];
	return WF_OK;
}

static wf_status
take(void *ctx, const uint8_t *frame, size_t len)
{
	ck_assert_ptr_eq(ctx, taken);
	ck_assert_uint_eq(frame[0], len);
	ck_assert_uint_lt(strlen(taken) + len, sizeof(taken));
	(void)snprintf(taken + strlen(taken), sizeof(taken) - strlen(taken), "%.*s ", (int)len - 1,
		(const char *)frame + 1);
	ended = memchr(frame, END, len) != NULL;
	return memchr(frame, BAD, len) != NULL ? WF_CRYPTO : WF_OK;
}

static const struct {
	const char *bytes;
	size_t len;
	wf_status status;
	const char *taken;
	size_t left; /* octets that stay */
} rows[] = {
	{"", 0, WF_AGAIN, "", 0},
	{"\3ab", 3, WF_AGAIN, "ab ", 0},
	{"\3a", 2, WF_AGAIN, "", 2},
	{"\3ab\2c\4de", 7, WF_AGAIN, "ab c ", 2},
	{"\3ab\2c\4xyz", 9, WF_AGAIN, "ab c xyz ", 0},
	{"\2a\0", 3, WF_INVALID, "a ", 1},
	{"\2a\11", 3, WF_INVALID, "a ", 1},
	{"\2a\10", 3, WF_AGAIN, "a ", 1},
	{"\2a\377z", 4, WF_DENIED, "a ", 2},
	{"\2a\2!\2c", 6, WF_CRYPTO, "a ! ", 4},
	{"\2a\2.\2c", 6, WF_OK, "a . ", 2},
};

START_TEST(whole_frames_are_taken)
{
	const struct wf_frames frames = {
		.max = 8, .ctx = taken, .measure = measure, .take = take, .ended = &ended};
	struct wf_buf in;

	ended = false;
	taken[0] = '\0';
	wf_buf_init(&in, 64);
	ck_assert_int_eq(wf_buf_put(&in, rows[_i].bytes, rows[_i].len), WF_OK);
	ck_assert_int_eq(wf_frames_take(&frames, &in), rows[_i].status);
	ck_assert_str_eq(taken, rows[_i].taken);
	ck_assert_uint_eq(in.len, rows[_i].left);
	if (in.len > 0)
		ck_assert_mem_eq(in.data, rows[_i].bytes + rows[_i].len - in.len, in.len);
	wf_buf_clear(&in);
}
END_TEST

static Suite *
frames_suite(void)
{
	Suite *suite = suite_create("tls_frames");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, whole_frames_are_taken, 0, sizeof(rows) / sizeof(rows[0]));
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(frames_suite)
