/* Entries of the journal, taken apart again by the rules of its native protocol. */
#include "config.h"

#include "authd/audit/format_journal.h"

#include <string.h>

#include "tests/unit/audit/rows.h"
#include "tests/unit/unit.h"

static struct wf_buf out;
static size_t nfields;

static void
setup(void)
{
	wf_buf_init(&out, AUDIT_LINE_MAX);
}

static void
teardown(void)
{
	wf_buf_clear(&out);
}

/* The value of a field, "(none)" without it; each field has a name, a length, and an end. */
static const char *
field(const char *name)
{
	static char value[1024];
	struct wf_reader reader;

	snprintf(value, sizeof(value), "(none)");
	wf_reader_init(&reader, out.data, out.len);
	for (nfields = 0; wf_reader_left(&reader) > 0; nfields++) {
		const uint8_t *end = memchr(reader.at, '\n', wf_reader_left(&reader));
		const uint8_t *bytes, *start = reader.at, *newline;
		size_t len = 0;

		ck_assert_ptr_nonnull(end);
		ck_assert_int_eq(wf_reader_get(&reader, (size_t)(end - start) + 1, &bytes), WF_OK);
		ck_assert_int_eq(wf_reader_get(&reader, 8, &bytes), WF_OK);
		for (size_t i = 8; i > 0; i--)
			len = len << 8 | bytes[i - 1];
		ck_assert_uint_lt(len, sizeof(value));
		ck_assert_int_eq(wf_reader_get(&reader, len, &bytes), WF_OK);
		ck_assert_int_eq(wf_reader_get(&reader, 1, &newline), WF_OK);
		ck_assert_int_eq(*newline, '\n');
		if ((size_t)(end - start) == strlen(name) &&
			memcmp(start, name, strlen(name)) == 0)
			snprintf(value, sizeof(value), "%.*s", (int)len, (const char *)bytes);
	}
	return value;
}

static void
format(const struct audit_row *row)
{
	wf_buf_cut(&out, 0);
	ck_assert_int_eq(
		audit_journal(&(struct audit_entry){.row = row, .seq = 5}, &out), WF_OK);
}

START_TEST(a_row_is_fields)
{
	struct audit_row row;

	full_row(&row);
	format(&row);
	ck_assert_str_eq(field("MESSAGE"), "login failure: wrong-password (花子 from 192.0.2.7)");
	ck_assert_str_eq(field("PRIORITY"), "4");
	ck_assert_str_eq(field("SYSLOG_FACILITY"), "10");
	ck_assert_str_eq(field("SYSLOG_IDENTIFIER"), "warifu");
	ck_assert_str_eq(field("WARIFU_SEQ"), "5");
	ck_assert_str_eq(field("WARIFU_USER"), "花子");
	ck_assert_str_eq(field("WARIFU_RESULT"), "failure");
	ck_assert_str_eq(field("WARIFU_HASH"), "(none)");
	ck_assert_uint_eq(nfields, 4 + AUDIT_COLUMNS - 1);
}
END_TEST

START_TEST(names_forge_nothing)
{
	struct audit_row row;
	const char *clean = nasty_names[_i].clean;

	nasty_row(&row, nasty_names[_i].name);
	format(&row);
	ck_assert_str_eq(field("WARIFU_USER"), clean[0] != '\0' ? clean : "(none)");
	ck_assert_str_eq(field("WARIFU_RESULT"), "failure");
	ck_assert_str_eq(field("PRIORITY"), "4");
}
END_TEST

START_TEST(a_full_buffer_stays_as_it_was)
{
	struct audit_row row;

	full_row(&row);
	wf_buf_clear(&out);
	wf_buf_init(&out, 100);
	ck_assert_int_eq(audit_journal(&(struct audit_entry){.row = &row}, &out), WF_TOO_LONG);
	ck_assert_uint_eq(out.len, 0);
}
END_TEST

static Suite *
make_suite(void)
{
	Suite *suite = suite_create("format_journal");
	TCase *tc = unit_case(suite, "format_journal", 10, setup, teardown);

	tcase_add_test(tc, a_row_is_fields);
	tcase_add_loop_test(tc, names_forge_nothing, 0, NASTY_NAMES);
	tcase_add_test(tc, a_full_buffer_stays_as_it_was);
	return suite;
}

UNIT_MAIN(make_suite)
