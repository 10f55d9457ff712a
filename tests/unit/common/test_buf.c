/*
 * Bounded bytes: nothing is written past the ceiling or read past the end, and what fails changes
 * nothing.
 */
#include "config.h"

#include "common/buf.h"

#include <string.h>

#include "tests/unit/unit.h"

static struct wf_buf buf;

static void
setup(void)
{
	wf_buf_init(&buf, 1000);
}

static void
teardown(void)
{
	wf_buf_clear(&buf);
}

START_TEST(starts_empty_and_clears_to_empty)
{
	ck_assert_uint_eq(buf.len, 0);
	ck_assert_int_eq(wf_buf_put(&buf, "abc", 3), WF_OK);
	wf_buf_clear(&buf);
	ck_assert_uint_eq(buf.len, 0);
	ck_assert_ptr_null(buf.data);
	ck_assert_uint_eq(buf.max, 1000);
	ck_assert_int_eq(wf_buf_put(&buf, "de", 2), WF_OK);
	ck_assert_mem_eq(buf.data, "de", 2);
}
END_TEST

START_TEST(integers_are_big_endian)
{
	static const uint8_t expected[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09,
		0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f};

	ck_assert_int_eq(wf_buf_put_u8(&buf, 0x01), WF_OK);
	ck_assert_int_eq(wf_buf_put_u16(&buf, 0x0203), WF_OK);
	ck_assert_int_eq(wf_buf_put_u32(&buf, 0x04050607), WF_OK);
	ck_assert_int_eq(wf_buf_put_u64(&buf, 0x08090a0b0c0d0e0fULL), WF_OK);
	ck_assert_uint_eq(buf.len, sizeof(expected));
	ck_assert_mem_eq(buf.data, expected, sizeof(expected));
}
END_TEST

START_TEST(integers_come_back)
{
	struct wf_reader reader;
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	ck_assert_int_eq(wf_buf_put_u8(&buf, 0xfe), WF_OK);
	ck_assert_int_eq(wf_buf_put_u16(&buf, 0xfedc), WF_OK);
	ck_assert_int_eq(wf_buf_put_u32(&buf, 0xfedcba98), WF_OK);
	ck_assert_int_eq(wf_buf_put_u64(&buf, 0xfedcba9876543210ULL), WF_OK);
	wf_reader_init(&reader, buf.data, buf.len);
	ck_assert_int_eq(wf_reader_get_u8(&reader, &u8), WF_OK);
	ck_assert_int_eq(wf_reader_get_u16(&reader, &u16), WF_OK);
	ck_assert_int_eq(wf_reader_get_u32(&reader, &u32), WF_OK);
	ck_assert_int_eq(wf_reader_get_u64(&reader, &u64), WF_OK);
	ck_assert_uint_eq(u8, 0xfe);
	ck_assert_uint_eq(u16, 0xfedc);
	ck_assert_uint_eq(u32, 0xfedcba98);
	ck_assert_uint_eq(u64, 0xfedcba9876543210ULL);
	ck_assert_uint_eq(wf_reader_left(&reader), 0);
}
END_TEST

START_TEST(grows_to_its_ceiling_and_no_further)
{
	for (size_t i = 0; i < 1000; i++)
		ck_assert_int_eq(wf_buf_put_u8(&buf, (uint8_t)i), WF_OK);
	ck_assert_int_eq(wf_buf_put_u8(&buf, 0), WF_TOO_LONG);
	ck_assert_uint_eq(buf.len, 1000);
	ck_assert_uint_eq(buf.cap, 1000);
	for (size_t i = 0; i < 1000; i++)
		ck_assert_uint_eq(buf.data[i], (uint8_t)i);
}
END_TEST

START_TEST(a_write_that_does_not_fit_changes_nothing)
{
	uint8_t big[1001] = {0};
	uint8_t *space = big;

	ck_assert_int_eq(wf_buf_put(&buf, "abc", 3), WF_OK);
	ck_assert_int_eq(wf_buf_put(&buf, big, 998), WF_TOO_LONG);
	ck_assert_int_eq(wf_buf_put(&buf, big, SIZE_MAX), WF_TOO_LONG);
	ck_assert_int_eq(wf_buf_put_space(&buf, 998, &space), WF_TOO_LONG);
	ck_assert_int_eq(wf_buf_put_block(&buf, big, 996), WF_TOO_LONG);
	ck_assert_ptr_eq(space, big);
	ck_assert_uint_eq(buf.len, 3);
	ck_assert_int_eq(wf_buf_put(&buf, big, 997), WF_OK);
}
END_TEST

START_TEST(nothing_may_be_written_from_nowhere)
{
	uint8_t *space;

	ck_assert_int_eq(wf_buf_put(&buf, NULL, 0), WF_OK);
	ck_assert_int_eq(wf_buf_put_space(&buf, 0, &space), WF_OK);
	ck_assert_uint_eq(buf.len, 0);
	ck_assert_int_eq(wf_buf_put_block(&buf, NULL, 0), WF_OK);
	ck_assert_mem_eq(buf.data, "\0\0", 2);
}
END_TEST

