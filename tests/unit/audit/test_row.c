/*
 * The encoding of a row. There is one encoding of each row: all fields go round, and no byte of it
 * can be changed, cut off or added without the row being refused or being another one.
 */
#include "config.h"

#include "authd/audit/audit.h"

#include <stddef.h>
#include <string.h>

#include "tests/unit/audit/rows.h"
#include "tests/unit/unit.h"

static struct wf_buf encoded;

static void
set_up(void)
{
	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
}

static void
tear_down(void)
{
	wf_buf_clear(&encoded);
}

static void
encode(const struct audit_row *row)
{
	wf_buf_cut(&encoded, 0);
	ck_assert_int_eq(audit_row_encode(row, &encoded), WF_OK);
}

static void
decode(struct audit_row *row_r)
{
	ck_assert_int_eq(audit_row_decode(encoded.data, encoded.len, row_r), WF_OK);
}

/*
 * All the texts, in the order of the struct. Written down once more here, so that a field that is
 * left out of the encoder's table is noticed.
 */
#define TEXT_FIELD(member)                                                                  \
	{                                                                                   \
		offsetof(struct audit_row, member), sizeof(((struct audit_row *)0)->member) \
	}
static const struct {
	size_t offset, size;
} text_fields[] = {
	TEXT_FIELD(event),
	TEXT_FIELD(reason),
	TEXT_FIELD(source),
	TEXT_FIELD(host),
	TEXT_FIELD(user),
	TEXT_FIELD(machine),
	TEXT_FIELD(service),
	TEXT_FIELD(action),
	TEXT_FIELD(factors),
	TEXT_FIELD(kinds),
	TEXT_FIELD(rule),
	TEXT_FIELD(txn),
	TEXT_FIELD(operator_name),
	TEXT_FIELD(ticket),
	TEXT_FIELD(approver),
	TEXT_FIELD(detail),
	TEXT_FIELD(node),
};
#define TEXT_FIELDS (int)(sizeof(text_fields) / sizeof(text_fields[0]))

START_TEST(every_text_goes_round_at_full_length)
{
	struct audit_row row, back;
	char *field = (char *)&row + text_fields[_i].offset;

	full_row(&row);
	memset(field, 'q', text_fields[_i].size - 1);
	field[text_fields[_i].size - 1] = '\0';
	encode(&row);
	decode(&back);
	ck_assert_mem_eq(&back, &row, sizeof(row));
	ck_assert_str_eq((char *)&back + text_fields[_i].offset, field);
}
END_TEST

START_TEST(every_text_changes_the_encoding)
{
	struct audit_row row;
	uint8_t before[AUDIT_ENCODED_MAX];
	size_t len;

	full_row(&row);
	encode(&row);
	len = encoded.len;
	memcpy(before, encoded.data, len);
	((char *)&row)[text_fields[_i].offset] ^= 1;
	encode(&row);
	ck_assert_uint_eq(encoded.len, len);
	ck_assert_mem_ne(encoded.data, before, len);
}
END_TEST

START_TEST(a_text_without_end_is_cut)
{
	struct audit_row row, back;

	full_row(&row);
	memset((char *)&row + text_fields[_i].offset, 'q', text_fields[_i].size);
	encode(&row);
	decode(&back);
	ck_assert_uint_eq(strlen((char *)&back + text_fields[_i].offset), text_fields[_i].size - 1);
}
END_TEST

START_TEST(numbers_go_round)
{
	static const int64_t times[] = {INT64_MIN, -1, 0, 1, INT64_C(1772323200123456), INT64_MAX};
	struct audit_row row, back;

	full_row(&row);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		row.class = (enum audit_class)(1 + i);
		row.result = (enum audit_result)(i % 4);
		row.time_us = times[i];
		row.first_us = i % 2 == 0 ? times[i] : times[i] / 2;
		row.last_us = times[i];
		row.offset_min = (int32_t)i * 480 - 1440;
		row.count = UINT32_MAX - (uint32_t)i;
		encode(&row);
		decode(&back);
		row.first_us = row.first_us == 0 ? row.time_us : row.first_us;
		ck_assert_mem_eq(&back, &row, sizeof(row));
	}
}
END_TEST

