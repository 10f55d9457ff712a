/* The text of a run of rows: what is written is read, and nothing else is. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "authd/audit/run.h"
#include "tests/unit/unit.h"

#define SECOND INT64_C(1000000)

static struct audit_run
sample(void)
{
	struct audit_run run = {.month = 202610,
		.first_seq = 1,
		.last_seq = 93,
		.first_us = 1790812800 * SECOND + 7,
		.last_us = 1793491199 * SECOND + 999999};

	for (unsigned i = 0; i < sizeof(run.chain); i++)
		run.chain[i] = (uint8_t)(i * 7);
	return run;
}

static struct audit_row
stone(const struct audit_run *run)
{
	struct audit_row row;

	audit_row_init(&row, AUDIT_TOMBSTONE, AUDIT_EVENT_EXPIRE);
	audit_run_put(run, &row);
	return row;
}

START_TEST(reads_what_it_writes)
{
	struct audit_run run = sample(), again;
	struct audit_row row = stone(&run);

	ck_assert_str_eq(row.detail,
		"2026-10: rows 1 to 93, count 93, 2026-10-01T00:00:00.000007Z to "
		"2026-10-31T23:59:59.999999Z, chain "
		"00070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9");
	ck_assert(audit_run_get(&row, &again));
	ck_assert_int_eq(memcmp(&run, &again, sizeof(run)), 0);
}
END_TEST

/* Also before 1970, and as large as numbers are. */
START_TEST(reads_the_ends_of_its_ranges)
{
	struct audit_run run = sample(), again;
	struct audit_row row;

	run.first_us = -1;
	run.first_seq = UINT64_MAX - 1;
	run.last_seq = UINT64_MAX;
	row = stone(&run);
	ck_assert(audit_run_get(&row, &again));
	ck_assert_int_eq(memcmp(&run, &again, sizeof(run)), 0);
}
END_TEST

START_TEST(refuses_what_is_changed)
{
	static const struct {
		const char *from, *to;
	} changes[] = {
		{"rows 1 ", "rows 01 "},
		{"rows 1 ", "rows +1 "},
		{"to 93,", "to 94,"},
		{"count 93", "count 92"},
		{".000007Z", ".7Z"},
		{"00:00:00", "00:00:60"},
		{"chain 0007", "chain 0x07"},
		{"chain 00070e", "chain 00070E"},
		{"2026-10:", "2026-10 :"},
		{"2026-10:", "26-10:"},
	};
	struct audit_run run = sample(), again;

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct audit_row row = stone(&run);
		char *at = strstr(row.detail, changes[i].from);
		char rest[sizeof(row.detail)];

		ck_assert_ptr_nonnull(at);
		(void)snprintf(rest, sizeof(rest), "%s", at + strlen(changes[i].from));
		(void)snprintf(at, sizeof(row.detail) - (size_t)(at - row.detail), "%s%.300s",
			changes[i].to, rest);
		ck_assert_msg(!audit_run_get(&row, &again), "%s", row.detail);
	}
}
END_TEST

START_TEST(refuses_more_and_less)
{
	struct audit_run run = sample(), again;
	struct audit_row row = stone(&run);
	size_t len = strlen(row.detail);

	row.detail[len] = '0';
	row.detail[len + 1] = '\0';
	ck_assert(!audit_run_get(&row, &again));
	for (; len > 0; len--) {
		row.detail[len - 1] = '\0';
		ck_assert(!audit_run_get(&row, &again));
	}
}
END_TEST

START_TEST(only_rows_of_its_two_kinds_count)
{
	struct audit_run run = sample(), again;
	struct audit_row row = stone(&run);

	row.class = AUDIT_ADMIN;
	ck_assert(!audit_run_get(&row, &again));
	row.class = AUDIT_SYSTEM;
	ck_assert(!audit_run_get(&row, &again));
	AUDIT_TEXT(row.event, AUDIT_EVENT_MONTH);
	ck_assert(audit_run_get(&row, &again));
}
END_TEST

START_TEST(buries_what_it_names)
{
	struct audit_run run = sample();
	struct audit_row row = stone(&run);
	struct audit_head before = {.seq = 93};

	memcpy(before.chain, run.chain, sizeof(before.chain));
	ck_assert(audit_run_buries(&row, &before));
	before.seq = 92;
	ck_assert(!audit_run_buries(&row, &before));
	before.seq = 93;
	before.chain[31] ^= 1;
	ck_assert(!audit_run_buries(&row, &before));
	before.chain[31] ^= 1;
	/* that a month is over lets nothing go */
	row.class = AUDIT_SYSTEM;
	AUDIT_TEXT(row.event, AUDIT_EVENT_MONTH);
	ck_assert(!audit_run_buries(&row, &before));
}
END_TEST

static Suite *
run_suite(void)
{
	Suite *suite = suite_create("audit-run");
	TCase *tc = tcase_create("run");

	tcase_add_test(tc, reads_what_it_writes);
	tcase_add_test(tc, reads_the_ends_of_its_ranges);
	tcase_add_test(tc, refuses_what_is_changed);
	tcase_add_test(tc, refuses_more_and_less);
	tcase_add_test(tc, only_rows_of_its_two_kinds_count);
	tcase_add_test(tc, buries_what_it_names);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(run_suite)