START_TEST(space_is_zero_and_counts)
{
	uint8_t *space;

	ck_assert_int_eq(wf_buf_put(&buf, "abcdef", 6), WF_OK);
	wf_buf_cut(&buf, 1);
	memset(buf.data + 1, 'z', 5); /* as fresh memory may hold anything */
	ck_assert_int_eq(wf_buf_put_space(&buf, 3, &space), WF_OK);
	ck_assert_mem_eq(space, "\0\0\0", 3);
	memcpy(space, "xyz", 3);
	ck_assert_uint_eq(buf.len, 4);
	ck_assert_mem_eq(buf.data, "axyz", 4);
}
END_TEST

START_TEST(cutting_wipes_what_was_behind)
{
	ck_assert_int_eq(wf_buf_put(&buf, "secret", 6), WF_OK);
	wf_buf_cut(&buf, 7);
	ck_assert_uint_eq(buf.len, 6);
	wf_buf_cut(&buf, 2);
	ck_assert_uint_eq(buf.len, 2);
	ck_assert_mem_eq(buf.data, "se\0\0\0\0", 6);
}
END_TEST

START_TEST(blocks_carry_their_length)
{
	struct wf_reader reader;
	const uint8_t *bytes;
	size_t len;

	ck_assert_int_eq(wf_buf_put_block(&buf, "hello", 5), WF_OK);
	ck_assert_mem_eq(buf.data, "\0\5hello", 7);
	wf_reader_init(&reader, buf.data, buf.len);
	ck_assert_int_eq(wf_reader_get_block(&reader, &bytes, &len), WF_OK);
	ck_assert_uint_eq(len, 5);
	ck_assert_mem_eq(bytes, "hello", 5);
}
END_TEST

START_TEST(a_block_holds_65535_bytes_at_most)
{
	static const uint8_t bytes[65536];
	struct wf_buf big;

	wf_buf_init(&big, 70000);
	ck_assert_int_eq(wf_buf_put_block(&big, bytes, 65536), WF_TOO_LONG);
	ck_assert_uint_eq(big.len, 0);
	ck_assert_int_eq(wf_buf_put_block(&big, bytes, 65535), WF_OK);
	ck_assert_uint_eq(big.len, 65537);
	wf_buf_clear(&big);
}
END_TEST

START_TEST(a_short_read_changes_nothing)
{
	static const uint8_t bytes[] = {0, 9, 1, 2, 3, 4, 5};
	struct wf_reader reader;
	const uint8_t *at = bytes;
	size_t len = 77;
	uint64_t u64 = 77;
	uint32_t u32 = 77;

	wf_reader_init(&reader, bytes, sizeof(bytes));
	ck_assert_int_eq(wf_reader_get_u64(&reader, &u64), WF_INVALID);
	ck_assert_int_eq(wf_reader_get(&reader, 8, &at), WF_INVALID);
	ck_assert_int_eq(wf_reader_get(&reader, SIZE_MAX, &at), WF_INVALID);
	ck_assert_int_eq(wf_reader_get_block(&reader, &at, &len), WF_INVALID);
	ck_assert_uint_eq(wf_reader_left(&reader), sizeof(bytes));
	wf_reader_init(&reader, bytes, 3);
	ck_assert_int_eq(wf_reader_get_u32(&reader, &u32), WF_INVALID);
	ck_assert_uint_eq(u64, 77);
	ck_assert_uint_eq(u32, 77);
	ck_assert_uint_eq(len, 77);
	ck_assert_ptr_eq(at, bytes);
}
END_TEST

START_TEST(nothing_is_read_from_nothing)
{
	struct wf_reader reader;
	const uint8_t *bytes;
	size_t len = 77;
	uint8_t u8 = 77;
	uint16_t u16 = 77;

	wf_reader_init(&reader, NULL, 0);
	ck_assert_uint_eq(wf_reader_left(&reader), 0);
	ck_assert_int_eq(wf_reader_get_u8(&reader, &u8), WF_INVALID);
	ck_assert_int_eq(wf_reader_get_u16(&reader, &u16), WF_INVALID);
	ck_assert_int_eq(wf_reader_get_block(&reader, &bytes, &len), WF_INVALID);
	ck_assert_int_eq(wf_reader_get(&reader, 0, &bytes), WF_OK);
	ck_assert_uint_eq(u8, 77);
	ck_assert_uint_eq(u16, 77);
	ck_assert_uint_eq(len, 77);
}
END_TEST

static Suite *
buf_suite(void)
{
	Suite *suite = suite_create("buf");
	TCase *tc = tcase_create("buf");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, starts_empty_and_clears_to_empty);
	tcase_add_test(tc, integers_are_big_endian);
	tcase_add_test(tc, integers_come_back);
	tcase_add_test(tc, grows_to_its_ceiling_and_no_further);
	tcase_add_test(tc, a_write_that_does_not_fit_changes_nothing);
	tcase_add_test(tc, nothing_may_be_written_from_nowhere);
	tcase_add_test(tc, space_is_zero_and_counts);
	tcase_add_test(tc, cutting_wipes_what_was_behind);
	tcase_add_test(tc, blocks_carry_their_length);
	tcase_add_test(tc, a_block_holds_65535_bytes_at_most);
	tcase_add_test(tc, a_short_read_changes_nothing);
	tcase_add_test(tc, nothing_is_read_from_nothing);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(buf_suite)