START_TEST(numbers_out_of_range_are_refused)
{
	struct audit_row row;

	full_row(&row);
	row.class = (enum audit_class)0;
	ck_assert_int_eq(audit_row_encode(&row, &encoded), WF_INVALID);
	row.class = (enum audit_class)7;
	ck_assert_int_eq(audit_row_encode(&row, &encoded), WF_INVALID);
	full_row(&row);
	row.result = (enum audit_result)4;
	ck_assert_int_eq(audit_row_encode(&row, &encoded), WF_INVALID);
	full_row(&row);
	row.offset_min = 1441;
	ck_assert_int_eq(audit_row_encode(&row, &encoded), WF_INVALID);
	row.offset_min = -1441;
	ck_assert_int_eq(audit_row_encode(&row, &encoded), WF_INVALID);
	ck_assert_uint_eq(encoded.len, 0);
}
END_TEST

START_TEST(encoding_appends_and_undoes_itself)
{
	struct audit_row row;
	size_t len;

	full_row(&row);
	ck_assert_int_eq(wf_buf_put(&encoded, "before", 6), WF_OK);
	ck_assert_int_eq(audit_row_encode(&row, &encoded), WF_OK);
	len = encoded.len;
	ck_assert_mem_eq(encoded.data, "before\x01", 7);
	encoded.max = len + 20;
	ck_assert_int_eq(audit_row_encode(&row, &encoded), WF_TOO_LONG);
	ck_assert_uint_eq(encoded.len, len);
}
END_TEST

START_TEST(the_longest_row_fits)
{
	struct audit_row row;

	full_row(&row);
	for (int i = 0; i < TEXT_FIELDS; i++)
		memset((char *)&row + text_fields[i].offset, 'q', text_fields[i].size);
	encode(&row);
	ck_assert_uint_le(encoded.len, AUDIT_ENCODED_MAX);
}
END_TEST

START_TEST(a_new_row_is_made_complete)
{
	struct audit_row row, back;

	audit_row_init(&row, AUDIT_SYSTEM, "start");
	row.time_us = 77;
	row.count = 0;
	AUDIT_TEXT(row.detail, "");
	memcpy(row.detail, "a\nb\xff", 5);
	encode(&row);
	decode(&back);
	ck_assert_int_eq(back.class, AUDIT_SYSTEM);
	ck_assert_int_eq(back.result, AUDIT_NEUTRAL);
	ck_assert_str_eq(back.event, "start");
	ck_assert_str_eq(back.source, "local:unknown");
	ck_assert_str_eq(back.detail, "a?b?");
	ck_assert_uint_eq(back.count, 1);
	ck_assert_int_eq(back.first_us, 77);
	ck_assert_int_eq(back.last_us, 77);
	/* The caller's row is as it was. */
	ck_assert_str_eq(row.source, "");
	ck_assert_uint_eq(row.count, 0);
}
END_TEST

START_TEST(every_prefix_is_refused)
{
	struct audit_row row, back;

	full_row(&row);
	encode(&row);
	memset(&back, 'x', sizeof(back));
	for (size_t len = 0; len < encoded.len; len++)
		ck_assert_int_eq(audit_row_decode(encoded.data, len, &back), WF_CORRUPT);
	ck_assert_int_eq(((char *)&back)[0], 'x');
}
END_TEST

START_TEST(a_further_byte_is_refused)
{
	struct audit_row row, back;

	full_row(&row);
	encode(&row);
	ck_assert_int_eq(wf_buf_put_u8(&encoded, 0), WF_OK);
	ck_assert_int_eq(audit_row_decode(encoded.data, encoded.len, &back), WF_CORRUPT);
}
END_TEST

/* What decodes encodes back to the same bytes; so a flipped bit is refused or is another row. */
START_TEST(every_flipped_bit_is_refused_or_another_row)
{
	struct audit_row row, back;
	unsigned refused = 0;

	full_row(&row);
	encode(&row);
	for (size_t bit = 0; bit < encoded.len * 8; bit++) {
		uint8_t bytes[AUDIT_ENCODED_MAX];
		struct wf_buf again;

		memcpy(bytes, encoded.data, encoded.len);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (audit_row_decode(bytes, encoded.len, &back) != WF_OK) {
			refused++;
			continue;
		}
		wf_buf_init(&again, AUDIT_ENCODED_MAX);
		ck_assert_int_eq(audit_row_encode(&back, &again), WF_OK);
		ck_assert_uint_eq(again.len, encoded.len);
		ck_assert_mem_eq(again.data, bytes, again.len);
		ck_assert_mem_ne(&back, &row, sizeof(row));
		wf_buf_clear(&again);
	}
	ck_assert_uint_gt(refused, 0);
}
END_TEST

