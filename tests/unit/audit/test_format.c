/*
 * Cells of the log view: the names of the columns are an interface, and every cell is right.
 */
#include "config.h"

#include "authd/audit/format.h"

#include <string.h>

#include "tests/unit/audit/rows.h"
#include "tests/unit/unit.h"

#define CHAIN_HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"

static const struct {
	const char *column, *cell;
} cell_cases[] = {
	{"seq:number", "18446744073709551615"},
	{"time", "2026-03-01T09:00:00.123456+09:00"},
	{"user", "花子"},
	{"source", "192.0.2.7"},
	{"host", "host1"},
	{"machine", "ssh"},
	{"service", "sshd"},
	{"event", "login"},
	{"action", "authenticate"},
	{"result", "failure"},
	{"reason", "wrong-password"},
	{"factors", "password+totp"},
	{"kinds", "knowledge+possession"},
	{"rule", "lock.threshold SCS-4-1-4-1"},
	{"operator", "root"},
	{"ticket", "T-1"},
	{"count:number", "2"},
	{"txn", "00112233445566778899aabbccddeeff"},
	{"detail", "try 3"},
	{"node", "node1"},
	{"approver", "officer"},
	{"class", "auth"},
	{"first", "2026-03-01T08:58:20.000000+09:00"},
	{"last", "2026-03-01T09:00:00.123456+09:00"},
	{"hash", CHAIN_HEX},
};

_Static_assert(sizeof(cell_cases) / sizeof(cell_cases[0]) == AUDIT_COLUMNS, "every column");

START_TEST(columns_and_cells)
{
	struct audit_cells cells;
	struct audit_row row;
	uint8_t chain[32];

	for (size_t i = 0; i < sizeof(chain); i++)
		chain[i] = (uint8_t)i;
	chain[31] = 0xff;
	full_row(&row);
	audit_row_cells(&row, UINT64_MAX, chain, &cells);
	ck_assert_str_eq(audit_columns[_i], cell_cases[_i].column);
	ck_assert_str_eq(cells.cells[_i], cell_cases[_i].cell);
}
END_TEST

START_TEST(no_hash_is_an_empty_cell)
{
	struct audit_cells cells;
	struct audit_row row;

	full_row(&row);
	row.count = UINT32_MAX;
	audit_row_cells(&row, 0, NULL, &cells);
	ck_assert_str_eq(cells.cells[AUDIT_COLUMNS - 1], "");
	ck_assert_str_eq(cells.cells[0], "0");
	ck_assert_str_eq(cells.cells[16], "4294967295");
}
END_TEST

static const struct {
	int64_t time_us;
	int32_t offset_min;
	const char *text;
} time_cases[] = {
	{0, 0, "1970-01-01T00:00:00.000000+00:00"},
	{-1, 0, "1969-12-31T23:59:59.999999+00:00"},
	{-1000000, 0, "1969-12-31T23:59:59.000000+00:00"},
	{INT64_C(1772323200000000), 540, "2026-03-01T09:00:00.000000+09:00"},
	{INT64_C(1772323200000000), -210, "2026-02-28T20:30:00.000000-03:30"},
	{INT64_C(1709164800000001), 0, "2024-02-29T00:00:00.000001+00:00"},
	{INT64_MAX, 0, "294247-01-10T04:00:54.775807+00:00"},
	{INT64_MIN, 0, "-290308-12-21T19:59:05.224192+00:00"},
};

START_TEST(times)
{
	char text[40];

	audit_time_text(time_cases[_i].time_us, time_cases[_i].offset_min, text);
	ck_assert_str_eq(text, time_cases[_i].text);
}
END_TEST

static Suite *
format_suite(void)
{
	Suite *suite = suite_create("audit format");
	TCase *tc = tcase_create("cells");

	tcase_add_loop_test(tc, columns_and_cells, 0, AUDIT_COLUMNS);
	tcase_add_test(tc, no_hash_is_an_empty_cell);
	tcase_add_loop_test(tc, times, 0, sizeof(time_cases) / sizeof(time_cases[0]));
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(format_suite)
