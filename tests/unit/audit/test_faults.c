/*
 * Every fallible call of the record fails in its turn: no half encoding, no wrong head, and a fault
 * is never taken for a forged row.
 */
#include "config.h"

#include "authd/audit/audit.h"

#include <string.h>

#include "tests/unit/audit/rows.h"
#include "tests/unit/faults.h"
#include "tests/unit/unit.h"

static struct audit_row row;
static struct wf_buf encoded;
static struct audit_head head, next;
static struct audit_verifier verifier;
static uint8_t row_hash[32];
static char why[160];

static void
set_up(void)
{
	full_row(&row);
	wf_buf_init(&encoded, AUDIT_ENCODED_MAX);
	ck_assert_int_eq(audit_head_init(&head, "node1"), WF_OK);
}

static void
tear_down(void)
{
	wf_buf_clear(&encoded);
}

static void
encode_begin(void)
{
	wf_buf_clear(&encoded);
}

static wf_status
encode_run(void)
{
	return audit_row_encode(&row, &encoded);
}

static void
encode_end(wf_status status)
{
	ck_assert_int_eq(encoded.len == 0, status != WF_OK);
}

START_TEST(encoding)
{
	fault_loop(&(struct fault_scenario){encode_begin, encode_run, encode_end});
}
END_TEST

static void
head_begin(void)
{
	memset(&next, 'x', sizeof(next));
}

static wf_status
head_run(void)
{
	return audit_head_init(&next, "node1");
}

static void
head_end(wf_status status)
{
	ck_assert_int_eq(((char *)&next)[0] == 'x', status != WF_OK);
}

START_TEST(starting)
{
	fault_loop(&(struct fault_scenario){head_begin, head_run, head_end});
}
END_TEST

static wf_status
seal_run(void)
{
	return audit_seal(&head, (const uint8_t *)"row", 3, &next, row_hash);
}

START_TEST(sealing)
{
	fault_loop(&(struct fault_scenario){head_begin, seal_run, head_end});
}
END_TEST

static void
verify_begin(void)
{
	verifier = (struct audit_verifier){.head = head};
	why[0] = '\0';
}

static wf_status
verify_run(void)
{
	return audit_verify_row(
		&verifier, 1, (const uint8_t *)"row", 3, next.chain, why, sizeof(why));
}

static void
verify_end(wf_status status)
{
	ck_assert_int_ne(status, WF_CORRUPT);
	ck_assert_uint_eq(verifier.rows, status == WF_OK ? 1 : 0);
	ck_assert_uint_eq(verifier.head.seq, status == WF_OK ? 1 : 0);
	ck_assert_int_eq(strncmp(why, "Row 1 could not be checked: ", 28) == 0, status != WF_OK);
}

START_TEST(verifying)
{
	ck_assert_int_eq(seal_run(), WF_OK);
	fault_loop(&(struct fault_scenario){verify_begin, verify_run, verify_end});
}
END_TEST

static Suite *
faults_suite(void)
{
	Suite *suite = suite_create("audit faults");
	TCase *tc = tcase_create("faults");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, encoding);
	tcase_add_test(tc, starting);
	tcase_add_test(tc, sealing);
	tcase_add_test(tc, verifying);
	suite_add_tcase(suite, tc);
	return suite;
}

UNIT_MAIN(faults_suite)