START_TEST(versions)
{
	struct audit_row row, back;

	full_row(&row);
	encode(&row);
	encoded.data[0] = 0;
	ck_assert_int_eq(audit_row_decode(encoded.data, encoded.len, &back), WF_CORRUPT);
	encoded.data[0] = 2;
	ck_assert_int_eq(audit_row_decode(encoded.data, encoded.len, &back), WF_VERSION);
	ck_assert_int_eq(audit_row_decode(encoded.data, 1, &back), WF_VERSION);
}
END_TEST

/* Where the first text begins: version, class, time, offset, result. */
#define EVENT_AT (1 + 4 * 8)

START_TEST(unclean_texts_are_refused)
{
	static const uint8_t bad[] = {'\0', '\n', 0x7f, 0x80, 0xff};
	struct audit_row row, back;

	full_row(&row);
	for (size_t i = 0; i < sizeof(bad); i++) {
		encode(&row);
		ck_assert_int_eq(encoded.data[EVENT_AT + 2], 'l');
		encoded.data[EVENT_AT + 2] = bad[i];
		ck_assert_int_eq(audit_row_decode(encoded.data, encoded.len, &back), WF_CORRUPT);
	}
	/* A zero at the end of a text would not be seen in the row. */
	encode(&row);
	encoded.data[EVENT_AT + 6] = '\0';
	ck_assert_int_eq(audit_row_decode(encoded.data, encoded.len, &back), WF_CORRUPT);
}
END_TEST

START_TEST(a_text_longer_than_its_field_is_refused)
{
	struct audit_row row, back;
	struct wf_buf longer;
	char event[33];

	full_row(&row);
	encode(&row);
	memset(event, 'q', sizeof(event));
	wf_buf_init(&longer, AUDIT_ENCODED_MAX);
	for (size_t len = 31; len <= 33; len++) {
		wf_buf_cut(&longer, 0);
		ck_assert_int_eq(wf_buf_put(&longer, encoded.data, EVENT_AT), WF_OK);
		ck_assert_int_eq(wf_buf_put_block(&longer, event, len), WF_OK);
		ck_assert_int_eq(wf_buf_put(&longer, encoded.data + EVENT_AT + 7,
					 encoded.len - EVENT_AT - 7),
			WF_OK);
		ck_assert_int_eq(audit_row_decode(longer.data, longer.len, &back),
			len < 32 ? WF_OK : WF_CORRUPT);
	}
	wf_buf_clear(&longer);
}
END_TEST

/* Forms that the encoder would have completed. */
START_TEST(incomplete_rows_are_refused)
{
	struct audit_row row, back;
	uint8_t zeros[8] = {0};

	full_row(&row);
	encode(&row);
	memcpy(encoded.data + encoded.len - 8, zeros, 8); /* last_us */
	ck_assert_int_eq(audit_row_decode(encoded.data, encoded.len, &back), WF_CORRUPT);
	encode(&row);
	memcpy(encoded.data + encoded.len - 16, zeros, 8); /* first_us */
	ck_assert_int_eq(audit_row_decode(encoded.data, encoded.len, &back), WF_CORRUPT);
	encode(&row);
	memcpy(encoded.data + encoded.len - 24, zeros, 8); /* count */
	ck_assert_int_eq(audit_row_decode(encoded.data, encoded.len, &back), WF_CORRUPT);
	encode(&row);
	encoded.data[encoded.len - 24] = 1; /* a count above 32 bits */
	ck_assert_int_eq(audit_row_decode(encoded.data, encoded.len, &back), WF_CORRUPT);
}
END_TEST

static Suite *
row_suite(void)
{
	Suite *suite = suite_create("audit row");
	TCase *tc = tcase_create("encoding");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, every_text_goes_round_at_full_length, 0, TEXT_FIELDS);
	tcase_add_loop_test(tc, every_text_changes_the_encoding, 0, TEXT_FIELDS);
	tcase_add_loop_test(tc, a_text_without_end_is_cut, 0, TEXT_FIELDS);
	tcase_add_test(tc, numbers_go_round);
	tcase_add_test(tc, numbers_out_of_range_are_refused);
	tcase_add_test(tc, encoding_appends_and_undoes_itself);
	tcase_add_test(tc, the_longest_row_fits);
	tcase_add_test(tc, a_new_row_is_made_complete);
	tcase_add_test(tc, every_prefix_is_refused);
	tcase_add_test(tc, a_further_byte_is_refused);
	tcase_add_test(tc, every_flipped_bit_is_refused_or_another_row);
	tcase_add_test(tc, versions);
	tcase_add_test(tc, unclean_texts_are_refused);
	tcase_add_test(tc, a_text_longer_than_its_field_is_refused);
	tcase_add_test(tc, incomplete_rows_are_refused);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(row_suite)
